/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/alloc_world.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <stdio.h>

void world_rules(struct world *w, const char *pools, bool controller, const char *lb_class)
{
	struct policy *next = pools_make(pools);

	w->rules.policy = next;
	w->rules.lb_class = lb_class;
	w->rules.controller = controller;
	alloc_set_rules(w->a, &w->rules);
	pools_free(w->policy);
	w->policy = next;
}

void world_init(struct world *w, const char *pools)
{
	*w = (struct world){.st = store_new()};
	w->a = alloc_new(w->st);
	world_rules(w, pools, true, "");
}

void world_fini(struct world *w)
{
	alloc_free(w->a);
	store_free(w->st);
	pools_free(w->policy);
}

void world_put(struct world *w, const char *path, const char *spec)
{
	store_apply(w->st, put_event(service(path, spec)));
}

void world_gone(struct world *w, const char *path)
{
	store_apply(w->st, gone_event(K8S_SERVICE, path));
}

void world_run(struct world *w)
{
	w->moved = alloc_run(w->a);
	alloc_clear_changed(w->a);
	store_clean(w->st);
}

const char *world_has(const struct world *w, const char *path)
{
	static char text[512];
	char name[OBJ_WORD], buf[PREFIX_STRLEN];
	struct k8s_object o = {0};
	const struct alloc_service *as;
	size_t len;

	obj_name(&o, path, name);
	as = alloc_service(w->a, o.ns, o.name);
	if (!as)
		return "none";
	len = (size_t)snprintf(
	    text, sizeof(text), "%s", alloc_state_name((enum alloc_state)as->state));
	for (size_t i = 0; i < as->n; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, " %s", ipaddr_str(&as->addr[i], buf));
	if (as->text)
		snprintf(text + len, sizeof(text) - len, ": %s", as->text);
	return text;
}
