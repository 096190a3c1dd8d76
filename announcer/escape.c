/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/escape.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the UTF-8 sequence at s and its code point; 0 = not UTF-8 (RFC 3629 4). */
static size_t utf8_decode(const unsigned char *s, uint32_t *cp)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = {
	    {0x80, 0x00, 0      },
            {0xe0, 0xc0, 0x80   },
            {0xf0, 0xe0, 0x800  },
            {0xf8, 0xf0, 0x10000}
        };
	size_t n = 0;

	while (n < 4 && (s[0] & forms[n].mask) != forms[n].lead)
		n++;
	if (n == 4)
		return 0;
	*cp = s[0] & (uint8_t)~forms[n].mask;
	for (size_t i = 1; i <= n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	if (*cp < forms[n].least || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return n + 1;
}

size_t escape_next(const char **s, char *out, bool json)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t cp = 0;
	size_t len = utf8_decode(p, &cp);
	int n;

	*s += len ? len : 1;
	if (!len)
		n = json ? snprintf(out, ESCAPE_MAX, "\xef\xbf\xbd")
		         : snprintf(out, ESCAPE_MAX, "\\x%02x", *p);
	else if (cp == '\n' || cp == '\t')
		n = snprintf(out, ESCAPE_MAX, "\\%c", cp == '\n' ? 'n' : 't');
	else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		n = snprintf(out, ESCAPE_MAX, "\\u%04x", (unsigned)cp);
	else if (json && (cp == '"' || cp == '\\'))
		n = snprintf(out, ESCAPE_MAX, "\\%c", (int)cp);
	else
		n = snprintf(out, ESCAPE_MAX, "%.*s", (int)len, (const char *)p);
	return (size_t)n;
}

size_t escape_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}
