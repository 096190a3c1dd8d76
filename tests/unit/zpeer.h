/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zpeer.h - a zebra of any release, acted by the golden messages of its line: it hangs up on a
 * foreign header, answers what it is asked in its own numbers and layouts, answers ERROR to
 * what it has no handler for (from 7.3), and else says nothing. It knows nothing of the version
 * table.
 */
#ifndef TESTS_ZPEER_H
#define TESTS_ZPEER_H
#include "golden.h"

struct zpeer {
	struct golden msgs[64]; /* of this release */
	size_t n, header_len;
	bool closed;              /* it hung up */
	bool probing;             /* it is only being probed: fail if that would do harm */
	bool notify;              /* owner notifications are asked for */
	unsigned connects, exact; /* exact: messages that are golden byte for byte */
	uint16_t instance;        /* of the last HELLO */
	uint8_t in[1024], out[8192];
	size_t in_len, out_len; /* out: to be read by the client */
};

void zpeer_init(struct zpeer *z, const struct zapi_version *v);
void zpeer_connect(struct zpeer *z);
/* What the client wrote. */
void zpeer_feed(struct zpeer *z, const uint8_t *p, size_t len);
/* A golden message of this release; NULL = it has none of that name. */
const struct golden *zpeer_golden(const struct zpeer *z, const char *name);
#endif
