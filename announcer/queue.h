/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - the watcher thread and its two one-way pipes: events to us, commands to it.
 * The only place that knows of threads; the sources of k8s/ run on the watcher's own
 * event base and know nothing of it.
 */
#ifndef GREVY_QUEUE_H
#define GREVY_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct k8s_command;
struct k8s_event;
struct k8s_source_conf;
struct queue;

/* One event, which the callee owns from now on. */
typedef void queue_fn(struct k8s_event *ev, void *arg);

struct queue_stats {
	uint64_t events;         /* given to on_event so far */
	uint64_t last_queued_ns; /* CLOCK_MONOTONIC when the newest of them was queued */
	unsigned depth_max;      /* most events given in one go */
	unsigned high_water;     /* events that may wait before the watcher is blocked */
	const char *dir;         /* folder of manifests in use; NULL = the API is the source */
};

/**
 * queue_start - start the watcher thread on a source
 * @base:   the caller's loop, on which on_event is called
 * @source: copied; a folder of manifests or an API server, which need not be there yet (an
 *          outage, then)
 * Return: the queue, or NULL with errno set.
 */
struct queue *queue_start(struct event_base *base, const struct k8s_source_conf *source,
    queue_fn *on_event, void *arg);

/* Hand a command to the source, which it is consumed by. */
void queue_command(struct queue *q, struct k8s_command *command);

/* Stop the thread and free what was not delivered. NULL is fine. */
void queue_stop(struct queue *q);

void queue_stats(const struct queue *q, struct queue_stats *st);

#endif
