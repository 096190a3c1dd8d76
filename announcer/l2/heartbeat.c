/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heartbeat.c - drives peers.h: what comes in is read to the end before anybody is missed, a
 * datagram goes out by each interface, by IPv6 and by IPv4 where there is an address. An
 * interface by which none of both can be sent is a problem; one family alone is not.
 */
#include "announcer/l2/heartbeat.h"
#include "announcer/clock.h"
#include "announcer/l2/beat.h"
#include "announcer/l2/beat_sock.h"
#include "announcer/l2/keyfile.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BATCH = 64, /* datagrams read at once of one socket */
	PROBLEM_LEN = 128,
};

struct beat_iface {
	uint32_t ifindex;
	char name[L2_NAME];
	bool ipv4; /* it has an address */
	bool joined[2];
	int deaf;  /* errno: nothing can be heard by any family */
	int error; /* likewise of the last datagram: it went out by none */
};

struct beat_end {
	struct heartbeat *h;
	int fd; /* -1 = none */
	uint8_t family;
	struct event *ev;
};

struct heartbeat {
	struct event_base *base;
	struct l2_peers *peers;
	const struct l2_peers_ops *ops;
	void *arg;
	uint16_t port;
	struct beat_end end[2]; /* IPv4, IPv6 */
	struct event *timer;
	int64_t due_ms; /* when the timer should be back */
	struct beat_iface *v;
	size_t n;
	char problem[PROBLEM_LEN];
};

/* ---- out ---- */

static int send_by(struct heartbeat *h, const struct beat_end *e, const struct beat_iface *i,
    const uint8_t *datagram, size_t len)
{
	const struct l2_path to = {i->ifindex, e->family};

	return e->fd < 0 ? -EAFNOSUPPORT : beat_sock_send(e->fd, &to, h->port, datagram, len);
}

static void send_iface(
    struct heartbeat *h, struct beat_iface *i, const uint8_t *datagram, size_t len)
{
	int rc6 = send_by(h, &h->end[1], i, datagram, len), rc4 = -EADDRNOTAVAIL;

	if (i->ipv4 || rc6)
		rc4 = send_by(h, &h->end[0], i, datagram, len);
	i->error = rc4 && rc6 ? -rc4 : 0;
}

static void on_send(const uint8_t *datagram, size_t len, void *arg)
{
	struct heartbeat *h = arg;

	*h->problem = '\0';
	for (size_t i = 0; i < h->n; i++) {
		struct beat_iface *to = &h->v[i];

		send_iface(h, to, datagram, len);
		if ((to->error || to->deaf) && !*h->problem)
			snprintf(h->problem, sizeof(h->problem), "%s: %s", to->name,
			    strerror(to->error ? to->error : to->deaf));
	}
}

static void on_peer(const struct l2_peer *peer, void *arg)
{
	struct heartbeat *h = arg;

	h->ops->on_peer(peer, h->arg);
}

static void on_claim(
    const char *node, const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	struct heartbeat *h = arg;

	h->ops->on_claim(node, a, what, stamp, h->arg);
}

/* ---- in, and time ---- */

/* Return: there may be more. */
static bool drain(struct heartbeat *h, const struct beat_end *e)
{
	uint8_t datagram[L2_DATAGRAM_MAX + 1];
	struct l2_path from = {.family = e->family};

	for (int i = 0; i < BATCH && e->fd >= 0; i++) {
		ssize_t n = beat_sock_receive(e->fd, &from, datagram, sizeof(datagram));

		if (n < 0)
			return false;
		l2_peers_hear(h->peers, datagram, (size_t)n, &from, clock_ms());
	}
	return e->fd >= 0;
}

static void arm(struct heartbeat *h, int64_t ms)
{
	struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

	h->due_ms = clock_ms() + ms;
	event_add(h->timer, &tv);
}

static void run(struct heartbeat *h, int64_t late_ms)
{
	arm(h, l2_peers_run(h->peers, clock_ms(), late_ms));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct heartbeat *h = arg;
	int64_t late_ms = clock_ms() - h->due_ms;
	bool more = true;

	(void)fd;
	(void)what;
	/* So much at most: who is flooded must go on beating. */
	for (int i = 0; i < 16 && more; i++) {
		more = drain(h, &h->end[0]);
		more |= drain(h, &h->end[1]);
	}
	run(h, late_ms);
}

/* A timer that is over by now comes from on_timer(), which knows by how much. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct beat_end *e = arg;

	(void)fd;
	(void)what;
	drain(e->h, e);
	if (clock_ms() < e->h->due_ms)
		run(e->h, 0);
}

void heartbeat_kick(struct heartbeat *h)
{
	if (clock_ms() < h->due_ms)
		arm(h, 0);
}

/* ---- interfaces ---- */

static struct beat_iface *find(struct beat_iface *v, size_t n, uint32_t ifindex)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].ifindex == ifindex)
			return &v[i];
	return NULL;
}

/* What cannot be joined now is tried again when interfaces change. */
static void join(struct heartbeat *h, struct beat_iface *i, bool wanted)
{
	int rc = -EAFNOSUPPORT;

	for (size_t k = 0; k < 2; k++) {
		const struct beat_end *e = &h->end[k];

		if (e->fd < 0 || i->joined[k] == wanted)
			continue;
		rc = beat_sock_join(e->fd, e->family, i->ifindex, wanted);
		i->joined[k] = rc == 0 && wanted;
	}
	i->deaf = i->joined[0] || i->joined[1] ? 0 : -rc;
}

static bool has_ipv4(const struct l2_iface *i)
{
	for (size_t k = 0; k < i->n_subnets; k++)
		if (i->subnets[k].family == AF_INET)
			return true;
	return false;
}

void heartbeat_set_facts(struct heartbeat *h, const struct l2_facts *own)
{
	struct beat_iface *v = xcalloc(own->n, sizeof(*v));
	uint32_t *ifindex = xcalloc(own->n, sizeof(*ifindex));

	for (size_t i = 0; i < own->n; i++) {
		const struct beat_iface *was = find(h->v, h->n, own->v[i].ifindex);

		if (was)
			v[i] = *was;
		v[i].ifindex = ifindex[i] = own->v[i].ifindex;
		v[i].ipv4 = has_ipv4(&own->v[i]);
		memcpy(v[i].name, own->v[i].name, sizeof(v[i].name));
		join(h, &v[i], true);
	}
	for (size_t i = 0; i < h->n; i++)
		if (!find(v, own->n, h->v[i].ifindex))
			join(h, &h->v[i], false);
	free(h->v);
	h->v = v;
	h->n = own->n;
	*h->problem = '\0';
	l2_peers_set_ifaces(h->peers, ifindex, own->n);
	l2_peers_set_facts(h->peers, own);
	free(ifindex);
	heartbeat_kick(h);
}

/* ---- life ---- */

static void end_use(struct heartbeat *h, struct beat_end *e, uint8_t family, int fd)
{
	*e = (struct beat_end){.h = h, .family = family, .fd = fd};
	if (fd < 0)
		return;
	e->ev = event_new(h->base, e->fd, EV_READ | EV_PERSIST, on_readable, e);
	event_add(e->ev, NULL);
}

static void ends_close(struct heartbeat *h)
{
	for (size_t i = 0; i < 2; i++) {
		struct beat_end *e = &h->end[i];

		if (e->ev)
			event_free(e->ev);
		if (e->fd >= 0)
			close(e->fd);
		*e = (struct beat_end){.fd = -1};
	}
}

/* Sockets of this port instead of those that there are; one family is enough. */
static bool ends_open(struct heartbeat *h, uint16_t port, char error[HEARTBEAT_ERROR_LEN])
{
	int fd4 = beat_sock_open(AF_INET, port), fd6 = beat_sock_open(AF_INET6, port);

	if (fd4 < 0 && fd6 < 0) {
		snprintf(error, HEARTBEAT_ERROR_LEN, "UDP port %u: %s", (unsigned)port,
		    strerror(-fd4));
		return false;
	}
	ends_close(h);
	end_use(h, &h->end[0], AF_INET, fd4);
	end_use(h, &h->end[1], AF_INET6, fd6);
	h->port = port;
	for (size_t i = 0; i < h->n; i++) {
		memset(h->v[i].joined, 0, sizeof(h->v[i].joined));
		join(h, &h->v[i], true);
	}
	return true;
}

static void wipe_key(uint8_t key[KEYFILE_MAX])
{
	for (volatile uint8_t *p = key; p < key + KEYFILE_MAX; p++)
		*p = 0;
}

/* As keyfile_read(), with a word to the log. */
static size_t read_key(
    const char *path, uint8_t key[KEYFILE_MAX], char error[HEARTBEAT_ERROR_LEN])
{
	bool others;
	size_t len = keyfile_read(path, key, &others, error, HEARTBEAT_ERROR_LEN);

	if (len && others)
		log_warn("l2", "%s: everybody on this host may read it", path);
	return len;
}

static struct l2_peers *make_peers(
    struct heartbeat *h, const struct heartbeat_conf *conf, char error[HEARTBEAT_ERROR_LEN])
{
	static const struct l2_peers_ops ops = {
	    .send = on_send, .on_peer = on_peer, .on_claim = on_claim};
	uint8_t key[KEYFILE_MAX];
	struct l2_peers_conf c = {
	    .self = conf->self, .key = key, .interval_ms = conf->interval_ms};
	struct l2_peers *peers = NULL;

	if (!beat_is_node(conf->self)) {
		snprintf(error, HEARTBEAT_ERROR_LEN, "node-name: not the name of a node");
		return NULL;
	}
	c.key_len = read_key(conf->key_file, key, error);
	evutil_secure_rng_get_bytes(&c.run, sizeof(c.run));
	if (c.key_len)
		peers = l2_peers_new(&c, &ops, h);
	wipe_key(key);
	return peers;
}

struct heartbeat *heartbeat_new(struct event_base *base, const struct heartbeat_conf *conf,
    const struct l2_peers_ops *ops, void *arg, char error[HEARTBEAT_ERROR_LEN])
{
	struct heartbeat *h = xcalloc(1, sizeof(*h));

	h->base = base;
	h->ops = ops;
	h->arg = arg;
	h->end[0].fd = h->end[1].fd = -1;
	h->timer = event_new(base, -1, 0, on_timer, h);
	if (ends_open(h, conf->port, error))
		h->peers = make_peers(h, conf, error);
	if (!h->peers) {
		heartbeat_free(h, false);
		return NULL;
	}
	arm(h, 0);
	return h;
}

bool heartbeat_reload(
    struct heartbeat *h, const struct heartbeat_conf *conf, char error[HEARTBEAT_ERROR_LEN])
{
	uint8_t key[KEYFILE_MAX];
	size_t len = read_key(conf->key_file, key, error);
	bool good = len && (conf->port == h->port || ends_open(h, conf->port, error));

	if (good) {
		l2_peers_set_key(h->peers, key, len);
		l2_peers_set_interval(h->peers, conf->interval_ms);
		heartbeat_kick(h);
	}
	wipe_key(key);
	return good;
}

void heartbeat_free(struct heartbeat *h, bool leave)
{
	if (!h)
		return;
	if (leave && h->peers) {
		l2_peers_leave(h->peers);
		l2_peers_run(h->peers, clock_ms(), 0);
	}
	ends_close(h);
	event_free(h->timer);
	l2_peers_free(h->peers);
	free(h->v);
	free(h);
}

struct l2_peers *heartbeat_peers(struct heartbeat *h)
{
	return h->peers;
}

const char *heartbeat_problem(const struct heartbeat *h)
{
	return *h->problem ? h->problem : NULL;
}
