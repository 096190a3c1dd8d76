/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_string.h - strings of JSON (RFC 8259, section 7), between their quotes. Pure. */
#ifndef K8S_JSON_STRING_H
#define K8S_JSON_STRING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Is any byte of w a quote, a backslash or a control character? Which one it does not say: a
 * borrow may mark the bytes above the first, too. */
static inline bool json_word_stops(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101, highs = ones << 7;
	const uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';

	return ((((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
		    ((w - ones * ' ') & ~w)) &
		   highs) != 0;
}

/* Inside a string: the first quote, backslash or control character, else end. */
static inline const char *json_string_stop(const char *p, const char *end)
{
	uint64_t w;

	for (; end - p >= (ptrdiff_t)sizeof(w); p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		if (json_word_stops(w))
			break;
	}
	while (p < end && *p != '"' && *p != '\\' && (uint8_t)*p >= ' ')
		p++;
	return p;
}

static inline const char *json_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* The first byte that does not belong to UTF-8 (RFC 3629); NULL when there is none. */
const char *json_utf8_fault(const char *s, size_t len);

/* What the escapes stand for; out takes up to len bytes. Half of a surrogate pair is U+FFFD, as
 * json-c and Go have it. Return: NULL, or the first escape that JSON does not have. */
const char *json_unescape(const char *s, size_t len, char *out, size_t *out_len);
#endif
