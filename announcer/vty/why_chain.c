/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_chain.c - how a chain is written, and the links that Services and addresses have in
 * common: the source at its start, next hops, RIB and zebra at its end.
 */
#include "announcer/conf_source.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include "announcer/zroutes_view.h"
#include "k8s/event.h"
#include <inttypes.h>
#include <sys/socket.h>

#define PROBLEMS_MAX 5
#define HOPS_MAX     16

void why_begin(struct why *y, struct vty_request *rq)
{
	*y = (struct why){.rq = rq};
	writer_table_begin(rq->w, "links", NULL);
}

static void put_cure(struct writer *w, const char *cure)
{
	if (writer_is_json(w) || !*cure)
		return;
	writer_row_begin(w);
	writer_str(w, NULL, "LINK", "");
	writer_str(w, NULL, "", "");
	writer_fmt(w, NULL, "EVIDENCE", "cure: %s", cure);
	writer_row_end(w);
}

static void put(struct why *y, const char *link, const char *mark, const char *evidence)
{
	struct writer *w = y->rq->w;

	writer_row_begin(w);
	writer_str(w, "link", "LINK", link);
	writer_str(w, "status", "", mark);
	writer_str(w, "evidence", "EVIDENCE", evidence);
}

void why_ok(struct why *y, const char *link, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, "ok", b.p);
	writer_row_end(y->rq->w);
	free(b.p);
}

void why_note(struct why *y, const char *link, const char *cure, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, "note", b.p);
	if (*cure)
		writer_str(y->rq->w, "cure", NULL, cure);
	writer_row_end(y->rq->w);
	put_cure(y->rq->w, cure);
	free(b.p);
}

void why_broken(struct why *y, const char *link, const char *cure, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, y->broken ? "note" : "BROKEN", b.p);
	writer_str(y->rq->w, "cure", NULL, cure);
	writer_row_end(y->rq->w);
	put_cure(y->rq->w, cure);
	if (!y->broken)
		buf_fmt(&y->verdict, "%s: %s.%s%s", link, b.p, *cure ? " Cure: " : "", cure);
	y->broken = true;
	free(b.p);
}

void why_end(struct why *y, const char *fmt, ...)
{
	struct writer *w = y->rq->w;
	struct buf b = {0};
	va_list ap;

	writer_table_end(w);
	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	writer_bool(w, "good", NULL, !y->broken);
	writer_str(w, "verdict", NULL, y->broken ? y->verdict.p : b.p);
	writer_line(w, "=> %s", y->broken ? y->verdict.p : b.p);
	free(y->verdict.p);
	free(b.p);
}

/* ---- the source ---- */

static void put_problems(struct why *y, const struct k8s_state *st)
{
	for (size_t i = 0; i < st->n_problems && i < PROBLEMS_MAX; i++)
		why_note(
		    y, "source", "", "%s: %s", st->problems[i].where, st->problems[i].what);
	if (st->n_problems > PROBLEMS_MAX)
		why_note(y, "source", "", "%zu more problems: show queue",
		    st->n_problems + st->n_more - PROBLEMS_MAX);
	if (st->n_problems && !st->whole)
		why_note(y, "source",
		    st->cluster ? "mend or remove the object" : "mend or remove the file",
		    "routes from before are held: what cannot be read may still want them");
}

void why_source(struct why *y)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct k8s_state *st = ctx->source;
	char b[FMT_LEN];

	for (size_t i = 0; i < ctx->n_problems; i++)
		why_note(y, ctx->problems[i].link, ctx->problems[i].cure, "%s",
		    ctx->problems[i].what);
	if (st && st->cluster) {
		why_cluster(y, st);
		put_problems(y, st);
		return;
	}
	if (!st && ctx->conf && !conf_wants_source(ctx->conf)) {
		why_ok(y, "source", "none is wanted: routes come of BGP neighbours");
		return;
	}
	if (!st || !st->synced) {
		why_broken(y, "source", "see show queue, and the log",
		    "it has not been read yet%s%s", st && st->outage ? ": " : "",
		    st && st->outage ? st->outage : "");
		return;
	}
	if (st->outage_s)
		why_note(y, "source", "make it readable again",
		    "not readable since %s: %s; the last known state is used",
		    fmt_time(st->outage_s, b), st->outage ? st->outage : "no reason given");
	put_problems(y, st);
	if (!st->outage_s && !st->n_problems)
		why_ok(y, "source", "read, %zu file%s", st->files, st->files == 1 ? "" : "s");
}

/* ---- next hops, RIB, zebra ---- */

static void put_hop(struct why *y, const struct rib_nexthop *nh, const struct znh *told)
{
	char a[PREFIX_STRLEN], name[NAMES_IFACE_LEN];

	ipaddr_str(&nh->addr, a);
	if (!told || told->state == ZNH_UNKNOWN)
		why_note(y, "next hop", "", "%s: zebra has not answered yet", a);
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
		why_broken(y, "next hop", "wait; if it stays, see vtysh: show interface",
		    "zebra has not told of interface lo");
}

static void put_hops(struct why *y, const struct rib_route *r)
{
	const struct zroutes *z = out_zserv_routes(y->rq->ctx->zserv);
	char a[PREFIX_STRLEN];
	size_t up = 0;

	if (r->nh[0].loopback) {
		put_loopback(y);
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct znh *told = zroutes_nexthop_find(z, &r->nh[i].addr);

		up += told && told->state == ZNH_UP;
		if (i < HOPS_MAX)
			put_hop(y, &r->nh[i], told);
	}
	if (r->n > HOPS_MAX)
		why_ok(y, "next hop", "%zu more: show zserv", r->n - HOPS_MAX);
	if (!up)
		why_broken(y, "next hop",
		    "is the subnet of the nodes connected to this router, or a route to it "
		    "there (vtysh: show ip route)?",
		    "zebra resolves none of them, e.g. %s", ipaddr_str(&r->nh[0].addr, a));
}

static const char *zserv_cure(enum zserv_state state)
{
	switch (state) {
	case ZSERV_OFF:
		return "set zebra: enabled: yes, or start zebra where grevyd looks for its "
		       "socket";
	case ZSERV_NO_SOCKET:
		return "is zebra running, and may this user open its socket (mode 0700 of "
		       "frr)?";
	case ZSERV_KEY_HELD:
		return "stop the other grevyd, or give one of them another zebra: instance";
	case ZSERV_KEY_WAIT:
		return "wait for zebra to forget that client, or use another route-type or "
		       "instance (vtysh: show zebra client)";
	default:
		return "wait; if it stays, see show zserv";
	}
}

static void put_installed(
    struct why *y, const struct zroute_view *v, const struct zserv_status *st)
{
	if (v->n_sent < v->n_wanted)
		why_note(y, "zebra", "", "installed over %u of %u next hops", v->n_sent,
		    v->n_wanted);
	else
		why_ok(y, "zebra", "installed, route type %s, over %u next hop%s", st->type,
		    v->n_sent, v->n_sent == 1 ? "" : "s");
}

/* Also while it is being removed and sent again: what zebra says stays the same. */
static void put_rejected(struct why *y, const struct zroute_view *v, const char *route_map)
{
	int64_t ms = v->retry_in_ms < 0 ? 0 : v->retry_in_ms;

	if (*route_map)
		why_broken(y, "zebra",
		    "permit it there, or take that route map away (vtysh: show route-map)",
		    "zebra does not install it: its route-map %s (%s) may deny it; the next "
		    "try is in %" PRId64 " ms",
		    route_map, v->prefix.family == AF_INET ? "ip protocol" : "ipv6 protocol",
		    ms);
	else
		why_broken(y, "zebra", "zebra's log and the kernel's say why",
		    "zebra could not install it; the next try is in %" PRId64 " ms", ms);
}

static void put_route(struct why *y, const struct zroute_view *v, const struct zserv_status *st)
{
	const char *map = st->route_map[v->prefix.family == AF_INET ? 0 : 1];

	map = map ? map : "";
	if (v->tries && v->state != ZROUTE_LOST && v->state != ZROUTE_INSTALLED &&
	    v->state != ZROUTE_WAITING) {
		put_rejected(y, v, map);
		return;
	}
	switch (v->state) {
	case ZROUTE_INSTALLED:
		put_installed(y, v, st);
		if (*map)
			why_note(y, "zebra", "", "its route-map %s applies to this route", map);
		why_fib(y, &v->prefix, true);
		break;
	case ZROUTE_LOST:
		why_broken(y, "zebra",
		    "give grevyd a lower zebra: distance than that route has, or remove it",
		    "zebra prefers another route%s%s", *v->winner ? ": " : "", v->winner);
		why_fib(y, &v->prefix, false);
		break;
	case ZROUTE_REJECTED:
		put_rejected(y, v, map);
		break;
	case ZROUTE_WAITING:
		why_broken(y, "zebra", "see the next hops above",
		    "not sent: no next hop that zebra resolves");
		break;
	case ZROUTE_REMOVING:
		why_broken(y, "zebra", "wait", "its old route is being removed");
		break;
	default:
		why_broken(y, "zebra", "wait; if it stays, see zebra's log",
		    "sent, and not confirmed yet");
		break;
	}
}

static void put_zebra(struct why *y, const struct rib_route *r)
{
	const struct out_zserv *z = y->rq->ctx->zserv;
	struct zserv_status st;
	struct zroute_view v;

	out_zserv_status(z, &st);
	if (st.state == ZSERV_OFF &&
	    (names_is_kernel(y->rq->ctx) || names_is_speaker(y->rq->ctx))) {
		why_ok(
		    y, "zebra", "off: %s", st.reason && *st.reason ? st.reason : st.state_text);
		return;
	}
	if (st.state != ZSERV_UP) {
		why_broken(y, "zebra", zserv_cure(st.state), "%s%s%s", st.state_text,
		    st.reason && *st.reason ? ": " : "", st.reason ? st.reason : "");
		return;
	}
	if (!st.release_exact)
		why_note(y, "zebra", "set zebra: frr-version if it is wrong",
		    "release %s is not known: treated as the nearest that is", st.release);
	if (st.rivals)
		why_note(y, "zebra",
		    "stop it, or use another route-type or instance (vtysh: show zebra client)",
		    "%u more client%s of route type %s instance %u: its end removes our "
		    "routes, too",
		    st.rivals, st.rivals == 1 ? "" : "s", st.type, st.instance);
	put_hops(y, r);
	if (zroutes_find(out_zserv_routes(z), &r->prefix, y->rq->now.mono_ms, &v))
		put_route(y, &v, &st);
	else
		why_broken(y, "zebra", "wait; it is sent when the source has been read",
		    "not sent yet");
}

void why_prefix(struct why *y, const struct prefix *p)
{
	const struct rib_route *r = y->rq->ctx->rib ? rib_best(y->rq->ctx->rib, p) : NULL;
	char b[PREFIX_STRLEN], nh[NAMES_NEXTHOP_LEN];

	prefix_str(p, b);
	if (!r) {
		why_broken(y, "rib", "", "there is no route to %s", b);
		return;
	}
	if (r->n == 1)
		why_ok(y, "rib", "%s from %s over %s", b, names_rib_source(r->source),
		    names_nexthop(&r->nh[0], nh));
	else
		why_ok(y, "rib", "%s from %s over %zu next hops", b,
		    names_rib_source(r->source), r->n);
	if (r->source == RIB_BGP || rib_from(y->rq->ctx->rib, p, RIB_BGP))
		why_received(y, p, r->source == RIB_BGP);
	if (y->rq->ctx->zserv && r->source != RIB_REDISTRIBUTED)
		put_zebra(y, r);
	if (names_is_kernel(y->rq->ctx) && r->source != RIB_REDISTRIBUTED)
		why_kernel(y, p);
	why_bgp(y, p);
}
