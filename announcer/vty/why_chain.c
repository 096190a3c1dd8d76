/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_chain.c - how a chain of links is written: its rows, its verdict, and its cures. */
#include "announcer/conf.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include "k8s/event.h"

#define POOLS_MAX 4 /* named in a cure */

void why_begin(struct why *y, struct vty_request *rq)
{
	*y = (struct why){.rq = rq};
	writer_table_begin(rq->w, "links", NULL);
}

/* The cure stands on a line of its own below the evidence. */
static void put(
    struct why *y, const char *link, const char *mark, const char *evidence, const char *cure)
{
	struct writer *w = y->rq->w;

	writer_row_begin(w);
	writer_str(w, "link", "LINK", link);
	writer_str(w, "status", "", mark);
	writer_str(w, "evidence", "EVIDENCE", evidence);
	if (*cure)
		writer_str(w, "cure", NULL, cure);
	writer_row_end(w);
	if (writer_is_json(w) || !*cure)
		return;
	writer_row_begin(w);
	writer_str(w, NULL, "LINK", "");
	writer_str(w, NULL, "", "");
	writer_fmt(w, NULL, "EVIDENCE", "cure: %s", cure);
	writer_row_end(w);
}

static void sum_up(struct buf *b, const char *link, const char *what, const char *cure)
{
	buf_fmt(b, "%s: %s.%s%s", link, what, *cure ? " Cure: " : "", cure);
}

void why_ok(struct why *y, const char *link, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, "ok", b.p, "");
	free(b.p);
}

void why_note(struct why *y, const char *link, const char *cure, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, "note", b.p, cure);
	free(b.p);
}

void why_warn(struct why *y, const char *link, const char *cure, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, "warn", b.p, cure);
	if (!y->warning.len)
		sum_up(&y->warning, link, b.p, cure);
	free(b.p);
}

void why_broken(struct why *y, const char *link, const char *cure, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	put(y, link, y->broken ? "note" : "BROKEN", b.p, cure);
	if (!y->broken)
		sum_up(&y->verdict, link, b.p, cure);
	y->broken = y->broken ? y->broken : link;
	free(b.p);
}

void why_end(struct why *y, const char *fmt, ...)
{
	struct writer *w = y->rq->w;
	struct buf b = {0};
	va_list ap;

	writer_table_end(w);
	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	writer_bool(w, "good", NULL, !y->broken);
	writer_str(w, "broken", NULL, y->broken);
	writer_str(w, "verdict", NULL, y->broken ? y->verdict.p : b.p);
	writer_str(w, "warning", NULL, y->warning.p);
	writer_line(w, "=> %s", y->broken ? y->verdict.p : b.p);
	if (y->warning.len)
		writer_line(w, "=> %s %s", y->broken ? "also" : "but", y->warning.p);
	free(y->verdict.p);
	free(y->warning.p);
	free(y->cure.p);
	free(b.p);
}

/* ---- cures ---- */

const char *why_say(struct why *y, const char *fmt, ...)
{
	va_list ap;

	buf_clear(&y->cure);
	va_start(ap, fmt);
	buf_vfmt(&y->cure, fmt, ap);
	va_end(ap);
	return y->cure.p;
}

/* "default or tiny"; NULL = there are none. */
static const char *pools_of(const struct why *y, struct buf *to)
{
	const struct rules *r = y->rq->ctx->rules;

	for (size_t i = 0; r && i < r->policy.n_pools && i < POOLS_MAX; i++)
		buf_fmt(to, "%s%s", i ? " or " : "", r->policy.pools[i].name);
	return to->p;
}

struct word {
	const char *at;
	size_t len;
};

/* What a word of a cure stands for; NULL = itself. */
static const char *meant(
    const struct why *y, struct word w, const char *node, struct buf *pools)
{
	static const char *const words[] = {"NAMESPACE", "SERVICE", "SELECTOR", "NODE", "POOL"};
	const struct store_service *svc = y->svc;
	size_t i = 0;

	while (i < ARRAY_LEN(words) &&
	       (strlen(words[i]) != w.len || strncmp(w.at, words[i], w.len) != 0))
		i++;
	switch (i) {
	case 0:
		return svc ? svc->ns : NULL;
	case 1:
		return svc ? svc->name : NULL;
	case 2:
		return svc && svc->obj ? svc->obj->service.selector : NULL;
	case 3:
		return node;
	case 4:
		return pools_of(y, pools);
	default:
		return NULL;
	}
}

const char *why_fill(struct why *y, const char *cure, const char *node)
{
	buf_clear(&y->cure);
	buf_str(&y->cure, "");
	while (*cure) {
		struct word w = {cure, strspn(cure, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")};
		struct buf pools = {0};
		const char *value = meant(y, w, node, &pools);

		w.len = w.len ? w.len : 1;
		if (value)
			buf_str(&y->cure, value);
		else
			buf_add(&y->cure, cure, w.len);
		cure += w.len;
		free(pools.p);
	}
	return y->cure.p;
}

bool why_by_api(const struct why *y)
{
	const struct vty_context *ctx = y->rq->ctx;

	return ctx->conf && !ctx->conf->manifests;
}
