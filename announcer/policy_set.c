/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_set.c - the parts of all places, the newest and the last good form of each. An entry a
 * place or object: it is read when it comes, and merged with the others when somebody asks for
 * the rules after something has changed.
 */
#include "announcer/policy_set.h"
#include "announcer/conf_source.h"
#include "announcer/part_items.h"
#include "announcer/table.h"
#include "announcer/util.h"
#include <stdio.h>

enum { NOWHERE = -1 };

/* What one place, or one object there, says. */
struct entry {
	const char *kind; /* NULL = the file */
	char *resource, *ns, *object;
	char *name;        /* "IPAddressPool metallb-system/lan", "grevyd.yaml" */
	int64_t created_s; /* Unix time; 0 = unknown */
	int place;         /* in policy-from, or NOWHERE */
	struct part *part; /* newest form; NULL = it cannot be read */
	struct part *old;  /* last form that was in force; may be `part` */
	char *error;       /* why it cannot be read */
	enum rules_state state;
	char *why;
	bool early; /* was there when all were told first */
	bool gone;  /* while objects count as they were: until then it does */
	bool news;  /* was not told as it is */
};

struct policy_set {
	const struct conf *conf; /* the newest; borrowed */
	struct entry file;
	struct table objects;
	struct strlist places; /* policy-from in force */
	unsigned long serial;  /* of the configuration that the file's part is of */
	bool held;             /* it is so in part only */
	bool frozen;           /* objects count as they were */
	bool listed;
	bool news;                  /* some entry's */
	bool file_changed, changed; /* since the rules were made: the file's part, an object */
};

static uint32_t entry_hash(const void *p)
{
	const struct entry *e = p;
	uint32_t h = table_hash(e->resource, strlen(e->resource), table_seed());

	h = table_hash(e->ns, strlen(e->ns), h);
	return table_hash(e->object, strlen(e->object), h);
}

static bool entry_same(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->object, y->object) == 0 && strcmp(x->ns, y->ns) == 0 &&
	       strcmp(x->resource, y->resource) == 0;
}

static const struct table_ops entry_ops = {entry_hash, entry_same};

/* Pools are tried by name, whatever their kind. */
static int entry_cmp(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;
	int c = ((*x)->place > (*y)->place) - ((*x)->place < (*y)->place);

	if (!c)
		c = strcmp((*x)->object, (*y)->object);
	if (!c)
		c = strcmp((*x)->resource, (*y)->resource);
	return c ? c : strcmp((*x)->ns, (*y)->ns);
}

static void entry_fini(struct entry *e)
{
	if (e->old != e->part)
		part_free(e->old);
	part_free(e->part);
	free(e->resource);
	free(e->ns);
	free(e->object);
	free(e->name);
	free(e->error);
	free(e->why);
}

struct policy_set *policy_set_new(void)
{
	struct policy_set *s = xcalloc(1, sizeof(*s));

	s->objects.ops = &entry_ops;
	return s;
}

void policy_set_free(struct policy_set *s)
{
	struct entry *e;

	if (!s)
		return;
	for (size_t at = 0; (e = table_next(&s->objects, &at));) {
		entry_fini(e);
		free(e);
	}
	table_fini(&s->objects);
	strlist_fini(&s->places);
	entry_fini(&s->file);
	free(s);
}

/* Consumes part and error. Return: whether it says something else now. */
static bool entry_set(struct entry *e, struct part *part, char *error)
{
	bool same = part ? e->part && part_equal(e->part, part) : !e->part;

	if (same && text_equal(e->error, error)) {
		part_free(part);
		free(error);
		return false;
	}
	if (e->part != e->old)
		part_free(e->part);
	e->part = part;
	free(e->error);
	e->error = error;
	return true;
}

/* ---- the file ---- */

/* Pools, advertisements and aliases as they were. Return: whether that makes a difference. */
static bool keep(struct part *next, const struct part *was)
{
	static const enum part_kind kinds[] = {PART_COMMUNITY, PART_POOL, PART_AD};
	struct part mixed = {0};
	bool differs;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < part_count(was, kinds[k]); i++)
			part_add(&mixed, kinds[k], part_item(was, kinds[k], i));
	for (size_t i = 0; i < next->n_peers; i++)
		part_add(&mixed, PART_PEER, &next->peers[i]);
	for (size_t i = 0; i < next->n_bfd; i++)
		part_add(&mixed, PART_BFD, &next->bfd[i]);
	differs = !part_equal(next, &mixed);
	part_fini(next);
	*next = mixed;
	return differs;
}

/* In the places in force, as far as these are those of the configuration. */
static int place_of(const struct policy_set *s, const struct entry *e)
{
	struct k8s_object o = {
	    .kind = *e->resource ? K8S_CUSTOM : K8S_CONFIGMAP, .ns = e->ns, .name = e->object};

	return strlist_equal(&s->places, &s->conf->policy_from) ? conf_policy_place(s->conf, &o)
	                                                        : NOWHERE;
}

static void set_places(struct policy_set *s)
{
	struct entry *e;

	strlist_fini(&s->places);
	strlist_copy(&s->places, &s->conf->policy_from);
	s->file.place = conf_policy_place(s->conf, NULL);
	for (size_t at = 0; (e = table_next(&s->objects, &at));)
		e->place = place_of(s, e);
	s->file_changed = true;
}

static void forget(struct policy_set *s, struct entry *e)
{
	table_remove(&s->objects, e);
	entry_fini(e);
	free(e);
	s->changed = true;
}

static void forget_gone(struct policy_set *s)
{
	struct entry **v = xcalloc(s->objects.n, sizeof(struct entry *)), *e;
	size_t n = 0;

	for (size_t at = 0; (e = table_next(&s->objects, &at));)
		if (e->gone)
			v[n++] = e;
	while (n)
		forget(s, v[--n]);
	free(v);
}

void policy_set_file(struct policy_set *s, const struct conf *c, bool held)
{
	bool thaws = s->frozen && !held;
	struct part *part;

	s->conf = c;
	s->frozen = held;
	if (thaws)
		forget_gone(s);
	if (s->serial == c->serial && !thaws)
		return;
	part = part_of_conf(c);
	s->held = held && keep(part, s->file.part);
	if (!held || !s->places.n)
		set_places(s);
	else if (!strlist_equal(&s->places, &c->policy_from))
		s->held = true;
	free(s->file.name);
	s->file.name = xstrdup(c->file);
	s->file_changed |= entry_set(&s->file, part, NULL);
	s->serial = c->serial;
}

bool policy_set_holds(const struct policy_set *s)
{
	return s->held;
}

/* ---- objects ---- */

static const char *resource_of(const struct k8s_object *o)
{
	return o->kind == K8S_CUSTOM ? o->raw.resource : "";
}

static struct entry *find(const struct policy_set *s, const struct k8s_object *o)
{
	const struct entry probe = {.resource = (char *)(uintptr_t)resource_of(o),
	    .ns = (char *)(uintptr_t)o->ns,
	    .object = (char *)(uintptr_t)o->name};

	return table_find(&s->objects, &probe);
}

static struct entry *entry_new(
    struct policy_set *s, const struct k8s_object *o, const char *kind)
{
	struct entry *e = xcalloc(1, sizeof(*e));
	size_t len = strlen(kind) + strlen(o->ns) + strlen(o->name) + 3;

	e->kind = kind;
	e->resource = xstrdup(resource_of(o));
	e->ns = xstrdup(o->ns);
	e->object = xstrdup(o->name);
	e->name = xcalloc(len, 1);
	snprintf(e->name, len, "%s %s/%s", kind, o->ns, o->name);
	e->place = place_of(s, e);
	e->early = !s->listed;
	e->news = s->changed = true;
	table_add(&s->objects, e);
	return e;
}

/* One text, without the name that each begins with; NULL = there are none. */
static char *errors_text(const struct conf_errors *errors, const char *name)
{
	size_t cap = 32, len = 0, skip = strlen(name);
	char *s;

	if (!errors->lines.n)
		return NULL;
	for (size_t i = 0; i < errors->lines.n; i++)
		cap += strlen(errors->lines.v[i]) + 2;
	s = xcalloc(cap, 1);
	for (size_t i = 0; i < errors->lines.n; i++) {
		const char *line = errors->lines.v[i];

		if (strncmp(line, name, skip) == 0 && strncmp(line + skip, ": ", 2) == 0)
			line += skip + 2;
		len += (size_t)snprintf(s + len, cap - len, "%s%s", i ? "; " : "", line);
	}
	if (errors->more)
		snprintf(s + len, cap - len, "; and %zu more", errors->more);
	return s;
}

void policy_set_put(struct policy_set *s, const struct k8s_object *o)
{
	const char *kind = part_kind_name(o);
	struct conf_errors errors = {0};
	struct entry *e = find(s, o);
	struct part *part;

	if (!kind)
		return;
	if (!e)
		e = entry_new(s, o, kind);
	e->gone = false;
	if (e->created_s != o->created_s)
		s->changed = true;
	e->created_s = o->created_s;
	part = o->kind == K8S_CONFIGMAP ? part_of_configmap(o, &errors)
	                                : part_of_custom(o, &errors);
	s->changed |= entry_set(e, part, errors_text(&errors, e->name));
	conf_errors_fini(&errors);
}

void policy_set_delete(struct policy_set *s, const struct k8s_object *o)
{
	struct entry *e = part_kind_name(o) ? find(s, o) : NULL;

	if (e && s->frozen)
		e->gone = true;
	else if (e)
		forget(s, e);
}

void policy_set_listed(struct policy_set *s)
{
	s->changed |= !s->listed;
	s->listed = true;
}

static bool has_pools(const struct entry *e)
{
	return strcmp(e->kind, "IPAddressPool") == 0 || strcmp(e->kind, "AddressPool") == 0 ||
	       strcmp(e->kind, "ConfigMap") == 0;
}

bool policy_set_unsure(const struct policy_set *s)
{
	const struct entry *e;

	for (size_t at = 0; (e = table_next(&s->objects, &at));)
		if (e->early && !e->part && !e->old && e->place != NOWHERE && has_pools(e))
			return true;
	return false;
}

/* ---- rules ---- */

/* Entries in force, in the order of places and names; n of them, to be freed by the caller. */
static struct entry **sorted(const struct policy_set *s, size_t *n)
{
	struct entry **v = xcalloc(s->objects.n + 1, sizeof(struct entry *));
	struct entry *e;
	size_t count = 0, at = 0, files = 0;

	for (size_t i = 0; s->listed && (e = table_next(&s->objects, &i));)
		if (e->place != NOWHERE)
			v[count++] = e;
	if (count)
		qsort(v, count, sizeof(struct entry *), entry_cmp);
	if (s->file.place != NOWHERE && s->file.part) {
		while (at < count && v[at]->place < s->file.place)
			at++;
		memmove(v + at + 1, v + at, (count - at) * sizeof(struct entry *));
		v[at] = (struct entry *)(uintptr_t)&s->file;
		files = 1;
	}
	*n = count + files;
	return v;
}

/* While they are frozen, an object is as it was. */
static struct rules_input input_of(const struct policy_set *s, const struct entry *e)
{
	struct rules_input in = {.name = e->name,
	    .part = s->frozen && e->kind ? e->old : e->part,
	    .old = e->old,
	    .error = e->error,
	    .place = (unsigned)e->place,
	    .created_s = e->created_s};

	return in;
}

/* What became of it. Return: whether that is news. */
static bool entry_take(struct entry *e, const struct rules_input *in)
{
	e->news |= e->state != in->state || !text_equal(e->why, in->why);
	free(e->why);
	e->why = in->why;
	e->state = in->state;
	if (in->state != RULES_GOOD && !in->kept)
		return e->news; /* what was good once may be again */
	if (e->old != e->part)
		part_free(e->old);
	e->old = in->state == RULES_GOOD ? e->part : in->kept;
	return e->news;
}

static void input_fini(struct rules_input *in)
{
	free(in->why);
	part_free(in->kept);
}

struct rules *policy_set_make(struct policy_set *s, const struct rules *now)
{
	struct rules_input *in;
	struct entry **v;
	struct rules *r;
	size_t n;

	if (now && !s->file_changed && (s->frozen || !s->changed))
		return NULL;
	v = sorted(s, &n);
	in = xcalloc(n, sizeof(*in));
	for (size_t i = 0; i < n; i++)
		in[i] = input_of(s, v[i]);
	r = rules_make(in, n);
	for (size_t i = 0; i < n; i++) {
		if (s->frozen && v[i]->kind)
			input_fini(&in[i]);
		else
			s->news |= entry_take(v[i], &in[i]);
	}
	free(in);
	free(v);
	s->file_changed = false;
	s->changed &= s->frozen;
	if (!now || !rules_equal(now, r))
		return r;
	rules_free(r);
	return NULL;
}

/* ---- verdicts ---- */

static struct policy_verdict verdict_of(const struct policy_set *s, const struct entry *e)
{
	return (struct policy_verdict){.name = e->name,
	    .from = s->places.v[e->place],
	    .kind = e->kind,
	    .resource = e->resource,
	    .ns = e->ns,
	    .object = e->object,
	    .state = e->state,
	    .why = e->why};
}

void policy_set_each(const struct policy_set *s, policy_verdict_fn *fn, void *arg)
{
	size_t n;
	struct entry **v = sorted(s, &n);

	for (size_t i = 0; i < n; i++) {
		struct policy_verdict verdict = verdict_of(s, v[i]);

		fn(&verdict, arg);
	}
	free(v);
}

/* Has it the pool, and is that in force? What is refused whole keeps a form for later. */
static bool has_pool(const struct entry *e, const char *pool)
{
	size_t n =
	    e->old && e->place != NOWHERE && e->state != RULES_REFUSED ? e->old->n_pools : 0;

	while (n && strcmp(e->old->pools[n - 1].name, pool) != 0)
		n--;
	return n;
}

const char *policy_set_pool(const struct policy_set *s, const char *pool)
{
	const struct entry *e;

	if (has_pool(&s->file, pool))
		return s->file.name;
	for (size_t at = 0; (e = table_next(&s->objects, &at));)
		if (has_pool(e, pool))
			return e->name;
	return NULL;
}

void policy_set_tell(struct policy_set *s, policy_verdict_fn *fn, void *arg)
{
	struct entry **v;
	size_t n;

	if (!s->news)
		return;
	s->news = false;
	v = sorted(s, &n);
	for (size_t i = 0; i < n; i++) {
		struct policy_verdict verdict = verdict_of(s, v[i]);

		if (v[i]->news)
			fn(&verdict, arg);
		v[i]->news = false;
	}
	free(v);
}
