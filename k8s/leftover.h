/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leftover.h - the names of objects that one source told, while another takes over: what that
 * does not tell, too, is deleted once it has told all. Pure.
 */
#ifndef K8S_LEFTOVER_H
#define K8S_LEFTOVER_H
#include "k8s/event.h"

struct leftover_name;

/* Zeroed: empty. */
struct leftover {
	struct leftover_name **buckets;
	size_t n_buckets, n;
};

/* Has the signature of what sources call for each object that they told; arg: a struct
 * leftover_adding. */
struct leftover_adding {
	struct leftover *to;
	int rc; /* 0, or -ENOMEM: something is missing */
};
void leftover_add(
    enum k8s_kind kind, const char *resource, const char *ns, const char *name, void *arg);

void leftover_each(const struct leftover *t, k8s_name_fn *fn, void *arg);

/* It was told again, or deleted. */
void leftover_remove(struct leftover *t, const struct k8s_object *o);

/* The source has told all that it has: every kind was listed, or is refused or not there. */
bool leftover_may_go(const struct k8s_state *st);

/* Give the sink a DELETE of each, Services first and Nodes last, and forget them. What memory
 * does not suffice for stays. */
void leftover_delete_all(struct leftover *t, k8s_sink *sink, void *arg);

void leftover_fini(struct leftover *t); /* frees what it owns, not t */
#endif
