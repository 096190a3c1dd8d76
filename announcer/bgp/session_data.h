/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_data.h - what the files of the sessions share: sessions.c (all of them),
 * sessions_set.c (from the configuration), sessions_take.c (from listening sockets), session.c
 * (the driver of one), session_msg.c and session_facts.c (what messages mean), session_view.c
 * (what the owner asks), session_io.c (TCP), listen.c, session_key.c (passwords).
 */
#ifndef GREVY_BGP_SESSION_DATA_H
#define GREVY_BGP_SESSION_DATA_H
#include "announcer/bgp/session.h"
#include "announcer/log.h"

/* One TCP connection, or the place of one: the session's own, which dials, or one that was
 * taken from a listening socket and goes with its end. */
struct bgp_conn {
	struct bgp_session *s;
	struct bgp_conn *next; /* of the session's taken ones, or of the dead */
	enum bgp_state state;
	bool taken;
	int fd;                                                    /* -1 = none */
	struct event *read_ev, *write_ev, *hold_ev, *keepalive_ev; /* NULL: not running */
	uint8_t *in, *out; /* a message begun to be read; what TCP did not take */
	size_t in_len, out_len, out_at;
	size_t out_next; /* where in out the first message begins that is not begun */
	int64_t born_ms, hold_at_ms, keepalive_at_ms; /* monotonic */
	int64_t stuck_ms; /* while write_ev waits: since when TCP takes nothing */
	int send_error;   /* errno: TCP takes nothing any more; it ends once all is read */
	uint16_t hold_s, keepalive_s;
	struct bgp_open sent, got;
};

/* A key of TCP MD5. error: why there is none though there should be; NULL = fine. */
struct bgp_key {
	char *text; /* NULL = none */
	const char *error;
};

struct bgp_session {
	struct bgp_sessions *all;
	struct bgp_neighbor nb;            /* of a range: with the peer's address */
	struct bgp_range *range;           /* that it is of; NULL: of the configuration */
	struct bgp_conn dial, *taken, *up; /* up: the established one */
	struct bgp_facts facts;
	struct event *retry_ev, *stale_ev;
	int64_t retry_at_ms, stale_at_ms, up_ms; /* monotonic; 0 = not running */
	unsigned tries;                          /* that failed in a row */
	bool limited; /* max-prefix: waits until limited_ms, 0 = for ever */
	int64_t limited_ms;
	const char *dial_what;
	int dial_error; /* of a dial that failed at once, errno of dial_what; to be told */
	struct bgp_key key;
	struct bgp_error *reset; /* asked for by the owner */
	char why[160], last_reset[160];
	struct bgp_session_status st;
	bool gone;                /* not of the configuration any more: to be freed */
	struct log_bucket bucket; /* of a range: the range's is used */
	void *owner;
};

/* A range of the configuration. */
struct bgp_range {
	struct bgp_neighbor nb;
	struct bgp_key key;
	size_t n;                 /* sessions */
	struct log_bucket bucket; /* of all of them: they come and go as peers like */
};

struct bgp_place;

struct bgp_sessions {
	struct event_base *base;
	struct bgp_session_ops ops;
	void *arg;
	struct bgp_self self;
	struct bgp_session **v; /* by address */
	struct bgp_range **ranges;
	struct bgp_place **places;
	size_t n, n_ranges, n_places;
	struct event *todo_ev, *tick_ev;
	struct bgp_conn *dead; /* to be freed when no callback stands on them */
	struct log_bucket bucket;
	uint64_t scratch[BGP_UPDATE_SCRATCH / sizeof(uint64_t)];
	uint8_t buf[36 << 10]; /* of the reading or the writing under way */
};
#endif
