/* SPDX-License-Identifier: GPL-2.0-or-later */
/* v1 Service to struct k8s_service. Annotations as MetalLB reads them: the new prefix wins,
 * even with an empty value. */
#include "k8s/decode_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int compare_ports(const void *va, const void *vb)
{
	const struct k8s_port *a = va, *b = vb;

	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	return a->port < b->port ? -1 : a->port > b->port;
}

static int decode_port(
    const struct json_object *json, struct k8s_port *out, struct k8s_decode_error *err)
{
	static const char *const protocols[] = {"TCP", "UDP", "SCTP", NULL};
	static const uint8_t numbers[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP};
	struct json_object *port;
	unsigned proto = 0;
	int64_t v;
	int rc = field_check(json, json_type_object, err);

	if (!rc)
		rc = field_word(json, "protocol", protocols, &proto, err);
	if (!rc)
		rc = field_get(json, "port", json_type_int, &port, err);
	if (rc)
		return rc;
	v = port ? json_object_get_int64(port) : 0;
	if (v < 1 || v > UINT16_MAX)
		return field_refuse(err, port ? port : json, "port", "must be 1..65535");
	*out = (struct k8s_port){.port = (uint16_t)v, .proto = numbers[proto]};
	return 0;
}

static int decode_ports(
    const struct json_object *spec, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n;
	int rc = field_list(spec, "ports", &list, &n, err);

	if (rc || !n)
		return rc;
	s->ports = calloc(n, sizeof(*s->ports));
	if (!s->ports)
		return -ENOMEM;
	for (; !rc && s->n_ports < n; s->n_ports++) {
		rc = decode_port(
		    json_object_array_get_idx(list, s->n_ports), &s->ports[s->n_ports], err);
		field_within_item(rc, err, "ports", s->n_ports);
	}
	if (!rc)
		qsort(s->ports, n, sizeof(*s->ports), compare_ports);
	return rc;
}

static void add_family(struct k8s_service *s, uint8_t bit)
{
	if (!s->families)
		s->primary = bit;
	s->families |= bit;
}

/* A cluster address: "", "None" or an IP. */
static int add_cluster_ip(
    const struct json_object *value, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct ipaddr a;
	const char *text;
	int rc = field_as_string(value, &text, err);

	if (rc || !*text || strcmp(text, "None") == 0)
		return rc;
	rc = field_as_addr(value, &a, err);
	if (!rc)
		add_family(s, a.family == AF_INET6 ? K8S_V6 : K8S_V4);
	return rc;
}

static int add_family_word(
    const struct json_object *value, struct k8s_service *s, struct k8s_decode_error *err)
{
	const char *text;
	int rc = field_as_string(value, &text, err);

	if (rc)
		return rc;
	if (strcmp(text, "IPv4") != 0 && strcmp(text, "IPv6") != 0)
		return field_refuse(err, value, "", "must be IPv4 or IPv6");
	add_family(s, text[3] == '6' ? K8S_V6 : K8S_V4);
	return 0;
}

typedef int item_fn(
    const struct json_object *value, struct k8s_service *s, struct k8s_decode_error *err);

static int add_each(const struct json_object *spec, const char *name, item_fn *add,
    struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n;
	int rc = field_list(spec, name, &list, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		rc = field_within_item(
		    add(json_object_array_get_idx(list, i), s, err), err, name, i);
	return rc;
}

static int decode_families(
    const struct json_object *spec, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *ip;
	int rc = add_each(spec, "clusterIPs", add_cluster_ip, s, err);

	if (!rc && !s->families) {
		rc = field_get(spec, "clusterIP", json_type_string, &ip, err);
		if (!rc && ip)
			rc = field_within(add_cluster_ip(ip, s, err), err, "clusterIP");
	}
	if (!rc && !s->families)
		rc = add_each(spec, "ipFamilies", add_family_word, s, err);
	if (!rc && !s->families)
		add_family(s, K8S_V4);
	return rc;
}

static size_t canonical_print(const struct k8s_kv *kv, size_t n, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		const char *parts[] = {i ? "," : "", kv[i].key, "=", kv[i].value};

		for (size_t k = 0; k < 4; k++) {
			size_t part = strlen(parts[k]);

			if (out)
				memcpy(out + len, parts[k], part);
			len += part;
		}
	}
	if (out)
		out[len] = 0;
	return len;
}

/* "a=b,c=d", so that two selectors are equal when their texts are. */
static int decode_selector(
    const struct json_object *spec, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *map;
	struct k8s_kv *kv = NULL;
	uint32_t n = 0;
	char *text;
	int rc = field_get(spec, "selector", json_type_object, &map, err);

	if (!rc)
		rc = field_within(k8s_decode_pairs(map, &kv, &n, err), err, "selector");
	if (!rc) {
		text = malloc(canonical_print(kv, n, NULL) + 1);
		rc = text ? 0 : -ENOMEM;
		if (text)
			canonical_print(kv, n, text);
		s->selector = text;
	}
	free(kv);
	return rc;
}

static int decode_words(
    const struct json_object *spec, struct k8s_service *s, struct k8s_decode_error *err)
{
	static const char *const types[] = {
	    "ClusterIP", "NodePort", "LoadBalancer", "ExternalName", NULL};
	static const char *const traffic[] = {"Cluster", "Local", NULL};
	static const char *const policies[] = {
	    [K8S_SINGLE] = "SingleStack", "PreferDualStack", "RequireDualStack", NULL};
	unsigned type = 0, local = 0, policy = K8S_SINGLE;
	int rc = field_word(spec, "type", types, &type, err);

	if (!rc)
		rc = field_word(spec, "externalTrafficPolicy", traffic, &local, err);
	if (!rc)
		rc = field_word(spec, "ipFamilyPolicy", policies, &policy, err);
	s->load_balancer = type == 2;
	s->local = local == 1;
	s->policy = (uint8_t)policy;
	return rc;
}

static int decode_spec(
    const struct json_object *spec, struct k8s_service *s, struct k8s_decode_error *err)
{
	int rc = decode_words(spec, s, err);

	if (!rc)
		rc = decode_families(spec, s, err);
	if (!rc)
		rc = field_string(spec, "loadBalancerClass", &s->lb_class, err);
	if (!rc)
		rc = field_string(spec, "loadBalancerIP", &s->lb_ip, err);
	if (!rc)
		rc = decode_selector(spec, s, err);
	return rc ? rc : decode_ports(spec, s, err);
}

static int decode_annotations(
    const struct json_object *map, struct k8s_service *s, struct k8s_decode_error *err)
{
	static const char *const prefixes[] = {"metallb.io/", "metallb.universe.tf/"};
	const struct {
		const char *name, **out;
	} rows[] = {
	    {"loadBalancerIPs", &s->want_ips },
	    {"address-pool",    &s->want_pool},
	    {"allow-shared-ip", &s->share_key},
	};
	char key[64];
	int rc = 0;

	for (size_t i = 0; !rc && map && i < 3; i++) {
		for (size_t k = 0; !rc && k < 2; k++) {
			snprintf(key, sizeof(key), "%s%s", prefixes[k], rows[i].name);
			rc = field_string(map, key, rows[i].out, err);
			if (!json_object_object_get(map, key))
				continue;
			s->old_prefix |= k == 1;
			break;
		}
	}
	if (!rc && map)
		rc = field_string(map, "metallb.io/ip-allocated-from-pool", &s->from_pool, err);
	return rc;
}

static int decode_metadata(
    const struct json_object *json, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *meta = json_object_object_get(json, "metadata"), *map;
	int rc = field_get(meta, "annotations", json_type_object, &map, err);

	if (!rc)
		rc = field_within(decode_annotations(map, s, err), err, "annotations");
	if (!rc)
		rc = field_string(meta, "uid", &s->uid, err);
	if (!rc)
		rc = field_string(meta, "resourceVersion", &s->version, err);
	return field_within(rc, err, "metadata");
}

/* One entry of status.loadBalancer.ingress; one with only a host name is left out. */
static int add_ingress(
    const struct json_object *value, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *ip;
	int rc = field_check(value, json_type_object, err);

	if (!rc)
		rc = field_get(value, "ip", json_type_string, &ip, err);
	if (rc)
		return rc;
	if (!ip || !json_object_get_string_len(ip)) {
		s->bare_ingress = true;
		return 0;
	}
	rc = field_within(field_as_addr(ip, &s->ingress[s->n_ingress], err), err, "ip");
	if (!rc)
		s->n_ingress++;
	return rc;
}

static int decode_balancer(
    const struct json_object *lb, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n;
	int rc = field_list(lb, "ingress", &list, &n, err);

	if (rc || !n)
		return rc;
	s->ingress = calloc(n, sizeof(*s->ingress));
	return s->ingress ? add_each(lb, "ingress", add_ingress, s, err) : -ENOMEM;
}

static int decode_status(
    const struct json_object *status, struct k8s_service *s, struct k8s_decode_error *err)
{
	struct json_object *lb;
	int rc = field_get(status, "loadBalancer", json_type_object, &lb, err);

	if (rc || !lb)
		return rc;
	return field_within(decode_balancer(lb, s, err), err, "loadBalancer");
}

int k8s_service_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	struct json_object *spec, *status;
	int rc = field_get(json, "spec", json_type_object, &spec, err);

	if (rc)
		return rc;
	if (!spec)
		return field_refuse(err, json, "spec", "must be given");
	rc = field_within(decode_spec(spec, &o->service, err), err, "spec");
	if (!rc)
		rc = decode_metadata(json, &o->service, err);
	if (!rc)
		rc = k8s_decode_labels(json, &o->service.labels, &o->service.n_labels, err);
	if (!rc)
		rc = field_get(json, "status", json_type_object, &status, err);
	if (!rc && status)
		rc = field_within(decode_status(status, &o->service, err), err, "status");
	return rc;
}
