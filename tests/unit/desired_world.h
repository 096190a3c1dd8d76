/* SPDX-License-Identifier: GPL-2.0-or-later */
/* desired_world.h - store, alloc and desired over a RIB, for tests of scenes. */
#ifndef TESTS_DESIRED_WORLD_H
#define TESTS_DESIRED_WORLD_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/desired.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <stdio.h>

struct world {
	struct store *st;
	struct alloc *a;
	struct rib *rib;
	struct desired *d;
	struct policy *policy;
	struct eligible_router router;
	char notes[4096];
};

static inline void rules(struct world *w, const char *pools)
{
	struct policy *next = pools_make(pools);

	desired_set_rules(
	    w->d, &(struct alloc_rules){.policy = next, .lb_class = "", .controller = true});
	pools_free(w->policy);
	w->policy = next;
}

static inline void world_init(struct world *w, const char *pools)
{
	*w = (struct world){.st = store_new(), .rib = rib_new()};
	w->a = alloc_new(w->st);
	w->d = desired_new(w->st, w->a, w->rib);
	rules(w, pools);
}

static inline void world_fini(struct world *w)
{
	desired_free(w->d);
	alloc_free(w->a);
	rib_free(w->rib);
	store_free(w->st);
	pools_free(w->policy);
}

static inline void put(struct world *w, struct k8s_object *o)
{
	store_apply(w->st, put_event(o));
}

static inline void gone(struct world *w, enum k8s_kind kind, const char *path)
{
	store_apply(w->st, gone_event(kind, path));
}

/* Return: how many addresses were computed. */
static inline size_t run(struct world *w)
{
	size_t computed = desired_run(w->d, NULL), n, len = 0;
	struct desired_note *notes = desired_take_notes(w->d, &n);

	w->notes[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(w->notes + len, sizeof(w->notes) - len, "%s%s\n",
		    notes[i].warning ? "! " : "", notes[i].text);
	desired_notes_free(notes, n);
	rib_commit(w->rib);
	return computed;
}

static inline const char *route(struct world *w, const char *prefix)
{
	static char text[1024];
	const struct rib_route *r;
	struct prefix p;
	char buf[PREFIX_STRLEN];
	size_t len = 0;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	r = rib_best(w->rib, &p);
	text[0] = '\0';
	for (size_t i = 0; r && i < r->n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s*%u", i ? " " : "",
		    r->nh[i].loopback ? "lo" : ipaddr_str(&r->nh[i].addr, buf),
		    r->nh[i].weight);
	return text;
}

static inline const char *look(struct world *w, const char *ns, const char *name)
{
	struct desired_view v = desired_look(w->d, store_service(w->st, ns, name), 0);
	struct desired_view whole = desired_explain(w->d, store_service(w->st, ns, name), 0);

	assert_int_equal(v.reason, whole.reason);
	assert_int_equal(v.sum.eligible, whole.sum.eligible);
	assert_null(v.nodes);
	desired_view_fini(&whole);
	return desired_text(v.reason)->token;
}

#define assert_route(w, prefix, want) assert_string_equal(route(w, prefix), want)
#define assert_look(w, name, want)    assert_string_equal(look(w, "d", name), want)

static inline void three_nodes(struct world *w)
{
	put(w, node("n1", "192.0.2.1 2001:db8::1"));
	put(w, node("n2", "192.0.2.2 2001:db8::2"));
	put(w, node("n3", "192.0.2.3"));
}
#endif
