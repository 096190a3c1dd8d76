/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP calls over plain connections: what is sent, what is told, every end, and calls back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "http_lab.h"
#include <cmocka.h>
#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct lab_server server;
static struct http *http;

static int set_up(void **state)
{
	const char *none[] = {NULL};

	lab_set_up(state);
	unsetenv("http_proxy");
	unsetenv("HTTP_PROXY");
	lab_serve(&server, none);
	return 0;
}

static int tear_down(void **state)
{
	lab_stop(&server);
	return lab_tear_down(state);
}

static int open_http(void **state)
{
	struct http_server_at at = {.url = server.url, .agent = "grevyd-test"};

	(void)state;
	http = http_new(lab_base, &at);
	return http ? 0 : -1;
}

static int close_http(void **state)
{
	(void)state;
	http_free(http);
	http = NULL;
	return 0;
}

static void sends_what_is_asked(void **state)
{
	struct lab_call c = {0};
	struct http_request rq = {
	    .method = "PATCH",
	    .path = "/echo?a=b%20c",
	    .content_type = "application/merge-patch+json",
	    .body = {"{\"a\":1}", 7},
	    .authorization = "Bearer secret"
        };

	(void)state;
	lab_start_request(&c, http, &rq);
	lab_until(c.done);
	assert_int_equal(c.result.error, 0);
	assert_int_equal(c.result.status, 200);
	assert_int_equal(c.heads, 1);
	assert_string_equal(c.text, "");
	assert_non_null(strstr(c.body, "PATCH /echo?a=b%20c 1.1\n"));
	assert_non_null(strstr(c.body, "\naccept: application/json\n"));
	assert_non_null(strstr(c.body, "\naccept-encoding: gzip\n"));
	assert_non_null(strstr(c.body, "\nauthorization: Bearer secret\n"));
	assert_non_null(strstr(c.body, "\ncontent-type: application/merge-patch+json\n"));
	assert_non_null(strstr(c.body, "\nuser-agent: grevyd-test\n"));
	assert_non_null(strstr(c.body, "\n\n{\"a\":1}"));
	lab_fini(&c);
	rq = (struct http_request){.method = "GET",
	    .path = "/echo",
	    .accept = "text/plain",
	    .plain = true,
	    .user = "u",
	    .password = "p:q"};
	lab_start_request(&c, http, &rq);
	lab_until(c.done);
	assert_non_null(strstr(c.body, "GET /echo 1.1\n"));
	assert_non_null(strstr(c.body, "\naccept: text/plain\n"));
	assert_non_null(strstr(c.body, "\nauthorization: Basic dTpwOnE=\n"));
	assert_null(strstr(c.body, "accept-encoding"));
	assert_null(strstr(c.body, "content-type"));
	lab_fini(&c);
	rq.password = NULL;
	lab_start_request(&c, http, &rq);
	lab_until(c.done);
	assert_non_null(strstr(c.body, "\nauthorization: Basic dTo=\n"));
	lab_fini(&c);
}

/* The path of the server's address comes first; slashes are not doubled. */
static void keeps_the_servers_path(void **state)
{
	char url[96], body[256];
	struct http_server_at at = {.url = url};

	(void)state;
	snprintf(url, sizeof(url), "%s/k8s/c-1/", server.url);
	assert_int_equal(http_move(http, &at), 0);
	assert_int_equal(lab_get(http, "/echo", body, sizeof(body)), 200);
	assert_non_null(strstr(body, "GET /k8s/c-1/echo "));
}

static void tells_a_status(void **state)
{
	struct lab_call c = {0};

	(void)state;
	lab_start(&c, http, "/status?code=429&after=7");
	lab_until(c.done);
	assert_int_equal(c.result.error, 0);
	assert_int_equal(c.result.status, 429);
	assert_int_equal(c.result.retry_after_s, 7);
	assert_string_equal(c.body, "said no");
	lab_fini(&c);
	assert_int_equal(lab_get(http, "/status?code=302", NULL, 0), 302);
	assert_int_equal(lab_get(http, "/nothing", NULL, 0), 404);
}

static void unpacks_gzip(void **state)
{
	struct lab_call c = {0};
	struct http_stats before, after;

	(void)state;
	http_stats(http, &before);
	lab_start(&c, http, "/gzip");
	lab_until(c.done);
	assert_int_equal(c.result.error, 0);
	assert_int_equal(c.len, 170000);
	http_stats(http, &after);
	assert_int_equal(after.body - before.body, 170000);
	assert_in_range(after.wire - before.wire, 1, 5000);
	lab_fini(&c);
	lab_start(&c, http, "/badgzip");
	lab_until(c.done);
	assert_int_equal(c.result.error, -EPROTO);
	lab_fini(&c);
}

static void ends_badly(void **state)
{
	static const struct {
		const char *path;
		int error, status;
		const char *body;
	} cases[] = {
	    {"/cut",     -ECONNRESET, 0,   NULL  },
	    {"/halfcut", -ECONNRESET, 200, "half"},
	    {"/short",   -ECONNRESET, 200, "half"},
	    {"/garbage", -EPROTO,     0,   NULL  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lab_call c = {0};

		lab_start(&c, http, cases[i].path);
		lab_until(c.done);
		assert_int_equal(c.result.error, cases[i].error);
		assert_int_equal(c.result.status, cases[i].status);
		assert_string_not_equal(c.text, "");
		/* A reset may overtake what was sent before it. */
		if (c.body)
			assert_string_equal(c.body, cases[i].body);
		lab_fini(&c);
		assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
	}
}

static void cannot_connect(void **state)
{
	struct http_server_at at = {.url = "http://127.0.0.1:1"};
	struct lab_call c = {0};

	(void)state;
	assert_int_equal(http_move(http, &at), 0);
	lab_start(&c, http, "/hello");
	lab_until(c.done);
	assert_int_equal(c.result.error, -ECONNREFUSED);
	lab_fini(&c);
	at.url = "http://no-such-host.invalid";
	assert_int_equal(http_move(http, &at), 0);
	assert_int_equal(lab_get(http, "/hello", NULL, 0), -EHOSTUNREACH);
}

static void refuses_what_cannot_be_sent(void **state)
{
	static const char *const urls[] = {"ftp://127.0.0.1", "127.0.0.1:::", "", "https://",
	    "http://user:secret@127.0.0.1", "file:///etc/passwd", "http://127.0.0.1/?a=b"};
	static const char *const proxies[] = {"http://user:secret@127.0.0.1:1",
	    "http://user:secret@127.0.0.1:port", "socks5://user:secret@127.0.0.1:1",
	    "http://user:secret@", "socks5://user:secret@[::1",
	    "odd://user:secret@127.0.0.1:1"};
	struct http_request rq = {
	    .method = "GET", .path = "/hello", .authorization = "Bearer a\r\nX-Other: b"};
	struct lab_call c = {0};

	(void)state;
	lab_start_request(&c, http, &rq);
	lab_until(c.done);
	assert_int_equal(c.result.error, -EINVAL);
	assert_null(strstr(c.text, "Bearer"));
	lab_fini(&c);
	assert_int_equal(lab_get(http, "hello", NULL, 0), -EINVAL);
	assert_int_equal(lab_get(http, "/hel lo", NULL, 0), -EINVAL);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct http_server_at at = {.url = urls[i]};

		assert_int_equal(http_move(http, &at), 0);
		lab_start(&c, http, "/hello");
		lab_until(c.done);
		assert_int_equal(c.result.error, -EINVAL);
		assert_null(strstr(c.text, "secret"));
		lab_fini(&c);
	}
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		struct http_server_at at = {.url = "http://127.0.0.1:1", .proxy = proxies[i]};

		assert_int_equal(http_move(http, &at), 0);
		lab_start(&c, http, "/hello");
		lab_until(c.done);
		assert_int_not_equal(c.result.error, 0);
		assert_null(strstr(c.text, "secret"));
		lab_fini(&c);
	}
}

static void gives_up_in_time(void **state)
{
	struct http_request frozen = {.method = "GET", .path = "/frozen", .head_s = 1};
	struct http_request half = {.method = "GET", .path = "/half", .idle_s = 1};
	struct http_request all = {
	    .method = "GET", .path = "/stream", .idle_s = 20, .total_s = 1};
	struct lab_call c[3] = {0};

	(void)state;
	lab_start_request(&c[0], http, &frozen);
	lab_start_request(&c[1], http, &half);
	lab_start_request(&c[2], http, &all);
	lab_until(c[0].done && c[1].done && c[2].done);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(c[i].result.error, -ETIMEDOUT);
	assert_string_equal(c[0].text, "no answer for 1 s");
	assert_int_equal(c[0].result.status, 0);
	assert_string_equal(c[1].text, "nothing came for 1 s");
	assert_string_equal(c[1].body, "half");
	assert_int_equal(c[1].result.status, 200);
	assert_string_equal(c[2].text, "not at its end after 1 s");
	for (size_t i = 0; i < 3; i++)
		lab_fini(&c[i]);
}

/* Each piece starts the wait anew. */
static void waits_while_something_comes(void **state)
{
	struct http_request rq = {.method = "GET", .path = "/stream", .idle_s = 2};
	struct lab_call c = {0};
	struct timeval half = {.tv_usec = 500000};

	(void)state;
	lab_start_request(&c, http, &rq);
	lab_until(c.len > 0);
	for (int i = 0; i < 6; i++) {
		size_t before = c.len;

		event_base_loopexit(lab_base, &half);
		event_base_dispatch(lab_base);
		assert_false(c.done);
		assert_int_equal(lab_get(http, "/tick", NULL, 0), 200);
		lab_until(c.len > before);
	}
	assert_false(c.done);
	http_cancel(c.call);
	lab_fini(&c);
}

static void stop_it(struct lab_call *c)
{
	c->want = 1;
}

static void stops_when_told(void **state)
{
	struct lab_call c = {.on_piece = stop_it};

	(void)state;
	lab_start(&c, http, "/big?n=10000000");
	lab_until(c.done);
	assert_int_equal(c.result.error, -ECANCELED);
	assert_in_range(c.len, 1, 1000000);
	lab_fini(&c);
}

static void cancel_it(struct lab_call *c)
{
	http_cancel(c->call);
	c->call = NULL;
}

static void cancel_others(struct lab_call *c)
{
	for (int i = 1; i < 4; i++)
		if (c[i].call)
			http_cancel(c[i].call);
	c->on_piece = NULL;
}

static void start_more(struct lab_call *c)
{
	lab_start(c + 1, http, "/hello");
	c->on_piece = NULL;
	c->on_end = NULL;
}

static void may_be_called_back(void **state)
{
	struct lab_call c[4] = {{.on_piece = cancel_it}};
	char body[16];

	(void)state;
	lab_start(&c[0], http, "/stream");
	lab_until(c[0].len > 0);
	assert_int_equal(lab_get(http, "/hello", body, sizeof(body)), 200);
	assert_false(c[0].done);
	lab_fini(&c[0]);

	for (int i = 1; i < 4; i++)
		lab_start(&c[i], http, "/stream");
	lab_until(c[1].len && c[2].len && c[3].len);
	c[0].on_piece = cancel_others;
	lab_start(&c[0], http, "/hello");
	lab_until(c[0].done);
	assert_string_equal(c[0].body, "hello");
	for (int i = 0; i < 4; i++) {
		assert_int_equal(c[i].done, i == 0);
		lab_fini(&c[i]);
	}
	c[0].on_piece = start_more;
	c[1].on_end = start_more;
	lab_start(&c[0], http, "/hello");
	lab_until(c[0].done && c[1].done && c[2].done);
	assert_string_equal(c[2].body, "hello");
	for (int i = 0; i < 3; i++)
		lab_fini(&c[i]);
}

static void free_all(struct lab_call *c)
{
	(void)c;
	http_free(http);
	http = NULL;
}

static void may_be_freed_anywhere(void **state)
{
	struct lab_call c[3] = {0};

	for (int round = 0; round < 3; round++) {
		lab_start(&c[0], http, "/stream");
		lab_start(&c[1], http, "/frozen");
		c[2].on_piece = round == 1 ? free_all : NULL;
		c[2].on_end = round == 2 ? free_all : NULL;
		lab_start(&c[2], http, "/hello");
		if (round == 0)
			free_all(NULL);
		lab_until(!http);
		assert_false(c[0].done || c[1].done);
		for (int i = 0; i < 3; i++)
			lab_fini(&c[i]);
		open_http(state);
	}
}

static void reset_it(struct lab_call *c)
{
	http_reset(http);
	c->on_piece = NULL;
}

static void resets_everything(void **state)
{
	struct lab_call c[4] = {0};
	size_t fds;
	long before;

	(void)state;
	assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
	fds = lab_fds();
	for (int round = 0; round < 2; round++) {
		before = lab_count(http, "connections");
		lab_start(&c[0], http, "/stream");
		lab_start(&c[1], http, "/frozen");
		lab_until(c[0].len > 0);
		c[2].on_piece = round ? reset_it : NULL;
		lab_start(&c[2], http, "/big?n=10000000");
		lab_until(c[2].len > 0);
		lab_start(&c[3], http, "/hello");
		if (!round)
			http_reset(http);
		if (!round)
			assert_false(c[0].done || c[1].done || c[2].done || c[3].done);
		lab_until(c[0].done && c[1].done && c[2].done && c[3].done);
		for (int i = 0; i < 4; i++) {
			/* The last one was not asked for yet when all was reset within. */
			if (i < 3 || !round)
				assert_int_equal(c[i].result.error, -ETIMEDOUT);
			lab_fini(&c[i]);
		}
		assert_true(lab_count(http, "connections") > before);
		assert_int_equal(lab_fds(), fds);
	}
}

static void lasts(void **state)
{
	struct http_stats st;
	size_t fds;

	(void)state;
	assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
	fds = lab_fds();
	for (int i = 0; i < 3000; i++)
		assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
	http_stats(http, &st);
	assert_int_equal(st.connections, 1);
	for (int i = 0; i < 100; i++)
		(void)lab_get(http, "/cut", NULL, 0);
	assert_true(lab_fds() <= fds);
}

static void takes_much(void **state)
{
	struct lab_call c = {0};

	(void)state;
	lab_start(&c, http, "/big?n=50003968");
	lab_until(c.done);
	assert_int_equal(c.result.error, 0);
	assert_int_equal(c.len, 50003968);
	lab_fini(&c);
}

static int lookup[2] = {-1, -1}, looked_up[2] = {-1, -1};

/* In the place of libc's: there is no name but one, of which nobody knows for long. */
int getaddrinfo(const char *restrict name, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	struct pollfd go_on = {.fd = lookup[0], .events = POLLIN};

	(void)service;
	(void)hints;
	(void)out;
	if (lookup[0] >= 0 && strcmp(name, "slow.invalid") == 0) {
		(void)poll(&go_on, 1, 10000);
		(void)!write(looked_up[1], "", 1);
	}
	return EAI_NONAME;
}

/* The end of a call does not wait for that of the look-up of a name. */
static void looks_names_up_beside_the_loop(void **state)
{
	struct http_server_at at = {.url = "http://slow.invalid"};
	struct http_request rq = {.method = "GET", .path = "/hello", .head_s = 1};
	struct pollfd over;
	struct lab_call c = {0};
	char byte;

	(void)state;
	if (!CURL_AT_LEAST_VERSION(7, 87, 0))
		skip();
	assert_int_equal(pipe(lookup), 0);
	assert_int_equal(pipe(looked_up), 0);
	over = (struct pollfd){.fd = looked_up[0], .events = POLLIN};
	assert_int_equal(http_move(http, &at), 0);
	lab_start_request(&c, http, &rq);
	lab_until(c.done);
	assert_int_equal(c.result.error, -ETIMEDOUT);
	assert_int_equal(poll(&over, 1, 0), 0);
	assert_int_equal(write(lookup[1], "", 1), 1);
	assert_int_equal(read(looked_up[0], &byte, 1), 1);
	for (int i = 0; i < 2; i++) {
		close(lookup[i]);
		close(looked_up[i]);
		lookup[i] = looked_up[i] = -1;
	}
	lab_fini(&c);
}

static int mallocs_left = -1; /* until one fails; -1 = none does */

static bool fails(void)
{
	return mallocs_left >= 0 && mallocs_left-- == 0;
}

static void *our_malloc(size_t n)
{
	return fails() ? NULL : malloc(n);
}

static void *our_realloc(void *p, size_t n)
{
	return fails() ? NULL : realloc(p, n);
}

/* Whichever of its events cannot be had: the call ends, and the next is answered. */
static void survives_lack_of_memory(void **state)
{
	(void)state;
	for (int k = 0; k < 12; k++) {
		struct lab_call c = {0};
		struct http_request rq = {.method = "GET", .path = "/hello", .head_s = 1};

		lab_start_request(&c, http, &rq);
		mallocs_left = k;
		lab_until(c.done);
		mallocs_left = -1;
		lab_fini(&c);
		assert_int_equal(lab_get(http, "/hello", NULL, 0), 200);
		http_reset(http); /* the next makes a connection of its own */
	}
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_http, close_http)
	const struct CMUnitTest tests[] = {
	    CASE(sends_what_is_asked),
	    CASE(keeps_the_servers_path),
	    CASE(tells_a_status),
	    CASE(unpacks_gzip),
	    CASE(ends_badly),
	    CASE(cannot_connect),
	    CASE(refuses_what_cannot_be_sent),
	    CASE(gives_up_in_time),
	    CASE(waits_while_something_comes),
	    CASE(stops_when_told),
	    CASE(may_be_called_back),
	    CASE(may_be_freed_anywhere),
	    CASE(resets_everything),
	    CASE(looks_names_up_beside_the_loop),
	    CASE(survives_lack_of_memory),
	    CASE(lasts),
	    CASE(takes_much),
	};

	event_set_mem_functions(our_malloc, our_realloc, free);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
