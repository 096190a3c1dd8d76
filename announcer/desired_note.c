/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines for the log, at a change only. Of each address it is kept what was warned of (nobody
 * serves it, too many nodes, sharers without a common node), and nothing of those in order.
 * Not more than NOTES_MAX lines wait to be taken; the rest is counted.
 */
#include "announcer/desired_priv.h"
#include "announcer/util.h"
#include <stdarg.h>
#include <stdio.h>

#define NOTES_MAX 200
#define NOTE_LEN  512

enum watch_flags { WATCH_NOBODY = 1, WATCH_LIMIT = 2, WATCH_SPLIT = 4 };

struct watch {
	struct ipaddr addr;
	unsigned flags;
};

static uint32_t watch_hash(const void *e)
{
	const struct ipaddr *a = &((const struct watch *)e)->addr;

	return table_hash(a->addr, ipaddr_len(a->family), a->family);
}

static bool watch_same(const void *a, const void *b)
{
	const struct watch *x = a, *y = b;

	return ipaddr_cmp(&x->addr, &y->addr) == 0;
}

static const struct table_ops watch_ops = {watch_hash, watch_same};

void desired_notes_init(struct desired *d)
{
	d->watched.ops = &watch_ops;
}

void desired_notes_fini(struct desired *d)
{
	void *e;

	for (size_t at = 0; (e = table_next(&d->watched, &at));)
		free(e);
	table_fini(&d->watched);
	desired_notes_free(d->notes, d->n_notes);
}

static void push(struct desired *d, bool warning, const char *text)
{
	d->notes = xrealloc(d->notes, d->n_notes + 1, sizeof(*d->notes));
	d->notes[d->n_notes++] =
	    (struct desired_note){.warning = warning, .text = xstrdup(text)};
}

static void note(struct desired *d, bool warning, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void note(struct desired *d, bool warning, const char *fmt, ...)
{
	char text[NOTE_LEN];
	va_list ap;

	if (d->n_notes >= NOTES_MAX) {
		d->dropped_notes++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	push(d, warning, text);
}

struct desired_note *desired_take_notes(struct desired *d, size_t *n)
{
	struct desired_note *notes;

	if (d->dropped_notes) {
		char text[64];

		snprintf(text, sizeof(text), "and %zu changes more", d->dropped_notes);
		push(d, false, text);
	}
	notes = d->notes;
	*n = d->n_notes;
	d->notes = NULL;
	d->n_notes = d->dropped_notes = 0;
	return notes;
}

void desired_notes_free(struct desired_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(notes[i].text);
	free(notes);
}

static unsigned flags_of(const struct desired_outcome *o)
{
	unsigned flags = 0;

	if (o->n_parts && !o->route.nodes)
		flags |= WATCH_NOBODY;
	if (o->route.over)
		flags |= WATCH_LIMIT;
	if (o->split)
		flags |= WATCH_SPLIT;
	return flags;
}

/* Remember the flags of an address. Return: those from before. */
static unsigned watch(struct desired *d, const struct ipaddr *addr, unsigned flags)
{
	const struct watch probe = {.addr = *addr};
	struct watch *w = table_find(&d->watched, &probe);
	unsigned before = w ? w->flags : 0;

	if (!w && flags) {
		w = xcalloc(1, sizeof(*w));
		w->addr = *addr;
		table_add(&d->watched, w);
	}
	if (w)
		w->flags = flags;
	if (w && !flags) {
		table_remove(&d->watched, w);
		free(w);
	}
	return before;
}

static void note_nobody(struct desired *d, const struct desired_outcome *o, const char *addr)
{
	const struct store_service *svc = o->parts[0].svc;
	bool endpoints = false;

	if (o->apart) {
		note(d, true,
		    "%s: not announced: no node serves all %zu Services that share it", addr,
		    o->contributors);
		return;
	}
	if (o->parts[0].muted) {
		note(d, true, "%s/%s: %s is not announced: %s", svc->ns, svc->name, addr,
		    desired_text(DESIRED_MUTED)->what);
		return;
	}
	for (size_t i = 0; i < o->n_parts; i++)
		for (size_t r = ELIGIBLE_NO_NODE; r < ELIGIBLE_REASONS; r++)
			endpoints |= o->parts[i].sum.by_reason[r] != 0;
	note(d, endpoints, "%s/%s: %s is not announced: no %s", svc->ns, svc->name, addr,
	    endpoints ? "eligible node" : "ready endpoint");
}

static void note_set(
    struct desired *d, const struct desired_outcome *o, const char *addr, unsigned flags)
{
	const struct store_service *svc;

	if (!o->n_parts) /* nobody has the address any more: there are no flags */
		return;
	svc = o->parts[0].svc;
	if (flags & WATCH_NOBODY)
		note_nobody(d, o, addr);
	if (flags & WATCH_LIMIT)
		note(d, true,
		    "%s/%s: %s is announced over %zu nodes, %zu more are over the limit",
		    svc->ns, svc->name, addr, o->route.n, o->route.over);
	if (flags & WATCH_SPLIT)
		note(d, true,
		    "%s: no node serves all %zu Services that share it, those of %s/%s are "
		    "used",
		    addr, o->contributors, svc->ns, svc->name);
}

void desired_note_outcome(
    struct desired *d, const struct alloc_addr *aa, const struct desired_outcome *o)
{
	unsigned now = flags_of(o), before = watch(d, &aa->addr, now);
	char addr[PREFIX_STRLEN];

	if (now == before)
		return;
	ipaddr_str(&aa->addr, addr);
	note_set(d, o, addr, now & ~before);
	if ((before & WATCH_NOBODY) && o->route.nodes)
		note(d, false, "%s/%s: %s is announced again, nodes: %zu", o->parts[0].svc->ns,
		    o->parts[0].svc->name, addr, o->route.nodes);
	if ((before & WATCH_SPLIT) && o->route.nodes && !o->split)
		note(d, false, "%s: all Services that share it have a node in common again",
		    addr);
}

static void note_addresses(struct desired *d, const struct alloc_service *as)
{
	const struct store_service *svc = as->svc;
	char one[PREFIX_STRLEN], two[PREFIX_STRLEN] = "";
	const struct alloc_addr *aa;

	if (!as->n) {
		note(d, false, "%s/%s: gives up its address", svc->ns, svc->name);
		return;
	}
	aa = alloc_addr(d->alloc, &as->addr[0]);
	if (as->n > 1)
		ipaddr_str(&as->addr[1], two);
	note(d, false, "%s/%s: has %s%s%s, pool %s", svc->ns, svc->name,
	    ipaddr_str(&as->addr[0], one), *two ? " and " : "", two,
	    aa->pool ? aa->pool->name : "none");
}

void desired_note_alloc(struct desired *d)
{
	struct alloc_service *const *v;
	size_t n;

	v = alloc_changed(d->alloc, &n);
	for (size_t i = 0; i < n; i++) {
		const struct alloc_service *as = v[i];

		if (as->moved)
			note_addresses(d, as);
		if (as->text && as->state != ALLOC_IGNORED)
			note(d, true, "%s/%s: %s: %s", as->svc->ns, as->svc->name,
			    alloc_state_name((enum alloc_state)as->state), as->text);
	}
}
