/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fib_none.c - where grevyd cannot look into the kernel's routing table yet. */
#include "announcer/fib.h"
#include <errno.h>

struct fib *fib_open(struct event_base *base, const struct fib_ops *ops, void *arg)
{
	(void)base;
	(void)ops;
	(void)arg;
	errno = EOPNOTSUPP;
	return NULL;
}

void fib_close(struct fib *f)
{
	(void)f;
}

int fib_dump(struct fib *f, uint32_t table, uint8_t protocol)
{
	(void)f;
	(void)table;
	(void)protocol;
	return -EOPNOTSUPP;
}

void fib_defaults_only(struct fib *f)
{
	(void)f;
}

void fib_ignore(struct fib *f, uint32_t by)
{
	(void)f;
	(void)by;
}

void fib_pause(struct fib *f, bool on)
{
	(void)f;
	(void)on;
}

bool fib_read(struct fib *f)
{
	(void)f;
	return true;
}

int fib_lookup(const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh)
{
	(void)a;
	(void)r;
	(void)nh;
	return -EOPNOTSUPP;
}

const char *fib_protocol_name(uint8_t protocol)
{
	(void)protocol;
	return NULL;
}
