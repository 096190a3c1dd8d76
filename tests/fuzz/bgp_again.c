/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bgp_again.h"
#include "announcer/bgp/update.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MAX = BGP_MESSAGE_MAX };

static uint64_t scratch[2][BGP_UPDATE_SCRATCH / sizeof(uint64_t)];
static struct prefix there[MAX], back[MAX];

static size_t collect(struct bgp_nlri n, struct prefix *to)
{
	size_t k = 0;

	while (k < MAX && bgp_nlri_next(&n, &to[k])) {
		if (to[k].plen > 8 * ipaddr_len(to[k].family))
			abort();
		k++;
	}
	return k;
}

/* Next hops of the other field count as those of the list. */
static struct bgp_attrs attrs_of(const struct bgp_update *u, bool mp)
{
	struct bgp_attrs a = u->attrs;

	a.has &= mp ? ~(unsigned)BGP_HAS_NEXTHOP : ~0U;
	a.nexthop_ll_set = false;
	if (mp && u->mp_nexthop.family) {
		a.has |= BGP_HAS_NEXTHOP;
		a.nexthop = u->mp_nexthop;
		a.nexthop_ll = u->mp_nexthop_ll;
		a.nexthop_ll_set = u->mp_nexthop_ll.family;
	}
	return a;
}

/* What an encoder leaves out or puts in. */
static void as_sent(struct bgp_attrs *a, const struct bgp_update_from *from, uint64_t *ext)
{
	uint16_t n = 0;

	if (from->ibgp && !(a->has & BGP_HAS_LOCAL_PREF)) {
		a->has |= BGP_HAS_LOCAL_PREF;
		a->local_pref = 100;
	}
	for (size_t i = 0; i < a->n_ext; i++)
		if (from->ibgp || !(a->ext[i] >> 62 & 1))
			ext[n++] = a->ext[i];
	a->ext = ext;
	a->n_ext = n;
	a->unknown_len = 0; /* Partial bit, order of codes: looked at by their length */
}

static void field_again(
    const struct bgp_update *u, const struct bgp_update_from *from, size_t field)
{
	static uint64_t ext[MAX / 8];
	struct bgp_attr_out to = {.as4 = from->as4, .ibgp = from->ibgp};
	struct bgp_attrs a = attrs_of(u, field), b;
	size_t n = collect(u->reach[field], there), k;
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));
	struct bgp_update v;
	struct bgp_error e;
	struct rd r;

	if (!n || u->verdict == BGP_UPDATE_WITHDRAWN)
		return;
	k = bgp_update_encode(&w, &a, &to, there, n);
	if (!k) /* AS4_PATH and the Partial bits' lengths may take more room than there is */
		return;
	r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
	if (bgp_update_decode(&r, from, scratch[1], &v, &e) || v.verdict != BGP_UPDATE_GOOD)
		abort();
	field = there[0].family == AF_INET6;
	if (collect(v.reach[field], back) != k || memcmp(there, back, k * sizeof(*back)))
		abort();
	b = attrs_of(&v, field);
	as_sent(&a, from, ext);
	b.unknown_len = 0;
	if (!bgp_attrs_equal(&a, &b))
		abort();
}

void bgp_again(uint8_t sender, const uint8_t *body, size_t len)
{
	struct bgp_update_from from = {.as4 = !(sender & 1), .ibgp = sender & 2, .asn = 65001};
	struct rd r = rd_of(body, len);
	struct bgp_update u;
	struct bgp_error e = {0};

	from.families = (sender & 4 ? 0 : BGP_IPV4) | (sender & 8 ? 0 : BGP_IPV6);
	if (bgp_update_decode(&r, &from, scratch[0], &u, &e)) {
		if (!e.code)
			abort();
		return;
	}
	if ((u.verdict == BGP_UPDATE_GOOD) != !u.why)
		abort();
	collect(u.withdrawn[0], there);
	collect(u.withdrawn[1], there);
	field_again(&u, &from, 0);
	field_again(&u, &from, 1);
}
