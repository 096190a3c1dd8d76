/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.c - what one peer is told of a route, and why it is told nothing: advertisements for
 * peers of MetalLB's words, transit rules and export lists for neighbours, next hops, the AS
 * path. RFC 4271 5.1, 9.1.3; 1997; 2545; 4360 6; 8212.
 */
#include "announcer/bgp/adjout_int.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum { DEFAULT_LOCAL_PREF = 100 };

enum { ROOM_COMMUNITIES, ROOM_LARGE, ROOM_EXT, ROOM_PATH };

static const struct out_why no_family = {"the session does not carry this address family",
    "offer it (dual-stack-address-family, address-families), or add a peer of that family"};
static const struct out_why no_self = {
    "there is no address of this family on the session's interface to be the next hop",
    "give the interface an address of this family"};
static const struct out_why no_nexthop = {"its next hop is not of its address family",
    "set export: {next-hop: self} of the neighbour"};
static const struct out_why no_route = {"it is no route in the RIB", "grevysh -c 'show rib'"};
static const struct out_why no_ad = {"no advertisement of the pool names this peer",
    "add it to peers of a bgp-advertisements entry, or leave peers out there"};
static const struct out_why no_source = {
    "routes of this source are not announced to peers", "use bgp.neighbors with export"};
static const struct out_why from_ibgp = {
    "it came by iBGP and is not passed on by iBGP", "peer with its origin"};
static const struct out_why from_it = {"it came from this peer", ""};
static const struct out_why its_own_nexthop = {"its next hop is this peer", ""};
static const struct out_why no_export = {"its communities forbid to pass it on",
    "take no-export or no-advertise off it at its origin"};

void out_say_fini(struct out_say *say)
{
	for (size_t i = 0; i < ARRAY_LEN(say->room); i++)
		free(say->room[i]);
}

static void *room(struct out_say *say, int which, size_t n, size_t size)
{
	say->room[which] = xrealloc(say->room[which], n, size);
	return say->room[which];
}

static bool counts(const struct out_say *say, const struct out_term *t)
{
	return !say->peer || term_names(t, say->peer->nb->name);
}

/* The communities of all advertisements that name the peer, and the first LOCAL_PREF.
 * Return: whether there is one. */
static bool say_offer(struct out_say *say, const struct out_offer *offer)
{
	size_t n = 0, n_large = 0, matching = 0;
	uint32_t *std;
	struct bgp_large *large;

	for (size_t i = 0; i < offer->n; i++) {
		const struct bgp_attrs *a = offer->terms[i]->attrs;

		if (!counts(say, offer->terms[i]))
			continue;
		n += a->n_communities;
		n_large += a->n_large;
		if (!matching++)
			say->attrs = *a;
		else if (a->has & ~say->attrs.has & BGP_HAS_LOCAL_PREF)
			say->attrs.local_pref = a->local_pref;
		say->attrs.has |= a->has;
	}
	if (matching <= 1)
		return matching;
	std = room(say, ROOM_COMMUNITIES, n, sizeof(*std));
	large = room(say, ROOM_LARGE, n_large, sizeof(*large));
	n = n_large = 0;
	for (size_t i = 0; i < offer->n; i++) {
		const struct bgp_attrs *a = offer->terms[i]->attrs;

		if (!counts(say, offer->terms[i]))
			continue;
		for (size_t k = 0; k < a->n_communities; k++)
			std[n++] = a->communities[k];
		for (size_t k = 0; k < a->n_large; k++)
			large[n_large++] = a->large[k];
	}
	say->attrs.communities = std;
	say->attrs.n_communities = communities_sort(std, n);
	say->attrs.large = large;
	say->attrs.n_large = large_sort(large, n_large);
	return true;
}

/* Whether a received route may be passed on to this peer. */
static const struct out_why *transit(
    const struct bgp_out_peer *peer, const struct out_origin *own)
{
	const struct bgp_attrs *a = own->attrs;

	if (!ipaddr_cmp(&own->from, &peer->facts->remote))
		return &from_it;
	if (own->ibgp && peer->facts->ibgp)
		return &from_ibgp;
	if (bgp_community_has(a, (uint32_t)BGP_COMMUNITY_NO_ADVERTISE))
		return &no_export;
	if (!peer->facts->ibgp &&
	    (bgp_community_has(a, (uint32_t)BGP_COMMUNITY_NO_EXPORT) ||
		bgp_community_has(a, (uint32_t)BGP_COMMUNITY_NO_EXPORT_SUBCONFED)))
		return &no_export;
	return NULL;
}

/* Extended communities that are not transitive stay within the AS (RFC 4360 6). */
static void drop_ext(struct out_say *say)
{
	struct bgp_attrs *a = &say->attrs;
	uint64_t *ext;
	uint16_t n = 0;

	if (!a->n_ext)
		return;
	ext = room(say, ROOM_EXT, a->n_ext, sizeof(*ext));
	for (size_t i = 0; i < a->n_ext; i++)
		if (!(a->ext[i] >> 56 & 0x40))
			ext[n++] = a->ext[i];
	a->ext = ext;
	a->n_ext = n;
}

/* What differs between a peer within the AS and one outside. */
static void say_side(struct out_say *say, bool received)
{
	const struct bgp_facts *f = say->peer->facts;
	struct bgp_attrs *a = &say->attrs;

	a->has &= ~(unsigned)BGP_HAS_ORIGINATOR; /* we reflect nothing */
	a->n_clusters = 0;
	if (f->ibgp) {
		if (!(a->has & BGP_HAS_LOCAL_PREF))
			a->local_pref = DEFAULT_LOCAL_PREF;
		a->has |= BGP_HAS_LOCAL_PREF;
	} else {
		uint8_t *path = room(say, ROOM_PATH, a->as_path_len + 6u, 1);

		a->as_path_len = bgp_as_path_prepend(a, f->my_asn, path);
		a->as_path = path;
		a->has &= ~(unsigned)BGP_HAS_LOCAL_PREF;
		if (received)
			a->has &= ~(unsigned)BGP_HAS_MED;
		drop_ext(say);
	}
	a->has |= BGP_HAS_AS_PATH;
}

/* A link-local address means nothing on another link: ours then (RFC 2545 3). */
static bool elsewhere(const struct ipaddr *nh)
{
	return nh->family == AF_INET6 && ipaddr_is_linklocal(nh);
}

/* RFC 4271 5.1.3, as the neighbour's rule changes it. */
static const struct out_why *say_nexthop(
    struct out_say *say, const struct out_origin *received, uint8_t family)
{
	const struct bgp_out_peer *peer = say->peer;
	const struct bgp_facts *f = peer->facts;
	enum bgp_nexthop_rule rule = peer->nb->export.nexthop;
	struct bgp_attrs *a = &say->attrs;
	struct ipaddr nh = f->self[family_index(family)];

	if (rule == BGP_NEXTHOP_DEFAULT)
		rule = f->ibgp ? BGP_NEXTHOP_UNCHANGED : BGP_NEXTHOP_SELF;
	a->nexthop_ll_set = false;
	if (received && !received->self && rule == BGP_NEXTHOP_UNCHANGED &&
	    !elsewhere(&received->nexthop))
		nh = received->nexthop;
	else if (received && !received->self && rule == BGP_NEXTHOP_PEER &&
		 !elsewhere(&received->from))
		nh = received->from;
	else if (nh.family == AF_INET6 && f->self_ll.family && !f->ibgp &&
		 !peer->nb->multihop) {
		a->nexthop_ll = f->self_ll;
		a->nexthop_ll_set = true;
	}
	if (nh.family != family) /* RFC 8950 is for later */
		return received ? &no_nexthop : &no_self;
	if (!ipaddr_cmp(&nh, &f->remote))
		return &its_own_nexthop;
	a->nexthop = nh;
	a->has |= BGP_HAS_NEXTHOP;
	return NULL;
}

/* Which route it is, and whether this peer may have it; its attributes as they are here. */
static const struct out_why *choose(
    struct out_say *say, const struct out_origin *own, const struct out_offer *offer)
{
	const struct bgp_out_peer *peer = say->peer;

	if (offer && say_offer(say, offer)) {
		say->by_ads = true;
		return NULL;
	}
	if (!own)
		return offer ? &no_ad : &no_route;
	say->attrs = *own->attrs;
	if (!peer)
		return NULL;
	if (peer->nb->from_peers && own->source != RIB_REDISTRIBUTED)
		return own->source == RIB_KUBERNETES ? &no_ad : &no_source;
	if (own->source == RIB_BGP)
		return transit(peer, own);
	if (own->from.family && !ipaddr_cmp(&own->from, &peer->facts->remote))
		return &its_own_nexthop;
	return NULL;
}

static const struct out_why *judge(struct out_say *say)
{
	const struct bgp_out_peer *peer = say->peer;
	const struct out_origin *received =
	    say->own && say->own->source == RIB_BGP ? say->own : NULL;
	const struct out_why *why;

	if (peer && !(peer->facts->families & family_bit(say->family)))
		return &no_family;
	why = choose(say, say->own, say->offer);
	if (why || !peer)
		return why;
	if (say->by_ads)
		received = NULL;
	why = say_nexthop(say, received, say->family);
	if (!why)
		say_side(say, received);
	return why;
}

/* Neighbours with an export list get routes; peers what advertisements make, else routes of
 * zebra. What does not count for the peer must not make a difference. */
static void narrow(const struct bgp_out_peer *peer, const struct out_origin **own,
    const struct out_offer **offer)
{
	if (peer && !peer->nb->from_peers)
		*offer = NULL;
	else if (peer && *offer && *own && (*own)->source != RIB_REDISTRIBUTED)
		*own = NULL;
}

bool out_says(
    const struct out_say *say, const struct bgp_out_peer *peer, const struct out_entry *e)
{
	const struct out_origin *own = e->own;
	const struct out_offer *offer = e->offer;

	narrow(peer, &own, &offer);
	return say->family == e->prefix.family && say->peer == peer && say->own == own &&
	       say->offer == offer;
}

void out_say(struct out_say *say, const struct bgp_out_peer *peer, const struct out_entry *e)
{
	const struct out_origin *own = e->own;
	const struct out_offer *offer = e->offer;
	uint8_t family = e->prefix.family;

	if (out_says(say, peer, e))
		return;
	narrow(peer, &own, &offer);
	say->peer = peer;
	say->own = own;
	say->offer = offer;
	say->family = family;
	say->by_ads = false;
	say->why = judge(say);
}

bool out_passes(const struct bgp_out_peer *peer, const struct prefix *p)
{
	return peer->nb->from_peers || bgp_prefix_list_passes(&peer->nb->export.prefixes, p);
}
