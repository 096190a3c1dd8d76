/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nodes.h - what a Node is worth on its own, for show and why. */
#ifndef GREVY_VTY_NODES_H
#define GREVY_VTY_NODES_H
#include "announcer/eligible.h"
#include "announcer/store.h"

/* As if it had an endpoint and were the only node, for prefixes of one family. itself: role
 * node, which needs no InternalIP. */
struct eligible_verdict nodes_verdict(
    const struct store_node *node, uint8_t family, bool itself);

/* Of the family that it serves, IPv4 first; else why it serves neither. */
struct eligible_verdict nodes_best_verdict(const struct store_node *node, bool itself);

/* The verdict in words that fit a Node on its own. */
const char *nodes_what(const struct eligible_verdict *v, bool itself);
#endif
