/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode_int.h - between objects.c, one decoder per kind, and the packing. A decoder fills in a
 * loose object: its strings are borrowed from the JSON tree, its arrays (and the selector, and
 * the text of a raw object) are its own. k8s_object_pack() copies that into the one block that
 * callers see.
 */
#ifndef K8S_DECODE_INT_H
#define K8S_DECODE_INT_H
#include "k8s/decode.h"

/* Each: Return: 0, -EINVAL (err is filled in) or -ENOMEM; what was allocated by then stays in
 * o for k8s_object_drop_loose(). */
int k8s_service_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);
int k8s_slice_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);
int k8s_node_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);
int k8s_namespace_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);
int k8s_raw_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err);

/* metadata.labels, as k8s_decode_pairs() gives them. */
int k8s_decode_labels(const struct json_object *json, struct k8s_kv **out, uint32_t *n,
    struct k8s_decode_error *err);

/* The members of a mapping of strings, sorted by key; borrowed strings, the array is the
 * caller's. map may be NULL. */
int k8s_decode_pairs(const struct json_object *map, struct k8s_kv **out, uint32_t *n,
    struct k8s_decode_error *err);

/* -EINVAL unless name is one that Kubernetes gives an object. */
int k8s_name_check(
    const struct json_object *at, const char *name, struct k8s_decode_error *err);

/* RFC 3339 to Unix time. Return: 0 or -EINVAL. */
int k8s_time_parse(const char *s, int64_t *out);

/* A copy in one block; NULL on lack of memory. */
struct k8s_object *k8s_object_pack(const struct k8s_object *loose);

/* Free the arrays of a loose object. */
void k8s_object_drop_loose(struct k8s_object *loose);
#endif
