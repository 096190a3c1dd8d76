/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/order.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdint.h>

enum { KEYS = 5000 };

struct item {
	unsigned key;
	struct order_link link;
};

static unsigned key_of(const struct order_link *l)
{
	return ((const struct item *)((const char *)l - offsetof(struct item, link)))->key;
}

static int item_cmp(const struct order_link *a, const struct order_link *b)
{
	return (key_of(a) > key_of(b)) - (key_of(a) < key_of(b));
}

struct world {
	struct order order;
	struct item *in[KEYS];
	uint32_t random;
};

static uint32_t next_random(struct world *w)
{
	w->random = w->random * 1664525u + 1013904223u;
	return w->random >> 8;
}

static void toggle(struct world *w, unsigned key)
{
	if (w->in[key]) {
		order_remove(&w->order, &w->in[key]->link);
		free(w->in[key]);
		w->in[key] = NULL;
		return;
	}
	w->in[key] = xcalloc(1, sizeof(struct item));
	w->in[key]->key = key;
	order_add(&w->order, &w->in[key]->link);
}

static size_t depth(const struct order_link *l)
{
	size_t a, b;

	if (!l)
		return 0;
	a = depth(l->kid[0]);
	b = depth(l->kid[1]);
	return 1 + (a > b ? a : b);
}

/* From each key the next one is found, whether or not the key itself is there. */
static void check_all(const struct world *w)
{
	struct order_link *next = NULL;

	for (unsigned key = KEYS; key-- > 0;) {
		const struct item probe = {.key = key};

		assert_ptr_equal(order_after(&w->order, &probe.link), next);
		if (w->in[key])
			next = &w->in[key]->link;
	}
	assert_ptr_equal(order_after(&w->order, NULL), next);
}

static void additions_and_removals(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	(void)state;
	w->order.cmp = item_cmp;
	check_all(w);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < KEYS; i++)
			toggle(w, next_random(w) % KEYS);
		check_all(w);
	}
	for (unsigned key = 0; key < KEYS; key++)
		if (w->in[key])
			toggle(w, key);
	assert_null(w->order.root);
	free(w);
}

/* Names come sorted from the API server: that must not make it a list. */
static void sorted_input_is_no_list(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	(void)state;
	w->order.cmp = item_cmp;
	for (unsigned key = 0; key < KEYS; key++)
		toggle(w, key);
	assert_in_range(depth(w->order.root), 12, 60);
	for (unsigned key = 0; key < KEYS; key++)
		toggle(w, key);
	assert_null(w->order.root);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(additions_and_removals),
	    cmocka_unit_test(sorted_input_is_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
