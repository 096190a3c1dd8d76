/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.c - the records of FRR's live log, struct zlog_live_hdr of lib/zlog_live.h, in the byte
 * order and the layout of this machine.
 *
 * vtysh takes for granted that the head is as long as its own: 72 bytes to 10.3 and 80 in 10.7,
 * where one word was put in before the number of argument positions, which follow the head. So
 * that one record is read by both, ours is of 80 bytes, of which the older vtysh takes the last
 * eight for one position, and drops it because it lies outside of the text:
 *
 *   byte    64       68              72              76
 *   8.4     code     1 position      it begins at 0  ends at UINT32_MAX
 *   10.7    code     digits of time  0 positions     padding
 */
#include "announcer/vty/live.h"
#include "announcer/escape.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <assert.h>
#include <errno.h>
#include <event2/util.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

struct head {
	uint64_t seconds;
	uint32_t nanoseconds;
	uint32_t len; /* of this head */
	int64_t pid, tid;
	uint32_t lost;
	uint32_t priority; /* as syslog's */
	uint32_t flags;
	uint32_t text_len;
	uint32_t mark_len; /* of FRR's own mark at the beginning of the text */
	char mark[12];
	uint32_t code;
	uint32_t n_old, n_new, outside; /* as above */
};
static_assert(sizeof(struct head) == 80, "as FRR's compiler lays it out");

static uint32_t priority_of(enum log_level level)
{
	static const uint32_t priorities[] = {[LOG_LEVEL_ERR] = LOG_ERR,
	    [LOG_LEVEL_WARN] = LOG_WARNING,
	    [LOG_LEVEL_INFO] = LOG_INFO,
	    [LOG_LEVEL_DEBUG] = LOG_DEBUG};

	return priorities[level];
}

/* Return: the length with this text, cut where the record ends. */
static size_t add(char *buf, size_t len, const char *text)
{
	char c[ESCAPE_MAX];

	while (*text) {
		size_t n = escape_next(&text, c, false);

		if (len + n > LIVE_RECORD_MAX)
			break;
		memcpy(buf + len, c, n);
		len += n;
	}
	return len;
}

size_t live_encode(
    const struct log_record *r, const struct timespec *now, uint32_t lost, char *buf)
{
	struct head head = {.seconds = (uint64_t)now->tv_sec,
	    .nanoseconds = (uint32_t)now->tv_nsec,
	    .len = sizeof(head),
	    .pid = getpid(),
	    .tid = getpid(),
	    .lost = lost,
	    .priority = priority_of(r->level),
	    .n_old = 1,
	    .outside = UINT32_MAX};
	size_t len = sizeof(head);

	len = add(buf, len, r->area);
	len = add(buf, len, ": ");
	len = add(buf, len, r->message);
	head.text_len = (uint32_t)(len - sizeof(head));
	memcpy(buf, &head, sizeof(head));
	return len;
}

int live_send(int fd, const struct log_record *r, uint32_t lost)
{
	char buf[LIVE_RECORD_MAX];
	struct timespec now;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	len = live_encode(r, &now, lost, buf);
	if (send(fd, buf, len, MSG_NOSIGNAL | MSG_EOR) >= 0)
		return 0;
	return errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -errno;
}

/* The answer's end, and the descriptor with it. */
static int give(int fd, int channel)
{
	char end[4] = {0};
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {end, sizeof(end)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &channel, sizeof(int));
	return sendmsg(fd, &m, MSG_NOSIGNAL) == sizeof(end) ? 0 : -EIO;
}

int live_open(int fd)
{
	int pair[2], rc;

	/* Datagrams do where there are no packets in sequence: then an end is not noticed. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 &&
	    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		return -errno;
	rc = evutil_make_socket_nonblocking(pair[0]) < 0 ||
	             evutil_make_socket_closeonexec(pair[0]) < 0
	         ? -EINVAL
	         : give(fd, pair[1]);
	close(pair[1]);
	if (rc == 0)
		return pair[0];
	close(pair[0]);
	return rc;
}
