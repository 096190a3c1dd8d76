/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why.h - inside of why_*.c: a chain of links from the source to zebra, each with its
 * evidence; the first that breaks makes the verdict.
 */
#ifndef GREVY_VTY_WHY_H
#define GREVY_VTY_WHY_H
#include "announcer/desired.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/exec.h"

struct why {
	struct vty_request *rq;
	bool broken;
	struct buf verdict; /* of the first link that broke */
};

/* One chain is one element of the JSON array "chains" and one table of text. */
void why_begin(struct why *y, struct vty_request *rq);
void why_ok(struct why *y, const char *link, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Worth knowing, and not what breaks the chain. cure "" = there is nothing to do. */
void why_note(struct why *y, const char *link, const char *cure, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void why_broken(struct why *y, const char *link, const char *cure, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* `=> ...`: what broke first, or when nothing did the text given here. */
void why_end(struct why *y, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The source: read at all, in an outage, with problems. */
void why_source(struct why *y);
/* The same of an API server: reachable, what it refuses. */
struct k8s_state;
void why_cluster(struct why *y, const struct k8s_state *st);
/* Who assigns addresses, where that is settled by a Lease. */
void why_controller(struct why *y);

/* Output side of a prefix: next hops, RIB, zebra. n_nodes: eligible nodes, for the notes. */
void why_prefix(struct why *y, const struct prefix *p);

/* What the kernel has of a prefix that zebra installed, or lost to another route. */
void why_fib(struct why *y, const struct prefix *p, bool installed);

/* BGP: which neighbours are told of a prefix; who announced it, which wins or loses against
 * Kubernetes; why none may have. */
void why_bgp(struct why *y, const struct prefix *p);
void why_received(struct why *y, const struct prefix *p, bool wins);
void why_not_received(struct why *y, const struct prefix *p);

/* What the kernel says of a prefix where we give it routes ourselves. */
void why_kernel(struct why *y, const struct prefix *p);

/* The cure of a node's verdict, with its name where it says NAME; the caller's. */
char *why_node_cure(const struct eligible_text *t, const char *node);

/* Names like this one, joined by ", ", at most five. Of Services, or of Nodes. */
void why_similar_services(const struct vty_context *ctx, const char *word, struct buf *out);
void why_similar_nodes(const struct vty_context *ctx, const char *word, struct buf *out);
#endif
