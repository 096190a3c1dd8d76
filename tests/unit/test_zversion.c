/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version table against the tables of tests/data/zapi, cell by cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "golden.h"
#include "zclient/zapi_route.h"
#include "zclient/zversion.h"
#include <cmocka.h>
#include <errno.h>

#define COLUMNS 40

/* A file of tab-separated values: releases are columns. */
struct tsv {
	char text[65536];
	char *cell[256][COLUMNS];
	size_t rows;
};

static struct tsv commands, enums;

static void split_line(struct tsv *t, char *line)
{
	for (size_t col = 0; line && col < COLUMNS; col++) {
		t->cell[t->rows][col] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	t->rows++;
}

static void load(struct tsv *t, const char *file)
{
	FILE *f = golden_open(file);
	size_t n = fread(t->text, 1, sizeof(t->text) - 1, f);
	char *line = t->text;

	assert_true(n > 0 && n < sizeof(t->text) - 1);
	fclose(f);
	t->text[n] = '\0';
	while (*line) {
		char *end = strchr(line, '\n');

		assert_non_null(end);
		assert_true(t->rows < 256);
		*end = '\0';
		split_line(t, line);
		line = end + 1;
	}
}

static int load_all(void **state)
{
	(void)state;
	load(&commands, "zserv-commands.tsv");
	load(&enums, "zserv-enums.tsv");
	return 0;
}

static size_t column(const struct tsv *t, const struct zapi_version *v)
{
	char name[16];

	snprintf(
	    name, sizeof(name), "%s%d.%d", v->major == 1 ? "quagga-" : "", v->major, v->minor);
	for (size_t i = 0; i < COLUMNS && t->cell[0][i]; i++)
		if (!strcmp(t->cell[0][i], name))
			return i;
	fail_msg("no column for %s", name);
	return 0;
}

/* A number of the enums table; -1 = the cell is empty. */
static long number(const char *group, const char *name, const struct zapi_version *v)
{
	size_t col = column(&enums, v);

	for (size_t i = 1; i < enums.rows; i++) {
		const char *cell = enums.cell[i][col];

		if (strcmp(enums.cell[i][0], group) || strcmp(enums.cell[i][1], name))
			continue;
		return cell && *cell ? strtol(cell, NULL, 0) : -1;
	}
	fail_msg("no %s %s", group, name);
	return 0;
}

static void each_row(void (*fn)(const struct zapi_version *v))
{
	const struct zapi_version *v;
	size_t i;

	for (i = 0; (v = zversion_row(i)); i++)
		fn(v);
	assert_int_equal(i, 28); /* 27 lines, 8.2 twice */
}

static bool upper_is(const char *tsv, const char *ours)
{
	for (tsv += strlen("ZEBRA_"); *tsv && *ours; tsv++, ours++)
		if (tolower((unsigned char)*tsv) != (*ours == '-' ? '_' : *ours))
			return false;
	return !*tsv && !*ours;
}

static void check_commands(const struct zapi_version *v)
{
	size_t col = column(&commands, v), found = 0;

	for (size_t i = 1; i < commands.rows; i++) {
		const char *cell = commands.cell[i][col];
		long want = cell && *cell ? strtol(cell, NULL, 10) : ZCMD_ABSENT;

		for (unsigned cmd = 0; cmd < ZCMDS; cmd++) {
			if (!upper_is(commands.cell[i][0], zversion_cmd_name(cmd)))
				continue;
			found++;
			assert_int_equal(zversion_cmd(v, cmd), want);
			if (want != ZCMD_ABSENT)
				assert_int_equal(zversion_cmd_of(v, (uint16_t)want), cmd);
		}
	}
	assert_int_equal(found, ZCMDS);
}

static void command_numbers(void **state)
{
	(void)state;
	each_row(check_commands);
}

/* "ZEBRA_ROUTE_" and our name; two names differ from FRR's constant. */
static void type_constant(enum zapi_type type, char *out)
{
	const char *ours = type == ZTYPE_CONNECT ? "connect" : zversion_type_name(type);
	size_t n = strlen("ZEBRA_ROUTE_");

	memcpy(out, "ZEBRA_ROUTE_", n);
	for (; *ours; ours++)
		out[n++] = *ours == '-' ? '_' : (char)toupper((unsigned char)*ours);
	out[n] = '\0';
}

static void check_types(const struct zapi_version *v)
{
	char name[64];

	for (unsigned type = 0; type < ZTYPES; type++) {
		long want;

		type_constant(type, name);
		want = number("route_type", name, v);
		assert_int_equal(zversion_type(v, type), want);
		if (want >= 0)
			assert_int_equal(zversion_type_of(v, (uint8_t)want), type);
	}
	if (zversion_type(v, ZTYPE_ALL) >= 0)
		assert_int_equal(number("route_type", "ZEBRA_ROUTE_MAX", v),
		    number("route_type", "ZEBRA_ROUTE_ALL", v) + 1);
	assert_int_equal(zversion_type_of(v, 200), ZTYPE_UNKNOWN);
}

static void type_numbers(void **state)
{
	(void)state;
	each_row(check_types);
}

/* 6.0.1 renumbered commands, but none of ours: one row is enough. */
static void the_first_6_0_has_the_numbers_of_6_0(void **state)
{
	const struct zapi_version *v = zversion_find(6, 0, 0, NULL);
	size_t first = 0, found = 0;

	(void)state;
	for (size_t i = 0; i < COLUMNS && commands.cell[0][i]; i++)
		if (!strcmp(commands.cell[0][i], "6.0-first-release"))
			first = i;
	assert_true(first > 0);
	for (size_t i = 1; i < commands.rows; i++)
		for (unsigned cmd = 0; cmd < ZCMDS; cmd++) {
			const char *cell = commands.cell[i][first];

			if (!upper_is(commands.cell[i][0], zversion_cmd_name(cmd)))
				continue;
			found++;
			assert_int_equal(zversion_cmd(v, cmd),
			    cell && *cell ? strtol(cell, NULL, 10) : ZCMD_ABSENT);
		}
	assert_int_equal(found, ZCMDS);
}

static void type_letters_and_kernel_protocols(void **state)
{
	const struct zapi_version *v = zversion_find(10, 7, 0, NULL);
	size_t col = column(&enums, v), letters = 0, protocols = 0;

	(void)state;
	for (size_t i = 1; i < enums.rows; i++) {
		const char *group = enums.cell[i][0], *name = enums.cell[i][1];
		char want[64];

		for (unsigned type = 0; type < ZTYPES; type++) {
			type_constant(type, want);
			if (!strcmp(group, "route_type_char") && !strcmp(name, want)) {
				assert_int_equal(
				    zversion_type_letter(type), *enums.cell[i][col]);
				letters++;
			}
			if (!strcmp(group, "kernel_route_protocol") && type != ZTYPE_STATIC &&
			    !strcmp(name + strlen("RTPROT_"), want + strlen("ZEBRA_ROUTE_"))) {
				assert_int_equal(zversion_type_kernel(v, type),
				    strtol(enums.cell[i][col], NULL, 10));
				protocols++;
			}
		}
	}
	assert_int_equal(letters, ZTYPES);
	assert_int_equal(protocols, 13);
	assert_int_equal(zversion_type_kernel(v, ZTYPE_STATIC),
	    number("kernel_route_protocol", "RTPROT_ZSTATIC", v));
	assert_int_equal(zversion_type_kernel(v, ZTYPE_TABLE), 11);
}

/* Before 4.0 zebra has one number for all. */
static void check_kernel_protocol(const struct zapi_version *v)
{
	static const struct {
		enum zapi_type type;
		const char *name;
	} types[] = {
	    {ZTYPE_BABEL, "RTPROT_BABEL"},
            {ZTYPE_NHRP,  "RTPROT_NHRP" },
	    {ZTYPE_BGP,   "RTPROT_BGP"  }
        };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_int_equal(zversion_type_kernel(v, types[i].type),
		    number("kernel_route_protocol",
			v->major < 4 ? "RTPROT_ZEBRA" : types[i].name, v));
	assert_int_equal(zversion_type_kernel(v, ZTYPE_KERNEL), -1);
}

static void kernel_protocols_of_each_release(void **state)
{
	(void)state;
	each_row(check_kernel_protocol);
}

/* 0 for what a release does not have. */
static long bits(const char *group, const char *name, const struct zapi_version *v)
{
	long n = number(group, name, v);

	return n < 0 ? 0 : n;
}

static void check_flags(const struct zapi_version *v)
{
	static const char m[] = "zapi_message_flag", f[] = "route_flag";
	bool old = v->nh < ZNH_5_0; /* recursion was called "internal", and so on */

	assert_int_equal(v->msg.distance, number(m, "ZAPI_MESSAGE_DISTANCE", v));
	assert_int_equal(v->msg.metric, number(m, "ZAPI_MESSAGE_METRIC", v));
	assert_int_equal(v->msg.tag, number(m, "ZAPI_MESSAGE_TAG", v));
	assert_int_equal(v->msg.mtu, number(m, "ZAPI_MESSAGE_MTU", v));
	assert_int_equal(v->msg.src, bits(m, "ZAPI_MESSAGE_SRCPFX", v));
	assert_int_equal(v->msg.label, bits(m, "ZAPI_MESSAGE_LABEL", v));
	assert_int_equal(v->msg.backup, bits(m, "ZAPI_MESSAGE_BACKUP_NEXTHOPS", v));
	assert_int_equal(v->msg.nhg, bits(m, "ZAPI_MESSAGE_NHG", v));
	assert_int_equal(v->msg.table, bits(m, "ZAPI_MESSAGE_TABLEID", v));
	assert_int_equal(v->msg.srte, bits(m, "ZAPI_MESSAGE_SRTE", v));
	assert_int_equal(v->msg.opaque, bits(m, "ZAPI_MESSAGE_OPAQUE", v));
	assert_int_equal(v->flag.recursion,
	    number(f, old ? "ZEBRA_FLAG_INTERNAL" : "ZEBRA_FLAG_ALLOW_RECURSION", v));
	assert_int_equal(v->flag.selected, number(f, "ZEBRA_FLAG_SELECTED", v));
	assert_int_equal(v->flag.evpn, bits(f, "ZEBRA_FLAG_EVPN_ROUTE", v));
	assert_int_equal(v->flag.onlink, bits(f, "ZEBRA_FLAG_ONLINK", v));
	assert_int_equal(v->flag.blackhole, bits(f, "ZEBRA_FLAG_BLACKHOLE", v));
}

static void check_layout(const struct zapi_version *v)
{
	static const char b[] = "body_bytes", h[] = "header";

	assert_int_equal(v->marker, number(h, "marker", v));
	assert_int_equal(v->header_version, number(h, "version", v));
	assert_int_equal(v->header_len, number(h, "header_bytes", v));
	assert_int_equal(v->max_len, number(h, "max_message_bytes", v));
	assert_int_equal(v->hello_len, number(b, "HELLO", v));
	assert_int_equal(v->ifname_len, number(b, "INTERFACE_ADD_name_field", v));
	assert_int_equal(v->msgflags_len, number(b, "ROUTE_message_flags_field", v));
	assert_int_equal(v->weight_len, bits(b, "nexthop_weight_field", v));
	assert_int_equal(v->nht_count_len, number(b, "NEXTHOP_UPDATE_nexthop_count_field", v));
	assert_int_equal(v->flags_len, number(b, "ROUTE_route_flags_field", v));
	assert_int_equal(v->netns_len, bits("limit", "NS_NAMSIZ", v));
	if (zversion_cmd(v, ZCMD_VRF_ADD) != ZCMD_ABSENT)
		assert_int_equal((v->features & ZF_VRF_TABLE ? 4 : 0) + v->netns_len +
				     number("limit", "VRF_NAMSIZ", v),
		    number(b, "VRF_ADD", v));
	assert_int_equal(
	    v->caps != ZCAPS_NONE, zversion_cmd(v, ZCMD_CAPABILITIES) != ZCMD_ABSENT);
	assert_int_equal(
	    v->notify != ZNOTIFY_NONE, zversion_cmd(v, ZCMD_ROUTE_NOTIFY_OWNER) != ZCMD_ABSENT);
	check_flags(v);
	assert_int_equal(
	    v->nh == ZNH_7_3, number("zapi_nexthop_flag", "ZAPI_NEXTHOP_FLAG_ONLINK", v) == 1);
	assert_int_equal(!!(v->features & ZF_NH_EVPN),
	    number("zapi_nexthop_flag", "ZAPI_NEXTHOP_FLAG_EVPN", v) > 0);
	assert_int_equal(v->seg6 != ZSEG6_NONE,
	    number("zapi_nexthop_flag", "ZAPI_NEXTHOP_FLAG_SEG6", v) > 0);
}

static void layouts(void **state)
{
	(void)state;
	each_row(check_layout);
}

/* How releases behave: measured, in no table. */
static void behaviour(void **state)
{
	static const struct {
		int major, minor;
		bool scales, ignores, keeps;
	} want[] = {
	    {7,  5, false, false, false},
	    {8,  5, false, false, false},
	    {9,  0, false, false, true },
	    {9,  1, false, false, true },
	    {10, 0, true,  false, true },
	    {10, 3, true,  false, true },
	    {10, 4, true,  false, true },
	    {10, 5, true,  false, false},
	    {10, 6, true,  false, false},
	    {10, 7, true,  true,  false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct zapi_version *v =
		    zversion_find(want[i].major, want[i].minor, 0, NULL);

		assert_int_equal(!!(v->features & ZF_WEIGHTS_SCALED), want[i].scales);
		assert_int_equal(!!(v->features & ZF_SAME_IGNORED), want[i].ignores);
		assert_int_equal(!!(v->features & ZF_STALE_KEPT), want[i].keeps);
	}
}

/* What codecs hold to be the same in every release that has it. Those of next hops are
 * Quagga's by another name; its generic route message is there from 4.0 on. */
static void check_constants(const struct zapi_version *v)
{
	static const struct {
		const char *group, *name;
		long value;
		int since; /* major release */
	} want[] = {
	    {"zapi_message_flag", "ZAPI_MESSAGE_NEXTHOP",      1,  1},
	    {"body_bytes",        "ROUTE_nexthop_count_field", 2,  4},
	    {"nexthop_type",      "NEXTHOP_TYPE_IFINDEX",      1,  1},
	    {"nexthop_type",      "NEXTHOP_TYPE_IPV4_IFINDEX", 3,  3},
	    {"nexthop_type",      "NEXTHOP_TYPE_IPV6_IFINDEX", 5,  3},
	    {"nexthop_type",      "NEXTHOP_TYPE_BLACKHOLE",    6,  3},
	    {"blackhole_type",    "BLACKHOLE_ADMINPROHIB",     3,  4},
	    {"route_notify_note", "ZAPI_ROUTE_INSTALLED",      2,  4},
	    {"route_notify_note", "ZAPI_ROUTE_REMOVE_FAIL",    4,  5},
	    {"safi",              "SAFI_UNICAST",              1,  1},
	    {"afi",               "AFI_IP",                    1,  1},
	    {"afi",               "AFI_IP6",                   2,  1},
	    {"limit",             "MPLS_MAX_LABELS",           16, 4},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		if (v->major >= want[i].since)
			assert_int_equal(number(want[i].group, want[i].name, v), want[i].value);
	/* These have the bits of zapi_route.h from 7.0 on. */
	if (v->major >= 7) {
		assert_int_equal(v->flag.recursion, ZROUTE_ALLOW_RECURSION);
		assert_int_equal(v->flag.selected, ZROUTE_SELECTED);
		assert_int_equal(v->flag.evpn, ZROUTE_EVPN);
		assert_int_equal(v->flag.same, 0xffffffff - v->flag.onlink);
	}
}

static void constants(void **state)
{
	(void)state;
	each_row(check_constants);
}

static void a_release_is_found(void **state)
{
	static const struct {
		int major, minor, patch;
		const char *row;
		bool exact;
	} want[] = {
	    {8,  4,  4,  "8.4",        true },
	    {8,  2,  0,  "8.2",        true },
	    {8,  2,  1,  "8.2",        true },
	    {8,  2,  2,  "8.2.2",      true },
	    {8,  2,  -1, "8.2.2",      true },
	    {10, 1,  0,  "10.1",       true },
	    {10, 10, 0,  "10.7",       false},
	    {11, 0,  0,  "10.7",       false},
	    {8,  9,  0,  "8.5",        false},
	    {6,  0,  3,  "6.0",        true },
	    {1,  2,  4,  "Quagga 1.2", true },
	    {1,  1,  0,  "Quagga 1.2", false},
	    {3,  0,  4,  "3.0",        true },
	    {3,  1,  0,  "3.0",        false},
	    {5,  0,  2,  "5.0",        true },
	    {6,  1,  0,  "6.0",        false},
	    {7,  0,  -1, "7.0",        true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		bool exact;

		assert_string_equal(
		    zversion_find(want[i].major, want[i].minor, want[i].patch, &exact)->name,
		    want[i].row);
		assert_int_equal(exact, want[i].exact);
	}
	assert_null(zversion_row(28));
}

static void a_release_is_parsed(void **state)
{
	static const struct {
		const char *text;
		int rc, release[3];
	} want[] = {
	    {"FRRouting 8.4.4 (host) on Linux(6.18).",       0,       {8, 4, 4}   },
	    {"FRRouting 7.5.1 (host).\nCopyright 1996-2005", 0,       {7, 5, 1}   },
	    {"Quagga 1.2.4",				 0,       {1, 2, 4}   },
	    {"FRRouting 10.3_git (r1)",                      0,       {10, 3, -1} },
	    {"FRRouting 10.10-dev",                          0,       {10, 10, -1}},
	    {"8.4",					  0,       {8, 4, -1}  },
	    {"8.2.2-MyOwn",				  0,       {8, 2, 2}   },
	    {"10.3.x",				       0,       {10, 3, -1} },
	    {"8",					    -EINVAL, {0}         },
	    {"8.",					   -EINVAL, {0}         },
	    {"auto",					 -EINVAL, {0}         },
	    {"",					     -EINVAL, {0}         },
	    {"   ",					  -EINVAL, {0}         },
	    {"FRRouting 999999999999.1",                     -EINVAL, {0}         },
	    {"8.256",					-EINVAL, {0}         },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		int release[3] = {0};

		assert_int_equal(zversion_parse(want[i].text, release), want[i].rc);
		assert_memory_equal(release, want[i].release, sizeof(release));
	}
}

static void check_sendable(const struct zapi_version *v)
{
	static const enum zapi_type never[] = {ZTYPE_SYSTEM, ZTYPE_KERNEL, ZTYPE_CONNECT,
	    ZTYPE_LOCAL, ZTYPE_NHG, ZTYPE_ALL, ZTYPE_TABLE_DIRECT, ZTYPE_BFD, ZTYPE_VRRP,
	    ZTYPE_HSLS, ZTYPE_OLSR, ZTYPE_UNKNOWN};
	static const enum zapi_type good[] = {
	    ZTYPE_OPENFABRIC, ZTYPE_BABEL, ZTYPE_SHARP, ZTYPE_STATIC, ZTYPE_BGP};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(zversion_type_check(v, never[i], 1), -EPERM);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		/* HELLO takes no static before 6.0; Quagga knows no instances */
		bool has = zversion_type(v, good[i]) >= 0 &&
		           (good[i] != ZTYPE_STATIC || v->major >= 6);
		bool instances = v->major > 1;

		assert_int_equal(zversion_type_check(v, good[i], 0), has ? 0 : -EOPNOTSUPP);
		assert_int_equal(zversion_type_check(v, good[i], 255), !has        ? -EOPNOTSUPP
								       : instances ? 0
										   : -ERANGE);
		assert_int_equal(
		    zversion_type_check(v, good[i], 256), has ? -ERANGE : -EOPNOTSUPP);
	}
	assert_int_equal(
	    zversion_type_check(v, ZTYPE_TABLE, 0), v->major > 1 ? -ERANGE : -EOPNOTSUPP);
	assert_int_equal(
	    zversion_type_check(v, ZTYPE_TABLE, 100), v->major > 1 ? 0 : -EOPNOTSUPP);
}

static void types_that_hurt_zebra_are_refused(void **state)
{
	(void)state;
	each_row(check_sendable);
	assert_int_equal(zversion_type_named("openfabric"), ZTYPE_OPENFABRIC);
	assert_int_equal(zversion_type_named("connected"), ZTYPE_CONNECT);
	assert_int_equal(zversion_type_named("nonsense"), ZTYPE_UNKNOWN);
	assert_string_equal(zversion_type_name(ZTYPE_UNKNOWN), "unknown");
	assert_string_equal(zversion_cmd_name(ZCMD_UNKNOWN), "unknown");
	assert_int_equal(zversion_cmd_of(zversion_row(0), ZCMD_ABSENT), ZCMD_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(command_numbers),
	    cmocka_unit_test(the_first_6_0_has_the_numbers_of_6_0),
	    cmocka_unit_test(type_numbers),
	    cmocka_unit_test(type_letters_and_kernel_protocols),
	    cmocka_unit_test(kernel_protocols_of_each_release),
	    cmocka_unit_test(layouts),
	    cmocka_unit_test(behaviour),
	    cmocka_unit_test(constants),
	    cmocka_unit_test(a_release_is_found),
	    cmocka_unit_test(a_release_is_parsed),
	    cmocka_unit_test(types_that_hurt_zebra_are_refused),
	};

	return cmocka_run_group_tests(tests, load_all, NULL);
}
