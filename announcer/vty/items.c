/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/items.h"
#include "announcer/util.h"

void items_add(struct vty_items *it, const char *word, size_t len, const char *help)
{
	if (it->n == it->cap) {
		it->cap = it->cap ? it->cap * 2 : 32;
		it->v = xrealloc(it->v, it->cap, sizeof(*it->v));
	}
	it->v[it->n].word = xcalloc(len + 1, 1);
	memcpy(it->v[it->n].word, word, len);
	it->v[it->n++].help = help;
}

static int item_cmp(const void *a, const void *b)
{
	return strcmp(((const struct vty_item *)a)->word, ((const struct vty_item *)b)->word);
}

void items_sort(struct vty_items *it)
{
	size_t kept = 0;

	if (it->n)
		qsort(it->v, it->n, sizeof(*it->v), item_cmp);
	for (size_t i = 0; i < it->n; i++) {
		if (kept && strcmp(it->v[kept - 1].word, it->v[i].word) == 0)
			free(it->v[i].word);
		else
			it->v[kept++] = it->v[i];
	}
	it->n = kept;
}

void items_print(const struct vty_items *it, struct buf *out)
{
	size_t wide = 0;

	for (size_t i = 0; i < it->n; i++) {
		size_t len = strlen(it->v[i].word);

		wide = len > wide ? len : wide;
	}
	for (size_t i = 0; i < it->n; i++) {
		const char *help = it->v[i].help;

		if (help)
			buf_fmt(out, "  %-*s  %s\n", (int)wide, it->v[i].word, help);
		else
			buf_fmt(out, "  %s\n", it->v[i].word);
	}
}

void items_fini(struct vty_items *it)
{
	for (size_t i = 0; i < it->n; i++)
		free(it->v[i].word);
	free(it->v);
	*it = (struct vty_items){0};
}
