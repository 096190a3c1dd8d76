/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procinfo_posix.c - for systems other than Linux: getrusage(2) and getpeereid(3). */
#ifndef __linux__
#include "announcer/vty/procinfo.h"
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

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

const char *procinfo_peer(int fd, char *buf, size_t cap)
{
	uid_t uid;
	gid_t gid;

	if (getpeereid(fd, &uid, &gid) == 0)
		snprintf(buf, cap, "uid %lu", (unsigned long)uid);
	else
		snprintf(buf, cap, "unknown");
	return buf;
}
#else
extern int procinfo_posix_is_empty;
#endif
