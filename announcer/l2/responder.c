/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * responder.c - addresses come and go, and the LAN is told by one timer: groups are joined a
 * few at a time, then what is due of the bursts goes out by the batch. responder_ports.c has
 * the sockets and answers.
 */
#include "announcer/clock.h"
#include "announcer/l2/responder_int.h"
#include "announcer/util.h"
#include <event2/event.h>
#include <sys/socket.h>

static const struct groups_ops groups_ops = {responder_refused};

static void schedule(struct responder *r)
{
	int64_t ms = burst_wait(&r->burst, clock_ms());
	struct timeval in;

	if (groups_due(&r->groups) && (ms < 0 || ms > BURST_PACE_MS))
		ms = BURST_PACE_MS;
	if (ms < 0)
		return;
	in = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	event_add(r->tell_ev, &in);
}

static void send_to(struct responder *r, struct served *s, struct port *p,
    void (*what)(const struct answer_iface *, const struct ipaddr *, struct answer_news *))
{
	struct ipaddr a = served_addr(&r->table, s);
	struct port_socket *out = &p->sockets[a.family == AF_INET ? PACKET_ARP : PACKET_NDP];
	struct answer_news news;

	if (out->fd < 0)
		return;
	what(&p->iface, &a, &news);
	for (unsigned i = 0; i < ARRAY_LEN(news.len) && news.len[i]; i++) {
		struct packet_frame *f = responder_out(out);

		memcpy(f->p, news.frame[i], news.len[i]);
		f->len = news.len[i];
		s->counts.gratuitous++;
		r->stats.gratuitous++;
	}
}

static void tell(struct responder *r, struct served *s, struct port *p)
{
	send_to(r, s, p, answer_announce);
}

static void flush(struct responder *r)
{
	for (size_t i = 0; i < r->n_ports; i++)
		for (unsigned k = 0; k < PACKET_KINDS; k++)
			responder_flush(&r->ports[i]->sockets[k]);
}

static struct served *served_of(struct burst_item *i)
{
	return (struct served *)(void *)((char *)i - offsetof(struct served, burst));
}

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	struct responder *r = arg;
	int64_t now_ms = clock_ms();
	struct burst_item *item;

	(void)fd;
	(void)what;
	groups_run(&r->groups);
	while ((item = burst_next(&r->burst, now_ms))) {
		struct served *s = served_of(item);

		for (size_t i = 0; i < r->n_ports; i++)
			if (served_told_on(&r->table, s, r->ports[i]->iface.ifindex))
				tell(r, s, r->ports[i]);
		if (burst_is_over(item))
			served_told(&r->table, s);
	}
	flush(r);
	schedule(r);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct responder *r = arg;

	(void)fd;
	(void)what;
	responder_open(r);
}

struct responder *responder_new(
    struct event_base *base, const struct responder_ops *ops, void *arg)
{
	struct responder *r = xcalloc(1, sizeof(*r));

	r->base = base;
	r->ops = ops;
	r->arg = arg;
	r->batch = xcalloc(1, sizeof(*r->batch));
	served_init(&r->table);
	burst_init(&r->burst);
	groups_init(&r->groups, &groups_ops, r);
	r->tell_ev = evtimer_new(base, on_tell, r);
	r->retry_ev = evtimer_new(base, on_retry, r);
	return r;
}

void responder_free(struct responder *r)
{
	if (!r)
		return;
	responder_ports_fini(r);
	groups_fini(&r->groups);
	served_fini(&r->table);
	event_free(r->tell_ev);
	event_free(r->retry_ev);
	free(r->batch);
	free(r);
}

void responder_tell_all(struct responder *r, uint8_t family, uint32_t ifindex)
{
	int64_t now_ms = clock_ms();
	size_t at = 0;
	struct served *s;

	while ((s = served_next(&r->table, &at))) {
		if (served_addr(&r->table, s).family != family || s->quiet ||
		    !served_on(&r->table, s, ifindex))
			continue;
		served_tell(&r->table, s, ifindex);
		burst_start(&r->burst, &s->burst, now_ms);
	}
	schedule(r);
}

static bool has(const uint32_t *v, size_t n, uint32_t ifindex)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == ifindex)
			return true;
	return false;
}

/* Its group is wanted where it is to be answered, and not where it was only before. s: NULL =
 * it was nowhere. */
static void set_groups(struct responder *r, const struct ipaddr *a, const struct served *s,
    const uint32_t *ifindex, size_t n)
{
	const struct served_set *old = s ? served_where(&r->table, s) : NULL;
	size_t n_old = old ? old->n : 0;

	if (a->family != AF_INET6)
		return;
	for (size_t i = 0; i < n; i++)
		if (!old || !has(old->ifindex, n_old, ifindex[i]))
			groups_want(&r->groups, ifindex[i], a->addr);
	for (size_t i = 0; i < n_old; i++)
		if (!has(ifindex, n, old->ifindex[i]))
			groups_unwant(&r->groups, old->ifindex[i], a->addr);
}

/* Return: *news as of served_put(). */
static struct served *put(
    struct responder *r, const struct ipaddr *a, const uint32_t *ifindex, size_t n, bool *news)
{
	struct served *s = served_find(&r->table, a->family, a->addr);

	if (n > SERVED_MAX)
		n = SERVED_MAX;
	set_groups(r, a, s, ifindex, n);
	return served_put(&r->table, a, ifindex, n, news);
}

void responder_take(
    struct responder *r, const struct ipaddr *a, const uint32_t *ifindex, size_t n)
{
	bool news;
	struct served *s = put(r, a, ifindex, n, &news);

	if (s->quiet)
		served_told(&r->table, s);
	if (news || s->quiet)
		burst_start(&r->burst, &s->burst, clock_ms());
	s->quiet = false;
	responder_open(r);
	schedule(r);
}

void responder_leave(struct responder *r, const struct ipaddr *a)
{
	struct served *s = served_find(&r->table, a->family, a->addr);

	if (!s)
		return;
	set_groups(r, a, s, NULL, 0);
	burst_stop(&r->burst, &s->burst);
	served_remove(&r->table, s);
	responder_open(r);
	schedule(r);
}

void responder_defend(struct responder *r, const struct ipaddr *a)
{
	struct served *s = served_find(&r->table, a->family, a->addr);

	if (!s || s->quiet)
		return;
	for (size_t i = 0; i < r->n_ports; i++)
		if (served_on(&r->table, s, r->ports[i]->iface.ifindex))
			tell(r, s, r->ports[i]);
	flush(r);
}

void responder_probe(
    struct responder *r, const struct ipaddr *a, const uint32_t *ifindex, size_t n)
{
	bool news;
	struct served *s = put(r, a, ifindex, n, &news);

	burst_stop(&r->burst, &s->burst);
	s->quiet = true;
	responder_open(r);
	for (size_t i = 0; i < r->n_ports; i++)
		if (served_on(&r->table, s, r->ports[i]->iface.ifindex))
			send_to(r, s, r->ports[i], answer_probe);
	flush(r);
	schedule(r);
}

bool responder_counts(
    const struct responder *r, const struct ipaddr *a, struct responder_counts *c)
{
	const struct served *s = served_find(&r->table, a->family, a->addr);

	if (s)
		*c = s->counts;
	return s;
}

void responder_stats(const struct responder *r, struct responder_stats *st)
{
	*st = r->stats;
}
