/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ServiceL2Status objects: what is asked for, answer by answer, and what one says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/l2_status.h"
#include "k8s/l2_writer.h"
#include "tests/unit/fake_client.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#define LIST "/apis/metallb.io/v1beta1/namespaces/sys/servicel2statuses"

struct world {
	struct event_base *base;
	struct client *client;
	struct l2_writer *w;
	unsigned left;
};

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->base = event_base_new();
	w->client = fake_client_new();
	w->w = l2_writer_new(w->base, w->client);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	l2_writer_free(w->w);
	client_free(w->client);
	event_base_free(w->base);
	free(w);
	return 0;
}

static struct k8s_l2_wish *wish_new(const char *name, const char *interfaces)
{
	struct k8s_l2_wish *k = xcalloc(1, sizeof(*k));

	k->ns = xstrdup("sys");
	k->name = xstrdup(name);
	k->node = xstrdup("n1");
	k->service_ns = xstrdup("default");
	k->service = xstrdup("web");
	k->interfaces = xstrdup(interfaces);
	return k;
}

static void make(struct world *w, const char *name)
{
	l2_writer_wish(w->w, wish_new(name, "eth0 eth1"));
}

static void fill(struct world *w, const char *name)
{
	struct k8s_l2_wish *k = wish_new(name, "");

	k->there = true;
	l2_writer_wish(w->w, k);
}

static void gone(struct world *w, const char *name, const char *version)
{
	struct k8s_l2_wish *k = xcalloc(1, sizeof(*k));

	k->ns = xstrdup("sys");
	k->name = xstrdup(name);
	k->gone = true;
	k->version = xstrdup(version);
	l2_writer_wish(w->w, k);
}

/* The only request that waits for an answer. */
static const struct fake_rq *asked(struct world *w, const char *method, const char *path)
{
	const struct fake_rq *rq;

	assert_int_equal(fake_n(w->client), 1);
	rq = fake_rq(w->client, 0);
	assert_string_equal(rq->method, method);
	assert_string_equal(rq->path, path);
	return rq;
}

static void answer(struct world *w, int status)
{
	fake_answer(w->client, 0, status, "{}");
}

static void nothing(struct world *w)
{
	assert_int_equal(fake_n(w->client), 0);
	assert_true(l2_writer_idle(w->w));
}

static void until(struct world *w, size_t n)
{
	time_t end = time(NULL) + 20;

	while (fake_n(w->client) < n && time(NULL) < end)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_true(fake_n(w->client) >= n);
}

/* ---- one object ---- */

static void it_is_created_and_filled(void **state)
{
	struct world *w = *state;
	const struct fake_rq *rq;

	make(w, "l2-a");
	rq = asked(w, "POST", LIST);
	assert_string_equal(rq->content_type, "application/json");
	assert_string_equal(rq->body,
	    "{\"apiVersion\":\"metallb.io/v1beta1\",\"kind\":\"ServiceL2Status\",\"metadata\":{"
	    "\"name\":\"l2-a\",\"namespace\":\"sys\",\"labels\":{\"metallb.io/node\":\"n1\","
	    "\"metallb.io/service-name\":\"web\",\"metallb.io/"
	    "service-namespace\":\"default\"}},"
	    "\"spec\":{}}");
	answer(w, 201);
	rq = asked(w, "PATCH", LIST "/l2-a/status");
	assert_string_equal(rq->content_type, "application/merge-patch+json");
	assert_string_equal(rq->body,
	    "{\"status\":{\"node\":\"n1\",\"serviceName\":\"web\",\"serviceNamespace\":"
	    "\"default\",\"interfaces\":[{\"name\":\"eth0\"},{\"name\":\"eth1\"}]}}");
	answer(w, 200);
	nothing(w);
}

static void one_that_is_there_is_filled(void **state)
{
	struct world *w = *state;

	make(w, "l2-a");
	answer(w, 409);
	asked(w, "PATCH", LIST "/l2-a/status");
	answer(w, 200);
	nothing(w);
	fill(w, "l2-a");
	assert_non_null(
	    strstr(asked(w, "PATCH", LIST "/l2-a/status")->body, "\"interfaces\":[]"));
	answer(w, 404); /* deleted meanwhile */
	asked(w, "POST", LIST);
	answer(w, 201);
	asked(w, "PATCH", LIST "/l2-a/status");
	answer(w, 200);
	nothing(w);
}

/* Node and Service of an object cannot be changed. */
static void one_of_another_node_is_replaced(void **state)
{
	struct world *w = *state;

	fill(w, "l2-a");
	answer(w, 422);
	assert_null(asked(w, "DELETE", LIST "/l2-a")->body);
	answer(w, 200);
	asked(w, "POST", LIST);
	answer(w, 201);
	asked(w, "PATCH", LIST "/l2-a/status");
	answer(w, 200);
	nothing(w);
}

static void it_is_deleted_while_it_is_of_that_version(void **state)
{
	struct world *w = *state;

	gone(w, "l2-a", "7");
	assert_string_equal(asked(w, "DELETE", LIST "/l2-a")->body,
	    "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{"
	    "\"resourceVersion\":\"7\"}}");
	answer(w, 409);
	nothing(w);
	gone(w, "l2-a", NULL);
	assert_null(asked(w, "DELETE", LIST "/l2-a")->body);
	answer(w, 404);
	nothing(w);
	gone(w, "l2-a", NULL);
	answer(w, 200);
	nothing(w);
}

static void the_newest_wish_counts(void **state)
{
	struct world *w = *state;

	make(w, "l2-a");
	gone(w, "l2-a", NULL); /* the POST is on its way */
	asked(w, "POST", LIST);
	answer(w, 201);
	asked(w, "DELETE", LIST "/l2-a");
	make(w, "l2-a");
	answer(w, 200);
	asked(w, "POST", LIST);
	answer(w, 201);
	asked(w, "PATCH", LIST "/l2-a/status");
	answer(w, 200);
	nothing(w);
}

/* ---- what goes wrong ---- */

static void it_does_not_go_round_for_ever(void **state)
{
	struct world *w = *state;

	fill(w, "l2-a");
	while (fake_n(w->client)) {
		bool patch = strcmp(fake_rq(w->client, 0)->method, "PATCH") == 0;

		answer(w, patch ? 404 : 201);
		assert_true(fake_total(w->client) < 20);
	}
	assert_false(l2_writer_idle(w->w));
	until(w, 1); /* but later */
}

static void who_is_refused_is_counted_and_waits(void **state)
{
	struct world *w = *state;
	const char *why;

	assert_int_equal(l2_writer_failed(w->w, &why), 0);
	assert_null(why);
	make(w, "l2-a");
	fake_answer(
	    w->client, 0, 403, "{\"kind\":\"Status\",\"message\":\"n1 cannot\\ncreate\"}");
	assert_int_equal(fake_n(w->client), 0);
	assert_int_equal(l2_writer_failed(w->w, &why), 1);
	assert_string_equal(
	    why, "create servicel2statuses sys/l2-a: HTTP 403: n1 cannot create");
	gone(w, "l2-b", NULL); /* others go on */
	fake_answer(w->client, 0, 403, "");
	l2_writer_failed(w->w, &why);
	assert_string_equal(why, "delete servicel2statuses sys/l2-b: HTTP 403");
	fill(w, "l2-c");
	fake_answer(w->client, 0, 500, "");
	l2_writer_failed(w->w, &why);
	assert_string_equal(why, "patch servicel2statuses/status sys/l2-c: HTTP 500");
	until(w, 1); /* only that one is tried again soon */
	asked(w, "PATCH", LIST "/l2-c/status");
}

/* Nothing there to be deleted is no fault, nothing there to create it in is one. */
static void without_the_kind(void **state)
{
	struct world *w = *state;
	const char *why;

	make(w, "l2-a");
	answer(w, 404);
	assert_int_equal(fake_n(w->client), 0);
	assert_int_equal(l2_writer_failed(w->w, &why), 1);
	gone(w, "l2-b", NULL);
	answer(w, 404);
	assert_int_equal(l2_writer_failed(w->w, &why), 1);
}

static void all_wait_for_a_server_in_trouble(void **state)
{
	struct world *w = *state;

	make(w, "l2-a");
	fake_fail(w->client, 0, -ECONNREFUSED, "nobody listens");
	make(w, "l2-b");
	gone(w, "l2-c", NULL);
	assert_int_equal(fake_n(w->client), 0);
	until(w, 3);
	fake_busy(w->client, 0, 503, 100);
	answer(w, 201);
	answer(w, 200);
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	assert_int_equal(fake_n(w->client), 0); /* for 100 s */
}

/* ---- many ---- */

static void many_are_paced(void **state)
{
	struct world *w = *state;
	char name[16];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "l2-%u", i);
		gone(w, name, NULL);
	}
	assert_int_equal(fake_n(w->client), 8);
	for (unsigned i = 0; i < 90; i++)
		answer(w, 200);
	while (fake_n(w->client))
		answer(w, 200);
	assert_in_range(fake_total(w->client), 100, 199);
	until(w, 1); /* one after the other from here on */
}

static void on_left(void *arg)
{
	((struct world *)arg)->left++;
}

/* Who leaves makes nothing any more, and deletes as fast as it can. */
static void the_end(void **state)
{
	struct world *w = *state;
	char name[16];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "l2-%u", i);
		gone(w, name, NULL);
		snprintf(name, sizeof(name), "l2-new-%u", i);
		make(w, name);
	}
	l2_writer_leave(w->w, on_left, w);
	make(w, "l2-late");
	gone(w, "l2-0", NULL);
	for (unsigned deleted = 0; fake_n(w->client);) {
		const struct fake_rq *rq = fake_rq(w->client, 0);

		assert_int_equal(w->left, 0);
		deleted += strcmp(rq->method, "DELETE") == 0;
		answer(w, strcmp(rq->method, "POST") ? 200 : 201);
		assert_true(fake_n(w->client) || deleted >= 200);
	}
	assert_int_equal(w->left, 1);
	nothing(w);
}

static void the_end_of_who_has_nothing_to_do(void **state)
{
	struct world *w = *state;

	l2_writer_leave(w->w, on_left, w);
	assert_int_equal(w->left, 1);
}

/* ---- what an object says ---- */

static int read_text(const char *text, struct k8s_l2_status *s)
{
	const struct k8s_object o = {
	    .kind = K8S_CUSTOM,
	    .ns = "sys",
	    .name = "l2-a",
	    .raw = {K8S_L2_RESOURCE, text, strlen(text)}
        };

	return k8s_l2_status_read(&o, s);
}

#define META                                                                                   \
	"{\"metadata\":{\"resourceVersion\":\"7\",\"labels\":{\"metallb.io/service-name\":"    \
	"\"web\",\"metallb.io/service-namespace\":\"default\""

static void what_is_read(void **state)
{
	struct k8s_l2_status s;

	(void)state;
	assert_int_equal(
	    read_text(META ",\"metallb.io/node\":\"n1\"}},\"status\":{\"node\":\"n1\","
			   "\"serviceName\":\"web\",\"serviceNamespace\":\"default\","
			   "\"interfaces\":[{\"name\":\"eth1\"},7,{\"name\":\"eth0\"},{}]}}",
		&s),
	    0);
	assert_string_equal(s.node, "n1");
	assert_string_equal(s.service_ns, "default");
	assert_string_equal(s.service, "web");
	assert_string_equal(s.interfaces, "eth0 eth1");
	assert_string_equal(s.version, "7");
	assert_true(s.whole);
	k8s_l2_status_fini(&s);
	/* no status yet */
	assert_int_equal(read_text(META ",\"metallb.io/node\":\"n1\"}}}", &s), 0);
	assert_string_equal(s.interfaces, "");
	assert_false(s.whole);
	k8s_l2_status_fini(&s);
	/* a name too long for a label: the status says it */
	assert_int_equal(read_text(META "}},\"status\":{\"node\":\"n1\"}}", &s), 0);
	assert_string_equal(s.node, "n1");
	k8s_l2_status_fini(&s);
	assert_int_equal(read_text(META "}}}", &s), -EINVAL);
}

static void a_long_name_is_no_label(void **state)
{
	struct world *w = *state;
	struct k8s_l2_wish *k = wish_new("l2-a", "");
	char node[65];

	memset(node, 'n', 64);
	node[64] = '\0';
	free(k->node);
	k->node = xstrdup(node);
	l2_writer_wish(w->w, k);
	assert_null(strstr(asked(w, "POST", LIST)->body, "metallb.io/node"));
	answer(w, 201);
	assert_non_null(strstr(asked(w, "PATCH", LIST "/l2-a/status")->body, node));
}

/* Every prefix of a good object, and every bit of it turned: read, or refused. */
static void nothing_harms(void **state)
{
	static const char good[] = META ",\"metallb.io/node\":\"n1\"}},\"status\":{"
					"\"interfaces\":[{\"name\":\"eth0\"}]}}";
	char text[sizeof(good)];
	struct k8s_l2_status s;

	(void)state;
	for (size_t len = 0; len + 1 < sizeof(good); len++) {
		memcpy(text, good, len);
		text[len] = '\0';
		assert_int_not_equal(read_text(text, &s), 0);
	}
	for (size_t bit = 0; bit < 8 * (sizeof(good) - 1); bit++) {
		memcpy(text, good, sizeof(good));
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		if (read_text(text, &s) == 0)
			k8s_l2_status_fini(&s);
	}
}

static void names_are_the_same_each_time(void **state)
{
	char a[K8S_L2_NAME], b[K8S_L2_NAME];

	(void)state;
	k8s_l2_status_name(a, "n1", "default", "web");
	assert_string_equal(a, "l2-b5289621fb7c5a77");
	k8s_l2_status_name(b, "n1", "defaultw", "eb");
	assert_string_not_equal(a, b);
	k8s_l2_status_name(b, "n2", "default", "web");
	assert_string_not_equal(a, b);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(it_is_created_and_filled),
	    TEST(one_that_is_there_is_filled),
	    TEST(one_of_another_node_is_replaced),
	    TEST(it_is_deleted_while_it_is_of_that_version),
	    TEST(the_newest_wish_counts),
	    TEST(it_does_not_go_round_for_ever),
	    TEST(who_is_refused_is_counted_and_waits),
	    TEST(without_the_kind),
	    TEST(all_wait_for_a_server_in_trouble),
	    TEST(many_are_paced),
	    TEST(the_end),
	    TEST(the_end_of_who_has_nothing_to_do),
	    cmocka_unit_test(what_is_read),
	    TEST(a_long_name_is_no_label),
	    cmocka_unit_test(nothing_harms),
	    cmocka_unit_test(names_are_the_same_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
