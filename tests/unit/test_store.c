/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/store.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

static bool put(struct store *st, struct k8s_object *o)
{
	return store_apply(st, put_event(o));
}

static bool gone(struct store *st, enum k8s_kind kind, const char *path)
{
	return store_apply(st, gone_event(kind, path));
}

/* Names of what is dirty, in order of name; then nothing is. */
static const char *dirty(struct store *st)
{
	static char text[512];
	struct store_service **v;
	const char *names[32];
	size_t n, len = 0;

	v = store_dirty(st, &n);
	assert_true(n < 32);
	for (size_t i = 0; i < n; i++)
		names[i] = v[i]->name;
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j && strcmp(names[j - 1], names[j]) > 0; j--) {
			const char *swap = names[j];

			names[j] = names[j - 1];
			names[j - 1] = swap;
		}
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "%s%s", i ? " " : "", names[i]);
	store_clean(st);
	return text;
}

/* "n1:1,0/0,0 n2:..." ready,draining of IPv4 and IPv6; "-" = without a node. */
static const char *counts(const struct store *st, const char *ns, const char *name)
{
	const struct store_service *svc = store_service(st, ns, name);
	static char text[512];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; svc && i <= svc->n_counts; i++) {
		const struct store_tally *t =
		    i < svc->n_counts ? &svc->counts[i].tally : &svc->homeless;

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s:%d,%d/%d,%d ",
		    i < svc->n_counts ? svc->counts[i].node->name : "-", t->ready[0],
		    t->draining[0], t->ready[1], t->draining[1]);
	}
	return text;
}

static void endpoints_are_counted_once(void **state)
{
	struct store *st = store_new();

	(void)state;
	put(st, service("d/web", ""));
	put(st, slice("d/web-1", "web", "10.0.0.1@b 10.0.0.2@b 10.0.0.3@a:draining 10.0.0.4@"));
	assert_string_equal(counts(st, "d", "web"), "a:0,1/0,0 b:2,0/0,0 -:1,0/0,0 ");
	/* The same address in another slice; not ready there, so not ready. */
	put(st, slice("d/web-2", "web", "10.0.0.1@b:unready 10.0.0.2@b 10.0.0.9@c:gone"));
	assert_string_equal(counts(st, "d", "web"), "a:0,1/0,0 b:1,0/0,0 c:0,0/0,0 -:1,0/0,0 ");
	put(st, slice("d/web-6", "web", "2001:db8::1@b 2001:db8::2@b:draining"));
	assert_string_equal(counts(st, "d", "web"), "a:0,1/0,0 b:1,0/1,1 c:0,0/0,0 -:1,0/0,0 ");
	assert_int_equal(store_service(st, "d", "web")->total.ready[STORE_V4], 2);
	assert_int_equal(store_service(st, "d", "web")->total.draining[STORE_V6], 1);
	/* An address that migrates is on both nodes. */
	put(st, slice("d/web-2", "web", "10.0.0.2@c"));
	assert_string_equal(counts(st, "d", "web"), "a:0,1/0,0 b:2,0/1,1 c:1,0/0,0 -:1,0/0,0 ");
	gone(st, K8S_SLICE, "d/web-1");
	gone(st, K8S_SLICE, "d/web-6");
	assert_string_equal(counts(st, "d", "web"), "c:1,0/0,0 -:0,0/0,0 ");
	assert_int_equal(store_count_kind(st, K8S_SLICE), 1);
	store_free(st);
}

static void names_without_addresses_do_not_count(void **state)
{
	struct store *st = store_new();
	struct k8s_endpoint ep = {.node = "a", .flags = K8S_EP_READY};
	struct k8s_object o = {.kind = K8S_SLICE, .ns = "d", .name = "web-f"};

	(void)state;
	o.slice = (struct k8s_slice){.service = "web", .endpoints = &ep, .n = 1};
	put(st, service("d/web", ""));
	assert_false(put(st, obj_done(&o)));
	assert_string_equal(counts(st, "d", "web"), "-:0,0/0,0 ");
	store_free(st);
}

static void only_what_is_touched_gets_dirty(void **state)
{
	struct store *st = store_new();

	(void)state;
	put(st, service("d/loc", "local"));
	put(st, service("d/any", ""));
	put(st, service("d/off", "type=ClusterIP"));
	put(st, node("n1", "192.0.2.1"));
	put(st, node("n2", "192.0.2.2"));
	put(st, slice("d/loc-1", "loc", "10.0.0.1@n1"));
	assert_string_equal(dirty(st), "any loc off");

	assert_true(put(st, slice("d/any-1", "any", "10.0.1.1@n2")));
	assert_string_equal(dirty(st), "any");
	assert_false(put(st, slice("d/any-1", "any", "10.0.1.1@n2")));
	/* Another slice object, but the same counts. */
	assert_false(put(st, slice("d/any-1", "any", "10.0.1.9@n2")));
	assert_string_equal(dirty(st), "");
	assert_true(put(st, node("n1", "192.0.2.1 notready")));
	assert_string_equal(dirty(st), "any loc");
	assert_true(put(st, node("n2", "192.0.2.2 notready")));
	assert_string_equal(dirty(st), "any");
	assert_false(put(st, node("n2", "192.0.2.2 notready")));
	assert_string_equal(dirty(st), "");
	assert_true(gone(st, K8S_NODE, "n1"));
	assert_false(gone(st, K8S_NODE, "n1"));
	assert_string_equal(dirty(st), "any loc");
	assert_non_null(store_node(st, "n1")); /* still named by an endpoint */
	assert_true(gone(st, K8S_SLICE, "d/loc-1"));
	assert_string_equal(dirty(st), "loc");
	assert_null(store_node(st, "n1"));
	assert_true(gone(st, K8S_SERVICE, "d/loc"));
	assert_false(gone(st, K8S_SERVICE, "d/loc"));
	assert_non_null(store_service(st, "d", "loc"));
	assert_string_equal(dirty(st), "loc");
	assert_null(store_service(st, "d", "loc"));
	store_free(st);
}

static void slices_find_their_service(void **state)
{
	struct store *st = store_new();

	(void)state;
	/* Before the Service; the label changes; no label; the last one goes. */
	put(st, slice("d/x", "web", "10.0.0.1@a"));
	assert_null(store_service(st, "d", "web")->obj);
	put(st, service("d/web", ""));
	assert_string_equal(counts(st, "d", "web"), "a:1,0/0,0 -:0,0/0,0 ");
	store_clean(st);
	put(st, slice("d/x", "dns", "10.0.0.1@b"));
	assert_string_equal(counts(st, "d", "web"), "-:0,0/0,0 ");
	assert_string_equal(counts(st, "d", "dns"), "b:1,0/0,0 -:0,0/0,0 ");
	assert_string_equal(dirty(st), "dns web");
	put(st, slice("d/x", "", "10.0.0.1@b"));
	assert_string_equal(dirty(st), "dns");
	assert_null(store_service(st, "d", "dns"));
	put(st, slice("d/x", "dns", ""));
	gone(st, K8S_SLICE, "d/x");
	store_clean(st);
	assert_null(store_service(st, "d", "dns"));
	store_free(st);
}

static void on_service(struct store_service *svc, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 200 - len, "%s/%s ", svc->ns, svc->name);
}

static void things_are_listed_in_order(void **state)
{
	struct store *st = store_new();
	struct store_node *const *nodes;
	uint64_t generation;
	char text[200] = "";
	size_t n;

	(void)state;
	put(st, service("b/a", "created=3"));
	put(st, service("a/z", "created=5"));
	put(st, service("a/b", "created=5"));
	store_each_service(st, on_service, text);
	assert_string_equal(text, "a/b a/z b/a ");
	assert_true(store_service_cmp_age(
			store_service(st, "b", "a"), store_service(st, "a", "b")) < 0);
	assert_true(store_service_cmp_age(
			store_service(st, "a", "z"), store_service(st, "a", "b")) > 0);
	put(st, node("n2", ""));
	put(st, node("n1", ""));
	put(st, slice("a/z-1", "z", "10.0.0.1@n0"));
	nodes = store_nodes(st, &n);
	assert_int_equal(n, 2);
	assert_string_equal(nodes[0]->name, "n1");
	generation = store_nodes_generation(st);
	put(st, node("n0", ""));
	assert_int_not_equal(store_nodes_generation(st), generation);
	nodes = store_nodes(st, &n);
	assert_int_equal(n, 3);
	assert_string_equal(nodes[0]->name, "n0");
	store_free(st);
	store_free(NULL);
}

static void expect_next(
    struct store *st, struct store_walk *w, const char *ns, const char *name)
{
	const struct store_service *svc = store_walk_next(st, w);

	assert_int_equal(svc != NULL, name != NULL);
	if (!svc)
		return;
	assert_string_equal(svc->ns, ns);
	assert_string_equal(svc->name, name);
}

static void a_walk_goes_on_where_it_was(void **state)
{
	static const char *const paths[] = {"b/a", "a/z", "ab/c", "a/b", "c/q", "a/q"};
	struct store *st = store_new();
	struct store_walk w = {0};

	(void)state;
	expect_next(st, &w, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		put(st, service(paths[i], ""));
	expect_next(st, &w, "a", "b");
	/* where it stands goes, and so does one that is to come; others come */
	gone(st, K8S_SERVICE, "a/b");
	gone(st, K8S_SERVICE, "b/a");
	store_clean(st);
	put(st, service("a/aa", ""));
	put(st, service("a/r", ""));
	expect_next(st, &w, "a", "q");
	expect_next(st, &w, "a", "r");
	expect_next(st, &w, "a", "z");
	expect_next(st, &w, "ab", "c");
	expect_next(st, &w, "c", "q");
	expect_next(st, &w, NULL, NULL);
	expect_next(st, &w, "a", "aa"); /* from the beginning again */
	store_walk_fini(&w);
	store_free(st);
}

static void a_name_alone_is_enough_if_it_is_the_only_one(void **state)
{
	static const char *const paths[] = {"a/web", "b/db", "c/db", "d/last"};
	struct store *st = store_new();
	bool several;

	(void)state;
	assert_null(store_service_named(st, "web", &several));
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		put(st, service(paths[i], ""));
	put(st, slice("e/web-1", "web", "10.0.0.1@n0")); /* no Service */
	assert_string_equal(store_service_named(st, "web", &several)->ns, "a");
	assert_false(several);
	assert_string_equal(store_service_named(st, "last", &several)->ns, "d");
	assert_false(several);
	assert_non_null(store_service_named(st, "db", &several));
	assert_true(several);
	assert_null(store_service_named(st, "none", &several));
	assert_false(several);
	store_free(st);
}

static void nodes_follow_each_other(void **state)
{
	struct store *st = store_new();

	(void)state;
	assert_null(store_node_after(st, NULL));
	put(st, node("n2", ""));
	put(st, node("n1", ""));
	put(st, node("n3", ""));
	assert_string_equal(store_node_after(st, NULL)->name, "n1");
	assert_string_equal(store_node_after(st, "n1")->name, "n2");
	gone(st, K8S_NODE, "n2");
	assert_string_equal(store_node_after(st, "n2")->name, "n3");
	assert_string_equal(store_node_after(st, "n")->name, "n1");
	assert_null(store_node_after(st, "n3"));
	store_free(st);
}

static struct k8s_object *versioned(const char *path, const char *uid, const char *version)
{
	char buf[OBJ_WORD];
	struct k8s_object o = {.kind = K8S_SERVICE};

	obj_name(&o, path, buf);
	o.service = (struct k8s_service){.selector = "", .uid = uid, .version = version};
	return obj_done(&o);
}

static void a_new_version_of_the_same_service_is_kept_and_changes_nothing(void **state)
{
	struct store *st = store_new();
	const struct store_service *svc;

	(void)state;
	assert_true(put(st, versioned("d/web", "u", "7")));
	svc = store_service(st, "d", "web");
	assert_string_equal(dirty(st), "web");
	assert_false(put(st, versioned("d/web", "u", "8")));
	assert_string_equal(dirty(st), "");
	assert_string_equal(svc->obj->service.version, "8");
	assert_int_equal(store_count_kind(st, K8S_SERVICE), 1);
	/* Deleted and made again between two looks. */
	assert_false(put(st, versioned("d/web", "another", "9")));
	assert_string_equal(svc->obj->service.uid, "another");
	assert_string_equal(dirty(st), "");
	store_free(st);
}

static struct k8s_object *raw(
    enum k8s_kind kind, const char *resource, const char *path, const char *text)
{
	char buf[OBJ_WORD];
	struct k8s_object o = {.kind = kind};

	obj_name(&o, path, buf);
	o.raw = (struct k8s_raw){.resource = resource, .text = text, .len = strlen(text)};
	return obj_done(&o);
}

static void namespaces_and_raw_objects_touch_no_service(void **state)
{
	struct store *st = store_new();
	const struct k8s_object *o;

	(void)state;
	put(st, service("d/web", ""));
	store_clean(st);
	assert_true(put(st, space("d", "team=a")));
	assert_false(put(st, space("d", "team=a")));
	assert_true(put(st, space("d", "team=b")));
	o = store_object(st, K8S_NAMESPACE, "", "", "d");
	assert_string_equal(o->space.labels[0].value, "b");
	assert_true(put(st, raw(K8S_CUSTOM, "pools", "m/x", "1")));
	assert_true(put(st, raw(K8S_CUSTOM, "peers", "m/x", "2")));
	assert_true(put(st, raw(K8S_SECRET, "", "m/x", "3")));
	assert_true(put(st, raw(K8S_CUSTOM, "pools", "m/x", "4")));
	assert_false(put(st, raw(K8S_CUSTOM, "pools", "m/x", "4")));
	assert_int_equal(store_count_kind(st, K8S_CUSTOM), 2);
	assert_int_equal(store_count_kind(st, K8S_SECRET), 1);
	assert_int_equal(store_count_kind(st, K8S_NAMESPACE), 1);
	assert_string_equal(store_object(st, K8S_CUSTOM, "pools", "m", "x")->raw.text, "4");
	assert_string_equal(store_object(st, K8S_CUSTOM, "peers", "m", "x")->raw.text, "2");
	assert_string_equal(store_object(st, K8S_SECRET, "", "m", "x")->raw.text, "3");
	assert_null(store_object(st, K8S_CONFIGMAP, "", "m", "x"));
	assert_null(store_object(st, K8S_CUSTOM, "pools", "m", "y"));
	assert_true(store_apply(st, gone_event(K8S_SECRET, "m/x")));
	assert_false(store_apply(st, gone_event(K8S_SECRET, "m/x")));
	assert_true(store_apply(
	    st, k8s_event_new(K8S_DELETE, k8s_custom_name_only("pools", "m", "x"))));
	assert_true(gone(st, K8S_NAMESPACE, "d"));
	assert_int_equal(store_count_kind(st, K8S_CUSTOM), 1);
	assert_int_equal(store_count_kind(st, K8S_NAMESPACE), 0);
	assert_string_equal(dirty(st), "");
	store_free(st);
}

static void raw_objects_are_listed_in_order(void **state)
{
	static const char *const names[] = {"peers a/b", "pools a/b", "pools a/c", "pools b/a"};
	struct store *st = store_new();
	const struct k8s_object **v;
	size_t n;

	(void)state;
	v = store_objects(st, K8S_CUSTOM, &n);
	assert_int_equal(n, 0);
	free(v);
	put(st, raw(K8S_CUSTOM, "pools", "b/a", ""));
	put(st, raw(K8S_CUSTOM, "pools", "a/c", ""));
	put(st, raw(K8S_CONFIGMAP, "", "a/c", ""));
	put(st, raw(K8S_CUSTOM, "pools", "a/b", ""));
	put(st, raw(K8S_CUSTOM, "peers", "a/b", ""));
	v = store_objects(st, K8S_CUSTOM, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		char text[64];

		snprintf(
		    text, sizeof(text), "%s %s/%s", v[i]->raw.resource, v[i]->ns, v[i]->name);
		assert_string_equal(text, names[i]);
	}
	free(v);
	store_free(st);
}

/* node->services and counts[].at against each other. */
static void check_links(const struct store_service *svc)
{
	for (size_t i = 0; i < svc->n_counts; i++) {
		const struct store_count *c = &svc->counts[i];

		assert_true(c->at < c->node->n_services);
		assert_ptr_equal(c->node->services[c->at], svc);
		assert_true(!i || strcmp(svc->counts[i - 1].node->name, c->node->name) < 0);
	}
}

static void links_survive_churn(void **state)
{
	struct store *st = store_new();
	unsigned r = 7;

	(void)state;
	for (int step = 0; step < 3000; step++) {
		char svc[16], path[32], eps[256] = "";
		size_t len = 0, links = 0, listed = 0;
		struct store_service *s;

		r = r * 1664525u + 1013904223u;
		snprintf(svc, sizeof(svc), "s%u", (r >> 8) % 8);
		snprintf(path, sizeof(path), "d/%s-%u", svc, (r >> 12) % 2);
		for (unsigned i = 0; i < 6; i++)
			if (r >> (16 + i) & 1)
				len += (size_t)snprintf(eps + len, sizeof(eps) - len,
				    "10.0.0.%u@n%u ", i, (r >> 24 & 3) + i);
		if (r >> 28)
			put(st, slice(path, svc, eps));
		else
			gone(st, K8S_SLICE, path);
		for (unsigned i = 0; i < 8; i++) {
			snprintf(svc, sizeof(svc), "s%u", i);
			s = store_service(st, "d", svc);
			if (s)
				check_links(s);
			links += s ? s->n_counts : 0;
		}
		for (unsigned i = 0; i < 10; i++) {
			snprintf(svc, sizeof(svc), "n%u", i);
			listed += store_node(st, svc) ? store_node(st, svc)->n_services : 0;
		}
		assert_int_equal(links, listed);
		if (r >> 20 & 1)
			store_clean(st);
	}
	store_free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(endpoints_are_counted_once),
	    cmocka_unit_test(names_without_addresses_do_not_count),
	    cmocka_unit_test(only_what_is_touched_gets_dirty),
	    cmocka_unit_test(slices_find_their_service),
	    cmocka_unit_test(things_are_listed_in_order),
	    cmocka_unit_test(a_walk_goes_on_where_it_was),
	    cmocka_unit_test(a_name_alone_is_enough_if_it_is_the_only_one),
	    cmocka_unit_test(nodes_follow_each_other),
	    cmocka_unit_test(a_new_version_of_the_same_service_is_kept_and_changes_nothing),
	    cmocka_unit_test(namespaces_and_raw_objects_touch_no_service),
	    cmocka_unit_test(raw_objects_are_listed_in_order),
	    cmocka_unit_test(links_survive_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
