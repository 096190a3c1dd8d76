/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zroutes_lab.h - a RIB, routes 192.0.2.I/32, gateways 10.0.0.K, and a clock. */
#ifndef TESTS_ZROUTES_LAB_H
#define TESTS_ZROUTES_LAB_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/zroutes_view.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

struct lab {
	struct rib *rib;
	struct zroutes *z;
	int64_t now;
	char said[4096]; /* what was asked of zebra since the last look */
};

static void announce(const struct rib_route *r, void *arg)
{
	struct lab *l = arg;

	zroutes_want(l->z, r, l->now);
}

static void withdraw(const struct prefix *p, void *arg)
{
	struct lab *l = arg;

	zroutes_withdraw(l->z, p, l->now);
}

static const struct out_ops lab_out = {
    .name = "lab", .announce = announce, .withdraw = withdraw};

static inline struct prefix pfx(unsigned i)
{
	return (struct prefix){
	    .family = AF_INET,
	    .plen = 32,
	    .addr = {192, 0, (uint8_t)(2 + (i >> 8)), (uint8_t)i}
        };
}

static inline struct ipaddr gw(unsigned i)
{
	return (struct ipaddr){
	    .family = AF_INET, .addr = {10, 0, 0, (uint8_t)i}
        };
}

/* Route i over the gateways of the bits of `mask`, gateway k with weight w[k]. */
static inline void want(struct lab *l, unsigned i, unsigned mask, unsigned weight)
{
	struct rib_nexthop nh[8];
	struct prefix p = pfx(i);
	size_t n = 0;

	for (unsigned k = 0; k < 8; k++)
		if (mask & 1u << k)
			nh[n++] = (struct rib_nexthop){
			    .addr = gw(k), .weight = (uint16_t)(k ? 1 : weight)};
	rib_set(l->rib, RIB_KUBERNETES, &p, nh, n);
	rib_commit(l->rib);
}

static inline void gateway(struct lab *l, unsigned k, bool up)
{
	struct znh told = {
	    .addr = gw(k), .state = up ? ZNH_UP : ZNH_DOWN, .ifindex = up ? 10 + k : 0};

	zroutes_nexthop(l->z, &told, l->now);
}

static inline void note(struct lab *l, unsigned i, enum zapi_note n)
{
	struct prefix p = pfx(i);

	zroutes_note(l->z, &p, n, l->now);
}

static inline void later(struct lab *l, int64_t ms)
{
	l->now += ms;
	zroutes_tick(l->z, l->now);
}

#endif
