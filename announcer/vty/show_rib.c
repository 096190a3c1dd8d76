/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_rib.c - show rib [PREFIX]: every route, and what its output says. */
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

struct rib_rows {
	struct ptable_walk walk;
	size_t n;
};

static void put_nexthop(struct writer *w, const struct rib_nexthop *nh)
{
	char b[PREFIX_STRLEN];

	writer_object_begin(w, NULL, NULL);
	if (nh->addr.family)
		writer_str(w, "address", NULL, ipaddr_str(&nh->addr, b));
	else if (nh->loopback)
		writer_str(w, "interface", NULL, "lo");
	else
		writer_num(w, "interfaceIndex", NULL, nh->ifindex);
	writer_num(w, "weight", NULL, nh->weight);
	writer_object_end(w);
}

static void put_route(struct vty_request *rq, const struct rib_route *r, bool best)
{
	struct writer *w = rq->w;
	char b[PREFIX_STRLEN], nh[NAMES_NEXTHOP_LEN];

	writer_row_begin(w);
	writer_str(w, "prefix", "PREFIX", prefix_str(&r->prefix, b));
	writer_str(w, "source", "SOURCE", names_rib_source(r->source));
	writer_bool(w, "best", "BEST", best);
	writer_str(
	    w, "output", "OUTPUT", best ? names_output_state(rq, &r->prefix).text : NULL);
	writer_list_begin(w, NULL, "NEXT HOPS");
	for (size_t i = 0; !writer_is_json(w) && i < r->n; i++)
		writer_list_add(w, names_nexthop(&r->nh[i], nh));
	writer_list_end(w);
	writer_array_begin(w, "nextHops");
	for (size_t i = 0; writer_is_json(w) && i < r->n; i++)
		put_nexthop(w, &r->nh[i]);
	writer_array_end(w);
	writer_row_end(w);
}

static bool on_step(struct vty_request *rq, void *state)
{
	struct rib_route routes[RIB_SOURCES];
	struct rib_rows *s = state;
	enum ptable_walked got;
	size_t n;

	do {
		got = rib_walk_next(rq->ctx->rib, &s->walk, routes, &n);
		for (size_t i = 0; i < n; i++)
			put_route(rq, &routes[i], i == 0);
		s->n += n;
	} while (got == PTABLE_RECORD && !vty_enough(rq));
	if (got != PTABLE_END)
		return true;
	writer_table_end(rq->w);
	if (rq->n_args && !s->n)
		rq->rc = VTY_WARNING;
	return false;
}

static void on_done(void *state)
{
	struct rib_rows *s = state;

	ptable_walk_fini(&s->walk);
	free(s);
}

enum vty_rc show_rib(struct vty_request *rq)
{
	struct prefix within;
	struct rib_rows *s;

	if (!rq->ctx->rib)
		return vty_fail(rq, "There is no RIB.");
	s = xcalloc(1, sizeof(*s));
	ptable_walk_init(
	    &s->walk, rq->n_args && prefix_parse(rq->args[0], &within) == 0 ? &within : NULL);
	writer_table_begin(
	    rq->w, "routes", rq->n_args ? "% Network not in table" : "No routes.");
	vty_rows(rq, on_step, on_done, s);
	return VTY_OK;
}
