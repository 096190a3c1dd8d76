/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners_view.c - what show, why and the Kubernetes side ask. */
#include "announcer/l2/owners_int.h"
#include "announcer/util.h"

void owners_view(struct l2_owners *o, const struct owners_addr *a, struct l2_owners_view *v)
{
	*v = (struct l2_owners_view){
	    .addr = a->addr,
	    .state = (enum l2_state)a->state,
	    .owner = a->owner ? a->owner->name : NULL,
	    .since_ms = a->since_ms,
	    .moves = a->moves,
	    .candidate = owners_member(a->set, o->self) != NULL,
	    .candidates = a->set ? a->set->n : 0,
	    .alive = owners_alive(o, a),
	    .ifindex = a->where ? a->where->ifindex : NULL,
	    .n_ifindex = a->where ? a->where->n : 0,
	};
	if (a->conflict)
		memcpy(v->mac, a->conflict->mac, sizeof(v->mac));
}

bool l2_owners_look(const struct l2_owners *o, const struct ipaddr *a, struct l2_owners_view *v)
{
	bool found;
	size_t at = owners_at(o, a, &found);

	if (!found || !o->v[at]->set)
		return false;
	owners_view((struct l2_owners *)o, o->v[at], v);
	return true;
}

bool l2_owners_after(
    const struct l2_owners *o, const struct ipaddr *at, struct l2_owners_view *v)
{
	bool found = false;
	size_t i = at->family ? owners_at(o, at, &found) : 0;

	i += found;
	while (i < o->n && !o->v[i]->set)
		i++;
	if (i >= o->n)
		return false;
	owners_view((struct l2_owners *)o, o->v[i], v);
	return true;
}

size_t l2_owners_count(const struct l2_owners *o, enum l2_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		n += o->v[i]->set && o->v[i]->state == state;
	return n;
}
