/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of a batch: what adds next hops first, what takes them away last, and a Service
 * that goes before one that comes, which may want its address.
 */
#include "k8s/manifests_int.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More are counted, not listed. */
#define MAX_PROBLEMS 100

static const struct {
	enum k8s_event_type type;
	enum k8s_kind kind;
} order[] = {
    {K8S_PUT,    K8S_SECRET   },
    {K8S_PUT,    K8S_NAMESPACE},
    {K8S_PUT,    K8S_NODE     },
    {K8S_PUT,    K8S_SLICE    },
    {K8S_DELETE, K8S_SERVICE  },
    {K8S_PUT,    K8S_SERVICE  },
    {K8S_DELETE, K8S_SLICE    },
    {K8S_DELETE, K8S_NODE     },
    {K8S_DELETE, K8S_NAMESPACE},
    {K8S_DELETE, K8S_SECRET   },
};

int manifests_tell(struct manifests *m, enum k8s_event_type type, struct k8s_object *obj)
{
	struct k8s_event *ev;

	if (m->n_events == m->cap_events) {
		size_t cap = m->cap_events ? 2 * m->cap_events : 16;
		struct k8s_event **v = realloc(m->events, cap * sizeof(*v));

		if (!v) {
			k8s_object_free(obj);
			return -ENOMEM;
		}
		m->events = v;
		m->cap_events = cap;
	}
	ev = obj ? k8s_event_new(type, obj) : NULL;
	if (!ev)
		return -ENOMEM;
	m->events[m->n_events++] = ev;
	return 0;
}

void manifests_each_told(const struct manifests *m, k8s_name_fn *fn, void *arg)
{
	const struct claims *cs = &m->claims;

	for (size_t i = 0; i < cs->n_buckets; i++)
		for (const struct claim *c = cs->buckets[i]; c; c = c->next_in_bucket)
			if (c->told)
				fn((enum k8s_kind)c->kind, "", claim_ns(c), claim_name(c), arg);
}

/* Queue what the listener does not have yet of one claim that was read. */
static void tell_claim(struct manifests *m, struct claim *c)
{
	struct k8s_object *obj = c->obj;

	if (!obj)
		return;
	c->obj = NULL;
	if (c->shadowed || c->told == c->digest) {
		k8s_object_free(obj);
	} else if (manifests_tell(m, K8S_PUT, obj) < 0) {
		memset(&((struct manifest_file *)c->file)->mark, 0, sizeof(struct file_mark));
		m->again = m->want_scan = true;
	} else {
		c->told = c->digest;
	}
}

static void tell_touched(struct manifests *m)
{
	while (m->touched) {
		struct manifest_file *f = m->touched;

		m->touched = f->next_touched;
		f->touched = false;
		for (struct claim *c = f->who.claims; c; c = c->next_in_file)
			tell_claim(m, c);
	}
}

static void send_events(struct manifests *m)
{
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < m->n_events; i++) {
			struct k8s_event *ev = m->events[i];

			if (!ev || ev->type != order[k].type || ev->obj->kind != order[k].kind)
				continue;
			m->events[i] = NULL;
			m->sink(ev, m->arg);
		}
	}
	free(m->events);
	m->events = NULL;
	m->n_events = m->cap_events = 0;
}

static bool add_bad_file(
    const struct manifests *m, struct k8s_state *st, const struct manifest_file *f)
{
	if (f->where && f->what)
		return k8s_state_problem(st, strdup(f->where), strdup(f->what));
	return k8s_state_problem(
	    st, file_path(m->dir, f->who.name), strdup("cannot be read: not enough memory"));
}

static bool add_shadowed(const struct manifests *m, struct k8s_state *st, const struct claim *c)
{
	const struct claim *best = claims_best(&m->claims, c);
	char *path = file_path(m->dir, c->file->name),
	     *first = file_path(m->dir, best->file->name);
	size_t len = path ? strlen(path) + 24 : 1;
	char *where = malloc(len), *what = malloc(768);
	bool ok = false;

	if (path && first && where && what) {
		snprintf(where, len, "%s:%u:%u", path, c->line, c->col);
		snprintf(what, 768,
		    "%s %s%s%s: is in %.400s already, which comes first by name",
		    k8s_kind_name(c->kind), claim_ns(c), *claim_ns(c) ? "/" : "", claim_name(c),
		    first);
		ok = k8s_state_problem(st, where, what);
	} else {
		free(where);
		free(what);
	}
	free(path);
	free(first);
	return ok;
}

static bool add_file_problems(
    const struct manifests *m, struct k8s_state *st, const struct manifest_file *f)
{
	bool ok = true;

	if (f->who.gone)
		return true;
	if (f->bad && st->n_problems < MAX_PROBLEMS)
		ok = add_bad_file(m, st, f);
	for (const struct claim *c = f->who.n_shadowed ? f->who.claims : NULL; ok && c;
	     c = c->next_in_file) {
		if (st->n_problems == MAX_PROBLEMS)
			return true;
		if (c->shadowed)
			ok = add_shadowed(m, st, c);
	}
	return ok;
}

/* False: no memory. */
static bool add_problems(const struct manifests *m, struct k8s_state *st)
{
	size_t n = m->n_bad + m->claims.n_shadowed;

	if (!n)
		return true;
	st->problems = calloc(MAX_PROBLEMS, sizeof(*st->problems));
	if (!st->problems)
		return false;
	for (size_t i = 0; i < m->n_files; i++)
		if (!add_file_problems(m, st, m->files[i]))
			return false;
	if (st->n_problems == MAX_PROBLEMS)
		st->n_more = n - st->n_problems;
	return true;
}

static struct k8s_state *state_new(const struct manifests *m)
{
	struct k8s_state *st = calloc(1, sizeof(*st));

	if (!st)
		return NULL;
	st->synced = st->listed = m->scanned;
	st->whole = m->scanned && !m->n_never_good;
	st->outage_s = m->outage_s;
	st->files = m->n_files - m->n_gone;
	st->outage = m->outage_s ? strdup(m->outage ? m->outage : "not enough memory") : NULL;
	if ((m->outage_s && !st->outage) || !add_problems(m, st)) {
		k8s_state_free(st);
		return NULL;
	}
	return st;
}

static void send_state(struct manifests *m)
{
	struct k8s_event *ev = k8s_event_new(K8S_STATE, NULL);
	struct k8s_state *st = ev ? state_new(m) : NULL;

	if (!st) {
		k8s_event_free(ev);
		m->again = true;
		return;
	}
	ev->state = st;
	m->changed = false;
	m->sink(ev, m->arg);
}

void manifests_tell_batch(struct manifests *m)
{
	tell_touched(m);
	if (m->n_events)
		m->changed = true;
	send_events(m);
	if (m->changed)
		send_state(m);
}
