/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_zebra.c - what zebra tells: capabilities, interfaces and their addresses,
 * gateways, what became of our routes, and the routes of others that were asked for.
 */
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/out_zserv_watch.h"
#include "announcer/table.h"
#include "announcer/util.h"
#include "announcer/zroutes_view.h"
#include <stdio.h>

static void on_capabilities(const struct zapi_caps *caps, void *arg)
{
	struct out_zserv *z = arg;

	z->ecmp = caps->ecmp;
}

static void on_router_id(const struct zapi_router_id *id, void *arg)
{
	struct out_zserv *z = arg;

	z->router_id = id->addr;
	if (z->ev.on_router_id)
		z->ev.on_router_id(&z->router_id, z->arg);
}

static struct zserv_iface *iface_find(struct out_zserv *z, uint32_t ifindex)
{
	for (size_t i = 0; i < z->n_ifaces; i++)
		if (z->ifaces[i].ifindex == ifindex)
			return &z->ifaces[i];
	return NULL;
}

void zserv_loopback(struct out_zserv *z)
{
	const struct zserv_iface *lo = NULL;

	for (size_t i = 0; i < z->n_ifaces; i++)
		if (z->ifaces[i].loopback && (!lo || strcmp(z->ifaces[i].name, "lo") == 0))
			lo = &z->ifaces[i];
	if (lo)
		zroutes_loopback(z->routes, lo->up ? lo->ifindex : 0, clock_ms());
}

static void on_interface(enum zapi_if_event event, const struct zapi_if *ifp, void *arg)
{
	static const uint64_t usable = ZIF_FLAG_UP | ZIF_FLAG_RUNNING;
	struct out_zserv *z = arg;
	struct zserv_iface *i = iface_find(z, ifp->ifindex);
	bool up = (event == ZIF_ADD || event == ZIF_UP) && (ifp->flags & usable) == usable;
	bool was = i && i->up;

	if (event == ZIF_DELETE) {
		if (i)
			*i = z->ifaces[--z->n_ifaces];
	} else {
		if (!i) {
			z->ifaces = xrealloc(z->ifaces, z->n_ifaces + 1, sizeof(*z->ifaces));
			i = &z->ifaces[z->n_ifaces++];
		}
		i->ifindex = ifp->ifindex;
		i->up = up;
		i->loopback = ifp->flags & ZIF_FLAG_LOOPBACK || strcmp(ifp->name, "lo") == 0;
		snprintf(i->name, sizeof(i->name), "%s", ifp->name);
	}
	zserv_audit_ifaces(z);
	if (was == up)
		return;
	z->subnets_dirty = true;
	if (was)
		zserv_downs_later(z);
	log_debug("zserv", "interface %s is %s", ifp->name, up ? "up" : "down");
	zroutes_iface(z->routes, ifp->ifindex, up, clock_ms());
	if (z->state == ZSERV_UP)
		zserv_loopback(z);
}

static void on_address(bool added, const struct zapi_if_addr *a, void *arg)
{
	struct out_zserv *z = arg;
	size_t i;

	for (i = 0; i < z->n_addrs; i++)
		if (z->addrs[i].ifindex == a->ifindex && z->addrs[i].plen == a->plen &&
		    !ipaddr_cmp(&z->addrs[i].addr, &a->addr))
			break;
	if (added == (i < z->n_addrs))
		return;
	z->subnets_dirty = true;
	if (!added) {
		z->addrs[i] = z->addrs[--z->n_addrs];
		return;
	}
	z->addrs = xrealloc(z->addrs, z->n_addrs + 1, sizeof(*z->addrs));
	z->addrs[z->n_addrs++] =
	    (struct zaddr){.ifindex = a->ifindex, .addr = a->addr, .plen = a->plen};
}

static void on_nexthop(const struct zapi_nht *t, void *arg)
{
	struct out_zserv *z = arg;
	/* A gateway that only the default route covers is not resolved: no release installs
	 * a route over it, though 9.1 and later report it as reachable. */
	bool by_default = t->n && t->matched.family && !t->matched.plen;
	struct znh told = {.addr = {.family = t->asked.family},
	    .state = t->n && !by_default ? ZNH_UP : ZNH_DOWN};
	char s[PREFIX_STRLEN];

	memcpy(told.addr.addr, t->asked.addr, sizeof(told.addr.addr));
	if (!ipaddr_cmp(&told.addr, &zserv_fence)) {
		z->leaving = false;
		zserv_redist_fence(z);
		zserv_up(z);
		return;
	}
	/* As an interface comes up, zebra meets the kernel's route to its subnet before the
	 * address that makes it a connected one. Up to 4.0 it does not tell the type. */
	if (t->n) {
		bool typed = z->version->features & ZF_NHT_TYPE;

		told.ifindex = t->nh[0].ifindex;
		told.recursive = t->nh[0].gate.family || (typed && t->type != ZTYPE_CONNECT);
		told.path = t->type;
	}
	for (size_t i = 0; i < t->n; i++) {
		told.path = table_hash(&t->nh[i].gate, sizeof(t->nh[i].gate), told.path);
		told.path = table_hash(&t->nh[i].ifindex, sizeof(t->nh[i].ifindex), told.path);
	}
	log_debug("zserv", "next hop %s is %s%s", ipaddr_str(&told.addr, s),
	    told.state == ZNH_UP ? "reachable" : "unreachable",
	    by_default ? " (only by the default route)" : "");
	zroutes_nexthop(z->routes, &told, clock_ms());
	if (z->ev.on_nexthop)
		z->ev.on_nexthop(&told.addr, z->arg);
}

/* Whether zebra removed a route that we mean it to have. */
static bool swept(const struct out_zserv *z, const struct prefix *p)
{
	struct zroute_view v;

	return zroutes_find(z->routes, p, 0, &v) && v.wanted && v.n_sent;
}

static void on_notify(const struct zapi_notify *n, void *arg)
{
	struct out_zserv *z = arg;
	char s[PREFIX_STRLEN];

	if (n->note > ZNOTE_REMOVE_FAIL)
		return;
	if (!z->verified && n->note == ZNOTE_INSTALLED) {
		z->verified = true;
		if (!z->release_exact)
			log_info("zserv", "zebra %s installed a route in the form of %s",
			    z->release_text, z->version->name);
	}
	if (n->note == ZNOTE_REMOVED && swept(z, &n->prefix) && log_allowed(&z->bucket))
		log_warn("zserv",
		    "%s: removed from zebra, not by us: another client of our type and "
		    "instance ended? It is put back",
		    prefix_str(&n->prefix, s));
	if (n->note != ZNOTE_INSTALLED && n->note != ZNOTE_REMOVED && log_allowed(&z->bucket))
		log_warn("zserv", "%s: zebra %s", prefix_str(&n->prefix, s),
		    n->note == ZNOTE_BETTER_ADMIN_WON ? "prefers another route"
		    : n->note == ZNOTE_FAIL_INSTALL   ? "could not install it"
						      : "could not remove it");
	if (!zroutes_note(z->routes, &n->prefix, (enum zapi_note)n->note, clock_ms()))
		zserv_watch_soon(z);
}

/* A route of somebody else, because the configuration asks for its type. */
static void on_route(bool added, const struct zapi_route *r, void *arg)
{
	zserv_redist_route(arg, added, r);
}

static void on_error(const struct zapi_error *e, void *arg)
{
	static const char *const text[] = {"unknown error", "no such VRF", "unknown command"};
	struct out_zserv *z = arg;

	z->count.errors++;
	if (log_allowed(&z->bucket))
		log_warn("zserv", "zebra answers with an error: %s",
		    e->code < ARRAY_LEN(text) ? text[e->code] : "of an unknown kind");
}

static void on_bad(uint16_t cmd, size_t len, void *arg)
{
	struct out_zserv *z = arg;
	enum zapi_cmd c = zversion_cmd_of(z->version, cmd);

	if (log_allowed(&z->bucket))
		log_warn("zserv",
		    "message %u (%s) of %zu bytes is not in the form of %s: skipped", cmd,
		    c == ZCMD_UNKNOWN ? "unknown" : zversion_cmd_name(c), len,
		    z->version->name);
}

static void on_unknown(uint16_t cmd, size_t len, void *arg)
{
	(void)arg;
	log_debug("zserv", "message %u of %zu bytes is not for us", cmd, len);
}

const struct zclient_ops zserv_client_ops = {
    .on_capabilities = on_capabilities,
    .on_router_id = on_router_id,
    .on_interface = on_interface,
    .on_address = on_address,
    .on_nexthop = on_nexthop,
    .on_notify = on_notify,
    .on_route = on_route,
    .on_error = on_error,
    .on_bad = on_bad,
    .on_unknown = on_unknown,
};

void zserv_forget(struct out_zserv *z)
{
	z->n_ifaces = z->n_addrs = 0;
	z->ecmp = 0;
	zserv_redist_down(z);
}

void zserv_subnets(struct out_zserv *z)
{
	struct prefix *list;
	size_t n = 0;

	if (!z->subnets_dirty)
		return;
	z->subnets_dirty = false;
	list = xcalloc(z->n_addrs, sizeof(*list));
	for (size_t i = 0; i < z->n_addrs; i++) {
		const struct zserv_iface *ifp = iface_find(z, z->addrs[i].ifindex);
		struct ipaddr a = z->addrs[i].addr;

		if (ifp && ifp->up && !ipaddr_is_linklocal(&a))
			list[n++] = prefix_of(&a, z->addrs[i].plen);
	}
	if (z->ev.on_subnets)
		z->ev.on_subnets(list, n, z->arg);
	free(list);
}
