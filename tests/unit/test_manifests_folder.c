/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder itself: switched, missing, gone, back, another; and how files are watched. */
#include "manifests_world.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_one_claim(const struct world *w)
{
	return w->m->claims.n == 1;
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

int main(void)
{
	const struct CMUnitTest both[] = {
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

	world_watch = &fswatch_poll;
	failed += cmocka_run_group_tests_name("polling", both, NULL, NULL);
	world_watch = fswatch_native();
	failed += cmocka_run_group_tests_name("native", both, NULL, NULL);
	if (world_watch != &fswatch_poll)
		failed += cmocka_run_group_tests_name("native only", native, NULL, NULL);
	return failed;
}
