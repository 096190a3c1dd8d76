/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret.h - the password in a Secret of type kubernetes.io/basic-auth, as MetalLB has it. */
#ifndef K8S_SECRET_H
#define K8S_SECRET_H
#include "k8s/objects.h"

/**
 * k8s_secret_password - the value of key password, of data or stringData
 * @password: the caller's, to be overwritten before it is freed; written only on success
 * @error:    on failure what is wrong, a constant without a word of what it holds: "has no key
 *            password"
 * Return: 0, -EINVAL or -ENOMEM.
 */
int k8s_secret_password(const struct k8s_raw *secret, char **password, const char **error);
#endif
