/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One source after another: what stays meanwhile, what goes, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/leftover.h"
#include "k8s/source.h"
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOLD_MAX = 64 };

struct world {
	struct event_base *base;
	struct source *source;
	char dir[64], first[80], second[80], kubeconfig[80];
	char told[TOLD_MAX]
		 [40]; /* "+default/web", "-default/web", "=": a state that is whole */
	size_t n;
	bool whole, api;
	unsigned sources;
	bool left;
};

static void on_event(struct k8s_event *ev, void *arg)
{
	struct world *w = arg;
	char *line = w->told[w->n];

	assert_true(w->n < TOLD_MAX);
	if (ev->type == K8S_STATE) {
		w->api = ev->state->cluster;
		w->whole = ev->state->whole;
		w->sources = ev->state->sources;
		if (w->whole) {
			snprintf(line, sizeof(w->told[0]), "=");
			w->n++;
		}
	} else if (ev->type == K8S_PUT || ev->type == K8S_DELETE) {
		snprintf(line, sizeof(w->told[0]), "%c%s/%s", ev->type == K8S_PUT ? '+' : '-',
		    ev->obj->ns, ev->obj->name);
		w->n++;
	}
	k8s_event_free(ev);
}

static void write_service(const char *dir, const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.yaml", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
	    "apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: lab}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n",
	    name);
	assert_int_equal(fclose(f), 0);
}

static void remove_service(const char *dir, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s.yaml", dir, name);
	unlink(path);
}

static int set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	snprintf(w->dir, sizeof(w->dir), "/tmp/test_source.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->first, sizeof(w->first), "%s/first", w->dir);
	snprintf(w->second, sizeof(w->second), "%s/second", w->dir);
	snprintf(w->kubeconfig, sizeof(w->kubeconfig), "%s/kubeconfig", w->dir);
	assert_int_equal(mkdir(w->first, 0755), 0);
	assert_int_equal(mkdir(w->second, 0755), 0);
	write_service(w->first, "one");
	write_service(w->first, "both");
	write_service(w->second, "both");
	write_service(w->second, "two");
	w->base = event_base_new();
	w->source = source_new(w->base, on_event, w);
	assert_non_null(w->source);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"one", "both", "two"};
	struct world *w = *state;

	source_free(w->source);
	event_base_free(w->base);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		remove_service(w->first, names[i]);
		remove_service(w->second, names[i]);
	}
	rmdir(w->first);
	rmdir(w->second);
	rmdir(w->dir);
	free(w);
	return 0;
}

/* Another source; manifests NULL: an API of which nothing is known. */
static void move(struct world *w, char *manifests)
{
	const struct k8s_source_conf conf = {
	    .manifests = manifests, .kubeconfig = manifests ? NULL : w->kubeconfig};
	struct k8s_command *c = source_command_new(&conf);

	assert_non_null(c);
	w->n = 0;
	w->whole = w->api = false;
	assert_int_equal(source_command(w->source, c), 0);
}

static void read_all(struct world *w, char *manifests)
{
	move(w, manifests);
	while (!w->whole)
		event_base_loop(w->base, EVLOOP_ONCE);
}

static void use_api(struct world *w)
{
	move(w, NULL);
	while (!w->api)
		event_base_loop(w->base, EVLOOP_ONCE);
}

static bool told(const struct world *w, const char *line)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->told[i], line) == 0)
			return true;
	return false;
}

static void what_an_api_does_not_say_stays(void **state)
{
	struct world *w = *state;

	read_all(w, w->first);
	assert_true(told(w, "+lab/one"));
	assert_int_equal(w->sources, 1);
	use_api(w);
	assert_int_equal(w->sources, 2);
	assert_false(w->whole);
	assert_int_equal(w->n, 0);
}

static void what_no_source_has_any_more_goes_once_all_is_read(void **state)
{
	struct world *w = *state;

	read_all(w, w->first);
	use_api(w);
	read_all(w, w->second);
	assert_true(told(w, "+lab/both")); /* the store finds it equal */
	assert_true(told(w, "+lab/two"));
	assert_false(told(w, "-lab/both"));
	assert_int_equal(w->n, 4);
	assert_string_equal(w->told[2], "-lab/one");
	assert_string_equal(w->told[3], "=");
}

static void a_source_that_is_away_takes_nothing(void **state)
{
	struct world *w = *state;
	char none[80];

	snprintf(none, sizeof(none), "%s/none", w->dir);
	read_all(w, w->first);
	use_api(w);
	move(w, none);
	event_base_loop(w->base, EVLOOP_ONCE);
	assert_false(w->whole);
	assert_int_equal(w->n, 0);
	read_all(w, w->second);
	assert_true(told(w, "-lab/one"));
}

static void the_same_source_again_tells_nothing(void **state)
{
	struct world *w = *state;

	read_all(w, w->first);
	move(w, w->first);
	use_api(w);
	move(w, NULL);
	read_all(w, w->first);
	assert_false(told(w, "-lab/one"));
	assert_int_equal(w->n, 3);
}

static void on_left(void *arg)
{
	((struct world *)arg)->left = true;
}

static void who_holds_nothing_leaves_at_once(void **state)
{
	struct world *w = *state;

	source_leave(w->source, on_left, w);
	assert_true(w->left);
}

static void an_api_without_a_lease_is_left_at_once(void **state)
{
	struct world *w = *state;

	use_api(w);
	source_leave(w->source, on_left, w);
	assert_true(w->left);
}

static void commands_without_a_server_are_dropped(void **state)
{
	static const enum k8s_command_type types[] = {K8S_STATUS, K8S_NOTICE};
	struct world *w = *state;

	for (int api = 0; api < 2; api++) {
		if (api)
			use_api(w);
		for (size_t i = 0; i < ARRAY_LEN(types); i++) {
			struct k8s_command *c = k8s_command_new(types[i]);

			assert_non_null(c);
			if (types[i] == K8S_STATUS) {
				c->status = xcalloc(1, sizeof(*c->status));
				c->status->ns = xstrdup("lab");
				c->status->name = xstrdup("one");
				c->status->uid = xstrdup("u");
			} else {
				c->notice = xcalloc(1, sizeof(*c->notice));
				c->notice->ns = xstrdup("lab");
				c->notice->name = xstrdup("one");
				c->notice->uid = xstrdup("u");
				c->notice->reason = xstrdup("IPAllocated");
				c->notice->text = xstrdup("Assigned");
			}
			assert_int_equal(source_command(w->source, c), 0);
		}
	}
	assert_int_equal(w->n, 0);
}

/* ---- leftovers ---- */

struct deleted {
	enum k8s_kind kinds[300];
	size_t n;
};

static void on_deleted(struct k8s_event *ev, void *arg)
{
	struct deleted *d = arg;

	assert_int_equal(ev->type, K8S_DELETE);
	assert_true(d->n < ARRAY_LEN(d->kinds));
	d->kinds[d->n++] = ev->obj->kind;
	k8s_event_free(ev);
}

static void leftovers_go_once_and_in_order(void **state)
{
	struct leftover l = {0};
	struct leftover_adding adding = {.to = &l};
	struct deleted d = {.n = 0};
	struct k8s_object *o;
	char name[16];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		leftover_add(
		    i % 2 ? K8S_NODE : K8S_SERVICE, "", i % 2 ? "" : "a", name, &adding);
		leftover_add(
		    i % 2 ? K8S_NODE : K8S_SERVICE, "", i % 2 ? "" : "a", name, &adding);
	}
	leftover_add(K8S_CUSTOM, "bgppeers", "a", "x", &adding);
	leftover_add(K8S_CUSTOM, "communities", "a", "x", &adding);
	assert_int_equal(adding.rc, 0);
	assert_int_equal(l.n, 202);
	o = k8s_object_name_only(K8S_SERVICE, "a", "n0");
	leftover_remove(&l, o);
	leftover_remove(&l, o);
	k8s_object_free(o);
	o = k8s_custom_name_only("bgppeers", "a", "x");
	leftover_remove(&l, o);
	k8s_object_free(o);
	assert_int_equal(l.n, 200);
	leftover_delete_all(&l, on_deleted, &d);
	assert_int_equal(d.n, 200);
	assert_int_equal(l.n, 0);
	assert_int_equal(d.kinds[0], K8S_SERVICE);
	assert_int_equal(d.kinds[98], K8S_SERVICE);
	assert_int_equal(d.kinds[99], K8S_NODE);
	assert_int_equal(d.kinds[199], K8S_CUSTOM);
	leftover_delete_all(&l, on_deleted, &d);
	assert_int_equal(d.n, 200);
	leftover_fini(&l);
}

static void leftovers_wait_for_every_kind(void **state)
{
	struct k8s_resource r[] = {
	    {.phase = K8S_WATCHING, .listed = true},
	    {.phase = K8S_LISTING                    },
	};
	struct k8s_cluster c = {.resources = r, .n_resources = ARRAY_LEN(r)};
	struct k8s_state st = {.synced = true, .listed = true, .whole = true, .cluster = &c};

	(void)state;
	assert_false(leftover_may_go(&st));
	r[1].phase = K8S_FORBIDDEN;
	assert_true(leftover_may_go(&st));
	r[1].phase = K8S_BACKOFF;
	assert_false(leftover_may_go(&st));
	r[1].listed = true;
	assert_true(leftover_may_go(&st));
	st.outage_s = 1;
	assert_false(leftover_may_go(&st));
	st.outage_s = 0;
	st.whole = false;
	assert_false(leftover_may_go(&st));
	st.whole = true;
	st.cluster = NULL;
	assert_true(leftover_may_go(&st));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(what_an_api_does_not_say_stays),
	    CASE(what_no_source_has_any_more_goes_once_all_is_read),
	    CASE(a_source_that_is_away_takes_nothing),
	    CASE(the_same_source_again_tells_nothing),
	    CASE(who_holds_nothing_leaves_at_once),
	    CASE(an_api_without_a_lease_is_left_at_once),
	    CASE(commands_without_a_server_are_dropped),
	    cmocka_unit_test(leftovers_go_once_and_in_order),
	    cmocka_unit_test(leftovers_wait_for_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
