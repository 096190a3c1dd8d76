/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/json_string.h"
#include <stdbool.h>

/* The number of bytes of the UTF-8 sequence at p (RFC 3629), 0 when it is none. */
static size_t utf8_sequence(const uint8_t *p, const uint8_t *end)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (!n || p[0] > 0xf4 || (size_t)(end - p) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

const char *json_utf8_fault(const char *s, size_t len)
{
	const uint8_t *p = (const uint8_t *)s, *end = p + len;
	size_t n;

	for (; p < end; p += n) {
		n = utf8_sequence(p, end);
		if (!n)
			return (const char *)p;
	}
	return NULL;
}

static size_t utf8_put(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v << 4 | ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* After \u: the character, with its second half if it has one.
 * Return: where it ends; NULL when it is none. */
static const char *unicode(const char *p, const char *end, uint32_t *c)
{
	int32_t hi = hex4(p, end), lo;

	if (hi < 0)
		return NULL;
	p += 4;
	*c = (uint32_t)hi;
	if (hi < 0xd800 || hi > 0xdfff)
		return p;
	*c = 0xfffd;
	if (hi > 0xdbff || end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return p;
	lo = hex4(p + 2, end);
	if (lo < 0xdc00 || lo > 0xdfff)
		return p;
	*c = 0x10000 + (((uint32_t)hi & 0x3ff) << 10) + ((uint32_t)lo & 0x3ff);
	return p + 6;
}

/* What stands at the backslash; NULL when that is no escape. */
static const char *escape(const char *p, const char *end, uint32_t *c)
{
	static const char names[] = "\"\\/bfnrt", chars[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (p[1] == 'u')
		return unicode(p + 2, end, c);
	at = memchr(names, p[1], sizeof(names) - 1);
	if (!at)
		return NULL;
	*c = (uint32_t)chars[at - names];
	return p + 2;
}

const char *json_unescape(const char *s, size_t len, char *out, size_t *out_len)
{
	const char *p = s, *end = s + len, *stop;
	uint32_t c;

	*out_len = 0;
	for (; p < end; *out_len += utf8_put(c, out + *out_len)) {
		stop = json_string_stop(p, end);
		memcpy(out + *out_len, p, (size_t)(stop - p));
		*out_len += (size_t)(stop - p);
		if (stop == end)
			break;
		p = escape(stop, end, &c);
		if (!p)
			return stop;
	}
	return NULL;
}
