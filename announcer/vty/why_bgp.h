/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_bgp.h - what why_bgp.c, why_received.c and why_session.c share. */
#ifndef GREVY_VTY_WHY_BGP_H
#define GREVY_VTY_WHY_BGP_H
#include "announcer/bgp/view.h"
#include "announcer/vty/why.h"

/* "peer1 192.0.2.1" into buf, which is returned. */
#define WHY_PEER_LEN 160
const char *why_peer(const struct bgp_peer_view *v, char *buf);

/* What is wrong with a neighbour, and what to do about it; both to be freed. */
struct why_fault {
	struct buf what, cure; /* what: empty = nothing is; cure: empty = there is none */
};
void why_fault_set(struct why_fault *f, const char *cure, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void why_fault_fini(struct why_fault *f);

/* Why it is not established. bgp: where it should listen. */
void why_no_session(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v);

/* A place where we should listen and cannot; NULL = none. */
const char *why_deaf_at(const struct bgp *bgp, const char **error);
#endif
