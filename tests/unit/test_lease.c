/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is sent for a Lease; when, is for test_lease_rules.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/lease.h"
#include "tests/unit/fake_client.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>

#define PATH "/apis/coordination.k8s.io/v1/namespaces/sys/leases"

struct world {
	struct event_base *base;
	struct client *client;
	struct lease *l;
	unsigned changes;
};

static const struct k8s_elect us = {.ns = "sys", .name = "grevy", .identity = "gw_1"};

static void on_change(void *arg)
{
	((struct world *)arg)->changes++;
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->base = event_base_new();
	w->client = fake_client_new();
	w->l = lease_new(w->base, w->client, on_change, w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	lease_free(w->l);
	client_free(w->client);
	event_base_free(w->base);
	free(w);
	return 0;
}

/* Run the loop until a request waits, which is to be this one. */
static const char *expect(struct world *w, const char *method, const char *path)
{
	time_t end = time(NULL) + 20;

	while (!fake_n(w->client) && time(NULL) < end)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_int_equal(fake_n(w->client), 1);
	assert_string_equal(fake_rq(w->client, 0)->method, method);
	assert_string_equal(fake_rq(w->client, 0)->path, path);
	assert_int_equal(fake_rq(w->client, 0)->total_s, 5);
	return fake_rq(w->client, 0)->body;
}

static void has(const char *body, const char *part)
{
	if (!strstr(body, part))
		fail_msg("%s is not in %s", part, body);
}

static void answer(struct world *w, const char *holder, const char *version)
{
	char body[512];

	snprintf(body, sizeof(body),
	    "{\"kind\":\"Lease\",\"metadata\":{\"name\":\"grevy\",\"labels\":{\"a\":\"b\"},"
	    "\"managedFields\":[1],\"resourceVersion\":\"%s\"},\"spec\":{\"holderIdentity\":"
	    "\"%s\",\"leaseDurationSeconds\":1,\"leaseTransitions\":4,\"strategy\":\"x\","
	    "\"renewTime\":\"2026-01-01T00:00:0%s.000000Z\"}}",
	    version, holder, version);
	fake_answer(w->client, 0, 200, body);
}

static void test_create(void **state)
{
	struct world *w = *state;
	const char *body;

	lease_elect(w->l, &us);
	assert_null(expect(w, "GET", PATH "/grevy"));
	fake_answer(w->client, 0, 404, "{\"kind\":\"Status\"}");
	assert_null(lease_error(w->l));
	body = expect(w, "POST", PATH);
	has(body, "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":"
		  "{\"namespace\":\"sys\",\"name\":\"grevy\"},\"spec\":{\"holderIdentity\":"
		  "\"gw_1\",\"leaseDurationSeconds\":15,\"renewTime\":\"");
	has(body, "\"leaseTransitions\":0");
	assert_false(lease_ours(w->l));
	assert_int_equal(w->changes, 0);
	answer(w, "gw_1", "5");
	assert_true(lease_ours(w->l));
	assert_in_range(lease_left_ms(w->l), 5000, 10000);
	assert_string_equal(lease_holder(w->l), "gw_1");
	assert_string_equal(lease_identity(w->l), "gw_1");
	assert_int_equal(w->changes, 1);

	body = expect(w, "PUT", PATH "/grevy"); /* a renewal keeps what others wrote */
	has(body, "\"labels\":{\"a\":\"b\"}");
	has(body, "\"resourceVersion\":\"5\"");
	has(body, "\"strategy\":\"x\"");
	has(body, "\"leaseTransitions\":4");
	has(body, "\"leaseDurationSeconds\":15");
	assert_null(strstr(body, "managedFields"));
	assert_null(strstr(body, "acquireTime"));
	answer(w, "gw_1", "6");
	assert_int_equal(w->changes, 1);
}

static void test_another_leads(void **state)
{
	struct world *w = *state;
	const char *body;

	lease_elect(w->l, &us);
	expect(w, "GET", PATH "/grevy");
	answer(w, "other", "5"); /* for one second */
	assert_false(lease_ours(w->l));
	assert_string_equal(lease_holder(w->l), "other");
	assert_int_equal(w->changes, 1);
	body = expect(w, "PUT", PATH "/grevy");
	has(body, "\"holderIdentity\":\"gw_1\"");
	has(body, "\"leaseTransitions\":5");
	has(body, "\"acquireTime\":\"20");
	fake_answer(w->client, 0, 409, "{}"); /* somebody was faster */
	expect(w, "GET", PATH "/grevy");
	answer(w, "third", "7");
	assert_false(lease_ours(w->l));
	assert_string_equal(lease_holder(w->l), "third");
	assert_int_equal(w->changes, 2);
}

static void test_errors_are_told(void **state)
{
	struct world *w = *state;

	lease_elect(w->l, &us);
	expect(w, "GET", PATH "/grevy");
	fake_answer(w->client, 0, 403, "{\"kind\":\"Status\",\"message\":\"no\"}");
	assert_string_equal(lease_error(w->l), "get leases: HTTP 403: no");
	expect(w, "GET", PATH "/grevy");
	fake_answer(w->client, 0, 200, "[]");
	assert_string_equal(lease_error(w->l), "get leases: what was answered is not a Lease");
	expect(w, "GET", PATH "/grevy");
	fake_fail(w->client, 0, -ECONNRESET, "");
	assert_non_null(strstr(lease_error(w->l), "get leases: Connection reset"));
	expect(w, "GET", PATH "/grevy");
	answer(w, "", "1");
	assert_null(lease_error(w->l));
}

static void lead(struct world *w)
{
	lease_elect(w->l, &us);
	expect(w, "GET", PATH "/grevy");
	answer(w, "", "1");
	expect(w, "PUT", PATH "/grevy");
	answer(w, "gw_1", "2");
	assert_true(lease_ours(w->l));
}

static void test_leave(void **state)
{
	struct world *w = *state;
	const char *body;

	lead(w);
	lease_elect(w->l, NULL);
	assert_false(lease_ours(w->l)); /* at once */
	assert_true(lease_leaving(w->l));
	body = expect(w, "PUT", PATH "/grevy");
	has(body, "\"holderIdentity\":\"\",\"leaseDurationSeconds\":1");
	has(body, "\"resourceVersion\":\"2\"");
	answer(w, "", "3");
	assert_false(lease_leaving(w->l));
	assert_null(lease_identity(w->l));
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	assert_int_equal(fake_n(w->client), 0);
	assert_int_equal(event_base_get_num_events(w->base, EVENT_BASE_COUNT_ADDED), 0);
}

static void test_another_lease(void **state)
{
	static const struct k8s_elect next = {.ns = "sys", .name = "two", .identity = "gw_1"};
	struct world *w = *state;

	lead(w);
	lease_elect(w->l, &us);
	assert_true(lease_ours(w->l)); /* the same: nothing happens */
	lease_elect(w->l, &next);
	has(expect(w, "PUT", PATH "/grevy"), "\"holderIdentity\":\"\"");
	answer(w, "", "3");
	expect(w, "GET", PATH "/two");
	assert_false(lease_ours(w->l));
	assert_null(lease_holder(w->l));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_create),
	    TEST(test_another_leads),
	    TEST(test_errors_are_told),
	    TEST(test_leave),
	    TEST(test_another_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
