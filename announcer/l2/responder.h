/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * responder.h - answers ARP and NDP for addresses on interfaces, tells the LAN when an address
 * has come here, and sees when somebody else answers for it. The packet sockets and the timer
 * of answer.h (who is answered what) and burst.h (what is told when).
 */
#ifndef GREVY_L2_RESPONDER_H
#define GREVY_L2_RESPONDER_H
#include "announcer/l2/links.h"

struct event_base;
struct responder;

struct responder_ops {
	/* A frame of a foreign MAC claims the address; mine: ours on that interface. */
	void (*on_conflict)(const struct ipaddr *a, const uint8_t foreign[6],
	    const uint8_t mine[6], uint32_t ifindex, void *arg);
};

/* Of one address. */
struct responder_counts {
	uint32_t requests;   /* ARP requests and neighbour solicitations for it */
	uint32_t responses;  /* answers to them */
	uint32_t gratuitous; /* unasked */
	uint32_t conflicts;
};

struct responder_stats {
	uint64_t frames; /* that the sockets gave */
	uint64_t malformed;
	uint64_t requests, responses, gratuitous, conflicts;
	uint64_t send_errors;
};

/* ops and arg are borrowed. Nothing is opened before there is an address. */
struct responder *responder_new(
    struct event_base *base, const struct responder_ops *ops, void *arg);
void responder_free(struct responder *r); /* NULL is fine */

/* The interfaces that may be used, and all other links (their MACs are ours); again after each
 * change. A new MAC is told to the LAN. */
void responder_set_links(
    struct responder *r, const struct l2_link *v, size_t n, const struct l2_facts *facts);
/* Answer for it there and tell the LAN: at once, a few times close together, then spaced, then
 * once a minute. Again with other interfaces: only new ones are told. */
void responder_take(
    struct responder *r, const struct ipaddr *a, const uint32_t *ifindex, size_t n);
void responder_leave(struct responder *r, const struct ipaddr *a);
/* Tell the LAN once, as a defence (RFC 5227 2.4). */
void responder_defend(struct responder *r, const struct ipaddr *a);

/* Ask there once whether somebody has an address that is not ours, who is told as a conflict,
 * until responder_leave(). */
void responder_probe(
    struct responder *r, const struct ipaddr *a, const uint32_t *ifindex, size_t n);

bool responder_counts(
    const struct responder *r, const struct ipaddr *a, struct responder_counts *c);
void responder_stats(const struct responder *r, struct responder_stats *st);
/* What keeps an interface from being answered on: "eth0: Operation not permitted"; by
 * interface; NULL = nothing. */
const char *responder_problem(const struct responder *r, uint32_t ifindex);
#endif
