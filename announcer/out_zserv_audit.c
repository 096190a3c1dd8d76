/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_audit.c - the rim of audit.c: hears the kernel while the connection to zebra is up,
 * wakes the audit when something is due, and logs what it finds. Nothing wakes while nothing
 * changes.
 */
#include "announcer/audit_text.h"
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/out_zserv_watch.h"
#include "announcer/util.h"
#include "announcer/zebra_text.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>

enum { BATCHES_MAX = 64, STRAYS_MAX = 256, MAIN_TABLE = 254 };

static void arm(struct out_zserv *z)
{
	int64_t now = clock_ms(), ms = audit_next(z->fib.audit, now);
	struct timeval t = {ms / 1000, (ms % 1000) * 1000};

	if (ms < 0) {
		event_del(z->fib.due_ev);
	} else if (!event_pending(z->fib.due_ev, EV_TIMEOUT, NULL) ||
		   now + ms < z->fib.due_ms) {
		z->fib.due_ms = now + ms;
		event_add(z->fib.due_ev, &t);
	}
}

void zserv_audit_arm(struct out_zserv *z)
{
	if (z->fib.kernel)
		arm(z);
}

void zserv_audit_pause(struct out_zserv *z, bool on)
{
	if (z->fib.kernel)
		fib_pause(z->fib.kernel, on);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	for (int i = 0; z->fib.kernel && i < BATCHES_MAX && !fib_read(z->fib.kernel); i++)
		continue;
	audit_tick(z->fib.audit, clock_ms());
	zserv_settle(z);
	zserv_audit_arm(z);
}

/* ---- the kernel ---- */

static void on_route(const struct fib_route *r, bool added, void *arg)
{
	audit_route(((struct out_zserv *)arg)->fib.audit, r, added, clock_ms());
}

static void on_object(const struct fib_object *o, bool added, void *arg)
{
	audit_object(((struct out_zserv *)arg)->fib.audit, o, added, clock_ms());
}

static void on_down(void *arg)
{
	audit_suspect(((struct out_zserv *)arg)->fib.audit, clock_ms());
}

static void on_overrun(void *arg)
{
	audit_overrun(((struct out_zserv *)arg)->fib.audit, clock_ms());
}

static void on_dumped(bool ok, void *arg)
{
	struct out_zserv *z = arg;

	audit_dumped(z->fib.audit, ok, clock_ms());
	zserv_settle(z);
}

static void on_batch(void *arg)
{
	arm(arg);
}

/* ---- what the audit wants ---- */

static uint32_t kernel_table(const struct out_zserv *z)
{
	return z->conf->zebra.table ? z->conf->zebra.table : MAIN_TABLE;
}

static bool on_dump(void *arg)
{
	struct out_zserv *z = arg;
	int rc = fib_dump(
	    z->fib.kernel, kernel_table(z), (uint8_t)zversion_type_kernel(z->version, z->type));

	if (rc)
		log_debug("fib", "the kernel's table cannot be read: %s", strerror(-rc));
	return !rc;
}

static void on_ask(const struct prefix *p, void *arg)
{
	zserv_ask(arg, p);
}

static int on_lookup(
    const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh, void *arg)
{
	(void)arg;
	return fib_lookup(a, r, nh);
}

static void on_told(const struct audit_view *v, enum audit_event e, void *arg)
{
	struct out_zserv *z = arg;
	char p[PREFIX_STRLEN], b[AUDIT_TEXT_LEN], cure[AUDIT_TEXT_LEN];
	bool ours = v->kind == AUDIT_MISSING || v->kind == AUDIT_DIFFERENT;

	if (!log_allowed(e == AUDIT_FOUND || e == AUDIT_STUCK ? &z->fib.loud : &z->fib.quiet))
		return;
	prefix_str(&v->prefix, p);
	switch (e) {
	case AUDIT_FOUND:
		log_warn("fib", "%s: %s: %s%s", p, audit_text(v, b),
		    ours                       ? "installing it again"
		    : v->kind == AUDIT_FOREIGN ? "left alone; ours comes back when it goes: "
					       : "only an administrator can remove it: ",
		    ours ? "" : audit_cure(v, cure));
		break;
	case AUDIT_RESTORED:
		log_warn("fib", "%s: %s in the kernel by somebody; zebra has put it back", p,
		    v->kind == AUDIT_MISSING ? "deleted" : "changed");
		break;
	case AUDIT_REPAIRED:
		log_info("fib", "%s: in the kernel as it should be, repaired (%u in a row)", p,
		    v->tries);
		break;
	case AUDIT_OVER:
		log_info("fib", "%s: as it should be: %s is over", p, audit_kind_name(v->kind));
		break;
	case AUDIT_STUCK:
		log_warn("fib", "%s: %s, still after %u repairs: they become rare", p,
		    audit_text(v, b), v->tries);
		break;
	}
}

/* ---- strays: does zebra know them? ---- */

static void stray_next(struct out_zserv *z);

static void on_stray(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	struct prefix p = z->fib.strays[0];
	struct zebra_entry e = {0};

	z->fib.asking = NULL;
	memmove(z->fib.strays, z->fib.strays + 1, --z->fib.n_strays * sizeof(*z->fib.strays));
	if (rc >= 0)
		zebra_text_entry(text, zversion_type_name(z->type), &e);
	audit_known(z->fib.audit, &p, e.installed || *e.winner, clock_ms());
	stray_next(z);
}

static void stray_next(struct out_zserv *z)
{
	char s[PREFIX_STRLEN], command[128];

	if (!z->fib.n_strays || z->fib.asking)
		return;
	snprintf(command, sizeof(command), "show %s route %s",
	    z->fib.strays[0].family == AF_INET ? "ip" : "ipv6",
	    prefix_str(&z->fib.strays[0], s));
	z->fib.asking = vtyc_ask(z->base, z->conf->zebra.vty_socket, command, on_stray, z);
	if (!z->fib.asking)
		z->fib.n_strays = 0;
}

/* Without the vty, or for too many at once, nobody can vouch for it. */
static bool on_ask_stray(const struct prefix *p, void *arg)
{
	struct out_zserv *z = arg;

	if (!z->vty || z->conf->zebra.table || z->fib.n_strays == STRAYS_MAX)
		return false;
	z->fib.strays = xrealloc(z->fib.strays, STRAYS_MAX, sizeof(*z->fib.strays));
	z->fib.strays[z->fib.n_strays++] = *p;
	stray_next(z);
	return true;
}

static int on_sole(int64_t since_ms, void *arg)
{
	return zserv_watch_sole(arg, since_ms);
}

/* ---- up and down ---- */

void zserv_audit_init(struct out_zserv *z)
{
	static const struct audit_ops ops = {.dump = on_dump,
	    .ask = on_ask,
	    .ask_stray = on_ask_stray,
	    .sole = on_sole,
	    .lookup = on_lookup,
	    .told = on_told};

	z->fib.audit = audit_new(z->routes, &ops, z);
	z->fib.due_ev = event_new(z->base, -1, 0, on_due, z);
}

void zserv_audit_fini(struct out_zserv *z)
{
	zserv_audit_down(z);
	event_free(z->fib.due_ev);
	audit_free(z->fib.audit);
	free(z->fib.strays);
}

/* zebra's interfaces are not ours: it works in another network namespace. */
static const char *elsewhere(const struct out_zserv *z)
{
	char name[IF_NAMESIZE];

	for (size_t i = 0; i < z->n_ifaces; i++)
		if (!if_indextoname(z->ifaces[i].ifindex, name) ||
		    strcmp(name, z->ifaces[i].name) != 0)
			return z->ifaces[i].name;
	return NULL;
}

/* Protocol numbers that other daemons' routes have, too. */
static bool shared(enum zapi_type type)
{
	return type != ZTYPE_OPENFABRIC && type != ZTYPE_BABEL && type != ZTYPE_SHARP;
}

void zserv_audit_up(struct out_zserv *z)
{
	static const struct fib_ops ops = {.on_route = on_route,
	    .on_object = on_object,
	    .on_down = on_down,
	    .on_overrun = on_overrun,
	    .on_dumped = on_dumped,
	    .on_batch = on_batch};
	struct audit_target t = {.table = kernel_table(z),
	    .protocol = (uint8_t)zversion_type_kernel(z->version, z->type),
	    .shared = z->version->kernel || shared(z->type),
	    .unmoved = z->version->features & ZF_SAME_IGNORED};
	const char *iface = elsewhere(z);

	zserv_audit_down(z);
	z->fib.elsewhere = iface;
	if (iface) {
		snprintf(z->fib.off, sizeof(z->fib.off),
		    "zebra's interface %s is not here: it works in another network namespace",
		    iface);
	} else {
		z->fib.kernel = fib_open(z->base, &ops, z);
		snprintf(z->fib.off, sizeof(z->fib.off), "%s",
		    z->fib.kernel         ? ""
		    : errno == EOPNOTSUPP ? "not available on this system"
					  : strerror(errno));
	}
	if (*z->fib.off)
		log_warn("fib", "the kernel's routes are not compared: %s", z->fib.off);
	if (z->fib.kernel)
		audit_up(z->fib.audit, &t, clock_ms());
	zserv_audit_arm(z);
}

void zserv_audit_ifaces(struct out_zserv *z)
{
	if (!z->fib.elsewhere || elsewhere(z))
		return;
	zserv_audit_up(z);
	if (z->swept)
		audit_sweep(z->fib.audit, clock_ms());
}

void zserv_audit_down(struct out_zserv *z)
{
	z->fib.elsewhere = false;
	vtyc_cancel(z->fib.asking);
	z->fib.asking = NULL;
	z->fib.n_strays = 0;
	event_del(z->fib.due_ev);
	fib_close(z->fib.kernel);
	z->fib.kernel = NULL;
	audit_down(z->fib.audit);
	snprintf(z->fib.off, sizeof(z->fib.off), "no connection to zebra");
}

const char *out_zserv_fib_off(const struct out_zserv *z)
{
	return z->fib.off;
}

const struct audit *out_zserv_audit(const struct out_zserv *z)
{
	return z->fib.audit;
}
