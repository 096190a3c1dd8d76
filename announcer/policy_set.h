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

/* The configuration: the order of places, and what the file says; copied. held: but for its
 * peers and their BFD profiles, what was said before stays, of every place. */
void policy_set_file(struct policy_set *s, const struct conf *c, bool held);
/* Of the newest configuration something is held back. */
bool policy_set_holds(const struct policy_set *s);

/**
 * policy_set_make - the rules by what is known now
 * @now: those in force; NULL = none
 * Return: the caller's, to be in force instead; NULL: they would be the same.
 */
struct rules *policy_set_make(struct policy_set *s, const struct rules *now);
#endif
