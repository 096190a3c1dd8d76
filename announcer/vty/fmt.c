/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/fmt.h"
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

const char *fmt_age(int64_t s, char *buf)
{
	const int64_t day = 86400;

	s = s < 0 ? 0 : s;
	if (s < day)
		snprintf(buf, FMT_LEN, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600,
		    s / 60 % 60, s % 60);
	else
		snprintf(buf, FMT_LEN, "%" PRId64 "d%02" PRId64 "h%02" PRId64 "m", s / day,
		    s / 3600 % 24, s / 60 % 60);
	return buf;
}

const char *fmt_time(int64_t unix_s, char *buf)
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (!unix_s || !gmtime_r(&t, &tm) || !strftime(buf, FMT_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, FMT_LEN, "-");
	return buf;
}

const char *fmt_size(int64_t bytes, char *buf)
{
	static const char *const units[] = {"KiB", "MiB", "GiB"};
	double v = (double)bytes / 1024;
	int u = 0;

	if (bytes < 0) {
		snprintf(buf, FMT_LEN, "-");
	} else if (bytes < 1024) {
		snprintf(buf, FMT_LEN, "%" PRId64 " B", bytes);
	} else {
		for (; v >= 1024 && u < 2; u++)
			v /= 1024;
		snprintf(buf, FMT_LEN, "%.1f %s", v, units[u]);
	}
	return buf;
}
