/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.h - layer 2 for show, why and metrics. Everything is borrowed until the loop runs again.
 */
#ifndef GREVY_L2_VIEW_H
#define GREVY_L2_VIEW_H
#include "announcer/l2/l2.h"
#include "announcer/l2/links.h"
#include "announcer/l2/peers.h"
#include "announcer/l2/responder.h"

struct l2_summary {
	bool active;                 /* there are addresses for layer 2, on role node */
	bool heartbeat;              /* there is one; else: */
	const char *heartbeat_error; /* why not; NULL = no key-file is given. Or, with one, what
	                                is wrong with it */
	const char *error;           /* why nothing can be answered at all; NULL = nothing */
	bool cut_off;                /* from the API */
	size_t by_state[L2_STATES];
	uint64_t moves; /* addresses taken or lost since the start */
	struct l2_peers_stats peers;
	struct responder_stats frames;
};

void l2_summary(const struct l2 *l, struct l2_summary *s);
/* As l2_owners_look(), l2_owners_after(), l2_peers_after(), l2_links_all(), l2_links_owner(),
 * responder_counts(), responder_problem(). */
bool l2_look(const struct l2 *l, const struct ipaddr *a, struct l2_owners_view *v);
bool l2_after(const struct l2 *l, const struct ipaddr *at, struct l2_owners_view *v);
bool l2_peer_after(const struct l2 *l, const char *node, struct l2_peer_view *v);
const struct l2_link *l2_all_links(const struct l2 *l, size_t *n);
const struct l2_link *l2_kernel_has(const struct l2 *l, const struct ipaddr *a);
bool l2_counts(const struct l2 *l, const struct ipaddr *a, struct responder_counts *c);
const char *l2_link_problem(const struct l2 *l, uint32_t ifindex);
/* link: one of l2_all_links(). */
enum l2_choice l2_link_choice(const struct l2 *l, const struct l2_link *link);
#endif
