/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_int.h - between the parts of the daemon: daemon.c (start, reload, end),
 * daemon_source.c (what the source tells), daemon_policy.c (the rules, and who assigns
 * addresses), daemon_bgp.c (what BGP peers tell, and when all of it is known), daemon_l2.c
 * (layer 2).
 */
#ifndef GREVY_DAEMON_INT_H
#define GREVY_DAEMON_INT_H
#include "announcer/bgp/bgp.h"
#include "announcer/daemon.h"
#include "announcer/desired.h"
#include "announcer/latency.h"
#include "announcer/out_kernel.h"
#include "announcer/out_zserv.h"
#include "announcer/vty/places.h"

struct control;
struct k8s_state;
struct layer2;
struct policy_set;
struct queue;
struct rules;

/* Who takes what we announce. */
enum sink { SINK_ROUTES = 1, SINK_PEERS = 2 };

enum problem { PROBLEM_CONF, PROBLEM_HELD, PROBLEM_STATE_FILE, PROBLEM_SAVE, PROBLEMS };

struct daemon {
	struct event_base *base;
	struct conf *conf;
	struct policy_set *policy; /* what all places say */
	struct rules *rules;       /* in force */
	char *lb_class;            /* in force */
	struct store *store;
	struct alloc *alloc;
	struct rib *rib;
	struct desired *desired;
	struct out_zserv *zserv;
	struct bgp *bgp;
	struct layer2 *layer2;
	struct out_kernel *kernel;
	struct queue *queue;
	struct control *control;
	struct vty_server *vty;
	struct places *places;
	struct http_server *http;
	struct loop_watch *loop;
	struct vty_context ctx;
	struct latency latency;

	struct k8s_state *state; /* the newest that the source told */
	struct event *gather_ev, *save_ev, *trim_ev, *cool_ev, *insecure_ev, *control_ev;
	uint64_t last_commit_ns, oldest_ns; /* oldest: of the events not acted on; 0 = none */
	unsigned unwritten;                 /* enum sink, bits: does not take all of it yet */
	bool synced, whole;
	bool bgp_more;         /* of what peers told, not all is in the RIB yet */
	bool announced;        /* outputs were told that the RIB is whole */
	bool untold;           /* of what is refused there is no Event yet */
	bool assigns, standby; /* by the rules in force: we do, or may */
	bool unsure;           /* pools may be missing in them */
	bool share_local;      /* in force, as the next */
	uint32_t cool_down_s;
	bool moving;             /* to another source, since a reload */
	unsigned sources, moved; /* that were asked for; at which of them it began to move */
	bool waiting;    /* since the start: the source has not said yet all that we need */
	unsigned events; /* since memory was given back */
	char *problem[PROBLEMS];
	struct vty_problem problems[PROBLEMS]; /* those that there are */
	bool state_unknown; /* the state file cannot be read: do not write over it */
	char *identity;     /* in the election of who assigns */

	struct prefix *subnets;
	size_t n_subnets;
	unsigned max_nexthops;
};

/* daemon.c */
void daemon_commit(struct daemon *d);
void daemon_commit_soon(struct daemon *d); /* what was told so far belongs together */
void daemon_trim_later(struct daemon *d);
void daemon_written(struct daemon *d, enum sink by, bool drained);

/* daemon_bgp.c */
void daemon_bgp_new(struct daemon *d);
/* Have what peers told decided, into the RIB; part of daemon_commit(). */
void daemon_bgp_run(struct daemon *d);
/* Once source and peers are known again, and the RIB shows it: outputs may sweep. */
void daemon_announce_whole(struct daemon *d);
/* For out_zserv_events: zebra's routes, its word on a gateway, its router identifier. */
void daemon_on_redistributed(void *d);
void daemon_on_nexthop(const struct ipaddr *nh, void *d);
void daemon_on_router_id(const struct ipaddr *id, void *d);

/* daemon_policy.c */
bool daemon_leading(const struct daemon *d); /* the Lease is ours */
/* The source is away, another one or not read yet: the rules stay as they are. */
bool daemon_rules_held(const struct daemon *d);
/* Policy and controller as they are to be now. */
void daemon_set_rules(struct daemon *d);

/* daemon_source.c */
int daemon_source_start(struct daemon *d); /* Return: 0 or -errno, logged */
/* d->conf is another than `old`; changed: CONF_CHANGED_*. */
void daemon_source_reload(struct daemon *d, const struct conf *old, unsigned changed);
void daemon_source_stop(struct daemon *d);
/* Write what is to be written; after each desired_run(). */
void daemon_control(struct daemon *d);
/* Nothing can be announced from a node that is not there: say so. */
void daemon_check_node(struct daemon *d);

/* What every `why` should tell, until text is NULL; copied. */
void daemon_problem(struct daemon *d, enum problem which, const char *text);
#endif
