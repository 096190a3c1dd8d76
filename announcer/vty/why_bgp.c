/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_bgp.c - the link of BGP: which neighbours are told of a prefix. On role node a prefix
 * that nobody is told is broken; a router need not tell anybody.
 */
#include "announcer/vty/why_bgp.h"
#include "announcer/conf.h"
#include "announcer/rules.h"
#include "announcer/vty/names.h"
#include <string.h>
#include <sys/socket.h>

#define PEERS_MAX 16 /* told of one by one */

struct bgp_why {
	struct why *y;
	const struct prefix *p;
	struct bgp_view view;
	bool needed; /* somebody must be told */
	bool alone;  /* there is one neighbour: what is wrong with it breaks the chain */
	size_t peers, told, shown, mute;
	struct why_fault first; /* of the first that is not told */
};

static int family_of(const struct prefix *p)
{
	return p->family == AF_INET6;
}

/* The session has not the prefix's family. */
static void no_family(
    struct why_fault *f, const struct bgp_why *b, const struct bgp_peer_view *v)
{
	unsigned bit = family_of(b->p) ? BGP_IPV6 : BGP_IPV4;
	const char *name = family_of(b->p) ? "IPv6" : "IPv4";

	if (v->facts->families & bit)
		return;
	if (!b->needed) /* other neighbours are for that family */
		why_fault_set(f, "", "the session has no %s", name);
	else if (v->facts->offered.families & bit)
		why_fault_set(f,
		    family_of(b->p)
			? "at the neighbour: address-family ipv6 unicast, activate us"
			: "at the neighbour: address-family ipv4 unicast, activate us",
		    "the session has no %s: the neighbour did not offer it", name);
	else
		why_fault_set(f,
		    v->nb->from_peers ? "set dual-stack-address-family: true, or add a peer of "
					"that family"
				      : "add it to address-families",
		    "the session has no %s: we did not offer it", name);
}

/* Why an established session does not tell it. */
static void not_told(
    struct why_fault *f, const struct bgp_why *b, const struct bgp_peer_view *v)
{
	const char *what, *cure = "";

	no_family(f, b, v);
	if (f->what.len)
		return;
	if (!v->facts->self[family_of(b->p)].family) {
		why_fault_set(f, "give the interface of the session an address of that family",
		    "we have no %s address there to be the next hop",
		    family_of(b->p) ? "IPv6" : "IPv4");
		return;
	}
	what = bgp_out_why_not(b->view.out, v->out_peer, b->p, &cure);
	if (what)
		why_fault_set(f, cure ? cure : "", "%s", what);
}

static void put_told(struct bgp_why *b, const struct bgp_peer_view *v, const char *name)
{
	b->told++;
	if (b->shown++ >= PEERS_MAX)
		return;
	if (v->out.pending)
		why_ok(b->y, "bgp", "%s: it is told; %zu changes are on their way", name,
		    v->out.pending);
	else
		why_ok(b->y, "bgp", "%s: it is told", name);
}

static void put_fault(struct bgp_why *b, const char *name, const struct why_fault *f)
{
	const char *cure = f->cure.p;

	if (!b->first.what.len)
		why_fault_set(&b->first, cure, "%s: %s", name, f->what.p);
	if (b->shown++ >= PEERS_MAX || (b->alone && b->needed))
		return;
	if (!b->needed && !*cure)
		why_ok(b->y, "bgp", "%s: %s", name, f->what.p);
	else
		why_note(b->y, "bgp", cure, "%s: %s", name, f->what.p);
}

static void on_count(const struct bgp_peer_view *v, void *arg)
{
	(void)v;
	++*(size_t *)arg;
}

static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	struct bgp_why *b = arg;
	const struct bgp_prefix_list *l = &v->nb->export.prefixes;
	struct why_fault f = {0};
	char name[WHY_PEER_LEN];

	b->peers++;
	if (!b->needed && !v->nb->from_peers && !l->any && !l->n) {
		b->mute++; /* a router tells only whom it is told to */
		return;
	}
	why_peer(v, name);
	if (v->facts && v->out_peer)
		not_told(&f, b, v);
	else
		why_no_session(&f, b->y->rq->ctx->bgp, v);
	if (f.what.len)
		put_fault(b, name, &f);
	else
		put_told(b, v, name);
	why_fault_fini(&f);
}

/* peers that this node has not. */
static void put_nobody(struct bgp_why *b)
{
	const struct vty_context *ctx = b->y->rq->ctx;
	size_t n = ctx->rules ? ctx->rules->n_peers : 0;

	if (n)
		why_broken(b->y, "bgp",
		    "grevysh -c 'show nodes'; change node-selectors of a peer, or the labels "
		    "of "
		    "this Node",
		    "none of %zu peer%s is for this node", n, n == 1 ? "" : "s");
	else
		why_broken(b->y, "bgp",
		    "add peers: [{my-asn: 64512, peer-asn: 64512, peer-address: 192.0.2.1}]",
		    "there is no peer");
}

static void put_listening(struct why *y)
{
	const char *error = "", *at = why_deaf_at(y->rq->ctx->bgp, &error);

	if (at)
		why_warn(y, "bgp",
		    "ss -tlnp 'sport = 179'; stop who has the port, or set another bgp: "
		    "{listen: [...]}",
		    "we cannot listen on %s: %s", at, error);
}

static void sum_up(struct bgp_why *b)
{
	struct why *y = b->y;

	if (b->shown > PEERS_MAX)
		why_ok(y, "bgp", "%zu more: show bgp summary", b->shown - PEERS_MAX);
	if (b->mute)
		why_ok(y, "bgp", "%zu without an export list: nothing is announced to them",
		    b->mute);
	if (!b->peers && b->needed)
		put_nobody(b);
	else if (b->needed && !b->told && b->alone)
		why_broken(y, "bgp", b->first.cure.p, "%s", b->first.what.p);
	else if (b->needed && !b->told)
		why_broken(y, "bgp", b->first.cure.p, "none of %zu peers is told; %s", b->peers,
		    b->first.what.p);
	else if (b->peers > b->mute)
		why_ok(y, "bgp", "announced to %zu of %zu peer%s", b->told, b->peers,
		    b->peers == 1 ? "" : "s");
}

void why_bgp(struct why *y, const struct prefix *p)
{
	const struct vty_context *ctx = y->rq->ctx;
	struct bgp_why b = {.y = y, .p = p};
	size_t peers = 0;

	if (!ctx->bgp || !bgp_active(ctx->bgp)) {
		b.needed = ctx->conf && ctx->conf->role == CONF_NODE && ctx->rules &&
		           ctx->rules->n_peers;
		if (b.needed)
			put_nobody(&b);
		return;
	}
	b.needed = names_is_speaker(ctx);
	bgp_view(ctx->bgp, &b.view);
	bgp_each_peer(ctx->bgp, on_count, &peers);
	b.alone = peers == 1;
	if (!b.view.settled)
		why_warn(y, "bgp", "wait for their End-of-RIB, or the restart time",
		    "what neighbours announced before our restart is not known again yet: "
		    "routes of then are held");
	bgp_each_peer(ctx->bgp, on_peer, &b);
	sum_up(&b);
	if (!y->broken)
		put_listening(y);
	why_fault_fini(&b.first);
}
