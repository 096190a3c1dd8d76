/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_chain.c - how a chain of links is written: its rows, its verdict, and its cures. */
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include "k8s/event.h"

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

const char *why_fill(struct why *y, const char *cure, const char *node)
{
	const struct k8s_service *s = y->svc && y->svc->obj ? &y->svc->obj->service : NULL;
	const struct {
		const char *word, *value;
	} rows[] = {
	    {"NAMESPACE", y->svc ? y->svc->ns : NULL  },
	    {"SERVICE",   y->svc ? y->svc->name : NULL},
	    {"SELECTOR",  s ? s->selector : NULL      },
	    {"NODE",      node                        },
	};

	buf_clear(&y->cure);
	buf_str(&y->cure, "");
	while (*cure) {
		size_t i = 0;

		while (
		    i < ARRAY_LEN(rows) &&
		    (!rows[i].value || strncmp(cure, rows[i].word, strlen(rows[i].word)) != 0))
			i++;
		if (i < ARRAY_LEN(rows)) {
			buf_str(&y->cure, rows[i].value);
			cure += strlen(rows[i].word);
		} else {
			buf_add(&y->cure, cure++, 1);
		}
	}
	return y->cure.p;
}

bool why_by_api(const struct why *y)
{
	const struct vty_context *ctx = y->rq->ctx;

	return ctx->conf && !ctx->conf->manifests;
}
