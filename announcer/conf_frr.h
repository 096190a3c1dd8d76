/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_frr.h - what FRR's daemons need to hand our routes on, written from our own
 * configuration: lines for frr.conf that bgpd, ospfd and ospf6d of FRR 7.5 to 10.7 take.
 */
#ifndef GREVY_CONF_FRR_H
#define GREVY_CONF_FRR_H
#include "announcer/conf.h"

enum conf_frr { CONF_FRR_BGP, CONF_FRR_OSPF, CONF_FRR_OSPF6, CONF_FRR_KINDS };

/* "bgp", "ospf", "ospf6". Return: CONF_FRR_KINDS for anything else. */
enum conf_frr conf_frr_named(const char *name);

/**
 * conf_frr_print - prefix lists of the pools, route maps, and redistribution through them
 * @asn:  bgp: AS number of the router; 0 = that of peers, else bgp.asn
 * @f:    nothing is written on an error
 * @warn: one line each of what the lines do not do, with their newline; may be NULL
 * Neighbours are written from peers on role node (a router does not dial them); passwords
 * are not hidden.
 * Return: NULL, or why there is nothing to print (a constant).
 */
const char *conf_frr_print(
    const struct conf *c, enum conf_frr kind, uint32_t asn, FILE *f, FILE *warn);
#endif
