/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seqwin.h - which sequence numbers were there already: a window below the newest, as IPsec has
 * it (RFC 4303 3.4.3). Numbers may wrap.
 */
#ifndef GREVY_L2_SEQWIN_H
#define GREVY_L2_SEQWIN_H
#include <stdbool.h>
#include <stdint.h>

enum { SEQWIN_BITS = 256 };

/* {0} has seen none. */
struct seqwin {
	uint64_t newest;
	uint64_t bits[SEQWIN_BITS / 64]; /* bit i: newest - i was there */
	bool any;
};

/* Note a number. Return: it is new; false: it was there, or is older than the window. */
bool seqwin_note(struct seqwin *w, uint64_t seq);
/* It is no older than the window. */
bool seqwin_within(const struct seqwin *w, uint64_t seq);
#endif
