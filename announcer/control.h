/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - what a controller writes to the API: the status of the Services that alloc gave
 * other addresses than their status says, with the annotation that names their pool; the counts
 * of IPAddressPools; and Events with MetalLB's reasons. Only for Services of our class, only
 * while we lead and the source was listed. Own writes are remembered until the store shows
 * them, so an old object makes us write nothing. Clock and sending are the caller's.
 *
 * In daemon.c:
 *   desired_set_finished(d->desired, control_collect, control)       once
 *   control_set_leading(), control_set_rules(), desired_set_rules(controller = leading), then a
 *   commit
 *   control_set_listed() before the commit after which it is to write
 *   control_wrote() for each K8S_WROTE, then control_run()
 *   control_run() after each desired_run() and when the time that it returned is over
 */
#ifndef GREVY_CONTROL_H
#define GREVY_CONTROL_H
#include "announcer/alloc.h"
#include "k8s/command.h"

struct control;

/* Consumes the command. */
typedef void control_send_fn(struct k8s_command *cmd, void *arg);

struct control_stats {
	size_t waiting;    /* statuses asked for that are not written yet */
	uint64_t sent;     /* asked for so far */
	uint64_t done;     /* written */
	uint64_t failed;   /* answers that it was not, yet or for good */
	uint64_t fought;   /* somebody else wrote over ours */
	uint64_t notices;  /* Events asked for */
	const char *error; /* "default/web: the Service is gone": the last; NULL = none */
};

/* The store and the alloc are borrowed and outlive the control. */
struct control *control_new(const struct store *st, const struct alloc *a);
void control_free(struct control *c); /* NULL is fine */
void control_set_send(struct control *c, control_send_fn *send, void *arg);

/* The Lease is ours, or not any more: then what was asked for is forgotten. At first: not. */
void control_set_leading(struct control *c, bool leading);
/* Everything that there is was listed at least once. At first: not. Objects that cannot be read
 * do not count: anybody may make one, and then nobody would get an address. */
void control_set_listed(struct control *c, bool listed);
/* As for alloc, before it: the class is copied, the policy borrowed until the next call. */
void control_set_rules(struct control *c, const struct alloc_rules *rules);

/* desired_fn: while what alloc and the store have changed is still listed. arg: the control. */
void control_collect(void *control);
/* Send what is to be sent; now_ms is monotonic. Return: ms until it is to be called again, -1 =
 * when something has changed. */
int64_t control_run(struct control *c, int64_t now_ms);
/* Write an Event about any object: for what refuses it. Borrows what it points to. Return:
 * false while it is not for us to write. */
bool control_notice(struct control *c, const struct k8s_notice *n);
/* What became of a status; borrowed. */
void control_wrote(struct control *c, const struct k8s_wrote *w, int64_t now_ms);

void control_stats(const struct control *c, struct control_stats *st);
#endif
