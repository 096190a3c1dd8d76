/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owners_lab.h - owners of one node, for tests of single rules: node "a" on eth0 (index 1,
 * 192.0.2.0/24, default route) and eth1 (index 2, 198.51.100.0/24). What it does is kept as
 * text: "take 7 if1; owns 7; nobody>owner:a; " with the last byte of the address.
 */
#ifndef TESTS_OWNERS_LAB_H
#define TESTS_OWNERS_LAB_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/owners.h"
#include <cmocka.h>
#include <stdio.h>

/* As owners_decide.c has them; LISTEN is ours. ms */
enum { LISTEN = 600, TURN = 300, HOLD = 1000, RELEASE = 300, BACK = 30000, PROBE = 1000 };

struct lab {
	struct l2_owners *o;
	char said[1024]; /* what it did since the last expect() */
	int64_t now, due;
};

/* Listening is over unless LISTENING. */
enum { HEARTBEAT = 1, LISTENING = 2 };
void open_lab(struct lab *l, unsigned flags);
void close_lab(struct lab *l);

struct ipaddr addr(const char *s);
/* What it did until now, then forget it. */
void expect(struct lab *l, const char *want);
/* The same; '#' stands for the address's last byte. */
void saw(struct lab *l, const char *fmt, const char *address);
#define OWNED "take # if1; owns #; nobody>owner:a; "

void run(struct lab *l);
/* Time goes by; run whenever it is due. */
void pass(struct lab *l, int64_t ms);

enum { ETH0 = 1, ETH1 = 2 };
void own_facts(struct lab *l, unsigned which);

enum { ALIVE = 1, KNOWN = 2, CUT_OFF = 4, LEAVING = 8, ON1 = 16, NO_NET = 32, BOTH = 64 };
#define UP (ALIVE | KNOWN)
/* On eth0, where it is heard; ON1: on eth1 instead; BOTH: on both, heard on eth0. */
void peer(struct lab *l, const char *name, unsigned flags);

/* Candidates: "a b:5 c! d@eth1": preference, draining, interface. */
void want(struct lab *l, const char *address, const char *candidates);
void claims(
    struct lab *l, const char *node, const char *address, enum l2_claim what, uint64_t stamp);
/* An address of 192.0.2.0/24 for which this node ranks before (or after) all the others. */
const char *ranked(const char *others, bool first);
#endif
