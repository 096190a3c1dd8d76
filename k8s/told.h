/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * told.h - what a listener was told of the objects of one resource: a digest each, so that it
 * need not be told again; and which of them the list in progress has not brought yet. Pure.
 */
#ifndef K8S_TOLD_H
#define K8S_TOLD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct told_entry {
	struct told_entry *next; /* in its bucket */
	uint64_t digest;         /* of what the listener has; 0 = nothing */
	char *problem;           /* why its newest state cannot be read; NULL = it can */
	uint32_t hash, mark;
	uint16_t ns_len;
	char text[]; /* namespace, NUL, name, NUL */
};

/* All zero = empty. */
struct told {
	struct told_entry **buckets;
	size_t n_buckets, n;
	size_t n_bad;   /* with a problem */
	size_t n_never; /* of them, those that were never good */
	uint32_t mark;  /* of the list in progress, or of the last one */
};

static inline const char *told_ns(const struct told_entry *e)
{
	return e->text;
}

static inline const char *told_name(const struct told_entry *e)
{
	return e->text + e->ns_len + 1;
}

/* NULL = it is not known. */
struct told_entry *told_find(const struct told *t, const char *ns, const char *name);

/* The entry of this name, a new one if need be, as seen by the list in progress. NULL on lack
 * of memory. */
struct told_entry *told_see(struct told *t, const char *ns, const char *name);

/* The listener has this now; what was wrong with it is over. */
void told_good(struct told *t, struct told_entry *e, uint64_t digest);

/* Its newest state cannot be read. Return: 1, 0 (that was known) or -ENOMEM. */
int told_bad(struct told *t, struct told_entry *e, const char *what);

void told_forget(struct told *t, struct told_entry *e); /* frees e */

/* A list begins: nothing is seen yet. */
void told_begin(struct told *t);

/* An entry that is to be forgotten now. Return: false to keep it. */
typedef bool told_gone_fn(const struct told_entry *e, void *arg);

/* Forget those that the list did not bring. Return: false when one of them was kept. */
bool told_sweep(struct told *t, told_gone_fn *fn, void *arg);

void told_fini(struct told *t);
#endif
