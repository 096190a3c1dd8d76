/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - the Kubernetes objects that we know, indexed. Counts the endpoints of each Service
 * by node and family whenever its slices change, and marks the Services that an event touches.
 * Pure: no I/O, no clock.
 */
#ifndef GREVY_STORE_H
#define GREVY_STORE_H
#include "announcer/order.h"
#include "announcer/table.h"
#include "k8s/event.h"

struct alloc_service;
struct store_service;

enum store_family { STORE_V4, STORE_V6, STORE_FAMILIES };

/* Why a Service is dirty; bits. */
enum store_dirty {
	STORE_DIRTY_SERVICE = 1,   /* the Service itself came, changed or went */
	STORE_DIRTY_ENDPOINTS = 2, /* its endpoints, or a node that they are on */
};

/* Endpoints of one kind by family: ready, and serving while terminating. */
struct store_tally {
	uint16_t ready[STORE_FAMILIES], draining[STORE_FAMILIES];
};

/* A node by name: it exists, or endpoints name it. */
struct store_node {
	const struct k8s_object *obj;    /* NULL: no such Node */
	struct store_service **services; /* with endpoints here, in no order */
	size_t n_services, cap;
	const char *name;
	char key[];
};

/* Endpoints of one Service on one node. */
struct store_count {
	struct store_node *node;
	struct store_tally tally;
	uint32_t at; /* where this Service stands in node->services */
};

struct store_service {
	const struct k8s_object
	    *obj; /* NULL: slices or an assignment came first, or it is gone */
	const char *ns, *name;
	struct k8s_object **slices, *only_slice; /* slices points there when there is but one */
	struct store_count *counts;              /* sorted by node name */
	uint32_t n_slices, n_counts;
	struct store_tally homeless; /* endpoints without a nodeName */
	struct store_tally total;    /* all of them; saturates */
	unsigned dirty;              /* STORE_DIRTY_* */
	struct alloc_service *alloc; /* alloc's part; while it is set, the record stays */
	struct order_link in_order;  /* the store's own */
	char key[];
};

struct store;

struct store *store_new(void);
void store_free(struct store *st); /* with all objects; NULL is fine */

/* Take over a PUT or DELETE (others are only freed). Consumes ev. Return: false when nothing
 * changed by it; a Service of another version but the same content is nothing. */
bool store_apply(struct store *st, struct k8s_event *ev);

struct store_service *store_service(const struct store *st, const char *ns, const char *name);
/* As store_service(), made when it is not there. */
struct store_service *store_service_make(struct store *st, const char *ns, const char *name);
/* Oldest first: creationTimestamp, then namespace, then name. */
int store_service_cmp_age(const struct store_service *a, const struct store_service *b);

struct store_node *store_node(const struct store *st, const char *name);
/* The Nodes that exist, sorted by name; borrowed until the next store_apply(). */
struct store_node *const *store_nodes(struct store *st, size_t *n);
/* The one of them after this name (NULL: the first), or NULL. */
struct store_node *store_node_after(struct store *st, const char *name);
/* Another number whenever a Node came, changed or went. */
uint64_t store_nodes_generation(const struct store *st);

/* Every record (obj may be NULL) in order of namespace and name. */
typedef void store_service_fn(struct store_service *svc, void *arg);
void store_each_service(const struct store *st, store_service_fn *fn, void *arg);
/* The record after this one (ns NULL: the first), or NULL; there need not be this one. */
struct store_service *store_service_after(
    const struct store *st, const char *ns, const char *name);
/* A walk through them that may be left and taken up again, whatever comes and goes: what is
 * there all the time comes once. Starts {0}. */
struct store_walk {
	char *ns, *name; /* of the last */
};
struct store_service *store_walk_next(const struct store *st, struct store_walk *w);
void store_walk_fini(struct store_walk *w);
/* The Service of that name, whatever its namespace; *several: more than one has it. */
struct store_service *store_service_named(
    const struct store *st, const char *name, bool *several);
size_t store_count_kind(const struct store *st, enum k8s_kind kind); /* objects held */

/* Namespaces and the raw kinds. resource: of a K8S_CUSTOM, else "". NULL: there is none. */
const struct k8s_object *store_object(const struct store *st, enum k8s_kind kind,
    const char *resource, const char *ns, const char *name);
/* Another number whenever a Namespace came, went or got other labels. */
uint64_t store_namespaces_generation(const struct store *st);
/* All of one kind in order of resource, namespace and name; n of them, to be freed by the
 * caller. The objects are borrowed until the next store_apply(). */
const struct k8s_object **store_objects(const struct store *st, enum k8s_kind kind, size_t *n);

void store_mark(struct store *st, struct store_service *svc, unsigned dirty);
void store_mark_all(struct store *st, unsigned dirty);
/* What is marked, borrowed until the next call that may mark. */
struct store_service **store_dirty(const struct store *st, size_t *n);
/* Nothing is dirty any more; records that nothing needs are freed. */
void store_clean(struct store *st);
#endif
