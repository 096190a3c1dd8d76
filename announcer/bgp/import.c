/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Import: which routes of an UPDATE are kept, and as what. A route that is refused replaces
 * what the peer announced before, as a withdrawal does. Loops: RFC 4271 9.1.2 (AS path),
 * RFC 4456 8 (originator and cluster list). Next hops: RFC 4271 6.3, RFC 2545.
 */
#include "announcer/bgp/adjin_int.h"
#include "announcer/util.h"
#include <errno.h>
#include <sys/socket.h>

/* Can packets be sent there? */
static bool unicast4(const uint8_t *a)
{
	return a[0] != 0 && a[0] != 127 && a[0] < 224;
}

static bool unicast6(const uint8_t *a)
{
	static const uint8_t zero[16];

	if (a[0] == 0xff)
		return false;
	return memcmp(a, zero, 10) != 0; /* ::, ::1, ::192.0.2.1, ::ffff:192.0.2.1 */
}

struct ipaddr in_nexthop(const struct bgp_in_peer *p, const struct bgp_attrs *a)
{
	switch (p->import.nexthop) {
	case BGP_NEXTHOP_SELF:
		return (struct ipaddr){.family = 0};
	case BGP_NEXTHOP_PEER:
		return p->source.address;
	default:
		return a->nexthop;
	}
}

static bool nexthop_good(const struct bgp_in_peer *p, uint8_t family, const struct bgp_attrs *a)
{
	const struct ipaddr nh = in_nexthop(p, a);

	if (p->import.nexthop == BGP_NEXTHOP_SELF)
		return true;
	if (nh.family != family || ipaddr_cmp(&nh, &p->source.local) == 0 ||
	    ipaddr_cmp(&nh, &p->source.self[family_index(family)]) == 0)
		return false;
	if (in_linklocal(&nh) && ipaddr_cmp(&nh, &p->source.self_ll) == 0)
		return false;
	return family == AF_INET6 ? unicast6(nh.addr) : unicast4(nh.addr);
}

static bool looped(const struct bgp_in_peer *p, const struct bgp_attrs *a)
{
	const struct bgp_in_source *s = &p->source;

	if (bgp_as_path_count(a, s->my_asn) > p->import.allow_own_as)
		return true;
	if (!s->ibgp)
		return false;
	if (a->has & BGP_HAS_ORIGINATOR && a->originator_id == s->my_id)
		return true;
	for (unsigned i = 0; i < a->n_clusters; i++)
		if (a->clusters[i] == s->my_id)
			return true;
	return false;
}

enum in_refusal in_judge(const struct bgp_in_peer *p, uint8_t family, const struct bgp_attrs *a)
{
	const struct ipaddr nh = in_nexthop(p, a);

	if (looped(p, a))
		return IN_LOOP;
	if (!nexthop_good(p, family, a))
		return IN_NEXTHOP;
	return in_linklocal(&nh) && !p->source.ifindex ? IN_LINKLOCAL : IN_TAKEN;
}

/* As it is kept: with the next hop of these prefixes, and the policy's preference. */
static struct bgp_attrs effective(
    const struct bgp_in_peer *p, const struct bgp_update *u, unsigned which)
{
	struct bgp_attrs a = u->attrs;

	if (which) {
		a.nexthop = u->mp_nexthop;
		a.nexthop_ll = u->mp_nexthop_ll;
		a.nexthop_ll_set = u->mp_nexthop_ll.family != 0;
		a.has |= BGP_HAS_NEXTHOP;
	}
	if (!p->source.ibgp)
		a.has &= ~(unsigned)BGP_HAS_LOCAL_PREF; /* RFC 4271 5.1.5 */
	if (p->import.local_pref) {
		a.local_pref = p->import.local_pref;
		a.has |= BGP_HAS_LOCAL_PREF;
	}
	if (!p->source.ibgp &&
	    bgp_community_has(&a, (uint32_t)BGP_COMMUNITY_GRACEFUL_SHUTDOWN)) {
		a.local_pref = 0; /* RFC 8326 4.2: the last choice, whatever the policy */
		a.has |= BGP_HAS_LOCAL_PREF;
	}
	return a;
}

static void withdraw(struct bgp_in_peer *p, struct bgp_nlri n, uint64_t *count)
{
	struct prefix prefix;

	while (n.family && bgp_nlri_next(&n, &prefix)) {
		in_path_drop(p, &prefix);
		*count += 1;
	}
}

/* RFC 4486 4: which limit it was. */
static void limit_error(const struct bgp_in_peer *p, uint8_t family, struct bgp_error *e)
{
	uint8_t data[7];
	struct wr w = wr_of(data, sizeof(data));

	wr_u16(&w, family == AF_INET6 ? 2 : 1);
	wr_u8(&w, 1);
	wr_u32(&w, p->import.max_prefix);
	bgp_error_set(e, BGP_CEASE_MAX_PREFIX, data, sizeof(data));
}

/* Of one family. Stale routes do not count: they are about to be announced again, or to go. */
static bool is_over(const struct bgp_in_peer *p, unsigned family)
{
	return p->import.max_prefix &&
	       p->counts.accepted[family] - p->stale[family] > p->import.max_prefix;
}

static bool over_limit(const struct bgp_in_peer *p)
{
	return is_over(p, 0) || is_over(p, 1);
}

/* Return: whether the limit lets the session live. */
static bool take(struct bgp_in_peer *p, struct bgp_nlri n, const struct bgp_attrs *a)
{
	const struct bgp_attrs *shared = NULL;
	enum in_refusal refusal = in_judge(p, n.family, a);
	struct prefix prefix;
	bool fine = true;

	while (fine && bgp_nlri_next(&n, &prefix)) {
		if (!bgp_prefix_list_passes(&p->import.prefixes, &prefix))
			p->counts.refused_policy++;
		else if (refusal == IN_LOOP)
			p->counts.refused_loop++;
		else if (refusal != IN_TAKEN) {
			p->counts.refused_nexthop++;
			p->counts.refused_linklocal += refusal == IN_LINKLOCAL;
		} else {
			if (!shared)
				shared = bgp_attrs_share(p->in->attrs, a);
			in_path_set(p, &prefix, shared);
			fine = p->import.warning_only || !over_limit(p);
			continue;
		}
		in_path_drop(p, &prefix);
	}
	bgp_attrs_drop(p->in->attrs, shared);
	return fine;
}

int bgp_in_peer_check(struct bgp_in_peer *p, struct bgp_error *e)
{
	uint8_t family = is_over(p, 0) ? AF_INET : AF_INET6;

	p->counts.over_limit = over_limit(p);
	if (!p->counts.over_limit || p->import.warning_only)
		return 0;
	limit_error(p, family, e);
	return -EPROTO;
}

int bgp_in_update(struct bgp_in_peer *p, const struct bgp_update *u, struct bgp_error *e)
{
	uint64_t gone = 0;

	for (unsigned i = 0; i < 2; i++)
		withdraw(p, u->withdrawn[i], &gone);
	for (unsigned i = 0; i < 2; i++) {
		struct bgp_attrs a;

		if (!u->reach[i].family)
			continue;
		if (u->verdict == BGP_UPDATE_WITHDRAWN) {
			withdraw(p, u->reach[i], &p->counts.refused_malformed);
			continue;
		}
		a = effective(p, u, i);
		if (!take(p, u->reach[i], &a)) {
			p->counts.over_limit = true;
			limit_error(p, u->reach[i].family, e);
			return -EPROTO;
		}
	}
	p->counts.over_limit = over_limit(p);
	if (u->end_of_rib) {
		in_drop_stale(p, family_index(u->end_of_rib));
		p->counts.end_of_rib |= 1u << family_index(u->end_of_rib);
	}
	return 0;
}
