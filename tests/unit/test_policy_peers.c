/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers, BFD profiles and communities of metallb.io: a row for each field, default and
 * validation of sections 1.4 to 1.6 of metallb-compat.md, named after it.
 */
#include "announcer/util.h"
#include "part_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- 1.4 BGPPeer ---- */

static struct part *read_peer(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bgppeers", "v1beta2", spec, errors);
}

#define ASN        "\"myASN\":64512,\"peerASN\":64513"
#define PEER(more) "{" ASN ",\"peerAddress\":\"192.0.2.1\"" more "}"

static const struct part_row peer_rows[] = {
    READS("1.4 name", PEER(), "peer lan"),
    READS("1.4 myASN, peerASN", PEER(), " asn 64512 64513"),
    READS("1.4 myASN: of 4 bytes",
	"{\"myASN\":4294967295,\"peerASN\":1,\"peerAddress\":\"192.0.2.1\"}",
	" asn 4294967295 1"),
    REFUSED("1.4 myASN: required", "{\"peerASN\":1,\"peerAddress\":\"192.0.2.1\"}",
	"spec.myASN: missing"),
    REFUSED("1.4 myASN: 0", "{\"myASN\":0,\"peerASN\":1,\"peerAddress\":\"192.0.2.1\"}",
	"spec.myASN: must be 1..4294967295"),
    REFUSED("1.4 peerASN: neither it nor dynamicASN",
	"{\"myASN\":1,\"peerAddress\":\"192.0.2.1\"}", "spec.peerASN: missing"),
    REFUSED("1.4 peerASN: 0 is none",
	"{\"myASN\":1,\"peerASN\":0,\"peerAddress\":\"192.0.2.1\"}", "spec.peerASN: missing"),
    READS("1.4 dynamicASN: default", PEER(), " dynamic none"),
    READS("1.4 dynamicASN: internal",
	"{\"myASN\":1,\"dynamicASN\":\"internal\",\"peerAddress\":\"192.0.2.1\"}",
	" asn 1 0\n dynamic internal"),
    READS("1.4 dynamicASN: external",
	"{\"myASN\":1,\"peerASN\":0,\"dynamicASN\":\"external\",\"peerAddress\":\"192.0.2.1\"}",
	" asn 1 0\n dynamic external"),
    REFUSED("1.4 dynamicASN: another",
	"{\"myASN\":1,\"dynamicASN\":\"any\",\"peerAddress\":\"192.0.2.1\"}",
	"spec.dynamicASN: must be internal or external"),
    READS("1.4 dynamicASN: empty is none", PEER(",\"dynamicASN\":\"\""), " dynamic none"),
    REFUSED("1.4 dynamicASN: beside peerASN", PEER(",\"dynamicASN\":\"internal\""),
	"spec.dynamicASN: must not stand beside peerASN"),
    READS("1.4 localASN: default", PEER(), " local-asn 0"),
    READS("1.4 localASN", PEER(",\"localASN\":65000"), " local-asn 65000"),
    REFUSED(
	"1.4 localASN: >= 1", PEER(",\"localASN\":0"), "spec.localASN: must be 1..4294967295"),
    READS("1.4 peerAddress", PEER(), " address 192.0.2.1"),
    READS("1.4 peerAddress: IPv6", "{" ASN ",\"peerAddress\":\"2001:db8::1\"}",
	" address 2001:db8::1"),
    REFUSED("1.4 peerAddress: no address; 5.2", "{" ASN ",\"peerAddress\":\"tor1\"}",
	"spec.peerAddress: must be an IP address"),
    REFUSED(
	"1.4 peerAddress: neither it nor interface", "{" ASN "}", "spec.peerAddress: missing"),
    REFUSED("1.4 peerAddress: empty is none", "{" ASN ",\"peerAddress\":\"\"}",
	"spec.peerAddress: missing"),
    REFUSED("1.4 interface: unnumbered is not built", "{" ASN ",\"interface\":\"eth0\"}",
	"spec.interface: without peerAddress: not supported yet"),
    REFUSED("1.4 interface: beside peerAddress", PEER(",\"interface\":\"eth0\""),
	"spec.interface: must not stand beside peerAddress"),
    READS("1.4 sourceAddress: default", PEER(), " source none"),
    READS("1.4 sourceAddress", PEER(",\"sourceAddress\":\"192.0.2.7\""), " source 192.0.2.7"),
    READS("1.4 sourceAddress: empty is none", PEER(",\"sourceAddress\":\"\""), " source none"),
    REFUSED("1.4 sourceAddress: no address", PEER(",\"sourceAddress\":\"eth0\""),
	"spec.sourceAddress: must be an IP address"),
    REFUSED("1.4 sourceAddress: of another family", PEER(",\"sourceAddress\":\"2001:db8::7\""),
	"spec.sourceAddress: must be of the family of peerAddress"),
    READS("1.4 peerPort: default", PEER(), " port 179"),
    READS("1.4 peerPort", PEER(",\"peerPort\":1179"), " port 1179"),
    REFUSED("1.4 peerPort: above what a port is", PEER(",\"peerPort\":65536"),
	"spec.peerPort: must be 0..65535"),
    READS("1.4 holdTime, keepaliveTime: default; trap 20", PEER(), " times 90 30 5"),
    READS("1.4 holdTime", PEER(",\"holdTime\":\"30s\""), " times 30 10 5"),
    READS("1.4 holdTime: in Go's words", PEER(",\"holdTime\":\"1m30.9s\""), " times 90 30 5"),
    READS("1.4 holdTime: 0", PEER(",\"holdTime\":\"0s\""), " times 0 0 5"),
    READS("1.4 holdTime: least", PEER(",\"holdTime\":\"3s\""), " times 3 1 5"),
    REFUSED("1.4 holdTime: too short; 5.2", PEER(",\"holdTime\":\"2.9s\""),
	"spec.holdTime: must be 0 or 3..65535"),
    REFUSED("1.4 holdTime: no duration", PEER(",\"holdTime\":\"long\""),
	"spec.holdTime: must be a duration such as 90s or 1m30s"),
    READS("1.4 keepaliveTime", PEER(",\"holdTime\":\"30s\",\"keepaliveTime\":\"7s\""),
	" times 30 7 5"),
    READS("1.4 keepaliveTime: alone, holdTime is three times it",
	PEER(",\"keepaliveTime\":\"7s\""), " times 21 7 5"),
    REFUSED("1.4 keepaliveTime: alone, too long for holdTime",
	PEER(",\"keepaliveTime\":\"21846s\""),
	"spec.keepaliveTime: must be at most 21845s where holdTime is not given"),
    REFUSED("1.4 keepaliveTime: above holdTime; 5.2",
	PEER(",\"holdTime\":\"3s\",\"keepaliveTime\":\"4s\""),
	"spec.keepaliveTime: must not be above holdTime, 3s"),
    READS("5.2 both timers zero are kept",
	PEER(",\"holdTime\":\"0s\",\"keepaliveTime\":\"0s\""), " times 0 0 5"),
    READS("1.4 connectTime", PEER(",\"connectTime\":\"10s\""), " times 90 30 10"),
    REFUSED("1.4 connectTime: max", PEER(",\"connectTime\":\"65536s\""),
	"spec.connectTime: must be 0 or 1..65535"),
    READS("1.4 routerID: default", PEER(), " router-id none"),
    READS("1.4 routerID", PEER(",\"routerID\":\"10.0.0.1\""), " router-id 10.0.0.1"),
    READS("1.4 routerID: empty is none", PEER(",\"routerID\":\"\""), " router-id none"),
    REFUSED("1.4 routerID: no address", PEER(",\"routerID\":\"7\""),
	"spec.routerID: must be an IPv4 address"),
    READS("1.4 nodeSelectors: default; 5.2: empty = all", PEER(), " nodes none"),
    READS("1.4 nodeSelectors",
	PEER(",\"nodeSelectors\":[{\"matchLabels\":{\"rack\":\"a\"}},{\"matchExpressions\":"
	     "[{\"key\":\"edge\",\"operator\":\"Exists\"}]}]"),
	" nodes: rack=a\n nodes: edge exists"),
    REFUSED("1.4 nodeSelectors: duplicates", PEER(",\"nodeSelectors\":[{},{}]"),
	"spec.nodeSelectors[1]: the same selector stands here twice"),
    READS("1.4 password", PEER(",\"password\":\"hush\""), " password hush"),
    READS("1.4 password: empty is none", PEER(",\"password\":\"\""), " password none"),
    READS("1.4 passwordSecret: of the peer's own namespace",
	PEER(",\"passwordSecret\":{\"name\":\"bgp\",\"namespace\":\"other\"}"),
	" secret bgp\n secret-ns metallb-system"),
    READS("1.4 passwordSecret: empty is none", PEER(",\"passwordSecret\":{}"),
	" secret none\n secret-ns none"),
    READS("1.4 passwordSecret: an empty name is none",
	PEER(",\"passwordSecret\":{\"name\":\"\",\"namespace\":\"\"}"),
	" secret none\n secret-ns none"),
    REFUSED("1.4 passwordSecret: beside password",
	PEER(",\"password\":\"hush\",\"passwordSecret\":{\"name\":\"bgp\"}"),
	"spec.passwordSecret: must not stand beside password"),
    READS("1.4 bfdProfile: default", PEER(), " bfd none"),
    READS("1.4 bfdProfile: need not exist yet", PEER(",\"bfdProfile\":\"fast\""), " bfd fast"),
    READS("1.4 enableGracefulRestart: default", PEER(), " graceful 0"),
    READS("1.4 enableGracefulRestart", PEER(",\"enableGracefulRestart\":true"), " graceful 1"),
    READS("1.4 ebgpMultiHop: default", PEER(), " multihop 0"),
    READS("1.4 ebgpMultiHop", PEER(",\"ebgpMultiHop\":true"), " multihop 1"),
    REFUSED("1.4 ebgpMultiHop: of an internal peer",
	"{\"myASN\":1,\"peerASN\":1,\"peerAddress\":\"192.0.2.1\",\"ebgpMultiHop\":true}",
	"spec.ebgpMultiHop: must be no where myASN and peerASN are equal"),
    READS("1.4 vrf: default", PEER(), " vrf none"),
    READS("1.4 vrf", PEER(",\"vrf\":\"red\""), " vrf red"),
    READS("1.4 disableMP: no effect", PEER(",\"disableMP\":true"), "peer lan"),
    READS("1.4 dualStackAddressFamily: default", PEER(), " dual-stack 0"),
    READS("1.4 dualStackAddressFamily", PEER(",\"dualStackAddressFamily\":true"),
	" dual-stack 1"),
    READS("1 the file's own words are unknown",
	PEER(",\"password-file\":\"/etc/shadow\",\"passwordFile\":\"/etc/shadow\","
	     "\"ttlSecurity\":1"),
	" password none"),
};

static void test_peer(void **state)
{
	(void)state;
	check_rows(peer_rows, ARRAY_LEN(peer_rows), read_peer, "BGPPeer metallb-system/lan: ");
}

/* A path, not a password, is what an error tells. */
static void test_password_untold(void **state)
{
	struct conf_errors errors = {0};

	(void)state;
	assert_null(read_peer(PEER(",\"password\":[\"hush\"]"), &errors));
	assert_int_equal(errors.lines.n, 1);
	assert_string_equal(
	    errors.lines.v[0], "BGPPeer metallb-system/lan: spec.password: must be a text");
	conf_errors_fini(&errors);
}

/* ---- 1.4 BGPPeer v1beta1 ---- */

static struct part *read_beta1(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bgppeers", "v1beta1", spec, errors);
}

static const struct part_row beta1_rows[] = {
    REFUSED("1.4 v1beta1: peerASN required", "{\"myASN\":1,\"peerAddress\":\"192.0.2.1\"}",
	"spec.peerASN: missing"),
    REFUSED("1.4 v1beta1: peerAddress required", "{" ASN "}", "spec.peerAddress: missing"),
    READS("1.4 v1beta1: peerPort 0", PEER(",\"peerPort\":0"), " port 179"),
    READS("1.4 v1beta1: holdTime unset is 0; trap 20", PEER(), " times 0 0 5"),
    READS("1.4 v1beta1: holdTime", PEER(",\"holdTime\":\"90s\""), " times 90 30 5"),
    READS("1.4 v1beta1: nodeSelectors",
	PEER(",\"nodeSelectors\":[{\"matchExpressions\":[{\"key\":\"rack\",\"operator\":\"In\","
	     "\"values\":[\"a\"]}]}]"),
	" nodes: rack in a"),
    READS("1.4 v1beta1: common fields",
	PEER(",\"sourceAddress\":\"192.0.2.7\",\"routerID\":\"10.0.0.1\",\"password\":\"hush\","
	     "\"bfdProfile\":\"fast\",\"ebgpMultiHop\":true"),
	" source 192.0.2.7\n router-id 10.0.0.1"),
};

static void test_beta1(void **state)
{
	(void)state;
	check_rows(
	    beta1_rows, ARRAY_LEN(beta1_rows), read_beta1, "BGPPeer metallb-system/lan: ");
}

/* ---- 1.5 BFDProfile ---- */

static struct part *read_bfd(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bfdprofiles", "v1beta1", spec, errors);
}

static const struct part_row bfd_rows[] = {
    READS("1.5 name", "{}", "bfd lan"),
    READS("1.5 defaults: FRR's, not given here", "{}",
	" receive 0\n transmit 0\n multiplier 0\n echo 0\n echo-mode 0\n passive 0\n ttl 0"),
    READS("1.5 receiveInterval: least", "{\"receiveInterval\":10}", " receive 10"),
    READS("1.5 receiveInterval: most", "{\"receiveInterval\":60000}", " receive 60000"),
    REFUSED("1.5 receiveInterval: below", "{\"receiveInterval\":9}",
	"spec.receiveInterval: must be 10..60000"),
    REFUSED("1.5 receiveInterval: above", "{\"receiveInterval\":60001}",
	"spec.receiveInterval: must be 10..60000"),
    READS("1.5 transmitInterval", "{\"transmitInterval\":50}", " transmit 50"),
    REFUSED("1.5 transmitInterval: below", "{\"transmitInterval\":9}",
	"spec.transmitInterval: must be 10..60000"),
    REFUSED("1.5 transmitInterval: above", "{\"transmitInterval\":60001}",
	"spec.transmitInterval: must be 10..60000"),
    READS("1.5 detectMultiplier", "{\"detectMultiplier\":255}", " multiplier 255"),
    REFUSED("1.5 detectMultiplier: below", "{\"detectMultiplier\":1}",
	"spec.detectMultiplier: must be 2..255"),
    REFUSED("1.5 detectMultiplier: above", "{\"detectMultiplier\":256}",
	"spec.detectMultiplier: must be 2..255"),
    READS("1.5 echoInterval", "{\"echoInterval\":62}", " echo 62"),
    REFUSED("1.5 echoInterval: below", "{\"echoInterval\":9}",
	"spec.echoInterval: must be 10..60000"),
    REFUSED("1.5 echoInterval: above", "{\"echoInterval\":60001}",
	"spec.echoInterval: must be 10..60000"),
    READS("1.5 echoMode", "{\"echoMode\":true}", " echo-mode 1"),
    READS("1.5 passiveMode", "{\"passiveMode\":true}", " passive 1"),
    READS("1.5 minimumTtl", "{\"minimumTtl\":254}", " ttl 254"),
    REFUSED("1.5 minimumTtl: below", "{\"minimumTtl\":0}", "spec.minimumTtl: must be 1..254"),
    REFUSED("1.5 minimumTtl: above", "{\"minimumTtl\":255}", "spec.minimumTtl: must be 1..254"),
};

static void test_bfd(void **state)
{
	(void)state;
	check_rows(bfd_rows, ARRAY_LEN(bfd_rows), read_bfd, "BFDProfile metallb-system/lan: ");
}

/* ---- 1.6 Community ---- */

static struct part *read_community(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("communities", "v1beta1", spec, errors);
}

#define ALIASES(list) "{\"communities\":[" list "]}"

static const struct part_row community_rows[] = {
    READS("1.6 communities", ALIASES("{\"name\":\"b\",\"value\":\"1:2\"}"), "community b 1:2"),
    READS("1.6 communities: large",
	ALIASES("{\"name\":\"b\",\"value\":\"large:1:2:4294967295\"}"),
	"community b large:1:2:4294967295"),
    READS("1.6 communities: two",
	ALIASES("{\"name\":\"b\",\"value\":\"1:2\"},{\"name\":\"a\",\"value\":\"3:4\"}"),
	"community b 1:2\ncommunity a 3:4"),
    REFUSED("1.6 communities: duplicate name",
	ALIASES("{\"name\":\"b\",\"value\":\"1:2\"},{\"name\":\"b\",\"value\":\"3:4\"}"),
	"spec.communities[1]: the same name stands here twice"),
    REFUSED("1.6 communities[].name: missing", ALIASES("{\"value\":\"1:2\"}"),
	"spec.communities[0].name: missing"),
    REFUSED("1.6 communities[].value: missing", ALIASES("{\"name\":\"b\"}"),
	"spec.communities[0].value: missing"),
    REFUSED("1.3 a:b are two uint16", ALIASES("{\"name\":\"b\",\"value\":\"65536:1\"}"),
	"spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"),
    REFUSED("1.3 large:a:b:c are three uint32",
	ALIASES("{\"name\":\"b\",\"value\":\"large:1:2:4294967296\"}"),
	"spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"),
    REFUSED("5.2 bad community format", ALIASES("{\"name\":\"b\",\"value\":\"1\"}"),
	"spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"),
    REFUSED("5.2 bad community format: three parts",
	ALIASES("{\"name\":\"b\",\"value\":\"1:2:3\"}"),
	"spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"),
};

static void test_community(void **state)
{
	struct conf_errors errors = {0};
	struct part *p = read_community("{}", &errors);

	(void)state;
	assert_non_null(p);
	assert_int_equal(p->n_communities, 0);
	part_free(p);
	check_rows(community_rows, ARRAY_LEN(community_rows), read_community,
	    "Community metallb-system/lan: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_peer),
	    cmocka_unit_test(test_password_untold),
	    cmocka_unit_test(test_beta1),
	    cmocka_unit_test(test_bfd),
	    cmocka_unit_test(test_community),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
