/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2_int.h - between l2.c (wiring) and l2_view.c (looking) only. */
#ifndef GREVY_L2_L2_INT_H
#define GREVY_L2_L2_INT_H
#include "announcer/l2/heartbeat.h"
#include "announcer/l2/l2.h"
#include "announcer/l2/links.h"
#include "announcer/l2/responder.h"

struct event;

struct l2 {
	struct event_base *base;
	const struct conf *conf;
	char *self; /* NULL: role router, or a node without a name */
	struct l2_events ev;
	struct l2_owners *owners;
	struct responder *responder;
	struct l2_links *links; /* NULL: not needed yet, or error */
	struct l2_facts facts;
	struct strlist advertised; /* interfaces that wishes name */
	bool renamed;              /* they are others than in facts */
	struct heartbeat *heartbeat;
	struct event *run_ev; /* l2_owners_run() is due */
	uint64_t moves;
	bool started, wanted, decides;
	bool told; /* told since the last l2_owners_run() */
	bool cut_off;
	char error[128];                           /* of the links; "" = none */
	char heartbeat_error[HEARTBEAT_ERROR_LEN]; /* of the last attempt; "" = none */
};

/* What chooses interfaces; borrowed. */
struct l2_rules l2_rules_of(const struct l2 *l);
#endif
