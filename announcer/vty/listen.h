/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen.h - the listening socket of the vty server, a file. */
#ifndef GREVY_VTY_LISTEN_H
#define GREVY_VTY_LISTEN_H
#include <sys/types.h>

#define VTY_GROUP "frrvty" /* who may use vtysh may use us */

struct vty_listen {
	int fd; /* non-blocking, close-on-exec, listening */
	char *path;
	dev_t dev; /* of the file, to know it again */
	ino_t ino;
};

/**
 * vty_listen_open - make the socket, mode 0770, of group frrvty if that exists
 * A socket that nobody answers is replaced. `dir` is made if only it is missing.
 * Return: 0; -EADDRINUSE (somebody answers), -ENOTSOCK (another file is there),
 * -ENAMETOOLONG, or what the system says.
 */
int vty_listen_open(struct vty_listen *l, const char *dir, const char *name);

/* Closes the socket and removes the file, if it is still ours. */
void vty_listen_close(struct vty_listen *l);
#endif
