/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why.h - inside of why_*.c: a chain of links from the source to the kernel, each with its
 * evidence; the first that breaks makes the verdict, and names the cure.
 */
#ifndef GREVY_VTY_WHY_H
#define GREVY_VTY_WHY_H
#include "announcer/desired.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/exec.h"

struct k8s_state;
struct why_similar;

struct why {
	struct vty_request *rq;
	const struct store_service *svc; /* that the chain is about; NULL = none */
	const char *broken;              /* the link that broke first; NULL = none */
	struct buf verdict;              /* its evidence and cure */
	struct buf warning; /* the same of what was warned of first; empty = none */
	struct buf cure;    /* why_say(), why_fill() */
};

/* One chain is one element of the JSON array "chains" and one table of text. */
void why_begin(struct why *y, struct vty_request *rq);
void why_ok(struct why *y, const char *link, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Worth knowing, and nothing is wrong with the chain. cure "" = there is nothing to do. */
void why_note(struct why *y, const char *link, const char *cure, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Wrong, but not what breaks the chain: the first is told beside the verdict. */
void why_warn(struct why *y, const char *link, const char *cure, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void why_broken(struct why *y, const char *link, const char *cure, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* `=> ...`: what broke first, or when nothing did the text given here; and the warning. */
void why_end(struct why *y, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A cure, valid until the next one is made: from a format, or from a text of a table, in which
 * the words NAMESPACE, SERVICE, SELECTOR (of y->svc) and NODE are replaced. node may be NULL.
 */
const char *why_say(struct why *y, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *why_fill(struct why *y, const char *cure, const char *node);
/* The objects are those of an API server: kubectl can change them. Else they are files. */
bool why_by_api(const struct why *y);

/* why_source.c, why_cluster.c: the source, read at all, in an outage, with problems; of an API
 * server: reachable, what it refuses; who assigns addresses there (as: of whom, or NULL). */
void why_source(struct why *y);
void why_cluster(struct why *y, const struct k8s_state *st);
void why_problems(struct why *y, const struct k8s_state *st);
void why_controller(struct why *y, const struct alloc_service *as);

/* why_policy.c: objects that are refused. */
void why_policy(struct why *y);

/* why_address.c: the addresses of a Service; false: it has none, the chain ends here. */
bool why_assigned(struct why *y, const struct alloc_service *as);
void why_pool(struct why *y, const struct desired_view *v);
/* why_pools.c: of one that has none, each pool that was tried. */
void why_tried(struct why *y, const struct alloc_service *as);

/* why_nodes.c: who shares the address, endpoints, nodes, and on role node this one. */
void why_sharing(struct why *y, const struct desired_view *v);
void why_endpoints(struct why *y, const struct desired_view *v);
void why_nodes(struct why *y, const struct desired_view *v);
void why_here(struct why *y, const struct desired_view *v);
/* The cure of a verdict on a node; valid as why_say()'s. */
const char *why_node_cure(struct why *y, const struct eligible_verdict *n);

/* why_l2.c: role node, the address of a pool for layer 2: who answers ARP and NDP for it. And
 * why_end() for one that is for nothing else. */
void why_l2(struct why *y, const struct desired_view *v);
void why_l2_end(struct why *y, const struct ipaddr *a);

/* why_unused.c: an address that no Service has. Return: whether a route leads there. */
bool why_unused(struct vty_request *rq, const struct ipaddr *addr);

/* why_prefix.c: output side of a prefix: RIB, zebra or the kernel, BGP. */
void why_prefix(struct why *y, const struct prefix *p);
/* why_zebra.c: next hops, and what zebra says. */
void why_zebra(struct why *y, const struct rib_route *r);
/* why_fib.c: what the kernel has of a prefix that zebra installed, or lost to another route. */
void why_fib(struct why *y, const struct prefix *p, bool installed);
/* why_kernel.c: what the kernel says of a prefix where we give it routes ourselves. */
void why_kernel(struct why *y, const struct prefix *p);

/* why_bgp.c: which neighbours are told of a prefix. why_received.c: who announced it, which
 * wins or loses against Kubernetes; why none may have. */
void why_bgp(struct why *y, const struct prefix *p);
void why_received(struct why *y, const struct prefix *p, bool wins);
void why_not_received(struct why *y, const struct ipaddr *addr);

/* why_similar.c: names like this one, at most five. */
struct why_similar *why_similar_new(const char *word);
void why_similar_free(struct why_similar *s);
/* A step. Return: there are more to be looked at. */
bool why_similar_services(struct why_similar *s, struct vty_request *rq);
void why_similar_nodes(struct why_similar *s, const struct vty_context *ctx);
const char *why_similar_first(const struct why_similar *s); /* the likeliest; NULL = none */
void why_similar_join(const struct why_similar *s, struct buf *out); /* by ", " */
#endif
