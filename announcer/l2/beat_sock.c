/* SPDX-License-Identifier: GPL-2.0-or-later */
/* beat_sock.c - UDP multicast on single interfaces (RFC 3493, 3542, 3678). */
#include "config.h" /* struct in6_pktinfo */

#include "announcer/l2/beat_sock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RECEIVE_BUFFER = 1 << 20,
	TRAFFIC_CLASS = 0xc0, /* network control, CS6 */
};

/* What may be refused: it helps, no more. */
static void set(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

static int set_ipv4(int fd)
{
	unsigned char one = 1, zero = 0;
	int on = 1;

	set(fd, IPPROTO_IP, IP_TOS, TRAFFIC_CLASS);
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &zero, sizeof(zero)) < 0)
		return -errno;
#ifdef IP_PKTINFO
	return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ? -errno : 0;
#else
	(void)on;
	return -EAFNOSUPPORT; /* by which interface it came would not be known */
#endif
}

static int set_ipv6(int fd)
{
	unsigned zero = 0;
	int on = 1;

	set(fd, IPPROTO_IPV6, IPV6_TCLASS, TRAFFIC_CLASS);
	set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &zero, sizeof(zero)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

/* The group, or with any the address that all are bound to. */
static socklen_t address(
    const struct l2_path *to, uint16_t port, bool any, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	if (to->family == AF_INET6) {
		struct sockaddr_in6 *s6 = (struct sockaddr_in6 *)ss;

		s6->sin6_family = AF_INET6;
		s6->sin6_port = htons(port);
		s6->sin6_scope_id = any ? 0 : to->ifindex;
		if (!any)
			inet_pton(AF_INET6, "ff02::114", &s6->sin6_addr);
		return sizeof(*s6);
	}
	struct sockaddr_in *s4 = (struct sockaddr_in *)ss;

	s4->sin_family = AF_INET;
	s4->sin_port = htons(port);
	if (!any)
		inet_pton(AF_INET, "224.0.0.254", &s4->sin_addr);
	return sizeof(*s4);
}

int beat_sock_open(uint8_t family, uint16_t port)
{
	const struct l2_path any = {.family = family};
	struct sockaddr_storage ss;
	socklen_t len = address(&any, port, true, &ss);
	int fd = socket(family, SOCK_DGRAM, 0), rc;

	if (fd < 0)
		return -errno;
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	rc = family == AF_INET6 ? set_ipv6(fd) : set_ipv4(fd);
	if (!rc && (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
		       bind(fd, (struct sockaddr *)&ss, len) < 0))
		rc = -errno;
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int beat_sock_join(int fd, uint8_t family, uint32_t ifindex, bool join)
{
	const struct l2_path group = {.ifindex = ifindex, .family = family};
	struct group_req g = {.gr_interface = ifindex};

	address(&group, 0, false, &g.gr_group);
	if (setsockopt(fd, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
		join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &g, sizeof(g)) < 0)
		return errno == EADDRINUSE && join ? 0 : -errno;
	return 0;
}

int beat_sock_send(
    int fd, const struct l2_path *to, uint16_t port, const uint8_t *datagram, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t ss_len = address(to, port, false, &ss);
	const struct ip_mreqn by = {.imr_ifindex = (int)to->ifindex};

	if (to->family == AF_INET &&
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof(by)) < 0)
		return -errno;
	if (sendto(fd, datagram, len, 0, (struct sockaddr *)&ss, ss_len) < 0)
		return -errno;
	return 0;
}

static uint32_t ifindex_of(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
#ifdef IP_PKTINFO
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo by;

			memcpy(&by, CMSG_DATA(c), sizeof(by));
			return (uint32_t)by.ipi_ifindex;
		}
#endif
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo by;

			memcpy(&by, CMSG_DATA(c), sizeof(by));
			return (uint32_t)by.ipi6_ifindex;
		}
	}
	return 0;
}

ssize_t beat_sock_receive(int fd, struct l2_path *from, uint8_t *datagram, size_t cap)
{
	struct iovec iov = {.iov_base = datagram, .iov_len = cap};
	union {
		struct cmsghdr align;
		uint8_t bytes[256];
	} control;
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, 0);

	if (n < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	from->ifindex = ifindex_of(&m);
	return m.msg_flags & MSG_TRUNC ? (ssize_t)cap + 1 : n;
}
