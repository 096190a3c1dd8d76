/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifests.h - the source that needs no cluster: a folder of *.yaml, *.yml and *.json, as
 * kubectl prints them, read again when it changes. Calls the sink only from the loop.
 *
 * Each batch of changes is a few PUTs and DELETEs and then one STATE, so a listener that acts
 * on the STATE sees a change of several files, or of several objects in a file, whole.
 */
#ifndef K8S_MANIFESTS_H
#define K8S_MANIFESTS_H
#include "k8s/event.h"

struct event_base;
struct manifests;

/* base is borrowed, dir is copied and need not exist. NULL on lack of memory. */
struct manifests *manifests_new(
    struct event_base *base, const char *dir, k8s_sink *sink, void *arg);

/* Read and watch, from the next turn of the loop on. Return: 0 or -ENOMEM. */
int manifests_start(struct manifests *m);

/* Forget the watch and the timers, keep what is known; a later start finds the differences. */
void manifests_stop(struct manifests *m);

void manifests_free(struct manifests *m); /* stops; NULL is fine */

/* Look at every file; those that did not change are not read. Ends the wait of an outage. */
void manifests_rescan(struct manifests *m);

/* Another folder from now on: what it does not hold is deleted, what is equal is not told
 * again. Return: 0 or -ENOMEM. */
int manifests_move(struct manifests *m, const char *dir);

/* Call fn for each object that the sink was told and has not been deleted since. */
void manifests_each_told(const struct manifests *m, k8s_name_fn *fn, void *arg);
#endif
