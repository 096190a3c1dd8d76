/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_diffs.c - the differences that audit.c finds: suspected, confirmed, repaired, over, and
 * not repaired over and over: each repair of a prefix waits twice as long as the one before,
 * until it was quiet for a while. Strays, routes of our protocol number that we do not want,
 * are here, too.
 */
#include "announcer/audit_int.h"
#include "announcer/audit_view.h"
#include "announcer/util.h"

enum {
	STRAY_MS = 1000, /* zebra may be about to delete it */
	RETRY_MS = 500,  /* after the first repair; doubled each time */
	RETRY_MAX_MS = 300000,
	QUIET_MS = 60000, /* a difference after that is a new one */
	STUCK_TRIES = 5,
	FREE_TRIES = 4,
};

static uint32_t diff_hash(const void *entry)
{
	const struct diff *d = entry;

	return table_hash(d->prefix.addr, sizeof(d->prefix.addr), d->prefix.plen + d->stray);
}

static bool diff_same(const void *a, const void *b)
{
	const struct diff *x = a, *y = b;

	return prefix_same(&x->prefix, &y->prefix) && x->stray == y->stray &&
	       (!x->stray || x->metric == y->metric);
}

static const struct table_ops diffs_ops = {.hash = diff_hash, .same = diff_same};

static const struct diff *diff_of(const struct order_link *l)
{
	return (const struct diff *)((const char *)l - offsetof(struct diff, link));
}

static int diff_order(const struct order_link *a, const struct order_link *b)
{
	const struct diff *x = diff_of(a), *y = diff_of(b);
	int c = prefix_cmp(&x->prefix, &y->prefix);

	if (!c)
		c = (int)x->stray - (int)y->stray;
	return c || !x->stray ? c : (x->metric > y->metric) - (x->metric < y->metric);
}

/* ---- differences ---- */

void diffs_init(struct audit *a)
{
	a->diffs = (struct table){.ops = &diffs_ops};
	a->diffs_order = (struct order){.cmp = diff_order};
}

struct diff *diff_find(const struct audit *a, const struct prefix *p)
{
	struct diff probe = {.prefix = *p};

	return a->diffs.n ? table_find(&a->diffs, &probe) : NULL;
}

static struct diff *diff_make(struct audit *a, const struct diff *key)
{
	struct diff *d = xcalloc(1, sizeof(*d));

	*d = *key;
	table_add(&a->diffs, d);
	order_add(&a->diffs_order, &d->link);
	return d;
}

static void diff_drop(struct audit *a, struct diff *d)
{
	table_remove(&a->diffs, d);
	order_remove(&a->diffs_order, &d->link);
	free(d);
}

static struct audit_view diff_view(const struct audit *a, const struct diff *d, int64_t now_ms)
{
	const struct foreign *f =
	    d->kind == AUDIT_FOREIGN ? kernel_foreign(a, &d->prefix) : NULL;
	struct audit_view v = {.prefix = d->prefix,
	    .kind = (enum audit_kind)d->kind,
	    .tries = d->tries,
	    .since_ms = d->since_ms,
	    .retry_in_ms = d->due_ms == NEVER ? -1 : d->due_ms - now_ms,
	    .protocol = f ? f->protocol : a->target.protocol,
	    .metric = f ? f->metric : d->metric,
	    .via = f ? f->via : d->via,
	    .table = a->target.table};

	if (d->due_ms != NEVER && v.retry_in_ms < 0)
		v.retry_in_ms = 0;
	v.protocol_name = fib_protocol_name(v.protocol);
	return v;
}

void diff_tell(struct audit *a, const struct diff *d, enum audit_event e, int64_t now_ms)
{
	struct audit_view v = diff_view(a, d, now_ms);

	a->ops.told(&v, e, a->arg);
}

static int64_t retry_ms(unsigned tries)
{
	int64_t ms = (int64_t)RETRY_MS << (tries > 16 ? 16 : tries);

	return ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms;
}

/* For a route that is under way: as long as the difference has lasted. */
static int64_t patience_ms(const struct diff *d, int64_t now_ms)
{
	int64_t least = retry_ms(d->tries), ms = now_ms - d->since_ms;

	if (ms < least)
		return least;
	return ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms;
}

/* Ours to repair. */
static bool is_ours(const struct diff *d)
{
	return d->kind == AUDIT_MISSING || d->kind == AUDIT_DIFFERENT;
}

void diff_close(struct audit *a, struct diff *d, bool good, int64_t now_ms)
{
	bool was_open = d->state == DIFF_OPEN;

	if (was_open)
		a->st.open[d->kind]--;
	d->state = DIFF_CLOSED;
	d->due_ms = NEVER;
	d->repaired_ms = now_ms;
	if (was_open && (good || d->kind == AUDIT_FOREIGN))
		diff_tell(a, d, d->tries && is_ours(d) ? AUDIT_REPAIRED : AUDIT_OVER, now_ms);
}

void diff_suspect(
    struct audit *a, const struct diff *key, struct diff *d, int64_t wait_ms, int64_t now_ms)
{
	if (!d)
		d = diff_make(a, key);
	else if (now_ms - d->repaired_ms > QUIET_MS)
		d->tries = 0;
	/* Somebody may err a few times; then one that comes back waits longer and longer. */
	if (d->tries >= FREE_TRIES)
		wait_ms += retry_ms(d->tries - (unsigned)FREE_TRIES);
	d->state = DIFF_SUSPECT;
	d->kind = key->kind;
	d->since_ms = now_ms;
	d->due_ms = now_ms + wait_ms;
}

static void diff_open(struct audit *a, struct diff *d, enum audit_kind kind, int64_t now_ms)
{
	if (d->state == DIFF_OPEN && d->kind == kind)
		return;
	if (d->state == DIFF_OPEN)
		a->st.open[d->kind]--;
	d->state = DIFF_OPEN;
	d->kind = kind;
	a->st.open[kind]++;
	a->st.found[kind]++;
	diff_tell(a, d, AUDIT_FOUND, now_ms);
}

static void repair(struct audit *a, struct diff *d, int64_t now_ms)
{
	/* What is there is not taken away before the gentler way was tried. */
	bool removed_first = d->kind == AUDIT_MISSING || d->tries || a->target.unmoved;

	if (!zroutes_repair(a->z, &d->prefix, removed_first, now_ms))
		return;
	a->st.repairs++;
	d->tries += d->tries < UINT16_MAX;
	d->repaired_ms = now_ms;
	d->due_ms = now_ms + retry_ms(d->tries);
	if (d->tries == STUCK_TRIES)
		diff_tell(a, d, AUDIT_STUCK, now_ms);
}

/* The second look at a route, after the table was read: the difference is one. */
static void act(struct audit *a, struct diff *d, int64_t now_ms)
{
	struct zroute_mark *m = zroutes_mark(a->z, &d->prefix);
	int kind = m ? audit_judge(a, &d->prefix, m, now_ms) : AUDIT_NOT_JUDGED;

	if (kind == AUDIT_MISSING && kernel_foreign_ask(a, &d->prefix))
		kind = AUDIT_FOREIGN;
	d->due_ms = NEVER;
	if (kind == AUDIT_UNDER_WAY) {
		d->due_ms = now_ms + patience_ms(d, now_ms);
		return;
	}
	if (kind < 0) {
		if (m)
			audit_look_at(a, &d->prefix, m, now_ms);
		else
			diff_close(a, d, false, now_ms);
		return;
	}
	diff_open(a, d, (enum audit_kind)kind, now_ms);
	m->bits &= (uint8_t) ~(MARK_DELETED | MARK_CHANGED | MARK_SURE);
	if (kind == AUDIT_FOREIGN)
		a->ops.ask(&d->prefix, a->arg);
	else
		repair(a, d, now_ms);
}

/* A route of our protocol that no RIB has: zebra is told to delete it, unless it may be that of
 * another client with our key, then asked whether it knows it; only what is not zebra's either
 * is told. */
static void act_stray(struct audit *a, struct diff *d, int64_t now_ms)
{
	if (!a->swept) {
		d->due_ms = NEVER;
	} else if (!d->tries) {
		int sole = a->ops.sole(d->since_ms, a->arg);

		d->due_ms = now_ms + STRAY_MS;
		if (sole < 0)
			return;
		d->tries = 1;
		if (sole && d->metric == FIB_METRIC && !zroutes_mark(a->z, &d->prefix))
			zroutes_stray(a->z, &d->prefix, now_ms);
	} else {
		d->due_ms = NEVER;
		if (!a->ops.ask_stray(&d->prefix, a->arg))
			diff_open(a, d, AUDIT_STRAY, now_ms);
	}
}

void audit_known(struct audit *a, const struct prefix *p, bool known, int64_t now_ms)
{
	struct diff *d;

	for (size_t i = 0; !known && (d = table_next(&a->diffs, &i));)
		if (d->stray && d->tries && !prefix_cmp(&d->prefix, p))
			diff_open(a, d, AUDIT_STRAY, now_ms);
}

void audit_stray(struct audit *a, const struct fib_route *r, bool added, int64_t now_ms)
{
	struct diff key = {.prefix = r->prefix,
	    .stray = true,
	    .kind = AUDIT_STRAY,
	    .metric = r->metric,
	    .since_ms = now_ms,
	    .due_ms = now_ms + STRAY_MS,
	    .state = DIFF_SUSPECT};
	struct diff *d;

	/* They may be anybody's, and as many as the Internet has. */
	if (a->target.shared)
		return;
	d = table_find(&a->diffs, &key);
	if (added && !d) {
		d = diff_make(a, &key);
		audit_look(a, now_ms);
	}
	if (added && r->n)
		d->via = r->nh[0];
	if (added)
		d->repaired_ms = now_ms; /* seen */
	if (added || !d)
		return;
	diff_close(a, d, true, now_ms);
	diff_drop(a, d);
}

void diffs_act(struct audit *a, int64_t now_ms)
{
	struct diff **due = xcalloc(a->diffs.n, sizeof(struct diff *)), *d;
	size_t n = 0;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->due_ms <= now_ms)
			due[n++] = d;
	for (size_t i = 0; i < n; i++) {
		if (due[i]->stray)
			act_stray(a, due[i], now_ms);
		else
			act(a, due[i], now_ms);
	}
	free(due);
}

/* Strays that the reading did not show are gone. */
void diffs_sweep(struct audit *a, int64_t now_ms)
{
	struct diff **gone = xcalloc(a->diffs.n, sizeof(struct diff *)), *d;
	size_t n = 0;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->stray && d->repaired_ms < a->dump_ms)
			gone[n++] = d;
	while (n) {
		d = gone[--n];
		diff_close(a, d, true, now_ms);
		diff_drop(a, d);
	}
	free(gone);
}

/* When the next difference is due; those that are over long enough are forgotten. */
int64_t diffs_next(struct audit *a, int64_t now_ms)
{
	int64_t due = NEVER;
	struct diff *d, *old = NULL;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));) {
		if (d->due_ms < due)
			due = d->due_ms;
		if (d->state == DIFF_CLOSED && now_ms - d->repaired_ms > QUIET_MS)
			old = d;
	}
	if (old) /* one at a time is enough: they are few */
		diff_drop(a, old);
	return due;
}

/* Those of others were not read; what concerns us is asked for one by one. */
void diffs_ask_foreigns(struct audit *a)
{
	const struct diff *d;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->state == DIFF_OPEN && d->kind == AUDIT_FOREIGN)
			kernel_foreign_ask(a, &d->prefix);
}

/* From now on strays are strays: those that were seen before count, too. */
void diffs_strays(struct audit *a, int64_t now_ms)
{
	struct diff *d;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->stray && d->due_ms == NEVER)
			d->due_ms = now_ms + STRAY_MS;
}

/* ---- looking ---- */

bool audit_find(
    const struct audit *a, const struct prefix *p, int64_t now_ms, struct audit_view *v)
{
	const struct diff *d = diff_find(a, p);

	if (!d || d->state != DIFF_OPEN)
		return false;
	*v = diff_view(a, d, now_ms);
	return true;
}

bool audit_walk_next(
    const struct audit *a, struct audit_walk *w, int64_t now_ms, struct audit_view *v)
{
	const struct diff probe = {.prefix = w->prefix, .stray = w->stray, .metric = w->metric};
	const struct order_link *l =
	    order_after(&a->diffs_order, w->prefix.family ? &probe.link : NULL);
	const struct diff *d;

	if (!l)
		return false;
	d = diff_of(l);
	*v = diff_view(a, d, now_ms);
	*w = (struct audit_walk){d->prefix, d->stray, d->metric, d->state == DIFF_OPEN};
	return true;
}
