/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_rib.c - show rib [PREFIX]: every route, and what its output says. */
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <string.h>

struct rib_search {
	struct vty_request *rq;
	const struct prefix *within; /* NULL: every route */
	size_t n;
};

static bool inside(const struct prefix *within, const struct prefix *p)
{
	struct ipaddr a = {.family = p->family};

	memcpy(a.addr, p->addr, sizeof(a.addr));
	return p->plen >= within->plen && prefix_contains(within, &a);
}

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

static void on_route(const struct rib_route *r, bool best, void *arg)
{
	struct rib_search *s = arg;
	struct writer *w = s->rq->w;
	char b[PREFIX_STRLEN], nh[NAMES_NEXTHOP_LEN];

	if (s->within && !inside(s->within, &r->prefix))
		return;
	s->n++;
	writer_row_begin(w);
	writer_str(w, "prefix", "PREFIX", prefix_str(&r->prefix, b));
	writer_str(w, "source", "SOURCE", names_rib_source(r->source));
	writer_bool(w, "best", "BEST", best);
	writer_str(
	    w, "output", "OUTPUT", best ? names_output_state(s->rq, &r->prefix).text : NULL);
	writer_list_begin(w, NULL, "NEXT HOPS");
	for (size_t i = 0; !writer_is_json(w) && i < r->n; i++)
		writer_list_add(w, names_nexthop(&r->nh[i], nh));
	writer_list_end(w);
	writer_array_begin(w, "nextHops");
	for (size_t i = 0; writer_is_json(w) && i < r->n; i++) {
		put_nexthop(w, &r->nh[i]);
	}
	writer_array_end(w);
	writer_row_end(w);
}

enum vty_rc show_rib(struct vty_request *rq)
{
	struct rib_search s = {.rq = rq};
	struct prefix p;

	if (!rq->ctx->rib)
		return vty_fail(rq, "There is no RIB.");
	if (rq->n_args && prefix_parse(rq->args[0], &p) == 0)
		s.within = &p;
	writer_table_begin(
	    rq->w, "routes", rq->n_args ? "% Network not in table" : "No routes.");
	rib_each(rq->ctx->rib, on_route, &s);
	writer_table_end(rq->w);
	return rq->n_args && !s.n ? VTY_WARNING : VTY_OK;
}
