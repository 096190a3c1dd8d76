/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_zserv.c - show zserv: the connection to zebra, and the routes that are not in it. */
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include "announcer/zroutes_view.h"

/* Shown at most: routes that are not installed, and gateways. */
enum { LEFT_OUT_MAX = 1000, GATEWAYS_MAX = 1000 };

static void put_connection(struct vty_request *rq, const struct zserv_status *st)
{
	struct writer *w = rq->w;
	char b[FMT_LEN];

	writer_str(w, "state", "State", st->state_text);
	if (st->reason && *st->reason)
		writer_str(w, "reason", "Reason", st->reason);
	writer_str(w, "socket", "Socket", st->socket);
	writer_str(w, "vtySocket", "vty socket", st->vty_socket);
	if (st->up_since_s) {
		writer_str(w, "upSince", "Up since", fmt_time(st->up_since_s, b));
		writer_str(w, NULL, "Up", fmt_age(rq->now.unix_s - st->up_since_s, b));
	}
	if (st->retry_in_ms >= 0)
		writer_num(w, "retryInMs", "Next try in ms", st->retry_in_ms);
}

/* What zebra does with our routes when we leave, as agreed. */
static void put_away(struct vty_request *rq, const struct zserv_status *st)
{
	static const char label[] = "While away", key[] = "whileAway";
	struct writer *w = rq->w;

	if (st->state != ZSERV_UP)
		writer_str(w, key, NULL, NULL);
	else if (!st->graceful)
		writer_str(w, key, label, "routes are removed");
	else if (st->stale_kept)
		writer_str(w, key, label, "routes are kept until grevyd comes back");
	else
		writer_fmt(w, key, label, "routes are kept for %u s", st->stale_s);
}

/* Role node: where our routes lead. */
static void put_loopback(struct vty_request *rq)
{
	bool told;
	uint32_t ifindex = zroutes_loopback_index(out_zserv_routes(rq->ctx->zserv), &told);
	char name[NAMES_IFACE_LEN];

	if (!rq->ctx->desired || !desired_node(rq->ctx->desired))
		return;
	writer_str(
	    rq->w, "loopback", NULL, ifindex ? names_iface(rq->ctx, ifindex, name) : NULL);
	writer_str(rq->w, NULL, "Routes lead to interface",
	    ifindex ? names_iface(rq->ctx, ifindex, name)
	    : told  ? "lo, which is down"
		    : "lo, which zebra has not told of yet");
}

static void put_agreed(struct vty_request *rq, const struct zserv_status *st)
{
	struct writer *w = rq->w;
	bool known = st->release && *st->release;
	char b[PREFIX_STRLEN];

	writer_str(w, "release", NULL, known ? st->release : NULL);
	writer_str(w, "releaseFrom", NULL, known ? st->release_from : NULL);
	writer_bool(w, "releaseExact", NULL, st->release_exact);
	if (known)
		writer_fmt(w, NULL, "Release", "%s, by %s%s", st->release, st->release_from,
		    st->release_exact ? "" : "; not known, the nearest is used");
	writer_str(w, "routeType", "Route type", st->type && *st->type ? st->type : NULL);
	writer_num(w, "instance", "Instance", st->instance);
	if (st->rivals)
		writer_num(w, "otherClients", "Other clients of these", st->rivals);
	if (st->route_map[0] && *st->route_map[0])
		writer_str(w, "routeMap", "zebra's route map", st->route_map[0]);
	if (st->route_map[1] && *st->route_map[1])
		writer_str(w, "routeMap6", "zebra's route map, IPv6", st->route_map[1]);
	writer_bool(w, "gracefulRestart", "Graceful restart", st->graceful);
	writer_num(w, "staleTimeSeconds", "Stale time in s", st->stale_s);
	put_away(rq, st);
	writer_num(w, "nextHopLimit", "Next hops at most", st->ecmp);
	put_loopback(rq);
	writer_str(w, "routerId", "Router id",
	    st->router_id.family ? ipaddr_str(&st->router_id, b) : NULL);
}

static void put_counters(struct vty_request *rq, const struct zserv_status *st)
{
	struct writer *w = rq->w;

	writer_object_begin(w, "counters", "Counters");
	writer_num(w, "connects", "Connects", (int64_t)st->connects);
	writer_num(w, "disconnects", "Disconnects", (int64_t)st->disconnects);
	writer_num(w, "messagesIn", "Messages in", (int64_t)st->messages_in);
	writer_num(w, "messagesOut", "Messages out", (int64_t)st->messages_out);
	writer_num(w, "bytesIn", "Bytes in", (int64_t)st->bytes_in);
	writer_num(w, "bytesOut", "Bytes out", (int64_t)st->bytes_out);
	writer_num(w, "badMessages", "Bad messages", (int64_t)st->bad_messages);
	writer_num(w, "unknownMessages", "Unknown messages", (int64_t)st->unknown_messages);
	writer_num(w, "errors", "Errors of zebra", (int64_t)st->errors);
	writer_num(w, "repaired", "Stray routes removed", (int64_t)st->repaired);
	writer_object_end(w);
}

static void put_states(struct writer *w, const struct zroutes *z)
{
	static const char *const labels[ZROUTE_STATES] = {
	    "Waiting", "Installing", "Installed", "Lost", "Rejected", "Removing"};

	writer_object_begin(w, "routes", "Routes");
	for (int i = 0; i < ZROUTE_STATES; i++)
		writer_num(w, names_zroute_state((enum zroute_state)i), labels[i],
		    (int64_t)zroutes_count(z, (enum zroute_state)i));
	writer_object_end(w);
}

static void put_gateway(struct vty_request *rq, const struct znh *nh)
{
	static const char *const states[] = {"unknown", "resolved", "not resolved"};
	char b[PREFIX_STRLEN], name[NAMES_IFACE_LEN];

	writer_row_begin(rq->w);
	writer_str(rq->w, "address", "NEXT HOP", ipaddr_str(&nh->addr, b));
	writer_str(rq->w, "state", "STATE", states[nh->state]);
	writer_str(rq->w, "interface", "INTERFACE",
	    nh->ifindex ? names_iface(rq->ctx, nh->ifindex, name) : NULL);
	writer_bool(rq->w, "recursive", "RECURSIVE", nh->recursive);
	writer_row_end(rq->w);
}

static void put_left_out(struct writer *w, const struct zroute_view *v)
{
	char b[PREFIX_STRLEN];

	writer_row_begin(w);
	writer_str(w, "prefix", "NOT INSTALLED", prefix_str(&v->prefix, b));
	writer_str(w, "state", "STATE", names_zroute_state(v->state));
	writer_bool(w, "wanted", NULL, v->wanted);
	writer_num(w, "nextHopsSent", "SENT", v->n_sent);
	writer_num(w, "nextHopsWanted", "OF", v->n_wanted);
	writer_num(w, "tries", "TRIES", v->tries);
	if (v->retry_in_ms >= 0)
		writer_num(w, "retryInMs", "RETRY IN MS", v->retry_in_ms);
	else
		writer_str(w, "retryInMs", "RETRY IN MS", NULL);
	writer_str(w, "winner", "HELD BY", v->winner && *v->winner ? v->winner : NULL);
	writer_row_end(w);
}

/* Where the answer stands: first the gateways, which the output has in no order, then the
 * routes that are not installed. */
struct rows {
	struct znh *hops;
	size_t n_hops, more_hops, at;
	bool routes;
	struct ptable_walk walk;
	size_t n_routes;
};

static void on_gateway(const struct znh *nh, void *arg)
{
	struct rows *s = arg;

	if (s->n_hops < GATEWAYS_MAX)
		s->hops[s->n_hops++] = *nh;
	else
		s->more_hops++;
}

static int gateway_cmp(const void *a, const void *b)
{
	return ipaddr_cmp(&((const struct znh *)a)->addr, &((const struct znh *)b)->addr);
}

static void put_more(struct writer *w, const char *key, size_t more)
{
	writer_num(w, key, NULL, (int64_t)more);
	if (more)
		writer_line(w, "... and %zu more.", more);
}

static bool step_gateways(struct vty_request *rq, struct rows *s)
{
	while (s->at < s->n_hops) {
		put_gateway(rq, &s->hops[s->at++]);
		if (vty_enough(rq))
			return true;
	}
	writer_table_end(rq->w);
	if (s->more_hops)
		put_more(rq->w, "nextHopsMore", s->more_hops);
	writer_table_begin(rq->w, "notInstalled", NULL);
	s->routes = true;
	free(s->hops);
	s->hops = NULL;
	ptable_walk_init(&s->walk, NULL);
	return true;
}

static size_t count_left_out(const struct zroutes *z)
{
	size_t n = 0;

	for (int i = 0; i < ZROUTE_STATES; i++)
		n += i == ZROUTE_INSTALLED ? 0 : zroutes_count(z, (enum zroute_state)i);
	return n;
}

static bool step_routes(struct vty_request *rq, struct rows *s)
{
	const struct zroutes *z = out_zserv_routes(rq->ctx->zserv);
	size_t left = count_left_out(z);
	enum ptable_walked got = PTABLE_END;
	struct zroute_view v;

	while (s->n_routes < left && s->n_routes < LEFT_OUT_MAX) {
		got = zroutes_walk_next(z, &s->walk, rq->now.mono_ms, &v);
		if (got == PTABLE_RECORD && v.state != ZROUTE_INSTALLED) {
			put_left_out(rq->w, &v);
			s->n_routes++;
		}
		if (got == PTABLE_END)
			break;
		if (got == PTABLE_PAUSE || vty_enough(rq))
			return true;
	}
	writer_table_end(rq->w);
	put_more(rq->w, "notInstalledMore",
	    s->n_routes == LEFT_OUT_MAX && left > s->n_routes ? left - s->n_routes : 0);
	return false;
}

static bool on_step(struct vty_request *rq, void *state)
{
	struct rows *s = state;

	return s->routes ? step_routes(rq, s) : step_gateways(rq, s);
}

static void on_done(void *state)
{
	struct rows *s = state;

	ptable_walk_fini(&s->walk);
	free(s->hops);
	free(s);
}

static void list_rows(struct vty_request *rq)
{
	struct rows *s = xcalloc(1, sizeof(*s));

	s->hops = xcalloc(GATEWAYS_MAX, sizeof(*s->hops));
	zroutes_nexthops(out_zserv_routes(rq->ctx->zserv), on_gateway, s);
	if (s->n_hops)
		qsort(s->hops, s->n_hops, sizeof(*s->hops), gateway_cmp);
	writer_table_begin(rq->w, "nextHops", NULL);
	vty_rows(rq, on_step, on_done, s);
}

enum vty_rc show_zserv(struct vty_request *rq)
{
	struct zserv_status st;
	struct writer *w = rq->w;

	if (!rq->ctx->zserv)
		return vty_fail(rq, "There is no zebra output.");
	out_zserv_status(rq->ctx->zserv, &st);
	put_connection(rq, &st);
	put_agreed(rq, &st);
	writer_bool(w, "complete", "Told that all is sent", st.swept);
	put_counters(rq, &st);
	put_states(w, out_zserv_routes(rq->ctx->zserv));
	list_rows(rq);
	return VTY_OK;
}
