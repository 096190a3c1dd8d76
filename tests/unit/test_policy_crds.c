/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pools and advertisements of metallb.io: a row for each field, default and validation of
 * sections 1.1 to 1.3 of metallb-compat.md, named after it. Peers and the rest are in
 * test_policy_peers.c.
 */
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include "part_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

/* ---- 1.1 IPAddressPool ---- */

static struct part *read_pool(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("ipaddresspools", "v1beta1", spec, errors);
}

#define POOL(more)        "{\"addresses\":[\"192.0.2.0/24\"]" more "}"
#define ALLOCATION(inner) POOL(",\"serviceAllocation\":{" inner "}")
#define ADDRESSES(list)   "{\"addresses\":[" list "]}"

static const struct part_row pool_rows[] = {
    READS("1.1 name", POOL(), "pool lan"),
    READS("1.1 labels, for ipAddressPoolSelectors", POOL(), " label app=a\n label zone=b"),
    READS("1.1 no protocol of its own", POOL(), " protocols 0"),
    READS("1.1 no advertisement of its own",
	POOL(",\"protocol\":\"bgp\",\"bgpAdvertisements\":[{}]"), " protocols 0"),
    REFUSED("1.1 addresses: required", "{}", "spec.addresses: missing"),
    REFUSED("1.1 addresses: null", "{\"addresses\":null}", "spec.addresses: missing"),
    REFUSED("1.1 addresses: empty", ADDRESSES(""),
	"spec.addresses: must hold at least one prefix or range"),
    REFUSED("1.1 addresses: a text", "{\"addresses\":\"192.0.2.0/24\"}",
	"spec.addresses: must be a list"),
    REFUSED("1.1 addresses: a number", ADDRESSES("7"),
	"spec.addresses[0]: must be a list of prefixes and ranges"),
    REFUSED("1.1 addresses: a null", ADDRESSES("null"),
	"spec.addresses: must be a list of prefixes and ranges"),
    READS("1.1 addresses: CIDR", POOL(), " range 192.0.2.0-192.0.2.255"),
    READS("1.1 addresses: one", ADDRESSES("\"192.0.2.7/32\""), " range 192.0.2.7-192.0.2.7"),
    READS("1.1 addresses: IPv6", ADDRESSES("\"2001:db8::/120\""),
	" range 2001:db8::-2001:db8::ff"),
    READS("1.1 addresses: both families", ADDRESSES("\"192.0.2.0/30\",\"2001:db8::/126\""),
	" range 192.0.2.0-192.0.2.3\n range 2001:db8::-2001:db8::3"),
    READS("1.1 addresses: masked; trap 21", ADDRESSES("\"198.51.100.10/24\""),
	" addresses 198.51.100.10/24\n range 198.51.100.0-198.51.100.255"),
    REFUSED("1.1 addresses: no bare address; trap 21", ADDRESSES("\"198.51.100.10\""),
	"spec.addresses[0]: must be a prefix or a range: write /32 for one address"),
    REFUSED("1.1 addresses: no bare IPv6 address; trap 21", ADDRESSES("\"2001:db8::1\""),
	"spec.addresses[0]: must be a prefix or a range: write /128 for one address"),
    READS("1.1 addresses: range", ADDRESSES("\"192.0.2.1-192.0.2.9\""),
	" range 192.0.2.1-192.0.2.9"),
    READS("1.1 addresses: range of one", ADDRESSES("\"192.0.2.1-192.0.2.1\""),
	" range 192.0.2.1-192.0.2.1"),
    READS("1.1 addresses: blanks around the dash", ADDRESSES("\"192.0.2.1 - 192.0.2.9\""),
	" range 192.0.2.1-192.0.2.9"),
    REFUSED("1.1 addresses: range of two families", ADDRESSES("\"192.0.2.1-2001:db8::1\""),
	"spec.addresses[0]: must be a range within one address family"),
    REFUSED("1.1 addresses: start <= end",
	ADDRESSES("\"192.0.2.0/32\",\"192.0.2.9-192.0.2.1\""),
	"spec.addresses[1]: must be a range whose first address is not above its last"),
    REFUSED("1.1 addresses: not ones", ADDRESSES("\"192.0.2.0/33\""),
	"spec.addresses[0]: must be a prefix such as 192.0.2.0/24 or a range such as "
	"192.0.2.10-192.0.2.20"),
    REFUSED("1.1 addresses: overlap within a pool",
	ADDRESSES("\"192.0.2.0/24\",\"192.0.2.200-192.0.3.4\""),
	"spec.addresses[1]: 192.0.2.200-192.0.3.4 overlaps 192.0.2.0/24"),
    REFUSED("1.1 addresses: twice", ADDRESSES("\"192.0.2.0/24\",\"192.0.2.0/24\""),
	"spec.addresses[1]: 192.0.2.0/24 overlaps 192.0.2.0/24"),
    READS("1.1 autoAssign: default", POOL(), " auto-assign 1"),
    READS("1.1 autoAssign: false", POOL(",\"autoAssign\":false"), " auto-assign 0"),
    READS("1.1 autoAssign: null", POOL(",\"autoAssign\":null"), " auto-assign 1"),
    REFUSED("1.1 autoAssign: no bool", POOL(",\"autoAssign\":\"no\""),
	"spec.autoAssign: must be yes or no"),
    READS("1.1 avoidBuggyIPs: default", POOL(), " avoid-buggy-ips 0"),
    READS("1.1 avoidBuggyIPs: true", POOL(",\"avoidBuggyIPs\":true"), " avoid-buggy-ips 1"),
    READS("1.1 serviceAllocation: default", POOL(), " allocation none"),
    READS("1.1 serviceAllocation: empty; trap 6", ALLOCATION(""),
	" priority 0\n namespaces\n namespace-selectors none\n service-selectors none"),
    REFUSED("1.1 serviceAllocation: no mapping", POOL(",\"serviceAllocation\":[]"),
	"spec.serviceAllocation: must be a mapping"),
    READS("1.1 serviceAllocation.priority", ALLOCATION("\"priority\":50"), " priority 50"),
    REFUSED("1.1 serviceAllocation.priority: no number", ALLOCATION("\"priority\":\"50\""),
	"spec.serviceAllocation.priority: must be 0..2147483647"),
    READS("1.1 serviceAllocation.namespaces", ALLOCATION("\"namespaces\":[\"b\",\"a\"]"),
	" namespaces b a"),
    REFUSED("1.1 serviceAllocation.namespaces: duplicates",
	ALLOCATION("\"namespaces\":[\"b\",\"b\"]"),
	"spec.serviceAllocation.namespaces[1]: b stands here twice"),
    READS("1.1 serviceAllocation.namespaceSelectors",
	ALLOCATION("\"namespaceSelectors\":[{\"matchLabels\":{\"a\":\"b\"}},{}]"),
	" namespace-selectors: a=b\n namespace-selectors:"),
    REFUSED("1.1 serviceAllocation.namespaceSelectors: duplicates",
	ALLOCATION("\"namespaceSelectors\":[{},{}]"),
	"spec.serviceAllocation.namespaceSelectors[1]: the same selector stands here twice"),
    READS("1.1 serviceAllocation.serviceSelectors",
	ALLOCATION("\"serviceSelectors\":[{\"matchExpressions\":[{\"key\":\"t\","
		   "\"operator\":\"In\",\"values\":[\"x\",\"y\"]}]}]"),
	" service-selectors: t in x,y"),
    REFUSED("1.1 serviceAllocation.serviceSelectors: duplicates",
	ALLOCATION("\"serviceSelectors\":[{},{}]"),
	"spec.serviceAllocation.serviceSelectors[1]: the same selector stands here twice"),
    READS("1 unknown field: the server prunes it", POOL(",\"colour\":\"red\""), "pool lan"),
    READS("1 the file's words are unknown", POOL(",\"auto-assign\":false"), " auto-assign 1"),
};

static void test_pool(void **state)
{
	(void)state;
	check_rows(
	    pool_rows, ARRAY_LEN(pool_rows), read_pool, "IPAddressPool metallb-system/lan: ");
}

/* ---- selectors, of any list ---- */

#define LABELS(inner) ALLOCATION("\"serviceSelectors\":[{\"matchLabels\":" inner "}]")
#define EXPRS(inner)  ALLOCATION("\"serviceSelectors\":[{\"matchExpressions\":[" inner "]}]")
#define AT            "spec.serviceAllocation.serviceSelectors[0]"

static const struct part_row selector_rows[] = {
    READS("selector: matchLabels are sorted", LABELS("{\"b\":\"1\",\"a\":\"2\"}"),
	" service-selectors: a=2 b=1"),
    READS("selector: empty value", LABELS("{\"a\":\"\"}"), " service-selectors: a="),
    REFUSED("selector: bad value", LABELS("{\"my-app\":\"-\"}"),
	AT ".matchLabels.my-app: must be a label's value"),
    REFUSED("selector: bad key", LABELS("{\"-a\":\"b\"}"),
	AT ".matchLabels.-a: must be a label's name, such as kubernetes.io/hostname"),
    REFUSED("selector: a number for a value", LABELS("{\"a\":1}"),
	AT ".matchLabels.a: must be a text"),
    READS("selector: In", EXPRS("{\"key\":\"k\",\"operator\":\"In\",\"values\":[\"v\"]}"),
	" service-selectors: k in v"),
    READS("selector: NotIn", EXPRS("{\"key\":\"k\",\"operator\":\"NotIn\",\"values\":[\"v\"]}"),
	" service-selectors: k notin v"),
    READS("selector: Exists", EXPRS("{\"key\":\"k\",\"operator\":\"Exists\"}"),
	" service-selectors: k exists"),
    READS("selector: DoesNotExist",
	EXPRS("{\"key\":\"k\",\"operator\":\"DoesNotExist\",\"values\":[]}"),
	" service-selectors: k absent"),
    REFUSED("selector: bad operator; 5.2", EXPRS("{\"key\":\"k\",\"operator\":\"Is\"}"),
	AT ".matchExpressions[0].operator: must be In, NotIn, Exists or DoesNotExist"),
    REFUSED("selector: missing key; 5.2", EXPRS("{\"operator\":\"Exists\"}"),
	AT ".matchExpressions[0].key: missing"),
    REFUSED("selector: missing operator", EXPRS("{\"key\":\"k\"}"),
	AT ".matchExpressions[0].operator: missing"),
    REFUSED("selector: In without values", EXPRS("{\"key\":\"k\",\"operator\":\"In\"}"),
	AT ".matchExpressions[0].values: must hold at least one value for In and NotIn"),
    REFUSED("selector: Exists with values",
	EXPRS("{\"key\":\"k\",\"operator\":\"Exists\",\"values\":[\"v\"]}"),
	AT ".matchExpressions[0].values: must be empty for Exists and DoesNotExist"),
    REFUSED("1.2 duplicate expressions",
	EXPRS("{\"key\":\"k\",\"operator\":\"Exists\"},{\"key\":\"k\",\"operator\":"
	      "\"Exists\"}"),
	AT ".matchExpressions[1]: the same expression stands here twice"),
    REFUSED("1.2 duplicate expressions, values in another order",
	EXPRS("{\"key\":\"k\",\"operator\":\"In\",\"values\":[\"a\",\"b\"]},{\"key\":\"k\","
	      "\"operator\":\"In\",\"values\":[\"b\",\"a\"]}"),
	AT ".matchExpressions[1]: the same expression stands here twice"),
    REFUSED("1.2 duplicate values",
	EXPRS("{\"key\":\"k\",\"operator\":\"In\",\"values\":[\"v\",\"v\"]}"),
	AT ".matchExpressions[0].values[1]: v stands here twice"),
};

static void test_selectors(void **state)
{
	(void)state;
	check_rows(selector_rows, ARRAY_LEN(selector_rows), read_pool,
	    "IPAddressPool metallb-system/lan: ");
}

/* ---- 1.2 L2Advertisement ---- */

static struct part *read_l2(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("l2advertisements", "v1beta1", spec, errors);
}

#define SELECTOR        "{\"matchLabels\":{\"a\":\"b\"}}"
#define PREFERRED(list) "{\"preferredNodeSelectors\":[" list "]}"

static const struct part_row l2_rows[] = {
    READS("1.2 name", "{}", "layer2 lan"),
    READS("1.2 ipAddressPools: default; trap 16", "{}", " pools\n pool-selectors none"),
    READS("1.2 ipAddressPools", "{\"ipAddressPools\":[\"b\",\"a\"]}", " pools b a"),
    REFUSED("1.2 ipAddressPools: duplicates", "{\"ipAddressPools\":[\"b\",\"b\"]}",
	"spec.ipAddressPools[1]: b stands here twice"),
    READS("1.2 ipAddressPoolSelectors", "{\"ipAddressPoolSelectors\":[" SELECTOR "]}",
	" pool-selectors: a=b"),
    REFUSED("1.2 ipAddressPoolSelectors: duplicates", "{\"ipAddressPoolSelectors\":[{},{}]}",
	"spec.ipAddressPoolSelectors[1]: the same selector stands here twice"),
    READS("1.2 nodeSelectors: default", "{}", " nodes none"),
    READS("1.2 nodeSelectors", "{\"nodeSelectors\":[" SELECTOR ",{}]}", " nodes: a=b\n nodes:"),
    REFUSED("1.2 nodeSelectors: duplicates",
	"{\"nodeSelectors\":[" SELECTOR ",{},{\"matchLabels\":{\"a\":\"b\"}}]}",
	"spec.nodeSelectors[2]: the same selector stands here twice"),
    READS("1.2 interfaces: default", "{}", " interfaces"),
    READS("1.2 interfaces", "{\"interfaces\":[\"eth0\",\"br-lan.7\"]}",
	" interfaces eth0 br-lan.7"),
    READS("1.2 interfaces: twice is once", "{\"interfaces\":[\"eth0\",\"eth0\"]}",
	" interfaces eth0"),
    READS("1.2 serviceSelectors: default", "{}", " services none"),
    READS("1.2 serviceSelectors", "{\"serviceSelectors\":[" SELECTOR "]}", " services: a=b"),
    REFUSED("1.2 serviceSelectors: duplicates", "{\"serviceSelectors\":[{},{}]}",
	"spec.serviceSelectors[1]: the same selector stands here twice"),
    READS("1.2 preferredNodeSelectors", PREFERRED("{\"weight\":7,\"preference\":" SELECTOR "}"),
	" prefer 7 nodes: a=b"),
    READS("1.2 preferredNodeSelectors[].preference: every node",
	PREFERRED("{\"weight\":100,\"preference\":{}}"), " prefer 100 nodes:"),
    READS("1.2 preferredNodeSelectors: twice counts twice",
	PREFERRED("{\"weight\":1,\"preference\":{}},{\"weight\":1,\"preference\":{}}"),
	" prefer 1 nodes:\n prefer 1 nodes:"),
    REFUSED("1.2 preferredNodeSelectors[].weight: required", PREFERRED("{\"preference\":{}}"),
	"spec.preferredNodeSelectors[0].weight: missing"),
    REFUSED("1.2 preferredNodeSelectors[].preference: required", PREFERRED("{\"weight\":1}"),
	"spec.preferredNodeSelectors[0].preference: missing"),
    REFUSED("1.2 preferredNodeSelectors[].weight: 0",
	PREFERRED("{\"weight\":0,\"preference\":{}}"),
	"spec.preferredNodeSelectors[0].weight: must be 1..100"),
    REFUSED("1.2 preferredNodeSelectors[].weight: 101",
	PREFERRED("{\"weight\":101,\"preference\":{}}"),
	"spec.preferredNodeSelectors[0].weight: must be 1..100"),
};

static void test_l2(void **state)
{
	(void)state;
	check_rows(
	    l2_rows, ARRAY_LEN(l2_rows), read_l2, "L2Advertisement metallb-system/lan: ");
}

/* ---- 1.3 BGPAdvertisement ---- */

static struct part *read_bgp(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bgpadvertisements", "v1beta1", spec, errors);
}

static const struct part_row bgp_rows[] = {
    READS("1.3 name", "{}", "bgp lan"),
    READS("1.3 aggregationLength: default", "{}", " aggregation 32 128"),
    READS("1.3 aggregationLength", "{\"aggregationLength\":24}", " aggregation 24 128"),
    REFUSED("1.3 aggregationLength: min", "{\"aggregationLength\":0}",
	"spec.aggregationLength: must be 1..32"),
    REFUSED("1.3 aggregationLength: max", "{\"aggregationLength\":33}",
	"spec.aggregationLength: must be 1..32"),
    READS("1.3 aggregationLengthV6", "{\"aggregationLengthV6\":64}", " aggregation 32 64"),
    REFUSED("1.3 aggregationLengthV6: max", "{\"aggregationLengthV6\":129}",
	"spec.aggregationLengthV6: must be 1..128"),
    READS("1.3 localPref: default", "{}", " localpref 0"),
    READS("1.3 localPref", "{\"localPref\":4294967295}", " localpref 4294967295"),
    REFUSED("1.3 localPref: max", "{\"localPref\":4294967296}",
	"spec.localPref: must be 0..4294967295"),
    READS("1.3 communities: default", "{}", " communities"),
    READS("1.3 communities", "{\"communities\":[\"1:2\",\"large:1:2:3\",\"no-export\"]}",
	" communities 1:2 large:1:2:3 no-export"),
    REFUSED("1.3 communities: duplicates", "{\"communities\":[\"1:2\",\"1:2\"]}",
	"spec.communities[1]: 1:2 stands here twice"),
    REFUSED("1.3 communities: an empty word", "{\"communities\":[\"\"]}",
	"spec.communities[0]: must not be empty"),
    READS("1.3 ipAddressPools: default; trap 16", "{}", " pools\n pool-selectors none"),
    READS("1.3 ipAddressPools", "{\"ipAddressPools\":[\"lan\"]}", " pools lan"),
    REFUSED("1.3 ipAddressPools: duplicates", "{\"ipAddressPools\":[\"b\",\"b\"]}",
	"spec.ipAddressPools[1]: b stands here twice"),
    READS("1.3 ipAddressPoolSelectors", "{\"ipAddressPoolSelectors\":[" SELECTOR "]}",
	" pool-selectors: a=b"),
    READS("1.3 nodeSelectors", "{\"nodeSelectors\":[" SELECTOR "]}", " nodes: a=b"),
    REFUSED("1.3 nodeSelectors: duplicates", "{\"nodeSelectors\":[{},{}]}",
	"spec.nodeSelectors[1]: the same selector stands here twice"),
    READS("1.3 peers: default", "{}", " peers"),
    READS("1.3 peers", "{\"peers\":[\"tor1\",\"tor2\"]}", " peers tor1 tor2"),
    REFUSED("1.3 peers: duplicates", "{\"peers\":[\"tor1\",\"tor1\"]}",
	"spec.peers[1]: tor1 stands here twice"),
    READS("1.3 serviceSelectors", "{\"serviceSelectors\":[" SELECTOR "]}", " services: a=b"),
    READS("1.3 serviceSelectors: with 32 and 128",
	"{\"serviceSelectors\":[{}],\"aggregationLength\":32,\"aggregationLengthV6\":128}",
	" services:"),
    REFUSED("1.3 serviceSelectors: not with aggregates",
	"{\"serviceSelectors\":[{}],\"aggregationLength\":24}",
	"spec.aggregationLength: must not stand beside serviceSelectors"),
    REFUSED("1.3 serviceSelectors: not with IPv6 aggregates",
	"{\"serviceSelectors\":[{}],\"aggregationLengthV6\":64}",
	"spec.aggregationLengthV6: must not stand beside serviceSelectors"),
};

static void test_bgp(void **state)
{
	(void)state;
	check_rows(
	    bgp_rows, ARRAY_LEN(bgp_rows), read_bgp, "BGPAdvertisement metallb-system/lan: ");
}

/* n communities, each once. */
static struct part *read_communities(unsigned n, struct conf_errors *errors)
{
	struct buf spec = {0};
	struct part *p;

	for (unsigned i = 0; i < n; i++)
		buf_fmt(&spec, "%s\"0:%u\"", i ? "," : "{\"communities\":[", i);
	buf_str(&spec, "]}");
	p = read_bgp(spec.p, errors);
	free(spec.p);
	return p;
}

static void test_communities_max(void **state)
{
	struct conf_errors errors = {0};
	struct part *p = read_communities(63, &errors);

	(void)state;
	assert_non_null(p);
	assert_int_equal(p->ads->ad.communities.n, 63);
	part_free(p);
	assert_null(read_communities(64, &errors));
	assert_string_equal(errors.lines.v[0],
	    "BGPAdvertisement metallb-system/lan: spec.communities: must be at most 63");
	conf_errors_fini(&errors);
}

/* ---- 2.5 AddressPool ---- */

static struct part *read_old(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("addresspools", "v1beta1", spec, errors);
}

#define OLD(protocol, more)                                                                    \
	"{\"protocol\":\"" protocol "\",\"addresses\":[\"192.0.2.0/24\"]" more "}"

static const struct part_row old_rows[] = {
    READS("2.5 name", OLD("bgp", ""), "pool lan"),
    READS("2.5 protocol: bgp", OLD("bgp", ""), " protocols 1"),
    READS("2.5 protocol: layer2", OLD("layer2", ""), " protocols 2"),
    REFUSED("2.5 protocol: required", POOL(), "spec.protocol: missing"),
    REFUSED("2.5 protocol: another", OLD("arp", ""), "spec.protocol: must be bgp or layer2"),
    REFUSED("2.5 addresses: required", "{\"protocol\":\"bgp\"}", "spec.addresses: missing"),
    READS("2.5 autoAssign: default", OLD("bgp", ""), " auto-assign 1"),
    READS("2.5 autoAssign", OLD("bgp", ",\"autoAssign\":false"), " auto-assign 0"),
    READS("2.5 bgpAdvertisements",
	OLD("bgp", ",\"bgpAdvertisements\":[{\"aggregationLength\":24,"
		   "\"aggregationLengthV6\":64,\"localPref\":7,\"communities\":[\"1:2\"]}]"),
	"bgp \n aggregation 24 64\n localpref 7\n communities 1:2"),
    REFUSED("2.5 bgpAdvertisements: of layer2", OLD("layer2", ",\"bgpAdvertisements\":[{}]"),
	"spec.bgpAdvertisements: must stand in a bgp pool only"),
    REFUSED("2.5 bgpAdvertisements: duplicates", OLD("bgp", ",\"bgpAdvertisements\":[{},{}]"),
	"spec.bgpAdvertisements[1]: the same advertisement stands here twice"),
    REFUSED("2.5 aggregation rule",
	OLD("bgp", ",\"bgpAdvertisements\":[{\"aggregationLength\":20}]"),
	"spec.bgpAdvertisements[0].aggregationLength: must be at least 24 because of "
	"192.0.2.0/24"),
    REFUSED("2.5 localPref conflict",
	OLD("bgp", ",\"bgpAdvertisements\":[{},{\"localPref\":7}]"),
	"spec.bgpAdvertisements[1].localPref: must not differ from that of advertisement 1, "
	"which makes the same prefixes"),
};

static void test_old_pool(void **state)
{
	(void)state;
	check_rows(old_rows, ARRAY_LEN(old_rows), read_old, "AddressPool metallb-system/lan: ");
}

/* ---- any object ---- */

static void assert_refused(const char *json, const char *expected)
{
	struct k8s_object *o = custom_object("ipaddresspools", "lan", json);
	struct conf_errors errors = {0};

	assert_null(part_of_custom(o, &errors));
	assert_string_equal(errors.lines.v[0], expected);
	conf_errors_fini(&errors);
	k8s_object_free(o);
}

static void test_objects(void **state)
{
	(void)state;
	assert_refused("{}", "IPAddressPool metallb-system/lan: spec.addresses: missing");
	assert_refused(
	    "{\"spec\":[]}", "IPAddressPool metallb-system/lan: spec: must be a mapping");
}

/* Every fault of an object is told. */
static void test_all_errors(void **state)
{
	struct conf_errors errors = {0};

	(void)state;
	assert_null(read_pool(
	    "{\"addresses\":[\"x\",\"192.0.2.0/24\",\"y\"],\"autoAssign\":1}", &errors));
	assert_int_equal(errors.lines.n, 3);
	assert_non_null(strstr(errors.lines.v[0], " spec.addresses[0]: "));
	assert_non_null(strstr(errors.lines.v[1], " spec.addresses[2]: "));
	assert_non_null(strstr(errors.lines.v[2], " spec.autoAssign: "));
	conf_errors_fini(&errors);
}

/* But not without end. */
static void test_many_errors(void **state)
{
	struct conf_errors errors = {0};
	struct buf spec = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_str(&spec, i ? ",\"x\"" : "{\"addresses\":[\"x\"");
	buf_str(&spec, "]}");
	assert_null(read_pool(spec.p, &errors));
	assert_int_equal(errors.lines.n, CONF_ERRORS_MAX);
	assert_int_equal(errors.more, 10000 - CONF_ERRORS_MAX);
	conf_errors_fini(&errors);
	free(spec.p);
}

static void test_no_policy(void **state)
{
	struct conf_errors errors = {0};
	struct part *p = part_of_spec("servicel2statuses", "v1beta1", "{}", &errors);
	char *text = part_text(p);

	(void)state;
	assert_string_equal(text, "");
	part_free(p);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pool),
	    cmocka_unit_test(test_selectors),
	    cmocka_unit_test(test_l2),
	    cmocka_unit_test(test_bgp),
	    cmocka_unit_test(test_communities_max),
	    cmocka_unit_test(test_old_pool),
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_all_errors),
	    cmocka_unit_test(test_many_errors),
	    cmocka_unit_test(test_no_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
