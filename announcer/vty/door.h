/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * door.h - one place where the vty server can be reached: a socket file, kept up, and left to
 * another daemon that answers there.
 */
#ifndef GREVY_VTY_DOOR_H
#define GREVY_VTY_DOOR_H
#include "announcer/vty/server.h"
#include <sys/types.h>

struct door;
struct event_base;

struct door_place {
	const char *path;
	const char *like;    /* a file whose owner, group and mode it gets; NULL = none */
	mode_t mode;         /* where that does not exist */
	unsigned patience_s; /* so long has the place to be free before we take it */
	enum vty_dialect dialect;
};

enum door_state {
	DOOR_OPEN,    /* we are to be reached there */
	DOOR_FREE,    /* nobody is; soon we are */
	DOOR_HELD,    /* another daemon is */
	DOOR_BLOCKED, /* it cannot be made: door_error() */
};

/* Not open yet. The server is borrowed, the place copied. */
struct door *door_new(
    struct event_base *base, struct vty_server *server, const struct door_place *place);

/* At once. Return: 0 or -errno as vty_listen_open(), which nothing is logged of. */
int door_open(struct door *d);

/* To be called about once a second: opens the door, or leaves it to who took it. What changes
 * is logged. */
void door_look(struct door *d);

/* Removes the file if it is ours; who came in by it stays. NULL is fine. */
void door_free(struct door *d);

const char *door_path(const struct door *d);
enum vty_dialect door_dialect(const struct door *d);
enum door_state door_state(const struct door *d);
const char *door_error(const struct door *d); /* why it is blocked; else NULL */
#endif
