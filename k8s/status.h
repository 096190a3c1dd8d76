/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - writes status.loadBalancer of Services with the annotation that says which pool it
 * is of, and nothing else of them: a JSON merge patch of the status subresource that holds for
 * one uid and one resourceVersion. On conflict the Service is read again. And the counts in the
 * status of IPAddressPools. Many are on their way at once. Nothing is sent unless the lease
 * says so (lease.h).
 */
#ifndef K8S_STATUS_H
#define K8S_STATUS_H
#include "k8s/command.h"
#include "k8s/event.h"

struct client;
struct event_base;
struct lease;
struct status;

/* All are borrowed. Outcomes go to the sink as K8S_WROTE. NULL on lack of memory. */
struct status *status_new(struct event_base *base, struct client *client,
    const struct lease *lease, k8s_sink *sink, void *arg);
void status_free(struct status *s); /* what was not written is forgotten; NULL is fine */

/* Consumes the wish. A newer one of the same Service or pool replaces an older one, of which
 * nothing more is told then. */
void status_wish(struct status *s, struct k8s_status_wish *wish);
/* The lease is lost or the server is another: forget every wish. */
void status_clear(struct status *s);

/* Requests that failed so far, conflicts left out; and why, the last of them: "patch
 * services/status of default/web: HTTP 403: ...", NULL = none did. */
uint64_t status_failed(const struct status *s, const char **why);
#endif
