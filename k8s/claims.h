/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claims.h - which file says what of which object. Several files may claim one name: the best
 * claim is that of the first file by name, of those that are still there. What the listener
 * was told is kept as a digest at the best claim. Pure.
 */
#ifndef K8S_CLAIMS_H
#define K8S_CLAIMS_H
#include "k8s/objects.h"

struct claim;

/* The part of a file that claims know. */
struct claimant {
	const char *name;     /* of the file in its folder */
	struct claim *claims; /* linked by next_in_file */
	size_t n_shadowed;    /* of them */
	bool gone;            /* the file vanished; its claims stand until they are removed */
};

struct claim {
	struct claim *next_in_bucket, *next_in_file;
	struct claimant *file;
	struct k8s_object *obj; /* to be told; NULL = nothing new, or not read */
	uint64_t digest;        /* of what the file says; 0 = not known yet */
	uint64_t told; /* of what the listener has; 0 = nothing. Only at the best claim. */
	uint32_t hash;
	uint32_t line, col; /* where the file says it */
	uint8_t kind;
	bool stale;    /* not seen in the newest reading of its file */
	bool shadowed; /* by a better claim */
	uint16_t ns_len;
	char text[]; /* namespace, NUL, name, NUL */
};

struct claims {
	struct claim **buckets;
	size_t n_buckets, n;
	size_t n_shadowed; /* of them */
};

static inline const char *claim_ns(const struct claim *c)
{
	return c->text;
}

static inline const char *claim_name(const struct claim *c)
{
	return c->text + c->ns_len + 1;
}

/* The claim of this file to the name of o, a new one if need be; NULL on lack of memory. */
struct claim *claims_find_or_add(
    struct claims *cs, struct claimant *file, const struct k8s_object *o);

/* The best claim to the same name, which is c itself unless c is shadowed. */
struct claim *claims_best(const struct claims *cs, const struct claim *c);

/* Nobody else claims the name of c. */
bool claims_alone(const struct claims *cs, const struct claim *c);

/* After a claim came, or its file went or came back: let the best claim have what the
 * listener was told. Return: the best. */
struct claim *claims_settle(struct claims *cs, const struct claim *c);

/* Free a claim, which the caller has taken off its file's list. What the listener was told
 * goes to the next best. Return: that one, or NULL when nobody else claims the name. */
struct claim *claims_remove(struct claims *cs, struct claim *c);

void claims_fini(struct claims *cs); /* with all claims */
#endif
