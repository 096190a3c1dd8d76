/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By hand: the API source against a real API server. Prints what it tells until it is
 * interrupted, or has been synced if -1 is given; with -q the states only, with -m NAMESPACE
 *the custom resources of metallb.io there, too.
 *
 *	kube_live [-1] [-q] [-m NAMESPACE] [KUBECONFIG [CONTEXT]]
 */
#include "k8s/client.h"
#include "k8s/watch.h"
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct live {
	struct event_base *base;
	struct client *client;
	struct watch *watch;
	struct timespec began;
	bool quiet, once;
	unsigned long puts, deletes, batches;
};

static double seconds(const struct live *l)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - l->began.tv_sec) +
	       (double)(now.tv_nsec - l->began.tv_nsec) / 1e9;
}

static void print_resource(const struct k8s_resource *r)
{
	static const char *const phases[] = {
	    "waiting", "listing", "watching", "backoff", "forbidden", "absent"};

	printf("    %-32s %-20s %-9s %zu objects, %" PRIu64 " lists, %" PRIu64 " events%s%s\n",
	    r->name, r->version ? r->version : "-", phases[r->phase], r->objects, r->lists,
	    r->events, r->text ? ": " : "", r->text ? r->text : "");
}

static void print_state(const struct live *l, const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;

	printf("%.3f state:%s%s %s, %s; %" PRIu64 " bytes, %" PRIu64 " connections; so far %lu "
	       "puts, %lu deletes, %lu batches\n",
	    seconds(l), st->synced ? " synced" : "", st->whole ? " whole" : "",
	    c->source ? c->source : "-", c->server ? c->server : "-", c->wire_bytes,
	    c->connections, l->puts, l->deletes, l->batches);
	if (st->outage)
		printf("    OUTAGE: %s\n", st->outage);
	for (size_t i = 0; i < st->n_problems; i++)
		printf("    BAD: %s: %s\n", st->problems[i].where, st->problems[i].what);
	for (size_t i = 0; i < c->n_resources; i++)
		print_resource(&c->resources[i]);
}

static void print_object(const struct live *l, const char *sign, const struct k8s_object *o)
{
	if (!l->quiet)
		printf("%.3f %s%s %s%s%s\n", seconds(l), sign, k8s_kind_name(o->kind), o->ns,
		    *o->ns ? "/" : "", o->name);
}

static void on_event(struct k8s_event *ev, void *arg)
{
	struct live *l = arg;

	switch (ev->type) {
	case K8S_PUT:
		l->puts++;
		print_object(l, "+", ev->obj);
		break;
	case K8S_DELETE:
		l->deletes++;
		print_object(l, "-", ev->obj);
		break;
	case K8S_STATE:
		print_state(l, ev->state);
		if (l->once && ev->state->synced)
			event_base_loopbreak(l->base);
		break;
	default:
		l->batches++;
		break;
	}
	fflush(stdout);
	k8s_event_free(ev);
}

static void on_change(void *arg)
{
	struct live *l = arg;
	struct client_view view;

	client_look(l->client, &view);
	if (view.error)
		printf("client: %s\n", view.error);
	watch_client_changed(l->watch);
}

int main(int argc, char **argv)
{
	struct live l = {0};
	struct watch_wants wants = {0};
	struct auth_where where = {0};
	int opt;

	while ((opt = getopt(argc, argv, "1qm:")) != -1) {
		if (opt == '?')
			return 2;
		l.once |= opt == '1';
		l.quiet |= opt == 'q';
		if (opt == 'm')
			wants.custom_ns = optarg;
	}
	if (optind < argc)
		where.kubeconfig = argv[optind];
	if (optind + 1 < argc)
		where.context = argv[optind + 1];
	clock_gettime(CLOCK_MONOTONIC, &l.began);
	l.base = event_base_new();
	l.client = l.base ? client_new(l.base, &where, on_change, &l) : NULL;
	l.watch = l.client ? watch_new(l.base, l.client, on_event, &l) : NULL;
	if (!l.watch || watch_set_wants(l.watch, &wants) < 0 || watch_start(l.watch) < 0) {
		fprintf(stderr, "kube_live: not enough memory\n");
		return 1;
	}
	event_base_dispatch(l.base);
	watch_free(l.watch);
	client_free(l.client);
	event_base_free(l.base);
	return 0;
}
