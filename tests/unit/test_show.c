/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands over a cluster read from tests/data/vty/lab.yaml, with the real core and the
 * real route states, and a zebra that says what the scene wants. Text and JSON are compared
 * with golden files; every answer in JSON must be valid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/desired.h"
#include "announcer/http/metrics.h"
#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include "fake_outputs.h"
#include "k8s/decode.h"
#include "k8s/yamldoc.h"
#include "show_cluster.h"
#include "show_kernel.h"
#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/socket.h>

static char *read_file(const char *name, size_t *len)
{
	struct buf b = {0};
	char path[512], piece[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/vty/%s", getenv("TEST_DATA"), name);
	f = fopen(path, "r");
	buf_str(&b, "");
	while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&b, piece, n);
	if (f)
		fclose(f);
	if (len)
		*len = b.len;
	return b.p;
}

static void feed(struct lab *lab, const char *text, size_t len)
{
	struct yamldoc_error at;
	struct yamldoc doc;

	if (yamldoc_parse(text, len, &doc, &at) != 0)
		fail_msg("%u:%u: %s", at.line, at.col, at.what);
	for (size_t i = 0; i < doc.n; i++) {
		struct k8s_decode_error e;
		struct k8s_object *o = NULL;

		if (k8s_object_decode(doc.docs[i], &o, &e) != 0)
			fail_msg("document %zu: %s: %s", i, e.field, e.expected);
		assert_non_null(o);
		store_apply(lab->store, k8s_event_new(K8S_PUT, o));
	}
	yamldoc_fini(&doc);
}

static void feed_nodes(struct lab *lab, unsigned n)
{
	struct buf b = {0};

	for (unsigned i = 1; i <= n; i++)
		buf_fmt(&b,
		    "---\nkind: Node\napiVersion: v1\nmetadata: {name: m%04u}\n"
		    "status: {addresses: [{type: InternalIP, address: 192.168.%u.%u}]}\n",
		    i, 100 + i / 250, 1 + i % 250);
	if (n)
		feed(lab, b.p, b.len);
	free(b.p);
}

/* ---- zebra ---- */

static void on_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	struct lab *lab = arg;

	(void)nh;
	(void)n;
	assert_true(lab->n_routes < ROUTES_MAX);
	lab->routes[lab->n_routes++] = *p;
}

static void on_del(const struct prefix *p, void *arg)
{
	(void)p;
	(void)arg;
}

static void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	struct lab *lab = arg;

	assert_true(on && lab->n_gateways < GATEWAYS_MAX);
	lab->gateways[lab->n_gateways++] = *nh;
}

static void announce(const struct rib_route *route, void *arg)
{
	(void)arg;
	zroutes_want(fake.routes, route, NOW_MS);
}

static void withdraw(const struct prefix *prefix, void *arg)
{
	(void)arg;
	zroutes_withdraw(fake.routes, prefix, NOW_MS);
}

static void zebra_answers(struct lab *lab, const struct scene *s)
{
	char b[PREFIX_STRLEN];

	for (size_t i = 0; i < lab->n_gateways; i++) {
		struct znh nh = {.addr = lab->gateways[i], .state = ZNH_UP, .ifindex = 3};

		ipaddr_str(&nh.addr, b);
		if (s->down && (strcmp(s->down, "all") == 0 || strcmp(s->down, b) == 0))
			nh = (struct znh){.addr = nh.addr, .state = ZNH_DOWN};
		zroutes_nexthop(fake.routes, &nh, NOW_MS);
	}
	for (size_t i = 0; i < lab->n_routes && !s->quiet; i++) {
		const struct prefix *p = &lab->routes[i];

		prefix_str(p, b);
		if (s->lost && strcmp(s->lost, b) == 0) {
			zroutes_note(fake.routes, p, ZNOTE_BETTER_ADMIN_WON, NOW_MS);
			zroutes_verdict(fake.routes, p, false, "static [1/0]", NOW_MS);
		} else if (s->refused && strcmp(s->refused, b) == 0) {
			zroutes_note(fake.routes, p, ZNOTE_FAIL_INSTALL, NOW_MS);
		} else {
			zroutes_note(fake.routes, p, ZNOTE_INSTALLED, NOW_MS);
		}
	}
}

static void zebra_start(struct lab *lab, const struct scene *s)
{
	static const struct zroutes_ops ops = {
	    .add = on_add, .del = on_del, .track = on_track, .ask = on_del};
	static const struct out_ops out = {
	    .name = "zserv", .announce = announce, .withdraw = withdraw};

	fake.routes = zroutes_new(lab->rib, &ops, lab);
	fake.iface = (struct zserv_iface){.ifindex = 3, .name = "eth1", .up = true};
	fake.status = (struct zserv_status){
	    .state = s->state ? s->state : ZSERV_UP,
	    .state_text = s->state_text ? s->state_text : "up",
	    .reason = s->reason ? s->reason : "",
	    .socket = "/run/frr/zserv.api",
	    .vty_socket = "/run/frr/zebra.vty",
	    .release = s->state ? "" : "8.4.4",
	    .release_from = "zebra.vty",
	    .release_exact = !s->strange,
	    .type = s->state ? "" : "openfabric",
	    .graceful = true,
	    .stale_s = 600,
	    .ecmp = s->limit ? s->limit : 16,
	    .up_since_s = s->state ? 0 : NOW_S - 60,
	    .retry_in_ms = s->state ? 250 : -1,
	    .connects = 1,
	    .messages_out = 12,
	    .route_map = {s->route_map, ""},
	    .rivals = s->rivals,
	};
	if (fake.status.state == ZSERV_UP)
		zroutes_up(fake.routes, fake.status.ecmp, NOW_MS);
	if (s->node)
		fake.iface = (struct zserv_iface){.ifindex = 1, .name = "lo", .loopback = true};
	if (s->node && fake.status.state == ZSERV_UP)
		zroutes_loopback(fake.routes, s->lo_down ? 0 : 1, NOW_MS);
	rib_attach(lab->rib, &out, lab);
}

/* ---- the lab ---- */

static void source_start(struct lab *lab, const struct scene *s)
{
	lab->source = (struct k8s_state){.synced = !s->unread,
	    .whole = !s->unread && !s->problem,
	    .outage_s = s->outage ? NOW_S - 600 : 0,
	    .outage = (char *)(uintptr_t)s->outage,
	    .files = 3};
	if (s->api)
		cluster_start(lab, s);
	if (!s->problem)
		return;
	lab->problem.where =
	    TEXT(s->api ? "services pihole/dns" : "/etc/grevy/manifests.d/dns.yaml:14:7");
	lab->problem.what = (char *)(uintptr_t)s->problem;
	lab->source.problems = &lab->problem;
	lab->source.n_problems = 1;
}

static struct lab *lab_new(const struct scene *s)
{
	struct lab *lab = xcalloc(1, sizeof(*lab));
	struct prefix connected;
	struct eligible_router router = {.connected = &connected,
	    .n_connected = 1,
	    .max_nexthops = s->limit ? s->limit : 16,
	    .v4_over_v6 = true};
	struct conf_errors errors = {0};
	struct alloc_rules rules;
	size_t len;
	char *text = read_file("grevyd.yaml", &len);

	prefix_parse("192.168.2.0/24", &connected);
	lab->conf = conf_parse(text, len, "grevyd.yaml", &errors);
	assert_non_null(lab->conf);
	free(text);
	lab->store = store_new();
	lab->alloc = alloc_new(lab->store);
	lab->rib = rib_new();
	lab->desired = desired_new(lab->store, lab->alloc, lab->rib);
	rules = (struct alloc_rules){
	    .policy = &lab->conf->policy, .lb_class = "", .controller = true};
	desired_set_rules(lab->desired, &rules);
	desired_set_node(lab->desired, s->node);
	desired_set_router(lab->desired, &router);
	text = read_file("lab.yaml", &len);
	feed(lab, text, len);
	free(text);
	feed_nodes(lab, s->nodes);
	zebra_start(lab, s);
	desired_run(lab->desired, NULL);
	rib_commit(lab->rib);
	zebra_answers(lab, s);
	zebra_answers(lab, s);
	kernel_start(lab, s);
	source_start(lab, s);
	fake.queue = (struct queue_stats){.events = 40,
	    .last_queued_ns = (NOW_MS - 5000) * 1000000ull,
	    .depth_max = 39,
	    .high_water = 1024,
	    .dir = s->api ? NULL : "/etc/grevy/manifests.d"};
	lab->ctx = (struct vty_context){.version = "0.0.1",
	    .started_s = NOW_S - 3600,
	    .conf = lab->conf,
	    .store = lab->store,
	    .alloc = lab->alloc,
	    .desired = lab->desired,
	    .rib = lab->rib,
	    .zserv = (const struct out_zserv *)lab,
	    .queue = (const struct queue *)lab,
	    .source = &lab->source,
	    .problems = &lab->damage,
	    .n_problems = s->damaged ? 1 : 0};
	lab->damage = (struct vty_problem){"state file", s->damaged, "restore it"};
	return lab;
}

static void lab_free(struct lab *lab)
{
	desired_free(lab->desired);
	audit_free(fake.audit);
	zroutes_free(fake.routes);
	alloc_free(lab->alloc);
	store_free(lab->store);
	rib_free(lab->rib);
	conf_free(lab->conf);
	free(lab);
}

static enum vty_rc ask(struct lab *lab, const char *line, struct buf *reply)
{
	const struct vty_now now = {NOW_S, NOW_MS};
	struct vty_session session = {.enabled = true};

	buf_str(reply, "");
	return vty_execute(&lab->ctx, &session, line, &now, reply);
}

/* The same in JSON can be read. */
static void check_json(struct lab *lab, const char *line)
{
	struct buf json = {0}, b = {0};
	struct json_object *o;

	buf_fmt(&json, "%s json", line);
	ask(lab, json.p, &b);
	o = json_tokener_parse(b.p);
	if (!o)
		fail_msg("%s: not JSON: %s", json.p, b.p);
	json_object_put(o);
	free(json.p);
	free(b.p);
}

static void compare(const char *name, const char *got)
{
	char file[128], path[512];
	char *want;
	FILE *f;

	snprintf(file, sizeof(file), "%s.golden", name);
	if (getenv("GOLDEN_WRITE")) {
		snprintf(path, sizeof(path), "%s/vty/%s", getenv("TEST_DATA"), file);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	want = read_file(file, NULL);
	assert_string_equal(got, want);
	free(want);
}

static void play(const struct scene *s)
{
	struct lab *lab = lab_new(s);
	struct buf all = {0};

	for (size_t i = 0; s->commands[i]; i++) {
		struct buf b = {0};
		enum vty_rc rc = ask(lab, s->commands[i], &b);

		buf_fmt(&all, "> %s\n%s< %d\n\n", s->commands[i], b.p, rc);
		free(b.p);
		if (!strpbrk(s->commands[i], "|") && !strstr(s->commands[i], "json"))
			check_json(lab, s->commands[i]);
	}
	compare(s->name, all.p);
	free(all.p);
	lab_free(lab);
}

static const char *const all_is_well[] = {"show services", "show services pihole/dns-tcp",
    "show services default/dual", "show services default/two-v4", "show services dns-udp",
    "show services web", "show services nobody/home", "show nodes", "show nodes n1",
    "show nodes n9", "show pools", "show rib", "show rib 192.168.254.6",
    "show rib 2001:db8::/32", "show rib 10.0.0.0/8", "show zserv", "show fib", "show queue",
    "show running-config", "show log", NULL};
static const char *const in_json[] = {"show services json", "show services default/dual json",
    "show nodes json", "show nodes n1 json", "show pools json", "show rib json",
    "show zserv json", "show fib json", "show queue json", "show log json",
    "why pihole/dns-tcp json", "why default/idle json", "why 10.1.1.1 json", "why node n3 json",
    "show services x/y json", NULL};
static const char *const why_services[] = {"why pihole/dns-tcp", "why 192.168.254.6",
    "why default/web", "why default/dual", "why default/outside", "why default/two-v4",
    "why default/idle", "why default/no-ip", "why default/excluded", "why default/classy",
    "why default/internal", "why default/tiny-2", "why other/web", "why web",
    "why piole/dns-tpc", "why nobody/home", "why 10.9.9.9", "why 192.168.254.7",
    "why 203.0.113.9", "why 192.168.2.11", "why node n1", "why node n3", "why node n4",
    "why node n5", "why node n9", "why node nn1", NULL};
static const char *const why_web[] = {
    "show services", "why default/web", "show zserv", "show rib", NULL};
static const char *const on_a_node[] = {"show services", "show services default/web",
    "show services pihole/dns-tcp json", "show nodes", "show nodes n1", "show rib",
    "show rib json", "show zserv", "show zserv json", "why default/web", "why pihole/dns-tcp",
    "why default/idle", "why default/dual", "why default/excluded", "why node n1",
    "why node n3", NULL};
static const char *const why_node[] = {
    "show services", "why default/web", "show zserv | include interface", NULL};
static const char *const why_kernel[] = {"show fib", "show fib 192.168.254.0",
    "show fib 192.168.254.6", "show services", "why default/web", NULL};
static const char *const why_source[] = {
    "why default/web", "why default/nothing", "why node n1", "show queue", NULL};
static const char *const of_api[] = {"show kubernetes", "show kubernetes json", "show queue",
    "why default/web", "why default/tiny-2", "why default/nothing", "why node n1", NULL};
static const char *const why_api[] = {
    "show kubernetes", "why default/web", "why default/tiny-2", NULL};
static const char *const why_many[] = {"why default/web", "show zserv | count resolved",
    "show services | include default/web", NULL};

#define SCENE(f, ...)                                                                          \
	static void f(void **state)                                                            \
	{                                                                                      \
		static const struct scene s = {.name = #f, __VA_ARGS__};                       \
		(void)state;                                                                   \
		play(&s);                                                                      \
	}

SCENE(show, .commands = all_is_well)
SCENE(json, .commands = in_json)
SCENE(why, .commands = why_services)
SCENE(no_socket, .commands = why_web, .state = ZSERV_NO_SOCKET, .state_text = "no socket",
    .reason = "connect /run/frr/zserv.api: Permission denied")
SCENE(key_held, .commands = why_web, .state = ZSERV_KEY_HELD,
    .state_text = "key held by another grevyd", .reason = "openfabric instance 0: pid 4711")
SCENE(unresolved, .commands = why_web, .down = "all")
SCENE(one_unresolved, .commands = why_web, .down = "192.168.2.12")
SCENE(lost, .commands = why_web, .lost = "192.168.254.0/32")
SCENE(fib_missing, .commands = why_kernel, .missing = "192.168.254.0/32")
SCENE(fib_different, .commands = why_kernel, .different = "192.168.254.0/32")
SCENE(fib_foreign, .commands = why_kernel, .foreign = "192.168.254.0/32")
SCENE(fib_stray, .commands = why_kernel, .stray = "192.168.254.200/32")
SCENE(fib_elsewhere, .commands = why_kernel, .elsewhere = "a rule")
SCENE(fib_off, .commands = why_kernel, .fib_off = "not available on this system")
SCENE(refused, .commands = why_web, .refused = "192.168.254.0/32")
SCENE(denied, .commands = why_web, .refused = "192.168.254.0/32", .route_map = "no-lb")
SCENE(permitted, .commands = why_web, .route_map = "no-lb")
SCENE(rival, .commands = why_web, .rivals = 1)
SCENE(unconfirmed, .commands = why_web, .quiet = true)
SCENE(many_nodes, .commands = why_many, .nodes = 1000, .limit = 256)
SCENE(unknown_release, .commands = why_many, .strange = true)
SCENE(damaged, .commands = why_many, .damaged = "assignments.json:3:14: must be an address")
SCENE(unread, .commands = why_source, .unread = true,
    .outage = "/etc/grevy/manifests.d: No such file or directory")
SCENE(outage, .commands = why_source,
    .outage = "/etc/grevy/manifests.d: No such file or directory")
SCENE(bad_file, .commands = why_source, .problem = "spec.ports[0].port: must be 1..65535")

SCENE(api, .commands = of_api, .api = true)
SCENE(api_insecure, .commands = why_api, .api = true, .insecure = true)
SCENE(api_away, .commands = why_api, .api = true,
    .outage = "https://192.0.2.1:6443: Connection refused")
SCENE(api_forbidden, .commands = why_api, .api = true, .forbidden = "services")
SCENE(api_unread, .commands = why_api, .api = true, .unread = true,
    .no_account = "/etc/grevy/kubeconfig: No such file or directory")
SCENE(api_standby, .commands = why_api, .api = true, .leader = "gateway2_77aa")
SCENE(api_nobody, .commands = why_api, .api = true, .leader = "",
    .no_writing = "create leases: HTTP 403: forbidden")
SCENE(api_no_writing, .commands = why_api, .api = true,
    .no_writing = "patch services/status of default/web: HTTP 403: forbidden")
SCENE(api_problem, .commands = why_api, .api = true,
    .problem = "spec.ports[0].port: must be 1..65535")

/* The metrics of a lab with something of everything. */
static void metrics(void **state)
{
	static const struct scene s = {.name = "metrics",
	    .missing = "192.168.254.0/32",
	    .stray = "192.168.254.200/32",
	    .outage = "gone"};
	struct lab *lab = lab_new(&s);
	struct buf b = {0};

	(void)state;
	fake.status.release = "8.\"4\\\n";
	metrics_put(&b, &lab->ctx);
	compare(s.name, b.p);
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
	compare(s.name, part.p);
	lab_free(lab);
	free(b.p);
	free(part.p);
}

SCENE(node, .commands = on_a_node, .node = "n1")
SCENE(node_unknown, .commands = why_node, .node = "n9")
SCENE(node_lo_down, .commands = why_node, .node = "n1", .lo_down = true)

/* Nothing is there yet: each command says so, none falls over. */
static void without_parts_commands_say_so(void **state)
{
	static const char *const commands[] = {"show nodes", "show pools", "show queue",
	    "show fib", "show rib", "show running-config", "show services", "show zserv",
	    "why 192.0.2.1", "why a/b", "why node n"};
	struct lab lab = {.ctx = {.version = "0.0.1"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct buf b = {0};

		assert_int_equal(ask(&lab, commands[i], &b), VTY_WARNING);
		assert_memory_equal(b.p, "% There is no ", 14);
		free(b.p);
		check_json(&lab, commands[i]);
	}
	check_json(&lab, "show version");
	check_json(&lab, "show memory");
}

static void version_and_memory_are_told(void **state)
{
	static const struct scene s = {.name = ""};
	struct lab *lab = lab_new(&s);
	struct buf b = {0};

	(void)state;
	assert_int_equal(ask(lab, "show version", &b), VTY_OK);
	assert_non_null(strstr(b.p, "grevyd 0.0.1\nStarted: "));
	assert_non_null(strstr(b.p, " 2026-01-01T00:00:00Z\nUp: "));
	assert_non_null(strstr(b.p, " 01:00:00\n"));
	buf_clear(&b);
	assert_int_equal(ask(lab, "show memory", &b), VTY_OK);
	assert_non_null(strstr(b.p, "\n  Services:                 14\n"));
	check_json(lab, "show version");
	check_json(lab, "show memory");
	free(b.p);
	lab_free(lab);
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

		assert_int_equal(ask(lab, rows[i].line, &b), VTY_OK);
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
	    cmocka_unit_test(why),
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
	    cmocka_unit_test(node),
	    cmocka_unit_test(node_unknown),
	    cmocka_unit_test(node_lo_down),
	    cmocka_unit_test(without_parts_commands_say_so),
	    cmocka_unit_test(version_and_memory_are_told),
	    cmocka_unit_test(names_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
