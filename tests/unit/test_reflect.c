/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reflector by hand: each answer that a server may give, and what is asked for next. */
#include "reflect_lab.h"
#include <errno.h>
#include <string.h>

static void a_list_as_events_becomes_the_watch(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	assert_int_equal(l.r.phase, K8S_WAITING);
	lab_expect(&l, "/api/v1/services" LAB_STREAM);
	assert_true(l.rq.fresh);
	assert_int_equal(l.rq.total_s, 360);
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(l.r.phase, K8S_LISTING);
	/* In the order of their names, not of their versions. */
	assert_int_equal(lab_event(&l, REFLECT_PUT, "9"), REFLECT_TAKE);
	assert_int_equal(lab_event(&l, REFLECT_PUT, "7"), REFLECT_TAKE);
	assert_int_equal(lab_event(&l, REFLECT_DELETED, "10"), REFLECT_TAKE);
	assert_false(l.r.listed);
	assert_int_equal(lab_initial_end(&l, "10"), REFLECT_SWEEP);
	assert_true(l.r.listed);
	assert_int_equal(l.r.phase, K8S_WATCHING);
	assert_int_equal(l.r.wake_ms, REFLECT_NEVER);
	assert_int_equal(lab_event(&l, REFLECT_PUT, "11"), REFLECT_TAKE);
	l.now += 300000;
	assert_int_equal(lab_ended(&l), REFLECT_SKIP);
	assert_int_equal(l.r.phase, K8S_WATCHING);
	lab_expect(&l, "/api/v1/services" LAB_WATCH "11");
	assert_false(l.rq.fresh);
	reflect_fini(&l.r);
}

static void pages_follow_one_another(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_send(&l);
	lab_answer(&l, 422, "sendInitialEvents is forbidden");
	assert_int_equal(l.r.phase, K8S_WAITING);
	lab_expect(&l, "/api/v1/services?limit=500");
	assert_true(l.rq.fresh);
	assert_int_equal(lab_page(&l, "5", "a/b+c="), REFLECT_SKIP);
	assert_false(l.r.listed);
	lab_expect(&l, "/api/v1/services?limit=500&continue=a%2Fb%2Bc%3D");
	assert_false(l.rq.fresh);
	/* A page that fails is asked for again. */
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(lab_event(&l, REFLECT_PUT, "3"), REFLECT_TAKE);
	lab_broken(&l, -ECONNRESET, "connection reset");
	assert_int_equal(l.r.phase, K8S_BACKOFF);
	lab_expect(&l, "/api/v1/services?limit=500&continue=a%2Fb%2Bc%3D");
	assert_false(l.rq.fresh);
	assert_int_equal(lab_page(&l, "5", ""), REFLECT_SWEEP);
	assert_int_equal(l.r.lists, 1);
	lab_expect(&l, "/api/v1/services" LAB_WATCH "5");
	reflect_fini(&l.r);
}

static void a_token_that_expired_begins_the_list_anew(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	l.r.no_stream = true;
	lab_send(&l);
	lab_page(&l, "5", "token");
	lab_send(&l);
	assert_int_equal(lab_answer(&l, 410, "expired"), REFLECT_SKIP);
	lab_expect(&l, "/api/v1/services?limit=0");
	assert_true(l.rq.fresh);
	assert_int_equal(lab_page(&l, "9", NULL), REFLECT_SWEEP);
	lab_send(&l);
	lab_answer(&l, 410, "too old");
	lab_expect(&l, "/api/v1/services?limit=500");
	reflect_fini(&l.r);
}

/* Servers that do not know lists as events: refuse, ignore it, or say nothing. */
static void who_knows_no_such_stream_is_asked_for_pages(void **state)
{
	static const int refusals[] = {400, 405, 406, 422};
	struct lab l;

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		lab_init(&l, &lab_services);
		lab_send(&l);
		lab_answer(&l, refusals[i], "no");
		assert_int_equal(lab_send(&l), 0);
		assert_int_equal(l.rq.ask, REFLECT_LIST);
	}
	lab_init(&l, &lab_services);
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(lab_event(&l, REFLECT_BOOKMARK, "7"), REFLECT_STOP);
	lab_broken(&l, -ECANCELED, NULL);
	assert_int_equal(lab_send(&l), 0);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	lab_init(&l, &lab_services);
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	l.now += 14000;
	assert_false(reflect_stalled(&l.r, l.now));
	lab_event(&l, REFLECT_PUT, "7");
	l.now += 14000;
	assert_false(reflect_stalled(&l.r, l.now));
	l.now += 1000;
	assert_true(reflect_stalled(&l.r, l.now));
	lab_broken(&l, -ECANCELED, NULL);
	assert_int_equal(lab_send(&l), 0);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	assert_string_equal(l.r.text, "");
}

static void a_stream_that_breaks_twice_gives_way_to_pages(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	for (int i = 0; i < 3; i++) { /* no answer: says nothing of the server */
		lab_send(&l);
		assert_int_equal(l.rq.ask, REFLECT_STREAM);
		lab_broken(&l, -ECONNREFUSED, "connection refused");
	}
	for (int i = 0; i < 2; i++) {
		lab_send(&l);
		assert_int_equal(l.rq.ask, REFLECT_STREAM);
		assert_true(l.rq.fresh);
		reflect_head(&l.r, 200, l.now);
		lab_broken(&l, -ECONNRESET, "connection reset");
	}
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	reflect_again(&l.r, l.now);
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_STREAM);
}

static void being_asked_again_ends_no_outage(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "100");
	lab_broken(&l, -ECONNRESET, "connection reset by peer");
	reflect_again(&l.r, l.now);
	assert_false(reflect_is_out(&l.r));
	lab_send(&l);
	lab_broken(&l, -ECONNREFUSED, "connection refused");
	lab_send(&l);
	lab_broken(&l, -ECONNREFUSED, "connection refused");
	assert_true(reflect_is_out(&l.r));
	reflect_again(&l.r, l.now);
	assert_true(reflect_is_out(&l.r));
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	assert_false(reflect_is_out(&l.r));
	reflect_fini(&l.r);
}

static void a_watch_goes_on_where_it_broke(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "100");
	lab_event(&l, REFLECT_PUT, "103");
	assert_int_equal(lab_event(&l, REFLECT_BOOKMARK, "110"), REFLECT_SKIP);
	lab_broken(&l, -ECONNRESET, "connection reset by peer");
	assert_int_equal(l.r.phase, K8S_BACKOFF);
	assert_string_equal(l.r.text, "connection reset by peer");
	assert_false(reflect_is_out(&l.r));
	assert_int_equal(lab_send(&l), 500);
	assert_string_equal(l.path, "/api/v1/services" LAB_WATCH "110");
	/* Until it answers it is away. */
	assert_int_equal(l.r.phase, K8S_BACKOFF);
	lab_broken(&l, -ECONNREFUSED, "connection refused");
	assert_true(reflect_is_out(&l.r));
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(l.r.phase, K8S_WATCHING);
	assert_string_equal(l.r.text, "");
	/* What comes twice is taken twice. */
	assert_int_equal(lab_event(&l, REFLECT_PUT, "110"), REFLECT_TAKE);
	reflect_fini(&l.r);
}

static void what_is_too_old_is_listed_anew(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "100");
	l.now += 20000;
	assert_int_equal(lab_error(&l, 410, "too old resource version"), REFLECT_STOP);
	assert_int_equal(lab_event(&l, REFLECT_PUT, "101"), REFLECT_STOP);
	lab_broken(&l, -ECANCELED, NULL);
	assert_int_equal(l.r.phase, K8S_WATCHING);
	assert_int_equal(lab_send(&l), 0);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	assert_true(l.rq.fresh);
	assert_true(l.r.listed);
	assert_int_equal(lab_page(&l, "200", NULL), REFLECT_SWEEP);
	lab_send(&l);
	lab_answer(&l, 410, "gone");
	/* And again: not at full speed. */
	assert_int_equal(l.r.phase, K8S_BACKOFF);
	assert_true(lab_send(&l) >= 500);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	reflect_fini(&l.r);
}

/* A server that was away and forgot meanwhile what we saw last: no reason to wait. */
static void what_is_too_old_after_an_outage_is_listed_at_once(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "100");
	for (unsigned i = 0; i < 3; i++) {
		lab_broken(&l, -ECONNREFUSED, "refused");
		lab_send(&l);
	}
	lab_answer(&l, 410, "too old");
	assert_true(lab_send(&l) < 500);
	assert_true(l.rq.fresh);
	reflect_fini(&l.r);
}

static void another_history_is_listed_anew(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "100");
	assert_int_equal(lab_event(&l, REFLECT_PUT, "99"), REFLECT_STOP);
	lab_broken(&l, -ECANCELED, NULL);
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	lab_page(&l, "20", NULL);
	lab_expect(&l, "/api/v1/services" LAB_WATCH "20");
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(lab_event(&l, REFLECT_BOOKMARK, "3"), REFLECT_STOP);
	lab_broken(&l, -ECANCELED, NULL);
	/* Versions that are no numbers have no order. */
	lab_send(&l);
	lab_page(&l, "abc", NULL);
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(lab_event(&l, REFLECT_PUT, "abb"), REFLECT_TAKE);
	assert_int_equal(lab_event(&l, REFLECT_PUT, "1"), REFLECT_TAKE);
	reflect_fini(&l.r);
}

static void retry_after_is_respected(void **state)
{
	struct lab l;
	struct reflect_end end = {.status = 429, .retry_after_s = 7, .text = "too many"};
	struct reflect_item it = {
	    .type = REFLECT_ERROR, .code = 503, .retry_after_s = 9, .message = "busy"};

	(void)state;
	lab_init(&l, &lab_services);
	lab_send(&l);
	reflect_head(&l.r, 429, l.now);
	lab_done(&l, &end);
	assert_int_equal(l.r.phase, K8S_BACKOFF);
	assert_string_equal(l.r.text, "HTTP 429: too many");
	assert_int_equal(lab_send(&l), 7000);
	end.retry_after_s = 1000000;
	lab_done(&l, &end);
	assert_int_equal(lab_send(&l), 120000);
	lab_answer(&l, 422, "");
	lab_watch_from(&l, "4");
	assert_int_equal(reflect_item(&l.r, &it, l.now), REFLECT_STOP);
	lab_broken(&l, -ECANCELED, NULL);
	assert_string_equal(l.r.text, "HTTP 503: busy");
	assert_int_equal(lab_send(&l), 9000);
	assert_string_equal(l.path, "/api/v1/services" LAB_WATCH "4");
	reflect_fini(&l.r);
}

static void what_is_forbidden_is_named_and_tried_again(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_slices);
	lab_expect(&l, "/apis/discovery.k8s.io");
	/* Not even the group may be read: then by trial. */
	lab_answer(&l, 403, "no");
	assert_int_equal(l.r.phase, K8S_WAITING);
	lab_expect(&l, "/apis/discovery.k8s.io/v1/endpointslices" LAB_STREAM);
	lab_answer(&l, 403, "User \"x\" cannot\nwatch");
	assert_int_equal(l.r.phase, K8S_FORBIDDEN);
	assert_string_equal(l.r.text,
	    "may not \"watch\" \"endpointslices\" of discovery.k8s.io: "
	    "User \"x\" cannot watch");
	assert_int_equal(lab_send(&l), 1000);
	lab_answer(&l, 400, "");
	lab_send(&l);
	lab_answer(&l, 403, NULL);
	assert_string_equal(
	    l.r.text, "may not \"list\" \"endpointslices\" of discovery.k8s.io");
	l.rnd = UINT32_MAX;
	l.r.wake_ms = l.now;
	lab_send(&l);
	lab_answer(&l, 403, NULL);
	assert_in_range(l.r.wake_ms - l.now, 4000, 8000);
	for (unsigned i = 0; i < 3; i++) {
		lab_send(&l);
		lab_answer(&l, 403, NULL);
	}
	assert_in_range(l.r.wake_ms - l.now, 30000, 60000);
	reflect_fini(&l.r);
}

static void unauthorized_is_a_failure_like_others(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_send(&l);
	lab_answer(&l, 401, "Unauthorized");
	assert_int_equal(l.r.phase, K8S_BACKOFF);
	assert_string_equal(l.r.text, "HTTP 401: Unauthorized");
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_STREAM);
	lab_answer(&l, 404, "page not found");
	assert_int_equal(l.r.phase, K8S_BACKOFF); /* every server has Services */
	reflect_fini(&l.r);
}

static void garbage_is_a_failure(void **state)
{
	struct lab l;
	char long_rv[REFLECT_RV_SIZE + 1];

	(void)state;
	memset(long_rv, '1', sizeof(long_rv));
	long_rv[REFLECT_RV_SIZE] = 0;
	lab_init(&l, &lab_services);
	l.r.no_stream = true;
	lab_send(&l);
	assert_int_equal(lab_page(&l, NULL, NULL), REFLECT_SKIP);
	assert_string_equal(l.r.text, "a list without a resourceVersion");
	lab_send(&l);
	assert_int_equal(lab_page(&l, long_rv, NULL), REFLECT_SKIP);
	lab_watch_from(&l, "5");
	assert_int_equal(lab_event(&l, REFLECT_PUT, NULL), REFLECT_STOP);
	lab_broken(&l, -ECANCELED, NULL);
	assert_string_equal(l.r.text, "an event without a resourceVersion");
	lab_send(&l);
	assert_string_equal(l.path, "/api/v1/services" LAB_WATCH "5");
	reflect_head(&l.r, 200, l.now);
	lab_broken(&l, -EBADMSG, "byte 3: expected ,");
	assert_string_equal(l.r.text, "byte 3: expected ,");
	lab_send(&l);
	assert_string_equal(l.path, "/api/v1/services" LAB_WATCH "5");
	/* Our resourceVersion is what the server does not like. */
	lab_answer(&l, 400, "invalid resource version");
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	/* Something was lost here. */
	lab_page(&l, "5", NULL);
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_WATCH);
	reflect_head(&l.r, 200, l.now);
	lab_broken(&l, -ENOMEM, "not enough memory");
	lab_send(&l);
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	assert_true(l.rq.fresh);
}

static void a_watch_that_ends_at_once_is_not_asked_for_at_full_speed(void **state)
{
	struct lab l;
	int64_t began;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "5");
	began = l.now;
	for (int i = 0; i < 10; i++) {
		lab_answer(&l, 200, NULL);
		assert_string_equal(l.r.text, "the watch ended at once");
		l.rnd = 400000000;
		lab_send(&l);
	}
	assert_true(l.now - began > 20000);
	reflect_head(&l.r, 200, l.now);
	l.now += 11000;
	l.rnd = 0;
	lab_ended(&l);
	assert_int_equal(lab_send(&l), 0);
	/* One that says nothing for long is asked for again; nothing is wrong. */
	reflect_head(&l.r, 200, l.now);
	l.now += 200000;
	lab_broken(&l, -ETIMEDOUT, "timed out");
	assert_int_equal(l.r.phase, K8S_WATCHING);
	assert_int_equal(lab_send(&l), 0);
	lab_broken(&l, -ETIMEDOUT, "timed out");
	assert_int_equal(l.r.phase, K8S_BACKOFF);
}

static void a_name_is_asked_for_alone(void **state)
{
	static const char *const v1[] = {"v1", NULL};
	static const struct reflect_what map = {.group = "",
	    .versions = v1,
	    .resource = "configmaps",
	    .ns = "metallb-system",
	    .name = "config"};
	struct lab l;

	(void)state;
	lab_init(&l, &map);
	l.r.no_stream = true;
	lab_expect(&l, "/api/v1/namespaces/metallb-system/configmaps?limit=500"
		       "&fieldSelector=metadata.name%3Dconfig");
	lab_answer(&l, 403, NULL);
	assert_string_equal(l.r.text,
	    "may not \"list\" \"configmaps\" in namespace metallb-system by its name");
	lab_watch_from(&l, "5");
	assert_string_equal(l.path, "/api/v1/namespaces/metallb-system/configmaps" LAB_WATCH
				    "5&fieldSelector=metadata.name%3Dconfig");
}

/* 0.5 to 30 s, for as long as it takes, and the clock may jump meanwhile. */
static void a_day_without_the_server(void **state)
{
	const int64_t day = 86400000;
	struct lab l;
	int64_t began, waited, longest = 0;
	unsigned tries = 0;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "5");
	l.rnd = 12345;
	began = l.now;
	l.now += 20000;
	lab_broken(&l, -ECONNRESET, "connection reset");
	while (l.now - began < day) {
		l.rnd = l.rnd * 1664525 + 1013904223;
		waited = lab_send(&l);
		assert_in_range(waited, 500, 30000);
		longest = waited > longest ? waited : longest;
		lab_broken(&l, -ECONNREFUSED, "connection refused");
		assert_int_equal(l.r.phase, K8S_BACKOFF);
		tries++;
	}
	assert_in_range(tries, day / 30000, day / 10000);
	assert_true(longest > 25000);
	l.now += 6 * day; /* the machine slept */
	assert_int_equal(lab_send(&l), 0);
	assert_string_equal(strstr(l.path, "&resourceVersion="), "&resourceVersion=5");
	assert_true(l.r.listed);
	assert_int_equal(lab_answer(&l, 410, "too old"), REFLECT_SKIP);
	assert_true(lab_send(&l) < 500); /* it answers again: no time is lost */
	assert_int_equal(l.rq.ask, REFLECT_LIST);
	assert_true(l.rq.fresh);
	assert_int_equal(lab_page(&l, "7000", NULL), REFLECT_SWEEP);
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(l.r.phase, K8S_WATCHING);
	/* Healthy again: the next failure is the first. */
	l.now += 10000;
	l.rnd = 0;
	lab_broken(&l, -ECONNRESET, "connection reset");
	assert_int_equal(lab_send(&l), 500);
}

static void a_wait_for_the_server_ends_when_others_hear_of_it(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_services);
	lab_watch_from(&l, "5");
	for (int i = 0; i < 9; i++) {
		lab_broken(&l, -ECONNREFUSED, "connection refused");
		lab_send(&l);
	}
	l.rnd = 29000;
	lab_broken(&l, -ECONNREFUSED, "connection refused");
	l.rnd = 120;
	reflect_hurry(&l.r, l.now, l.rnd);
	assert_int_equal(lab_send(&l), 120);
	/* It did answer: it knows why we are to wait. */
	lab_answer(&l, 503, "later");
	reflect_hurry(&l.r, l.now, 0);
	assert_true(lab_send(&l) >= 500);
	lab_answer(&l, 403, "no");
	reflect_hurry(&l.r, l.now, 0);
	assert_true(lab_send(&l) >= 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_as_events_becomes_the_watch),
	    cmocka_unit_test(pages_follow_one_another),
	    cmocka_unit_test(a_token_that_expired_begins_the_list_anew),
	    cmocka_unit_test(who_knows_no_such_stream_is_asked_for_pages),
	    cmocka_unit_test(a_stream_that_breaks_twice_gives_way_to_pages),
	    cmocka_unit_test(a_watch_goes_on_where_it_broke),
	    cmocka_unit_test(being_asked_again_ends_no_outage),
	    cmocka_unit_test(what_is_too_old_is_listed_anew),
	    cmocka_unit_test(what_is_too_old_after_an_outage_is_listed_at_once),
	    cmocka_unit_test(another_history_is_listed_anew),
	    cmocka_unit_test(retry_after_is_respected),
	    cmocka_unit_test(what_is_forbidden_is_named_and_tried_again),
	    cmocka_unit_test(unauthorized_is_a_failure_like_others),
	    cmocka_unit_test(garbage_is_a_failure),
	    cmocka_unit_test(a_watch_that_ends_at_once_is_not_asked_for_at_full_speed),
	    cmocka_unit_test(a_name_is_asked_for_alone),
	    cmocka_unit_test(a_day_without_the_server),
	    cmocka_unit_test(a_wait_for_the_server_ends_when_others_hear_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
