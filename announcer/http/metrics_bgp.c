/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics_bgp.c - metrics of the BGP speaker, one sample of each for a neighbour (and family,
 * or type of message), and of the routes in the kernel's table. */
#include "announcer/bgp/view.h"
#include "announcer/http/metrics_text.h"
#include "announcer/util.h"
#include "announcer/vty/context.h"
#include "announcer/vty/names.h"
#include <inttypes.h>
#include <sys/socket.h>

struct sampling {
	struct buf *to;
	const char *name;
	uint64_t (*value)(const struct bgp_peer_view *v);
};

static void begin(struct buf *to, const char *name, const struct bgp_peer_view *v)
{
	const struct ipaddr *a = &v->session.remote;
	char b[PREFIX_STRLEN];

	buf_fmt(to, "grevy_%s{", name);
	metric_label(to, "peer", ipaddr_str(a, b));
	if (a->family != AF_INET6 || !ipaddr_is_linklocal(a) || !v->nb->interface)
		return;
	/* The same address may be there on another interface. */
	buf_str(to, ",");
	metric_label(to, "interface", v->nb->interface);
}

static void end(struct buf *to, uint64_t value)
{
	buf_fmt(to, "} %" PRIu64 "\n", value);
}

/* ---- one sample a neighbour ---- */

static uint64_t is_up(const struct bgp_peer_view *v)
{
	return v->facts != NULL;
}

static uint64_t established(const struct bgp_peer_view *v)
{
	return v->session.established;
}

static uint64_t dropped(const struct bgp_peer_view *v)
{
	return v->session.dropped;
}

static uint64_t pending(const struct bgp_peer_view *v)
{
	return v->facts ? v->out.pending : 0;
}

static uint64_t stale(const struct bgp_peer_view *v)
{
	return v->in.stale;
}

static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	const struct sampling *s = arg;

	begin(s->to, s->name, v);
	if (s->value == is_up) {
		buf_str(s->to, ",");
		metric_label(s->to, "name", v->nb->name ? v->nb->name : "");
		buf_fmt(s->to, ",asn=\"%" PRIu32 "\"", v->facts ? v->facts->asn : v->nb->asn);
	}
	end(s->to, s->value(v));
}

/* ---- several ---- */

static void per_family(struct sampling *s, const struct bgp_peer_view *v, const size_t n[2])
{
	static const char *const families[] = {"ipv4", "ipv6"};

	for (int i = 0; i < 2; i++) {
		if (!(v->nb->families & (i ? BGP_IPV6 : BGP_IPV4)))
			continue;
		begin(s->to, s->name, v);
		buf_str(s->to, ",");
		metric_label(s->to, "family", families[i]);
		end(s->to, n[i]);
	}
}

static void on_accepted(const struct bgp_peer_view *v, void *arg)
{
	per_family(arg, v, v->in.accepted);
}

static void on_announced(const struct bgp_peer_view *v, void *arg)
{
	static const size_t none[2];

	per_family(arg, v, v->facts ? v->out.sent : none);
}

static void on_refused(const struct bgp_peer_view *v, void *arg)
{
	const struct sampling *s = arg;
	const struct {
		const char *reason;
		uint64_t n;
	} rows[] = {
	    {"policy",       v->in.refused_policy   },
	    {"as-path-loop", v->in.refused_loop     },
	    {"next-hop",     v->in.refused_nexthop  },
	    {"malformed",    v->in.refused_malformed},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(s->to, s->name, v);
		buf_str(s->to, ",");
		metric_label(s->to, "reason", rows[i].reason);
		end(s->to, rows[i].n);
	}
}

static void on_messages(const struct bgp_peer_view *v, void *arg)
{
	static const char *const types[BGP_TYPES] = {
	    "unknown", "open", "update", "notification", "keepalive", "route-refresh"};
	const struct sampling *s = arg;

	for (int i = 0; i < 2 * BGP_TYPES; i++) {
		bool in = i < BGP_TYPES;
		int type = i % BGP_TYPES;

		begin(s->to, s->name, v);
		buf_str(s->to, ",");
		metric_label(s->to, "type", types[type]);
		buf_str(s->to, ",");
		metric_label(s->to, "direction", in ? "received" : "sent");
		end(s->to, in ? v->session.in[type] : v->session.out[type]);
	}
}

static void put_self(struct buf *to, const struct bgp *b)
{
	const char *error = "", *at;
	struct bgp_view view;

	bgp_view(b, &view);
	metric_gauge(to, "bgp_paths", "Paths held of neighbours.", view.paths);
	metric_gauge(to, "bgp_attributes", "Different attribute lists of them.", view.attrs);
	metric_gauge(to, "bgp_settled",
	    "Whether neighbours have told what they had before a restart of ours.",
	    view.settled);
	metric_family(to, "bgp_listening", "gauge", "Whether a place to listen on is open.");
	for (size_t i = 0; (at = bgp_listening(b, i, &error)); i++)
		metric_labelled(to, "bgp_listening", "address", at, !*error);
}

void metrics_put_bgp(struct buf *to, const struct vty_context *ctx)
{
	static const struct {
		const char *name, *type, *help;
		bgp_peer_fn *each;
		uint64_t (*value)(const struct bgp_peer_view *v);
	} rows[] = {
	    {"bgp_session_up",             "gauge",   "Whether a session is established.",                      on_peer,     is_up      },
	    {"bgp_established_total",      "counter", "Times that a session was established.",
             on_peer,													established},
	    {"bgp_resets_total",           "counter", "Times that an established session ended.",               on_peer,
             dropped														    },
	    {"bgp_pending",                "gauge",   "Changes that a neighbour is still to be told, at most.",
             on_peer,													pending    },
	    {"bgp_prefixes_stale",         "gauge",   "Prefixes held while a neighbour restarts.",
             on_peer,													stale      },
	    {"bgp_prefixes_accepted",      "gauge",   "Prefixes of a neighbour that policy lets in.",
             on_accepted,												    NULL       },
	    {"bgp_prefixes_announced",     "gauge",   "Prefixes that a neighbour has of us.",
             on_announced,												   NULL       },
	    {"bgp_prefixes_refused_total", "counter",
             "Prefixes of a neighbour that were not let in.",                                                   on_refused,  NULL       },
	    {"bgp_messages_total",         "counter", "Messages of a session.",                                 on_messages, NULL       },
	};

	if (!ctx->bgp || !bgp_active(ctx->bgp))
		return;
	put_self(to, ctx->bgp);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sampling s = {to, rows[i].name, rows[i].value};

		metric_family(to, rows[i].name, rows[i].type, rows[i].help);
		bgp_each_peer(ctx->bgp, rows[i].each, &s);
	}
}

void metrics_put_kernel(struct buf *to, const struct vty_context *ctx)
{
	struct kernel_status st;

	if (!names_is_kernel(ctx))
		return;
	out_kernel_status(ctx->kernel, &st);
	metric_gauge(
	    to, "kernel_up", "Whether routes flow to the kernel.", st.state == KERNEL_UP);
	metric_family(to, "kernel_routes", "gauge", "Routes by what the kernel says of them.");
	for (int i = 0; i < KROUTE_STATES; i++)
		metric_labelled(to, "kernel_routes", "state",
		    names_kroute_state((enum kroute_state)i), st.routes[i]);
	metric_gauge(to, "kernel_nexthop_objects", "Next-hop objects of ours, groups included.",
	    st.objects + st.groups);
	metric_counter(to, "kernel_requests_total", "Requests sent to the kernel.", st.sent);
	metric_counter(
	    to, "kernel_errors_total", "Requests that the kernel refused.", st.errors);
	metric_counter(to, "kernel_repairs_total",
	    "Routes put back after somebody changed them.", st.repaired);
	metric_counter(to, "kernel_swept_total", "Routes of an earlier run that were removed.",
	    st.swept_routes);
}
