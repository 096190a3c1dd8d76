/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base64.h - base64 as Kubernetes writes it. RFC 4648 4. */
#ifndef K8S_BASE64_H
#define K8S_BASE64_H
#include <stddef.h>

/**
 * base64_decode - the bytes that a text stands for
 * @s:   padded as it must be; line ends anywhere are left out, as Go does
 * @out: the caller's, with a NUL after the last byte
 * Return: 0, -EINVAL or -ENOMEM.
 */
int base64_decode(const char *s, char **out, size_t *len);
#endif
