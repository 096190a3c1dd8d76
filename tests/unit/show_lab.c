/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_lab.c - a cluster read from tests/data/vty/lab.yaml, with the real core and the real
 * route states, and a zebra that says what the scene wants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/desired.h"
#include "announcer/policy_set.h"
#include "announcer/util.h"
#include "fake_outputs.h"
#include "k8s/decode.h"
#include "k8s/yamldoc.h"
#include "show_cluster.h"
#include "show_kernel.h"
#include <cmocka.h>
#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/socket.h>

/* A file of tests/data. */
static char *data_file(const char *folder, const char *name, size_t *len)
{
	struct buf b = {0};
	char path[512], piece[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", getenv("TEST_DATA"), folder, name);
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

char *lab_file(const char *name, size_t *len)
{
	return data_file("vty", name, len);
}

/* As the API server's words for what is of metallb.io tell. */
static int decode(struct json_object *o, struct k8s_object **to, struct k8s_decode_error *e)
{
	struct json_object *api = NULL, *kind = NULL;
	char resource[64];

	json_object_object_get_ex(o, "apiVersion", &api);
	json_object_object_get_ex(o, "kind", &kind);
	if (!api || strncmp(json_object_get_string(api), "metallb.io/", 11) != 0)
		return k8s_object_decode(o, to, e);
	snprintf(resource, sizeof(resource), "%ss", json_object_get_string(kind));
	for (char *p = resource; *p; p++)
		*p = (char)tolower(*p);
	return k8s_object_decode_as(K8S_CUSTOM, resource, o, to, e);
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

		if (decode(doc.docs[i], &o, &e) != 0)
			fail_msg("document %zu: %s: %s", i, e.field, e.expected);
		assert_non_null(o);
		policy_set_put(lab->policy, o);
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
	if ((lab->n_routes & (lab->n_routes + 1)) == 0)
		lab->routes =
		    xrealloc(lab->routes, lab->n_routes * 2 + 2, sizeof(*lab->routes));
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

void lab_zebra(struct lab *lab)
{
	const struct scene *s = lab->scene;
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
			zroutes_verdict(fake.routes, p, false,
			    s->winner ? s->winner : "static, distance 1", NOW_MS);
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
	    .release = s->state     ? ""
	               : s->release ? s->release
	                            : "8.4.4",
	    .release_from = "zebra.vty",
	    .release_exact = !s->strange,
	    .type = s->state ? "" : "openfabric",
	    .graceful = !s->vty_error,
	    .vty_error = s->vty_error ? s->vty_error : "",
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
	else if (s->why)
		lab->conf->manifests = xstrdup("/etc/grevy/manifests.d");
	if (!s->problem)
		return;
	lab->problem.where =
	    TEXT(s->api ? "services pihole/dns" : "/etc/grevy/manifests.d/dns.yaml:14:7");
	lab->problem.what = (char *)(uintptr_t)s->problem;
	lab->source.problems = &lab->problem;
	lab->source.n_problems = 1;
}

static void read_config(struct lab *lab, const struct scene *s)
{
	struct conf_errors errors = {0};
	size_t len = s->config ? strlen(s->config) : 0;
	char *text = s->config ? xstrdup(s->config)
	             : s->why  ? data_file("why", "grevyd.yaml", &len)
	                       : lab_file("grevyd.yaml", &len);

	lab->conf = conf_parse(text, len, "grevyd.yaml", &errors);
	if (!lab->conf)
		fail_msg("%s: %s", s->name, errors.lines.n ? errors.lines.v[0] : "");
	free(text);
}

static void feed_objects(struct lab *lab, const struct scene *s)
{
	size_t len;
	char *text =
	    s->why ? data_file("why", "cluster.yaml", &len) : lab_file("lab.yaml", &len);

	if (!s->empty && !(s->why && s->unread))
		feed(lab, text, len);
	free(text);
	if (s->objects)
		feed(lab, s->objects, strlen(s->objects));
	feed_nodes(lab, s->nodes);
}

/* What the daemon's core is told of the configuration and the router. */
static void core_start(struct lab *lab, const struct scene *s)
{
	struct prefix connected;
	struct eligible_router router = {.connected = &connected,
	    .n_connected = 1,
	    .max_nexthops = s->limit ? s->limit : 16,
	    .v4_over_v6 = true};

	prefix_parse("192.168.2.0/24", &connected);
	lab->store = store_new();
	lab->alloc = alloc_new(lab->store);
	lab->rib = rib_new();
	lab->policy = policy_set_new();
	policy_set_file(lab->policy, lab->conf, false);
	lab->desired = desired_new(lab->store, lab->alloc, lab->rib);
	desired_set_node(lab->desired, s->node);
	desired_set_router(lab->desired, &router);
}

/* Of the file and of what was fed. */
static void rules_start(struct lab *lab, const struct scene *s)
{
	bool assigns = lab->conf->controller && !(s->api && s->leader);
	struct alloc_rules rules = {.lb_class = lab->conf->lb_class,
	    .controller = assigns,
	    .standby = lab->conf->controller && !assigns,
	    .share_local = lab->conf->share_local,
	    .cool_down_s = lab->conf->cool_down_s};

	policy_set_listed(lab->policy);
	lab->rules = policy_set_make(lab->policy, NULL);
	rules.policy = &lab->rules->policy;
	desired_set_rules(lab->desired, &rules);
}

struct lab *lab_new(const struct scene *s)
{
	struct lab *lab = xcalloc(1, sizeof(*lab));

	lab->scene = s;
	read_config(lab, s);
	core_start(lab, s);
	feed_objects(lab, s);
	rules_start(lab, s);
	if (s->prepare)
		s->prepare(lab);
	zebra_start(lab, s);
	desired_run(lab->desired, NULL);
	rib_commit(lab->rib);
	lab_zebra(lab);
	lab_zebra(lab);
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
	    .policy = lab->policy,
	    .rules = lab->rules,
	    .store = lab->store,
	    .alloc = lab->alloc,
	    .desired = lab->desired,
	    .rib = lab->rib,
	    .zserv = (const struct out_zserv *)lab,
	    .queue = (const struct queue *)lab,
	    .source = &lab->source,
	    .problems = &lab->damage,
	    .n_problems = s->damaged ? 1 : 0};
	lab->damage = (struct vty_problem){"state file", s->damaged,
	    "Services without a status may have got other addresses",
	    "put a backup in its place, then: systemctl restart grevyd"};
	if (s->zebra_off) {
		fake.status.state = ZSERV_OFF;
		fake.status.state_text = "off";
		fake.status.reason = s->zebra_off;
	}
	if (s->arrange)
		s->arrange(lab);
	return lab;
}

void lab_free(struct lab *lab)
{
	desired_free(lab->desired);
	audit_free(fake.audit);
	zroutes_free(fake.routes);
	alloc_free(lab->alloc);
	store_free(lab->store);
	rib_free(lab->rib);
	rules_free(lab->rules);
	policy_set_free(lab->policy);
	conf_free(lab->conf);
	free(lab->routes);
	free(lab);
}

enum vty_rc lab_ask(struct lab *lab, const char *line, struct buf *reply)
{
	const struct vty_now now = {NOW_S, NOW_MS};
	struct vty_session session = {.enabled = true};

	buf_str(reply, "");
	return vty_execute(&lab->ctx, &session, line, &now, reply);
}

/* The same in JSON can be read. */
void lab_check_json(struct lab *lab, const char *line)
{
	struct buf json = {0}, b = {0};
	struct json_object *o;

	buf_fmt(&json, "%s json", line);
	lab_ask(lab, json.p, &b);
	o = json_tokener_parse(b.p);
	if (!o)
		fail_msg("%s: not JSON: %s", json.p, b.p);
	json_object_put(o);
	free(json.p);
	free(b.p);
}

static void compare(const char *folder, const char *file, const char *got)
{
	char path[512];
	char *want;
	FILE *f;

	if (getenv("GOLDEN_WRITE")) {
		snprintf(path, sizeof(path), "%s/%s/%s", getenv("TEST_DATA"), folder, file);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	want = data_file(folder, file, NULL);
	assert_string_equal(got, want);
	free(want);
}

void lab_compare(const char *name, const char *got)
{
	char file[128];

	snprintf(file, sizeof(file), "%s.golden", name);
	compare("vty", file, got);
}

static void play_one(struct lab *lab, const char *command, struct buf *all)
{
	struct buf b = {0};
	enum vty_rc rc = lab_ask(lab, command, &b);

	buf_fmt(all, "> %s\n%s< %d\n\n", command, b.p, rc);
	free(b.p);
	if (rc <= VTY_WARNING && strncmp(command, "clear", 5) != 0 && !strpbrk(command, "|") &&
	    !strstr(command, "json"))
		lab_check_json(lab, command);
}

void lab_play(const struct scene *s)
{
	struct lab *lab = lab_new(s);
	struct buf all = {0};
	char file[128];

	if (s->why)
		play_one(lab, s->why, &all);
	for (size_t i = 0; s->commands && s->commands[i]; i++)
		play_one(lab, s->commands[i], &all);
	snprintf(file, sizeof(file), "%s.%s", s->name, s->why ? "txt" : "golden");
	compare(s->why ? "why" : "vty", file, all.p);
	free(all.p);
	lab_free(lab);
}

void lab_play_state(void **state)
{
	lab_play(*state);
}
