/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zroutes.c - a state machine for each prefix that zebra should have of us.
 *
 *   WAITING -----ADD-----> INSTALLING --INSTALLED--> INSTALLED
 *      ^  no next hop left:    |   |                     |
 *      |  DELETE               |   +-LOST, REJECTED <----+   (both are retried)
 *      +---REMOVED--- REMOVING <-------------------------+
 *
 * Next hops come from the RIB, less those that zebra does not resolve: it is asked to track
 * each gateway. zebra neither re-installs a route whose interface came back nor says that
 * the kernel dropped it, and from 10.7 on ignores a route that is sent again unchanged
 * (zserv.md 18.1, 18.2). So: a gateway that goes takes its member out of the routes, which
 * makes them different; a route without members is deleted, and is only added again once
 * zebra said REMOVED. That sequence works on every release.
 * It keeps no copy of next hops: the RIB has them; a hash tells whether zebra has the same.
 */
#include "announcer/util.h"
#include "announcer/zroutes_int.h"

enum {
	CONFIRM_MS = 2000,  /* silence after an ADD, then zebra is asked */
	VERDICT_MS = 5000,  /* no verdict either: send again */
	REMOVED_MS = 1000,  /* silence after a DELETE: it is gone */
	REJECTED_MS = 1000, /* first retry; doubled each time */
	LOST_MS = 5000,
	RETRY_MAX_MS = 300000,
	ASK_MAX = 16,   /* questions under way */
	SENT_AGAIN = 2, /* zroute.sent: zebra has something, to be sent again */
};

struct zroute *zroute_find(const struct zroutes *z, const struct prefix *p)
{
	return ptable_find(&z->routes, p);
}

static int64_t backoff(int64_t first_ms, unsigned tries)
{
	int64_t ms = first_ms << (tries > 16 ? 16 : tries);

	return ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms;
}

static void set_state(struct zroutes *z, struct zroute *r, enum zroute_state s)
{
	z->count[r->state]--;
	z->count[s]++;
	r->state = s;
	if (r->asked) {
		r->asked = false;
		z->asking--;
	}
	if (s == ZROUTE_INSTALLED || s == ZROUTE_WAITING) {
		r->due_ms = NEVER;
		r->tries = 0;
	}
	if (s != ZROUTE_LOST) {
		free(r->winner);
		r->winner = NULL;
	}
	if ((s == ZROUTE_INSTALLED || s == ZROUTE_LOST) && z->ops.settled)
		z->ops.settled(&r->p, z->arg);
}

static void route_free(struct zroutes *z, struct zroute *r)
{
	const struct prefix p = r->p;
	struct zroute_mark mark = r->mark;

	set_state(z, r, ZROUTE_WAITING);
	z->count[ZROUTE_WAITING]--;
	ptable_remove(&z->routes, r);
	if (z->ops.dropped)
		z->ops.dropped(&p, &mark, z->arg);
}

/* Interface lo needs no tracking: no link takes its routes along (zserv.md 8.8). */
static bool loopback_usable(struct zroutes *z, struct zroute *r, bool *known)
{
	r->members |= HOPS_LOOPBACK;
	if (!z->lo_told) {
		z->lo_wanted = true;
		*known = false;
	}
	return z->lo != 0;
}

/* Fill z->usable with what zebra can resolve of a route. false: it must be asked first. */
static bool usable(struct zroutes *z, struct zroute *r, const struct rib_route *want, size_t *n,
    int64_t now_ms)
{
	unsigned losses = z->unseen + r->repairs;
	bool known = true;

	*n = 0;
	r->members = 0;
	for (size_t i = 0; i < want->n; i++) {
		const struct rib_nexthop *nh = &want->nh[i];

		if (nh->addr.family) {
			const struct hop *h = hops_use(z, &nh->addr, nh->ifindex, now_ms);

			r->members |= hop_bit(h);
			losses += h->pub.losses;
			if (h->pub.state == ZNH_UNKNOWN)
				known = false;
			if (h->pub.state != ZNH_UP)
				continue;
		}
		if (nh->loopback && !loopback_usable(z, r, &known))
			continue;
		if (*n == z->max_nexthops)
			continue;
		z->usable[*n] = *nh;
		if (nh->loopback)
			z->usable[*n].ifindex = z->lo;
		++*n;
	}
	zroutes_weigh(z->usable, *n, losses, z->features);
	return known;
}

/* Of what is in z->usable; odd, so neither 0 nor SENT_AGAIN. */
static uint64_t usable_hash(const struct zroutes *z, size_t n)
{
	uint32_t lo = table_seed(), hi = ~lo;

	for (size_t i = 0; i < n; i++) {
		const struct rib_nexthop *nh = &z->usable[i];

		lo = table_hash(&nh->addr, sizeof(nh->addr), lo + nh->weight);
		hi = table_hash(
		    &nh->addr, sizeof(nh->addr), hi ^ nh->weight << 16 ^ nh->ifindex);
	}
	return (uint64_t)hi << 32 | lo | 1;
}

static void send_del(struct zroutes *z, struct zroute *r, int64_t now_ms)
{
	uint8_t tries = r->tries;

	z->ops.del(&r->p, z->arg);
	r->mark.sends++;
	r->sent = 0;
	r->n_sent = 0;
	set_state(z, r, ZROUTE_REMOVING);
	r->tries = tries;
	zdue(z, &r->due_ms, now_ms + REMOVED_MS);
}

/* hash: that of the n next hops in z->usable */
static void send_add(
    struct zroutes *z, struct zroute *r, size_t n, uint64_t hash, int64_t now_ms)
{
	z->ops.add(&r->p, z->usable, n, z->arg);
	r->mark.sends++;
	r->sent = hash;
	r->n_sent = (uint16_t)n;
	r->had = true;
	/* A route that lost stays lost until zebra says otherwise. */
	if (r->state == ZROUTE_LOST) {
		zdue(z, &r->due_ms, now_ms + backoff(LOST_MS, r->tries));
		return;
	}
	set_state(z, r, ZROUTE_INSTALLING);
	/* Nothing may ever be said: zebras before 4.0, seen without their vty. */
	zdue(z, &r->due_ms, now_ms + backoff(CONFIRM_MS, r->tries));
}

/* Bring zebra to what the RIB and the gateways say. want: the RIB's route, or NULL. */
static void evaluate(
    struct zroutes *z, struct zroute *r, const struct rib_route *want, int64_t now_ms)
{
	size_t n = 0;
	uint64_t hash;

	r->n_wanted = want ? (uint16_t)want->n : 0;
	if (!z->up || r->state == ZROUTE_REMOVING)
		return;
	if (want && !usable(z, r, want, &n, now_ms))
		return;
	if (!n) {
		if (r->sent || (!r->wanted && r->had))
			send_del(z, r, now_ms);
		else
			set_state(z, r, ZROUTE_WAITING);
		return;
	}
	hash = usable_hash(z, n);
	if (r->sent != hash || r->state == ZROUTE_WAITING)
		send_add(z, r, n, hash, now_ms);
}

static void again(struct zroutes *z, struct zroute *r, int64_t now_ms)
{
	evaluate(z, r, r->wanted ? rib_best(z->rib, &r->p) : NULL, now_ms);
}

/* DELETE was confirmed, or zebra has nothing of ours any more. */
static void removed(struct zroutes *z, struct zroute *r, int64_t now_ms)
{
	uint8_t tries = r->tries;

	set_state(z, r, ZROUTE_WAITING);
	r->sent = 0;
	r->n_sent = 0;
	r->had = false;
	if (!r->wanted) {
		route_free(z, r);
		return;
	}
	r->tries = tries;
	again(z, r, now_ms);
}

struct zroutes *zroutes_new(const struct rib *rib, const struct zroutes_ops *ops, void *arg)
{
	struct zroutes *z = xcalloc(1, sizeof(*z));

	z->rib = rib;
	z->ops = *ops;
	z->arg = arg;
	z->due_ms = z->sweep_ms = NEVER;
	ptable_init(&z->routes, offsetof(struct zroute, key));
	z->hops.ops = &hops_ops;
	return z;
}

void zroutes_free(struct zroutes *z)
{
	struct zroute *r;

	if (!z)
		return;
	for (size_t i = 0; (r = ptable_next(&z->routes, &i));)
		free(r->winner);
	ptable_fini(&z->routes);
	hops_free(z);
	free(z->usable);
	free(z);
}

/* Whatever zebra still has of us is to be sent again. */
static void forget(struct zroutes *z)
{
	struct zroute *r;

	for (size_t i = 0; (r = ptable_next(&z->routes, &i));) {
		set_state(z, r, ZROUTE_WAITING);
		r->sent = 0;
		r->n_sent = 0;
	}
	hops_forget(z);
	z->due_ms = z->sweep_ms;
}

/* Drop what is not wanted, and was not with zebra: that is deleted when it is back, which may
 * find it in the kernel (zserv.md 14.3). */
static void drop_unwanted(struct zroutes *z)
{
	struct zroute *r;

	for (size_t i = 0; (r = ptable_next(&z->routes, &i));)
		if (!r->wanted && !r->had)
			route_free(z, r);
}

void zroutes_features(struct zroutes *z, unsigned features)
{
	z->features = features;
}

void zroutes_up(struct zroutes *z, unsigned max_nexthops, int64_t now_ms)
{
	struct zroute *r;

	forget(z);
	drop_unwanted(z);
	z->up = true;
	z->note_ms = now_ms;
	z->max_nexthops = max_nexthops ? max_nexthops : 1;
	z->usable = xrealloc(z->usable, z->max_nexthops, sizeof(*z->usable));
	hops_up(z, now_ms);
	for (size_t i = 0; (r = ptable_next(&z->routes, &i));)
		again(z, r, now_ms);
}

void zroutes_down(struct zroutes *z)
{
	z->up = false;
	forget(z);
	drop_unwanted(z);
}

void zroutes_want(struct zroutes *z, const struct rib_route *want, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, &want->prefix);

	if (!r) {
		r = ptable_add(&z->routes, &want->prefix);
		r->p = want->prefix;
		r->due_ms = NEVER;
		z->count[ZROUTE_WAITING]++;
	}
	r->wanted = true;
	r->tries = 0;
	if (z->sweep_ms == NEVER)
		zdue(z, &z->sweep_ms, now_ms + SWEEP_MS);
	evaluate(z, r, want, now_ms);
}

void zroutes_withdraw(struct zroutes *z, const struct prefix *p, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, p);

	if (!r)
		return;
	r->wanted = false;
	if (z->sweep_ms == NEVER)
		zdue(z, &z->sweep_ms, now_ms + SWEEP_MS);
	evaluate(z, r, NULL, now_ms);
	if (r->state == ZROUTE_WAITING && !r->had)
		route_free(z, r);
}

void zroutes_again(struct zroutes *z, uint64_t members, int64_t now_ms)
{
	struct zroute *r;

	if (!members)
		return;
	for (size_t i = 0; (r = ptable_next(&z->routes, &i));)
		if (r->wanted && r->members & members)
			again(z, r, now_ms);
}

void zroutes_busy(struct zroutes *z, int64_t now_ms)
{
	z->note_ms = now_ms;
}

bool zroutes_note(
    struct zroutes *z, const struct prefix *p, enum zapi_note note, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, p);
	bool expected = false;

	zroutes_busy(z, now_ms);
	if (!r)
		return false;
	if (r->state == ZROUTE_REMOVING) {
		if (note == ZNOTE_REMOVED || note == ZNOTE_REMOVE_FAIL ||
		    note == ZNOTE_BETTER_ADMIN_WON)
			removed(z, r, now_ms);
		return note == ZNOTE_REMOVED;
	}
	switch (note) {
	case ZNOTE_INSTALLED:
		expected = r->state == ZROUTE_INSTALLING;
		if (r->sent)
			set_state(z, r, ZROUTE_INSTALLED);
		break;
	case ZNOTE_BETTER_ADMIN_WON:
		set_state(z, r, ZROUTE_LOST);
		zdue(z, &r->due_ms, now_ms + backoff(LOST_MS, r->tries));
		z->ops.ask(p, z->arg);
		break;
	case ZNOTE_FAIL_INSTALL:
		set_state(z, r, ZROUTE_REJECTED);
		zdue(z, &r->due_ms, now_ms + backoff(REJECTED_MS, r->tries));
		break;
	case ZNOTE_REMOVED:
	case ZNOTE_REMOVE_FAIL:
		/* Not by us: somebody swept our routes. Put it back, but do not fight. */
		r->sent = 0;
		set_state(z, r, ZROUTE_REJECTED);
		zdue(z, &r->due_ms, now_ms + backoff(100, r->tries));
		break;
	}
	return expected;
}

void zroutes_verdict(struct zroutes *z, const struct prefix *p, bool installed,
    const char *winner, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, p);

	if (!r || r->state == ZROUTE_REMOVING || r->state == ZROUTE_WAITING)
		return;
	if (installed) {
		set_state(z, r, ZROUTE_INSTALLED);
		return;
	}
	if (winner) {
		set_state(z, r, ZROUTE_LOST);
		free(r->winner);
		r->winner = xstrdup(winner);
		zdue(z, &r->due_ms, now_ms + backoff(LOST_MS, r->tries));
		return;
	}
	set_state(z, r, ZROUTE_REJECTED);
	zdue(z, &r->due_ms, now_ms + backoff(REJECTED_MS, r->tries));
}

bool zroutes_stray(struct zroutes *z, const struct prefix *p, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, p);

	if (!r)
		z->ops.del(p, z->arg);
	else if (r->state == ZROUTE_WAITING)
		send_del(z, r, now_ms);
	else
		return false;
	return true;
}

bool zroutes_confirmed(struct zroutes *z, const struct prefix *p, const struct rib_nexthop **nh,
    size_t *n, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, p);
	const struct rib_route *want;

	if (!r || r->state != ZROUTE_INSTALLED || !r->wanted)
		return false;
	want = rib_best(z->rib, p);
	if (!want || !usable(z, r, want, n, now_ms) || r->sent != usable_hash(z, *n))
		return false;
	*nh = z->usable;
	return true;
}

bool zroutes_repair(
    struct zroutes *z, const struct prefix *p, bool removed_first, int64_t now_ms)
{
	struct zroute *r = zroute_find(z, p);

	if (!z->up || !r || r->state != ZROUTE_INSTALLED || !r->wanted)
		return false;
	r->repairs++;
	if (removed_first) {
		send_del(z, r, now_ms);
		return true;
	}
	r->sent = SENT_AGAIN;
	again(z, r, now_ms);
	return true;
}

/* A route's time has come. May free it. */
static void route_due(struct zroutes *z, struct zroute *r, int64_t now_ms)
{
	bool busy = now_ms - z->note_ms < CONFIRM_MS / 4;

	r->due_ms = NEVER;
	/* zebra is still at work on others: give it time. */
	if (busy && (r->state == ZROUTE_REMOVING || r->state == ZROUTE_INSTALLING)) {
		zdue(z, &r->due_ms, now_ms + CONFIRM_MS / 4);
		return;
	}
	if (r->state == ZROUTE_REMOVING) {
		removed(z, r, now_ms);
		return;
	}
	if (r->state == ZROUTE_INSTALLING && !r->asked) {
		if (z->asking >= ASK_MAX) {
			zdue(z, &r->due_ms, now_ms + CONFIRM_MS / 4);
			return;
		}
		r->asked = true;
		z->asking++;
		zdue(z, &r->due_ms, now_ms + VERDICT_MS);
		z->ops.ask(&r->p, z->arg);
		return;
	}
	if (r->tries < UINT8_MAX)
		r->tries++;
	if (r->state == ZROUTE_REJECTED && r->sent) {
		/* zebra may hold a group for it that the kernel lost: not that one again. */
		r->repairs++;
		send_del(z, r, now_ms);
		return;
	}
	if (r->sent)
		r->sent = SENT_AGAIN;
	again(z, r, now_ms);
}

/* All that is due, taken out first: acting on it changes the table. */
static size_t take_due(struct zroutes *z, int64_t now_ms, struct zroute ***list)
{
	struct zroute *r;
	size_t n = 0, cap = 0;

	*list = NULL;
	for (size_t i = 0; (r = ptable_next(&z->routes, &i));) {
		if (r->due_ms > now_ms) {
			if (r->due_ms < z->due_ms)
				z->due_ms = r->due_ms;
			continue;
		}
		if (n == cap) {
			cap = cap ? cap * 2 : 64;
			*list = xrealloc(*list, cap, sizeof(**list));
		}
		(*list)[n++] = r;
	}
	return n;
}

int64_t zroutes_tick(struct zroutes *z, int64_t now_ms)
{
	struct zroute **list;
	size_t n;

	if (now_ms >= z->due_ms) {
		z->due_ms = NEVER;
		hops_tick(z, now_ms);
		n = take_due(z, now_ms, &list);
		for (size_t i = 0; i < n; i++)
			route_due(z, list[i], now_ms);
		free(list);
		if (z->sweep_ms <= now_ms) {
			z->sweep_ms = NEVER;
			hops_sweep(z, now_ms);
		}
		if (z->sweep_ms < z->due_ms)
			z->due_ms = z->sweep_ms;
	}
	if (z->due_ms == NEVER)
		return -1;
	return z->due_ms > now_ms ? z->due_ms - now_ms : 0;
}
