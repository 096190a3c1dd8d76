/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nodename.c - the name of this host's Node object. */
#include "announcer/nodename.h"
#include "announcer/util.h"
#include <unistd.h>

enum { HOST_MAX = 253 }; /* of a Node's name, RFC 1123 */

char *nodename(const char *configured)
{
	const char *env = getenv("NODE_NAME");
	char host[HOST_MAX + 1] = "";

	if (configured)
		return xstrdup(configured);
	if (env && *env)
		return xstrdup(env);
	if (gethostname(host, sizeof(host) - 1) < 0)
		return xstrdup("");
	for (char *p = host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return xstrdup(host);
}
