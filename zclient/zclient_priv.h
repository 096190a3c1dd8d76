/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zclient_priv.h - the inside of a connection; for zclient*.c only. Not installed. */
#ifndef ZCLIENT_ZCLIENT_PRIV_H
#define ZCLIENT_ZCLIENT_PRIV_H
#include "zclient/wire.h"
#include "zclient/zclient.h"

#define ZCLIENT_IN_MAX                                                                         \
	16384 /* the longest message that is decoded; longer ones are skipped                  \
	       */

struct zclient {
	const struct zapi_version *v, *hi; /* the release is one of v .. hi */
	struct zapi_version tx;            /* v, less what not all of them encode alike */
	const struct zclient_ops *ops;
	void *arg;
	struct zclient_stats stats;
	uint32_t ecmp; /* of CAPABILITIES; 0 = not heard yet */
	int error;     /* what zclient_feed() returns from now on */

	struct wr out;   /* queued messages: buf[out_head .. len) */
	size_t out_head; /* written already */
	size_t out_mark; /* where the message being encoded starts */

	size_t in_len;                       /* of the message that in[] holds the start of */
	size_t skip;                         /* bytes of an oversized message still to come */
	struct zapi_nexthop nh[ZAPI_NH_MAX]; /* of the message being decoded */
	uint8_t in[ZCLIENT_IN_MAX];
};
#endif
