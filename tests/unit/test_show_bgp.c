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

/* Lines that only one of both writes, by how they begin. FRR: grevyd has no conditional

 * advertisements, no groups of neighbours, no choice of soft reconfiguration. Ours: these
 captures are of an FRR that only helps at restarts. */
static const char *const only_one[] = {"# vtysh", "  Configured conditional advertisements",
    "  Update group ", "  Inbound soft reconfiguration allowed",
    "        Configured Selection Deferral Time"};

/* Values that differ by what grevyd is: FRR's and ours. */
static const char *const values[][2] = {
    {"Extended Message: advertised and received",                   "Extended Message: received"       },
    {"RX advertised and received",                                  "RX received"                      },
    {"Long-lived Graceful Restart: advertised and received",
     "Long-lived Graceful Restart: received"							   },
    {"Enhanced Route Refresh: advertised and received",             "Enhanced Route Refresh: received" },
    {"Hostname Capability: advertised (name: vm,domain name: n/a)",
     "Hostname Capability: not advertised"							     },
    {"Local GR Mode: Helper*",				      "Local GR Mode: Restart*"          },
    {"up for 00:00:42",					     "up for 00:00:41"                  },
    {"Last read 00:00:43",					  "Last read never"                  },
    {"Last reset 00:00:43",					 "Last reset 00:01:00"              },
    {"End-of-RIB sent after update: No",                            "End-of-RIB sent after update: Yes"},
};

/* Keys of FRR that grevyd does not have: as above; it has no name of its own to tell, and asks
 * no zebra whether a route is in the kernel. */
static const char *const missing[] = {"advHostName", "advDomainName",
    "bgpTimerConfiguredConditionalAdvertisementsSec", "updateGroupId", "subGroupId",
    "inboundSoftConfigPermit", "fibInstalled", "rxAdvertisedAndReceived"};

/* Keys of ours that these captures of FRR lack. */
static const char *const only_ours[] = {"rxReceived", "selectionDeferralTimer"};

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

static void cut_after(char *line, const char *word)
{
	char *at = strstr(line, word);

	if (at)
		at[strlen(word)] = '\0';
}

static void add_line(struct buf *to, char *line)
{
	if (begins(only_one, ARRAY_LEN(only_one), line))
		return;
	cut_after(line, "Last update: ");
	cut_after(line, "FD used: ");
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

static void same_lines(const char *what, const char *got, const char *want)
{
	for (int line = 1; *got || *want; line++) {
		int n = (int)strcspn(got, "\n"), m = (int)strcspn(want, "\n");

		if (n != m || memcmp(got, want, (size_t)n) != 0)
			fail_msg(
			    "%s, line %d: '%.*s', and FRR '%.*s'", what, line, n, got, m, want);
		got += n + (got[n] != '\0');
		want += m + (want[m] != '\0');
	}
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
		same_lines(rows[i].command, got, want);
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
	fake_bgp.peers[0].in.accepted[1] = 1;
	fake_bgp.peers[1].in.accepted[0] = 5;
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

/* Each form that a vtysh lets pass, over the cast alone. */
static const char *const forms[] = {"show bgp summary wide", "show bgp summary terse",
    "show bgp summary established", "show bgp summary failed", "show bgp summary failed json",
    "show bgp ipv6 summary", "show bgp ipv4 unicast summary neighbor 10.0.1.2",
    "show bgp summary neighbor 10.0.9.9", "show bgp summary neighbor nobody json",
    "show bgp summary remote-as 65002 terse", "show bgp summary remote-as internal",
    "show bgp summary remote-as external wide", "show bgp summary remote-as 77 json",
    "show bgp summary established remote-as 65001 terse wide", "show bgp all summary",
    "show bgp vrf all summary established json", "show bgp vrf other summary",
    "show bgp vrf other summary json", "show bgp view default summary",
    "show bgp ipv4 vpn summary", "show bgp l2vpn evpn summary json",
    "show bgp ipv4 unicast wide", "show ip bgp detail", "show ip bgp json detail",
    "show bgp ipv4 unicast self-originate", "show bgp all", "show bgp vrf all ipv4 unicast",
    "show bgp vrf other json", "show bgp view default", "show bgp ipv4 multicast",
    "show bgp ipv4 unicast cidr-only", "show bgp ipv4 unicast community",
    "show bgp ipv4 unicast community 65001:7", "show bgp ipv4 unicast community none json",
    "show bgp ipv4 unicast large-community 1:2:3", "show bgp ipv4 unicast regexp _65002$",
    "show bgp ipv4 unicast regexp (", "show bgp ipv4 unicast filter-list some",
    "show bgp ipv4 unicast community-list some", "show bgp ipv4 unicast rpki valid",
    "show bgp ipv4 unicast version 3", "show bgp ipv4 unicast alias some json",
    "show bgp 198.18.1.0/24 longer-prefixes json", "show ip bgp 10.0.0.0/8 longer-prefixes",
    "show ip bgp 198.18.9.9/32 bestpath", "show ip bgp 198.18.9.9 multipath json",
    "show bgp vrf all 198.18.9.9", "show bgp vrf other 198.18.9.9 json",
    "show ip bgp 198.18.77.1 json", "show bgp neighbors graceful-restart",
    "show bgp neighbors 10.0.1.2 graceful-restart json", "show bgp vrf all neighbors 10.0.3.9",
    "show bgp ipv6 neighbors 10.0.1.2", "show bgp vrf all neighbors nobody json",
    "show ip bgp neighbors 10.0.1.2 prefix-counts",
    "show ip bgp neighbors 10.0.1.2 prefix-counts json",
    "show bgp ipv6 unicast neighbors 10.0.1.2 prefix-counts",
    "show ip bgp neighbors 10.0.9.9 routes json", "show ip bgp neighbors nobody routes json",
    "show ip bgp neighbors 10.0.1.2 flap-statistics", "show ip bgp neighbors 10.0.3.9 routes",
    "show ip bgp neighbors 10.0.1.2 bestpath-routes wide",
    "show ip bgp neighbors 10.0.2.2 bestpath-routes json",
    "show ip bgp neighbors 10.0.1.2 advertised-routes wide",
    "show ip bgp neighbors 10.0.1.2 advertised-routes detail",
    "show ip bgp neighbors 10.0.1.2 advertised-routes 198.18.2.1/32 json",
    "show bgp all neighbors 10.0.3.9 advertised-routes json",
    "show ip bgp neighbors 10.0.1.2 received-routes json",
    "show bgp all neighbors 10.0.1.2 filtered-routes",
    "show ip bgp neighbors 10.0.1.2 received prefix-filter", "show bgp nexthop",
    "show bgp nexthop json", "show bgp vrf all nexthop 10.0.1.2", "show bgp nexthop 192.0.2.1",
    "show bgp vrf other nexthop", "show bgp memory", "show bgp vrfs", "show bgp vrfs json",
    "show bgp vrfs other", "show bgp views", "show bgp listeners", "show bgp router",
    "show bgp router json", "show bgp bestpath", "show bgp ipv4 unicast statistics",
    "show bgp statistics-all json", "show bgp peer-group", "show bgp peer-group some",
    "show bgp peer-group json", "show bgp update-groups",
    "show bgp ipv4 unicast update-groups 1 advertised-routes", "show bgp community-list",
    "show bgp l2vpn evpn", "show bgp l2vpn evpn json", "show ip bgp dampening parameters",
    "show ip bgp dampening flap-statistics", NULL};

static void every_form_has_an_answer(void **state)
{
	static const struct scene s = {
	    .name = "bgp_forms", .commands = forms, .arrange = cast_start};

	(void)state;
	setenv("TZ", "UTC", 1);
	lab_play(&s);
}

static void without_a_speaker_bgp_is_not_there(void **state)
{
	static const struct {
		const char *command, *answer;
		enum vty_rc rc;
	} all[] = {
	    {"show bgp summary",                          "% BGP instance not found\n",       VTY_WARNING},
	    {"show bgp summary json",                     "{}\n",                             VTY_WARNING},
	    {"show bgp vrf all summary",                  "% BGP instance not found\n",       VTY_OK     },
	    {"show ip bgp",			       "Default BGP instance not found\n", VTY_WARNING},
	    {"show bgp vrf default",                      "Default BGP instance not found\n", VTY_WARNING},
	    {"show bgp vrf all ipv4 unicast",             "% BGP instance not found\n",       VTY_OK     },
	    {"show bgp neighbors",                        "% BGP instance not found\n",       VTY_WARNING},
	    {"show ip bgp 10.0.0.1",                      "Default BGP instance not found\n", VTY_WARNING},
	    {"show bgp neighbors 10.0.0.1 routes",        "Default BGP instance not found\n",
             VTY_WARNING										 },
	    {"show bgp neighbors 10.0.0.1 prefix-counts", "Default BGP instance not found\n",
             VTY_WARNING										 },
	    {"show bgp nexthop",                          "% No such BGP instance exist\n",   VTY_WARNING},
	    {"show bgp statistics-all",                   "Default BGP instance not found\n", VTY_WARNING},
	    {"show bgp vrfs",                             "",                                 VTY_OK     },
	    {"show bgp views",                            "Defined BGP views:\n",             VTY_OK     },
	    {"clear bgp *",			       "No BGP process is configured\n",   VTY_WARNING},
	};
	struct lab *lab = lab_of_cast();

	(void)state;
	for (int i = 0; i < 2; i++) {
		fake_bgp.active = false;
		fake_bgp.view.asn = 0;
		if (i)
			lab->ctx.bgp = NULL;
		for (size_t k = 0; k < ARRAY_LEN(all); k++) {
			struct buf b = {0};

			buf_str(&b, "");
			if (lab_ask(lab, all[k].command, &b) != all[k].rc ||
			    strcmp(b.p, all[k].answer) != 0)
				fail_msg("%s: %s", all[k].command, b.p);
			free(b.p);
		}
	}
	lab_free(lab);
}

/* As a bgpd with `router bgp 65000` alone. */
static void a_speaker_without_neighbours_is_there(void **state)
{
	static const struct {
		const char *command, *answer;
	} all[] = {
	    {"show bgp summary",                           "% No BGP neighbors found in VRF default\n"      },
	    {"show bgp summary json",                      "{}\n"                                           },
	    {"show bgp vrf all ipv4 unicast summary json", "{\n  \"default\":{}\n}\n"                       },
	    {"show bgp neighbors",                         "% No BGP neighbors found\n\n"                   },
	    {"show bgp neighbors json",                    "{}\n"                                           },
	    {"show bgp views",                             "Defined BGP views:\n        default (AS65000)\n"},
	    {"show bgp all json",                          "{}\n"					   },
	    {"clear bgp external",                         "% BGP: No external Unknown peer is configured\n"},
	    {"clear bgp *",				""					       },
	};
	struct lab *lab = lab_of_cast();

	(void)state;
	fake_bgp.active = false;
	fake_bgp.n_peers = 0;
	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		struct buf b = {0};

		buf_str(&b, "");
		if (lab_ask(lab, all[k].command, &b) != VTY_OK ||
		    strcmp(b.p, all[k].answer) != 0)
			fail_msg("%s: %s", all[k].command, b.p);
		free(b.p);
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
	assert_non_null(strstr(b.p, "\nmetallb_bgp_session_up{peer=\"10.0.1.2:179\"} 1\n"));
	assert_non_null(strstr(b.p, "\nmetallb_bgp_session_up{peer=\"10.0.3.9:179\"} 0\n"));
	lab_compare("metrics_bgp", part.p);
	lab_free(lab);
	free(b.p);
	free(part.p);
}

/* Prometheus takes no two of one name and the same labels. */
static void a_link_local_peer_is_one_of_its_interface(void **state)
{
	struct lab *lab = lab_of_cast();
	char interface[] = "eth0\"";
	struct bgp_neighbor nb;
	struct buf b = {0};

	(void)state;
	arrange_all(lab);
	nb = *fake_bgp.peers[0].nb;
	nb.interface = interface;
	fake_bgp.peers[0].nb = &nb;
	assert_int_equal(ipaddr_parse("fe80::1", &fake_bgp.peers[0].session.remote), 0);
	metrics_put(&b, &lab->ctx);
	assert_non_null(
	    strstr(b.p, "\nmetallb_bgp_session_up{peer=\"[fe80::1%eth0\\\"]:179\"} "));
	lab_free(lab);
	free(b.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_that_of_frr),
	    cmocka_unit_test(json_is_that_of_frr),
	    cmocka_unit_test(the_rest_of_show_bgp),
	    cmocka_unit_test(every_form_has_an_answer),
	    cmocka_unit_test(without_a_speaker_bgp_is_not_there),
	    cmocka_unit_test(a_speaker_without_neighbours_is_there),
	    cmocka_unit_test(metrics_of_bgp_and_the_kernel),
	    cmocka_unit_test(a_link_local_peer_is_one_of_its_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
