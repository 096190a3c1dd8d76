/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2_told.h - what Kubernetes is told of layer 2, and what it says of it: a ServiceL2Status
 * object for each Service that this node answers for, Events with MetalLB's reasons, and which
 * node each object names: who had an address last. As MetalLB's speakers do, a node deletes its
 * own objects, and the owner those that other nodes left behind. Pure: time is told, sending is
 * the caller's.
 *
 * In the daemon, on role node with an API as its source:
 *   l2_told_object() for each PUT and DELETE; those that it takes are not for the store
 *   l2_told_state() for each K8S_STATE; owners are not to be decided before it is true
 *   l2_told_collect() within desired_run(), as control_collect(): it tells who had an address
 *   last, so l2_commit() comes after it; the wish of an address may come before or after
 *   l2_told_news(), l2_told_conflict() for those of l2.h
 *   l2_told_run() after l2_commit(), after news, and when the time that it returned is over
 */
#ifndef GREVY_L2_TOLD_H
#define GREVY_L2_TOLD_H
#include "announcer/alloc.h"
#include "announcer/l2/l2.h"
#include "k8s/command.h"

struct l2_told;

struct l2_told_ops {
	/* As l2_look(), l2_ifname(), l2_recorded(). */
	bool (*look)(const struct ipaddr *a, struct l2_owners_view *v, void *arg);
	const char *(*ifname)(uint32_t ifindex, void *arg);
	void (*recorded)(const struct ipaddr *a, const char *node, void *arg);
	void (*send)(struct k8s_command *cmd, void *arg); /* consumes it */
};

/* self: this node; copied. The others are borrowed. */
struct l2_told *l2_told_new(
    const struct alloc *alloc, const char *self, const struct l2_told_ops *ops, void *arg);
void l2_told_free(struct l2_told *t); /* NULL is fine */

/* The namespace of the objects, as conf_l2_ns() has it; copied. NULL (as at first): layer 2 is
 * not used, or the source has no API: nothing is told, nor known of any Service. */
void l2_told_set_ns(struct l2_told *t, const char *ns);
/* This node goes by another name: ask that its objects by the old one be deleted, and tell who
 * had what last once more, to whom may know nothing. Copied. */
void l2_told_set_self(struct l2_told *t, const char *self);
/* An object as it is now, or is not any more; borrowed. Return: it is a ServiceL2Status. */
bool l2_told_object(struct l2_told *t, const struct k8s_event *ev);
/* Return: who had which address is known, or cannot be had. */
bool l2_told_state(struct l2_told *t, const struct k8s_state *st);
/* While alloc_changed() is valid; a desired_fn: arg is the l2_told. */
void l2_told_collect(void *told);

/* The owner of an address, or why it has none, is another than before. */
void l2_told_news(struct l2_told *t, const struct l2_owners_view *now, enum l2_state was);
/* Somebody else answers for an address that is ours; now_ms as for l2_told_run(). */
void l2_told_conflict(
    struct l2_told *t, const struct ipaddr *a, const uint8_t mac[6], int64_t now_ms);

/* Send what is to be sent; now_ms is monotonic. Return: ms until it is to be called again, -1 =
 * when something was told. */
int64_t l2_told_run(struct l2_told *t, int64_t now_ms);
/* This node ends: ask that its objects be deleted. Return: how many. Then source_leave(),
 * within queue_stop(), waits a moment for it. */
size_t l2_told_leave(struct l2_told *t);

struct l2_told_stats {
	size_t objects;   /* of all nodes, that are there */
	size_t ours;      /* of this node, that are to be there */
	size_t differing; /* of ours, those that are not yet as they are to be */
	uint64_t sent;    /* asked for so far */
	uint64_t notices; /* Events asked for */
	bool readable;    /* the objects can be watched: else none is written */
};
void l2_told_stats(const struct l2_told *t, struct l2_told_stats *st);
#endif
