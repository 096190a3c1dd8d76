/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2_view.c - layer 2 for show, why and metrics. */
#include "announcer/conf.h"
#include "announcer/l2/l2_int.h"
#include "announcer/l2/view.h"

void l2_summary(const struct l2 *l, struct l2_summary *s)
{
	*s = (struct l2_summary){.active = l->links || *l->error,
	    .heartbeat = l->heartbeat != NULL,
	    .heartbeat_error = *l->heartbeat_error ? l->heartbeat_error : NULL,
	    .error = *l->error ? l->error : NULL,
	    .cut_off = l->cut_off,
	    .moves = l->moves};
	for (int i = 0; i < L2_STATES; i++)
		s->by_state[i] = l2_owners_count(l->owners, (enum l2_state)i);
	responder_stats(l->responder, &s->frames);
	if (!l->heartbeat)
		return;
	l2_peers_stats(heartbeat_peers(l->heartbeat), &s->peers);
	if (!s->heartbeat_error)
		s->heartbeat_error = heartbeat_problem(l->heartbeat);
}

bool l2_look(const struct l2 *l, const struct ipaddr *a, struct l2_owners_view *v)
{
	return l2_owners_look(l->owners, a, v);
}

bool l2_after(const struct l2 *l, const struct ipaddr *at, struct l2_owners_view *v)
{
	return l2_owners_after(l->owners, at, v);
}

bool l2_peer_after(const struct l2 *l, const char *node, struct l2_peer_view *v)
{
	return l->heartbeat && l2_peers_after(heartbeat_peers(l->heartbeat), node, v);
}

const struct l2_link *l2_all_links(const struct l2 *l, size_t *n)
{
	*n = 0;
	return l->links ? l2_links_all(l->links, n) : NULL;
}

const struct l2_link *l2_kernel_has(const struct l2 *l, const struct ipaddr *a)
{
	return l->links ? l2_links_owner(l->links, a) : NULL;
}

bool l2_counts(const struct l2 *l, const struct ipaddr *a, struct responder_counts *c)
{
	return responder_counts(l->responder, a, c);
}

const char *l2_link_problem(const struct l2 *l, uint32_t ifindex)
{
	return responder_problem(l->responder, ifindex);
}

enum l2_choice l2_link_choice(const struct l2 *l, const struct l2_link *link)
{
	const struct l2_rules rules = l2_rules_of(l);
	size_t n;
	const struct l2_link *v = l2_links_all(l->links, &n);

	return l2_choose(v, n, (size_t)(link - v), &rules);
}
