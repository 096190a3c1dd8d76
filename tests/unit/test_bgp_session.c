/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions with scripted peers over TCP: who dials, collisions, timers, ranges, graceful
 * restart, changes of the configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/bgp/session_data.h"
#include "announcer/util.h"
#include "session_lab.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

static void dials_and_sends(void **state)
{
	const struct bgp_facts *f;

	(void)state;
	dialled();
	lab.to_send = 3;
	peer_establish(&p2);
	f = bgp_session_facts(session(2));
	assert_int_equal(f->asn, 65002);
	assert_int_equal(f->id, 20);
	assert_int_equal(f->hold_s, 90);
	assert_int_equal(f->keepalive_s, 30);
	assert_int_equal(f->families, BGP_IPV4 | BGP_IPV6);
	assert_int_equal(f->remote_port, p2.port);
	assert_true(f->as4 && f->refresh && !f->graceful && !f->ibgp);
	for (int i = 0; i < 3; i++)
		peer_expect(&p2, BGP_UPDATE);
	peer_end_of_rib(&p2);
	lab_wait(&lab, "update 127.0.0.2 end-of-rib\n");
	assert_int_equal(lab_status(&lab, 2).in[BGP_UPDATE], 1);
	assert_int_equal(lab_status(&lab, 2).out[BGP_UPDATE], 3);
}

static void is_dialled(void **state)
{
	(void)state;
	taken();
	peer_establish(&p2);
	lab.to_send = 2;
	bgp_session_wake(session(2));
	peer_expect(&p2, BGP_UPDATE);
	peer_expect(&p2, BGP_UPDATE);
	assert_int_equal(lab_status(&lab, 2).state, BGP_ESTABLISHED);
}

static void strangers_are_refused(void **state)
{
	(void)state;
	taken();
	peer_dial(&p3);
	peer_expect_end(&p3);
	peer_establish(&p2);
}

/* Every message in pieces of one byte. */
static void byte_by_byte(void **state)
{
	uint8_t buf[512];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	taken();
	peer_expect(&p2, BGP_OPEN);
	bgp_open_encode(&w, &p2.open);
	bgp_keepalive_encode(&w);
	bgp_end_of_rib_encode(&w, AF_INET6);
	for (size_t i = 0; i < w.len; i++) {
		uint64_t had = lab_status(&lab, 2).bytes_in;

		peer_bytes(&p2, buf + i, 1);
		while (lab_status(&lab, 2).bytes_in == had)
			event_base_loop(lab.base, EVLOOP_ONCE);
	}
	lab_wait(&lab, "update 127.0.0.2 end-of-rib\n");
}

static void all_at_once(void **state)
{
	uint8_t buf[512];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	taken();
	bgp_open_encode(&w, &p2.open);
	bgp_keepalive_encode(&w);
	bgp_end_of_rib_encode(&w, AF_INET);
	peer_bytes(&p2, buf, w.len);
	lab_wait(&lab, "update 127.0.0.2 end-of-rib\n");
}

static void hold_timer(void **state)
{
	(void)state;
	taken();
	p2.open.hold_s = 3;
	peer_establish(&p2);
	assert_int_equal(bgp_session_facts(session(2))->keepalive_s, 1);
	peer_expect(&p2, BGP_KEEPALIVE);
	peer_expect(&p2, BGP_KEEPALIVE);
	peer_expect_error(&p2, BGP_ERR_HOLD_EXPIRED);
	lab_wait(&lab, "down 127.0.0.2\n");
}

/* We were busy for longer than the hold time, and a message lies in the socket. */
static void hold_timer_reads_first(void **state)
{
	struct timespec at, now;

	(void)state;
	taken();
	p2.open.hold_s = 3;
	peer_establish(&p2);
	peer_keepalive(&p2);
	clock_gettime(CLOCK_MONOTONIC, &at);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec - at.tv_sec < 5);
	lab_run_ms(&lab, 500);
	assert_int_equal(lab_status(&lab, 2).state, BGP_ESTABLISHED);
	assert_false(lab_told(&lab, "down"));
}

static void no_hold_time(void **state)
{
	(void)state;
	taken();
	p2.open.hold_s = 0;
	peer_establish(&p2);
	assert_int_equal(bgp_session_facts(session(2))->hold_s, 0);
	assert_int_equal(lab_status(&lab, 2).hold_left_ms, -1);
	assert_int_equal(lab_status(&lab, 2).keepalive_left_ms, -1);
}

/* Both sides dial. p2 has the connection that we dialled, p3's place is the other one. */
static struct peer other;

static void collide(uint32_t id)
{
	dialled();
	peer_init(&other, &lab, 2);
	peer_dial(&other);
	p2.open.id = other.open.id = id;
	peer_expect(&p2, BGP_OPEN);
	peer_expect(&other, BGP_OPEN);
	peer_open(&p2);
	peer_expect(&p2, BGP_KEEPALIVE);
	peer_open(&other);
}

static void collision_ours_stays(void **state)
{
	(void)state;
	collide(5);
	peer_expect_error(&other, BGP_CEASE_COLLISION);
	peer_keepalive(&p2);
	lab_wait(&lab, "up 127.0.0.2\n");
	peer_fini(&other);
}

static void collision_theirs_stays(void **state)
{
	(void)state;
	collide(20);
	peer_expect_error(&p2, BGP_CEASE_COLLISION);
	peer_expect(&other, BGP_KEEPALIVE);
	peer_keepalive(&other);
	lab_wait(&lab, "up 127.0.0.2\n");
	peer_fini(&other);
}

static void second_while_established(void **state)
{
	(void)state;
	taken();
	peer_establish(&p2);
	peer_init(&other, &lab, 2);
	peer_dial(&other);
	peer_open(&other);
	peer_expect(&other, BGP_OPEN);
	peer_expect_error(&other, BGP_CEASE_COLLISION);
	assert_int_equal(lab_status(&lab, 2).state, BGP_ESTABLISHED);
	assert_false(lab_told(&lab, "down"));
	peer_fini(&other);
}

static void graceful(struct peer *p, uint16_t restart_s)
{
	p->open.caps |= BGP_CAP_GRACEFUL;
	p->open.restart_s = restart_s;
	p->open.gr_families = p->open.gr_forwarding = BGP_IPV4;
}

static void graceful_restart_of_the_peer(void **state)
{
	(void)state;
	taken();
	graceful(&p2, 1);
	peer_establish(&p2);
	assert_int_equal(bgp_session_facts(session(2))->gr_families, BGP_IPV4);
	peer_reset(&p2);
	lab_wait(&lab, "down 127.0.0.2 hold\n");
	assert_true(lab_status(&lab, 2).stale_left_ms >= 0);
	lab_wait(&lab, "stale over 127.0.0.2\n");
	/* In time. */
	lab_forget(&lab);
	p2.open.restart_s = 60;
	peer_dial(&p2);
	peer_establish(&p2);
	peer_close(&p2);
	lab_wait(&lab, "down 127.0.0.2 hold\n");
	lab_forget(&lab);
	peer_dial(&p2);
	peer_establish(&p2);
	assert_true(lab_status(&lab, 2).stale_left_ms > 60000);
}

static void restart_that_tcp_did_not_see(void **state)
{
	(void)state;
	taken();
	graceful(&p2, 60);
	peer_establish(&p2);
	lab_forget(&lab);
	lab_run_ms(&lab, 5);
	peer_init(&other, &lab, 2);
	graceful(&other, 60);
	peer_dial(&other);
	peer_establish(&other);
	assert_string_equal(lab.told, "down 127.0.0.2 hold\nup 127.0.0.2\n");
	peer_expect_end(&p2);
	peer_fini(&other);
}

static void range_and_its_limit(void **state)
{
	struct bgp_neighbor nb = range_of(1);

	(void)state;
	lab_set(&lab, &nb, 1);
	peer_dial(&p2);
	peer_establish(&p2);
	assert_true(lab_status(&lab, 2).dynamic);
	peer_dial(&p3);
	peer_expect_end(&p3);
	peer_close(&p2);
	lab_wait(&lab, "freed 127.0.0.2\n");
	assert_null(session(2));
	peer_dial(&p3);
	graceful(&p3, 1);
	peer_establish(&p3);
	/* Stale routes keep it. */
	peer_close(&p3);
	lab_wait(&lab, "down 127.0.0.3 hold\n");
	assert_non_null(session(3));
	lab_wait(&lab, "stale over 127.0.0.3\nfreed 127.0.0.3\n");
}

static void count_line(const struct log_record *r, const char *line, void *arg)
{
	(void)r;
	*(unsigned *)arg += strstr(line, "closed by the peer") != NULL;
}

/* Each connection makes a session of the range; the log is not theirs to fill. */
static void range_does_not_flood_the_log(void **state)
{
	struct bgp_neighbor nb = range_of(10);
	unsigned lines = 0;

	(void)state;
	lab_set(&lab, &nb, 1);
	log_set_tap(count_line, &lines);
	for (int i = 0; i < 40; i++) {
		lab_forget(&lab);
		peer_dial(&p2);
		peer_close(&p2);
		lab_wait(&lab, "freed 127.0.0.2\n");
	}
	log_set_tap(NULL, NULL);
	assert_in_range(lines, 1, 20);
}

/* max-prefix holds for a peer of a range, too, though nothing else is left of it. */
static void range_and_max_prefix(void **state)
{
	struct bgp_neighbor nb = range_of(10);
	struct bgp_error e;

	(void)state;
	nb.import.restart_s = 2;
	lab_set(&lab, &nb, 1);
	peer_dial(&p2);
	peer_establish(&p2);
	bgp_error_set(&e, BGP_CEASE_MAX_PREFIX, NULL, 0);
	bgp_session_reset(session(2), &e);
	peer_expect_error(&p2, BGP_CEASE_MAX_PREFIX);
	lab_wait_why(&lab, 2, "Maximum Number of Prefixes");
	peer_dial(&p2);
	peer_expect_end(&p2);
	lab_wait(&lab, "freed 127.0.0.2\n");
	lab_forget(&lab);
	peer_dial(&p2);
	peer_establish(&p2);
}

static void reset_and_limit(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");
	struct bgp_error e;

	(void)state;
	dialled();
	peer_establish(&p2);
	bgp_error_set(&e, BGP_CEASE_RESET, NULL, 0);
	bgp_session_reset(session(2), &e);
	peer_expect_error(&p2, BGP_CEASE_RESET);
	peer_accept(&p2);
	lab_forget(&lab);
	peer_establish(&p2);
	/* max-prefix: for ever, until it is cleared */
	bgp_error_set(&e, BGP_CEASE_MAX_PREFIX, NULL, 0);
	bgp_session_reset(session(2), &e);
	peer_expect_error(&p2, BGP_CEASE_MAX_PREFIX);
	lab_wait_why(&lab, 2, "more prefixes than max-prefix allows");
	lab_run_ms(&lab, 1500);
	assert_int_equal(lab_status(&lab, 2).state, BGP_IDLE);
	bgp_error_set(&e, BGP_CEASE_RESET, NULL, 0);
	bgp_session_reset(session(2), &e);
	peer_accept(&p2);
	lab_forget(&lab);
	peer_establish(&p2);
	/* after a while */
	nb.import.restart_s = 1;
	lab_set(&lab, &nb, 1);
	bgp_error_set(&e, BGP_CEASE_MAX_PREFIX, NULL, 0);
	bgp_session_reset(session(2), &e);
	peer_expect_error(&p2, BGP_CEASE_MAX_PREFIX);
	peer_accept(&p2);
}

static void change_leaves_others_alone(void **state)
{
	struct bgp_neighbor v[2] = {
	    lab_neighbor(2, 0, "127.0.0.2"), lab_neighbor(3, 0, "127.0.0.3")};

	(void)state;
	lab_set(&lab, v, 2);
	peer_dial(&p2);
	peer_establish(&p2);
	peer_dial(&p3);
	peer_establish(&p3);
	lab_forget(&lab);
	v[0].import.max_prefix = 7;
	v[1].hold_s = 30;
	lab_set(&lab, v, 2);
	assert_string_equal(lab.told, "down 127.0.0.3\nfreed 127.0.0.3\n");
	assert_int_equal(bgp_session_neighbor(session(2))->import.max_prefix, 7);
	peer_expect_error(&p3, BGP_CEASE_CHANGED);
	peer_dial(&p3);
	peer_establish(&p3);
	assert_int_equal(bgp_session_facts(session(3))->hold_s, 30);
	lab_set(&lab, v, 1);
	peer_expect_error(&p3, BGP_CEASE_DECONFIGURED);
	assert_null(session(3));
	assert_int_equal(lab_status(&lab, 2).state, BGP_ESTABLISHED);
}

static void shutdown_is_said(void **state)
{
	struct bgp_error e;
	char why[64];

	(void)state;
	taken();
	peer_establish(&p2);
	bgp_sessions_free(lab.all, false);
	e = peer_expect_error(&p2, BGP_CEASE_SHUTDOWN);
	assert_string_equal(bgp_error_reason(&e, why, sizeof(why)), "grevyd stops");
	lab.all = NULL;
}

static void hold_on_exit_is_not(void **state)
{
	(void)state;
	taken();
	peer_establish(&p2);
	bgp_sessions_free(lab.all, true);
	lab.all = NULL;
	peer_expect_end(&p2);
}

static void refresh_both_ways(void **state)
{
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	taken();
	peer_establish(&p2);
	assert_true(bgp_session_ask(session(2), AF_INET6));
	peer_expect(&p2, BGP_ROUTE_REFRESH);
	assert_memory_equal(p2.body, "\0\2\0\1", 4);
	/* 0: of all that the session carries */
	assert_true(bgp_session_ask(session(2), 0));
	peer_expect(&p2, BGP_ROUTE_REFRESH);
	assert_memory_equal(p2.body, "\0\1\0\1", 4);
	peer_expect(&p2, BGP_ROUTE_REFRESH);
	assert_memory_equal(p2.body, "\0\2\0\1", 4);
	bgp_refresh_encode(&w, AF_INET);
	peer_bytes(&p2, buf, w.len);
	lab_wait(&lab, "refresh 127.0.0.2 4\n");
}

/* RFC 2918 3: not of a family that is not agreed on. */
static void refresh_of_one_family(void **state)
{
	(void)state;
	taken();
	p2.open.families = BGP_IPV4;
	peer_establish(&p2);
	assert_false(bgp_session_ask(session(2), AF_INET6));
	assert_true(bgp_session_ask(session(2), 0));
	peer_expect(&p2, BGP_ROUTE_REFRESH);
	assert_memory_equal(p2.body, "\0\1\0\1", 4);
}

/* The peer does not read, then reads all: whole messages in order, keepalives between them. */
static void peer_that_does_not_read(void **state)
{
	unsigned keepalives, n = 4000;
	uint64_t had;

	(void)state;
	taken();
	p2.open.hold_s = 3;
	peer_establish(&p2);
	lab.to_send = n;
	bgp_session_wake(session(2));
	do {
		had = lab_status(&lab, 2).out[BGP_UPDATE];
		peer_keepalive(&p2);
		lab_run_ms(&lab, 200);
	} while (had != lab_status(&lab, 2).out[BGP_UPDATE]);
	assert_true(had < n);
	for (int i = 0; i < 3; i++) {
		peer_keepalive(&p2);
		lab_run_ms(&lab, 1000);
	}
	keepalives = (unsigned)lab_status(&lab, 2).out[BGP_KEEPALIVE];
	assert_true(keepalives >= 4);
	assert_true(lab_status(&lab, 2).queued < 64 << 10);
	peer_keepalive(&p2);
	for (unsigned i = 0; i < n; i++) {
		peer_expect(&p2, BGP_UPDATE);
		if (i % 500 == 0)
			peer_keepalive(&p2);
	}
	assert_int_equal(lab_status(&lab, 2).out[BGP_UPDATE], n);
}

/* It says that it lives, and TCP takes nothing for it for 8 minutes (RFC 9687). */
static void peer_that_never_reads(void **state)
{
	uint64_t had;

	(void)state;
	taken();
	p2.open.hold_s = 3;
	peer_establish(&p2);
	lab.to_send = 4000;
	bgp_session_wake(session(2));
	do {
		had = lab_status(&lab, 2).out[BGP_UPDATE];
		peer_keepalive(&p2);
		lab_run_ms(&lab, 200);
	} while (had != lab_status(&lab, 2).out[BGP_UPDATE]);
	for (int i = 0; i < 50 && !lab_told(&lab, "down 127.0.0.2\n"); i++) {
		session(2)->up->stuck_ms -= (int64_t)480 * 1000;
		peer_keepalive(&p2);
		lab_run_ms(&lab, 100);
	}
	assert_string_equal(
	    lab_status(&lab, 2).last_reset, "send hold timer expired: it does not read");
}

static void connect_refused(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");

	(void)state;
	lab_set(&lab, &nb, 1);
	lab_wait_why(&lab, 2, "connect: Connection refused");
	peer_listen(&p2);
	peer_accept(&p2);
	peer_establish(&p2);
	assert_string_equal(lab_status(&lab, 2).why, "");
}

#define row(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    row(dials_and_sends),
	    row(is_dialled),
	    row(strangers_are_refused),
	    row(byte_by_byte),
	    row(all_at_once),
	    row(hold_timer),
	    row(hold_timer_reads_first),
	    row(no_hold_time),
	    row(collision_ours_stays),
	    row(collision_theirs_stays),
	    row(second_while_established),
	    row(graceful_restart_of_the_peer),
	    row(restart_that_tcp_did_not_see),
	    row(range_and_its_limit),
	    row(range_does_not_flood_the_log),
	    row(range_and_max_prefix),
	    row(reset_and_limit),
	    row(change_leaves_others_alone),
	    row(shutdown_is_said),
	    row(hold_on_exit_is_not),
	    row(refresh_both_ways),
	    row(refresh_of_one_family),
	    row(peer_that_does_not_read),
	    row(peer_that_never_reads),
	    row(connect_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
