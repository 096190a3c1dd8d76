/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP: frames of a real kernel read and written again byte for byte, cut at every length, with
 * every bit turned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/arp.h"
#include "announcer/util.h"
#include "frames.h"
#include <cmocka.h>
#include <errno.h>

static const uint8_t mac_a[] = {2, 0, 0, 0, 0, 0x0a}, mac_b[] = {2, 0, 0, 0, 0, 0x0b};
static const uint8_t addr_1[] = {192, 0, 2, 1}, addr_2[] = {192, 0, 2, 2};

static struct arp decoded(const char *hex)
{
	uint8_t frame[128];
	struct arp a;

	assert_int_equal(arp_decode(frame, frame_bytes(hex, frame), &a), 0);
	return a;
}

static void assert_encodes(const struct arp *a, const char *hex)
{
	uint8_t want[128], got[ARP_FRAME];
	struct wr w = wr_of(got, sizeof(got));

	frame_bytes(hex, want);
	arp_encode(&w, a);
	assert_false(w.bad);
	assert_int_equal(w.len, ARP_FRAME);
	assert_memory_equal(got, want, ARP_FRAME);
}

static void test_request(void **state)
{
	struct arp a = decoded(FRAME_ARP_REQUEST_2);

	(void)state;
	assert_int_equal(a.op, ARP_REQUEST);
	assert_memory_equal(a.dst, mac_broadcast, MAC_LEN);
	assert_memory_equal(a.src, mac_a, MAC_LEN);
	assert_memory_equal(a.sender_mac, mac_a, MAC_LEN);
	assert_memory_equal(a.sender, addr_1, 4);
	assert_memory_equal(a.target, addr_2, 4);
	assert_encodes(&a, FRAME_ARP_REQUEST_2);
}

/* To a question, to a probe and to a question to one host alone: what the kernel answered. */
static void test_answers_are_the_kernels(void **state)
{
	static const struct {
		const char *question, *answer;
		const uint8_t *mac;
	} rows[] = {
	    {FRAME_ARP_REQUEST_2, FRAME_ARP_REPLY_2,       mac_b},
	    {FRAME_ARP_PROBE_2,   FRAME_ARP_REPLY_PROBE_2, mac_b},
	    {FRAME_ARP_UNICAST_1, FRAME_ARP_REPLY_1,       mac_a},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arp q = decoded(rows[i].question), a = arp_reply_to(&q, rows[i].mac);

		assert_encodes(&a, rows[i].answer);
	}
}

/* RFC 5227 2.3: both addresses are ours, the target's MAC is zero. */
static void test_announcement(void **state)
{
	struct arp a = arp_announcement(ARP_REQUEST, addr_1, mac_a);

	(void)state;
	assert_encodes(&a, "ffffffffffff02000000000a0806000108000604000102000000000ac0000201"
			   "000000000000c0000201");
	a = arp_announcement(ARP_REPLY, addr_1, mac_a);
	assert_encodes(&a, "ffffffffffff02000000000a0806000108000604000202000000000ac0000201"
			   "02000000000ac0000201");
}

/* As arping -0 asks, but for its padding. */
static void test_probe(void **state)
{
	struct arp a = arp_probe((const uint8_t[]){192, 0, 2, 2}, mac_a);

	(void)state;
	assert_encodes(&a, "ffffffffffff02000000000a0806000108000604000102000000000a00000000"
			   "000000000000c0000202");
}

static void test_every_truncation(void **state)
{
	uint8_t frame[128];
	struct arp a = {.op = 77};

	(void)state;
	frame_bytes(FRAME_ARP_REQUEST_2, frame);
	for (size_t len = 0; len < ARP_FRAME; len++) {
		uint8_t *exact = malloc(len ? len : 1);

		memcpy(exact, frame, len);
		assert_int_equal(arp_decode(exact, len, &a), -EBADMSG);
		free(exact);
	}
	assert_int_equal(a.op, 77);
}

/* Type, hardware, protocol and lengths are bytes 12 to 19: none of their bits may be another.
 */
static void test_every_bit(void **state)
{
	uint8_t frame[128], again[ARP_FRAME];
	struct arp a;

	(void)state;
	frame_bytes(FRAME_ARP_REPLY_2, frame);
	for (size_t bit = 0; bit < (size_t)8 * ARP_FRAME; bit++) {
		bool fixed = bit / 8 >= 12 && bit / 8 < 20;
		struct wr w = wr_of(again, sizeof(again));
		int rc;

		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		rc = arp_decode(frame, ARP_FRAME, &a);
		assert_int_equal(rc, fixed ? -EPROTO : 0);
		if (!rc) {
			arp_encode(&w, &a);
			assert_memory_equal(again, frame, ARP_FRAME);
		}
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_no_room(void **state)
{
	struct arp a = arp_announcement(ARP_REQUEST, addr_1, mac_a);
	uint8_t small[ARP_FRAME - 1];
	struct wr w = wr_of(small, sizeof(small));

	(void)state;
	arp_encode(&w, &a);
	assert_true(w.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request),
	    cmocka_unit_test(test_answers_are_the_kernels),
	    cmocka_unit_test(test_announcement),
	    cmocka_unit_test(test_probe),
	    cmocka_unit_test(test_every_truncation),
	    cmocka_unit_test(test_every_bit),
	    cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
