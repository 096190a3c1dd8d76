/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc_model.h - what must hold after every run of the allocator, found by looking at
 * everything, for tests: a few Services and small pools.
 */
#ifndef TESTS_ALLOC_MODEL_H
#define TESTS_ALLOC_MODEL_H
#include "announcer/alloc.h"

#define MODEL_SERVICES 32

/* A Service and what it had, or what its status said when it had nothing. */
struct model_service {
	const struct store_service *svc;
	const struct k8s_service *s; /* NULL: there is none, or it is not for us */
	struct ipaddr had[2];
	size_t n_had;
	bool by_status;
	bool rested; /* by its status, and one of them was not to be had yet */
};

struct alloc_model {
	const struct store *st;
	const struct alloc *a;
	const struct alloc_rules *rules;
	bool leads;
	struct model_service v[MODEL_SERVICES];
	size_t n;
	char fault[512];
};

/* Right before alloc_run(). All is borrowed until alloc_model_holds(). */
void alloc_model_before(struct alloc_model *m, const struct store *st, const struct alloc *a,
    const struct alloc_rules *rules);
/* Right after it. Return: false: m->fault says what does not hold. */
bool alloc_model_holds(struct alloc_model *m);
#endif
