/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_redist.c - routes of zebra that our BGP speaker is to announce: those of the types
 * in zebra.redistribute become RIB_REDISTRIBUTED (zserv.md 11).
 *
 * When the connection ends they stay, as stale ones, for zebra's stale-time: what zebra put
 * into the kernel forwards on without it, and a restart of zebra must not flap what peers hear.
 * After a new connection zebra tells them again, which has no end marker, and a zebra that has
 * just started hears of many routes itself only later: what is still stale goes when zebra has
 * told no route for a while, or after a minute. With another list only, the connection stays:
 * the routes of all types are told anew, and zebra's answer to a last question is their end.
 */
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/util.h"

enum { QUIET_MS = 5000, SWEEP_MS = 60000 };

struct redistributed {
	struct prefix prefix;
	bool stale;
};

static uint32_t route_hash(const void *e)
{
	const struct prefix *p = &((const struct redistributed *)e)->prefix;

	return table_hash(p->addr, ipaddr_len(p->family), table_seed() + p->plen);
}

static bool route_same(const void *a, const void *b)
{
	const struct redistributed *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix) == 0;
}

static const struct table_ops route_ops = {route_hash, route_same};

void zserv_redist_flush(struct out_zserv *z)
{
	if (!z->redist.dirty)
		return;
	z->redist.dirty = false;
	if (z->ev.on_redistributed)
		z->ev.on_redistributed(z->arg);
	else
		rib_commit(z->rib);
}

static void drop(struct out_zserv *z, struct redistributed *d)
{
	z->redist.n_stale -= d->stale;
	z->redist.dirty = true;
	rib_set(z->rib, RIB_REDISTRIBUTED, &d->prefix, NULL, 0);
	table_remove(&z->redist.routes, d);
	free(d);
}

static int any_order(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return 0;
}

static void drop_stale(struct out_zserv *z)
{
	size_t n = z->redist.routes.n;
	void **v = table_sorted(&z->redist.routes, any_order);

	for (size_t i = 0; i < n && z->redist.n_stale; i++)
		if (((struct redistributed *)v[i])->stale)
			drop(z, v[i]);
	free(v);
	event_del(z->redist.later);
	zserv_redist_flush(z);
}

static void mark_stale(struct out_zserv *z)
{
	struct redistributed *d;

	for (size_t at = 0; (d = table_next(&z->redist.routes, &at));)
		d->stale = true;
	z->redist.n_stale = z->redist.routes.n;
}

static void on_later(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	log_info("zserv", "%zu routes that zebra does not tell any more are withdrawn",
	    z->redist.n_stale);
	drop_stale(z);
}

static void later(struct out_zserv *z, int64_t ms)
{
	const struct timeval t = {ms / 1000, (ms % 1000) * 1000};

	if (z->redist.n_stale)
		event_add(z->redist.later, &t);
}

/* Zebra told a route, or is up: it may tell more. */
static void sweep_later(struct out_zserv *z)
{
	int64_t left = z->redist.up_ms + SWEEP_MS - clock_ms();

	later(z, left < 0 ? 0 : left < QUIET_MS ? left : QUIET_MS);
}

static int nexthop_cmp(const void *a, const void *b)
{
	const struct rib_nexthop *x = a, *y = b;
	int rc = ipaddr_cmp(&x->addr, &y->addr);

	return rc ? rc : x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

/* Return: how many; at least one, for a route without any is one, too. */
static size_t nexthops_of(const struct zapi_route *r, struct rib_nexthop *nh, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n && n < max; i++)
		nh[n++] = (struct rib_nexthop){
		    .addr = r->nh[i].gate, .ifindex = r->nh[i].ifindex, .weight = 1};
	if (!n)
		nh[n++] = (struct rib_nexthop){.weight = 1};
	qsort(nh, n, sizeof(*nh), nexthop_cmp);
	return n;
}

void zserv_redist_route(struct out_zserv *z, bool added, const struct zapi_route *r)
{
	const struct redistributed probe = {.prefix = r->prefix};
	struct redistributed *d = table_find(&z->redist.routes, &probe);
	struct rib_nexthop nh[ZAPI_NH_MAX];
	size_t n;

	if (r->has & ZHAS_SRC || (r->type == z->type && r->instance == z->instance))
		return;
	if (!added) {
		if (d)
			drop(z, d);
		return;
	}
	if (!d) {
		d = xcalloc(1, sizeof(*d));
		*d = probe;
		table_add(&z->redist.routes, d);
	}
	z->redist.n_stale -= d->stale;
	d->stale = false;
	n = nexthops_of(r, nh, ARRAY_LEN(nh));
	rib_set(z->rib, RIB_REDISTRIBUTED, &r->prefix, nh, n);
	z->redist.dirty = true;
	if (z->state == ZSERV_UP && !z->redist.fenced)
		sweep_later(z);
}

static void ask(struct out_zserv *z, const char *type, bool add)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		struct zapi_redist r = {
		    .type = zversion_type_named(type), .family = families[f]};
		int rc = add ? zclient_send_redistribute_add(z->client, &r)
		             : zclient_send_redistribute_delete(z->client, &r);

		if (rc && add && !f)
			log_warn("zserv", "zebra %s has no type %s to redistribute",
			    z->release_text, type);
	}
}

void zserv_redist_hello(struct out_zserv *z)
{
	const struct strlist *l = &z->conf->zebra.redistribute;

	for (size_t i = 0; i < l->n; i++)
		ask(z, l->v[i], true);
}

void zserv_redist_up(struct out_zserv *z)
{
	z->redist.up_ms = clock_ms();
	z->redist.down = false;
	sweep_later(z);
}

void zserv_redist_down(struct out_zserv *z)
{
	const struct conf_zebra *c = &z->conf->zebra;

	bool was_down = z->redist.down;

	z->redist.fenced = false;
	z->redist.down = true;
	mark_stale(z);
	if (!c->redistribute.n || c->enabled == CONF_NO || !c->stale_s)
		drop_stale(z);
	else if (!was_down || !event_pending(z->redist.later, EV_TIMEOUT, NULL))
		later(z, (int64_t)c->stale_s * 1000);
}

void zserv_redist_reload(struct out_zserv *z, const struct strlist *old)
{
	const struct strlist *new = &z->conf->zebra.redistribute;
	struct zapi_nht_reg fence = {.addr = zserv_fence};
	bool fewer = false;

	for (size_t i = 0; i < old->n; i++)
		fewer |= !strlist_has(new, old->v[i]);
	for (size_t i = 0; i < old->n && fewer; i++)
		ask(z, old->v[i], false);
	for (size_t i = 0; i < new->n; i++)
		if (fewer || !strlist_has(old, new->v[i]))
			ask(z, new->v[i], true);
	if (fewer) {
		mark_stale(z);
		z->redist.fenced = true;
		zclient_send_nexthop_register(z->client, &fence);
	}
	zserv_write(z);
}

void zserv_redist_fence(struct out_zserv *z)
{
	struct zapi_nht_reg fence = {.addr = zserv_fence};

	if (!z->redist.fenced)
		return;
	z->redist.fenced = false;
	zclient_send_nexthop_unregister(z->client, &fence);
	drop_stale(z);
}

void zserv_redist_init(struct out_zserv *z)
{
	z->redist.routes.ops = &route_ops;
	z->redist.later = event_new(z->base, -1, 0, on_later, z);
}

void zserv_redist_fini(struct out_zserv *z)
{
	void *d;

	for (size_t at = 0; (d = table_next(&z->redist.routes, &at));)
		free(d);
	table_fini(&z->redist.routes);
	event_free(z->redist.later);
}
