/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_fib.c - messages of rtnetlink: whatever comes, what is told of it is within bounds. */
#include "announcer/fib_parse_linux.h"
#include "zclient/wire.h"
#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_hops(const struct fib_nexthop *nh, size_t n)
{
	if (n > FIB_NEXTHOPS_MAX)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!nh[i].weight || (nh[i].gate.family && !ipaddr_len(nh[i].gate.family)))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct fib_nexthop nh[FIB_NEXTHOPS_MAX];
	struct rd r = rd_of(data, len);
	struct fib_msg m;

	while (fib_parse(&r, &m, nh) > 0) {
		const struct prefix *p = &m.route.prefix;

		if (m.kind == FIB_MSG_ROUTE && p->plen > 8 * ipaddr_len(p->family))
			abort();
		if (m.kind == FIB_MSG_ROUTE)
			check_hops(m.route.nh, m.route.n);
		if (m.kind == FIB_MSG_OBJECT)
			check_hops(m.object.nh, m.object.n);
		p = &m.addr.subnet;
		if (m.kind == FIB_MSG_ADDR && p->plen > 8 * ipaddr_len(p->family))
			abort();
		if (m.kind == FIB_MSG_END && m.error > 0)
			abort();
	}
	return 0;
}
