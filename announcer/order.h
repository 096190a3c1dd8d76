/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * order.h - entries kept in order, so that one may ask for the next after any key: a walk needs
 * to remember no more than where it was, whatever comes and goes meanwhile. The entries carry
 * the link and belong to the caller. Pure.
 */
#ifndef GREVY_ORDER_H
#define GREVY_ORDER_H

struct order_link {
	struct order_link *kid[2];
};

/* {.cmp = cmp} is empty. cmp is given links of entries; a probe may have only its key. */
struct order {
	int (*cmp)(const struct order_link *a, const struct order_link *b);
	struct order_link *root;
};

/* No equal entry may be there yet. */
void order_add(struct order *o, struct order_link *l);
/* It must be there. */
void order_remove(struct order *o, struct order_link *l);
/* The first that is greater than the probe (NULL: the first of all), or NULL. */
struct order_link *order_after(const struct order *o, const struct order_link *probe);
/* The last that is not greater than the probe, or NULL. */
struct order_link *order_upto(const struct order *o, const struct order_link *probe);
#endif
