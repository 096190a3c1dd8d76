/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zclient/prefix.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

unsigned ipaddr_len(uint8_t family)
{
	if (family == AF_INET)
		return 4;
	return family == AF_INET6 ? 16 : 0;
}

int ipaddr_parse(const char *s, struct ipaddr *a)
{
	struct ipaddr n = {0};

	n.family = strchr(s, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(n.family, s, n.addr) != 1)
		return -EINVAL;
	*a = n;
	return 0;
}

void prefix_mask(struct prefix *p)
{
	for (unsigned i = 0; i < sizeof(p->addr); i++) {
		unsigned bits = p->plen > 8 * i ? p->plen - 8 * i : 0;

		if (bits < 8)
			p->addr[i] &= (uint8_t)(0xff00 >> bits);
	}
}

/* "0" to "max", no sign, no space, no leading zero. */
static int parse_plen(const char *s, unsigned max, uint8_t *plen)
{
	unsigned v = 0;
	size_t n = strlen(s);

	if (n < 1 || n > 3 || (n > 1 && s[0] == '0'))
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		v = v * 10 + (unsigned)(*s - '0');
	}
	if (v > max)
		return -EINVAL;
	*plen = (uint8_t)v;
	return 0;
}

int prefix_parse(const char *s, struct prefix *p)
{
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	char text[PREFIX_STRLEN];
	struct prefix new;
	struct ipaddr a;

	if (n >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, n);
	text[n] = '\0';
	if (ipaddr_parse(text, &a) < 0)
		return -EINVAL;
	new = prefix_of_addr(&a);
	if (slash && parse_plen(slash + 1, new.plen, &new.plen) < 0)
		return -EINVAL;
	prefix_mask(&new);
	*p = new;
	return 0;
}

/* The number in decimal. Return: behind it. */
static char *put_u8(char *to, uint8_t n)
{
	if (n >= 100)
		*to++ = (char)('0' + n / 100);
	if (n >= 10)
		*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

/* As inet_ntop(), which takes a hundred times as long where it is made of sprintf(). */
static const char *v4_str(const uint8_t *addr, char *buf)
{
	char *to = buf;

	for (size_t i = 0; i < 4; i++) {
		to = put_u8(to, addr[i]);
		*to++ = i < 3 ? '.' : '\0';
	}
	return buf;
}

const char *ipaddr_str(const struct ipaddr *a, char *buf)
{
	if (a->family == AF_INET)
		return v4_str(a->addr, buf);
	if (!ipaddr_len(a->family) || !inet_ntop(a->family, a->addr, buf, PREFIX_STRLEN))
		memcpy(buf, "none", sizeof("none"));
	return buf;
}

const char *prefix_str(const struct prefix *p, char *buf)
{
	struct ipaddr a = {.family = p->family};
	size_t n;

	memcpy(a.addr, p->addr, sizeof(a.addr));
	ipaddr_str(&a, buf);
	if (!ipaddr_len(p->family))
		return buf;
	n = strlen(buf);
	buf[n++] = '/';
	*put_u8(buf + n, p->plen) = '\0';
	return buf;
}

static int family_rank(uint8_t family)
{
	if (family == AF_INET)
		return 1;
	return family == AF_INET6 ? 2 : 0;
}

int ipaddr_cmp(const struct ipaddr *a, const struct ipaddr *b)
{
	int d = family_rank(a->family) - family_rank(b->family);

	return d ? d : memcmp(a->addr, b->addr, sizeof(a->addr));
}

int prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int d = family_rank(a->family) - family_rank(b->family);

	if (!d)
		d = memcmp(a->addr, b->addr, sizeof(a->addr));
	return d ? d : a->plen - b->plen;
}

struct prefix prefix_of(const struct ipaddr *a, uint8_t plen)
{
	struct prefix p = prefix_of_addr(a);

	if (plen < p.plen)
		p.plen = plen;
	prefix_mask(&p);
	return p;
}

struct prefix prefix_of_addr(const struct ipaddr *a)
{
	struct prefix p = {.family = a->family, .plen = (uint8_t)(8 * ipaddr_len(a->family))};

	memcpy(p.addr, a->addr, sizeof(p.addr));
	return p;
}

bool prefix_contains(const struct prefix *p, const struct ipaddr *a)
{
	struct prefix q = {.family = a->family, .plen = p->plen};

	if (p->family != a->family || !ipaddr_len(a->family))
		return false;
	memcpy(q.addr, a->addr, sizeof(q.addr));
	prefix_mask(&q);
	return !memcmp(q.addr, p->addr, sizeof(q.addr));
}

bool ipaddr_is_linklocal(const struct ipaddr *a)
{
	if (a->family == AF_INET)
		return a->addr[0] == 169 && a->addr[1] == 254;
	return a->family == AF_INET6 && a->addr[0] == 0xfe && (a->addr[1] & 0xc0) == 0x80;
}

bool ipaddr_next(struct ipaddr *a)
{
	unsigned n = ipaddr_len(a->family);

	while (n-- > 0)
		if (++a->addr[n])
			return true;
	return false;
}
