/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show bgp beside what FRR 8.4.4 answers: the text line by line, the keys and types of the
 * JSON. What grevyd does not have is listed here, and is all that may be missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/http/metrics.h"
#include "announcer/util.h"
#include "bgp_cast.h"
#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Lines of FRR that grevyd does not write, by how they begin. */
static const char *const not_ours[] = {"# vtysh",
    "Hostname: ", "    Extended Message: ", "    AddPath:", "      IPv4 Unicast: RX advertised",
    "    Long-lived Graceful Restart: ", "      Address families by peer:",
    "    Enhanced Route Refresh: ", "    Hostname Capability: ",
    "  Configured conditional advertisements", "  Update group ",
    "  Inbound soft reconfiguration allowed", "  Last reset ",
    "Read thread: ", "      Last update: "};

/* Values that differ by what grevyd is: FRR's and ours. */
static const char *const values[][2] = {
    {"(old & new)",		      "(new)"			    },
    {"N bit: True",		      "N bit: False"                     },
    {"Local GR Mode: Helper*",           "Local GR Mode: Restart*"          },
    {"up for 00:00:42",                  "up for 00:00:41"                  },
    {"Last read 00:00:43",               "Last read never"                  },
    {"End-of-RIB sent after update: No", "End-of-RIB sent after update: Yes"},
};

/* Keys of FRR that grevyd does not have. */
static const char *const missing[] = {"hostname", "extendedMessage", "addPath",
    "longLivedGracefulRestart", "longLivedGracefulRestartByPeer", "enhancedRouteRefresh",
    "hostName", "bgpTimerConfiguredConditionalAdvertisementsSec", "updateGroupId", "subGroupId",
    "inboundSoftConfigPermit", "lastResetTimerMsecs", "lastResetDueTo", "lastResetCode",
    "lastUpdate", "fibInstalled"};

/* Keys of ours that these captures of FRR lack: it has lastReset, and notEstablishedDueTo is
 * our own. */
static const char *const only_ours[] = {"lastReset", "notEstablishedDueTo"};

static bool begins(const char *const *v, size_t n, const char *line)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(line, v[i], strlen(v[i])) == 0)
			return true;
	return false;
}

/* Numbers that grevyd does not count read 0. */
static void zero_after(char *line, const char *word)
{
	char *at = strstr(line, word), *end;

	if (!at)
		return;
	at += strlen(word);
	for (end = at; *end >= '0' && *end <= '9'; end++)
		;
	if (end > at) {
		*at++ = '0';
		memmove(at, end, strlen(end) + 1);
	}
}

static void add_line(struct buf *to, char *line)
{
	if (begins(not_ours, ARRAY_LEN(not_ours), line))
		return;
	zero_after(line, "version is ");
	zero_after(line, ", version ");
	zero_after(line, "table version ");
	zero_after(line, "using ");
	zero_after(line, "RIB entries "); /* FRR counts the inner nodes of its tree, too */
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char *at = strstr(line, values[i][0]);

		if (!at)
			continue;
		buf_add(to, line, (size_t)(at - line));
		buf_str(to, values[i][1]);
		line = at + strlen(values[i][0]);
	}
	buf_fmt(to, "%s\n", line);
}

static char *normal(const char *text)
{
	struct buf b = {0};

	buf_str(&b, "");
	while (*text) {
		size_t n = strcspn(text, "\n");
		char line[512];

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		/* The version that peers speak is no table version. */
		if (strstr(line, "BGP version 4"))
			buf_fmt(&b, "%s\n", line);
		else
			add_line(&b, line);
		text += n + (text[n] == '\n');
	}
	return b.p;
}

static char *capture(const char *name, const char *ext)
{
	char file[128];

	snprintf(file, sizeof(file), "frr-8.4.4/%s.%s", name, ext);
	return lab_file(file, NULL);
}

/* ---- JSON ---- */

static bool is_one_of(const char *const *v, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i], key) == 0)
			return true;
	return false;
}

static void same_keys(struct json_object *frr, struct json_object *us, const char *where)
{
	char inner[256];

	if (json_object_get_type(frr) != json_object_get_type(us))
		fail_msg("%s: another type: %s", where, json_object_to_json_string(us));
	if (json_object_is_type(frr, json_type_array)) {
		if (json_object_array_length(frr) != json_object_array_length(us))
			fail_msg("%s: %zu elements", where, json_object_array_length(us));
		for (size_t i = 0; i < json_object_array_length(frr); i++) {
			snprintf(inner, sizeof(inner), "%s[%zu]", where, i);
			same_keys(json_object_array_get_idx(frr, i),
			    json_object_array_get_idx(us, i), inner);
		}
	}
	if (!json_object_is_type(frr, json_type_object))
		return;
	json_object_object_foreach(frr, key, value)
	{
		struct json_object *ours;

		snprintf(inner, sizeof(inner), "%s.%s", where, key);
		if (json_object_object_get_ex(us, key, &ours))
			same_keys(value, ours, inner);
		else if (!is_one_of(missing, ARRAY_LEN(missing), key))
			fail_msg("%s: missing", inner);
	}
	json_object_object_foreach(us, our_key, our_value)
	{
		(void)our_value;
		if (!json_object_object_get_ex(frr, our_key, NULL) &&
		    !is_one_of(only_ours, ARRAY_LEN(only_ours), our_key))
			fail_msg("%s.%s: FRR has no such key", where, our_key);
	}
}

static const struct {
	const char *command, *capture;
	bool json;
} rows[] = {
    {"show bgp ipv4 unicast 203.0.113.2/32",                       "show-bgp-ipv4-unicast-prefix",  true },
    {"show bgp ipv4 unicast summary",                              "show-bgp-ipv4-unicast-summary", true },
    {"show bgp ipv4 unicast",				      "show-bgp-ipv4-unicast",         false},
    {"show bgp ipv4 unicast neighbors 10.0.1.2 advertised-routes",
     "show-bgp-neighbors-advertised",							       true },
    {"show bgp neighbors 10.0.3.9",                                "show-bgp-neighbors-down",       false},
    {"show bgp neighbors 10.0.1.2",                                "show-bgp-neighbors-one",        true },
    {"show bgp ipv4 unicast neighbors 10.0.1.2 routes",            "show-bgp-neighbors-routes",     true },
    {"show bgp neighbors 10.99.99.99",                             "show-bgp-neighbors-unknown",    true },
    {"show ip bgp 198.18.9.9/32",				  "show-ip-bgp-prefix-2paths",     true },
    {"show ip bgp 192.0.2.77/32",				  "show-ip-bgp-prefix-missing",    true },
    {"show ip bgp summary",					"show-ip-bgp-summary",           true },
    {"sh ip bgp sum",					      "show-ip-bgp-summary",           true },
    {"show ip bgp",						"show-ip-bgp",                   true },
};

static struct lab *lab_of_cast(void)
{
	static const struct scene s = {.name = ""};
	struct lab *lab = lab_new(&s);

	cast_start(lab);
	return lab;
}

static void text_is_that_of_frr(void **state)
{
	struct lab *lab = lab_of_cast();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = {0};
		char *frr = capture(rows[i].capture, "txt"), *want, *got;

		lab_ask(lab, rows[i].command, &b);
		want = normal(frr);
		got = normal(b.p);
		if (strcmp(want, got) != 0)
			fail_msg("%s:\n%s\ninstead of\n%s", rows[i].command, got, want);
		free(frr);
		free(want);
		free(got);
		free(b.p);
	}
	lab_free(lab);
}

static void json_is_that_of_frr(void **state)
{
	struct lab *lab = lab_of_cast();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_object *frr, *us;
		struct buf b = {0}, command = {0};
		char *text;

		if (!rows[i].json)
			continue;
		buf_fmt(&command, "%s json", rows[i].command);
		lab_ask(lab, command.p, &b);
		text = capture(rows[i].capture, "json");
		frr = json_tokener_parse(text);
		us = json_tokener_parse(b.p);
		assert_non_null(frr);
		assert_non_null(us);
		same_keys(frr, us, rows[i].command);
		json_object_put(frr);
		json_object_put(us);
		free(command.p);
		free(text);
		free(b.p);
	}
	lab_free(lab);
}

/* ---- what the captures do not have ---- */

static uint32_t communities[] = {65001u << 16 | 7, (uint32_t)BGP_COMMUNITY_NO_EXPORT};
static struct bgp_large large = {65001, 1, 2};
static uint64_t ext = 0x0002fde900000009;
static uint32_t clusters[] = {0x0a000001};

/* Two families, a range, an iBGP peer that told a prefix of Kubernetes', stale and unreachable
 * paths, every attribute, long IPv6 prefixes, limits. */
static void arrange_all(struct lab *lab)
{
	static struct bgp_attrs full;
	static struct bgp_in_source internal;
	struct bgp_in_path *p;

	cast_start(lab);
	cast_neighbors[0].families = BGP_IPV4 | BGP_IPV6;
	cast_neighbors[0].import.max_prefix = 100;
	cast_neighbors[0].import.restart_s = 300;
	cast_neighbors[0].password = (char *)(uintptr_t) "hidden-from-all";
	cast_neighbors[1].import.prefixes = (struct bgp_prefix_list){0};
	cast_neighbors[1].export.prefixes = (struct bgp_prefix_list){0};
	cast_facts[0].received.gr_families = cast_facts[0].received.gr_forwarding = BGP_IPV4;
	fake_bgp.peers[1].session.dynamic = true;
	cast_neighbors[1].limit = 100;
	assert_int_equal(prefix_parse("10.0.2.0/24", &cast_neighbors[1].range), 0);
	fake_bgp.peers[1].facts = &cast_facts[1];
	cast_facts[1].ibgp = true;
	cast_down(2, BGP_IDLE, "max-prefix exceeded");
	fake_bgp.peers[2].in.over_limit = true;
	fake_bgp.peers[2].session.established = 2;
	fake_bgp.peers[2].session.dropped = 2;
	fake_bgp.peers[2].session.down_since_s = NOW_S - 700000;
	fake_bgp.peers[2].session.last_reset_s = NOW_S - 100000;
	fake_bgp.peers[2].session.last_reset =
	    "NOTIFICATION sent: Cease/Maximum Number of Prefixes Reached";
	fake_bgp.peers[2].session.last_sent.code = BGP_CEASE_MAX_PREFIX;
	internal = *fake_bgp.in[3].source;
	internal.ibgp = true;
	full = *fake_bgp.in[3].attrs;
	full.has |=
	    BGP_HAS_LOCAL_PREF | BGP_HAS_ATOMIC | BGP_HAS_AGGREGATOR | BGP_HAS_ORIGINATOR;
	full.local_pref = 150;
	full.aggregator_asn = 65001;
	full.aggregator_id = full.originator_id = 0x0a000009;
	full.communities = communities;
	full.n_communities = ARRAY_LEN(communities);
	full.large = &large;
	full.ext = &ext;
	full.clusters = clusters;
	full.n_large = full.n_ext = full.n_clusters = 1;
	p = &fake_bgp.in[3];
	p->source = &internal;
	p->attrs = &full;
	p->multipath = true;
	fake_bgp.in[4].stale = true;
	fake_bgp.in[5].reachable = fake_bgp.in[5].best = false;
	p = &fake_bgp.in[fake_bgp.n_in++];
	*p = fake_bgp.in[3];
	assert_int_equal(prefix_parse("203.0.113.2/32", &p->prefix), 0);
	fake_bgp.out[fake_bgp.n_out - 2].source = RIB_KUBERNETES;
	fake_bgp.out[fake_bgp.n_out - 1].aggregate = true;
	p = &fake_bgp.in[fake_bgp.n_in++];
	*p = fake_bgp.in[0];
	assert_int_equal(prefix_parse("2001:db8:a:b:c:d::/96", &p->prefix), 0);
	assert_int_equal(ipaddr_parse("fe80::400:92ff:fec9:77f", &p->nexthop), 0);
}

static const char *const commands[] = {"show bgp summary", "show bgp", "show ip bgp",
    "show ip bgp 198.18.2.1", "show ip bgp 203.0.113.2", "show ip bgp 203.0.113.4/32",
    "show ip bgp 203.0.113.5", "show bgp 198.18.2.2/32", "show bgp 198.18.2.3",
    "show bgp ipv4 198.18.0.0/23 longer-prefixes", "show bgp neighbors",
    "show bgp neighbors 10.0.1.2 routes", "show bgp neighbors 10.0.2.2 routes",
    "show bgp neighbors 10.0.3.9 routes", "show bgp ipv6 neighbors 10.0.2.2 routes",
    "show ip bgp neighbors 10.0.1.2 received-routes",
    "show ip bgp neighbors 10.0.3.9 advertised-routes", "show bgp ipv6 unicast 192.0.2.1",
    "show bgp vrf all ipv4 unicast summary json", "show ip bgp 198.18.2.1 json",
    "show ip bgp 198.18.2.2 json", "show bgp vrf all neighbors 10.0.3.9 json",
    "clear bgp 10.0.9.9", "show bgp ip summary", "show bgp neighbors nobody", NULL};

static void the_rest_of_show_bgp(void **state)
{
	static const struct scene s = {
	    .name = "bgp", .commands = commands, .arrange = arrange_all};
	char *text;

	(void)state;
	lab_play(&s);
	text = lab_file("bgp.golden", NULL);
	assert_null(strstr(text, "hidden-from-all"));
	free(text);
}

static void without_a_speaker_bgp_is_not_there(void **state)
{
	struct lab *lab = lab_of_cast();

	(void)state;
	for (int i = 0; i < 2; i++) {
		static const char *const all[] = {"show bgp summary", "show ip bgp",
		    "show bgp neighbors", "show ip bgp 10.0.0.1", "clear bgp *",
		    "show bgp neighbors 10.0.0.1 routes"};

		fake_bgp.active = false;
		if (i)
			lab->ctx.bgp = NULL;
		for (size_t k = 0; k < ARRAY_LEN(all); k++) {
			struct buf b = {0};

			assert_int_equal(lab_ask(lab, all[k], &b), VTY_WARNING);
			assert_string_equal(b.p, "% BGP instance not found\n");
			free(b.p);
		}
	}
	lab_free(lab);
}

static void clear_takes_what_frr_takes(void **state)
{
	static const struct {
		const char *line, *who;
		bool in, out;
		enum vty_rc rc;
	} lines[] = {
	    {"clear bgp *",                        NULL,       false, false, VTY_OK        },
	    {"clear ip bgp 10.0.1.2",              "10.0.1.2", false, false, VTY_OK        },
	    {"clear bgp 10.0.1.2 soft",            "10.0.1.2", true,  true,  VTY_OK        },
	    {"clear bgp * soft in",                NULL,       true,  false, VTY_OK        },
	    {"clear bgp ipv4 unicast * soft out",  NULL,       false, true,  VTY_OK        },
	    {"clear bgp ipv6 unicast 10.0.2.2 in", "10.0.2.2", true,  false, VTY_OK        },
	    {"cl bg 10.0.2.2 o",                   "10.0.2.2", false, true,  VTY_OK        },
	    {"clear bgp 10.9.9.9",                 "10.9.9.9", false, false, VTY_WARNING   },
	    {"clear bgp all",                      NULL,       false, false, VTY_NO_MATCH  },
	    {"clear bgp",			  NULL,       false, false, VTY_INCOMPLETE},
	};
	struct lab *lab = lab_of_cast();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct buf b = {0};
		char a[PREFIX_STRLEN];
		bool ran = lines[i].rc == VTY_OK || lines[i].rc == VTY_WARNING;

		fake_bgp.clears = 0;
		if (lab_ask(lab, lines[i].line, &b) != lines[i].rc)
			fail_msg("%s: %s", lines[i].line, b.p);
		free(b.p);
		assert_int_equal(fake_bgp.clears, ran);
		if (!ran)
			continue;
		assert_int_equal(fake_bgp.soft_in, lines[i].in);
		assert_int_equal(fake_bgp.soft_out, lines[i].out);
		assert_int_equal(fake_bgp.cleared.family != 0, lines[i].who != NULL);
		if (lines[i].who)
			assert_string_equal(ipaddr_str(&fake_bgp.cleared, a), lines[i].who);
	}
	lab_free(lab);
}

static void metrics_of_bgp_and_the_kernel(void **state)
{
	struct lab *lab = lab_of_cast();
	struct buf b = {0}, part = {0};
	const char *from;

	(void)state;
	arrange_all(lab);
	fake_bgp.deaf = "Address already in use";
	fake_bgp.kernel = (struct kernel_status){
	    .state = KERNEL_UP,
	    .state_text = "up",
	    .routes = {1, 2, 3, 4, 5},
	    .objects = 6,
	    .groups = 1,
	    .sent = 20,
	    .errors = 2,
	    .repaired = 7,
	    .swept_routes = 8
        };
	lab->ctx.kernel = (const struct out_kernel *)lab;
	metrics_put(&b, &lab->ctx);
	from = strstr(b.p, "# HELP grevy_bgp_paths");
	assert_non_null(from);
	buf_add(&part, from, (size_t)(strstr(from, "# HELP grevy_zserv_up") - from));
	lab_compare("metrics_bgp", part.p);
	lab_free(lab);
	free(b.p);
	free(part.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_that_of_frr),
	    cmocka_unit_test(json_is_that_of_frr),
	    cmocka_unit_test(the_rest_of_show_bgp),
	    cmocka_unit_test(without_a_speaker_bgp_is_not_there),
	    cmocka_unit_test(clear_takes_what_frr_takes),
	    cmocka_unit_test(metrics_of_bgp_and_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
