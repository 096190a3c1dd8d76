/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that were given back and are not given to another Service yet
 * (controller.cool-down): who still sends to the old owner is not to reach a new one. In the
 * order in which they came free. The Service that had an address may have it again at once.
 */
#include "announcer/alloc_cool.h"
#include "announcer/alloc_priv.h"
#include "announcer/util.h"
#include <stdio.h>

struct alloc_cooling {
	struct alloc_addr *aa;
	struct alloc_cooling *prev, *next;
	int64_t since_ms;
	char who[]; /* ns/name of the last that had it */
};

bool alloc_cool_begin(struct alloc *a, struct alloc_addr *aa, const struct store_service *last)
{
	size_t len = strlen(last->ns) + strlen(last->name) + 2;
	struct alloc_cooling *c;

	if (a->cool_down_ms <= 0)
		return false;
	c = xcalloc(1, sizeof(*c) + len);
	snprintf(c->who, len, "%s/%s", last->ns, last->name);
	c->aa = aa;
	c->since_ms = a->now_ms;
	c->prev = a->cool_last;
	*(c->prev ? &c->prev->next : &a->cool_first) = c;
	a->cool_last = c;
	aa->cooling = c;
	return true;
}

void alloc_cool_end(struct alloc *a, struct alloc_addr *aa)
{
	struct alloc_cooling *c = aa->cooling;

	if (!c)
		return;
	*(c->prev ? &c->prev->next : &a->cool_first) = c->next;
	*(c->next ? &c->next->prev : &a->cool_last) = c->prev;
	aa->cooling = NULL;
	free(c);
}

bool alloc_cools(const struct alloc_addr *aa, const struct alloc_service *as)
{
	const struct store_service *svc = as->svc;
	const char *who;
	size_t len = strlen(svc->ns);

	if (!aa || !aa->cooling)
		return false;
	who = aa->cooling->who;
	return strncmp(who, svc->ns, len) != 0 || who[len] != '/' ||
	       strcmp(who + len + 1, svc->name) != 0;
}

void alloc_set_time(struct alloc *a, int64_t now_ms)
{
	a->now_ms = now_ms;
	while (a->cool_first && a->cool_first->since_ms + a->cool_down_ms <= now_ms) {
		struct alloc_addr *aa = a->cool_first->aa;

		alloc_cool_end(a, aa);
		alloc_addr_free(a, aa);
		a->freed = true;
	}
}

int64_t alloc_cool_ms(const struct alloc *a)
{
	return a->cool_first ? a->cool_first->since_ms + a->cool_down_ms : -1;
}
