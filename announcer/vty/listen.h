/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen.h - a listening socket of the vty server, a file. */
#ifndef GREVY_VTY_LISTEN_H
#define GREVY_VTY_LISTEN_H
#include <stdbool.h>
#include <sys/types.h>

#define VTY_GROUP "frrvty" /* who may use vtysh may use us */

struct vty_listen {
	int fd; /* non-blocking, close-on-exec, listening; -1 = none */
	char *path;
	dev_t dev; /* of the file, to know it again */
	ino_t ino;
};

/**
 * vty_listen_look - what stands at path
 * @fd: with -EADDRINUSE a connection to who answers there, the caller's; -1 where it is too
 *      busy for one. May be NULL.
 * Return: 0 (nothing, or a socket that nobody answers), -EADDRINUSE, -ENOTSOCK, or -errno.
 */
int vty_listen_look(const char *path, int *fd);

/**
 * vty_listen_open - make the socket where vty_listen_look() says 0
 * A file that stands there is removed only if nobody answers, also if that changes meanwhile.
 * @like: with the owner, group and mode of this file, where it exists; may be NULL
 * @mode: else with this mode, of group frrvty if that exists
 * Return: 0 or what vty_listen_look() says; -ENAMETOOLONG.
 */
int vty_listen_open(struct vty_listen *l, const char *path, const char *like, mode_t mode);

/* The file is there and still ours. */
bool vty_listen_stands(const struct vty_listen *l);

/* Closes the socket and removes the file, if it is still ours. */
void vty_listen_close(struct vty_listen *l);
#endif
