/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/latency.h"
#include <stdlib.h>
#include <string.h>

void latency_add(struct latency *l, uint64_t ns)
{
	uint64_t us = ns / 1000;

	l->us[l->count++ % LATENCY_SAMPLES] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint32_t latency_quantile(const struct latency *l, unsigned permille)
{
	uint32_t sorted[LATENCY_SAMPLES];
	size_t n = l->count < LATENCY_SAMPLES ? (size_t)l->count : LATENCY_SAMPLES;

	if (!n)
		return 0;
	memcpy(sorted, l->us, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_size);
	return sorted[(n * permille + 999) / 1000 - (permille > 0)];
}
