/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seqwin.c - which sequence numbers were there already. */
#include "announcer/l2/seqwin.h"
#include <string.h>

enum { WORDS = SEQWIN_BITS / 64 };

static void shift(struct seqwin *w, uint64_t by)
{
	if (by >= SEQWIN_BITS) {
		memset(w->bits, 0, sizeof(w->bits));
		return;
	}
	for (unsigned i = WORDS, words = (unsigned)by / 64, bits = by % 64; i-- > 0;) {
		uint64_t v = i >= words ? w->bits[i - words] << bits : 0;

		if (bits && i > words)
			v |= w->bits[i - words - 1] >> (64 - bits);
		w->bits[i] = v;
	}
}

bool seqwin_within(const struct seqwin *w, uint64_t seq)
{
	uint64_t back = w->newest - seq;

	return !w->any || back < SEQWIN_BITS || back > INT64_MAX;
}

bool seqwin_note(struct seqwin *w, uint64_t seq)
{
	uint64_t back = w->newest - seq, bit;

	if (!seqwin_within(w, seq))
		return false;
	if (!w->any || back > INT64_MAX) {
		shift(w, w->any ? seq - w->newest : SEQWIN_BITS);
		w->newest = seq;
		w->any = true;
		back = 0;
	}
	bit = (uint64_t)1 << back % 64;
	if (w->bits[back / 64] & bit)
		return false;
	w->bits[back / 64] |= bit;
	return true;
}
