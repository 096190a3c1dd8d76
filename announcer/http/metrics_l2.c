/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_l2.c - metrics of layer 2: ours, and those of MetalLB's speaker with its names and
 * labels. What is of an address is there while this node answers for it.
 */
#include "announcer/alloc.h"
#include "announcer/desired.h"
#include "announcer/http/metrics_text.h"
#include "announcer/l2/view.h"
#include "announcer/l2_told.h"
#include "announcer/util.h"
#include "announcer/vty/context.h"
#include "announcer/vty/names.h"
#include <inttypes.h>

static void put_owners(struct buf *to, const struct l2_summary *s)
{
	metric_family(to, "l2_addresses", "gauge",
	    "Addresses of layer 2 by who answers for them: see show l2.");
	for (int i = 0; i < L2_STATES; i++)
		metric_labelled(to, "l2_addresses", "state", names_l2_token((enum l2_state)i),
		    s->by_state[i]);
	metric_counter(
	    to, "l2_moves_total", "Addresses that this node took or lost.", s->moves);
	metric_gauge(
	    to, "l2_cut_off", "Whether this node is cut off from the API.", s->cut_off);
	metric_gauge(
	    to, "l2_error", "Whether nothing can be answered: see show l2.", !!s->error);
}

static void put_peers(struct buf *to, const struct vty_context *ctx, const struct l2_summary *s)
{
	const struct {
		const char *kind;
		uint64_t n;
	} kinds[] = {
	    {"good",      s->peers.good     },
	    {"wrong-key", s->peers.wrong_key},
	    {"replayed",  s->peers.replayed },
	    {"malformed", s->peers.malformed},
	    {"same-name", s->peers.same_name},
	};
	struct l2_peer_view v;
	const char *after = NULL;

	metric_gauge(
	    to, "l2_heartbeat", "Whether there is a heartbeat between nodes.", s->heartbeat);
	metric_counter(
	    to, "l2_heartbeat_sent_total", "Datagrams of the heartbeat sent.", s->peers.sent);
	metric_family(to, "l2_heartbeat_received_total", "counter",
	    "Datagrams that came by what they were worth.");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		metric_labelled(
		    to, "l2_heartbeat_received_total", "kind", kinds[i].kind, kinds[i].n);
	metric_family(to, "l2_peer_up", "gauge", "Whether another node is heard.");
	for (; l2_peer_after(ctx->l2, after, &v); after = v.peer.node)
		metric_labelled(to, "l2_peer_up", "node", v.peer.node, v.peer.alive);
}

static void put_frames(struct buf *to, const struct responder_stats *f)
{
	metric_counter(
	    to, "l2_frames_received_total", "ARP and NDP frames received.", f->frames);
	metric_counter(to, "l2_frames_malformed_total",
	    "Of them, those that could not be read.", f->malformed);
	metric_counter(
	    to, "l2_requests_total", "Requests for addresses of this node.", f->requests);
	metric_counter(to, "l2_responses_total", "Answers to them.", f->responses);
	metric_counter(to, "l2_gratuitous_total", "Frames sent unasked.", f->gratuitous);
	metric_counter(to, "l2_conflicts_total",
	    "Frames of others that claimed an address of this node.", f->conflicts);
	metric_counter(
	    to, "l2_send_errors_total", "Frames that could not be sent.", f->send_errors);
}

static void put_told(struct buf *to, const struct l2_told *told)
{
	struct l2_told_stats st;

	if (!told)
		return;
	l2_told_stats(told, &st);
	metric_family(to, "l2_status_objects", "gauge",
	    "ServiceL2Status objects: there, to be there of this node, of these not so yet.");
	metric_labelled(to, "l2_status_objects", "which", "all", st.objects);
	metric_labelled(to, "l2_status_objects", "which", "ours", st.ours);
	metric_labelled(to, "l2_status_objects", "which", "differing", st.differing);
}

/* ---- MetalLB's ---- */

/* The addresses that this node answers for. */
struct owned {
	struct ipaddr *v;
	size_t n;
};

static struct owned owned_of(const struct vty_context *ctx, const struct l2_summary *s)
{
	struct owned o = {.v = xcalloc(s->by_state[L2_OWNER] + 1, sizeof(*o.v))};
	struct l2_owners_view v = {0};
	struct ipaddr at = {0};

	while (o.n < s->by_state[L2_OWNER] && l2_after(ctx->l2, &at, &v)) {
		if (v.state == L2_OWNER)
			o.v[o.n++] = v.addr;
		at = v.addr;
	}
	return o;
}

static void put_announced(
    struct buf *to, const struct vty_context *ctx, const struct owned *owned)
{
	char ip[PREFIX_STRLEN], key[NAMES_KEY_LEN];

	metric_metallb(to, "speaker_announced", "gauge",
	    "Services whose address this node answers for: always 1.");
	for (size_t i = 0; i < owned->n; i++) {
		const struct alloc_addr *aa = alloc_addr(ctx->alloc, &owned->v[i]);

		for (size_t j = 0; aa && j < aa->n_users; j++) {
			buf_str(to, "metallb_speaker_announced{");
			metric_label(to, "service", names_key(aa->users[j]->svc, key));
			buf_str(to, ",protocol=\"layer2\",");
			metric_label(to, "node", desired_node(ctx->desired));
			buf_fmt(to, ",ip=\"%s\"} 1\n", ipaddr_str(&owned->v[i], ip));
		}
	}
}

static uint32_t requests(const struct responder_counts *c)
{
	return c->requests;
}

static uint32_t responses(const struct responder_counts *c)
{
	return c->responses;
}

static uint32_t gratuitous(const struct responder_counts *c)
{
	return c->gratuitous;
}

static void put_counts(struct buf *to, const struct vty_context *ctx, const struct owned *owned)
{
	static const struct {
		const char *name, *help;
		uint32_t (*value)(const struct responder_counts *c);
	} rows[] = {
	    {"layer2_requests_received", "Requests for an address.",           requests  },
	    {"layer2_responses_sent",    "Answers for an address.",            responses },
	    {"layer2_gratuitous_sent",   "Frames of an address sent unasked.", gratuitous},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		metric_metallb(to, rows[i].name, "counter", rows[i].help);
		for (size_t j = 0; j < owned->n; j++) {
			struct responder_counts c;
			char ip[PREFIX_STRLEN];

			if (l2_counts(ctx->l2, &owned->v[j], &c))
				buf_fmt(to, "metallb_%s{ip=\"%s\"} %" PRIu32 "\n", rows[i].name,
				    ipaddr_str(&owned->v[j], ip), rows[i].value(&c));
		}
	}
}

void metrics_put_l2(struct buf *to, const struct vty_context *ctx)
{
	struct l2_summary s;
	struct owned owned;

	if (!names_has_l2(ctx) || !ctx->alloc)
		return;
	l2_summary(ctx->l2, &s);
	put_owners(to, &s);
	put_peers(to, ctx, &s);
	put_frames(to, &s.frames);
	put_told(to, ctx->l2_told);
	owned = owned_of(ctx, &s);
	put_announced(to, ctx, &owned);
	put_counts(to, ctx, &owned);
	free(owned.v);
}
