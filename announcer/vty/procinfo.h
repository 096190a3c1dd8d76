/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procinfo.h - what the operating system knows of us. */
#ifndef GREVY_VTY_PROCINFO_H
#define GREVY_VTY_PROCINFO_H
#include <stdint.h>

/* Bytes; -1 = this system does not tell. */
struct procinfo_memory {
	int64_t rss, rss_anon, rss_max;
};

void procinfo_memory(struct procinfo_memory *m);

/* How long this thread stood in line for a CPU since it began; -1 = this system does not tell.
 */
int64_t procinfo_waited_ns(void);
#endif
