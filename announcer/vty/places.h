/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * places.h - where the vty server is to be reached: grevyd.vty and bgpd.vty in our own folder,
 * beside links to FRR's daemons there, and, where it is wanted, in FRR's own folder.
 */
#ifndef GREVY_VTY_PLACES_H
#define GREVY_VTY_PLACES_H
#include "announcer/vty/door.h"
#include "announcer/vty/links.h"

struct conf;
struct places;

/* All borrowed for its lifetime. */
struct places *places_new(struct event_base *base, struct vty_server *server);

/* Open them. Return: 0, or -errno: grevyd.vty cannot be served, which is logged. */
int places_start(struct places *p, const struct conf *conf);
/* attach-as or FRR's folder may be another: at once. Before places_start() nothing. */
void places_reload(struct places *p, const struct conf *conf);
/* Removes what it made. NULL is fine. */
void places_free(struct places *p);

/* For show: the i-th door, NULL past the last; the links, NULL before places_start(). */
const struct door *places_nth(const struct places *p, size_t i);
const struct links *places_links(const struct places *p);
#endif
