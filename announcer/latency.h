/* SPDX-License-Identifier: GPL-2.0-or-later */
/* latency.h - how long something took: counts by size, and their quantiles. Pure. */
#ifndef GREVY_LATENCY_H
#define GREVY_LATENCY_H
#include <stdint.h>

/* Exact below 32 us, from there on 32 sizes for each doubling: within 1/32. */
#define LATENCY_SIZES (32 * 28)
/* Half of what is kept is forgotten at this many: the newest count most. */
#define LATENCY_SAMPLES 131072

struct latency {
	uint32_t n[LATENCY_SIZES];
	uint32_t kept;
	uint64_t count; /* ever */
};

void latency_add(struct latency *l, uint64_t ns);

/* Microseconds that `permille` of the kept samples did not exceed, up to 1/32 too many; 0
 * without samples. */
uint32_t latency_quantile(const struct latency *l, unsigned permille);
#endif
