/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vty server: framing, bounds, sockets; over a socket pair or a socket of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/limits.h"
#include "announcer/log.h"
#include "announcer/loop.h"
#include "announcer/shell/client.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/server.h"
#include "fake_outputs.h"
#include "live_channel.h"
#include "quiet.h"
#include "sanitized.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct env {
	struct event_base *base;
	struct vty_server *server;
	int stderr_saved;
};

static const struct vty_context ctx = {.version = "0.0.1", .started_s = 1767225600};

static int setup(void **state)
{
	struct env *e = xcalloc(1, sizeof(*e));

	e->base = loop_new();
	e->server = vty_server_new(e->base, &ctx);
	e->stderr_saved = quiet_begin();
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;

	vty_server_free(e->server);
	event_base_free(e->base);
	quiet_end(e->stderr_saved);
	free(e);
	return 0;
}

static int join_as(struct env *e, enum vty_dialect dialect)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(vty_server_adopt(e->server, fd[1], dialect), 0);
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	return fd[0];
}

static int join(struct env *e)
{
	return join_as(e, VTY_GREVY);
}

static void put(int fd, const char *s, size_t len)
{
	assert_int_equal(send(fd, s, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Run the loop until `want` bytes came, or the other end closed. Return: bytes. */
static size_t get(struct env *e, int fd, char *to, size_t want)
{
	size_t n = 0;

	while (n < want) {
		ssize_t got = read(fd, to + n, want - n);

		if (got == 0)
			break;
		if (got > 0)
			n += (size_t)got;
		else if (errno == EAGAIN)
			event_base_loop(e->base, EVLOOP_ONCE);
		else
			break;
	}
	return n;
}

static void expect(struct env *e, int fd, const char *bytes, size_t len)
{
	char got[65536];

	assert_true(len <= sizeof(got));
	assert_int_equal(get(e, fd, got, len), len);
	assert_memory_equal(got, bytes, len);
}

#define EXPECT(e, fd, s) expect(e, fd, s, sizeof(s) - 1)
#define PUT(fd, s)       put(fd, s, sizeof(s))

static void expect_closed(struct env *e, int fd)
{
	char c;

	assert_int_equal(get(e, fd, &c, 1), 0);
}

static void answers_are_framed(void **state)
{
	struct env *e = *state;
	int fd = join(e);

	PUT(fd, "echo PING");
	EXPECT(e, fd, "PING\n\0\0\0\0");
	PUT(fd, "enable");
	EXPECT(e, fd, "\0\0\0\0");
	PUT(fd, " do echo  x \n");
	EXPECT(e, fd, "x \\n\n\0\0\0\0");
	PUT(fd, "");
	EXPECT(e, fd, "\0\0\0\0");
	PUT(fd, "frob");
	EXPECT(e, fd, "% Unknown command: frob\n                   ^\n\0\0\0\2");
	PUT(fd, "show");
	EXPECT(e, fd, "% Command incomplete: show\n\0\0\0\4");
	PUT(fd, "show r");
	EXPECT(e, fd,
	    "% Ambiguous command: show r\n"
	    "                          ^\n"
	    "  rib             Routes, and what the outputs say\n"
	    "  running-config  The configuration in force, and from where it is\n\0\0\0\3");
	PUT(fd, "show zserv");
	EXPECT(e, fd, "% There is no zebra output.\n\0\0\0\1");
	close(fd);
}

static void commands_may_come_in_pieces_or_together(void **state)
{
	struct env *e = *state;
	int fd = join(e);
	static const char bytes[] = "echo one";

	for (size_t i = 0; i < sizeof(bytes); i++) {
		put(fd, bytes + i, 1);
		event_base_loop(e->base, EVLOOP_NONBLOCK);
	}
	EXPECT(e, fd, "one\n\0\0\0\0");
	put(fd, "echo 1\0echo 2\0echo 3", 21);
	EXPECT(e, fd,
	    "1\n\0\0\0\0"
	    "2\n\0\0\0\0"
	    "3\n\0\0\0\0");
	close(fd);
}

static void long_commands_are_refused_alone(void **state)
{
	struct env *e = *state;
	static char big[VTY_COMMAND_MAX * 5];
	int fd = join(e);

	memset(big, 'x', sizeof(big) - 1);
	put(fd, big, sizeof(big));
	EXPECT(e, fd, "% Command is too long.\n\0\0\0\2");
	PUT(fd, "echo still here");
	EXPECT(e, fd, "still here\n\0\0\0\0");

	/* the longest that is taken, and one byte more */
	memset(big, ' ', sizeof(big));
	memcpy(big + VTY_COMMAND_MAX - 7, "echo a", 7);
	put(fd, big, VTY_COMMAND_MAX);
	EXPECT(e, fd, "a\n\0\0\0\0");
	memset(big, ' ', sizeof(big));
	memcpy(big + VTY_COMMAND_MAX - 6, "echo a", 7);
	put(fd, big, VTY_COMMAND_MAX + 1);
	EXPECT(e, fd, "% Command is too long.\n\0\0\0\2");
	close(fd);
}

static void connections_end(void **state)
{
	struct env *e = *state;
	int fd = join(e);

	PUT(fd, "exit");
	EXPECT(e, fd, "\0\0\0\0");
	expect_closed(e, fd);
	close(fd);

	fd = join(e);
	put(fd, "echo a\0echo b", 14);
	shutdown(fd, SHUT_WR);
	EXPECT(e, fd,
	    "a\n\0\0\0\0"
	    "b\n\0\0\0\0");
	expect_closed(e, fd);
	close(fd);

	fd = join(e);
	put(fd, "echo half", 9);
	shutdown(fd, SHUT_WR);
	expect_closed(e, fd);
	close(fd);
}

/* Return: 0 = taken, else -errno. *fd is the client's end. */
static int try_join(struct env *e, int *fd)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	*fd = pair[0];
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	return vty_server_adopt(e->server, pair[1], VTY_GREVY);
}

/* While all are busy another one is refused; the first that was idle long enough gives way,
 * and nobody else does. */
static void the_idlest_of_too_many_gives_way(void **state)
{
	struct env *e = *state;
	static int fd[VTY_SESSIONS_MAX];
	int late, refused = 0;

	if (limits_files(2 * VTY_SESSIONS_MAX + 100) < 2 * VTY_SESSIONS_MAX + 100)
		skip();
	for (int i = 0; i < VTY_SESSIONS_MAX; i++)
		fd[i] = join(e);
	while (try_join(e, &late) == -EMFILE) {
		close(late);
		refused++;
		for (int i = 0; i < VTY_SESSIONS_MAX; i++) {
			if (i == 5)
				continue;
			PUT(fd[i], "echo x");
			EXPECT(e, fd[i], "x\n\0\0\0\0");
		}
	}
	assert_true(refused > 0);
	expect_closed(e, fd[5]);
	fd[5] = late;
	for (int i = 0; i < VTY_SESSIONS_MAX; i++) {
		PUT(fd[i], "echo y");
		EXPECT(e, fd[i], "y\n\0\0\0\0");
		close(fd[i]);
	}
}

static void one_that_does_not_read_costs_one_answer(void **state)
{
	struct env *e = *state;
	int deaf = join(e), fd = join(e), size = 4096;
	static char line[3000];
	size_t sent = 0;

	setsockopt(deaf, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	memset(line, 'y', sizeof(line));
	memcpy(line, "echo ", 5);
	line[sizeof(line) - 1] = '\0';
	for (int i = 0; i < 2000; i++) {
		if (send(deaf, line, sizeof(line), MSG_NOSIGNAL) > 0)
			sent++;
		event_base_loop(e->base, EVLOOP_NONBLOCK);
	}
	assert_true(sent < 1000); /* the server stopped reading */
	PUT(fd, "echo others are served");
	EXPECT(e, fd, "others are served\n\0\0\0\0");
	close(deaf);
	close(fd);
}

static void a_monitor_streams_until_the_next_command(void **state)
{
	struct env *e = *state;
	char got[512];
	int fd = join(e), other = join(e);
	size_t n;

	put(fd, "enable\0terminal monitor", 24);
	EXPECT(e, fd, "\0\0\0\0");
	PUT(other, "enable");
	EXPECT(e, other, "\0\0\0\0");
	PUT(other, "debug zserv");
	EXPECT(e, other, "\0\0\0\0");
	log_debug("zserv", "seen");
	PUT(other, "no debug zserv");
	EXPECT(e, other, "\0\0\0\0");
	log_debug("zserv", "hidden");
	PUT(fd, "echo done");
	n = get(e, fd, got, 1);
	while (n < sizeof(got) - 1 && (n < 9 || memcmp(got + n - 9, "done\n\0\0\0\0", 9) != 0))
		n += get(e, fd, got + n, 1);
	got[n] = '\0';
	assert_non_null(strstr(got, " vty: uid "));
	assert_non_null(strstr(got, ": debug zserv\n"));
	assert_non_null(strstr(got, " debug zserv: seen\n"));
	assert_null(strstr(got, "hidden"));
	assert_memory_equal(got + n - 13, "\0\0\0\0done\n\0\0\0\0", 13);
	log_info("zserv", "after");
	PUT(fd, "echo x");
	EXPECT(e, fd, "x\n\0\0\0\0");

	/* one that hangs up while it monitors */
	PUT(fd, "terminal monitor");
	event_base_loop(e->base, EVLOOP_NONBLOCK);
	close(fd);
	event_base_loop(e->base, EVLOOP_NONBLOCK);
	log_info("zserv", "to nobody");
	close(other);
}

static void a_slow_monitor_loses_lines_and_is_told(void **state)
{
	struct env *e = *state;
	static char got[4 << 20];
	char line[1001];
	size_t n = 0;
	int fd = join(e);

	memset(line, 'z', 1000);
	line[1000] = '\0';
	put(fd, "enable\0terminal monitor", 24);
	EXPECT(e, fd, "\0\0\0\0");
	event_base_loop(e->base, EVLOOP_NONBLOCK);
	for (int i = 0; i < 3000; i++)
		log_info("zserv", "%s", line);
	while (!strstr(got, " lines lost.\n")) {
		n += get(e, fd, got + n, 1);
		assert_true(n < sizeof(got) - 1);
	}
	assert_true(n < 1 << 20);
	close(fd);
}

/* vtysh's monitor: records on a channel of its own, while commands go on. */
static void vtysh_monitors_on_a_channel(void **state)
{
	struct env *e = *state;
	int fd = join_as(e, VTY_FRR), channel;
	char got[4096];
	ssize_t n;

	PUT(fd, "enable");
	EXPECT(e, fd, "\0\0\0\0");
	PUT(fd, "terminal monitor");
	channel = live_channel(fd, e->base);
	assert_true(channel >= 0);
	log_info("zserv", "seen");
	n = recv(channel, got, sizeof(got), MSG_DONTWAIT);
	assert_true(n == 80 + 11);
	assert_memory_equal(got + 80, "zserv: seen", 11);
	PUT(fd, "echo x");
	EXPECT(e, fd, "x\n\0\0\0\0");

	/* once more: there is one already */
	PUT(fd, "terminal monitor");
	assert_int_equal(live_channel(fd, e->base), -1);
	PUT(fd, "no terminal monitor");
	assert_int_equal(live_channel(fd, e->base), -1);
	assert_int_equal(recv(channel, got, sizeof(got), 0), 0);
	close(channel);

	/* a reader that leaves its channel, and a connection that ends */
	PUT(fd, "terminal monitor");
	close(live_channel(fd, e->base));
	log_info("zserv", "to nobody");
	PUT(fd, "terminal monitor");
	channel = live_channel(fd, e->base);
	assert_true(channel >= 0);
	close(fd);
	assert_int_equal(fcntl(channel, F_SETFL, O_NONBLOCK), 0);
	while ((n = recv(channel, got, sizeof(got), 0)) != 0) {
		assert_true(n > 0 || errno == EAGAIN);
		event_base_loop(e->base, EVLOOP_ONCE);
	}
	close(channel);
}

/* Says `terminal monitor` over and over, and reads nothing. */
static void a_monitor_that_does_not_read_is_not_listened_to(void **state)
{
	static const char line[] = "terminal monitor";
	static char many[1000 * sizeof(line)];
	struct env *e = *state;
	int deaf = join(e), fd = join(e), size = 4096;
	size_t sent = 0, turns = 0;

	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = line[i % sizeof(line)];
	setsockopt(deaf, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	while (sent < (8u << 20) && turns++ < 20000) {
		ssize_t n = send(deaf, many, sizeof(many), MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		event_base_loop(e->base, EVLOOP_NONBLOCK);
	}
	print_message("%zu bytes taken\n", sent);
	assert_true(sent < 4u << 20);
	PUT(fd, "echo others are served");
	EXPECT(e, fd, "others are served\n\0\0\0\0");
	close(deaf);
	close(fd);
}

enum { STORM_MONITORS = 400, STORM_LINES = 300 };

/* What is logged in the midst of other work costs that work next to nothing, whoever reads. */
static void monitors_do_not_hold_up_who_logs(void **state)
{
	static int fd[STORM_MONITORS];
	struct env *e = *state;
	struct timespec from, to;
	double ms;

	if (limits_files(2 * STORM_MONITORS + 100) < 2 * STORM_MONITORS + 100)
		skip();
	for (int i = 0; i < STORM_MONITORS; i++) {
		fd[i] = join(e);
		PUT(fd[i], "terminal monitor");
	}
	for (int i = 0; i < STORM_MONITORS; i++)
		event_base_loop(e->base, EVLOOP_NONBLOCK);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (int i = 0; i < STORM_LINES; i++)
		log_info("zserv", "line %d of many that come at once", i);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	ms =
	    (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
	print_message("%d lines, %d monitors: %.1f ms\n", STORM_LINES, STORM_MONITORS, ms);
	assert_true(SANITIZED || ms < 5);
	for (int i = 0; i < STORM_MONITORS; i++) {
		char got[128];
		size_t n = 0;

		memset(got, 0, sizeof(got));
		while (!strstr(got, "line 0 of many") && n < sizeof(got) - 1)
			n += get(e, fd[i], got + n, 1);
		assert_non_null(strstr(got, "line 0 of many"));
		close(fd[i]);
	}
}

static int gather(const char *text, size_t len, void *arg)
{
	buf_add(arg, text, len);
	return 0;
}

static void the_client_understands_the_framing(void **state)
{
	static const struct {
		const char *bytes, *text;
		size_t len;
		int rc;
	} rows[] = {
	    {"PING\n\0\0\0\0", "PING\n", 9, 0          },
	    {"\0\0\0\4",       NULL,     4, 4          },
	    {"a\n\0\0\0\xff",  "a\n",    6, 255        },
	    {"a\n\0\0\0",      "a\n",    5, -ECONNRESET},
	    {"a\n",            "a\n",    2, -ECONNRESET},
	    {"",               NULL,     0, -ECONNRESET},
	    {"\0\0\0\0x",      NULL,     5, -EPROTO    },
	    {"a\0b\0\0",       "a",      5, -EPROTO    },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = {0};
		int fd[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
		put(fd[1], rows[i].bytes, rows[i].len);
		shutdown(fd[1], SHUT_WR);
		assert_int_equal(
		    client_ask(fd[0], "x", &(struct client_reader){.text = gather, .arg = &b}),
		    rows[i].rc);
		if (rows[i].text)
			assert_string_equal(b.p, rows[i].text);
		else
			assert_null(b.p);
		free(b.p);
		close(fd[0]);
		close(fd[1]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(answers_are_framed),
	    TEST(commands_may_come_in_pieces_or_together),
	    TEST(long_commands_are_refused_alone),
	    TEST(connections_end),
	    TEST(the_idlest_of_too_many_gives_way),
	    TEST(one_that_does_not_read_costs_one_answer),
	    TEST(a_monitor_streams_until_the_next_command),
	    TEST(a_slow_monitor_loses_lines_and_is_told),
	    TEST(vtysh_monitors_on_a_channel),
	    TEST(a_monitor_that_does_not_read_is_not_listened_to),
	    TEST(monitors_do_not_hold_up_who_logs),
	    TEST(the_client_understands_the_framing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
