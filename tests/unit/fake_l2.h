/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_l2.h - stands in for layer 2 in tests of the commands, which only ask it how it is. */
#ifndef TESTS_FAKE_L2_H
#define TESTS_FAKE_L2_H
#include "announcer/l2/view.h"

#define FAKE_L2_MAX 8

/* What the functions of view.h answer. */
struct fake_l2 {
	struct l2_summary summary;
	struct l2_owners_view owners[FAKE_L2_MAX];   /* by address */
	struct responder_counts counts[FAKE_L2_MAX]; /* of those that this node owns */
	struct l2_peer_view peers[FAKE_L2_MAX];      /* by name */
	struct l2_link links[FAKE_L2_MAX];           /* by index, which is 1 for the first */
	enum l2_choice choices[FAKE_L2_MAX];
	const char *problems[FAKE_L2_MAX];
	int arp_ignore[FAKE_L2_MAX];
	size_t n_owners, n_peers, n_links;
	const struct l2_link *kernel; /* has every address */
};
extern struct fake_l2 fake_l2;

struct lab;
/* All is well: 192.168.2.240 is answered on eth0 by n1, this node; n2 is alive. For .arrange of
 * a scene. */
void l2_cast(struct lab *lab);
#endif
