/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real folder and a real loop, which runs until the state that is waited for was told; once
 * with inotify and once with polling. What the source says is kept as a text: "+Service a/b 80"
 * for a PUT (with its first port), "-Service a/b" for a DELETE.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/fswatch.h"
#include "k8s/manifests.h"
#include "k8s/manifests_int.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_S 10

struct world {
	struct event_base *base;
	struct manifests *m;
	struct k8s_state *state; /* the newest */
	unsigned states;
	bool timeout;
	char dir[64], log[4096];
};

static const struct fswatch_ops *watch_ops;

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

typedef bool condition(const struct world *w);

static void run_until(struct world *w, condition *reached)
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

static bool is_quiet(const struct world *w)
{
	return !w->m->dirty && !w->m->later && !w->m->n_gone && !w->m->want_scan;
}

static bool is_synced(const struct world *w)
{
	return w->state && w->state->synced && !w->state->outage && is_quiet(w);
}

static bool is_bad(const struct world *w)
{
	return w->state && w->state->n_problems > 0 && is_quiet(w);
}

static bool is_good(const struct world *w)
{
	return w->state && w->state->n_problems == 0 && is_quiet(w);
}

static bool is_out(const struct world *w)
{
	return w->state && w->state->outage;
}

static bool has_log(const struct world *w)
{
	return w->log[0] && is_quiet(w);
}

static bool any_log(const struct world *w)
{
	return w->log[0];
}

static bool has_one_claim(const struct world *w)
{
	return w->m->claims.n == 1;
}

static void assert_log(struct world *w, const char *expected)
{
	assert_string_equal(w->log, expected);
	w->log[0] = 0;
}

static const char *path_of(const struct world *w, const char *name)
{
	static char path[2][256];
	static unsigned turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", w->dir, name);
	return path[turn];
}

static void write_file(const struct world *w, const char *name, const char *text)
{
	FILE *f = fopen(path_of(w, name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void rename_file(const struct world *w, const char *from, const char *to)
{
	assert_int_equal(rename(path_of(w, from), path_of(w, to)), 0);
}

static void unlink_file(const struct world *w, const char *name)
{
	assert_int_equal(unlink(path_of(w, name)), 0);
}

#define SERVICE(name, port)                                                                    \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name                           \
	"}\nspec: {ports: [{port: " port "}]}\n"
#define SLICE(name)                                                                            \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name    \
	"}\naddressType: IPv4\n"
#define NODE(name) "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name "}\n"

/* A change that is told says that whatever came before it was seen, too. */
static void run_marker(struct world *w)
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

static void remove_tree(const char *dir)
{
	char command[192];

	snprintf(command, sizeof(command), "rm -rf '%s' '%s.away'", dir, dir);
	assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	snprintf(w->dir, sizeof(w->dir), "/tmp/grevy-test.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->base = event_base_new();
	assert_non_null(w->base);
	w->m = manifests_new(w->base, w->dir, on_event, w);
	assert_non_null(w->m);
	manifests_watch_by(w->m, watch_ops, 10);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	manifests_free(w->m);
	k8s_state_free(w->state);
	event_base_free(w->base);
	remove_tree(w->dir);
	free(w);
	return 0;
}

static void start(struct world *w)
{
	assert_int_equal(manifests_start(w->m), 0);
	run_until(w, is_synced);
}

static void an_empty_folder_is_a_true_empty_set(void **state)
{
	struct world *w = *state;

	start(w);
	assert_log(w, "");
	assert_true(w->state->whole);
	assert_int_equal(w->state->files, 0);
	assert_int_equal(w->states, 1);
}

static void only_manifests_are_read(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	write_file(w, "b.yml", SERVICE("b", "2"));
	write_file(w, "c.json",
	    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"c\"}}");
	write_file(w, "d.yaml~", "{");
	write_file(w, ".e.yaml", "{");
	write_file(w, "4913", "{");
	write_file(w, ".yaml", "{");
	write_file(w, "#f.yaml#", "{");
	write_file(w, "README", "{");
	assert_int_equal(mkdir(path_of(w, "g.yaml"), 0755), 0);
	start(w);
	assert_int_equal(w->state->files, 3);
	assert_int_equal(w->state->n_problems, 0);
	assert_non_null(strstr(w->log, "+Service default/a 1\n"));
	assert_non_null(strstr(w->log, "+Service default/b 2\n"));
	assert_non_null(strstr(w->log, "+Node c\n"));
	w->log[0] = 0;
	write_file(w, ".a.yaml.swp", "x");
	write_file(w, "a.yaml~", "x");
	run_marker(w);
}

static void only_what_differs_is_told(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "2") NODE("m"));
	start(w);
	w->log[0] = 0;
	write_file(
	    w, "a.yaml", SERVICE("b", "3") "# moved\n" SERVICE("a", "1") SERVICE("c", "4"));
	run_until(w, has_log);
	/* Within a kind the order is not promised. */
	assert_non_null(strstr(w->log, "+Service default/b 3\n"));
	assert_non_null(strstr(w->log, "+Service default/c 4\n"));
	assert_int_equal(
	    strlen(w->log), strlen("+Service default/b 3\n+Service default/c 4\n-Node m\n"));
	assert_string_equal(w->log + strlen(w->log) - 8, "-Node m\n");
	w->log[0] = 0;
	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "3") SERVICE("c", "4"));
	run_marker(w);
}

static void a_batch_has_an_order(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("x", "1") SLICE("x-1") NODE("m1"));
	start(w);
	assert_log(w, "+Node m1\n+EndpointSlice default/x-1\n+Service default/x 1\n");
	write_file(w, "a.yaml", SERVICE("z", "1") SLICE("z-1") NODE("m2"));
	run_until(w, has_log);
	assert_log(w, "+Node m2\n+EndpointSlice default/z-1\n-Service default/x\n"
		      "+Service default/z 1\n-EndpointSlice default/x-1\n-Node m1\n");
}

static void an_atomic_rename_is_one_change(void **state)
{
	struct world *w = *state;
	unsigned before;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	start(w);
	w->log[0] = 0;
	write_file(w, ".a.new", SERVICE("a", "2"));
	before = w->states;
	rename_file(w, ".a.new", "a.yaml");
	run_until(w, has_log);
	assert_log(w, "+Service default/a 2\n");
	assert_int_equal(w->states, before + 1);
}

static void a_file_may_change_its_name(void **state)
{
	struct world *w = *state;

	write_file(w, "m.yaml", SERVICE("a", "1"));
	start(w);
	w->log[0] = 0;
	rename_file(w, "m.yaml", "n.yaml");
	run_marker(w);
	rename_file(w, "n.yaml", "b.yaml");
	run_marker(w);
	run_until(w, is_quiet);
	assert_log(w, "");
	assert_int_equal(w->state->files, 2);
	assert_int_equal(w->state->n_problems, 0);
}

static void a_file_that_went_takes_its_objects(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	write_file(w, "b.yaml", SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	unlink_file(w, "a.yaml");
	run_until(w, has_log);
	assert_log(w, "-Service default/a\n");
	run_until(w, is_quiet);
	assert_int_equal(w->state->files, 1);
	write_file(w, "a.yaml", SERVICE("a", "1"));
	run_until(w, has_log);
	assert_log(w, "+Service default/a 1\n");
}

/* As vim does: the old file moves away, a new one is written. */
static void an_editor_that_moves_the_file_away_first(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	rename_file(w, "a.yaml", "a.yaml~");
	run_marker(w);
	write_file(w, "a.yaml", SERVICE("a", "2") SERVICE("b", "1"));
	run_until(w, has_log);
	assert_log(w, "+Service default/a 2\n");
}

static void assert_problem(const struct world *w, size_t i, const char *where, const char *what)
{
	char expected[256];

	assert_true(i < w->state->n_problems);
	snprintf(expected, sizeof(expected), "%s/%s", w->dir, where);
	assert_string_equal(w->state->problems[i].where, expected);
	assert_string_equal(w->state->problems[i].what, what);
}

static void a_bad_file_keeps_its_last_good_content(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	start(w);
	w->log[0] = 0;
	write_file(w, "a.yaml", SERVICE("a", "2") "---\na: [\n");
	run_until(w, is_bad);
	assert_int_equal(w->state->n_problems, 1);
	assert_string_equal(w->state->problems[0].what,
	    "while parsing a flow node, did not find expected node content");
	assert_true(w->state->whole);
	run_marker(w);
	write_file(w, "a.yaml", SERVICE("a", "3"));
	run_until(w, is_good);
	assert_log(w, "+Service default/a 3\n");
}

static void one_bad_object_makes_the_file_bad_and_is_named(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	write_file(w, "a.yaml", SERVICE("a", "2") SERVICE("b", "65536"));
	run_until(w, is_bad);
	assert_problem(w, 0, "a.yaml:10:23", "Service b: spec.ports[0].port: must be 1..65535");
	write_file(w, "a.yaml",
	    "kind: List\napiVersion: v1\nitems:\n- kind: Node\n  apiVersion: v1\n  metadata: "
	    "{name: 1}\n");
	run_until(w, is_quiet);
	run_marker(w);
	assert_problem(
	    w, 0, "a.yaml:6:20", "Node: metadata.name: must be a string: put it in quotes");
	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("a", "1"));
	run_marker(w);
	assert_problem(
	    w, 0, "a.yaml:7:1", "Service default/a: is in this file already, on line 2");
	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "1"));
	run_until(w, is_good);
	assert_log(w, "");
}

static void what_was_never_good_is_not_whole(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", "{");
	write_file(w, "b.yaml", SERVICE("b", "1"));
	start(w);
	assert_log(w, "+Service default/b 1\n");
	assert_true(w->state->synced);
	assert_false(w->state->whole);
	assert_int_equal(w->state->n_problems, 1);
	unlink_file(w, "a.yaml");
	run_until(w, is_good);
	assert_true(w->state->whole);
	write_file(w, "a.yaml", "{");
	run_until(w, is_bad);
	assert_false(w->state->whole);
	write_file(w, "a.yaml", "");
	run_until(w, is_good);
	assert_true(w->state->whole);
	write_file(w, "a.yaml", "{");
	run_until(w, is_bad);
	assert_true(w->state->whole);
}

static void what_cannot_be_read_says_why(void **state)
{
	struct world *w = *state;
	int fd;

	assert_int_equal(symlink("nowhere", path_of(w, "a.yaml")), 0);
	assert_int_equal(mkfifo(path_of(w, "b.yaml"), 0600), 0);
	fd = open(path_of(w, "c.yaml"), O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)FILE_SIZE_MAX + 1), 0);
	close(fd);
	start(w);
	assert_int_equal(w->state->n_problems, 3);
	assert_problem(w, 0, "a.yaml", "cannot be read: the link leads nowhere");
	assert_problem(w, 1, "b.yaml", "cannot be read: not a plain file");
	assert_problem(w, 2, "c.yaml", "cannot be read: larger than 256 MiB");
	write_file(w, "nowhere", SERVICE("a", "1"));
	unlink_file(w, "b.yaml");
	unlink_file(w, "c.yaml");
	manifests_rescan(w->m);
	run_until(w, is_good);
	assert_log(w, "+Service default/a 1\n");
}

static void the_first_file_by_name_wins(void **state)
{
	struct world *w = *state;
	char what[256];

	write_file(w, "b.yaml", SERVICE("a", "2"));
	write_file(w, "c.yaml", SERVICE("a", "3") SERVICE("c", "1"));
	start(w);
	assert_non_null(strstr(w->log, "+Service default/a 2\n"));
	assert_null(strstr(w->log, "+Service default/a 3\n"));
	w->log[0] = 0;
	assert_int_equal(w->state->n_problems, 1);
	snprintf(what, sizeof(what),
	    "Service default/a: is in %s/b.yaml already, which comes first by name", w->dir);
	assert_problem(w, 0, "c.yaml:2:1", what);
	assert_true(w->state->whole);
	/* A third that comes first. */
	write_file(w, "a.yaml", SERVICE("a", "1"));
	run_until(w, has_log);
	assert_log(w, "+Service default/a 1\n");
	assert_int_equal(w->state->n_problems, 2);
	/* When the first goes, the second takes its place, whatever the third says. */
	unlink_file(w, "a.yaml");
	run_until(w, has_log);
	assert_log(w, "+Service default/a 2\n");
	write_file(w, "b.yaml", "");
	run_until(w, has_log);
	assert_log(w, "+Service default/a 3\n");
	assert_int_equal(w->state->n_problems, 0);
	write_file(w, "c.yaml", SERVICE("c", "1"));
	run_until(w, has_log);
	assert_log(w, "-Service default/a\n");
}

static void an_heir_that_is_bad_changes_nothing(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	write_file(w, "b.yaml", SERVICE("a", "2"));
	start(w);
	assert_log(w, "+Service default/a 1\n");
	write_file(w, "b.yaml", "{");
	run_marker(w);
	unlink_file(w, "a.yaml");
	run_marker(w);
	run_until(w, is_quiet);
	assert_log(w, "");
	write_file(w, "b.yaml", SERVICE("a", "3"));
	run_until(w, has_log);
	assert_log(w, "+Service default/a 3\n");
}

static void lists_of_every_kind(void **state)
{
	struct world *w = *state;

	write_file(w, "a.json",
	    "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":["
	    "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"},"
	    "\"spec\":{}},"
	    "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}]}");
	write_file(w, "b.yaml",
	    "kind: NodeList\napiVersion: v1\nitems: [{metadata: {name: m1}}, {metadata: {name: "
	    "m2}}]\n"
	    "---\nkind: EndpointSliceList\napiVersion: discovery.k8s.io/v1\n"
	    "items: [{metadata: {name: s}, addressType: IPv6}]\n"
	    "---\nkind: ServiceList\napiVersion: v1\nitems: [{metadata: {name: b}, spec: {}}]\n"
	    "---\nkind: PodList\napiVersion: v1\nitems: [{metadata: {name: 5}}]\n"
	    "---\nkind: List\napiVersion: v1\nitems: null\n");
	start(w);
	assert_int_equal(w->state->n_problems, 0);
	assert_int_equal(strlen(w->log), strlen("+Node m1\n+Node m2\n+EndpointSlice default/s\n"
						"+Service default/a\n+Service default/b\n"));
	w->log[0] = 0;
	write_file(w, "b.yaml", "kind: List\napiVersion: v1\nitems: 5\n");
	run_until(w, is_bad);
	assert_problem(w, 0, "b.yaml:3:8", "List: items: must be a list");
	write_file(w, "b.yaml",
	    "kind: List\napiVersion: v1\nitems: [{kind: Node, apiVersion: v1}, 7]\n");
	run_marker(w);
	assert_problem(w, 0, "b.yaml:3:9", "Node: metadata: must be given");
	write_file(w, "b.yaml", "kind: NodeList\napiVersion: v1\nitems: [7]\n");
	run_marker(w);
	assert_problem(w, 0, "b.yaml:3:9", "NodeList: items[0]: must be a mapping");
}

/* kubelet: the files are links into ..data, which is a link that is replaced by a rename. */
static void a_mounted_configmap_is_switched(void **state)
{
	struct world *w = *state;

	assert_int_equal(mkdir(path_of(w, "..1"), 0755), 0);
	assert_int_equal(mkdir(path_of(w, "..2"), 0755), 0);
	write_file(w, "..1/a.yaml", SERVICE("a", "1"));
	write_file(w, "..1/b.yaml", SERVICE("b", "1"));
	write_file(w, "..2/a.yaml", SERVICE("a", "2"));
	write_file(w, "..2/b.yaml", SERVICE("b", "1"));
	assert_int_equal(symlink("..1", path_of(w, "..data")), 0);
	assert_int_equal(symlink("..data/a.yaml", path_of(w, "a.yaml")), 0);
	assert_int_equal(symlink("..data/b.yaml", path_of(w, "b.yaml")), 0);
	start(w);
	assert_int_equal(w->state->files, 2);
	w->log[0] = 0;
	assert_int_equal(symlink("..2", path_of(w, "..tmp")), 0);
	rename_file(w, "..tmp", "..data");
	run_until(w, has_log);
	assert_log(w, "+Service default/a 2\n");
}

static void away(const struct world *w, bool back)
{
	char other[80];

	snprintf(other, sizeof(other), "%s.away", w->dir);
	assert_int_equal(back ? rename(other, w->dir) : rename(w->dir, other), 0);
}

static void a_missing_folder_is_an_outage(void **state)
{
	struct world *w = *state;
	char outage[128];

	write_file(w, "a.yaml", SERVICE("a", "1"));
	away(w, false);
	assert_int_equal(manifests_start(w->m), 0);
	run_until(w, is_out);
	assert_log(w, "");
	assert_false(w->state->synced);
	assert_false(w->state->whole);
	assert_true(w->state->outage_s > 1700000000);
	snprintf(outage, sizeof(outage), "cannot read %s: No such file or directory", w->dir);
	assert_string_equal(w->state->outage, outage);
	away(w, true);
	run_until(w, is_synced);
	assert_log(w, "+Service default/a 1\n");
	assert_int_equal(w->state->outage_s, 0);
}

static void a_folder_that_vanishes_holds_everything(void **state)
{
	struct world *w = *state;
	unsigned before;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	write_file(w, "b.yaml", SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	before = w->states;
	away(w, false);
	run_until(w, is_out);
	assert_int_equal(w->states, before + 1);
	assert_true(w->state->synced);
	away(w, true);
	manifests_rescan(w->m);
	run_until(w, is_synced);
	assert_log(w, "");
	/* Gone with all that was in it, and back with less. */
	remove_tree(w->dir);
	run_until(w, is_out);
	assert_log(w, "");
	assert_int_equal(mkdir(w->dir, 0755), 0);
	write_file(w, "b.yaml", SERVICE("b", "1"));
	manifests_rescan(w->m);
	run_until(w, has_log);
	assert_log(w, "-Service default/a\n");
	run_marker(w);
}

static void a_file_in_place_of_the_folder_is_an_outage(void **state)
{
	struct world *w = *state;
	FILE *f;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	start(w);
	w->log[0] = 0;
	away(w, false);
	f = fopen(w->dir, "w");
	assert_non_null(f);
	fclose(f);
	run_until(w, is_out);
	assert_non_null(strstr(w->state->outage, "Not a directory"));
	assert_int_equal(unlink(w->dir), 0);
	away(w, true);
	manifests_rescan(w->m);
	run_until(w, is_synced);
	assert_log(w, "");
}

static void another_folder_tells_the_difference(void **state)
{
	struct world *w = *state;
	char other[80];

	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "1"));
	write_file(w, "c.yaml", SERVICE("c", "1"));
	start(w);
	w->log[0] = 0;
	snprintf(other, sizeof(other), "%s/other", w->dir);
	assert_int_equal(mkdir(other, 0755), 0);
	write_file(w, "other/b.yaml", SERVICE("a", "2") SERVICE("b", "1"));
	assert_int_equal(manifests_move(w->m, other), 0);
	run_until(w, is_quiet);
	assert_log(w, "+Service default/a 2\n-Service default/c\n");
	write_file(w, "a.yaml", SERVICE("a", "9"));
	write_file(w, "other/b.yaml", SERVICE("a", "3") SERVICE("b", "1"));
	run_until(w, has_log);
	assert_log(w, "+Service default/a 3\n");
}

static void a_restart_finds_the_differences(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml", SERVICE("a", "1"));
	write_file(w, "b.yaml", SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	manifests_stop(w->m);
	write_file(w, "b.yaml", SERVICE("b", "22"));
	assert_int_equal(manifests_start(w->m), 0);
	run_until(w, has_log);
	assert_log(w, "+Service default/b 22\n");
}

static int deaf_start(const struct fswatch_conf *conf, struct fswatch **out)
{
	(void)conf;
	*out = NULL;
	return 0;
}

static void deaf_stop(struct fswatch *w)
{
	(void)w;
}

static void a_rescan_finds_what_no_watch_told(void **state)
{
	static const struct fswatch_ops deaf = {.start = deaf_start, .stop = deaf_stop};
	struct world *w = *state;

	manifests_watch_by(w->m, &deaf, 0);
	write_file(w, "a.yaml", SERVICE("a", "1"));
	write_file(w, "b.yaml", SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	write_file(w, "a.yaml", SERVICE("a", "22"));
	write_file(w, "c.yaml", SERVICE("c", "3"));
	manifests_rescan(w->m);
	run_until(w, is_quiet);
	run_until(w, has_log);
	assert_non_null(strstr(w->log, "+Service default/a 22\n"));
	assert_non_null(strstr(w->log, "+Service default/c 3\n"));
}

/* With inotify nothing is read before it is closed. */
static void a_file_is_read_when_it_is_closed(void **state)
{
	struct world *w = *state;
	FILE *f;

	write_file(w, "a.yaml", SERVICE("a", "1") SERVICE("b", "1"));
	start(w);
	w->log[0] = 0;
	f = fopen(path_of(w, "a.yaml"), "w");
	assert_non_null(f);
	fputs(SERVICE("a", "2"), f);
	fflush(f);
	run_marker(w);
	fputs(SERVICE("b", "1"), f);
	fclose(f);
	run_until(w, has_log);
	assert_log(w, "+Service default/a 2\n");
}

static void ten_thousand_in_one_file(void **state)
{
	struct world *w = *state;
	FILE *f = fopen(path_of(w, "a.yaml"), "w");

	assert_non_null(f);
	for (int i = 0; i < 10000; i++)
		fprintf(f,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%d}\nspec: {}\n", i);
	fclose(f);
	start(w);
	assert_int_equal(w->m->claims.n, 10000);
	w->log[0] = 0;
	write_file(w, "a.yaml", SERVICE("s17", "1"));
	run_until(w, has_one_claim);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest both[] = {
	    TEST(an_empty_folder_is_a_true_empty_set),
	    TEST(only_manifests_are_read),
	    TEST(only_what_differs_is_told),
	    TEST(a_batch_has_an_order),
	    TEST(an_atomic_rename_is_one_change),
	    TEST(a_file_may_change_its_name),
	    TEST(a_file_that_went_takes_its_objects),
	    TEST(an_editor_that_moves_the_file_away_first),
	    TEST(a_bad_file_keeps_its_last_good_content),
	    TEST(one_bad_object_makes_the_file_bad_and_is_named),
	    TEST(what_was_never_good_is_not_whole),
	    TEST(what_cannot_be_read_says_why),
	    TEST(the_first_file_by_name_wins),
	    TEST(an_heir_that_is_bad_changes_nothing),
	    TEST(lists_of_every_kind),
	    TEST(a_mounted_configmap_is_switched),
	    TEST(a_missing_folder_is_an_outage),
	    TEST(a_folder_that_vanishes_holds_everything),
	    TEST(a_file_in_place_of_the_folder_is_an_outage),
	    TEST(another_folder_tells_the_difference),
	    TEST(a_restart_finds_the_differences),
	    TEST(a_rescan_finds_what_no_watch_told),
	};
	const struct CMUnitTest native[] = {
	    TEST(a_file_is_read_when_it_is_closed),
	    TEST(ten_thousand_in_one_file),
	};
	int failed = 0;

	watch_ops = &fswatch_poll;
	failed += cmocka_run_group_tests_name("polling", both, NULL, NULL);
	watch_ops = fswatch_native();
	failed += cmocka_run_group_tests_name("native", both, NULL, NULL);
	if (watch_ops != &fswatch_poll)
		failed += cmocka_run_group_tests_name("native only", native, NULL, NULL);
	return failed;
}
