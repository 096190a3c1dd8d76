/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch_int.h - between the parts of the API source: watch.c (what is wanted, time),
 * watch_call.c (one resource's calls), watch_tell.c (what the sink gets).
 */
#ifndef K8S_WATCH_INT_H
#define K8S_WATCH_INT_H
#include "k8s/client.h"
#include "k8s/frame.h"
#include "k8s/item.h"
#include "k8s/reflect.h"
#include "k8s/told.h"
#include "k8s/watch.h"

struct event;
struct k8s_decode_error;

struct watch_resource {
	struct watch_resource *next;
	struct watch *w;
	struct reflect_what what; /* its ns and name are ours */
	enum k8s_kind kind;
	char *label;          /* "services" */
	bool core;            /* without it nothing can be said of a Service */
	bool settled;         /* listed once, or forbidden */
	enum k8s_phase phase; /* as seen last */
	bool wanted;          /* while the wants change */
	struct reflect r;
	struct told told;
	struct client_call *call; /* in progress */
	struct frame *frame;      /* of its answer, when that is objects */
	char *body;               /* of its answer otherwise */
	size_t body_len;
	int status;
	int error; /* why we ended the call; 0 = we did not */
	char why[ITEM_WHY_SIZE];
	int64_t since_s, heard_s;
	uint64_t events;
};

struct watch {
	struct event_base *base;
	struct client *client;
	k8s_sink *sink;
	void *arg;
	struct event *work;
	int64_t (*now_ms)(void);
	struct watch_resource *resources;
	struct client_call *ping;
	int64_t heard_ms; /* the last byte of all */
	uint64_t came_ns; /* the bytes that are read now, on the monotonic clock */
	int64_t told_ms;  /* the last state */
	unsigned moves;   /* of the client, that are taken account of */
	int64_t outage_s;
	char *outage;
	bool changed;  /* something that a state tells */
	bool moved;    /* only its numbers */
	bool in_batch; /* something was told since the last batch or state */
	bool reset;    /* the server is to be taken for dead */
};

#define WATCH_STATE_MS 10000 /* numbers alone are told this seldom */

/* watch.c */
void watch_soon(struct watch *w);
uint32_t watch_random(void);
void watch_heard(struct watch *w);
/* For tests: do what is due, by this clock. */
void watch_turn(struct watch *w);
void watch_clock_by(struct watch *w, int64_t (*now_ms)(void));

/* watch_call.c */
/* Send what is due; end what leads nowhere. */
void watch_call_turn(struct watch_resource *res);
void watch_call_cancel(struct watch_resource *res);

/* watch_tell.c */
/* Each consumes obj. Return: 0 or -ENOMEM. */
int watch_tell_put(struct watch_resource *res, struct k8s_object *obj);
int watch_tell_deleted(struct watch_resource *res, const char *ns, const char *name);
int watch_tell_bad(
    struct watch_resource *res, const struct item *it, const struct k8s_decode_error *err);
/* What the list did not bring is gone. Return: 0 or -ENOMEM. */
int watch_tell_sweep(struct watch_resource *res);
/* End a batch; tell the state if it changed. */
void watch_tell_flush(struct watch *w);
#endif
