/* SPDX-License-Identifier: GPL-2.0-or-later */
/* adverts.h - advertisements of pools, and what they make of the RIB's Kubernetes routes. Pure.
 */
#ifndef GREVY_BGP_ADVERTS_H
#define GREVY_BGP_ADVERTS_H
#include "announcer/bgp/adjout.h"
#include "announcer/bgp/outlog.h"
#include "announcer/policy.h"
#include "announcer/table.h"

/* What one advertisement says and whom it names; equal ones are one. */
struct out_term {
	uint32_t refs, order;          /* order: as written */
	const struct bgp_attrs *attrs; /* shared */
	struct strlist peers;          /* empty = every peer */
};

/* The advertisements that make a prefix, in their order; equal ones are one. */
struct out_offer {
	struct out_head head;
	size_t n;
	struct out_term *const *probe; /* = terms, but for probes */
	struct out_term *terms[];
};

struct plan_row {
	struct out_term *term;
	const struct pool_ad *by_service; /* it is for some Services only; else NULL */
	uint8_t plen[2];                  /* by family */
};

/* A pool's advertisements that count on this node. */
struct out_plan {
	struct plan_row *v;
	size_t n;
	bool by_service; /* some rows are */
};

struct agg_row {
	struct out_term *term;
	uint32_t members;
};

/* Announced by the members of one prefix, not by a route of its own. */
struct out_aggregate {
	struct prefix prefix;
	struct agg_row *v;
	size_t n;
};

struct out_adverts {
	const struct policy *policy;
	struct out_plan *plans; /* by place in policy->pools */
	size_t n_plans;
	struct table aggregates, terms, offers;
};

/* A reason why something is not told to a peer, and what to do about it. */
struct out_why {
	const char *why, *cure;
};

void adverts_init(struct out_adverts *a);
void adverts_fini(struct bgp_out *out);
/* The pools and communities from now on. Offers of entries are as before until
 * adverts_rejudge(). */
void adverts_set(struct bgp_out *out, const struct bgp_out_rules *rules);
/* Make the offers of all entries anew; those that differ are touched. */
void adverts_rejudge(struct bgp_out *out);
/* A Kubernetes route of this prefix came or went: its aggregates. */
void adverts_member(struct bgp_out *out, const struct prefix *p, bool there);
/* What makes this prefix now, counted; NULL = nothing. */
const struct out_offer *adverts_offer(struct bgp_out *out, const struct out_entry *e);
void adverts_drop(struct bgp_out *out, const struct out_offer *offer); /* NULL is fine */
/* The advertisements of a prefix's pool that count here; *why says why there are none. */
const struct out_plan *adverts_plan(
    const struct out_adverts *a, const struct prefix *p, const struct out_why **why);
/* Of which rows the offer of this prefix is made depends on the Services that have it. */
bool adverts_by_service(const struct out_adverts *a, const struct prefix *p);
/* The row counts for this address. */
bool out_row_counts(
    const struct bgp_out *out, const struct prefix *member, const struct plan_row *row);
/* Sort, leave out what stands there twice. Return: how many remain. */
uint16_t communities_sort(uint32_t *v, size_t n);
uint16_t large_sort(struct bgp_large *v, size_t n);
/* The prefix of a member under a row of its plan. */
struct prefix out_row_prefix(const struct prefix *member, const struct plan_row *row);
bool term_names(const struct out_term *t, const char *peer);
#endif
