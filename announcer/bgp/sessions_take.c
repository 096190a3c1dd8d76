/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sessions_take.c - a connection that a listening socket took: whose is it, and may it be? Of a
 * neighbour, else of the narrowest range that has room. Where a session may not run, and for
 * strangers, it is closed without a word.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/util.h"
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections of a neighbour that are not established; one more ends the oldest. */
enum { TAKEN_MAX = 2 };

struct from {
	struct ipaddr address;
	char interface[IF_NAMESIZE]; /* of a link-local address; else "" */
};

static void from_set(struct from *f, const struct sockaddr_storage *sa)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(f, 0, sizeof(*f));
	f->address.family = (uint8_t)sa->ss_family;
	if (sa->ss_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		memcpy(f->address.addr, &in.sin_addr, 4);
		return;
	}
	memcpy(&in6, sa, sizeof(in6));
	memcpy(f->address.addr, &in6.sin6_addr, 16);
	if (in6.sin6_scope_id && !if_indextoname(in6.sin6_scope_id, f->interface))
		f->interface[0] = '\0';
}

static struct bgp_range *range_of(const struct bgp_sessions *all, const struct ipaddr *a)
{
	struct bgp_range *best = NULL;

	for (size_t i = 0; i < all->n_ranges; i++) {
		struct bgp_range *r = all->ranges[i];

		if (prefix_contains(&r->nb.range, a) &&
		    (!best || r->nb.range.plen > best->nb.range.plen))
			best = r;
	}
	return best;
}

static void refused(struct bgp_sessions *all, const struct from *f, const char *why)
{
	char text[PREFIX_STRLEN];

	if (log_allowed(&all->bucket))
		log_info("bgp", "connection from %s refused: %s", ipaddr_str(&f->address, text),
		    why);
}

/* NULL: none, it was said why. */
static struct bgp_session *session_of(struct bgp_sessions *all, const struct from *f)
{
	const char *interface = *f->interface ? f->interface : NULL;
	struct bgp_session *s = bgp_session_at(all, &f->address, interface);
	struct bgp_range *r = s ? NULL : range_of(all, &f->address);
	const char *why = s ? bgp_session_blocked(s) : NULL;

	if (!s && !r)
		why = "no neighbor has this address";
	else if (r && r->key.error)
		why = r->key.error;
	else if (r && !r->nb.router_id && !all->self.router_id)
		why = "no router identifier";
	else if (r && r->n >= r->nb.limit)
		why = "the range has as many sessions as its limit allows";
	if (why) {
		refused(all, f, why);
		return NULL;
	}
	return s ? s : bgp_session_add(all, &r->nb, r, &f->address, interface);
}

/* Make room for one more: the oldest that has no OPEN yet goes, or else the oldest. */
static void crowd_end(struct bgp_session *s)
{
	struct bgp_conn *oldest = NULL;
	size_t n = 0;

	for (struct bgp_conn *c = s->taken; c; c = c->next) {
		if (c == s->up)
			continue;
		n++;
		if (!oldest || c->state < oldest->state ||
		    (c->state == oldest->state && c->born_ms <= oldest->born_ms))
			oldest = c;
	}
	if (n >= TAKEN_MAX)
		bgp_conn_event(oldest, EV_COLLISION_LOST, NULL, NULL);
}

/* A peer that comes anew may have lost the old connection: it answers that with a reset. */
static void probe(struct bgp_session *s)
{
	uint8_t buf[BGP_HEADER_LEN];
	struct wr w = wr_of(buf, sizeof(buf));

	if (!s->up)
		return;
	bgp_keepalive_encode(&w);
	bgp_io_send(s->up, &w);
}

void bgp_sessions_take(struct bgp_sessions *all, int fd, const struct sockaddr_storage *sa)
{
	const char *what = "";
	struct bgp_session *s;
	struct bgp_conn *c;
	struct from f;
	int rc;

	from_set(&f, sa);
	s = session_of(all, &f);
	if (!s) {
		close(fd);
		return;
	}
	crowd_end(s);
	probe(s);
	c = xcalloc(1, sizeof(*c));
	c->s = s;
	c->taken = true;
	c->state = BGP_ACTIVE;
	rc = bgp_io_take(c, fd, &what);
	if (rc) {
		refused(all, &f, what);
		close(fd);
		free(c);
		bgp_sessions_todo(all);
		return;
	}
	c->next = s->taken;
	s->taken = c;
	bgp_conn_event(c, EV_TCP_UP, NULL, NULL);
}
