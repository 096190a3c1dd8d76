/* SPDX-License-Identifier: GPL-2.0-or-later */
/* latency.h - the newest samples of how long something took, and their quantiles. Pure. */
#ifndef GREVY_LATENCY_H
#define GREVY_LATENCY_H
#include <stddef.h>
#include <stdint.h>

#define LATENCY_SAMPLES 1024

struct latency {
	uint32_t us[LATENCY_SAMPLES]; /* the newest, in no order */
	uint64_t count;               /* ever */
};

void latency_add(struct latency *l, uint64_t ns);

/* Microseconds that `permille` of the kept samples did not exceed; 0 without samples. */
uint32_t latency_quantile(const struct latency *l, unsigned permille);
#endif
