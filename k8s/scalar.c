/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules are those of kubectl (its YAML 1.1 reader), found by asking it, so that a file
 * means here what it means in the cluster:
 *   null    nothing, ~, null Null NULL
 *   bool    y yes on true, n no off false; in lower case, Capitalised or UPPER CASE
 *   int     with sign and underscores (1_000); 0x, 0o, 0b, and a leading 0 is octal (0123 is
 *           83) unless its digits are not (089 is 89)
 *   float   1.5, .5, 1e3; one without a fraction is the integer (1.0 is 1)
 *   string  everything else: dates, 1:30, numbers that no double holds, and .inf and .nan,
 *           for which JSON has no word
 */
#include "k8s/scalar.h"
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Longer numbers are strings: no field of ours needs more digits. */
#define NUMBER_LEN 64

enum word_kind { WORD_NULL, WORD_TRUE, WORD_FALSE };

static const struct {
	const char *text;
	enum word_kind kind;
} words[] = {
    {"",      WORD_NULL },
    {"~",     WORD_NULL },
    {"null",  WORD_NULL },
    {"Null",  WORD_NULL },
    {"NULL",  WORD_NULL },
    {"y",     WORD_TRUE },
    {"Y",     WORD_TRUE },
    {"yes",   WORD_TRUE },
    {"Yes",   WORD_TRUE },
    {"YES",   WORD_TRUE },
    {"true",  WORD_TRUE },
    {"True",  WORD_TRUE },
    {"TRUE",  WORD_TRUE },
    {"on",    WORD_TRUE },
    {"On",    WORD_TRUE },
    {"ON",    WORD_TRUE },
    {"n",     WORD_FALSE},
    {"N",     WORD_FALSE},
    {"no",    WORD_FALSE},
    {"No",    WORD_FALSE},
    {"NO",    WORD_FALSE},
    {"false", WORD_FALSE},
    {"False", WORD_FALSE},
    {"FALSE", WORD_FALSE},
    {"off",   WORD_FALSE},
    {"Off",   WORD_FALSE},
    {"OFF",   WORD_FALSE},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static unsigned digit_value(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 99;
}

/* Take the base's prefix off *s. A lone 0 has no prefix. */
static unsigned take_base(const char **s)
{
	static const struct {
		char letter;
		unsigned base;
	} bases[] = {
	    {'x', 16},
	    {'X', 16},
	    {'o', 8 },
	    {'O', 8 },
	    {'b', 2 },
	    {'B', 2 },
	};

	if ((*s)[0] != '0' || !(*s)[1])
		return 10;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if ((*s)[1] == bases[i].letter) {
			*s += 2;
			return bases[i].base;
		}
	*s += 1;
	return 8;
}

static bool parse_magnitude(const char *s, uint64_t *out)
{
	unsigned base = take_base(&s);
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned d = digit_value(*s);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

/* A sign and digits that fit; *o is NULL on lack of memory. */
static bool parse_int(const char *s, struct json_object **o)
{
	bool negative = *s == '-';
	uint64_t v;

	if (*s == '-' || *s == '+')
		s++;
	if (!parse_magnitude(s, &v) || (negative && v > (uint64_t)INT64_MAX + 1))
		return false;
	if (negative)
		*o = json_object_new_int64(v ? -(int64_t)(v - 1) - 1 : 0);
	else if (v <= INT64_MAX)
		*o = json_object_new_int64((int64_t)v);
	else
		*o = json_object_new_uint64(v);
	return true;
}

static const char *skip_digits(const char *s)
{
	while (is_digit(*s))
		s++;
	return s;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_float(const char *s)
{
	const char *start;

	if (*s == '-' || *s == '+')
		s++;
	start = s;
	s = skip_digits(s);
	if (*s == '.') {
		const char *fraction = s + 1;

		s = skip_digits(fraction);
		if (s == fraction && fraction == start + 1)
			return false;
	} else if (s == start) {
		return false;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '-' || *s == '+')
			s++;
		if (!is_digit(*s))
			return false;
		s = skip_digits(s);
	}
	return !*s;
}

/* strtod() follows the locale; a program that sets one other than C is not ours. */
static bool parse_float(const char *s, struct json_object **o)
{
	const double exact = 9007199254740992.0; /* 2^53 */
	double d;

	if (!looks_float(s))
		return false;
	d = strtod(s, NULL);
	if (!isfinite(d))
		return false;
	if (d > -exact && d < exact && d == (double)(int64_t)d)
		*o = json_object_new_int64((int64_t)d);
	else
		*o = json_object_new_double(d);
	return true;
}

static bool parse_number(const char *s, struct json_object **o)
{
	char plain[NUMBER_LEN + 1];
	size_t n = 0;

	if (!is_digit(*s) && !strchr("+-.", *s))
		return false;
	for (; *s; s++) {
		if (*s == '_')
			continue;
		if (n == NUMBER_LEN)
			return false;
		plain[n++] = *s;
	}
	plain[n] = 0;
	return parse_int(plain, o) || parse_float(plain, o);
}

int scalar_new(const char *s, struct json_object **out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(s, words[i].text) != 0)
			continue;
		*out = NULL;
		if (words[i].kind == WORD_NULL)
			return 0;
		*out = json_object_new_boolean(words[i].kind == WORD_TRUE);
		return *out ? 0 : -ENOMEM;
	}
	if (!parse_number(s, out))
		*out = json_object_new_string(s);
	return *out ? 0 : -ENOMEM;
}
