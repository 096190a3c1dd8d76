/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two threads with a real folder between them; run under ThreadSanitizer, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/clock.h"
#include "announcer/queue.h"
#include "announcer/util.h"
#include "k8s/source.h"
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <unistd.h>

enum { FILES = 20, PER_FILE = 200 };

struct lab {
	struct event_base *base;
	struct queue *queue;
	char dir[64];
	unsigned puts, deletes;
	bool synced, ordered, outage;
	bool one_turn; /* leave the loop after the first turn that brought something */
};

static void on_event(struct k8s_event *ev, void *arg)
{
	struct lab *l = arg;

	assert_true(ev->queued_ns > 0);
	if (l->one_turn)
		event_base_loopbreak(l->base);
	l->puts += ev->type == K8S_PUT;
	l->deletes += ev->type == K8S_DELETE;
	if (ev->type == K8S_STATE) {
		l->synced = ev->state->synced;
		l->outage = ev->state->outage;
	} else if (l->synced && ev->type == K8S_PUT) {
		l->ordered = false; /* the state comes after what it speaks of */
	}
	k8s_event_free(ev);
}

static void write_file(const struct lab *l, unsigned file, unsigned services)
{
	char path[128], temp[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%u.yaml", l->dir, file);
	snprintf(temp, sizeof(temp), "%s/.%u.new", l->dir, file);
	f = fopen(temp, "w");
	assert_non_null(f);
	for (unsigned i = 0; i < services; i++)
		fprintf(f,
		    "---\napiVersion: v1\nkind: Service\n"
		    "metadata: {name: s%u-%u, namespace: lab}\n"
		    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n",
		    file, i);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(temp, path), 0);
}

static int set_up(void **state)
{
	struct lab *l = xcalloc(1, sizeof(*l));

	snprintf(l->dir, sizeof(l->dir), "/tmp/test_queue.XXXXXX");
	assert_non_null(mkdtemp(l->dir));
	for (unsigned i = 0; i < FILES; i++)
		write_file(l, i, PER_FILE);
	l->base = event_base_new();
	l->ordered = true;
	*state = l;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *l = *state;
	char path[128];

	queue_stop(l->queue);
	event_base_free(l->base);
	for (unsigned i = 0; i <= FILES; i++) {
		snprintf(path, sizeof(path), "%s/%u.yaml", l->dir, i);
		unlink(path);
	}
	rmdir(l->dir);
	free(l);
	return 0;
}

static void start(struct lab *l)
{
	const struct k8s_source_conf source = {.manifests = l->dir};

	l->queue = queue_start(l->base, &source, on_event, l);
	assert_non_null(l->queue);
}

static void move(struct lab *l, char *dir)
{
	const struct k8s_source_conf source = {.manifests = dir};

	queue_command(l->queue, source_command_new(&source));
}

static void everything_arrives_in_order(void **state)
{
	struct lab *l = *state;
	struct queue_stats st;

	start(l);
	while (!l->synced)
		event_base_loop(l->base, EVLOOP_ONCE);
	assert_int_equal(l->puts, FILES * PER_FILE);
	assert_int_equal(l->deletes, 0);
	assert_true(l->ordered);
	queue_stats(l->queue, &st);
	assert_true(st.events > l->puts);
	assert_true(st.depth_max <= 64);
	assert_true(st.last_queued_ns <= (uint64_t)clock_ns());
	assert_string_equal(st.dir, l->dir);
}

static void changes_follow(void **state)
{
	struct lab *l = *state;

	start(l);
	while (!l->synced)
		event_base_loop(l->base, EVLOOP_ONCE);
	write_file(l, 0, PER_FILE - 1);
	write_file(l, FILES, 3);
	while (!l->deletes || l->puts < FILES * PER_FILE + 3)
		event_base_loop(l->base, EVLOOP_ONCE);
	assert_int_equal(l->deletes, 1);
}

static void another_folder_takes_over(void **state)
{
	struct lab *l = *state;
	char none[80];

	snprintf(none, sizeof(none), "%s/none", l->dir);
	start(l);
	while (!l->synced)
		event_base_loop(l->base, EVLOOP_ONCE);
	move(l, none);
	while (!l->outage)
		event_base_loop(l->base, EVLOOP_ONCE);
	assert_int_equal(l->deletes, 0);
	move(l, l->dir);
	while (l->outage)
		event_base_loop(l->base, EVLOOP_ONCE);
	assert_int_equal(l->deletes, 0);
}

/* Stopped with events on the way and the watcher blocked: nothing hangs, nothing leaks. */
static void an_early_stop_ends(void **state)
{
	struct lab *l = *state;

	l->one_turn = true;
	start(l);
	while (!l->puts)
		event_base_loop(l->base, EVLOOP_ONCE);
	queue_stop(l->queue);
	l->queue = NULL;
	assert_true(l->puts < FILES * PER_FILE);
}

static void a_stop_before_anything_ends(void **state)
{
	start(*state);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(everything_arrives_in_order),
	    CASE(changes_follow),
	    CASE(another_folder_takes_over),
	    CASE(an_early_stop_ends),
	    CASE(a_stop_before_anything_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
