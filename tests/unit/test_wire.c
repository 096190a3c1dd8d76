/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zclient/wire.h"
#include <cmocka.h>

static void reads_are_checked(void **state)
{
	static const uint8_t b[] = {0x01, 0x02, 0x03, 0x04, 0x05};
	struct rd r = rd_of(b, sizeof(b));

	(void)state;
	assert_int_equal(rd_u16(&r), 0x0102);
	assert_int_equal(rd_left(&r), 3);
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_u8(&r), 0);
}

static void a_sub_reader_ends_early(void **state)
{
	static const uint8_t b[] = {0x02, 0xaa, 0xbb, 0xcc};
	struct rd r = rd_of(b, sizeof(b));
	struct rd s = rd_sub(&r, rd_u8(&r));

	(void)state;
	assert_int_equal(rd_u16(&s), 0xaabb);
	rd_u8(&s);
	assert_true(s.bad);
	assert_false(r.bad);
	assert_int_equal(rd_u8(&r), 0xcc);
	assert_true(rd_sub(&r, 1).bad);
}

static void writes_are_checked(void **state)
{
	uint8_t b[6];
	struct wr w = wr_of(b, sizeof(b));
	size_t at = wr_hole16(&w);

	(void)state;
	wr_u32(&w, 0xdeadbeef);
	wr_fill16(&w, at);
	assert_false(w.bad);
	assert_memory_equal(b, "\x00\x04\xde\xad\xbe\xef", 6);
	wr_u8(&w, 1);
	assert_true(w.bad);
	assert_int_equal(w.len, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_are_checked),
	    cmocka_unit_test(a_sub_reader_ends_early),
	    cmocka_unit_test(writes_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
