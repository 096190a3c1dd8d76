/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_bgp_types.h - types of values that only sections bgp and kernel have. */
#ifndef GREVY_CONF_BGP_TYPES_H
#define GREVY_CONF_BGP_TYPES_H
#include "announcer/conf_key.h"

extern const struct conf_type conf_u8_type, conf_u16_type, /* arg: struct conf_range */
    conf_asn_type,        /* a number, internal or external; base: struct bgp_neighbor */
    conf_hops_type,       /* yes = 255, no = 0, or a TTL; uint8_t */
    conf_families_type,   /* [ipv4, ipv6]; enum bgp_family bits */
    conf_prefix_type,     /* "192.0.2.0/24" */
    conf_prefixes_type,   /* ["192.0.2.0/24 ge 24 le 32"]; struct bgp_prefix_list */
    conf_max_prefix_type, /* a number, or {limit, restart, warning-only}; bgp_neighbor */
    conf_device_type,     /* one more word for interface; never printed; char * */
    conf_listen_type,     /* as conf_words_type, but an empty list is printed, too */
    conf_table_type;      /* main, or a number */

extern const struct conf_section conf_max_prefix_section; /* of conf_max_prefix_type */
#endif
