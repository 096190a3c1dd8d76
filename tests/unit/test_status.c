/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written into Services, answer by answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/lease.h"
#include "k8s/status.h"
#include "tests/unit/fake_client.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>

struct world {
	struct event_base *base;
	struct client *client;
	struct status *s;
	uint64_t serial; /* of the last wish */
	char told[1024]; /* "default/web #1 12;" */
};

/* In the place of lease.c. */
static unsigned left_ms;

unsigned lease_left_ms(const struct lease *l)
{
	(void)l;
	return left_ms;
}

static void sink(struct k8s_event *ev, void *arg)
{
	struct world *w = arg;
	const struct k8s_wrote *o = ev->wrote;
	size_t len = strlen(w->told);

	assert_int_equal(ev->type, K8S_WROTE);
	snprintf(w->told + len, sizeof(w->told) - len, "%s/%s #%u %s%s%s%s;", o->ns, o->name,
	    (unsigned)o->serial, o->version ? o->version : "- ", o->error ? o->error : "",
	    o->again ? " (again)" : "", o->counts ? " (counts)" : "");
	k8s_event_free(ev);
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	left_ms = 9500;
	w->base = event_base_new();
	w->client = fake_client_new();
	w->s = status_new(w->base, w->client, NULL, sink, w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	status_free(w->s);
	client_free(w->client);
	event_base_free(w->base);
	free(w);
	return 0;
}

static void wish(struct world *w, const char *name, const char *version, const char *addrs)
{
	struct k8s_status_wish *k = xcalloc(1, sizeof(*k));
	char buf[128], *p = buf;

	k->ns = xstrdup("default");
	k->name = xstrdup(name);
	k->uid = xstrdup("u1");
	k->version = xstrdup(version);
	snprintf(buf, sizeof(buf), "%s", addrs);
	while (*p) {
		size_t len = strcspn(p, ",");
		bool more = p[len];

		p[len] = '\0';
		assert_int_equal(ipaddr_parse(p, &k->addr[k->n++]), 0);
		p += len + more;
	}
	k->pool = k->n ? xstrdup("lan") : NULL;
	k->serial = ++w->serial;
	status_wish(w->s, k);
}

static void clear(struct world *w, const char *version)
{
	struct k8s_status_wish *k = xcalloc(1, sizeof(*k));

	k->ns = xstrdup("default");
	k->name = xstrdup("web");
	k->uid = xstrdup("u1");
	k->version = xstrdup(version);
	k->clear = true;
	k->serial = ++w->serial;
	status_wish(w->s, k);
}

static void expect(struct world *w, size_t i, const char *method, const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "/api/v1/namespaces/default/services/%s", path);
	assert_true(i < fake_n(w->client));
	assert_string_equal(fake_rq(w->client, i)->method, method);
	assert_string_equal(fake_rq(w->client, i)->path, full);
}

/* Run the loop until as many requests wait. */
static void until(struct world *w, size_t n)
{
	time_t end = time(NULL) + 20;

	while (fake_n(w->client) != n && time(NULL) < end)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_int_equal(fake_n(w->client), n);
}

static void told(struct world *w, const char *text)
{
	assert_string_equal(w->told, text);
	w->told[0] = '\0';
}

#define GET_HEAD "{\"metadata\":{\"uid\":\"u1\",\"resourceVersion\":\"20\""
#define LB       "},\"spec\":{\"type\":\"LoadBalancer\"}"
#define FROM_LAN ",\"annotations\":{\"metallb.io/ip-allocated-from-pool\":\"lan\"}"
#define IS_SO    ",\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.1\"}]}}}"

static void test_patch(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1,2001:db8::1");
	expect(w, 0, "PATCH", "web/status");
	assert_string_equal(
	    fake_rq(w->client, 0)->content_type, "application/merge-patch+json");
	assert_string_equal(fake_rq(w->client, 0)->body,
	    "{\"metadata\":{\"uid\":\"u1\",\"resourceVersion\":\"10\",\"annotations\":"
	    "{\"metallb.io/"
	    "ip-allocated-from-pool\":\"lan\"}},\"status\":{\"loadBalancer\":{\"ingress\":[{"
	    "\"ip\":\"192.0.2.1\"},{\"ip\":\"2001:db8::1\"}]}}"
	    "}");
	assert_int_equal(fake_rq(w->client, 0)->total_s, 9);
	fake_answer(w->client, 0, 200, "{\"metadata\":{\"resourceVersion\":\"11\"}}");
	told(w, "default/web #1 11;");
	assert_int_equal(fake_n(w->client), 0);

	wish(w, "web", "11", "");
	assert_string_equal(fake_rq(w->client, 0)->body,
	    "{\"metadata\":{\"uid\":\"u1\",\"resourceVersion\":\"11\",\"annotations\":"
	    "{\"metallb.io/"
	    "ip-allocated-from-pool\":null}},\"status\":{\"loadBalancer\":{\"ingress\":null}}"
	    "}");
}

static void test_without_version_it_is_read(void **state)
{
	struct world *w = *state;

	wish(w, "web", NULL, "192.0.2.1");
	expect(w, 0, "GET", "web");
	fake_answer(w->client, 0, 200, GET_HEAD LB "}");
	expect(w, 0, "PATCH", "web/status");
	assert_non_null(strstr(fake_rq(w->client, 0)->body, "\"resourceVersion\":\"20\""));
}

static void test_conflict(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1");
	fake_answer(w->client, 0, 409, "{\"kind\":\"Status\",\"message\":\"modified\"}");
	expect(w, 0, "GET", "web");
	fake_answer(w->client, 0, 200,
	    GET_HEAD LB
	    ",\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.9\"}]}}}");
	expect(w, 0, "PATCH", "web/status");
	fake_answer(w->client, 0, 409, "");
	fake_answer(w->client, 0, 200, GET_HEAD LB IS_SO); /* but for the annotation */
	expect(w, 0, "PATCH", "web/status");
	fake_answer(w->client, 0, 409, "");
	fake_answer(w->client, 0, 200, GET_HEAD FROM_LAN LB IS_SO);
	told(w, "default/web #1 20;"); /* it is so already */
	assert_int_equal(fake_n(w->client), 0);
}

static void test_conflicts_do_not_go_on_for_ever(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1");
	while (fake_n(w->client)) {
		if (strcmp(fake_rq(w->client, 0)->method, "GET") == 0)
			fake_answer(w->client, 0, 200, GET_HEAD LB "}");
		else
			fake_answer(w->client, 0, 409, "");
		assert_true(fake_total(w->client) < 20);
	}
	assert_int_equal(fake_total(w->client), 11);
	until(w, 1); /* but later */
	expect(w, 0, "GET", "web");
	told(w, "");
}

static void not_ours(struct world *w, const char *service, const char *why)
{
	char text[128];

	wish(w, "web", "10", "192.0.2.1");
	fake_answer(w->client, 0, 409, "");
	fake_answer(w->client, 0, 200, service);
	assert_int_equal(fake_n(w->client), 0);
	snprintf(text, sizeof(text), "default/web #%u - %s;", (unsigned)w->serial, why);
	told(w, text);
}

static void test_what_is_not_ours_is_left_alone(void **state)
{
	struct world *w = *state;

	not_ours(w, "{\"metadata\":{\"uid\":\"u2\",\"resourceVersion\":\"20\"" LB "}",
	    "the Service is another one now");
	not_ours(w, GET_HEAD ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"" LB "}",
	    "the Service is being deleted");
	not_ours(w, GET_HEAD "},\"spec\":{\"type\":\"ClusterIP\"}}",
	    "the Service is no LoadBalancer any more");
	not_ours(w,
	    GET_HEAD "},\"spec\":{\"type\":\"LoadBalancer\",\"loadBalancerClass\":\"x\"}}",
	    "the Service has another loadBalancerClass now");
	wish(w, "web", "10", "192.0.2.1");
	fake_answer(w->client, 0, 404, "{}");
	told(w, "default/web #5 - the Service is gone;");
}

static void test_forbidden(void **state)
{
	struct world *w = *state;
	const char *why;

	wish(w, "web", "10", "192.0.2.1");
	fake_answer(w->client, 0, 403,
	    "{\"kind\":\"Status\",\"message\":\"User \\\"x\\\" cannot\\npatch\"}");
	told(w, "default/web #1 - patch services/status of default/web: HTTP 403: User \"x\" "
		"cannot patch (again);");
	assert_int_equal(fake_n(w->client), 0);
	assert_int_equal(status_failed(w->s, &why), 1);
	assert_string_equal(
	    why, "patch services/status of default/web: HTTP 403: User \"x\" cannot patch");
	wish(w, "dns", "10", "192.0.2.1"); /* others go on */
	expect(w, 0, "PATCH", "dns/status");
	wish(w, "web", "11", "192.0.2.2"); /* but that one waits */
	assert_int_equal(fake_n(w->client), 1);
}

/* So the API server calls it when the uid is not that of the Service. */
static void test_invalid(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1");
	fake_answer(w->client, 0, 422, "{}");
	expect(w, 0, "GET", "web");
	fake_answer(w->client, 0, 200, GET_HEAD LB "}");
	expect(w, 0, "PATCH", "web/status");
	fake_answer(w->client, 0, 422, "{}"); /* it is something else */
	told(w, "default/web #1 - patch services/status of default/web: HTTP 422 (again);");
	assert_int_equal(fake_n(w->client), 0);
}

static void test_broken_answers(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1");
	fake_answer(w->client, 0, 200, "{\"metadata\":");
	told(w, "default/web #1 - what was answered is no object (again);");
	wish(w, "dns", "10", "192.0.2.1");
	fake_answer(w->client, 0, 500, "<html>secret</html>");
	assert_null(strstr(w->told, "secret"));
	assert_non_null(strstr(w->told, "HTTP 500 (again)"));
	until(w, 1);
	expect(w, 0, "PATCH", "dns/status");
}

static void test_server_in_trouble(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1");
	wish(w, "dns", "10", "192.0.2.2");
	fake_fail(w->client, 0, -ECONNREFUSED, "nobody listens");
	assert_int_equal(fake_n(w->client), 1);
	wish(w, "ntp", "10", "192.0.2.3");
	assert_int_equal(fake_n(w->client), 1); /* all of them wait */
	told(w, "");
	fake_busy(w->client, 0, 429, 0);
	until(w, 3);
	fake_busy(w->client, 0, 503, 100);
	fake_answer(w->client, 0, 200, "{\"metadata\":{\"resourceVersion\":\"11\"}}");
	fake_answer(w->client, 0, 200, "{\"metadata\":{\"resourceVersion\":\"12\"}}");
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	assert_int_equal(fake_n(w->client), 0); /* for 100 s */
}

static void test_many_at_once_in_order(void **state)
{
	struct world *w = *state;
	char name[16];

	for (unsigned i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "s%02u", i);
		wish(w, name, "10", "192.0.2.1");
	}
	assert_int_equal(fake_n(w->client), 32);
	for (unsigned i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "s%02u/status", i);
		expect(w, 0, "PATCH", name);
		fake_answer(w->client, 0, 200, "{\"metadata\":{\"resourceVersion\":\"11\"}}");
	}
	assert_int_equal(fake_total(w->client), 80);
}

/* What is left of one that is no LoadBalancer any more. */
static void test_clear(void **state)
{
	struct world *w = *state;

	clear(w, "10");
	expect(w, 0, "PATCH", "web/status");
	assert_string_equal(fake_rq(w->client, 0)->body,
	    "{\"metadata\":{\"uid\":\"u1\",\"resourceVersion\":\"10\",\"annotations\":"
	    "{\"metallb.io/ip-allocated-from-pool\":null}},\"status\":{\"loadBalancer\":"
	    "{\"ingress\":null}}}");
	fake_answer(w->client, 0, 409, "");
	fake_answer(w->client, 0, 200, GET_HEAD LB "}");
	told(w, "default/web #1 - the Service is a LoadBalancer again;");
	clear(w, "10");
	fake_answer(w->client, 0, 409, "");
	fake_answer(
	    w->client, 0, 200, GET_HEAD FROM_LAN "},\"spec\":{\"type\":\"ClusterIP\"}}");
	expect(w, 0, "PATCH", "web/status");
	fake_answer(w->client, 0, 409, "");
	fake_answer(w->client, 0, 200, GET_HEAD "},\"spec\":{\"type\":\"ClusterIP\"}}");
	told(w, "default/web #2 20;");
}

static void counts(struct world *w, const char *name, int64_t assigned)
{
	struct k8s_status_wish *k = xcalloc(1, sizeof(*k));

	k->ns = xstrdup("metallb-system");
	k->name = xstrdup(name);
	k->uid = xstrdup("p1");
	k->counts = xcalloc(1, sizeof(*k->counts));
	*k->counts = (struct k8s_pool_counts){assigned, 1, 256 - assigned, INT64_MAX};
	k->serial = ++w->serial;
	status_wish(w->s, k);
}

static void test_counts(void **state)
{
	struct world *w = *state;
	const char *why;

	wish(w, "lan", "10", "192.0.2.1"); /* a Service of the same name is another thing */
	counts(w, "lan", 3);
	assert_int_equal(fake_n(w->client), 2);
	assert_string_equal(fake_rq(w->client, 1)->method, "PATCH");
	assert_string_equal(fake_rq(w->client, 1)->path,
	    "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools/lan/status");
	assert_string_equal(fake_rq(w->client, 1)->body,
	    "{\"metadata\":{\"uid\":\"p1\"},\"status\":{\"assignedIPv4\":3,\"assignedIPv6\":1,"
	    "\"availableIPv4\":253,\"availableIPv6\":9223372036854775807}}");
	counts(w, "lan", 4); /* while that is on its way */
	fake_answer(w->client, 1, 200, "{\"metadata\":{\"resourceVersion\":\"12\"}}");
	assert_non_null(strstr(fake_rq(w->client, 1)->body, "\"assignedIPv4\":4"));
	fake_answer(w->client, 1, 200, "{\"metadata\":{\"resourceVersion\":\"13\"}}");
	told(w, "metallb-system/lan #3 13 (counts);");
	counts(w, "lan", 5);
	fake_answer(w->client, 1, 409, ""); /* the uid: it is not read */
	told(w, "metallb-system/lan #4 - the pool is another one now (counts);");
	counts(w, "lan", 5);
	fake_answer(w->client, 1, 404, "");
	told(w, "metallb-system/lan #5 - the pool is gone (counts);");
	counts(w, "lan", 5);
	fake_answer(w->client, 1, 422, "");
	assert_int_equal(status_failed(w->s, &why), 1);
	assert_string_equal(why, "patch ipaddresspools/status of metallb-system/lan: HTTP 422");
	assert_int_equal(fake_n(w->client), 1);
}

static void test_newer_wish_replaces(void **state)
{
	struct world *w = *state;

	wish(w, "web", "10", "192.0.2.1");
	wish(w, "web", "11", "192.0.2.2");
	assert_int_equal(fake_n(w->client), 1);
	fake_answer(w->client, 0, 200, "{\"metadata\":{\"resourceVersion\":\"12\"}}");
	told(w, "");
	assert_non_null(strstr(fake_rq(w->client, 0)->body, "192.0.2.2"));
	fake_answer(w->client, 0, 404, "{}");
	told(w, "default/web #2 - the Service is gone;");
}

static void test_nothing_without_the_lease(void **state)
{
	struct world *w = *state;

	left_ms = 999;
	wish(w, "web", "10", "192.0.2.1");
	assert_int_equal(fake_n(w->client), 0);
	left_ms = 1999;
	until(w, 1);
	assert_int_equal(fake_rq(w->client, 0)->total_s, 1);
	left_ms = 0; /* lost meanwhile: a conflict is not followed up */
	fake_answer(w->client, 0, 409, "");
	assert_int_equal(fake_n(w->client), 0);
	status_clear(w->s);
	left_ms = 9000;
	assert_int_equal(event_base_get_num_events(w->base, EVENT_BASE_COUNT_ADDED), 0);
	wish(w, "web", "11", "192.0.2.1");
	status_clear(w->s); /* cancels what is on its way */
	assert_int_equal(fake_n(w->client), 0);
	told(w, "");
}

static void test_no_answer_in_time(void **state)
{
	struct world *w = *state;

	left_ms = 1000;
	wish(w, "web", "10", "192.0.2.1");
	until(w, 0); /* the ask gives up by itself */
	until(w, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_patch),
	    TEST(test_without_version_it_is_read),
	    TEST(test_conflict),
	    TEST(test_conflicts_do_not_go_on_for_ever),
	    TEST(test_what_is_not_ours_is_left_alone),
	    TEST(test_forbidden),
	    TEST(test_invalid),
	    TEST(test_broken_answers),
	    TEST(test_server_in_trouble),
	    TEST(test_many_at_once_in_order),
	    TEST(test_clear),
	    TEST(test_counts),
	    TEST(test_newer_wish_replaces),
	    TEST(test_nothing_without_the_lease),
	    TEST(test_no_answer_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
