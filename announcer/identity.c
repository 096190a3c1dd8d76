/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/identity.h"
#include "announcer/util.h"
#include <event2/util.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

enum { HOST_MAX = 253, RANDOM = 16 };

char *identity_new(void)
{
	uint8_t random[RANDOM];
	char host[HOST_MAX + 1] = "";
	size_t size, len;
	char *s;

	evutil_secure_rng_get_bytes(random, sizeof(random));
	if (gethostname(host, sizeof(host) - 1) < 0 || !*host)
		snprintf(host, sizeof(host), "grevyd");
	len = strlen(host);
	size = len + 2 + 2 * RANDOM;
	s = xcalloc(size, 1);
	snprintf(s, size, "%s_", host);
	for (size_t i = 0; i < RANDOM; i++)
		snprintf(s + len + 1 + 2 * i, 3, "%02x", random[i]);
	return s;
}
