/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/limits.h"
#include <sys/resource.h>

size_t limits_files(size_t n)
{
	struct rlimit now, want;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return n;
	if (now.rlim_cur == RLIM_INFINITY || now.rlim_cur >= n)
		return n;
	want = now;
	want.rlim_cur = now.rlim_max != RLIM_INFINITY && now.rlim_max < n ? now.rlim_max : n;
	return setrlimit(RLIMIT_NOFILE, &want) < 0 ? now.rlim_cur : want.rlim_cur;
}
