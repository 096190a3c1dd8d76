/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_zebra.c - the links of zebra: the connection, the next hops that it tracks, the route. */
#include "announcer/conf.h"
#include "announcer/out_zserv.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include "announcer/zroutes_view.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HOPS_MAX 16 /* told of one by one */

/* ---- the connection ---- */

static const char *no_socket_cure(struct why *y, const struct zserv_status *st)
{
	if (strstr(st->reason, strerror(ENOENT)))
		return "systemctl start frr; or set zebra.socket to where it is";
	if (strstr(st->reason, strerror(EACCES)))
		return why_say(y, "ls -l %s; run grevyd as its owner, frr", st->socket);
	if (strstr(st->reason, strerror(ECONNREFUSED)))
		return "systemctl restart frr; nobody listens there";
	return "wait; if it stays: grevysh -c 'show zserv'";
}

static const char *connection_cure(struct why *y, const struct zserv_status *st)
{
	switch (st->state) {
	case ZSERV_OFF:
		return "set zebra: {enabled: yes}";
	case ZSERV_NO_SOCKET:
		return no_socket_cure(y, st);
	case ZSERV_KEY_HELD:
		return why_say(y, "stop the other grevyd; or set zebra: {instance: %u}",
		    st->instance + 1u);
	case ZSERV_KEY_WAIT:
		return "vtysh -c 'show zebra client'; end that client, or set another "
		       "zebra.route-type";
	default:
		return "wait; if it stays: grevysh -c 'show zserv'";
	}
}

static void put_down(struct why *y, const struct zserv_status *st)
{
	const char *reason = *st->reason ? st->reason : st->state_text;

	if (st->state == ZSERV_OFF)
		why_broken(y, "zebra", connection_cure(y, st),
		    "off: %s; and there is no other output", reason);
	else
		why_broken(y, "zebra", connection_cure(y, st), "%s", reason);
}

static const char *vty_cure(struct why *y, const struct zserv_status *st)
{
	if (strstr(st->vty_error, strerror(EACCES)))
		return "SupplementaryGroups=frrvty in grevyd's unit; its user must be in that "
		       "group";
	return why_say(y, "ls -l %s; or set zebra.vty-socket to where it is", st->vty_socket);
}

/* What is wrong with a connection that is up. */
static void put_concerns(struct why *y, const struct zserv_status *st)
{
	if (!st->release_exact)
		why_warn(y, "zebra", "set zebra.frr-version if routes are not confirmed",
		    "release %s is not known: treated as the nearest that is", st->release);
	if (st->vty_error && *st->vty_error)
		why_warn(y, "zebra", vty_cure(y, st),
		    "%s cannot be asked: %s; so our routes go when grevyd ends, and which "
		    "route "
		    "zebra prefers to ours is not told",
		    st->vty_socket, st->vty_error);
	if (st->rivals)
		why_warn(y, "zebra",
		    "vtysh -c 'show zebra client'; end it, or set another zebra.route-type or "
		    "instance",
		    "%u more client%s of route type %s instance %u: its end removes our "
		    "routes, too",
		    st->rivals, st->rivals == 1 ? "" : "s", st->type, st->instance);
}

/* ---- next hops ---- */

static const char *hop_cure(struct why *y, const struct ipaddr *addr)
{
	char a[PREFIX_STRLEN];

	return why_say(y,
	    "vtysh -c 'show %s route %s'; it must show a connected subnet, or a route that is "
	    "no "
	    "default",
	    addr->family == AF_INET6 ? "ipv6" : "ip", ipaddr_str(addr, a));
}

/* some: zebra reaches others. */
static void put_hop(
    struct why *y, const struct rib_nexthop *nh, const struct znh *told, bool some)
{
	char a[PREFIX_STRLEN], name[NAMES_IFACE_LEN];

	ipaddr_str(&nh->addr, a);
	if (!told || told->state == ZNH_UNKNOWN)
		why_note(y, "next hop", "", "%s: zebra has not answered yet", a);
	else if (told->state == ZNH_DOWN && some)
		why_warn(
		    y, "next hop", hop_cure(y, &nh->addr), "%s: zebra has no way to it", a);
	else if (told->state == ZNH_DOWN)
		why_note(y, "next hop", "", "%s: zebra has no way to it", a);
	else
		why_ok(y, "next hop", "%s: zebra reaches it over %s%s", a,
		    names_iface(y->rq->ctx, told->ifindex, name),
		    told->recursive ? ", by a route of somebody else" : "");
}

/* Role node. */
static void put_loopback(struct why *y)
{
	bool told;
	uint32_t ifindex = zroutes_loopback_index(out_zserv_routes(y->rq->ctx->zserv), &told);
	char name[NAMES_IFACE_LEN];

	if (ifindex)
		why_ok(y, "next hop",
		    "interface %s; FRR tells others by redistribute: grevyd -T --frr-config",
		    names_iface(y->rq->ctx, ifindex, name));
	else if (told)
		why_broken(y, "next hop", "ip link set lo up", "interface lo is down");
	else
		why_broken(y, "next hop", "wait; if it stays: vtysh -c 'show interface lo'",
		    "zebra has not told of interface lo");
}

static size_t hops_up(const struct zroutes *z, const struct rib_route *r)
{
	size_t up = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct znh *told = zroutes_nexthop_find(z, &r->nh[i].addr);

		up += told && told->state == ZNH_UP;
	}
	return up;
}

static void put_hops(struct why *y, const struct rib_route *r)
{
	const struct zroutes *z = out_zserv_routes(y->rq->ctx->zserv);
	const struct ipaddr *first = &r->nh[0].addr;
	char a[PREFIX_STRLEN];
	size_t up;

	if (r->nh[0].loopback) {
		put_loopback(y);
		return;
	}
	up = hops_up(z, r);
	for (size_t i = 0; i < r->n && i < HOPS_MAX; i++)
		put_hop(y, &r->nh[i], zroutes_nexthop_find(z, &r->nh[i].addr), up);
	if (r->n > HOPS_MAX)
		why_ok(y, "next hop", "%zu more: show zserv", r->n - HOPS_MAX);
	ipaddr_str(first, a);
	if (!up && r->n == 1)
		why_broken(y, "next hop", hop_cure(y, first),
		    "zebra has no way to %s, the only one", a);
	else if (!up)
		why_broken(y, "next hop", hop_cure(y, first),
		    "zebra has no way to any of %zu, such as %s", r->n, a);
}

/* ---- the route ---- */

static void put_installed(
    struct why *y, const struct zroute_view *v, const struct zserv_status *st)
{
	const char *map = st->route_map[v->prefix.family == AF_INET ? 0 : 1];

	if (v->n_sent < v->n_wanted)
		why_note(y, "zebra", "", "installed over %u of %u next hops", v->n_sent,
		    v->n_wanted);
	else
		why_ok(y, "zebra", "installed, route type %s, over %u next hop%s", st->type,
		    v->n_sent, v->n_sent == 1 ? "" : "s");
	if (map && *map)
		why_note(y, "zebra", "", "its route-map %s applies to this route", map);
	why_fib(y, &v->prefix, true);
}

/* Also while it is being removed and sent again: what zebra says stays the same. */
static void put_rejected(
    struct why *y, const struct zroute_view *v, const struct zserv_status *st)
{
	bool six = v->prefix.family == AF_INET6;
	const char *map = st->route_map[six ? 1 : 0];

	if (map && *map)
		why_broken(y, "zebra",
		    why_say(y, "vtysh -c 'show route-map %s'; permit the prefix there", map),
		    "zebra does not install it: its route-map %s (%s) may deny it", map,
		    six ? "ipv6 protocol" : "ip protocol");
	else
		why_broken(y, "zebra", "journalctl -u frr; dmesg",
		    "zebra could not install it; it is tried again");
}

/* "static, distance 1": what can be done about that route. */
static const char *lost_cure(struct why *y, const struct zroute_view *v)
{
	const char *at = strstr(v->winner, "distance ");
	unsigned long distance = at ? strtoul(at + strlen("distance "), NULL, 10) : 0;
	char p[PREFIX_STRLEN];

	prefix_str(&v->prefix, p);
	if (strncmp(v->winner, "connected", 9) == 0 || strncmp(v->winner, "local", 5) == 0)
		return why_say(y, "ip addr show to %s; take the address off that interface", p);
	if (strncmp(v->winner, "kernel", 6) == 0)
		return why_say(y, "ip%s route del %s; no distance wins over a kernel route",
		    v->prefix.family == AF_INET6 ? " -6" : "", p);
	if (distance > 1)
		return why_say(
		    y, "set zebra: {distance: %lu}; or remove that route", distance - 1);
	return why_say(y, "vtysh -c 'show %s route %s'; remove that route",
	    v->prefix.family == AF_INET6 ? "ipv6" : "ip", p);
}

static void put_route(struct why *y, const struct zroute_view *v, const struct zserv_status *st)
{
	bool failed = v->tries && v->state != ZROUTE_LOST && v->state != ZROUTE_INSTALLED &&
	              v->state != ZROUTE_WAITING;

	switch (failed ? ZROUTE_REJECTED : v->state) {
	case ZROUTE_INSTALLED:
		put_installed(y, v, st);
		break;
	case ZROUTE_LOST:
		why_broken(y, "zebra", lost_cure(y, v), "zebra prefers another route%s%s",
		    *v->winner ? ": " : "", v->winner);
		why_fib(y, &v->prefix, false);
		break;
	case ZROUTE_REJECTED:
		put_rejected(y, v, st);
		break;
	case ZROUTE_WAITING:
		why_broken(y, "zebra", "", "not sent: it reaches no next hop");
		break;
	case ZROUTE_REMOVING:
		why_broken(y, "zebra", "wait", "its old route is being removed");
		break;
	default:
		why_broken(y, "zebra", "wait; if it stays: journalctl -u frr",
		    "sent, and not confirmed yet");
		break;
	}
}

void why_zebra(struct why *y, const struct rib_route *r)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct out_zserv *z = ctx->zserv;
	struct zserv_status st;
	struct zroute_view v;

	out_zserv_status(z, &st);
	if (names_zebra_is_off(ctx) && (names_is_kernel(ctx) || names_is_speaker(ctx))) {
		why_ok(y, "zebra", "off: %s", *st.reason ? st.reason : st.state_text);
		return;
	}
	if (st.state != ZSERV_UP) {
		put_down(y, &st);
		return;
	}
	put_concerns(y, &st);
	put_hops(y, r);
	if (zroutes_find(out_zserv_routes(z), &r->prefix, y->rq->now.mono_ms, &v))
		put_route(y, &v, &st);
	else
		why_broken(y, "zebra", "wait; it is sent when the source has been read",
		    "not sent yet");
}
