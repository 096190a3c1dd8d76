/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session_status.h - counters and times of a session, for show and metrics. */
#ifndef GREVY_BGP_SESSION_STATUS_H
#define GREVY_BGP_SESSION_STATUS_H
#include "announcer/bgp/fsm.h"
#include "announcer/bgp/msg.h"
#include "zclient/prefix.h"

struct bgp_session;

/* Texts are borrowed from the session. */
struct bgp_session_status {
	enum bgp_state state;
	struct ipaddr remote; /* of the neighbour, or of the session of a range */
	bool dynamic;         /* of a range */
	const char *why;      /* why it is not established: "connect: Connection refused"; "" */
	int64_t up_since_s, down_since_s; /* Unix time; 0 = never */
	int64_t retry_in_ms, hold_left_ms, keepalive_left_ms,
	    stale_left_ms;                      /* -1 = not running */
	uint64_t in[BGP_TYPES], out[BGP_TYPES]; /* messages by enum bgp_type; [0] unknown */
	uint64_t bytes_in, bytes_out, established, dropped;
	int64_t last_in_s, last_out_s;             /* Unix time of the last message; 0 = none */
	struct bgp_error last_sent, last_received; /* NOTIFICATIONs; code 0 = none */
	int64_t last_reset_s;
	const char *last_reset; /* "Peer closed the session" */
	size_t queued;          /* bytes not taken by TCP yet */
	int fd;                 /* -1 = none */
};
void bgp_session_status(const struct bgp_session *s, struct bgp_session_status *to);
#endif
