/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice.h - Kubernetes Events about objects (core/v1). The same words about the same object
 * again within ten minutes only raise the count of the Event. Best effort: a few wait, the
 * oldest are dropped, none is sent without the lease that they are bound to.
 */
#ifndef K8S_NOTICE_H
#define K8S_NOTICE_H
#include "k8s/command.h"

struct client;
struct event_base;
struct lease;
struct notices;

/* All are borrowed; component is what Events name as their source. lease: NULL = bound to none:
 * each grevyd says its own. NULL on lack of memory. */
struct notices *notices_new(struct event_base *base, struct client *client,
    const struct lease *lease, const char *component);
void notices_free(struct notices *n);                           /* NULL is fine */
void notices_put(struct notices *n, struct k8s_notice *notice); /* consumes it */
/* The lease is lost or the server is another: forget what waits and what was written. */
void notices_clear(struct notices *n);
/* Not written because the server refused or too many waited; and why it refused the last (NULL
 * = it refused none). Those of a namespace that is being deleted do not count. */
uint64_t notices_dropped(const struct notices *n, const char **why);
#endif
