/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random walks: after any sequence of routes, rules, peers that come and go, refreshes and
 * messages taken one by one, each peer has what a computation from nothing says, and it was
 * never told that something goes that it did not have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "tests/unit/bgp_out_lab.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <sys/socket.h>

enum { SIMS = 7, NUMBERS = 24, STEPS = 4000 };

static const char *const policies[] = {
    "address-pools: [{name: a, protocol: bgp, addresses: [10.0.0.0/24, \"2001:db8:1::/64\"]}]",

    "bgp-communities: {x: 64512:1}\n"
    "peers: [{my-asn: 64512, peer-asn: 1, peer-address: 192.0.2.1}]\n"
    "address-pools:\n"
    "- {name: a, protocol: bgp, addresses: [10.0.0.0/28, \"2001:db8:1::/124\"],\n"
    "   bgp-advertisements: [{aggregation-length: 30, aggregation-length-v6: 126,\n"
    "     communities: [x], localpref: 50}, {communities: [\"large:1:2:3\"]}]}\n"
    "- {name: b, protocol: bgp, addresses: [10.0.0.16/28],\n"
    "   bgp-advertisements: [{aggregation-length: 28, peers: [peer1], communities: [\"7:7\"]},"
    "     {aggregation-length: 28, communities: [x, \"6:6\"]}]}",

    "peers: [{my-asn: 64512, peer-asn: 1, peer-address: 192.0.2.1},\n"
    "  {my-asn: 64512, peer-asn: 1, peer-address: 192.0.2.2}]\n"
    "address-pools:\n"
    "- {name: b, protocol: bgp, addresses: [10.0.0.0/28],\n"
    "   bgp-advertisements: [{peers: [peer2], localpref: 9, aggregation-length: 28},\n"
    "     {node-selectors: [{match-labels: {rack: r1}}], communities: [\"5:5\"]}]}\n"
    "- {name: l2, protocol: layer2, addresses: [10.0.0.16/29]}\n"
    "- {name: c, protocol: bgp, addresses: [10.0.0.24/29, \"2001:db8:1::/64\"],\n"
    "   bgp-advertisements: [{aggregation-length: 32, peers: [peer2, peer1],\n"
    "     aggregation-length-v6: 64}]}",
};

static const uint32_t no_export[] = {(uint32_t)BGP_COMMUNITY_NO_EXPORT};

struct world {
	struct out_lab l;
	struct sim sims[SIMS];
	bool is_node, whole;
	unsigned policy;
};

static unsigned below(unsigned n)
{
	return (unsigned)rand() % n;
}

static void random_prefix(char *buf, size_t size)
{
	if (below(8) == 0)
		snprintf(buf, size, "10.0.0.%u/28", below(2) * 16);
	else if (below(3) == 0)
		snprintf(buf, size, "2001:db8:1::%x/128", below(NUMBERS));
	else
		snprintf(buf, size, "10.0.0.%u/32", below(NUMBERS + 8));
}

static void step_received(struct world *w)
{
	static const char *const from[] = {"192.0.2.3", "192.0.2.4", "192.0.2.9"};

	out_lab_received(&w->l, from[below(3)], below(2), no_export, below(2));
}

static void step_route(struct world *w)
{
	static const char *const via[] = {
	    NULL, "192.0.2.3", "192.0.2.9", "192.0.2.3 192.0.2.4", ""};
	enum rib_source source = (enum rib_source)below(RIB_SOURCES);
	char p[PREFIX_STRLEN];

	random_prefix(p, sizeof(p));
	if (source == RIB_KUBERNETES && strstr(p, "/28"))
		source = RIB_REDISTRIBUTED;
	out_lab_route(&w->l, source, p, via[below(ARRAY_LEN(via))]);
}

static void step_rules(struct world *w)
{
	static const char *const labels[] = {NULL, "192.0.2.254", "192.0.2.254 rack=r1"};

	w->policy = below(ARRAY_LEN(policies));
	out_lab_rules(&w->l, w->is_node ? "node" : "router", policies[w->policy],
	    w->is_node ? labels[below(3)] : NULL);
}

static void touch(const struct rib_route *r, bool best, void *arg)
{
	(void)best;
	if (r->source == RIB_BGP)
		rib_touch(arg, RIB_BGP, &r->prefix);
}

static void step_peer(struct world *w)
{
	struct sim *s = &w->sims[below(SIMS)];

	if (!s->peer) {
		sim_up(&w->l, s);
		return;
	}
	switch (below(5)) {
	case 0:
		sim_down(s);
		break;
	case 1:
		bgp_out_peer_refresh(s->peer, below(2) ? AF_INET6 : below(2) ? AF_INET : 0);
		break;
	default:
		if (s->nb.from_peers)
			break;
		sim_export_none(s);
		if (below(3))
			sim_export(s, below(2) ? "10.0.0.0/29 le 32" : "10.0.0.0/24 ge 28");
		if (below(2))
			sim_export(s, "2001:db8::/32 le 128");
		s->nb.export.nexthop = (enum bgp_nexthop_rule)below(3);
		bgp_out_peer_changed(s->peer);
	}
}

/* A local change reaches the RIB at a commit; what peers hear in between is older. */
static void commit(struct world *w)
{
	rib_each(w->l.rib, touch, w->l.rib);
	rib_commit(w->l.rib);
}

static void step(struct world *w)
{
	switch (below(10)) {
	case 0:
		if (!below(4))
			step_rules(w);
		break;
	case 1:
		step_received(w);
		commit(w);
		break;
	case 2:
		step_peer(w);
		break;
	case 3:
	case 4:
		commit(w);
		break;
	case 5:
		for (size_t i = 0; i < SIMS; i++)
			if (w->sims[i].peer && below(2))
				sim_read(&w->sims[i], below(3));
		break;
	default:
		for (unsigned i = below(6); i > 0; i--)
			step_route(w);
	}
}

/* The computation from nothing. */

struct wanted {
	const struct world *w;
	const struct sim *s;
	struct sim_route v[256];
	size_t n;
};

struct made {
	uint32_t std[64];
	struct bgp_large large[64];
	uint8_t path[64];
};

static bool ad_counts(const struct world *w, const struct pool_ad *ad, const char *peer)
{
	bool node = w->l.node ? selectors_match(&ad->nodes, w->l.node->node.labels,
				    w->l.node->node.n_labels)
	                      : !ad->nodes.n;

	return node && (!ad->peers.n || strlist_has(&ad->peers, peer));
}

static const char *value_of(const struct conf *c, const char *word)
{
	for (size_t i = 0; i < c->n_communities; i++)
		if (!strcmp(c->communities[i].alias, word))
			return c->communities[i].value;
	return word;
}

static void add_community(struct bgp_attrs *a, struct made *m, const char *value)
{
	struct bgp_large large;
	uint32_t std;
	bool is_large;

	assert_int_equal(bgp_community_parse(value, &std, &large, &is_large), 0);
	for (size_t i = 0; !is_large && i < a->n_communities; i++)
		if (m->std[i] == std)
			return;
	for (size_t i = 0; is_large && i < a->n_large; i++)
		if (!memcmp(&m->large[i], &large, sizeof(large)))
			return;
	if (is_large)
		m->large[a->n_large++] = large;
	else
		m->std[a->n_communities++] = std;
	for (size_t i = a->n_communities; !is_large && i-- > 1 && m->std[i] < m->std[i - 1];) {
		std = m->std[i];
		m->std[i] = m->std[i - 1];
		m->std[i - 1] = std;
	}
}

/* Everything that advertisements make of this pool's routes for this prefix. */
static bool by_ad(const struct wanted *q, const struct pool *pool, const struct pool_ad *ad,
    const struct prefix *p)
{
	uint8_t plen = (uint8_t)(p->family == AF_INET6 ? ad->aggregation6 : ad->aggregation4);

	if (plen != p->plen || !ad_counts(q->w, ad, q->s->nb.name))
		return false;
	for (unsigned i = 0; i < NUMBERS + 8; i++) {
		struct ipaddr a = {.family = p->family};
		struct prefix host;

		memcpy(a.addr,
		    p->family == AF_INET6 ? obj_addr("2001:db8:1::").addr
					  : obj_addr("10.0.0.0").addr,
		    16);
		a.addr[ipaddr_len(p->family) - 1] = (uint8_t)i;
		host = prefix_of_addr(&a);
		if (prefix_contains(p, &a) && pool_contains(pool, &a) &&
		    rib_best(q->w->l.rib, &host) &&
		    rib_best(q->w->l.rib, &host)->source == RIB_KUBERNETES)
			return true;
	}
	return false;
}

static bool want_ads(
    struct wanted *q, const struct prefix *p, struct bgp_attrs *a, struct made *m)
{
	static const struct pool_ad by_default = {.aggregation4 = 32, .aggregation6 = 128};
	const struct policy *policy = &q->w->l.conf->policy;
	bool some = false;

	*a = (struct bgp_attrs){.communities = m->std, .large = m->large};
	for (size_t i = 0; i < policy->n_pools; i++) {
		const struct pool *pool = &policy->pools[i];

		for (size_t j = 0; j < (pool->n_ads ? pool->n_ads : 1); j++) {
			const struct pool_ad *ad = pool->n_ads ? &pool->ads[j] : &by_default;

			if (!(pool->protocols & POLICY_BGP) || !by_ad(q, pool, ad, p))
				continue;
			some = true;
			if (ad->localpref && !(a->has & BGP_HAS_LOCAL_PREF)) {
				a->has |= BGP_HAS_LOCAL_PREF;
				a->local_pref = ad->localpref;
			}
			for (size_t k = 0; k < ad->communities.n; k++)
				add_community(
				    a, m, value_of(q->w->l.conf, ad->communities.v[k]));
		}
	}
	return some;
}

static bool want_route(struct wanted *q, const struct rib_route *r, struct bgp_attrs *a)
{
	const struct bgp_facts *f = &q->s->facts;
	enum bgp_nexthop_rule rule = q->s->nb.export.nexthop;
	bool single = r->n == 1;

	*a = (struct bgp_attrs){0};
	if (r->source == RIB_REDISTRIBUTED) {
		a->origin = BGP_ORIGIN_INCOMPLETE;
		return !single || ipaddr_cmp(&r->nh[0].addr, &f->remote);
	}
	if (q->s->nb.from_peers)
		return false;
	if (r->source == RIB_KUBERNETES)
		return true;
	if (!ipaddr_cmp(&q->w->l.received_from, &f->remote) ||
	    (q->w->l.received_ibgp && f->ibgp) || (q->w->l.shared->n_communities && !f->ibgp))
		return false;
	*a = *q->w->l.shared;
	if (!f->ibgp)
		a->has &= ~(unsigned)BGP_HAS_MED;
	a->nexthop = (struct ipaddr){0};
	if (!r->nh[0].loopback &&
	    (rule == BGP_NEXTHOP_UNCHANGED || (rule == BGP_NEXTHOP_DEFAULT && f->ibgp))) {
		a->nexthop = r->nh[0].addr;
		for (size_t i = 0; i < r->n; i++)
			if (!ipaddr_cmp(&r->nh[i].addr, &q->w->l.shared->nexthop))
				a->nexthop = r->nh[i].addr;
		if (!ipaddr_cmp(&a->nexthop, &f->remote))
			return false;
	}
	return true;
}

static void want(struct wanted *q, const struct prefix *p)
{
	const struct rib_route *r = rib_best(q->w->l.rib, p);
	const struct bgp_facts *f = &q->s->facts;
	struct bgp_attrs a;
	struct made m;

	if (!(f->families & (p->family == AF_INET6 ? BGP_IPV6 : BGP_IPV4)))
		return;
	if (!q->s->nb.from_peers && !bgp_prefix_list_passes(&q->s->nb.export.prefixes, p))
		return;
	if (!(q->w->is_node && q->s->nb.from_peers && want_ads(q, p, &a, &m)) &&
	    !(r && want_route(q, r, &a)))
		return;
	if (!a.nexthop.family)
		a.nexthop = f->self[p->family == AF_INET6];
	if (a.nexthop.family != p->family) /* an IPv4 next hop of an IPv6 route */
		return;
	if (f->ibgp && !(a.has & BGP_HAS_LOCAL_PREF))
		a.local_pref = 100;
	a.has = (a.has & ~(unsigned)BGP_HAS_LOCAL_PREF) | (f->ibgp ? BGP_HAS_LOCAL_PREF : 0);
	if (!f->ibgp) {
		a.as_path_len = bgp_as_path_prepend(&a, f->my_asn, m.path);
		a.as_path = m.path;
	}
	q->v[q->n++] = (struct sim_route){*p, sim_text(&a)};
}

static void check(struct world *w, struct sim *s)
{
	struct wanted q = {.w = w, .s = s};
	struct bgp_out_counts c;
	char prefix[PREFIX_STRLEN];
	static const uint8_t plens4[] = {28, 30, 32}, plens6[] = {64, 126, 128};

	for (unsigned i = 0; i < NUMBERS + 8; i++)
		for (unsigned k = 0; k < 3; k++) {
			struct ipaddr a = obj_addr("10.0.0.0");
			struct prefix p;

			a.addr[3] = (uint8_t)i;
			p = prefix_of(&a, plens4[k]);
			if (p.addr[3] == i)
				want(&q, &p);
		}
	for (unsigned i = 0; i < NUMBERS; i++)
		for (unsigned k = 0; k < 3; k++) {
			struct ipaddr a = obj_addr("2001:db8:1::");
			struct prefix p;

			a.addr[15] = (uint8_t)i;
			p = prefix_of(&a, plens6[k]);
			if (p.addr[15] == i)
				want(&q, &p);
		}
	for (size_t i = 0; i < q.n && i < s->n; i++) {
		assert_string_equal(prefix_str(&s->v[i].prefix, prefix),
		    prefix_str(&q.v[i].prefix, (char[PREFIX_STRLEN]){0}));
		assert_string_equal(s->v[i].text, q.v[i].text);
	}
	assert_int_equal(s->n, q.n);
	bgp_out_peer_counts(s->peer, &c);
	assert_int_equal(c.sent[0] + c.sent[1], s->n);
	assert_int_equal(c.pending, 0);
	assert_int_equal(s->end_of_rib, w->whole ? s->facts.families : 0);
	assert_int_equal(s->needless, 0);
	for (size_t i = 0; i < q.n; i++)
		free(q.v[i].text);
}

static void world_init(struct world *w, bool is_node)
{
	char name[16], address[32];

	*w = (struct world){.is_node = is_node};
	out_lab_init(&w->l);
	for (unsigned i = 0; i < SIMS; i++) {
		snprintf(name, sizeof(name), "peer%u", i + 1);
		snprintf(address, sizeof(address), "192.0.2.%u", i + 1);
		sim_init(&w->sims[i], name, address, i % 2);
		if (i >= 2 || !is_node) /* a router has no peers of MetalLB's words */
			sim_export(&w->sims[i], "0.0.0.0/0 le 32");
		if (i == 4)
			w->sims[i].facts.families = BGP_IPV4;
		if (i == 5)
			w->sims[i].facts.self[0].family = 0;
		w->sims[i].facts.as4 = i != 6;
	}
	step_rules(w);
	step_received(w);
}

static void walk(unsigned seed, bool is_node)
{
	struct world w;

	srand(seed);
	world_init(&w, is_node);
	for (unsigned i = 0; i < STEPS; i++) {
		step(&w);
		if (i % 50)
			continue;
		if (i == STEPS / 2) {
			bgp_out_whole(w.l.out);
			w.whole = true;
		}
		commit(&w);
		for (unsigned k = 0; k < SIMS; k++)
			if (w.sims[k].peer && sim_read(&w.sims[k], SIZE_MAX))
				check(&w, &w.sims[k]);
	}
	for (unsigned i = 0; i < SIMS; i++)
		sim_fini(&w.sims[i]);
	out_lab_fini(&w.l);
}

static void peers_have_what_they_should_have_of_a_node(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 8; seed++)
		walk(seed, true);
}

static void peers_have_what_they_should_have_of_a_router(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 8; seed++)
		walk(seed, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(peers_have_what_they_should_have_of_a_node),
	    cmocka_unit_test(peers_have_what_they_should_have_of_a_router),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
