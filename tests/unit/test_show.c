/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands over the cluster of show_lab.c. Text and JSON are compared with golden files;
 * every answer in JSON must be valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/http/metrics.h"
#include "announcer/util.h"
#include "fake_l2.h"
#include "show_lab.h"
#include <cmocka.h>

static const char *const all_is_well[] = {"show services", "show services pihole/dns-tcp",
    "show services default/dual", "show services default/two-v4", "show services dns-udp",
    "show services web", "show services nobody/home", "show nodes", "show nodes n1",
    "show nodes n9", "show pools", "show pools tiny", "show rib", "show rib 192.168.254.6",
    "show rib 2001:db8::/32", "show rib 10.0.0.0/8", "show zserv", "show fib", "show queue",
    "show running-config | exclude hostname", "show log | exclude Z (info|warn|error)",
    "show debugging", NULL};
static const char *const in_json[] = {"show services json", "show services default/dual json",
    "show nodes json", "show nodes n1 json", "show pools json", "show pools default json",
    "show pools nil json", "show rib json", "show zserv json", "show fib json",
    "show queue json", "show log json | exclude Z (info|warn|error)", "show debugging json",
    "show services x/y json", NULL};
static const char *const of_web[] = {"show services", "show zserv", "show rib", NULL};
static const char *const on_a_node[] = {"show services", "show services default/web",
    "show services pihole/dns-tcp json", "show nodes", "show nodes n1", "show rib",
    "show rib json", "show zserv", "show zserv json", NULL};
static const char *const of_node[] = {"show services", "show zserv | include interface", NULL};
static const char *const of_fib[] = {
    "show fib", "show fib 192.168.254.0", "show fib 192.168.254.6", "show services", NULL};
static const char *const of_source[] = {"show queue", NULL};
static const char *const of_api[] = {"show running-config | include kube", "show kubernetes",
    "show kubernetes json", "show queue", NULL};
static const char *const of_cluster[] = {"show kubernetes", NULL};
static const char *const of_pools[] = {"show pools", "show pools lan", "show pools lan json",
    "show pools wide", "show pools low", NULL};
static const char *const of_policy[] = {"show policy", "show policy json", "show pools",
    "show pools lan", "show pools silent", NULL};
static const char *const of_l2[] = {"show l2", "show l2 json", "show l2 192.168.2.240",
    "show l2 192.168.2.243", "show l2 192.168.2.240 json", "show l2 192.0.2.1",
    "show l2 interfaces", "show l2 interfaces json", "show l2 peers", "show l2 peers json",
    "show services", NULL};
static const char *const of_many[] = {
    "show zserv | count resolved", "show services | include default/web", NULL};

#define SCENE(f, ...)                                                                          \
	static void f(void **state)                                                            \
	{                                                                                      \
		static const struct scene s = {.name = #f, __VA_ARGS__};                       \
		(void)state;                                                                   \
		lab_play(&s);                                                                  \
	}

SCENE(show, .commands = all_is_well)
SCENE(json, .commands = in_json)
SCENE(no_socket, .commands = of_web, .state = ZSERV_NO_SOCKET, .state_text = "no socket",
    .reason = "connect /run/frr/zserv.api: Permission denied")
SCENE(key_held, .commands = of_web, .state = ZSERV_KEY_HELD,
    .state_text = "key held by another grevyd", .reason = "openfabric instance 0: pid 4711")
SCENE(unresolved, .commands = of_web, .down = "all")
SCENE(one_unresolved, .commands = of_web, .down = "192.168.2.12")
SCENE(lost, .commands = of_web, .lost = "192.168.254.0/32")
SCENE(fib_missing, .commands = of_fib, .missing = "192.168.254.0/32")
SCENE(fib_different, .commands = of_fib, .different = "192.168.254.0/32")
SCENE(fib_foreign, .commands = of_fib, .foreign = "192.168.254.0/32")
SCENE(fib_stray, .commands = of_fib, .stray = "192.168.254.200/32")
SCENE(fib_elsewhere, .commands = of_fib, .elsewhere = "a rule")
SCENE(fib_off, .commands = of_fib, .fib_off = "not available on this system")
SCENE(refused, .commands = of_web, .refused = "192.168.254.0/32")
SCENE(denied, .commands = of_web, .refused = "192.168.254.0/32", .route_map = "no-lb")
SCENE(permitted, .commands = of_web, .route_map = "no-lb")
SCENE(rival, .commands = of_web, .rivals = 1)
SCENE(unconfirmed, .commands = of_web, .quiet = true)
SCENE(many_nodes, .commands = of_many, .nodes = 1000, .limit = 256)
SCENE(unknown_release, .commands = of_many, .strange = true)
SCENE(damaged, .commands = of_many,
    .damaged = "assignments.json:3: damaged: its checksum is wrong")
SCENE(unread, .commands = of_source, .unread = true,
    .outage = "/etc/grevy/manifests.d: No such file or directory")
SCENE(outage, .commands = of_source,
    .outage = "/etc/grevy/manifests.d: No such file or directory")
SCENE(bad_file, .commands = of_source, .problem = "spec.ports[0].port: must be 1..65535")

/* Whom they are for, who announces them, and what is used up. */
SCENE(pools, .commands = of_pools,
    .config =
	"role: router\ncontroller: {enabled: yes}\n"
	"peers: [{my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1}]\n"
	"address-pools:\n"
	"- name: lan\n  protocol: bgp\n  addresses: [192.168.254.0/30, \"2001:db8::/64\"]\n"
	"  avoid-buggy-ips: yes\n"
	"  service-allocation: {priority: 7, namespaces: [default, pihole], "
	"namespace-selectors: "
	"[{match-labels: {team: a}, match-expressions: [{key: edge, operator: DoesNotExist}]}, "
	"{match-expressions: [{key: zone, operator: In, values: [x, y]}, {key: old, operator: "
	"NotIn, values: [z]}]}], service-selectors: [{match-labels: {app: web}}]}\n"
	"  bgp-advertisements:\n"
	"  - {aggregation-length: 30, localpref: 200, communities: [\"64512:1\", "
	"\"64512:2\"]}\n"
	"  - {node-selectors: [{match-labels: {rack: a}}], service-selectors: "
	"[{match-expressions: "
	"[{key: app, operator: Exists}]}]}\n"
	"- {name: wide, protocol: bgp, addresses: [10.0.0.0/8]}\n"
	"- name: low\n  protocol: layer2\n  addresses: [192.168.250.1/32]\n  auto-assign: no\n"
	"  service-allocation: {namespace-selectors: [{}]}\n"
	"  l2-advertisements: [{interfaces: [eth0, eth1]}]\n")

#define CUSTOM(kind, name, spec)                                                               \
	"---\napiVersion: metallb.io/v1beta1\nkind: " kind "\nmetadata: {name: " name          \
	", namespace: metallb-system, labels: {zone: a}}\nspec: {" spec "}\n"
/* MetalLB's objects beside the file: some are refused. */
SCENE(policy, .commands = of_policy, .api = true,
    .config = "role: router\ncontroller: {enabled: yes}\npolicy-from: [file, crds]\n"
	      "address-pools: [{name: file, protocol: bgp, addresses: [192.168.250.0/24]}]\n",
    .objects = CUSTOM("IPAddressPool", "lan",
	"addresses: [192.168.254.0/24], serviceAllocation: {namespaces: [default]}")
	CUSTOM("IPAddressPool", "silent", "addresses: [192.168.253.0/24]") CUSTOM(
	    "IPAddressPool", "overlaps", "addresses: [192.168.250.0/30]")
	    CUSTOM("IPAddressPool", "wrong", "addresses: [192.168.254.300]") CUSTOM(
		"BGPAdvertisement", "both", "ipAddressPools: [lan], aggregationLength: 24")
		CUSTOM("L2Advertisement", "near",
		    "ipAddressPools: [lan], interfaces: [eth0], nodeSelectors: [{matchLabels: "
		    "{rack: a}}]"))

SCENE(api, .commands = of_api, .api = true)
SCENE(api_insecure, .commands = of_cluster, .api = true, .insecure = true)
SCENE(api_away, .commands = of_cluster, .api = true,
    .outage = "https://192.0.2.1:6443: Connection refused")
SCENE(api_forbidden, .commands = of_cluster, .api = true, .forbidden = "services")
SCENE(api_unread, .commands = of_cluster, .api = true, .unread = true,
    .no_account = "/etc/grevy/kubeconfig: No such file or directory")
SCENE(api_standby, .commands = of_cluster, .api = true, .leader = "gateway2_77aa")
SCENE(api_nobody, .commands = of_cluster, .api = true, .leader = "",
    .no_writing = "create leases: HTTP 403: forbidden")
SCENE(api_no_writing, .commands = of_cluster, .api = true,
    .no_writing = "patch services/status of default/web: HTTP 403: forbidden")
SCENE(api_problem, .commands = of_cluster, .api = true,
    .problem = "spec.ports[0].port: must be 1..65535")

/* The metrics of a lab with something of everything. */
static void metrics(void **state)
{
	static const struct scene s = {.name = "metrics",
	    .missing = "192.168.254.0/32",
	    .stray = "192.168.254.200/32",
	    .release = "8.\"4\\\n",
	    .outage = "gone"};
	struct lab *lab = lab_new(&s);
	struct buf b = {0};

	(void)state;
	metrics_put(&b, &lab->ctx);
	lab_compare(s.name, b.p);
	lab_free(lab);
	buf_clear(&b);
	metrics_put(&b, &(struct vty_context){.version = "0"});
	assert_non_null(strstr(b.p, "grevy_source_synced 0\n"));
	free(b.p);
}

static void metrics_of_an_api(void **state)
{
	static const struct scene s = {.name = "metrics_api", .api = true, .insecure = true};
	struct lab *lab = lab_new(&s);
	struct buf b = {0}, part = {0};
	const char *from;

	(void)state;
	metrics_put(&b, &lab->ctx);
	/* The rest is in metrics.golden. */
	from = strstr(b.p, "# HELP grevy_kubernetes_up");
	assert_non_null(from);
	buf_add(&part, from, (size_t)(strstr(from, "# HELP grevy_rib_routes") - from));
	lab_compare(s.name, part.p);
	lab_free(lab);
	free(b.p);
	free(part.p);
}

SCENE(node, .commands = on_a_node, .node = "n1")
SCENE(node_unknown, .commands = of_node, .node = "n9")
SCENE(node_lo_down, .commands = of_node, .node = "n1", .lo_down = true)

/* Layer 2 on a node: owned, another's, waiting, and in conflict. */
static void several(struct lab *lab)
{
	struct l2_owners_view *v = fake_l2.owners;

	l2_cast(lab);
	for (size_t i = 1; i < 4; i++) {
		v[i] = v[0];
		v[i].addr.addr[3] = (uint8_t)(240 + i);
		v[i].n_ifindex = 0;
	}
	v[1].state = L2_OTHER;
	v[1].owner = "n2";
	v[2].state = L2_WAITS;
	v[2].owner = "n2";
	v[3].state = L2_CONFLICT;
	v[3].owner = NULL;
	memcpy(v[3].mac, "\x02\x00\x00\x00\x00\x99", 6);
	fake_l2.n_owners = 4;
	fake_l2.problems[1] = "eth0: Network is down";
}

/* Nothing to do, and nothing that could be done. */
static void idle(struct lab *lab)
{
	lab->ctx.l2 = (const struct l2 *)lab;
	fake_l2 = (struct fake_l2){
	    .summary = {.error = "cannot see the interfaces: Function not implemented",
			.cut_off = true}
        };
}

/* Role router: there is nothing to be said of it, though the part is there. */
static const char *const of_router[] = {
    "show l2", "show services default/web | include State", NULL};
SCENE(l2_router, .commands = of_router, .arrange = idle)

#define L2_NODE                                                                                \
	.node = "n1", .commands = of_l2,                                                       \
	.config = "role: node\nnode-name: n1\ncontroller: {enabled: yes}\naddress-pools:\n"    \
		  "- {name: lan, protocol: layer2, addresses: [192.168.2.240/28]}\n"
SCENE(l2, L2_NODE, .arrange = several)
SCENE(l2_idle, L2_NODE, .arrange = idle)

static void metrics_of_layer_2(void **state)
{
	static const struct scene s = {.name = "metrics_l2", L2_NODE, .arrange = several};
	struct lab *lab = lab_new(&s);
	struct buf b = {0}, part = {0};
	const char *from, *to;

	(void)state;
	metrics_put(&b, &lab->ctx);
	from = strstr(b.p, "# HELP grevy_l2_");
	assert_non_null(from);
	to = strstr(from, "# HELP grevy_zserv_up");
	assert_non_null(to);
	buf_add(&part, from, (size_t)(to - from)); /* the rest is in metrics.golden */
	lab_compare(s.name, part.p);
	/* What was of an address goes with it. */
	fake_l2.n_owners = 0;
	buf_clear(&b);
	metrics_put(&b, &lab->ctx);
	assert_null(strstr(b.p, "192.168.2.240"));
	assert_non_null(strstr(b.p, "grevy_l2_addresses{state=\"owner\"} 0\n"));
	lab_free(lab);
	free(b.p);
	free(part.p);
}

/* Nothing is there yet: each command says so, none falls over. */
static void without_parts_commands_say_so(void **state)
{
	static const char *const commands[] = {"show nodes", "show pools", "show queue",
	    "show fib", "show l2", "show l2 interfaces", "show l2 peers", "show rib",
	    "show running-config", "show services", "show zserv", "why 192.0.2.1", "why a/b",
	    "why node n"};
	struct lab lab = {.ctx = {.version = "0.0.1"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct buf b = {0};

		assert_int_equal(lab_ask(&lab, commands[i], &b), VTY_WARNING);
		assert_memory_equal(b.p, "% There is no ", 14);
		free(b.p);
		lab_check_json(&lab, commands[i]);
	}
	lab_check_json(&lab, "show version");
	lab_check_json(&lab, "show memory");
}

static void version_and_memory_are_told(void **state)
{
	static const struct scene s = {.name = ""};
	struct lab *lab = lab_new(&s);
	struct buf b = {0};

	(void)state;
	assert_int_equal(lab_ask(lab, "show version", &b), VTY_OK);
	assert_memory_equal(b.p, "grevy 0.0.1 (", 13);
	assert_non_null(strstr(b.p, ").\nStarted: "));
	assert_non_null(strstr(b.p, " 2026-01-01T00:00:00Z\nUp: "));
	assert_non_null(strstr(b.p, " 01:00:00\n"));
	buf_clear(&b);
	assert_int_equal(lab_ask(lab, "show memory", &b), VTY_OK);
	assert_non_null(strstr(b.p, "\n  Services:                 14\n"));
	lab_check_json(lab, "show version");
	lab_check_json(lab, "show memory");
	free(b.p);
	lab_free(lab);
}

/* What who knows FRR types besides. */
static void words_of_frr_are_answered(void **state)
{
	static const struct {
		const char *line, *answer;
		enum vty_rc rc;
	} rows[] = {
	    {"find running",                   "  show running-config [all] [json]\n",                   VTY_OK     },
	    {"find SHOW.LOG",                  "  show log [json]\n",                                    VTY_OK     },
	    {"find (",			 "% Regex compilation error: ",                            VTY_WARNING},
	    {"find ((a{255}){255}){255}",      "% Regex compilation error: it is too large\n",
             VTY_WARNING											    },
	    {"find ~",			 "",						       VTY_OK     },
	    {"list | include ^  show version", "  show version [json]\n",                                VTY_OK     },
	    {"wr",			     "% Nothing to write: the configuration is grevyd.yaml\n", VTY_WARNING},
	    {"write mem",                      "% Nothing to write: the configuration is grevyd.yaml\n",
             VTY_WARNING											    },
	    {"copy run start",                 "% Nothing to write: the configuration is grevyd.yaml\n",
             VTY_WARNING											    },
	    {"conf t",
             "% The configuration is grevyd.yaml: edit it, check it by grevyd -t, then "
		"reload grevyd\n",								       VTY_WARNING},
	    {"wr t | count address-pool",      "2\n",						    VTY_OK     },
	};
	static const struct scene s = {.name = ""};
	struct lab *lab = lab_new(&s);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = {0};

		assert_int_equal(lab_ask(lab, rows[i].line, &b), rows[i].rc);
		if (strcmp(rows[i].line, "find (") == 0) /* the rest is the C library's */
			b.p[strlen(rows[i].answer)] = '\0';
		assert_string_equal(b.p, rows[i].answer);
		free(b.p);
	}
	lab_free(lab);
}

/* The words that a row begins with, two at most: "show vty". */
static void first_words(const char *row, char *to, size_t cap)
{
	size_t n = 0, blanks = 0;

	while (row[n] && strchr("abcdefghijklmnopqrstuvwxyz- ", row[n]) && n + 1 < cap) {
		blanks += row[n] == ' ';
		if (blanks == 2)
			break;
		n++;
	}
	while (n && row[n - 1] == ' ')
		n--;
	memcpy(to, row, n);
	to[n] = '\0';
}

static void every_command_has_its_place_in_the_man_page(void **state)
{
	char *page = lab_file("../../../man/grevysh.8", NULL), words[64];

	(void)state;
	assert_non_null(strstr(page, ".Sh COMMANDS"));
	for (size_t i = 0; i < vty_commands.n_commands; i++) {
		const struct vty_command *c = &vty_commands.commands[i];

		first_words(c->words, words, sizeof(words));
		if (!(c->flags & VTY_HIDDEN) && !strstr(page, words))
			fail_msg("man/grevysh.8 has no %s", words);
	}
	free(page);
}

static void names_complete(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
	    {"complete why pihole/dns-t",     "pihole/dns-tcp\n"    },
	    {"complete why node n",           "n1\nn2\nn3\nn4\nn5\n"},
	    {"complete show services other/", "other/web\n"         },
	    {"complete show rib 192.168.250", "192.168.250.1/32\n"  },
	    {"complete why 192.168.250",      "192.168.250.1\n"     },
	    {"complete debug z",              "zserv\n"             },
	    {"complete sho",                  "show\n"              },
	};
	static const struct scene s = {.name = ""};
	struct lab *lab = lab_new(&s);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = {0};

		assert_int_equal(lab_ask(lab, rows[i].line, &b), VTY_OK);
		assert_string_equal(b.p, rows[i].words);
		free(b.p);
	}
	lab_free(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(show),
	    cmocka_unit_test(json),
	    cmocka_unit_test(no_socket),
	    cmocka_unit_test(key_held),
	    cmocka_unit_test(unresolved),
	    cmocka_unit_test(one_unresolved),
	    cmocka_unit_test(lost),
	    cmocka_unit_test(fib_missing),
	    cmocka_unit_test(fib_different),
	    cmocka_unit_test(fib_foreign),
	    cmocka_unit_test(fib_stray),
	    cmocka_unit_test(fib_elsewhere),
	    cmocka_unit_test(fib_off),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(denied),
	    cmocka_unit_test(permitted),
	    cmocka_unit_test(rival),
	    cmocka_unit_test(unconfirmed),
	    cmocka_unit_test(many_nodes),
	    cmocka_unit_test(unknown_release),
	    cmocka_unit_test(damaged),
	    cmocka_unit_test(unread),
	    cmocka_unit_test(outage),
	    cmocka_unit_test(bad_file),
	    cmocka_unit_test(pools),
	    cmocka_unit_test(policy),
	    cmocka_unit_test(api),
	    cmocka_unit_test(api_insecure),
	    cmocka_unit_test(api_away),
	    cmocka_unit_test(api_forbidden),
	    cmocka_unit_test(api_unread),
	    cmocka_unit_test(api_standby),
	    cmocka_unit_test(api_nobody),
	    cmocka_unit_test(api_no_writing),
	    cmocka_unit_test(api_problem),
	    cmocka_unit_test(metrics),
	    cmocka_unit_test(metrics_of_an_api),
	    cmocka_unit_test(l2),
	    cmocka_unit_test(l2_idle),
	    cmocka_unit_test(l2_router),
	    cmocka_unit_test(metrics_of_layer_2),
	    cmocka_unit_test(node),
	    cmocka_unit_test(node_unknown),
	    cmocka_unit_test(node_lo_down),
	    cmocka_unit_test(without_parts_commands_say_so),
	    cmocka_unit_test(version_and_memory_are_told),
	    cmocka_unit_test(words_of_frr_are_answered),
	    cmocka_unit_test(every_command_has_its_place_in_the_man_page),
	    cmocka_unit_test(names_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
