/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many calls on one connection of HTTP/2, and what each way of ending it does to the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "http_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STREAMS 10

static struct lab_server server;
static struct http *http;
static struct lab_call streams[STREAMS];

static int set_up(void **state)
{
	lab_set_up(state);
	if (lab_certs)
		lab_serve(&server, (const char *[]){"--tls", lab_certs, "right", NULL});
	return 0;
}

static int tear_down(void **state)
{
	lab_stop(&server);
	return lab_tear_down(state);
}

static int open_http(void **state)
{
	struct http_server_at at = {.url = server.url, .proxy = ""};

	(void)state;
	if (!server.h2)
		return 0;
	at.ca = lab_file("ca.pem");
	http = http_new(lab_base, &at);
	return http ? 0 : -1;
}

static int close_http(void **state)
{
	(void)state;
	http_free(http);
	http = NULL;
	for (int i = 0; i < STREAMS; i++)
		lab_fini(&streams[i]);
	return 0;
}

static bool all_have(size_t len)
{
	for (int i = 0; i < STREAMS; i++)
		if (streams[i].call && streams[i].len < len)
			return false;
	return true;
}

/* All at once, so that all but one have to wait for the connection. */
static void start_streams(void)
{
	struct http_request rq = {.method = "GET", .path = "/stream?n=1000", .idle_s = 60};

	if (!server.h2)
		skip();
	for (int i = 0; i < STREAMS; i++)
		lab_start_request(&streams[i], http, &rq);
	lab_until(all_have(1));
}

static unsigned long connections(void)
{
	struct http_stats st;

	http_stats(http, &st);
	return st.connections;
}

/* Each tick reaches each stream that is left. */
static void tick(void)
{
	size_t want[STREAMS];

	for (int i = 0; i < STREAMS; i++)
		want[i] = streams[i].len + 1000;
	assert_int_equal(lab_get(http, "/tick", NULL, 0), 200);
	for (int i = 0; i < STREAMS; i++)
		lab_until(!streams[i].call || streams[i].len >= want[i]);
}

static void shares_one_connection(void **state)
{
	char body[1024];

	(void)state;
	start_streams();
	assert_int_equal(lab_get(http, "/echo", body, sizeof(body)), 200);
	assert_non_null(strstr(body, "GET /echo 2\n"));
	for (int i = 0; i < 500; i++) {
		tick();
		assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
	}
	for (int i = 0; i < STREAMS; i++)
		assert_false(streams[i].done);
	assert_int_equal(connections(), 1);
}

static void a_big_one_does_not_stop_the_others(void **state)
{
	struct lab_call big = {0};

	(void)state;
	start_streams();
	lab_start(&big, http, "/big?n=30000000");
	lab_until(big.len > 0);
	tick();
	lab_until(big.done);
	assert_int_equal(big.result.error, 0);
	assert_true(big.len > 29000000);
	lab_fini(&big);
	tick();
	assert_int_equal(connections(), 1);
}

static void cancelling_leaves_the_others(void **state)
{
	(void)state;
	start_streams();
	for (int i = 0; i < STREAMS - 1; i++) {
		http_cancel(streams[i].call);
		streams[i].call = NULL;
		tick();
	}
	assert_int_equal(connections(), 1);
}

static void one_reset_leaves_the_others(void **state)
{
	struct lab_call c = {0};

	(void)state;
	start_streams();
	lab_start(&c, http, "/halfreset");
	lab_until(c.len > 0);
	tick();
	lab_until(c.done);
	assert_int_equal(c.result.error, -ECONNRESET);
	assert_int_equal(c.result.status, 200);
	lab_fini(&c);
	tick();
}

static void one_that_is_late_leaves_the_others(void **state)
{
	struct http_request rq = {.method = "GET", .path = "/frozen", .head_s = 1};
	struct lab_call c = {0};

	(void)state;
	start_streams();
	lab_start_request(&c, http, &rq);
	while (!c.done)
		tick();
	assert_int_equal(c.result.error, -ETIMEDOUT);
	lab_fini(&c);
	tick();
	assert_int_equal(connections(), 1);
}

static bool all_done(void)
{
	for (int i = 0; i < STREAMS; i++)
		if (!streams[i].done)
			return false;
	return true;
}

static void the_end_of_the_connection_ends_all(void **state)
{
	struct lab_call c = {0};

	(void)state;
	start_streams();
	lab_start(&c, http, "/cut");
	lab_until(c.done && all_done());
	assert_true(c.result.error < 0);
	for (int i = 0; i < STREAMS; i++)
		assert_int_equal(streams[i].result.error, -ECONNRESET);
	lab_fini(&c);
	assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
}

/* What is open goes on where it is, what is new goes elsewhere. */
static void goes_when_asked_to(void **state)
{
	struct lab_call c[3] = {0};

	(void)state;
	start_streams();
	assert_int_equal(lab_get(http, "/goaway", NULL, 0), 200);
	for (int i = 0; i < 3; i++)
		lab_start(&c[i], http, "/hello");
	lab_until(c[0].done && c[1].done && c[2].done);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(c[i].result.error, 0);
		assert_string_equal(c[i].body, "hello");
		lab_fini(&c[i]);
	}
	tick();
	for (int i = 0; i < STREAMS; i++)
		assert_false(streams[i].done);
	assert_in_range(connections(), 2, 4);
}

/* A server that says nothing at all any more is left, not asked again. */
static void leaves_a_dead_connection(void **state)
{
	struct http_request rq = {.method = "GET", .path = "/frozen", .head_s = 1};
	struct lab_call c = {0};

	(void)state;
	start_streams();
	lab_start_request(&c, http, &rq);
	lab_until(c.done);
	assert_int_equal(c.result.error, -ETIMEDOUT);
	assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
	assert_int_equal(connections(), 2);
	lab_fini(&c);
	tick();
}

static void speaks_http1_where_it_must(void **state)
{
	struct lab_server old = {0};
	struct http_server_at at = {.proxy = ""};

	(void)state;
	if (!lab_certs)
		skip();
	lab_serve(&old, (const char *[]){"--tls", lab_certs, "right", "--http1", NULL});
	at.url = old.url;
	at.ca = lab_file("ca.pem");
	if (http)
		assert_int_equal(http_move(http, &at), 0);
	else
		http = http_new(lab_base, &at);
	for (int i = 0; i < STREAMS; i++)
		lab_start(&streams[i], http, "/stream?n=1000");
	lab_until(all_have(1));
	tick();
	assert_int_equal(connections(), STREAMS + 1);
	lab_stop(&old);
	lab_until(all_done());
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_http, close_http)
	const struct CMUnitTest tests[] = {
	    CASE(shares_one_connection),
	    CASE(a_big_one_does_not_stop_the_others),
	    CASE(cancelling_leaves_the_others),
	    CASE(one_reset_leaves_the_others),
	    CASE(one_that_is_late_leaves_the_others),
	    CASE(the_end_of_the_connection_ends_all),
	    CASE(goes_when_asked_to),
	    CASE(leaves_a_dead_connection),
	    CASE(speaks_http1_where_it_must),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
