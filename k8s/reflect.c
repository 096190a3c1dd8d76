/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes next follows from what is known: no version -> ask for the group; no
 * resourceVersion -> list (as events where the server can, else in pages); else watch from it.
 *
 *	GROUP -> STREAM --refused, silent--> LIST -> LIST ... -> WATCH -> WATCH ...
 *	            `------- its end ----------> WATCH            `--410--> STREAM or LIST
 *
 * A page that fails is asked for again; a token that expired begins the list anew, without
 *pages from then on. The server may show an inconsistent rest for such a token: that list could
 *not say what is gone, so it is of no use. A watch that breaks goes on where it was. An event
 *from before what was seen means that the server's history is another one: list anew.
 *
 * Phase and text change when an answer begins or a call fails, not when one is sent: a server
 * that is away stays away until it says something.
 */
#include "k8s/reflect.h"
#include "k8s/reflect_path.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKOFF_MIN_MS    500
#define BACKOFF_MAX_MS    30000
#define RETRY_AFTER_MAX_S 120
#define HEALTHY_MS        10000 /* an answer this long ends a row of failures */
#define STREAM_QUIET_MS   15000 /* a list as events says something this often */
#define QUIET_OK_MS       60000 /* a watch may be silent; then it is asked for again */
#define QUIET_MAX_S       200
#define SELDOM_MS         30000 /* and up to twice this */
#define ABSENT_MS         45000 /* and up to 30 s more */
#define OUT_FAILS         2     /* in a row: it is an outage */
#define ABSENT_SURE       4     /* answers in a row, the last after such a wait */
#define WATCH_MIN_S       300
#define WATCH_MORE_S      300

static void set_phase(struct reflect *r, enum k8s_phase phase)
{
	r->changed |= r->phase != phase;
	r->phase = phase;
}

/* Others wrote parts of it: one line, no control characters. */
__attribute__((format(printf, 2, 3))) static void set_text(
    struct reflect *r, const char *fmt, ...)
{
	char text[sizeof(r->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	r->changed |= strcmp(text, r->text) != 0;
	memcpy(r->text, text, sizeof(text));
}

static void set_version(struct reflect *r)
{
	const char *v = NULL;

	for (unsigned i = 0; !v && r->what->versions[i]; i++)
		if (r->served & 1U << i)
			v = r->what->versions[i];
	r->changed |= r->version != v;
	r->version = v;
}

static unsigned all_versions(const struct reflect *r)
{
	unsigned n = 0;

	while (r->what->versions[n])
		n++;
	return (1U << n) - 1;
}

static void drop_cont(struct reflect *r)
{
	free(r->cont);
	r->cont = NULL;
}

static void list_anew(struct reflect *r)
{
	drop_cont(r);
	r->rv[0] = 0;
}

void reflect_init(struct reflect *r, const struct reflect_what *what, int64_t now_ms)
{
	*r = (struct reflect){.what = what, .phase = K8S_WAITING, .wake_ms = now_ms};
	if (!*what->group)
		r->served = all_versions(r);
	set_version(r);
	r->changed = true;
}

void reflect_fini(struct reflect *r)
{
	drop_cont(r);
}

/* Exponential, with jitter. */
static int64_t backoff_ms(struct reflect *r, uint32_t rnd)
{
	int64_t cap = BACKOFF_MAX_MS;

	if (r->fails < 5)
		cap = (int64_t)BACKOFF_MIN_MS * 2 << r->fails;
	r->fails++;
	return BACKOFF_MIN_MS + rnd % (cap - BACKOFF_MIN_MS + 1);
}

static void try_later(struct reflect *r, int64_t now_ms, uint32_t rnd, unsigned retry_after_s)
{
	int64_t ms = backoff_ms(r, rnd);

	if (retry_after_s > RETRY_AFTER_MAX_S)
		retry_after_s = RETRY_AFTER_MAX_S;
	if (retry_after_s)
		ms = (int64_t)retry_after_s * 1000 + rnd % 1000;
	r->wake_ms = now_ms + ms;
}

static enum reflect_ask what_next(const struct reflect *r)
{
	if (!r->version)
		return REFLECT_GROUP;
	if (r->rv[0])
		return REFLECT_WATCH;
	return r->no_stream || r->cont ? REFLECT_LIST : REFLECT_STREAM;
}

int reflect_next(struct reflect *r, int64_t now_ms, uint32_t rnd, struct reflect_request *out)
{
	unsigned timeout_s = WATCH_MIN_S + rnd % (WATCH_MORE_S + 1);
	bool watches;

	if (r->busy || now_ms < r->wake_ms)
		return 0;
	r->ask = what_next(r);
	watches = r->ask == REFLECT_WATCH || r->ask == REFLECT_STREAM;
	*out = (struct reflect_request){.ask = r->ask, .head_s = 30, .idle_s = 30};
	if (watches) {
		out->idle_s = QUIET_MAX_S;
		out->total_s = timeout_s + 60;
	}
	out->fresh = r->ask == REFLECT_STREAM || (r->ask == REFLECT_LIST && !r->cont);
	out->path = reflect_path_new(r, r->ask, timeout_s);
	if (!out->path) {
		r->wake_ms = now_ms + BACKOFF_MIN_MS;
		return -ENOMEM;
	}
	r->busy = true;
	r->answered = r->news = r->stopped = false;
	r->wake_ms = REFLECT_NEVER;
	return 1;
}

void reflect_head(struct reflect *r, int status, int64_t now_ms)
{
	r->head_ms = now_ms;
	if (status != 200)
		return;
	r->answered = true;
	if (r->ask == REFLECT_GROUP)
		return;
	set_phase(r, r->ask == REFLECT_WATCH ? K8S_WATCHING : K8S_LISTING);
	set_text(r, "%s", "");
	if (r->ask == REFLECT_STREAM)
		r->wake_ms = now_ms + STREAM_QUIET_MS;
}

/* Versions are numbers of one history; one that is no number is not compared. */
static bool is_before(const char *a, const char *b)
{
	size_t la, lb;

	if (a[strspn(a, "0123456789")] || b[strspn(b, "0123456789")])
		return false;
	a += strspn(a, "0");
	b += strspn(b, "0");
	la = strlen(a);
	lb = strlen(b);
	return la != lb ? la < lb : strcmp(a, b) < 0;
}

static enum reflect_act stop(struct reflect *r, int code, const char *text, unsigned retry_s)
{
	snprintf(r->said_text, sizeof(r->said_text), "%s", text);
	r->said = (struct reflect_item){
	    .type = REFLECT_ERROR, .code = code, .retry_after_s = retry_s};
	r->stopped = true;
	return REFLECT_STOP;
}

static bool set_rv(struct reflect *r, const char *rv)
{
	size_t len = rv ? strlen(rv) : 0;

	if (!len || len >= sizeof(r->rv))
		return false;
	memcpy(r->rv, rv, len + 1);
	return true;
}

static void list_is_whole(struct reflect *r)
{
	r->listed = r->changed = true;
	r->lists++;
	r->absent = r->stream_fails = 0;
	r->no_pages = false;
	drop_cont(r);
}

/* An event of a list that comes as events: their versions have no order yet. */
static enum reflect_act stream_item(
    struct reflect *r, const struct reflect_item *it, int64_t now_ms)
{
	r->wake_ms = now_ms + STREAM_QUIET_MS;
	if (it->type != REFLECT_BOOKMARK)
		return REFLECT_TAKE;
	if (!it->initial_end) {
		r->no_stream = true; /* it does not know what was asked */
		return stop(r, 0, "", 0);
	}
	if (!set_rv(r, it->rv))
		return stop(r, -1, "the list ends without a resourceVersion", 0);
	r->ask = REFLECT_WATCH;
	r->wake_ms = REFLECT_NEVER;
	list_is_whole(r);
	set_phase(r, K8S_WATCHING);
	return REFLECT_SWEEP;
}

enum reflect_act reflect_item(struct reflect *r, const struct reflect_item *it, int64_t now_ms)
{
	if (r->stopped)
		return REFLECT_STOP;
	r->news = true;
	if (r->ask == REFLECT_LIST)
		return REFLECT_TAKE;
	if (it->type == REFLECT_ERROR)
		return stop(r, it->code ? it->code : -1,
		    it->message ? it->message : "the watch says ERROR", it->retry_after_s);
	if (r->ask == REFLECT_STREAM)
		return stream_item(r, it, now_ms);
	if (it->rv && is_before(it->rv, r->rv))
		return stop(r, 410, "the server went back in time", 0);
	if (!set_rv(r, it->rv))
		return stop(r, -1, "an event without a resourceVersion", 0);
	return it->type == REFLECT_BOOKMARK ? REFLECT_SKIP : REFLECT_TAKE;
}

bool reflect_stalled(struct reflect *r, int64_t now_ms)
{
	if (!r->busy || now_ms < r->wake_ms)
		return false;
	r->no_stream = true;
	stop(r, 0, "", 0);
	return true;
}

static void fail(struct reflect *r, const struct reflect_end *e, int64_t now_ms, uint32_t rnd)
{
	const char *text = e->text && *e->text ? e->text : NULL;

	r->unheard = e->error && !r->answered && !e->status;
	set_phase(r, K8S_BACKOFF);
	if (e->status >= 300)
		set_text(r, "HTTP %d%s%s", e->status, text ? ": " : "", text ? text : "");
	else
		set_text(r, "%s", text ? text : "the answer is of no use");
	try_later(r, now_ms, rnd, e->retry_after_s);
}

/* A server that starts refuses everybody until it has read who may do what: seldom only in the
 * end. */
static void forbid(struct reflect *r, const struct reflect_end *e, int64_t now_ms, uint32_t rnd)
{
	const struct reflect_what *w = r->what;
	const char *text = e->text && *e->text ? e->text : NULL;
	int64_t wait_ms = SELDOM_MS;

	if (r->ask == REFLECT_GROUP) { /* then by trial */
		r->served = all_versions(r);
		set_version(r);
		r->wake_ms = now_ms;
		return;
	}
	drop_cont(r);
	set_phase(r, K8S_FORBIDDEN);
	set_text(r, "may not \"%s\" \"%s\"%s%s%s%s%s%s%s",
	    r->ask == REFLECT_LIST ? "list" : "watch", w->resource, *w->group ? " of " : "",
	    w->group, w->ns ? " in namespace " : "", w->ns ? w->ns : "",
	    w->name ? " by its name" : "", text ? ": " : "", text ? text : "");
	if (r->forbidden < 5)
		wait_ms = (int64_t)1000 << r->forbidden++;
	r->wake_ms = now_ms + wait_ms + rnd % wait_ms;
}

/* It may be about to come: a server that starts serves custom resources a little later. */
static enum reflect_act be_absent(
    struct reflect *r, const char *why, int64_t now_ms, uint32_t rnd)
{
	bool sure = ++r->absent >= ABSENT_SURE && r->what->optional;

	list_anew(r);
	r->served = 0;
	set_version(r);
	set_phase(r, K8S_ABSENT);
	set_text(r, "%s", why);
	if (r->absent < ABSENT_SURE - 1 && r->listed)
		try_later(r, now_ms, rnd, 0);
	else
		r->wake_ms = now_ms + ABSENT_MS + rnd % 30000;
	return sure && r->listed ? REFLECT_SWEEP : REFLECT_SKIP;
}

static enum reflect_act not_found(
    struct reflect *r, const struct reflect_end *e, int64_t now_ms, uint32_t rnd)
{
	char why[160];

	if (!*r->what->group) {
		list_anew(r);
		fail(r, e, now_ms, rnd);
		return REFLECT_SKIP;
	}
	snprintf(why, sizeof(why), "the server has no %s",
	    r->ask == REFLECT_GROUP ? r->what->group : r->what->resource);
	if (r->ask == REFLECT_GROUP)
		return be_absent(r, why, now_ms, rnd);
	list_anew(r);
	r->served &= r->served - 1; /* the next version, if there is one */
	set_version(r);
	if (!r->version)
		return be_absent(r, why, now_ms, rnd);
	r->wake_ms = now_ms;
	return REFLECT_SKIP;
}

static enum reflect_act group_done(
    struct reflect *r, const struct reflect_end *e, int64_t now_ms, uint32_t rnd)
{
	char why[160];

	r->served = e->served & all_versions(r);
	set_version(r);
	if (!r->version) {
		snprintf(why, sizeof(why), "%s is served in no version that is known here",
		    r->what->group);
		return be_absent(r, why, now_ms, rnd);
	}
	r->wake_ms = now_ms;
	return REFLECT_SKIP;
}

static enum reflect_act list_done(
    struct reflect *r, const struct reflect_end *e, int64_t now_ms, uint32_t rnd)
{
	struct reflect_end bad = {.text = "not enough memory"};
	char *cont = NULL;

	if (e->cont && *e->cont) {
		cont = strdup(e->cont);
		if (!cont) {
			fail(r, &bad, now_ms, rnd);
			return REFLECT_SKIP;
		}
		drop_cont(r);
		r->cont = cont;
		r->wake_ms = now_ms;
		return REFLECT_SKIP;
	}
	if (!set_rv(r, e->rv)) {
		bad.text = "a list without a resourceVersion";
		drop_cont(r);
		fail(r, &bad, now_ms, rnd);
		return REFLECT_SKIP;
	}
	list_is_whole(r);
	r->wake_ms = now_ms;
	return REFLECT_SWEEP;
}

/* Ended by the server, or silent for long: nothing is wrong with that. */
static void watch_done(struct reflect *r, int64_t now_ms, uint32_t rnd)
{
	struct reflect_end bad = {.text = "the watch ended at once"};

	if (r->news || now_ms - r->head_ms >= HEALTHY_MS)
		r->wake_ms = now_ms + rnd % BACKOFF_MIN_MS;
	else
		fail(r, &bad, now_ms, rnd);
}

/* 410, or history is another one. Twice in a row is a failure like others. */
static void expired(struct reflect *r, int64_t now_ms, uint32_t rnd)
{
	struct reflect_end why = {
	    .text = "what was seen last is too old for the server, again"};

	if (r->ask == REFLECT_LIST)
		r->no_pages = r->cont != NULL;
	list_anew(r);
	if (r->expired++ == 0) {
		r->wake_ms = now_ms + rnd % BACKOFF_MIN_MS;
	} else {
		fail(r, &why, now_ms, rnd);
	}
}

/* reflect_item() or reflect_stalled() wanted an end. */
static void stopped(struct reflect *r, int64_t now_ms, uint32_t rnd)
{
	struct reflect_end why = {.text = r->said_text,
	    .status = r->said.code,
	    .retry_after_s = r->said.retry_after_s};

	if (!r->said.code)
		r->wake_ms = now_ms;
	else if (r->said.code == 410)
		expired(r, now_ms, rnd);
	else
		fail(r, &why, now_ms, rnd);
}

static bool stream_is_refused(const struct reflect_end *e)
{
	return e->status == 400 || e->status == 405 || e->status == 406 || e->status == 422;
}

static enum reflect_act refused(
    struct reflect *r, const struct reflect_end *e, int64_t now_ms, uint32_t rnd)
{
	switch (e->status) {
	case 403:
		forbid(r, e, now_ms, rnd);
		return REFLECT_SKIP;
	case 404:
		return not_found(r, e, now_ms, rnd);
	case 410:
		expired(r, now_ms, rnd);
		return REFLECT_SKIP;
	default:
		break;
	}
	if (r->ask == REFLECT_STREAM && stream_is_refused(e)) {
		r->no_stream = true;
		r->wake_ms = now_ms;
		return REFLECT_SKIP;
	}
	if (stream_is_refused(e)) /* what we sent back to it was wrong */
		list_anew(r);
	fail(r, e, now_ms, rnd);
	return REFLECT_SKIP;
}

/* A list as events that breaks begins anew; pages get on. */
static void stream_broke(struct reflect *r, const struct reflect_end *e)
{
	if (!e->error || ++r->stream_fails >= 2)
		r->no_stream = true;
}

enum reflect_act reflect_done(
    struct reflect *r, const struct reflect_end *end, int64_t now_ms, uint32_t rnd)
{
	int64_t lived_ms = r->answered ? now_ms - r->head_ms : 0;
	bool quiet =
	    end->error == -ETIMEDOUT && r->ask == REFLECT_WATCH && lived_ms >= QUIET_OK_MS;

	r->busy = false;
	if (r->answered && r->ask == REFLECT_WATCH && lived_ms >= HEALTHY_MS)
		r->fails = r->forbidden = r->expired = 0;
	if (end->error == -ENOMEM)
		list_anew(r);
	if (r->stopped && end->error != -ENOMEM) {
		stopped(r, now_ms, rnd);
		return REFLECT_SKIP;
	}
	if (end->status && end->status != 200)
		return refused(r, end, now_ms, rnd);
	if (r->answered && r->ask == REFLECT_STREAM)
		stream_broke(r, end);
	if (end->error && !quiet) {
		fail(r, end, now_ms, rnd);
		return REFLECT_SKIP;
	}
	if (r->ask == REFLECT_GROUP)
		return group_done(r, end, now_ms, rnd);
	if (r->ask == REFLECT_LIST)
		return list_done(r, end, now_ms, rnd);
	if (r->ask == REFLECT_STREAM)
		fail(r, end, now_ms, rnd);
	else
		watch_done(r, now_ms, rnd);
	return REFLECT_SKIP;
}

bool reflect_is_out(const struct reflect *r)
{
	return r->phase == K8S_BACKOFF && (r->fails >= OUT_FAILS || !r->listed);
}

void reflect_hurry(struct reflect *r, int64_t now_ms, uint32_t rnd)
{
	int64_t at = now_ms + rnd % BACKOFF_MIN_MS;

	if (!r->busy && r->phase == K8S_BACKOFF && r->unheard && r->wake_ms > at)
		r->wake_ms = at;
}

void reflect_again(struct reflect *r, int64_t now_ms)
{
	/* That it is asked again does not end an outage. */
	r->fails = reflect_is_out(r) ? OUT_FAILS : 0;
	list_anew(r);
	r->busy = false;
	r->stream_fails = r->forbidden = r->expired = 0;
	r->no_stream = r->no_pages = false;
	if (*r->what->group) {
		r->served = 0;
		set_version(r);
	}
	r->wake_ms = now_ms;
}
