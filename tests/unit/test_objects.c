/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/decode_int.h"
#include "k8s/objects.h"
#include "k8s/yamldoc.h"
#include "tests/unit/decode.h"
#include <cmocka.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct yamldoc read_data(const char *name)
{
	char path[512], *text = NULL;
	struct yamldoc doc;
	struct yamldoc_error err;
	long len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/k8s/%s", getenv("TEST_DATA"), name);
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	len = ftell(f);
	assert_true(len > 0);
	rewind(f);
	text = malloc((size_t)len);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)len, f), (size_t)len);
	fclose(f);
	assert_int_equal(yamldoc_parse(text, (size_t)len, &doc, &err), 0);
	free(text);
	return doc;
}

static struct json_object *item(const struct yamldoc *doc, size_t i)
{
	struct json_object *items;

	assert_true(json_object_object_get_ex(doc->docs[0], "items", &items));
	return json_object_array_get_idx(items, i);
}

static void assert_addr(const struct ipaddr *a, const char *text)
{
	char buf[PREFIX_STRLEN];

	assert_string_equal(ipaddr_str(a, buf), text);
}

static void a_service_as_kubectl_prints_it(void **state)
{
	struct yamldoc doc = read_data("pihole.yaml");
	struct k8s_object *tcp = decode(item(&doc, 0)), *udp = decode(item(&doc, 1));
	const struct k8s_service *s = &tcp->service;

	(void)state;
	yamldoc_fini(&doc); /* nothing may point into it */
	assert_int_equal(tcp->kind, K8S_SERVICE);
	assert_string_equal(tcp->ns, "pihole");
	assert_string_equal(tcp->name, "dns-tcp");
	assert_int_equal(tcp->created_s, 1615734566);
	assert_true(s->load_balancer);
	assert_true(s->local);
	assert_int_equal(s->families, K8S_V4);
	assert_int_equal(s->primary, K8S_V4);
	assert_int_equal(s->policy, K8S_SINGLE);
	assert_null(s->lb_class);
	assert_null(s->want_ips);
	assert_string_equal(s->lb_ip, "192.168.254.6");
	assert_string_equal(s->want_pool, "default");
	assert_string_equal(s->share_key, "pihole");
	assert_string_equal(s->selector, "app=pihole,release=pihole");
	assert_int_equal(s->n_ports, 1);
	assert_int_equal(s->ports[0].port, 53);
	assert_int_equal(s->ports[0].proto, IPPROTO_TCP);
	assert_int_equal(s->n_ingress, 1);
	assert_addr(&s->ingress[0], "192.168.254.6");
	assert_string_equal(udp->service.selector, s->selector);
	assert_int_equal(udp->service.ports[0].proto, IPPROTO_UDP);
	k8s_object_free(tcp);
	k8s_object_free(udp);
}

static void a_dual_stack_service_and_sorted_ports(void **state)
{
	struct yamldoc doc = read_data("web.yaml");
	struct k8s_object *web = decode(doc.docs[0]), *dual = decode(doc.docs[2]);
	const struct k8s_service *s = &dual->service;

	(void)state;
	assert_int_equal(doc.n, 5);
	assert_null(decode(doc.docs[4]));
	yamldoc_fini(&doc);
	assert_int_equal(web->service.n_ports, 2);
	assert_int_equal(web->service.ports[0].port, 80);
	assert_int_equal(web->service.ports[1].port, 443);
	assert_int_equal(web->service.ports[1].proto, IPPROTO_TCP);
	assert_int_equal(web->service.n_ingress, 0);
	assert_false(web->service.local);
	assert_int_equal(web->created_s, 1709208000);
	assert_int_equal(s->families, K8S_V4 | K8S_V6);
	assert_int_equal(s->primary, K8S_V6);
	assert_int_equal(s->policy, K8S_REQUIRE_DUAL);
	assert_string_equal(s->lb_class, "example.com/lb");
	assert_string_equal(s->want_ips, "192.168.254.20, 2001:db8:254::20");
	assert_string_equal(s->selector, "");
	assert_int_equal(s->n_ingress, 2);
	assert_addr(&s->ingress[0], "192.168.254.20");
	assert_addr(&s->ingress[1], "2001:db8:254::20");
	assert_int_equal(dual->created_s, 0);
	k8s_object_free(web);
	k8s_object_free(dual);
}

static void conditions_of_endpoints(void **state)
{
	struct yamldoc doc = read_data("web.yaml");
	struct k8s_object *web = decode(doc.docs[1]), *dual = decode(doc.docs[3]);
	const struct k8s_endpoint *e = web->slice.endpoints;

	(void)state;
	yamldoc_fini(&doc);
	assert_string_equal(web->slice.service, "web");
	assert_int_equal(web->slice.family, AF_INET);
	assert_int_equal(web->slice.n, 4);
	assert_int_equal(e[0].flags, K8S_EP_READY | K8S_EP_SERVING);
	assert_int_equal(e[1].flags, K8S_EP_READY | K8S_EP_SERVING);
	assert_int_equal(e[2].flags, K8S_EP_SERVING | K8S_EP_TERMINATING);
	assert_int_equal(e[3].flags, 0);
	assert_string_equal(e[2].node, "compute3");
	assert_addr(&e[3].addr, "10.244.1.21");
	/* The same name is kept once. */
	assert_string_equal(e[3].node, "compute1");
	assert_ptr_equal(e[3].node, e[0].node);
	assert_string_equal(dual->ns, "default");
	assert_int_equal(dual->slice.family, AF_INET6);
	assert_int_equal(dual->slice.endpoints[0].flags, K8S_EP_READY | K8S_EP_SERVING);
	k8s_object_free(web);
	k8s_object_free(dual);
}

static void an_old_slice_names_its_node_by_topology(void **state)
{
	struct yamldoc doc = read_data("slice-v1beta1.json");
	struct k8s_object *o = decode(doc.docs[0]);

	(void)state;
	yamldoc_fini(&doc);
	assert_string_equal(o->slice.endpoints[0].node, "compute2");
	assert_int_equal(o->slice.endpoints[0].flags, K8S_EP_READY | K8S_EP_SERVING);
	assert_int_equal(o->created_s, 0);
	k8s_object_free(o);
}

static void a_name_far_back_is_kept_again(void **state)
{
	char text[4096] =
	    "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s},"
	    " addressType: IPv4, endpoints: [";
	struct k8s_object *o;
	size_t at = strlen(text);

	(void)state;
	for (int i = 0; i < 40; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "{addresses: [192.0.2.%d], nodeName: n%d},", i, i % 20);
	snprintf(text + at, sizeof(text) - at, "{addresses: [192.0.2.99]}]}");
	o = decode_text(text);
	assert_int_equal(o->slice.n, 41);
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "n%d", i % 20);
		assert_string_equal(o->slice.endpoints[i].node, text);
	}
	assert_null(o->slice.endpoints[40].node);
	assert_string_equal(o->slice.service, "");
	k8s_object_free(o);
}

/* A NodeList's items have no kind of their own. */
static struct k8s_object *decode_node(const struct yamldoc *doc, size_t i)
{
	struct json_object *node = item(doc, i);

	json_object_object_add(node, "apiVersion", json_object_new_string("v1"));
	json_object_object_add(node, "kind", json_object_new_string("Node"));
	return decode(node);
}

static void nodes(void **state)
{
	struct yamldoc doc = read_data("nodes.yaml");
	struct k8s_object *o = decode_node(&doc, 0);

	(void)state;
	assert_string_equal(o->ns, "");
	assert_int_equal(o->created_s, 1577836800);
	assert_int_equal(o->node.n_internal, 2);
	assert_addr(&o->node.internal[0], "192.168.2.13");
	assert_addr(&o->node.internal[1], "2001:db8:2::13");
	assert_true(o->node.ready);
	assert_false(o->node.network_unavailable);
	assert_false(o->node.unschedulable);
	assert_int_equal(o->node.n_labels, 4);
	assert_string_equal(o->node.labels[0].key, "beta.kubernetes.io/arch");
	assert_string_equal(
	    k8s_label(o->node.labels, o->node.n_labels, "kubernetes.io/hostname"), "compute1");
	assert_string_equal(
	    k8s_label(o->node.labels, o->node.n_labels, "node-role.kubernetes.io/worker"), "");
	assert_null(k8s_label(o->node.labels, o->node.n_labels, "kubernetes.io"));
	k8s_object_free(o);
	o = decode_node(&doc, 1);
	assert_false(o->node.ready);
	assert_true(o->node.network_unavailable);
	assert_true(o->node.unschedulable);
	k8s_object_free(o);
	o = decode_node(&doc, 2);
	assert_true(o->node.ready);
	assert_int_equal(o->node.n_internal, 0);
	assert_null(k8s_label(o->node.labels, o->node.n_labels, "a"));
	k8s_object_free(o);
	yamldoc_fini(&doc);
}

#define SERVICE "{apiVersion: v1, kind: Service, metadata: {name: s}, "

static void families_of_a_service(void **state)
{
	static const struct {
		const char *spec;
		uint8_t families, primary;
	} rows[] = {
	    {"{}",								K8S_V4,          K8S_V4},
	    {"{clusterIP: None, clusterIPs: [None]}",                             K8S_V4,          K8S_V4},
	    {"{clusterIP: 'fd00::1'}",					    K8S_V6,          K8S_V6},
	    {"{clusterIP: ''}",						   K8S_V4,          K8S_V4},
	    {"{clusterIPs: [None], ipFamilies: [IPv6, IPv4]}",                    K8S_V4 | K8S_V6, K8S_V6},
	    {"{clusterIPs: [10.0.0.1], ipFamilies: [IPv6]}",                      K8S_V4,          K8S_V4},
	    {"{clusterIPs: null, ipFamilies: null, ports: null, selector: null}", K8S_V4,
             K8S_V4										      },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct k8s_object *o;

		snprintf(text, sizeof(text), SERVICE "spec: %s, status: null}", rows[i].spec);
		o = decode_text(text);
		assert_int_equal(o->service.families, rows[i].families);
		assert_int_equal(o->service.primary, rows[i].primary);
		assert_false(o->service.load_balancer);
		k8s_object_free(o);
	}
}

static void the_new_annotation_wins_even_when_empty(void **state)
{
	struct k8s_object *o = decode_text(
	    "{apiVersion: v1, kind: Service, spec: {}, metadata: {name: s, annotations: {"
	    "metallb.universe.tf/loadBalancerIPs: 192.0.2.1, metallb.io/loadBalancerIPs: "
	    "192.0.2.2,"
	    "metallb.universe.tf/allow-shared-ip: old, metallb.io/allow-shared-ip: '',"
	    "metallb.universe.tf/address-pool: old}}}");

	(void)state;
	assert_string_equal(o->service.want_ips, "192.0.2.2");
	assert_null(o->service.share_key);
	assert_string_equal(o->service.want_pool, "old");
	assert_true(o->service.old_prefix);
	k8s_object_free(o);
}

static void what_a_controller_left(void **state)
{
	struct k8s_object *o = decode_text(
	    "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {"
	    "metallb.io/ip-allocated-from-pool: lan, metallb.io/address-pool: lan}}, spec: {},"
	    "status: {loadBalancer: {ingress: [{ip: 192.0.2.1, ipMode: VIP}]}}}");
	struct k8s_object *other = decode_text(
	    "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {"
	    "metallb.universe.tf/ip-allocated-from-pool: lan, metallb.io/address-pool: lan}},"
	    "spec: {}, status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}}");
	struct k8s_object *host = decode_text(
	    "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {"
	    "metallb.io/ip-allocated-from-pool: lan, metallb.io/address-pool: lan}}, spec: {},"
	    "status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {hostname: lb.example}]}}}");

	(void)state;
	assert_string_equal(o->service.from_pool, "lan");
	assert_false(o->service.old_prefix);
	assert_false(o->service.bare_ingress);
	assert_null(other->service.from_pool); /* nobody writes that */
	assert_false(other->service.old_prefix);
	assert_false(k8s_object_equal(o, other));
	assert_true(host->service.bare_ingress);
	assert_false(k8s_object_equal(o, host));
	k8s_object_free(o);
	k8s_object_free(other);
	k8s_object_free(host);
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t unix_s;
	} good[] = {
	    {"1970-01-01T00:00:00Z",             0         },
	    {"2000-02-29T23:59:59Z",             951868799 },
	    {"2024-05-01T10:00:00+02:00",        1714550400},
	    {"2024-05-01T10:00:00.123456-05:30", 1714577400},
	    {"1969-12-31T23:59:59Z",             -1        },
	    {"2038-01-19T03:14:08Z",             2147483648},
	    {"2100-03-01T00:00:00Z",             4107542400},
	};
	static const char *const bad[] = {"", "2024", "2023-02-29T00:00:00Z",
	    "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-01T24:00:00Z",
	    "2024-01-01T00:00:00", "2024-01-01", "2024-01-01T00:00:00Zx",
	    "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0200", "0000-01-01T00:00:00Z",
	    "2024-01-00T00:00:00Z", "2024-01-01T00:00:00+24:00"};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		assert_int_equal(k8s_time_parse(good[i].text, &v), 0);
		assert_true(v == good[i].unix_s);
	}
	for (size_t i = 0; i < LEN(bad); i++)
		if (k8s_time_parse(bad[i], &v) == 0)
			fail_msg("%s", bad[i]);
}

static void an_object_by_name_only(void **state)
{
	struct k8s_object *svc = k8s_object_name_only(K8S_SERVICE, "a", "b");
	struct k8s_object *slice = k8s_object_name_only(K8S_SLICE, "a", "b");

	(void)state;
	assert_string_equal(svc->ns, "a");
	assert_string_equal(svc->name, "b");
	assert_string_equal(svc->service.selector, "");
	assert_string_equal(slice->slice.service, "");
	assert_false(k8s_object_equal(svc, slice));
	assert_string_equal(k8s_kind_name(svc->kind), "Service");
	assert_string_equal(k8s_kind_name(slice->kind), "EndpointSlice");
	assert_string_equal(k8s_kind_name(K8S_NODE), "Node");
	k8s_object_free(svc);
	k8s_object_free(slice);
	k8s_object_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_service_as_kubectl_prints_it),
	    cmocka_unit_test(a_dual_stack_service_and_sorted_ports),
	    cmocka_unit_test(conditions_of_endpoints),
	    cmocka_unit_test(an_old_slice_names_its_node_by_topology),
	    cmocka_unit_test(a_name_far_back_is_kept_again),
	    cmocka_unit_test(nodes),
	    cmocka_unit_test(families_of_a_service),
	    cmocka_unit_test(the_new_annotation_wins_even_when_empty),
	    cmocka_unit_test(what_a_controller_left),
	    cmocka_unit_test(times),
	    cmocka_unit_test(an_object_by_name_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
