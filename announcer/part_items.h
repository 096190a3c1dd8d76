/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part_items.h - the items of a part, whatever their kind: by kind and number. Pure.
 */
#ifndef GREVY_PART_ITEMS_H
#define GREVY_PART_ITEMS_H
#include "announcer/part.h"

/* In the order in which they lean on one another. */
enum part_kind {
	PART_BFD,       /* struct conf_bfd */
	PART_COMMUNITY, /* struct conf_community */
	PART_PEER,      /* struct conf_peer */
	PART_POOL,      /* struct pool */
	PART_AD,        /* struct part_ad */
	PART_KINDS
};

size_t part_count(const struct part *p, enum part_kind kind);
const void *part_item(const struct part *p, enum part_kind kind, size_t i);
void part_add(struct part *p, enum part_kind kind, const void *item); /* copied */
/* Of one kind: the name ("" = none), "pool", in all equal. */
const char *part_item_name(enum part_kind kind, const void *item);
const char *part_item_word(enum part_kind kind, const void *item);
bool part_item_same_name(enum part_kind kind, const void *a, const void *b);
bool part_item_equal(enum part_kind kind, const void *a, const void *b);

bool part_equal(const struct part *a, const struct part *b);
void part_fini(struct part *p); /* what it owns, not p */
#endif
