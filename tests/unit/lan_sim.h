/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lan_sim.h - a few nodes on one LAN, each with its own owners and peers, in simulated time:
 * datagrams are late and lost, the LAN is split, nodes die and come back, Kubernetes is seen
 * late or not at all. What may never be is checked at every step: see sim_run().
 */
#ifndef TESTS_LAN_SIM_H
#define TESTS_LAN_SIM_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/owners.h"
#include "announcer/l2/peers.h"
#include <cmocka.h>

enum { SIM_NODES = 5, SIM_ADDRS = 8, SIM_INTERVAL = 100, SIM_TICK = 5, SIM_NOT_READY = 2000 };

/* What Kubernetes has of a node for an address. */
struct sim_may {
	bool candidate, draining;
	uint32_t preference;
};

struct sim_wish {
	bool wanted;
	struct sim_may may[SIM_NODES];
};

struct sim_datagram;

struct sim_node {
	struct sim *sim;
	unsigned id;
	char name[8];
	bool up, nic; /* it runs; its interface is up */
	bool cut_off; /* from the API: it sees no change of Kubernetes */
	bool gone;    /* Kubernetes has seen that it is down, SIM_NOT_READY ms after */
	int64_t down_ms;
	unsigned side;
	struct l2_owners *owners;
	struct l2_peers *peers;
	int64_t owners_ms, peers_ms; /* to be run then */
	bool told;
	bool answers[SIM_ADDRS], probes[SIM_ADDRS];
	struct sim_wish seen[SIM_ADDRS]; /* of Kubernetes */
	int64_t see_ms[SIM_ADDRS];       /* sees what is so now then; INT64_MAX = it does */
};

struct sim {
	struct sim_node node[SIM_NODES];
	struct sim_wish wish[SIM_ADDRS]; /* as it is */
	int record[SIM_ADDRS];           /* ServiceL2Status: the node; -1 = none */
	struct sim_datagram *sent;       /* on their way, by time */
	uint64_t random, runs;
	int64_t now;
	unsigned loss;    /* per mille */
	int64_t delay_ms; /* of datagrams, at most */
	int64_t late_ms;  /* of what Kubernetes says, at most */
	/* Since when each address has been answered by none, or by two or more, on some side
	 * where that is wrong; -1 = it is right. Starts anew when the sides do. */
	int64_t wrong_ms[SIM_ADDRS];
	int64_t two_ms[SIM_ADDRS];
	int64_t longest_wrong, longest_two;
	unsigned long moves; /* takes and leaves */
};

void sim_init(struct sim *s, uint64_t seed, unsigned nodes);
void sim_fini(struct sim *s);
unsigned sim_pick(struct sim *s, unsigned n);

void sim_up(struct sim *s, unsigned node);
void sim_kill(struct sim *s, unsigned node);  /* no last words */
void sim_leave(struct sim *s, unsigned node); /* SIGTERM */
void sim_nic(struct sim *s, unsigned node, bool up);
void sim_side(struct sim *s, unsigned node, unsigned side);
void sim_cut_off(struct sim *s, unsigned node, bool cut_off);
/* wish[addr] was changed. */
void sim_wish_changed(struct sim *s, unsigned addr);
/* Every node that is to be may have it, in the same way. */
void sim_want_all(struct sim *s, unsigned addr);

/* Time goes by. What is wrong at its end, and how long it was, stands in *s. */
void sim_run(struct sim *s, int64_t ms);
/* The one that answers on that side; -1 = nobody, -2 = more than one. */
int sim_owner(const struct sim *s, unsigned addr, unsigned side);
/* Each wanted address is answered once on each side where somebody can. */
bool sim_right(const struct sim *s);
#endif
