/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/latency.h"

static unsigned size_of(uint32_t us)
{
	unsigned shift = 0;

	while (us >> shift >= 64)
		shift++;
	return shift * 32 + (us >> shift);
}

/* The largest of that size. */
static uint32_t most_of(unsigned size)
{
	unsigned shift = size < 64 ? 0 : size / 32 - 1;
	uint64_t most = ((uint64_t)(size - shift * 32 + 1) << shift) - 1;

	return most > UINT32_MAX ? UINT32_MAX : (uint32_t)most;
}

static void forget_half(struct latency *l)
{
	l->kept = 0;
	for (unsigned i = 0; i < LATENCY_SIZES; i++) {
		l->n[i] /= 2;
		l->kept += l->n[i];
	}
}

void latency_add(struct latency *l, uint64_t ns)
{
	uint64_t us = ns / 1000;

	if (l->kept >= LATENCY_SAMPLES)
		forget_half(l);
	l->n[size_of(us > UINT32_MAX ? UINT32_MAX : (uint32_t)us)]++;
	l->kept++;
	l->count++;
}

uint32_t latency_quantile(const struct latency *l, unsigned permille)
{
	uint64_t wanted = ((uint64_t)l->kept * permille + 999) / 1000, seen = 0;

	if (!wanted)
		wanted = 1;
	for (unsigned i = 0; i < LATENCY_SIZES; i++) {
		seen += l->n[i];
		if (seen >= wanted)
			return most_of(i);
	}
	return 0;
}
