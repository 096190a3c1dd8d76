/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_l2.c - the links of layer 2 on a node: who answers ARP and NDP for an address, on which
 * interfaces, whether the kernel answers besides, and what nodes hear of each other.
 */
#include "announcer/conf.h"
#include "announcer/l2/view.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ROWS_MAX 10 /* interfaces, nodes: told of one by one */

struct why_l2 {
	struct why *y;
	const struct l2 *l2;
	const struct desired_view *d;
	const char *here; /* this node */
	char addr[PREFIX_STRLEN];
	bool known; /* v says how it is */
	struct l2_owners_view v;
	struct l2_summary s;
};

static const char *port_cure(struct why_l2 *w)
{
	const struct conf *c = w->y->rq->ctx->conf;

	return why_say(w->y,
	    "grevysh -c 'show l2 peers'; UDP port %u must pass between the "
	    "nodes, and all need the same key",
	    c ? (unsigned)c->l2.port : 0);
}

static const char *key_file(const struct why_l2 *w)
{
	const struct conf *c = w->y->rq->ctx->conf;

	return c && c->l2.key_file ? c->l2.key_file : "";
}

static const char *key_cure(struct why_l2 *w)
{
	return why_say(w->y,
	    "ls -l %s; it must be there, readable for grevyd's user, with 16 bytes at least",
	    key_file(w));
}

/* Of what a socket said. */
static const char *socket_cure(struct why_l2 *w, const char *problem)
{
	if (strstr(problem, strerror(EPERM)))
		return "AmbientCapabilities=CAP_NET_RAW and CapabilityBoundingSet=CAP_NET_RAW "
		       "in grevyd's unit; for a container capabilities: {add: [NET_RAW]}";
	return why_say(w->y, "grevysh -c 'show l2 interfaces'; it is tried again");
}

/* ---- who answers ---- */

static void put_here(struct why_l2 *w)
{
	struct responder_counts c = {0};
	char b[FMT_LEN];

	l2_counts(w->l2, &w->v.addr, &c);
	why_ok(w->y, "owner",
	    "%s, this node, for %s; %u requests, %u answered, %u frames unasked", w->here,
	    fmt_age((w->y->rq->now.mono_ms - w->v.since_ms) / 1000, b), (unsigned)c.requests,
	    (unsigned)c.responses, (unsigned)c.gratuitous);
}

static void put_other(struct why_l2 *w)
{
	char b[FMT_LEN];

	if (!w->v.owner)
		why_broken(w->y, "owner", port_cure(w),
		    "another node is to answer, and has not said so yet");
	else
		why_ok(w->y, "owner", "%s, another node, for %s", w->v.owner,
		    fmt_age((w->y->rq->now.mono_ms - w->v.since_ms) / 1000, b));
}

static void put_waits(struct why_l2 *w)
{
	const char *owner = w->v.owner ? w->v.owner : "its owner";

	why_warn(w->y, "owner",
	    why_say(w->y, "wait; if it stays, on %s: grevysh -c 'why %s'", owner, w->addr),
	    "%s is to answer, and waits until %s lets go", w->here, owner);
}

static const struct eligible_verdict *verdict_of(const struct why_l2 *w, const char *node)
{
	for (size_t i = 0; i < w->d->n_nodes; i++)
		if (strcmp(w->d->nodes[i].node, node) == 0)
			return &w->d->nodes[i];
	return NULL;
}

/* Other nodes that may answer and are heard. Those that are not any more are told. */
static size_t put_heard(struct why_l2 *w)
{
	struct l2_peer_view p = {0};
	const char *after = NULL;
	size_t heard = 0, silent = 0;
	char b[FMT_LEN];

	for (; l2_peer_after(w->l2, after, &p); after = p.peer.node) {
		const struct eligible_verdict *v = verdict_of(w, p.peer.node);

		if (!v || !v->eligible)
			continue;
		heard += p.peer.alive;
		if (!p.peer.alive && silent++ < ROWS_MAX)
			why_note(w->y, "node", "", "%s: not heard for %s", p.peer.node,
			    fmt_age((w->y->rq->now.mono_ms - p.heard_ms) / 1000, b));
	}
	return heard;
}

static void put_nobody(struct why_l2 *w, size_t heard)
{
	const struct l2_owners_view *v = &w->v;
	const char *s = v->candidates == 1 ? "" : "s";

	if (w->s.heartbeat && !heard && !v->candidate)
		why_broken(w->y, "owner", port_cure(w),
		    "%zu node%s may answer, and none is heard", v->candidates, s);
	else
		why_broken(w->y, "owner",
		    "grevysh -c 'show l2 interfaces' on each of them; give them a subnet for "
		    "it, or "
		    "set l2: {interfaces: [...]}",
		    "%zu node%s may answer, and none has an interface for it", v->candidates,
		    s);
}

static void put_conflict(struct why_l2 *w)
{
	char b[NAMES_MAC_LEN];

	names_mac(w->v.mac, b);
	why_broken(w->y, "owner",
	    why_say(w->y,
		"ip neigh | grep %s; take the address from that host, or give the Service "
		"another one",
		b),
	    "the host with MAC %s answers for it, too: this node stepped back for a while", b);
}

/* ---- interfaces ---- */

static void put_choices(struct why_l2 *w)
{
	const struct l2_link *v;
	size_t n = 0, told = 0;

	v = l2_all_links(w->l2, &n);
	for (size_t i = 0; i < n; i++) {
		enum l2_choice c = l2_link_choice(w->l2, &v[i]);

		if (c == L2_LOOPBACK || c == L2_POD || c == L2_CNI)
			continue;
		if (told++ < ROWS_MAX)
			why_note(w->y, "interface", "", "%s: %s", v[i].name,
			    c == L2_CHOSEN ? "it is up, and neither its subnet, the default "
					     "route nor an advertisement is for it"
					   : l2_choice_text(c)->what);
	}
	if (told > ROWS_MAX)
		why_ok(w->y, "interface", "%zu more: show l2 interfaces", told - ROWS_MAX);
}

/* The first interface that an advertisement of the pool names; NULL = none does. */
static const char *advertised(const struct pool *pool)
{
	for (size_t i = 0; i < pool->n_ads; i++)
		if (pool->ads[i].protocol == POLICY_LAYER2 && pool->ads[i].interfaces.n)
			return pool->ads[i].interfaces.v[0];
	return NULL;
}

static void put_no_iface(struct why_l2 *w)
{
	const char *name = advertised(w->d->pool);

	put_choices(w);
	if (name)
		why_broken(w->y, "interface",
		    "ip -br link; change interfaces of the pool's L2Advertisement, or its "
		    "nodeSelectors",
		    "%s is to answer, and has no interface for it: the advertisement names %s",
		    w->here, name);
	else
		why_broken(w->y, "interface",
		    "grevysh -c 'show l2 interfaces'; name one in l2: {interfaces: [...]}",
		    "%s is to answer, and has no interface for it", w->here);
}

/* Where this node answers, and where it cannot. */
static void put_ifaces(struct why_l2 *w)
{
	const char *first = NULL;
	size_t bad = 0;

	for (size_t i = 0; i < w->v.n_ifindex; i++) {
		const char *problem = l2_link_problem(w->l2, w->v.ifindex[i]);
		char b[NAMES_IFACE_LEN];

		first = first ? first : problem;
		bad += problem != NULL;
		if (!problem)
			why_ok(w->y, "interface", "%s: it is answered there",
			    names_l2_iface(w->y->rq->ctx, w->v.ifindex[i], b));
	}
	if (bad && bad == w->v.n_ifindex)
		why_broken(w->y, "interface", socket_cure(w, first),
		    "it cannot be answered: %s", first);
	else if (bad)
		why_warn(w->y, "interface", socket_cure(w, first),
		    "it cannot be answered on %zu of %zu: %s", bad, w->v.n_ifindex, first);
}

/* ---- the kernel ---- */

/* The first interface of ours on which the kernel answers ARP for what others have; NULL. */
static const char *answering_for_others(struct why_l2 *w)
{
	const struct l2_link *v;
	size_t n = 0;

	if (w->d->addr.family != AF_INET)
		return NULL;
	v = l2_all_links(w->l2, &n);
	for (size_t i = 0; i < n; i++)
		if (l2_link_choice(w->l2, &v[i]) == L2_CHOSEN && l2_arp_ignore(v[i].name) == 0)
			return v[i].name;
	return NULL;
}

static void put_twice(struct why_l2 *w, const char *cure, const char *evidence)
{
	if (w->known && w->v.state == L2_OWNER)
		why_warn(w->y, "kernel", cure, "%s", evidence);
	else
		why_broken(w->y, "kernel", cure, "%s", evidence);
}

static void put_kernel(struct why_l2 *w)
{
	const struct l2_link *l = l2_kernel_has(w->l2, &w->d->addr);
	struct buf b = {0};
	const char *at;
	bool proxy;

	if (!l)
		return;
	at = answering_for_others(w);
	proxy = strcmp(l->name, "kube-ipvs0") == 0;
	if (l2_link_choice(w->l2, l) == L2_CHOSEN) {
		buf_fmt(&b, "%s has it: the kernel of this node answers, whoever is the owner",
		    l->name);
		put_twice(
		    w, why_say(w->y, "ip addr show to %s; delete it there", w->addr), b.p);
	} else if (at) {
		buf_fmt(&b,
		    "%s has it, and arp_ignore of %s is 0: the kernel of this node answers, "
		    "whoever is the owner",
		    l->name, at);
		put_twice(w,
		    proxy ? "set ipvs: {strictARP: true} in kube-proxy's configuration"
			  : "sysctl -w net.ipv4.conf.all.arp_ignore=1",
		    b.p);
	} else {
		why_ok(w->y, "kernel", "%s has it, and does not answer for it", l->name);
	}
	free(b.p);
}

/* ---- the heartbeat ---- */

static void put_no_heartbeat(struct why_l2 *w)
{
	if (w->s.heartbeat_error)
		why_warn(
		    w->y, "heartbeat", key_cure(w), "there is none: %s", w->s.heartbeat_error);
	else
		why_warn(w->y, "heartbeat",
		    "openssl rand -base64 32 >/etc/grevy/l2.key; the same file on every node, "
		    "then set l2: {heartbeat: {key-file: /etc/grevy/l2.key}}",
		    "there is none, as no key-file is set: another node takes over only when "
		    "Kubernetes says that the owner is gone");
}

/* It is on, and something of it is not as it should be. */
static void put_trouble(struct why_l2 *w, const char *error)
{
	const char *file = key_file(w);

	if (*file && strncmp(error, file, strlen(file)) == 0)
		why_warn(w->y, "heartbeat", key_cure(w),
		    "it goes on with the key of before: %s", error);
	else
		why_warn(w->y, "heartbeat", port_cure(w), "it is on, but %s", error);
}

static void put_heartbeat(struct why_l2 *w, size_t heard)
{
	const struct l2_peers_stats *st = &w->s.peers;
	size_t others = w->v.candidates - w->v.candidate;

	if (!w->s.heartbeat) {
		put_no_heartbeat(w);
		return;
	}
	why_ok(
	    w->y, "heartbeat", "other nodes that may answer: %zu of %zu heard", heard, others);
	if (w->s.heartbeat_error)
		put_trouble(w, w->s.heartbeat_error);
	if (st->wrong_key && heard < others)
		why_warn(w->y, "heartbeat",
		    "sha256sum the key-file on each node; it must be the same",
		    "%" PRIu64 " datagrams have another key, or are damaged: who sends them is "
		    "not heard",
		    st->wrong_key);
	else if (others && !heard && w->known && w->v.state == L2_OWNER)
		why_warn(w->y, "heartbeat", port_cure(w),
		    "no other node is heard that may answer: those that live answer, too");
	if (st->same_name)
		why_warn(w->y, "heartbeat", "give each node a node-name of its own",
		    "another grevyd says that it is %s, too", w->here);
	if (w->s.cut_off)
		why_warn(w->y, "source",
		    "grevysh -c 'show kubernetes'; make the source reachable again",
		    "this node is cut off from it: it keeps its addresses only while no other "
		    "owner is heard");
}

/* ---- all of it ---- */

/* It has endpoints and nodes. */
static void put_unwanted(struct why_l2 *w)
{
	if (w->d->reason == DESIRED_MUTED)
		why_broken(w->y, "advertisement",
		    "do not share its address, or take service-selectors out of the pool's "
		    "l2-advertisements",
		    "%s", desired_text(w->d->reason)->what);
	else
		why_broken(w->y, "owner", "wait; if it stays: grevysh -c 'show l2'",
		    "no node may answer for it");
}

static void put_owner(struct why_l2 *w, size_t heard)
{
	switch (w->v.state) {
	case L2_OWNER:
		put_here(w);
		put_ifaces(w);
		break;
	case L2_WAITS:
		put_waits(w);
		break;
	case L2_LISTENS:
		why_broken(w->y, "owner", "wait; it takes less than a second", "%s is %s",
		    w->here, names_l2_what(w->v.state));
		break;
	case L2_NO_IFACE:
		put_no_iface(w);
		break;
	case L2_NOBODY:
		put_nobody(w, heard);
		break;
	case L2_CONFLICT:
		put_conflict(w);
		break;
	default:
		put_other(w);
		break;
	}
}

void why_l2(struct why *y, const struct desired_view *v)
{
	const struct vty_context *ctx = y->rq->ctx;
	struct why_l2 w = {.y = y, .l2 = ctx->l2, .d = v, .here = desired_node(ctx->desired)};
	size_t heard = 0;

	ipaddr_str(&v->addr, w.addr);
	l2_summary(w.l2, &w.s);
	w.known = l2_look(w.l2, &v->addr, &w.v);
	if (w.known && w.s.heartbeat)
		heard = put_heard(&w);
	if (w.s.error)
		why_broken(y, "layer 2",
		    why_say(y,
			"set protocol: bgp of pool %s; ARP and NDP are answered on Linux only",
			v->pool->name),
		    "nothing can be answered: %s", w.s.error);
	else if (w.known)
		put_owner(&w, heard);
	else if (!y->broken)
		put_unwanted(&w);
	put_kernel(&w);
	if (w.known)
		put_heartbeat(&w, heard);
}

void why_l2_end(struct why *y, const struct ipaddr *a)
{
	struct l2_owners_view v = {0};
	bool known = l2_look(y->rq->ctx->l2, a, &v);
	char b[PREFIX_STRLEN];

	ipaddr_str(a, b);
	if (known && v.state == L2_OWNER)
		why_end(y, "%s is answered for by this node", b);
	else
		why_end(y, "%s is answered for by %s, another node", b,
		    known && v.owner ? v.owner : "?");
}
