/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_fib_kernel.c - show fib [PREFIX] where grevyd gives the kernel its routes itself. */
#include "announcer/out_kernel.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

#define ROUTES_MAX 1000 /* that are not installed, shown at most */

struct left_out {
	struct vty_request *rq;
	const struct prefix *only; /* NULL = all that are not installed */
	size_t n, more;
};

static void put_status(struct writer *w, const struct kernel_status *st)
{
	writer_str(w, "state", "State", st->state_text);
	if (st->reason && *st->reason)
		writer_str(w, "reason", "Reason", st->reason);
	writer_num(w, "table", "Table", st->table);
	writer_num(w, "protocol", "Protocol", st->protocol);
	writer_num(w, "metric", "Metric", st->metric);
	writer_bool(w, "swept", "Left-overs of an earlier run gone", st->swept);
}

static void put_counters(struct writer *w, const struct kernel_status *st)
{
	static const char *const labels[KROUTE_STATES] = {
	    "Waiting", "Sent", "Installed", "Rejected", "Shadowed"};

	writer_object_begin(w, "routes", "Routes");
	for (int i = 0; i < KROUTE_STATES; i++)
		writer_num(w, names_kroute_state((enum kroute_state)i), labels[i],
		    (int64_t)st->routes[i]);
	writer_object_end(w);
	writer_num(w, "nextHopObjects", "Next-hop objects", (int64_t)st->objects);
	writer_num(w, "nextHopGroups", "Next-hop groups", (int64_t)st->groups);
	writer_num(w, "sent", "Requests sent", (int64_t)st->sent);
	writer_num(w, "errors", "Refused", (int64_t)st->errors);
	writer_num(w, "repaired", "Repaired", (int64_t)st->repaired);
	writer_num(w, "sweptRoutes", "Left-overs removed", (int64_t)st->swept_routes);
}

static void on_route(const struct rib_route *r, bool best, void *arg)
{
	struct left_out *l = arg;
	struct writer *w = l->rq->w;
	const char *why = "";
	enum kroute_state state;
	char b[PREFIX_STRLEN];

	if (!best || r->source == RIB_REDISTRIBUTED ||
	    (l->only && prefix_cmp(l->only, &r->prefix) != 0))
		return;
	state = out_kernel_route(l->rq->ctx->kernel, &r->prefix, &why);
	if (state == KROUTE_INSTALLED && !l->only)
		return;
	if (l->n++ >= ROUTES_MAX) {
		l->more++;
		return;
	}
	writer_row_begin(w);
	writer_str(
	    w, "prefix", l->only ? "PREFIX" : "NOT INSTALLED", prefix_str(&r->prefix, b));
	writer_str(w, "source", "SOURCE", names_rib_source(r->source));
	writer_str(w, "state", "STATE",
	    state == KROUTE_STATES ? "not sent" : names_kroute_state(state));
	writer_num(w, "nextHopsWanted", "NEXT HOPS", (int64_t)r->n);
	writer_str(w, "why", "WHY", why && *why ? why : NULL);
	writer_row_end(w);
}

enum vty_rc show_fib_kernel(struct vty_request *rq)
{
	struct left_out l = {.rq = rq};
	struct writer *w = rq->w;
	struct kernel_status st;
	struct prefix only;

	out_kernel_status(rq->ctx->kernel, &st);
	if (rq->n_args && prefix_parse(rq->args[0], &only) == 0)
		l.only = &only;
	writer_object_begin(w, "kernelOutput", NULL);
	put_status(w, &st);
	put_counters(w, &st);
	writer_object_end(w);
	writer_table_begin(
	    w, "notInstalled", l.only ? "% Network not in table" : "Every route is installed.");
	if (rq->ctx->rib)
		rib_each(rq->ctx->rib, on_route, &l);
	writer_table_end(w);
	writer_num(w, "notInstalledMore", NULL, (int64_t)l.more);
	if (l.more)
		writer_line(w, "... and %zu more.", l.more);
	return l.only && !l.n ? VTY_WARNING : VTY_OK;
}
