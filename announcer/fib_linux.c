/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fib_linux.c - rtnetlink: one socket that hears of changes and reads whole tables. Both on
 * one, because the kernel queues them in the order in which they happened: what was read and
 * what was told never disagree. Needs no capability. What comes from anybody but the kernel
 * is dropped; fib_parse_linux.c understands the rest.
 */
#include "announcer/fib.h"
#include "announcer/fib_parse_linux.h"
#include "announcer/util.h"
#include "zclient/wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUF_SIZE = 32 << 10, RCVBUF = 1 << 20, READ_BUDGET = 4 };

enum phase { IDLE, LINKS, ADDRS, OBJECTS, ROUTES4, ROUTES6 };

struct fib {
	struct fib_ops ops;
	void *arg;
	int fd;
	struct event *read_ev;
	enum phase phase;
	bool again; /* asked for while one is under way */
	uint32_t seq, table;
	uint8_t protocol;
	struct fib_nexthop nh[FIB_NEXTHOPS_MAX];
};

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fib_read(arg);
}

static int join(int fd, unsigned group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
}

static int open_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl me = {.nl_family = AF_NETLINK};
	int on = 1, size = RCVBUF, err;

	if (fd < 0)
		return -1;
	/* Up to net.core.rmem_max, or, where we may, whatever that is; kernels that filter
	 * nothing tell more, which is no harm. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	if (!bind(fd, (struct sockaddr *)&me, sizeof(me)) && !join(fd, RTNLGRP_LINK) &&
	    !join(fd, RTNLGRP_IPV4_ROUTE) && !join(fd, RTNLGRP_IPV6_ROUTE)) {
		join(fd, RTNLGRP_NEXTHOP); /* from Linux 5.3 on */
		return fd;
	}
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

struct fib *fib_open(struct event_base *base, const struct fib_ops *ops, void *arg)
{
	int fd = open_socket();
	struct fib *f;

	if (fd < 0)
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->ops = *ops;
	f->arg = arg;
	f->fd = fd;
	if (ops->on_addr) {
		join(fd, RTNLGRP_IPV4_IFADDR);
		join(fd, RTNLGRP_IPV6_IFADDR);
	}
	f->read_ev = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, f);
	event_add(f->read_ev, NULL);
	return f;
}

void fib_close(struct fib *f)
{
	if (!f)
		return;
	event_free(f->read_ev);
	close(f->fd);
	free(f);
}

static int ask(int fd, struct wr *w)
{
	uint32_t len = (uint32_t)w->len;
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	memcpy(w->buf, &len, sizeof(len)); /* nlmsg_len stands first */
	if (sendto(fd, w->buf, w->len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static void put_head(struct wr *w, uint16_t type, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr head = {
	    .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = seq};

	wr_bytes(w, &head, sizeof(head));
}

static void put_attr(struct wr *w, uint16_t type, const void *value, uint16_t len)
{
	uint16_t head[2] = {(uint16_t)(sizeof(head) + len), type};

	wr_bytes(w, head, sizeof(head));
	wr_bytes(w, value, len);
}

/* Ask for the next of what a dump has. */
static int ask_phase(struct fib *f, enum phase phase)
{
	static const struct {
		uint16_t type;
		uint8_t family;
	} requests[] = {
	    [LINKS] = {RTM_GETLINK,    AF_UNSPEC},
	    [ADDRS] = {RTM_GETADDR,    AF_UNSPEC},
	    [OBJECTS] = {RTM_GETNEXTHOP, AF_UNSPEC},
	    [ROUTES4] = {RTM_GETROUTE,   AF_INET  },
	    [ROUTES6] = {RTM_GETROUTE,   AF_INET6 },
	};
	uint32_t table = f->table ? f->table : RT_TABLE_MAIN;
	struct rtmsg route = {
	    .rtm_protocol = f->protocol, .rtm_family = requests[phase].family};
	struct ifinfomsg link = {0};
	struct ifaddrmsg addr = {0};
	struct nhmsg object = {0};
	uint8_t buf[128];
	struct wr w = wr_of(buf, sizeof(buf));

	f->phase = phase;
	put_head(&w, requests[phase].type, NLM_F_DUMP, ++f->seq);
	if (phase == LINKS) {
		wr_bytes(&w, &link, sizeof(link));
	} else if (phase == ADDRS) {
		wr_bytes(&w, &addr, sizeof(addr));
	} else if (phase == OBJECTS) {
		wr_bytes(&w, &object, sizeof(object));
	} else {
		wr_bytes(&w, &route, sizeof(route));
		put_attr(&w, RTA_TABLE, &table, sizeof(table));
	}
	return ask(f->fd, &w);
}

/* What a dump begins with. */
static enum phase first(const struct fib *f)
{
	return f->ops.on_link ? LINKS : OBJECTS;
}

int fib_dump(struct fib *f, uint32_t table, uint8_t protocol)
{
	int rc;

	f->table = table;
	f->protocol = protocol;
	f->again = f->phase != IDLE;
	if (f->again)
		return 0;
	rc = ask_phase(f, first(f));
	if (rc)
		f->phase = IDLE;
	return rc;
}

/* One of the answers has ended. A kernel without next-hop objects (before 5.3) has none, and
 * one without the table has no route in it. */
static void phase_end(struct fib *f, int error)
{
	bool unknown = error == -EOPNOTSUPP || error == -EINVAL;
	bool ok = !error || error == -ENOENT || (f->phase == OBJECTS && unknown);
	enum phase next = f->again ? first(f) : f->phase + 1;

	f->phase = IDLE;
	if (f->again || (ok && next <= ROUTES6)) {
		f->again = false;
		if (!ask_phase(f, next))
			return;
		f->phase = IDLE;
		ok = false;
	}
	f->ops.on_dumped(ok, f->arg);
}

static void hear_link(struct fib *f, const struct fib_msg *m)
{
	if (f->ops.on_link)
		f->ops.on_link(&m->link, m->added, f->arg);
	if (f->ops.on_down && !m->link.up)
		f->ops.on_down(f->arg);
}

static void hear(struct fib *f, const void *p, size_t len)
{
	struct rd r = rd_of(p, len);
	struct fib_msg m;

	while (fib_parse(&r, &m, f->nh) > 0) {
		if (m.kind == FIB_MSG_ROUTE)
			f->ops.on_route(&m.route, m.added, f->arg);
		else if (m.kind == FIB_MSG_OBJECT)
			f->ops.on_object(&m.object, m.added, f->arg);
		else if (m.kind == FIB_MSG_LINK)
			hear_link(f, &m);
		else if (m.kind == FIB_MSG_ADDR && f->ops.on_addr)
			f->ops.on_addr(&m.addr, m.added, f->arg);
		else if (m.kind == FIB_MSG_END && f->phase != IDLE && m.seq == f->seq)
			phase_end(f, m.error);
	}
}

/* One datagram. Return: its length, 0 = dropped, or -errno. */
static ssize_t receive(int fd, void *buf, size_t size)
{
	struct sockaddr_nl from = {0};
	struct iovec part = {.iov_base = buf, .iov_len = size};
	struct msghdr msg = {
	    .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1};
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n < 0)
		return -errno;
	if (msg.msg_flags & MSG_TRUNC)
		return -ENOBUFS;
	return msg.msg_namelen == sizeof(from) && !from.nl_pid ? n : 0;
}

bool fib_read(struct fib *f)
{
	static uint8_t buf[BUF_SIZE];
	bool all = false;

	for (int i = 0; i < READ_BUDGET && !all; i++) {
		ssize_t n = receive(f->fd, buf, sizeof(buf));

		if (n > 0)
			hear(f, buf, (size_t)n);
		else if (n == -ENOBUFS)
			f->ops.on_overrun(f->arg);
		else
			all = n < 0 && n != -EINTR;
	}
	if (f->ops.on_batch)
		f->ops.on_batch(f->arg);
	return all;
}

/* What the program refuses the kernel does not even queue. Where that fails more is told than
 * asked for. */
static void attach(struct fib *f, struct sock_filter *code, unsigned short n)
{
	struct sock_fprog program = {n, code};

	setsockopt(f->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* What answers a dump is told whole. */
void fib_defaults_only(struct fib *f)
{
	const uint32_t dst_len = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len);
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_flags)),
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_MULTI), 8, 0),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEXTHOP), 5, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNEXTHOP), 4, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 3),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, dst_len),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	attach(f, code, ARRAY_LEN(code));
}

void fib_ignore(struct fib *f, uint32_t by)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(by), 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	/* Where that fails our own changes are told as somebody's who does what we do. */
	attach(f, code, ARRAY_LEN(code));
}

void fib_pause(struct fib *f, bool on)
{
	if (!on)
		event_add(f->read_ev, NULL);
	else if (f->phase == IDLE)
		event_del(f->read_ev);
}

int fib_lookup(const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh)
{
	static struct fib_nexthop hops[FIB_NEXTHOPS_MAX];
	static uint8_t buf[BUF_SIZE];
	struct rtmsg route = {.rtm_family = a->family,
	    .rtm_dst_len = (uint8_t)(8 * ipaddr_len(a->family)),
	    .rtm_flags = RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct wr w = wr_of(buf, sizeof(buf));
	struct fib_msg m;
	struct rd answer;
	ssize_t n;
	int rc;

	if (fd < 0)
		return -errno;
	put_head(&w, RTM_GETROUTE, 0, 1);
	wr_bytes(&w, &route, sizeof(route));
	put_attr(&w, RTA_DST, a->addr, (uint16_t)ipaddr_len(a->family));
	rc = ask(fd, &w);
	/* The kernel has answered by the time that sending returns. */
	n = rc ? rc : receive(fd, buf, sizeof(buf));
	close(fd);
	if (n <= 0)
		return n ? (int)n : -EPROTO;
	answer = rd_of(buf, (size_t)n);
	if (fib_parse(&answer, &m, hops) <= 0)
		return -EPROTO;
	if (m.kind == FIB_MSG_END)
		return m.error ? m.error : -EPROTO;
	if (m.kind != FIB_MSG_ROUTE)
		return -EPROTO;
	*nh = m.route.n ? hops[0] : (struct fib_nexthop){0};
	*r = m.route;
	r->nh = nh;
	r->n = m.route.n ? 1 : 0;
	return 0;
}

const char *fib_protocol_name(uint8_t protocol)
{
	static const struct {
		uint8_t protocol;
		const char *name;
	} names[] = {
	    {1,   "redirect"  },
	    {2,   "kernel"    },
	    {3,   "boot"      },
	    {4,   "static"    },
	    {9,   "ra"        },
	    {11,  "zebra"     },
	    {12,  "bird"      },
	    {16,  "dhcp"      },
	    {18,  "keepalived"},
	    {42,  "babel"     },
	    {186, "bgp"       },
	    {187, "isis"      },
	    {188, "ospf"      },
	    {189, "rip"       },
	    {192, "eigrp"     },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].protocol == protocol)
			return names[i].name;
	return NULL;
}
