/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peer_linux.c - SO_PEERCRED and SO_PEERGROUPS (4.13); peer_posix.c stands in elsewhere. */
#ifdef __linux__
#include "config.h"

#include "announcer/util.h"
#include "announcer/vty/peer.h"
#include <errno.h>
#include <sys/socket.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

/* Is the group among the supplementary ones that the peer connected with? */
static bool has_group(int fd, gid_t gid)
{
	socklen_t len = 32 * sizeof(gid_t);
	gid_t *groups = xcalloc(1, len);
	int rc = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len);
	bool found = false;

	if (rc < 0 && errno == ERANGE) { /* len is what it takes */
		groups = xrealloc(groups, 1, len);
		rc = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len);
	}
	for (size_t i = 0; rc == 0 && i < len / sizeof(gid_t); i++)
		found = found || groups[i] == gid;
	free(groups);
	return found;
}

struct peer peer_read(int fd, const struct peer_group *g)
{
	struct peer p = {0};
	struct ucred c;
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0)
		return p;
	p.known = true;
	p.uid = c.uid;
	p.pid = c.pid;
	p.member = c.gid == g->gid || has_group(fd, g->gid);
	return p;
}
#else
extern int peer_linux_is_empty;
#endif
