/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c - the places where peers may dial us. One that fails (port 179 is FRR's, the address
 * is not there yet) is tried again every RETRY_S; the others, and sessions that dial, do not
 * mind. Keys of TCP MD5 belong to the listening sockets: each new one is given all of them.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/bgp/sockopt.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RETRY_S = 5,
	BACKLOG = 512,
	ACCEPT_BUDGET = 32,
	OUT_OF_FDS_MS = 200, /* wait for some to be closed */
};

struct bgp_place {
	struct bgp_sessions *all;
	char *text;
	struct ipaddr address;
	uint16_t port;
	int fd; /* -1 = not listening */
	struct event *ev, *timer_ev;
	char error[160]; /* "" = it listens */
};

/* "192.0.2.1", "192.0.2.1:1179", "::1", "[::1]:1179" */
static int place_parse(const char *s, struct ipaddr *a, uint16_t *port)
{
	char host[64];
	const char *at = s, *end = s + strlen(s), *colon = strrchr(s, ':');
	char *rest;
	unsigned long n = BGP_PORT;

	if (*s == '[') {
		at = s + 1;
		end = strchr(s, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		colon = end[1] ? end + 1 : NULL;
	} else if (colon && strchr(s, ':') == colon) {
		end = colon;
	} else {
		colon = NULL;
	}
	if (colon) {
		n = strtoul(colon + 1, &rest, 10);
		if (!colon[1] || *rest || !n || n > 65535)
			return -EINVAL;
	}
	if ((size_t)(end - at) >= sizeof(host))
		return -EINVAL;
	memcpy(host, at, (size_t)(end - at));
	host[end - at] = '\0';
	*port = (uint16_t)n;
	return ipaddr_parse(host, a);
}

static bool of_family(const struct bgp_place *p, uint8_t family)
{
	return p->fd >= 0 && p->address.family == family;
}

int bgp_listen_key(struct bgp_sessions *all, const struct prefix *of, const char *key)
{
	int rc = 0, one;

	for (size_t i = 0; i < all->n_places; i++) {
		if (!of_family(all->places[i], of->family))
			continue;
		one = sockopt_md5(all->places[i]->fd, of, key);
		rc = one ? one : rc;
	}
	return rc;
}

static int bind_at(struct bgp_place *p, int fd)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(p->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(p->port)};
	int on = 1, hops = 255, rc;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (p->address.family == AF_INET) {
		memcpy(&in.sin_addr, p->address.addr, 4);
		/* What answers a SYN of a neighbour with TTL security. */
		setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof(hops));
		rc = bind(fd, (struct sockaddr *)&in, sizeof(in));
	} else {
		memcpy(&in6.sin6_addr, p->address.addr, 16);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops));
		rc = bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	}
	return rc ? -errno : 0;
}

static void timer_in(struct bgp_place *p, long ms)
{
	struct timeval t = {ms / 1000, ms % 1000 * 1000};

	event_add(p->timer_ev, &t);
}

static void on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	struct bgp_place *p = arg;
	struct sockaddr_storage from;

	(void)what;
	for (int i = 0; i < ACCEPT_BUDGET; i++) {
		socklen_t len = sizeof(from);
		int fd = accept(listener, (struct sockaddr *)&from, &len);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
			event_del(p->ev);
			timer_in(p, OUT_OF_FDS_MS);
		}
		if (fd < 0)
			return;
		evutil_make_socket_nonblocking(fd);
		evutil_make_socket_closeonexec(fd);
		bgp_sessions_take(p->all, fd, &from);
	}
}

static int place_open(struct bgp_place *p)
{
	int fd, rc = place_parse(p->text, &p->address, &p->port);

	if (rc)
		return rc;
	fd = socket(p->address.family, SOCK_STREAM, 0);
	if (fd < 0)
		return -errno;
	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	rc = bind_at(p, fd);
	if (!rc) {
		/* Before anybody can come: who has a password never gets in without. */
		p->fd = fd;
		bgp_keys_install(p->all);
		rc = listen(fd, BACKLOG) ? -errno : 0;
	}
	if (rc) {
		p->fd = -1;
		close(fd);
		return rc;
	}
	p->ev = event_new(p->all->base, fd, EV_READ | EV_PERSIST, on_acceptable, p);
	event_add(p->ev, NULL);
	return 0;
}

static void place_try(struct bgp_place *p)
{
	int rc = place_open(p);
	const char *error = rc ? strerror(-rc) : "";

	if (rc)
		timer_in(p, RETRY_S * 1000L);
	if (rc && strcmp(p->error, error))
		log_warn("bgp", "cannot listen on %s: %s", p->text, error);
	if (!rc)
		log_info("bgp", "listening on %s", p->text);
	snprintf(p->error, sizeof(p->error), "%s", error);
}

/* There are files again, or it is time to try again. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_place *p = arg;

	(void)fd;
	(void)what;
	if (p->fd >= 0)
		event_add(p->ev, NULL);
	else
		place_try(p);
}

static void place_free(struct bgp_place *p)
{
	if (!p)
		return;
	if (p->ev)
		event_free(p->ev);
	event_free(p->timer_ev);
	if (p->fd >= 0)
		close(p->fd);
	free(p->text);
	free(p);
}

static struct bgp_place *place_new(struct bgp_sessions *all, const char *text)
{
	struct bgp_place *p = xcalloc(1, sizeof(*p));

	p->all = all;
	p->text = xstrdup(text);
	p->fd = -1;
	p->timer_ev = event_new(all->base, -1, 0, on_timer, p);
	return p;
}

/* Take it out of the list, if it is there. */
static struct bgp_place *kept(struct bgp_place **v, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		struct bgp_place *p = v[i];

		if (p && !strcmp(p->text, text)) {
			v[i] = NULL;
			return p;
		}
	}
	return NULL;
}

void bgp_sessions_listen(struct bgp_sessions *all, const char *const *at, size_t n)
{
	struct bgp_place **old = all->places;
	size_t n_old = all->n_places;

	all->places = xcalloc(n, sizeof(*all->places));
	all->n_places = n;
	for (size_t i = 0; i < n; i++)
		all->places[i] = kept(old, n_old, at[i]);
	for (size_t i = 0; i < n_old; i++)
		place_free(old[i]);
	free(old);
	for (size_t i = 0; i < n; i++) {
		if (!all->places[i])
			all->places[i] = place_new(all, at[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (all->places[i]->fd < 0)
			place_try(all->places[i]);
}

const char *bgp_sessions_listening(const struct bgp_sessions *all, size_t i, const char **error)
{
	if (i >= all->n_places)
		return NULL;
	*error = all->places[i]->error;
	return all->places[i]->text;
}

void bgp_listen_fini(struct bgp_sessions *all)
{
	for (size_t i = 0; i < all->n_places; i++)
		place_free(all->places[i]);
	free(all->places);
	all->places = NULL;
	all->n_places = 0;
}
