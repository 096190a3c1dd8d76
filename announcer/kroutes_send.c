/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes_send.c - what is queued goes to the kernel in batches, and its answers say what has
 * come of each. A route is added only where there is none and replaced only where there is one,
 * so that what is somebody else's is never overwritten: where the kernel says the opposite of
 * what we know, its news are heard first.
 */
#include "announcer/kroutes_int.h"
#include "announcer/util.h"
#include <errno.h>

enum { SLICE = 4 * BATCH, LOOKS = 16 * BATCH, GONE_AGAIN_MS = 1000, FOREIGN_MAX = 65536 };

static bool not_there(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

static bool key_same(const struct kroute_key *a, const struct kroute_key *b)
{
	return a->table == b->table && a->metric == b->metric && a->protocol == b->protocol;
}

/* What the kernel had of it before we began, if that was read. */
static bool look_left(
    struct kroutes *k, const struct prefix *p, uint32_t *note, const struct kset *s)
{
	struct kleft *l = left_find(k, p, k->key.metric);

	if (!l)
		return false;
	l->gone = true; /* from the list */
	note_put(k, note, *note | NOTE_THERE);
	return left_says(k, s, l);
}

/* The kernel said that there is a route: it is somebody else's. */
static bool is_barred(const struct kroutes *k, const struct prefix *p, uint32_t note)
{
	if ((note & (NOTE_THERE | NOTE_EXISTS)) != NOTE_EXISTS)
		return false;
	return foreign_of(k, p, false) || k->foreigns.n >= FOREIGN_MAX;
}

/* Return: m is to be sent. */
static bool next(struct kroutes *k, struct kroute_msg *m, uint32_t **at)
{
	uint32_t *note = *at = rib_note(k->rib, &m->prefix);
	struct kset *s;
	bool ready, same;

	if (!note || !(*note & NOTE_QUEUED))
		return false;
	note_put(k, note, *note & ~(uint32_t)NOTE_QUEUED);
	s = note_set(k, *note);
	if (!s)
		return false;
	ready = set_sync(k, s);
	same = k->n_left && !(*note & NOTE_THERE) && look_left(k, &m->prefix, note, s);
	same = same || (*note & NOTE_HEIR && *note & NOTE_THERE && s->inherited);
	m->op = KROUTE_DELETE;
	m->key = k->key;
	if (!ready)
		return !s->n_usable && *note & (NOTE_THERE | NOTE_EXISTS);
	if (same)
		note_put(k, note, (*note | NOTE_DONE) & ~(uint32_t)NOTE_HEIR);
	if (*note & NOTE_DONE) {
		fault_forget(k, &m->prefix, note);
		return false;
	}
	if (is_barred(k, &m->prefix, *note)) {
		note_put(k, note, *note & ~(uint32_t)NOTE_EXISTS);
		fault_put(k, &m->prefix, note, -EEXIST);
		return false;
	}
	/* Beside a route of somebody else ours may be gone without a word. */
	m->op = *note & (NOTE_THERE | NOTE_EXISTS) && !foreign_of(k, &m->prefix, false)
	            ? KROUTE_REPLACE
	            : KROUTE_ADD;
	m->object = s->object;
	m->nh = s->usable;
	m->n = s->n_usable;
	return true;
}

static size_t fill(struct kroutes *k, size_t *looks)
{
	size_t n = 0;

	while (n < BATCH && k->n_queue && *looks < LOOKS) {
		struct kroute_msg *m = &k->batch[n];

		*m = (struct kroute_msg){.prefix = k->queue[k->queue_at]};
		k->queue_at = (k->queue_at + 1) & (k->queue_cap - 1);
		k->n_queue--;
		++*looks;
		if (next(k, m, &k->notes[n]))
			n++;
	}
	return n;
}

/* Return: the kernel's news are to be heard before anything else is sent. */
static bool answer(struct kroutes *k, const struct kroute_msg *m, uint32_t *note)
{
	uint32_t bare = *note & ~(uint32_t)NOTE_STATE;
	bool guessed = *note & NOTE_EXISTS && !(*note & NOTE_THERE);

	k->sent++;
	if (m->error == -EPERM || m->error == -ENOBUFS) {
		k->refused = m->error == -EPERM ? m->error : k->refused;
		k->dump_due = true;
		note_queue(k, &m->prefix, note);
		return true;
	}
	if (m->op == KROUTE_DELETE && (!m->error || not_there(m->error))) {
		note_put(k, note, bare);
		return false;
	}
	if (!m->error) {
		foreign_gone(k, &m->prefix);
		note_put(k, note, bare | NOTE_THERE | NOTE_DONE);
		fault_forget(k, &m->prefix, note);
		return false;
	}
	if (m->op == KROUTE_ADD && m->error == -EEXIST) {
		note_put(k, note, bare | NOTE_EXISTS);
		note_queue(k, &m->prefix, note);
		return true;
	}
	if (m->op == KROUTE_REPLACE && not_there(m->error) && !guessed) {
		note_put(k, note, bare);
		note_queue(k, &m->prefix, note);
		return true;
	}
	if (guessed)
		note_put(k, note, bare);
	fault_put(k, &m->prefix, note, m->error);
	return true;
}

bool queue_run(struct kroutes *k)
{
	size_t sent = 0, looks = 0;
	bool news = false;

	while (k->n_queue && sent < SLICE && looks < LOOKS && !news) {
		size_t n = fill(k, &looks);

		if (n)
			k->ops.send(k->batch, n, k->arg);
		for (size_t i = 0; i < n; i++)
			news |= answer(k, &k->batch[i], k->notes[i]);
		sent += n;
	}
	return k->n_queue || k->walk;
}

/* One that came back meanwhile stays. */
static bool still_gone(const struct kroutes *k, const struct kgone *g)
{
	const uint32_t *note = rib_note(k->rib, &g->prefix);

	return !k->on || !key_same(&g->key, &k->key) || !note || !(*note & NOTE_THERE);
}

static size_t fill_gone(struct kroutes *k)
{
	size_t n = 0;

	while (n < BATCH && k->n_gone) {
		struct kgone g = k->gone[k->gone_at];

		k->gone_at = (k->gone_at + 1) & (k->gone_cap - 1);
		k->n_gone--;
		if (still_gone(k, &g))
			k->batch[n++] = (struct kroute_msg){
			    .op = KROUTE_DELETE, .prefix = g.prefix, .key = g.key};
	}
	return n;
}

bool gone_run(struct kroutes *k)
{
	size_t sent = 0;

	while (k->n_gone && sent < SLICE && k->now_ms >= k->gone_ms && !k->refused) {
		size_t n = fill_gone(k);

		if (n)
			k->ops.send(k->batch, n, k->arg);
		for (size_t i = 0; i < n; i++) {
			const struct kroute_msg *m = &k->batch[i];

			k->sent++;
			if (!m->error || not_there(m->error))
				continue;
			k->errors++;
			k->gone_ms = k->now_ms + GONE_AGAIN_MS;
			if (m->error == -EPERM)
				k->refused = m->error;
			gone_push(k, &m->prefix, &m->key);
		}
		sent += n;
	}
	return k->n_gone && k->now_ms >= k->gone_ms;
}
