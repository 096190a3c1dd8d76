/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers_heard.c - what peers say, taken in: beats, claims, facts, questions. Claims may come
 * late, twice and out of order: each carries the version at which it held, and an older one
 * never replaces a newer one.
 */
#include "announcer/l2/peers_int.h"
#include "announcer/util.h"
#include <errno.h>

bool peers_known(const struct peers_peer *peer)
{
	return peer->current && peer->claims_have >= peer->claims_at &&
	       peer->facts_have == peer->facts_at && peer->facts_have;
}

/* ---- claims ---- */

static void gather_drop(struct peers_peer *peer)
{
	free(peer->got);
	peer->got = NULL;
	peer->n_got = 0;
	peer->gather = (struct beat_part){0};
}

static struct ipaddr claim_addr(const struct peers_peer *peer, const struct peers_claim *c)
{
	struct prefix at = ptable_prefix(&peer->claims, c);
	struct ipaddr a = {.family = at.family};

	memcpy(a.addr, at.addr, sizeof(a.addr));
	return a;
}

static void tell_claim(
    struct l2_peers *p, const struct peers_peer *peer, const struct peers_claim *c)
{
	struct ipaddr a = claim_addr(peer, c);

	if (peer->alive)
		p->ops->on_claim(peer->node, &a, (enum l2_claim)c->what, c->stamp, p->arg);
}

void peers_tell_claims(struct l2_peers *p, const struct peers_peer *peer)
{
	const struct peers_claim *c;
	size_t at = 0;

	while ((c = ptable_next(&peer->claims, &at)))
		if (c->what != L2_CLAIM_NONE)
			tell_claim(p, peer, c);
}

static void claim_say(struct l2_peers *p, struct peers_peer *peer, struct peers_claim *c,
    const struct beat_claim *now)
{
	bool news = c->what != now->what || c->stamp != now->stamp;

	peer->owns += (now->what == L2_CLAIM_OWNS);
	peer->owns -= (c->what == L2_CLAIM_OWNS);
	c->what = (uint8_t)now->what;
	c->stamp = now->stamp;
	if (news)
		tell_claim(p, peer, c);
}

/* Those that hold no more: older than what is whole now, or taken back. */
static void claims_sweep(struct l2_peers *p, struct peers_peer *peer, uint64_t oldest)
{
	static const struct beat_claim none;
	struct peers_claim *c;
	size_t at = 0;

	while ((c = ptable_next(&peer->claims, &at))) {
		if (c->version >= oldest && c->what != L2_CLAIM_NONE)
			continue;
		claim_say(p, peer, c, &none);
		ptable_remove(&peer->claims, c);
	}
}

static void claim_take(
    struct l2_peers *p, struct peers_peer *peer, uint64_t version, const struct beat_claim *now)
{
	struct prefix at = prefix_of_addr(&now->addr);
	struct peers_claim *c = ptable_find(&peer->claims, &at);

	if (c && c->version > version)
		return;
	if (!c)
		c = ptable_add(&peer->claims, &at);
	c->version = version;
	claim_say(p, peer, c, now);
}

/* Part of the set that is being gathered, or of a newer one. Return: it is not there yet. */
static bool gather_part(struct peers_peer *peer, const struct beat_part *part)
{
	struct beat_part *g = &peer->gather;
	uint8_t bit = (uint8_t)(1u << part->part % 8);

	if (g->parts && part->version < g->version)
		return false;
	if (g->version != part->version || g->since != part->since || g->parts != part->parts) {
		gather_drop(peer);
		*g = *part;
		peer->got = xcalloc(part->parts / 8 + 1u, 1);
	}
	if (peer->got[part->part / 8] & bit)
		return false;
	peer->got[part->part / 8] |= bit;
	peer->n_got++;
	return true;
}

static void claims_whole(
    struct l2_peers *p, struct peers_peer *peer, const struct beat_part *part)
{
	peer->claims_have = part->version;
	if (peer->claims_at < part->version)
		peer->claims_at = part->version;
	gather_drop(peer);
	claims_sweep(p, peer, part->since ? 0 : part->version);
	peer->changed = true;
}

/* All or nothing of a datagram. */
static int claims_check(struct rd body, const struct peers_peer *peer)
{
	size_t n = ptable_count(&peer->claims, 0);
	struct beat_claim c;

	for (; rd_left(&body); n++)
		if (beat_claim_decode(&body, &c) || n >= PEERS_CLAIMS_MAX)
			return -EBADMSG;
	return 0;
}

static int take_claims(
    struct l2_peers *p, struct peers_peer *peer, struct rd *body, int64_t now_ms)
{
	struct beat_part part;
	struct beat_claim c;

	if (beat_claims_decode(body, &part) || part.parts > PEERS_PARTS_MAX ||
	    claims_check(*body, peer))
		return -EBADMSG;
	if (part.version <= peer->claims_have)
		return 0;
	if (peer->claims_at < part.version) {
		peer->claims_at = part.version;
		peer->changed = true;
	}
	if (part.since > peer->claims_have || !gather_part(peer, &part))
		return 0;
	peer->ask_ms = now_ms + p->interval_ms; /* more may be on its way */
	while (rd_left(body) && !beat_claim_decode(body, &c))
		claim_take(p, peer, part.version, &c);
	if (peer->n_got == part.parts)
		claims_whole(p, peer, &part);
	return 0;
}

/* ---- facts ---- */

static void facts_drop(struct peers_peer *peer)
{
	for (size_t i = 0; i < peer->facts_parts; i++) {
		free(peer->facts_part[i]);
		peer->facts_part[i] = NULL;
	}
	peer->facts_parts = peer->n_facts_got = 0;
	peer->facts_gather = 0;
}

static int facts_whole(struct peers_peer *peer)
{
	uint8_t *bytes = xcalloc(PEERS_FACTS_PARTS, L2_DATAGRAM_MAX);
	struct wr w = wr_of(bytes, (size_t)PEERS_FACTS_PARTS * L2_DATAGRAM_MAX);
	struct l2_facts facts;
	struct rd r;
	int rc;

	for (size_t i = 0; i < peer->facts_parts; i++)
		wr_bytes(&w, peer->facts_part[i], peer->facts_len[i]);
	r = rd_of(bytes, w.len);
	rc = beat_facts_decode(&r, &facts);
	free(bytes);
	if (!rc) {
		l2_facts_fini(&peer->facts);
		peer->facts = facts;
		peer->facts_have = peer->facts_gather;
		peer->changed = true;
	}
	facts_drop(peer);
	return rc;
}

static int take_facts(struct peers_peer *peer, struct rd *body)
{
	struct beat_part part;
	uint8_t *copy;
	size_t n;

	if (beat_facts_part_decode(body, &part) || part.parts > PEERS_FACTS_PARTS)
		return -EBADMSG;
	if (part.version <= peer->facts_have || part.version < peer->facts_gather)
		return 0;
	if (part.version != peer->facts_gather || part.parts != peer->facts_parts) {
		facts_drop(peer);
		peer->facts_gather = (uint32_t)part.version;
		peer->facts_parts = part.parts;
	}
	if (peer->facts_part[part.part])
		return 0;
	if (peer->facts_at < part.version)
		peer->facts_at = (uint32_t)part.version;
	n = rd_left(body);
	copy = xcalloc(n, 1);
	rd_copy(body, copy, n);
	peer->facts_part[part.part] = copy;
	peer->facts_len[part.part] = (uint16_t)n;
	return ++peer->n_facts_got == peer->facts_parts ? facts_whole(peer) : 0;
}

/* ---- beats, questions ---- */

static int take_alive(struct l2_peers *p, struct peers_peer *peer, struct rd *body)
{
	struct beat_alive a;
	bool known;

	if (beat_alive_decode(body, &a))
		return -EBADMSG;
	known = peers_known(peer);
	peer->current = true;
	peer->interval_ms = a.interval_ms;
	if (a.claims_version > peer->claims_at)
		peer->claims_at = a.claims_version;
	if (a.facts_version > peer->facts_at)
		peer->facts_at = a.facts_version;
	if (!a.n_claims && a.claims_version > peer->claims_have) {
		const struct beat_part none = {0, a.claims_version, 0, 1};

		claims_whole(p, peer, &none);
	}
	peer->changed |= known != peers_known(peer);
	return 0;
}

static int take_asks(struct l2_peers *p, struct rd *body)
{
	struct beat_ask a;

	while (rd_left(body)) {
		if (beat_ask_decode(body, &a))
			return -EBADMSG;
		if (a.run == p->run)
			peers_asked(p, &a);
	}
	return 0;
}

int peers_take(struct l2_peers *p, struct peers_peer *peer, const struct beat_head *h,
    struct rd *body, int64_t now_ms)
{
	if (h->seq == peer->seen.newest && h->flags != peer->flags) {
		peer->flags = h->flags;
		peer->changed = true;
	}
	switch (h->type) {
	case BEAT_ALIVE:
		return take_alive(p, peer, body);
	case BEAT_CLAIMS:
		return take_claims(p, peer, body, now_ms);
	case BEAT_FACTS:
		return take_facts(peer, body);
	default:
		return take_asks(p, body);
	}
}

void peers_forget_said(struct peers_peer *peer)
{
	gather_drop(peer);
	facts_drop(peer);
	l2_facts_fini(&peer->facts);
	peer->facts = (struct l2_facts){0};
	ptable_fini(&peer->claims);
	peer->current = peer->told = false;
	peer->owns = 0;
	peer->claims_at = peer->claims_have = 0;
	peer->facts_at = peer->facts_have = 0;
	peer->ask_ms = INT64_MIN;
}
