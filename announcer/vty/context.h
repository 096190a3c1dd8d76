/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context.h - what commands may look at. main.c fills it in; handlers only read. */
#ifndef GREVY_VTY_CONTEXT_H
#define GREVY_VTY_CONTEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alloc;
struct bgp;
struct conf;
struct control;
struct desired;
struct k8s_state;
struct l2;
struct l2_told;
struct latency;
struct loop_watch;
struct out_kernel;
struct out_zserv;
struct policy_set;
struct places;
struct queue;
struct rib;
struct rules;
struct store;

/* What is wrong with grevyd itself and concerns every Service: the last reload was refused,
 * the state file is damaged. */
struct vty_problem {
	const char *link; /* "configuration", "state file" */
	const char *what; /* "grevyd.yaml:14:7: hold-time: must be ..." */
	const char *so;   /* what follows from it */
	const char *cure;
};

/* Each pointer is borrowed for the life of the vty server and may be changed between two
 * runs of the loop, as a reload does with conf. NULL: there is no such part (yet). */
struct vty_context {
	const char *version; /* "0.1.0" */
	int64_t started_s;   /* Unix time */
	const struct conf *conf;
	const struct policy_set *policy; /* what all places say, and what became of it */
	const struct rules *rules;       /* the policy in force, of all places */
	bool held;                       /* but for peers it is that of before a reload */
	struct store *store;             /* sorts its Nodes when asked for them: not const */
	const struct alloc *alloc;
	const struct desired *desired;
	const struct rib *rib;
	const struct out_zserv *zserv;
	const struct queue *queue;
	const struct control *control;
	const struct k8s_state *source;     /* the newest that the source told */
	const struct vty_problem *problems; /* n_problems of them, noted in every why */
	size_t n_problems;
	const struct latency
	    *latency;        /* from an event being queued to its routes being written */
	struct bgp *bgp;     /* the BGP speaker */
	const struct l2 *l2; /* ARP and NDP */
	const struct l2_told *l2_told;   /* what Kubernetes is told of it */
	const struct out_kernel *kernel; /* the kernel's table */
	struct loop_watch *loop;         /* `debug loop` turns it on */
	const struct places *places;     /* where vty is served */
};
#endif
