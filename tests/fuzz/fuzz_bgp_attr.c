/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_bgp_attr.c - one attribute beside those that must be there: byte 0 is its code, byte 1
 * its flags, byte 2 who sends it (bgp_again.h), the rest its value.
 */
#include "bgp_again.h"
#include <stdbool.h>
#include <string.h>

enum { MAX = 4000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Attributes 1, 2 and 3, unless it is one of them. */
static size_t others(uint8_t code, bool old, uint8_t *to)
{
	static const uint8_t origin[] = {0x40, 1, 1, 0}, hop[] = {0x40, 3, 4, 10, 9, 0, 1},
			     path4[] = {0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9},
			     path2[] = {0x40, 2, 4, 2, 1, 0xfd, 0xe9};
	const uint8_t *parts[] = {origin, old ? path2 : path4, hop};
	size_t n = 0, one;

	for (size_t i = 0; i < 3; i++) {
		one = 3U + parts[i][2];
		if (parts[i][1] == code)
			continue;
		memcpy(to + n, parts[i], one);
		n += one;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t body[MAX + 64] = {0};
	size_t at = 4;

	if (len < 3 || len > MAX)
		return 0;
	at += others(data[0], data[2] & 1, body + at);
	body[at++] = data[1] | 0x10;
	body[at++] = data[0];
	body[at++] = (uint8_t)((len - 3) >> 8);
	body[at++] = (uint8_t)(len - 3);
	memcpy(body + at, data + 3, len - 3);
	at += len - 3;
	body[2] = (uint8_t)((at - 4) >> 8);
	body[3] = (uint8_t)(at - 4);
	memcpy(body + at, (const uint8_t[]){24, 192, 0, 2}, 4);
	bgp_again(data[2], body, at + 4);
	return 0;
}
