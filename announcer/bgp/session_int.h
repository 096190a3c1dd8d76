/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session_int.h - what the files of the sessions do for each other. */
#ifndef GREVY_BGP_SESSION_INT_H
#define GREVY_BGP_SESSION_INT_H
#include "announcer/bgp/session_data.h"

struct sockaddr_storage;

/* session.c */
/* May a line that the peer caused be logged? */
bool bgp_peer_log_allowed(struct bgp_session *s);
void bgp_peer_log(struct bgp_session *s, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What happened to a connection. e: the NOTIFICATION to be sent or received; why: for people;
 * both may be NULL. c->fd is -1 afterwards if the connection has ended. */
void bgp_conn_event(
    struct bgp_conn *c, enum bgp_event ev, const struct bgp_error *e, const char *why);
void bgp_session_init(
    struct bgp_session *s, struct bgp_sessions *all, const struct bgp_neighbor *nb);
void bgp_session_fini(struct bgp_session *s);            /* frees s */
void bgp_session_plan(struct bgp_session *s, bool soon); /* dial if nothing is under way */
void bgp_session_todo(struct bgp_session *s);            /* what callbacks left over */
/* Why it may not run now; NULL = it may. */
const char *bgp_session_blocked(struct bgp_session *s);
bool bgp_session_limited(struct bgp_session *s); /* by max-prefix, still */
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
/* For how long something was to be sent and TCP took nothing. */
int64_t bgp_io_stuck_ms(const struct bgp_conn *c);
void bgp_io_read(struct bgp_conn *c);
void bgp_io_close(struct bgp_conn *c);

/* sessions.c. Of a range: with the peer's address, and its interface where it is link-local
 * (else NULL); else all NULL. */
struct bgp_session *bgp_session_add(struct bgp_sessions *all, const struct bgp_neighbor *nb,
    struct bgp_range *range, const struct ipaddr *address, const char *interface);
void bgp_session_free(struct bgp_sessions *all, size_t i);
void bgp_sessions_todo(struct bgp_sessions *all); /* soon, with no callback under way */

/* sessions_set.c, sessions_take.c */
void bgp_ranges_free(struct bgp_sessions *all);
void bgp_sessions_take(struct bgp_sessions *all, int fd, const struct sockaddr_storage *sa);

/* session_key.c: a listening socket is new; read the password again; if it differs, the
 * listening sockets are told. */
void bgp_keys_install(struct bgp_sessions *all);
void bgp_key_refresh(
    struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k);
void bgp_key_fini(struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k);

/* listen.c */
int bgp_listen_key(struct bgp_sessions *all, const struct prefix *of, const char *key);
void bgp_listen_fini(struct bgp_sessions *all);
#endif
