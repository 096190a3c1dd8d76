/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field.h - members of a JSON mapping by name and type, with errors that name their path.
 * An absent member and a null one are the same. A function that descends adds its own name
 * to the path of an error on the way up, so that the good case costs nothing.
 */
#ifndef K8S_FIELD_H
#define K8S_FIELD_H
#include "k8s/decode.h"
#include <json-c/json.h>

/* Fill in err for the value `at`, whose path from here is name ("" = at itself).
 * Return: -EINVAL. */
int field_refuse(struct k8s_decode_error *err, const struct json_object *at, const char *name,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Put name, or name[i], before the path in err; an empty path becomes the name alone.
 * Return: rc as given. */
int field_within(int rc, struct k8s_decode_error *err, const char *name);
int field_within_item(int rc, struct k8s_decode_error *err, const char *name, size_t i);

/* The member of this type, borrowed; NULL when absent. Return: 0 or -EINVAL. */
int field_get(const struct json_object *o, const char *name, enum json_type type,
    struct json_object **out, struct k8s_decode_error *err);

/* A string without NUL characters, borrowed; NULL when absent or empty. */
int field_string(const struct json_object *o, const char *name, const char **out,
    struct k8s_decode_error *err);

/* out keeps its value when the member is absent. */
int field_bool(
    const struct json_object *o, const char *name, bool *out, struct k8s_decode_error *err);

/* The index of the member in words, of which NULL is the last; out keeps its value when the
 * member is absent or empty. */
int field_word(const struct json_object *o, const char *name, const char *const *words,
    unsigned *out, struct k8s_decode_error *err);

/* The string that value o is; as field_string() otherwise, but never NULL. */
int field_as_string(
    const struct json_object *o, const char **out, struct k8s_decode_error *err);

/* The address that value o is. */
int field_as_addr(
    const struct json_object *o, struct ipaddr *out, struct k8s_decode_error *err);

/* -EINVAL unless value o is of this type; NULL is a null. */
int field_check(const struct json_object *o, enum json_type type, struct k8s_decode_error *err);

/* Items of a list member; 0 when absent. list may be NULL then. */
int field_list(const struct json_object *o, const char *name, struct json_object **list,
    size_t *n, struct k8s_decode_error *err);
#endif
