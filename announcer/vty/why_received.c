/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_received.c - the link of routes that neighbours announce: who announced a prefix, and
 * where nobody did, which neighbour could have.
 */
#include "announcer/util.h"
#include "announcer/vty/why_bgp.h"
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#define PATHS_MAX 16 /* told of one by one */

/* ---- paths that there are ---- */

struct received {
	struct why *y;
	bool wins; /* the RIB has it from BGP */
	size_t n;
};

static void put_path(struct received *r, const struct bgp_in_path *path, const char *from)
{
	char nh[PREFIX_STRLEN], as[256];

	ipaddr_str(&path->nexthop, nh);
	bgp_as_path_str(path->attrs, as, sizeof(as));
	if (!path->reachable)
		why_warn(r->y, "received", why_say(r->y, "ip route get %s", nh),
		    "from %s: its next hop %s cannot be reached, so it is not used", from, nh);
	else if (!r->wins)
		why_note(r->y, "received", "",
		    "from %s over %s: not used, Kubernetes wins over BGP", from, nh);
	else
		why_ok(r->y, "received", "from %s over %s, AS path %s: %s%s%s%s", from, nh,
		    *as ? as : "empty",
		    path->best        ? "the best"
		    : path->multipath ? "used, too"
				      : "not used",
		    *path->reason ? " (" : "", path->reason, *path->reason ? ")" : "");
}

static void on_path(const struct bgp_in_path *path, void *arg)
{
	struct received *r = arg;
	char from[PREFIX_STRLEN];

	if (r->n++ >= PATHS_MAX)
		return;
	ipaddr_str(&path->source->address, from);
	put_path(r, path, from);
	if (path->stale)
		why_warn(r->y, "received",
		    why_say(r->y, "grevysh -c 'show bgp neighbors %s'", from),
		    "that of %s is stale: the session is gone, and its routes are held for the "
		    "restart time that it asked for",
		    from);
}

void why_received(struct why *y, const struct prefix *p, bool wins)
{
	struct received r = {.y = y, .wins = wins};
	struct bgp_view view;

	if (!y->rq->ctx->bgp)
		return;
	bgp_view(y->rq->ctx->bgp, &view);
	if (view.in)
		bgp_in_at(view.in, p, NULL, on_path, &r);
}

/* ---- nobody announced it: who could have? ---- */

struct lacking {
	struct why *y;
	const struct ipaddr *addr;
	size_t n;
	struct why_fault first; /* noted once there is a second */
};

static int longest(const struct ipaddr *a)
{
	return a->family == AF_INET ? 32 : 128;
}

/* Is there a prefix with the address in it that the list lets through? */
static bool passes_some(const struct bgp_prefix_list *list, const struct ipaddr *addr)
{
	for (int plen = longest(addr); plen >= 0; plen--) {
		struct prefix p = prefix_of(addr, (uint8_t)plen);

		if (bgp_prefix_list_passes(list, &p))
			return true;
	}
	return false;
}

static void judge_list(
    struct why_fault *f, const struct lacking *l, const struct bgp_prefix_list *list)
{
	char a[PREFIX_STRLEN];

	ipaddr_str(l->addr, a);
	if (!list->any && !list->n)
		why_fault_set(
		    f, "", "it has no import list, so nothing of it is accepted (RFC 8212)");
	else if (!passes_some(list, l->addr))
		why_fault_set(f, "", "its import list lets no prefix through that holds %s", a);
	if (f->what.len)
		buf_fmt(&f->cure, "import: {prefixes: [%s/%d]} of this neighbour", a,
		    longest(l->addr));
}

/* A session is up and its list lets the prefix through: refused by its attributes? */
static void judge_counts(struct why_fault *f, const struct bgp_peer_view *v)
{
	char a[PREFIX_STRLEN];

	if (v->in.refused_loop)
		why_fault_set(f, "if that is meant: import: {allow-own-as: 1}",
		    "none is known; refused so far: %" PRIu64 ", with our AS %" PRIu32
		    " in the path",
		    v->in.refused_loop, v->nb->my_asn);
	else if (v->in.refused_nexthop)
		why_fault_set(f,
		    "at the neighbour: another next hop; or import: {next-hop: peer}",
		    "none is known; refused so far: %" PRIu64
		    ", with a next hop that is ours, or none",
		    v->in.refused_nexthop);
	else
		why_fault_set(f, "", "it does not announce it");
	if (!f->cure.len)
		buf_fmt(&f->cure,
		    "at the neighbour: announce it; here: grevysh -c 'show bgp "
		    "neighbors %s routes'",
		    ipaddr_str(&v->session.remote, a));
}

static void on_neighbor(const struct bgp_peer_view *v, void *arg)
{
	struct lacking *l = arg;
	struct why_fault f = {0};
	char name[WHY_PEER_LEN];

	if (v->nb->from_peers)
		return;
	why_peer(v, name);
	judge_list(&f, l, &v->nb->import.prefixes);
	if (!f.what.len && !v->facts)
		why_no_session(&f, l->y->rq->ctx->bgp, v);
	if (!f.what.len)
		judge_counts(&f, v);
	if (!l->n)
		why_fault_set(&l->first, f.cure.p, "%s: %s", name, f.what.p);
	if (l->n == 1)
		why_note(l->y, "received", l->first.cure.p, "%s", l->first.what.p);
	if (l->n && l->n < PATHS_MAX)
		why_note(l->y, "received", f.cure.p, "%s: %s", name, f.what.p);
	l->n++;
	why_fault_fini(&f);
}

static void on_unused(const struct bgp_in_path *path, void *arg)
{
	struct lacking *l = arg;
	char from[PREFIX_STRLEN], nh[PREFIX_STRLEN], p[PREFIX_STRLEN];

	if (path->reachable || l->n++ >= PATHS_MAX)
		return;
	why_broken(l->y, "received",
	    why_say(l->y, "ip route get %s", ipaddr_str(&path->nexthop, nh)),
	    "%s announces %s, but its next hop %s cannot be reached",
	    ipaddr_str(&path->source->address, from), prefix_str(&path->prefix, p), nh);
}

/* Paths that lead to the address and are not used, of the longest prefix. Return: there are. */
static bool put_unused(struct lacking *l)
{
	struct bgp_view view;

	bgp_view(l->y->rq->ctx->bgp, &view);
	for (int plen = longest(l->addr); view.in && plen >= 0 && !l->n; plen--) {
		struct prefix p = prefix_of(l->addr, (uint8_t)plen);

		bgp_in_at(view.in, &p, NULL, on_unused, l);
	}
	return l->n;
}

void why_not_received(struct why *y, const struct ipaddr *addr)
{
	struct lacking l = {.y = y, .addr = addr};
	char b[PREFIX_STRLEN];

	if (!y->rq->ctx->bgp || !bgp_active(y->rq->ctx->bgp) || put_unused(&l))
		return;
	bgp_each_peer(y->rq->ctx->bgp, on_neighbor, &l);
	ipaddr_str(addr, b);
	if (l.n == 1)
		why_broken(
		    y, "received", l.first.cure.p, "no route to %s; %s", b, l.first.what.p);
	else if (l.n)
		why_broken(y, "received", l.first.cure.p,
		    "no route to %s of any of %zu neighbours, such as %s", b, l.n,
		    l.first.what.p);
	why_fault_fini(&l.first);
}
