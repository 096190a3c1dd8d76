/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thousand connections to the real server over a RIB of 100,000 routes, half of them stalled
 * or sending garbage. The clients live in a process of their own, so that what they do is not
 * mistaken for the server's doing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/limits.h"
#include "announcer/loop.h"
#include "announcer/loop_watch.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/procinfo.h"
#include "announcer/vty/server.h"
#include "fake_outputs.h"
#include "sanitized.h"
#include <cmocka.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 1000, HEALTHY = 500, STALLED = 300, ROUTES = 100000, ROUNDS = 20, TRIES = 3 };
enum { SESSION_BYTES = 64 << 10 }; /* of memory for one, at most */

static const char show_rib[] = "show rib";

/* ---- the clients: return false or exit when something is wrong ---- */

static bool say(int fd, const char *s, size_t len)
{
	return send(fd, s, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Whatever the server thinks of it, and whether or not it fits. */
static void throw_at(int fd, const char *s, size_t len)
{
	(void)!send(fd, s, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void send_garbage(int fd, int i)
{
	static char noise[20000];
	uint32_t r = (uint32_t)i;

	switch (i % 6) {
	case 0: /* half a command, and nothing more */
		throw_at(fd, "show ri", 7);
		break;
	case 1: /* binary */
		for (size_t k = 0; k < sizeof(noise); k++) {
			r = r * 1664525u + 1013904223u;
			noise[k] = (char)(r >> 24);
		}
		throw_at(fd, noise, sizeof(noise));
		break;
	case 2: /* too long, without an end */
		memset(noise, 'x', sizeof(noise));
		throw_at(fd, noise, sizeof(noise));
		break;
	case 3: /* half a command, then gone */
		throw_at(fd, show_rib, 5);
		close(fd);
		break;
	case 4: /* gone at once */
		close(fd);
		break;
	default: /* asks and asks, and never reads */
		for (int k = 0; k < 200; k++)
			throw_at(fd, show_rib, sizeof(show_rib));
	}
}

/* Reads one answer. Return: its lines, or -1 when it does not end as it should. */
static long answer(int fd, const char *expect)
{
	static char b[65536];
	char all[256] = "", tail[4] = "";
	size_t n = 0;
	long lines = 0;

	for (;;) {
		ssize_t got = read(fd, b, sizeof(b));

		if (got <= 0)
			return -1;
		for (ssize_t i = 0; i < got; i++) {
			lines += b[i] == '\n';
			if (n < sizeof(all))
				all[n] = b[i];
			n++;
			memmove(tail, tail + 1, 3);
			tail[3] = b[i];
		}
		if (n >= 4 && !memcmp(tail, "\0\0\0", 4))
			return !expect || strncmp(all, expect, n - 4) == 0 ? lines : -1;
	}
}

static bool ask_all(const int *fd, int round)
{
	char line[64], expect[64];

	snprintf(line, sizeof(line), "echo round %d", round);
	snprintf(expect, sizeof(expect), "round %d\n", round);
	for (int i = 0; i < HEALTHY; i++)
		if (!say(fd[i], line, strlen(line) + 1))
			return false;
	for (int i = 0; i < HEALTHY; i++)
		if (answer(fd[i], expect) != 1)
			return false;
	return true;
}

/* Return: what went wrong, 0 = nothing. */
static int be_a_crowd(const int *fd)
{
	const struct timeval patience = {60, 0};

	for (int i = 0; i < CLIENTS; i++)
		setsockopt(fd[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (int i = 0; i < STALLED; i++)
		if (!say(fd[HEALTHY + i], show_rib, sizeof(show_rib)))
			return 1;
	for (int i = HEALTHY + STALLED; i < CLIENTS; i++)
		send_garbage(fd[i], i);
	for (int round = 0; round < ROUNDS; round++)
		if (!ask_all(fd, round))
			return 2;
	/* One that was away for a while, and one that asks for less. */
	if (answer(fd[HEALTHY], NULL) != ROUTES + 1)
		return 3;
	if (!say(fd[0], "show rib | count 10.1.134.15", 29) || answer(fd[0], "11\n") != 1)
		return 4;
	return 0;
}

/* ---- the server ---- */

struct env {
	struct event_base *base;
	struct rib *rib;
	struct loop_watch *watch;
	struct vty_server *server;
	struct vty_context ctx;
	int64_t most;
};

static void fill(struct rib *rib)
{
	const struct rib_nexthop nh = {
	    .addr = {AF_INET, {192, 0, 2, 1}},
              .weight = 1
        };
	struct prefix p = {.family = AF_INET, .plen = 32, .addr = {10}};

	for (uint32_t i = 0; i < ROUTES; i++) {
		uint32_t mixed = (uint32_t)(i * UINT64_C(77773) % ROUTES); /* in no order */

		p.addr[1] = (uint8_t)(mixed >> 16);
		p.addr[2] = (uint8_t)(mixed >> 8);
		p.addr[3] = (uint8_t)mixed;
		rib_set(rib, RIB_KUBERNETES, &p, &nh, 1);
	}
	rib_commit(rib);
}

static void on_sample(evutil_socket_t fd, short what, void *arg)
{
	struct env *e = arg;
	struct procinfo_memory m;

	(void)fd;
	(void)what;
	procinfo_memory(&m);
	e->most = m.rss_anon > e->most ? m.rss_anon : e->most;
}

static void on_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopexit(((struct env *)arg)->base, NULL);
}

/* Run the loop until the clients' process has closed its end of the pipe. */
static int run_with(struct env *e, pid_t clients, int over)
{
	const struct timeval often = {0, 100000};
	struct event *end = event_new(e->base, over, EV_READ, on_over, e);
	struct event *sample = event_new(e->base, -1, EV_PERSIST, on_sample, e);
	int status;

	event_add(end, NULL);
	event_add(sample, &often);
	loop_watch_set(e->watch, true);
	event_base_dispatch(e->base);
	event_free(end);
	event_free(sample);
	assert_int_equal(waitpid(clients, &status, 0), clients);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static pid_t start_clients(int *client, int *server, int over[2])
{
	pid_t pid;

	for (int i = 0; i < CLIENTS; i++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		client[i] = pair[0];
		server[i] = pair[1];
	}
	assert_int_equal(pipe(over), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		for (int i = 0; i < CLIENTS; i++)
			close(server[i]);
		_exit(be_a_crowd(client));
	}
	for (int i = 0; i < CLIENTS; i++)
		close(client[i]);
	close(over[1]);
	return pid;
}

/* Return: how the timers were. */
static struct loop_lag serve_a_crowd(void)
{
	static int client[CLIENTS], server[CLIENTS];
	struct env e = {.base = loop_new(), .rib = rib_new()};
	struct procinfo_memory before;
	struct loop_lag lag;
	int over[2];
	pid_t pid;

	fill(e.rib);
	e.ctx = (struct vty_context){.version = "0.0.1", .rib = e.rib};
	e.server = vty_server_new(e.base, &e.ctx);
	e.watch = loop_watch_new(e.base);
	pid = start_clients(client, server, over);
	procinfo_memory(&before);
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(vty_server_adopt(e.server, server[i], VTY_GREVY), 0);
	assert_int_equal(run_with(&e, pid, over[0]), 0);
	lag = *loop_watch_lag(e.watch);
	print_message("%llu timers, late by %lld us at most, %lld of our own; %lld kB more\n",
	    (unsigned long long)lag.timers, (long long)lag.late_max_ns / 1000,
	    (long long)lag.own_max_ns / 1000, (long long)(e.most - before.rss_anon) / 1024);
	assert_true(SANITIZED || e.most - before.rss_anon < (int64_t)CLIENTS * SESSION_BYTES);
	close(over[0]);
	vty_server_free(e.server);
	loop_watch_free(e.watch);
	rib_free(e.rib);
	event_base_free(e.base);
	return lag;
}

/* A machine that has no time for us, nor for its own interrupts, may spoil one try. */
static void a_crowd_is_served_in_bounds(void **state)
{
	struct loop_lag lag = {.slow = 1};

	(void)state;
	if (limits_files(2 * CLIENTS + 100) < 2 * CLIENTS + 100)
		skip();
	for (int i = 0; i < TRIES && lag.slow; i++)
		lag = serve_a_crowd();
	assert_true(SANITIZED || !lag.slow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_crowd_is_served_in_bounds),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
