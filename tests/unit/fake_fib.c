/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_fib.h"
#include "announcer/fib_parse_linux.h"
#include "zclient/wire.h"
#include <errno.h>

struct fake_fib fake_fib;

struct fib *fib_open(struct event_base *base, const struct fib_ops *ops, void *arg)
{
	(void)base;
	if (fake_fib.open_errno) {
		errno = fake_fib.open_errno;
		return NULL;
	}
	fake_fib.ops = ops;
	fake_fib.arg = arg;
	return (struct fib *)&fake_fib;
}

void fib_close(struct fib *f)
{
	(void)f;
	fake_fib.ops = NULL;
}

int fib_dump(struct fib *f, uint32_t table, uint8_t protocol)
{
	(void)f;
	(void)table;
	(void)protocol;
	fake_fib.dumps += !fake_fib.dump_error;
	return fake_fib.dump_error;
}

void fib_defaults_only(struct fib *f)
{
	(void)f;
	fake_fib.defaults_only = true;
}

int fake_fib_tell(const void *bytes, size_t len)
{
	static struct fib_nexthop nh[FIB_NEXTHOPS_MAX];
	const struct fib_ops *ops = fake_fib.ops;
	struct rd r = rd_of(bytes, len);
	struct fib_msg m;
	int rc;

	while ((rc = fib_parse(&r, &m, nh)) > 0) {
		if (m.kind == FIB_MSG_ROUTE)
			ops->on_route(&m.route, m.added, fake_fib.arg);
		else if (m.kind == FIB_MSG_OBJECT)
			ops->on_object(&m.object, m.added, fake_fib.arg);
		else if (m.kind == FIB_MSG_LINK)
			ops->on_link(&m.link, m.added, fake_fib.arg);
		else if (m.kind == FIB_MSG_ADDR)
			ops->on_addr(&m.addr, m.added, fake_fib.arg);
		else if (m.kind == FIB_MSG_END)
			ops->on_dumped(!m.error, fake_fib.arg);
	}
	ops->on_batch(fake_fib.arg);
	return rc;
}
