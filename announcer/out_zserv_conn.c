/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_conn.c - the way to zebra, again after each end:
 *
 *   socket there? -> which release? -> our key free? -> HELLO -> CAPABILITIES -> up
 *
 * (up to 4.0 without CAPABILITIES)
 * The wire does not say what it speaks, so the release is asked for first: over zebra's
 * vty, else by the probe of zprobe.h, else it is what the configuration says.
 * Two connections with one key (route type and instance) and graceful restart abort zebra
 * (zserv.md 14.2): a lock beside the socket keeps other grevyds away, and `show zebra
 * client` must not list the key before we say HELLO. Without the vty there is no graceful
 * restart.
 */
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/out_zserv_watch.h"
#include "announcer/util.h"
#include "announcer/zebra_text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* An address that every host has. */
const struct ipaddr zserv_fence = {
    .family = AF_INET, .addr = {127, 0, 0, 1}
};

enum {
	RETRY_FIRST_MS = 200,
	RETRY_MAX_MS = 5000,
	HANDSHAKE_MS = 5000,
	READ_BUDGET = 16,
	BULK_ROUTES = 256,  /* that many without zebra's word are a bulk */
	BULK_PAUSE_MS = 10, /* between two reads in a bulk */
	VTY_TRIES = 4,
};

static void ask_clients(struct out_zserv *z);
static void probe_connect(struct out_zserv *z);

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	z->retry_at_ms = 0;
	if (z->state == ZSERV_HANDSHAKE && z->client)
		zserv_drop(
		    z, ZSERV_NO_SOCKET, "zebra %s did not answer HELLO", z->release_text);
	else
		zserv_connect(z);
}

static void timer_set(struct out_zserv *z, int64_t ms)
{
	struct timeval t = {ms / 1000, (ms % 1000) * 1000};

	if (!z->retry_ev)
		z->retry_ev = event_new(z->base, -1, 0, on_retry, z);
	event_add(z->retry_ev, &t);
}

static int64_t random_below(int64_t n)
{
	uint32_t r;

	evutil_secure_rng_get_bytes(&r, sizeof(r));
	return r % n;
}

static void retry_later(struct out_zserv *z, unsigned max_ms)
{
	int64_t ms = (int64_t)RETRY_FIRST_MS << (z->tries > 8 ? 8 : z->tries);

	if (ms > max_ms)
		ms = max_ms;
	ms = ms * 3 / 4 + random_below(ms / 2 + 1);
	z->tries++;
	z->retry_at_ms = clock_ms() + ms;
	timer_set(z, ms);
}

/* A state that an operator would want to know of is logged once. */
static void enter(struct out_zserv *z, enum zserv_state s, const char *reason)
{
	bool same = z->state == s && !strcmp(z->reason, reason);

	z->state = s;
	if (z->reason != reason)
		snprintf(z->reason, sizeof(z->reason), "%s", reason);
	if (!same && *reason)
		log_warn("zserv", "%s", reason);
}

static void unhook(struct event **ev)
{
	if (*ev)
		event_free(*ev);
	*ev = NULL;
}

void zserv_close(struct out_zserv *z)
{
	bool was_up = z->state == ZSERV_UP;

	vtyc_cancel(z->question);
	z->question = NULL;
	zserv_ask_cancel(z);
	zserv_watch_cancel(z);
	unhook(&z->read_ev);
	unhook(&z->write_ev);
	unhook(&z->pause_ev);
	if (z->client) {
		struct zserv_status st;

		out_zserv_status(z, &st);
		z->count.messages_in = st.messages_in;
		z->count.messages_out = st.messages_out;
		z->count.bytes_in = st.bytes_in;
		z->count.bytes_out = st.bytes_out;
		z->count.bad_messages = st.bad_messages;
		z->count.unknown_messages = st.unknown_messages;
	}
	zclient_free(z->client);
	z->client = NULL;
	if (z->fd >= 0)
		close(z->fd);
	z->fd = -1;
	if (z->retry_ev)
		event_del(z->retry_ev);
	z->retry_at_ms = 0;
	z->state = ZSERV_OFF;
	if (was_up) {
		z->count.disconnects++;
		event_del(z->tick_ev);
		zserv_audit_down(z);
		zroutes_down(z->routes);
	}
	zserv_forget(z);
}

void zserv_drop(struct out_zserv *z, enum zserv_state next, const char *fmt, ...)
{
	enum zserv_state was = z->state;
	char reason[sizeof(z->reason)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	if (was == ZSERV_UP)
		z->tries = 0;
	zserv_close(z);
	if (was == next)
		z->state = was;
	enter(z, next, reason);
	retry_later(z, next == ZSERV_KEY_HELD || next == ZSERV_KEY_WAIT ? 1000 : RETRY_MAX_MS);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	event_del(z->write_ev);
	zserv_write(z);
}

/* zebra's bytes to the client. Return: 0 when all is read, 1 when the budget is used up,
 * or -errno (-ECONNRESET: end of the stream). */
static int read_some(struct out_zserv *z)
{
	static uint8_t buf[64 << 10];

	for (int i = 0; i < READ_BUDGET; i++) {
		ssize_t n = read(z->fd, buf, sizeof(buf));
		int rc;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (!n)
			return -ECONNRESET;
		rc = zclient_feed(z->client, buf, (size_t)n);
		if (rc)
			return rc;
	}
	return 1;
}

static void on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	event_add(z->read_ev, NULL);
	zserv_audit_pause(z, false);
}

/* In a bulk zebra writes a notice for each route, as soon as it can. To read them one by one
 * wakes us and the thread of zebra that writes them thousands of times, and takes processor
 * time from the work that they tell of: what comes in some ms is read in one go. The kernel
 * tells of each, too. */
static void pause_in_bulk(struct out_zserv *z)
{
	static const struct timeval pause = {0, BULK_PAUSE_MS * 1000};

	if (zroutes_count(z->routes, ZROUTE_INSTALLING) +
		zroutes_count(z->routes, ZROUTE_REMOVING) <
	    BULK_ROUTES)
		return;
	event_del(z->read_ev);
	event_add(z->pause_ev, &pause);
	zserv_audit_pause(z, true);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;
	int rc = read_some(z);

	(void)fd;
	(void)what;
	if (rc < 0) {
		if (rc == -EBADMSG)
			zserv_drop(z, ZSERV_NO_SOCKET,
			    "zebra %s sent what is no message of Zserv: connection closed",
			    z->release_text);
		else
			zserv_drop(z, ZSERV_NO_SOCKET, "zebra %s the connection: %s",
			    z->state == ZSERV_HANDSHAKE ? "refused" : "closed",
			    rc == -ECONNRESET ? "end of stream" : strerror(-rc));
		return;
	}
	zserv_subnets(z);
	zserv_redist_flush(z);
	zserv_settle(z);
	if (rc > 0)
		event_active(z->read_ev, EV_READ, 0);
	else
		pause_in_bulk(z);
}

/* HELLO and all that may follow it at once. The answers come in this order, so that of the
 * last question says that the interfaces are known. */
static void say_hello(struct out_zserv *z)
{
	struct zapi_nht_reg fence = {.addr = zserv_fence};
	struct zapi_hello hello = {.type = z->type, .instance = z->instance, .notify = true};
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct zapi_gr gr = {.code = ZGR_ENABLE, .stale_s = z->conf->zebra.stale_s};

	zclient_send_hello(z->client, &hello);
	z->graceful = z->vty && z->lock_fd >= 0 && z->conf->zebra.stale_s &&
	              !zclient_send_graceful_restart(z->client, &gr);
	zclient_send_notify_request(z->client, true);
	zclient_send_router_id_add(z->client, 0, AF_INET);
	zclient_send_interface_add(z->client, 0);
	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		gr = (struct zapi_gr){.code = ZGR_PENDING, .family = families[f]};
		if (z->graceful)
			zclient_send_graceful_restart(z->client, &gr);
	}
	zserv_redist_hello(z);
	zclient_send_nexthop_register(z->client, &fence);
}

static void hello(struct out_zserv *z)
{
	int fd = vtyc_connect(z->conf->zebra.socket);

	if (fd < 0) {
		zserv_drop(z, ZSERV_NO_SOCKET, "connect %s: %s", z->conf->zebra.socket,
		    strerror(errno));
		return;
	}
	z->fd = fd;
	z->client = zclient_new(z->version, &zserv_client_ops, z);
	if (!z->client)
		abort();
	if (z->version_hi && z->version_hi != z->version)
		zclient_set_range(z->client, z->version_hi);
	z->read_ev = event_new(z->base, fd, EV_READ | EV_PERSIST, on_readable, z);
	z->write_ev = event_new(z->base, fd, EV_WRITE, on_writable, z);
	z->pause_ev = event_new(z->base, -1, 0, on_pause_over, z);
	event_add(z->read_ev, NULL);
	enter(z, ZSERV_HANDSHAKE, "");
	say_hello(z);
	timer_set(z, HANDSHAKE_MS);
	zserv_write(z);
}

const char *zserv_graceful_needs(const struct out_zserv *z)
{
	if (zversion_cmd(z->version, ZCMD_CLIENT_CAPABILITIES) == ZCMD_ABSENT)
		return "FRR 7.4 or later";
	return z->vty ? "stale-time and a lock file" : z->conf->zebra.vty_socket;
}

void zserv_up(struct out_zserv *z)
{
	struct zapi_nht_reg fence = {.addr = zserv_fence};

	if (z->state != ZSERV_HANDSHAKE || (!z->ecmp && z->version->caps != ZCAPS_NONE))
		return;
	zclient_send_nexthop_unregister(z->client, &fence);
	event_del(z->retry_ev);
	z->tries = 0;
	z->verified = false;
	z->up_since_s = (int64_t)time(NULL);
	z->count.connects++;
	enter(z, ZSERV_UP, "");
	log_info("zserv",
	    "connected to zebra %s (by %s), route type %s, instance %u, %u next hops",
	    z->release_text, z->release_from, zversion_type_name(z->type), z->instance,
	    zclient_nexthop_max(z->client));
	if (!z->release_exact)
		log_warn("zserv",
		    "zebra %s is not known: using the form of %s until a route proves it",
		    z->release_text, z->version->name);
	if (!z->graceful)
		log_warn("zserv",
		    "zebra removes our routes when we leave: no graceful restart without %s",
		    zserv_graceful_needs(z));
	else if (z->version->features & ZF_STALE_KEPT)
		log_info("zserv",
		    "zebra keeps our routes while we are away until grevyd comes back: FRR %s "
		    "does not end that after stale-time",
		    z->release_text);
	zserv_subnets(z);
	zserv_watch(z);
	if (z->ev.on_limit)
		z->ev.on_limit(zclient_nexthop_max(z->client), z->arg);
	zserv_redist_up(z);
	zserv_routes_up(z);
}

/* A zebra that is just starting opens its vty a little later, and one that is busy answers
 * late: graceful restart is not given up for that. Return: true when it is tried again. */
static bool vty_again(struct out_zserv *z, int rc)
{
	if (rc >= 0 || rc == -EACCES || rc == -EPERM || z->vty_tries >= VTY_TRIES)
		return false;
	z->vty_tries++;
	zserv_drop(z, ZSERV_NO_SOCKET, "%s: %s", z->conf->zebra.vty_socket, strerror(-rc));
	return true;
}

/* rc: -errno, or zebra's own code. */
static void vty_lost(struct out_zserv *z, int rc)
{
	z->vty = false;
	snprintf(z->vty_error, sizeof(z->vty_error), "%s", rc < 0 ? strerror(-rc) : "refused");
}

static void on_interfaces(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;

	z->question = NULL;
	if (!rc)
		zserv_downs(z, zebra_text_downs(text));
	hello(z);
}

static void on_clients(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;

	z->question = NULL;
	if (vty_again(z, rc))
		return;
	if (!rc)
		z->vty_tries = 0;
	if (rc) {
		vty_lost(z, rc);
		log_warn("zserv", "%s does not tell zebra's clients (%s): no graceful restart",
		    z->conf->zebra.vty_socket, z->vty_error);
	} else if (zebra_text_clients(text, zversion_type_name(z->type), z->instance)) {
		zserv_drop(z, ZSERV_KEY_WAIT,
		    "zebra still lists a client of type %s instance %u: waiting for it to go",
		    zversion_type_name(z->type), z->instance);
		return;
	}
	z->question =
	    vtyc_ask(z->base, z->conf->zebra.vty_socket, "show interface", on_interfaces, z);
	if (!z->question)
		on_interfaces(-errno, "", z);
}

static void ask_clients(struct out_zserv *z)
{
	z->question =
	    vtyc_ask(z->base, z->conf->zebra.vty_socket, "show zebra client", on_clients, z);
	if (!z->question)
		on_clients(-errno, "", z);
}

/* The release is known: choose the key, and make sure that it is ours. */
static void have_release(struct out_zserv *z)
{
	const struct conf_zebra *c = &z->conf->zebra;
	char holder[64];
	int rc;

	z->instance = (uint16_t)c->instance;
	/* Chosen once: routes of another type would be left to nobody. */
	if (strcmp(c->route_type, "auto"))
		z->type = zversion_type_named(c->route_type);
	else if (z->type == ZTYPE_UNKNOWN)
		z->type = zserv_auto_type(z);
	rc = zversion_type_check(z->version, z->type, z->instance);
	if (rc) {
		zserv_drop(z, ZSERV_NO_SOCKET,
		    "zebra.route-type %s instance %u cannot be used with zebra %s: %s",
		    c->route_type, z->instance, z->release_text, strerror(-rc));
		return;
	}
	if (c->table && !z->version->msg.table) {
		zserv_drop(z, ZSERV_NO_SOCKET,
		    "zebra.table %u cannot be used with zebra %s: that knows no tables",
		    c->table, z->release_text);
		return;
	}
	rc = zserv_lock(z, holder, sizeof(holder));
	if (rc == -EBUSY) {
		zserv_drop(z, ZSERV_KEY_HELD,
		    "route type %s instance %u of this zebra is held by another grevyd, %s; "
		    "this one "
		    "waits",
		    zversion_type_name(z->type), z->instance, holder);
		return;
	}
	if (rc)
		log_warn("zserv", "no lock beside %s (%s): no graceful restart", c->socket,
		    strerror(-rc));
	if (z->vty)
		ask_clients(z);
	else
		hello(z);
}

static void set_release(struct out_zserv *z, const int release[3], const char *from)
{
	z->version = zversion_find(release[0], release[1], release[2], &z->release_exact);
	z->version_hi = NULL;
	z->release_from = from;
	if (release[2] < 0)
		snprintf(
		    z->release_text, sizeof(z->release_text), "%d.%d", release[0], release[1]);
	else
		snprintf(z->release_text, sizeof(z->release_text), "%d.%d.%d", release[0],
		    release[1], release[2]);
	have_release(z);
}

/* What the configuration says, or nothing. */
static bool configured_release(struct out_zserv *z, int release[3])
{
	const char *v = z->conf->zebra.frr_version;

	return strcmp(v, "auto") && !zversion_parse(v, release);
}

static void on_version(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	int told[3], conf[3];

	z->question = NULL;
	if (vty_again(z, rc))
		return;
	z->vty = true;
	if (rc)
		vty_lost(z, rc);
	if (configured_release(z, conf)) {
		if (!rc && !zversion_parse(text, told) &&
		    (told[0] != conf[0] || told[1] != conf[1]))
			log_warn("zserv", "zebra says it is %d.%d, the configuration says %s",
			    told[0], told[1], z->conf->zebra.frr_version);
		set_release(z, conf, "configuration");
	} else if (!rc && !zversion_parse(text, told)) {
		set_release(z, told, "zebra.vty");
	} else {
		log_info("zserv", "%s does not tell zebra's release (%s): probing",
		    z->conf->zebra.vty_socket, rc ? z->vty_error : "unknown answer");
		zprobe_init(&z->probe);
		probe_connect(z);
	}
}

static const struct timeval probe_timeout = {0, ZPROBE_TIMEOUT_MS * 1000};

static void probe_close(struct out_zserv *z)
{
	unhook(&z->read_ev);
	if (z->fd >= 0)
		close(z->fd);
	z->fd = -1;
}

static void probe_done(struct out_zserv *z)
{
	const struct zprobe *p = &z->probe;

	probe_close(z);
	if (!p->lo) {
		zserv_drop(z, ZSERV_NO_SOCKET,
		    "cannot tell zebra's release (%s): set zebra.frr-version", p->text);
		return;
	}
	z->version = p->lo;
	z->version_hi = p->hi;
	z->release_exact = true;
	z->release_from = "probe";
	snprintf(z->release_text, sizeof(z->release_text), "%s", p->text);
	have_release(z);
}

static void probe_step(struct out_zserv *z, enum zprobe_step step)
{
	if (step == ZPROBE_WAIT && z->probe.out_len &&
	    write(z->fd, z->probe.out, z->probe.out_len) < 0)
		step = zprobe_closed(&z->probe);
	switch (step) {
	case ZPROBE_WAIT:
		event_add(z->read_ev, &probe_timeout);
		break;
	case ZPROBE_CONNECT:
		probe_close(z);
		probe_connect(z);
		break;
	case ZPROBE_DONE:
		probe_done(z);
		break;
	}
}

static void on_probe(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;
	uint8_t buf[4096];
	ssize_t n;

	if (what & EV_TIMEOUT) {
		probe_step(z, zprobe_timeout(&z->probe));
		return;
	}
	n = read(fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		event_add(z->read_ev, &probe_timeout);
	else
		probe_step(z,
		    n > 0 ? zprobe_feed(&z->probe, buf, (size_t)n) : zprobe_closed(&z->probe));
}

static void probe_connect(struct out_zserv *z)
{
	z->fd = vtyc_connect(z->conf->zebra.socket);
	if (z->fd < 0) {
		zserv_drop(z, ZSERV_NO_SOCKET, "connect %s: %s", z->conf->zebra.socket,
		    strerror(errno));
		return;
	}
	z->read_ev = event_new(z->base, z->fd, EV_READ, on_probe, z);
	probe_step(z, zprobe_connected(&z->probe));
}

void zserv_connect(struct out_zserv *z)
{
	const struct conf_zebra *c = &z->conf->zebra;
	const char *off = conf_zebra_off(z->conf);
	struct stat st;

	if (off && (c->enabled == CONF_NO || !c->redistribute.n)) {
		z->state = ZSERV_OFF;
		snprintf(z->reason, sizeof(z->reason), "%s", off);
		log_info("zserv", "off: %s", off);
		return;
	}
	if (stat(c->socket, &st) < 0) {
		zserv_drop(z, ZSERV_NO_SOCKET, "%s: %s%s", c->socket, strerror(errno),
		    errno == ENOENT ? " (is zebra running?)" : "");
		return;
	}
	z->state = ZSERV_ASKING;
	z->question = vtyc_ask(z->base, c->vty_socket, "show version", on_version, z);
	if (!z->question)
		on_version(-errno, "", z);
}
