/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_int.h - what the files of the sessions share: sessions.c (all of them), session.c
 * (the driver of one), session_msg.c and session_facts.c (what messages mean), session_io.c
 * (TCP), listen.c, session_key.c (passwords).
 */
#ifndef GREVY_BGP_SESSION_INT_H
#define GREVY_BGP_SESSION_INT_H
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
	bool gone; /* not of the configuration any more: to be freed */
	struct log_bucket bucket;
	void *owner;
};

/* A range of the configuration. */
struct bgp_range {
	struct bgp_neighbor nb;
	struct bgp_key key;
	size_t n; /* sessions */
};

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

/* session.c */
int64_t bgp_now_ms(void);
void bgp_peer_log(struct bgp_session *s, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What happened to a connection. e: the NOTIFICATION to be sent or received; why: for people;
 * both may be NULL. c->fd is -1 afterwards if the connection has ended. */
void bgp_conn_event(
    struct bgp_conn *c, enum bgp_event ev, const struct bgp_error *e, const char *why);
void bgp_session_init(struct bgp_session *s, struct bgp_sessions *all);
void bgp_session_fini(struct bgp_session *s);
void bgp_session_plan(struct bgp_session *s, bool soon); /* dial if nothing is under way */
void bgp_session_todo(struct bgp_session *s);            /* what callbacks left over */
/* Why it may not run now; NULL = it may. */
const char *bgp_session_blocked(struct bgp_session *s);
/* End every connection with this NOTIFICATION; e NULL: without a word. */
void bgp_session_end(struct bgp_session *s, const struct bgp_error *e);

/* session_msg.c, session_facts.c */
void bgp_conn_offer(struct bgp_conn *c); /* fill in c->sent */
void bgp_conn_message(struct bgp_conn *c, enum bgp_type type, struct rd body);
void bgp_conn_facts(const struct bgp_conn *c, struct bgp_facts *f);
uint32_t bgp_session_my_id(const struct bgp_session *s);
bool bgp_neighbor_ibgp(const struct bgp_neighbor *nb, uint32_t asn);

/* session_io.c */
int bgp_io_dial(struct bgp_conn *c, const char **what); /* 0 or -errno of *what */
int bgp_io_take(struct bgp_conn *c, int fd, const char **what);
void bgp_io_send(struct bgp_conn *c, const struct wr *message);    /* before what is queued */
void bgp_io_notify(struct bgp_conn *c, const struct bgp_error *e); /* instead of that */
void bgp_io_wake(struct bgp_conn *c);
void bgp_io_read(struct bgp_conn *c);
void bgp_io_close(struct bgp_conn *c);

/* sessions.c */
void bgp_sessions_todo(struct bgp_sessions *all);
void bgp_sessions_take(struct bgp_sessions *all, int fd, const void *sockaddr);

/* session_key.c: a listening socket is new; read the password again; if it differs, the listening sockets are told. */
void bgp_keys_install(struct bgp_sessions *all);
void bgp_key_refresh(
    struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k);
void bgp_key_fini(struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k);

/* listen.c */
int bgp_listen_key(struct bgp_sessions *all, const struct prefix *of, const char *key);
void bgp_listen_fini(struct bgp_sessions *all);
#endif
