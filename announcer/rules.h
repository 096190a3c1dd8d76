/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - the policy that is in force: the parts of all places, merged. What comes earlier
 * wins where two say different things of one name or one address; the later object is left out
 * alone. Immutable once made. Pure.
 */
#ifndef GREVY_RULES_H
#define GREVY_RULES_H
#include "announcer/part.h"

struct rules {
	unsigned long serial; /* no others of this process have it */
	struct policy policy; /* indexed; each pool with all of its advertisements */
	struct conf_peer *peers;
	struct conf_community *communities; /* sorted by alias */
	struct conf_bfd *bfd;
	size_t n_peers, n_communities, n_bfd;
};

enum rules_state {
	RULES_GOOD,    /* in force */
	RULES_OLD,     /* refused: its last good form is in force */
	RULES_PARTLY,  /* of several things that it says, some are refused */
	RULES_REFUSED, /* no form of it is in force */
};

/* A part and what became of it. */
struct rules_input {
	const char *name;        /* "IPAddressPool metallb-system/lan", "grevyd.yaml" */
	const struct part *part; /* newest form; NULL = it cannot be read: `error` says why */
	const struct part *old;  /* last form that was in force; NULL = none; part itself: it
	                            has not changed since */
	const char *error;
	unsigned place;    /* which of policy-from: an earlier one wins, whatever changed */
	int64_t created_s; /* within a place the older object wins, Unix time; 0 = unknown */
	/* Written by rules_make(). */
	enum rules_state state;
	char *why;         /* why it is not RULES_GOOD, or what it waits for; the caller's */
	struct part *kept; /* what of it is in force, when that is not `part`; the caller's, to
	                      be `old` from now on. NULL = nothing is, or it is `part` */
};

/**
 * rules_make - merge
 * @in: in the order of places, of objects in a place in that in which pools are tried
 * Where all newest forms go together they are in force. Else, within a place, what was in force
 * goes before what never was, and older before younger.
 * Return: never NULL: at worst nothing is in force.
 */
struct rules *rules_make(struct rules_input *in, size_t n);
void rules_free(struct rules *r);                               /* NULL is fine */
bool rules_equal(const struct rules *a, const struct rules *b); /* but for the serial */
const char *rules_state_name(enum rules_state state);           /* "refused" */
#endif
