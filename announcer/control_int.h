/* SPDX-License-Identifier: GPL-2.0-or-later */
/* control_int.h - shared by the files of the controller only. */
#ifndef GREVY_CONTROL_INT_H
#define GREVY_CONTROL_INT_H
#include "announcer/control.h"
#include "announcer/log.h"

/* A set, borrowed. */
struct control_addrs {
	const struct ipaddr *addr;
	size_t n;
};

/* What a Service's status and annotation say, or are to say; borrowed. */
struct control_status {
	struct control_addrs addrs;
	const char *pool; /* NULL = no annotation */
	bool bare;        /* entries without an address, too */
};

struct control_entry {
	char *ns, *name, *uid;
	char *version;         /* that our last write made; NULL = none */
	char *failure;         /* that was told; NULL = none */
	char *pool;            /* of the last wish; NULL = none */
	struct ipaddr addr[2]; /* and its addresses */
	uint8_t n;
	bool marked;    /* to be judged */
	bool sent;      /* the wish was not answered yet */
	bool wrote;     /* the wish was fulfilled */
	bool overruled; /* and somebody else wrote over it */
	bool cleared;   /* it was to take away what is left behind */
	unsigned fights;
	uint64_t serial;
	int64_t fought_ms, hold_ms; /* hold_ms: nothing is sent before */
	int64_t due_ms;             /* to be judged then, INT64_MAX = no */
};

struct control {
	const struct store *st;
	const struct alloc *alloc;
	char *lb_class;
	control_send_fn *send;
	void *arg;
	bool leading, listed;
	bool active;    /* both */
	bool all;       /* everything is to be looked at, once alloc has run */
	bool had_pools; /* since then */
	bool unsure;    /* as alloc_rules has it */
	struct table entries;
	struct control_entry **marked;
	size_t n_marked, cap_marked;
	const struct policy *policy; /* in force; NULL = none yet */
	struct table pools;          /* control_pool: that have an object */
	int64_t pools_ms;            /* their counts are looked at then; INT64_MAX = no */
	bool pools_changed;          /* they may be others now */
	uint64_t serial;
	int64_t due_ms; /* not later than that of any entry */
	struct log_bucket bucket;
	struct control_stats stats;
	char *error;
};

bool control_has(const struct control_addrs *a, const struct ipaddr *addr);
bool control_same(const struct control_addrs *a, const struct control_addrs *b);

/* Counts: when they are to be looked at again, INT64_MAX = on a change. */
int64_t control_pools_run(struct control *c, int64_t now_ms);
void control_pools_wrote(struct control *c, const struct k8s_wrote *w, int64_t now_ms);
void control_pools_forget(struct control *c);

/* Events: other addresses than the status says; why there are none, or not all, when that is
 * new (as may be NULL). */
void control_tell_change(
    struct control *c, const struct alloc_service *as, const struct control_addrs *actual);
void control_tell_failure(
    struct control *c, struct control_entry *e, const struct alloc_service *as);
#endif
