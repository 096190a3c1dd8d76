/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * objects.h - the Kubernetes objects that grevy uses, trimmed to what it uses: flat,
 * immutable once decoded, one owner. An object is decoded once, whatever the source
 * (API or manifests), and may be handed to another thread whole.
 */
#ifndef K8S_OBJECTS_H
#define K8S_OBJECTS_H
#include "k8s/kind.h"
#include "zclient/prefix.h"
#include <stddef.h>

enum k8s_family { K8S_V4 = 1, K8S_V6 = 2 }; /* bits */
enum k8s_policy { K8S_SINGLE, K8S_PREFER_DUAL, K8S_REQUIRE_DUAL };

struct k8s_kv {
	const char *key, *value;
};

struct k8s_port {
	uint16_t port;
	uint8_t proto; /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP */
};

/* v1 Service */
struct k8s_service {
	bool load_balancer;   /* spec.type is LoadBalancer */
	bool local;           /* spec.externalTrafficPolicy is Local */
	bool bare_ingress;    /* some entry of ingress has no ip, but a host name perhaps */
	bool old_prefix;      /* some of the annotations below is metallb.universe.tf/'s */
	uint8_t families;     /* K8S_V4 | K8S_V6: of clusterIPs, else ipFamilies, else IPv4 */
	uint8_t primary;      /* the first of them, as one bit */
	uint8_t policy;       /* enum k8s_policy: spec.ipFamilyPolicy */
	const char *lb_class; /* spec.loadBalancerClass; NULL = none */
	const char *lb_ip;    /* spec.loadBalancerIP as written; NULL = none */
	/* Annotations, metallb.io/ before metallb.universe.tf/, as written; NULL = none */
	const char *want_ips;   /* loadBalancerIPs */
	const char *want_pool;  /* address-pool */
	const char *share_key;  /* allow-shared-ip */
	const char *from_pool;  /* ip-allocated-from-pool, by a controller: metallb.io/ alone */
	const char *uid;        /* metadata.uid; NULL in a manifest */
	const char *version;    /* metadata.resourceVersion; NULL in a manifest */
	const char *selector;   /* canonical "a=b,c=d" sorted by key; "" = none */
	struct k8s_port *ports; /* sorted by proto, port */
	struct ipaddr *ingress; /* status.loadBalancer.ingress[].ip, in order */
	struct k8s_kv *labels;  /* sorted by key */
	uint32_t n_ports, n_ingress, n_labels;
};

enum k8s_ep_flags { K8S_EP_READY = 1, K8S_EP_SERVING = 2, K8S_EP_TERMINATING = 4 };

struct k8s_endpoint {
	const char *node;   /* nodeName; NULL = unknown */
	struct ipaddr addr; /* the first address: tells endpoints apart; family 0 for FQDN */
	uint8_t flags;      /* K8S_EP_*; absent ready counts as true, absent serving as ready */
};

/* discovery.k8s.io/v1 (or v1beta1) EndpointSlice */
struct k8s_slice {
	const char *service; /* label kubernetes.io/service-name; "" = none */
	struct k8s_endpoint *endpoints;
	uint32_t n;
	uint8_t family; /* AF_INET, AF_INET6; 0 = FQDN */
};

/* v1 Node */
struct k8s_node {
	struct ipaddr *internal; /* status.addresses of type InternalIP, in order */
	struct k8s_kv *labels;   /* sorted by key */
	uint32_t n_internal, n_labels;
	bool ready; /* condition Ready is True; true when the Node has no such condition */
	bool network_unavailable; /* condition NetworkUnavailable is True */
	bool unschedulable;
};

/* v1 Namespace */
struct k8s_namespace {
	struct k8s_kv *labels; /* sorted by key */
	uint32_t n_labels;
};

/* An object that is handed on as it is, for somebody else to decode. */
struct k8s_raw {
	const char *resource; /* "ipaddresspools"; "" but for K8S_CUSTOM */
	const char *text;     /* JSON without metadata.managedFields; of a Secret: secret */
	size_t len;
};

struct k8s_object {
	int64_t created_s : 56; /* metadata.creationTimestamp, Unix time; 0 = unknown */
	uint8_t kind;           /* enum k8s_kind */
	const char *ns;         /* "" for Nodes; "default" when a manifest names none */
	const char *name;
	union {
		struct k8s_service service;
		struct k8s_slice slice;
		struct k8s_node node;
		struct k8s_namespace space;
		struct k8s_raw raw;
	};
};

/* An object that only names one: kind, ns, name; the second for a K8S_CUSTOM. NULL on lack of
 * memory. */
struct k8s_object *k8s_object_name_only(enum k8s_kind kind, const char *ns, const char *name);
struct k8s_object *k8s_custom_name_only(const char *resource, const char *ns, const char *name);

void k8s_object_free(struct k8s_object *o); /* NULL is fine */

/* Same identity: kind, resource, ns, name. */
bool k8s_object_same_name(const struct k8s_object *a, const struct k8s_object *b);

/* Same identity and same content; uid and version of a Service are not content. */
bool k8s_object_equal(const struct k8s_object *a, const struct k8s_object *b);

/* The value of a label among n, sorted by key; or NULL. */
const char *k8s_label(const struct k8s_kv *labels, size_t n, const char *key);
#endif
