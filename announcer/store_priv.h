/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_priv.h - shared by the files of the store only. */
#ifndef GREVY_STORE_PRIV_H
#define GREVY_STORE_PRIV_H
#include "announcer/store.h"

struct store {
	struct table services, slices, nodes;
	struct order by_name; /* the Services */
	struct table others;  /* objects of the other kinds */
	struct store_service **dirty;
	size_t n_dirty, cap_dirty;
	struct store_node **sorted; /* the Nodes that exist; NULL: to be made */
	size_t n_sorted;
	uint64_t generation;
	uint64_t namespaces; /* their generation */
	size_t held[K8S_KINDS];
};

struct store_node *store_node_make(struct store *st, const char *name);
/* Free the record when it is neither a Node nor named by endpoints. */
void store_node_drop(struct store *st, struct store_node *node);

/* Count the endpoints of a Service's slices again and keep node->services up to date.
 * Return: whether a count changed. */
bool store_recount(struct store *st, struct store_service *svc);

int store_service_order(const struct order_link *a, const struct order_link *b);

void store_others_init(struct store *st);
void store_others_fini(struct store *st); /* with the objects */
/* Let obj take the place of old; either may be NULL. Consumes both. */
void store_others_put(struct store *st, struct k8s_object *old, struct k8s_object *obj);
#endif
