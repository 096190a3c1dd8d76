/* SPDX-License-Identifier: GPL-2.0-or-later */
/* router_id.c - the BGP identifier where the configuration has none. RFC 6286 2.1. */
#include "announcer/bgp/router_id.h"
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

uint32_t bgp_id_of(const struct ipaddr *a)
{
	if (a->family != AF_INET)
		return 0;
	return (uint32_t)a->addr[0] << 24 | (uint32_t)a->addr[1] << 16 |
	       (uint32_t)a->addr[2] << 8 | a->addr[3];
}

uint32_t bgp_id_of_addresses(void)
{
	struct ifaddrs *list = NULL;
	uint32_t best = 0;

	if (getifaddrs(&list) < 0)
		return 0;
	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		struct sockaddr_in sin;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
		    i->ifa_flags & IFF_LOOPBACK)
			continue;
		memcpy(&sin, i->ifa_addr, sizeof(sin));
		if (ntohl(sin.sin_addr.s_addr) > best)
			best = ntohl(sin.sin_addr.s_addr);
	}
	freeifaddrs(list);
	return best;
}

uint32_t bgp_id_of_name(const char *node_name)
{
	uint32_t crc = UINT32_MAX;

	for (; *node_name; node_name++) {
		crc ^= (unsigned char)*node_name;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	}
	crc = ~crc;
	return crc ? crc : 1;
}
