/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_pools.c - the pools that were tried for a Service that waits, and why none serves it. */
#include "announcer/alloc.h"
#include "announcer/alloc_tried.h"
#include "announcer/util.h"
#include "announcer/vty/pool_text.h"
#include "announcer/vty/why.h"
#include <sys/socket.h>

#define SHOWN_MAX 12

static void put_use(
    struct buf *to, const struct why *y, const struct pool *pool, uint8_t family)
{
	uint64_t usable = pool_usable(pool, family);
	size_t used = alloc_pool_used(y->rq->ctx->alloc, pool, family);

	if (usable && used >= usable)
		buf_fmt(to, ": %zu %s in use", used, family == AF_INET ? "IPv4" : "IPv6");
}

static void put_tried(struct why *y, const struct alloc_tried *t)
{
	struct buf more = {0};

	buf_str(&more, "");
	if (t->why == ALLOC_TRY_FULL) {
		put_use(&more, y, t->pool, AF_INET);
		put_use(&more, y, t->pool, AF_INET6);
	} else if (t->why == ALLOC_TRY_NAMESPACE || t->why == ALLOC_TRY_LABELS) {
		buf_str(&more, "; it serves ");
		pool_whom(&more, t->pool);
	}
	why_note(y, "pool", "", "%s %s%s", t->pool->name, alloc_try_text(t->why)->what, more.p);
	free(more.p);
}

void why_tried(struct why *y, const struct alloc_service *as)
{
	size_t n, shown = 0, more = 0;
	struct alloc_tried *v;

	if (as->reason != ALLOC_NO_FIT && as->reason != ALLOC_POOL_FULL &&
	    as->reason != ALLOC_NOT_FOR_IT)
		return;
	v = alloc_tried(y->rq->ctx->alloc, as, &n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].why == ALLOC_TRY_NOT_ASKED)
			continue;
		if (shown < SHOWN_MAX)
			put_tried(y, &v[i]);
		else
			more++;
		shown++;
	}
	if (more)
		why_note(y, "pool", "", "and %zu more, none of which serves it", more);
	free(v);
}
