/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_tables.c - tables of routes: all of them, what a neighbour announces, what it is
 * told. Each is written by steps, prefix by prefix: between two of them the table changes, and
 * the neighbour may go.
 */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp_routes.h"
#include "announcer/vty/writer.h"

enum rows { OF_ALL, OF_PEER, BEST_OF_PEER, BEFORE_IMPORT, TO_PEER };

struct job {
	struct bgp_ask a;
	enum rows rows;
	struct bgp_peer_name peer; /* not of OF_ALL */
	struct bgp_filter *filter;
	struct prefix within; /* family 0: all of a family */
	unsigned families;    /* still to come, this one included */
	int i;                /* this one */
	bool begun;           /* it is */
	const char *refused;  /* why there is no table of it; NULL = there is */
	struct bgp_table t;
	struct bgp_walk walk;
	size_t shown; /* rows of this prefix */
};

static void job_free(void *state)
{
	struct job *j = state;

	bgp_filter_free(j->filter);
	bgp_walk_fini(&j->walk);
	free(j);
}

/* ---- a prefix ---- */

static void put_row(struct job *j, const struct bgp_row *r)
{
	if (!bgp_filter_passes(j->filter, r) || (j->rows == BEST_OF_PEER && !r->best))
		return;
	if (!j->shown++)
		bgp_table_prefix(&j->t, &r->prefix);
	if (!j->t.detail)
		bgp_table_row(&j->t, r, j->shown > 1);
}

static void on_row(const struct bgp_row *r, void *arg)
{
	put_row(arg, r);
}

/* v: of the neighbour. */
static void put_prefix(struct job *j, const struct prefix *p, const struct bgp_peer_view *v)
{
	struct bgp_detail d = {.a = &j->a, .prefix = *p, .element = !j->t.flat};

	j->shown = 0;
	if (j->rows != TO_PEER)
		bgp_rows_at(&j->a, p, v->in_peer, on_row, j);
	else if (v->out_peer)
		bgp_sent_at(&j->a, p, v, on_row, j);
	if (!j->shown)
		return;
	if (j->t.detail) {
		d.to = j->rows == TO_PEER ? v : NULL;
		bgp_detail_put(&d);
	}
	bgp_table_prefix_end(&j->t);
}

/* ---- a family ---- */

static void begin_walk(struct job *j)
{
	struct prefix within = j->within;
	unsigned which = j->rows == OF_ALL    ? BGP_WALK_IN | BGP_WALK_OUT
	                 : j->rows == TO_PEER ? BGP_WALK_OUT
	                                      : BGP_WALK_IN;

	if (!within.family)
		within.family = bgp_family_af(j->i);
	if (j->a.other || j->refused || within.family != bgp_family_af(j->i))
		which = 0;
	bgp_walk_init(&j->walk, which, &within);
}

/* What the import list refuses is not kept: as in FRR without soft reconfiguration. */
static const char *why_not(const struct job *j, const struct bgp_peer_view *v)
{
	if (j->rows != OF_ALL && !(v->nb->families & bgp_family_bit(j->i)))
		return "No such neighbor or address family";
	if (j->rows == BEFORE_IMPORT)
		return "Inbound soft reconfiguration not enabled";
	return NULL;
}

static void begin(struct job *j, const struct bgp_peer_view *v)
{
	struct writer *w = j->a.rq->w;

	j->begun = true;
	j->i = !(j->families & BGP_IPV4);
	j->refused = why_not(j, v);
	begin_walk(j);
	if (j->a.all) {
		writer_line(w, "%s", "");
		writer_line(w, "For address family: %s", bgp_family_name(j->i));
		writer_object_begin(w, bgp_family_key(j->i), NULL);
	}
	if (j->refused) {
		j->a.rq->rc = bgp_warn(j->a.rq, "%% %s", j->refused);
		if (j->a.all)
			j->a.rq->rc = VTY_OK;
		return;
	}
	j->t.a = &j->a;
	j->t.routes = 0;
	j->t.all = j->a.other ? 0 : bgp_paths(&j->a, j->i);
	j->t.silent = j->rows == TO_PEER && !v->out_peer;
	bgp_table_begin(&j->t);
}

/* Return: another family follows. */
static bool end(struct job *j)
{
	if (!j->refused)
		bgp_table_end(&j->t);
	if (j->a.all)
		writer_object_end(j->a.rq->w);
	bgp_walk_fini(&j->walk);
	j->families &= ~bgp_family_bit(j->i);
	j->begun = false;
	if (!j->families)
		bgp_vrf_end(&j->a);
	return j->families;
}

static bool step(struct vty_request *rq, void *state)
{
	struct bgp_peer_view v = {0};
	struct job *j = state;
	struct prefix p;

	if (!bgp_ask_again(&j->a) || (j->rows != OF_ALL && !bgp_peer(j->a.bgp, &j->peer, &v)))
		return false;
	if (!j->begun)
		begin(j, &v);
	do {
		enum ptable_walked got = bgp_walk_next(&j->a, &j->walk, &p);

		if (got == PTABLE_PAUSE)
			return true;
		if (got == PTABLE_RECORD)
			put_prefix(j, &p, &v);
		else
			return end(j);
	} while (!vty_enough(rq));
	return true;
}

/* ---- commands ---- */

static struct job *job_new(const struct bgp_ask *a, enum rows rows)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->a = *a;
	j->rows = rows;
	j->t.key = "routes";
	j->t.wide = vty_said(a->rq, "wide");
	j->t.detail = vty_said(a->rq, "detail") || vty_said(a->rq, "detail-routes");
	return j;
}

/* FRR: what names no family is IPv6; a prefix has one. */
static void choose_table(struct job *j, const char *prefix)
{
	const struct bgp_ask *a = &j->a;

	if (prefix && prefix_parse(prefix, &j->within))
		j->within.family = 0;
	if (a->all)
		j->families = bgp_every_family(a);
	else if (a->families)
		j->families = a->families;
	else
		j->families = prefix && !strchr(prefix, ':') ? BGP_IPV4 : BGP_IPV6;
}

enum vty_rc show_bgp_table(struct vty_request *rq)
{
	const char *prefix = vty_arg(rq, "PREFIX");
	struct bgp_filter *filter;
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);
	struct job *j;

	if (rc != VTY_OK || !a.bgp)
		return rc;
	filter = bgp_filter_new(rq, &rc);
	if (rc != VTY_OK)
		return rc;
	if (vty_said(rq, "labeled-unicast"))
		a.other = false; /* FRR: the same table */
	j = job_new(&a, OF_ALL);
	j->filter = filter;
	j->t.whole = !filter && !prefix;
	choose_table(j, prefix);
	bgp_vrf_begin(&a);
	if (a.all_vrfs) {
		writer_line(rq->w, "%s", "");
		writer_line(rq->w, "Instance default:");
	}
	if (j->families) {
		vty_rows(rq, step, job_free, j);
		return VTY_OK;
	}
	bgp_vrf_end(&a); /* all of none */
	job_free(j);
	return VTY_OK;
}

/* Return: VTY_OK, or FRR's answer is written. */
static enum vty_rc ask_peer(struct vty_request *rq, struct job **job, enum rows rows)
{
	struct bgp_peer_name name;
	struct bgp_peer_view v;
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);
	unsigned families;

	*job = NULL;
	if (rc != VTY_OK || !a.bgp)
		return rc;
	rc = bgp_peer_asked(&a, &name, &v);
	if (rc != VTY_OK)
		return rc;
	families = bgp_peer_families(&a, &v);
	if (!families)
		return bgp_warn(rq, "%% No such neighbor or address family");
	a.all_vrfs = false; /* of the default one, too: not below its name in JSON */
	*job = job_new(&a, rows);
	(*job)->peer = name;
	(*job)->families = families;
	return VTY_OK;
}

/* key: of the form of advertised-routes; NULL = that of the whole table. */
static enum vty_rc routes_of(struct vty_request *rq, enum rows rows, const char *key)
{
	const char *prefix = vty_arg(rq, "PREFIX");
	struct job *j;
	enum vty_rc rc = ask_peer(rq, &j, rows);

	if (!j)
		return rc;
	if (rows == OF_PEER)
		j->filter = bgp_filter_new(rq, &rc);
	j->t.flat = key;
	j->t.key = key ? key : j->t.key;
	if (prefix && prefix_parse(prefix, &j->within) == 0)
		j->t.detail = true;
	vty_rows(rq, step, job_free, j);
	return VTY_OK;
}

enum vty_rc show_bgp_routes_of(struct vty_request *rq)
{
	return routes_of(rq, OF_PEER, NULL);
}

enum vty_rc show_bgp_best_of(struct vty_request *rq)
{
	return routes_of(rq, BEST_OF_PEER, "receivedRoutes");
}

enum vty_rc show_bgp_advertised(struct vty_request *rq)
{
	return routes_of(rq, TO_PEER, "advertisedRoutes");
}

enum vty_rc show_bgp_received(struct vty_request *rq)
{
	return routes_of(rq, BEFORE_IMPORT, NULL);
}
