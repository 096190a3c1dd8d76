/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events about objects: what is sent, joined, and dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/lease.h"
#include "k8s/notice.h"
#include "tests/unit/fake_client.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>

#define PATH "/api/v1/namespaces/default/events"

struct world {
	struct event_base *base;
	struct client *client;
	struct notices *n;
};

/* In the place of lease.c. */
static unsigned left_ms;

unsigned lease_left_ms(const struct lease *l)
{
	(void)l;
	return left_ms;
}

const char *lease_identity(const struct lease *l)
{
	(void)l;
	return "gw_1";
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	left_ms = 9500;
	w->base = event_base_new();
	w->client = fake_client_new();
	w->n = notices_new(w->base, w->client, (struct lease *)w, "grevy-controller");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	notices_free(w->n);
	client_free(w->client);
	event_base_free(w->base);
	free(w);
	return 0;
}

static void say(struct world *w, const char *reason, const char *text)
{
	struct k8s_notice *n = xcalloc(1, sizeof(*n));

	n->ns = xstrdup("default");
	n->name = xstrdup("web");
	n->uid = xstrdup("u1");
	n->reason = xstrdup(reason);
	n->text = xstrdup(text);
	n->warning = strcmp(reason, "AllocationFailed") == 0;
	notices_put(w->n, n);
}

/* Run the loop until a request waits. */
static void until_asked(struct world *w)
{
	time_t end = time(NULL) + 20;

	while (!fake_n(w->client) && time(NULL) < end)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_int_equal(fake_n(w->client), 1);
}

static void has(struct world *w, const char *part)
{
	if (!strstr(fake_rq(w->client, 0)->body, part))
		fail_msg("%s is not in %s", part, fake_rq(w->client, 0)->body);
}

static void dropped(struct world *w, unsigned n, const char *part)
{
	const char *why;

	assert_int_equal(notices_dropped(w->n, &why), n);
	assert_true(part ? why && strstr(why, part) : !why);
}

static void test_post(void **state)
{
	struct world *w = *state;

	say(w, "IPAllocated", "Assigned IP [\"192.0.2.1\"]");
	assert_string_equal(fake_rq(w->client, 0)->method, "POST");
	assert_string_equal(fake_rq(w->client, 0)->path, PATH);
	assert_string_equal(fake_rq(w->client, 0)->content_type, "application/json");
	has(w, "{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{\"name\":\"web.");
	has(w,
	    "\"namespace\":\"default\"},\"involvedObject\":{\"kind\":\"Service\","
	    "\"apiVersion\":\"v1\",\"namespace\":\"default\",\"name\":\"web\",\"uid\":\"u1\"},"
	    "\"reason\":\"IPAllocated\",\"message\":\"Assigned IP [\\\"192.0.2.1\\\"]\","
	    "\"type\":\"Normal\",\"source\":{\"component\":\"grevy-controller\"},"
	    "\"reportingComponent\":\"grevy-controller\",\"reportingInstance\":\"gw_1\","
	    "\"firstTimestamp\":\"20");
	has(w, "\"count\":1}");
	fake_answer(w->client, 0, 201, "{}");
	say(w, "AllocationFailed", "no");
	has(w, "\"type\":\"Warning\"");
	dropped(w, 0, NULL);
}

static void test_of_another_kind(void **state)
{
	struct world *w = *state;
	struct k8s_notice *n = xcalloc(1, sizeof(*n));

	n->ns = xstrdup("metallb-system");
	n->name = xstrdup("tor");
	n->api = xstrdup("metallb.io/v1beta2");
	n->kind = xstrdup("BGPPeer");
	n->reason = xstrdup("Refused");
	n->text = xstrdup("spec.peerPort: must be 1..16384");
	n->warning = true;
	notices_put(w->n, n);
	assert_string_equal(
	    fake_rq(w->client, 0)->path, "/api/v1/namespaces/metallb-system/events");
	has(w, "\"involvedObject\":{\"kind\":\"BGPPeer\",\"apiVersion\":\"metallb.io/v1beta2\","
	       "\"namespace\":\"metallb-system\",\"name\":\"tor\"}");
}

/* An item of a list does not name its version. */
static void test_of_no_known_version(void **state)
{
	struct world *w = *state;
	struct k8s_notice *n = xcalloc(1, sizeof(*n));

	n->ns = xstrdup("metallb-system");
	n->name = xstrdup("config");
	n->kind = xstrdup("ConfigMap");
	n->reason = xstrdup("PolicyRefused");
	n->text = xstrdup("refused: config:1:1: not known");
	notices_put(w->n, n);
	has(w, "\"involvedObject\":{\"kind\":\"ConfigMap\","
	       "\"namespace\":\"metallb-system\",\"name\":\"config\"}");
}

static void test_same_words_raise_the_count(void **state)
{
	struct world *w = *state;
	char name[64], *end;

	say(w, "AllocationFailed", "no");
	snprintf(name, sizeof(name), "%s", strstr(fake_rq(w->client, 0)->body, "web."));
	end = strchr(name, '"');
	*end = '\0';
	fake_answer(w->client, 0, 201, "{}");
	for (int count = 2; count < 4; count++) {
		char path[128], body[64];

		say(w, "AllocationFailed", "no");
		assert_string_equal(fake_rq(w->client, 0)->method, "PATCH");
		assert_string_equal(
		    fake_rq(w->client, 0)->content_type, "application/merge-patch+json");
		snprintf(path, sizeof(path), PATH "/%s", name);
		assert_string_equal(fake_rq(w->client, 0)->path, path);
		snprintf(body, sizeof(body), "{\"count\":%d,\"lastTimestamp\":\"20", count);
		has(w, body);
		fake_answer(w->client, 0, 200, "{}");
	}
	say(w, "AllocationFailed", "another word");
	assert_string_equal(fake_rq(w->client, 0)->method, "POST");
	fake_answer(w->client, 0, 201, "{}");
	say(w, "AllocationFailed", "no");
	fake_answer(w->client, 0, 404, "{}"); /* its time to live is over */
	assert_string_equal(fake_rq(w->client, 0)->method, "POST");
	fake_answer(w->client, 0, 201, "{}");
	dropped(w, 0, NULL);
}

static void test_refused(void **state)
{
	struct world *w = *state;

	say(w, "IPAllocated", "1");
	fake_answer(w->client, 0, 403,
	    "{\"kind\":\"Status\",\"message\":\"ends\",\"details\":{\"causes\":[{\"reason\":"
	    "\"NamespaceTerminating\"}]}}");
	dropped(w, 0, NULL);
	say(w, "IPAllocated", "2");
	fake_answer(w->client, 0, 404, "{}");
	dropped(w, 0, NULL);
	say(w, "IPAllocated", "3");
	fake_answer(w->client, 0, 403, "{\"kind\":\"Status\",\"message\":\"no\"}");
	dropped(w, 1, "create events in default: HTTP 403: no");
	say(w, "IPAllocated", "4");
	fake_answer(w->client, 0, 409, "{}"); /* the name */
	assert_string_equal(fake_rq(w->client, 0)->method, "POST");
	fake_answer(w->client, 0, 201, "{}");
	say(w, "IPAllocated", "5");
	fake_fail(w->client, 0, -ECONNRESET, "reset");
	assert_int_equal(fake_n(w->client), 0);
	until_asked(w);
	has(w, "\"message\":\"5\"");
	dropped(w, 1, "403");
}

static void test_too_many(void **state)
{
	struct world *w = *state;
	char text[16];

	for (unsigned i = 0; i < 1100; i++) {
		snprintf(text, sizeof(text), "n%04u", i);
		say(w, "IPAllocated", text);
	}
	dropped(w, 1100 - 1024, NULL); /* that is no failure to write */
	has(w, "n0000");               /* it is on its way */
	fake_answer(w->client, 0, 201, "{}");
	has(w, "n0077");
	for (unsigned i = 1; i < 50; i++)
		fake_answer(w->client, 0, 201, "{}");
	assert_int_equal(fake_n(w->client), 0); /* no more tokens */
	until_asked(w);
	assert_int_equal(fake_total(w->client), 51);
}

static void test_long_text_is_cut_between_characters(void **state)
{
	struct world *w = *state;
	char text[2000], end[] = "x\",\"type\"";

	memset(text, 'x', sizeof(text));
	memcpy(text + 1022, "\xe2\x82\xac", 3);
	text[sizeof(text) - 1] = '\0';
	say(w, "IPAllocated", text);
	has(w, end);
	assert_null(strstr(fake_rq(w->client, 0)->body, "\xe2"));
}

static void test_nothing_without_the_lease(void **state)
{
	struct world *w = *state;

	left_ms = 0;
	say(w, "IPAllocated", "1");
	assert_int_equal(fake_n(w->client), 0);
	left_ms = 9000;
	until_asked(w);
	notices_clear(w->n);
	assert_int_equal(fake_n(w->client), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_post),
	    TEST(test_of_another_kind),
	    TEST(test_of_no_known_version),
	    TEST(test_same_words_raise_the_count),
	    TEST(test_refused),
	    TEST(test_too_many),
	    TEST(test_long_text_is_cut_between_characters),
	    TEST(test_nothing_without_the_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
