/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv.c - the RIB into zebra. The rim around zroutes.c: it turns what that wants into
 * messages and writes them; out_zserv_conn.c gets and keeps the connection,
 * out_zserv_zebra.c hears zebra, out_zserv_ask.c asks its vty about single routes.
 *
 * Graceful restart (FRR from 7.4 on): zebra keeps our routes while we are away and is told
 * COMPLETE once everything was sent again, upon which it deletes the rest. That is not said
 * before the source was read whole: what is merely not known yet must not be withdrawn.
 */
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/out_zserv_watch.h"
#include "announcer/util.h"
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EARLY_WRITE = 64 << 10, LEAVE_MS = 2000 };

static void fill_route(const struct out_zserv *z, struct zapi_route *r, const struct prefix *p)
{
	const struct conf_zebra *c = &z->conf->zebra;

	*r = (struct zapi_route){
	    .type = z->type,
	    .instance = z->instance,
	    .prefix = *p,
	    .has = ZHAS_DISTANCE | ZHAS_METRIC,
	    .distance = (uint8_t)c->distance,
	    .metric = c->metric,
	    .tag = c->tag,
	    .table = c->table,
	};
	if (c->tag)
		r->has |= ZHAS_TAG;
	if (c->table)
		r->has |= ZHAS_TABLE;
}

static bool weighted(const struct rib_nexthop *nh, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (nh[i].weight != 1)
			return true;
	return false;
}

static void on_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	struct out_zserv *z = arg;
	struct zapi_nexthop out[ZAPI_NH_MAX];
	bool weigh = weighted(nh, n);
	struct zapi_route r;
	size_t len;
	int rc;

	fill_route(z, &r, p);
	if (n > ARRAY_LEN(out))
		n = ARRAY_LEN(out);
	for (size_t i = 0; i < n; i++) {
		const struct znh *hop = zroutes_nexthop_find(z->routes, &nh[i].addr);

		/* Over other routes only where there is no connected way. */
		if (hop && hop->recursive)
			r.flags = ZROUTE_ALLOW_RECURSION;
		out[i] = (struct zapi_nexthop){.gate = nh[i].addr,
		    .ifindex = nh[i].ifindex,
		    .weight = weigh ? nh[i].weight : 0};
	}
	r.nh = out;
	r.n = (uint16_t)n;
	rc = zclient_send_route_add(z->client, &r);
	if (rc) {
		char s[PREFIX_STRLEN];

		log_err("zserv", "%s: cannot be sent: %s", prefix_str(p, s), strerror(-rc));
	}
	/* zebra may start on a long list while we go on. */
	zclient_out(z->client, &len);
	if (len >= EARLY_WRITE)
		zserv_write(z);
}

void zserv_delete(struct out_zserv *z, const struct prefix *p, uint32_t table)
{
	struct zapi_route r;

	fill_route(z, &r, p);
	r.table = table;
	r.has = table ? r.has | ZHAS_TABLE : r.has & ~(unsigned)ZHAS_TABLE;
	zclient_send_route_delete(z->client, &r);
}

static void on_del(const struct prefix *p, void *arg)
{
	struct out_zserv *z = arg;

	zserv_delete(z, p, z->conf->zebra.table);
}

static void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	struct out_zserv *z = arg;
	struct zapi_nht_reg reg = {.addr = *nh};

	if (on)
		zclient_send_nexthop_register(z->client, &reg);
	else
		zclient_send_nexthop_unregister(z->client, &reg);
}

static void on_ask(const struct prefix *p, void *arg)
{
	zserv_ask(arg, p);
}

static void on_settled(const struct prefix *p, void *arg)
{
	audit_settled(((struct out_zserv *)arg)->fib.audit, p, clock_ms());
}

static void on_dropped(const struct prefix *p, const struct zroute_mark *m, void *arg)
{
	audit_dropped(((struct out_zserv *)arg)->fib.audit, p, m, clock_ms());
}

void zserv_write(struct out_zserv *z)
{
	const void *out;
	size_t len;
	bool some = false;

	while (z->client && (out = zclient_out(z->client, &len)) && len) {
		ssize_t n = send(z->fd, out, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			event_add(z->write_ev, NULL);
			break;
		}
		if (n < 0) {
			/* Only noted: our caller may be in the middle of the routes. The
			 * reader sees the end of the stream. */
			event_active(z->read_ev, EV_READ, 0);
			return;
		}
		zclient_out_done(z->client, (size_t)n);
		some = true;
	}
	if (some && z->ev.on_written)
		z->ev.on_written(!event_pending(z->write_ev, EV_WRITE, NULL), z->arg);
}

/* Everything that we know was sent: zebra may delete what else it has of us. Said without
 * graceful restart, too: zebra may still be in that of an earlier run. */
static void complete(struct out_zserv *z)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	if (z->swept || z->state != ZSERV_UP || !z->whole || !zroutes_settled(z->routes))
		return;
	z->swept = true;
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct zapi_gr gr = {.code = ZGR_COMPLETE, .family = families[i]};

		zclient_send_graceful_restart(z->client, &gr);
	}
	zserv_list_later(z);
	zserv_lock_note(z);
	audit_sweep(z->fib.audit, clock_ms());
}

static void tick_later(struct out_zserv *z, int64_t ms)
{
	struct timeval t = {ms / 1000, (ms % 1000) * 1000};

	if (ms < 0)
		event_del(z->tick_ev);
	else
		event_add(z->tick_ev, &t);
}

void zserv_settle(struct out_zserv *z)
{
	if (z->state != ZSERV_UP)
		return;
	if (event_pending(z->write_ev, EV_WRITE, NULL))
		zroutes_busy(z->routes, clock_ms());
	tick_later(z, zroutes_tick(z->routes, clock_ms()));
	complete(z);
	zserv_write(z);
	zserv_audit_arm(z);
	if (z->losses_noted != zroutes_losses(z->routes))
		zserv_lock_note(z);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	zserv_settle(arg);
}

void zserv_routes_up(struct out_zserv *z)
{
	unsigned features = z->version->features;

	/* Of a range of releases: what one of them needs does not harm the others. */
	if (z->version_hi)
		features |= z->version_hi->features;
	z->swept = false;
	z->list_tries = 0;
	zroutes_features(z->routes, features);
	zserv_audit_up(z);
	zroutes_up(z->routes, zclient_nexthop_max(z->client), clock_ms());
	zserv_loopback(z);
	zserv_settle(z);
}

/* zebra gets what it did not tell us itself, unless it is only listened to. */
static void announce(const struct rib_route *r, void *arg)
{
	struct out_zserv *z = arg;

	if (r->source == RIB_REDISTRIBUTED || conf_zebra_off(z->conf))
		zroutes_withdraw(z->routes, &r->prefix, clock_ms());
	else
		zroutes_want(z->routes, r, clock_ms());
}

static void withdraw(const struct prefix *p, void *arg)
{
	struct out_zserv *z = arg;

	zroutes_withdraw(z->routes, p, clock_ms());
}

static void flush(void *arg)
{
	zserv_settle(arg);
}

static const struct out_ops rib_ops = {
    .name = "zserv", .announce = announce, .withdraw = withdraw, .flush = flush};

struct out_zserv *out_zserv_new(struct event_base *base, const struct conf *conf,
    struct rib *rib, const struct out_zserv_events *ev, void *arg)
{
	static const struct zroutes_ops route_ops = {.add = on_add,
	    .del = on_del,
	    .track = on_track,
	    .ask = on_ask,
	    .settled = on_settled,
	    .dropped = on_dropped};
	struct out_zserv *z = xcalloc(1, sizeof(*z));

	z->base = base;
	z->conf = conf;
	z->rib = rib;
	z->ev = *ev;
	z->arg = arg;
	z->fd = z->lock_fd = -1;
	z->state = ZSERV_OFF;
	z->release_from = "";
	z->type = ZTYPE_UNKNOWN;
	z->routes = zroutes_new(rib, &route_ops, z);
	z->tick_ev = event_new(base, -1, 0, on_tick, z);
	zserv_audit_init(z);
	zserv_redist_init(z);
	rib_attach(rib, &rib_ops, z);
	return z;
}

void out_zserv_start(struct out_zserv *z)
{
	zserv_connect(z);
}

void out_zserv_whole(struct out_zserv *z)
{
	z->whole = true;
	zserv_settle(z);
}

void out_zserv_track(struct out_zserv *z, const struct ipaddr *nh)
{
	zroutes_track(z->routes, nh, clock_ms());
	zserv_settle(z);
}

/* zebra (8.4 at least) works its queue off even for a client that is gone: what it takes from
 * there after it has removed our routes stays for good. */
static bool queued(const struct out_zserv *z)
{
	return zroutes_count(z->routes, ZROUTE_INSTALLING) ||
	       zroutes_count(z->routes, ZROUTE_REMOVING);
}

/* Have zebra read all that was queued before the connection ends: what it has not read by
 * then it may drop. Its answer to a last question says so. done: and have it done that. */
static void drain(struct out_zserv *z, bool done)
{
	struct zapi_nht_reg fence = {.addr = zserv_fence};
	int64_t end = clock_ms() + LEAVE_MS;
	uint8_t buf[4096];

	z->leaving = true;
	zclient_send_nexthop_register(z->client, &fence);
	while ((z->leaving || (done && queued(z))) && clock_ms() < end) {
		size_t len;
		const void *out = zclient_out(z->client, &len);
		struct pollfd p = {.fd = z->fd, .events = len ? POLLIN | POLLOUT : POLLIN};
		ssize_t n;

		if (poll(&p, 1, LEAVE_MS) < 0 && errno != EINTR)
			return;
		if (p.revents & POLLOUT && (n = send(z->fd, out, len, MSG_NOSIGNAL)) > 0)
			zclient_out_done(z->client, (size_t)n);
		n = read(z->fd, buf, sizeof(buf));
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
		if (n > 0 && zclient_feed(z->client, buf, (size_t)n))
			return;
	}
}

/* Without graceful restart zebra deletes our routes as soon as the connection ends. */
static void leave(struct out_zserv *z, bool hold)
{
	if (!z->client || z->state != ZSERV_UP)
		return;
	if (hold && !z->graceful)
		log_warn("zserv", "zebra removes our routes: it cannot hold them without %s",
		    zserv_graceful_needs(z));
	if (!hold && z->graceful) {
		struct zapi_gr gr = {.code = ZGR_DISABLE};

		zclient_send_graceful_restart(z->client, &gr);
	}
	drain(z, !hold);
	if (!hold || !z->graceful)
		log_info("zserv", "left zebra, our routes are withdrawn");
	else if (z->version->features & ZF_STALE_KEPT)
		log_info("zserv",
		    "left zebra, which holds our routes until grevyd is back: FRR %s does not "
		    "end that after %u s",
		    z->release_text, z->conf->zebra.stale_s);
	else
		log_info("zserv", "left zebra, which holds our routes for %u s",
		    z->conf->zebra.stale_s);
}

/* Another list of redistributed types needs no new connection. */
static bool same_connection(const struct conf *a, const struct conf *b)
{
	const struct conf_zebra *x = &a->zebra, *y = &b->zebra;

	return x->enabled == y->enabled && !conf_zebra_off(a) == !conf_zebra_off(b) &&
	       !strcmp(x->socket, y->socket) && !strcmp(x->vty_socket, y->vty_socket) &&
	       !strcmp(x->frr_version, y->frr_version) &&
	       !strcmp(x->route_type, y->route_type) && x->instance == y->instance &&
	       x->distance == y->distance && x->metric == y->metric && x->tag == y->tag &&
	       x->table == y->table && x->stale_s == y->stale_s;
}

void out_zserv_reload(struct out_zserv *z, const struct conf *conf, bool changed)
{
	const struct conf_zebra *old = &z->conf->zebra, *new = &conf->zebra;
	bool hold = old->table == new->table && !conf_zebra_off(conf);
	bool other = !conf_zebra_off(z->conf) != !conf_zebra_off(conf);

	if (changed && z->state == ZSERV_UP && same_connection(z->conf, conf) &&
	    (!conf_zebra_off(conf) || new->redistribute.n)) {
		z->conf = conf;
		zserv_redist_reload(z, &old->redistribute);
		return;
	}
	if (changed) {
		leave(z, hold);
		zserv_close(z);
		zserv_unlock(z);
	}
	z->conf = conf;
	if (changed) {
		zserv_redist_down(z); /* the list may be empty now */
		if (other)
			rib_replay(z->rib, &rib_ops, z);
		z->tries = z->vty_tries = 0;
		zserv_connect(z);
	}
}

void out_zserv_switched(struct out_zserv *z)
{
	leave(z, !conf_zebra_off(z->conf));
	zserv_close(z);
	zserv_unlock(z);
	zserv_redist_down(z);
	rib_replay(z->rib, &rib_ops, z);
	z->tries = z->vty_tries = 0;
	zserv_connect(z);
}

void out_zserv_stop(struct out_zserv *z, bool hold)
{
	if (!z)
		return;
	leave(z, hold);
	zserv_close(z);
	zserv_unlock(z);
	event_free(z->tick_ev);
	if (z->retry_ev)
		event_free(z->retry_ev);
	if (z->list_ev)
		event_free(z->list_ev);
	if (z->downs_ev)
		event_free(z->downs_ev);
	zserv_audit_fini(z);
	zserv_redist_fini(z);
	zroutes_free(z->routes);
	free(z->ifaces);
	free(z->addrs);
	free(z->asked);
	free(z);
}

const struct zroutes *out_zserv_routes(const struct out_zserv *z)
{
	return z->routes;
}

size_t out_zserv_ifaces(const struct out_zserv *z, struct zserv_iface *to, size_t max)
{
	for (size_t i = 0; i < z->n_ifaces && i < max; i++)
		to[i] = z->ifaces[i];
	return z->n_ifaces;
}

static void count_client(const struct out_zserv *z, struct zserv_status *st)
{
	const struct zclient_stats *s = z->client ? zclient_stats(z->client) : NULL;

	if (!s)
		return;
	for (size_t i = 0; i <= ZCMDS; i++) {
		st->messages_in += s->in[i].msgs;
		st->bytes_in += s->in[i].bytes;
	}
	for (size_t i = 0; i < ZCMDS; i++) {
		st->messages_out += s->out[i].msgs;
		st->bytes_out += s->out[i].bytes;
	}
	st->bad_messages += s->bad;
	st->unknown_messages += s->in[ZCMDS].msgs;
}

void out_zserv_status(const struct out_zserv *z, struct zserv_status *st)
{
	static const char *const text[] = {
	    [ZSERV_OFF] = "off",
	    [ZSERV_NO_SOCKET] = "no connection",
	    [ZSERV_KEY_HELD] = "key held by another grevyd",
	    [ZSERV_ASKING] = "asking zebra for its release",
	    [ZSERV_KEY_WAIT] = "key held by another client of zebra",
	    [ZSERV_HANDSHAKE] = "handshake",
	    [ZSERV_UP] = "up",
	};

	*st = z->count;
	count_client(z, st);
	st->state = z->state;
	st->state_text = text[z->state];
	st->reason = z->reason;
	st->routes_off = conf_zebra_off(z->conf) ? conf_zebra_off(z->conf) : "";
	st->socket = z->conf->zebra.socket;
	st->vty_socket = z->conf->zebra.vty_socket;
	st->vty_error = z->state == ZSERV_UP && !z->vty ? z->vty_error : "";
	st->release = z->release_text;
	st->release_from = z->release_from;
	st->release_exact = z->release_exact;
	st->version = z->version;
	st->type = z->type == ZTYPE_UNKNOWN ? "" : zversion_type_name(z->type);
	st->instance = z->instance;
	st->graceful = z->graceful;
	st->stale_s = z->conf->zebra.stale_s;
	st->stale_kept = z->version && z->version->features & ZF_STALE_KEPT;
	st->ecmp = z->client ? zclient_nexthop_max(z->client) : 0;
	st->router_id = z->router_id;
	zserv_watch_status(z, st);
	st->up_since_s = z->state == ZSERV_UP ? z->up_since_s : 0;
	st->retry_in_ms = -1;
	if (z->retry_at_ms) {
		st->retry_in_ms = z->retry_at_ms - clock_ms();
		if (st->retry_in_ms < 0)
			st->retry_in_ms = 0;
	}
	st->swept = z->swept;
}
