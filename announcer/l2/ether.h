/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ether.h - the head of an Ethernet frame, and MACs. Pure. */
#ifndef GREVY_L2_ETHER_H
#define GREVY_L2_ETHER_H
#include "zclient/wire.h"

enum { MAC_LEN = 6, ETHER_HEAD = 14, ETHER_ARP = 0x0806, ETHER_IPV6 = 0x86dd };

static const uint8_t mac_broadcast[MAC_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static inline bool mac_same(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, MAC_LEN);
}

/* Broadcast included. */
static inline bool mac_is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

/* That one interface can have: neither zero nor a group's. */
static inline bool mac_is_host(const uint8_t *mac)
{
	static const uint8_t zero[MAC_LEN];

	return !mac_is_group(mac) && !mac_same(mac, zero);
}
#endif
