/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a configuration becomes of the source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/util.h"
#include "k8s/command.h"
#include "tests/unit/file_rules.h"
#include <cmocka.h>

static struct conf *parse_good(const char *text)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_parse(text, strlen(text), "test", &errors);

	assert_non_null(c);
	return c;
}

static void secrets_of_a_node_are_told_to_the_source(void **state)
{
	static const char text[] =
	    "kubernetes: {kubeconfig: /k, context: home}\n"
	    "policy-from: [file, crds:lb, 'configmap:lb/config']\n"
	    "peers:\n"
	    "- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1, password-secret: {name: a}}\n"
	    "- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.2, password-secret: {name: a}}\n"
	    "- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.3,\n"
	    "   password-secret: {name: b, namespace: other}}\n"
	    "- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.4, password: x}\n";
	char node[1024];
	struct conf *c;
	struct k8s_command *cmd;
	struct rules *rules;

	(void)state;
	snprintf(node, sizeof(node), "role: node\n%s", text);
	c = parse_good(node);
	rules = file_rules(c);
	cmd = conf_source(c, rules);
	assert_int_equal(cmd->type, K8S_SOURCE);
	assert_null(cmd->source->manifests);
	assert_string_equal(cmd->source->kubeconfig, "/k");
	assert_string_equal(cmd->source->context, "home");
	assert_string_equal(cmd->source->custom_ns, "lb");
	assert_string_equal(cmd->source->configmap_ns, "lb");
	assert_string_equal(cmd->source->configmap, "config");
	assert_int_equal(cmd->source->n_secrets, 2);
	assert_string_equal(cmd->source->secrets[0], "lb/a");
	assert_string_equal(cmd->source->secrets[1], "other/b");
	k8s_command_free(cmd);
	rules_free(rules);
	conf_free(c);

	c = parse_good(text); /* role router dials nobody */
	rules = file_rules(c);
	cmd = conf_source(c, rules);
	assert_int_equal(cmd->source->n_secrets, 0);
	k8s_command_free(cmd);
	rules_free(rules);
	conf_free(c);
}

static void little_is_asked_of_the_source_unless_told(void **state)
{
	struct conf *c = parse_good("kubernetes: {manifests: /m}");
	struct rules *rules = file_rules(c);
	struct k8s_command *cmd = conf_source(c, rules);

	(void)state;
	assert_string_equal(cmd->source->manifests, "/m");
	assert_null(cmd->source->kubeconfig);
	assert_null(cmd->source->custom_ns);
	assert_null(cmd->source->configmap);
	k8s_command_free(cmd);
	rules_free(rules);
	conf_free(c);
}

/* Only another Secret makes another wish, not whatever else changes of a peer. */
static void secrets_are_compared(void **state)
{
#define PEER "role: node\npeers: [{my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1"
	static const char *const texts[] = {PEER "}]", PEER ", hold-time: 3s}]",
	    PEER ", password-secret: {name: a}}]", PEER ", password-secret: {name: b}}]"};
	struct conf *c[ARRAY_LEN(texts)];
	struct rules *r[ARRAY_LEN(texts)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		c[i] = parse_good(texts[i]);
		r[i] = file_rules(c[i]);
	}
	assert_true(conf_source_equal(c[0], r[0], r[1]));
	assert_false(conf_source_equal(c[0], r[1], r[2]));
	assert_false(conf_source_equal(c[0], r[2], r[3]));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		rules_free(r[i]);
		conf_free(c[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(secrets_of_a_node_are_told_to_the_source),
	    cmocka_unit_test(secrets_are_compared),
	    cmocka_unit_test(little_is_asked_of_the_source_unless_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
