/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_lab.h - sessions under test on an event loop, and peers that a test moves message by
 * message, over TCP on the loopback: we are 127.0.0.1, AS 65001; a peer is 127.0.0.N, AS 65002.
 */
#ifndef TESTS_SESSION_LAB_H
#define TESTS_SESSION_LAB_H
#include "announcer/bgp/session.h"
#include <event2/event.h>

struct lab {
	struct event_base *base;
	struct event *tick_ev;
	struct bgp_sessions *all;
	uint16_t port;    /* where we listen */
	char told[65536]; /* "up 127.0.0.2\n", "down 127.0.0.2 hold\n", ... */
	size_t told_len;
	unsigned to_send; /* UPDATEs that fill has */
	unsigned updates; /* that were received */
	uint16_t refuse;  /* on_update's answer; 0 = good */
	unsigned made;    /* sessions that are there */
};

struct peer {
	struct lab *lab;
	int listen_fd, fd; /* -1 = none */
	uint16_t port;
	const char *key; /* of TCP MD5, when it dials */
	struct ipaddr address;
	uint8_t buf[1 << 17], *body;
	size_t len, body_len, message_len;
	struct bgp_open open; /* what it says */
};

void lab_start(struct lab *l);
void lab_stop(struct lab *l);
/* A neighbour 127.0.0.n, not passive unless port is 0. */
struct bgp_neighbor lab_neighbor(unsigned n, uint16_t port, const char *name);
void lab_set(struct lab *l, struct bgp_neighbor *v, size_t n);
/* Run the loop until told has this text; fails after 20 s. */
void lab_wait(struct lab *l, const char *text);
bool lab_told(const struct lab *l, const char *text);
void lab_forget(struct lab *l);
struct bgp_session_status lab_status(struct lab *l, unsigned n);
/* Run the loop until the session is in this state. */
void lab_wait_state(struct lab *l, unsigned n, enum bgp_state state);
/* ... until its why has this text. */
void lab_wait_why(struct lab *l, unsigned n, const char *why);
void lab_run_ms(struct lab *l, int ms); /* for what must not happen */

void peer_init(struct peer *p, struct lab *l, unsigned n);
void peer_listen(struct peer *p);
void peer_accept(struct peer *p);
void peer_dial(struct peer *p);
bool peer_dials(struct peer *p); /* is it let in within 300 ms? */
void peer_close(struct peer *p); /* the connection */
void peer_reset(struct peer *p); /* by RST */
void peer_fini(struct peer *p);
void peer_bytes(struct peer *p, const void *bytes, size_t len);
void peer_open(struct peer *p);
void peer_keepalive(struct peer *p);
void peer_end_of_rib(struct peer *p);
void peer_notify(struct peer *p, uint16_t code);
/* The next message is of this type: its body is in p->body. Keepalives are skipped if others
 * are waited for. */
void peer_expect(struct peer *p, enum bgp_type type);
/* ... a NOTIFICATION with this code. */
struct bgp_error peer_expect_error(struct peer *p, uint16_t code);
void peer_expect_end(struct peer *p); /* it is closed, whatever comes before */
/* From TCP on: both OPENs and KEEPALIVEs; then wait until we are established. */
void peer_establish(struct peer *p);

/* One lab and peers 127.0.0.2 and 127.0.0.3: cmocka's setup and teardown. */
extern struct lab lab;
extern struct peer p2, p3;
int lab_setup(void **state);
int lab_teardown(void **state);
void dialled(void);                      /* 127.0.0.2 is dialled by us */
void taken(void);                        /* it dials us */
struct bgp_session *session(unsigned n); /* with 127.0.0.n; NULL: none */
/* All of 127.0.0.0/24, at most `limit` at once. */
struct bgp_neighbor range_of(uint32_t limit);
#endif
