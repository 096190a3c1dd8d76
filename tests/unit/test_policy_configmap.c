/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ConfigMap of MetalLB up to 0.12: a row for each key, default and validation of
 * metallb-compat.md section 2, named after it.
 */
#include "announcer/util.h"
#include "part_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

static struct part *read_config(const char *text, struct conf_errors *errors)
{
	struct k8s_object *o = configmap_object(text);
	struct part *p = part_of_configmap(o, errors);

	k8s_object_free(o);
	return p;
}

#define PREFIX "ConfigMap metallb-system/config: config"

static void check(const struct part_row *rows, size_t n)
{
	check_rows(rows, n, read_config, PREFIX);
}

/* ---- 2 the whole ---- */

static const struct part_row whole_rows[] = {
    REFUSED("2 no key config", NULL, ": missing"),
    REFUSED("2 strict: unknown key", "pools: []", ":1:8: pools: unknown key"),
    REFUSED("2 strict: unknown key of a peer; #1388",
	"peers:\n- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1, metric: 7}",
	":2:61: metric: unknown key"),
    REFUSED("2 strict: duplicate key", "peers: []\npeers: []",
	":2:1: duplicate key \"peers\", first on line 1"),
    REFUSED("2 keys are case-sensitive", "Peers: []", ":1:8: Peers: unknown key"),
    REFUSED("2 bfdProfile is not bfd-profile",
	"peers:\n- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1, bfdProfile: a}",
	":2:65: bfdProfile: unknown key"),
    REFUSED("2 the file's keys are unknown: role", "role: node", ":1:7: role: unknown key"),
    REFUSED("2 no mapping", "[]", ":1:1: must be a mapping of keys"),
};

static void test_whole(void **state)
{
	struct conf_errors errors = {0};
	struct part *p;

	(void)state;
	check(whole_rows, ARRAY_LEN(whole_rows));
	assert_null(read_config("peers: [", &errors));
	assert_int_equal(errors.lines.n, 1);
	assert_int_equal(strncmp(errors.lines.v[0], PREFIX ":", strlen(PREFIX ":")), 0);
	conf_errors_fini(&errors);
	p = read_config("", &errors); /* 5.2 empty config valid */
	assert_non_null(p);
	part_free(p);
}

/* ---- 2.1 peers[] ---- */

#define PEER(more) "peers:\n- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1" more "}"

static const struct part_row peer_rows[] = {
    READS("2.4 peer 1 is peer1", PEER(), "peer peer1"),
    READS("2.4 peer 2 is peer2", PEER() "\n- {my-asn: 3, peer-asn: 4, peer-address: 192.0.2.2}",
	"peer peer2\n asn 3 4"),
    READS("2.1 my-asn, peer-asn", PEER(), " asn 1 2"),
    REFUSED("2.1 my-asn: required", "peers:\n- {peer-asn: 2, peer-address: 192.0.2.1}",
	":2:3: my-asn: missing"),
    REFUSED("2.1 my-asn: non-zero",
	"peers:\n- {my-asn: 0, peer-asn: 2, peer-address: 192.0.2.1}",
	":2:12: my-asn: must be 1..4294967295"),
    REFUSED("2.1 peer-asn: required", "peers:\n- {my-asn: 1, peer-address: 192.0.2.1}",
	":2:3: peer-asn: missing"),
    REFUSED("2.1 peer-asn: non-zero",
	"peers:\n- {my-asn: 1, peer-asn: 0, peer-address: 192.0.2.1}",
	":2:25: peer-asn: must be 1..4294967295"),
    READS("2.1 peer-address", PEER(), " address 192.0.2.1"),
    REFUSED("2.1 peer-address: required", "peers:\n- {my-asn: 1, peer-asn: 2}",
	":2:3: peer-address: missing"),
    REFUSED("2.1 peer-address: no address",
	"peers:\n- {my-asn: 1, peer-asn: 2, peer-address: tor1}",
	":2:42: peer-address: must be an IP address"),
    READS("2.1 source-address: default", PEER(), " source none"),
    READS("2.1 source-address", PEER(", source-address: 192.0.2.7"), " source 192.0.2.7"),
    READS("2.1 peer-port: default", PEER(), " port 179"),
    READS("2.1 peer-port", PEER(", peer-port: 1179"), " port 1179"),
    READS("2.1 peer-port: 0 is 179", PEER(", peer-port: 0"), " port 179"),
    READS("2.1 hold-time: default; trap 20", PEER(), " times 90 30 5"),
    READS("2.1 hold-time: empty is the default", PEER(", hold-time: \"\""), " times 90 30 5"),
    READS("2.1 hold-time", PEER(", hold-time: 180s"), " times 180 60 5"),
    READS("2.1 hold-time: cut to seconds", PEER(", hold-time: 4.9s"), " times 4 1 5"),
    READS("2.1 hold-time: 0", PEER(", hold-time: 0s"), " times 0 0 5"),
    REFUSED("2.1 hold-time: too short", PEER(", hold-time: 2s"),
	":2:64: hold-time: must be 0 or 3..65535"),
    REFUSED("2.1 hold-time: no duration", PEER(", hold-time: 180"),
	":2:64: hold-time: must be a duration such as 90s or 1m30s"),
    READS("2.1 keepalive-time", PEER(", keepalive-time: 7s"), " times 90 7 5"),
    REFUSED("2.1 keepalive-time: above hold-time", PEER(", hold-time: 6s, keepalive-time: 7s"),
	":2:84: keepalive-time: must not be above hold-time, 6s"),
    REFUSED("2.1 keepalive-time: above the default", PEER(", keepalive-time: 91s"),
	":2:69: keepalive-time: must not be above hold-time, 90s"),
    READS("2.1 router-id: default", PEER(), " router-id none"),
    READS("2.1 router-id", PEER(", router-id: 10.0.0.1"), " router-id 10.0.0.1"),
    READS("2.1 node-selectors: default", PEER(), " nodes none"),
    READS("2.1 node-selectors: match-labels",
	PEER(", node-selectors: [{match-labels: {rack: a}}]"), " nodes: rack=a"),
    READS("2.1 node-selectors: match-expressions",
	PEER(", node-selectors: [{match-expressions: [{key: h, operator: In, values: [a, "
	     "b]}]}]"),
	" nodes: h in a,b"),
    READS("2.1 node-selectors: empty item = every node", PEER(", node-selectors: [{}]"),
	" nodes:"),
    READS("2.1 node-selectors: ORed", PEER(", node-selectors: [{}, {match-labels: {a: b}}]"),
	" nodes:\n nodes: a=b"),
    REFUSED("2.1 node-selectors: not the CRD's words",
	PEER(", node-selectors: [{matchLabels: {rack: a}}]"),
	":2:84: matchLabels: unknown key"),
    READS("2.1 password: default", PEER(), " password none"),
    READS("2.1 password", PEER(", password: hush"), " password hush"),
    READS("2.1 password: a number is a text", PEER(", password: 0123"), " password 0123"),
    READS("2.1 bfd-profile", PEER(", bfd-profile: fast") "\nbfd-profiles: [{name: fast}]",
	" bfd fast"),
    REFUSED("2.1 bfd-profile: must exist", PEER(", bfd-profile: fast"),
	":2:66: bfd-profile: fast is not in bfd-profiles"),
    READS("2.1 ebgp-multihop: default", PEER(), " multihop 0"),
    READS("2.1 ebgp-multihop", PEER(", ebgp-multihop: true"), " multihop 1"),
    REFUSED("2.1 ebgp-multihop: of an internal peer",
	"peers:\n- {my-asn: 1, peer-asn: 1, peer-address: 192.0.2.1, ebgp-multihop: true}",
	":2:68: ebgp-multihop: must be no where my-asn and peer-asn are equal"),
    REFUSED("2.1 duplicates", PEER() "\n- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1}",
	":3:3: peers: a peer of this address and of the same nodes stands here twice"),
    REFUSED("2.1 peers have no name", PEER(", name: tor1"), ":2:59: name: unknown key"),
    REFUSED("2.1 no key of the CRDs: vrf", PEER(", vrf: red"), ":2:58: vrf: unknown key"),
    REFUSED("2.1 no key of the CRDs: dynamic-asn", PEER(", dynamic-asn: internal"),
	":2:66: dynamic-asn: unknown key"),
    REFUSED("2.1 no key of ours: password-file", PEER(", password-file: /etc/shadow"),
	":2:68: password-file: unknown key"),
};

static void test_peers(void **state)
{
	(void)state;
	check(peer_rows, ARRAY_LEN(peer_rows));
}

/* ---- 2.2 address-pools[] ---- */

#define POOL(protocol, more)                                                                   \
	"address-pools:\n- {name: a1, protocol: " protocol ", addresses: [192.0.2.0/24]" more  \
	"}"
#define ADS(list) POOL("bgp", ", bgp-advertisements: [" list "]")

static const struct part_row pool_rows[] = {
    READS("2.2 name", POOL("bgp", ""), "pool a1"),
    REFUSED("2.2 name: required",
	"address-pools:\n- {protocol: bgp, addresses: [192.0.2.0/24]}", ":2:3: name: missing"),
    REFUSED("2.2 name: unique",
	POOL("bgp", "") "\n- {name: a1, protocol: bgp, addresses: [192.0.3.0/24]}",
	":3:10: name: pool \"a1\" stands here twice"),
    READS("2.2 protocol: bgp", POOL("bgp", ""), " protocols 1"),
    READS("2.2 protocol: layer2", POOL("layer2", ""), " protocols 2"),
    REFUSED("2.2 protocol: required", "address-pools:\n- {name: a1, addresses: [192.0.2.0/24]}",
	":2:3: protocol: missing"),
    REFUSED(
	"2.2 protocol: arp is gone", POOL("arp", ""), ":2:24: protocol: must be bgp or layer2"),
    REFUSED(
	"2.2 cidr is gone", POOL("bgp", ", cidr: [192.0.2.0/24]"), ":2:62: cidr: unknown key"),
    READS("2.2 addresses: CIDR", POOL("bgp", ""), " range 192.0.2.0-192.0.2.255"),
    READS("2.2 addresses: range; write-up (a)",
	"address-pools:\n- name: default\n  protocol: layer2\n  addresses:\n"
	"  - 192.168.1.30-192.168.1.49\n",
	" range 192.168.1.30-192.168.1.49"),
    REFUSED("2.2 addresses: required", "address-pools:\n- {name: a1, protocol: bgp}",
	":2:3: addresses: missing"),
    REFUSED("2.2 addresses: no overlaps",
	POOL("bgp", "") "\n- {name: b2, protocol: bgp, addresses: [192.0.2.7/32]}",
	":3:41: addresses: 192.0.2.7/32 of pool \"b2\" overlaps 192.0.2.0/24 of pool \"a1\""),
    READS("2.2 avoid-buggy-ips: default", POOL("bgp", ""), " avoid-buggy-ips 0"),
    READS("2.2 avoid-buggy-ips; write-up (d)", POOL("bgp", ", avoid-buggy-ips: true"),
	" avoid-buggy-ips 1"),
    READS("2.2 auto-assign: default", POOL("bgp", ""), " auto-assign 1"),
    READS("2.2 auto-assign", POOL("bgp", ", auto-assign: false"), " auto-assign 0"),
    REFUSED("2.2 no key of the CRDs: service-allocation",
	POOL("bgp", ", service-allocation: {}"), ":2:76: service-allocation: unknown key"),
    REFUSED("2.2 no key of ours: l2-advertisements", POOL("layer2", ", l2-advertisements: []"),
	":2:78: l2-advertisements: unknown key"),
};

static void test_pools(void **state)
{
	(void)state;
	check(pool_rows, ARRAY_LEN(pool_rows));
}

#define COMMUNITIES(list) ADS("{communities: [" list "]}")
#define NO_COMMUNITY      " must be a community such as 64512:100 or an alias of bgp-communities"

static const struct part_row ad_rows[] = {
    READS("2.2 bgp-advertisements: one default ad", POOL("bgp", ""),
	"bgp bgpadvertisement1\n aggregation 32 128\n localpref 0\n communities"),
    REFUSED("2.2 bgp-advertisements: forbidden in layer2",
	POOL("layer2", ", bgp-advertisements: [{}]"),
	":2:79: bgp-advertisements: must stand in a bgp pool only"),
    READS("2.2 bgp-advertisements: a dash and nothing is one default ad",
	"address-pools:\n- name: a1\n  protocol: bgp\n  addresses:\n  - 192.0.2.0/24\n"
	"  bgp-advertisements:\n  -\n",
	"bgp bgpadvertisement1\n aggregation 32 128\n localpref 0\n communities"),
    REFUSED("2.2 bgp-advertisements: duplicates", ADS("{}, {}"),
	":2:81: bgp-advertisements: the same advertisement stands here twice"),
    READS("2.2 aggregation-length", ADS("{aggregation-length: 28}"), " aggregation 28 128"),
    REFUSED("2.2 aggregation-length: max", ADS("{aggregation-length: 33}"),
	":2:98: aggregation-length: must be 1..32"),
    READS(
	"2.2 aggregation-length-v6", ADS("{aggregation-length-v6: 64}"), " aggregation 32 64"),
    REFUSED("2.2 aggregation-length-v6: max", ADS("{aggregation-length-v6: 129}"),
	":2:101: aggregation-length-v6: must be 1..128"),
    REFUSED("1.3 aggregation rule", ADS("{aggregation-length: 23}"),
	":2:98: aggregation-length: must be at least 24 because of 192.0.2.0/24"),
    READS("2.2 localpref", ADS("{localpref: 100}"), " localpref 100"),
    REFUSED(
	"2.2 localpref: one word", ADS("{local-pref: 100}"), ":2:90: local-pref: unknown key"),
    REFUSED("1.3 localpref conflict", ADS("{localpref: 1}, {localpref: 2}"),
	":2:105: localpref: must not differ from that of advertisement 1, which makes the "
	"same prefixes"),
    READS("2.2 communities", COMMUNITIES("\"64512:1\", \"64512:2\""),
	" communities 64512:1 64512:2"),
    READS("2.2 communities: alias",
	COMMUNITIES("no-advertise") "\nbgp-communities: {no-advertise: \"65535:65282\"}",
	" communities no-advertise"),
    REFUSED("2.2 communities: no such alias", COMMUNITIES("no-advertise"),
	":2:91: communities: no-advertise" NO_COMMUNITY),
    REFUSED("2.2 communities: no large ones", COMMUNITIES("\"large:1:2:3\""),
	":2:91: communities: large:1:2:3" NO_COMMUNITY),
    REFUSED("2.2 communities: duplicates", COMMUNITIES("\"1:1\", \"1:1\""),
	":2:99: communities: 1:1 stands here twice"),
    REFUSED(
	"2.2 no key of the CRDs: peers", ADS("{peers: [peer1]}"), ":2:85: peers: unknown key"),
};

static void test_ads(void **state)
{
	(void)state;
	check(ad_rows, ARRAY_LEN(ad_rows));
}

/* ---- 2.3 bgp-communities, bfd-profiles ---- */

#define BFD(more) "bfd-profiles:\n- {name: fast" more "}"

static const struct part_row other_rows[] = {
    READS("2.3 bgp-communities: sorted", "bgp-communities: {b: \"1:2\", a: \"3:4\"}",
	"community a 3:4\ncommunity b 1:2"),
    REFUSED("2.3 bgp-communities: a:b", "bgp-communities: {b: \"70000:2\"}",
	":1:22: b: must be a community such as 64512:100 or large:64512:1:2"),
    REFUSED("2.3 bgp-communities: no large ones", "bgp-communities: {b: \"large:1:2:3\"}",
	":1:22: b: must be a community such as 64512:100: the ConfigMap knows no large ones"),
    READS("2.3 bfd-profiles: name", BFD(), "bfd fast"),
    REFUSED("2.3 bfd-profiles: name required", "bfd-profiles: [{}]", ":1:16: name: missing"),
    REFUSED("2.3 bfd-profiles: name unique", BFD() "\n- {name: fast}",
	":3:10: name: profile \"fast\" stands here twice"),
    READS("2.3 receive-interval", BFD(", receive-interval: 10"), " receive 10"),
    REFUSED("2.3 receive-interval: range", BFD(", receive-interval: 9"),
	":2:34: receive-interval: must be 10..60000"),
    READS("2.3 transmit-interval", BFD(", transmit-interval: 10"), " transmit 10"),
    READS("2.3 detect-multiplier", BFD(", detect-multiplier: 2"), " multiplier 2"),
    REFUSED("2.3 detect-multiplier: range", BFD(", detect-multiplier: 1"),
	":2:35: detect-multiplier: must be 2..255"),
    READS("2.3 echo-interval", BFD(", echo-interval: 10"), " echo 10"),
    READS("2.3 echo-mode", BFD(", echo-mode: true"), " echo-mode 1"),
    READS("2.3 passive-mode", BFD(", passive-mode: true"), " passive 1"),
    READS("2.3 minimum-ttl", BFD(", minimum-ttl: 254"), " ttl 254"),
    REFUSED("2.3 minimum-ttl: range", BFD(", minimum-ttl: 255"),
	":2:29: minimum-ttl: must be 1..254"),
};

static void test_others(void **state)
{
	(void)state;
	check(other_rows, ARRAY_LEN(other_rows));
}

/* ---- 2.4 names ---- */

#define NAMED(name)                                                                            \
	"address-pools:\n- {name: " name ", protocol: bgp, addresses: [192.0.2.0/24]}\n"
#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define Y30 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"

static const struct part_row name_rows[] = {
    READS("2.4 pool: already a name", NAMED("lan-1"), "pool lan-1"),
    READS("2.4 pool: lowercased", NAMED("MyPool"), "pool mypool"),
    READS("2.4 pool: _ is -", NAMED("my_pool"), "pool my-pool"),
    READS("2.4 pool: leading non-letters dropped", NAMED("192_Lan"), "pool lan"),
    READS("2.4 pool: cut to 63", NAMED(X32 Y30 "zZ"), "pool " X32 Y30 "z"),
    READS("2.4 pool: cut first, then dropped", NAMED("\"1" X32 Y30 "ZZ\""), "pool " X32 Y30),
    READS("2.4 pool: a space stays", NAMED("my pool"), "pool my pool"),
    READS("2.4 pool: of one letter", NAMED("a"), "pool a"),
    READS("2.4 pool: no letter keeps its name", NAMED("\"192\""), "pool 192"),
    READS("2.4 pool: two that would be one",
	NAMED("a_b") "- {name: a-b, protocol: bgp, addresses: [192.0.3.0/24]}", "pool a_b"),
    READS("2.4 layer2 pool: l2advertisement<n>",
	POOL("layer2", "") "\n- {name: b2, protocol: bgp, addresses: [192.0.3.0/24]}"
			   "\n- {name: c3, protocol: layer2, addresses: [192.0.4.0/24]}",
	"layer2 l2advertisement2"),
    READS("2.4 bgpadvertisement<n>: counted over all pools",
	ADS("{localpref: 1}, {aggregation-length: 24}") "\n- {name: b2, protocol: bgp, "
							"addresses: [192.0.3.0/24]}",
	"bgp bgpadvertisement3"),
    READS("2.4 profile: as a pool", "bfd-profiles: [{name: Fast_1}]", "bfd fast-1"),
    READS("2.4 profile: its references, too",
	PEER(", bfd-profile: Fast_1") "\nbfd-profiles: [{name: Fast_1}]", " bfd fast-1"),
};

static void test_names(void **state)
{
	(void)state;
	check(name_rows, ARRAY_LEN(name_rows));
}

/* ---- configurations of public write-ups, as they stand ---- */

static const struct part_row writeup_rows[] = {
    READS("write-up a",
	"address-pools:\n- name: default\n  protocol: layer2\n  addresses:\n"
	"  - 192.168.1.30-192.168.1.49\n",
	"pool default\n protocols 2\n addresses 192.168.1.30-192.168.1.49\n"
	" range 192.168.1.30-192.168.1.49\n auto-assign 1\n avoid-buggy-ips 0\n"
	" allocation none\nlayer2 l2advertisement1"),
    READS("write-up b",
	"address-pools:\n- name: default\n  protocol: layer2\n  addresses:\n"
	"  - 10.0.42.0/24\n",
	" range 10.0.42.0-10.0.42.255"),
    READS("write-up c: pool",
	"peers:\n- my-asn: 65000\n  peer-asn: 65001\n  peer-address: 192.168.1.2\n"
	"address-pools:\n- name: default\n  protocol: bgp\n  addresses:\n"
	"  - 192.168.0.30-192.168.0.49\n",
	"pool default\n protocols 1\n addresses 192.168.0.30-192.168.0.49"),
    READS("write-up c: peer",
	"peers:\n- my-asn: 65000\n  peer-asn: 65001\n  peer-address: 192.168.1.2\n"
	"address-pools:\n- name: default\n  protocol: bgp\n  addresses:\n"
	"  - 192.168.0.30-192.168.0.49\n",
	"peer peer1\n asn 65000 65001\n dynamic none\n local-asn 0\n address 192.168.1.2"),
    READS("write-up d: two pools",
	"address-pools:\n- name: bgp\n  protocol: bgp\n  avoid-buggy-ips: true\n"
	"  addresses: [192.168.10.0/24]\n- name: l2\n  protocol: layer2\n"
	"  addresses: [192.168.0.50-192.168.0.100]\n",
	" range 192.168.10.0-192.168.10.255\n auto-assign 1\n avoid-buggy-ips 1"),
    READS("write-up e",
	"address-pools:\n- name: default\n  protocol: bgp\n  addresses:\n"
	"  - 192.168.254.0/24\n",
	" range 192.168.254.0-192.168.254.255"),
};

static void test_writeups(void **state)
{
	(void)state;
	check(writeup_rows, ARRAY_LEN(writeup_rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_peers),
	    cmocka_unit_test(test_pools),
	    cmocka_unit_test(test_ads),
	    cmocka_unit_test(test_others),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_writeups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
