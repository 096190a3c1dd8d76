/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zprobe.h - find out the release of an unknown zebra by safe questions (an ERROR provoked
 *before HELLO, harmless HELLO numbers, header versions). A state machine without I/O: the
 *caller connects, writes, reads and keeps the time. 7.3 and newer take one or two round trips;
 *older ones cost time-outs.
 *
 *	zprobe_init(&p);
 *	step = zprobe_connected(&p)        after each connect()
 *	step = zprobe_feed(&p, buf, n)     after each read()
 *	step = zprobe_closed(&p)           zebra hung up
 *	step = zprobe_timeout(&p)          nothing came for ZPROBE_TIMEOUT_MS
 *
 * After each step write p.out (p.out_len bytes, 0 = nothing), then do what the step says.
 */
#ifndef ZCLIENT_ZPROBE_H
#define ZCLIENT_ZPROBE_H
#include "zclient/zversion.h"

#define ZPROBE_TIMEOUT_MS 300
#define ZPROBE_INSTANCE                                                                        \
	65535 /* a key that nobody uses: closing the probe sweeps its routes                   \
	       */

enum zprobe_step {
	ZPROBE_WAIT,    /* for bytes, with a fresh time-out */
	ZPROBE_CONNECT, /* close and connect again */
	ZPROBE_DONE     /* close; lo, hi and text are valid */
};

struct zprobe {
	uint8_t out[32];
	size_t out_len;
	/* The result: the first and the last release that fit; NULL = none of the table does.
	 */
	const struct zapi_version *lo, *hi;
	const char *text;   /* "8.2 to 9.0", "Quagga", "unknown" */
	uint16_t error_cmd; /* the number that ERROR came as; 0 = none came */
	/* private */
	uint8_t state, header;
	size_t in_len, skip;
	uint8_t in[512];
};

void zprobe_init(struct zprobe *p);
enum zprobe_step zprobe_connected(struct zprobe *p);
enum zprobe_step zprobe_feed(struct zprobe *p, const void *buf, size_t n);
enum zprobe_step zprobe_closed(struct zprobe *p);
enum zprobe_step zprobe_timeout(struct zprobe *p);
#endif
