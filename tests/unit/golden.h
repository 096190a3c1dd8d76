/* SPDX-License-Identifier: GPL-2.0-or-later */
/* golden.h - read tests/data/zapi/messages.hex; for tests only. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H
#include "zclient/zversion.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define GOLDEN_MAX 512

struct golden {
	int lo[3], hi[3]; /* releases, both included */
	char name[32];
	uint8_t msg[GOLDEN_MAX]; /* header and body */
	size_t len;
};

/* The bytes were written down for x86-64 Linux: host order and address families. */
static inline bool golden_host(void)
{
	uint16_t one = 1;

	return AF_INET6 == 10 && *(uint8_t *)&one == 1;
}

static inline FILE *golden_open(const char *file)
{
	const char *dir = getenv("TEST_DATA");
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/zapi/%s", dir ? dir : "tests/data", file);
	f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static inline size_t golden_bytes(const char *s, uint8_t *out)
{
	size_t nibbles = 0;

	for (; *s && *s != '#' && *s != '\n'; s++) {
		if (!isxdigit((unsigned char)*s))
			continue;
		if (nibbles / 2 == GOLDEN_MAX)
			abort();
		out[nibbles / 2] = (uint8_t)(out[nibbles / 2] << 4);
		out[nibbles / 2] |=
		    (uint8_t)(isdigit((unsigned char)*s) ? *s - '0' : *s - 'a' + 10);
		nibbles++;
	}
	if (nibbles % 2)
		abort();
	return nibbles / 2;
}

/* The next message; false at the end of the file. */
static inline bool golden_next(FILE *f, struct golden *g)
{
	char line[2048], *rest, *dash;

	while (fgets(line, sizeof(line), f)) {
		memset(g, 0, sizeof(*g));
		if (line[0] == '#' || line[0] == '\n')
			continue;
		rest = line + strcspn(line, " ");
		*rest++ = '\0';
		dash = strchr(line, '-');
		if (!dash || zversion_parse(line, g->lo) < 0 ||
		    zversion_parse(dash + 1, g->hi) < 0)
			abort();
		g->lo[2] = g->lo[2] < 0 ? 0 : g->lo[2];
		g->hi[2] = g->hi[2] < 0 ? 0 : g->hi[2];
		rest += strspn(rest, " ");
		memcpy(g->name, rest, strcspn(rest, " "));
		g->len = golden_bytes(rest + strcspn(rest, " "), g->msg);
		return true;
	}
	return false;
}

static inline int golden_order(const struct zapi_version *v, const int r[3])
{
	if (v->major != r[0])
		return v->major - r[0];
	return v->minor != r[1] ? v->minor - r[1] : v->patch - r[2];
}

static inline bool golden_is_of(const struct golden *g, const struct zapi_version *v)
{
	return golden_order(v, g->lo) >= 0 && golden_order(v, g->hi) <= 0;
}
#endif
