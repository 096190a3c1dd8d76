/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_shell.c - the parts of grevysh that need no terminal: pages, columns, the kept log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/shell/monitor.h"
#include "announcer/shell/page.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void a_page_takes_what_fits(void **state)
{
	static const struct {
		const char *text;
		int rows, cols;
		size_t fits;
	} cases[] = {
	    {"",			 2, 10, 0 },
	    {"a\nb\n",                   2, 10, 4 },
	    {"a\nb\nc\n",                2, 10, 4 },
	    {"a\nb\nc",                  2, 10, 4 },
	    {"a\nb",		     2, 10, 3 },
	    {"\n\n\n",                   2, 10, 2 },
	    {"abcdefghij\nb\nc",         2, 10, 13}, /* as wide as the terminal: one row */
	    {"abcdefghijk\nb\n",         2, 10, 12}, /* one more: two rows */
	    {"abcdefghijk",              1, 10, 10}, /* the page ends in a line */
	    {"abcdefghijabcdefghijk",    2, 10, 20},
	    {"\xc3\xa9\xc3\xa9\n",       1, 2,  5 }, /* two letters in four bytes */
	    {"\xc3\xa9\xc3\xa9\xc3\xa9", 1, 2,  4 },
	    {"\ta\n",                    1, 9,  3 },
	    {"\tab\n",                   1, 9,  2 },
	    {"x\t|\n",                   1, 9,  4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct page p = {.rows = cases[i].rows, .cols = cases[i].cols};

		assert_int_equal(
		    page_fill(&p, cases[i].text, strlen(cases[i].text)), cases[i].fits);
	}
}

/* However a text is cut, the page ends at the same place. */
static void pieces_make_no_difference(void **state)
{
	static const char text[] = "one\ntwo is a long line\n\nf\xc3\xbcr\nfive\nsix\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		struct page whole = {.rows = 5, .cols = 8}, in_two = whole;
		size_t fits = page_fill(&whole, text, sizeof(text) - 1), first;

		first = page_fill(&in_two, text, cut);
		if (first == cut && cut < sizeof(text) - 1)
			first += page_fill(&in_two, text + cut, sizeof(text) - 1 - cut);
		assert_int_equal(first, fits);
	}
}

static void words_stand_in_columns(void **state)
{
	char *words[] = {"a", "bcd", "ef", "g", "hij"};
	static const struct {
		int cols;
		const char *text;
	} cases[] = {
	    {80, "a    bcd  ef   g    hij\n"},
	    {25, "a    bcd  ef   g    hij\n"},
	    {24, "a    ef   hij\nbcd  g\n"  },
	    {10, "a    g\nbcd  hij\nef\n"   },
	    {9,  "a\nbcd\nef\ng\nhij\n"     },
	    {1,  "a\nbcd\nef\ng\nhij\n"     },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = {0};

		page_columns(words, ARRAY_LEN(words), cases[i].cols, &b);
		assert_string_equal(b.p, cases[i].text);
		free(b.p);
	}
}

struct daemon {
	char dir[32];
	int listener, fd;
	struct monitor m;
};

static int setup(void **state)
{
	struct daemon *d = xcalloc(1, sizeof(*d));
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	char got[64];

	snprintf(d->dir, sizeof(d->dir), "/tmp/test_shell.XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/grevyd.vty", d->dir);
	d->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(d->listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(d->listener, 1), 0);
	d->m.fd = -1;
	assert_int_equal(monitor_open(&d->m, d->dir), 0);
	d->fd = accept(d->listener, NULL, NULL);
	assert_int_equal(read(d->fd, got, sizeof(got)), 17);
	assert_string_equal(got, "terminal monitor");
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct daemon *d = *state;
	char path[64];

	monitor_close(&d->m);
	close(d->fd);
	close(d->listener);
	snprintf(path, sizeof(path), "%s/grevyd.vty", d->dir);
	unlink(path);
	rmdir(d->dir);
	free(d);
	return 0;
}

static void tell(struct daemon *d, const char *text)
{
	assert_int_equal(send(d->fd, text, strlen(text), 0), (ssize_t)strlen(text));
	monitor_read(&d->m);
}

/* text NULL: there is nothing to take. */
static void take(struct daemon *d, const char *text)
{
	struct buf b = {0};

	assert_int_equal(monitor_take(&d->m, &b), text != NULL);
	if (text)
		assert_string_equal(b.p, text);
	free(b.p);
}

static void whole_lines_are_kept(void **state)
{
	struct daemon *d = *state;

	monitor_read(&d->m); /* nothing came: it does not wait */
	take(d, NULL);
	tell(d, "one\ntw");
	take(d, "one\n");
	take(d, NULL);
	tell(d, "o\n");
	tell(d, "three\n");
	take(d, "two\nthree\n");
	take(d, NULL);
}

static void the_oldest_go(void **state)
{
	struct daemon *d = *state;
	char line[101];
	struct buf b = {0};
	size_t lines = 0, lost = 0;

	memset(line, 'x', 99);
	line[99] = '\n';
	line[100] = '\0';
	for (int i = 0; i < 5000; i++) {
		tell(d, line);
		assert_true(d->m.text.len <= MONITOR_KEPT);
	}
	tell(d, "the last\n");
	assert_true(monitor_take(&d->m, &b));
	assert_memory_equal(b.p, "% ", 2);
	lost = strtoul(b.p + 2, NULL, 10);
	for (char *p = b.p; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lost + lines, 5000 + 2); /* the last, and that which says how many */
	assert_non_null(strstr(b.p, "\nthe last\n"));
	free(b.p);
}

static void one_endless_line_is_not_kept(void **state)
{
	struct daemon *d = *state;
	char much[4000];

	memset(much, 'x', sizeof(much));
	much[sizeof(much) - 1] = '\0';
	for (int i = 0; i < 100; i++)
		tell(d, much);
	assert_true(d->m.text.len <= MONITOR_KEPT + sizeof(much));
}

static void the_end_is_told(void **state)
{
	struct daemon *d = *state;

	tell(d, "one\n");
	close(d->fd);
	d->fd = -1;
	monitor_read(&d->m);
	assert_int_equal(d->m.fd, -1);
	assert_true(d->m.wanted);
	take(d, "one\n% The log is not followed any more: the connection was lost\n");
}

/* An answer that ends where none should is an end, too. */
static void a_nul_is_an_end(void **state)
{
	struct daemon *d = *state;

	assert_int_equal(send(d->fd, "\0\0\0\2", 4, 0), 4);
	monitor_read(&d->m);
	assert_int_equal(d->m.fd, -1);
}

static void nobody_there(void **state)
{
	struct monitor m = {.fd = -1};

	(void)state;
	assert_true(monitor_open(&m, "/nowhere/at/all") < 0);
	assert_int_equal(m.fd, -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_takes_what_fits),
	    cmocka_unit_test(pieces_make_no_difference),
	    cmocka_unit_test(words_stand_in_columns),
	    TEST(whole_lines_are_kept),
	    TEST(the_oldest_go),
	    TEST(one_endless_line_is_not_kept),
	    TEST(the_end_is_told),
	    TEST(a_nul_is_an_end),
	    cmocka_unit_test(nobody_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
