/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names_walk.h - live names, for completion: walks that may be left and taken up again, since
 * there may be more names than the loop has time for.
 */
#ifndef GREVY_VTY_NAMES_WALK_H
#define GREVY_VTY_NAMES_WALK_H
#include "announcer/ptable.h"
#include "announcer/store.h"
#include "announcer/vty/tree.h"

/* Where one of them stands. Starts {0}. */
struct names_walk {
	struct store_walk services;
	struct ptable_walk routes;
	char *node; /* the last one given */
	bool begun;
};

void names_walk_fini(struct names_walk *w);

/* Give fn some of the names. Return: there are more. */
bool names_walk_services(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
bool names_walk_nodes(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
bool names_walk_pools(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
bool names_walk_neighbors(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
bool names_walk_addresses(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
bool names_walk_prefixes(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
#endif
