/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects as an API server sends them: framed, trimmed while they are read, decoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/decode.h"
#include "k8s/digest.h"
#include "k8s/frame.h"
#include "k8s/json.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HEARD_LEN 256
#define LEN(a)    (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *file, *resource;
	enum k8s_kind kind;
	size_t n;
} lists[] = {
    {"services.json",       NULL,             K8S_SERVICE,   1},
    {"endpointslices.json", NULL,             K8S_SLICE,     1},
    {"nodes.json",          NULL,             K8S_NODE,      1},
    {"namespaces.json",     NULL,             K8S_NAMESPACE, 5},
    {"configmaps.json",     NULL,             K8S_CONFIGMAP, 1},
    {"secrets.json",        NULL,             K8S_SECRET,    1},
    {"ipaddresspools.json", "ipaddresspools", K8S_CUSTOM,    1},
};

static char *read_data(const char *name, size_t *len)
{
	static char text[65536];
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/k8s/%s", getenv("TEST_DATA"), name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s", path);
	*len = fread(text, 1, sizeof(text), f);
	assert_true(*len < sizeof(text));
	fclose(f);
	return text;
}

static struct json_object *read_json(const char *text, size_t len, const struct json_want *want)
{
	struct json_object *json;
	struct json_fault fault;

	if (json_read(text, len, want, &json, &fault))
		fail_msg("%s at %zu", fault.what, fault.at);
	return json;
}

static struct k8s_object *decode_as(
    enum k8s_kind kind, const char *resource, const struct json_object *json)
{
	struct k8s_decode_error err = {0};
	struct k8s_object *o = NULL;

	if (k8s_object_decode_as(kind, resource, json, &o, &err))
		fail_msg("%s: %s", err.field, err.expected);
	return o;
}

/* Trimmed or whole, the object is the same. */
static struct k8s_object *decode_both(
    enum k8s_kind kind, const char *resource, const char *text, size_t len)
{
	struct json_object *whole = read_json(text, len, NULL);
	struct json_object *trimmed = read_json(text, len, k8s_wants(kind));
	struct k8s_object *a = decode_as(kind, resource, whole);
	struct k8s_object *b = decode_as(kind, resource, trimmed);

	if (!k8s_object_equal(a, b))
		fail_msg("differs when trimmed: %.*s", (int)len, text);
	assert_true(k8s_object_digest(a) == k8s_object_digest(b));
	assert_int_equal(b->kind, kind);
	if (kind == K8S_SERVICE) {
		assert_true(!a->service.uid == !b->service.uid);
		assert_string_equal(
		    a->service.uid ? a->service.uid : "", b->service.uid ? b->service.uid : "");
		assert_string_equal(a->service.version ? a->service.version : "",
		    b->service.version ? b->service.version : "");
	}
	json_object_put(whole);
	json_object_put(trimmed);
	k8s_object_free(a);
	return b;
}

struct items {
	struct k8s_object *v[8];
	size_t n, row;
};

static int on_item(const char *text, size_t len, void *arg)
{
	struct items *items = arg;

	assert_true(items->n < LEN(items->v));
	items->v[items->n++] =
	    decode_both(lists[items->row].kind, lists[items->row].resource, text, len);
	return 0;
}

static struct items read_list(enum k8s_kind kind)
{
	struct items items = {.row = 0};
	struct frame *f = frame_new(FRAME_LIST, on_item, &items);
	char name[64], *text;
	size_t len;

	while (lists[items.row].kind != kind)
		items.row++;
	snprintf(name, sizeof(name), "api/%s", lists[items.row].file);
	text = read_data(name, &len);
	assert_non_null(f);
	assert_int_equal(frame_feed(f, text, len), 0);
	assert_int_equal(frame_end(f), 0);
	frame_free(f);
	assert_int_equal(items.n, lists[items.row].n);
	return items;
}

static void drop(struct items *items)
{
	for (size_t i = 0; i < items->n; i++)
		k8s_object_free(items->v[i]);
}

static void assert_addr(const struct ipaddr *a, const char *text)
{
	char buf[PREFIX_STRLEN];

	assert_string_equal(ipaddr_str(a, buf), text);
}

static void a_service(void **state)
{
	struct items items = read_list(K8S_SERVICE);
	const struct k8s_service *s = &items.v[0]->service;

	(void)state;
	assert_string_equal(items.v[0]->ns, "shop");
	assert_string_equal(items.v[0]->name, "web");
	assert_int_equal(items.v[0]->created_s, 1795257874);
	assert_string_equal(s->uid, "f31bc78e-9b75-44f6-94c5-084397d2384f");
	assert_string_equal(s->version, "110");
	assert_true(s->load_balancer && s->local);
	assert_int_equal(s->families, K8S_V4 | K8S_V6);
	assert_int_equal(s->primary, K8S_V6);
	assert_int_equal(s->policy, K8S_REQUIRE_DUAL);
	assert_string_equal(s->lb_class, "example.com/lb");
	assert_string_equal(s->want_ips, "192.0.2.10,2001:db8::10");
	assert_string_equal(s->want_pool, "lan");
	assert_string_equal(s->share_key, "key \"quoted\" \xc3\xa9");
	assert_string_equal(s->selector, "app=web,tier=front");
	assert_int_equal(s->n_ports, 3);
	assert_int_equal(s->n_ingress, 2);
	assert_addr(&s->ingress[1], "2001:db8::10");
	drop(&items);
}

static void a_slice(void **state)
{
	struct items items = read_list(K8S_SLICE);
	const struct k8s_slice *s = &items.v[0]->slice;

	(void)state;
	assert_string_equal(s->service, "web");
	assert_int_equal(s->family, AF_INET);
	assert_int_equal(s->n, 3);
	assert_string_equal(s->endpoints[1].node, "node-2");
	assert_int_equal(s->endpoints[1].flags, K8S_EP_SERVING | K8S_EP_TERMINATING);
	assert_int_equal(s->endpoints[2].flags, 0);
	assert_null(s->endpoints[2].node);
	assert_addr(&s->endpoints[0].addr, "10.1.0.1");
	drop(&items);
}

static void a_node_and_its_namespace(void **state)
{
	struct items nodes = read_list(K8S_NODE), spaces = read_list(K8S_NAMESPACE);
	const struct k8s_node *n = &nodes.v[0]->node;
	const struct k8s_object *shop = spaces.v[4];

	(void)state;
	assert_string_equal(nodes.v[0]->ns, "");
	assert_int_equal(n->n_internal, 2);
	assert_addr(&n->internal[1], "fd00::11");
	assert_false(n->ready);
	assert_true(n->network_unavailable);
	assert_true(n->unschedulable);
	assert_int_equal(n->n_labels, 6);
	assert_string_equal(
	    k8s_label(n->labels, n->n_labels, "node-role.kubernetes.io/worker"), "");
	assert_string_equal(shop->name, "shop");
	assert_string_equal(shop->ns, "");
	assert_int_equal(shop->space.n_labels, 3);
	assert_string_equal(shop->space.labels[2].key, "team");
	assert_string_equal(shop->space.labels[2].value, "web");
	assert_false(k8s_object_equal(spaces.v[0], spaces.v[1]));
	drop(&nodes);
	drop(&spaces);
}

static void raw_objects_are_whole_but_for_managed_fields(void **state)
{
	static const enum k8s_kind kinds[] = {K8S_CONFIGMAP, K8S_SECRET, K8S_CUSTOM};

	(void)state;
	for (size_t i = 0; i < LEN(kinds); i++) {
		struct items items = read_list(kinds[i]);
		const struct k8s_object *o = items.v[0];
		struct json_object *json = read_json(o->raw.text, o->raw.len, NULL);
		struct json_object *meta = json_object_object_get(json, "metadata");

		assert_int_equal(strlen(o->raw.text), o->raw.len);
		assert_string_equal(
		    o->raw.resource, kinds[i] == K8S_CUSTOM ? "ipaddresspools" : "");
		assert_null(json_object_object_get(meta, "managedFields"));
		assert_non_null(json_object_object_get(meta, "resourceVersion"));
		assert_non_null(
		    json_object_object_get(json, kinds[i] == K8S_CUSTOM ? "spec" : "data"));
		json_object_put(json);
		drop(&items);
	}
}

static void a_raw_text_says_what_was_sent(void **state)
{
	struct items items = read_list(K8S_CUSTOM);
	const char *text = items.v[0]->raw.text;

	(void)state;
	assert_non_null(strstr(text, "\"weight\":0.1"));
	assert_non_null(strstr(text, "\"note\":\"\xc3\xa9 \\\"quoted\\\" \\\\ back / slash\""));
	assert_non_null(strstr(text, "\"192.0.2.0/24\""));
	drop(&items);
}

/* Each name that a decoder falls back to. */
static void what_else_a_decoder_looks_at(void **state)
{
	static const struct {
		enum k8s_kind kind;
		const char *text;
	} rows[] = {
	    {K8S_SERVICE,
             "{\"metadata\":{\"name\":\"a\",\"annotations\":{"
		"\"metallb.universe.tf/loadBalancerIPs\":\"192.0.2.1\","
		"\"metallb.universe.tf/address-pool\":\"p\","
		"\"metallb.io/allow-shared-ip\":\"k\"}},"
		"\"spec\":{\"clusterIP\":\"fd00::1\",\"loadBalancerIP\":\"192.0.2.2\"}}"},
	    {K8S_SERVICE,
             "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\",\"annotations\":{"
		"\"metallb.io/address-pool\":\"\",\"metallb.universe.tf/address-pool\":\"p\"}},"
		"\"spec\":{\"clusterIPs\":[\"None\"],\"ipFamilies\":[\"IPv6\"]}}"       },
	    {K8S_SLICE,
             "{\"metadata\":{\"name\":\"a\"},\"addressType\":\"IPv6\",\"endpoints\":["
		"{\"addresses\":[\"fd00::1\"],\"topology\":{"
		"\"kubernetes.io/hostname\":\"n\",\"x\":\"y\"}}]}"                      },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		k8s_object_free(
		    decode_both(rows[i].kind, NULL, rows[i].text, strlen(rows[i].text)));
}

/* Besides what decoders look at: what the source itself reads. */
static void a_bookmark_and_a_status_in_place_of_an_object(void **state)
{
	static const char text[] =
	    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{\"uid\":\"u\","
	    "\"resourceVersion\":\"7\",\"annotations\":{\"k8s.io/"
	    "initial-events-end\":\"true\"}},"
	    "\"status\":\"Failure\",\"message\":\"m\",\"reason\":\"Expired\","
	    "\"details\":{\"retryAfterSeconds\":1},\"code\":410}";

	(void)state;
	for (enum k8s_kind kind = K8S_SERVICE; kind < K8S_KINDS; kind++) {
		struct json_object *all = read_json(text, sizeof(text) - 1, NULL);
		struct json_object *some = read_json(text, sizeof(text) - 1, k8s_wants(kind));

		json_object_object_del(some, "status"); /* of an object it is */
		json_object_object_del(all, "status");
		if (!json_object_equal(all, some))
			fail_msg(
			    "%s: %s", k8s_kind_name(kind), json_object_to_json_string(some));
		json_object_put(all);
		json_object_put(some);
	}
}

static struct k8s_object *custom(const char *resource, const char *text)
{
	return decode_both(K8S_CUSTOM, resource, text, strlen(text));
}

static void identity_and_content(void **state)
{
	static const char text[] = "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}}";
	static const char more[] =
	    "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"},\"x\":1}";
	struct k8s_object *a = custom("pools", text), *b = custom("peers", text);
	struct k8s_object *c = custom("pools", more);
	struct k8s_object *only = k8s_custom_name_only("pools", "b", "a");
	struct k8s_object *map = k8s_object_name_only(K8S_CONFIGMAP, "b", "a");

	(void)state;
	assert_false(k8s_object_same_name(a, b));
	assert_true(k8s_object_same_name(a, c));
	assert_true(k8s_object_same_name(a, only));
	assert_false(k8s_object_same_name(map, only));
	assert_false(k8s_object_equal(a, b));
	assert_false(k8s_object_equal(a, c));
	assert_false(k8s_object_equal(a, only));
	assert_true(k8s_object_digest(a) != k8s_object_digest(b));
	assert_true(k8s_object_digest(a) != k8s_object_digest(c));
	assert_string_equal(map->raw.text, "");
	assert_int_equal(map->raw.len, 0);
	k8s_object_free(a);
	k8s_object_free(b);
	k8s_object_free(c);
	k8s_object_free(only);
	k8s_object_free(map);
}

static struct k8s_object *versioned(const char *uid, const char *version, const char *type)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "{\"metadata\":{\"name\":\"a\",\"uid\":\"%s\",\"resourceVersion\":\"%s\"},"
	    "\"spec\":{\"type\":\"%s\"}}",
	    uid, version, type);
	return decode_both(K8S_SERVICE, NULL, text, strlen(text));
}

static void a_version_is_not_content(void **state)
{
	struct k8s_object *a = versioned("u", "1", "LoadBalancer");
	struct k8s_object *b = versioned("v", "2", "LoadBalancer");
	struct k8s_object *c = versioned("u", "1", "NodePort");

	(void)state;
	assert_true(k8s_object_equal(a, b));
	assert_true(k8s_object_digest(a) == k8s_object_digest(b));
	assert_false(k8s_object_equal(a, c));
	assert_true(k8s_object_digest(a) != k8s_object_digest(c));
	k8s_object_free(a);
	k8s_object_free(b);
	k8s_object_free(c);
}

static int on_event(const char *text, size_t len, void *arg)
{
	const struct json_want want[] = {
	    {"type",   NULL                  },
            {"object", k8s_wants(K8S_SERVICE)},
            {NULL,     NULL                  }
        };
	struct json_object *json = read_json(text, len, want), *o, *meta;
	char *heard = arg;
	const char *type;
	size_t at;

	o = json_object_object_get(json, "object");
	meta = json_object_object_get(o, "metadata");
	at = strlen(heard);
	type = json_object_get_string(json_object_object_get(json, "type"));
	o = json_object_object_get(meta, "annotations");
	o = o ? json_object_object_get(o, "k8s.io/initial-events-end") : NULL;
	snprintf(heard + at, HEARD_LEN - at, "%s%s%s", type, o ? ":" : " ",
	    o ? json_object_get_string(o) : "");
	json_object_put(json);
	return 0;
}

static void a_watch_and_its_bookmark(void **state)
{
	char heard[HEARD_LEN] = "";
	struct frame *f = frame_new(FRAME_STREAM, on_event, heard);
	size_t len;
	char *text = read_data("api/watch.json", &len);

	(void)state;
	assert_non_null(f);
	for (size_t at = 0; at < len; at += 100)
		assert_int_equal(frame_feed(f, text + at, len - at < 100 ? len - at : 100), 0);
	assert_int_equal(frame_end(f), 0);
	assert_string_equal(heard, "ADDED ADDED BOOKMARK:true");
	frame_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_service),
	    cmocka_unit_test(a_slice),
	    cmocka_unit_test(a_node_and_its_namespace),
	    cmocka_unit_test(raw_objects_are_whole_but_for_managed_fields),
	    cmocka_unit_test(a_raw_text_says_what_was_sent),
	    cmocka_unit_test(what_else_a_decoder_looks_at),
	    cmocka_unit_test(a_bookmark_and_a_status_in_place_of_an_object),
	    cmocka_unit_test(identity_and_content),
	    cmocka_unit_test(a_version_is_not_content),
	    cmocka_unit_test(a_watch_and_its_bookmark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
