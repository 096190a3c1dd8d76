/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: every file of tests/data/conf, and what the files cannot show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/conf.h"
#include "announcer/nodename.h"
#include "announcer/util.h"
#include "conf_text.h"
#include <cmocka.h>
#include <dirent.h>
#include <limits.h>

static char *file_text(const char *folder, const char *name, size_t *len)
{
	const char *data = getenv("TEST_DATA");
	char path[PATH_MAX];
	char *text = xcalloc(65536, 1);
	FILE *f;

	snprintf(path, sizeof(path), "%s/conf/%s/%s", data ? data : "tests/data", folder, name);
	f = fopen(path, "r");
	if (!f) {
		free(text);
		return NULL;
	}
	*len = fread(text, 1, 65535, f);
	text[*len] = '\0';
	fclose(f);
	return text;
}

/* From a copy of exactly this size, so that a stray read is seen. */
static struct conf *parse_exact(
    const char *text, size_t len, const char *name, struct conf_errors *errors)
{
	char *copy = malloc(len ? len : 1);
	struct conf *c;

	assert_non_null(copy);
	memcpy(copy, text, len);
	c = conf_parse(copy, len, name, errors);
	free(copy);
	return c;
}

static struct conf *parse_good(const char *text)
{
	struct conf_errors errors = {0};
	struct conf *c = parse_exact(text, strlen(text), "test", &errors);

	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(c);
	assert_int_equal(errors.lines.n, 0);
	return c;
}

/* The first error of a text. */
static void assert_error(const char *text, const char *expected)
{
	struct conf_errors errors = {0};

	assert_null(parse_exact(text, strlen(text), "test", &errors));
	assert_true(errors.lines.n > 0);
	assert_string_equal(errors.lines.v[0], expected);
	conf_errors_fini(&errors);
}

static char *join(const struct strlist *lines, size_t more)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < lines->n; i++)
		fprintf(f, "%s\n", lines->v[i]);
	if (more)
		fprintf(f, "and %zu more\n", more);
	fclose(f);
	return text;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Call fn for each configuration of a folder. Return: how many. */
static size_t each_file(
    const char *folder, void (*fn)(const char *name, char *text, size_t len))
{
	const char *data = getenv("TEST_DATA");
	char path[PATH_MAX];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/conf/%s", data ? data : "tests/data", folder);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		size_t len = 0;
		char *text;

		if (!ends_with(e->d_name, ".yaml") && !ends_with(e->d_name, ".json"))
			continue;
		text = file_text(folder, e->d_name, &len);
		assert_non_null(text);
		fn(e->d_name, text, len);
		free(text);
		n++;
	}
	closedir(d);
	return n;
}

/* A file beside the configuration must hold this text; no file: `absent`, NULL = anything. */
static void assert_beside(const char *folder, const char *name, const char *suffix,
    const char *text, const char *absent)
{
	char beside[NAME_MAX + 1];
	size_t len = 0;
	char *expected;

	snprintf(beside, sizeof(beside), "%s%s", name, suffix);
	expected = file_text(folder, beside, &len);
	if (expected)
		assert_string_equal(text, expected);
	else if (absent)
		assert_string_equal(text, absent);
	free(expected);
}

static void check_good(const char *name, char *text, size_t len)
{
	struct conf_errors errors = {0};
	struct conf *c = parse_exact(text, len, name, &errors), *again;
	char *printed, *warnings;

	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(c);
	printed = conf_text(c);
	warnings = join(&c->warnings, 0);
	again = parse_good(printed);
	conf_free(c);
	text = conf_text(again);
	assert_string_equal(printed, text);
	free(text);
	conf_free(again);
	assert_beside("good", name, ".out", printed, NULL);
	assert_beside("good", name, ".warn", warnings, "");
	free(printed);
	free(warnings);
}

static void test_good(void **state)
{
	(void)state;
	assert_true(each_file("good", check_good) >= 15);
}

static void check_bad(const char *name, char *text, size_t len)
{
	struct conf_errors errors = {0};
	char *lines;

	assert_null(parse_exact(text, len, name, &errors));
	lines = join(&errors.lines, errors.more);
	assert_beside("bad", name, ".err", lines, "no .err file");
	free(lines);
	conf_errors_fini(&errors);
}

static void test_bad(void **state)
{
	(void)state;
	assert_true(each_file("bad", check_bad) >= 24);
}

/* The example that is installed: good as it is, and with every remark taken for real. */
static void test_example(void **state)
{
	struct conf_errors errors = {0};
	size_t len = 0;
	char *text = file_text("../../../announcer", "grevyd.yaml.example", &len), *p;
	struct conf *c;

	(void)state;
	assert_non_null(text);
	c = parse_exact(text, len, "example", &errors);
	assert_non_null(c);
	assert_int_equal(c->warnings.n, 0);
	conf_free(c);
	/* Words have one blank after the sign, configuration none or two. */
	for (p = text; p; p = strchr(p, '\n'), p += p != NULL)
		if (*p == '#' && (p[1] != ' ' || p[2] == ' '))
			memmove(p, p + 1, strlen(p));
	c = parse_exact(text, strlen(text), "example", &errors);
	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(c);
	assert_int_equal(c->policy.n_pools, 2);
	conf_free(c);
	free(text);
}

/* A file that was cut off anywhere is read or refused, never both, never neither. */
static void check_truncated(const char *name, char *text, size_t len)
{
	for (size_t n = 0; n < len; n++) {
		struct conf_errors errors = {0};
		struct conf *c = parse_exact(text, n, name, &errors);

		assert_true(!c == (errors.lines.n > 0));
		conf_free(c);
		conf_errors_fini(&errors);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	assert_true(each_file("good", check_truncated) > 0);
	assert_true(each_file("bad", check_truncated) > 0);
}

static void test_defaults(void **state)
{
	struct conf *c = parse_good("");

	(void)state;
	assert_string_equal(c->file, "test");
	assert_int_equal(c->role, CONF_ROUTER);
	assert_null(c->node_name);
	assert_int_equal(c->router_id.family, 0);
	assert_null(c->manifests);
	assert_null(c->kubeconfig);
	assert_null(c->context);
	assert_string_equal(c->lease, "grevy-system/grevy-controller");
	assert_int_equal(c->policy_from.n, 1);
	assert_string_equal(c->policy_from.v[0], "file");
	assert_false(c->controller);
	assert_string_equal(c->lb_class, "");
	assert_string_equal(c->state_file, "/var/lib/grevy/assignments.json");
	assert_int_equal(c->weight, CONF_WEIGHT_ENDPOINTS);
	assert_int_equal(c->zebra.enabled, CONF_AUTO);
	assert_string_equal(c->zebra.socket, "/run/frr/zserv.api");
	assert_string_equal(c->zebra.vty_socket, "/run/frr/zebra.vty");
	assert_string_equal(c->zebra.frr_version, "auto");
	assert_string_equal(c->zebra.route_type, "auto");
	assert_int_equal(c->zebra.instance, 0);
	assert_int_equal(c->zebra.distance, 20);
	assert_int_equal(c->zebra.metric, 20);
	assert_int_equal(c->zebra.tag, 0);
	assert_int_equal(c->zebra.table, 0);
	assert_int_equal(c->zebra.stale_s, 600);
	assert_int_equal(c->zebra.redistribute.n, 0);
	assert_int_equal(c->l2.interfaces.n, 0);
	assert_int_equal(c->l2.exclude.n, 0);
	assert_int_equal(c->l2.port, 7474);
	assert_int_equal(c->l2.interval_ms, 100);
	assert_null(c->l2.key_file);
	assert_true(c->hold_on_exit);
	assert_string_equal(c->vty_dir, "/run/grevy");
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	assert_false(c->log_json);
	conf_free(c);
}

static void test_zebra(void **state)
{
	struct conf *c = parse_good("zebra: {enabled: no, route-type: 'table:77', frr-version: "
				    "8.10, distance: 1, metric: 2, tag: 3, table: 4, "
				    "stale-time: 5, redistribute: [ospf]}\n"
				    "log: {level: warn, format: json}\nhold-on-exit: no\n");

	(void)state;
	assert_int_equal(c->zebra.enabled, CONF_NO);
	assert_string_equal(c->zebra.route_type, "table");
	assert_int_equal(c->zebra.instance, 77);
	assert_string_equal(c->zebra.frr_version, "8.10");
	assert_int_equal(c->zebra.distance, 1);
	assert_int_equal(c->zebra.metric, 2);
	assert_int_equal(c->zebra.tag, 3);
	assert_int_equal(c->zebra.table, 4);
	assert_int_equal(c->zebra.stale_s, 5);
	assert_string_equal(c->zebra.redistribute.v[0], "ospf");
	assert_int_equal(c->log_level, LOG_LEVEL_WARN);
	assert_true(c->log_json);
	assert_false(c->hold_on_exit);
	conf_free(c);
}

static void check_full(const char *name, char *text, size_t len)
{
	struct conf_errors errors = {0};
	const struct conf_peer *p;
	const struct pool *pool;
	struct ipaddr a;
	struct conf *c;

	if (strcmp(name, "metallb-full.yaml") != 0)
		return;
	c = parse_exact(text, len, name, &errors);
	assert_non_null(c);
	assert_int_equal(c->n_peers, 2);
	p = c->peers;
	assert_int_equal(p[0].my_asn, 64512);
	assert_int_equal(p[0].port, 1179);
	assert_int_equal(p[0].hold_s, 120);
	assert_int_equal(p[0].keepalive_s, 60);
	assert_string_equal(p[0].password, "yourPassword");
	assert_int_equal(p[1].port, 179);
	assert_int_equal(p[1].hold_s, 0);
	assert_int_equal(p[1].keepalive_s, 0);
	assert_string_equal(p[1].password, "0123"); /* as written, not as an octal number */
	assert_true(p[1].ebgp_multihop);
	assert_int_equal(p[1].nodes.n, 2);
	assert_int_equal(c->n_communities, 2);
	assert_string_equal(c->communities[1].alias, "wide");
	assert_int_equal(c->bfd[0].echo_ms, 50);
	pool = policy_pool(&c->policy, "my-ip-space");
	assert_non_null(pool);
	assert_int_equal(pool->protocols, POLICY_LAYER2);
	assert_true(pool->auto_assign && pool->avoid_buggy_ips);
	assert_int_equal(ipaddr_parse("203.0.113.200", &a), 0);
	pool = policy_pool_of(&c->policy, &a);
	assert_non_null(pool);
	assert_string_equal(pool->name, "production");
	assert_int_equal(pool->n_ads, 2);
	assert_int_equal(pool->ads[0].localpref, 100);
	assert_int_equal(pool->ads[1].aggregation4, 24);
	assert_int_equal(pool->ads[1].aggregation6, 120);
	conf_free(c);
}

static void test_metallb(void **state)
{
	(void)state;
	each_file("good", check_full);
}

/* Hidden in show running-config: test_running_config.c. */
static void test_secrets(void **state)
{
	struct conf *c = parse_good("peers: [{my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1, "
				    "password: tell-nobody}]");
	char *text = conf_text(c);

	(void)state;
	assert_non_null(strstr(text, "tell-nobody"));
	free(text);
	conf_free(c);
}

static void test_many_errors(void **state)
{
	struct conf_errors errors = {0};
	char text[4096];
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "key%d: 1\n", i);
	assert_null(parse_exact(text, len, "test", &errors));
	assert_int_equal(errors.lines.n, CONF_ERRORS_MAX);
	assert_int_equal(errors.more, 80);
	assert_string_equal(errors.lines.v[19], "test:20:8: key19: unknown key");
	conf_errors_fini(&errors);
}

static void test_limits(void **state)
{
	char text[256], path[128];

	(void)state;
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[103] = '\0';
	snprintf(text, sizeof(text), "zebra: {socket: %s}", path);
	conf_free(parse_good(text));
	snprintf(text, sizeof(text), "zebra: {socket: %sp}", path);
	assert_error(text, "test:1:17: socket: must be a path of at most 103 bytes");
	path[92] = '\0';
	snprintf(text, sizeof(text), "vty: {dir: %s}", path);
	conf_free(parse_good(text));
	snprintf(text, sizeof(text), "vty: {dir: %sp}", path);
	assert_error(text, "test:1:12: dir: must be a path of at most 92 bytes");
}

static void test_load(void **state)
{
	struct conf_errors errors = {0};

	(void)state;
	assert_null(conf_load("/nonexistent/grevyd.yaml", &errors));
	assert_int_equal(errors.lines.n, 1);
	assert_string_equal(errors.lines.v[0],
	    "/nonexistent/grevyd.yaml: cannot be read: No such file or directory");
	conf_errors_fini(&errors);
	assert_null(conf_load("/", &errors));
	assert_int_equal(errors.lines.n, 1);
	conf_errors_fini(&errors);
}

static unsigned reload(const char *old_text, const char *new_text, const char *warnings)
{
	struct conf *old = parse_good(old_text), *next = parse_good(new_text);
	size_t before = next->warnings.n;
	struct strlist added;
	unsigned changed = conf_reload_diff(old, next);
	char *text;

	added = (struct strlist){next->warnings.v + before, next->warnings.n - before};
	text = join(&added, 0);
	assert_string_equal(text, warnings);
	free(text);
	conf_free(old);
	conf_free(next);
	return changed;
}

#define POOL "address-pools: [{name: a, protocol: bgp, addresses: [192.0.2.0/24]}]\n"

static void test_reload(void **state)
{
	(void)state;
	assert_int_equal(reload("", "", ""), 0);
	assert_int_equal(reload("", POOL, ""), CONF_CHANGED_POLICY);
	assert_int_equal(reload(POOL, POOL "log: {level: debug}", ""), CONF_CHANGED_LOG);
	assert_int_equal(reload("", "zebra: {metric: 7}", ""), CONF_CHANGED_ZEBRA);
	assert_int_equal(reload("", "router-id: 192.0.2.1", ""), CONF_CHANGED_ZEBRA);
	assert_int_equal(reload("", "multipath: {weight: equal}", ""), CONF_CHANGED_MULTIPATH);
	assert_int_equal(reload("", "kubernetes: {manifests: /m}", ""), CONF_CHANGED_SOURCE);
	assert_int_equal(
	    reload("", "controller: {load-balancer-class: x}", ""), CONF_CHANGED_CONTROLLER);
	assert_int_equal(reload("", "controller: {lease: a/b}", ""), CONF_CHANGED_CONTROLLER);
	assert_int_equal(reload("", "kubernetes: {kubeconfig: /k}", ""), CONF_CHANGED_SOURCE);
	assert_int_equal(reload("policy-from: [file, crds]", "policy-from: [file, crds:x]", ""),
	    CONF_CHANGED_SOURCE);
	assert_int_equal(reload("", "policy-from: [file]", ""), 0);
	assert_int_equal(reload("", "l2: {heartbeat: {key-file: /k}}", ""), CONF_CHANGED_L2);
	assert_int_equal(reload("", "l2: {interfaces: [eth0]}", ""), CONF_CHANGED_L2);
	assert_int_equal(reload("", "l2: {heartbeat: {key-file: ''}}", ""), 0);
}

static void test_reload_keeps(void **state)
{
	(void)state;
	assert_int_equal(reload("", "zebra: {route-type: table:7}\nvty: {dir: /v}\n" POOL,
			     "test: zebra.instance: keeps its old value until a restart\n"
			     "test: zebra.route-type: keeps its old value until a restart\n"
			     "test: vty.dir: keeps its old value until a restart\n"),
	    CONF_CHANGED_POLICY);
}

static void peers_turn_zebra_off_on_a_node_unless_told(void **state)
{
	static const char peers[] =
	    "peers: [{my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1}]\n";
	static const struct {
		const char *text;
		bool peers, off;
	} rows[] = {
	    {"role: node\n",                         true,  true },
	    {"role: node\nzebra: {enabled: yes}\n",  true,  false},
	    {"role: node\nzebra: {enabled: no}\n",   false, true },
	    {"role: node\n",                         false, false},
	    {"role: router\n",                       true,  false},
	    {"role: router\nzebra: {enabled: no}\n", true,  true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[256];
		struct conf *c;

		snprintf(text, sizeof(text), "%s%s", rows[i].text, rows[i].peers ? peers : "");
		c = parse_good(text);
		assert_int_equal(conf_zebra_off(c) != NULL, rows[i].off);
		conf_free(c);
	}
}

/* Peers alone may turn the output off or on. */
static void peers_change_zebra_on_a_node(void **state)
{
	static const char with[] =
	    "role: node\npeers: [{my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1}]\n";
	struct conf *a = parse_good("role: node\n"), *b = parse_good(with);
	struct conf *c = parse_good("role: node\nnode-name: other\n");

	(void)state;
	assert_int_equal(conf_reload_diff(a, b), CONF_CHANGED_ZEBRA);
	assert_int_equal(conf_reload_diff(b, a), CONF_CHANGED_ZEBRA);
	assert_int_equal(conf_reload_diff(a, c), CONF_CHANGED_NODE);
	conf_free(a);
	conf_free(b);
	conf_free(c);
}

static void the_name_of_this_node(void **state)
{
	char *name;

	(void)state;
	setenv("NODE_NAME", "from-env", 1);
	name = nodename("configured");
	assert_string_equal(name, "configured");
	free(name);
	name = nodename(NULL);
	assert_string_equal(name, "from-env");
	free(name);
	setenv("NODE_NAME", "", 1);
	name = nodename(NULL);
	assert_string_not_equal(name, "");
	assert_null(strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
	free(name);
	unsetenv("NODE_NAME");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_example),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_zebra),
	    cmocka_unit_test(test_metallb),
	    cmocka_unit_test(test_secrets),
	    cmocka_unit_test(test_many_errors),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_load),
	    cmocka_unit_test(test_reload),
	    cmocka_unit_test(test_reload_keeps),
	    cmocka_unit_test(peers_turn_zebra_off_on_a_node_unless_told),
	    cmocka_unit_test(peers_change_zebra_on_a_node),
	    cmocka_unit_test(the_name_of_this_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
