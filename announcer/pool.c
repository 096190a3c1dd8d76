/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.c - which addresses a pool holds, in which order they are tried, and which nodes may
 * announce them. Pure.
 *
 * Addresses are handled as 128-bit numbers in two halves (struct u128), because not every
 * compiler that we build with has a type for them.
 */
#include "announcer/pool.h"
#include "announcer/util.h"
#include <sys/socket.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"

enum { NAME_LEN_MAX = 63 };

struct u128 {
	uint64_t hi, lo;
};

static struct u128 addr_number(const struct ipaddr *a)
{
	struct u128 v = {0};

	for (unsigned i = 0; i < ipaddr_len(a->family); i++) {
		v.hi = v.hi << 8 | v.lo >> 56;
		v.lo = v.lo << 8 | a->addr[i];
	}
	return v;
}

static struct u128 u128_sub(struct u128 a, struct u128 b)
{
	return (struct u128){a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};
}

/* The last address of the prefix of this length that starts at a. */
static struct ipaddr block_last(const struct ipaddr *a, unsigned plen)
{
	struct ipaddr last = *a;

	for (unsigned bit = plen; bit < ipaddr_len(a->family) * 8; bit++)
		last.addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return last;
}

/* Length of the shortest prefix that starts at a and does not pass last. */
static unsigned block_plen(const struct ipaddr *a, const struct ipaddr *last)
{
	unsigned plen = ipaddr_len(a->family) * 8;

	while (plen > 0 && !(a->addr[(plen - 1) / 8] & 0x80 >> (plen - 1) % 8)) {
		struct ipaddr end = block_last(a, plen - 1);

		if (ipaddr_cmp(&end, last) > 0)
			break;
		plen--;
	}
	return plen;
}

bool iprange_cut(const struct iprange *r, struct ipaddr *at, struct prefix *p)
{
	*p = prefix_of(at, (uint8_t)block_plen(at, &r->last));
	*at = block_last(at, p->plen);
	return ipaddr_next(at) && ipaddr_cmp(at, &r->last) <= 0;
}

unsigned iprange_plen(const struct iprange *r)
{
	unsigned shortest = ipaddr_len(r->first.family) * 8;
	struct ipaddr at = r->first;
	struct prefix p;
	bool more;

	do {
		more = iprange_cut(r, &at, &p);
		if (p.plen < shortest)
			shortest = p.plen;
	} while (more);
	return shortest;
}

/* The word [s, s + len) without the blanks around it as an address. */
static int word_addr(const char *s, size_t len, struct ipaddr *a)
{
	char word[PREFIX_STRLEN];

	for (; len && (*s == ' ' || *s == '\t'); len--)
		s++;
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len >= sizeof(word))
		return -1;
	memcpy(word, s, len);
	word[len] = '\0';
	return ipaddr_parse(word, a);
}

static const char *dashed_range(const char *s, const char *dash, struct iprange *r)
{
	struct iprange got;

	if (word_addr(s, (size_t)(dash - s), &got.first) < 0 ||
	    word_addr(dash + 1, strlen(dash + 1), &got.last) < 0)
		return "must be a range of two addresses, such as 192.0.2.10-192.0.2.20";
	if (got.first.family != got.last.family)
		return "must be a range within one address family";
	if (ipaddr_cmp(&got.first, &got.last) > 0)
		return "must be a range whose first address is not above its last";
	*r = got;
	return NULL;
}

const char *iprange_parse(const char *s, struct iprange *r)
{
	const char *dash = strchr(s, '-');
	struct prefix p;
	struct ipaddr a;

	if (dash)
		return dashed_range(s, dash, r);
	if (ipaddr_parse(s, &a) == 0)
		return a.family == AF_INET
		           ? "must be a prefix or a range: write /32 for one address"
		           : "must be a prefix or a range: write /128 for one address";
	if (!strchr(s, '/') || prefix_parse(s, &p) < 0)
		return "must be a prefix such as 192.0.2.0/24 or a range such as "
		       "192.0.2.10-192.0.2.20";
	r->first = (struct ipaddr){.family = p.family};
	memcpy(r->first.addr, p.addr, sizeof(p.addr));
	r->last = block_last(&r->first, p.plen);
	return NULL;
}

bool iprange_contains(const struct iprange *r, const struct ipaddr *a)
{
	return r->first.family == a->family && ipaddr_cmp(&r->first, a) <= 0 &&
	       ipaddr_cmp(a, &r->last) <= 0;
}

bool pool_contains(const struct pool *pool, const struct ipaddr *a)
{
	for (size_t i = 0; i < pool->n_ranges; i++)
		if (iprange_contains(&pool->ranges[i], a))
			return true;
	return false;
}

bool pool_is_buggy(const struct pool *pool, const struct ipaddr *a)
{
	return pool->avoid_buggy_ips && a->family == AF_INET &&
	       (a->addr[3] == 0 || a->addr[3] == 255);
}

/* How many IPv4 numbers below n end in .0 or .255. */
static uint64_t buggy_below(uint64_t n)
{
	return n / 256 * 2 + (n % 256 > 0);
}

static uint64_t range_usable(const struct pool *pool, const struct iprange *r)
{
	struct u128 first = addr_number(&r->first), last = addr_number(&r->last);
	struct u128 span = u128_sub(last, first); /* one less than the count */

	if (span.hi || span.lo == UINT64_MAX)
		return UINT64_MAX;
	if (!pool->avoid_buggy_ips || r->first.family != AF_INET)
		return span.lo + 1;
	return span.lo + 1 - (buggy_below(last.lo + 1) - buggy_below(first.lo));
}

uint64_t pool_usable(const struct pool *pool, uint8_t family)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pool->n_ranges; i++) {
		uint64_t n;

		if (family && pool->ranges[i].first.family != family)
			continue;
		n = range_usable(pool, &pool->ranges[i]);
		sum = n > UINT64_MAX - sum ? UINT64_MAX : sum + n;
	}
	return sum;
}

bool pool_has_family(const struct pool *pool, uint8_t family)
{
	for (size_t i = 0; i < pool->n_ranges; i++)
		if (pool->ranges[i].first.family == family)
			return true;
	return false;
}

/* ^[a-z][-a-z0-9]{0,61}[a-z0-9]$ */
static bool is_good_name(const char *s)
{
	size_t n = strlen(s);

	return n >= 2 && n <= NAME_LEN_MAX && strchr(LOWER, *s) && s[n - 1] != '-' &&
	       strspn(s, LOWER "0123456789-") == n;
}

char *pool_object_name(const char *name)
{
	char *s = xstrdup(name);
	const char *from;

	if (is_good_name(s))
		return s;
	if (strlen(s) > NAME_LEN_MAX)
		s[NAME_LEN_MAX] = '\0';
	for (char *p = s; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		else if (*p == '_')
			*p = '-';
	}
	from = s + strcspn(s, LOWER);
	if (*from) {
		memmove(s, from, strlen(from) + 1);
		return s;
	}
	free(s);
	return NULL;
}

static bool lists_disjoint(const struct strlist *a, const struct strlist *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (strlist_has(b, a->v[i]))
			return false;
	return a->n && b->n;
}

/* Node selectors that differ are taken to select different nodes. */
bool pool_ads_clash(const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b)
{
	bool same4 = pool_has_family(pool, AF_INET) && a->aggregation4 == b->aggregation4;
	bool same6 = pool_has_family(pool, AF_INET6) && a->aggregation6 == b->aggregation6;

	return a->protocol == POLICY_BGP && b->protocol == POLICY_BGP &&
	       a->localpref != b->localpref && (same4 || same6) && !a->services.n &&
	       !b->services.n && !lists_disjoint(&a->peers, &b->peers) &&
	       !(a->nodes.n && b->nodes.n && !selectors_equal(&a->nodes, &b->nodes));
}
