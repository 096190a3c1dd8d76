/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/event.h"
#include <stdlib.h>

struct k8s_event *k8s_event_new(enum k8s_event_type type, struct k8s_object *obj)
{
	struct k8s_event *ev = calloc(1, sizeof(*ev));

	if (!ev) {
		k8s_object_free(obj);
		return NULL;
	}
	ev->type = type;
	ev->obj = obj;
	return ev;
}

void k8s_state_free(struct k8s_state *st)
{
	if (!st)
		return;
	for (size_t i = 0; i < st->n_problems; i++) {
		free(st->problems[i].where);
		free(st->problems[i].what);
	}
	free(st->problems);
	free(st->outage);
	free(st);
}

void k8s_event_free(struct k8s_event *ev)
{
	if (!ev)
		return;
	k8s_object_free(ev->obj);
	k8s_state_free(ev->state);
	free(ev);
}
