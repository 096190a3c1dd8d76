/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit.c - judges the kernel's routes by zebra's word on them.
 *
 *   change ----LOOK_MS----> look at what changed: good, or suspect
 *   suspect --CONFIRM_MS--> read the whole table: good, or a difference: told, repaired
 *   difference --backoff--> read the whole table: good, or repaired again
 *
 * Only what zebra confirmed is judged: a route that is under way, lost or refused is zebra's to
 * tell. Most deletions by hand are put back by zebra itself before anybody looks; they
 * count all the same. A repair is the weakest sequence that works (zroutes_repair()), and
 * never a storm: each further one of a prefix waits twice as long. audit_kernel.c keeps what
 * the kernel has.
 */
#include "announcer/audit_int.h"
#include "announcer/util.h"

enum {
	LOOK_MS = 200,    /* after a change */
	CONFIRM_MS = 200, /* after the first look */
	STRAY_MS = 1000,  /* a route that we do not want: zebra may be about to delete it */
	RETRY_MS = 500,   /* after the first repair; doubled each time */
	RETRY_MAX_MS = 300000,
	QUIET_MS = 60000, /* a difference after that is a new one */
	REST_MS = 1000,   /* between two readings because of lost changes ... */
	REST_FACTOR = 10, /* ... and so many times what one takes */
	DIRTY_MAX = 1024, /* more of them: everything is looked at */
	STUCK_TRIES = 5,
};

/* What a look at a prefix gives besides an enum audit_kind. */
enum { GOOD = -1, NOT_JUDGED = -2, UNDER_WAY = -3 };

static uint32_t diff_hash(const void *entry)
{
	const struct diff *d = entry;

	return table_hash(d->prefix.addr, sizeof(d->prefix.addr), d->prefix.plen + d->stray);
}

static bool diff_same(const void *a, const void *b)
{
	const struct diff *x = a, *y = b;

	return !prefix_cmp(&x->prefix, &y->prefix) && x->stray == y->stray &&
	       (!x->stray || x->metric == y->metric);
}

static const struct table_ops diffs_ops = {.hash = diff_hash, .same = diff_same};

struct audit *audit_new(struct zroutes *z, const struct audit_ops *ops, void *arg)
{
	struct audit *a = xcalloc(1, sizeof(*a));

	a->z = z;
	a->ops = *ops;
	a->arg = arg;
	a->look_ms = NEVER;
	a->sets.ops = &sets_ops;
	a->foreigns.ops = &foreigns_ops;
	a->diffs.ops = &diffs_ops;
	return a;
}

void audit_free(struct audit *a)
{
	if (!a)
		return;
	audit_down(a);
	table_fini(&a->sets);
	table_fini(&a->foreigns);
	table_fini(&a->diffs);
	free(a);
}

/* ---- differences ---- */

static struct diff *diff_find(const struct audit *a, const struct prefix *p)
{
	struct diff probe = {.prefix = *p};

	return a->diffs.n ? table_find(&a->diffs, &probe) : NULL;
}

static struct diff *diff_make(struct audit *a, const struct diff *key)
{
	struct diff *d = xcalloc(1, sizeof(*d));

	*d = *key;
	table_add(&a->diffs, d);
	return d;
}

static struct audit_view view_of(const struct audit *a, const struct diff *d, int64_t now_ms)
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

static void tell(struct audit *a, const struct diff *d, enum audit_event e, int64_t now_ms)
{
	struct audit_view v = view_of(a, d, now_ms);

	a->ops.told(&v, e, a->arg);
}

static int64_t retry_ms(unsigned tries)
{
	int64_t ms = (int64_t)RETRY_MS << (tries > 16 ? 16 : tries);

	return ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms;
}

/* Ours to repair. */
static bool is_ours(const struct diff *d)
{
	return d->kind == AUDIT_MISSING || d->kind == AUDIT_DIFFERENT;
}

static void diff_close(struct audit *a, struct diff *d, bool good, int64_t now_ms)
{
	bool was_open = d->state == DIFF_OPEN;

	if (was_open)
		a->st.open[d->kind]--;
	d->state = DIFF_CLOSED;
	d->due_ms = NEVER;
	d->repaired_ms = now_ms;
	if (was_open && (good || d->kind == AUDIT_FOREIGN))
		tell(a, d, d->tries && is_ours(d) ? AUDIT_REPAIRED : AUDIT_OVER, now_ms);
}

static void diff_suspect(
    struct audit *a, const struct diff *key, struct diff *d, int64_t wait_ms, int64_t now_ms)
{
	if (!d)
		d = diff_make(a, key);
	else if (now_ms - d->repaired_ms > QUIET_MS)
		d->tries = 0;
	/* One that comes back at once waits as long as after any repair. */
	if (d->tries)
		wait_ms += retry_ms(d->tries - 1u);
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
	tell(a, d, AUDIT_FOUND, now_ms);
}

/* ---- judging ---- */

/* zebra chose between its own routes; that is its to tell. */
static bool zebras_own(uint8_t protocol)
{
	return protocol == 11 || protocol == 42 || (protocol >= 186 && protocol <= 199);
}

static int judge(struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms)
{
	const struct rib_nexthop *nh;
	const struct foreign *f = kernel_foreign(a, p);
	const struct hopset *s = kernel_set(a, m);
	struct zroute_view v;
	size_t n;

	if (!zroutes_find(a->z, p, now_ms, &v) || !v.wanted)
		return NOT_JUDGED;
	if (v.state == ZROUTE_LOST) {
		f = kernel_foreign_ask(a, p);
		return f && !zebras_own(f->protocol) ? AUDIT_FOREIGN : NOT_JUDGED;
	}
	if (v.state == ZROUTE_INSTALLING || v.state == ZROUTE_REMOVING)
		return UNDER_WAY;
	if (!zroutes_confirmed(a->z, p, &nh, &n, now_ms))
		return NOT_JUDGED;
	if (!s)
		return f ? AUDIT_FOREIGN : AUDIT_MISSING;
	if (f && f->metric < FIB_METRIC)
		return AUDIT_FOREIGN;
	return kernel_same(a, s, nh, n) ? GOOD : AUDIT_DIFFERENT;
}

/* Somebody changed a route that zebra had confirmed, and now it is as it should be, without
 * our having sent anything. */
static void restored(struct audit *a, const struct prefix *p, struct zroute_mark *m,
    struct diff *d, int64_t now_ms)
{
	bool deleted = m->bits & MARK_DELETED, changed = m->bits & MARK_CHANGED;
	struct diff told = {.prefix = *p,
	    .kind = deleted ? AUDIT_MISSING : AUDIT_DIFFERENT,
	    .since_ms = now_ms,
	    .due_ms = NEVER};

	m->bits &= (uint8_t) ~(MARK_DELETED | MARK_CHANGED);
	if ((!deleted && !changed) || m->touched != m->sends || (d && d->state == DIFF_OPEN))
		return;
	a->st.found[told.kind]++;
	a->st.restored++;
	tell(a, &told, AUDIT_RESTORED, now_ms);
}

static void look_at(
    struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms)
{
	int kind = judge(a, p, m, now_ms);
	struct diff *d = diff_find(a, p);
	bool there = d && d->state != DIFF_CLOSED;

	m->bits &= (uint8_t)~MARK_DIRTY;
	if (kind == UNDER_WAY)
		return;
	if (kind == GOOD)
		restored(a, p, m, d, now_ms);
	if (kind >= 0 && !there) {
		struct diff key = {.prefix = *p, .kind = (uint8_t)kind};

		diff_suspect(a, &key, d, CONFIRM_MS, now_ms);
	} else if (kind >= 0 && d->kind != kind) {
		d->due_ms = now_ms + CONFIRM_MS;
	} else if (kind < 0 && there) {
		diff_close(a, d, kind == GOOD, now_ms);
	}
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
		tell(a, d, AUDIT_STUCK, now_ms);
}

/* The second look at a route, after the table was read: the difference is one. */
static void act(struct audit *a, struct diff *d, int64_t now_ms)
{
	struct zroute_mark *m = zroutes_mark(a->z, &d->prefix);
	int kind = m ? judge(a, &d->prefix, m, now_ms) : NOT_JUDGED;

	if (kind == AUDIT_MISSING && kernel_foreign_ask(a, &d->prefix))
		kind = AUDIT_FOREIGN;
	d->due_ms = NEVER;
	if (kind == UNDER_WAY) {
		d->due_ms = now_ms + retry_ms(d->tries);
		return;
	}
	if (kind < 0) {
		if (m)
			look_at(a, &d->prefix, m, now_ms);
		else
			diff_close(a, d, false, now_ms);
		return;
	}
	diff_open(a, d, (enum audit_kind)kind, now_ms);
	m->bits &= (uint8_t) ~(MARK_DELETED | MARK_CHANGED);
	if (kind == AUDIT_FOREIGN)
		a->ops.ask(&d->prefix, a->arg);
	else
		repair(a, d, now_ms);
}

/* A route of our protocol that no RIB has: zebra is told to delete it, then asked whether it
 * knows it; only what is not zebra's either is told. */
static void act_stray(struct audit *a, struct diff *d, int64_t now_ms)
{
	if (a->target.shared || !a->swept) {
		d->due_ms = NEVER;
	} else if (!d->tries) {
		d->tries = 1;
		d->due_ms = now_ms + STRAY_MS;
		if (d->metric == FIB_METRIC && !zroutes_mark(a->z, &d->prefix))
			zroutes_stray(a->z, &d->prefix, now_ms);
	} else {
		d->due_ms = NEVER;
		a->ops.ask_stray(&d->prefix, a->arg);
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
	struct diff *d = added || a->diffs.n ? table_find(&a->diffs, &key) : NULL;

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
	table_remove(&a->diffs, d);
	free(d);
}

/* ---- time ---- */

void audit_look(struct audit *a, int64_t now_ms)
{
	a->all = true;
	if (a->look_ms == NEVER)
		a->look_ms = now_ms + LOOK_MS;
}

void audit_dirty(struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms)
{
	if (m->bits & MARK_DIRTY || !a->up)
		return;
	m->bits |= MARK_DIRTY;
	if (a->look_ms == NEVER)
		a->look_ms = now_ms + LOOK_MS;
	if (a->n_dirty == DIRTY_MAX)
		a->all = true;
	if (a->all)
		return;
	if (!a->dirty)
		a->dirty = xcalloc(DIRTY_MAX, sizeof(*a->dirty));
	a->dirty[a->n_dirty++] = *p;
}

struct sweep {
	struct audit *a;
	int64_t now_ms;
};

static void on_look(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	const struct sweep *s = arg;

	look_at(s->a, p, m, s->now_ms);
}

static void look(struct audit *a, int64_t now_ms)
{
	struct sweep s = {a, now_ms};

	a->look_ms = NEVER;
	for (size_t i = 0; !a->all && i < a->n_dirty; i++) {
		struct zroute_mark *m = zroutes_mark(a->z, &a->dirty[i]);

		if (m)
			look_at(a, &a->dirty[i], m, now_ms);
	}
	if (a->all)
		zroutes_marks(a->z, on_look, &s);
	a->all = false;
	a->n_dirty = 0;
	free(a->dirty);
	a->dirty = NULL;
}

/* When the next difference is due; those that are over long enough are forgotten. */
static int64_t diffs_due(struct audit *a, int64_t now_ms)
{
	int64_t due = NEVER;
	struct diff *d, *old = NULL;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));) {
		if (d->due_ms < due)
			due = d->due_ms;
		if (d->state == DIFF_CLOSED && now_ms - d->repaired_ms > QUIET_MS)
			old = d;
	}
	if (old) { /* one at a time is enough: they are few */
		table_remove(&a->diffs, old);
		free(old);
	}
	return due;
}

static void act_due(struct audit *a, int64_t now_ms)
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

static void on_unsee(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	(void)p;
	(void)arg;
	m->bits &= (uint8_t)~MARK_SEEN;
}

static void dump(struct audit *a, int64_t now_ms)
{
	zroutes_marks(a->z, on_unsee, a);
	if (a->lost)
		kernel_foreigns_forget(a);
	a->owed = 0;
	a->lost = false;
	a->dump_ms = now_ms;
	a->dumping = a->ops.dump(a->arg);
	if (!a->dumping)
		a->look_ms = now_ms + REST_MS;
}

static void on_sweep(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	const struct sweep *s = arg;

	if ((m->bits & (MARK_THERE | MARK_SEEN)) == MARK_THERE)
		kernel_mark_clear(s->a, m);
	look_at(s->a, p, m, s->now_ms);
}

/* Strays that the reading did not show are gone. */
static void sweep_strays(struct audit *a, int64_t now_ms)
{
	struct diff **gone = xcalloc(a->diffs.n, sizeof(struct diff *)), *d;
	size_t n = 0;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->stray && d->repaired_ms < a->dump_ms)
			gone[n++] = d;
	while (n) {
		d = gone[--n];
		diff_close(a, d, true, now_ms);
		table_remove(&a->diffs, d);
		free(d);
	}
	free(gone);
}

/* Those of others were not read; what concerns us is asked for one by one. */
static void ask_foreigns(struct audit *a)
{
	const struct diff *d;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->state == DIFF_OPEN && d->kind == AUDIT_FOREIGN)
			kernel_foreign_ask(a, &d->prefix);
}

void audit_dumped(struct audit *a, bool ok, int64_t now_ms)
{
	struct sweep s = {a, now_ms};

	if (!a->dumping)
		return;
	a->dumping = false;
	a->dumped_ms = now_ms;
	if (!ok || a->lost) {
		a->lost = a->all = true;
		a->look_ms = now_ms + REST_MS;
		return;
	}
	a->st.comparisons++;
	a->st.compared = true;
	ask_foreigns(a);
	sweep_strays(a, now_ms);
	zroutes_marks(a->z, on_sweep, &s);
	act_due(a, now_ms);
}

/* What was lost, or never read, is read; not more often than it is worth. */
static int64_t reading_due(const struct audit *a)
{
	int64_t rest = REST_FACTOR * (a->dumped_ms - a->dump_ms);

	if (!a->lost && !a->owed && a->st.compared)
		return NEVER;
	rest = a->dumped_ms + (rest > REST_MS ? rest : REST_MS);
	return a->look_ms > rest ? a->look_ms : rest;
}

int64_t audit_next(struct audit *a, int64_t now_ms)
{
	int64_t due = reading_due(a), diffs = diffs_due(a, now_ms);

	if (!a->up || a->dumping)
		return -1;
	if (due == NEVER)
		due = a->look_ms;
	due = diffs < due ? diffs : due;
	if (due == NEVER)
		return -1;
	return due > now_ms ? due - now_ms : 0;
}

void audit_tick(struct audit *a, int64_t now_ms)
{
	if (!a->up || a->dumping)
		return;
	if (a->look_ms <= now_ms && reading_due(a) == NEVER)
		look(a, now_ms);
	if (reading_due(a) <= now_ms || diffs_due(a, now_ms) <= now_ms) {
		a->look_ms = NEVER;
		dump(a, now_ms);
	}
}

/* ---- what happens ---- */

void audit_up(struct audit *a, const struct audit_target *t, int64_t now_ms)
{
	audit_down(a);
	a->target = *t;
	a->up = true;
	a->dumped_ms = a->dump_ms = 0;
	dump(a, now_ms);
}

void audit_sweep(struct audit *a, int64_t now_ms)
{
	struct diff *d;

	a->swept = true;
	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		if (d->stray && d->due_ms == NEVER)
			d->due_ms = now_ms + STRAY_MS;
	audit_look(a, now_ms);
}

void audit_down(struct audit *a)
{
	struct diff *d;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		free(d);
	table_fini(&a->diffs);
	a->diffs = (struct table){.ops = &diffs_ops};
	kernel_forget(a);
	free(a->dirty);
	a->dirty = NULL;
	a->n_dirty = 0;
	a->up = a->swept = a->dumping = a->all = a->st.compared = false;
	a->lost = false;
	a->zebra = a->owed = 0;
	a->look_ms = NEVER;
	memset(a->st.open, 0, sizeof(a->st.open));
}

void audit_overrun(struct audit *a, int64_t now_ms)
{
	a->st.overruns++;
	a->lost = true;
	audit_look(a, now_ms);
}

void audit_suspect(struct audit *a, int64_t now_ms)
{
	if (!a->up)
		return;
	a->lost = true;
	audit_look(a, now_ms);
}

void audit_settled(struct audit *a, const struct prefix *p, int64_t now_ms)
{
	struct zroute_mark *m = zroutes_mark(a->z, p);

	if (m)
		audit_dirty(a, p, m, now_ms);
}

void audit_dropped(
    struct audit *a, const struct prefix *p, const struct zroute_mark *m, int64_t now_ms)
{
	struct foreign *f = a->foreigns.n ? kernel_foreign(a, p) : NULL;
	struct diff *d = diff_find(a, p);
	struct zroute_mark gone = *m;

	if (f) {
		table_remove(&a->foreigns, f);
		free(f);
	}
	if (d)
		diff_close(a, d, false, now_ms);
	/* zebra said that it is gone, and the kernel has not told so: it will be asked. */
	if (a->up && gone.bits & MARK_THERE) {
		a->owed++;
		audit_look(a, now_ms);
	}
	kernel_mark_clear(a, &gone);
}

/* ---- looking ---- */

void audit_stats(const struct audit *a, struct audit_stats *st)
{
	*st = a->st;
}

bool audit_find(
    const struct audit *a, const struct prefix *p, int64_t now_ms, struct audit_view *v)
{
	const struct diff *d = diff_find(a, p);

	if (!d || d->state != DIFF_OPEN)
		return false;
	*v = view_of(a, d, now_ms);
	return true;
}

void audit_each(const struct audit *a, int64_t now_ms, audit_fn *fn, void *arg)
{
	const struct diff *d;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));) {
		struct audit_view v = view_of(a, d, now_ms);

		if (d->state == DIFF_OPEN)
			fn(&v, arg);
	}
}
