/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/base64.h"
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* 0..63, or -1 for what is not a digit. */
static int digit(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The next character that counts; 0 at the end. */
static char next(const char **s)
{
	while (**s == '\n' || **s == '\r')
		(*s)++;
	return **s ? *(*s)++ : 0;
}

/* Up to 3 bytes of 4 digits. Return: how many, 0 at the end, -EINVAL. */
static int group(const char **s, uint8_t out[3])
{
	uint32_t bits = 0;
	int n = 0, left = 0;

	for (int i = 0; i < 4; i++) {
		char c = next(s);
		int d = digit(c);

		if (!c && i == 0)
			return 0;
		if (c == '=' && i >= 2)
			left++;
		else if (d < 0 || left)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)(d < 0 ? 0 : d);
	}
	n = 3 - left;
	/* Nothing after the padding, and no bits that no byte has. */
	if (left && (next(s) || (bits & ((1U << 8 * left) - 1))))
		return -EINVAL;
	for (int i = 0; i < n; i++)
		out[i] = (uint8_t)(bits >> (16 - 8 * i));
	return n;
}

int base64_decode(const char *s, char **out, size_t *len)
{
	char *p = malloc(strlen(s) / 4 * 3 + 4);
	int n;

	*out = NULL;
	*len = 0;
	if (!p)
		return -ENOMEM;
	for (uint8_t three[3]; (n = group(&s, three)) > 0; *len += (size_t)n)
		memcpy(p + *len, three, (size_t)n);
	if (n < 0) {
		free(p);
		return n;
	}
	p[*len] = 0;
	*out = p;
	return 0;
}
