/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask_queue.h - items of which each wants something asked of the API server, one an object, in
 * one of three places: what status.c and l2_writer.c have in common.
 *   ready   in the order in which they came; sent as long as few are on the way
 *   later   something was wrong with this one: after a while it is ready again
 *   asked   a request is on its way
 * Where it is the server that does not answer, or has too much to do, all of them wait.
 */
#ifndef K8S_ASK_QUEUE_H
#define K8S_ASK_QUEUE_H
#include "k8s/ask.h"

struct event;
struct ask_queue;

/* The first member of an owner's item, zeroed at first. */
struct ask_item {
	struct ask_item *next; /* ready or later */
	struct ask_queue *q;
	struct ask *ask; /* asked */
	int64_t at_ms;   /* later: when */
	unsigned failures;
	bool replaced; /* asked: for an older wish */
};

struct ask_list {
	struct ask_item *head, **tail;
};

struct ask_queue_ops {
	int (*cmp)(const void *a, const void *b); /* two items, by the objects they are for */
	void (*free)(struct ask_item *it);        /* what the owner has of it, and it */
	void (*pump)(void *arg);                  /* the time of ask_queue_arm() has come */
	unsigned in_flight_max;
};

struct ask_queue {
	const struct ask_queue_ops *ops;
	void *arg;
	struct event_base *base;
	struct client *client;
	struct event *tick;
	void *index; /* of items; tsearch() */
	struct ask_list ready, later;
	unsigned in_flight, failures; /* failures: of the server, in a row */
	int64_t pause_ms;             /* nothing is sent before */
	uint64_t n_failed;
	char *why; /* the newest of them; NULL = none */
};

enum { ASK_SLOW_MS = 60000 }; /* where it is not for us to mend */

/* A zeroed queue, whose base and client are set: both, and ops, are borrowed. Return: 0, or
 * -ENOMEM. */
int ask_queue_init(struct ask_queue *q, const struct ask_queue_ops *ops, void *arg);
void ask_queue_clear(struct ask_queue *q); /* without items, as at first; counts stay */
void ask_queue_fini(struct ask_queue *q);

/* The item that is for the same object as this one; NULL = there is none. */
struct ask_item *ask_queue_find(const struct ask_queue *q, const struct ask_item *like);
/* Takes a new item, and makes it ready. Return: 0, or -ENOMEM: it is still the caller's. */
int ask_queue_add(struct ask_queue *q, struct ask_item *it);
/* Frees an item that is in no list. */
void ask_queue_drop(struct ask_item *it);

/* Of an item that is in no list. */
void ask_ready(struct ask_item *it);       /* after all others */
void ask_ready_first(struct ask_item *it); /* before all others */
void ask_later(struct ask_item *it, unsigned ms);
/* The server is overloaded: all wait, this one is ready. */
void ask_queue_pause(struct ask_item *it, const struct ask_answer *a);
/* Keeps an item's failure in mind: a line for people. */
void ask_queue_failed(struct ask_queue *q, const char *text);

/* The items that waited until now are ready. */
void ask_queue_wake(struct ask_queue *q, int64_t now);
/* One is ready, and few are on the way. */
bool ask_queue_may_send(const struct ask_queue *q);
/* The first that is ready, in no list any more: there is one. */
struct ask_item *ask_queue_pop(struct ask_queue *q);
/* Asks for an item; fn's arg is the item. If that cannot be, it tries again later. */
void ask_queue_send(struct ask_item *it, const struct ask_request *rq, ask_fn *fn);
/* Its answer came: to be called first. Return: it was for an older wish. */
bool ask_queue_answered(struct ask_item *it, const struct ask_answer *a);
/* Calls pump when one that waits is ready, or, if one may be sent, at due_ms. */
void ask_queue_arm(struct ask_queue *q, int64_t now, int64_t due_ms);

/* Drops the items that wait, ready or later, of which keep says no. */
void ask_queue_keep(struct ask_queue *q, bool (*keep)(const struct ask_item *it));
bool ask_queue_idle(const struct ask_queue *q);
#endif
