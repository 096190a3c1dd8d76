/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockopt_none.c - where none of them is known: a session that needs one does not start. */
#include "announcer/bgp/sockopt.h"
#include <errno.h>

int sockopt_md5(int fd, const struct prefix *peers, const char *key)
{
	(void)fd;
	(void)peers;
	return key ? -EOPNOTSUPP : 0;
}

int sockopt_min_ttl(int fd, uint8_t family, uint8_t min)
{
	(void)fd;
	(void)family;
	(void)min;
	return -EOPNOTSUPP;
}

int sockopt_device(int fd, const char *name)
{
	(void)fd;
	(void)name;
	return -EOPNOTSUPP;
}
