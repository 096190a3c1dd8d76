/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procinfo_posix.c - for systems other than Linux: getrusage(2). */
#ifndef __linux__
#include "announcer/vty/procinfo.h"
#include <sys/resource.h>

void procinfo_memory(struct procinfo_memory *m)
{
	struct rusage u;

	*m = (struct procinfo_memory){-1, -1, -1};
	if (getrusage(RUSAGE_SELF, &u) == 0)
		m->rss_max = (int64_t)u.ru_maxrss * 1024;
}

int64_t procinfo_waited_ns(void)
{
	return -1;
}
#else
extern int procinfo_posix_is_empty;
#endif
