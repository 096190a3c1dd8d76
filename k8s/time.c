/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 3339 without the C library's calendar, which has no portable timegm(). Pure. */
#include "k8s/decode_int.h"
#include <errno.h>

struct cursor {
	const char *s;
	bool bad;
};

static int number(struct cursor *c, int digits)
{
	int v = 0;

	for (int i = 0; i < digits && !c->bad; i++) {
		if (*c->s < '0' || *c->s > '9')
			c->bad = true;
		else
			v = v * 10 + (*c->s++ - '0');
	}
	return v;
}

/* Take one of the characters of set. */
static char one_of(struct cursor *c, const char *set)
{
	for (; !c->bad && *set; set++)
		if (*c->s == *set)
			return *c->s++;
	c->bad = true;
	return 0;
}

static bool leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int days_in_month(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && leap(y) ? 29 : days[m - 1];
}

/* Days from 1970-01-01 in the Gregorian calendar; y is at least 1. */
static int64_t days_since_epoch(int y, int m, int d)
{
	int64_t before = y - 1, days = before * 365 + before / 4 - before / 100 + before / 400;

	for (int i = 1; i < m; i++)
		days += days_in_month(y, i);
	return days + d - 1 - 719162;
}

static int zone_s(struct cursor *c)
{
	char sign = one_of(c, "Zz+-");
	int h, m;

	if (sign == 'Z' || sign == 'z')
		return 0;
	h = number(c, 2);
	one_of(c, ":");
	m = number(c, 2);
	if (h > 23 || m > 59)
		c->bad = true;
	return (sign == '-' ? -1 : 1) * (h * 3600 + m * 60);
}

static void skip_fraction(struct cursor *c)
{
	if (*c->s != '.')
		return;
	c->s++;
	number(c, 1);
	while (*c->s >= '0' && *c->s <= '9')
		c->s++;
}

int k8s_time_parse(const char *s, int64_t *out)
{
	struct cursor c = {.s = s};
	int y, mo, d, h, mi, sec, zone;

	y = number(&c, 4);
	one_of(&c, "-");
	mo = number(&c, 2);
	one_of(&c, "-");
	d = number(&c, 2);
	one_of(&c, "Tt ");
	h = number(&c, 2);
	one_of(&c, ":");
	mi = number(&c, 2);
	one_of(&c, ":");
	sec = number(&c, 2);
	if (!c.bad)
		skip_fraction(&c);
	zone = zone_s(&c);
	if (c.bad || *c.s || y < 1 || mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo))
		return -EINVAL;
	if (h > 23 || mi > 59 || sec > 60)
		return -EINVAL;
	*out = days_since_epoch(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - zone;
	return 0;
}
