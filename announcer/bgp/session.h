/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - sessions with the neighbours: who dials and who listens, TCP and its options, the
 * timers, collisions, dynamic neighbours. Drives fsm.h; hands UPDATEs to its owner and asks it
 * for what to send. The only part of BGP that has sockets. RFC 4271 6.8, 8; 4724; 5082; 2385.
 */
#ifndef GREVY_BGP_SESSION_H
#define GREVY_BGP_SESSION_H
#include "announcer/bgp/neighbor.h"
#include "announcer/bgp/session_status.h"
#include "announcer/bgp/update.h"

struct event_base;
struct bgp_session;
struct bgp_sessions;

enum { BGP_STALE_S = 360 };

/* What both sides agreed on; valid while established. */
struct bgp_facts {
	struct ipaddr local, remote;
	uint16_t local_port, remote_port;
	uint32_t my_asn, my_id, asn, id; /* asn, id: the peer's */
	bool ibgp, as4, refresh;
	unsigned families; /* both sides have them */
	/* Our own address as a next hop, by family: [0] IPv4, [1] IPv6; family 0 = there is
	 * none on the interface of the session. self_ll: our link-local address there. */
	struct ipaddr self[2], self_ll;
	uint32_t ifindex;     /* of the link that an IPv6 peer is on; 0 = on none of ours */
	bool graceful;        /* both sides have RFC 4724 */
	bool peer_restarting; /* R bit: do not wait for its End-of-RIB */
	unsigned gr_families; /* of the peer: it will send End-of-RIB, its routes may be held */
	unsigned gr_forwarding; /* of these, it kept forwarding over its last restart */
	uint16_t peer_restart_s;
	uint16_t hold_s, keepalive_s;
	struct bgp_open offered, received;
};

struct bgp_session_ops {
	/* Established; facts are bgp_session_facts(). */
	void (*on_up)(struct bgp_session *s, void *arg);
	/* It was established and is not any more. hold: the peer restarts gracefully, its
	 * routes are to be kept as stale; else they are gone. */
	void (*on_down)(struct bgp_session *s, bool hold, void *arg);
	/* The peer did not come back within its restart time, or did not tell all again within
	 * BGP_STALE_S of its return: stale routes are to go. */
	void (*on_stale_over)(struct bgp_session *s, void *arg);
	/* Return: 0, or -EPROTO with e: the session ends by this NOTIFICATION. */
	int (*on_update)(
	    struct bgp_session *s, const struct bgp_update *u, struct bgp_error *e, void *arg);
	void (*on_refresh)(struct bgp_session *s, uint8_t family, void *arg);
	/* There is room: append one whole message. false = nothing is to be said now; then
	 * bgp_session_wake() when there is. */
	bool (*fill)(struct bgp_session *s, struct wr *w, void *arg);
	/* A session (of the configuration or of a range) came, or is about to be freed, after
	 * its on_down(): for the owner's part of it. */
	void (*on_made)(struct bgp_session *s, void *arg);
	void (*on_freed)(struct bgp_session *s, void *arg);
};

/* Facts about us that all sessions share. */
struct bgp_self {
	uint32_t router_id; /* 0: no session starts */
	uint16_t restart_s; /* graceful restart: how long peers are to wait for us; 0 = not
	                       offered */
	bool restarting;    /* set R: we came back and do not have all routes yet */
	bool forwarding;    /* set F: what we said before still holds in the FIB */
};

struct bgp_sessions *bgp_sessions_new(
    struct event_base *base, const struct bgp_session_ops *ops, void *arg);
/* hold: connections are closed without a word, so that peers hold our routes (RFC 4724 4.1);
 * else Cease/Administrative Shutdown. NULL is fine. */
void bgp_sessions_free(struct bgp_sessions *all, bool hold);

void bgp_sessions_self(struct bgp_sessions *all, const struct bgp_self *self);

/* Listen there ("0.0.0.0", "::", "192.0.2.1:1179", "[::1]:1179"); none = connect only. What
 * fails is logged once, tried again, and told by bgp_sessions_listening(); the rest runs. */
void bgp_sessions_listen(struct bgp_sessions *all, const char *const *at, size_t n);
/* i-th place; error "" = it listens. NULL past the last. */
const char *bgp_sessions_listening(
    const struct bgp_sessions *all, size_t i, const char **error);

/* These are the neighbours from now on; copied. Sessions of others end (Cease/De-configured),
 * those whose session differs start again (Cease/Configuration Change), all others are left
 * alone. */
void bgp_sessions_set(struct bgp_sessions *all, const struct bgp_neighbor *v, size_t n);

typedef void bgp_session_fn(struct bgp_session *s, void *arg);
void bgp_sessions_each(
    struct bgp_sessions *all, bgp_session_fn *fn, void *arg); /* by address */
/* A link-local address is another neighbour on each interface; NULL: of any. */
struct bgp_session *bgp_session_at(
    const struct bgp_sessions *all, const struct ipaddr *a, const char *interface);

/* The one after it in that order; a of family 0: the first. */
struct bgp_session *bgp_session_after(
    const struct bgp_sessions *all, const struct ipaddr *a, const char *interface);

/* There is something to send. */
void bgp_session_wake(struct bgp_session *s);
/* End it with this NOTIFICATION; it starts again by itself. e->code BGP_CEASE_MAX_PREFIX: not
 * before restart_s of its import (0: never), unless bgp_sessions_set() raises its limit. */
void bgp_session_reset(struct bgp_session *s, const struct bgp_error *e);
/* Ask the peer for its routes again (RFC 2918); family 0: of all that the session carries.
 * Return: false when it cannot tell them. */
bool bgp_session_ask(struct bgp_session *s, uint8_t family);

/* Its counters of messages begin at 0 again. */
void bgp_session_forget_messages(struct bgp_session *s);

const struct bgp_neighbor *bgp_session_neighbor(const struct bgp_session *s);
const struct bgp_facts *bgp_session_facts(
    const struct bgp_session *s); /* NULL: not established */
void bgp_session_set_owner(
    struct bgp_session *s, void *owner); /* the owner's part, as it likes */
void *bgp_session_owner(const struct bgp_session *s);
#endif
