/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peer_posix.c - for systems other than Linux: getpeereid(3), and the group's list of users. */
#ifndef __linux__
#include "announcer/vty/peer.h"
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_listed(uid_t uid, gid_t gid)
{
	const struct passwd *user = getpwuid(uid);
	const struct group *group = getgrgid(gid);

	for (char **name = user && group ? group->gr_mem : NULL; name && *name; name++)
		if (strcmp(*name, user->pw_name) == 0)
			return true;
	return false;
}

struct peer peer_read(int fd, const struct peer_group *g)
{
	struct peer p = {0};
	gid_t gid;

	if (getpeereid(fd, &p.uid, &gid) < 0)
		return (struct peer){0};
	p.known = true;
	p.member = gid == g->gid || is_listed(p.uid, g->gid);
	return p;
}
#else
extern int peer_posix_is_empty;
#endif
