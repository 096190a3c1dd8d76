/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_cool.h - addresses that wait for another owner; for the files of the allocator only. */
#ifndef GREVY_ALLOC_COOL_H
#define GREVY_ALLOC_COOL_H
#include "announcer/alloc_priv.h"

/* Nobody uses it, and it has cooled down: it may be given again. */
void alloc_addr_free(struct alloc *a, struct alloc_addr *aa);

/* Give it no more until it has cooled down; `last` had it. Return: false: no need to. */
bool alloc_cool_begin(struct alloc *a, struct alloc_addr *aa, const struct store_service *last);
void alloc_cool_end(struct alloc *a, struct alloc_addr *aa); /* not cooling: fine */
/* It (or NULL) has to cool down before this Service may have it. */
bool alloc_cools(const struct alloc_addr *aa, const struct alloc_service *as);
#endif
