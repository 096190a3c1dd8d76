/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefix.h - IPv4 and IPv6 addresses and prefixes: parse, format, compare. Pure. */
#ifndef ZCLIENT_PREFIX_H
#define ZCLIENT_PREFIX_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Longest text of a prefix, with the final NUL. */
#define PREFIX_STRLEN 50

/* An address. Unused bytes of addr are zero, so that memcmp() compares. */
struct ipaddr {
	uint8_t family;   /* AF_INET, AF_INET6; 0 = none */
	uint8_t addr[16]; /* network order */
};

/* A prefix. Host bits and unused bytes of addr are zero. */
struct prefix {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t plen;   /* bits */
	uint8_t addr[16];
};

/* Bytes of an address of this family: 4, 16, or 0 for any other family. */
unsigned ipaddr_len(uint8_t family);

/* Parse "192.0.2.1" or "2001:db8::1". Return: 0 or -EINVAL; a is written only on success. */
int ipaddr_parse(const char *s, struct ipaddr *a);

/* Parse "192.0.2.0/24"; without a length it is a host prefix. Host bits are cleared.
 * Return: 0 or -EINVAL. */
int prefix_parse(const char *s, struct prefix *p);

/* Text into buf (returned), which holds PREFIX_STRLEN bytes. */
const char *ipaddr_str(const struct ipaddr *a, char *buf);
const char *prefix_str(const struct prefix *p, char *buf);

/* Order: IPv4 before IPv6, then by address, then shorter prefixes first. */
int ipaddr_cmp(const struct ipaddr *a, const struct ipaddr *b);
int prefix_cmp(const struct prefix *a, const struct prefix *b);

static inline bool prefix_same(const struct prefix *a, const struct prefix *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The prefix of this many bits that holds an address; more bits than it has: all of them. */
struct prefix prefix_of(const struct ipaddr *a, uint8_t plen);

/* The host prefix (/32 or /128) of an address. */
struct prefix prefix_of_addr(const struct ipaddr *a);

/* Clear the host bits. */
void prefix_mask(struct prefix *p);

bool prefix_contains(const struct prefix *p, const struct ipaddr *a);
bool ipaddr_is_linklocal(const struct ipaddr *a); /* fe80::/10, 169.254.0.0/16 */

/* The next address in memory order, false after the last of the family. */
bool ipaddr_next(struct ipaddr *a);
#endif
