/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_similar.c - names that somebody may have meant, the likeliest first. Every Service is
 * looked at, by steps; most names are told apart by their first letters.
 */
#include "announcer/util.h"
#include "announcer/vty/why.h"

#define SIMILAR_MAX  5
#define NAME_MAX_LEN 63
#define DISTANCE_MAX 2

enum { UNLIKE = DISTANCE_MAX + 2, CONTAINED = DISTANCE_MAX + 1 };

struct candidate {
	char *name;    /* "namespace/name", or of a Node */
	unsigned rank; /* 0: the same name */
};

struct why_similar {
	char *word;
	struct candidate v[SIMILAR_MAX]; /* by rank */
	size_t n;
	struct store_walk walk;
};

/* The next row of Levenshtein's table, in place. Return: the smallest number in it. */
static unsigned next_row(unsigned *row, char c, unsigned i, const char *b)
{
	unsigned diagonal = row[0], least = i;

	row[0] = i;
	for (size_t j = 1; b[j - 1]; j++) {
		unsigned best = diagonal + (c != b[j - 1]);

		diagonal = row[j];
		best = row[j] + 1 < best ? row[j] + 1 : best;
		row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		least = row[j] < least ? row[j] : least;
	}
	return least;
}

/* Of two short words; more than DISTANCE_MAX for others. */
static unsigned distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned row[NAME_MAX_LEN + 1] = {0};

	if (la > NAME_MAX_LEN || lb > NAME_MAX_LEN || la > lb + DISTANCE_MAX ||
	    lb > la + DISTANCE_MAX)
		return UNLIKE;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++)
		if (next_row(row, a[i - 1], (unsigned)i, b) > DISTANCE_MAX)
			return UNLIKE;
	return row[lb];
}

static unsigned rank_of(const char *word, const char *name)
{
	unsigned d = distance(word, name);

	if (d <= DISTANCE_MAX)
		return d;
	return strlen(word) > 2 && (strstr(name, word) || strstr(word, name)) ? CONTAINED
	                                                                      : UNLIKE;
}

/* ns NULL: a Node. */
static void consider(struct why_similar *s, const char *ns, const char *name)
{
	unsigned rank = rank_of(s->word, name);
	struct buf b = {0};
	size_t at = s->n;

	while (at > 0 && s->v[at - 1].rank > rank)
		at--;
	if (rank >= UNLIKE || at >= SIMILAR_MAX)
		return;
	if (s->n == SIMILAR_MAX)
		free(s->v[--s->n].name);
	memmove(&s->v[at + 1], &s->v[at], (s->n - at) * sizeof(*s->v));
	s->n++;
	buf_fmt(&b, "%s%s%s", ns ? ns : "", ns ? "/" : "", name);
	s->v[at] = (struct candidate){b.p, rank};
}

struct why_similar *why_similar_new(const char *word)
{
	struct why_similar *s = xcalloc(1, sizeof(*s));

	s->word = xstrdup(word);
	return s;
}

void why_similar_free(struct why_similar *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].name);
	store_walk_fini(&s->walk);
	free(s->word);
	free(s);
}

bool why_similar_services(struct why_similar *s, struct vty_request *rq)
{
	const struct store_service *svc;

	do {
		svc = store_walk_next(rq->ctx->store, &s->walk);
		if (svc && svc->obj)
			consider(s, svc->ns, svc->name);
	} while (svc && !vty_enough(rq));
	return svc;
}

void why_similar_nodes(struct why_similar *s, const struct vty_context *ctx)
{
	struct store_node *const *nodes;
	size_t n;

	nodes = store_nodes(ctx->store, &n);
	for (size_t i = 0; i < n; i++)
		consider(s, NULL, nodes[i]->name);
}

const char *why_similar_first(const struct why_similar *s)
{
	return s->n ? s->v[0].name : NULL;
}

void why_similar_join(const struct why_similar *s, struct buf *out)
{
	buf_str(out, "");
	for (size_t i = 0; i < s->n; i++)
		buf_fmt(out, "%s%s", i ? ", " : "", s->v[i].name);
}
