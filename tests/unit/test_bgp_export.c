/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node's peers are told of Service addresses: metallb-compat.md 4.3, 4.4, 4.8 and 5.4 as
 * a table, and what neighbours with an export list get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "tests/unit/bgp_out_lab.h"
#include "tests/unit/objects.h"
#include <cmocka.h>

#define PEERS                                                                                  \
	"peers: [{my-asn: 64512, peer-asn: 65000, peer-address: 192.0.2.1},\n"                 \
	"        {my-asn: 64512, peer-asn: 64512, peer-address: 192.0.2.2}]\n"
#define POOL(ads)                                                                              \
	PEERS "address-pools: [{name: a, protocol: bgp, addresses: [10.0.0.0/24, "             \
	      "\"2001:db8:1::/64\"]" ads "}]\n"
#define ADS(ads) POOL(", bgp-advertisements: [" ads "]")

#define E4 "nh=192.0.2.254 o=i path=64512"
#define I4 "nh=192.0.2.254 o=i path="
#define E6 "nh=2001:db8::fe o=i path=64512"
#define I6 "nh=2001:db8::fe o=i path="

#define ROW(...)                                                                               \
	{                                                                                      \
		__VA_ARGS__                                                                    \
	}

/* peer1 is eBGP, peer2 is iBGP; they have exactly these lines. */
static const struct row {
	const char *name, *yaml, *node, *routes, *peer1, *peer2;
} rows[] = {
    ROW("a pool without advertisements has a default one", POOL(""), "192.0.2.254",
	"10.0.0.1/32 2001:db8:1::1/128", "10.0.0.1/32 " E4 "\n2001:db8:1::1/128 " E6 "\n",
	"10.0.0.1/32 " I4 " lp=100\n2001:db8:1::1/128 " I6 " lp=100\n"),
    ROW("some BGPAdvertisement of the pool lists the node",
	ADS("{node-selectors: [{match-labels: {rack: r1}}]}"), "192.0.2.254 rack=r1",
	"10.0.0.1/32", "10.0.0.1/32 " E4 "\n", "10.0.0.1/32 " I4 " lp=100\n"),
    ROW("no BGPAdvertisement of the pool lists the node: notOwner",
	ADS("{node-selectors: [{match-labels: {rack: r1}}]}"), "192.0.2.254 rack=r2",
	"10.0.0.1/32", "", ""),
    ROW("a node that is not known matches no selector",
	ADS("{node-selectors: [{match-labels: {rack: r1}}]}, {aggregation-length: 24}"), NULL,
	"10.0.0.1/32", "10.0.0.0/24 " E4 "\n", "10.0.0.0/24 " I4 " lp=100\n"),
    ROW("prefix = IP masked to the aggregation length of its family",
	ADS("{aggregation-length: 26, aggregation-length-v6: 96}"), "192.0.2.254",
	"10.0.0.65/32 2001:db8:1::1:1/128", "10.0.0.64/26 " E4 "\n2001:db8:1::/96 " E6 "\n",
	"10.0.0.64/26 " I4 " lp=100\n2001:db8:1::/96 " I6 " lp=100\n"),
    ROW("aggregates are announced as soon as one member exists",
	ADS("{aggregation-length: 24}"), "192.0.2.254", "10.0.0.7/32", "10.0.0.0/24 " E4 "\n",
	"10.0.0.0/24 " I4 " lp=100\n"),
    ROW("each ingress IP x each matching ad",
	ADS("{aggregation-length: 24, aggregation-length-v6: 64, localpref: 50}, {communities: "
	    "[\"64512:1\"]}"),
	"192.0.2.254", "10.0.0.1/32 10.0.0.2/32",
	"10.0.0.0/24 " E4 "\n10.0.0.1/32 " E4 " c=64512:1\n10.0.0.2/32 " E4 " c=64512:1\n",
	"10.0.0.0/24 " I4 " lp=50\n10.0.0.1/32 " I4 " lp=100 c=64512:1\n10.0.0.2/32 " I4
	" lp=100 c=64512:1\n"),
    ROW("LOCAL_PREF: iBGP only", ADS("{localpref: 300}"), "192.0.2.254", "10.0.0.1/32",
	"10.0.0.1/32 " E4 "\n", "10.0.0.1/32 " I4 " lp=300\n"),
    ROW("sorted communities", ADS("{communities: [\"64512:9\", \"64512:1\", \"1:7\"]}"),
	"192.0.2.254", "10.0.0.1/32", "10.0.0.1/32 " E4 " c=1:7,64512:1,64512:9\n",
	"10.0.0.1/32 " I4 " lp=100 c=1:7,64512:1,64512:9\n"),
    ROW("communities, large, alias from CR",
	"bgp-communities: {blue: 64512:1}\n" ADS("{communities: [\"large:7:8:9\", blue]}"),
	"192.0.2.254", "10.0.0.1/32", "10.0.0.1/32 " E4 " c=64512:1 lc=7:8:9\n",
	"10.0.0.1/32 " I4 " lp=100 c=64512:1 lc=7:8:9\n"),
    ROW("same prefix from several ads to one peer: communities are united",
	ADS("{communities: [\"64512:3\", \"64512:1\"]}, {communities: [\"64512:2\", "
	    "\"64512:1\"], "
	    "node-selectors: [{match-labels: {rack: r1}}]}"),
	"192.0.2.254 rack=r1", "10.0.0.1/32", "10.0.0.1/32 " E4 " c=64512:1,64512:2,64512:3\n",
	"10.0.0.1/32 " I4 " lp=100 c=64512:1,64512:2,64512:3\n"),
    ROW("native keeps the first LOCAL_PREF",
	ADS("{localpref: 7, node-selectors: [{match-labels: {rack: r1}}]}, {localpref: 8, "
	    "node-selectors: [{match-labels: {zone: a}}]}"),
	"192.0.2.254 rack=r1 zone=a", "10.0.0.1/32", "10.0.0.1/32 " E4 "\n",
	"10.0.0.1/32 " I4 " lp=7\n"),
    ROW("peer list: not advertised to others", ADS("{peers: [peer2]}"), "192.0.2.254",
	"10.0.0.1/32", "", "10.0.0.1/32 " I4 " lp=100\n"),
    ROW("two ads to two peers",
	ADS("{peers: [peer1], communities: [\"1:1\"]}, {peers: [peer2], localpref: 9, "
	    "communities: [\"2:2\"]}"),
	"192.0.2.254", "10.0.0.1/32", "10.0.0.1/32 " E4 " c=1:1\n",
	"10.0.0.1/32 " I4 " lp=9 c=2:2\n"),
    ROW("members of two pools make one aggregate: communities are united",
	PEERS "address-pools: [{name: a, protocol: bgp, addresses: [10.0.0.0 - 10.0.0.4],\n"
	      " bgp-advertisements: [{aggregation-length: 30, communities: [\"1:1\"]}]},\n"
	      " {name: b, protocol: bgp, addresses: [10.0.0.5 - 10.0.0.15],\n"
	      " bgp-advertisements: [{aggregation-length: 30, communities: [\"2:2\"]}]}]\n",
	"192.0.2.254", "10.0.0.4/32 10.0.0.5/32", "10.0.0.4/30 " E4 " c=1:1,2:2\n",
	"10.0.0.4/30 " I4 " lp=100 c=1:1,2:2\n"),
    ROW("pools by range/prefix: nothing outside of them", POOL(""), "192.0.2.254",
	"10.0.1.1/32 10.0.0.255/32", "10.0.0.255/32 " E4 "\n", "10.0.0.255/32 " I4 " lp=100\n"),
    ROW("a layer2 pool is not announced",
	PEERS "address-pools: [{name: a, protocol: layer2, addresses: [10.0.0.0/24]}]\n",
	"192.0.2.254", "10.0.0.1/32", "", ""),
};

struct world {
	struct out_lab l;
	struct sim peer1, peer2;
};

static void up(struct world *w, const char *yaml, const char *node)
{
	out_lab_init(&w->l);
	out_lab_rules(&w->l, "node", yaml, node);
	sim_init(&w->peer1, "peer1", "192.0.2.1", false);
	sim_init(&w->peer2, "peer2", "192.0.2.2", true);
	sim_up(&w->l, &w->peer1);
	sim_up(&w->l, &w->peer2);
}

static void down(struct world *w)
{
	sim_fini(&w->peer1);
	sim_fini(&w->peer2);
	out_lab_fini(&w->l);
}

static void routes(struct world *w, const char *list, const char *via)
{
	char word[OBJ_WORD];

	while (obj_word(&list, " ", word))
		out_lab_route(&w->l, RIB_KUBERNETES, word, via);
	rib_commit(w->l.rib);
}

static void heard(struct world *w)
{
	assert_true(sim_read(&w->peer1, 1000));
	assert_true(sim_read(&w->peer2, 1000));
	assert_int_equal(w->peer1.needless + w->peer2.needless, 0);
}

static void a_row_of_the_reference_holds(void **state)
{
	const struct row *r = *state;
	struct world w;

	up(&w, r->yaml, r->node);
	routes(&w, r->routes, "");
	heard(&w);
	sim_assert(&w.peer1, r->peer1);
	sim_assert(&w.peer2, r->peer2);
	routes(&w, r->routes, NULL);
	heard(&w);
	sim_assert(&w.peer1, "");
	sim_assert(&w.peer2, "");
	down(&w);
}

static void a_prefix_stays_until_the_last_member_goes(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{aggregation-length: 24}"), "192.0.2.254");
	routes(&w, "10.0.0.1/32 10.0.0.2/32", "");
	routes(&w, "10.0.0.1/32", NULL);
	heard(&w);
	sim_assert(&w.peer1, "10.0.0.0/24 " E4 "\n");
	assert_int_equal(w.peer1.announced, 1);
	routes(&w, "10.0.0.2/32", NULL);
	heard(&w);
	sim_assert(&w.peer1, "");
	down(&w);
}

static void only_what_a_reload_changes_is_sent(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{communities: [\"1:1\"]}"), "192.0.2.254");
	routes(&w, "10.0.0.1/32 10.0.0.2/32", "");
	heard(&w);
	out_lab_rules(&w.l, "node", ADS("{communities: [\"1:1\"]}"), "192.0.2.254 rack=r1");
	heard(&w);
	assert_int_equal(w.peer1.announced, 2);
	out_lab_rules(&w.l, "node", ADS("{communities: [\"1:2\"]}"), "192.0.2.254");
	heard(&w);
	assert_int_equal(w.peer1.announced, 4);
	assert_int_equal(w.peer1.messages, 2);
	assert_int_equal(w.peer1.withdrawn, 0);
	assert_string_equal(sim_has(&w.peer1, "10.0.0.1/32"), E4 " c=1:2");
	out_lab_rules(&w.l, "node", ADS("{aggregation-length: 24}"), "192.0.2.254");
	heard(&w);
	sim_assert(&w.peer1, "10.0.0.0/24 " E4 "\n");
	down(&w);
}

static void a_label_of_the_node_comes_and_goes(void **state)
{
	static const char yaml[] = ADS("{node-selectors: [{match-labels: {rack: r1}}]}");
	struct world w;

	(void)state;
	up(&w, yaml, "192.0.2.254");
	routes(&w, "10.0.0.1/32", "");
	heard(&w);
	sim_assert(&w.peer2, "");
	out_lab_rules(&w.l, "node", yaml, "192.0.2.254 rack=r1");
	heard(&w);
	sim_assert(&w.peer2, "10.0.0.1/32 " I4 " lp=100\n");
	out_lab_rules(&w.l, "node", yaml, "192.0.2.254");
	heard(&w);
	sim_assert(&w.peer2, "");
	assert_int_equal(w.peer2.withdrawn, 1);
	down(&w);
}

static void each_reason_has_its_words(void **state)
{
	static const struct {
		const char *prefix, *why;
	} expected[] = {
	    ROW("10.0.0.1/32", "no advertisement of the pool names this peer"),
	    ROW("10.0.1.1/32", NULL),
	    ROW("10.0.2.1/32", "no advertisement of its pool selects this node"),
	    ROW("10.0.3.1/32", "its pool is for ARP and NDP alone"),
	    ROW("10.0.4.1/32", "the address is in no pool"),
	    ROW("10.0.5.1/32", "it is no route in the RIB"),
	    ROW("2001:db8:1::1/128", "there is no address of this family on the session's "
				     "interface to be the next hop"),
	};
	struct world w;
	const char *cure;

	(void)state;
	up(&w,
	    PEERS
	    "address-pools:\n"
	    "- {name: a, protocol: bgp, addresses: [10.0.0.0/24], bgp-advertisements: [{peers: "
	    "[peer2]}]}\n"
	    "- {name: b, protocol: bgp, addresses: [10.0.1.0/24, \"2001:db8:1::/64\"],\n"
	    "   bgp-advertisements: [{aggregation-length: 24, peers: [peer1]}]}\n"
	    "- {name: c, protocol: bgp, addresses: [10.0.2.0/24],\n"
	    "   bgp-advertisements: [{node-selectors: [{match-labels: {rack: r1}}]}]}\n"
	    "- {name: d, protocol: layer2, addresses: [10.0.3.0/24]}\n",
	    "192.0.2.254");
	w.peer1.facts.self[1].family = 0;
	routes(&w, "10.0.0.1/32 10.0.1.1/32 10.0.2.1/32 10.0.3.1/32 10.0.4.1/32", "");
	routes(&w, "2001:db8:1::1/128", "");
	heard(&w);
	sim_assert(&w.peer1, "10.0.1.0/24 " E4 "\n");
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct prefix p;
		const char *why;

		assert_int_equal(prefix_parse(expected[i].prefix, &p), 0);
		why = bgp_out_why_not(w.l.out, w.peer1.peer, &p, &cure);
		assert_int_equal(!why, !expected[i].why);
		if (!why)
			continue;
		assert_string_equal(why, expected[i].why);
		assert_true(*cure);
	}
	down(&w);
}

/* Neighbours with export lists: r1 is eBGP, r2 is iBGP, both on a router. */

static void transit(struct world *w)
{
	out_lab_init(&w->l);
	out_lab_rules(&w->l, "router", "", NULL);
	sim_init(&w->peer1, "r1", "192.0.2.1", false);
	sim_init(&w->peer2, "r2", "192.0.2.2", true);
	sim_export(&w->peer1, "10.0.0.0/8 le 32");
	sim_export(&w->peer2, "10.0.0.0/8 le 32");
	sim_up(&w->l, &w->peer1);
	sim_up(&w->l, &w->peer2);
}

/* A row: how the route was received, and what r1 and r2 get; NULL = nothing. */
static const struct received {
	const char *name, *from;
	bool ibgp;
	uint32_t community;
	enum bgp_nexthop_rule rule;
	const char *r1, *r2;
} received[] = {
    ROW("eBGP to eBGP: next hop self, AS prepended, no MED; to iBGP: unchanged", "192.0.2.9",
	false, 0, BGP_NEXTHOP_DEFAULT, "nh=192.0.2.254 o=i path=64512 65010 70000",
	"nh=192.0.2.9 o=i path=65010 70000 med=7 lp=200"),
    ROW("iBGP is not passed on by iBGP", "192.0.2.9", true, 0, BGP_NEXTHOP_DEFAULT,
	"nh=192.0.2.254 o=i path=64512 65010 70000", NULL),
    ROW("not back to whom it came from, r1", "192.0.2.1", false, 0, BGP_NEXTHOP_DEFAULT, NULL,
	"nh=192.0.2.1 o=i path=65010 70000 med=7 lp=200"),
    ROW("not back to whom it came from, r2", "192.0.2.2", true, 0, BGP_NEXTHOP_DEFAULT,
	"nh=192.0.2.254 o=i path=64512 65010 70000", NULL),
    ROW("NO_EXPORT", "192.0.2.9", false, (uint32_t)BGP_COMMUNITY_NO_EXPORT, BGP_NEXTHOP_DEFAULT,
	NULL, "nh=192.0.2.9 o=i path=65010 70000 med=7 lp=200 c=65535:65281"),
    ROW("NO_EXPORT_SUBCONFED", "192.0.2.9", false, (uint32_t)BGP_COMMUNITY_NO_EXPORT_SUBCONFED,
	BGP_NEXTHOP_DEFAULT, NULL,
	"nh=192.0.2.9 o=i path=65010 70000 med=7 lp=200 c=65535:65283"),
    ROW("NO_ADVERTISE", "192.0.2.9", false, (uint32_t)BGP_COMMUNITY_NO_ADVERTISE,
	BGP_NEXTHOP_DEFAULT, NULL, NULL),
    ROW("next-hop self", "192.0.2.9", false, 0, BGP_NEXTHOP_SELF,
	"nh=192.0.2.254 o=i path=64512 65010 70000",
	"nh=192.0.2.254 o=i path=65010 70000 med=7 lp=200"),
    ROW("next-hop unchanged", "192.0.2.9", false, 0, BGP_NEXTHOP_UNCHANGED,
	"nh=192.0.2.9 o=i path=64512 65010 70000",
	"nh=192.0.2.9 o=i path=65010 70000 med=7 lp=200"),
};

static void assert_has(const struct sim *s, const char *prefix, const char *expected)
{
	const char *has = sim_has(s, prefix);

	assert_int_equal(!has, !expected);
	if (has)
		assert_string_equal(has, expected);
}

static void a_received_route_is_passed_on(void **state)
{
	const struct received *r = *state;
	struct world w;

	transit(&w);
	w.peer1.nb.export.nexthop = w.peer2.nb.export.nexthop = r->rule;
	out_lab_received(&w.l, r->from, r->ibgp, &r->community, !!r->community);
	out_lab_route(&w.l, RIB_BGP, "10.1.0.0/16", r->from);
	out_lab_route(&w.l, RIB_BGP, "11.1.0.0/16", r->from);
	rib_commit(w.l.rib);
	heard(&w);
	assert_has(&w.peer1, "10.1.0.0/16", r->r1);
	assert_has(&w.peer2, "10.1.0.0/16", r->r2);
	assert_null(sim_has(&w.peer1, "11.1.0.0/16"));
	down(&w);
}

static void other_sources_pass_the_export_list(void **state)
{
	struct world w;

	(void)state;
	transit(&w);
	out_lab_route(&w.l, RIB_KUBERNETES, "10.0.0.1/32", "192.0.2.11 192.0.2.12");
	out_lab_route(&w.l, RIB_REDISTRIBUTED, "10.2.0.0/16", "192.0.2.7");
	out_lab_route(&w.l, RIB_REDISTRIBUTED, "10.3.0.0/16", "192.0.2.1");
	out_lab_route(&w.l, RIB_REDISTRIBUTED, "172.16.0.0/16", "192.0.2.7");
	rib_commit(w.l.rib);
	heard(&w);
	sim_assert(&w.peer1, "10.0.0.1/32 " E4 "\n10.2.0.0/16 nh=192.0.2.254 o=? path=64512\n");
	sim_assert(&w.peer2, "10.0.0.1/32 " I4 " lp=100\n"
			     "10.2.0.0/16 nh=192.0.2.254 o=? path= lp=100\n"
			     "10.3.0.0/16 nh=192.0.2.254 o=? path= lp=100\n");
	down(&w);
}

/* RFC 8212 */
static void without_an_export_list_nothing_goes(void **state)
{
	struct prefix p;
	struct world w;
	const char *cure;

	(void)state;
	transit(&w);
	out_lab_route(&w.l, RIB_KUBERNETES, "10.0.0.1/32", "192.0.2.11");
	rib_commit(w.l.rib);
	heard(&w);
	sim_export_none(&w.peer1);
	bgp_out_peer_changed(w.peer1.peer);
	heard(&w);
	sim_assert(&w.peer1, "");
	assert_int_equal(w.peer1.withdrawn, 1);
	assert_int_equal(w.peer2.messages, 1);
	assert_int_equal(prefix_parse("10.0.0.1/32", &p), 0);
	assert_string_equal(bgp_out_why_not(w.l.out, w.peer1.peer, &p, &cure),
	    "it has no export list, so nothing is announced to it (RFC 8212)");
	assert_null(bgp_out_why_not(w.l.out, w.peer2.peer, &p, &cure));
	down(&w);
}

/* RFC 2545 3 */
static void a_link_local_next_hop_stands_beside_the_global_one(void **state)
{
	struct world w;

	(void)state;
	up(&w, POOL(""), "192.0.2.254");
	w.peer1.facts.self_ll = w.peer2.facts.self_ll = obj_addr("fe80::1");
	routes(&w, "10.0.0.1/32 2001:db8:1::1/128", "");
	heard(&w);
	sim_assert(&w.peer1,
	    "10.0.0.1/32 " E4 "\n2001:db8:1::1/128 nh=2001:db8::fe,fe80::1 o=i "
	    "path=64512\n");
	sim_assert(&w.peer2, "10.0.0.1/32 " I4 " lp=100\n2001:db8:1::1/128 " I6 " lp=100\n");
	w.peer1.nb.multihop = 3;
	bgp_out_peer_refresh(w.peer1.peer, 0);
	heard(&w);
	assert_string_equal(sim_has(&w.peer1, "2001:db8:1::1/128"), E6);
	down(&w);
}

static void a_session_of_one_family_has_no_other(void **state)
{
	struct world w;

	(void)state;
	up(&w, POOL(""), "192.0.2.254");
	w.peer1.facts.families = BGP_IPV6;
	routes(&w, "10.0.0.1/32 2001:db8:1::1/128", "");
	heard(&w);
	sim_assert(&w.peer1, "2001:db8:1::1/128 " E6 "\n");
	down(&w);
}

/* Routes of zebra go to peers of MetalLB's words, too; received ones do not. */
static void peers_get_what_zebra_redistributes(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{aggregation-length: 24}"), "192.0.2.254");
	out_lab_received(&w.l, "192.0.2.9", false, NULL, 0);
	out_lab_route(&w.l, RIB_BGP, "10.7.0.0/16", "192.0.2.9");
	out_lab_route(&w.l, RIB_REDISTRIBUTED, "10.0.0.0/24", "");
	out_lab_route(&w.l, RIB_REDISTRIBUTED, "172.16.0.0/16", "");
	rib_commit(w.l.rib);
	heard(&w);
	sim_assert(&w.peer1, "10.0.0.0/24 nh=192.0.2.254 o=? path=64512\n"
			     "172.16.0.0/16 nh=192.0.2.254 o=? path=64512\n");
	routes(&w, "10.0.0.1/32", ""); /* an advertisement makes the same prefix */
	heard(&w);
	assert_string_equal(sim_has(&w.peer1, "10.0.0.0/24"), E4);
	routes(&w, "10.0.0.1/32", NULL);
	heard(&w);
	assert_string_equal(sim_has(&w.peer1, "10.0.0.0/24"), "nh=192.0.2.254 o=? path=64512");
	down(&w);
}

int main(void)
{
	enum { ROWS = ARRAY_LEN(rows), RECEIVED = ARRAY_LEN(received) };
	static const struct CMUnitTest others[] = {
	    cmocka_unit_test(a_prefix_stays_until_the_last_member_goes),
	    cmocka_unit_test(only_what_a_reload_changes_is_sent),
	    cmocka_unit_test(a_label_of_the_node_comes_and_goes),
	    cmocka_unit_test(each_reason_has_its_words),
	    cmocka_unit_test(other_sources_pass_the_export_list),
	    cmocka_unit_test(without_an_export_list_nothing_goes),
	    cmocka_unit_test(a_link_local_next_hop_stands_beside_the_global_one),
	    cmocka_unit_test(a_session_of_one_family_has_no_other),
	    cmocka_unit_test(peers_get_what_zebra_redistributes),
	};
	struct CMUnitTest tests[ROWS + RECEIVED + ARRAY_LEN(others)];
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){.name = rows[i].name,
		    .test_func = a_row_of_the_reference_holds,
		    .initial_state = (void *)(uintptr_t)&rows[i]};
	for (size_t i = 0; i < RECEIVED; i++)
		tests[n++] = (struct CMUnitTest){.name = received[i].name,
		    .test_func = a_received_route_is_passed_on,
		    .initial_state = (void *)(uintptr_t)&received[i]};
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
