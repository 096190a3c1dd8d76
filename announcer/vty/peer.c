/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/peer.h"
#include "announcer/vty/listen.h"
#include <grp.h>
#include <stdio.h>
#include <unistd.h>

void peer_group(struct peer_group *g)
{
	const struct group *named = getgrnam(VTY_GROUP);

	g->gid = named ? named->gr_gid : getegid();
	if (!named)
		named = getgrgid(g->gid);
	if (named)
		snprintf(g->name, sizeof(g->name), "%s", named->gr_name);
	else
		snprintf(g->name, sizeof(g->name), "%lu", (unsigned long)g->gid);
}

bool peer_may_change(const struct peer *p, uid_t self)
{
	return p->known && (p->uid == 0 || p->uid == self || p->member);
}

const char *peer_text(const struct peer *p, char *buf, size_t cap)
{
	if (!p->known)
		snprintf(buf, cap, "unknown");
	else if (p->pid)
		snprintf(buf, cap, "uid %lu pid %ld", (unsigned long)p->uid, (long)p->pid);
	else
		snprintf(buf, cap, "uid %lu", (unsigned long)p->uid);
	return buf;
}
