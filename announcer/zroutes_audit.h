/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zroutes_audit.h - what zroutes.c does for the audit of the kernel's table (audit.h). */
#ifndef GREVY_ZROUTES_AUDIT_H
#define GREVY_ZROUTES_AUDIT_H
#include "announcer/zroutes.h"

/* What the audit of the kernel's table notes of a route (audit.h); zeroed at first. */
struct zroute_mark {
	uint32_t set;
	uint8_t bits;
	uint8_t sends;   /* counted by zroutes.c: whatever is sent about the route */
	uint8_t touched; /* sends when somebody else changed it */
};

/* The route's mark, or NULL when there is no such route. */
struct zroute_mark *zroutes_mark(struct zroutes *z, const struct prefix *p);
typedef void zroutes_mark_fn(const struct prefix *p, struct zroute_mark *m, void *arg);
void zroutes_marks(struct zroutes *z, zroutes_mark_fn *fn, void *arg);

/* What zebra confirmed as installed, as it was sent, is what it should have now. nh and n are
 * those next hops, borrowed until the next call. */
bool zroutes_confirmed(struct zroutes *z, const struct prefix *p, const struct rib_nexthop **nh,
    size_t *n, int64_t now_ms);

/* zebra confirmed a route that the kernel does not have as it was sent: have it programmed.
 * removed_first: by DELETE and, once zebra said REMOVED, ADD: works on every release, with a
 * gap; else by another ADD, with other weights of the same ratio where there are several.
 * Return: false when the route is not one that zebra confirmed. */
bool zroutes_repair(
    struct zroutes *z, const struct prefix *p, bool removed_first, int64_t now_ms);
#endif
