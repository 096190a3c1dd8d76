/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the vty server: FRR's framing on a UNIX socket (lib/vty.c, 8.4). A command is
 * text and a NUL; its answer is text, three NULs and the status code.
 */
#ifndef GREVY_VTY_SERVER_H
#define GREVY_VTY_SERVER_H
#include "announcer/vty/exec.h"

#define VTY_SOCKET_NAME  "grevyd.vty"
#define GREVY_VTY_DIR    "/run/grevy" /* default of vty.dir */
#define VTY_COMMAND_MAX  4096         /* bytes of a command, its NUL included */
#define VTY_SESSIONS_MAX 1024         /* half of them without privilege */
#define VTY_IDLE_MS      1000         /* so long idle: may have to give way */

struct event_base;
struct vty_server;

/* A server without a socket, which are doors' (door.h); ctx is borrowed for its lifetime. */
struct vty_server *vty_server_new(struct event_base *base, const struct vty_context *ctx);

/* Serve a connected stream socket, which is consumed, also on failure. Where there are too
 * many, the one that is idle for the longest time gives way.
 * Return: 0, -EMFILE (none of them is idle) or -errno. */
int vty_server_adopt(struct vty_server *s, int fd, enum vty_dialect dialect);

/* Ends every connection. NULL is fine. */
void vty_server_free(struct vty_server *s);
#endif
