/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of Services, their addresses, endpoints and nodes: each is made, and what `why` says
 * of it is tests/data/why/NAME.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/alloc.h"
#include "announcer/util.h"
#include "why_scenes.h"
#include <cmocka.h>

#define POOLS "role: router\ncontroller: {enabled: yes}\naddress-pools:\n"
/* Role node, with a pool by MetalLB's objects. */
#define SPEAKER                                                                                \
	"role: node\npeers: [{my-asn: 1, peer-asn: 1, peer-address: 192.168.2.1}]\n"           \
	"controller: {enabled: yes}\npolicy-from: [file, crds]\n"
#define OF_LAN CUSTOM("IPAddressPool", "lan", "addresses: [192.168.254.0/24]")
#define CRDS   "role: router\ncontroller: {enabled: yes}\npolicy-from: [file, crds]\n"
#define LAN    "- {name: lan, protocol: bgp, addresses: [192.168.254.1-192.168.254.1]}\n"
#define TWO                                                                                    \
	POOLS "- {name: a, protocol: bgp, addresses: [192.168.254.0/24]}\n"                    \
	      "- {name: b, protocol: bgp, addresses: [\"2001:db8:254::/64\"]}\n"
/* Pools for some Services only: of default/web none. */
#define SPECIAL                                                                                \
	POOLS "- {name: lan, protocol: bgp, addresses: [192.168.254.0/24], "                   \
	      "service-allocation: {namespaces: [shop], namespace-selectors: [{match-labels: " \
	      "{team: a}}]}}\n- {name: front, protocol: bgp, addresses: [192.168.253.0/24], "  \
	      "service-allocation: {priority: 1, service-selectors: [{match-expressions: "     \
	      "[{key: tier, operator: In, values: [front, edge]}]}]}}\n"
#define WEB     "192.168.254.1" /* what default/web has */
#define SHARING ASKS("metallb.io/allow-shared-ip: k, metallb.io/loadBalancerIPs: 192.168.254.7")

/* Of before a restart: an address of a Service that the source does not have. */
static void keep(struct lab *lab)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse("192.168.254.5", &a), 0);
	assert_int_equal(alloc_restore(lab->alloc, "default", "gone", &a, 1), 0);
}

static void keep_for_web(struct lab *lab, const char *address)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(address, &a), 0);
	assert_int_equal(alloc_restore(lab->alloc, "default", "web", &a, 1), 0);
}

static void had_outside(struct lab *lab)
{
	keep_for_web(lab, "203.0.113.7");
}

static void had_other(struct lab *lab)
{
	keep_for_web(lab, "192.168.254.7");
}

/* One that had it before the restart is gone for good. */
static void release(struct lab *lab)
{
	keep(lab);
	alloc_sweep(lab->alloc);
}

static const struct scene scenes[] = {
    /* all is well: two addresses, two Services with one */
    API("dual", "why default/api",
	.objects =
	    SERVICE("api", "", DUAL) SLICE("api", READY("n1")) SLICE6("api", READY6("n1"))),
    API("shared", "why 192.168.254.7",
	.objects = SERVICE("one", SHARING, LB) SERVICE(
	    "two", SHARING, "type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{port: 81}]")
	    SLICE("one", READY("n1")) SLICE("two", READY("n2"))),
    /* the Service */
    API("service_unknown", "why defualt/wbe"),
    API("service_nowhere", "why other/thing"),
    FILES("service_no_manifest", "why other/thing"),
    API("service_ambiguous", "why web",
	.objects =
	    "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
	    "spec: {" LB "}\n"),
    API("service_type", "why default/in",
	.objects =
	    SERVICE("in", "", "type: ClusterIP, clusterIP: 10.96.0.9, ports: [{port: 80}]")),
    API("service_class", "why default/api",
	.objects = SERVICE("api", "", LB ", loadBalancerClass: example.com/lb")),
    API("service_no_class", "why default/web",
	.config = "controller: {enabled: yes, load-balancer-class: grevy.example/lb}\n"
		  "address-pools:\n" LAN),
    FILES("service_held", "why 192.168.254.5", .prepare = keep,
	.problem = "spec.ports[0].port: must be 1..65535"),
    /* its address */
    API("pool_full", "why default/api",
	.objects = SERVICE("a-first", ASKS("metallb.io/address-pool: tiny"), LB)
	    SERVICE("api", ASKS("metallb.io/address-pool: tiny"), LB)),
    API("pools_full", "why default/web", .config = POOLS LAN,
	.objects = "---\napiVersion: v1\nkind: Service\nmetadata: {name: first, namespace: a, "
		   "creationTimestamp: \"2025-01-01T00:00:00Z\"}\nspec: {" LB "}\n"),
    API("pools_none", "why default/web",
	.config = "role: router\ncontroller: {enabled: yes}\n"),
    API("pool_unknown", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/address-pool: tinny"), LB)),
    API("pool_no_auto", "why default/web",
	.config = POOLS "- {name: shy, protocol: bgp, addresses: [192.168.254.0/24], "
			"auto-assign: no}\n"),
    API("pools_not_for_it", "why default/web", .config = SPECIAL),
    API("pools_each", "why default/web",
	.config = SPECIAL
	"- {name: full, protocol: bgp, addresses: [192.168.251.1/32]}\n"
	"- {name: six, protocol: bgp, addresses: [\"2001:db8:254::/64\"]}\n"
	"- {name: shy, protocol: layer2, addresses: [192.168.252.0/24], auto-assign: no}\n",
	.objects = "---\napiVersion: v1\nkind: Service\nmetadata: {name: first, namespace: a, "
		   "creationTimestamp: \"2025-01-01T00:00:00Z\"}\nspec: {" LB "}\n"),
    API("pool_not_for_it", "why default/api", .config = SPECIAL,
	.objects = SERVICE("api", ASKS("metallb.io/address-pool: front"), LB)),
    API("pool_not_for_namespace", "why default/api", .config = SPECIAL,
	.objects = SERVICE("api", ASKS("metallb.io/address-pool: lan"), LB)),
    API("pool_no_family", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/address-pool: tiny"),
	    "type: LoadBalancer, clusterIP: \"fd00:96::9\", ports: [{port: 80}]")),
    API("pool_partial", "why default/api",
	.config = POOLS "- {name: lan, protocol: bgp, addresses: [192.168.254.0/24, "
			"\"2001:db8::1-2001:db8::1\"]}\n",
	.objects = SERVICE("a6", ASKS("metallb.io/loadBalancerIPs: \"2001:db8::1\""),
	    "type: LoadBalancer, clusterIP: \"fd00:96::8\", ports: [{port: 80}]") SERVICE("api",
	    "", DUAL ", ipFamilyPolicy: PreferDualStack") SLICE("api", READY("n1"))),
    API("address_outside", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 203.0.113.5"), LB)),
    API("address_in_use", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: " WEB), LB)),
    API("address_port_in_use", "why default/tcp2",
	.objects = SERVICE("tcp1", SHARING, LB) SERVICE("tcp2", SHARING, LB)),
    API("address_other_backend", "why default/two",
	.objects = SERVICE("one", SHARING, LOCAL ", selector: {app: one}") SERVICE(
	    "two", SHARING, "type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{port: 81}]")),
    API("address_share_local", "why default/two",
	.objects =
	    SERVICE("one", SHARING, LOCAL ", selector: {app: one}") SERVICE("two", SHARING,
		"type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{port: 81}], "
		"externalTrafficPolicy: Local, selector: {app: two}")),
    API("address_cooling", "why default/api", .prepare = release,
	.config = "role: router\ncontroller: {enabled: yes, cool-down: 60}\naddress-pools:\n"
		  "- {name: lan, protocol: bgp, addresses: [192.168.254.0/24]}\n",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 192.168.254.5"), LB)),
    API("pool_cooling", "why default/api", .prepare = release,
	.config = "role: router\ncontroller: {enabled: yes, cool-down: 60}\naddress-pools:\n"
		  "- {name: lan, protocol: bgp, addresses: [192.168.254.4-192.168.254.5]}\n",
	.objects = SERVICE("api", "", LB)),
    FILES("address_reserved", "why default/api", .prepare = keep,
	.problem = "spec.ports[0].port: must be 1..65535",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 192.168.254.5"), LB)),
    API("address_two_pools", "why default/api", .config = TWO,
	.objects = SERVICE("api",
	    ASKS("metallb.io/loadBalancerIPs: \"192.168.254.7,2001:db8:254::7\""), DUAL)),
    API("address_other_pool", "why default/api",
	.objects = SERVICE("api",
	    ASKS("metallb.io/loadBalancerIPs: 192.168.254.7, "
		 "metallb.io/address-pool: tiny"),
	    LB)),
    API("address_buggy", "why default/api",
	.config = POOLS "- {name: lan, protocol: bgp, addresses: [192.168.254.0/24], "
			"avoid-buggy-ips: yes}\n",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 192.168.254.255"), LB)),
    API("annotation_bad", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 192.168.254.7;8"), LB)),
    API("annotation_and_field", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 192.168.254.7"),
	    LB ", loadBalancerIP: 192.168.254.8")),
    API("annotation_two_v4", "why default/api",
	.objects = SERVICE(
	    "api", ASKS("metallb.io/loadBalancerIPs: \"192.168.254.7,192.168.254.8\""), LB)),
    API("annotation_family", "why default/api",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 192.168.254.7"), DUAL)),
    API("service_not_dual", "why default/api",
	.objects = SERVICE("api", "", LB ", ipFamilyPolicy: RequireDualStack")),
    API("address_kept", "why default/web",
	.objects = SERVICE("api", "",
	    LB) "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default, "
		"annotations: {metallb.io/loadBalancerIPs: 203.0.113.5}}\nspec: {" LOCAL "}\n"
		"status: {loadBalancer: {ingress: [{ip: " WEB "}]}}\n"),
    API("policy_refused", "why default/web", .config = CRDS,
	.objects = CUSTOM("IPAddressPool", "lan", "addresses: [192.168.254.0/24, 10.0.0.300]")),
    API("address_lost", "why default/web", .prepare = had_outside),
    API("address_lost_pending", "why default/web", .prepare = had_other, .config = SPECIAL),
    API("address_changed", "why default/web", .prepare = had_other,
	.objects = SERVICE("web", ASKS("metallb.io/loadBalancerIPs: 192.168.254.8"), LOCAL)),
    /* endpoints */
    API("endpoints_none", "why default/api",
	.objects = SERVICE("api", "", LB ", selector: {app: api}")),
    API("endpoints_no_selector", "why default/api", .objects = SERVICE("api", "", LB)),
    FILES("endpoints_no_manifest", "why default/api",
	.objects = SERVICE("api", "", LB ", selector: {app: api}")),
    API("endpoints_unready", "why default/api",
	.objects = SERVICE("api", "", LB ", selector: {app: api}")
	    SLICE("api", UNREADY("n1") UNREADY("n2"))),
    FILES("endpoints_unready_manifest", "why default/api",
	.objects = SERVICE("api", "", LB) SLICE("api", UNREADY("n1"))),
    API("endpoints_other_family",
	"why 2001:db8:254::", .objects = SERVICE("api", "", DUAL) SLICE("api", READY("n1"))),
    API("endpoints_ending", "why default/api",
	.objects =
	    SERVICE("api", "", LOCAL ", selector: {app: api}") SLICE("api", ENDING("n1"))),
    /* nodes */
    API("node_excluded", "why default/web",
	.objects = NODE("n1", EXCLUDED, IP("192.168.2.11"), IS_READY)),
    FILES("node_excluded_manifest", "why default/web",
	.objects = NODE("n1", EXCLUDED, IP("192.168.2.11"), IS_READY)),
    API("node_unready", "why default/api",
	.objects = NODE("n2", "", IP("192.168.2.12"), IS_UNREADY) SERVICE("api", "", LB)
	    SLICE("api", READY("n1"))),
    API("nodes_all_unready", "why default/web",
	.objects = NODE("n1", "", IP("192.168.2.11"), IS_UNREADY)),
    API("node_no_network", "why default/web",
	.objects = NODE("n1", "", IP("192.168.2.11"), NO_NETWORK)),
    API("node_no_address", "why default/web", .objects = NODE("n1", "", "", IS_READY)),
    API("node_no_family", "why 2001:db8:254::",
	.objects = NODE("n1", "", IP("192.168.2.11"), IS_READY)
	    SERVICE("api", "", DUAL ", externalTrafficPolicy: Local") SLICE("api", READY("n1"))
		SLICE6("api", READY6("n1"))),
    API("node_gone", "why default/api",
	.objects = SERVICE("api", "", LOCAL) SLICE("api", READY("n7"))),
    FILES("node_no_manifest", "why default/api",
	.objects = SERVICE("api", "", LOCAL) SLICE("api", READY("n7"))),
    API("node_not_selected", "why default/web",
	.config =
	    POOLS "- name: lan\n  protocol: bgp\n  addresses: [192.168.254.0/24]\n"
		  "  bgp-advertisements: [{node-selectors: [{match-labels: {rack: b}}]}]\n"),
    API("nodes_several", "why default/api",
	.objects = NODE("n1", "", IP("192.168.2.11"), NO_NETWORK) NODE("n2", EXCLUDED,
	    IP("192.168.2.12"), IS_READY) SERVICE("api", "", LB) SLICE("api", READY("n1"))),
    FILES("nodes_none", "why default/api", .empty = true,
	.objects = SERVICE("api", "", LB) SLICE("api", NOWHERE)),
    API("nodes_unnamed", "why default/api",
	.objects = SERVICE("api", "", LOCAL) SLICE("api", NOWHERE)),
    API("nodes_limit", "why default/api", .nodes = 5, .limit = 4,
	.objects = SERVICE("api", "", LB) SLICE("api", READY("n1"))),
    /* who shares the address */
    API("sharing_split", "why default/two",
	.objects = SERVICE("one", SHARING, LOCAL) SERVICE("two", SHARING,
	    "type: LoadBalancer, clusterIP: 10.96.0.9, "
	    "ports: [{port: 81}], externalTrafficPolicy: Local") SLICE("one", READY("n1"))
	    SLICE("two", READY("n2"))),
    /* role node */
    API("here_no_endpoint", "why default/web", .node = "n2"),
    API("here_excluded", "why default/web", .node = "n1",
	.objects = NODE("n1", EXCLUDED, IP("192.168.2.11"), IS_READY)),
    API("here_unknown", "why default/web", .node = "n9"),
    API("here_not_selected", "why default/web", .node = "n1",
	.config =
	    POOLS "- name: lan\n  protocol: bgp\n  addresses: [192.168.254.0/24]\n"
		  "  bgp-advertisements: [{node-selectors: [{match-labels: {rack: b}}]}]\n"),
    API("here_no_advertisement", "why default/web", .node = "n1", .config = SPEAKER,
	.objects = OF_LAN),
    API("here_other_services", "why default/web", .node = "n1", .config = SPEAKER,
	.objects = OF_LAN CUSTOM(
	    "BGPAdvertisement", "dns", "serviceSelectors: [{matchLabels: {app: dns}}]")),
    API("here_conflict", "why default/web", .node = "n1", .config = SPEAKER,
	.objects =
	    OF_LAN CUSTOM("BGPAdvertisement", "low", "localPref: 100, serviceSelectors: [{}]")
		CUSTOM("BGPAdvertisement", "high", "localPref: 200, serviceSelectors: [{}]")),
    API("here_others", "why default/two", .node = "n2",
	.objects = SERVICE("one", SHARING, LOCAL) SERVICE("two", SHARING,
	    "type: LoadBalancer, clusterIP: 10.96.0.9, "
	    "ports: [{port: 81}], externalTrafficPolicy: Local") SLICE("one", READY("n1"))
	    SLICE("two", READY("n2"))),
    /* an address that no Service has */
    API("address_unused", "why 192.168.254.9"),
    API("address_waited_for", "why 203.0.113.5",
	.objects = SERVICE("api", ASKS("metallb.io/loadBalancerIPs: 203.0.113.5"), LB)),
    API("address_no_pool", "why 203.0.113.5"),
    API("address_of_node", "why 192.168.2.11"),
    /* nodes by name */
    API("why_node_good", "why node n1"),
    API("why_node_json", "why node n1 json"),
    API("why_node_here", "why node n2", .node = "n1"),
    API("why_node_cordoned", "why node n1",
	.objects =
	    "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\nspec: {unschedulable: "
	    "true}\nstatus: {addresses: [" IP("192.168.2.11") "]}\n"),
    API("why_node_excluded", "why node n1",
	.objects = NODE("n1", EXCLUDED, IP("192.168.2.11"), IS_READY)),
    API("why_node_unknown", "why node nn1"),
    API("why_node_named", "why node n7",
	.objects = SERVICE("api", "", LOCAL) SLICE("api", READY("n7"))),
};

SCENES_MAIN(scenes)
