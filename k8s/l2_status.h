/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2_status.h - ServiceL2Status objects (metallb.io/v1beta1): which node answers ARP and NDP
 * for a Service, and on which interfaces. What one says, and what is asked to make it say
 * something. Pure.
 */
#ifndef K8S_L2_STATUS_H
#define K8S_L2_STATUS_H
#include "k8s/command.h"
#include "k8s/objects.h"

#define K8S_L2_RESOURCE "servicel2statuses"

/* Owned. */
struct k8s_l2_status {
	char *node, *service_ns, *service; /* by its labels, as MetalLB takes them */
	char *interfaces;                  /* as in k8s_l2_wish */
	char *version;                     /* metadata.resourceVersion */
	bool whole;                        /* its status says the same as its labels */
};

/**
 * k8s_l2_status_read - of an object as it was handed on
 * @o: a K8S_CUSTOM
 * Return: 0; -EINVAL: it does not say which Service and node it is about; -ENOMEM. Then there
 * is nothing in `to`.
 */
int k8s_l2_status_read(const struct k8s_object *o, struct k8s_l2_status *to);
void k8s_l2_status_fini(struct k8s_l2_status *s); /* frees what it owns, not s */

/* The name of a node's object about a Service, the same each time: "l2-0123456789abcdef". */
enum { K8S_L2_NAME = 20 };
void k8s_l2_status_name(
    char buf[K8S_L2_NAME], const char *node, const char *service_ns, const char *service);

enum k8s_l2_ask {
	K8S_L2_CREATE, /* POST to the list, with the labels */
	K8S_L2_FILL,   /* PATCH of the status: a JSON merge patch */
	K8S_L2_DELETE,
};
struct json_object;
/* The path, and the body (NULL = none); to be freed. NULL on lack of memory. */
char *k8s_l2_path(const struct k8s_l2_wish *w, enum k8s_l2_ask ask);
struct json_object *k8s_l2_body(const struct k8s_l2_wish *w, enum k8s_l2_ask ask);
#endif
