/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procinfo.h - what the operating system knows of us and of who connects to us. */
#ifndef GREVY_VTY_PROCINFO_H
#define GREVY_VTY_PROCINFO_H
#include <stddef.h>
#include <stdint.h>

/* Bytes; -1 = this system does not tell. */
struct procinfo_memory {
	int64_t rss, rss_anon, rss_max;
};

void procinfo_memory(struct procinfo_memory *m);

/* How long this thread stood in line for a CPU since it began; -1 = this system does not tell.
 */
int64_t procinfo_waited_ns(void);

/* Who is at the other end of a UNIX socket: "uid 1000 pid 4711", or "unknown". Into buf,
 * which is returned. */
const char *procinfo_peer(int fd, char *buf, size_t cap);
#endif
