/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_index.h - addresses in use by sharing key; for the files of the allocator only. */
#ifndef GREVY_ALLOC_INDEX_H
#define GREVY_ALLOC_INDEX_H
#include "announcer/alloc_priv.h"

struct alloc_spot alloc_spot_of(const struct alloc_addr *aa);
extern const struct table_ops alloc_group_ops;
/* Users of an address came, went or changed: whether it might be shared, and with whom. */
void alloc_index(struct alloc *a, struct alloc_addr *aa);
void alloc_index_leave(struct alloc *a, struct alloc_addr *aa);
/* The first address in use that a Service with a sharing key may share, if it comes before the
 * first free one. Return: false: there is none. */
bool alloc_index_first(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_pool *in, enum store_family family, struct alloc_spot *to);
#endif
