/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_similar.c - names that somebody may have meant. */
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"

#define SIMILAR_MAX  5
#define NAME_MAX_LEN 63
#define DISTANCE_MAX 2

struct similar {
	const char *word;
	struct buf *out;
	unsigned n;
};

/* Levenshtein's distance of two short words; more than DISTANCE_MAX for long ones. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LEN + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > NAME_MAX_LEN || lb > NAME_MAX_LEN)
		return DISTANCE_MAX + 1;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	return row[lb];
}

static bool is_like(const char *word, const char *name)
{
	return (strlen(word) > 2 && (strstr(name, word) || strstr(word, name))) ||
	       distance(word, name) <= DISTANCE_MAX;
}

static void add(struct similar *s, const char *name)
{
	if (s->n++ >= SIMILAR_MAX)
		return;
	buf_str(s->out, s->out->len ? ", " : "");
	buf_str(s->out, name);
}

static void on_service(struct store_service *svc, void *arg)
{
	struct similar *s = arg;

	if (svc->obj && is_like(s->word, svc->name)) {
		struct buf b = {0};

		buf_fmt(&b, "%s/%s", svc->ns, svc->name);
		add(s, b.p);
		free(b.p);
	}
}

void why_similar_services(const struct vty_context *ctx, const char *word, struct buf *out)
{
	const char *slash = strchr(word, '/');
	struct similar s = {.word = slash ? slash + 1 : word, .out = out};

	store_each_service(ctx->store, on_service, &s);
}

void why_similar_nodes(const struct vty_context *ctx, const char *word, struct buf *out)
{
	struct similar s = {.word = word, .out = out};
	struct store_node *const *nodes;
	size_t n;

	nodes = store_nodes(ctx->store, &n);
	for (size_t i = 0; i < n; i++)
		if (is_like(word, nodes[i]->name))
			add(&s, nodes[i]->name);
}
