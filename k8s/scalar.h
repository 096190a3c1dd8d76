/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scalar.h - the type of a plain YAML scalar, as kubectl sees it. Pure. */
#ifndef K8S_SCALAR_H
#define K8S_SCALAR_H
#include <stddef.h>

struct json_object;

/**
 * scalar_new - the JSON value of a plain (unquoted) scalar
 * @s:   NUL-terminated text; a NUL inside is the caller's to refuse
 * @out: on success the value, NULL for null; the caller's
 * Return: 0 or -ENOMEM.
 */
int scalar_new(const char *s, struct json_object **out);
#endif
