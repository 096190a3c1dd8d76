/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.c - which of a node's interfaces suit an address. */
#include "announcer/l2/facts.h"
#include "announcer/util.h"
#include <sys/socket.h>

/* What an interface has to do with an address, best last. */
enum tier { NOTHING, BY_NAME, BY_DEFAULT, BY_SUBNET };

static bool in_subnet(const struct l2_iface *i, const struct ipaddr *a)
{
	for (size_t k = 0; k < i->n_subnets; k++)
		if (prefix_contains(&i->subnets[k], a))
			return true;
	return false;
}

static bool has_default(const struct l2_iface *i, uint8_t family)
{
	return (family == AF_INET && i->default4) || (family == AF_INET6 && i->default6);
}

static enum tier tier_of(
    const struct l2_iface *i, const struct ipaddr *a, const struct strlist *only)
{
	if (only && only->n)
		return strlist_has(only, i->name) ? BY_NAME : NOTHING;
	if (in_subnet(i, a))
		return BY_SUBNET;
	if (has_default(i, a->family))
		return BY_DEFAULT;
	return i->named ? BY_NAME : NOTHING;
}

enum l2_fit l2_fit_iface(
    const struct l2_iface *i, const struct ipaddr *a, const struct strlist *only)
{
	if (tier_of(i, a, only) == NOTHING)
		return L2_FIT_NO;
	return in_subnet(i, a) ? L2_FIT_SUBNET : L2_FIT_OTHER;
}

enum l2_fit l2_fit(const struct l2_facts *f, const struct ipaddr *a, const struct strlist *only)
{
	enum l2_fit best = L2_FIT_NO;

	for (size_t i = 0; i < f->n && best < L2_FIT_SUBNET; i++) {
		enum l2_fit fit = l2_fit_iface(&f->v[i], a, only);

		best = fit > best ? fit : best;
	}
	return best;
}

size_t l2_fit_where(
    const struct l2_facts *f, const struct ipaddr *a, const struct strlist *only, size_t *at)
{
	enum tier best = NOTHING;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		enum tier tier = tier_of(&f->v[i], a, only);

		if (tier == NOTHING || tier < best)
			continue;
		if (tier > best)
			n = 0;
		best = tier;
		at[n++] = i;
	}
	return n;
}

void l2_facts_copy(struct l2_facts *to, const struct l2_facts *from)
{
	*to = (struct l2_facts){.v = xcalloc(from->n, sizeof(*to->v)), .n = from->n};
	for (size_t i = 0; i < from->n; i++) {
		const struct l2_iface *f = &from->v[i];

		to->v[i] = *f;
		to->v[i].subnets = xcalloc(f->n_subnets, sizeof(*f->subnets));
		for (size_t k = 0; k < f->n_subnets; k++)
			to->v[i].subnets[k] = f->subnets[k];
	}
}

static bool iface_equal(const struct l2_iface *a, const struct l2_iface *b)
{
	if (strcmp(a->name, b->name) != 0 || a->ifindex != b->ifindex ||
	    a->n_subnets != b->n_subnets || a->default4 != b->default4 ||
	    a->default6 != b->default6 || a->named != b->named)
		return false;
	for (size_t i = 0; i < a->n_subnets; i++)
		if (!prefix_same(&a->subnets[i], &b->subnets[i]))
			return false;
	return true;
}

bool l2_facts_equal(const struct l2_facts *a, const struct l2_facts *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!iface_equal(&a->v[i], &b->v[i]))
			return false;
	return true;
}

void l2_facts_fini(struct l2_facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].subnets);
	free(f->v);
	*f = (struct l2_facts){0};
}
