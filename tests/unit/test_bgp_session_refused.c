/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions that are refused: the NOTIFICATION that each error is answered with; passwords, TTL
 * security and options of the socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/bgp/session_data.h"
#include "announcer/bgp/sockopt.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "session_lab.h"
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void wrong_as(void **state)
{
	(void)state;
	dialled();
	p2.open.asn = 65003;
	peer_open(&p2);
	peer_expect(&p2, BGP_OPEN);
	peer_expect_error(&p2, BGP_ERR_PEER_AS);
	peer_expect_end(&p2);
	lab_wait_why(&lab, 2, "bad OPEN, NOTIFICATION sent: ");
	/* It comes again, but not at once. */
	assert_true(lab_status(&lab, 2).retry_in_ms > 0);
	peer_accept(&p2);
	peer_expect(&p2, BGP_OPEN);
}

static void no_common_family(void **state)
{
	struct bgp_error e;

	(void)state;
	taken();
	p2.open.caps &= ~(unsigned)BGP_CAP_MP;
	p2.open.families = BGP_IPV4;
	peer_establish(&p2);
	assert_int_equal(bgp_session_facts(session(2))->families, BGP_IPV4);
	peer_close(&p2);
	lab_wait(&lab, "down 127.0.0.2\n");
	struct bgp_neighbor nb = lab_neighbor(2, 0, "127.0.0.2");
	nb.families = BGP_IPV6;
	lab_set(&lab, &nb, 1);
	peer_dial(&p2);
	peer_open(&p2);
	peer_expect(&p2, BGP_OPEN);
	e = peer_expect_error(&p2, BGP_ERR_CAPABILITY);
	assert_int_equal(e.len, 6);
	assert_memory_equal(e.data, "\1\4\0\2\0\1", 6);
}

static void bad_headers(void **state)
{
	static const struct {
		uint8_t at, byte;
		uint16_t code;
	} cases[] = {
	    {0,  0,    BGP_ERR_MARKER},
	    {16, 0xff, BGP_ERR_LENGTH},
	    {18, 9,    BGP_ERR_TYPE  },
	};

	(void)state;
	taken();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t buf[BGP_HEADER_LEN];
		struct wr w = wr_of(buf, sizeof(buf));

		peer_establish(&p2);
		bgp_keepalive_encode(&w);
		buf[cases[i].at] = cases[i].byte;
		peer_bytes(&p2, buf, w.len);
		peer_expect_error(&p2, cases[i].code);
		peer_expect_end(&p2);
		lab_wait(&lab, "down 127.0.0.2\n");
		lab_forget(&lab);
		peer_dial(&p2);
	}
}

/* RFC 6608 3: the data is the type of the message. */
static void expect_fsm_error(uint16_t code, enum bgp_type type)
{
	struct bgp_error e = peer_expect_error(&p2, code);

	assert_int_equal(e.len, 1);
	assert_int_equal(e.data[0], type);
}

static void wrong_message_in_each_state(void **state)
{
	(void)state;
	taken();
	peer_end_of_rib(&p2);
	peer_expect(&p2, BGP_OPEN);
	expect_fsm_error(BGP_ERR_FSM_OPENSENT, BGP_UPDATE);
	peer_dial(&p2);
	peer_keepalive(&p2);
	peer_expect(&p2, BGP_OPEN);
	expect_fsm_error(BGP_ERR_FSM_OPENSENT, BGP_KEEPALIVE);
	peer_dial(&p2);
	peer_open(&p2);
	peer_end_of_rib(&p2);
	peer_expect(&p2, BGP_OPEN);
	expect_fsm_error(BGP_ERR_FSM_OPENCONFIRM, BGP_UPDATE);
	peer_dial(&p2);
	peer_establish(&p2);
	peer_open(&p2);
	expect_fsm_error(BGP_ERR_FSM_ESTABLISHED, BGP_OPEN);
	lab_wait(&lab, "down 127.0.0.2\n");
}

static void update_that_is_refused(void **state)
{
	(void)state;
	taken();
	peer_establish(&p2);
	lab.refuse = BGP_ERR_ATTR_LIST;
	peer_end_of_rib(&p2);
	peer_expect_error(&p2, BGP_ERR_ATTR_LIST);
	lab_wait(&lab, "down 127.0.0.2\n");
}

static void notification_is_told(void **state)
{
	(void)state;
	taken();
	p2.open.caps |= BGP_CAP_GRACEFUL;
	p2.open.restart_s = 60;
	p2.open.gr_families = BGP_IPV4;
	peer_establish(&p2);
	peer_notify(&p2, BGP_CEASE_SHUTDOWN);
	lab_wait(&lab, "down 127.0.0.2\n"); /* no hold (RFC 4724) */
	assert_int_equal(lab_status(&lab, 2).last_received.code, BGP_CEASE_SHUTDOWN);
	assert_non_null(strstr(lab_status(&lab, 2).last_reset, "NOTIFICATION received: "));
}

/* The peer's side of TCP MD5 with 127.0.0.1; false: this kernel has none, or it is not ours. */
static bool peer_key(int fd, const char *key)
{
	struct prefix us;
	int rc;

	assert_int_equal(prefix_parse("127.0.0.1", &us), 0);
	rc = sockopt_md5(fd, &us, key);
	if (rc)
		print_message("no TCP MD5 here: %s\n", strerror(-rc));
	return !rc;
}

static void md5_dialling(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");

	(void)state;
	if (!peer_key(p2.listen_fd, "right"))
		skip();
	peer_listen(&p2);
	nb.password = (char *)(uintptr_t) "wrong";
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "connect: no answer");
	nb.password = (char *)(uintptr_t) "right";
	lab_set(&lab, &nb, 1);
	peer_accept(&p2);
	peer_establish(&p2);
}

/* Keys are replaced while the socket listens. */
static void md5_listening(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, 0, "127.0.0.2"), range = range_of(5);

	(void)state;
	if (!peer_key(p2.listen_fd, "first"))
		skip();
	nb.password = (char *)(uintptr_t) "first";
	lab_set(&lab, &nb, 1);
	p2.key = p3.key = "first";
	peer_dial(&p2);
	peer_establish(&p2);
	range.password = (char *)(uintptr_t) "second";
	lab_set(&lab, &range, 1);
	peer_expect_error(&p2, BGP_CEASE_DECONFIGURED);
	assert_false(peer_dials(&p3));
	p3.key = "second";
	peer_dial(&p3);
	peer_establish(&p3);
	lab_set(&lab, NULL, 0);
	p3.key = NULL;
	peer_dial(&p3); /* no key is left behind: it is refused by us, not by TCP */
	peer_expect_end(&p3);
}

static void file_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void password_of_a_file(void **state)
{
	char path[] = "/tmp/grevy-password-XXXXXX";
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	nb.password_file = path;
	if (!peer_key(p2.listen_fd, "of a file")) {
		unlink(path);
		skip();
	}
	peer_listen(&p2);
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "the password file is empty");
	unlink(path);
	nb.hold_s = 60;
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "the password file cannot be read");
	file_write(path, "of a file\n");
	peer_accept(&p2);
	peer_establish(&p2);
	unlink(path);
}

/* However long it was waited for, the session starts when it is there. */
static void password_file_that_comes_late(void **state)
{
	char path[] = "/tmp/grevy-password-XXXXXX";
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	nb.password_file = path;
	nb.connect_s = 120;
	if (!peer_key(p2.listen_fd, "late"))
		skip();
	peer_listen(&p2);
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "the password file cannot be read");
	session(2)->tries = 10;
	lab_run_ms(&lab, 5500);
	file_write(path, "late\n");
	peer_accept(&p2);
	peer_establish(&p2);
	unlink(path);
}

static void password_that_is_missing(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");

	(void)state;
	peer_listen(&p2);
	nb.password_missing = true;
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "the password's Secret is not there");
	peer_dial(&p2);
	peer_expect_end(&p2);
	nb.password_missing = false;
	lab_set(&lab, &nb, 1);
	peer_accept(&p2);
	peer_establish(&p2);
}

/* What comes over a router has a lower TTL, and is not heard. */
static void ttl_security(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, 0, "127.0.0.2");
	int ttl = 255;

	(void)state;
	nb.ttl_security = 1;
	lab_set(&lab, &nb, 1);
	peer_dial(&p2);
	lab_wait_state(&lab, 2, BGP_OPENSENT);
	peer_open(&p2);
	lab_run_ms(&lab, 300);
	assert_int_equal(lab_status(&lab, 2).state, BGP_OPENSENT);
	assert_int_equal(lab_status(&lab, 2).bytes_in, 0);
	setsockopt(p2.fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	peer_keepalive(&p2);
	lab_wait(&lab, "up 127.0.0.2\n");
}

static void an_option_that_is_refused(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");

	(void)state;
	nb.interface = (char *)(uintptr_t) "no-such-device";
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "interface: ");
}

static void count_line(const struct log_record *r, const char *line, void *n)
{
	(void)r;
	if (strstr(line, " warn bgp: peer 127.0.0.2: UPDATE: "))
		++*(unsigned *)n;
}

/* 192.0.2.0/24 by way of this address. */
static void route_by_way_of(const uint8_t nexthop[4])
{
	/* ORIGIN IGP, AS_PATH 65002, NEXT_HOP. */
	static const char attrs[] = "\0\0\0\24\100\1\1\0\100\2\6\2\1\0\0\375\352\100\3\4";
	uint8_t m[BGP_HEADER_LEN + 28] = {[17] = sizeof(m), [18] = BGP_UPDATE};
	struct wr w = wr_of(m + BGP_HEADER_LEN, 28);

	memset(m, 0xff, 16);
	wr_bytes(&w, attrs, sizeof(attrs) - 1);
	wr_bytes(&w, nexthop, 4);
	wr_bytes(&w, "\30\300\0\2", 4);
	peer_bytes(&p2, m, sizeof(m));
	lab.updates = 0;
	lab_forget(&lab);
	lab_wait(&lab, "update 127.0.0.2");
}

static void our_own_route_is_no_news(void **state)
{
	unsigned n = 0;

	(void)state;
	taken();
	peer_establish(&p2);
	log_set_tap(count_line, &n);
	route_by_way_of((const uint8_t[4]){127, 0, 0, 1});
	assert_int_equal(n, 0);
	route_by_way_of((const uint8_t[4]){224, 0, 0, 1});
	log_set_tap(NULL, NULL);
	assert_int_equal(n, 1);
}

#define row(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    row(wrong_as),
	    row(no_common_family),
	    row(bad_headers),
	    row(wrong_message_in_each_state),
	    row(update_that_is_refused),
	    row(notification_is_told),
	    row(md5_dialling),
	    row(md5_listening),
	    row(password_of_a_file),
	    row(password_file_that_comes_late),
	    row(password_that_is_missing),
	    row(ttl_security),
	    row(an_option_that_is_refused),
	    row(our_own_route_is_no_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
