/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.h - who is at the other end of a UNIX socket, and whether it may change something.
 * Everybody on the machine may look; verbs are for root, for the user that grevyd runs as,
 * and for members of one group.
 */
#ifndef GREVY_VTY_PEER_H
#define GREVY_VTY_PEER_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PEER_NAME_LEN 64

/* The group whose members may change something. */
struct peer_group {
	gid_t gid;
	char name[PEER_NAME_LEN];
};

struct peer {
	bool known;  /* the system told */
	bool member; /* of the group */
	uid_t uid;   /* effective, when it connected */
	pid_t pid;   /* 0 = the system does not tell */
};

/* Group frrvty, or where there is none, the one that this process runs as. */
void peer_group(struct peer_group *g);

/* What the system tells of a connected socket. */
struct peer peer_read(int fd, const struct peer_group *g);

/* self: the user that this process runs as. */
bool peer_may_change(const struct peer *p, uid_t self);

/* "uid 1000 pid 4711", or "unknown". Into buf, which is returned. */
const char *peer_text(const struct peer *p, char *buf, size_t cap);
#endif
