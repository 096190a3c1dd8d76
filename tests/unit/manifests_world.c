/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/manifests_world.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_S 10

const struct fswatch_ops *world_watch;

static void note(struct world *w, const char *sign, const struct k8s_object *o)
{
	size_t len = strlen(w->log);
	char port[16] = "";

	if (*sign == '+' && o->kind == K8S_SERVICE && o->service.n_ports)
		snprintf(port, sizeof(port), " %u", o->service.ports[0].port);
	snprintf(w->log + len, sizeof(w->log) - len, "%s%s %s%s%s%s\n", sign,
	    k8s_kind_name(o->kind), o->ns, *o->ns ? "/" : "", o->name, port);
}

static void on_event(struct k8s_event *ev, void *arg)
{
	struct world *w = arg;

	if (ev->type == K8S_STATE) {
		k8s_state_free(w->state);
		w->state = ev->state;
		ev->state = NULL;
		w->states++;
	} else {
		note(w, ev->type == K8S_PUT ? "+" : "-", ev->obj);
	}
	k8s_event_free(ev);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

void run_until(struct world *w, condition *reached)
{
	struct timeval tv = {.tv_sec = WAIT_S};
	struct event *timer = evtimer_new(w->base, on_timeout, &w->timeout);

	assert_non_null(timer);
	evtimer_add(timer, &tv);
	while (!reached(w) && !w->timeout)
		event_base_loop(w->base, EVLOOP_ONCE);
	event_free(timer);
	if (w->timeout)
		fail_msg("waited in vain; so far:\n%s", w->log);
}

bool is_quiet(const struct world *w)
{
	return !w->m->dirty && !w->m->later && !w->m->n_gone && !w->m->want_scan;
}

bool is_synced(const struct world *w)
{
	return w->state && w->state->synced && !w->state->outage && is_quiet(w);
}

bool is_bad(const struct world *w)
{
	return w->state && w->state->n_problems > 0 && is_quiet(w);
}

bool is_good(const struct world *w)
{
	return w->state && w->state->n_problems == 0 && is_quiet(w);
}

bool is_out(const struct world *w)
{
	return w->state && w->state->outage;
}

bool has_log(const struct world *w)
{
	return w->log[0] && is_quiet(w);
}

bool any_log(const struct world *w)
{
	return w->log[0];
}

void assert_log(struct world *w, const char *expected)
{
	assert_string_equal(w->log, expected);
	w->log[0] = 0;
}

const char *path_of(const struct world *w, const char *name)
{
	static char path[2][256];
	static unsigned turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", w->dir, name);
	return path[turn];
}

void write_file(const struct world *w, const char *name, const char *text)
{
	FILE *f = fopen(path_of(w, name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

void rename_file(const struct world *w, const char *from, const char *to)
{
	assert_int_equal(rename(path_of(w, from), path_of(w, to)), 0);
}

void unlink_file(const struct world *w, const char *name)
{
	assert_int_equal(unlink(path_of(w, name)), 0);
}

void run_marker(struct world *w)
{
	static char text[256];
	static unsigned port = 1000;
	char expected[64];

	snprintf(text, sizeof(text),
	    "apiVersion: v1\nkind: Service\nmetadata: {name: marker}\nspec: {ports: [{port: "
	    "%u}]}\n",
	    ++port);
	write_file(w, "zz-marker.yaml", text);
	run_until(w, any_log);
	snprintf(expected, sizeof(expected), "+Service default/marker %u\n", port);
	assert_log(w, expected);
}

void remove_tree(const char *dir)
{
	char command[192];

	snprintf(command, sizeof(command), "rm -rf '%s' '%s.away'", dir, dir);
	assert_int_equal(system(command), 0);
}

int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	snprintf(w->dir, sizeof(w->dir), "/tmp/grevy-test.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->base = event_base_new();
	assert_non_null(w->base);
	w->m = manifests_new(w->base, w->dir, on_event, w);
	assert_non_null(w->m);
	manifests_watch_by(w->m, world_watch, 10);
	*state = w;
	return 0;
}

int teardown(void **state)
{
	struct world *w = *state;

	manifests_free(w->m);
	k8s_state_free(w->state);
	event_base_free(w->base);
	remove_tree(w->dir);
	free(w);
	return 0;
}

void start(struct world *w)
{
	assert_int_equal(manifests_start(w->m), 0);
	run_until(w, is_synced);
}

void assert_problem(const struct world *w, size_t i, const char *where, const char *what)
{
	char expected[256];

	assert_true(i < w->state->n_problems);
	snprintf(expected, sizeof(expected), "%s/%s", w->dir, where);
	assert_string_equal(w->state->problems[i].where, expected);
	assert_string_equal(w->state->problems[i].what, what);
}
