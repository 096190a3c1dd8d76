/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_l2.c - show l2 [ADDRESS], show l2 interfaces, show l2 peers: who answers ARP and NDP for
 * an address, on which interfaces this node can, and which other grevyds it hears.
 */
#include "announcer/conf.h"
#include "announcer/l2/view.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

static enum vty_rc no_l2(struct vty_request *rq)
{
	return vty_fail(rq, "There is no layer 2: it is of role node.");
}

static void put_age(struct vty_request *rq, const char *key, const char *label, int64_t since)
{
	int64_t ms = rq->now.mono_ms - since;
	char b[FMT_LEN];

	writer_num(rq->w, key, NULL, ms < 0 ? 0 : ms);
	writer_str(rq->w, NULL, label, fmt_age(ms / 1000, b));
}

/* ---- an address ---- */

static void put_interfaces(
    struct vty_request *rq, const struct l2_owners_view *v, const char *key, const char *label)
{
	char b[NAMES_IFACE_LEN];

	writer_list_begin(rq->w, key, label);
	for (size_t i = 0; i < v->n_ifindex; i++)
		writer_list_add(rq->w, names_l2_iface(rq->ctx, v->ifindex[i], b));
	writer_list_end(rq->w);
}

/* Who has answered for it meanwhile. */
static void put_mac(struct writer *w, const struct l2_owners_view *v, const char *label)
{
	char b[NAMES_MAC_LEN];

	if (v->state == L2_CONFLICT)
		writer_str(w, "conflictMac", label, names_mac(v->mac, b));
}

static void put_row(struct vty_request *rq, const struct l2_owners_view *v)
{
	struct responder_counts c = {0};
	struct writer *w = rq->w;
	char b[PREFIX_STRLEN];

	l2_counts(rq->ctx->l2, &v->addr, &c);
	writer_row_begin(w);
	writer_str(w, "address", "ADDRESS", ipaddr_str(&v->addr, b));
	writer_str(w, "state", "STATE", names_l2_token(v->state));
	writer_str(w, "owner", "OWNER", v->owner);
	put_age(rq, "sinceMs", "FOR", v->since_ms);
	put_interfaces(rq, v, "interfaces", "INTERFACES");
	writer_num(w, "alive", "ALIVE", (int64_t)v->alive);
	writer_num(w, "candidates", "OF", (int64_t)v->candidates);
	writer_num(w, "requests", "REQUESTS", c.requests);
	writer_num(w, "responses", "ANSWERED", c.responses);
	writer_num(w, "gratuitous", NULL, c.gratuitous);
	writer_num(w, "moves", "MOVES", (int64_t)v->moves);
	put_mac(w, v, NULL);
	writer_row_end(w);
}

static void put_services(struct vty_request *rq, const struct ipaddr *a)
{
	const struct alloc_addr *aa = rq->ctx->alloc ? alloc_addr(rq->ctx->alloc, a) : NULL;
	char b[NAMES_KEY_LEN];

	writer_list_begin(rq->w, "services", "Services");
	for (size_t i = 0; aa && i < aa->n_users; i++)
		writer_list_add(rq->w, names_key(aa->users[i]->svc, b));
	writer_list_end(rq->w);
}

static enum vty_rc show_one(struct vty_request *rq)
{
	struct responder_counts c = {0};
	struct l2_owners_view v;
	struct writer *w = rq->w;
	struct ipaddr a;
	char b[PREFIX_STRLEN];

	if (ipaddr_parse(rq->args[0], &a) || !l2_look(rq->ctx->l2, &a, &v))
		return vty_fail(rq, "Not an address of layer 2: %s", rq->args[0]);
	l2_counts(rq->ctx->l2, &a, &c);
	writer_str(w, "address", "Address", ipaddr_str(&a, b));
	put_services(rq, &a);
	writer_str(w, "state", "State", names_l2_token(v.state));
	writer_str(w, NULL, "That is", names_l2_what(v.state));
	writer_str(w, "owner", "Owner", v.owner);
	put_age(rq, "sinceMs", "For", v.since_ms);
	put_mac(w, &v, "Answered for by");
	put_interfaces(rq, &v, "interfaces", "Interfaces");
	writer_bool(w, "candidate", "This node may answer", v.candidate);
	writer_num(w, "candidates", "Nodes that may", (int64_t)v.candidates);
	writer_num(w, "alive", "Of them alive", (int64_t)v.alive);
	writer_num(w, "requests", "Requests", c.requests);
	writer_num(w, "responses", "Answered", c.responses);
	writer_num(w, "gratuitous", "Sent unasked", c.gratuitous);
	writer_num(w, "conflicts", "Conflicts", c.conflicts);
	writer_num(w, "moves", "Taken or lost", (int64_t)v.moves);
	return VTY_OK;
}

/* ---- all addresses ---- */

static void put_heartbeat(struct writer *w, const struct l2_summary *s)
{
	const char *error = s->heartbeat_error;

	writer_bool(w, "heartbeat", NULL, s->heartbeat);
	writer_str(w, "heartbeatProblem", NULL, error);
	if (s->heartbeat && !error)
		writer_str(w, NULL, "Heartbeat", "on");
	else
		writer_fmt(w, NULL, "Heartbeat", "%s: %s", s->heartbeat ? "on" : "off",
		    error ? error : "no key-file");
}

static void put_states(struct writer *w, const struct l2_summary *s)
{
	writer_object_begin(w, "states", "Addresses");
	for (int i = 0; i < L2_STATES; i++)
		writer_num(w, names_l2_token((enum l2_state)i),
		    names_l2_token((enum l2_state)i), (int64_t)s->by_state[i]);
	writer_object_end(w);
}

static void put_frames(struct writer *w, const struct responder_stats *f)
{
	writer_object_begin(w, "frames", "Frames");
	writer_num(w, "received", "Received", (int64_t)f->frames);
	writer_num(w, "malformed", "Malformed", (int64_t)f->malformed);
	writer_num(w, "requests", "Requests", (int64_t)f->requests);
	writer_num(w, "responses", "Answered", (int64_t)f->responses);
	writer_num(w, "gratuitous", "Sent unasked", (int64_t)f->gratuitous);
	writer_num(w, "conflicts", "Conflicts", (int64_t)f->conflicts);
	writer_num(w, "sendErrors", "Not sent", (int64_t)f->send_errors);
	writer_object_end(w);
}

static void put_summary(struct writer *w, const struct l2_summary *s)
{
	writer_bool(w, "active", "Addresses to answer for", s->active);
	writer_str(w, "problem", s->error ? "Problem" : NULL, s->error);
	put_heartbeat(w, s);
	writer_bool(w, "cutOff", "Cut off from the API", s->cut_off);
	writer_num(w, "moves", "Taken or lost", (int64_t)s->moves);
	put_states(w, s);
	put_frames(w, &s->frames);
}

/* The address that was written last; family 0: none. */
static bool on_step(struct vty_request *rq, void *state)
{
	struct ipaddr *at = state;
	struct l2_owners_view v;

	while (l2_after(rq->ctx->l2, at, &v)) {
		put_row(rq, &v);
		*at = v.addr;
		if (vty_enough(rq))
			return true;
	}
	writer_table_end(rq->w);
	return false;
}

enum vty_rc show_l2(struct vty_request *rq)
{
	struct l2_summary s;

	if (!names_has_l2(rq->ctx))
		return no_l2(rq);
	if (rq->n_args)
		return show_one(rq);
	l2_summary(rq->ctx->l2, &s);
	put_summary(rq->w, &s);
	writer_table_begin(rq->w, "addresses", "No addresses.");
	vty_rows(rq, on_step, free, xcalloc(1, sizeof(struct ipaddr)));
	return VTY_OK;
}

/* ---- interfaces ---- */

static void put_subnets(struct writer *w, const struct l2_link *l)
{
	char b[PREFIX_STRLEN];

	writer_list_begin(w, "subnets", "SUBNETS");
	for (size_t i = 0; i < l->n_addrs; i++) {
		const struct l2_addr *a = &l->addrs[i];
		struct prefix p = prefix_of(&a->addr, a->plen);

		if (a->usable)
			writer_list_add(w, prefix_str(&p, b));
	}
	writer_list_end(w);
}

static void put_link(struct vty_request *rq, const struct l2_link *l)
{
	const struct l2_choice_text *t = l2_choice_text(l2_link_choice(rq->ctx->l2, l));
	const char *problem = l2_link_problem(rq->ctx->l2, l->ifindex);
	struct writer *w = rq->w;
	char b[NAMES_MAC_LEN];

	writer_row_begin(w);
	writer_str(w, "name", "INTERFACE", l->name);
	writer_num(w, "index", NULL, l->ifindex);
	writer_str(w, "choice", "CHOICE", t->token);
	writer_bool(w, "up", "UP", l->up);
	writer_str(w, "mac", "MAC", l->ethernet ? names_mac(l->mac, b) : NULL);
	put_subnets(w, l);
	writer_list_begin(w, "defaultRoutes", "DEFAULT");
	if (l->default4)
		writer_list_add(w, "ipv4");
	if (l->default6)
		writer_list_add(w, "ipv6");
	writer_list_end(w);
	writer_str(w, "reason", NULL, t->what);
	writer_str(w, "problem", NULL, problem);
	writer_str(w, NULL, "WHY", problem ? problem : t->what);
	writer_row_end(w);
}

enum vty_rc show_l2_interfaces(struct vty_request *rq)
{
	const struct l2_link *v;
	size_t n = 0;

	if (!names_has_l2(rq->ctx))
		return no_l2(rq);
	v = l2_all_links(rq->ctx->l2, &n);
	writer_table_begin(rq->w, "interfaces", "No interfaces.");
	for (size_t i = 0; i < n; i++)
		put_link(rq, &v[i]);
	writer_table_end(rq->w);
	return VTY_OK;
}

/* ---- peers ---- */

static void put_datagrams(struct writer *w, const struct l2_peers_stats *st)
{
	writer_object_begin(w, "datagrams", "Datagrams");
	writer_num(w, "sent", "Sent", (int64_t)st->sent);
	writer_num(w, "good", "Good", (int64_t)st->good);
	writer_num(w, "wrongKey", "Another key, or damaged", (int64_t)st->wrong_key);
	writer_num(w, "replayed", "Replayed", (int64_t)st->replayed);
	writer_num(w, "malformed", "Malformed", (int64_t)st->malformed);
	writer_num(w, "sameName", "Of another node of our name", (int64_t)st->same_name);
	writer_object_end(w);
}

/* What a peer said of itself. */
static void put_said(struct writer *w, const struct l2_peer *p)
{
	writer_bool(w, "cutOff", "CUT OFF", p->cut_off);
	writer_bool(w, "leaving", "LEAVING", p->leaving);
	writer_bool(w, "known", NULL, p->known);
	writer_list_begin(w, "interfaces", "ITS INTERFACES");
	for (size_t i = 0; p->facts && i < p->facts->n; i++)
		writer_list_add(w, p->facts->v[i].name);
	writer_list_end(w);
}

static void put_peer(struct vty_request *rq, const struct l2_peer_view *v)
{
	const struct l2_peer *p = &v->peer;
	struct writer *w = rq->w;
	char b[NAMES_IFACE_LEN];

	writer_row_begin(w);
	writer_str(w, "node", "NODE", p->node);
	writer_bool(w, "alive", "ALIVE", p->alive);
	put_age(rq, "heardMs", "HEARD AGO", v->heard_ms);
	writer_list_begin(w, "heardOn", "ON");
	for (size_t i = 0; i < p->n_heard; i++)
		writer_list_add(w, names_l2_iface(rq->ctx, p->heard[i], b));
	writer_list_end(w);
	writer_num(w, "owns", "OWNS", (int64_t)v->owns);
	writer_num(w, "lost", "LOST", (int64_t)v->lost);
	put_said(w, p);
	writer_row_end(w);
}

enum vty_rc show_l2_peers(struct vty_request *rq)
{
	const struct conf *c = rq->ctx->conf;
	struct l2_peer_view v;
	struct writer *w = rq->w;
	struct l2_summary s;
	const char *after = NULL;

	if (!names_has_l2(rq->ctx))
		return no_l2(rq);
	l2_summary(rq->ctx->l2, &s);
	put_heartbeat(w, &s);
	if (c) {
		writer_num(w, "port", "UDP port", c->l2.port);
		writer_num(w, "intervalMs", "Every ms", c->l2.interval_ms);
	}
	put_datagrams(w, &s.peers);
	writer_table_begin(w, "peers", "No peers.");
	for (; l2_peer_after(rq->ctx->l2, after, &v); after = v.peer.node)
		put_peer(rq, &v);
	writer_table_end(w);
	return VTY_OK;
}
