/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2_writer.h - makes ServiceL2Status objects what they are wished to be: created, their status
 * patched, or deleted. With the account's own right, whoever leads; paced, so that a node that
 * takes over thousands of addresses leaves the API server to the others, too.
 */
#ifndef K8S_L2_WRITER_H
#define K8S_L2_WRITER_H
#include "k8s/command.h"

struct client;
struct event_base;
struct l2_writer;

/* Both are borrowed. NULL on lack of memory. */
struct l2_writer *l2_writer_new(struct event_base *base, struct client *client);
void l2_writer_free(struct l2_writer *w); /* what was not written is forgotten; NULL is fine */

/* Consumes the wish. A newer one of the same object replaces an older one. */
void l2_writer_wish(struct l2_writer *w, struct k8s_l2_wish *wish);

/* Only delete what is to be deleted, unpaced, and call when that is done; maybe from within. */
void l2_writer_leave(struct l2_writer *w, void (*on_left)(void *arg), void *arg);
bool l2_writer_idle(const struct l2_writer *w);

/* Requests that failed so far, conflicts left out; and why, the last of them: "create
 * servicel2statuses metallb-system/l2-1: HTTP 403: ...", NULL = none did. */
uint64_t l2_writer_failed(const struct l2_writer *w, const char **why);
#endif
