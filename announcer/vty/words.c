/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.c - from the description of a command to which word may follow which.
 *
 * A part of it is known by the words that it may begin and end with, and whether it may be
 * left out; joining two parts lets the first words of one follow the last ones of the other.
 */
#include "announcer/vty/words.h"
#include <assert.h>
#include <ctype.h>
#include <string.h>

struct part {
	uint64_t first, last;
	bool empty; /* may be left out */
};

struct parsing {
	struct vty_words *to;
	const char *s;
	bool inside; /* a group */
};

static const char ends[] = " |<>[]";

bool words_is(const char *token, const char *word)
{
	size_t len = strlen(word);

	return strcspn(token, ends) == len && memcmp(token, word, len) == 0;
}

static struct part either(struct parsing *p);

static void follow(struct vty_words *w, uint64_t last, uint64_t first)
{
	for (size_t i = 0; i < w->n; i++)
		if (last >> i & 1)
			w->next[i + 1] |= first;
}

static struct part join(struct vty_words *w, struct part a, struct part b)
{
	follow(w, a.last, b.first);
	return (struct part){a.first | (a.empty ? b.first : 0), b.last | (b.empty ? a.last : 0),
	    a.empty && b.empty};
}

static struct part word(struct parsing *p)
{
	struct vty_words *w = p->to;
	struct vty_token *t = &w->token[w->n];
	uint64_t bit = UINT64_C(1) << w->n;

	assert(w->n < VTY_TOKENS_MAX);
	t->hidden = *p->s == '~';
	p->s += t->hidden;
	t->s = p->s;
	t->len = strcspn(p->s, ends);
	assert(t->len);
	t->variable = isupper((unsigned char)*t->s);
	t->rest = t->len == 4 && memcmp(t->s, "LINE", 4) == 0;
	t->choice = p->inside;
	p->s += t->len;
	w->next[++w->n] = t->rest ? bit : 0;
	return (struct part){bit, bit, false};
}

static struct part group(struct parsing *p)
{
	bool optional = *p->s++ == '[', inside = p->inside;
	struct part a;

	p->inside = true;
	a = either(p);
	assert(*p->s == (optional ? ']' : '>'));
	p->s++;
	p->inside = inside;
	a.empty = a.empty || optional;
	return a;
}

static struct part sequence(struct parsing *p)
{
	struct part a = {.empty = true};

	for (;;) {
		p->s += strspn(p->s, " ");
		if (!*p->s || strchr("|]>", *p->s))
			return a;
		a = join(p->to, a, strchr("[<", *p->s) ? group(p) : word(p));
	}
}

static struct part either(struct parsing *p)
{
	struct part a = sequence(p);

	while (*p->s == '|') {
		struct part b;

		p->s++;
		b = sequence(p);
		a = (struct part){a.first | b.first, a.last | b.last, a.empty || b.empty};
	}
	return a;
}

void words_parse(const char *description, bool json, struct vty_words *to)
{
	struct parsing p = {.to = to, .s = description};
	struct part a;

	memset(to, 0, sizeof(*to));
	a = sequence(&p);
	assert(!*p.s);
	if (json) {
		p.s = "[json]";
		a = join(to, a, group(&p));
	}
	to->next[0] = a.first | (a.empty ? WORDS_END : 0);
	follow(to, a.last, WORDS_END);
}
