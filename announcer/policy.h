/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - the address pools, by address and by name. Pure: no I/O, no library. A policy is
 * built by its reader (conf.c), checked by policy_index(), then read only.
 */
#ifndef GREVY_POLICY_H
#define GREVY_POLICY_H
#include "announcer/pool.h"

struct policy_entry; /* a range and its pool, sorted by address */

struct policy {
	struct pool *pools; /* as written */
	size_t n_pools;
	struct policy_entry *index; /* made by policy_index() */
	size_t n_index;
};

/* Two ranges that share an address: a place in pools[] and in its ranges[] each. */
struct policy_overlap {
	size_t pool_a, range_a;
	size_t pool_b, range_b; /* the one written later */
};

/* Make the index that policy_pool_of() needs. `on_overlap` (may be NULL) is told each overlap.
 * Ranges of family 0 are left out. Return: how many overlaps there are; 0 = good. */
typedef void policy_overlap_fn(const struct policy_overlap *o, void *arg);
size_t policy_index(struct policy *p, policy_overlap_fn *on_overlap, void *arg);
void policy_fini(struct policy *p); /* frees what it owns, not p */

/* The pool that holds an address (buggy or not), or NULL. O(log ranges). */
const struct pool *policy_pool_of(const struct policy *p, const struct ipaddr *a);
/* The same, and in which of its ranges[]: set when there is one. */
const struct pool *policy_range_of(
    const struct policy *p, const struct ipaddr *a, size_t *range);
const struct pool *policy_pool(const struct policy *p, const char *name); /* by name, or NULL */
/* As a Service asks for it: also by the name that a ConfigMap has for it, "My_Pool" of my-pool.
 */
const struct pool *policy_pool_asked(const struct policy *p, const char *name);
#endif
