/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_set.h - what each place of policy-from says, as it changes, and the rules that follow.
 * An object is read once for each of its versions. Pure but for the rules' serials.
 */
#ifndef GREVY_POLICY_SET_H
#define GREVY_POLICY_SET_H
#include "announcer/rules.h"

struct policy_set;

struct policy_set *policy_set_new(void);
void policy_set_free(struct policy_set *s); /* NULL is fine */

/* The configuration: the order of places, and what the file says; borrowed until the next.
 * held: but for its peers and their BFD profiles, what was said before stays, of every place.
 */
void policy_set_file(struct policy_set *s, const struct conf *c, bool held);
/* There may be pools that no rules tell of: an object that has them cannot be read, was there
 * from the beginning, and no good form of it was ever seen. */
bool policy_set_unsure(const struct policy_set *s);
/* Of the newest configuration something is held back. */
bool policy_set_holds(const struct policy_set *s);
/* An object came or changed, or is gone; of any kind. */
void policy_set_put(struct policy_set *s, const struct k8s_object *o);
void policy_set_delete(struct policy_set *s, const struct k8s_object *o);
/* All objects that there are were told: before, none of them counts. */
void policy_set_listed(struct policy_set *s);

/**
 * policy_set_make - the rules by what is known now
 * @now: those in force; NULL = none
 * Return: the caller's, to be in force instead; NULL: they would be the same.
 */
struct rules *policy_set_make(struct policy_set *s, const struct rules *now);

/* A place or an object of one, and what became of it; borrowed. */
struct policy_verdict {
	const char *name; /* "IPAddressPool metallb-system/lan", "grevyd.yaml" */
	const char *from; /* word of policy-from: "file", "crds", "configmap:..." */
	const char
	    *kind; /* "IPAddressPool", "ConfigMap"; NULL = the file, which has none of: */
	const char *resource, *ns, *object;
	enum rules_state state;
	const char *why; /* NULL = all is well */
};
typedef void policy_verdict_fn(const struct policy_verdict *v, void *arg);

/* In the order of places and names. */
void policy_set_each(const struct policy_set *s, policy_verdict_fn *fn, void *arg);
/* Whose pool of that name is in force: "grevyd.yaml"; borrowed. NULL = nobody's. */
const char *policy_set_pool(const struct policy_set *s, const char *pool);
/* Those that were never told or whose verdict is another one than when it was told. */
void policy_set_tell(struct policy_set *s, policy_verdict_fn *fn, void *arg);
#endif
