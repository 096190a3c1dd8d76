/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions: as regexec(3) has them, and no expression that costs more than others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/vty/pattern.h"
#include "sanitized.h"
#include <cmocka.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static void they_match_as_posix_says(void **state)
{
	static const char *const expr[] = {"", "a", "^a", "a$", "^$", "a.c", "ab|c", "a(b|c)d",
	    "a*", "a+b", "ab?c", "(ab)*c", "(a|b)+$", "[abc]x", "[^abc]", "[a-c]+d", "[]a]",
	    "[^]a]", "[a-]", "[[:digit:]]+", "[[:alpha:][:space:]]$", "a{2}", "a{2,}b",
	    "a{1,3}b", "(ab){2}", "a{0}b", "\\.", "\\(a\\)", "a)", "^(a|b)*$", "(a*)*b",
	    "(a|b*)*c", "a||b", "(|a)b", "x|^b|c$", "((a|b)(c|d)){2}", "(a?){3}b",
	    "10\\.0\\.[0-9]+\\.1", "(^|[,{}() ]|$)65001(^|[,{}() ]|$)", "a.*b.*c", "}", "]",
	    "(a+|b){2,4}$"};
	static const char *const text[] = {"", "a", "b", "c", "ab", "abc", "aab", "aaab",
	    "abab", "ababc", "xyz", "a.c", "axc", "acd", "abd", "(a)", "a)", "]", "[", "-",
	    "12 b", "10.0.77.1", "bbb", "65001", "1 65001 2", "{65001,7}", "650011", "acbd",
	    "ba", "cx", "}", "aabb ", "a\tb"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expr); i++) {
		const char *error = NULL;
		struct pattern *p = pattern_new(expr[i], false, &error);
		regex_t re;

		if (!p)
			print_message("%s: %s\n", expr[i], error);
		assert_non_null(p);
		assert_int_equal(regcomp(&re, expr[i], REG_EXTENDED | REG_NOSUB), 0);
		for (size_t k = 0; k < ARRAY_LEN(text); k++) {
			bool want = regexec(&re, text[k], 0, NULL, 0) == 0;

			if (pattern_hits(p, text[k]) != want)
				fail_msg("%s in %s: should %sbe", expr[i], text[k],
				    want ? "" : "not ");
		}
		regfree(&re);
		pattern_free(p);
	}
}

static void any_case_is_either(void **state)
{
	const char *error;
	struct pattern *p = pattern_new("^sHow [A-C]", true, &error);

	(void)state;
	assert_true(pattern_hits(p, "Show b"));
	assert_true(pattern_hits(p, "shoW A"));
	assert_false(pattern_hits(p, "show d"));
	pattern_free(p);
}

static void what_is_no_expression_is_refused(void **state)
{
	static const char *const expr[] = {"(", "a(b", "[", "[a", "[z-a]", "[[:frob:]]",
	    "[[:", "*", "a|*", "+", "?", "{1}", "a{", "a{x}", "a{2", "a{3,2}", "a{256}",
	    "a{999999999999}", "\\", "(a)\\1", "\\d", "\\<a", "((a{99}){99}){99}",
	    "((((((((((((((((((((((((((((((((((a"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expr); i++) {
		const char *error = NULL;

		assert_null(pattern_new(expr[i], false, &error));
		assert_non_null(error);
	}
}

/* Those that cost regexec(3) or regcomp(3) seconds, in a line as long as one of the log. */
static void none_costs_much(void **state)
{
	static const char *const expr[] = {".*[02468].{40}z", "(0|1)*1(0|1){30}z",
	    "(1?){60}1{60}z", "((((0*)*)*)*)*z", ".*.*.*.*.*z", "(0*1*)*(0*1*)*z",
	    "(a|b|0|1|.){35}z"};
	static char line[4352];
	uint32_t r = 1;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(line); i++) {
		r = r * 1664525u + 1013904223u;
		line[i] = (char)('0' + (r >> 31));
	}
	for (size_t i = 0; i < ARRAY_LEN(expr); i++) {
		const char *error;
		struct timespec from, to;
		struct pattern *p = pattern_new(expr[i], false, &error);
		double ms;

		assert_non_null(p);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
		assert_false(pattern_hits(p, line));
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
		ms = (double)(to.tv_sec - from.tv_sec) * 1e3 +
		     (double)(to.tv_nsec - from.tv_nsec) / 1e6;
		print_message("%-20s %.2f ms\n", expr[i], ms);
		assert_true(SANITIZED || ms < 100); /* not seconds */
		pattern_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(they_match_as_posix_says),
	    cmocka_unit_test(any_case_is_either),
	    cmocka_unit_test(what_is_no_expression_is_refused),
	    cmocka_unit_test(none_costs_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
