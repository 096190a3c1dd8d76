/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_facts.c - what a session is once both OPENs are there.
 *
 * Our own next hops: in the family of the session it is the connection's local address. In the
 * other family it is the first global address of the interface that has the local one; for IPv6
 * one of 2000::/3 and the like goes before a unique local one (fc00::/7), for IPv4 the
 * interface's first. Loopback addresses (127.0.0.0/8, ::1) are none. Our link-local address
 * counts only where the peer is on the link, which an IPv6 session alone tells (RFC 2545 3): a
 * bgpd that knows no interface of the peer refuses a next hop that has one.
 */
#include "announcer/bgp/session_int.h"
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* An address and port of the socket's. */
static void address_of(const struct sockaddr *sa, struct ipaddr *a, uint16_t *port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(a, 0, sizeof(*a));
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		a->family = AF_INET;
		memcpy(a->addr, &in.sin_addr, 4);
		*port = ntohs(in.sin_port);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		a->family = AF_INET6;
		memcpy(a->addr, &in6.sin6_addr, 16);
		*port = ntohs(in6.sin6_port);
	}
}

static bool loopback(const struct ipaddr *a)
{
	static const uint8_t one[16] = {[15] = 1};

	return a->family == AF_INET ? a->addr[0] == 127 : !memcmp(a->addr, one, sizeof(one));
}

static bool unique_local(const struct ipaddr *a)
{
	return a->family == AF_INET6 && (a->addr[0] & 0xfe) == 0xfc;
}

/* The entry of the interface that has the local address. */
static const struct ifaddrs *entry_of(const struct ifaddrs *list, const struct ipaddr *local)
{
	struct ipaddr a;
	uint16_t port;

	for (; list; list = list->ifa_next) {
		if (!list->ifa_addr)
			continue;
		address_of(list->ifa_addr, &a, &port);
		if (a.family && !ipaddr_cmp(&a, local))
			return list;
	}
	return NULL;
}

/* An IPv6 peer in the subnet of our address. */
static bool on_link(const struct bgp_facts *f, const struct ifaddrs *entry)
{
	struct ipaddr mask = {0};
	uint16_t port;

	if (f->local.family != AF_INET6 || !entry->ifa_netmask)
		return false;
	address_of(entry->ifa_netmask, &mask, &port);
	for (size_t i = 0; i < sizeof(mask.addr); i++)
		if ((f->local.addr[i] ^ f->remote.addr[i]) & mask.addr[i])
			return false;
	return mask.family == AF_INET6;
}

static void consider(struct bgp_facts *f, const struct ipaddr *a, bool near)
{
	struct ipaddr *to = &f->self[a->family == AF_INET6];

	if (loopback(a))
		return;
	if (a->family == AF_INET6 && ipaddr_is_linklocal(a)) {
		if (near && !f->self_ll.family)
			f->self_ll = *a;
	} else if (!to->family ||
		   (unique_local(to) && !unique_local(a) && ipaddr_cmp(to, &f->local))) {
		*to = *a;
	}
}

static void self_find(struct bgp_facts *f)
{
	const struct ifaddrs *mine;
	struct ifaddrs *list;
	bool near;
	struct ipaddr a;
	uint16_t port;

	if (f->local.family == AF_INET6 && ipaddr_is_linklocal(&f->local))
		f->self_ll = f->local;
	else if (f->local.family)
		f->self[f->local.family == AF_INET6] = f->local;
	if (getifaddrs(&list))
		return;
	mine = entry_of(list, &f->local);
	near = mine && on_link(f, mine);
	if (near && !f->ifindex)
		f->ifindex = if_nametoindex(mine->ifa_name);
	for (const struct ifaddrs *i = list; i && mine; i = i->ifa_next) {
		if (!i->ifa_addr || strcmp(i->ifa_name, mine->ifa_name))
			continue;
		address_of(i->ifa_addr, &a, &port);
		if (a.family)
			consider(f, &a, near);
	}
	freeifaddrs(list);
}

static void ends_find(const struct bgp_conn *c, struct bgp_facts *f)
{
	struct sockaddr_storage sa = {0};
	struct sockaddr_in6 in6;
	socklen_t len = sizeof(sa);

	if (!getsockname(c->fd, (struct sockaddr *)&sa, &len))
		address_of((struct sockaddr *)&sa, &f->local, &f->local_port);
	len = sizeof(sa);
	if (getpeername(c->fd, (struct sockaddr *)&sa, &len))
		return;
	address_of((struct sockaddr *)&sa, &f->remote, &f->remote_port);
	if (sa.ss_family != AF_INET6 || !ipaddr_is_linklocal(&f->remote))
		return;
	memcpy(&in6, &sa, sizeof(in6));
	f->ifindex = in6.sin6_scope_id;
}

bool bgp_neighbor_ibgp(const struct bgp_neighbor *nb, uint32_t asn)
{
	if (nb->asn_kind != BGP_ASN_NUMBER)
		return nb->asn_kind == BGP_ASN_INTERNAL;
	return asn == nb->my_asn;
}

void bgp_conn_facts(const struct bgp_conn *c, struct bgp_facts *f)
{
	const struct bgp_open *mine = &c->sent, *theirs = &c->got;
	unsigned both = mine->caps & theirs->caps;

	memset(f, 0, sizeof(*f));
	f->my_asn = mine->asn;
	f->my_id = mine->id;
	f->asn = theirs->asn;
	f->id = theirs->id;
	f->ibgp = theirs->asn == mine->asn;
	f->as4 = both & BGP_CAP_AS4;
	f->refresh = both & BGP_CAP_REFRESH;
	f->families = mine->families & theirs->families;
	f->graceful = both & BGP_CAP_GRACEFUL;
	if (f->graceful) {
		f->peer_restarting = theirs->restarting;
		f->gr_families = theirs->gr_families & f->families;
		f->gr_forwarding = theirs->gr_forwarding & f->gr_families;
		f->peer_restart_s = theirs->restart_s;
	}
	f->hold_s = c->hold_s;
	f->keepalive_s = c->keepalive_s;
	f->offered = *mine;
	f->received = *theirs;
	ends_find(c, f);
	self_find(f);
}
