/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/pool_text.h"
#include "announcer/vty/selector_text.h"

void pool_whom(struct buf *to, const struct pool *pool)
{
	const struct pool_allocation *a = pool->allocation;
	size_t before = to->len;

	for (size_t i = 0; a && i < a->namespaces.n; i++)
		buf_fmt(to, "%s%s", i ? "," : "namespaces ", a->namespaces.v[i]);
	if (a && a->namespace_selectors.n) {
		buf_str(to, to->len > before ? " or with " : "namespaces with ");
		selectors_text(to, &a->namespace_selectors);
	}
	if (a && a->service_selectors.n) {
		buf_str(to, to->len > before ? "; Services with " : "Services with ");
		selectors_text(to, &a->service_selectors);
	}
	if (to->len == before)
		buf_str(to, "every Service");
}
