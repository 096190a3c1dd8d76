/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_channel.h - the other end of live_open(): the descriptor that comes with an answer. */
#ifndef TESTS_LIVE_CHANNEL_H
#define TESTS_LIVE_CHANNEL_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>

/* Reads an answer of nothing and success, for which base runs (NULL: it is there already).
 * Return: the descriptor that came with it, or -1. */
static inline int live_channel(int fd, struct event_base *base)
{
	char end[8], control[64];
	struct iovec iov = {end, sizeof(end)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	int got = -1;
	ssize_t n;

	while ((n = recvmsg(fd, &m, 0)) < 0 && errno == EAGAIN && base)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(n, 4);
	assert_memory_equal(end, "\0\0\0\0", 4);
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&got, CMSG_DATA(c), sizeof(got));
	return got;
}
#endif
