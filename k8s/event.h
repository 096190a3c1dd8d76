/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - what a source tells. A source calls its sink with events that the sink then
 * owns; it knows neither threads nor who listens.
 */
#ifndef K8S_EVENT_H
#define K8S_EVENT_H
#include "k8s/objects.h"

enum k8s_event_type {
	K8S_PUT,    /* obj is new or changed */
	K8S_DELETE, /* obj (name only) is gone */
	K8S_STATE,  /* how the source is; sent after the PUTs and DELETEs that it speaks of */
};

/* Something that the source cannot read. */
struct k8s_problem {
	char *where; /* "/etc/grevy/manifests.d/dns.yaml:14:7" */
	char *what;  /* "spec.ports[0].port: must be 1..65535" */
};

struct k8s_state {
	bool synced; /* everything there was has been read once */
	bool whole; /* and all of it was good at least once: what is not there is really gone */
	int64_t outage_s; /* Unix time since which the source cannot be reached; 0 = it can */
	char *outage;     /* why; NULL without an outage */
	struct k8s_problem *problems;
	size_t n_problems;
	size_t files; /* files or watches in use */
};

struct k8s_event {
	enum k8s_event_type type;
	struct k8s_object *obj;  /* PUT, DELETE */
	struct k8s_state *state; /* STATE */
	uint64_t queued_ns;      /* for whoever queues it: when, on the monotonic clock */
};

/* Takes ownership of ev. */
typedef void k8s_sink(struct k8s_event *ev, void *arg);

/* A new event that owns obj; NULL on lack of memory (obj is freed then, too). */
struct k8s_event *k8s_event_new(enum k8s_event_type type, struct k8s_object *obj);
void k8s_event_free(struct k8s_event *ev); /* with what it owns; NULL is fine */
void k8s_state_free(struct k8s_state *st); /* NULL is fine */
#endif
