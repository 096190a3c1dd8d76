/* SPDX-License-Identifier: GPL-2.0-or-later */
/* v1 Node to struct k8s_node. */
#include "k8s/decode_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int k8s_node_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	struct json_object *spec, *status;
	struct k8s_node *n = &o->node;
	int rc = k8s_decode_labels(json, &n->labels, &n->n_labels, err);

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
