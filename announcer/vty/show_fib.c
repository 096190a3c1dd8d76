/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_fib.c - show fib [PREFIX]: is what zebra confirmed what the kernel has? Where we give
 * the kernel its routes ourselves, see show_fib_kernel.c.
 */
#include "announcer/audit_text.h"
#include "announcer/out_zserv.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

#define DIFFERENCES_MAX 1000 /* shown at most */

static void put_counters(struct writer *w, const struct audit_stats *st)
{
	static const char *const labels[AUDIT_KINDS] = {"Missing in the kernel",
	    "Over other next hops", "Strays", "Foreign routes before ours"};

	writer_object_begin(w, "found", "Differences, now and ever");
	for (int i = 0; i < AUDIT_KINDS; i++) {
		writer_object_begin(w, audit_kind_name((enum audit_kind)i), NULL);
		writer_num(w, "now", NULL, (int64_t)st->open[i]);
		writer_num(w, "total", NULL, (int64_t)st->found[i]);
		writer_object_end(w);
		writer_fmt(w, NULL, labels[i], "%zu, %llu", st->open[i],
		    (unsigned long long)st->found[i]);
	}
	writer_object_end(w);
	writer_num(w, "repairs", "Repairs", (int64_t)st->repairs);
	writer_num(w, "restored", "Put back by zebra itself", (int64_t)st->restored);
	writer_num(w, "changes", "Changes heard of", (int64_t)st->changes);
	writer_num(w, "overruns", "Times that some were lost", (int64_t)st->overruns);
	writer_num(w, "comparisons", "Whole comparisons", (int64_t)st->comparisons);
}

/* Gathered to be sorted. */
struct gathered {
	const struct prefix *only; /* NULL = all */
	struct audit_view *v;
	size_t n, left;
};

static void on_difference(const struct audit_view *v, void *arg)
{
	struct gathered *g = arg;

	if (g->only && prefix_cmp(g->only, &v->prefix) != 0)
		return;
	if (g->n == DIFFERENCES_MAX) {
		g->left++;
		return;
	}
	g->v = xrealloc(g->v, g->n + 1, sizeof(*g->v));
	g->v[g->n++] = *v;
}

static int view_cmp(const void *a, const void *b)
{
	const struct audit_view *x = a, *y = b;
	int c = prefix_cmp(&x->prefix, &y->prefix);

	return c ? c : (int)x->kind - (int)y->kind;
}

static void put_difference(struct vty_request *rq, const struct audit_view *v)
{
	struct writer *w = rq->w;
	char p[PREFIX_STRLEN], age[FMT_LEN], text[AUDIT_TEXT_LEN];

	writer_row_begin(w);
	writer_str(w, "prefix", "PREFIX", prefix_str(&v->prefix, p));
	writer_str(w, "kind", "KIND", audit_kind_name(v->kind));
	writer_num(w, "sinceMs", NULL, rq->now.mono_ms - v->since_ms);
	writer_str(w, NULL, "SINCE", fmt_age((rq->now.mono_ms - v->since_ms) / 1000, age));
	writer_num(w, "repairs", "REPAIRS", v->tries);
	if (v->retry_in_ms >= 0)
		writer_num(w, "retryInMs", "NEXT IN MS", v->retry_in_ms);
	else
		writer_str(w, "retryInMs", "NEXT IN MS", NULL);
	writer_str(w, "what", "WHAT", audit_text(v, text));
	writer_str(w, "cure", "CURE", audit_cure(v, text));
	writer_row_end(w);
}

static enum vty_rc put_audit(struct vty_request *rq)
{
	struct writer *w = rq->w;
	struct gathered g = {0};
	const struct audit *a;
	struct audit_stats st;
	const char *off;
	struct prefix only;

	a = out_zserv_audit(rq->ctx->zserv);
	off = out_zserv_fib_off(rq->ctx->zserv);
	if (rq->n_args && prefix_parse(rq->args[0], &only) == 0)
		g.only = &only;
	audit_stats(a, &st);
	writer_bool(w, "compared", NULL, !*off && st.compared);
	writer_str(w, "off", NULL, *off ? off : NULL);
	writer_fmt(w, NULL, "Kernel", "%s%s",
	    *off          ? "not compared: "
	    : st.compared ? "compared; changes are watched"
			  : "being read",
	    off);
	writer_num(w, "routes", "Routes of ours there", (int64_t)st.routes);
	put_counters(w, &st);
	audit_each(a, rq->now.mono_ms, on_difference, &g);
	if (g.n)
		qsort(g.v, g.n, sizeof(*g.v), view_cmp);
	writer_table_begin(w, "differences", *off ? NULL : "No difference.");
	for (size_t i = 0; i < g.n; i++)
		put_difference(rq, &g.v[i]);
	writer_table_end(w);
	writer_num(w, "differencesMore", NULL, (int64_t)g.left);
	if (g.left)
		writer_line(w, "... and %zu more.", g.left);
	free(g.v);
	return VTY_OK;
}

enum vty_rc show_fib(struct vty_request *rq)
{
	if (names_is_kernel(rq->ctx))
		return show_fib_kernel(rq);
	if (!rq->ctx->zserv)
		return vty_fail(rq, "There is no zebra output.");
	return put_audit(rq);
}
