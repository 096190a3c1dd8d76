/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_outputs.h - stands in for out_zserv.c and queue.c in tests of the commands, which only
 * ask them how they are. To be included once in a test program.
 */
#ifndef FAKE_OUTPUTS_H
#define FAKE_OUTPUTS_H
#include "announcer/audit.h"
#include "announcer/out_zserv.h"
#include "announcer/queue.h"
#include <string.h>

static struct {
	struct zserv_status status;
	struct zroutes *routes;
	struct queue_stats queue;
	struct zserv_iface iface;
	struct audit *audit;
	const char *fib_off; /* NULL = "" */
} fake;

const struct audit *out_zserv_audit(const struct out_zserv *z)
{
	(void)z;
	return fake.audit;
}

const char *out_zserv_fib_off(const struct out_zserv *z)
{
	(void)z;
	return fake.fib_off ? fake.fib_off : "";
}

void out_zserv_status(const struct out_zserv *z, struct zserv_status *st)
{
	(void)z;
	*st = fake.status;
}

const struct zroutes *out_zserv_routes(const struct out_zserv *z)
{
	(void)z;
	return fake.routes;
}

size_t out_zserv_ifaces(const struct out_zserv *z, struct zserv_iface *to, size_t max)
{
	(void)z;
	if (max)
		*to = fake.iface;
	return fake.iface.ifindex ? 1 : 0;
}

void queue_stats(const struct queue *q, struct queue_stats *st)
{
	(void)q;
	*st = fake.queue;
}
#endif
