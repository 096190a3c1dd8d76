/* SPDX-License-Identifier: GPL-2.0-or-later */
/* out_zserv_int.h - what the files of the zebra output share; nobody else includes it. */
#ifndef GREVY_OUT_ZSERV_INT_H
#define GREVY_OUT_ZSERV_INT_H
#include "announcer/conf.h"
#include "announcer/out_zserv.h"
#include "announcer/out_zserv_audit.h"
#include "announcer/out_zserv_redist.h"
#include "announcer/vtyc.h"
#include "zclient/zclient.h"
#include "zclient/zprobe.h"
#include <event2/event.h>

/* An address of an interface of the router. */
struct zaddr {
	uint32_t ifindex;
	struct ipaddr addr;
	uint8_t plen;
};

struct out_zserv {
	struct event_base *base;
	const struct conf *conf;
	struct rib *rib;
	struct out_zserv_events ev;
	void *arg;

	/* out_zserv_conn.c: getting there */
	enum zserv_state state;
	char reason[256];
	struct event *retry_ev;
	int64_t retry_at_ms; /* 0 = none is due */
	struct vtyc *question, *downs_question;
	char release_text[32], vty_error[64];
	const char *release_from;
	bool release_exact, vty, verified;
	const struct zapi_version *version, *version_hi;
	enum zapi_type type;
	uint16_t instance;
	char lock_path[200];
	unsigned tries, vty_tries, losses_noted, unseen, downs; /* see zserv_downs() */
	struct event *downs_ev;
	struct zprobe probe;
	int fd, lock_fd;
	struct zserv_watch *watch;
	struct event *read_ev, *write_ev, *pause_ev; /* pause pending: read is not */
	struct zclient *client;
	bool graceful;
	int64_t up_since_s;
	/* out_zserv_zebra.c: what zebra tells */
	struct zserv_iface *ifaces;
	struct zaddr *addrs;
	size_t n_ifaces, n_addrs;
	struct ipaddr router_id;
	bool subnets_dirty;
	uint32_t ecmp;
	/* out_zserv.c: routes */
	struct zroutes *routes;
	struct event *tick_ev;
	bool whole, swept, leaving; /* leaving: the answer to a last question is awaited */

	/* out_zserv_ask.c: questions about routes */
	struct vtyc *asking, *listing;
	struct prefix *asked; /* waiting for an answer, the first under way */
	size_t n_asked;
	uint8_t list_family, list_tries;
	uint32_t list_table, old_table; /* old: of an earlier run */
	struct event *list_ev;

	struct zserv_fib fib;
	struct zserv_redist redist;
	/* counted over all connections */
	struct zserv_status count;
	struct log_bucket bucket;
};

/* out_zserv.c: write what is queued; the connection is dropped on an error. */
void zserv_write(struct out_zserv *z);
void zserv_settle(struct out_zserv *z); /* act on what changed: time-outs, writing ... */
void zserv_routes_up(struct out_zserv *z);
/* Send a DELETE for a route in this table; 0 = main. */
void zserv_delete(struct out_zserv *z, const struct prefix *p, uint32_t table);

/* out_zserv_conn.c */
void zserv_connect(struct out_zserv *z);
/* Close, say why, try again later. */
void zserv_drop(struct out_zserv *z, enum zserv_state next, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void zserv_close(struct out_zserv *z);                       /* whatever is open; no retry */
const char *zserv_graceful_needs(const struct out_zserv *z); /* "FRR 7.4 or later" */
/* The answer to the last question of the handshake came: routes may flow. */
void zserv_up(struct out_zserv *z);
/* What that question is about: a gateway that no route has. */
extern const struct ipaddr zserv_fence;

enum zapi_type zserv_auto_type(const struct out_zserv *z); /* out_zserv_key.c */
/* out_zserv_lock.c: hold the lock of our key. Return: 0; -EBUSY, holder says who has it; or
 * -errno. */
int zserv_lock(struct out_zserv *z, char *holder, size_t size);
void zserv_unlock(struct out_zserv *z);
void zserv_lock_note(struct out_zserv *z); /* write down which gateways were lost */
/* zebra's count of interfaces that went down, before HELLO: more than noted means that some
 * did while nobody looked. */
void zserv_downs(struct out_zserv *z, unsigned downs);

/* out_zserv_zebra.c */
extern const struct zclient_ops zserv_client_ops;
void zserv_forget(struct out_zserv *z);   /* what it told; the subnets stay as told */
void zserv_loopback(struct out_zserv *z); /* tell zroutes which interface is lo, if known */
void zserv_subnets(struct out_zserv *z);  /* tell the connected subnets if they changed */

/* out_zserv_ask.c */
void zserv_ask(struct out_zserv *z, const struct prefix *p);
/* In a moment, look for routes of ours in zebra that the RIB does not have. */
void zserv_list_later(struct out_zserv *z);
/* An interface went down: read zebra's count of that in a moment. */
void zserv_downs_later(struct out_zserv *z);
void zserv_ask_cancel(struct out_zserv *z);
#endif
