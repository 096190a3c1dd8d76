/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease.h - one of several controllers leads: a Lease of coordination.k8s.io/v1, held as
 * client-go's leader election holds it (15 s, renewed every 2 s, given up after 10 s without a
 * renewal), so both kinds can stand beside each other. Times are of the local monotonic clock:
 * a holder's clock is never trusted. The rules are pure (lease_step); lease.c's rim sends.
 */
#ifndef K8S_LEASE_H
#define K8S_LEASE_H
#include "k8s/command.h"

struct client;
struct event_base;
struct lease;

/* on_change: who leads is known, or is another. NULL on lack of memory. */
struct lease *lease_new(
    struct event_base *base, struct client *client, void (*on_change)(void *arg), void *arg);
void lease_free(struct lease *l); /* gives the Lease up if it is ours; NULL is fine */

/* Take part, or leave (elect->ns NULL); copied. */
void lease_elect(struct lease *l, const struct k8s_elect *elect);

bool lease_ours(const struct lease *l);
/* For how long writes are ours yet, ms; 0 = not ours. A request must end within. */
unsigned lease_left_ms(const struct lease *l);
const char *lease_holder(const struct lease *l); /* NULL = nobody, or not known */
#endif
