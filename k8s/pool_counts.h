/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pool_counts.h - what the status of an IPAddressPool says. Pure. */
#ifndef K8S_POOL_COUNTS_H
#define K8S_POOL_COUNTS_H
#include "k8s/command.h"
#include "k8s/objects.h"

/**
 * k8s_pool_counts_read - of an IPAddressPool as it was handed on
 * @o: a K8S_CUSTOM
 * @counts: what its status says; -1 for what it does not
 * Return: its uid, to be freed; NULL: it has none, it is no JSON, or there is no memory.
 */
char *k8s_pool_counts_read(const struct k8s_object *o, struct k8s_pool_counts *counts);
#endif
