/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zroutes_hops.c - the gateways of our routes as zebra sees them. Each is tracked from its
 * first use until a minute after its last. zebra tells when the way to one changes, but
 * not always when its interface flaps faster than zebra looks: so an interface that goes
 * down takes its gateways with it at once, and they are asked about again later. zebra is not
 * asked about link-local ones: they are where their interface is up.
 */
#include "announcer/util.h"
#include "announcer/zroutes_int.h"

enum {
	NEXTHOP_MS = 2000, /* a gateway that zebra says nothing about */
	RECHECK_MS = 1000, /* a gateway whose interface went down */
};

static uint32_t hop_hash(const void *entry)
{
	const struct hop *h = entry;
	const struct ipaddr *a = &h->pub.addr;

	return table_hash(a->addr, ipaddr_len(a->family), table_seed() + h->via);
}

static bool hop_same(const void *a, const void *b)
{
	const struct hop *x = a, *y = b;

	return x->via == y->via && !ipaddr_cmp(&x->pub.addr, &y->pub.addr);
}

const struct table_ops hops_ops = {.hash = hop_hash, .same = hop_same};

static struct hop *hop_find(const struct zroutes *z, const struct ipaddr *a, uint32_t via)
{
	struct hop probe = {.pub.addr = *a, .via = via};

	return table_find(&z->hops, &probe);
}

static void hop_state(struct zroutes *z, struct hop *h, enum znh_state s)
{
	z->unknown -= h->pub.state == ZNH_UNKNOWN;
	z->unknown += s == ZNH_UNKNOWN;
	if (h->pub.state == ZNH_UP && s == ZNH_DOWN) {
		h->pub.losses++;
		z->losses++;
	}
	h->pub.state = s;
}

static void track(struct zroutes *z, const struct hop *h, bool on)
{
	if (!h->via)
		z->ops.track(&h->pub.addr, on, z->arg);
}

struct hop *hops_use(struct zroutes *z, const struct ipaddr *a, uint32_t via, int64_t now_ms)
{
	struct hop *h = hop_find(z, a, via);

	if (h)
		return h;
	h = xcalloc(1, sizeof(*h));
	h->pub.addr = *a;
	h->id = z->next_id++;
	h->due_ms = NEVER;
	h->via = h->pub.ifindex = via;
	h->pub.state = via ? ZNH_UP : ZNH_UNKNOWN;
	z->unknown += !via;
	table_add(&z->hops, h);
	if (z->up && !via) {
		zdue(z, &h->due_ms, now_ms + NEXTHOP_MS);
		track(z, h, true);
	}
	return h;
}

void hops_free(struct zroutes *z)
{
	struct hop *h;

	for (size_t i = 0; (h = table_next(&z->hops, &i));)
		free(h);
	table_fini(&z->hops);
}

void hops_forget(struct zroutes *z)
{
	struct hop *h;

	z->lo = 0;
	z->lo_told = z->lo_wanted = false;
	for (size_t i = 0; (h = table_next(&z->hops, &i));) {
		hop_state(z, h, h->via ? ZNH_UP : ZNH_UNKNOWN);
		h->pub.ifindex = h->via;
		h->iface_down = false;
		h->due_ms = NEVER;
	}
}

void hops_up(struct zroutes *z, int64_t now_ms)
{
	struct hop *h;

	for (size_t i = 0; (h = table_next(&z->hops, &i));) {
		if (h->via)
			continue;
		zdue(z, &h->due_ms, now_ms + NEXTHOP_MS);
		track(z, h, true);
	}
}

void zroutes_lost_before(struct zroutes *z, const struct ipaddr *nh, unsigned losses)
{
	struct hop *h = hops_use(z, nh, 0, 0);

	if (h->pub.losses < losses)
		h->pub.losses = losses;
}

void zroutes_track(struct zroutes *z, const struct ipaddr *nh, int64_t now_ms)
{
	hops_use(z, nh, 0, now_ms);
}

void zroutes_lost_unseen(struct zroutes *z, unsigned times)
{
	z->unseen = times;
}

unsigned zroutes_losses(const struct zroutes *z)
{
	return z->losses;
}

void zroutes_nexthop(struct zroutes *z, const struct znh *told, int64_t now_ms)
{
	struct hop *h = hop_find(z, &told->addr, 0);
	enum znh_state s = told->state == ZNH_UP ? ZNH_UP : ZNH_DOWN;
	uint64_t member;
	bool same;

	if (!h)
		return;
	member = hop_bit(h);
	/* Reached another way: zebra leaves the kernel's routes as they are (zserv.md 18.1),
	 * so they go and come back. */
	if (h->pub.state == ZNH_UP && s == ZNH_UP && told->path != h->pub.path) {
		hop_state(z, h, ZNH_DOWN);
		zroutes_again(z, member, now_ms);
	}
	same = h->pub.state == s;
	hop_state(z, h, s);
	if (s == ZNH_UP) {
		h->iface_down = false;
		h->pub.ifindex = told->ifindex;
		h->pub.path = told->path;
	}
	h->pub.recursive = told->recursive;
	h->due_ms = h->iface_down ? h->due_ms : NEVER;
	if (!same)
		zroutes_again(z, member, now_ms);
}

void zroutes_iface(struct zroutes *z, uint32_t ifindex, bool up, int64_t now_ms)
{
	uint64_t members = 0;
	struct hop *h;

	for (size_t i = 0; (h = table_next(&z->hops, &i));) {
		if (h->pub.ifindex != ifindex)
			continue;
		if (!up && h->pub.state == ZNH_UP) {
			hop_state(z, h, ZNH_DOWN);
			h->iface_down = !h->via;
			if (!h->via)
				zdue(z, &h->due_ms, now_ms + RECHECK_MS);
			members |= hop_bit(h);
		} else if (up && h->via && h->pub.state == ZNH_DOWN) {
			hop_state(z, h, ZNH_UP);
			members |= hop_bit(h);
		} else if (up && h->pub.state == ZNH_DOWN && z->up) {
			/* Registering again brings an answer at once, changed or not. */
			z->ops.track(&h->pub.addr, false, z->arg);
			z->ops.track(&h->pub.addr, true, z->arg);
		}
	}
	zroutes_again(z, members, now_ms);
}

void zroutes_loopback(struct zroutes *z, uint32_t ifindex, int64_t now_ms)
{
	if (z->lo_told && z->lo == ifindex)
		return;
	z->lo = ifindex;
	z->lo_told = true;
	z->lo_wanted = false;
	zroutes_again(z, HOPS_LOOPBACK, now_ms);
}

uint32_t zroutes_loopback_index(const struct zroutes *z, bool *told)
{
	*told = z->lo_told;
	return z->lo;
}

static void hop_due(struct zroutes *z, struct hop *h, int64_t now_ms)
{
	h->due_ms = NEVER;
	if (h->pub.state == ZNH_UNKNOWN) {
		hop_state(z, h, ZNH_DOWN);
		zroutes_again(z, hop_bit(h), now_ms);
	}
	if (h->pub.state == ZNH_DOWN && z->up) {
		z->ops.track(&h->pub.addr, false, z->arg);
		z->ops.track(&h->pub.addr, true, z->arg);
	}
}

void hops_tick(struct zroutes *z, int64_t now_ms)
{
	struct hop *h;

	for (size_t i = 0; (h = table_next(&z->hops, &i));) {
		if (h->due_ms <= now_ms)
			hop_due(z, h, now_ms);
		if (h->due_ms < z->due_ms)
			z->due_ms = h->due_ms;
	}
}

void hops_sweep(struct zroutes *z, int64_t now_ms)
{
	struct hop **dead = xcalloc(z->hops.n, sizeof(struct hop *));
	struct zroute *r;
	struct hop *h;
	bool again = false;
	size_t n = 0;

	for (size_t i = 0; (r = ptable_next(&z->routes, &i));) {
		const struct rib_route *want = r->wanted ? rib_best(z->rib, &r->p) : NULL;

		for (size_t k = 0; want && k < want->n; k++) {
			h = hop_find(z, &want->nh[k].addr, want->nh[k].ifindex);
			if (h)
				h->used = true;
		}
	}
	for (size_t i = 0; (h = table_next(&z->hops, &i));) {
		if (!h->used && h->idle)
			dead[n++] = h;
		again = again || (!h->used && !h->idle);
		h->idle = !h->used;
		h->used = false;
	}
	while (n) {
		h = dead[--n];
		if (z->up)
			track(z, h, false);
		z->unknown -= h->pub.state == ZNH_UNKNOWN;
		table_remove(&z->hops, h);
		free(h);
	}
	free(dead);
	if (again)
		zdue(z, &z->sweep_ms, now_ms + SWEEP_MS);
}

const struct znh *zroutes_nexthop_find(const struct zroutes *z, const struct ipaddr *nh)
{
	const struct hop *h = hop_find(z, nh, 0);

	return h ? &h->pub : NULL;
}

void zroutes_nexthops(const struct zroutes *z, znh_fn *fn, void *arg)
{
	const struct hop *h;

	for (size_t i = 0; (h = table_next(&z->hops, &i));)
		fn(&h->pub, arg);
}
