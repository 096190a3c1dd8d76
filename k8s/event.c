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

static void cluster_free(struct k8s_cluster *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_resources; i++) {
		free(c->resources[i].name);
		free(c->resources[i].version);
		free(c->resources[i].text);
	}
	free(c->resources);
	free(c->source);
	free(c->server);
	free(c->auth_error);
	free(c->leader);
	free(c->write_error);
	free(c);
}

void k8s_wrote_free(struct k8s_wrote *w)
{
	if (!w)
		return;
	free(w->ns);
	free(w->name);
	free(w->version);
	free(w->error);
	free(w);
}

bool k8s_state_problem(struct k8s_state *st, char *where, char *what)
{
	if (!where || !what) {
		free(where);
		free(what);
		return false;
	}
	st->problems[st->n_problems++] = (struct k8s_problem){.where = where, .what = what};
	return true;
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
	cluster_free(st->cluster);
	free(st);
}

void k8s_event_free(struct k8s_event *ev)
{
	if (!ev)
		return;
	k8s_object_free(ev->obj);
	k8s_state_free(ev->state);
	k8s_wrote_free(ev->wrote);
	free(ev);
}
