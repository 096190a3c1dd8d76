/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes.c - what each prefix of the RIB is to have in the kernel.
 *
 *   RIB --want--> queue --ADD, REPLACE--> DONE --withdraw--> gone --DELETE-->
 *                  ^ ^        |            |
 *                  | +-backoff+ no         | deleted or changed by others, dropped with a link
 *                  +-----------------------+
 *
 * An installed route costs nothing but the note that the RIB keeps with it: the set of next
 * hops that it is to have, and whether the kernel has it. The kernel answers while it is being
 * asked, so nothing is ever under way; what is queued is sent in batches, as many as a turn of
 * the loop may take. Those that the kernel refuses stand in a table, with their time. What goes
 * is removed after what comes: there is a route at any time.
 *
 * After a start and where news were lost everything is read (kroutes_told.c), and every route
 * is compared with that: one that is as it should be is not touched.
 */
#include "announcer/kroutes.h"
#include "announcer/kroutes_int.h"
#include "announcer/util.h"
#include <errno.h>

enum {
	FAULT_MS = 20, /* first retry; doubled each time */
	FAULT_MAX_MS = 30000,
	REPEATED = 4, /* refused so often it is told */
	READ_AGAIN_MS = 250,
	COLLECT_MS = 1000, /* for what is out of use may soon be used again */
	RING_KEEP = 1024,
};

static uint32_t fault_hash(const void *entry)
{
	const struct prefix *p = &((const struct kfault *)entry)->prefix;

	return table_hash(p->addr, ipaddr_len(p->family), table_seed() + p->plen);
}

static bool fault_same(const void *a, const void *b)
{
	return prefix_same(
	    &((const struct kfault *)a)->prefix, &((const struct kfault *)b)->prefix);
}

const struct table_ops kfaults_ops = {fault_hash, fault_same};

/* ---- notes and queues ---- */

static bool is_stale(uint32_t note)
{
	return (note & (NOTE_THERE | NOTE_DONE)) == NOTE_THERE;
}

void note_put(struct kroutes *k, uint32_t *note, uint32_t value)
{
	k->n_done += !!(value & NOTE_DONE);
	k->n_done -= !!(*note & NOTE_DONE);
	k->n_stale += is_stale(value);
	k->n_stale -= is_stale(*note);
	*note = value;
}

struct kset *note_set(const struct kroutes *k, uint32_t note)
{
	uint32_t slot = note & NOTE_SLOT;

	return slot && slot <= k->n_slots ? k->slots[slot - 1] : NULL;
}

/* Room for one more in a ring of n from `at`. */
static void *ring_grow(void *ring, size_t size, size_t *at, size_t n, size_t *cap)
{
	char *v = ring;
	size_t old = *cap;

	if (n < old)
		return ring;
	*cap = old ? 2 * old : 64;
	v = xrealloc(v, *cap, size);
	/* What wrapped around follows what did not. */
	memcpy(v + old * size, v, *at * size);
	return v;
}

void note_queue(struct kroutes *k, const struct prefix *p, uint32_t *note)
{
	if (*note & NOTE_QUEUED)
		return;
	*note |= NOTE_QUEUED;
	k->queue =
	    ring_grow(k->queue, sizeof(*k->queue), &k->queue_at, k->n_queue, &k->queue_cap);
	k->queue[(k->queue_at + k->n_queue++) & (k->queue_cap - 1)] = *p;
}

void gone_push(struct kroutes *k, const struct prefix *p, const struct kroute_key *key)
{
	k->gone = ring_grow(k->gone, sizeof(*k->gone), &k->gone_at, k->n_gone, &k->gone_cap);
	k->gone[(k->gone_at + k->n_gone++) & (k->gone_cap - 1)] = (struct kgone){*p, *key};
}

/* A burst is over. */
static void rings_trim(struct kroutes *k)
{
	if (!k->n_queue && k->queue_cap > RING_KEEP) {
		free(k->queue);
		k->queue = NULL;
		k->queue_cap = k->queue_at = 0;
	}
	if (!k->n_gone && k->gone_cap > RING_KEEP) {
		free(k->gone);
		k->gone = NULL;
		k->gone_cap = k->gone_at = 0;
	}
}

/* ---- what the kernel refuses ---- */

struct kfault *fault_find(const struct kroutes *k, const struct prefix *p)
{
	struct kfault probe = {.prefix = *p};

	return table_find(&k->faults, &probe);
}

void fault_put(struct kroutes *k, const struct prefix *p, uint32_t *note, int error)
{
	struct kroute_note told = {KROUTE_REFUSED, *p, 0, 0, ""};
	struct kfault *f = fault_find(k, p);
	int64_t ms;

	if (!f) {
		f = xcalloc(1, sizeof(*f));
		f->prefix = *p;
		table_add(&k->faults, f);
	}
	note_put(k, note, *note | NOTE_FAULT);
	ms = FAULT_MS << (f->tries > 16 ? 16 : f->tries);
	f->due_ms = k->now_ms + (ms > FAULT_MAX_MS ? FAULT_MAX_MS : ms);
	f->error = error;
	k->fault_ms = f->due_ms < k->fault_ms ? f->due_ms : k->fault_ms;
	k->errors++;
	if (++f->tries == (error == -EEXIST ? 1 : REPEATED))
		k->ops.told(&told, k->arg);
}

void fault_forget(struct kroutes *k, const struct prefix *p, uint32_t *note)
{
	struct kfault *f = *note & NOTE_FAULT ? fault_find(k, p) : NULL;

	note_put(k, note, *note & ~(uint32_t)NOTE_FAULT);
	if (!f)
		return;
	table_remove(&k->faults, f);
	free(f);
}

static void faults_due(struct kroutes *k)
{
	struct kfault *f;

	if (k->now_ms < k->fault_ms)
		return;
	k->fault_ms = NEVER;
	for (size_t at = 0; (f = table_next(&k->faults, &at));) {
		uint32_t *note = rib_note(k->rib, &f->prefix);

		if (f->due_ms > k->now_ms) {
			k->fault_ms = f->due_ms < k->fault_ms ? f->due_ms : k->fault_ms;
			continue;
		}
		f->due_ms = NEVER;
		if (note)
			note_queue(k, &f->prefix, note);
	}
}

/* ---- what is wanted ---- */

/* The route has this set no longer. */
static void set_leave(struct kroutes *k, struct kset *s, uint32_t note)
{
	s->users--;
	if (note & NOTE_HEIR && s->heirs)
		s->heirs--;
	if (!s->users)
		k->garbage = true;
}

/* Whether the route may inherit its place in the kernel: all that the new set has come from one
 * other. */
static bool set_join(struct kset *s, const struct kset *old, uint32_t note)
{
	bool fresh = !s->ident && !s->group && !s->parked;
	bool heir = fresh && old && note & NOTE_DONE;

	if (!s->users) {
		s->heir_of = heir ? old->slot : 0;
		s->heirs = 0;
		s->inherited = false;
	}
	heir = heir && s->heir_of == old->slot;
	s->users++;
	s->heirs += heir;
	return heir;
}

void kroutes_withdraw(struct kroutes *k, const struct prefix *p)
{
	uint32_t *note = rib_note(k->rib, p);
	struct kset *s = note ? note_set(k, *note) : NULL;

	if (!s)
		return;
	if (*note & (NOTE_THERE | NOTE_EXISTS))
		gone_push(k, p, &k->key);
	set_leave(k, s, *note);
	fault_forget(k, p, note);
	note_put(k, note, 0);
	k->n_routes--;
}

void kroutes_want(struct kroutes *k, const struct rib_route *r)
{
	uint32_t *note = rib_note(k->rib, &r->prefix), value;
	struct kset *s, *old;

	if (!k->on || !note)
		return;
	if (r->source == RIB_REDISTRIBUTED) {
		kroutes_withdraw(k, &r->prefix);
		return;
	}
	s = set_take(k, r);
	old = note_set(k, *note);
	if (s == old)
		return;
	value = (*note & (NOTE_QUEUED | NOTE_THERE | NOTE_EXISTS)) | s->slot;
	if (set_join(s, old, *note))
		value |= NOTE_HEIR;
	if (old)
		set_leave(k, old, *note);
	else
		k->n_routes++;
	fault_forget(k, &r->prefix, note);
	note_put(k, note, value);
	note_queue(k, &r->prefix, note);
}

/* ---- start and end ---- */

static void on_forget(const struct rib_route *best, uint32_t *note, void *arg)
{
	(void)best;
	(void)arg;
	*note = 0;
}

struct kroutes *kroutes_new(struct rib *rib, const struct kroutes_ops *ops, void *arg)
{
	struct kroutes *k = xcalloc(1, sizeof(*k));

	k->rib = rib;
	k->ops = *ops;
	k->arg = arg;
	k->fault_ms = k->gc_ms = NEVER;
	k->sets.ops = &ksets_ops;
	k->hops.ops = &khops_ops;
	k->objects.ops = &kobjects_ops;
	k->faults.ops = &kfaults_ops;
	k->foreigns.ops = &kforeigns_ops;
	rib_notes(rib, on_forget, NULL);
	return k;
}

static void faults_free(struct kroutes *k)
{
	struct kfault *f;

	for (size_t at = 0; (f = table_next(&k->faults, &at));)
		free(f);
	table_fini(&k->faults);
}

void kroutes_free(struct kroutes *k)
{
	if (!k)
		return;
	sets_free(k);
	faults_free(k);
	foreigns_free(k);
	free(k->queue);
	free(k->gone);
	free(k->left);
	free(k->links);
	free(k->subnets);
	free(k);
}

struct retire {
	struct kroutes *k;
	struct kroute_key key;
};

/* Out of another table, once it is in this one. */
static void on_retire(const struct rib_route *best, uint32_t *note, void *arg)
{
	const struct retire *r = arg;

	if (*note & NOTE_THERE)
		gone_push(r->k, &best->prefix, &r->key);
	note_put(r->k, note, *note & ~(uint32_t)NOTE_STATE);
}

static void on_start(const struct rib_route *best, uint32_t *note, void *arg)
{
	(void)note;
	kroutes_want(arg, best);
}

void kroutes_start(struct kroutes *k, const struct kroute_key *key, bool objects)
{
	struct retire old = {k, k->key};
	bool was_on = k->on;

	k->key = *key;
	k->use_objects = objects;
	k->refused = 0;
	k->on = true;
	k->leaving = k->read = false;
	k->dump_due = true;
	k->dump_ms = 0;
	if (was_on && old.key.table != key->table)
		rib_notes(k->rib, on_retire, &old);
	else if (was_on && old.key.protocol != key->protocol)
		k->was_protocol = old.key.protocol;
	rib_notes(k->rib, on_start, k);
}

static void on_leave(const struct rib_route *best, uint32_t *note, void *arg)
{
	(void)note;
	kroutes_withdraw(arg, &best->prefix);
}

void kroutes_leave(struct kroutes *k)
{
	if (!k->on)
		return;
	rib_notes(k->rib, on_leave, k);
	left_sweep(k);
	k->n_queue = 0;
	k->on = k->reading = k->dump_due = false;
	k->leaving = k->garbage = true;
	k->gc_ms = 0;
}

void kroutes_whole(struct kroutes *k)
{
	k->whole = true;
	k->garbage = true;
	if (k->strays)
		k->dump_due = true;
	k->strays = false;
}

void kroutes_overrun(struct kroutes *k)
{
	k->dump_due = true;
	k->lost_news = k->blind = true;
}

int kroutes_refused(const struct kroutes *k)
{
	return k->refused;
}

/* ---- the work ---- */

static void read_begin(struct kroutes *k)
{
	struct kobject *o;

	free(k->left);
	k->left = NULL;
	k->n_left = k->left_cap = 0;
	foreigns_free(k);
	links_unsee(k);
	for (size_t at = 0; (o = table_next(&k->objects, &at));)
		o->seen = false;
	k->lost_news = false;
	k->dump_ms = k->now_ms + READ_AGAIN_MS;
	k->reading = k->ops.dump(k->key.table, k->arg);
	k->dump_due = !k->reading;
}

static void sets_again(struct kroutes *k)
{
	bool all = k->resolve;

	k->resolve = false;
	for (size_t i = 0; i < k->n_slots; i++) {
		struct kset *s = k->slots[i];

		if (!s || (!all && (!s->error || s->due_ms > k->now_ms)))
			continue;
		s->dirty = true;
		if (s->users) /* else when it has a route again */
			set_sync(k, s);
	}
}

/* After sets changed, or everything was read: routes whose word counts no longer. */
static void on_walk(const struct rib_route *best, uint32_t *note, void *arg)
{
	struct kroutes *k = arg;
	const struct kset *s = note_set(k, *note);
	uint32_t forget = NOTE_DONE;

	if (!s || !(k->reread || s->lost || s->again))
		return;
	/* Of a route that is not over this set yet the kernel has what it had before. */
	if (k->reread || (s->lost && *note & NOTE_DONE))
		forget = NOTE_STATE;
	else if (s->lost)
		forget = NOTE_HEIR;
	fault_forget(k, &best->prefix, note);
	note_put(k, note, *note & ~forget);
	note_queue(k, &best->prefix, note);
}

static void walk(struct kroutes *k)
{
	if (!k->walk)
		return;
	rib_notes(k->rib, on_walk, k);
	k->walk = k->reread = false;
	for (size_t i = 0; i < k->n_slots; i++)
		if (k->slots[i])
			k->slots[i]->again = k->slots[i]->lost = false;
}

/* With an object the kernel removes the routes over it: none may be left that we mean to keep.
 */
static bool can_collect(const struct kroutes *k)
{
	return k->garbage && !k->n_queue && !k->n_gone && !k->n_stale &&
	       (!k->n_left || k->leaving);
}

/* What nobody uses any more goes, after a while in which it may be used again. */
static bool collect(struct kroutes *k)
{
	if (!can_collect(k))
		return false;
	if (k->gc_ms == NEVER)
		k->gc_ms = k->now_ms + COLLECT_MS;
	if (k->now_ms < k->gc_ms)
		return false;
	k->garbage = sets_collect(k);
	if (!k->garbage)
		k->gc_ms = NEVER;
	return k->garbage;
}

static void sooner(int64_t *due_ms, bool when, int64_t ms)
{
	if (when && ms < *due_ms)
		*due_ms = ms;
}

static int64_t wait_ms(const struct kroutes *k)
{
	int64_t due = NEVER;

	sooner(&due, k->dump_due && !k->reading, k->dump_ms);
	sooner(&due, k->on, k->fault_ms);
	sooner(&due, k->n_gone, k->gone_ms);
	sooner(&due, can_collect(k), k->gc_ms);
	for (size_t i = 0; i < k->n_slots; i++)
		if (k->slots[i] && k->slots[i]->users)
			sooner(&due, k->slots[i]->error, k->slots[i]->due_ms);
	if (due == NEVER)
		return -1;
	return due > k->now_ms ? due - k->now_ms : 0;
}

/* Return: there is more to be done at once. */
static bool work(struct kroutes *k)
{
	if (k->on && k->dump_due && !k->reading && k->now_ms >= k->dump_ms)
		read_begin(k);
	if (k->on && (k->reading || k->blind || !k->read))
		return false;
	if (k->on) {
		faults_due(k);
		sets_again(k);
		walk(k);
		if (queue_run(k))
			return true;
		if (k->whole && k->n_left)
			left_sweep(k);
	}
	return gone_run(k) || collect(k);
}

bool kroutes_run(struct kroutes *k, int64_t now_ms, int64_t *wait)
{
	bool more;

	k->now_ms = now_ms;
	more = !k->refused && work(k);
	rings_trim(k);
	*wait = k->refused ? -1 : wait_ms(k);
	return more && !k->refused;
}
