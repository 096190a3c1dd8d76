/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state file: its text, damage of every kind, and that it is replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/assign.h"
#include "announcer/crc32.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
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
    "\"default/web\": {\"pool\": \"main\", \"addresses\": [\"192.0.2.2\", \"2001:db8::2\"], "
    "\"crc32\": \"90fc8b78\"},\n"
    "\"kube-system/dns\": {\"addresses\": [\"192.0.2.1\"], \"crc32\": \"b048c3c6\"}\n"
    "}, \"crc32\": \"e8d06947\"}\n";

/* As grevyd wrote it before there were checksums. */
static void test_plain(void **state)
{
	static const char plain[] = "{\"version\": 1, \"assignments\": {\n"
				    "\"default/web\": {\"pool\": \"main\", \"addresses\": "
				    "[\"192.0.2.2\", \"2001:db8::2\"]},\n"
				    "\"kube-system/dns\": {\"addresses\": [\"192.0.2.1\"]}\n"
				    "}}\n";
	static const char lost[] =
	    "{\"version\": 1, \"assignments\": {\n"
	    "\"kube-system/dns\": {\"addresses\": [\"192.0.2.1\"], \"crc32\": \"b048c3c6\"}\n"
	    "}}\n";
	struct assign_list l = {0};
	struct assign_error err;
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(parse_exact(plain, strlen(plain), &l, NULL), 0);
	assert_int_equal(l.n, 2);
	text = assign_print(&l, &len);
	assert_string_equal(text, sample);
	free(text);
	assign_fini(&l);
	for (size_t cut = 1; cut <= strlen(plain); cut++)
		if (parse_exact(plain, strlen(plain) - cut, &l, &err) == 0)
			fail_msg("good without its last %zu bytes", cut);
		else
			assign_fini(&l);
	assert_int_equal(parse_exact(lost, strlen(lost), &l, &err), -EINVAL);
	assert_non_null(strstr(err.text, "lost its checksum"));
	assign_fini(&l);
}

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
	assert_string_equal(
	    text, "{\"version\": 1, \"assignments\": {\n}, \"crc32\": \"313778d0\"}\n");
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

/* Lines of a file, without their checksums. */
struct lines {
	const char *head, *line[3];
};

/* Append text. */
static void text_add(char *to, size_t size, const char *text)
{
	size_t n = strlen(to);

	assert_true(n + strlen(text) < size);
	memcpy(to + n, text, strlen(text) + 1);
}

/* Append the checksum of what, as the file has it. */
static void sum_add(char *to, size_t size, const char *what)
{
	char sum[32];

	snprintf(
	    sum, sizeof(sum), ", \"crc32\": \"%08x\"}", (unsigned)crc32_of(what, strlen(what)));
	text_add(to, size, sum);
}

/* A file with every checksum right. */
static void file_of(const struct lines *l, char *to, size_t size)
{
	snprintf(to, size, "%s\n", l->head);
	for (size_t i = 0; i < ARRAY_LEN(l->line) && l->line[i]; i++) {
		text_add(to, size, l->line[i]);
		sum_add(to, size, l->line[i]);
		text_add(to, size, i + 1 < ARRAY_LEN(l->line) && l->line[i + 1] ? ",\n" : "\n");
	}
	text_add(to, size, "}");
	sum_add(to, size, to);
	text_add(to, size, "\n");
}

#define HEAD "{\"version\": 1, \"assignments\": {"

/* What no grevyd writes, though it is as it was written. */
static void test_wrong(void **state)
{
	static const struct {
		struct lines lines;
		const char *error;
		size_t kept;
	} rows[] = {
	    {{"{\"version\": 2, \"assignments\": {", {"a/b: {addresses: [192.0.2.1]"}},
             "state:1: damaged: its first line is another",										     1},
	    {{HEAD, {"a/b: {addresses: [192.0.2.1]", "c: {addresses: [192.0.2.2]"}},
             "state:3: c: must be namespace/name",											      1},
	    {{HEAD, {"a/b/c: {x: y"}},						  "state:2: a/b/c: must be namespace/name",               0},
	    {{HEAD, {"/b: {x: y"}},						     "state:2: /b: must be namespace/name",                  0},
	    {{HEAD, {"a/: {x: y"}},						     "state:2: a/: must be namespace/name",                  0},
	    {{HEAD, {"{a/b: 7"}},						       "state:2: a/b: addresses must be a list of one or two", 0},
	    {{HEAD, {"a/b: {x: y", "c/d: {addresses: ['::1']"}},
             "state:2: a/b: addresses must be a list of one or two",									    1},
	    {{HEAD, {"a/b: {addresses: []"}},
             "state:2: a/b: addresses must be a list of one or two",									    0},
	    {{HEAD, {"a/b: {addresses: [192.0.2.1, 192.0.2.2]"}},
             "state:2: a/b: addresses must be of two families",										 0},
	    {{HEAD, {"a/b: {addresses: [x]"}},                                          "state:2: a/b: must be an IP address",                  0},
	    {{HEAD, {"a/b: {addresses: [192.0.2.1], pool: 7"}},
             "state:2: a/b: pool must be a name",											       1},
	    {{HEAD, {"a/b: ["}},
             "state:2: while parsing a flow node, did not find expected node content",                                                          0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct assign_list l = {0};
		struct assign_error err;
		char text[2048];

		file_of(&rows[i].lines, text, sizeof(text));
		assert_int_equal(parse_exact(text, strlen(text), &l, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].error);
		assert_int_equal(l.n, rows[i].kept);
		assign_fini(&l);
	}
}

/* Each of these is one of the sample: nothing that is damaged has been let in. */
static void assert_of_sample(const struct assign_list *l)
{
	struct assign_list all = {0};
	struct assign_error err;

	assert_int_equal(parse_exact(sample, strlen(sample), &all, &err), 0);
	assert_true(l->n <= all.n);
	for (size_t i = 0; i < l->n; i++) {
		const struct assignment *a = &l->v[i],
					*b = &all.v[strcmp(a->name, "web") == 0 ? 0 : 1];

		assert_string_equal(a->ns, b->ns);
		assert_string_equal(a->name, b->name);
		assert_string_equal(a->pool ? a->pool : "none", b->pool ? b->pool : "none");
		assert_int_equal(a->n, b->n);
		for (size_t j = 0; j < a->n; j++)
			assert_int_equal(ipaddr_cmp(&a->addr[j], &b->addr[j]), 0);
	}
	assign_fini(&all);
}

/* Where the nth line of the sample ends, without its comma. */
static size_t end_of_line(unsigned nth)
{
	const char *p = sample;

	while (nth--)
		p = strchr(p, '\n') + 1;
	return (size_t)(p - sample) - 1 - (p[-2] == ',');
}

/* Cut off anywhere: seen, and what stands before the cut counts. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n + 1 < sizeof(sample); n++) {
		struct assign_list l = {0};
		struct assign_error err;

		assert_int_equal(parse_exact(sample, n, &l, &err), -EINVAL);
		assert_true(strncmp(err.text, "state:", 6) == 0);
		assert_int_equal(l.n, (n >= end_of_line(2)) + (n >= end_of_line(3)));
		assert_of_sample(&l);
		assign_fini(&l);
	}
}

/* A bit that flipped, anywhere: seen, and no other entry is lost. */
static void test_flipped_bit(void **state)
{
	char text[sizeof(sample)];

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof(sample) - 1); bit++) {
		struct assign_list l = {0};
		struct assign_error err;
		size_t at = bit / 8;
		bool outside = at < end_of_line(1) || at > end_of_line(3);
		/* The end of a line: the two of them are one. */
		bool between = sample[at] == '\n';

		memcpy(text, sample, sizeof(sample));
		text[at] ^= (char)(1 << bit % 8);
		assert_int_equal(parse_exact(text, strlen(sample), &l, &err), -EINVAL);
		assert_true(strncmp(err.text, "state:", 6) == 0);
		if (!between)
			assert_true(l.n >= (outside ? 2 : 1));
		assert_of_sample(&l);
		assign_fini(&l);
	}
}

/* A line that is gone, or there twice, or of another file, or in another place. */
static void test_lines(void **state)
{
	static const struct {
		const char *lines; /* of the sample, from 1, and x of another file */
		const char *error;
		size_t kept;
	} rows[] = {
	    {"134",   "state:3: damaged: the checksum of the file is wrong", 1},
	    {"1234",  NULL,						  2},
	    {"12334", "state:5: damaged: the checksum of the file is wrong", 3},
	    {"12x34", "state:5: damaged: the checksum of the file is wrong", 3},
	    {"1324",  "state:4: damaged: the checksum of the file is wrong", 2},
	    {"234",   "state:1: damaged: its first line is another",         1},
	    {"14",    "state:2: damaged: the checksum of the file is wrong", 0},
	    {"4",     "state:1: damaged: the checksum of the file is wrong", 0},
	    {"123",   "state:4: damaged: it ends too early",                 2},
	    {"12344", "state:4: damaged: the checksum of the file is wrong", 2},
	    {"",      "state:1: damaged: it ends too early",                 0},
	};
	char other[256] = "\"x/y\": {\"addresses\": [\"192.0.2.9\"]";

	(void)state;
	sum_add(other, sizeof(other), other);
	text_add(other, sizeof(other), ",\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct assign_list l = {0};
		struct assign_error err;
		char text[2048] = "";

		for (const char *c = rows[i].lines; *c; c++) {
			const char *p = sample;

			for (char n = '1'; *c != 'x' && n < *c; n++)
				p = strchr(p, '\n') + 1;
			if (*c == 'x')
				text_add(text, sizeof(text), other);
			else
				snprintf(text + strlen(text), sizeof(text) - strlen(text),
				    "%.*s", (int)strcspn(p, "\n") + 1, p);
		}
		assert_int_equal(
		    parse_exact(text, strlen(text), &l, &err), rows[i].error ? -EINVAL : 0);
		if (rows[i].error)
			assert_string_equal(err.text, rows[i].error);
		assert_int_equal(l.n, rows[i].kept);
		assign_fini(&l);
	}
}

static void test_crc32(void **state)
{
	(void)state;
	assert_int_equal(crc32_of("123456789", 9), 0xcbf43926); /* the check value */
	assert_int_equal(crc32_of("", 0), 0);
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
	static const char *const names[] = {"state", "state.tmp", "state.bad-20260101T000000Z",
	    "state.bad-20260101T000000Z.2", "missing"};

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

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(in_folder(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static size_t size_of(const char *name)
{
	struct stat st;

	return stat(in_folder(name), &st) == 0 ? (size_t)st.st_size : 0;
}

/* Set aside and named, and no other that was set aside in the same second is lost. */
static void test_damaged_file(void **state)
{
	struct assign_list l = {0};
	struct assign_error err;
	char half[sizeof(sample)] = "";

	(void)state;
	memcpy(half, sample, end_of_line(2) + 2);
	write_text("state", half);
	assert_int_equal(assign_load(in_folder("state"), 1767225600, &l, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/state:3: damaged: it ends too early"));
	assert_non_null(
	    strstr(err.text, "state.bad-20260101T000000Z; Services good in it: 1)"));
	assert_int_equal(l.n, 1);
	assert_int_equal(size_of("state"), 0);
	assert_int_equal(size_of("state.bad-20260101T000000Z"), strlen(half));
	assign_fini(&l);
	assert_int_equal(assign_load(in_folder("state"), 0, &l, &err), -ENOENT);
	write_text("state", "x");
	assert_int_equal(assign_load(in_folder("state"), 1767225600, &l, &err), -EINVAL);
	assert_non_null(
	    strstr(err.text, "state.bad-20260101T000000Z.2; Services good in it: 0)"));
	assert_int_equal(size_of("state.bad-20260101T000000Z"), strlen(half));
	assert_int_equal(size_of("state.bad-20260101T000000Z.2"), 1);
}

/* A save that the disk refuses in its middle leaves the old file, and nothing beside it. */
static void test_disk_full(void **state)
{
	struct assign_list l = {0}, again = {0};
	struct assign_error err;
	struct rlimit old, small = {0};
	size_t before;

	(void)state;
	add(&l, "default", "web", "main", "192.0.2.2");
	assert_int_equal(assign_save(in_folder("state"), &l), 0);
	before = size_of("state");
	add(&l, "default", "dns", "main", "192.0.2.3");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = before, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(assign_save(in_folder("state"), &l), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(size_of("state.tmp"), 0);
	assert_int_equal(assign_load(in_folder("state"), 0, &again, &err), 0);
	assert_int_equal(again.n, 1);
	assign_fini(&l);
	assign_fini(&again);
}

/* Killed in a save: what it left is in nobody's way. */
static void test_left_over(void **state)
{
	struct assign_list l = {0}, again = {0};
	struct assign_error err;

	(void)state;
	add(&l, "default", "web", "main", "192.0.2.2");
	assert_int_equal(assign_save(in_folder("state"), &l), 0);
	write_text("state.tmp", "{\"version\": 1, and much more than is ever written again: "
				"....................................................");
	assert_int_equal(assign_load(in_folder("state"), 0, &again, &err), 0);
	assert_int_equal(again.n, 1);
	assign_fini(&again);
	assign_fini(&l);
	assert_int_equal(assign_save(in_folder("state"), &l), 0);
	assert_int_equal(assign_load(in_folder("state"), 0, &again, &err), 0);
	assert_int_equal(again.n, 0);
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
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_print),
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_odd_names),
	    cmocka_unit_test(test_crc32),
	    cmocka_unit_test(test_wrong),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_flipped_bit),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test_setup_teardown(test_save_and_load, folder_make, folder_remove),
	    cmocka_unit_test_setup_teardown(test_damaged_file, folder_make, folder_remove),
	    cmocka_unit_test_setup_teardown(test_disk_full, folder_make, folder_remove),
	    cmocka_unit_test_setup_teardown(test_left_over, folder_make, folder_remove),
	    cmocka_unit_test_setup_teardown(test_no_file, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
