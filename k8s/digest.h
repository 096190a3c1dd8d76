/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digest.h - 64 bits that stand for an object, so that who only compares need not keep it. */
#ifndef K8S_DIGEST_H
#define K8S_DIGEST_H
#include "k8s/objects.h"

/* Equal for objects that k8s_object_equal() calls equal, different (but for a chance of 2^-64)
 * for others; never 0. */
uint64_t k8s_object_digest(const struct k8s_object *o);

/* Of the name only; not of the resource, which all objects of one K8S_CUSTOM list share. */
uint32_t k8s_name_hash(enum k8s_kind kind, const char *ns, const char *name);

/* Of n texts in order; the same in every process. */
uint64_t k8s_texts_digest(const char *const *texts, size_t n);
#endif
