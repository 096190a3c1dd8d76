/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FRR's dialect of the vty: each line that the real vtysh was recorded to send (sent-*.txt),
 * with what it gets, by release in frr_dialect.golden; and what recordings do not have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/frr.h"
#include "announcer/vty/frr_names.h"
#include "announcer/vty/live.h"
#include "fake_bgp.h"
#include "live_channel.h"
#include "show_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const releases[] = {"7.5.1", "8.4.4", "10.3", "10.7.1"};

static struct conf conf = {.file = (char *)"/etc/grevy/grevyd.yaml"};

static struct vty_context context(void)
{
	static const char *const peers[] = {"192.0.2.9", "198.51.100.1", "fd00::9"};

	fake_bgp = (struct fake_bgp){.n_peers = ARRAY_LEN(peers)};
	for (size_t i = 0; i < ARRAY_LEN(peers); i++)
		assert_int_equal(ipaddr_parse(peers[i], &fake_bgp.peers[i].session.remote), 0);
	return (struct vty_context){
	    .version = "0.0.1", .conf = &conf, .bgp = (struct bgp *)&fake_bgp};
}

static struct vty_session fresh(void)
{
	return (struct vty_session){.dialect = VTY_FRR, .privileged = true};
}

static enum vty_rc ask(struct vty_session *s, const char *line, struct buf *reply)
{
	const struct vty_now now = {.unix_s = 1767225600};
	struct vty_context ctx = context();

	buf_clear(reply);
	buf_str(reply, "");
	return vty_execute(&ctx, s, line, &now, reply);
}

/* Found in the table that our own shell uses. */
static bool is_shared(struct vty_session s, const char *line)
{
	struct vty_parsed p;
	struct buf error = {0};
	bool is;

	frr_parse(&s, line, &p, &error);
	is = p.cmd >= vty_commands.commands &&
	     p.cmd < vty_commands.commands + vty_commands.n_commands;
	tree_parsed_fini(&p);
	free(error.p);
	return is;
}

static const char *mode(const struct vty_session *s)
{
	return s->configuring ? "configuring" : s->enabled ? "enabled" : "viewing";
}

/* ---- the recordings ---- */

/* The C string that begins at s, in place. */
static void unquote(char *s)
{
	char *to = s;

	for (s++; *s && *s != '"'; s++) {
		if (*s == '\\' && s[1])
			*to++ = *++s == 'n' ? '\n' : *s;
		else
			*to++ = *s;
	}
	*to = '\0';
}

struct row {
	char *text; /* mode, line, what it gets */
	struct buf seen;
};

struct rows {
	struct row v[600];
	size_t n;
};

static void note(struct rows *rows, const char *text, const char *release)
{
	size_t i = 0;

	while (i < rows->n && strcmp(rows->v[i].text, text) != 0)
		i++;
	assert_true(i < ARRAY_LEN(rows->v));
	if (i == rows->n)
		rows->v[rows->n++].text = xstrdup(text);
	if (!rows->v[i].seen.p || !strstr(rows->v[i].seen.p, release))
		buf_fmt(&rows->v[i].seen, " %s", release);
}

/* One line of vtysh's, as a row of the golden file. */
static void hear(struct vty_session *s, const char *line, struct buf *text)
{
	const char *was = mode(s);
	struct buf reply = {0};
	enum vty_rc rc;

	buf_clear(text);
	buf_fmt(text, "%s \"", was);
	buf_escaped(text, line, true);
	buf_str(text, "\": ");
	if (is_shared(*s, line)) {
		buf_str(text, "as grevysh");
		ask(s, line, &reply);
	} else {
		rc = ask(s, line, &reply);
		buf_fmt(text, "%d", (int)rc);
		if (reply.len && strchr(reply.p, '\n') == reply.p + reply.len - 1)
			buf_fmt(text, " %.*s", (int)reply.len - 1, reply.p);
		else if (reply.len)
			buf_str(text, " and lines");
	}
	if (strcmp(was, mode(s)) != 0)
		buf_fmt(text, " -> %s", mode(s));
	if (s->closing)
		buf_str(text, " -> closed");
	free(reply.p);
}

static void play(struct rows *rows, const char *release)
{
	struct vty_session s = fresh();
	struct buf text = {0};
	char name[64], *file, *line, *next;

	snprintf(name, sizeof(name), "sent-%s.txt", release);
	file = lab_file(name, NULL);
	for (line = file; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (*line != '"') { /* another vtysh */
			s = fresh();
			continue;
		}
		unquote(line);
		hear(&s, line, &text);
		note(rows, text.p, release);
	}
	free(file);
	free(text.p);
}

static void what_was_recorded_is_answered(void **state)
{
	struct rows *rows = xcalloc(1, sizeof(*rows));
	struct buf all = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++)
		play(rows, releases[i]);
	for (size_t i = 0; i < rows->n; i++) {
		buf_fmt(&all, "%s |%s\n", rows->v[i].text, rows->v[i].seen.p);
		free(rows->v[i].text);
		free(rows->v[i].seen.p);
	}
	lab_compare("frr_dialect", all.p);
	free(all.p);
	free(rows);
}

/* Of a whole vtysh -b or -f of any release nothing may be refused, said or kept. */
static void a_start_of_frr_passes(void **state)
{
	struct buf reply = {0};
	unsigned heard = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		struct vty_session s = fresh();
		bool starts = false;
		char name[64], *file, *line, *next;

		snprintf(name, sizeof(name), "sent-%s.txt", releases[i]);
		file = lab_file(name, NULL);
		for (line = file; *line; line = next) {
			next = line + strcspn(line, "\n");
			if (*next)
				*next++ = '\0';
			if (*line != '"') {
				starts = strcmp(line, "$ vtysh '-b'") == 0 ||
				         strncmp(line, "$ vtysh '-f'", 12) == 0;
				s = fresh();
			}
			if (*line != '"' || !starts)
				continue;
			unquote(line);
			if (strcmp(line, "disable") == 0)
				assert_true(s.ignored); /* `router bgp` was heard */
			assert_int_equal(ask(&s, line, &reply), VTY_OK);
			assert_string_equal(reply.p, "");
			heard++;
		}
		assert_false(s.enabled || s.configuring || s.loading || s.ignored);
		free(file);
	}
	assert_true(heard > 100);
	free(reply.p);
}

/* ---- by hand ---- */

struct exchange {
	const char *line;
	enum vty_rc rc;
	const char *text;
};

static void hold(const struct exchange *v, size_t n)
{
	struct vty_session s = fresh();
	struct buf reply = {0};

	for (size_t i = 0; i < n; i++) {
		enum vty_rc rc = ask(&s, v[i].line, &reply);

		if (rc != v[i].rc || strcmp(reply.p, v[i].text) != 0)
			fail_msg("\"%s\": %d \"%s\"", v[i].line, (int)rc, reply.p);
	}
	free(reply.p);
}
#define HOLD(...)                                                                              \
	do {                                                                                   \
		static const struct exchange v[] = {__VA_ARGS__};                              \
		hold(v, ARRAY_LEN(v));                                                         \
	} while (0)

#define UNKNOWN(line) line, VTY_NO_MATCH, "% [BGP] Unknown command: " line "\n"

/* As bgpd 8.4.4 and 10.7.1 were heard to answer. */
static void errors_are_bgpds(void **state)
{
	(void)state;
	HOLD({UNKNOWN("foo bar")}, {UNKNOWN("do foo bar")},
	    {"show", 4, "% Command incomplete.\n"},
	    {"do foo\n", 2, "% [BGP] Unknown command: do foo\\n\n"}, {UNKNOWN("show bgp foo")},
	    {UNKNOWN("clear bgp *")}, {"", 0, ""}, {"! comment", 0, ""}, {"enable", 0, ""},
	    {"show r", 3, "% Ambiguous command.\n"}, {"autocomplete 3", 4, ""},
	    {"who is there?", 2, "% [BGP] Unknown command: who is there?\n"});
}

static void watchfrr_is_answered_to_the_byte(void **state)
{
	(void)state;
	HOLD({"echo PING", 0, "PING\n"}, {"echo PING\n", 0, "PING\n"},
	    {" echo  a \t b ", 0, "a b\n"});
}

static void our_configuration_is_never_told(void **state)
{
	(void)state;
	HOLD({"show running-config", 0, ""}, {"write terminal", 0, ""}, {"enable", 0, ""},
	    {"write terminal", 0, ""}, {"do write terminal", 0, ""},
	    {"do write terminal\n", 0, ""}, {"wr t", 0, ""}, {"wr", 0, ""},
	    {"do write memory", 0, ""}, {"do write file", 0, ""},
	    {"show running-config", 0, ""}, {"sh run bgpd no-header", 0, ""},
	    {"do write terminal | include a", 0, ""}, {"conf t", 0, ""},
	    {"do write terminal", 0, ""}, {"write terminal", 0, ""});
}

#define NOT_HERE                                                                               \
	13, "% This is grevyd, not FRR's bgpd: it is configured by /etc/grevy/grevyd.yaml\n"

static void typed_configuration_is_refused_where_it_is_bgpds(void **state)
{
	(void)state;
	HOLD({"enable", 0, ""}, {"conf term file-lock", 0, ""}, {"router bgp 65000", NOT_HERE},
	    {"no router bgp 65000", NOT_HERE}, {"rou b 65000", NOT_HERE},
	    {"bgp as-path access-list A permit 1|2", NOT_HERE}, {"rpki", NOT_HERE},
	    {"ip community-list 1 permit 1:1", NOT_HERE}, {"mpls bgp forwarding", NOT_HERE},
	    {"router ospf", 0, ""}, {"route-map b permit 10", 0, ""}, {"interface eth0", 0, ""},
	    {"exit", 0, ""}, {"ip prefix-list b permit any", 0, ""},
	    {"enable password x", 0, ""}, {"no", 0, ""}, {"exit", 0, ""}, {"exit", 0, ""},
	    {"ip route 192.0.2.0/24 Null0", 0, ""}, {"end", 0, ""}, {UNKNOWN("router bgp 1")});
}

static void a_file_is_passed_over(void **state)
{
	struct vty_session s = fresh();
	struct buf reply = {0};

	(void)state;
	log_set_debug("bgp", false);
	HOLD({"enable", 0, ""}, {"configure terminal", 0, ""}, {"router bgp 65000\n", 0, ""},
	    {" debug bgp updates\n", 0, ""}, {"router bgp 65000", NOT_HERE},
	    {"XFRR_start_configuration", 0, ""}, {"router bgp 65000", 0, ""}, {"end", 0, ""},
	    {"configure", 0, ""}, {"rpki", 0, ""}, {"XFRR_end_configuration", 0, ""},
	    {"rpki", NOT_HERE}, {"XFRR_of_tomorrow", 0, ""}, {"disable", 0, ""},
	    {UNKNOWN("debug bgp")});
	assert_false(log_debugs("bgp"));

	/* what concerns all daemons is nothing that we ignore */
	ask(&s, "enable", &reply);
	ask(&s, "conf t", &reply);
	ask(&s, "interface eth0\n", &reply);
	assert_false(s.ignored);
	ask(&s, "  bgp router-id 192.0.2.1\n", &reply);
	assert_true(s.ignored);
	free(reply.p);
}

static void commands_are_as_typed(void **state)
{
	struct vty_session s = fresh();
	struct buf reply = {0};

	(void)state;
	log_set_debug("bgp", false);
	HOLD({"enable", 0, ""}, {"debug bgp updates", 0, "BGP debugging is on\n"},
	    {"sh debugging", 0, "grevyd debugging status:\n  bgp debugging is on\n"},
	    {"do show debugging | include bgp", 0, "  bgp debugging is on\n"},
	    {"sh debugging | exc bgp", 0, "grevyd debugging status:\n"}, {"conf t", 0, ""},
	    {"no debug bgp", 0, "BGP debugging is off\n"},
	    {"do show debugging", 0, "grevyd debugging status:\n"});
	assert_int_equal(ask(&s, "sh zserv", &reply), VTY_WARNING);
	ask(&s, "enable", &reply);
	ask(&s, "ter mon", &reply);
	assert_true(s.monitor);
	ask(&s, "no terminal monitor", &reply);
	assert_false(s.monitor);
	ask(&s, "conf t", &reply);
	ask(&s, "exit", &reply);
	assert_false(s.closing); /* how deep it was is vtysh's to know */
	ask(&s, "end", &reply);
	ask(&s, "quit", &reply);
	assert_true(s.closing);
	free(reply.p);
}

static void completion_has_neighbours_and_prefixes(void **state)
{
	(void)state;
	HOLD({"autocomplete 3 A.B.C.D neighbor", 0, "192.0.2.9\n198.51.100.1\n"},
	    {"autocomplete 5 X:X::X:X neighbors", 0, "fd00::9\n"},
	    {"autocomplete 1 WORD neighbor", 0, ""}, {"autocomplete 3 A.B.C.D -", 0, ""},
	    {"autocomplete 4 A.B.C.D/M -", 0, ""}, {"autocomplete 2 (1-4294967295) -", 0, ""});
}

/* ---- log lines for `terminal monitor` ---- */

/* Bytes that bgpd 8.4.4 sent for `logmsg informational hello world`, on x86-64, without the
 * time and the process: one position, [0, 11). Ours is none, at UINT32_MAX, which 10.7.1 does
 * not look at. */
static const unsigned char bgpd_sent[80] = {
    [12] = 80, [36] = 6, [44] = 11, [68] = 1, [76] = 11};

static void records_are_as_bgpd_sends_them(void **state)
{
	const struct log_record r = {
	    .level = LOG_LEVEL_INFO, .area = "vty", .message = "he\x1bllo"};
	const struct timespec now = {.tv_sec = 0x1020304, .tv_nsec = 5};
	const uint16_t one = 1;
	char buf[LIVE_RECORD_MAX];
	uint32_t len, lost;

	(void)state;
	assert_int_equal(live_encode(&r, &now, 7, buf), 80 + 16);
	assert_memory_equal(buf + 80, "vty: he\\u001bllo", 16);
	memcpy(&len, buf + 12, sizeof(len));
	memcpy(&lost, buf + 32, sizeof(lost));
	assert_int_equal(len, 80);
	assert_int_equal(lost, 7);
	if (*(const unsigned char *)&one != 1)
		return;
	assert_memory_equal(buf, "\4\3\2\1\0\0\0\0\5\0\0\0", 12);
	memset(buf, 0, 12);
	memset(buf + 16, 0, 20); /* the process, how many were lost */
	buf[44] = 11;
	assert_memory_equal(buf + 76, "\xff\xff\xff\xff", 4);
	memcpy(buf + 76, "\x0b\0\0", 4);
	assert_memory_equal(buf, bgpd_sent, sizeof(bgpd_sent));
}

static void long_lines_are_cut(void **state)
{
	char message[2 * LIVE_RECORD_MAX], buf[LIVE_RECORD_MAX];
	const struct log_record r = {.level = LOG_LEVEL_ERR, .area = "vty", .message = message};
	const struct timespec now = {0};
	uint32_t len;

	(void)state;
	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	assert_int_equal(live_encode(&r, &now, 0, buf), LIVE_RECORD_MAX);
	memcpy(&len, buf + 44, sizeof(len));
	assert_int_equal(len, LIVE_RECORD_MAX - 80);
}

static void a_channel_goes_over_the_connection(void **state)
{
	const struct log_record r = {.level = LOG_LEVEL_INFO, .area = "vty", .message = "x"};
	char got[LIVE_RECORD_MAX];
	int fd[2], ours, theirs;
	int rc = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	ours = live_open(fd[0]);
	assert_true(ours >= 0);
	theirs = live_channel(fd[1], NULL);
	assert_int_equal(live_send(ours, &r, 0), 0);
	assert_int_equal(recv(theirs, got, sizeof(got), 0), 80 + 6);
	assert_memory_equal(got + 80, "vty: x", 6);
	for (int i = 0; i < 100000 && rc == 0; i++)
		rc = live_send(ours, &r, 0);
	assert_int_equal(rc, -EAGAIN);
	close(theirs);
	assert_true(live_send(ours, &r, 0) < 0);
	assert_int_not_equal(live_send(ours, &r, 0), -EAGAIN);
	close(ours);
	close(fd[1]);
	assert_true(live_open(fd[0]) < 0);
	close(fd[0]);
}

static void names_are_vtyshs(void **state)
{
	static const struct {
		const char *file;
		bool socket;
	} files[] = {
	    {"zebra.vty",    true },
            {"mgmtd.vty",    true },
            {"ospfd-12.vty", true },
	    {"bgpd.vty",     false},
            {"bgpd-1.vty",   false},
            {"zebra",        false},
            {"zebra.vty~",   false},
	    {"ospfd-.vty",   false},
            {"ospfd-x.vty",  false},
            {"zebr.vty",     false},
	    {"grevyd.vty",   false},
            {".vty",         false},
            {"",             false}
        };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		assert_int_equal(frr_names_socket(files[i].file), files[i].socket);
	assert_true(frr_names_free("bgpd") && frr_names_free("sharpd"));
	assert_false(frr_names_free("zebra") || frr_names_free("mgmtd") ||
		     frr_names_free("bgp") || frr_names_free("../bgpd") || frr_names_free(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_recorded_is_answered),
	    cmocka_unit_test(a_start_of_frr_passes),
	    cmocka_unit_test(errors_are_bgpds),
	    cmocka_unit_test(watchfrr_is_answered_to_the_byte),
	    cmocka_unit_test(our_configuration_is_never_told),
	    cmocka_unit_test(typed_configuration_is_refused_where_it_is_bgpds),
	    cmocka_unit_test(a_file_is_passed_over),
	    cmocka_unit_test(commands_are_as_typed),
	    cmocka_unit_test(completion_has_neighbours_and_prefixes),
	    cmocka_unit_test(records_are_as_bgpd_sends_them),
	    cmocka_unit_test(long_lines_are_cut),
	    cmocka_unit_test(a_channel_goes_over_the_connection),
	    cmocka_unit_test(names_are_vtyshs),
	};

	log_set_level(LOG_LEVEL_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
