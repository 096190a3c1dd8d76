/* SPDX-License-Identifier: GPL-2.0-or-later */
/* discovery.k8s.io EndpointSlice to struct k8s_slice; v1beta1 may name the node by topology. */
#include "k8s/decode_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int decode_flags(
    const struct json_object *c, struct k8s_endpoint *e, struct k8s_decode_error *err)
{
	bool ready = true, serving, terminating = false;
	int rc = field_bool(c, "ready", &ready, err);

	serving = ready;
	if (!rc)
		rc = field_bool(c, "serving", &serving, err);
	if (!rc)
		rc = field_bool(c, "terminating", &terminating, err);
	e->flags = (uint8_t)((ready ? K8S_EP_READY : 0) | (serving ? K8S_EP_SERVING : 0) |
			     (terminating ? K8S_EP_TERMINATING : 0));
	return rc;
}

static int decode_address(const struct json_object *json, uint8_t family,
    struct k8s_endpoint *e, struct k8s_decode_error *err)
{
	struct json_object *list, *first;
	size_t n;
	int rc = field_list(json, "addresses", &list, &n, err);

	if (rc || !family)
		return rc;
	if (!n)
		return field_refuse(err, json, "addresses", "must hold an address");
	first = json_object_array_get_idx(list, 0);
	rc = field_as_addr(first, &e->addr, err);
	if (!rc && e->addr.family != family)
		rc = field_refuse(err, first, "", "must be an %s address, as addressType says",
		    family == AF_INET ? "IPv4" : "IPv6");
	return field_within(rc, err, "addresses[0]");
}

/* A name member of o, checked. */
static int decode_node_name(const struct json_object *o, const char *field,
    struct k8s_endpoint *e, struct k8s_decode_error *err)
{
	int rc = field_string(o, field, &e->node, err);

	if (rc || !e->node)
		return rc;
	return field_within(
	    k8s_name_check(json_object_object_get(o, field), e->node, err), err, field);
}

static int decode_node(
    const struct json_object *json, struct k8s_endpoint *e, struct k8s_decode_error *err)
{
	struct json_object *topology;
	int rc = decode_node_name(json, "nodeName", e, err);

	if (rc || e->node)
		return rc;
	rc = field_get(json, "topology", json_type_object, &topology, err);
	if (rc || !topology)
		return rc;
	return field_within(
	    decode_node_name(topology, "kubernetes.io/hostname", e, err), err, "topology");
}

static int decode_endpoint(const struct json_object *json, uint8_t family,
    struct k8s_endpoint *e, struct k8s_decode_error *err)
{
	struct json_object *conditions;
	int rc = field_check(json, json_type_object, err);

	if (!rc)
		rc = field_get(json, "conditions", json_type_object, &conditions, err);
	if (!rc)
		rc = field_within(decode_flags(conditions, e, err), err, "conditions");
	if (!rc)
		rc = decode_node(json, e, err);
	return rc ? rc : decode_address(json, family, e, err);
}

static int decode_endpoints(
    const struct json_object *json, struct k8s_slice *s, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n;
	int rc = field_list(json, "endpoints", &list, &n, err);

	if (rc || !n)
		return rc;
	s->endpoints = calloc(n, sizeof(*s->endpoints));
	if (!s->endpoints)
		return -ENOMEM;
	for (; !rc && s->n < n; s->n++) {
		rc = decode_endpoint(
		    json_object_array_get_idx(list, s->n), s->family, &s->endpoints[s->n], err);
		field_within_item(rc, err, "endpoints", s->n);
	}
	return rc;
}

static int decode_labels(
    const struct json_object *json, struct k8s_slice *s, struct k8s_decode_error *err)
{
	struct json_object *meta = json_object_object_get(json, "metadata"), *labels;
	int rc = field_get(meta, "labels", json_type_object, &labels, err);

	if (!rc && labels)
		rc = field_within(
		    field_string(labels, "kubernetes.io/service-name", &s->service, err), err,
		    "labels");
	if (!s->service)
		s->service = "";
	return field_within(rc, err, "metadata");
}

int k8s_slice_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	static const char *const types[] = {"IPv4", "IPv6", "FQDN", NULL};
	static const uint8_t families[] = {AF_INET, AF_INET6, 0};
	unsigned type = 3;
	int rc = field_word(json, "addressType", types, &type, err);

	if (rc)
		return rc;
	if (type > 2)
		return field_refuse(
		    err, json, "addressType", "must be given: IPv4, IPv6 or FQDN");
	o->slice.family = families[type];
	rc = decode_labels(json, &o->slice, err);
	return rc ? rc : decode_endpoints(json, &o->slice, err);
}
