/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_similar.c - names that somebody may have meant, the likeliest first. Looks at every name,
 * so a look must be cheap: most names are told apart by their first letters.
 */
#include "announcer/util.h"
#include "announcer/vty/why.h"

#define SIMILAR_MAX  5
#define NAME_MAX_LEN 63
#define DISTANCE_MAX 2

enum { UNLIKE = DISTANCE_MAX + 2, CONTAINED = DISTANCE_MAX + 1 };

struct candidate {
	const char *ns, *name; /* ns NULL: a Node */
	unsigned rank;         /* 0: the same name */
};

struct similar {
	const char *word;
	struct candidate v[SIMILAR_MAX]; /* by rank */
	size_t n;
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
	unsigned row[NAME_MAX_LEN + 1];

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

static void consider(struct similar *s, const char *ns, const char *name)
{
	unsigned rank = rank_of(s->word, name);
	size_t at = s->n;

	while (at > 0 && s->v[at - 1].rank > rank)
		at--;
	if (rank >= UNLIKE || at >= SIMILAR_MAX)
		return;
	s->n += s->n < SIMILAR_MAX;
	memmove(&s->v[at + 1], &s->v[at], (s->n - at - 1) * sizeof(*s->v));
	s->v[at] = (struct candidate){ns, name, rank};
}

static void join(const struct similar *s, struct buf *out)
{
	for (size_t i = 0; i < s->n; i++)
		buf_fmt(out, "%s%s%s%s", i ? ", " : "", s->v[i].ns ? s->v[i].ns : "",
		    s->v[i].ns ? "/" : "", s->v[i].name);
}

static void on_service(struct store_service *svc, void *arg)
{
	if (svc->obj)
		consider(arg, svc->ns, svc->name);
}

void why_similar_services(const struct vty_context *ctx, const char *word, struct buf *out)
{
	const char *slash = strchr(word, '/');
	struct similar s = {.word = slash ? slash + 1 : word};

	store_each_service(ctx->store, on_service, &s);
	join(&s, out);
}

void why_similar_nodes(const struct vty_context *ctx, const char *word, struct buf *out)
{
	struct similar s = {.word = word};
	struct store_node *const *nodes;
	size_t n;

	nodes = store_nodes(ctx->store, &n);
	for (size_t i = 0; i < n; i++)
		consider(&s, NULL, nodes[i]->name);
	join(&s, out);
}
