/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockopt.h - options of a TCP socket that differ by platform. Return: 0 or -errno. */
#ifndef GREVY_BGP_SOCKOPT_H
#define GREVY_BGP_SOCKOPT_H
#include "zclient/prefix.h"

/* TCP MD5 signatures (RFC 2385) with these peers; replaces their key. NULL: none any more.
 * -EINVAL: the key is longer than 80 bytes. */
int sockopt_md5(int fd, const struct prefix *peers, const char *key);

/* Take packets only whose TTL or hop limit is at least min (RFC 5082). */
int sockopt_min_ttl(int fd, uint8_t family, uint8_t min);

/* Send and receive by this interface, a VRF's too. */
int sockopt_device(int fd, const char *name);
#endif
