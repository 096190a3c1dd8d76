/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of strings: labels, selectors; and a v1 Namespace, which is labels only. */
#include "k8s/decode_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_pairs(const void *va, const void *vb)
{
	const struct k8s_kv *a = va, *b = vb;

	return strcmp(a->key, b->key);
}

int k8s_decode_pairs(const struct json_object *map, struct k8s_kv **out, uint32_t *n,
    struct k8s_decode_error *err)
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
	*n = (uint32_t)i;
	if (!rc)
		qsort(*out, i, sizeof(**out), compare_pairs);
	return rc;
}

int k8s_decode_labels(const struct json_object *json, struct k8s_kv **out, uint32_t *n,
    struct k8s_decode_error *err)
{
	struct json_object *meta = json_object_object_get(json, "metadata"), *map;
	int rc = field_get(meta, "labels", json_type_object, &map, err);

	if (!rc)
		rc = field_within(k8s_decode_pairs(map, out, n, err), err, "labels");
	return field_within(rc, err, "metadata");
}

int k8s_namespace_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	return k8s_decode_labels(json, &o->space.labels, &o->space.n_labels, err);
}
