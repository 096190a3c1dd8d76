/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_routes.h - inside of show_bgp_*.c: the table of routes, received ones and our own,
 * row by row, and which rows a command wants.
 */
#ifndef GREVY_VTY_SHOW_BGP_ROUTES_H
#define GREVY_VTY_SHOW_BGP_ROUTES_H
#include "announcer/vty/show_bgp.h"

/* A path. Borrowed. */
struct bgp_row {
	struct prefix prefix;
	const struct bgp_attrs *attrs;
	const struct bgp_in_source *source; /* NULL: our own */
	struct ipaddr nexthop;
	bool best, multipath, stale, reachable, aggregate, foreign; /* foreign: redistributed */
	const char *reason;
	int64_t since_s;
	uint32_t metric; /* of the way to the next hop */
};
typedef void bgp_row_fn(const struct bgp_row *r, void *arg);

/* Who it is from by its own name, this machine too; NULL = not known. */
const char *bgp_row_host(const struct bgp_ask *a, const struct bgp_row *r);

/* Our own row of a prefix, which wins, and those received, the best first. peer: of those
 * received only what this one told, and none of ours; NULL: of everybody. */
void bgp_rows_at(const struct bgp_ask *a, const struct prefix *p,
    const struct bgp_in_peer *peer, bgp_row_fn *fn, void *arg);

/* The row that a neighbour (out_peer not NULL) was told of a prefix, or none: as FRR shows it,
 * before our AS is put in front of the path and our address is the next hop (0.0.0.0). */
void bgp_sent_at(const struct bgp_ask *a, const struct prefix *p,
    const struct bgp_peer_view *to, bgp_row_fn *fn, void *arg);

/* The prefixes of rows in order; it may be left and taken up again while they change. */
enum { BGP_WALK_IN = 1, BGP_WALK_OUT = 2 };
struct bgp_walk {
	struct ptable_walk walk[2]; /* received, our own */
	struct prefix next[2];
	bool has[2], end[2];
};
/* which: BGP_WALK_*; within {.family = AF_INET}: all of a family. */
void bgp_walk_init(struct bgp_walk *w, unsigned which, const struct prefix *within);
void bgp_walk_fini(struct bgp_walk *w);
/* As ptable_walk_next(). */
enum ptable_walked bgp_walk_next(
    const struct bgp_ask *a, struct bgp_walk *w, struct prefix *prefix);

/* Of a family: all paths, and prefixes. */
size_t bgp_paths(const struct bgp_ask *a, int i);
size_t bgp_prefixes(const struct bgp_ask *a, int i);

/* ---- show_bgp_filter.c: which rows ---- */

struct bgp_filter;
/* As the words of rq say. NULL: all rows; *rc is VTY_OK then, or else FRR's answer is written.
 */
struct bgp_filter *bgp_filter_new(struct vty_request *rq, enum vty_rc *rc);
void bgp_filter_free(struct bgp_filter *f); /* NULL is fine */
bool bgp_filter_passes(const struct bgp_filter *f, const struct bgp_row *r);

/* ---- show_bgp_table.c: a table of rows as `show ip bgp` writes it ---- */

struct bgp_table {
	const struct bgp_ask *a;
	bool wide;       /* whole addresses in a line */
	bool flat;       /* as of what is advertised: in JSON an object a prefix */
	bool detail;     /* no rows, but bgp_detail_put() */
	bool whole;      /* not only some of the rows: says so if there is none */
	bool silent;     /* flat: no head in JSON */
	const char *key; /* of the JSON object of prefixes: "routes" */
	size_t all;      /* paths that there are */
	size_t routes;   /* prefixes written */
};
/* The JSON of the head; its text stands above the first row, where there is one. */
void bgp_table_begin(const struct bgp_table *t);
/* A prefix: its rows between these two. */
void bgp_table_prefix(struct bgp_table *t, const struct prefix *p);
void bgp_table_row(
    const struct bgp_table *t, const struct bgp_row *r, bool again); /* not the first */
void bgp_table_prefix_end(const struct bgp_table *t);
void bgp_table_end(const struct bgp_table *t);

/* ---- show_bgp_route.c ---- */

/* All that is said of a prefix. */
struct bgp_detail {
	const struct bgp_ask *a;
	struct prefix prefix;
	const struct bgp_peer_view *to; /* as this one was told; NULL = as it is here */
	bool element;              /* JSON: into the open array, not into the open object */
	bool best_only, multipath; /* multipath: and those as good as the best */
};
/* Return: how many paths; 0: nothing is written. */
size_t bgp_detail_put(const struct bgp_detail *d);
#endif
