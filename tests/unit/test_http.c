/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HTTP server over real sockets, with clients of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/http/server.h"
#include "announcer/util.h"
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16

static struct event_base *base;
static struct http_server *server;
static char address[32];
static uint16_t port;

static void put_big(struct buf *body, void *arg)
{
	(void)arg;
	for (int i = 0; i < 20000; i++)
		buf_fmt(body, "line %d\n", i);
}

static void put_hello(struct buf *body, void *arg)
{
	buf_str(body, arg);
}

/* A port that nobody has: taken, given back, and listened on at once. */
static void find_port(void)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	port = ntohs(a.sin_port);
	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
}

static int set_up(void **state)
{
	static const struct http_path paths[] = {
	    {"/hello", "text/plain", put_hello},
	    {"/big",   "text/plain", put_big  },
	    {NULL,     NULL,         NULL     },
	};

	(void)state;
	base = event_base_new();
	server = http_server_new(base, paths, (void *)(uintptr_t) "hello\n");
	for (int i = 0; i < 10; i++) {
		find_port();
		if (!http_server_listen(server, address))
			return 0;
	}
	return -1;
}

static int tear_down(void **state)
{
	(void)state;
	http_server_free(server);
	event_base_free(base);
	return 0;
}

static int client(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* Until the server closes; what it sent is left in `to`. */
static void receive(int fd, struct buf *to)
{
	char piece[4096];
	ssize_t n;

	buf_str(to, "");
	for (;;) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		n = read(fd, piece, sizeof(piece));
		if (n > 0)
			buf_add(to, piece, (size_t)n);
		else if (!n || errno != EAGAIN)
			break;
	}
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void ask(const char *request, struct buf *to)
{
	int fd = client();

	assert_true(fd >= 0);
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	receive(fd, to);
}

static void check(const char *request, const char *answer)
{
	struct buf b = {0};

	ask(request, &b);
	assert_string_equal(b.p, answer);
	free(b.p);
}

static void paths_are_answered(void **state)
{
	(void)state;
	check("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 6\r\n\r\nhello\n");
	check("GET /hello?a=b HTTP/1.0\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 6\r\n\r\nhello\n");
	check("HEAD /hello HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 6\r\n\r\n");
}

/* Its half of the connection is over with the request: it still wants all of the answer. */
static void a_client_that_sends_no_more_is_answered(void **state)
{
	static const char *const requests[] = {"GET /big HTTP/1.1\r\n\r\n",
	    "GET /hello HTTP/1.1\r\n\r\n", "GET /hello HTTP/1.1\r\n"};
	static const char *const ends[] = {"line 19999\n", "hello\n", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct buf b = {0};
		int fd = client();

		assert_true(fd >= 0);
		assert_int_equal(
		    write(fd, requests[i], strlen(requests[i])), strlen(requests[i]));
		assert_int_equal(shutdown(fd, SHUT_WR), 0);
		receive(fd, &b);
		assert_true(b.len >= strlen(ends[i]));
		assert_string_equal(b.p + b.len - strlen(ends[i]), ends[i]);
		free(b.p);
	}
}

static void what_is_not_there_is_refused(void **state)
{
	(void)state;
	check("GET / HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	check("GET /hell HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	check("POST /hello HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde",
	    "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nAllow: GET, HEAD\r\n"
	    "Content-Length: 0\r\n\r\n");
	check("nonsense\r\n\r\n",
	    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	check("GET hello HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	check("\r\n\r\n",
	    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

static void a_long_answer_arrives_whole(void **state)
{
	struct buf b = {0};

	(void)state;
	ask("GET /big HTTP/1.1\r\n\r\n", &b);
	assert_int_equal(strncmp(b.p, "HTTP/1.1 200 OK\r\n", 17), 0);
	assert_string_equal(b.p + b.len - 11, "line 19999\n");
	free(b.p);
}

static void a_long_header_is_refused(void **state)
{
	struct buf line = {0}, b = {0};

	(void)state;
	buf_str(&line, "GET /hello HTTP/1.1\r\nX: ");
	buf_pad(&line, 20000);
	ask(line.p, &b);
	assert_int_equal(strncmp(b.p, "HTTP/1.1 431 ", 13), 0);
	free(line.p);
	free(b.p);
}

static void a_request_in_pieces_is_understood(void **state)
{
	static const char request[] = "GET /hello HTTP/1.1\r\n\r\n";
	struct buf b = {0};
	int fd = client();

	(void)state;
	for (size_t i = 0; i < sizeof(request) - 1; i++) {
		assert_int_equal(write(fd, request + i, 1), 1);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	receive(fd, &b);
	assert_string_equal(b.p + b.len - 6, "hello\n");
	free(b.p);
}

static void only_so_many_at_once(void **state)
{
	int fds[CONNECTIONS_MAX];
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = client();
		assert_true(fds[i] >= 0);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	receive(client(), &b); /* closed without a word */
	assert_string_equal(b.p, "");
	free(b.p);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		close(fds[i]);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	check("HEAD /hello HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 6\r\n\r\n");
}

/* Who says nothing, or does not read, is cut off. */
static void none_stays_for_ever(void **state)
{
	struct timespec began, end;
	struct buf b = {0};
	int fd = client();
	char c;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &began);
	assert_int_equal(write(fd, "GET", 3), 3);
	do
		event_base_loop(base, EVLOOP_ONCE);
	while (read(fd, &c, 1) < 0 && errno == EAGAIN);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_in_range(end.tv_sec - began.tv_sec, 4, 8);
	close(fd);
	free(b.p);
}

static void it_moves_and_ends(void **state)
{
	uint16_t old = port;

	(void)state;
	assert_int_equal(http_server_listen(server, address), 0); /* the same */
	assert_int_equal(http_server_listen(server, ""), 0);
	port = old;
	assert_int_equal(client(), -1);
	assert_int_equal(http_server_listen(server, "192.0.2.1:7473"), -EADDRNOTAVAIL);
	assert_int_equal(http_server_listen(server, "here"), -EINVAL);
	assert_int_equal(http_server_listen(server, address), 0);
	check("HEAD /nothing HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(paths_are_answered),
	    TEST(a_client_that_sends_no_more_is_answered),
	    TEST(what_is_not_there_is_refused),
	    TEST(a_long_answer_arrives_whole),
	    TEST(a_long_header_is_refused),
	    TEST(a_request_in_pieces_is_understood),
	    TEST(only_so_many_at_once),
	    TEST(none_stays_for_ever),
	    TEST(it_moves_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
