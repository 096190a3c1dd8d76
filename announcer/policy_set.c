/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_set.c - the parts of all places, the newest and the last good form of each. */
#include "announcer/policy_set.h"
#include "announcer/part_items.h"
#include "announcer/util.h"

/* What one place, or one object there, says. */
struct entry {
	char *name;        /* "grevyd.yaml" */
	struct part *part; /* NULL = it cannot be read */
	struct part *old;  /* last form that was in force; may be `part` */
	enum rules_state state;
	char *why;
};

struct policy_set {
	struct entry file;
	unsigned long serial; /* of the configuration that the file's part is of */
	bool held;            /* it is so in part only */
	bool changed;         /* since the rules were made */
};

static void entry_fini(struct entry *e)
{
	if (e->old != e->part)
		part_free(e->old);
	part_free(e->part);
	free(e->name);
	free(e->why);
}

struct policy_set *policy_set_new(void)
{
	return xcalloc(1, sizeof(struct policy_set));
}

void policy_set_free(struct policy_set *s)
{
	if (!s)
		return;
	entry_fini(&s->file);
	free(s);
}

/* Consumes the part. */
static void entry_set(struct policy_set *s, struct entry *e, struct part *part)
{
	if (e->part && part && part_equal(e->part, part)) {
		part_free(part);
		return;
	}
	if (e->part != e->old)
		part_free(e->part);
	e->part = part;
	s->changed = true;
}

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

void policy_set_file(struct policy_set *s, const struct conf *c, bool held)
{
	struct part *part;

	if (s->serial == c->serial && (held || !s->held))
		return;
	part = part_of_conf(c);
	s->held = held && keep(part, s->file.part);
	if (!s->file.name || strcmp(s->file.name, c->file) != 0) {
		free(s->file.name);
		s->file.name = xstrdup(c->file);
	}
	entry_set(s, &s->file, part);
	s->serial = c->serial;
}

bool policy_set_holds(const struct policy_set *s)
{
	return s->held;
}

static struct rules_input input_of(const struct entry *e)
{
	return (struct rules_input){.name = e->name, .part = e->part, .old = e->old};
}

/* What became of it. */
static void entry_take(struct entry *e, const struct rules_input *in)
{
	free(e->why);
	e->why = in->why;
	e->state = in->state;
	if (in->state != RULES_GOOD && !in->kept)
		return; /* what was good once may be again */
	if (e->old != e->part)
		part_free(e->old);
	e->old = in->state == RULES_GOOD ? e->part : in->kept;
}

struct rules *policy_set_make(struct policy_set *s, const struct rules *now)
{
	struct rules_input in;
	struct rules *r;

	if (!s->changed && now)
		return NULL;
	in = input_of(&s->file);
	r = rules_make(&in, 1);
	entry_take(&s->file, &in);
	s->changed = false;
	if (now && rules_equal(now, r)) {
		rules_free(r);
		return NULL;
	}
	return r;
}
