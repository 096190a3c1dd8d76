/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h - the names that a variable of a command may stand for right now, for completion. */
#ifndef GREVY_VTY_LIVE_H
#define GREVY_VTY_LIVE_H
#include "announcer/ptable.h"
#include "announcer/store.h"
#include "announcer/vty/tree.h"

/* A walk through such names, which may be left and taken up again, whatever comes and goes.
 * Start: {0}. */
struct vty_live {
	struct store_walk services;
	struct ptable_walk prefixes;
	bool begun; /* prefixes was initialised */
	char *node; /* the last that was given */
};
void live_fini(struct vty_live *at);

/* Each gives the next names, a few of them, perhaps none. Return: there may be more. */
bool live_services(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg);
bool live_addresses(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg);
bool live_nodes(const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg);
bool live_neighbors(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg);
bool live_prefixes(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg);
#endif
