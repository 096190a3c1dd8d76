/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe against a scripted zebra of each release (zpeer.c), which complains if it is asked
 * something that would do harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zclient/wire.h"
#include "zclient/zprobe.h"
#include "zpeer.h"
#include <cmocka.h>

/* What the probe must find, for each row of the table in order, and what that may cost. */
static const struct {
	const char *row, *text, *lo, *hi;
	unsigned connects, timeouts;
} want[] = {
    {"Quagga 1.2", "Quagga",       "Quagga 1.2", "Quagga 1.2", 4, 1},
    {"3.0",        "3.0",          "3.0",        "3.0",        3, 1},
    {"4.0",        "4.0",          "4.0",        "4.0",        2, 1},
    {"5.0",        "5.0",          "5.0",        "5.0",        2, 0},
    {"6.0",        "6.0",          "6.0",        "6.0",        1, 2},
    {"7.0",        "7.0",          "7.0",        "7.0",        1, 2},
    {"7.1",        "7.1",          "7.1",        "7.1",        1, 2},
    {"7.2",        "7.2",          "7.2",        "7.2",        1, 1},
    {"7.3",        "7.3",          "7.3",        "7.3",        1, 0},
    {"7.4",        "7.4",          "7.4",        "7.4",        1, 1},
    {"7.5",        "7.5",          "7.5",        "7.5",        1, 0},
    {"8.0",        "8.0",          "8.0",        "8.0",        1, 0},
    {"8.1",        "8.1",          "8.1",        "8.1",        1, 0},
    {"8.2",        "8.2",          "8.2",        "8.2.2",      1, 0},
    {"8.2.2",      "8.2",          "8.2",        "8.2.2",      1, 0},
    {"8.3",        "8.3 to 9.0",   "8.3",        "9.0",        1, 0},
    {"8.4",        "8.3 to 9.0",   "8.3",        "9.0",        1, 0},
    {"8.5",        "8.3 to 9.0",   "8.3",        "9.0",        1, 0},
    {"9.0",        "8.3 to 9.0",   "8.3",        "9.0",        1, 0},
    {"9.1",        "9.1",          "9.1",        "9.1",        1, 0},
    {"10.0",       "10.0 or 10.1", "10.0",       "10.1",       1, 0},
    {"10.1",       "10.0 or 10.1", "10.0",       "10.1",       1, 0},
    {"10.2",       "10.2 to 10.5", "10.2",       "10.5",       1, 0},
    {"10.3",       "10.2 to 10.5", "10.2",       "10.5",       1, 0},
    {"10.4",       "10.2 to 10.5", "10.2",       "10.5",       1, 0},
    {"10.5",       "10.2 to 10.5", "10.2",       "10.5",       1, 0},
    {"10.6",       "10.6 or 10.7", "10.6",       "10.7",       1, 0},
    {"10.7",       "10.6 or 10.7", "10.6",       "10.7",       1, 0},
};

#define ROWS (sizeof(want) / sizeof(want[0]))

static struct zpeer peer;
static unsigned timeouts;

/* All of the answer, in chunks; what is asked meanwhile is left in p->out, as if written later.
 */
static enum zprobe_step feed(struct zprobe *p, size_t chunk)
{
	enum zprobe_step s = ZPROBE_WAIT;
	uint8_t out[sizeof(p->out)];
	size_t out_len = 0, len = peer.out_len;

	peer.out_len = 0;
	for (size_t at = 0; at < len && s == ZPROBE_WAIT; at += chunk) {
		size_t n = len - at < chunk ? len - at : chunk;
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, peer.out + at, n);
		s = zprobe_feed(p, copy, n);
		free(copy);
		if (!p->out_len)
			continue;
		assert_int_equal(out_len, 0);
		out_len = p->out_len;
		memcpy(out, p->out, sizeof(out));
	}
	if (s == ZPROBE_WAIT && !out_len) {
		timeouts++;
		return zprobe_timeout(p); /* nothing of use came: time passes */
	}
	memcpy(p->out, out, out_len);
	p->out_len = out_len;
	return s;
}

/* Probe the peer to the end. */
static void probe(struct zprobe *p, size_t chunk)
{
	enum zprobe_step s = ZPROBE_CONNECT;

	timeouts = 0;
	peer.probing = true;
	zprobe_init(p);
	for (unsigned steps = 0; s != ZPROBE_DONE; steps++) {
		assert_true(steps < 20);
		if (s == ZPROBE_CONNECT) {
			zpeer_connect(&peer);
			s = zprobe_connected(p);
			/* shorter ones leave both sides waiting */
			assert_true(p->out_len >= 10);
		}
		zpeer_feed(&peer, p->out, p->out_len);
		p->out_len = 0;
		s = peer.closed ? zprobe_closed(p) : feed(p, chunk);
	}
}

static void each_release_is_found(void **state)
{
	static const size_t chunks[] = {1, 7, 1024};

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; i < ROWS * 3; i++) {
		const struct zapi_version *v = zversion_row(i / 3);
		const struct golden *error;
		struct zprobe p;

		assert_string_equal(v->name, want[i / 3].row);
		zpeer_init(&peer, v);
		probe(&p, chunks[i % 3]);
		if (strcmp(p.text, want[i / 3].text) != 0)
			print_message("%s is taken for %s\n", v->name, p.text);
		assert_string_equal(p.text, want[i / 3].text);
		assert_non_null(p.lo);
		assert_string_equal(p.lo->name, want[i / 3].lo);
		assert_string_equal(p.hi->name, want[i / 3].hi);
		error = zpeer_golden(&peer, "error");
		assert_int_equal(p.error_cmd, error ? error->msg[8] << 8 | error->msg[9] : 0);
		assert_int_equal(peer.connects, want[i / 3].connects);
		assert_int_equal(timeouts, want[i / 3].timeouts);
	}
	assert_null(zversion_row(ROWS));
}

static void a_number_of_no_release_is_told(void **state)
{
	struct zprobe p;

	(void)state;
	if (!golden_host())
		skip();
	zpeer_init(&peer, zversion_row(ROWS - 1));
	for (size_t i = 0; i < peer.n; i++)
		if (!strcmp(peer.msgs[i].name, "error"))
			peer.msgs[i].msg[9] = 150;
	probe(&p, 1024);
	assert_string_equal(p.text, "unknown: its ERROR has a number of no release known");
	assert_int_equal(p.error_cmd, 150);
	assert_null(p.lo);
}

static void hang_ups_and_garbage_end_it(void **state)
{
	struct zprobe p;

	(void)state;
	zprobe_init(&p);
	zprobe_connected(&p);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(zprobe_closed(&p), ZPROBE_CONNECT);
		assert_int_equal(zprobe_connected(&p), ZPROBE_WAIT);
		assert_true(p.out_len >= 10);
	}
	assert_int_equal(zprobe_closed(&p), ZPROBE_DONE);
	assert_null(p.lo);
	assert_string_equal(p.text, "unknown");

	zprobe_init(&p);
	zprobe_connected(&p);
	assert_int_equal(zprobe_feed(&p, "HTTP/1.1 400 Bad Request", 24), ZPROBE_DONE);
	assert_null(p.lo);
	assert_int_equal(zprobe_feed(&p, "more", 4), ZPROBE_DONE);
	assert_int_equal(zprobe_timeout(&p), ZPROBE_DONE);
	assert_int_equal(zprobe_closed(&p), ZPROBE_DONE);
}

/* A zebra that hung up on 6, 5 and 4 once it was asked must not be taken for one that only
 * stays silent, nor one that hangs up in the middle for a release. */
static void a_hang_up_after_an_answer_is_no_release(void **state)
{
	static const uint8_t error[] = {0, 14, 254, 6, 0, 0, 0, 0, 0, 118, 2, 0, 0, 0};
	struct zprobe p;

	(void)state;
	zprobe_init(&p);
	zprobe_connected(&p);
	assert_int_equal(zprobe_feed(&p, error, sizeof(error)), ZPROBE_WAIT);
	assert_int_equal(zprobe_closed(&p), ZPROBE_DONE);
	assert_null(p.lo);
	assert_string_equal(p.text, "unknown");
	assert_int_equal(p.error_cmd, 118);
}

static void a_long_message_is_skipped(void **state)
{
	uint8_t buf[6000] = {0};
	struct wr w = wr_of(buf, sizeof(buf));
	struct zprobe p;

	(void)state;
	wr_u16(&w, 5010); /* an interface with a long tail */
	wr_be(&w, 0xfe06, 2);
	w.len = 5010;
	wr_u16(&w, 14);
	wr_be(&w, 0xfe06, 2);
	wr_u32(&w, 0);
	wr_u16(&w, 112);
	wr_bytes(&w, "\2\0\0", 4);
	zprobe_init(&p);
	zprobe_connected(&p);
	assert_int_equal(zprobe_feed(&p, buf, w.len), ZPROBE_DONE);
	assert_string_equal(p.text, "7.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_release_is_found),
	    cmocka_unit_test(a_number_of_no_release_is_told),
	    cmocka_unit_test(hang_ups_and_garbage_end_it),
	    cmocka_unit_test(a_hang_up_after_an_answer_is_no_release),
	    cmocka_unit_test(a_long_message_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
