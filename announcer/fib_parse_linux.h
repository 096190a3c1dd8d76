/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fib_parse_linux.h - messages of rtnetlink about routes, next-hop objects, interfaces and
 * addresses. Pure: bytes in, structs out; whatever the bytes are.
 */
#ifndef GREVY_FIB_PARSE_LINUX_H
#define GREVY_FIB_PARSE_LINUX_H
#include "announcer/fib.h"

struct rd;

enum fib_msg_kind {
	FIB_MSG_OTHER, /* not for us */
	FIB_MSG_ROUTE,
	FIB_MSG_OBJECT,
	FIB_MSG_LINK,
	FIB_MSG_ADDR,
	FIB_MSG_END, /* of an answer; error tells how it went */
};

struct fib_msg {
	enum fib_msg_kind kind;
	uint32_t seq;
	int error;  /* END: 0 or -errno */
	bool added; /* there now, or gone */
	struct fib_route route;
	struct fib_object object;
	struct fib_link link;
	struct fib_addr addr;
};

/**
 * fib_parse - the next message
 * @r:  what was received; moved past the message
 * @m:  written whole; its next hops stand in nh
 * @nh: room for FIB_NEXTHOPS_MAX
 * Return: 1, 0 at the end, -EBADMSG when a length does not add up: the rest is not readable.
 */
int fib_parse(struct rd *r, struct fib_msg *m, struct fib_nexthop *nh);
#endif
