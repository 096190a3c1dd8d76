/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wishes.h - what desired tells of addresses for layer 2, kept as text. */
#ifndef TESTS_WISHES_H
#define TESTS_WISHES_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2_wish.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdio.h>

/* "by 198.51.100.1 n1*0 n2*10!@eth0": the key; node, preference, draining, interfaces. */
struct wish {
	struct ipaddr addr;
	size_t n;
	char text[512];
};

struct wishes {
	struct wish *v; /* sorted by address; to be freed */
	size_t n;
};

static inline int wish_cmp(const void *a, const void *b)
{
	return ipaddr_cmp(&((const struct wish *)a)->addr, &((const struct wish *)b)->addr);
}

static inline struct wish *wishes_find(const struct wishes *s, const struct ipaddr *a)
{
	const struct wish probe = {.addr = *a};

	if (!s->n)
		return NULL;
	return bsearch(&probe, s->v, s->n, sizeof(probe), wish_cmp);
}

static inline void wish_text(struct wish *to, const struct l2_wish *w)
{
	char buf[PREFIX_STRLEN];
	size_t len =
	    (size_t)snprintf(to->text, sizeof(to->text), "by %s", ipaddr_str(&w->key, buf));

	for (size_t i = 0; i < w->n; i++) {
		const struct l2_candidate *c = &w->v[i];

		assert_true(!i || strcmp(w->v[i - 1].node, c->node) < 0);
		len += (size_t)snprintf(to->text + len, sizeof(to->text) - len, " %s*%u%s",
		    c->node, c->preference, c->draining ? "!" : "");
		for (size_t k = 0; c->interfaces && k < c->interfaces->n; k++)
			len += (size_t)snprintf(
			    to->text + len, sizeof(to->text) - len, "@%s", c->interfaces->v[k]);
		assert_true(len < sizeof(to->text));
	}
}

/* For desired_set_l2(). */
static inline void wishes_hear(const struct l2_wish *w, void *arg)
{
	struct wishes *s = arg;
	struct wish *at = wishes_find(s, &w->addr);

	if (!at && !w->n)
		return;
	if (!at) {
		s->v = xrealloc(s->v, s->n + 1, sizeof(*at));
		s->v[s->n++] = (struct wish){.addr = w->addr};
		qsort(s->v, s->n, sizeof(*at), wish_cmp);
		at = wishes_find(s, &w->addr);
	}
	at->n = w->n;
	wish_text(at, w);
}
#endif
