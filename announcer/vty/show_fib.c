/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_fib.c - show fib [PREFIX]: is what zebra confirmed what the kernel has? Where we give
 * the kernel its routes ourselves, see show_fib_kernel.c.
 */
#include "announcer/audit_text.h"
#include "announcer/audit_view.h"
#include "announcer/out_zserv.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

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

/* Where the list of differences stands. */
struct rows {
	struct prefix only; /* family 0 = all */
	struct audit_walk walk;
};

static bool is_asked(const struct rows *s, const struct audit_view *v)
{
	return s->walk.open && (!s->only.family || prefix_same(&s->only, &v->prefix));
}

static bool on_step(struct vty_request *rq, void *state)
{
	const struct audit *a = out_zserv_audit(rq->ctx->zserv);
	struct rows *s = state;
	struct audit_view v;
	bool more;

	do {
		more = audit_walk_next(a, &s->walk, rq->now.mono_ms, &v);
		if (more && is_asked(s, &v))
			put_difference(rq, &v);
	} while (more && !vty_enough(rq));
	if (!more)
		writer_table_end(rq->w);
	return more;
}

static void put_audit(struct vty_request *rq)
{
	const char *off = out_zserv_fib_off(rq->ctx->zserv);
	struct rows *s = xcalloc(1, sizeof(*s));
	struct writer *w = rq->w;
	struct audit_stats st;

	if (rq->n_args)
		prefix_parse(rq->args[0], &s->only);
	audit_stats(out_zserv_audit(rq->ctx->zserv), &st);
	writer_bool(w, "compared", NULL, !*off && st.compared);
	writer_str(w, "off", NULL, *off ? off : NULL);
	writer_fmt(w, NULL, "Kernel", "%s%s",
	    *off          ? "not compared: "
	    : st.compared ? "compared; changes are watched"
			  : "being read",
	    off);
	writer_num(w, "routes", "Routes of ours there", (int64_t)st.routes);
	put_counters(w, &st);
	writer_table_begin(w, "differences", *off ? NULL : "No difference.");
	vty_rows(rq, on_step, free, s);
}

enum vty_rc show_fib(struct vty_request *rq)
{
	if (names_is_kernel(rq->ctx))
		return show_fib_kernel(rq);
	if (!rq->ctx->zserv)
		return vty_fail(rq, "There is no zebra output.");
	put_audit(rq);
	return VTY_OK;
}
