/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_peer.c - who may change something, and what those are told who may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include "announcer/vty/peer.h"
#include "fake_outputs.h"
#include "quiet.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void the_rule(void **state)
{
	static const struct {
		struct peer peer;
		uid_t self;
		bool may;
	} rows[] = {
	    {{.known = true, .uid = 0},                    100, true },
	    {{.known = true, .uid = 100},                  100, true },
	    {{.known = true, .uid = 1000, .member = true}, 100, true },
	    {{.known = true, .uid = 1000},                 100, false},
	    {{.known = true, .uid = 1000},                 0,   false},
	    {{.known = true, .uid = 65534},                100, false},
	    {{.known = false, .uid = 0},                   0,   false},
	    {{.known = false, .uid = 100, .member = true}, 100, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(peer_may_change(&rows[i].peer, rows[i].self), rows[i].may);
}

static void a_peer_is_named(void **state)
{
	static const struct {
		struct peer peer;
		const char *text;
	} rows[] = {
	    {{.known = true, .uid = 1000, .pid = 77}, "uid 1000 pid 77"},
	    {{.known = true, .uid = 1000},            "uid 1000"       },
	    {{.known = false, .uid = 1000, .pid = 1}, "unknown"        },
	};
	char b[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(peer_text(&rows[i].peer, b, sizeof(b)), rows[i].text);
}

static bool is_in(gid_t gid, const gid_t *groups, int n)
{
	for (int i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* What the system tells of a socket whose other end is this process. */
static void the_system_tells_who_it_is(void **state)
{
	gid_t mine[1024];
	int fd[2], n = getgroups(1024, mine);
	struct peer_group g = {.gid = getegid()};
	struct peer p;

	(void)state;
	assert_true(n >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	p = peer_read(fd[0], &g);
	assert_true(p.known && p.member);
	assert_int_equal(p.uid, geteuid());
	for (int i = 0; i < n; i++) {
		g.gid = mine[i];
		assert_true(peer_read(fd[0], &g).member);
	}
	g.gid = 4711;
	while (g.gid == getegid() || is_in(g.gid, mine, n))
		g.gid++;
	assert_false(peer_read(fd[0], &g).member);
	close(fd[0]);
	close(fd[1]);
	assert_false(peer_read(fd[0], &g).known);
}

static void there_is_always_a_group(void **state)
{
	struct peer_group g = {0};

	(void)state;
	peer_group(&g);
	assert_true(strlen(g.name) > 0);
}

static void on_line(const struct log_record *r, const char *line, void *arg)
{
	(void)r;
	buf_fmt(arg, "%s\n", strstr(line, "vty: "));
}

struct said {
	struct buf reply, log;
	enum vty_rc rc;
};

static void said_fini(struct said *s)
{
	free(s->reply.p);
	free(s->log.p);
}

static struct said say(struct vty_session *session, const char *line)
{
	static const struct vty_context ctx = {.version = "0.0.1"};
	static const struct vty_now now = {1, 1};
	struct said s = {0};
	int saved;

	buf_str(&s.reply, "");
	buf_str(&s.log, "");
	saved = quiet_begin();
	log_set_tap(on_line, &s.log);
	s.rc = vty_execute(&ctx, session, line, &now, &s.reply);
	log_set_tap(NULL, NULL);
	quiet_end(saved);
	return s;
}

#define NOT_ALLOWED                                                                            \
	"% Not allowed: this is for root and members of group netadm (as root: usermod -a -G " \
	"netadm USER; then log in again)\n"

static void check(struct vty_session *session, const char *line, enum vty_rc rc,
    const char *reply, const char *log)
{
	struct said s = say(session, line);

	assert_string_equal(s.reply.p, reply);
	assert_string_equal(s.log.p, log);
	assert_int_equal(s.rc, rc);
	said_fini(&s);
}

/* Each verb leaves a line that says who, also one that was not allowed. */
static void who_only_looks_is_told_the_cure(void **state)
{
	struct vty_session s = {.who = "uid 1000 pid 7", .group = "netadm"};

	(void)state;
	check(&s, "echo a", VTY_OK, "a\n", "");
	check(&s, "enable", VTY_WARNING, NOT_ALLOWED, "");
	assert_false(s.enabled);
	check(&s, "deb zserv", VTY_WARNING, NOT_ALLOWED,
	    "vty: uid 1000 pid 7: deb zserv (not allowed)\n");
	assert_false(log_debugs("zserv"));
	check(&s, "frob", VTY_NO_MATCH, "% Unknown command: frob\n                   ^\n", "");
}

static void verbs_want_enable_and_leave_a_line(void **state)
{
	struct vty_session s = {.who = "uid 0 pid 1", .privileged = true};

	(void)state;
	check(&s, "debug zserv", VTY_WARNING, "% Say `enable` first: this changes something\n",
	    "vty: uid 0 pid 1: debug zserv (not allowed)\n");
	assert_false(log_debugs("zserv"));
	check(&s, "enable", VTY_OK, "", "");
	check(&s, "debug zserv", VTY_OK, "", "vty: uid 0 pid 1: debug zserv\n");
	assert_true(log_debugs("zserv"));
	check(&s, "no debug zserv", VTY_OK, "", "vty: uid 0 pid 1: no debug zserv\n");
	check(&s, "debug \x1b[2Jx", VTY_WARNING, "% No such area: \\u001b[2Jx\n",
	    "vty: uid 0 pid 1: debug \\u001b[2Jx (refused)\n");
	check(&s, "disable", VTY_OK, "", "");
	check(&s, "no debug zserv", VTY_WARNING,
	    "% Say `enable` first: this changes something\n",
	    "vty: uid 0 pid 1: no debug zserv (not allowed)\n");
}

/* A log cannot be filled by who may do nothing. */
static void refusals_do_not_fill_the_log(void **state)
{
	struct vty_session s = {.who = "uid 1000 pid 7", .group = "netadm"};
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct said one = say(&s, "debug zserv");

		lines += one.log.len > 0;
		said_fini(&one);
	}
	assert_in_range(lines, 1, 20);
}

/* Said once, each answer that can be is JSON. */
static void a_session_may_want_json(void **state)
{
	struct vty_session s = {0};
	struct said one;

	(void)state;
	check(&s, "terminal json", VTY_OK, "", "");
	one = say(&s, "show version");
	assert_int_equal(one.reply.p[0], '{');
	said_fini(&one);
	check(&s, "echo a", VTY_OK, "a\n", "");
}

static void what_has_no_end_is_not_filtered(void **state)
{
	struct vty_session s = {0};

	(void)state;
	check(&s, "term mon | include x", VTY_NO_MATCH, "% This has no end, and takes no |\n",
	    "");
	assert_false(s.monitor);
}

/* What the shell asks to know what a line is. */
static void a_line_is_told_by_its_row(void **state)
{
	static const struct {
		const char *line;
		enum vty_rc rc;
		const char *reply;
	} rows[] = {
	    {"parse te l 5",         VTY_OK,         "terminal length NUMBER\n5\n" },
	    {"parse ex",             VTY_OK,         "exit\n"                      },
	    {"parse sh ver",         VTY_OK,         "show version\n"              },
	    {"parse sh ver | inc x", VTY_OK,         ""                            },
	    {"parse !",              VTY_OK,         ""                            },
	    {"parse show",           VTY_INCOMPLETE, "% Command incomplete: show\n"},
	};
	struct vty_session s = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(&s, rows[i].line, rows[i].rc, rows[i].reply, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_rule),
	    cmocka_unit_test(a_peer_is_named),
	    cmocka_unit_test(the_system_tells_who_it_is),
	    cmocka_unit_test(there_is_always_a_group),
	    cmocka_unit_test(who_only_looks_is_told_the_cure),
	    cmocka_unit_test(verbs_want_enable_and_leave_a_line),
	    cmocka_unit_test(refusals_do_not_fill_the_log),
	    cmocka_unit_test(a_session_may_want_json),
	    cmocka_unit_test(what_has_no_end_is_not_filtered),
	    cmocka_unit_test(a_line_is_told_by_its_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
