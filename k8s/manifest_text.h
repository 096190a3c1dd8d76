/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manifest_text.h - the objects in one manifest: many documents, lists of objects. Pure. */
#ifndef K8S_MANIFEST_TEXT_H
#define K8S_MANIFEST_TEXT_H
#include "k8s/objects.h"

struct manifest_object {
	struct k8s_object *obj;
	unsigned line, col; /* where it begins */
};

struct manifest_text {
	struct manifest_object *v; /* in the order of the text, no two of one name */
	size_t n;
};

struct manifest_fault {
	unsigned line, col; /* 0:0 = no place */
	char what[512];     /* "Service pihole/dns-tcp: spec.ports[0].port: must be 1..65535" */
};

/* Objects of kinds that we do not use are left out; one bad object makes all of it bad.
 * Return: 0, -EINVAL (fault is filled in) or -ENOMEM. out is written only on success. */
int manifest_text_parse(
    const char *text, size_t len, struct manifest_text *out, struct manifest_fault *fault);
void manifest_text_fini(struct manifest_text *t); /* with the objects that are still there */
#endif
