/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every kind has in common: which kinds there are, metadata, comparison. Strict about
 * what is used, blind to the rest; a null is as good as nothing, as kubectl prints it.
 * Decoding goes over a loose object (decode.h). No I/O, no clock.
 */
#include "k8s/objects.h"
#include "k8s/decode.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN 253 /* RFC 1123, as Kubernetes counts */

typedef int decode_fn(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);

static const struct kind_row {
	const char *api, *kind;
	enum k8s_kind id;
	decode_fn *decode;
} kinds[] = {
    {"v1",		       "Service",       K8S_SERVICE, k8s_service_decode},
    {"discovery.k8s.io/v1",      "EndpointSlice", K8S_SLICE,   k8s_slice_decode  },
    {"discovery.k8s.io/v1beta1", "EndpointSlice", K8S_SLICE,   k8s_slice_decode  },
    {"v1",		       "Node",          K8S_NODE,    k8s_node_decode   },
};

const char *k8s_kind_name(enum k8s_kind kind)
{
	static const char *const names[K8S_KINDS] = {"Service", "EndpointSlice", "Node"};

	return kind < K8S_KINDS ? names[kind] : "?";
}

/* *row is NULL for a kind that we do not use. */
static int find_kind(
    const struct json_object *json, const struct kind_row **row, struct k8s_decode_error *err)
{
	const char *api, *kind;
	int rc = field_check(json, json_type_object, err);

	*row = NULL;
	if (!rc)
		rc = field_string(json, "kind", &kind, err);
	if (!rc)
		rc = field_string(json, "apiVersion", &api, err);
	if (rc)
		return rc;
	if (!kind || !api)
		return field_refuse(err, json, kind ? "apiVersion" : "kind", "must be given");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0 && strcmp(kinds[i].api, api) == 0)
			*row = &kinds[i];
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
    const struct json_object *meta, int64_t *out, struct k8s_decode_error *err)
{
	static const char field[] = "creationTimestamp";
	const char *s;
	int rc = field_string(meta, field, &s, err);

	if (rc || !s)
		return rc;
	if (k8s_time_parse(s, out) < 0)
		return field_refuse(err, json_object_object_get(meta, field), field,
		    "must be a time like 2024-05-01T10:00:00Z");
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
		rc = decode_created(meta, &o->created_s, err);
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
	if (o->kind == K8S_NODE)
		o->ns = "";
	else if (!o->ns)
		o->ns = "default";
	return rc;
}

int k8s_object_decode(
    const struct json_object *json, struct k8s_object **out, struct k8s_decode_error *err)
{
	struct k8s_object loose = {0};
	const struct kind_row *row;
	int rc = find_kind(json, &row, err);

	*out = NULL;
	if (rc || !row)
		return rc;
	loose.kind = row->id;
	rc = decode_meta(json, &loose, err);
	if (!rc)
		rc = row->decode(json, &loose, err);
	if (!rc) {
		*out = k8s_object_pack(&loose);
		rc = *out ? 0 : -ENOMEM;
	}
	k8s_object_drop_loose(&loose);
	return rc;
}

struct k8s_object *k8s_object_name_only(enum k8s_kind kind, const char *ns, const char *name)
{
	struct k8s_object loose = {.kind = kind, .ns = ns, .name = name};

	if (kind == K8S_SERVICE)
		loose.service.selector = "";
	else if (kind == K8S_SLICE)
		loose.slice.service = "";
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

static bool same_service(const struct k8s_service *a, const struct k8s_service *b)
{
	return a->load_balancer == b->load_balancer && a->local == b->local &&
	       a->families == b->families && a->primary == b->primary &&
	       a->policy == b->policy && a->n_ports == b->n_ports &&
	       a->n_ingress == b->n_ingress && same_text(a->lb_class, b->lb_class) &&
	       same_text(a->lb_ip, b->lb_ip) && same_text(a->want_ips, b->want_ips) &&
	       same_text(a->want_pool, b->want_pool) && same_text(a->share_key, b->share_key) &&
	       same_text(a->selector, b->selector) &&
	       same_ports(a->ports, b->ports, a->n_ports) &&
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

static bool same_node(const struct k8s_node *a, const struct k8s_node *b)
{
	if (a->n_internal != b->n_internal || a->n_labels != b->n_labels ||
	    a->ready != b->ready || a->network_unavailable != b->network_unavailable ||
	    a->unschedulable != b->unschedulable ||
	    !same_addrs(a->internal, b->internal, a->n_internal))
		return false;
	for (size_t i = 0; i < a->n_labels; i++)
		if (strcmp(a->labels[i].key, b->labels[i].key) != 0 ||
		    strcmp(a->labels[i].value, b->labels[i].value) != 0)
			return false;
	return true;
}

bool k8s_object_equal(const struct k8s_object *a, const struct k8s_object *b)
{
	if (a->kind != b->kind || a->created_s != b->created_s || strcmp(a->ns, b->ns) != 0 ||
	    strcmp(a->name, b->name) != 0)
		return false;
	if (a->kind == K8S_SERVICE)
		return same_service(&a->service, &b->service);
	if (a->kind == K8S_SLICE)
		return same_slice(&a->slice, &b->slice);
	return same_node(&a->node, &b->node);
}

const char *k8s_node_label(const struct k8s_node *n, const char *key)
{
	size_t lo = 0, hi = n->n_labels;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(key, n->labels[mid].key);

		if (!c)
			return n->labels[mid].value;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
