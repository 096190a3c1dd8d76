/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zapi_if.h - what zebra tells of interfaces, addresses, VRFs and its router id. */
#ifndef ZCLIENT_ZAPI_IF_H
#define ZCLIENT_ZAPI_IF_H
#include "zclient/prefix.h"

#define ZAPI_IFNAME_MAX 20

enum zapi_if_event { ZIF_ADD, ZIF_DELETE, ZIF_UP, ZIF_DOWN };

#define ZIF_STATUS_ACTIVE 0x01 /* known to the kernel */
#define ZIF_FLAG_UP       0x01
#define ZIF_FLAG_LOOPBACK 0x08
#define ZIF_FLAG_RUNNING  0x40

struct zapi_if {
	char name[ZAPI_IFNAME_MAX + 1];
	uint32_t vrf, ifindex;
	uint8_t status;                               /* ZIF_STATUS_* */
	uint64_t flags;                               /* the kernel's IFF_ */
	uint32_t metric, speed, mtu, mtu6, bandwidth; /* speed: Mbit/s, 0 in Quagga */
};

struct zapi_if_addr {
	uint32_t vrf, ifindex;
	uint8_t flags; /* 1 secondary, 2 peer, 4 unnumbered */
	uint8_t plen;
	struct ipaddr addr;
	struct ipaddr dest; /* the peer; family 0 = none */
};

struct zapi_router_id {
	uint32_t vrf;
	struct ipaddr addr;
	uint8_t plen;
};

struct zapi_vrf {
	uint32_t vrf, table; /* table: 0 up to 3.0 */
	char name[37];
};
#endif
