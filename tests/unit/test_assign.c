/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state file: its text, damage of every kind, and that it is replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/assign.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(struct assign_list *l, const char *ns, const char *name, const char *pool,
    const char *addresses)
{
	struct assignment a = {.ns = (char *)ns, .name = (char *)name, .pool = (char *)pool};
	const char *space = strchr(addresses, ' ');
	char first[PREFIX_STRLEN];

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(addresses, " "), addresses);
	assert_int_equal(ipaddr_parse(first, &a.addr[a.n++]), 0);
	if (space)
		assert_int_equal(ipaddr_parse(space + 1, &a.addr[a.n++]), 0);
	assign_add(l, &a);
}

static int parse_exact(
    const char *text, size_t len, struct assign_list *out, struct assign_error *err)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rc = assign_parse(copy, len, "state", out, err);
	free(copy);
	return rc;
}

static const char sample[] =
    "{\"version\": 1, \"assignments\": {\n"
    "\"default/web\": {\"pool\": \"main\", \"addresses\": [\"192.0.2.2\", \"2001:db8::2\"]},\n"
    "\"kube-system/dns\": {\"addresses\": [\"192.0.2.1\"]}\n"
    "}}\n";

static void test_print(void **state)
{
	struct assign_list l = {0};
	size_t len;
	char *text;

	(void)state;
	add(&l, "kube-system", "dns", NULL, "192.0.2.1");
	add(&l, "default", "web", "main", "192.0.2.2 2001:db8::2");
	text = assign_print(&l, &len);
	assert_string_equal(text, sample);
	assert_int_equal(len, strlen(sample));
	free(text);
	assign_fini(&l);
	text = assign_print(&l, &len);
	assert_string_equal(text, "{\"version\": 1, \"assignments\": {\n}}\n");
	assert_int_equal(parse_exact(text, len, &l, NULL), 0);
	assert_int_equal(l.n, 0);
	free(text);
}

static void test_parse(void **state)
{
	struct assign_list l = {0};
	struct assign_error err;
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(parse_exact(sample, strlen(sample), &l, &err), 0);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].ns, "default");
	assert_string_equal(l.v[0].name, "web");
	assert_string_equal(l.v[0].pool, "main");
	assert_int_equal(l.v[0].n, 2);
	assert_null(l.v[1].pool);
	text = assign_print(&l, &len);
	assert_string_equal(text, sample);
	free(text);
	assign_fini(&l);
}

/* Names that need escapes come back as they were. */
static void test_odd_names(void **state)
{
	struct assign_list l = {0}, again = {0};
	struct assign_error err;
	size_t len;
	char *text;

	(void)state;
	add(&l, "a\"b", "c\\d\n", "\t{}: é #", "192.0.2.1");
	text = assign_print(&l, &len);
	assert_int_equal(parse_exact(text, len, &again, &err), 0);
	assert_string_equal(again.v[0].ns, "a\"b");
	assert_string_equal(again.v[0].name, "c\\d\n");
	assert_string_equal(again.v[0].pool, "\t{}: é #");
	free(text);
	assign_fini(&l);
	assign_fini(&again);
}

static void test_damage(void **state)
{
	static const struct {
		const char *text, *error;
		size_t kept;
	} rows[] = {
	    {"",								      "state:0:0: assignments: must be one mapping", 0},
	    {"[]",								    "state:1:1: assignments: must be one mapping", 0},
	    {"{}",								    "state:1:1: version: must be 1",               0},
	    {"{version: 2, assignments: {}}",                                         "state:1:11: version: must be 1",              0},
	    {"{version: 1}",							  "state:1:1: assignments: must be a mapping",   0},
	    {"{version: 1, assignments: []}",                                         "state:1:27: assignments: must be a mapping",  0},
	    {"{version: 1, assignments: {\na/b: {addresses: [192.0.2.1]},\nc: {addresses: "
	     "[192.0.2.1]}}}",					   "state:3:4: c: must be namespace/name",        1},
	    {"{version: 1, assignments: {a/b/c: {}, /b: {}, a/: {}}}",
             "state:1:35: a/b/c: must be namespace/name",									    0},
	    {"{version: 1, assignments: {a/b: [], c/d: {addresses: ['::1']}}}",
             "state:1:33: a/b: must be a mapping",										   1},
	    {"{version: 1, assignments: {a/b: {addresses: [192.0.2.1, 192.0.2.2]}}}",
             "state:1:45: a/b: addresses must be of two families",                                                                   0},
	    {"{version: 1, assignments: {a/b: {addresses: []}}}",
             "state:1:45: a/b: addresses must be a list of one or two",                                                              0},
	    {"{version: 1, assignments: {a/b: {addresses: [x]}}}",
             "state:1:46: a/b: must be an IP address",									       0},
	    {"{version: 1, assignments: {a/b: {addresses: [192.0.2.1], pool: 7}}}",
             "state:1:64: a/b: pool must be a name",										 1},
	    {"{version: 1, assignments: {a/b: }}",                                    "state:1:27: a/b: must be a mapping",          0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct assign_list l = {0};
		struct assign_error err;

		assert_int_equal(
		    parse_exact(rows[i].text, strlen(rows[i].text), &l, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].error);
		assert_int_equal(l.n, rows[i].kept);
		assign_fini(&l);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n + 2 < sizeof(sample); n++) { /* the last newline may be missing */
		struct assign_list l = {0};
		struct assign_error err;

		assert_int_equal(parse_exact(sample, n, &l, &err), -EINVAL);
		assert_true(strncmp(err.text, "state:", 6) == 0);
		assign_fini(&l);
	}
}

static char folder[PATH_MAX];

static const char *in_folder(const char *name)
{
	static char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int folder_make(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%s/grevy-test.XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
	static const char *const names[] = {
	    "state", "state.tmp", "state.bad-20260101T000000Z", "missing"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		unlink(in_folder(names[i]));
		rmdir(in_folder(names[i]));
	}
	return rmdir(folder);
}

static void test_save_and_load(void **state)
{
	struct assign_list l = {0}, again = {0};
	struct assign_error err;
	struct stat st;
	mode_t mask = umask(0077);

	(void)state;
	assert_int_equal(assign_load(in_folder("state"), 0, &again, &err), -ENOENT);
	add(&l, "default", "web", "main", "192.0.2.2");
	assert_int_equal(assign_save(in_folder("state"), &l), 0);
	assert_int_equal(stat(in_folder("state"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(stat(in_folder("state.tmp"), &st), -1);
	add(&l, "default", "dns", "main", "192.0.2.3");
	assert_int_equal(assign_save(in_folder("state"), &l), 0);
	assert_int_equal(assign_load(in_folder("state"), 0, &again, &err), 0);
	assert_int_equal(again.n, 2);
	assert_string_equal(again.v[0].name, "dns");
	assign_fini(&l);
	assign_fini(&again);
	umask(mask);
}

static void test_damaged_file(void **state)
{
	struct assign_list l = {0};
	struct assign_error err;
	FILE *f = fopen(in_folder("state"), "w");
	struct stat st;

	(void)state;
	assert_non_null(f);
	fputs("{\"version\": 1, \"assignm", f);
	fclose(f);
	assert_int_equal(assign_load(in_folder("state"), 1767225600, &l, &err), -EINVAL);
	assert_non_null(strstr(err.text, "state:1:"));
	assert_non_null(strstr(err.text, "state.bad-20260101T000000Z)"));
	assert_int_equal(stat(in_folder("state"), &st), -1);
	assert_int_equal(stat(in_folder("state.bad-20260101T000000Z"), &st), 0);
	assert_int_equal(assign_load(in_folder("state"), 0, &l, &err), -ENOENT);
}

static void test_no_file(void **state)
{
	struct assign_list l = {0};
	struct assign_error err;

	(void)state;
	assert_int_equal(assign_save(in_folder("missing/state"), &l), -ENOENT);
	assert_int_equal(mkdir(in_folder("state"), 0700), 0);
	assert_int_equal(assign_load(in_folder("state"), 0, &l, &err), -EFBIG);
	assert_non_null(strstr(err.text, "cannot be read"));
	assert_int_equal(assign_save(in_folder("state"), &l), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_print),
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_odd_names),
	    cmocka_unit_test(test_damage),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test_setup_teardown(test_save_and_load, folder_make, folder_remove),
	    cmocka_unit_test_setup_teardown(test_damaged_file, folder_make, folder_remove),
	    cmocka_unit_test_setup_teardown(test_no_file, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
