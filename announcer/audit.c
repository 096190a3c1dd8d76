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
	REST_MS = 1000,   /* between two readings because of lost changes ... */
	REST_FACTOR = 10, /* ... and so many times what one takes */
	DIRTY_MAX = 1024, /* more of them: everything is looked at */
	BUSY_MS = 5000,   /* zebra is left alone for so long at most */
};

struct audit *audit_new(struct zroutes *z, const struct audit_ops *ops, void *arg)
{
	struct audit *a = xcalloc(1, sizeof(*a));

	a->z = z;
	a->ops = *ops;
	a->arg = arg;
	a->look_ms = NEVER;
	a->sets.ops = &sets_ops;
	a->foreigns.ops = &foreigns_ops;
	diffs_init(a);
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

/* ---- judging ---- */

/* zebra chose between its own routes; that is its to tell. */
static bool zebras_own(uint8_t protocol)
{
	return protocol == 11 || protocol == 42 || (protocol >= 186 && protocol <= 199);
}

int audit_judge(struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms)
{
	const struct rib_nexthop *nh;
	const struct foreign *f = kernel_foreign(a, p);
	const struct hopset *s = kernel_set(a, m);
	struct zroute_view v;
	size_t n;

	if (!zroutes_find(a->z, p, now_ms, &v) || !v.wanted)
		return AUDIT_NOT_JUDGED;
	if (v.state == ZROUTE_LOST) {
		f = kernel_foreign_ask(a, p);
		return f && !zebras_own(f->protocol) ? AUDIT_FOREIGN : AUDIT_NOT_JUDGED;
	}
	if (v.state == ZROUTE_INSTALLING || v.state == ZROUTE_REMOVING)
		return AUDIT_UNDER_WAY;
	if (!zroutes_confirmed(a->z, p, &nh, &n, now_ms))
		return AUDIT_NOT_JUDGED;
	if (!s)
		return f ? AUDIT_FOREIGN : AUDIT_MISSING;
	if (f && f->metric < FIB_METRIC)
		return AUDIT_FOREIGN;
	return kernel_same(a, s, nh, n) ? AUDIT_GOOD : AUDIT_DIFFERENT;
}

/* Somebody changed a route that zebra had confirmed, and now it is as it should be. Where it is
 * not sure that it was not zebra itself, what we have sent since may have been the cause. */
static void restored(struct audit *a, const struct prefix *p, struct zroute_mark *m,
    struct diff *d, int64_t now_ms)
{
	bool deleted = m->bits & MARK_DELETED, changed = m->bits & MARK_CHANGED;
	bool sure = m->bits & MARK_SURE || m->touched == m->sends;
	struct diff told = {.prefix = *p,
	    .kind = deleted ? AUDIT_MISSING : AUDIT_DIFFERENT,
	    .since_ms = now_ms,
	    .due_ms = NEVER};

	m->bits &= (uint8_t) ~(MARK_DELETED | MARK_CHANGED | MARK_SURE);
	if ((!deleted && !changed) || !sure || (d && d->state == DIFF_OPEN))
		return;
	a->st.found[told.kind]++;
	a->st.restored++;
	diff_tell(a, &told, AUDIT_RESTORED, now_ms);
}

void audit_look_at(
    struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms)
{
	int kind = audit_judge(a, p, m, now_ms);
	struct diff *d = diff_find(a, p);
	bool there = d && d->state != DIFF_CLOSED;

	m->bits &= (uint8_t)~MARK_DIRTY;
	if (kind == AUDIT_UNDER_WAY)
		return;
	if (kind == AUDIT_GOOD)
		restored(a, p, m, d, now_ms);
	if (kind >= 0 && !there) {
		struct diff key = {.prefix = *p, .kind = (uint8_t)kind};

		diff_suspect(a, &key, d, CONFIRM_MS, now_ms);
	} else if (kind >= 0 && d->kind != kind) {
		d->due_ms = now_ms + CONFIRM_MS;
	} else if (kind < 0 && there) {
		diff_close(a, d, kind == AUDIT_GOOD, now_ms);
	}
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

	audit_look_at(s->a, p, m, s->now_ms);
}

static void look(struct audit *a, int64_t now_ms)
{
	struct sweep s = {a, now_ms};

	a->look_ms = NEVER;
	for (size_t i = 0; !a->all && i < a->n_dirty; i++) {
		struct zroute_mark *m = zroutes_mark(a->z, &a->dirty[i]);

		if (m)
			audit_look_at(a, &a->dirty[i], m, now_ms);
	}
	if (a->all)
		zroutes_marks(a->z, on_look, &s);
	a->all = false;
	a->n_dirty = 0;
	free(a->dirty);
	a->dirty = NULL;
}

static void on_unsee(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	(void)p;
	(void)arg;
	m->bits &= (uint8_t)~MARK_SEEN;
}

/* What the reading was for waits for the next one, which is not made at once. */
static void read_failed(struct audit *a, int64_t now_ms)
{
	a->failed = a->lost = a->all = true;
	a->dumped_ms = now_ms;
	a->look_ms = now_ms + REST_MS;
}

static void dump(struct audit *a, int64_t now_ms)
{
	zroutes_marks(a->z, on_unsee, a);
	if (a->lost)
		kernel_foreigns_forget(a);
	a->owed = 0;
	a->lost = false;
	a->dump_ms = now_ms;
	a->reading++;
	a->dumping = a->ops.dump(a->arg);
	if (!a->dumping)
		read_failed(a, now_ms);
}

static void on_sweep(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	const struct sweep *s = arg;

	if ((m->bits & (MARK_THERE | MARK_SEEN)) == MARK_THERE)
		kernel_mark_clear(s->a, m);
	audit_look_at(s->a, p, m, s->now_ms);
}

void audit_dumped(struct audit *a, bool ok, int64_t now_ms)
{
	struct sweep s = {a, now_ms};

	if (!a->dumping)
		return;
	a->dumping = false;
	a->dumped_ms = now_ms;
	if (!ok || a->lost) {
		read_failed(a, now_ms);
		return;
	}
	a->failed = false;
	a->st.comparisons++;
	a->st.compared = true;
	kernel_sweep(a);
	diffs_ask_foreigns(a);
	diffs_sweep(a, now_ms);
	zroutes_marks(a->z, on_sweep, &s);
	diffs_act(a, now_ms);
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

static int64_t dump_due(struct audit *a, int64_t now_ms)
{
	int64_t reading = reading_due(a), diffs = diffs_next(a, now_ms);

	return a->failed || reading < diffs ? reading : diffs;
}

/* zebra works through many routes: a look at all, before it has confirmed them, is in vain, and
 * in its way. */
static bool busy(struct audit *a, int64_t now_ms)
{
	if (zroutes_count(a->z, ZROUTE_INSTALLING) <= DIRTY_MAX)
		a->busy_ms = 0;
	else if (!a->busy_ms)
		a->busy_ms = now_ms;
	return a->busy_ms && now_ms - a->busy_ms < BUSY_MS;
}

int64_t audit_next(struct audit *a, int64_t now_ms)
{
	int64_t due = dump_due(a, now_ms);

	if (!a->up || a->dumping)
		return -1;
	if (reading_due(a) == NEVER && a->look_ms < due)
		due = a->look_ms;
	if (due == NEVER)
		return -1;
	if (due < now_ms + LOOK_MS && busy(a, now_ms))
		return LOOK_MS;
	return due > now_ms ? due - now_ms : 0;
}

void audit_tick(struct audit *a, int64_t now_ms)
{
	if (!a->up || a->dumping || busy(a, now_ms))
		return;
	if (a->look_ms <= now_ms && reading_due(a) == NEVER)
		look(a, now_ms);
	if (dump_due(a, now_ms) <= now_ms) {
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
	a->swept = true;
	diffs_strays(a, now_ms);
	audit_look(a, now_ms);
}

void audit_down(struct audit *a)
{
	struct diff *d;

	for (size_t i = 0; (d = table_next(&a->diffs, &i));)
		free(d);
	table_fini(&a->diffs);
	diffs_init(a);
	kernel_forget(a);
	free(a->dirty);
	a->dirty = NULL;
	a->n_dirty = 0;
	a->up = a->swept = a->dumping = a->all = a->st.compared = false;
	a->lost = a->failed = false;
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
	if (gone.bits & MARK_SURE)
		restored(a, p, &gone, d, now_ms);
	if (d)
		diff_close(a, d, false, now_ms);
	/* zebra said that it is gone, and the kernel has not told so: it will be asked. */
	if (a->up && gone.bits & MARK_THERE) {
		a->owed++;
		audit_look(a, now_ms);
	}
	kernel_mark_clear(a, &gone);
}

void audit_stats(const struct audit *a, struct audit_stats *st)
{
	*st = a->st;
}
