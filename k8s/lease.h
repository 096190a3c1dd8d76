/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease.h - one of several controllers leads: a Lease of coordination.k8s.io/v1, held as
 * client-go's leader election holds it (15 s, renewed every 2 s, given up after 10 s without a
 * renewal), so both kinds can stand beside each other. Times are of the local monotonic clock:
 * a holder's clock is never trusted. The rules are pure (lease_rules.h); this sends.
 */
#ifndef K8S_LEASE_H
#define K8S_LEASE_H
#include "k8s/command.h"

struct client;
struct event_base;
struct lease;

/* on_change: who leads is known, or is another; also from within lease_elect(). NULL on lack of
 * memory. */
struct lease *lease_new(
    struct event_base *base, struct client *client, void (*on_change)(void *arg), void *arg);
/* At once, without a word to the server: to give the Lease up first, leave the election and
 * run the loop while lease_leaving(). NULL is fine. */
void lease_free(struct lease *l);

/* Take part, or leave (elect NULL, or its ns NULL); copied. Whoever leaves writes no more from
 * now on. On lack of memory nobody takes part. */
void lease_elect(struct lease *l, const struct k8s_elect *elect);
/* A Lease of ours is being given up; on_change when that is over. */
bool lease_leaving(const struct lease *l);

bool lease_ours(const struct lease *l);
/* For how long writes are ours yet, ms; 0 = not ours. A request must end within. */
unsigned lease_left_ms(const struct lease *l);
const char *lease_holder(const struct lease *l);   /* NULL = nobody, or not known */
const char *lease_identity(const struct lease *l); /* ours; NULL = not taking part */
/* Why the last request failed: "get leases: HTTP 403: ..."; NULL = it did not. */
const char *lease_error(const struct lease *l);
#endif
