/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_objects.h - objects in YAML, for the scenes of test_why_*.c. Text with commas in a
 * macro's argument stands in quotes. */
#ifndef TESTS_WHY_OBJECTS_H
#define TESTS_WHY_OBJECTS_H

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
