/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/selector_text.h"

static void put_expr(struct buf *to, const struct selector_expr *e)
{
	if (e->op == SELECTOR_EXISTS || e->op == SELECTOR_ABSENT) {
		buf_fmt(to, "%s%s", e->op == SELECTOR_EXISTS ? "" : "!", e->key);
		return;
	}
	buf_fmt(to, "%s %s (", e->key, e->op == SELECTOR_IN ? "in" : "notin");
	for (size_t i = 0; i < e->values.n; i++)
		buf_fmt(to, "%s%s", i ? "," : "", e->values.v[i]);
	buf_str(to, ")");
}

void selector_text(struct buf *to, const struct selector *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_labels; i++)
		buf_fmt(to, "%s%s=%s", n++ ? "," : "", s->labels[i].key, s->labels[i].value);
	for (size_t i = 0; i < s->n_exprs; i++) {
		buf_str(to, n++ ? "," : "");
		put_expr(to, &s->exprs[i]);
	}
	if (!n)
		buf_str(to, "all");
}

void selectors_text(struct buf *to, const struct selectors *s)
{
	for (size_t i = 0; i < s->n; i++) {
		buf_str(to, i ? " or " : "");
		selector_text(to, &s->v[i]);
	}
}
