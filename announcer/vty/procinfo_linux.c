/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procinfo_linux.c - /proc; procinfo_posix.c stands in elsewhere. */
#ifdef __linux__
#include "config.h"

#include "announcer/util.h"
#include "announcer/vty/procinfo.h"
#include <stdio.h>

void procinfo_memory(struct procinfo_memory *m)
{
	const struct {
		const char *name;
		int64_t *to;
	} rows[] = {
	    {"VmRSS:",   &m->rss     },
            {"RssAnon:", &m->rss_anon},
            {"VmHWM:",   &m->rss_max }
        };
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	*m = (struct procinfo_memory){-1, -1, -1};
	while (f && fgets(line, sizeof(line), f)) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			size_t n = strlen(rows[i].name);

			if (strncmp(line, rows[i].name, n) == 0)
				*rows[i].to = strtoll(line + n, NULL, 10) * 1024;
		}
	}
	if (f)
		fclose(f);
}

int64_t procinfo_waited_ns(void)
{
	FILE *f = fopen("/proc/thread-self/schedstat", "re");
	char line[128] = "", *end = line;

	if (!f)
		return -1;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	strtoll(line, &end, 10); /* the time that it ran */
	return *end == ' ' ? strtoll(end, NULL, 10) : -1;
}
#else
extern int procinfo_linux_is_empty;
#endif
