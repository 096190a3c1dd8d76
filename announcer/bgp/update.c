/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading an UPDATE. First its three lengths, then the attributes, then each field of prefixes
 * is walked once, so that bgp_nlri_next() cannot fail later. Whatever hides where the prefixes
 * are is a session reset; all else is judged attribute by attribute (attr.c), and the worst
 * fault decides about all prefixes of the message.
 */
#include "announcer/bgp/update.h"
#include "announcer/bgp/attr_int.h"
#include <errno.h>
#include <sys/socket.h>

enum { AFI_IPV4 = 1, AFI_IPV6 = 2, SAFI_UNICAST = 1 };

/* One message being read. */
struct reader {
	const struct bgp_update_from *from;
	struct bgp_update *u;
	struct bgp_attr_in in;
	struct bgp_error *e;
	bool reachable; /* it announces prefixes, of whatever family */
};

static int reset(struct reader *m, uint16_t why)
{
	bgp_error_set(m->e, why, NULL, 0);
	return -EPROTO;
}

/* The same with the attribute that is to blame (RFC 4271 6.3). */
static int reset_by(struct reader *m, uint16_t why, struct rd attr)
{
	bgp_error_set(m->e, why, attr.p, rd_left(&attr));
	return -EPROTO;
}

/* Multicast, reserved, this host: nobody has a route to those (RFC 4271 6.3, RFC 6890). */
static bool is_martian(const struct prefix *p)
{
	static const uint8_t zeros[15];

	if (p->family == AF_INET)
		return (p->plen >= 3 && p->addr[0] >= 224) ||
		       (p->plen >= 8 && (p->addr[0] == 127 || p->addr[0] == 0));
	if (p->plen >= 8 && p->addr[0] == 0xff)
		return true;
	if (p->plen >= 10 && p->addr[0] == 0xfe && (p->addr[1] & 0xc0) == 0x80)
		return true;
	return p->plen == 128 && p->addr[15] <= 1 && !memcmp(p->addr, zeros, sizeof(zeros));
}

bool bgp_nlri_next(struct bgp_nlri *n, struct prefix *p)
{
	const uint8_t *at;
	size_t len;

	while (n->family && rd_left(&n->r) > 0) {
		*p = (struct prefix){.family = n->family, .plen = rd_u8(&n->r)};
		len = (p->plen + 7U) / 8;
		at = len <= sizeof(p->addr) ? rd_bytes(&n->r, len) : NULL;
		if (!at)
			return false;
		if (len)
			memcpy(p->addr, at, len);
		if (p->plen % 8)
			p->addr[len - 1] &= (uint8_t)(0xff00 >> p->plen % 8);
		if (!is_martian(p))
			return true;
	}
	return false;
}

/* RFC 7606 5.3: no prefix is longer than the family has bits, and the last one ends with the
 * field. */
static bool nlri_is_good(struct rd r, uint8_t family)
{
	unsigned max = 8 * ipaddr_len(family), plen;

	while (rd_left(&r) > 0) {
		plen = rd_u8(&r);
		if (plen > max)
			return false;
		rd_skip(&r, (plen + 7) / 8);
	}
	return !r.bad;
}

/* What a field of prefixes becomes: of a family that was not agreed on, nothing. */
static struct bgp_nlri nlri_of(struct rd r, uint8_t family, const struct bgp_update_from *from)
{
	unsigned bit = family == AF_INET ? BGP_IPV4 : family == AF_INET6 ? BGP_IPV6 : 0;

	if (!rd_left(&r) || !(from->families & bit))
		return (struct bgp_nlri){0};
	return (struct bgp_nlri){.family = family, .r = r};
}

/* AFI and SAFI. Return: 0 = a family that we do not have. */
static uint8_t family_decode(struct rd *r)
{
	uint16_t afi = rd_u16(r);
	uint8_t safi = rd_u8(r);

	if (safi != SAFI_UNICAST || r->bad)
		return 0;
	if (afi == AFI_IPV4)
		return AF_INET;
	return afi == AFI_IPV6 ? AF_INET6 : 0;
}

static int mp_unreach_decode(struct reader *m, struct rd r, bool alone)
{
	uint8_t family = family_decode(&r);

	if (r.bad || (family && !nlri_is_good(r, family)))
		return reset_by(m, BGP_ERR_OPTIONAL, m->in.mp_unreach_at); /* RFC 7606 7.12 */
	if (alone && !rd_left(&r))
		m->u->end_of_rib = family;
	m->u->withdrawn[1] = nlri_of(r, family, m->from);
	return 0;
}

static struct ipaddr address_decode(struct rd *r, uint8_t family)
{
	struct ipaddr a = {.family = family};

	rd_copy(r, a.addr, ipaddr_len(family));
	return a;
}

static bool is_zero(const struct ipaddr *a)
{
	static const uint8_t zeros[16];

	return !memcmp(a->addr, zeros, sizeof(zeros));
}

/* RFC 4760 3, 2545 3: an address, of IPv6 perhaps a link-local one behind it. */
static bool mp_nexthop_decode(struct bgp_update *u, struct rd r, uint8_t family)
{
	size_t len = rd_left(&r), one = ipaddr_len(family);

	if (len != one && !(family == AF_INET6 && len == 2 * one))
		return false;
	u->mp_nexthop = address_decode(&r, family);
	if (len == one)
		return true;
	u->mp_nexthop_ll = address_decode(&r, family);
	if (!ipaddr_is_linklocal(&u->mp_nexthop_ll))
		u->mp_nexthop_ll = (struct ipaddr){0};
	else if (is_zero(&u->mp_nexthop)) /* there is no global one */
		u->mp_nexthop = u->mp_nexthop_ll;
	return true;
}

static int mp_reach_decode(struct reader *m, struct rd r)
{
	uint8_t family = family_decode(&r);
	struct rd nexthop = rd_sub(&r, rd_u8(&r));

	rd_skip(&r, 1); /* reserved */
	if (r.bad ||
	    (family && (!mp_nexthop_decode(m->u, nexthop, family) || !nlri_is_good(r, family))))
		return reset_by(m, BGP_ERR_OPTIONAL, m->in.mp_reach_at); /* RFC 7606 7.11 */
	m->reachable = m->reachable || rd_left(&r);
	m->u->reach[1] = nlri_of(r, family, m->from);
	return 0;
}

/* RFC 4271 6.3: the address of a host, and not ours. */
static bool nexthop_is_good(const struct ipaddr *a, const struct bgp_update_from *from)
{
	if (is_zero(a) || !ipaddr_cmp(a, &from->local))
		return false;
	if (a->family == AF_INET)
		return a->addr[0] && a->addr[0] != 127 && a->addr[0] < 224;
	return a->addr[0] != 0xff;
}

static void withdraw(struct reader *m, uint16_t why, uint8_t code)
{
	bgp_attr_blame(&m->in, BGP_ATTR_WITHDRAW, why, code);
}

/* What only the whole message tells: RFC 4271 6.3, RFC 7606 3 d. */
static void judge(struct reader *m)
{
	const struct bgp_update *u = m->u;
	const struct bgp_attrs *a = &u->attrs;
	bool v4 = u->reach[0].family, mp = u->reach[1].family;

	if (!v4 && !mp)
		return;
	if (!(a->has & BGP_HAS_ORIGIN))
		withdraw(m, BGP_ERR_ATTR_MISSING, BGP_ATTR_ORIGIN);
	if (!(a->has & BGP_HAS_AS_PATH))
		withdraw(m, BGP_ERR_ATTR_MISSING, BGP_ATTR_AS_PATH);
	else if (!m->from->ibgp && bgp_as_path_first(a) != m->from->asn)
		withdraw(m, BGP_ERR_AS_PATH, BGP_ATTR_AS_PATH);
	if (v4 && !(a->has & BGP_HAS_NEXTHOP))
		withdraw(m, BGP_ERR_ATTR_MISSING, BGP_ATTR_NEXT_HOP);
	else if (v4 && !nexthop_is_good(&a->nexthop, m->from))
		withdraw(m, BGP_ERR_NEXT_HOP, BGP_ATTR_NEXT_HOP);
	if (mp && !nexthop_is_good(&u->mp_nexthop, m->from))
		withdraw(m, BGP_ERR_NEXT_HOP, BGP_ATTR_MP_REACH);
}

/* alone: the message has no fields of IPv4 prefixes. */
static int attrs_decode(struct reader *m, struct rd attrs, bool alone)
{
	static const enum bgp_verdict verdicts[] = {BGP_UPDATE_GOOD, BGP_UPDATE_DISCARDED,
	    BGP_UPDATE_WITHDRAWN}; /* by enum bgp_attr_fault */
	struct bgp_attr_in *in = &m->in;
	int rc = bgp_attrs_decode(&attrs, in, m->e);

	if (!rc && in->mp_unreach.p)
		rc = mp_unreach_decode(m, in->mp_unreach, alone && in->n == 1 && !in->fault);
	if (!rc && in->mp_reach.p)
		rc = mp_reach_decode(m, in->mp_reach);
	if (rc)
		return rc;
	/* RFC 7606 5.2: what should be withdrawn may be where it could not be read. */
	if (in->fault == BGP_ATTR_WITHDRAW && !m->reachable)
		return reset_by(m, in->why, in->why_at);
	judge(m);
	m->u->verdict = verdicts[in->fault];
	m->u->why = in->why;
	m->u->why_attr = in->why_attr;
	return 0;
}

int bgp_update_decode(struct rd *r, const struct bgp_update_from *from, void *scratch,
    struct bgp_update *u, struct bgp_error *e)
{
	struct bgp_update got = {0};
	struct reader m = {.from = from, .u = &got, .e = e};
	struct rd withdrawn, attrs;
	bool alone;
	int rc;

	if (rd_left(r) > BGP_MESSAGE_MAX - BGP_HEADER_LEN)
		return reset(&m, BGP_ERR_ATTR_LIST);
	withdrawn = rd_sub(r, rd_u16(r));
	attrs = rd_sub(r, rd_u16(r));
	if (r->bad) /* RFC 4271 6.3 */
		return reset(&m, BGP_ERR_ATTR_LIST);
	if (!nlri_is_good(withdrawn, AF_INET) || !nlri_is_good(*r, AF_INET))
		return reset(&m, BGP_ERR_NETWORK); /* RFC 7606 5.3 */
	m.in = (struct bgp_attr_in){.as4 = from->as4, .ibgp = from->ibgp, .a = &got.attrs};
	m.in.scratch = scratch;
	m.in.scratch_end = m.in.scratch + BGP_UPDATE_SCRATCH;
	m.reachable = rd_left(r) > 0;
	alone = !rd_left(&withdrawn) && !rd_left(r);
	if (alone && !rd_left(&attrs))
		got.end_of_rib = AF_INET;
	got.withdrawn[0] = nlri_of(withdrawn, AF_INET, from);
	got.reach[0] = nlri_of(*r, AF_INET, from);
	rd_skip(r, rd_left(r));
	rc = attrs_decode(&m, attrs, alone);
	if (!rc)
		*u = got;
	return rc;
}
