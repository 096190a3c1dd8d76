/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused and why, and what makes two objects differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/digest.h"
#include "k8s/objects.h"
#include "k8s/yamldoc.h"
#include "tests/unit/decode.h"
#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

#define SERVICE "{apiVersion: v1, kind: Service, metadata: {name: s}, "
#define SLICE                                                                                  \
	"{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s}, "         \
	"addressType: IPv4, endpoints: "
#define NODE "{apiVersion: v1, kind: Node, metadata: {name: m}, "

static const struct {
	const char *text, *field, *expected;
	unsigned col; /* where err.at stood; 0 = it has no place */
} faults[] = {
    {"[]",									  "",						"must be a mapping",                                1  },
    {"{apiVersion: v1}",							    "kind",					    "must be given",                                    1  },
    {"{kind: Service}",							     "apiVersion",				      "must be given",                                    1  },
    {"{kind: 5}",								   "kind",					    "must be a string: put it in quotes",               8  },
    {"{apiVersion: v1, kind: Service}",					     "metadata",                                        "must be given",                                    1  },
    {"{apiVersion: v1, kind: Service, metadata: {}}",                               "metadata.name",                                   "must be given",                                    43 },
    {"{apiVersion: v1, kind: Service, metadata: {name: 1}}",                        "metadata.name",
     "must be a string: put it in quotes",																		 50 },
    {"{apiVersion: v1, kind: Service, metadata: {name: A}}",                        "metadata.name",
     "must be a name: at most 253 of a-z, 0-9, - and .",																   50 },
    {"{apiVersion: v1, kind: Service, metadata: {name: a, namespace: a/b}}",
     "metadata.namespace",													     "must be a name: at most 253 of a-z, 0-9, - and .", 64 },
    {"{apiVersion: v1, kind: Service, metadata: {name: a, creationTimestamp: x}}",
     "metadata.creationTimestamp",												     "must be a time like 2024-05-01T10:00:00Z",         72 },
    {SERVICE "}",								   "spec",					    "must be given",                                    1  },
    {SERVICE "spec: [1]}",							  "spec",					    "must be a mapping",                                60 },
    {SERVICE "spec: {type: Foo}}",						  "spec.type",
     "must be ClusterIP, NodePort, LoadBalancer or ExternalName",															  67 },
    {SERVICE "spec: {externalTrafficPolicy: local}}",                               "spec.externalTrafficPolicy",
     "must be Cluster or Local",																			   84 },
    {SERVICE "spec: {ports: 53}}",						  "spec.ports",                                      "must be a list",                                   68 },
    {SERVICE "spec: {ports: [53]}}",						"spec.ports[0]",                                   "must be a mapping",                                69 },
    {SERVICE "spec: {ports: [{port: 53}, {}]}}",                                    "spec.ports[1].port",                              "must be 1..65535",                                 81 },
    {SERVICE "spec: {ports: [{port: 65536}]}}",                                     "spec.ports[0].port",                              "must be 1..65535",                                 76 },
    {SERVICE "spec: {ports: [{port: 0}]}}",                                         "spec.ports[0].port",                              "must be 1..65535",                                 76 },
    {SERVICE "spec: {ports: [{port: dns}]}}",                                       "spec.ports[0].port",                              "must be a whole number",
     76																						       },
    {SERVICE "spec: {ports: [{protocol: tcp}]}}",                                   "spec.ports[0].protocol",
     "must be TCP, UDP or SCTP",																			   80 },
    {SERVICE "spec: {clusterIPs: [x]}}",					    "spec.clusterIPs[0]",                              "must be an IP address",                            74 },
    {SERVICE "spec: {clusterIPs: [~]}}",					    "spec.clusterIPs[0]",                              "must be a string",                                 0  },
    {SERVICE "spec: {clusterIP: 10.0.0.256}}",                                      "spec.clusterIP",                                  "must be an IP address",                            72 },
    {SERVICE "spec: {ipFamilies: [IPv5]}}",                                         "spec.ipFamilies[0]",                              "must be IPv4 or IPv6",                             74 },
    {SERVICE "spec: {selector: {a: [b]}}}",                                         "spec.selector.a",                                 "must be a string",                                 75 },
    {SERVICE "spec: {loadBalancerIP: 5}}",                                          "spec.loadBalancerIP",
     "must be a string: put it in quotes",																		 77 },
    {SERVICE "spec: {}, status: {loadBalancer: {ingress: [{ip: x}]}}}",
     "status.loadBalancer.ingress[0].ip",											      "must be an IP address",                            103},
    {"{apiVersion: v1, kind: Service, spec: {}, metadata: {name: s, annotations: "
     "{metallb.io/allow-shared-ip: no}}}",				     "metadata.annotations.metallb.io/allow-shared-ip", "must be a string: put it in quotes",
     105																						      },
    {"{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s}}",
     "addressType",														    "must be given: IPv4, IPv6 or FQDN",                1  },
    {SLICE "{}}",								   "endpoints",				       "must be a list",                                   107},
    {SLICE "[{}]}",								 "endpoints[0].addresses",                          "must hold an address",                             108},
    {SLICE "[{addresses: ['::1']}]}",					       "endpoints[0].addresses[0]",
     "must be an IPv4 address, as addressType says",																       121},
    {SLICE "[{conditions: {ready: maybe}}]}",                                       "endpoints[0].conditions.ready",
     "must be true or false",																			      129},
    {SLICE "[{nodeName: 'a b'}]}",						  "endpoints[0].nodeName",
     "must be a name: at most 253 of a-z, 0-9, - and .",																   119},
    {NODE "status: {addresses: [{type: InternalIP}]}}",                             "status.addresses[0].address",
     "must be given",																				      72 },
    {NODE "status: {addresses: [{type: InternalIP, address: x}]}}",
     "status.addresses[0].address",												    "must be an IP address",                            100},
    {NODE "status: {conditions: [x]}}",					     "status.conditions[0]",                            "must be a mapping",                                73 },
    {NODE "spec: {unschedulable: 1}}",					      "spec.unschedulable",                              "must be true or false",                            73 },
    {"{apiVersion: v1, kind: Node, metadata: {name: m, labels: {a: 1}}}",           "metadata.labels.a",
     "must be a string: put it in quotes",																		 62 },
};

static void faults_name_field_and_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(faults); i++) {
		struct k8s_decode_error err = {0};
		struct k8s_object *o;
		struct yamldoc doc;
		struct yamldoc_error yerr;
		unsigned line, col;

		assert_int_equal(
		    yamldoc_parse(faults[i].text, strlen(faults[i].text), &doc, &yerr), 0);
		assert_int_equal(k8s_object_decode(doc.docs[0], &o, &err), -EINVAL);
		assert_null(o);
		assert_string_equal(err.field, faults[i].field);
		assert_string_equal(err.expected, faults[i].expected);
		yamldoc_mark(err.at, &line, &col);
		if (col != faults[i].col)
			fail_msg("%s: %s at column %u", faults[i].text, err.field, col);
		yamldoc_fini(&doc);
	}
}

static void a_nul_in_a_string_of_the_api_is_refused(void **state)
{
	struct json_object *json = json_tokener_parse(
	    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"a\\u0000b\"}}");
	struct k8s_decode_error err = {0};
	struct k8s_object *o;

	(void)state;
	assert_non_null(json);
	assert_int_equal(k8s_object_decode(json, &o, &err), -EINVAL);
	assert_string_equal(err.field, "metadata.name");
	json_object_put(json);
}

static void a_long_path_is_cut(void **state)
{
	char text[512];
	struct k8s_decode_error err = {0};
	struct k8s_object *o;
	struct yamldoc doc;
	struct yamldoc_error yerr;

	(void)state;
	snprintf(text, sizeof(text), SERVICE "spec: {selector: {%0200d: 1}}}", 0);
	assert_int_equal(yamldoc_parse(text, strlen(text), &doc, &yerr), 0);
	assert_int_equal(k8s_object_decode(doc.docs[0], &o, &err), -EINVAL);
	assert_int_equal(strlen(err.field), sizeof(err.field) - 1);
	assert_memory_equal(err.field, "spec.selector.0000", 18);
	yamldoc_fini(&doc);
}

/* Each row changes one thing of the first. */
static const char *const services[] = {
#define A "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: a, "
#define T "creationTimestamp: 2024-05-01T10:00:00Z, annotations: {"
#define M                                                                                      \
	"metallb.io/loadBalancerIPs: x, metallb.io/address-pool: p, "                          \
	"metallb.io/allow-shared-ip: k}}"
#define P                                                                                      \
	"spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: b}, loadBalancerIP: l, " \
	"loadBalancerClass: c, clusterIPs: [10.0.0.1]}, "
#define I "status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}}"
    A T M ", " P I,
    "{apiVersion: v1, kind: Service, metadata: {name: t, namespace: a, " T M ", " P I,
    "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: b, " T M ", " P I,
    A "creationTimestamp: 2024-05-01T10:00:01Z, annotations: {" M ", " P I,
    A T "metallb.io/loadBalancerIPs: z, metallb.io/address-pool: p, "
	"metallb.io/allow-shared-ip: k}}, " P I,
    A T "metallb.io/loadBalancerIPs: x, metallb.io/address-pool: q, "
	"metallb.io/allow-shared-ip: k}}, " P I,
    A T "metallb.io/loadBalancerIPs: x, metallb.io/address-pool: p}}, " P I,
    A T "metallb.io/ip-allocated-from-pool: p, " M ", " P I,
    A T "metallb.io/loadBalancerIPs: x, metallb.io/address-pool: p, "
	"metallb.universe.tf/allow-shared-ip: k}}, " P I,
    A "labels: {a: b}, " T M ", " P I,
    A T M ", " P "status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {hostname: h}]}}}",
    A T M ", spec: {type: ClusterIP, ports: [{port: 1}], selector: {a: b}, "
	  "loadBalancerIP: l, "
	  "loadBalancerClass: c, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 2}], selector: {a: b}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1, protocol: UDP}], selector: {a: b}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}, {port: 2}], selector: {a: b}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: c}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: b}, "
	  "loadBalancerIP: m, loadBalancerClass: c, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: b}, "
	  "loadBalancerIP: l, clusterIPs: [10.0.0.1]}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: b}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1, '::1']}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: b}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1], "
	  "externalTrafficPolicy: Local}, " I,
    A T M ", spec: {type: LoadBalancer, ports: [{port: 1}], selector: {a: b}, "
	  "loadBalancerIP: l, loadBalancerClass: c, clusterIPs: [10.0.0.1], "
	  "ipFamilyPolicy: PreferDualStack}, " I,
    A T M ", " P "status: {loadBalancer: {ingress: [{ip: 192.0.2.2}]}}}",
    A T M ", " P "status: {}}",
};
static const char *const slices[] = {
    SLICE "[{addresses: [192.0.2.1], nodeName: o}]}",
    SLICE "[{addresses: [192.0.2.2], nodeName: o}]}",
    SLICE "[{addresses: [192.0.2.1], nodeName: m}]}",
    SLICE "[{addresses: [192.0.2.1]}]}",
    SLICE "[{addresses: [192.0.2.1], nodeName: o, conditions: {ready: false}}]}",
    SLICE "[{addresses: [192.0.2.1], nodeName: o}, {addresses: [192.0.2.1], nodeName: o}]}",
    "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, "
    "labels: "
    "{kubernetes.io/service-name: x}}, addressType: IPv4, endpoints: [{addresses: "
    "[192.0.2.1], nodeName: o}]}",
};
static const char *const nodes[] = {
#define N "{apiVersion: v1, kind: Node, metadata: {name: m, labels: {a: b, c: d}}, "
    N "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}}",
    N "status: {addresses: [{type: InternalIP, address: 192.0.2.2}]}}",
    N "status: {addresses: []}}",
    N "spec: {unschedulable: true}, status: {addresses: [{type: InternalIP, address: "
      "192.0.2.1}]}}",
    N "status: {conditions: [{type: Ready}], addresses: [{type: InternalIP, address: "
      "192.0.2.1}]}}",
    N "status: {conditions: [{type: NetworkUnavailable, status: 'True'}], addresses: "
      "[{type: "
      "InternalIP, address: 192.0.2.1}]}}",
    "{apiVersion: v1, kind: Node, metadata: {name: m, labels: {a: b, c: e}}, status: "
    "{addresses: [{type: InternalIP, address: 192.0.2.1}]}}",
    "{apiVersion: v1, kind: Node, metadata: {name: m, labels: {a: b, e: d}}, status: "
    "{addresses: [{type: InternalIP, address: 192.0.2.1}]}}",
};

static void every_change_makes_unequal(void **state)
{
	static const struct {
		const char *const *rows;
		size_t n;
	} sets[] = {
	    {services, LEN(services)},
            {slices,   LEN(slices)  },
            {nodes,    LEN(nodes)   }
        };

	(void)state;
	for (size_t k = 0; k < LEN(sets); k++) {
		struct k8s_object *first = decode_text(sets[k].rows[0]);

		for (size_t i = 0; i < sets[k].n; i++) {
			struct k8s_object *o = decode_text(sets[k].rows[i]);

			assert_int_equal(
			    k8s_object_digest(first) == k8s_object_digest(o), i == 0);
			if (k8s_object_equal(first, o) != (i == 0) ||
			    k8s_object_equal(o, first) != (i == 0))
				fail_msg("set %zu, row %zu", k, i);
			k8s_object_free(o);
		}
		k8s_object_free(first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(faults_name_field_and_place),
	    cmocka_unit_test(a_nul_in_a_string_of_the_api_is_refused),
	    cmocka_unit_test(a_long_path_is_cut),
	    cmocka_unit_test(every_change_makes_unequal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
