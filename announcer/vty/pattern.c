/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pattern.c - an expression is compiled to steps, and a text followed through all of them at
 * once (Thompson's way): for each byte every step is looked at once at most, whatever the
 * expression is. regexec(3) of glibc keeps what it finds out: some expressions take it seconds
 * for a line and gigabytes for an answer, and {} in {} takes regcomp(3) as much.
 *
 * Where a step leads is told relative to itself, so that a part of the steps may be moved and,
 * for {}, copied.
 */
#include "announcer/vty/pattern.h"
#include "announcer/util.h"
#include <ctype.h>
#include <stdint.h>

enum { STEPS_MAX = 500, DEPTH_MAX = 32, REPEAT_MAX = 255, NO_END = -1 };

enum op { OP_SET, OP_BEGIN, OP_END, OP_GO, OP_FORK, OP_HIT };

struct step {
	enum op op;
	int to[2];       /* OP_GO: the first, OP_FORK: both */
	uint8_t set[32]; /* OP_SET: the bytes that lead on */
};

struct list {
	int n, v[STEPS_MAX];
};

struct pattern {
	struct step step[STEPS_MAX];
	int n;
	/* While a text is followed: steps that are reached, and when each was, to see it once.
	 */
	uint64_t seen[STEPS_MAX], turn;
	struct list now, next;
	int stack[STEPS_MAX];
};

/* ---- from an expression to steps ---- */

struct compiling {
	struct pattern *p;
	const char *s;
	const char *error; /* NULL = none so far */
	bool any_case;
	int depth;
};

static void fail(struct compiling *c, const char *error)
{
	if (!c->error)
		c->error = error;
}

/* Room for n steps at `at`; those behind move. Return: the first, or NULL. */
static struct step *room(struct compiling *c, int at, int n)
{
	struct pattern *p = c->p;

	if (c->error || p->n + n > STEPS_MAX) {
		fail(c, "it is too large");
		return NULL;
	}
	memmove(&p->step[at + n], &p->step[at], (size_t)(p->n - at) * sizeof(p->step[0]));
	p->n += n;
	memset(&p->step[at], 0, (size_t)n * sizeof(p->step[0]));
	return &p->step[at];
}

static void insert(struct compiling *c, int at, struct step step)
{
	struct step *s = room(c, at, 1);

	if (s)
		*s = step;
}

static void append(struct compiling *c, struct step step)
{
	insert(c, c->p->n, step);
}

static void set_add(uint8_t *set, unsigned char b)
{
	set[b / 8] |= (uint8_t)(1u << b % 8);
}

static bool set_has(const uint8_t *set, unsigned char b)
{
	return set[b / 8] >> b % 8 & 1;
}

/* A step that takes a byte of the set, or one that is not in it. */
static void append_set(struct compiling *c, struct step *s, bool inverse)
{
	for (int b = 0; c->any_case && b < 256; b++) {
		if (isalpha(b) && set_has(s->set, (unsigned char)b)) {
			set_add(s->set, (unsigned char)tolower(b));
			set_add(s->set, (unsigned char)toupper(b));
		}
	}
	for (size_t i = 0; inverse && i < sizeof(s->set); i++)
		s->set[i] = (uint8_t)~s->set[i];
	append(c, *s);
}

static void append_byte(struct compiling *c, char b)
{
	struct step s = {.op = OP_SET};

	set_add(s.set, (unsigned char)b);
	append_set(c, &s, false);
}

/* [:alpha:], from behind its first bracket. */
static void class_add(struct compiling *c, uint8_t *set)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} classes[] = {
	    {":alnum:]",  isalnum },
	    {":alpha:]",  isalpha },
	    {":blank:]",  isblank },
	    {":cntrl:]",  iscntrl },
	    {":digit:]",  isdigit },
	    {":graph:]",  isgraph },
	    {":lower:]",  islower },
	    {":print:]",  isprint },
	    {":punct:]",  ispunct },
	    {":space:]",  isspace },
	    {":upper:]",  isupper },
	    {":xdigit:]", isxdigit},
	};

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		size_t len = strlen(classes[i].name);

		if (strncmp(c->s, classes[i].name, len) != 0)
			continue;
		for (int b = 0; b < 256; b++)
			if (classes[i].is(b))
				set_add(set, (unsigned char)b);
		c->s += len;
		return;
	}
	fail(c, "no such class of characters");
}

/* From behind its first bracket. */
static void brackets(struct compiling *c)
{
	struct step s = {.op = OP_SET};
	bool inverse = *c->s == '^';
	const char *first = c->s + inverse;

	for (c->s = first; !c->error && (*c->s != ']' || c->s == first);) {
		unsigned char from = (unsigned char)*c->s++, to = from;

		if (!from) {
			fail(c, "[ without ]");
		} else if (from == '[' && *c->s && strchr(":.=", *c->s)) {
			class_add(c, s.set);
			continue;
		} else if (*c->s == '-' && c->s[1] && c->s[1] != ']') {
			to = (unsigned char)c->s[1];
			c->s += 2;
		}
		if (to < from)
			fail(c, "a range that ends before it begins");
		for (int b = from; b <= to; b++)
			set_add(s.set, (unsigned char)b);
	}
	c->s += !c->error;
	append_set(c, &s, inverse);
}

static void either(struct compiling *c);

static void escaped(struct compiling *c)
{
	if (!*c->s)
		fail(c, "nothing behind \\");
	else if (isalnum((unsigned char)*c->s) || strchr("<>`'", *c->s))
		fail(c, "\\ is only for characters that have a meaning");
	else
		append_byte(c, *c->s++);
}

static void group(struct compiling *c)
{
	if (c->depth == DEPTH_MAX) {
		fail(c, "it is too deep");
		return;
	}
	c->depth++;
	either(c);
	c->depth--;
	if (*c->s == ')')
		c->s++;
	else
		fail(c, "( without )");
}

static void atom(struct compiling *c)
{
	struct step any = {.op = OP_SET};

	switch (*c->s++) {
	case '(':
		group(c);
		break;
	case '[':
		brackets(c);
		break;
	case '.':
		append_set(c, &any, true);
		break;
	case '^':
		append(c, (struct step){.op = OP_BEGIN});
		break;
	case '$':
		append(c, (struct step){.op = OP_END});
		break;
	case '\\':
		escaped(c);
		break;
	case '*':
	case '+':
	case '?':
	case '{':
		fail(c, "nothing to repeat");
		break;
	default:
		append_byte(c, c->s[-1]);
	}
}

/* What follows `at` is to be found any number of times. */
static void any_times(struct compiling *c, int at)
{
	int len = c->p->n - at;

	insert(c, at,
	    (struct step){
		.op = OP_FORK, .to = {1, len + 2}
        });
	append(c, (struct step){.op = OP_GO, .to = {-len - 1}});
}

static void at_least_once(struct compiling *c, int at)
{
	append(c, (struct step){
		      .op = OP_FORK, .to = {at - c->p->n, 1}
        });
}

static void perhaps(struct compiling *c, int at)
{
	insert(c, at,
	    (struct step){
		.op = OP_FORK, .to = {1, c->p->n - at + 1}
        });
}

static int number(struct compiling *c)
{
	int n = 0;

	if (!isdigit((unsigned char)*c->s))
		fail(c, "what stands in {} is no number");
	while (isdigit((unsigned char)*c->s) && n <= REPEAT_MAX)
		n = n * 10 + (*c->s++ - '0');
	if (n > REPEAT_MAX)
		fail(c, "it is too large");
	return n;
}

/* {2}, {2,} or {2,3}, from behind the first bracket: what follows `at`, so many times. */
static void times(struct compiling *c, int at)
{
	const int len = c->p->n - at, from = number(c);
	int to = from;
	struct step part[STEPS_MAX];

	if (*c->s == ',')
		to = *++c->s == '}' ? NO_END : number(c);
	if (*c->s != '}' || (to != NO_END && to < from))
		fail(c, "what stands in {} is no number");
	if (c->error)
		return;
	c->s++;
	memcpy(part, &c->p->step[at], (size_t)len * sizeof(part[0]));
	c->p->n = at;
	for (int i = 0; !c->error && i < (to == NO_END ? from + 1 : to); i++) {
		const int begin = c->p->n;
		struct step *s = room(c, begin, len);

		if (s)
			memcpy(s, part, (size_t)len * sizeof(part[0]));
		if (i >= from && to == NO_END)
			any_times(c, begin);
		else if (i >= from)
			perhaps(c, begin);
	}
}

static void repeated(struct compiling *c)
{
	const int at = c->p->n;

	atom(c);
	while (!c->error && *c->s && strchr("*+?{", *c->s)) {
		switch (*c->s++) {
		case '*':
			any_times(c, at);
			break;
		case '+':
			at_least_once(c, at);
			break;
		case '?':
			perhaps(c, at);
			break;
		default:
			times(c, at);
		}
	}
}

static void sequence(struct compiling *c)
{
	while (!c->error && *c->s && *c->s != '|' && !(*c->s == ')' && c->depth))
		repeated(c);
}

static void either(struct compiling *c)
{
	const int at = c->p->n;
	int go;

	sequence(c);
	if (c->error || *c->s != '|')
		return;
	c->s++;
	perhaps(c, at);
	c->p->step[at].to[1]++; /* past the step that follows */
	go = c->p->n;
	append(c, (struct step){.op = OP_GO});
	either(c);
	if (!c->error)
		c->p->step[go].to[0] = c->p->n - go;
}

struct pattern *pattern_new(const char *expr, bool any_case, const char **error)
{
	struct pattern *p = xcalloc(1, sizeof(*p));
	struct compiling c = {.p = p, .s = expr, .any_case = any_case};

	either(&c);
	append(&c, (struct step){.op = OP_HIT});
	if (!c.error)
		return p;
	*error = c.error;
	free(p);
	return NULL;
}

void pattern_free(struct pattern *p)
{
	free(p);
}

/* ---- following a text ---- */

static int push(struct pattern *p, int n, int step)
{
	if (p->seen[step] != p->turn)
		p->stack[n++] = step;
	p->seen[step] = p->turn;
	return n;
}

/* Reach a step, and those that it leads to without a byte, into the list. Return: a match. */
static bool reach(
    struct pattern *p, int step, struct list *list, const char *text, const char *at)
{
	int waiting = push(p, 0, step);

	while (waiting) {
		const int i = p->stack[--waiting];
		const struct step *s = &p->step[i];

		if (s->op == OP_HIT)
			return true;
		if (s->op == OP_SET)
			list->v[list->n++] = i;
		else if (s->op == OP_GO || s->op == OP_FORK)
			waiting = push(p, waiting, i + s->to[0]);
		else if (s->op == OP_BEGIN ? at == text : !*at)
			waiting = push(p, waiting, i + 1);
		if (s->op == OP_FORK)
			waiting = push(p, waiting, i + s->to[1]);
	}
	return false;
}

bool pattern_hits(struct pattern *p, const char *text)
{
	struct list *now = &p->now, *next = &p->next, *swap;

	p->turn++;
	now->n = 0;
	for (const char *at = text;; at++) {
		if (reach(p, 0, now, text, at)) /* a match may begin anywhere */
			return true;
		if (!*at)
			return false;
		p->turn++;
		next->n = 0;
		for (int i = 0; i < now->n; i++)
			if (set_has(p->step[now->v[i]].set, (unsigned char)*at) &&
			    reach(p, now->v[i] + 1, next, text, at + 1))
				return true;
		swap = now;
		now = next;
		next = swap;
	}
}
