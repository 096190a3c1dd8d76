/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has an address, and who is to have it, as this node sees it. Nothing is changed here.
 *
 * A candidate is graded by what it can do (subnet, draining, preference), then by whether it
 * has the address, then by its rank. To begin with an address is only for those that are
 * connected to the API and have told all that they have, where there are such: who is cut off
 * may know of it what is not so any more, or nothing.
 */
#include "announcer/l2/owners_int.h"
#include "announcer/util.h"

/* How sure it is that a node would take an address. */
enum sureness { UNKNOWN, CUT_OFF, SURE };

struct grade {
	const struct owners_member *member;
	enum l2_fit fit;
	enum sureness sure;
	bool first; /* has it, or had it last */
	uint64_t rank;
};

const struct owners_member *owners_member(
    const struct owners_set *set, const struct owners_node *node)
{
	for (size_t i = 0; set && node && i < set->n; i++)
		if (set->v[i].node == node)
			return &set->v[i];
	return NULL;
}

size_t owners_where_own(
    struct l2_owners *o, const struct owners_addr *a, const struct owners_member *self)
{
	return l2_fit_where(&o->self->facts, &a->addr, self ? self->only : NULL, o->at);
}

bool owners_stepped_back(const struct l2_owners *o, const struct owners_addr *a)
{
	return a->conflict && a->conflict->until_ms > o->now_ms;
}

bool owners_heard(const struct l2_owners *o, const struct owners_node *node, size_t n_where)
{
	if (node == o->self || !o->heartbeat)
		return true;
	if (!node->alive || !n_where)
		return node->alive;
	for (size_t i = 0; i < node->n_heard; i++)
		for (size_t k = 0; k < n_where; k++)
			if (node->heard[i] == o->self->facts.v[o->at[k]].ifindex)
				return true;
	return false;
}

static enum l2_fit fit_of(
    const struct l2_owners *o, const struct owners_addr *a, const struct owners_member *m)
{
	if (!o->heartbeat)
		return L2_FIT_SUBNET;
	return l2_fit(&m->node->facts, &a->addr, m->only);
}

bool owners_fits(
    const struct l2_owners *o, const struct owners_addr *a, const struct owners_member *m)
{
	return fit_of(o, a, m) != L2_FIT_NO;
}

/* This node is asked for itself; without a heartbeat nobody can know what keeps it from it. */
static bool willing(
    const struct l2_owners *o, const struct owners_addr *a, const struct owners_node *node)
{
	if (!o->heartbeat)
		return true;
	if (node == o->self && owners_stepped_back(o, a))
		return false;
	return !node->leaving;
}

/* ---- who has it ---- */

/* Of two that own it: `a` keeps it. */
static bool keeps(
    const struct owners_addr *addr, const struct owners_claim *a, const struct owners_claim *b)
{
	bool a_out = a->node->cut_off || a->node->leaving;
	bool b_out = b->node->cut_off || b->node->leaving;

	if (a_out != b_out)
		return b_out;
	if (a->stamp != b->stamp)
		return a->stamp < b->stamp;
	return owners_rank(a->node->hash, addr->key) > owners_rank(b->node->hash, addr->key);
}

static struct owners_node *holder_of(
    const struct l2_owners *o, const struct owners_addr *a, size_t n_where)
{
	const struct owners_claim own = {o->self, a->stamp, L2_CLAIM_OWNS};
	const struct owners_claim *best = a->owns ? &own : NULL;

	if (!o->heartbeat)
		return NULL;
	for (size_t i = 0; i < a->n_claims; i++) {
		const struct owners_claim *c = &a->claims[i];

		if (c->what != L2_CLAIM_OWNS || !owners_heard(o, c->node, n_where))
			continue;
		/* What is not known for certain is no reason to give up what one has. */
		if (!best || (keeps(a, c, best) && (!a->owns || c->node->known)))
			best = c;
	}
	return best ? best->node : NULL;
}

/* ---- who is to have it ---- */

static int grade_class_cmp(const struct grade *a, const struct grade *b)
{
	if (a->fit != b->fit)
		return a->fit > b->fit ? 1 : -1;
	if (a->member->draining != b->member->draining)
		return b->member->draining ? 1 : -1;
	return (a->member->preference > b->member->preference) -
	       (a->member->preference < b->member->preference);
}

/* > 0: a before b. */
static int grade_cmp(const struct grade *a, const struct grade *b)
{
	int c = grade_class_cmp(a, b);

	if (c)
		return c;
	if (a->first != b->first)
		return a->first ? 1 : -1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? 1 : -1;
	return strcmp(b->member->node->name, a->member->node->name);
}

/* Room for n grades. */
static struct grade *room_for(struct l2_owners *o, size_t n)
{
	if (n > o->room) {
		o->grades = xrealloc(o->grades, n, sizeof(struct grade));
		o->room = n;
	}
	return o->grades;
}

struct field {
	struct grade best;
	struct grade self; /* member NULL: not among them */
	size_t before;     /* self */
	bool all_known;
};

static struct grade grade_of(const struct l2_owners *o, const struct owners_addr *a,
    const struct owners_node *holder, const struct owners_member *m)
{
	const struct owners_node *first = holder ? holder : a->recorded;
	struct grade g = {.member = m, .fit = fit_of(o, a, m), .sure = SURE};

	g.first = m->node == first;
	if (o->heartbeat && m->node != holder)
		g.sure = !m->node->known ? UNKNOWN : m->node->cut_off ? CUT_OFF : SURE;
	return g;
}

/* Only the surest count: a surer one puts all before it aside. */
static void field_add(struct field *f, const struct grade *g)
{
	if (f->best.member && g->sure < f->best.sure)
		return;
	if (!f->best.member || g->sure > f->best.sure || grade_cmp(g, &f->best) > 0)
		f->best = *g;
}

/* fit: only those with an interface for the address. */
static void field_make(struct field *f, struct l2_owners *o, const struct owners_addr *a,
    const struct owners_pick *p, bool fit)
{
	struct grade *v = room_for(o, a->set->n);
	size_t n = 0;

	*f = (struct field){.all_known = true};
	for (size_t i = 0; i < a->set->n; i++) {
		const struct owners_member *m = &a->set->v[i];
		bool heard = owners_heard(o, m->node, p->n_where);

		f->all_known &= heard && (m->node->known || !o->heartbeat);
		if (!heard || !willing(o, a, m->node))
			continue;
		v[n] = grade_of(o, a, p->holder, m);
		v[n].rank = owners_rank(m->node->hash, a->key);
		if (v[n].fit == L2_FIT_NO && fit)
			continue;
		if (m->node == o->self)
			f->self = v[n];
		field_add(f, &v[n++]);
	}
	if (f->self.member && f->self.sure < f->best.sure)
		f->self.member = NULL;
	for (size_t i = 0; f->self.member && i < n; i++)
		f->before += v[i].sure == f->best.sure && grade_cmp(&v[i], &f->self) > 0;
}

bool owners_silent(const struct l2_owners *o, const struct owners_addr *a)
{
	const struct owners_node *node = a->recorded;

	return o->heartbeat && node && node != o->self && !node->heard_of &&
	       owners_member(a->set, node);
}

/* As good as the best can be: nobody needs to be asked. */
static bool settled(
    const struct l2_owners *o, const struct owners_addr *a, const struct owners_node *holder)
{
	const struct owners_member *m = owners_member(a->set, holder);

	return m && willing(o, a, holder) && m->draining == a->set->best_draining &&
	       m->preference == a->set->best_preference && fit_of(o, a, m) == L2_FIT_SUBNET;
}

void owners_pick(struct l2_owners *o, const struct owners_addr *a, struct owners_pick *p)
{
	struct field f;

	*p = (struct owners_pick){
	    .self = owners_member(a->set, o->self), .turn = OWNERS_NO_TURN};
	p->n_where = owners_where_own(o, a, p->self);
	p->holder = holder_of(o, a, p->n_where);
	o->work++;
	if (!a->set)
		return;
	p->able = p->self && p->n_where && !o->self->leaving && !owners_stepped_back(o, a);
	if (p->holder && settled(o, a, p->holder)) {
		p->target = p->holder;
		return;
	}
	o->work += a->set->n;
	field_make(&f, o, a, p, true);
	p->all_known = f.all_known;
	if (f.best.member) {
		p->target = f.best.member->node;
		p->turn = f.self.member ? f.before : OWNERS_NO_TURN;
		p->no_iface = !o->heartbeat && p->target == o->self && !p->n_where;
		return;
	}
	field_make(&f, o, a, p, false);
	p->no_iface = f.best.member && f.best.member == p->self && !p->n_where;
}

size_t owners_alive(struct l2_owners *o, const struct owners_addr *a)
{
	size_t n_where = owners_where_own(o, a, owners_member(a->set, o->self)), n = 0;

	for (size_t i = 0; a->set && i < a->set->n; i++) {
		const struct owners_member *m = &a->set->v[i];

		n += owners_heard(o, m->node, n_where) && !m->node->leaving &&
		     owners_fits(o, a, m);
	}
	return n;
}
