/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for frr.conf: each tests/data/conf/frr/NAME.yaml, for bgpd, ospfd and ospf6d in turn,
 * makes NAME.golden (GOLDEN_WRITE=1 writes it). FRR itself takes them in tests/e2e. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/conf_frr.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <limits.h>

static const char *path_of(const char *name, const char *ext)
{
	static char path[PATH_MAX];
	const char *data = getenv("TEST_DATA");

	snprintf(
	    path, sizeof(path), "%s/conf/frr/%s.%s", data ? data : "tests/data", name, ext);
	return path;
}

static struct conf *load(const char *name)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_load(path_of(name, "yaml"), &errors);

	if (!c)
		fail_msg("%s", errors.lines.v[0]);
	return c;
}

static void print_kind(const struct conf *c, const char *kind, uint32_t asn, FILE *f)
{
	char *lines = NULL, *warnings = NULL;
	size_t len, warn_len;
	FILE *to = open_memstream(&lines, &len), *warn = open_memstream(&warnings, &warn_len);
	const char *error = conf_frr_print(c, conf_frr_named(kind), asn, to, warn);

	fclose(to);
	fclose(warn);
	if (error)
		assert_int_equal(len, 0);
	fprintf(f, "> %s\n%s%s%s%s%s", kind, lines, *warnings ? "warnings:\n" : "", warnings,
	    error ? "error: " : "", error ? error : "");
	fprintf(f, "%s\n", error ? "\n" : "");
	free(lines);
	free(warnings);
}

static void compare(const char *name, const char *got)
{
	static char want[65536];
	FILE *f;
	size_t n;

	if (getenv("GOLDEN_WRITE")) {
		f = fopen(path_of(name, "golden"), "w");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	f = fopen(path_of(name, "golden"), "r");
	assert_non_null(f);
	n = fread(want, 1, sizeof(want) - 1, f);
	want[n] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static void every_kind(const char *name)
{
	static const char *const kinds[] = {"bgp", "ospf", "ospf6"};
	struct conf *c = load(name);
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		print_kind(c, kinds[i], 0, f);
	fclose(f);
	compare(name, got);
	free(got);
	conf_free(c);
}

#define GOLDEN(f, name)                                                                        \
	static void f(void **state)                                                            \
	{                                                                                      \
		(void)state;                                                                   \
		every_kind(name);                                                              \
	}

GOLDEN(neighbours_from_peers, "peers")
GOLDEN(what_only_the_crd_knows, "peers-crd")
GOLDEN(a_router_dials_nobody, "router")
GOLDEN(without_an_as_number, "no-asn")
GOLDEN(a_table_is_ipv4_only, "table")
GOLDEN(routes_of_another_table, "other-table")
GOLDEN(routes_of_an_instance, "instance")
GOLDEN(a_type_without_a_word, "sharp")
GOLDEN(ospf_into_itself, "ospf")
GOLDEN(nothing_to_announce, "empty")

static void the_option_names_the_as_number(void **state)
{
	struct conf *c = load("no-asn");
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);

	(void)state;
	assert_null(conf_frr_print(c, CONF_FRR_BGP, 4200000001u, f, NULL));
	fclose(f);
	assert_non_null(strstr(got, "\nrouter bgp 4200000001\n"));
	free(got);
	conf_free(c);
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_int_equal(conf_frr_named("bgp"), CONF_FRR_BGP);
	assert_int_equal(conf_frr_named("ospf6"), CONF_FRR_OSPF6);
	assert_int_equal(conf_frr_named("rip"), CONF_FRR_KINDS);
	assert_int_equal(conf_frr_named(""), CONF_FRR_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(neighbours_from_peers),
	    cmocka_unit_test(what_only_the_crd_knows),
	    cmocka_unit_test(a_router_dials_nobody),
	    cmocka_unit_test(without_an_as_number),
	    cmocka_unit_test(a_table_is_ipv4_only),
	    cmocka_unit_test(routes_of_another_table),
	    cmocka_unit_test(routes_of_an_instance),
	    cmocka_unit_test(a_type_without_a_word),
	    cmocka_unit_test(ospf_into_itself),
	    cmocka_unit_test(nothing_to_announce),
	    cmocka_unit_test(the_option_names_the_as_number),
	    cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
