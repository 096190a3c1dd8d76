/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fib_parse_linux.c - rtnetlink(7): messages of attributes, each with its length, everything
 * padded to four bytes, numbers in host order, addresses in network order. A length that
 * leaves what it stands in ends the reading; an attribute that is too short counts as
 * absent; a route that cannot be understood whole is of no kind that we know.
 */
#include "announcer/fib_parse_linux.h"
#include "announcer/util.h"
#include "zclient/wire.h"
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

struct attr {
	uint16_t type;
	struct rd body;
};

/* Next hops as they are read. */
struct hops {
	struct fib_nexthop *nh;
	size_t n;
};

static uint32_t get_u32(const struct attr *a)
{
	uint32_t v = 0;

	if (rd_left(&a->body) >= sizeof(v))
		memcpy(&v, a->body.p, sizeof(v));
	return v;
}

/* A piece of `len` bytes and what pads it to four; the last one need not be padded. */
static struct rd piece(struct rd *r, size_t len)
{
	const uint8_t *p = rd_bytes(r, len);
	size_t pad = (4 - len % 4) % 4;

	rd_skip(r, pad < rd_left(r) ? pad : rd_left(r));
	return rd_of(p ? p : (const uint8_t *)"", p ? len : 0);
}

static bool attr_next(struct rd *r, struct attr *a)
{
	uint16_t head[2];
	struct rd whole;

	if (rd_left(r) < sizeof(head))
		return false;
	memcpy(head, r->p, sizeof(head));
	if (head[0] < sizeof(head)) {
		r->bad = true;
		return false;
	}
	whole = piece(r, head[0]);
	rd_skip(&whole, sizeof(head));
	a->type = head[1] & 0x3fff; /* NLA_TYPE_MASK */
	a->body = whole;
	return !r->bad;
}

static void get_addr(const struct attr *a, uint8_t family, struct ipaddr *to)
{
	size_t len = ipaddr_len(family);

	if (!len || rd_left(&a->body) < len)
		return;
	*to = (struct ipaddr){.family = family};
	memcpy(to->addr, a->body.p, len);
}

/* RTA_VIA: a gateway of another family (RFC 8950). */
static void get_via(const struct attr *a, struct ipaddr *to)
{
	struct attr rest = *a;
	uint16_t family = 0;

	rd_copy(&rest.body, &family, sizeof(family));
	if (!rest.body.bad && family <= UINT8_MAX)
		get_addr(&rest, (uint8_t)family, to);
}

static void hop_attr(const struct attr *a, uint8_t family, struct fib_nexthop *nh)
{
	if (a->type == RTA_GATEWAY)
		get_addr(a, family, &nh->gate);
	else if (a->type == RTA_VIA)
		get_via(a, &nh->gate);
	else if (a->type == RTA_OIF)
		nh->ifindex = get_u32(a);
}

static void hop_add(struct hops *to, const struct fib_nexthop *nh)
{
	if (to->n < FIB_NEXTHOPS_MAX)
		to->nh[to->n++] = *nh;
}

static void multipath(const struct attr *a, uint8_t family, struct hops *to)
{
	struct rd r = a->body;
	struct rtnexthop head;

	while (rd_left(&r) >= sizeof(head)) {
		struct fib_nexthop nh = {0};
		struct attr sub;
		struct rd one;

		memcpy(&head, r.p, sizeof(head));
		if (head.rtnh_len < sizeof(head))
			return;
		one = piece(&r, head.rtnh_len);
		rd_skip(&one, sizeof(head));
		if (one.bad)
			return;
		nh.ifindex = (uint32_t)head.rtnh_ifindex;
		nh.weight = head.rtnh_hops + 1u;
		while (attr_next(&one, &sub))
			hop_attr(&sub, family, &nh);
		if (!(head.rtnh_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
			hop_add(to, &nh);
	}
}

static bool known_family(uint8_t family)
{
	return family == AF_INET || family == AF_INET6;
}

static void route_attr(
    const struct attr *a, const struct rtmsg *head, struct fib_route *r, struct hops *to)
{
	switch (a->type) {
	case RTA_DST:
		if (rd_left(&a->body) >= ipaddr_len(head->rtm_family))
			memcpy(r->prefix.addr, a->body.p, ipaddr_len(head->rtm_family));
		break;
	case RTA_TABLE:
		r->table = get_u32(a);
		break;
	case RTA_PRIORITY:
		r->metric = get_u32(a);
		break;
	case RTA_NH_ID:
		r->object = get_u32(a);
		break;
	case RTA_MULTIPATH:
		multipath(a, head->rtm_family, to);
		break;
	default:
		break;
	}
}

static enum fib_msg_kind route_parse(struct rd *r, struct fib_msg *m, struct fib_nexthop *nh)
{
	struct fib_nexthop only = {.weight = 1};
	struct fib_route *to = &m->route;
	struct hops hops = {nh, 0};
	struct rtmsg head;
	struct attr a;

	rd_copy(r, &head, sizeof(head));
	if (r->bad || !known_family(head.rtm_family) || head.rtm_flags & RTM_F_CLONED ||
	    head.rtm_dst_len > 8 * ipaddr_len(head.rtm_family))
		return FIB_MSG_OTHER;
	to->prefix.family = head.rtm_family;
	to->prefix.plen = head.rtm_dst_len;
	to->table = head.rtm_table;
	to->protocol = head.rtm_protocol;
	to->unicast = head.rtm_type == RTN_UNICAST;
	to->plain = !head.rtm_tos && !head.rtm_src_len;
	while (attr_next(r, &a)) {
		route_attr(&a, &head, to, &hops);
		hop_attr(&a, head.rtm_family, &only);
	}
	prefix_mask(&to->prefix);
	if (!hops.n && to->unicast && (only.gate.family || only.ifindex) &&
	    !(head.rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
		hop_add(&hops, &only);
	to->nh = nh;
	to->n = hops.n;
	return r->bad ? FIB_MSG_OTHER : FIB_MSG_ROUTE;
}

/* struct nexthop_grp: id, weight less one, its upper half from Linux 6.12 on (else 0), and two
 * bytes. */
static void group(const struct attr *a, struct hops *to)
{
	struct rd r = a->body;

	while (rd_left(&r) >= sizeof(struct nexthop_grp)) {
		struct fib_nexthop nh = {.object = rd_host32(&r)};
		uint32_t low = rd_u8(&r);

		nh.weight = (low | (uint32_t)rd_u8(&r) << 8) + 1;
		rd_skip(&r, 2);
		hop_add(to, &nh);
	}
}

static enum fib_msg_kind object_parse(struct rd *r, struct fib_msg *m, struct fib_nexthop *nh)
{
	struct fib_nexthop only = {.weight = 1};
	struct hops hops = {nh, 0};
	struct nhmsg head;
	struct attr a;
	bool blackhole = false;

	rd_copy(r, &head, sizeof(head));
	while (attr_next(r, &a)) {
		if (a.type == NHA_ID)
			m->object.id = get_u32(&a);
		else if (a.type == NHA_GROUP)
			group(&a, &hops);
		else if (a.type == NHA_OIF)
			only.ifindex = get_u32(&a);
		else if (a.type == NHA_GATEWAY)
			get_addr(&a, head.nh_family, &only.gate);
		blackhole = blackhole || a.type == NHA_BLACKHOLE;
	}
	if (r->bad || !m->object.id)
		return FIB_MSG_OTHER;
	if (!hops.n && !blackhole && (only.gate.family || only.ifindex))
		hop_add(&hops, &only);
	m->object.protocol = head.nh_protocol;
	m->object.nh = nh;
	m->object.n = hops.n;
	return FIB_MSG_OBJECT;
}

/* A text up to its NUL, or to where there is no more room. */
static void get_text(const struct attr *a, char to[16])
{
	size_t len = strnlen((const char *)a->body.p, rd_left(&a->body));

	len = len < 15 ? len : 15;
	memset(to, 0, 16);
	memcpy(to, a->body.p, len);
}

static void link_info(const struct attr *info, struct fib_link *l)
{
	struct rd r = info->body;
	struct attr a;

	while (attr_next(&r, &a)) {
		if (a.type == IFLA_INFO_KIND)
			get_text(&a, l->kind);
		else if (a.type == IFLA_INFO_SLAVE_KIND)
			get_text(&a, l->port_kind);
	}
}

static void link_attr(const struct attr *a, bool ether, struct fib_link *l)
{
	switch (a->type) {
	case IFLA_IFNAME:
		get_text(a, l->name);
		break;
	case IFLA_ADDRESS:
		l->ethernet = ether && rd_left(&a->body) == sizeof(l->mac);
		if (l->ethernet)
			memcpy(l->mac, a->body.p, sizeof(l->mac));
		break;
	case IFLA_MASTER:
		l->master = get_u32(a);
		break;
	case IFLA_LINK:
		l->parent = get_u32(a);
		break;
	case IFLA_LINK_NETNSID:
		l->elsewhere = true;
		break;
	case IFLA_LINKINFO:
		link_info(a, l);
		break;
	default:
		break;
	}
}

/* Told of, too, when something else about an interface changes. */
static enum fib_msg_kind link_parse(struct rd *r, struct fib_msg *m)
{
	const unsigned up = IFF_UP | IFF_LOWER_UP;
	bool wireless = false;
	struct ifinfomsg head;
	struct attr a;

	rd_copy(r, &head, sizeof(head));
	/* A bridge tells of its ports in a family of its own. */
	if (r->bad || head.ifi_family || head.ifi_index <= 0)
		return FIB_MSG_OTHER;
	m->link = (struct fib_link){.ifindex = (uint32_t)head.ifi_index,
	    .up = m->added && (head.ifi_flags & up) == up,
	    .loopback = head.ifi_flags & IFF_LOOPBACK,
	    .noarp = head.ifi_flags & IFF_NOARP,
	    .broadcast = head.ifi_flags & IFF_BROADCAST};
	while (attr_next(r, &a)) {
		link_attr(&a, head.ifi_type == ARPHRD_ETHER, &m->link);
		wireless = wireless || a.type == IFLA_WIRELESS;
	}
	/* An event of a radio tells nothing of the interface but its name. */
	return r->bad || wireless ? FIB_MSG_OTHER : FIB_MSG_LINK;
}

/* An optimistic one is answered for while it is still being probed (RFC 4429). */
static bool addr_usable(uint32_t flags)
{
	return !(flags & IFA_F_DADFAILED) &&
	       (!(flags & IFA_F_TENTATIVE) || flags & IFA_F_OPTIMISTIC);
}

/* IFA_ADDRESS is the other end's on a point-to-point link, and it is that which is reached. */
static enum fib_msg_kind addr_parse(struct rd *r, struct fib_msg *m)
{
	struct ipaddr addr = {0}, local = {0};
	struct ifaddrmsg head;
	uint32_t flags;
	struct attr a;

	rd_copy(r, &head, sizeof(head));
	if (r->bad || !known_family(head.ifa_family) ||
	    head.ifa_prefixlen > 8 * ipaddr_len(head.ifa_family))
		return FIB_MSG_OTHER;
	flags = head.ifa_flags;
	while (attr_next(r, &a)) {
		if (a.type == IFA_ADDRESS)
			get_addr(&a, head.ifa_family, &addr);
		else if (a.type == IFA_LOCAL)
			get_addr(&a, head.ifa_family, &local);
		else if (a.type == IFA_FLAGS)
			flags = get_u32(&a);
	}
	if (r->bad || !addr.family)
		return FIB_MSG_OTHER;
	m->addr.ifindex = head.ifa_index;
	m->addr.addr = local.family ? local : addr;
	m->addr.subnet = prefix_of(&addr, head.ifa_prefixlen);
	m->addr.usable = addr_usable(flags);
	return FIB_MSG_ADDR;
}

/* Of NLMSG_ERROR and NLMSG_DONE alike: they start with a code. */
static int end_error(struct rd *r)
{
	int32_t code = 0;

	rd_copy(r, &code, sizeof(code));
	if (r->bad)
		return 0;
	return code > 0 || code < -4095 ? -EPROTO : code;
}

int fib_parse(struct rd *r, struct fib_msg *m, struct fib_nexthop *nh)
{
	struct nlmsghdr head;
	struct rd one;

	*m = (struct fib_msg){0};
	if (!rd_left(r))
		return 0;
	if (rd_left(r) < sizeof(head))
		return -EBADMSG;
	memcpy(&head, r->p, sizeof(head));
	if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > rd_left(r))
		return -EBADMSG;
	one = piece(r, head.nlmsg_len);
	rd_skip(&one, sizeof(head));
	m->seq = head.nlmsg_seq;
	switch (head.nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		m->added = head.nlmsg_type == RTM_NEWROUTE;
		m->route.replaces = m->added && head.nlmsg_flags & NLM_F_REPLACE;
		/* In an answer it is the one who asked. */
		m->route.by = head.nlmsg_flags & NLM_F_MULTI ? 0 : head.nlmsg_pid;
		m->kind = route_parse(&one, m, nh);
		break;
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		m->added = head.nlmsg_type == RTM_NEWNEXTHOP;
		m->kind = object_parse(&one, m, nh);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		m->added = head.nlmsg_type == RTM_NEWLINK;
		m->kind = link_parse(&one, m);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		m->added = head.nlmsg_type == RTM_NEWADDR;
		m->kind = addr_parse(&one, m);
		break;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		m->kind = FIB_MSG_END;
		m->error = end_error(&one);
		break;
	default:
		break;
	}
	return 1;
}
