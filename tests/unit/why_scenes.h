/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_scenes.h - what the tables of scenes in test_why_*.c are written with. */
#ifndef TESTS_WHY_SCENES_H
#define TESTS_WHY_SCENES_H
#include "show_lab.h"

/* Rows: the source is an API server, or a folder of manifests. Strings with commas that a macro
 * would take for its own stand in quotes. */
#define API(n, ...)                                                                            \
	{                                                                                      \
		.name = (n), .api = true, .why = __VA_ARGS__                                   \
	}
#define FILES(n, ...)                                                                          \
	{                                                                                      \
		.name = (n), .why = __VA_ARGS__                                                \
	}
/* The program: cmocka's table of tests, and main(). */
#define SCENES_MAIN(scenes)                                                                    \
	int main(void)                                                                         \
	{                                                                                      \
		static struct CMUnitTest tests[ARRAY_LEN(scenes)];                             \
                                                                                               \
		for (size_t i = 0; i < ARRAY_LEN(scenes); i++)                                 \
			tests[i] = (struct CMUnitTest){.name = (scenes)[i].name,               \
			    .test_func = lab_play_state,                                       \
			    .initial_state = (void *)(uintptr_t) & (scenes)[i]};               \
		return cmocka_run_group_tests(tests, NULL, NULL);                              \
	}

/* ---- objects in YAML ---- */

/* default/NAME: what else is in its metadata (", annotations: {...}") and all of its spec. */
#define SERVICE(name, meta, spec)                                                              \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name                           \
	", namespace: default, creationTimestamp: \"2026-01-01T00:01:00Z\"" meta "}\nspec: "   \
	"{" spec "}\n"
#define LB          "type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{port: 80}]"
#define LOCAL       LB ", externalTrafficPolicy: Local"
#define DUAL        "type: LoadBalancer, clusterIPs: [10.96.0.9, \"fd00:96::9\"], ports: [{port: 80}]"
#define ASKS(words) ", annotations: {" words "}"

/* Endpoints of default/NAME, of one family: ENDPOINT() and the like. */
#define SLICE(name, endpoints)                                                                 \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name    \
	"-x, namespace: default, labels: {kubernetes.io/service-name: " name                   \
	"}}\naddressType: IPv4\nendpoints:\n" endpoints
#define SLICE6(name, endpoints)                                                                \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name    \
	"-x6, namespace: default, labels: {kubernetes.io/service-name: " name                  \
	"}}\naddressType: IPv6\nendpoints:\n" endpoints
#define READY(node)                                                                            \
	"- {addresses: [\"10.244.1.9\"], nodeName: " node ", conditions: {ready: true}}\n"
#define READY6(node)                                                                           \
	"- {addresses: [\"fd00:244::9\"], nodeName: " node ", conditions: {ready: true}}\n"
#define UNREADY(node)                                                                          \
	"- {addresses: [\"10.244.1.9\"], nodeName: " node ", conditions: {ready: false}}\n"
#define ENDING(node)                                                                           \
	"- {addresses: [\"10.244.1.9\"], nodeName: " node                                      \
	", conditions: {ready: false, serving: true, terminating: true}}\n"
#define NOWHERE "- {addresses: [\"10.244.1.9\"], conditions: {ready: true}}\n"

/* An object of metallb.io, and all of its spec. */
#define CUSTOM(kind, name, spec)                                                               \
	"---\napiVersion: metallb.io/v1beta1\nkind: " kind "\nmetadata: {name: " name          \
	", namespace: metallb-system}\nspec: {" spec "}\n"

/* NODE("n1", "labels", IP("192.168.2.11"), IS_READY) */
#define NODE(name, labels, addresses, conditions)                                              \
	"---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {" labels         \
	"}}\nstatus: {addresses: [" addresses "], conditions: [" conditions "]}\n"
#define IP(address) "{type: InternalIP, address: \"" address "\"}"
#define IS_READY    "{type: Ready, status: \"True\"}"
#define IS_UNREADY  "{type: Ready, status: \"False\"}"
#define NO_NETWORK                                                                             \
	"{type: Ready, status: \"True\"}, {type: NetworkUnavailable, status: \"True\"}"
#define EXCLUDED "node.kubernetes.io/exclude-from-external-load-balancers: \"\""
#endif
