/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On what real zebras of four releases printed (tests/data/zebra), and on the odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/zebra_text.h"
#include "zclient/zversion.h"
#include <cmocka.h>
#include <stdio.h>

static const char *const releases[] = {"7.5.1", "8.4.4", "10.3", "10.7.1"};

static char *data(const char *what, const char *release)
{
	char path[512], *text = xcalloc(1, 1 << 16);
	FILE *f;

	snprintf(path, sizeof(path), "%s/zebra/%s-%s.txt", getenv("TEST_DATA"), what, release);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	return text;
}

static void clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		char *text = data("show-zebra-client", releases[i]);

		assert_int_equal(zebra_text_clients(text, "openfabric", 0), 1);
		assert_true(zebra_text_clients(text, "bgp", 0));
		assert_int_equal(zebra_text_clients(text, "openfabric", 5), 0);
		assert_int_equal(zebra_text_clients(text, "open", 0), 0);
		assert_int_equal(zebra_text_clients(text, "babel", 0), 0);
		free(text);
	}
	assert_int_equal(
	    zebra_text_clients("Client: openfabric Instance: 5\n", "openfabric", 5), 1);
	assert_int_equal(
	    zebra_text_clients("Client: openfabric Instance: 5\n", "openfabric", 0), 0);
	assert_int_equal(zebra_text_clients("Client: openfabric\nFD: 33\nClient: babel\n"
					    "Client: openfabric\n",
			     "openfabric", 0),
	    2);
	assert_int_equal(zebra_text_clients("Client: ", "openfabric", 0), 0);
	assert_int_equal(zebra_text_clients("", "openfabric", 0), 0);
}

static void entries(void **state)
{
	struct zebra_entry e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		char *text = data("show-ip-route-prefix", releases[i]);

		zebra_text_entry(text, "openfabric", &e);
		assert_true(e.installed);
		assert_string_equal(e.winner, "");
		zebra_text_entry(text, "babel", &e);
		assert_false(e.installed);
		assert_string_equal(e.winner, "openfabric, distance 115");
		free(text);
	}
}

static void an_entry_of_two(void **state)
{
	static const char two[] = "Routing entry for 192.0.2.9/32\n"
				  "  Known via \"openfabric\", distance 20, metric 20\n"
				  "  Last update 00:00:03 ago\n"
				  "    10.9.1.2, via r1, weight 1\n\n"
				  "Routing entry for 192.0.2.9/32\n"
				  "  Known via \"kernel\", distance 0, metric 0, best\n"
				  "  Last update 00:00:03 ago\n"
				  "  * directly connected, lo\n\n";
	struct zebra_entry e;

	(void)state;
	zebra_text_entry(two, "openfabric", &e);
	assert_false(e.installed);
	assert_string_equal(e.winner, "kernel, distance 0");
	/* Selected, but not in the kernel. */
	zebra_text_entry(
	    "Known via \"openfabric\", distance 20, metric 20, best\n    10.9.1.2\n",
	    "openfabric", &e);
	assert_false(e.installed);
	assert_string_equal(e.winner, "");
	/* Quagga marks what is active, too. */
	zebra_text_entry(
	    "Known via \"babel\", distance 150, metric 20, tag 0, vrf 0, best, fib\n"
	    "  Last update 00:00:03 ago\n  >* 10.9.1.2, via r1\n",
	    "babel", &e);
	assert_true(e.installed);
	zebra_text_entry("Known via \"babel\", distance 150, metric 20, tag 0, vrf 0, best\n"
			 "  >  10.9.1.2, via r1\n",
	    "babel", &e);
	assert_false(e.installed);
	zebra_text_entry("% Network not in table\n", "openfabric", &e);
	assert_false(e.installed);
	assert_string_equal(e.winner, "");
	zebra_text_entry("Known via \"", "openfabric", &e);
	assert_false(e.installed);
}

static void routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		char *text = data("show-ip-route", releases[i]), s[PREFIX_STRLEN], want[32];
		const char *at = text;
		struct prefix p;
		unsigned n = 0;

		while (zebra_text_route(&at, 'f', 0, &p)) {
			snprintf(want, sizeof(want), "203.0.113.%u/32", ++n);
			assert_string_equal(prefix_str(&p, s), want);
		}
		assert_int_equal(n, 5);
		free(text);
		text = data("show-ipv6-route", releases[i]);
		at = text;
		assert_true(zebra_text_route(&at, 'f', 0, &p));
		assert_int_equal(p.plen, 128);
		free(text);
	}
}

static void routes_with_an_instance(void **state)
{
	static const char text[] = "f[5]>* 192.0.2.1/32 [20/20] via 10.0.0.1\n"
				   "f>* 192.0.2.2/32 [20/20] via 10.0.0.1\n"
				   "f - OpenFabric,\nf\nf[\nf>* 192.0.2.3/";
	const char *at = text;
	struct prefix p;

	(void)state;
	assert_true(zebra_text_route(&at, 'f', 5, &p));
	assert_int_equal(p.addr[3], 1);
	assert_false(zebra_text_route(&at, 'f', 5, &p));
	at = text;
	assert_true(zebra_text_route(&at, 'f', 0, &p));
	assert_int_equal(p.addr[3], 2);
	assert_false(zebra_text_route(&at, 'f', 0, &p));
}

static void versions(void **state)
{
	static const int want[][3] = {
	    {7,  5, 1 },
            {8,  4, 4 },
            {10, 3, -1},
            {10, 7, 1 }
        };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		char *text = data("show-version", releases[i]);
		int told[3];

		assert_int_equal(zversion_parse(strchr(text, '\n') + 1, told), 0);
		assert_memory_equal(told, want[i], sizeof(told));
		free(text);
	}
}

static void route_maps(void **state)
{
	char name[ZEBRA_ROUTE_MAP_LEN], line[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		char *text = data("show-ip-protocol", releases[i]);

		zebra_text_route_map(text, "openfabric", name);
		assert_string_equal(name, "deny-one");
		zebra_text_route_map(text, "babel", name);
		assert_string_equal(name, "other");
		zebra_text_route_map(text, "bgp", name);
		assert_string_equal(name, "all");
		zebra_text_route_map(text, "open", name);
		assert_string_equal(name, "all");
		free(text);
	}
	zebra_text_route_map("openfabric : none\nany : none\n", "openfabric", name);
	assert_string_equal(name, "");
	zebra_text_route_map("openfabric : nonesuch\r\n", "openfabric", name);
	assert_string_equal(name, "nonesuch");
	zebra_text_route_map("openfabric\nopenfabric :", "openfabric", name);
	assert_string_equal(name, "");
	zebra_text_route_map("", "openfabric", name);
	assert_string_equal(name, "");
	snprintf(line, sizeof(line), "any : %0100d\n", 0);
	zebra_text_route_map(line, "openfabric", name);
	assert_int_equal(strlen(name), sizeof(name) - 1);
}

static void downs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		char *text = data("show-interface", releases[i]);

		assert_int_equal(zebra_text_downs(text), 2);
		free(text);
	}
	assert_int_equal(
	    zebra_text_downs("Interface n1 is up, line protocol is up\n"
			     "  Link ups:       3    last: 2026/01/01 05:07:37.10\n"
			     "  Link downs:     2    last: 2026/01/01 05:07:36.10\n"
			     "Interface n2 is up, line protocol is up\n"
			     "  Link downs:     1    last: (never)\n"),
	    3);
	assert_int_equal(zebra_text_downs("% Unknown command: show interface\n"), 0);
	assert_int_equal(zebra_text_downs("Link downs:"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clients),
	    cmocka_unit_test(entries),
	    cmocka_unit_test(an_entry_of_two),
	    cmocka_unit_test(routes),
	    cmocka_unit_test(routes_with_an_instance),
	    cmocka_unit_test(versions),
	    cmocka_unit_test(route_maps),
	    cmocka_unit_test(downs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
