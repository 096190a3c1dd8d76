/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows for one address from who has it and who is to have it (owners_pick.c).
 *
 * An owner lets go when it must (no interface, a conflict lost, nobody is to have it), when
 * another one owns it with more right, when who is to have it is ready, and, once it is no
 * candidate any more, after HOLD_MS at the latest. An address that nobody has is taken by the
 * first at once, by the second if after TURN_MS the first has not taken it (its state of
 * Kubernetes may be an older one, its sockets broken), and so on. Who has let go unasked may
 * know that the Service is gone: it is followed only after RELEASE_MS, in which Kubernetes will
 * have told the others, too.
 */
#include "announcer/l2/owners_int.h"
#include "announcer/util.h"

enum {
	TURN_MS = 300,
	START_MS = 700, /* more for who had it last: it may listen still */
	HOLD_MS = 1000,
	RELEASE_MS = 300,
	SETTLE_MS = 1000,
	DEFEND_MS = 10000, /* RFC 5227 DEFEND_INTERVAL */
	SAME_MS = 20,      /* frames of one announcement */
	STEPPED_BACK_MS = 30000,
	ASK_MS = 5000,
	PROBE_MS = 1000, /* RFC 5227 2.1.1 waits so long for an answer, or twice */
};

static void look_again(struct owners_addr *a, int64_t at_ms)
{
	if (at_ms < a->due_ms)
		a->due_ms = at_ms;
}

static void say(struct l2_owners *o, struct owners_addr *a, enum l2_claim what)
{
	if (a->said == what)
		return;
	a->said = (uint8_t)what;
	o->ops->claim(&a->addr, what, what == L2_CLAIM_OWNS ? a->stamp : 0, o->arg);
}

/* Again with other interfaces, too. n: of o->at, at least one. */
static void take(struct l2_owners *o, struct owners_addr *a, size_t n)
{
	struct owners_where *where = owners_where_take(o, n), *was = a->where;

	a->where = where;
	if (where != was)
		o->ops->take(&a->addr, where->ifindex, where->n, o->arg);
	owners_where_drop(o, was);
	if (a->owns)
		return;
	a->owns = true;
	a->moves++;
	a->stamp = o->wall_ms;
	a->wait_ms = OWNERS_NEVER;
	say(o, a, L2_CLAIM_OWNS);
}

/* Stop answering. */
static void let_go(struct l2_owners *o, struct owners_addr *a)
{
	o->ops->leave(&a->addr, o->arg);
	a->owns = false;
	a->moves++;
	owners_where_drop(o, a->where);
	a->where = NULL;
	say(o, a, L2_CLAIM_NONE);
}

/* ---- conflicts: RFC 5227 2.4 (b), where the higher MAC gives way ---- */

static bool peer_owns(const struct owners_addr *a)
{
	for (size_t i = 0; i < a->n_claims; i++)
		if (a->claims[i].what == L2_CLAIM_OWNS && a->claims[i].node->alive)
			return true;
	return false;
}

static void meet_conflict(struct l2_owners *o, struct owners_addr *a, struct owners_conflict *c)
{
	if (c->last_ms != OWNERS_NEVER && o->now_ms - c->last_ms < SAME_MS)
		return;
	if (c->first_ms == OWNERS_NEVER || o->now_ms - c->first_ms >= DEFEND_MS) {
		c->first_ms = o->now_ms;
		c->times = 0;
	}
	c->last_ms = o->now_ms;
	c->times++;
	if (c->times > 1 && memcmp(c->mine, c->mac, sizeof(c->mac)) > 0)
		c->until_ms = o->now_ms + STEPPED_BACK_MS;
	else if (c->times <= 2) /* and so that the other one sees two */
		o->ops->defend(&a->addr, o->arg);
}

/* Stepped back for long enough: does the other one have it still? */
static void probe(struct l2_owners *o, struct owners_addr *a, struct owners_conflict *c)
{
	size_t n = owners_where_own(o, a, owners_member(a->set, o->self));
	struct owners_where *where;

	c->probing = n && !peer_owns(a);
	c->until_ms = c->probing ? o->now_ms + PROBE_MS : 0;
	if (!c->probing)
		return;
	where = owners_where_take(o, n);
	o->ops->probe(&a->addr, where->ifindex, where->n, o->arg);
	owners_where_drop(o, where);
}

/* Answered, or not for long enough. */
static void end_probe(struct l2_owners *o, struct owners_addr *a, struct owners_conflict *c)
{
	bool owned = peer_owns(a); /* by heartbeat: it is that one who answered */

	if (!c->heard && !owned && o->now_ms < c->until_ms)
		return;
	c->probing = false;
	c->until_ms =
	    c->heard && !owned ? o->now_ms + (c->asking ? ASK_MS : STEPPED_BACK_MS) : 0;
	a->asked = !c->heard && !owned;
	o->ops->leave(&a->addr, o->arg);
}

/* A peer owns it, too: the heartbeat settles that at once, unless one of both is deaf. */
static bool is_settled(
    const struct l2_owners *o, const struct owners_addr *a, struct owners_conflict *c)
{
	if (!peer_owns(a)) {
		c->shared_ms = OWNERS_NEVER;
		return false;
	}
	if (c->shared_ms == OWNERS_NEVER || o->now_ms - c->shared_ms >= DEFEND_MS)
		c->shared_ms = o->now_ms;
	return o->now_ms - c->shared_ms < SETTLE_MS;
}

static void see_conflict(struct l2_owners *o, struct owners_addr *a)
{
	struct owners_conflict *c = a->conflict;

	if (!c)
		return;
	if (c->asking && !c->probing && peer_owns(a)) /* that one answered, then */
		c->until_ms = 0;
	if (c->probing)
		end_probe(o, a, c);
	else if (c->until_ms && o->now_ms >= c->until_ms)
		probe(o, a, c);
	else if (c->heard && a->owns && !is_settled(o, a, c))
		meet_conflict(o, a, c);
	c->heard = false;
	c->asking &= c->until_ms != 0;
	if (c->until_ms)
		look_again(a, c->until_ms);
}

/* ---- letting go ---- */

static bool wants(const struct owners_addr *a, const struct owners_node *node)
{
	for (size_t i = 0; i < a->n_claims; i++)
		if (a->claims[i].node == node)
			return a->claims[i].what == L2_CLAIM_WANTS;
	return false;
}

static bool must_let_go(struct l2_owners *o, struct owners_addr *a, const struct owners_pick *p)
{
	if (!a->set || !p->n_where || o->self->leaving || owners_stepped_back(o, a))
		return true;
	if (!o->heartbeat)
		return p->target != o->self;
	if (p->holder != o->self)
		return true;
	if (p->target != o->self && p->target && wants(a, p->target))
		return true;
	if (p->self) {
		a->wait_ms = OWNERS_NEVER;
		return false;
	}
	if (a->wait_ms == OWNERS_NEVER)
		a->wait_ms = o->now_ms + HOLD_MS;
	look_again(a, a->wait_ms);
	return o->now_ms >= a->wait_ms;
}

/* ---- taking ---- */

/* The others are to be heard first. p: just made. */
static bool listens(struct l2_owners *o, struct owners_addr *a, const struct owners_pick *p)
{
	int64_t until = o->known_ms;

	for (size_t i = 0; i < p->n_where && !p->all_known; i++)
		if (o->listen_to_ms[o->at[i]] > until)
			until = o->listen_to_ms[o->at[i]];
	if (!o->heartbeat || o->now_ms >= until)
		return false;
	look_again(a, until);
	return true;
}

static int64_t released_until(const struct l2_owners *o, const struct owners_addr *a)
{
	const struct owners_node *by = a->released_by;
	const struct owners_member *m = owners_member(a->set, by);

	if (!by || !by->alive || by->leaving || by->cut_off || (m && !owners_fits(o, a, m)))
		return o->now_ms;
	return a->released_ms + RELEASE_MS;
}

/* Nobody has it. */
static bool my_turn(struct l2_owners *o, struct owners_addr *a, const struct owners_pick *p)
{
	int64_t at = released_until(o, a), turn;

	if (a->wait_ms == OWNERS_NEVER)
		a->wait_ms = o->now_ms;
	if (p->turn == OWNERS_NO_TURN)
		return false;
	turn = a->wait_ms + (int64_t)p->turn * TURN_MS;
	if (p->turn && p->target == a->recorded)
		turn += START_MS;
	at = turn > at ? turn : at;
	look_again(a, at);
	return o->now_ms >= at;
}

/* Whether one that is silent has it: asked on the LAN, as after a conflict. */
static bool must_ask(struct l2_owners *o, struct owners_addr *a)
{
	if (a->asked || !owners_silent(o, a))
		return false;
	if (!a->conflict)
		a->conflict = owners_conflict_new();
	a->conflict->asking = true;
	probe(o, a, a->conflict);
	look_again(a, a->conflict->until_ms);
	return true;
}

static bool may_take(struct l2_owners *o, struct owners_addr *a, const struct owners_pick *p)
{
	const struct owners_node *h = p->holder;

	if (!p->able || listens(o, a, p))
		return false;
	if (!o->heartbeat)
		return p->target == o->self;
	if (!h)
		return my_turn(o, a, p) && !must_ask(o, a);
	return p->target == o->self && (h->leaving || (h->cut_off && !o->self->cut_off));
}

/* ---- what is seen of it ---- */

static enum l2_state state_of(const struct l2_owners *o, const struct owners_addr *a,
    const struct owners_pick *p, struct owners_node **owner)
{
	*owner = p->holder;
	if (a->owns) {
		*owner = o->self;
		return L2_OWNER;
	}
	if (!a->set)
		return L2_NOBODY;
	if (p->holder)
		return a->said == L2_CLAIM_WANTS ? L2_WAITS : L2_OTHER;
	if (p->self && owners_stepped_back(o, a) && a->conflict->asking) {
		*owner = a->recorded;
		return L2_OTHER;
	}
	if (p->self && owners_stepped_back(o, a) && (o->heartbeat || p->target == o->self))
		return L2_CONFLICT;
	if (p->no_iface)
		return L2_NO_IFACE;
	if (p->target == o->self || (p->able && a->wait_ms == OWNERS_NEVER && o->heartbeat))
		return L2_LISTENS;
	*owner = p->target;
	return p->target ? L2_OTHER : L2_NOBODY;
}

static void tell(struct l2_owners *o, struct owners_addr *a, const struct owners_pick *p)
{
	struct owners_node *owner;
	enum l2_state was = (enum l2_state)a->state, now = state_of(o, a, p, &owner);
	struct l2_owners_view v;

	if (!a->set)
		owner = NULL;
	if (now == was && owner == a->owner)
		return;
	a->state = (uint8_t)now;
	a->owner = owner;
	a->since_ms = o->now_ms;
	owners_view(o, a, &v);
	o->ops->news(&v, was, o->arg);
}

/* Two owned it, as when a LAN that had fallen apart is whole again, and this node stays. */
static void tell_again(struct l2_owners *o, struct owners_addr *a)
{
	if (a->rid && a->owns && !peer_owns(a))
		o->ops->defend(&a->addr, o->arg);
	a->rid = false;
}

void owners_decide(struct l2_owners *o, struct owners_addr *a)
{
	struct owners_pick p;

	a->dirty = false;
	a->due_ms = OWNERS_NEVER;
	if (a->released_ms == OWNERS_NEVER)
		a->released_ms = o->now_ms;
	see_conflict(o, a);
	owners_pick(o, a, &p);
	if (a->owns && must_let_go(o, a, &p)) {
		let_go(o, a);
		owners_pick(o, a, &p);
		if (!p.holder)
			a->wait_ms = o->now_ms;
		look_again(a, o->now_ms + 1);
	} else if (a->owns || may_take(o, a, &p)) {
		take(o, a, p.n_where);
	}
	tell_again(o, a);
	if (p.holder || a->owns)
		a->released_by = NULL;
	if (!a->owns) {
		bool asks = p.holder && p.target == o->self && p.able && !listens(o, a, &p);

		if (p.holder)
			a->wait_ms = OWNERS_NEVER;
		say(o, a, asks ? L2_CLAIM_WANTS : L2_CLAIM_NONE);
	}
	tell(o, a, &p);
}
