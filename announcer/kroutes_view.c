/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kroutes_view.c - the routes in the kernel as they are shown. */
#include "announcer/kroutes_view.h"
#include "announcer/audit_text.h"
#include "announcer/kroutes_int.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdio.h>

static const char *foreign_text(const struct kother *f)
{
	static char text[160];
	char gate[PREFIX_STRLEN], protocol[24];
	const char *name = fib_protocol_name(f->protocol);

	snprintf(protocol, sizeof(protocol), "%u", f->protocol);
	snprintf(text, sizeof(text), "a route of protocol %s%s%s, metric %u",
	    name ? name : protocol, f->via.gate.family ? " via " : "",
	    f->via.gate.family ? ipaddr_str(&f->via.gate, gate) : "", f->metric);
	return text;
}

static const char *fault_text(
    const struct kroutes *k, const struct prefix *p, const struct kfault *f)
{
	const struct kother *other = foreign_of(k, p, false);
	static char text[120];

	if (f->error == -EEXIST && other)
		return foreign_text(other);
	snprintf(text, sizeof(text), "the kernel says: %s", strerror(-f->error));
	return text;
}

static const char *set_text(const struct kset *s)
{
	static char text[120];

	snprintf(
	    text, sizeof(text), "the kernel refuses its next hop: %s", strerror(-s->error));
	return text;
}

static enum kroute_state state(
    const struct kroutes *k, const struct prefix *p, uint32_t note, const char **why)
{
	const struct kset *s = note_set(k, note);
	const struct kfault *f = note & NOTE_FAULT ? fault_find(k, p) : NULL;
	const struct kother *better;

	*why = "";
	if (!s)
		return KROUTE_STATES;
	if (note & NOTE_DONE) {
		better = foreign_of(k, p, true);
		*why = better ? foreign_text(better) : "";
		return better ? KROUTE_SHADOWED : KROUTE_INSTALLED;
	}
	if (f) {
		*why = fault_text(k, p, f);
		return KROUTE_REJECTED;
	}
	if (s->error) {
		*why = set_text(s);
		return KROUTE_REJECTED;
	}
	if (k->read && !s->dirty && !s->n_usable) {
		*why = "no next hop is in a connected subnet whose link is up";
		return KROUTE_WAITING;
	}
	return KROUTE_SENT;
}

enum kroute_state kroutes_route(
    const struct kroutes *k, const struct prefix *p, const char **why)
{
	const uint32_t *note = rib_note(k->rib, p);

	return state(k, p, note ? *note : 0, why);
}

const char *kroutes_rival(const struct kroutes *k, const struct prefix *p)
{
	static char text[AUDIT_TEXT_LEN];
	const struct kother *f = foreign_of(k, p, true);
	struct audit_view v = {.prefix = *p, .table = k->key.table};

	f = f ? f : foreign_of(k, p, false);
	if (!f)
		return "";
	v.protocol = f->protocol;
	v.metric = f->metric;
	return audit_del_text(&v, text);
}

struct each {
	const struct kroutes *k;
	out_kernel_fn *fn;
	void *arg;
};

static void on_each(const struct rib_route *best, uint32_t *note, void *arg)
{
	const struct each *e = arg;
	const char *why;
	enum kroute_state s = state(e->k, &best->prefix, *note, &why);

	if (s != KROUTE_INSTALLED && s != KROUTE_STATES)
		e->fn(&best->prefix, s, why, e->arg);
}

void kroutes_each(const struct kroutes *k, out_kernel_fn *fn, void *arg)
{
	struct each e = {k, fn, arg};

	rib_notes(k->rib, on_each, &e);
}

static size_t shadowed(const struct kroutes *k)
{
	const struct kforeign *f;
	size_t n = 0;

	for (size_t at = 0; (f = table_next(&k->foreigns, &at));) {
		const uint32_t *note = rib_note(k->rib, &f->prefix);

		n += note && *note & NOTE_DONE && foreign_of(k, &f->prefix, true);
	}
	return n;
}

static void count_sets(const struct kroutes *k, struct kroutes_stats *st)
{
	for (size_t i = 0; i < k->n_slots; i++) {
		const struct kset *s = k->slots[i];

		if (s && s->error)
			st->routes[KROUTE_REJECTED] += s->users;
		else if (s && k->read && !s->dirty && !s->n_usable)
			st->routes[KROUTE_WAITING] += s->users;
	}
}

void kroutes_stats(const struct kroutes *k, struct kroutes_stats *st)
{
	const struct kobject *o;
	size_t told;

	*st = (struct kroutes_stats){.sent = k->sent,
	    .errors = k->errors,
	    .repaired = k->repaired,
	    .swept = k->swept,
	    .read = k->read,
	    .clean = k->whole && k->read && !k->n_left && !k->n_gone};
	st->routes[KROUTE_SHADOWED] = shadowed(k);
	st->routes[KROUTE_INSTALLED] = k->n_done - st->routes[KROUTE_SHADOWED];
	count_sets(k, st);
	st->routes[KROUTE_REJECTED] += k->faults.n;
	told = k->n_done + st->routes[KROUTE_REJECTED] + st->routes[KROUTE_WAITING];
	st->routes[KROUTE_SENT] = k->n_routes > told ? k->n_routes - told : 0;
	for (size_t at = 0; (o = table_next(&k->objects, &at));) {
		bool group = o->n && o->nh[0].object;

		st->groups += group;
		st->objects += !group;
	}
}
