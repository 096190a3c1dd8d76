/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_bgp.c - links of BGP: is a prefix announced to the neighbours, and who announced it to
 * us. On role node a prefix that nobody is told is broken; a router need not tell anybody.
 */
#include "announcer/bgp/view.h"
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#define PEERS_MAX 16 /* told of one by one */

enum { NAME_LEN = 160, REASON_LEN = 512, FIRST_LEN = NAME_LEN + REASON_LEN + 4 };

struct bgp_why {
	struct why *y;
	const struct prefix *p;
	struct bgp_view view;
	bool needed; /* somebody must be told */
	bool alone;  /* there is one neighbour: what is wrong with it breaks the chain */
	size_t peers, told, shown, mute;
	/* Of the first that is not told. */
	char first[FIRST_LEN], cure[REASON_LEN];
};

static int family_of(const struct prefix *p)
{
	return p->family == AF_INET6;
}

static unsigned family_bit(const struct prefix *p)
{
	return family_of(p) ? BGP_IPV6 : BGP_IPV4;
}

/* "peer1 192.0.2.1" */
static const char *peer_name(const struct bgp_peer_view *v, char *buf)
{
	char a[PREFIX_STRLEN];

	ipaddr_str(&v->session.remote, a);
	if (v->nb->name && !strchr(v->nb->name, '/') && strcmp(v->nb->name, a) != 0)
		snprintf(buf, NAME_LEN, "%s %s", v->nb->name, a);
	else
		snprintf(buf, NAME_LEN, "%s", a);
	return buf;
}

/* A place where we should listen and cannot; NULL = none. */
static const char *deaf_at(const struct bgp *b, const char **error)
{
	const char *at;

	for (size_t i = 0; (at = bgp_listening(b, i, error)); i++)
		if (**error)
			return at;
	return NULL;
}

static bool is_internal(const struct bgp_peer_view *v)
{
	return v->nb->asn_kind == BGP_ASN_INTERNAL ||
	       (v->nb->asn_kind == BGP_ASN_NUMBER && v->nb->asn == v->nb->my_asn);
}

/* What to do about a session that does not come up, by its evidence. */
static const char *session_cure(const struct bgp_peer_view *v)
{
	const struct bgp_session_status *st = &v->session;
	uint16_t said = st->last_received.code;

	if (strstr(st->why, "refused"))
		return "does BGP run there, on that port, and does it know this address as a "
		       "neighbour?";
	if (strstr(st->why, "closed by the peer"))
		return "it restarts, or does not want us: see its log";
	if (said == BGP_ERR_PEER_AS || st->last_sent.code == BGP_ERR_PEER_AS)
		return "compare both AS numbers with those at the neighbour";
	if (said == BGP_ERR_BGP_ID || st->last_sent.code == BGP_ERR_BGP_ID)
		return "give one side another router-id";
	if (said == BGP_CEASE_MAX_PREFIX)
		return "its limit of prefixes is too low for what it is told";
	if (said >> 8 == BGP_CEASE_SHUTDOWN >> 8)
		return "the neighbour does not want it: see its configuration and log";
	if (v->nb->password || v->nb->password_file)
		return "is the password the same at the neighbour? a wrong one looks as if "
		       "nobody answered";
	if (!v->nb->multihop && !is_internal(v))
		return v->nb->from_peers
		           ? "can it be reached (ping), and is it directly connected? else "
		             "set ebgp-multihop"
		           : "can it be reached (ping), and is it directly connected? else "
		             "set multihop";
	return "can it be reached (ping), and does a firewall let port 179 through?";
}

static void session_evidence(const struct bgp_peer_view *v, char *buf)
{
	const struct bgp_session_status *st = &v->session;
	const struct bgp_error *e =
	    st->last_received.code ? &st->last_received : &st->last_sent;
	char reason[256];

	snprintf(buf, REASON_LEN, "the session is %s%s%s", bgp_state_name(st->state),
	    *st->why ? ": " : "", st->why);
	if (!e->code || strstr(st->why, bgp_code_text(e->code)))
		return;
	bgp_error_reason(e, reason, sizeof(reason));
	snprintf(buf + strlen(buf), REASON_LEN - strlen(buf), "; last NOTIFICATION %s: %s%s%s",
	    e == &st->last_received ? "received" : "sent", bgp_code_text(e->code),
	    *reason ? ": " : "", reason);
}

/* Why there is no session. Return: the cure. */
static const char *no_session(const struct bgp_why *b, const struct bgp_peer_view *v, char *buf)
{
	const char *at, *error = "";

	if (v->nb->password_missing) {
		snprintf(buf, REASON_LEN, "its password is not there%s%s",
		    v->nb->password_file ? ": " : "",
		    v->nb->password_file ? v->nb->password_file : "");
		return v->nb->password_file ? "create that file"
		                            : "create the Secret that password-secret names";
	}
	if (v->in.over_limit) {
		snprintf(buf, REASON_LEN, "it told more than max-prefix %" PRIu32 " routes",
		    v->nb->import.max_prefix);
		return "raise max-prefix, or see what it announces; then clear bgp ADDRESS";
	}
	at = deaf_at(b->y->rq->ctx->bgp, &error);
	if (v->nb->passive && at) {
		snprintf(buf, REASON_LEN, "it is to dial us, and nobody listens on %s: %s", at,
		    error);
		return "stop who has the port, or give bgp: listen another, or dial ourselves "
		       "(passive: no)";
	}
	session_evidence(v, buf);
	if (v->nb->passive && !*v->session.why)
		return "it is to dial us (passive): does it?";
	return session_cure(v);
}

/* Why an established session does not tell it; buf "" = it does. Return: the cure. */
static const char *not_told(const struct bgp_why *b, const struct bgp_peer_view *v, char *buf)
{
	const char *name = family_of(b->p) ? "IPv6" : "IPv4", *what, *cure = "";

	buf[0] = '\0';
	if (!(v->facts->families & family_bit(b->p))) {
		bool ours = v->facts->offered.families & family_bit(b->p);

		snprintf(buf, REASON_LEN, "the session has no %s: %s", name,
		    ours ? "the neighbour did not offer it" : "we did not offer it");
		if (!b->needed)
			return ""; /* other neighbours are for that family */
		if (ours)
			return "activate the family at the neighbour, or use a peer of that "
			       "family";
		return v->nb->from_peers ? "set dual-stack-address-family: true, or use a peer "
		                           "of that family"
		                         : "add it to address-families";
	}
	if (!v->facts->self[family_of(b->p)].family) {
		snprintf(
		    buf, REASON_LEN, "we have no %s address there to be the next hop", name);
		return "give the interface of the session an address of that family";
	}
	what = bgp_out_why_not(b->view.out, v->out_peer, b->p, &cure);
	if (what) {
		snprintf(buf, REASON_LEN, "%s", what);
		return cure && strcmp(cure, "nothing is wrong") != 0 ? cure : "";
	}
	return "";
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

static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	struct bgp_why *b = arg;
	const struct bgp_prefix_list *l = &v->nb->export.prefixes;
	char name[NAME_LEN], why[REASON_LEN] = "";
	const char *cure;

	b->peers++;
	if (!b->needed && !v->nb->from_peers && !l->any && !l->n) {
		b->mute++; /* a router tells only whom it is told to */
		return;
	}
	peer_name(v, name);
	cure = v->facts && v->out_peer ? not_told(b, v, why) : no_session(b, v, why);
	if (!*why) {
		put_told(b, v, name);
		return;
	}
	if (!b->needed && !*cure) {
		if (b->shown++ < PEERS_MAX)
			why_ok(b->y, "bgp", "%s: %s", name, why);
		return;
	}
	if (!*b->first) {
		snprintf(b->first, sizeof(b->first), "%s: %s", name, why);
		snprintf(b->cure, sizeof(b->cure), "%s", cure);
	}
	if (b->shown++ < PEERS_MAX && !(b->alone && b->needed))
		why_note(b->y, "bgp", cure, "%s: %s", name, why);
}

/* peers that this node has not. */
static void put_nobody(struct bgp_why *b)
{
	const struct vty_context *ctx = b->y->rq->ctx;
	size_t n = ctx->conf ? ctx->conf->n_peers : 0;

	if (n)
		why_broken(b->y, "bgp",
		    "see the peers' node-selectors and this Node's labels: show nodes",
		    "none of %zu peer%s is for this node", n, n == 1 ? "" : "s");
	else
		why_broken(b->y, "bgp", "give it peers, or bgp: neighbors", "there is no peer");
}

static void put_listening(struct why *y)
{
	const char *error = "", *at = deaf_at(y->rq->ctx->bgp, &error);

	if (at)
		why_note(y, "bgp", "stop who has the port, or give bgp: listen another",
		    "nobody listens on %s: %s", at, error);
}

void why_bgp(struct why *y, const struct prefix *p)
{
	const struct vty_context *ctx = y->rq->ctx;
	struct bgp_why b = {.y = y, .p = p};

	if (!ctx->bgp || !bgp_active(ctx->bgp)) {
		b.needed = ctx->conf && ctx->conf->role == CONF_NODE && ctx->conf->n_peers;
		if (b.needed)
			put_nobody(&b);
		return;
	}
	b.needed = names_is_speaker(ctx);
	bgp_view(ctx->bgp, &b.view);
	b.alone = names_told(ctx, p).all == 1;
	if (!b.view.settled)
		why_note(y, "bgp", "wait for their End-of-RIB, or the restart time",
		    "what neighbours announced before our restart is not known again yet: "
		    "routes of then are held");
	put_listening(y);
	bgp_each_peer(ctx->bgp, on_peer, &b);
	if (b.shown > PEERS_MAX)
		why_ok(y, "bgp", "%zu more: show bgp summary", b.shown - PEERS_MAX);
	if (b.mute)
		why_ok(
		    y, "bgp", "%zu have no export list: nothing is announced to them", b.mute);
	if (!b.peers && b.needed)
		put_nobody(&b);
	else if (b.needed && !b.told && b.alone)
		why_broken(y, "bgp", b.cure, "%s", b.first);
	else if (b.needed && !b.told)
		why_broken(y, "bgp", b.cure, "none of %zu peers is told; %s", b.peers, b.first);
	else if (b.peers > b.mute)
		why_ok(y, "bgp", "announced to %zu of %zu peer%s", b.told, b.peers,
		    b.peers == 1 ? "" : "s");
}

/* ---- received routes ---- */

struct received {
	struct why *y;
	const struct prefix *p;
	bool wins; /* the RIB has it from BGP */
	size_t n;
};

static void on_path(const struct bgp_in_path *path, void *arg)
{
	struct received *r = arg;
	char from[PREFIX_STRLEN], nh[PREFIX_STRLEN], as[256];

	if (prefix_cmp(r->p, &path->prefix) != 0 || r->n++ >= PEERS_MAX)
		return;
	ipaddr_str(&path->source->address, from);
	ipaddr_str(&path->nexthop, nh);
	bgp_as_path_str(path->attrs, as, sizeof(as));
	if (!path->reachable)
		why_note(r->y, "received", "is there a route to it?",
		    "from %s: its next hop %s cannot be reached", from, nh);
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
	if (path->stale)
		why_note(r->y, "received", "",
		    "that is stale: %s restarts, its routes are held for the time it asked for",
		    from);
}

void why_received(struct why *y, const struct prefix *p, bool wins)
{
	struct received r = {.y = y, .p = p, .wins = wins};
	struct bgp_view view;

	if (!y->rq->ctx->bgp)
		return;
	bgp_view(y->rq->ctx->bgp, &view);
	if (view.in)
		bgp_in_at(view.in, p, NULL, on_path, &r);
}

/* Nobody announced it: who could have? */
static void on_source(const struct bgp_peer_view *v, void *arg)
{
	struct received *r = arg;
	const struct bgp_prefix_list *l = &v->nb->import.prefixes;
	char name[NAME_LEN];

	if (v->nb->from_peers || r->n++ >= PEERS_MAX)
		return;
	peer_name(v, name);
	if (!v->facts)
		why_note(r->y, "received", "see show bgp neighbors", "%s: the session is %s",
		    name, bgp_state_name(v->session.state));
	else if (!l->any && !l->n)
		why_note(r->y, "received", "give it import: prefixes (RFC 8212)",
		    "%s: nothing of it is accepted, it has no import list", name);
	else if (!bgp_prefix_list_passes(l, r->p))
		why_note(r->y, "received", "add it to its import: prefixes",
		    "%s: its import list refuses this prefix", name);
	else
		why_note(r->y, "received", "", "%s: it does not announce it", name);
}

void why_not_received(struct why *y, const struct prefix *p)
{
	struct received r = {.y = y, .p = p};

	if (y->rq->ctx->bgp && bgp_active(y->rq->ctx->bgp))
		bgp_each_peer(y->rq->ctx->bgp, on_source, &r);
}
