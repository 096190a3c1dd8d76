/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink_msgs.h"
#include "zclient/prefix.h"
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Begins a message, or an attribute; to be ended with the same place. */
static size_t begin(struct wr *w, uint16_t type, uint16_t flags)
{
	struct nlmsghdr head = {.nlmsg_type = type, .nlmsg_flags = flags};
	size_t at = w->len;

	wr_bytes(w, &head, sizeof(head));
	return at;
}

static void pad(struct wr *w)
{
	while (w->len % 4)
		wr_u8(w, 0);
}

static void end(struct wr *w, size_t at)
{
	uint32_t len = (uint32_t)(w->len - at);

	if (w->bad)
		abort();
	memcpy(w->buf + at, &len, sizeof(len));
	pad(w);
}

static size_t begin_attr(struct wr *w, uint16_t type)
{
	size_t at = w->len;

	wr_bytes(w, &(uint16_t){0}, 2);
	wr_bytes(w, &type, 2);
	return at;
}

static void end_attr(struct wr *w, size_t at)
{
	uint16_t len = (uint16_t)(w->len - at);

	if (w->bad)
		abort();
	memcpy(w->buf + at, &len, sizeof(len));
	pad(w);
}

static void attr(struct wr *w, uint16_t type, const void *value, size_t len)
{
	size_t at = begin_attr(w, type);

	wr_bytes(w, value, len);
	end_attr(w, at);
}

static void attr_u32(struct wr *w, uint16_t type, uint32_t v)
{
	attr(w, type, &v, sizeof(v));
}

static void attr_text(struct wr *w, uint16_t type, const char *text)
{
	attr(w, type, text, strlen(text) + 1);
}

struct link {
	char name[16], kind[16], port[16];
	uint32_t ifindex, master, parent;
	uint16_t type;
	uint32_t flags;
	bool elsewhere;
};

static bool has(const char *word, const char *key, const char **value)
{
	size_t len = strlen(key);

	*value = word + len;
	return !strncmp(word, key, len);
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

static void copy(char to[16], const char *from)
{
	snprintf(to, 16, "%s", from);
}

static void word_of_link(struct link *l, const char *word)
{
	const char *v;

	if (has(word, "kind=", &v))
		copy(l->kind, v);
	else if (has(word, "port=", &v))
		copy(l->port, v);
	else if (has(word, "of=", &v))
		l->master = number(v);
	else if (has(word, "on=", &v))
		l->parent = number(v);
	else if (has(word, "type=", &v))
		l->type = (uint16_t)number(v);
	else if (has(word, "loopback", &v))
		l->flags = (l->flags & ~(uint32_t)IFF_BROADCAST) | IFF_LOOPBACK;
	else if (has(word, "noarp", &v))
		l->flags |= IFF_NOARP;
	else if (has(word, "ptp", &v))
		l->flags = (l->flags & ~(uint32_t)IFF_BROADCAST) | IFF_POINTOPOINT;
	else if (has(word, "down", &v))
		l->flags &= ~(uint32_t)(IFF_LOWER_UP | IFF_RUNNING);
	else if (has(word, "elsewhere", &v))
		l->elsewhere = true;
	else if (!has(word, "addr=", &v) && !has(word, "out", &v))
		abort();
}

typedef void word_fn(const char *word, void *arg);

/* Each after the index and the name. */
static struct link each_word(const char *words, word_fn *fn, void *arg)
{
	struct link l = {.type = ARPHRD_ETHER,
	    .flags = IFF_UP | IFF_RUNNING | IFF_LOWER_UP | IFF_BROADCAST | IFF_MULTICAST};
	char text[256], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", words);
	l.ifindex = number(strsep(&rest, " "));
	copy(l.name, strsep(&rest, " "));
	while ((word = strsep(&rest, " "))) {
		word_of_link(&l, word);
		if (fn)
			fn(word, arg);
	}
	return l;
}

/* With data of its kind, which nobody here reads. */
static void put_info(struct wr *w, const struct link *l)
{
	size_t at = begin_attr(w, IFLA_LINKINFO), data;

	if (*l->kind) {
		attr_text(w, IFLA_INFO_KIND, l->kind);
		data = begin_attr(w, IFLA_INFO_DATA | NLA_F_NESTED);
		attr_u32(w, 1, 0x61616161);
		end_attr(w, data);
	}
	if (*l->port)
		attr_text(w, IFLA_INFO_SLAVE_KIND, l->port);
	end_attr(w, at);
}

void put_link(struct wr *w, uint16_t type, const char *words)
{
	struct link l = each_word(words, NULL, NULL);
	struct ifinfomsg head = {
	    .ifi_type = l.type, .ifi_index = (int)l.ifindex, .ifi_flags = l.flags};
	uint8_t mac[20] = {2, 0, 0, 0, 0, (uint8_t)l.ifindex};
	uint8_t operstate = l.flags & IFF_RUNNING ? 6 : 2; /* up, down */
	size_t at = begin(w, type, 0);

	wr_bytes(w, &head, sizeof(head));
	attr_text(w, IFLA_IFNAME, l.name);
	attr_u32(w, IFLA_TXQLEN, 1000);
	attr(w, IFLA_OPERSTATE, &operstate, 1);
	attr_u32(w, IFLA_MTU, 1500);
	if (l.master)
		attr_u32(w, IFLA_MASTER, l.master);
	if (l.type == ARPHRD_ETHER || l.type == ARPHRD_LOOPBACK)
		attr(w, IFLA_ADDRESS, mac, 6);
	else if (l.type == ARPHRD_INFINIBAND)
		attr(w, IFLA_ADDRESS, mac, 20);
	if (l.parent)
		attr_u32(w, IFLA_LINK, l.parent);
	if (l.elsewhere)
		attr_u32(w, IFLA_LINK_NETNSID, 0);
	if (*l.kind || *l.port)
		put_info(w, &l);
	end(w, at);
}

struct whole {
	struct wr *w;
	uint32_t ifindex;
};

static void put_rest(const char *word, void *arg)
{
	struct whole *to = arg;
	const char *v;

	if (has(word, "addr=", &v))
		put_addr(to->w, RTM_NEWADDR, to->ifindex, v, 0);
	else if (has(word, "out4", &v))
		put_route(to->w, RTM_NEWROUTE, "0.0.0.0/0", to->ifindex, false);
	else if (has(word, "out6", &v))
		put_route(to->w, RTM_NEWROUTE, "::/0", to->ifindex, false);
}

void put_whole(struct wr *w, const char *words)
{
	struct whole to = {w, number(words)};

	put_link(w, RTM_NEWLINK, words);
	each_word(words, put_rest, &to);
}

void put_addr(struct wr *w, uint16_t type, uint32_t ifindex, const char *cidr, uint32_t flags)
{
	const char *slash = strchr(cidr, '/');
	struct ifaddrmsg head = {.ifa_index = ifindex, .ifa_flags = (uint8_t)flags};
	struct ipaddr a;
	char text[PREFIX_STRLEN];
	size_t at;

	snprintf(text, sizeof(text), "%.*s", (int)(slash - cidr), cidr);
	if (ipaddr_parse(text, &a))
		abort();
	head.ifa_family = a.family;
	head.ifa_prefixlen = (uint8_t)strtoul(slash + 1, NULL, 10);
	at = begin(w, type, 0);
	wr_bytes(w, &head, sizeof(head));
	attr(w, IFA_ADDRESS, a.addr, ipaddr_len(a.family));
	if (a.family == AF_INET)
		attr(w, IFA_LOCAL, a.addr, 4);
	attr_u32(w, IFA_FLAGS, flags);
	end(w, at);
}

void put_route(struct wr *w, uint16_t type, const char *prefix, uint32_t ifindex, bool replace)
{
	struct rtmsg head = {
	    .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST};
	struct prefix p;
	size_t at;

	if (prefix_parse(prefix, &p))
		abort();
	head.rtm_family = p.family;
	head.rtm_dst_len = p.plen;
	at = begin(w, type, replace ? NLM_F_REPLACE : 0);
	wr_bytes(w, &head, sizeof(head));
	attr_u32(w, RTA_TABLE, RT_TABLE_MAIN);
	if (p.plen)
		attr(w, RTA_DST, p.addr, ipaddr_len(p.family));
	attr_u32(w, RTA_OIF, ifindex);
	end(w, at);
}

void put_done(struct wr *w, int error)
{
	int32_t code = error;
	size_t at = begin(w, NLMSG_DONE, NLM_F_MULTI);

	wr_bytes(w, &code, sizeof(code));
	end(w, at);
}
