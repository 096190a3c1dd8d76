/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bgp_int.h - between the files of the speaker: bgp.c (start, reload, end), speaker.c (one
 * session with its parts of Adj-RIB-In and Adj-RIB-Out), settle.c (whether what peers had is
 * known again), view.c.
 */
#ifndef GREVY_BGP_INT_H
#define GREVY_BGP_INT_H
#include "announcer/bgp/adjin.h"
#include "announcer/bgp/adjout.h"
#include "announcer/bgp/bgp.h"
#include "announcer/bgp/neighbors.h"
#include "announcer/bgp/session.h"
#include "announcer/log.h"

struct event;

struct bgp {
	struct event_base *base;
	const struct conf *conf;
	const struct rules *rules; /* the policy in force */
	struct store *store;
	struct rib *rib;
	struct bgp_events ev;
	bgp_reach_fn *reach;
	void *reach_arg;

	struct bgp_sessions *sessions;
	struct bgp_attr_table *attrs;
	struct bgp_in *in;
	struct bgp_out *out;
	struct bgp_neighbors neighbors; /* in force */
	struct strlist noted;           /* that were logged */
	char *node_name;                /* role node */
	struct ipaddr zebras_id;        /* router identifier */
	uint32_t router_id;
	const char *router_id_from; /* a constant; NULL until there is one */
	char host[65];              /* name of this machine */

	struct event *settle_ev, *id_ev;
	int64_t started_s; /* Unix time */
	int64_t start_ms;  /* monotonic */
	/* The source: what it has was read once; its routes are all there. */
	bool started, read, whole;
	bool settled, deferred; /* deferred: no path is chosen yet */
	size_t behind;          /* speakers that are */
};

/* A session of ours. */
struct speaker {
	struct bgp *b;
	struct bgp_session *session;
	struct bgp_neighbor nb; /* as it is in force */
	char *name;             /* nb's when it was made, lent to `in` */
	struct bgp_in_peer *in;
	struct bgp_out_peer *out; /* NULL: not established */
	uint64_t linklocal;       /* refused_linklocal, that were logged */
	struct log_bucket bucket;
	bool behind; /* there is something for it that TCP did not get yet */
};

/* speaker.c */
extern const struct bgp_session_ops speaker_ops;
void speaker_wake(struct bgp_session *s, void *b); /* there is something for it */
/* The session's neighbour is another one now: only what differs is judged again. */
void speaker_changed(struct bgp_session *s, void *b);

/* settle.c */
void settle_start(struct bgp *b);
void settle_check(struct bgp *b);
void settle_stop(struct bgp *b);

/* bgp_out_received_fn */
bool speaker_received(const struct prefix *p, const struct bgp_attrs **attrs, bool *ibgp,
    struct ipaddr *peer, void *b);

/* bgp.c */
void bgp_now_settled(struct bgp *b);
void bgp_changed(struct bgp *b); /* the RIB has something to be committed */
void bgp_self_changed(struct bgp *b);
#endif
