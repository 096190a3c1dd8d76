/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_fib_kernel.c - show fib [PREFIX] where grevyd gives the kernel its routes itself. */
#include "announcer/out_kernel.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

#define ROUTES_MAX 1000 /* that are not installed, shown at most */

/* Where the list of routes stands. */
struct rows {
	struct prefix only; /* family 0 = all that are not installed */
	struct ptable_walk walk;
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

static void put_route(struct vty_request *rq, struct rows *s, const struct rib_route *best)
{
	struct writer *w = rq->w;
	const char *why = "";
	enum kroute_state state;
	char b[PREFIX_STRLEN];

	if (best->source == RIB_REDISTRIBUTED)
		return;
	state = out_kernel_route(rq->ctx->kernel, &best->prefix, &why);
	if (state == KROUTE_INSTALLED && !s->only.family)
		return;
	if (s->n == ROUTES_MAX) {
		s->more++;
		return;
	}
	s->n++;
	writer_row_begin(w);
	writer_str(w, "prefix", s->only.family ? "PREFIX" : "NOT INSTALLED",
	    prefix_str(&best->prefix, b));
	writer_str(w, "source", "SOURCE", names_rib_source(best->source));
	writer_str(w, "state", "STATE",
	    state == KROUTE_STATES ? "not sent" : names_kroute_state(state));
	writer_num(w, "nextHopsWanted", "NEXT HOPS", (int64_t)best->n);
	writer_str(w, "why", "WHY", why && *why ? why : NULL);
	writer_row_end(w);
}

static bool end(struct vty_request *rq, const struct rows *s)
{
	writer_table_end(rq->w);
	writer_num(rq->w, "notInstalledMore", NULL, (int64_t)s->more);
	if (s->more)
		writer_line(rq->w, "... and %zu more.", s->more);
	if (s->only.family && !s->n)
		rq->rc = VTY_WARNING;
	return false;
}

/* One prefix. */
static bool on_only(struct vty_request *rq, void *state)
{
	struct rows *s = state;
	const struct rib_route *best = rq->ctx->rib ? rib_best(rq->ctx->rib, &s->only) : NULL;

	if (best)
		put_route(rq, s, best);
	return end(rq, s);
}

static bool on_step(struct vty_request *rq, void *state)
{
	struct rib_route routes[RIB_SOURCES];
	enum ptable_walked got;
	struct rows *s = state;
	size_t n;

	do {
		got = rib_walk_next(rq->ctx->rib, &s->walk, routes, &n);
		if (n)
			put_route(rq, s, &routes[0]);
	} while (got == PTABLE_RECORD && !vty_enough(rq));
	return got != PTABLE_END || end(rq, s);
}

static void on_done(void *state)
{
	struct rows *s = state;

	ptable_walk_fini(&s->walk);
	free(s);
}

/* Most often there is nothing to look for. */
static bool all_installed(const struct kernel_status *st)
{
	size_t others = 0;

	for (int i = 0; i < KROUTE_STATES; i++)
		others += i == KROUTE_INSTALLED ? 0 : st->routes[i];
	return st->state == KERNEL_UP && !others;
}

enum vty_rc show_fib_kernel(struct vty_request *rq)
{
	struct rows *s = xcalloc(1, sizeof(*s));
	struct writer *w = rq->w;
	struct kernel_status st;

	out_kernel_status(rq->ctx->kernel, &st);
	if (rq->n_args)
		prefix_parse(rq->args[0], &s->only);
	writer_object_begin(w, "kernelOutput", NULL);
	put_status(w, &st);
	put_counters(w, &st);
	writer_object_end(w);
	writer_table_begin(w, "notInstalled",
	    s->only.family ? "% Network not in table" : "Every route is installed.");
	ptable_walk_init(&s->walk, NULL);
	if (!s->only.family && (!rq->ctx->rib || all_installed(&st))) {
		end(rq, s);
		on_done(s);
		return VTY_OK;
	}
	vty_rows(rq, s->only.family ? on_only : on_step, on_done, s);
	return VTY_OK;
}
