/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neighbour solicitations and advertisements: frames of a real kernel read and written again
 * byte for byte, cut at every length, with every bit turned, and against each rule of RFC 4861
 * 7.1.1 and 7.1.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/ndp.h"
#include "announcer/util.h"
#include "frames.h"
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>

enum { MAC_BYTES = 12, MESSAGE_AT = 54, SUM_AT = 56 };

static const uint8_t mac_a[] = {2, 0, 0, 0, 0, 0x0a}, mac_b[] = {2, 0, 0, 0, 0, 0x0b};

static const uint8_t *addr(const char *text)
{
	static uint8_t a[4][16];
	static unsigned at;

	at = (at + 1) % 4;
	assert_int_equal(inet_pton(AF_INET6, text, a[at]), 1);
	return a[at];
}

static struct ndp decoded(const char *hex)
{
	uint8_t frame[256];
	struct ndp n;

	assert_int_equal(ndp_decode(frame, frame_bytes(hex, frame), &n), 0);
	return n;
}

static void assert_encodes(const struct ndp *n, const char *hex)
{
	uint8_t want[256], got[NDP_FRAME_MAX];
	struct wr w = wr_of(got, sizeof(got));
	size_t len = frame_bytes(hex, want);

	ndp_encode(&w, n);
	assert_false(w.bad);
	assert_int_equal(w.len, len);
	assert_memory_equal(got, want, len);
}

static void test_kernels_frames(void **state)
{
	struct ndp n = decoded(FRAME_NS_2);

	(void)state;
	assert_int_equal(n.type, NDP_SOLICIT);
	assert_memory_equal(n.src, addr("2001:db8::1"), 16);
	assert_memory_equal(n.dst, addr("ff02::1:ff00:2"), 16);
	assert_memory_equal(n.target, addr("2001:db8::2"), 16);
	assert_true(n.has_mac);
	assert_memory_equal(n.mac, mac_a, MAC_LEN);
	assert_encodes(&n, FRAME_NS_2);

	n = decoded(FRAME_NA_2);
	assert_int_equal(n.type, NDP_ADVERT);
	assert_true(n.solicited && n.override && !n.router && n.has_mac);
	assert_memory_equal(n.mac, mac_b, MAC_LEN);
	assert_encodes(&n, FRAME_NA_2);

	n = decoded(FRAME_NA_NUD_1);
	assert_true(n.solicited && !n.override && !n.has_mac);
	assert_encodes(&n, FRAME_NA_NUD_1);

	/* With a nonce (RFC 7527) and no MAC. */
	n = decoded(FRAME_NS_DAD_2);
	assert_true(ndp_is_unspecified(n.src) && !n.has_mac);
	assert_memory_equal(n.target, addr("2001:db8::2"), 16);
}

/* S and O set, R not, the MAC as an option, to who asked: byte for byte what the kernel said.
 */
static void test_answer_is_the_kernels(void **state)
{
	struct ndp q = decoded(FRAME_NS_2), a = ndp_reply_to(&q, mac_b);

	(void)state;
	assert_encodes(&a, FRAME_NA_2);
}

/* RFC 4862 5.4.3: to all, not solicited. */
static void test_answer_to_a_duplicate(void **state)
{
	struct ndp q = decoded(FRAME_NS_DAD_2), a = ndp_reply_to(&q, mac_b);

	(void)state;
	assert_memory_equal(a.dst, addr("ff02::1"), 16);
	assert_memory_equal(a.src, addr("2001:db8::2"), 16);
	assert_memory_equal(a.dst_mac, ((uint8_t[]){0x33, 0x33, 0, 0, 0, 1}), MAC_LEN);
	assert_true(!a.solicited && a.override && !a.router && a.has_mac);
	assert_memory_equal(a.target, addr("2001:db8::2"), 16);
}

/* A unicast probe without the asker's MAC (7.2.2 allows that): to where the frame came from. */
static void test_answer_to_a_probe_without_mac(void **state)
{
	struct ndp q = decoded(FRAME_NS_NUD_1), a;

	(void)state;
	q.has_mac = false;
	memcpy(q.src_mac, (uint8_t[]){2, 0, 0, 0, 0, 0x77}, MAC_LEN);
	a = ndp_reply_to(&q, mac_a);
	assert_memory_equal(a.dst_mac, q.src_mac, MAC_LEN);
	assert_memory_equal(a.dst, addr("fe80::ff:fe00:b"), 16);
	assert_true(a.solicited && a.override && a.has_mac);
}

/* As the kernel asks, but for its nonce: to the group, from no address, without a MAC. */
static void test_probe(void **state)
{
	struct ndp n = ndp_probe(addr("2001:db8::2"), mac_b), k = decoded(FRAME_NS_DAD_2);

	(void)state;
	assert_memory_equal(n.dst_mac, k.dst_mac, MAC_LEN);
	assert_memory_equal(n.src_mac, k.src_mac, MAC_LEN);
	assert_memory_equal(n.src, k.src, 16);
	assert_memory_equal(n.dst, k.dst, 16);
	assert_memory_equal(n.target, k.target, 16);
	assert_int_equal(n.type, NDP_SOLICIT);
	assert_false(n.has_mac);
}

static void test_announcement(void **state)
{
	struct ndp n = ndp_announcement(addr("2001:db8::1"), mac_a);
	uint8_t frame[NDP_FRAME_MAX];
	struct wr w = wr_of(frame, sizeof(frame));

	(void)state;
	assert_true(!n.solicited && n.override && !n.router && n.has_mac);
	assert_memory_equal(n.dst, addr("ff02::1"), 16);
	assert_memory_equal(n.src, addr("2001:db8::1"), 16);
	ndp_encode(&w, &n);
	assert_int_equal(ndp_decode(frame, w.len, &n), 0);
}

static void test_group(void **state)
{
	uint8_t group[16];

	(void)state;
	ndp_solicited_group(addr("2001:db8::12:3456:789a"), group);
	assert_memory_equal(group, addr("ff02::1:ff56:789a"), 16);
}

static void test_every_truncation(void **state)
{
	uint8_t frame[256];
	size_t len = frame_bytes(FRAME_NS_2, frame);
	struct ndp n = {.type = 77};

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);

		memcpy(exact, frame, cut);
		assert_int_equal(ndp_decode(exact, cut, &n), -EBADMSG);
		free(exact);
	}
	assert_int_equal(n.type, 77);
	/* Padding behind it is none of it. */
	memset(frame + len, 0xee, 10);
	assert_int_equal(ndp_decode(frame, len + 10, &n), 0);
}

/* But for the MACs, the traffic class and the flow label the checksum holds all together. */
static void test_every_bit(void **state)
{
	static const char *const frames[] = {FRAME_NS_2, FRAME_NA_2, FRAME_NS_DAD_2};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		uint8_t frame[256];
		size_t len = frame_bytes(frames[i], frame);

		for (size_t bit = 0; bit < 8 * len; bit++) {
			size_t at = bit / 8;
			bool free_byte =
			    at < MAC_BYTES || (at > 14 && at < 18) || (at == 14 && bit % 8 < 4);
			struct ndp n;
			int rc;

			frame[at] ^= (uint8_t)(1 << bit % 8);
			rc = ndp_decode(frame, len, &n);
			if ((rc == 0) != free_byte)
				fail_msg(
				    "frame %zu, bit %zu of byte %zu: %d", i, bit % 8, at, rc);
			frame[at] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

/* Set the checksum right, as who breaks the other rules would. */
static void seal(uint8_t *frame, size_t len)
{
	uint32_t sum = (uint32_t)(len - MESSAGE_AT) + 58;

	frame[SUM_AT] = frame[SUM_AT + 1] = 0;
	for (size_t i = MESSAGE_AT - 32; i + 1 < len; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame[SUM_AT] = (uint8_t)(~sum >> 8);
	frame[SUM_AT + 1] = (uint8_t)~sum;
}

/* One byte is another than it may be; the checksum is right. */
static void test_rules(void **state)
{
	static const struct {
		const char *what, *frame;
		size_t at;
		uint8_t value;
		int rc;
	} rows[] = {
	    {"as it was",                      FRAME_NS_2,     MESSAGE_AT,      135,  0       },
	    {"a hop limit of 254",             FRAME_NS_2,     21,              254,  -EPROTO },
	    {"code 1",			 FRAME_NS_2,     MESSAGE_AT + 1,  1,    -EPROTO },
	    {"a router solicitation",          FRAME_NS_2,     MESSAGE_AT,      133,  -EPROTO },
	    {"a multicast target",             FRAME_NS_2,     MESSAGE_AT + 8,  0xff, -EPROTO },
	    {"a multicast target, advertised", FRAME_NA_2,     MESSAGE_AT + 8,  0xff, -EPROTO },
	    {"a multicast source",             FRAME_NS_2,     22,              0xff, -EPROTO },
	    {"an option of length 0",          FRAME_NS_2,     MESSAGE_AT + 25, 0,    -EPROTO },
	    {"an option beyond the end",       FRAME_NS_2,     MESSAGE_AT + 25, 2,    -EBADMSG},
	    {"an option of another kind",      FRAME_NS_2,     MESSAGE_AT + 24, 200,  0       },
	    {"solicited, to a group",          FRAME_NA_2,     38,              0xff, -EPROTO },
	    {"no source, but a MAC",           FRAME_NS_DAD_2, MESSAGE_AT + 24, 1,    -EPROTO },
	    {"no source, to another group",    FRAME_NS_DAD_2, 39,              5,    -EPROTO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t frame[256];
		size_t len = frame_bytes(rows[i].frame, frame);
		struct ndp n;

		frame[rows[i].at] = rows[i].value;
		seal(frame, len);
		if (ndp_decode(frame, len, &n) != rows[i].rc)
			fail_msg("%s: %d", rows[i].what, ndp_decode(frame, len, &n));
	}
}

static void test_no_room(void **state)
{
	struct ndp n = ndp_announcement(addr("2001:db8::1"), mac_a);
	uint8_t small[NDP_FRAME_MAX - 1];
	struct wr w = wr_of(small, sizeof(small));

	(void)state;
	ndp_encode(&w, &n);
	assert_true(w.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kernels_frames),
	    cmocka_unit_test(test_answer_is_the_kernels),
	    cmocka_unit_test(test_answer_to_a_duplicate),
	    cmocka_unit_test(test_answer_to_a_probe_without_mac),
	    cmocka_unit_test(test_probe),
	    cmocka_unit_test(test_announcement),
	    cmocka_unit_test(test_group),
	    cmocka_unit_test(test_every_truncation),
	    cmocka_unit_test(test_every_bit),
	    cmocka_unit_test(test_rules),
	    cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
