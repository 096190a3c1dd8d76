/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every kind has in common: which kinds there are, metadata, comparison. Strict about
 * what is used, blind to the rest; a null is as good as nothing, as kubectl prints it.
 * Decoding goes over a loose object (decode.h). No I/O, no clock.
 */
#include "k8s/objects.h"
#include "k8s/decode_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN 253 /* RFC 1123, as Kubernetes counts */

typedef int decode_fn(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);

static const struct kind_row {
	const char *name;
	decode_fn *decode;
	bool in_namespace;
} kinds[K8S_KINDS] = {
    [K8S_SERVICE] = {"Service",         k8s_service_decode,   true },
    [K8S_SLICE] = {"EndpointSlice",   k8s_slice_decode,     true },
    [K8S_NODE] = {"Node",            k8s_node_decode,      false},
    [K8S_NAMESPACE] = {"Namespace",       k8s_namespace_decode, false},
    [K8S_CONFIGMAP] = {"ConfigMap",       k8s_raw_decode,       true },
    [K8S_SECRET] = {"Secret",          k8s_raw_decode,       true },
    [K8S_CUSTOM] = {"custom resource", k8s_raw_decode,       true },
};

/* What is told apart by what an object says of itself. The other raw kinds are not: who wants
 * them asks for them. */
static const struct api_row {
	const char *api;
	enum k8s_kind kind;
} apis[] = {
    {"v1",		       K8S_SERVICE  },
    {"discovery.k8s.io/v1",      K8S_SLICE    },
    {"discovery.k8s.io/v1beta1", K8S_SLICE    },
    {"v1",		       K8S_NODE     },
    {"v1",		       K8S_NAMESPACE},
    {"v1",		       K8S_SECRET   },
};

const char *k8s_kind_name(enum k8s_kind kind)
{
	return kind < K8S_KINDS ? kinds[kind].name : "?";
}

/* K8S_KINDS for a kind that we do not use. */
static int find_kind(
    const struct json_object *json, enum k8s_kind *out, struct k8s_decode_error *err)
{
	const char *api, *kind;
	int rc = field_check(json, json_type_object, err);

	*out = K8S_KINDS;
	if (!rc)
		rc = field_string(json, "kind", &kind, err);
	if (!rc)
		rc = field_string(json, "apiVersion", &api, err);
	if (rc)
		return rc;
	if (!kind || !api)
		return field_refuse(err, json, kind ? "apiVersion" : "kind", "must be given");
	for (size_t i = 0; i < sizeof(apis) / sizeof(apis[0]); i++)
		if (strcmp(kinds[apis[i].kind].name, kind) == 0 &&
		    strcmp(apis[i].api, api) == 0)
			*out = apis[i].kind;
	return 0;
}

int k8s_name_check(const struct json_object *at, const char *name, struct k8s_decode_error *err)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

	if (strlen(name) <= NAME_LEN && name[strspn(name, ok)] == 0)
		return 0;
	return field_refuse(
	    err, at, "", "must be a name: at most %d of a-z, 0-9, - and .", NAME_LEN);
}

static int decode_name(const struct json_object *meta, const char *field, const char **out,
    struct k8s_decode_error *err)
{
	int rc = field_string(meta, field, out, err);

	if (rc || !*out)
		return rc;
	return field_within(
	    k8s_name_check(json_object_object_get(meta, field), *out, err), err, field);
}

static int decode_created(
    const struct json_object *meta, struct k8s_object *o, struct k8s_decode_error *err)
{
	static const char field[] = "creationTimestamp";
	const char *s;
	int64_t at;
	int rc = field_string(meta, field, &s, err);

	if (rc || !s)
		return rc;
	if (k8s_time_parse(s, &at) < 0)
		return field_refuse(err, json_object_object_get(meta, field), field,
		    "must be a time like 2024-05-01T10:00:00Z");
	o->created_s = at; /* years have four digits */
	return 0;
}

static int decode_members(
    const struct json_object *meta, struct k8s_object *o, struct k8s_decode_error *err)
{
	int rc = decode_name(meta, "name", &o->name, err);

	if (!rc && !o->name)
		rc = field_refuse(err, meta, "name", "must be given");
	if (!rc)
		rc = decode_name(meta, "namespace", &o->ns, err);
	if (!rc)
		rc = decode_created(meta, o, err);
	return rc;
}

static int decode_meta(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	struct json_object *meta;
	int rc = field_get(json, "metadata", json_type_object, &meta, err);

	if (!rc && !meta)
		rc = field_refuse(err, json, "metadata", "must be given");
	else if (!rc)
		rc = field_within(decode_members(meta, o, err), err, "metadata");
	if (!kinds[o->kind].in_namespace)
		o->ns = "";
	else if (!o->ns)
		o->ns = "default";
	return rc;
}

static bool is_raw(enum k8s_kind kind)
{
	return kinds[kind].decode == k8s_raw_decode;
}

int k8s_object_decode_as(enum k8s_kind kind, const char *resource,
    const struct json_object *json, struct k8s_object **out, struct k8s_decode_error *err)
{
	struct k8s_object loose = {.kind = kind};
	int rc = field_check(json, json_type_object, err);

	*out = NULL;
	if (!rc)
		rc = decode_meta(json, &loose, err);
	if (!rc)
		rc = kinds[kind].decode(json, &loose, err);
	if (is_raw(kind))
		loose.raw.resource = resource ? resource : "";
	if (!rc) {
		*out = k8s_object_pack(&loose);
		rc = *out ? 0 : -ENOMEM;
	}
	k8s_object_drop_loose(&loose);
	return rc;
}

int k8s_object_decode(
    const struct json_object *json, struct k8s_object **out, struct k8s_decode_error *err)
{
	enum k8s_kind kind;
	int rc = find_kind(json, &kind, err);

	*out = NULL;
	if (rc || kind == K8S_KINDS)
		return rc;
	return k8s_object_decode_as(kind, NULL, json, out, err);
}

struct k8s_object *k8s_object_name_only(enum k8s_kind kind, const char *ns, const char *name)
{
	struct k8s_object loose = {.kind = kind, .ns = ns, .name = name};

	if (kind == K8S_SERVICE)
		loose.service.selector = "";
	else if (kind == K8S_SLICE)
		loose.slice.service = "";
	else if (is_raw(kind))
		loose.raw.resource = loose.raw.text = "";
	return k8s_object_pack(&loose);
}

struct k8s_object *k8s_custom_name_only(const char *resource, const char *ns, const char *name)
{
	struct k8s_object loose = {.kind = K8S_CUSTOM, .ns = ns, .name = name};

	loose.raw.resource = resource;
	loose.raw.text = "";
	return k8s_object_pack(&loose);
}

void k8s_object_free(struct k8s_object *o)
{
	free(o);
}

/* NULL equals only NULL. */
static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_addrs(const struct ipaddr *a, const struct ipaddr *b, size_t n)
{
	return !n || memcmp(a, b, n * sizeof(*a)) == 0;
}

static bool same_ports(const struct k8s_port *a, const struct k8s_port *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].port != b[i].port || a[i].proto != b[i].proto)
			return false;
	return true;
}

static bool same_pairs(const struct k8s_kv *a, const struct k8s_kv *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].key, b[i].key) != 0 || strcmp(a[i].value, b[i].value) != 0)
			return false;
	return true;
}

static bool same_service(const struct k8s_service *a, const struct k8s_service *b)
{
	return a->load_balancer == b->load_balancer && a->local == b->local &&
	       a->families == b->families && a->primary == b->primary &&
	       a->policy == b->policy && a->n_ports == b->n_ports &&
	       a->n_ingress == b->n_ingress && same_text(a->lb_class, b->lb_class) &&
	       same_text(a->lb_ip, b->lb_ip) && same_text(a->want_ips, b->want_ips) &&
	       same_text(a->want_pool, b->want_pool) && same_text(a->share_key, b->share_key) &&
	       same_text(a->selector, b->selector) && same_text(a->from_pool, b->from_pool) &&
	       a->bare_ingress == b->bare_ingress && a->old_prefix == b->old_prefix &&
	       a->n_labels == b->n_labels && same_ports(a->ports, b->ports, a->n_ports) &&
	       same_pairs(a->labels, b->labels, a->n_labels) &&
	       same_addrs(a->ingress, b->ingress, a->n_ingress);
}

static bool same_slice(const struct k8s_slice *a, const struct k8s_slice *b)
{
	if (a->n != b->n || a->family != b->family || !same_text(a->service, b->service))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct k8s_endpoint *x = &a->endpoints[i], *y = &b->endpoints[i];

		if (x->flags != y->flags || !same_text(x->node, y->node) ||
		    !same_addrs(&x->addr, &y->addr, 1))
			return false;
	}
	return true;
}

static bool same_space(const struct k8s_namespace *a, const struct k8s_namespace *b)
{
	return a->n_labels == b->n_labels && same_pairs(a->labels, b->labels, a->n_labels);
}

static bool same_raw(const struct k8s_raw *a, const struct k8s_raw *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool same_node(const struct k8s_node *a, const struct k8s_node *b)
{
	return a->n_internal == b->n_internal && a->n_labels == b->n_labels &&
	       a->ready == b->ready && a->network_unavailable == b->network_unavailable &&
	       a->unschedulable == b->unschedulable &&
	       same_addrs(a->internal, b->internal, a->n_internal) &&
	       same_pairs(a->labels, b->labels, a->n_labels);
}

bool k8s_object_same_name(const struct k8s_object *a, const struct k8s_object *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->ns, b->ns) == 0 &&
	       (!is_raw(a->kind) || strcmp(a->raw.resource, b->raw.resource) == 0);
}

bool k8s_object_equal(const struct k8s_object *a, const struct k8s_object *b)
{
	if (!k8s_object_same_name(a, b) || a->created_s != b->created_s)
		return false;
	switch (a->kind) {
	case K8S_SERVICE:
		return same_service(&a->service, &b->service);
	case K8S_SLICE:
		return same_slice(&a->slice, &b->slice);
	case K8S_NODE:
		return same_node(&a->node, &b->node);
	case K8S_NAMESPACE:
		return same_space(&a->space, &b->space);
	default:
		return same_raw(&a->raw, &b->raw);
	}
}

const char *k8s_label(const struct k8s_kv *labels, size_t n, const char *key)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(key, labels[mid].key);

		if (!c)
			return labels[mid].value;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
