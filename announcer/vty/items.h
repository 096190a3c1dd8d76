/* SPDX-License-Identifier: GPL-2.0-or-later */
/* items.h - words with their help, as `?` lists them. */
#ifndef GREVY_VTY_ITEMS_H
#define GREVY_VTY_ITEMS_H
#include "announcer/vty/buf.h"

struct vty_item {
	char *word;
	const char *help; /* borrowed; NULL = none */
};

/* Start: {0}. */
struct vty_items {
	struct vty_item *v;
	size_t n, cap;
};

void items_add(struct vty_items *it, const char *word, size_t len, const char *help);
/* Sort, and keep one of those with the same word. */
void items_sort(struct vty_items *it);
/* "  word  help", one a line, the helps below each other. */
void items_print(const struct vty_items *it, struct buf *out);
void items_fini(struct vty_items *it);
#endif
