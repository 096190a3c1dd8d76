/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/bgp/neighbor.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <sys/socket.h>

static struct prefix pfx(const char *s)
{
	struct prefix p;

	assert_int_equal(prefix_parse(s, &p), 0);
	return p;
}

/* As written, as printed (NULL: the same), both lengths. */
static const struct {
	const char *text, *printed;
	uint8_t ge, le;
} good[] = {
    {"192.168.254.0/24",               NULL,                     24, 24 },
    {"192.168.254.0/24 ge 24 le 32",   "192.168.254.0/24 le 32", 24, 32 },
    {"192.168.254.0/24 le 32",         NULL,                     24, 32 },
    {"192.168.254.0/24 ge 32",         NULL,                     32, 32 },
    {"192.168.254.0/24 ge 25",         NULL,                     25, 32 },
    {"192.168.254.0/24 ge 24",         "192.168.254.0/24 le 32", 24, 32 },
    {"192.168.254.0/24 le 24",         "192.168.254.0/24",       24, 24 },
    {"10.0.0.0/8 ge 24 le 24",         NULL,                     24, 24 },
    {"10.0.0.0/8 ge 24 le 28",         NULL,                     24, 28 },
    {"0.0.0.0/0",		      NULL,                     0,  0  },
    {"0.0.0.0/0 le 32",                NULL,                     0,  32 },
    {"192.0.2.7",		      "192.0.2.7/32",           32, 32 },
    {"192.0.2.7/32 ge 32",             "192.0.2.7/32",           32, 32 },
    {"192.0.2.7/24",                   "192.0.2.0/24",           24, 24 },
    {"deny 10.0.0.0/8 le 32",          NULL,                     8,  32 },
    {" permit  10.0.0.0/8\tle 9 ",     "10.0.0.0/8 le 9",        8,  9  },
    {"::/0 ge 1",		      NULL,                     1,  128},
    {"2001:db8::/32 ge 64 le 128",     "2001:db8::/32 ge 64",    64, 128},
    {"deny 2001:db8::/32 ge 48 le 64", NULL,                     48, 64 },
};

static void rules_are_read_and_printed(void **state)
{
	struct bgp_prefix_rule r, again;
	char buf[80];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const char *want = good[i].printed ? good[i].printed : good[i].text;

		assert_null(bgp_prefix_rule_parse(good[i].text, &r));
		assert_int_equal(r.ge, good[i].ge);
		assert_int_equal(r.le, good[i].le);
		assert_int_equal(r.deny, strstr(good[i].text, "deny") != NULL);
		assert_string_equal(bgp_prefix_rule_str(&r, buf, sizeof(buf)), want);
		assert_null(bgp_prefix_rule_parse(buf, &again));
		assert_int_equal(prefix_cmp(&r.prefix, &again.prefix), 0);
		assert_int_equal(r.ge, again.ge);
		assert_int_equal(r.le, again.le);
	}
}

static void bad_rules_change_nothing(void **state)
{
	static const char *const bad[] = {
	    "",
	    " ",
	    "deny",
	    "permit ",
	    "refuse 10.0.0.0/8",
	    "10.0.0.0/33",
	    "10.0.0/8",
	    "10.0.0.0/8 ge",
	    "10.0.0.0/8 le",
	    "10.0.0.0/8 ge 7",
	    "10.0.0.0/8 le 7",
	    "10.0.0.0/8 ge 33",
	    "10.0.0.0/8 le 33",
	    "10.0.0.0/8 ge 24 le 23",
	    "10.0.0.0/8 le 24 ge 9",
	    "10.0.0.0/8 ge 24 ge 25",
	    "10.0.0.0/8 ge 24 le 32 le 32",
	    "10.0.0.0/8 ge 24 le 32 more",
	    "10.0.0.0/8 ge -1",
	    "10.0.0.0/8 ge 2x",
	    "10.0.0.0/8 ge 0024",
	    "0.0.0.0/0 le 0",
	    "10.0.0.0/8 eq 9",
	    "2001:db8::/32 le 129",
	    "2001:db8::/32 le 256",
	    "2001:db8::/32 le 4294967360",
	    "10.0.0.0/8,10.1.0.0/16",
	    "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/128",
	};
	struct bgp_prefix_rule r;
	const struct bgp_prefix_rule before = {.prefix = pfx("192.0.2.0/24"), .ge = 1};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		r = before;
		if (!bgp_prefix_rule_parse(bad[i], &r))
			fail_msg("taken: \"%s\"", bad[i]);
		assert_memory_equal(&r, &before, sizeof(r));
	}
}

static bool passes(const char *const *rules, const char *prefix)
{
	struct bgp_prefix_rule v[8];
	struct bgp_prefix_list l = {.v = v};
	const struct prefix p = pfx(prefix);

	for (; rules[l.n]; l.n++)
		assert_null(bgp_prefix_rule_parse(rules[l.n], &v[l.n]));
	return bgp_prefix_list_passes(&l, &p);
}

static void lists_judge_prefixes(void **state)
{
	static const char *const home[] = {"192.168.254.0/24 ge 24 le 32", NULL};
	static const char *const own[] = {"192.168.254.0/24", NULL};
	static const char *const hosts[] = {
	    "deny 10.1.0.0/16 le 32", "10.0.0.0/8 ge 32", "2001:db8::/32 ge 64 le 64", NULL};
	static const char *const all[] = {"0.0.0.0/0 le 32", NULL};
	static const char *const none[] = {NULL};
	const struct bgp_prefix_list any = {.any = true};
	const struct prefix p = pfx("10.0.0.0/8");

	(void)state;
	assert_true(passes(home, "192.168.254.0/24"));
	assert_true(passes(home, "192.168.254.128/25"));
	assert_true(passes(home, "192.168.254.6/32"));
	assert_false(passes(home, "192.168.255.6/32"));
	assert_false(passes(home, "192.168.0.0/16"));
	assert_false(passes(home, "0.0.0.0/0"));
	assert_true(passes(own, "192.168.254.0/24"));
	assert_false(passes(own, "192.168.254.0/25"));
	assert_false(passes(own, "192.168.254.0/32"));
	assert_true(passes(hosts, "10.2.0.1/32"));
	assert_false(passes(hosts, "10.1.0.1/32"));
	assert_false(passes(hosts, "10.2.0.0/31"));
	assert_true(passes(hosts, "2001:db8:7::/64"));
	assert_false(passes(hosts, "2001:db8:7::/65"));
	assert_true(passes(all, "0.0.0.0/0"));
	assert_true(passes(all, "203.0.113.1/32"));
	/* The same bits in another family are another prefix. */
	assert_false(passes(all, "::/0"));
	assert_false(passes(none, "10.0.0.0/8"));
	assert_true(bgp_prefix_list_passes(&any, &p));
}

static struct bgp_prefix_list list(const char *rule)
{
	struct bgp_prefix_list l = {.v = xcalloc(1, sizeof(*l.v)), .n = 1};

	assert_null(bgp_prefix_rule_parse(rule, l.v));
	return l;
}

static struct bgp_neighbor make(void)
{
	const struct ipaddr a = {.family = AF_INET};

	return (struct bgp_neighbor){
	    .address = a,
	    .source = a,
	    .name = xstrdup("peer1"),
	    .interface = xstrdup("vrf-blue"),
	    .password = xstrdup("secret"),
	    .my_asn = 64512,
	    .asn = 64513,
	    .port = 179,
	    .hold_s = 90,
	    .families = 3,
	    .import = {.prefixes = list("10.0.0.0/8 le 32"), .max_prefix = 7},
	    .export = {.prefixes = list("deny 10.0.0.0/8")                                   },
	};
}

#define AT(field) offsetof(struct bgp_neighbor, field)

/* What can change under a running session, and what cannot. */
static const size_t live[] = {AT(import.nexthop), AT(import.max_prefix), AT(import.restart_s),
    AT(import.warning_only), AT(import.allow_own_as), AT(import.local_pref),
    AT(import.prefixes.any), AT(export.nexthop), AT(export.prefixes.any), AT(password_missing)};
static const size_t fixed[] = {AT(address.addr), AT(range.plen), AT(limit), AT(my_asn), AT(asn),
    AT(asn_kind), AT(source.addr), AT(router_id), AT(port), AT(passive), AT(hold_s),
    AT(keepalive_s), AT(connect_s), AT(multihop), AT(ttl_security), AT(graceful), AT(families),
    AT(from_peers)};
static const size_t texts[] = {AT(name), AT(interface), AT(password), AT(password_file)};

static void assert_seen(
    struct bgp_neighbor *a, struct bgp_neighbor *b, bool same_session, size_t at)
{
	if (bgp_neighbor_equal(a, b) || bgp_neighbor_equal(b, a) ||
	    bgp_neighbor_same_session(a, b) != same_session)
		fail_msg("the change at %zu is not seen", at);
	bgp_neighbor_fini(b);
	bgp_neighbor_copy(b, a);
	assert_true(bgp_neighbor_equal(a, b));
}

static void each_field_makes_a_difference(void **state)
{
	struct bgp_neighbor a = make(), b;
	uint8_t *bytes = (uint8_t *)&b;
	char *text;

	(void)state;
	bgp_neighbor_copy(&b, &a);
	assert_true(bgp_neighbor_equal(&a, &b));
	for (size_t i = 0; i < ARRAY_LEN(live); i++) {
		bytes[live[i]] ^= 1;
		assert_seen(&a, &b, true, live[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		bytes[fixed[i]] ^= 1;
		assert_seen(&a, &b, false, fixed[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		memcpy(&text, bytes + texts[i], sizeof(text));
		free(text);
		text = xstrdup("else");
		memcpy(bytes + texts[i], &text, sizeof(text));
		assert_seen(&a, &b, false, texts[i]);
	}
	bgp_neighbor_fini(&a);
	bgp_neighbor_fini(&b);
	assert_null(b.name);
}

static void each_rule_makes_a_difference(void **state)
{
	struct bgp_neighbor a = make(), b;

	(void)state;
	bgp_neighbor_copy(&b, &a);
	b.import.prefixes.v[0].ge++;
	assert_false(bgp_import_equal(&a.import, &b.import));
	assert_seen(&a, &b, true, 0);
	b.import.prefixes.v[0].le--;
	assert_seen(&a, &b, true, 1);
	b.import.prefixes.v[0].deny = true;
	assert_seen(&a, &b, true, 2);
	b.import.prefixes.n = 0;
	assert_seen(&a, &b, true, 3);
	b.export.prefixes.v[0].prefix.plen++;
	assert_true(bgp_import_equal(&a.import, &b.import));
	assert_seen(&a, &b, true, 4);
	bgp_neighbor_fini(&a);
	bgp_neighbor_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_are_read_and_printed),
	    cmocka_unit_test(bad_rules_change_nothing),
	    cmocka_unit_test(lists_judge_prefixes),
	    cmocka_unit_test(each_field_makes_a_difference),
	    cmocka_unit_test(each_rule_makes_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
