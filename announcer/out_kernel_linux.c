/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_kernel_linux.c - rtnetlink by libmnl. Requests of many routes go in one datagram; the
 * kernel works through it before sending returns, so that all its answers (one a request) are
 * there to be read then. Needs CAP_NET_ADMIN. A batch is no larger than what the receive buffer
 * holds answers for.
 */
#include "config.h" /* _GNU_SOURCE: recvmmsg() */

#include "announcer/out_kernel_port.h"
#include "announcer/util.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum {
	RCVBUF = 1 << 20, /* an answer takes about 1 KiB there */
	SEND_SIZE = 64 << 10,
	ROUTE_MAX = 128, /* of a route without its next hops, and of a next hop */
	HOP_MAX = 64,
	ANSWERS = 64, /* read at once */
	ANSWER_SIZE = 256,
	PENDING_MAX = 1024, /* requests in one datagram */
};

struct kernel_port {
	struct mnl_socket *socket;
	uint32_t seq;
	uint8_t *buf;
};

struct kernel_port *kernel_port_open(void)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct kernel_port *p;
	int size = RCVBUF, on = 1, fd;

	if (!s)
		return NULL;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(s);
		return NULL;
	}
	fd = mnl_socket_get_fd(s);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	size = 2 * SEND_SIZE;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	/* Answers without a copy of the request. */
	mnl_socket_setsockopt(s, NETLINK_CAP_ACK, &on, sizeof(on));
	p = xcalloc(1, sizeof(*p));
	p->socket = s;
	p->buf = xcalloc(1, SEND_SIZE);
	return p;
}

void kernel_port_close(struct kernel_port *p)
{
	if (!p)
		return;
	mnl_socket_close(p->socket);
	free(p->buf);
	free(p);
}

uint32_t kernel_port_id(const struct kernel_port *p)
{
	return mnl_socket_get_portid(p->socket);
}

/* ---- answers ---- */

struct answers {
	uint32_t first; /* sequence number of errors[0] */
	size_t n, left;
	int *errors;
};

static void answer(struct answers *a, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
	uint32_t at = h->nlmsg_seq - a->first;

	if (h->nlmsg_type != NLMSG_ERROR || mnl_nlmsg_get_payload_len(h) < sizeof(*e) ||
	    at >= a->n || a->errors[at] != 1)
		return;
	a->errors[at] = e->error > 0 ? -EPROTO : e->error;
	a->left--;
}

/* One datagram: from the kernel, whole messages only. */
static void hear(struct answers *a, const struct mmsghdr *m)
{
	const struct sockaddr_nl *from = m->msg_hdr.msg_name;
	const struct nlmsghdr *h = m->msg_hdr.msg_iov->iov_base;
	int left = (int)m->msg_len;

	if (m->msg_hdr.msg_namelen != sizeof(*from) || from->nl_pid)
		return;
	for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
		answer(a, h);
}

/* What has come. Return: false when there is nothing more. */
static bool receive(struct kernel_port *p, struct answers *a)
{
	static _Alignas(struct nlmsghdr) uint8_t buf[ANSWERS][ANSWER_SIZE];
	struct sockaddr_nl from[ANSWERS];
	struct mmsghdr m[ANSWERS];
	struct iovec part[ANSWERS];
	int n;

	memset(m, 0, sizeof(m));
	for (size_t i = 0; i < ANSWERS; i++) {
		part[i] = (struct iovec){.iov_base = buf[i], .iov_len = sizeof(buf[i])};
		m[i].msg_hdr.msg_name = &from[i];
		m[i].msg_hdr.msg_namelen = sizeof(from[i]);
		m[i].msg_hdr.msg_iov = &part[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(mnl_socket_get_fd(p->socket), m, ANSWERS, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EINTR || errno == ENOBUFS;
	for (int i = 0; i < n; i++)
		hear(a, &m[i]);
	return true;
}

/* Send what is in the buffer: n requests, numbered from `first`. */
static void transact(struct kernel_port *p, size_t len, struct answers *a)
{
	ssize_t sent;

	for (size_t i = 0; i < a->n; i++)
		a->errors[i] = 1;
	a->left = a->n;
	do
		sent = mnl_socket_sendto(p->socket, p->buf, len);
	while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		int rc = -errno;

		for (size_t i = 0; i < a->n; i++)
			a->errors[i] = rc == -EPERM ? rc : -ENOBUFS;
		return;
	}
	while (a->left && receive(p, a))
		;
	for (size_t i = 0; i < a->n; i++)
		if (a->errors[i] == 1)
			a->errors[i] = -ENOBUFS;
}

/* ---- requests ---- */

static struct nlmsghdr *begin(struct kernel_port *p, void *at, uint16_t type, unsigned flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);

	h->nlmsg_type = type;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	h->nlmsg_seq = ++p->seq;
	return h;
}

static int one(struct kernel_port *p, const struct nlmsghdr *h)
{
	int error = -ENOBUFS;
	struct answers a = {.first = p->seq, .n = 1, .errors = &error};

	transact(p, h->nlmsg_len, &a);
	return error;
}

/* Nobody has an object of this number: to remove it changes nothing. */
int kernel_port_probe(struct kernel_port *p, bool *objects)
{
	struct nlmsghdr *h = begin(p, p->buf, RTM_DELNEXTHOP, 0);
	struct nhmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	int rc;

	m->nh_family = AF_UNSPEC;
	mnl_attr_put_u32(h, NHA_ID, UINT32_MAX);
	rc = one(p, h);
	*objects = rc == -ENOENT || !rc;
	return rc == -EPERM || rc == -ENOBUFS ? rc : 0;
}

static void put_group(struct nlmsghdr *h, const struct fib_object *o)
{
	struct nexthop_grp *g = xcalloc(o->n, sizeof(*g));

	for (size_t i = 0; i < o->n; i++) {
		g[i].id = o->nh[i].object;
		g[i].weight = (uint8_t)(o->nh[i].weight - 1);
	}
	mnl_attr_put(h, NHA_GROUP, o->n * sizeof(*g), g);
	free(g);
}

static const unsigned op_flags[] = {[KOBJECT_ADD] = NLM_F_CREATE | NLM_F_EXCL,
    [KOBJECT_REPLACE] = NLM_F_CREATE | NLM_F_REPLACE,
    [KOBJECT_DELETE] = 0};

int kernel_port_object(struct kernel_port *p, enum kobject_op op, const struct fib_object *o)
{
	bool gone = op == KOBJECT_DELETE;
	struct nlmsghdr *h =
	    begin(p, p->buf, gone ? RTM_DELNEXTHOP : RTM_NEWNEXTHOP, op_flags[op]);
	struct nhmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->nh_family = AF_UNSPEC;
	mnl_attr_put_u32(h, NHA_ID, o->id);
	if (gone)
		return one(p, h);
	m->nh_protocol = o->protocol;
	if (o->n && o->nh[0].object) {
		put_group(h, o);
		return one(p, h);
	}
	m->nh_family = o->nh[0].gate.family;
	mnl_attr_put_u32(h, NHA_OIF, o->nh[0].ifindex);
	mnl_attr_put(h, NHA_GATEWAY, ipaddr_len(o->nh[0].gate.family), o->nh[0].gate.addr);
	return one(p, h);
}

/* A gateway of the route's family, or of the other one (RFC 8950). */
static void put_gate(struct nlmsghdr *h, uint8_t family, const struct ipaddr *gate)
{
	uint8_t via[2 + sizeof(gate->addr)];
	uint16_t af = gate->family;

	if (!gate->family)
		return;
	if (gate->family == family) {
		mnl_attr_put(h, RTA_GATEWAY, ipaddr_len(family), gate->addr);
		return;
	}
	memcpy(via, &af, sizeof(af));
	memcpy(via + sizeof(af), gate->addr, ipaddr_len(gate->family));
	mnl_attr_put(h, RTA_VIA, sizeof(af) + ipaddr_len(gate->family), via);
}

static void put_multipath(struct nlmsghdr *h, const struct kroute_msg *m)
{
	struct nlattr *all = mnl_attr_nest_start(h, RTA_MULTIPATH);

	for (size_t i = 0; i < m->n; i++) {
		struct rtnexthop *nh = mnl_nlmsg_get_payload_tail(h);
		uint32_t before = h->nlmsg_len;

		memset(nh, 0, sizeof(*nh));
		nh->rtnh_ifindex = (int)m->nh[i].ifindex;
		nh->rtnh_hops = (uint8_t)(m->nh[i].weight - 1);
		h->nlmsg_len += sizeof(*nh);
		put_gate(h, m->prefix.family, &m->nh[i].gate);
		nh->rtnh_len = (uint16_t)(h->nlmsg_len - before);
	}
	all->nla_type &= NLA_TYPE_MASK; /* as iproute2: not marked as nested */
	mnl_attr_nest_end(h, all);
}

static struct nlmsghdr *put_route(struct kernel_port *p, void *at, const struct kroute_msg *m)
{
	static const struct {
		uint16_t type;
		unsigned flags;
	} ops[] = {
	    [KROUTE_ADD] = {RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL},
	    [KROUTE_REPLACE] = {RTM_NEWROUTE, NLM_F_REPLACE            },
	    [KROUTE_DELETE] = {RTM_DELROUTE, 0                        },
	};
	bool gone = m->op == KROUTE_DELETE;
	struct nlmsghdr *h = begin(p, at, ops[m->op].type, ops[m->op].flags);
	struct rtmsg *r = mnl_nlmsg_put_extra_header(h, sizeof(*r));

	r->rtm_family = m->prefix.family;
	r->rtm_dst_len = m->prefix.plen;
	r->rtm_table = m->key.table < 256 ? (uint8_t)m->key.table : RT_TABLE_UNSPEC;
	r->rtm_protocol = m->key.protocol;
	r->rtm_scope = gone ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE;
	r->rtm_type = gone ? RTN_UNSPEC : RTN_UNICAST;
	mnl_attr_put(h, RTA_DST, ipaddr_len(m->prefix.family), m->prefix.addr);
	mnl_attr_put_u32(h, RTA_TABLE, m->key.table);
	mnl_attr_put_u32(h, RTA_PRIORITY, m->key.metric);
	if (gone)
		return h;
	if (m->object) {
		mnl_attr_put_u32(h, RTA_NH_ID, m->object);
	} else if (m->n == 1) {
		if (!m->nh[0].gate.family && m->prefix.family == AF_INET)
			r->rtm_scope = RT_SCOPE_LINK;
		put_gate(h, m->prefix.family, &m->nh[0].gate);
		mnl_attr_put_u32(h, RTA_OIF, m->nh[0].ifindex);
	} else {
		put_multipath(h, m);
	}
	return h;
}

/* As many as the buffer holds. Return: how many. */
static size_t send_some(struct kernel_port *p, struct kroute_msg *m, size_t n)
{
	int errors[PENDING_MAX];
	struct answers a = {.first = p->seq + 1, .errors = errors};
	size_t len = 0;

	while (a.n < n && a.n < PENDING_MAX) {
		size_t most = ROUTE_MAX + (m[a.n].object ? 0 : m[a.n].n * HOP_MAX);

		if (len + most > SEND_SIZE)
			break;
		len += put_route(p, p->buf + len, &m[a.n])->nlmsg_len;
		a.n++;
	}
	transact(p, len, &a);
	for (size_t i = 0; i < a.n; i++)
		m[i].error = errors[i];
	return a.n;
}

void kernel_port_send(struct kernel_port *p, struct kroute_msg *m, size_t n)
{
	for (size_t done = 0; done < n;)
		done += send_some(p, m + done, n - done);
}

const char *kernel_port_cure(int error)
{
	return error == -EPERM ? "grevyd needs the capability CAP_NET_ADMIN" : "";
}
