/* SPDX-License-Identifier: GPL-2.0-or-later */
/* v1 Node to struct k8s_node. */
#include "k8s/decode.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_pairs(const void *va, const void *vb)
{
	const struct k8s_kv *a = va, *b = vb;

	return strcmp(a->key, b->key);
}

int k8s_decode_pairs(
    const struct json_object *map, struct k8s_kv **out, size_t *n, struct k8s_decode_error *err)
{
	struct json_object_iterator it, end;
	size_t len = map ? (size_t)json_object_object_length(map) : 0, i = 0;
	struct json_object *object = (struct json_object *)(uintptr_t)map;
	int rc = 0;

	if (!len)
		return 0;
	*out = calloc(len, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	it = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	while (!rc && i < len && !json_object_iter_equal(&it, &end)) {
		struct k8s_kv *kv = &(*out)[i++];

		kv->key = json_object_iter_peek_name(&it);
		rc = field_within(
		    field_as_string(json_object_iter_peek_value(&it), &kv->value, err), err,
		    kv->key);
		json_object_iter_next(&it);
	}
	*n = i;
	if (!rc)
		qsort(*out, i, sizeof(**out), compare_pairs);
	return rc;
}

/* One entry of status.addresses; only an InternalIP counts. */
static int add_address(
    const struct json_object *json, struct k8s_node *n, struct k8s_decode_error *err)
{
	struct json_object *address;
	const char *type;
	int rc = field_check(json, json_type_object, err);

	if (!rc)
		rc = field_string(json, "type", &type, err);
	if (rc || !type || strcmp(type, "InternalIP") != 0)
		return rc;
	rc = field_get(json, "address", json_type_string, &address, err);
	if (rc)
		return rc;
	if (!address)
		return field_refuse(err, json, "address", "must be given");
	rc = field_within(
	    field_as_addr(address, &n->internal[n->n_internal], err), err, "address");
	if (!rc)
		n->n_internal++;
	return rc;
}

static int decode_addresses(
    const struct json_object *status, struct k8s_node *node, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n;
	int rc = field_list(status, "addresses", &list, &n, err);

	if (rc || !n)
		return rc;
	node->internal = calloc(n, sizeof(*node->internal));
	if (!node->internal)
		return -ENOMEM;
	for (size_t i = 0; !rc && i < n; i++)
		rc = field_within_item(
		    add_address(json_object_array_get_idx(list, i), node, err), err,
		    "addresses", i);
	return rc;
}

static int take_condition(
    const struct json_object *json, struct k8s_node *n, struct k8s_decode_error *err)
{
	const char *type, *status;
	bool yes;
	int rc = field_check(json, json_type_object, err);

	if (!rc)
		rc = field_string(json, "type", &type, err);
	if (!rc)
		rc = field_string(json, "status", &status, err);
	if (rc || !type)
		return rc;
	yes = status && strcmp(status, "True") == 0;
	if (strcmp(type, "Ready") == 0)
		n->ready = yes;
	else if (strcmp(type, "NetworkUnavailable") == 0)
		n->network_unavailable = yes;
	return 0;
}

static int decode_status(
    const struct json_object *status, struct k8s_node *node, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n;
	int rc = decode_addresses(status, node, err);

	if (!rc)
		rc = field_list(status, "conditions", &list, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = field_within_item(
		    take_condition(json_object_array_get_idx(list, i), node, err), err,
		    "conditions", i);
	return rc;
}

static int decode_labels(
    const struct json_object *json, struct k8s_node *n, struct k8s_decode_error *err)
{
	struct json_object *meta = json_object_object_get(json, "metadata"), *map;
	int rc = field_get(meta, "labels", json_type_object, &map, err);

	if (!rc)
		rc = field_within(
		    k8s_decode_pairs(map, &n->labels, &n->n_labels, err), err, "labels");
	return field_within(rc, err, "metadata");
}

int k8s_node_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	struct json_object *spec, *status;
	struct k8s_node *n = &o->node;
	int rc = decode_labels(json, n, err);

	n->ready = true;
	if (!rc)
		rc = field_get(json, "spec", json_type_object, &spec, err);
	if (!rc)
		rc = field_within(
		    field_bool(spec, "unschedulable", &n->unschedulable, err), err, "spec");
	if (!rc)
		rc = field_get(json, "status", json_type_object, &status, err);
	if (!rc && status)
		rc = field_within(decode_status(status, n, err), err, "status");
	return rc;
}
