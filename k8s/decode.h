/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode.h - from JSON values to the objects of objects.h. Pure. */
#ifndef K8S_DECODE_H
#define K8S_DECODE_H
#include "k8s/objects.h"

struct json_object;

/* Why an object was refused: the field, e.g. "spec.ports[0].port", and what was expected.
 * at is the JSON value nearest to the fault (borrowed), for yamldoc_mark(). */
struct k8s_decode_error {
	char field[96];
	char expected[160];
	const struct json_object *at;
};

/**
 * k8s_object_decode - decode one object of any version that we know
 * @json: borrowed
 * @out:  on 0 a new object, or NULL when it is of a kind that we do not use
 * @err:  on -EINVAL what is wrong
 * Return: 0, -EINVAL or -ENOMEM.
 */
int k8s_object_decode(
    const struct json_object *json, struct k8s_object **out, struct k8s_decode_error *err);

/* As k8s_object_decode() for an item of a list, which does not say what it is. resource: of a
 * K8S_CUSTOM, else NULL. */
int k8s_object_decode_as(enum k8s_kind kind, const char *resource,
    const struct json_object *json, struct k8s_object **out, struct k8s_decode_error *err);
#endif
