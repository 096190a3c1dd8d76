/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - the daemon's log while one goes on typing: `terminal monitor` on a connection of
 * its own. Lines are kept until the terminal is free for them; of too many the oldest go.
 */
#ifndef GREVY_SHELL_MONITOR_H
#define GREVY_SHELL_MONITOR_H
#include "announcer/vty/buf.h"
#include <stdbool.h>

#define MONITOR_KEPT 65536 /* bytes */

struct monitor {
	int fd;      /* -1 = none; to be polled for input */
	bool wanted; /* the user has it on: to be opened again when the daemon is back */
	struct buf text;
	size_t lost; /* lines */
};

/* Return: 0 or -errno, and nothing changed. */
int monitor_open(struct monitor *m, const char *dir);
void monitor_close(struct monitor *m); /* and what it kept is forgotten */

/* Take what fd has. When the daemon has hung up, a line says so and fd is -1. */
void monitor_read(struct monitor *m);

/* Move the whole lines that are kept to `out`. Return: there were any. */
bool monitor_take(struct monitor *m, struct buf *out);
#endif
