/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of a folder say, and what is made of bad and of double ones; once with inotify
 * and once with polling. */
#include "manifests_world.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void a_namespace_is_told_before_what_is_in_it(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml",
	    SERVICE("a", "1") "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
	start(w);
	assert_log(w, "+Namespace shop\n+Service default/a 1\n");
	write_file(w, "a.yaml", "");
	run_until(w, has_log);
	assert_log(w, "-Service default/a\n-Namespace shop\n");
}

/* Of a BGP peer that is told to have its password. */
static void a_secret_is_told(void **state)
{
	struct world *w = *state;

	write_file(w, "a.yaml",
	    SERVICE("a", "1") "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
			      "stringData: {password: x}\n");
	start(w);
	assert_log(w, "+Secret default/s\n+Service default/a 1\n");
	write_file(w, "a.yaml", "");
	run_until(w, has_log);
	assert_log(w, "-Service default/a\n-Secret default/s\n");
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
	static const char all[] = "+Node m1\n+Node m2\n+EndpointSlice default/s\n"
				  "+Service default/a\n+Service default/b\n";
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
	assert_int_equal(strlen(w->log), strlen(all));
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
	assert_problem(w, 0, "b.yaml:3:9", "NodeList: items: each must be a mapping");
}

int main(void)
{
	const struct CMUnitTest both[] = {
	    TEST(an_empty_folder_is_a_true_empty_set),
	    TEST(only_manifests_are_read),
	    TEST(a_namespace_is_told_before_what_is_in_it),
	    TEST(a_secret_is_told),
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
	};
	int failed = 0;

	world_watch = &fswatch_poll;
	failed += cmocka_run_group_tests_name("polling", both, NULL, NULL);
	world_watch = fswatch_native();
	failed += cmocka_run_group_tests_name("native", both, NULL, NULL);
	return failed;
}
