/* SPDX-License-Identifier: GPL-2.0-or-later */
/* router_id.h - the BGP identifier, and this host's addresses to take it from. */
#ifndef GREVY_BGP_ROUTER_ID_H
#define GREVY_BGP_ROUTER_ID_H
#include "zclient/prefix.h"
#include <stdint.h>

uint32_t bgp_id_of(const struct ipaddr *a);     /* host order; 0 unless it is IPv4 */
uint32_t bgp_id_of_addresses(void);             /* the highest IPv4 address; 0 = none */
uint32_t bgp_id_of_name(const char *node_name); /* a hash (CRC-32), as MetalLB; never 0 */
#endif
