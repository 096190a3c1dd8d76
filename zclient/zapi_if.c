/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces, addresses, VRFs and the router id: what zebra tells of its host. */
#include "zclient/zapi_if.h"
#include "zclient/zapi_codec.h"
#include <errno.h>
#include <string.h>

#define VRF_NAME_LEN 36
#define HWADDR_MAX   20

/* A NUL-padded field of len bytes as text. Names end up in logs: no control characters. */
static void read_name(struct rd *r, size_t len, char *name)
{
	size_t n;

	rd_copy(r, name, len);
	name[len] = '\0';
	n = strlen(name);
	memset(name + n, 0, len - n);
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			name[i] = '?';
}

/* An address of a family that was read before; an unknown family makes r bad. */
static struct ipaddr read_addr(struct rd *r, uint8_t family)
{
	struct ipaddr a = {.family = family};

	if (!ipaddr_len(family))
		r->bad = true;
	rd_copy(r, a.addr, ipaddr_len(family));
	return a;
}

int zapi_router_id_decode(struct rd *r, uint32_t vrf, struct zapi_router_id *out)
{
	struct zapi_router_id n = {.vrf = vrf};

	n.addr = read_addr(r, rd_u8(r));
	n.plen = rd_u8(r);
	if (r->bad || n.plen > 8 * ipaddr_len(n.addr.family))
		return -EBADMSG;
	*out = n;
	return 0;
}

/* What follows the fields that we keep; their sizes tell releases apart. */
static void skip_if_tail(const struct zapi_version *v, struct rd *r)
{
	uint32_t hw_len;

	if (v->features & ZF_IF_LINK)
		rd_u32(r);
	if (v->features & ZF_IF_TYPE)
		rd_u32(r);
	rd_u32(r); /* link layer type */
	hw_len = rd_u32(r);
	if (hw_len > HWADDR_MAX)
		r->bad = true;
	rd_skip(r, hw_len);
	if (rd_u8(r)) /* link parameters: the rest of the message */
		rd_skip(r, rd_left(r));
}

int zapi_if_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_if *out)
{
	struct zapi_if n = {.vrf = vrf};

	read_name(r, v->ifname_len, n.name);
	n.ifindex = rd_u32(r);
	n.status = rd_u8(r);
	n.flags = rd_u64(r);
	if (v->features & ZF_IF_PTM)
		rd_skip(r, 2);
	n.metric = rd_u32(r);
	if (v->features & ZF_IF_PTM)
		n.speed = rd_u32(r);
	if (v->features & ZF_IF_TXQLEN)
		rd_u32(r);
	n.mtu = rd_u32(r);
	n.mtu6 = rd_u32(r);
	n.bandwidth = rd_u32(r);
	skip_if_tail(v, r);
	if (r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}

int zapi_if_addr_decode(struct rd *r, uint32_t vrf, struct zapi_if_addr *out)
{
	static const uint8_t zero[16];
	struct zapi_if_addr n = {.vrf = vrf};

	n.ifindex = rd_u32(r);
	n.flags = rd_u8(r);
	n.addr = read_addr(r, rd_u8(r));
	n.plen = rd_u8(r);
	n.dest = read_addr(r, n.addr.family);
	if (r->bad || n.plen > 8 * ipaddr_len(n.addr.family))
		return -EBADMSG;
	if (!memcmp(n.dest.addr, zero, sizeof(zero)))
		n.dest.family = 0;
	*out = n;
	return 0;
}

int zapi_vrf_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_vrf *out)
{
	struct zapi_vrf n = {.vrf = vrf};

	if (v->features & ZF_VRF_TABLE)
		n.table = rd_host32(r);
	rd_skip(r, v->netns_len);
	read_name(r, VRF_NAME_LEN, n.name);
	if (r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}
