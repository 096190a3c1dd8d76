/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2_told_int.h - shared by l2_told.c (what there is) and l2_told_judge.c (what is to be). */
#ifndef GREVY_L2_TOLD_INT_H
#define GREVY_L2_TOLD_INT_H
#include "announcer/l2_told.h"
#include "announcer/table.h"

/* A ServiceL2Status object that is there. One piece of memory. */
struct told_object {
	struct told_object *next; /* of its Service */
	struct told_service *svc;
	int64_t created_s;
	const char *name, *node, *version, *interfaces;
	bool whole; /* as in k8s_l2_status */
};

enum told_asked { TOLD_NOTHING, TOLD_THERE, TOLD_GONE };

/* A Service that this node answers for, or that there are objects of. One piece of memory. */
struct told_service {
	const char *ns, *name;
	struct told_object *objects;
	char *interfaces;    /* TOLD_THERE: that were asked for */
	int64_t again_ms;    /* when our object is asked for again, unless it is so */
	int64_t leftover_ms; /* those of others are deleted then; 0 = there are none */
	int64_t orphan_ms;   /* as leftover_ms, where nobody answers for the Service */
	int64_t faulty_ms;   /* an Event says that there is no interface; 0 = there is one */
	int64_t conflict_ms; /* no other Event of a conflict before */
	int64_t due_ms;      /* to be judged then; INT64_MAX = when something changes */
	uint8_t asked;       /* enum told_asked: of our object */
	bool marked;         /* to be judged */
	bool answered;       /* this node answers for an address of it */
	bool faulted;        /* the Event of faulty_ms is out */
};

struct l2_told {
	const struct alloc *alloc;
	char *self, *ns;
	const struct l2_told_ops *ops;
	void *arg;
	struct table services; /* told_service */
	struct table objects;  /* told_object by name */
	struct told_service **marked;
	size_t n_marked, cap_marked;
	int64_t now_ms; /* of the last run */
	int64_t due_ms; /* not later than that of any Service */
	bool readable, leaving;
	bool refused; /* the objects cannot be read for good */
	struct l2_told_stats stats;
};

/* l2_told_judge.c */
/* Ask for what is to be asked for, and say when next. Return: false when nothing is left of the
 * Service that is to be remembered. */
bool l2_told_judge(struct l2_told *t, struct told_service *s);
/* Ask that this node's objects of the Service be deleted. Return: how many. */
size_t l2_told_withdraw(struct l2_told *t, struct told_service *s);
/* An Event about a Service that has the address: somebody else answers for it. gone: so this
 * node does not any more. */
struct told_conflict {
	const struct ipaddr *addr;
	const uint8_t *mac;
	bool gone;
};
void l2_told_conflict_event(
    struct l2_told *t, const struct alloc_service *as, const struct told_conflict *c);
#endif
