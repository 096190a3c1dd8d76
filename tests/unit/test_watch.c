/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API source between a client and a listener, both of which are the test. */
#include "watch_world.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void everything_is_asked_for_at_once(void **state)
{
	struct world *w = *state;

	assert_log(w, "");
	turn(w, 0);
	assert_true(has_call(w, "/api/v1/services?watch=true"));
	assert_true(has_call(w, "/api/v1/nodes?watch=true"));
	assert_true(has_call(w, "/api/v1/namespaces?watch=true"));
	assert_true(has_call(w, "/apis/discovery.k8s.io"));
	assert_log(w, "= ");
	assert_false(w->state->synced);
	assert_int_equal(w->state->files, 4);
	assert_int_equal(w->state->cluster->n_resources, 4);
	assert_string_equal(w->state->cluster->source, "here");
	assert_string_equal(w->state->cluster->server, "https://k:6443");
	assert_line(w, "services", K8S_WAITING, "");
	assert_string_equal(line_of(w, "services")->version, "v1");
	assert_null(line_of(w, "endpointslices")->version);
}

static void it_is_synced_when_the_three_were_listed(void **state)
{
	struct world *w = *state;
	struct client_call *group;

	turn(w, 0);
	list(w, "/services?", "5", SERVICE("x", "3", "80"));
	list(w, "/nodes?", "5", "");
	assert_false(w->state->synced);
	group = call_to(w, "/apis/discovery");
	head(group, 200);
	assert_int_equal(data(group, "{\"versions\":[{\"version\":\"v1beta1\"}]}"), 0);
	done(group, 0, NULL);
	turn(w, 0);
	page(w, "/discovery.k8s.io/v1beta1/endpointslices?", "5", "more",
	    SLICE("x-1", "2", "IPv4"));
	assert_false(w->state->synced);
	turn(w, 0);
	w->log[0] = 0;
	page(w, "/endpointslices?limit=500&continue=more", "5", "", SLICE("x-2", "2", "IPv6"));
	assert_log(w, "+EndpointSlice a/x-2 = ");
	assert_true(w->state->synced);
	assert_true(w->state->whole);
	assert_string_equal(line_of(w, "endpointslices")->version, "discovery.k8s.io/v1beta1");
	assert_int_equal(line_of(w, "endpointslices")->objects, 2);
	assert_int_equal(line_of(w, "endpointslices")->lists, 1);
}

static void a_list_may_come_as_events(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	turn(w, 0);
	w->log[0] = 0;
	call = call_to(w, "/services?");
	head(call, 200);
	assert_int_equal(
	    data(call, EVENT("ADDED", SERVICE("x", "3", "80"))
			   EVENT("ADDED", SERVICE("y", "2", "80")) EVENT("BOOKMARK",
			       "{\"kind\":\"Service\",\"metadata\":{\"resourceVersion\":\"9\","
			       "\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}")),
	    0);
	assert_log(w, "= +Service a/x +Service a/y = ");
	assert_line(w, "services", K8S_WATCHING, "");
	assert_true(line_of(w, "services")->listed);
	data(call, EVENT("DELETED", SERVICE("y", "10", "80")));
	assert_log(w, "-Service a/y . ");
}

static void what_belongs_together_is_a_batch(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	call = call_to(w, "/services?");
	data(call,
	    EVENT("ADDED", SERVICE("x", "11", "80")) EVENT("ADDED", SERVICE("y", "12", "80")));
	assert_log(w, "+Service a/x +Service a/y . ");
	data(call, "\n");
	data(call, EVENT("BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"20\"}}"));
	assert_log(w, "");
}

static void only_what_differs_is_told(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	call = call_to(w, "/endpointslices?");
	data(call, EVENT("ADDED", SLICE("s", "11", "IPv4")));
	assert_log(w, "+EndpointSlice a/s . ");
	data(call, EVENT("MODIFIED", SLICE("s", "12", "IPv4")));
	data(call, EVENT("DELETED", SLICE("t", "13", "IPv4")));
	assert_log(w, "");
	data(call, EVENT("MODIFIED", SLICE("s", "14", "IPv6")));
	assert_log(w, "+EndpointSlice a/s . ");
	/* Who writes a Service's status needs its version. */
	call = call_to(w, "/services?");
	data(call, EVENT("ADDED", SERVICE("x", "11", "80")));
	data(call, EVENT("MODIFIED", SERVICE("x", "11", "80")));
	assert_log(w, "+Service a/x . ");
	data(call, EVENT("MODIFIED", SERVICE("x", "12", "80")));
	assert_log(w, "+Service a/x . ");
}

static void pieces_may_end_anywhere(void **state)
{
	static const char text[] = EVENT("ADDED", SERVICE("x", "11", "80")) EVENT(
	    "MODIFIED", SERVICE("x", "12", "81")) EVENT("DELETED", SERVICE("x", "13", "81"));
	struct world *w = *state;

	sync_empty(w);
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		assert_int_equal(data_n(call_to(w, "/services?"), text + i, 1), 0);
	assert_log(w, "+Service a/x . +Service a/x . -Service a/x . ");
}

static void nothing_is_gone_before_the_new_list_is_whole(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	call = call_to(w, "/services?");
	data(call, EVENT("ADDED", SERVICE("x", "11", "80")) EVENT("ADDED",
		       SERVICE("y", "12", "80")) EVENT("ADDED", SERVICE("z", "13", "80")));
	w->log[0] = 0;
	turn(w, 20000);
	call = call_to(w, "/services?");
	assert_int_not_equal(data(call, EVENT("ERROR", "{\"kind\":\"Status\",\"reason\":"
						       "\"Expired\",\"code\":410}")),
	    0);
	turn(w, 1000);
	w->log[0] = 0;
	page(w, "/services?", "30", "more", SERVICE("y", "12", "80"));
	assert_log(w, "= ");
	turn(w, 0);
	call = call_to(w, "&continue=more");
	head(call, 200);
	data(call, "{\"kind\":\"XList\",\"items\":[" SERVICE("w", "14", "80") ",{\"metadata\"");
	done(call, -ECONNRESET, "connection reset");
	assert_log(w, "+Service a/w . = ");
	assert_line(w, "services", K8S_BACKOFF, "connection reset");
	turn(w, 31000);
	w->log[0] = 0;
	page(w, "&continue=more", "30", "", SERVICE("w", "14", "81"));
	assert_non_null(strstr(w->log, "= +Service a/w . -Service a/"));
	assert_non_null(strstr(w->log, "-Service a/x "));
	assert_non_null(strstr(w->log, "-Service a/z "));
	assert_null(strstr(w->log, "a/y"));
	assert_int_equal(line_of(w, "services")->objects, 2);
	assert_int_equal(line_of(w, "services")->lists, 2);
}

static void half_an_object_is_dropped(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	call = call_to(w, "/services?");
	data(call,
	    EVENT("ADDED", SERVICE("x", "11", "80")) "{\"type\":\"ADDED\",\"object\":{\"me");
	done(call, 0, NULL);
	assert_line(w, "services", K8S_BACKOFF, "the answer ends in the middle of an object");
	w->log[0] = 0;
	turn(w, 1000);
	call = call_to(w, "/services?");
	assert_non_null(strstr(call->path, "&resourceVersion=11"));
	head(call, 200);
	assert_line(w, "services", K8S_WATCHING, "");
	w->log[0] = 0;
	data(call, EVENT("ADDED", SERVICE("y", "12", "80")));
	assert_log(w, "+Service a/y . ");
}

static void what_is_no_json_ends_the_call(void **state)
{
	static const char *const bad[] = {"<html>",
	    "{\"type\":\"ADDED\",\"object\":{\"a\":tru}}", "{\"type\":\"X\",\"object\":{}}",
	    "{\"type\":\"ADDED\",\"object\":{}}", "[1]", "}"};
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		call = call_to(w, "/services?");
		assert_int_not_equal(data(call, bad[i]), 0);
		assert_int_equal(line_of(w, "services")->phase, K8S_BACKOFF);
		assert_non_null(line_of(w, "services")->text);
		turn(w, 31000);
		call = call_to(w, "/services?");
		assert_non_null(strstr(call->path, "&resourceVersion=10"));
		head(call, 200);
	}
	/* A good answer that is no list sweeps nothing. */
	data(call, EVENT("ADDED", SERVICE("x", "11", "80")));
	watch_rescan(w->watch);
	turn(w, 0);
	refuse(call_to(w, "/services?"), 422, "no");
	turn(w, 0);
	w->log[0] = 0;
	call = call_to(w, "/services?limit");
	head(call, 200);
	if (data(call,
		"{\"kind\":\"Login\",\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[]}") ==
	    0)
		done(call, 0, NULL);
	assert_line(w, "services", K8S_BACKOFF, "the answer is no list");
	assert_null(strstr(w->log, "-Service"));
}

static void a_bad_object_is_named_and_the_others_go_on(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	call = call_to(w, "/services?");
	data(call, EVENT("ADDED", SERVICE("x", "11", "80")));
	w->log[0] = 0;
	data(call, EVENT("MODIFIED", SERVICE("x", "12", "99999"))
		       EVENT("ADDED", SERVICE("y", "13", "80")));
	assert_log(w, "+Service a/y = ");
	assert_int_equal(w->state->n_problems, 1);
	assert_string_equal(w->state->problems[0].where, "services a/x");
	assert_string_equal(w->state->problems[0].what, "spec.ports[0].port: must be 1..65535");
	assert_true(w->state->whole); /* what x was is known */
	data(call, EVENT("MODIFIED", SERVICE("x", "14", "99999")));
	assert_log(w, "");
	/* One that was never good: who knows what it was before. */
	data(call, EVENT("ADDED", SERVICE("z", "15", "0")));
	assert_log(w, "= ");
	assert_int_equal(w->state->n_problems, 2);
	assert_false(w->state->whole);
	assert_true(w->state->listed);
	data(call, EVENT("MODIFIED", SERVICE("x", "16", "80")));
	assert_log(w, "+Service a/x = ");
	data(call, EVENT("DELETED", SERVICE("z", "17", "0")));
	assert_log(w, "= "); /* nobody ever heard of it */
	assert_int_equal(w->state->n_problems, 0);
	assert_true(w->state->whole);
}

static void many_problems_are_counted(void **state)
{
	struct world *w = *state;
	char text[160];

	sync_empty(w);
	for (int i = 0; i < 105; i++) {
		snprintf(text, sizeof(text),
		    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"s%d\","
		    "\"resourceVersion\":\"%d\"},\"spec\":{\"ports\":[{}]}}}",
		    i, 20 + i);
		data(call_to(w, "/services?"), text);
		assert_int_equal(w->state->n_problems + w->state->n_more, i + 1);
	}
	assert_int_equal(w->state->n_problems, 100);
}

static void what_is_forbidden_holds_nobody_back(void **state)
{
	struct world *w = *state;
	struct client_call *group;

	turn(w, 0);
	group = call_to(w, "/apis/discovery");
	refuse(group, 403, "no");
	turn(w, 0);
	refuse(call_to(w, "/endpointslices?"), 403, "User r cannot watch");
	list(w, "/services?", "5", "");
	assert_false(w->state->synced);
	list(w, "/nodes?", "5", "");
	assert_line(w, "endpointslices", K8S_FORBIDDEN,
	    "may not \"watch\" \"endpointslices\" of discovery.k8s.io: User r cannot watch");
	assert_true(w->state->synced);
	assert_false(w->state->whole);
	assert_false(w->state->listed);
	assert_null(w->state->outage);
	turn(w, 61000);
	assert_true(has_call(w, "/endpointslices?"));
}

static void end_all(struct world *w, int error, const char *text)
{
	while (w->client.calls)
		done(w->client.calls, error, text);
}

static void a_server_that_is_away_is_an_outage(void **state)
{
	struct world *w = *state;

	sync_empty(w);
	data(call_to(w, "/services?"), EVENT("ADDED", SERVICE("x", "11", "80")));
	w->log[0] = 0;
	end_all(w, -ECONNRESET, "connection reset");
	assert_line(w, "nodes", K8S_BACKOFF, "connection reset");
	assert_null(w->state->outage); /* that it is away nobody knows yet */
	turn(w, 1000);
	end_all(w, -ECONNREFUSED, "connection refused");
	assert_string_equal(w->state->outage, "https://k:6443: connection refused");
	assert_true(w->state->outage_s > 0);
	assert_true(w->state->synced);
	for (int i = 0; i < 3000; i++) { /* a day */
		turn(w, 31000);
		end_all(w, -ECONNREFUSED, "connection refused");
	}
	assert_null(strchr(w->log, '-'));
	turn(w, 31000);
	done(call_to(w, "/nodes?"), -ECONNREFUSED, "connection refused");
	refuse(call_to(w, "/services?"), 410, "too old");
	turn(w, 500);
	assert_true(has_call(w, "/nodes?")); /* others need not wait now */
	turn(w, 31000);
	list(w, "/services?", "90", SERVICE("x", "11", "80"));
	assert_null(w->state->outage);
	assert_int_equal(w->state->outage_s, 0);
	assert_null(strchr(w->log, '-'));
	assert_null(strchr(w->log, '+'));
}

static void silence_is_looked_into(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	turn(w, 29000);
	assert_false(has_call(w, "/version"));
	turn(w, 1000);
	call = call_to(w, "/version");
	turn(w, 5000);
	head(call, 403); /* any answer will do */
	done(call, 0, NULL);
	turn(w, 29000);
	assert_false(has_call(w, "/version"));
	turn(w, 1000);
	call = call_to(w, "/version");
	done(call, -ETIMEDOUT, "timed out");
	assert_int_equal(w->client.resets, 0);
	turn(w, 0);
	assert_int_equal(w->client.resets, 1);
	assert_false(has_call(w, "/version"));
	turn(w, 31000);
	call = call_to(w, "/services?");
	assert_non_null(strstr(call->path, "&resourceVersion=10"));
}

static void another_server_is_listed_anew(void **state)
{
	struct world *w = *state;

	sync_empty(w);
	data(call_to(w, "/services?"), EVENT("ADDED", SERVICE("x", "11", "80")));
	w->client.view.error = "only the credentials";
	watch_client_changed(w->watch);
	assert_true(has_call(w, "/services?watch"));
	w->client.view.moves++;
	w->log[0] = 0;
	watch_client_changed(w->watch);
	assert_null(w->client.calls); /* they were to the other one */
	turn(w, 0);
	assert_false(has_call(w, "&resourceVersion="));
	assert_log(w, "= ");
	list(w, "/services?", "5", SERVICE("y", "3", "80"));
	assert_non_null(strstr(w->log, "+Service a/y . -Service a/x "));
}

static void what_else_is_wanted_comes_and_goes(void **state)
{
	static const struct watch_name secrets[] = {
	    {"n", "s1"},
            {"n", "s2"}
        };
	struct watch_wants wants = {.custom_ns = "metallb-system",
	    .configmap_ns = "n",
	    .configmap = "config",
	    .secrets = secrets,
	    .n_secrets = 2};
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	assert_int_equal(watch_set_wants(w->watch, &wants), 0);
	turn(w, 0);
	assert_int_equal(w->state->cluster->n_resources, 14);
	list(w, "/api/v1/namespaces/n/configmaps?", "5",
	    "{\"metadata\":{\"namespace\":\"n\",\"name\":\"config\"},\"data\":{}}");
	list(w, "metadata.name%3Ds2", "5",
	    "{\"metadata\":{\"namespace\":\"n\",\"name\":\"s2\"},\"data\":{\"p\":\"eHl6\"}}");
	assert_true(has_call(w, "metadata.name%3Ds1"));
	while (has_call(w, "/apis/metallb.io")) {
		call = call_to(w, "/apis/metallb.io");
		head(call, 200);
		assert_int_equal(data(call, "{\"versions\":[{\"version\":\"v1beta1\"},"
					    "{\"version\":\"v1beta2\"}]}"),
		    0);
		done(call, 0, NULL);
	}
	turn(w, 0);
	assert_true(
	    has_call(w, "/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers?"));
	w->log[0] = 0;
	list(w, "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools?", "5",
	    "{\"metadata\":{\"namespace\":\"metallb-system\",\"name\":\"p\"}}");
	assert_non_null(strstr(w->log, "+ipaddresspools metallb-system/p "));
	assert_string_equal(
	    line_of(w, "ipaddresspools.metallb.io")->version, "metallb.io/v1beta1");
	assert_line(w, "secret n/s2", K8S_WATCHING, "");
	assert_line(w, "configmap n/config", K8S_WATCHING, "");
	/* Fewer of them. */
	wants.custom_ns = NULL;
	wants.n_secrets = 1;
	w->log[0] = 0;
	assert_int_equal(watch_set_wants(w->watch, &wants), 0);
	assert_log(w, "-ipaddresspools metallb-system/p -Secret n/s2 = ");
	assert_int_equal(w->state->cluster->n_resources, 6);
	assert_false(has_call(w, "metallb.io"));
	assert_false(has_call(w, "metadata.name%3Ds2"));
	assert_true(has_call(w, "metadata.name%3Ds1"));
}

/* A custom resource that is not installed, and one that was removed. */
static void what_the_server_does_not_have(void **state)
{
	struct watch_wants wants = {.custom_ns = "m"};
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	watch_set_wants(w->watch, &wants);
	turn(w, 0);
	call = call_to(w, "/apis/metallb.io");
	head(call, 200);
	assert_int_equal(data(call, "{\"versions\":[{\"version\":\"v1beta1\"}]}"), 0);
	done(call, 0, NULL);
	while (has_call(w, "/apis/metallb.io"))
		refuse(call_to(w, "/apis/metallb.io"), 404, "");
	turn(w, 0);
	assert_true(w->state->whole);
	call = list(w, "/apis/metallb.io/v1beta1/namespaces/m/", "5",
	    "{\"metadata\":{\"namespace\":\"m\",\"name\":\"p\"}}");
	done(call, 0, NULL);
	for (int i = 0; i < 3; i++) {
		turn(w, 76000);
		w->log[0] = 0;
		while (has_call(w, "metallb.io"))
			refuse(call_to(w, "metallb.io"), 404, "");
		assert_null(strchr(w->log, '-'));
	}
	turn(w, 76000);
	while (has_call(w, "metallb.io"))
		refuse(call_to(w, "metallb.io"), 404, "");
	assert_non_null(strstr(w->log, " m/p "));
	assert_non_null(strchr(w->log, '-'));
}

static void everything_is_listed_anew_when_asked_to(void **state)
{
	struct world *w = *state;

	sync_empty(w);
	data(call_to(w, "/services?"), EVENT("ADDED", SERVICE("x", "11", "80")));
	watch_rescan(w->watch);
	assert_null(w->client.calls);
	turn(w, 0);
	assert_true(has_call(w, "/apis/discovery.k8s.io"));
	w->log[0] = 0;
	list(w, "/services?", "20", "");
	assert_non_null(strstr(w->log, "-Service a/x "));
	assert_true(w->state->synced);
}

static void numbers_alone_are_told_seldom(void **state)
{
	struct world *w = *state;
	struct client_call *call;

	sync_empty(w);
	call = call_to(w, "/services?");
	data(call, EVENT("ADDED", SERVICE("x", "11", "80")));
	turn(w, 9000);
	assert_log(w, "+Service a/x . ");
	turn(w, 1000);
	assert_log(w, "= ");
	assert_int_equal(line_of(w, "services")->objects, 1);
	assert_int_equal(line_of(w, "services")->events, 1);
	w->client.view.insecure = true;
	watch_client_changed(w->watch);
	assert_log(w, "= ");
	assert_true(w->state->cluster->insecure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(everything_is_asked_for_at_once),
	    TEST(it_is_synced_when_the_three_were_listed),
	    TEST(a_list_may_come_as_events),
	    TEST(what_belongs_together_is_a_batch),
	    TEST(only_what_differs_is_told),
	    TEST(pieces_may_end_anywhere),
	    TEST(nothing_is_gone_before_the_new_list_is_whole),
	    TEST(half_an_object_is_dropped),
	    TEST(what_is_no_json_ends_the_call),
	    TEST(a_bad_object_is_named_and_the_others_go_on),
	    TEST(many_problems_are_counted),
	    TEST(what_is_forbidden_holds_nobody_back),
	    TEST(a_server_that_is_away_is_an_outage),
	    TEST(silence_is_looked_into),
	    TEST(another_server_is_listed_anew),
	    TEST(what_else_is_wanted_comes_and_goes),
	    TEST(what_the_server_does_not_have),
	    TEST(everything_is_listed_anew_when_asked_to),
	    TEST(numbers_alone_are_told_seldom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
