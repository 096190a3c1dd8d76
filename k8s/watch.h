/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - the Kubernetes API as the source: every resource that we want is listed and then
 * watched, for as long as it takes. Calls the sink only from the loop. What was told stays told
 * while the server cannot be reached; a new list deletes what it does not hold only once it is
 * whole.
 */
#ifndef K8S_WATCH_H
#define K8S_WATCH_H
#include "k8s/event.h"

struct client;
struct event_base;
struct watch;

/* What is wanted besides Services, EndpointSlices, Nodes and Namespaces. NULL = none. */
struct watch_wants {
	const char *custom_ns; /* namespace of the objects of metallb.io */
	const char *l2_ns;     /* and of its ServiceL2Status objects */
	const char *configmap_ns, *configmap;
	const struct watch_name {
		const char *ns, *name;
	} * secrets;
	size_t n_secrets;
};

/* base and client are borrowed. NULL on lack of memory. */
struct watch *watch_new(
    struct event_base *base, struct client *client, k8s_sink *sink, void *arg);

/* List and watch, from the next turn of the loop on. Return: 0 or -ENOMEM. */
int watch_start(struct watch *w);
void watch_free(struct watch *w); /* NULL is fine */

/* Copied. What is not wanted any more is deleted. Return: 0 or -ENOMEM. */
int watch_set_wants(struct watch *w, const struct watch_wants *wants);

/* Every wait is over: try again now, list everything anew (SIGHUP). */
void watch_rescan(struct watch *w);

/* Call fn for each object that the sink was told and has not been deleted since. */
void watch_each_told(const struct watch *w, k8s_name_fn *fn, void *arg);

/* The client's view changed: tell a STATE. */
void watch_client_changed(struct watch *w);
#endif
