/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The datagrams of the heartbeat: by their bytes, cut off, damaged; and the window of numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/l2/beat.h"
#include "announcer/l2/seqwin.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#define KEY "0123456789abcdef"

static struct beat_key *key_of(const char *text)
{
	return beat_key_new((const uint8_t *)text, strlen(text));
}

static struct wr begin(enum beat_type type, uint8_t buf[L2_DATAGRAM_MAX])
{
	const struct beat_head h = {.type = (uint8_t)type,
	    .flags = BEAT_CUT_OFF,
	    .run = 0x0102030405060708u,
	    .seq = 9,
	    .node = "n1"};
	struct wr w = wr_of(buf, L2_DATAGRAM_MAX);

	beat_begin(&w, &h);
	return w;
}

static struct rd opened(struct beat_key *k, const struct wr *w)
{
	struct beat_head h;
	struct rd body;

	assert_false(w->bad);
	assert_int_equal(beat_open(k, w->buf, w->len, &h, &body), 0);
	return body;
}

/* The HMAC is openssl's: openssl dgst -sha256 -hmac 0123456789abcdef. */
static void golden_bytes(void **state)
{
	static const uint8_t expected[] = {'g', 'r', 'v', 'y', 1, 1, 1, 2, 1, 2, 3, 4, 5, 6, 7,
	    8, 0, 0, 0, 0, 0, 0, 0, 9, 'n', '1', 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0,
	    2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0x2a};
	static const uint8_t mac[BEAT_MAC_LEN] = {0x96, 0x82, 0x11, 0x8b, 0x25, 0x93, 0x26,
	    0xb6, 0x7c, 0xc5, 0x66, 0xcf, 0x6e, 0x3f, 0xed, 0x69, 0x65, 0x72, 0xcb, 0xa3, 0x06,
	    0xab, 0xda, 0xfa, 0x19, 0x4f, 0x24, 0xa2, 0x0f, 0x00, 0xf1, 0xbe};
	const struct beat_alive a = {
	    .interval_ms = 100, .claims_version = 5, .n_claims = 2, .facts_version = 3};
	struct beat_key *k = key_of(KEY);
	uint8_t buf[L2_DATAGRAM_MAX];
	struct wr w = begin(BEAT_ALIVE, buf);
	struct beat_alive got;
	struct beat_head h;
	struct rd body;

	(void)state;
	beat_alive_encode(&w, &a);
	wr_u64(&w, 0x2a);
	assert_int_equal(w.len, sizeof(expected));
	assert_memory_equal(buf, expected, sizeof(expected));
	beat_end(&w, k);
	assert_int_equal(w.len, sizeof(expected) + BEAT_MAC_LEN);
	assert_memory_equal(buf + sizeof(expected), mac, BEAT_MAC_LEN);
	assert_int_equal(beat_open(k, buf, w.len, &h, &body), 0);
	assert_int_equal(h.type, BEAT_ALIVE);
	assert_int_equal(h.flags, BEAT_CUT_OFF);
	assert_int_equal(h.run, 0x0102030405060708u);
	assert_int_equal(h.seq, 9);
	assert_string_equal(h.node, "n1");
	assert_int_equal(beat_alive_decode(&body, &got), 0);
	assert_int_equal(got.interval_ms, 100);
	assert_int_equal(got.claims_version, 5);
	assert_int_equal(got.n_claims, 2);
	assert_int_equal(got.facts_version, 3);
	assert_int_equal(rd_left(&got.runs), 8);
	assert_int_equal(rd_u64(&got.runs), 0x2a);
	beat_key_free(k);
}

static void claims_by_their_bytes(void **state)
{
	static const uint8_t expected[] = {0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 1,
	    0, 3, 2, 0, 0, 0, 0, 0, 0, 0, 7, 192, 0, 2, 1, 0x81, 0, 0, 0, 0, 0, 0, 1, 0, 0x20,
	    1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	const struct beat_part part = {4, 5, 1, 3};
	struct beat_claim c[2] = {
	    {.what = L2_CLAIM_OWNS,  .stamp = 7  },
            {.what = L2_CLAIM_WANTS, .stamp = 256}
        };
	uint8_t buf[128];
	struct wr w = wr_of(buf, sizeof(buf));
	struct beat_part got;
	struct rd r;

	(void)state;
	assert_int_equal(ipaddr_parse("192.0.2.1", &c[0].addr), 0);
	assert_int_equal(ipaddr_parse("2001:db8::1", &c[1].addr), 0);
	beat_claims_encode(&w, &part);
	beat_claim_encode(&w, &c[0]);
	beat_claim_encode(&w, &c[1]);
	assert_int_equal(w.len, sizeof(expected));
	assert_memory_equal(buf, expected, sizeof(expected));
	assert_int_equal(w.len - 20, beat_claim_len(AF_INET) + beat_claim_len(AF_INET6));
	r = rd_of(buf, w.len);
	assert_int_equal(beat_claims_decode(&r, &got), 0);
	assert_int_equal(got.since, 4);
	assert_int_equal(got.version, 5);
	assert_int_equal(got.part, 1);
	assert_int_equal(got.parts, 3);
	for (size_t i = 0; i < 2; i++) {
		struct beat_claim back;

		assert_int_equal(beat_claim_decode(&r, &back), 0);
		assert_int_equal(ipaddr_cmp(&back.addr, &c[i].addr), 0);
		assert_int_equal(back.what, c[i].what);
		assert_int_equal(back.stamp, c[i].stamp);
	}
	assert_int_equal(rd_left(&r), 0);
}

static void claims_that_are_refused(void **state)
{
	static const struct {
		struct beat_part part;
		int rc;
	} rows[] = {
	    {{0, 1, 0, 1}, 0       },
	    {{1, 1, 0, 1}, -EBADMSG},
	    {{2, 1, 0, 1}, -EBADMSG},
	    {{0, 0, 0, 1}, -EBADMSG},
	    {{0, 1, 0, 0}, -EBADMSG},
	    {{0, 1, 1, 1}, -EBADMSG},
	};
	static const uint8_t what3[] = {3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
	struct rd r = rd_of(what3, sizeof(what3));
	struct beat_claim c;

	(void)state;
	assert_int_equal(beat_claim_decode(&r, &c), -EBADMSG);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t buf[64];
		struct wr w = wr_of(buf, sizeof(buf));
		struct beat_part got;

		beat_claims_encode(&w, &rows[i].part);
		r = rd_of(buf, w.len);
		assert_int_equal(beat_claims_decode(&r, &got), rows[i].rc);
	}
}

static void asks_by_their_bytes(void **state)
{
	static const uint8_t expected[BEAT_ASK_LEN] = {
	    0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3};
	const struct beat_ask a = {1, 2, 3};
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof(buf));
	struct beat_ask got;
	struct rd r;

	(void)state;
	beat_ask_encode(&w, &a);
	assert_int_equal(w.len, BEAT_ASK_LEN);
	assert_memory_equal(buf, expected, sizeof(expected));
	r = rd_of(buf, w.len);
	assert_int_equal(beat_ask_decode(&r, &got), 0);
	assert_true(got.run == 1 && got.claims_version == 2 && got.facts_version == 3);
	r = rd_of(buf, w.len - 1);
	assert_int_equal(beat_ask_decode(&r, &got), -EBADMSG);
}

/* ---- facts ---- */

static const uint8_t facts_bytes[] = {4, 'e', 't', 'h', '0', 5, 0, 2, 4, 24, 192, 0, 2, 6, 33,
    0x20, 1, 0xd, 0xb8, 0x80, 4, 'e', 't', 'h', '1', 2, 0, 1, 4, 0};

static void facts_by_their_bytes(void **state)
{
	struct prefix subnets[2], any;
	struct l2_iface v[2] = {
	    {.name = "eth0",
             .subnets = subnets,
             .n_subnets = 2,
             .default4 = true,
             .named = true},
	    {.name = "eth1",              .subnets = &any,   .n_subnets = 1, .default6 = true}
        };
	const struct l2_facts f = {v, 2};
	uint8_t buf[128];
	struct wr w = wr_of(buf, sizeof(buf));
	struct l2_facts got;
	struct rd r;

	(void)state;
	assert_int_equal(prefix_parse("192.0.2.0/24", &subnets[0]), 0);
	assert_int_equal(prefix_parse("2001:db8:8000::/33", &subnets[1]), 0);
	assert_int_equal(prefix_parse("0.0.0.0/0", &any), 0);
	beat_facts_encode(&w, &f);
	assert_int_equal(w.len, sizeof(facts_bytes));
	assert_memory_equal(buf, facts_bytes, sizeof(facts_bytes));
	r = rd_of(buf, w.len);
	assert_int_equal(beat_facts_decode(&r, &got), 0);
	assert_true(l2_facts_equal(&got, &f));
	l2_facts_fini(&got);
	/* What does not fit is left out, whole. */
	w = wr_of(buf, sizeof(facts_bytes) - 1);
	beat_facts_encode(&w, &f);
	assert_false(w.bad);
	assert_int_equal(w.len, 20);
}

static void facts_that_are_refused(void **state)
{
	static const struct {
		uint8_t len, bytes[32];
	} rows[] = {
	    {4,  {0, 0, 0, 0}                        }, /* no name */
	    {20, {16, 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
		     'a', 0, 0, 0}   },
	    {6,  {2, 'a', '/', 0, 0, 0}              },
            {6,  {2, 'a', '\n', 0, 0, 0}             },
	    {10, {1, 'a', 0, 0, 1, 5, 24, 192, 0, 2} }, /* no such family */
	    {11, {1, 'a', 0, 0, 1, 4, 33, 1, 2, 3, 4}}, /* longer than 32 */
	    {7,  {1, 'a', 0, 0, 2, 4, 0}             }, /* two are said */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rd r = rd_of(rows[i].bytes, rows[i].len);
		struct l2_facts got;

		assert_int_equal(beat_facts_decode(&r, &got), -EBADMSG);
	}
	for (size_t n = 1; n < sizeof(facts_bytes); n++) {
		uint8_t *copy = malloc(n);
		struct rd r = rd_of(copy, n);
		struct l2_facts got;

		assert_non_null(copy);
		memcpy(copy, facts_bytes, n);
		if (n == 20) { /* one whole interface */
			assert_int_equal(beat_facts_decode(&r, &got), 0);
			l2_facts_fini(&got);
		} else {
			assert_int_equal(beat_facts_decode(&r, &got), -EBADMSG);
		}
		free(copy);
	}
}

/* ---- opening ---- */

/* With a good HMAC: a datagram of whoever has the key, with these bytes. */
static int open_raw(struct beat_key *k, const uint8_t *bytes, size_t len)
{
	uint8_t buf[2048];
	struct wr w = wr_of(buf, sizeof(buf));
	struct beat_head h;
	struct rd body;

	wr_bytes(&w, bytes, len);
	beat_end(&w, k);
	return beat_open(k, w.buf, w.len, &h, &body);
}

static void heads_that_are_refused(void **state)
{
	uint8_t good[26] = {'g', 'r', 'v', 'y', 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
	    0, 0, 0, 9, 'n', '1'};
	static const struct {
		uint8_t at, value;
		int rc;
	} rows[] = {
	    {0,  'G',  -EACCES },
	    {4,  2,    -EBADMSG}, /* another version */
	    {5,  0,    -EBADMSG}, /* no such type */
	    {5,  5,    -EBADMSG},
	    {6,  0xff, 0       }, /* flags of later */
	    {7,  0,    -EBADMSG}, /* no name */
	    {7,  3,    -EBADMSG}, /* longer than there is */
	    {15, 0,    -EBADMSG}, /* run 0 */
	    {24, ' ',  -EBADMSG},
	    {24, 0x7f, -EBADMSG},
	    {24, 0,    -EBADMSG},
	};
	struct beat_key *k = key_of(KEY);

	(void)state;
	assert_int_equal(open_raw(k, good, sizeof(good)), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t was = good[rows[i].at];

		good[rows[i].at] = rows[i].value;
		assert_int_equal(open_raw(k, good, sizeof(good)), rows[i].rc);
		good[rows[i].at] = was;
	}
	beat_key_free(k);
}

static void names_as_long_as_can_be(void **state)
{
	struct beat_head h = {.type = BEAT_ASK, .run = 1}, got;
	struct beat_key *k = key_of(KEY);
	uint8_t buf[L2_DATAGRAM_MAX];
	struct wr w = wr_of(buf, sizeof(buf));
	struct rd body;

	(void)state;
	memset(h.node, 'n', BEAT_NODE_MAX);
	beat_begin(&w, &h);
	for (size_t room = beat_room(h.node); room; room--)
		wr_u8(&w, 0);
	beat_end(&w, k);
	assert_false(w.bad);
	assert_int_equal(w.len, L2_DATAGRAM_MAX);
	assert_int_equal(beat_open(k, buf, w.len, &got, &body), 0);
	assert_string_equal(got.node, h.node);
	beat_key_free(k);
}

static void keys_can_be_changed_one_by_one(void **state)
{
	struct beat_key *old = key_of(KEY), *both = key_of(KEY "\nfedcba9876543210");
	struct beat_key *swapped = key_of("fedcba9876543210\n" KEY);
	struct beat_key *new = key_of("fedcba9876543210\n");
	struct beat_key *from[] = {old, both, swapped, new}, *to[] = {old, both, swapped, new};
	static const bool understood[4][4] = {
	    {true,  true, true, false},
            {true,  true, true, false},
            {false, true, true, true },
	    {false, true, true, true }
        };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++) {
			uint8_t buf[L2_DATAGRAM_MAX];
			struct wr w = begin(BEAT_ASK, buf);
			struct beat_head h;
			struct rd body;

			beat_end(&w, from[i]);
			assert_int_equal(beat_open(to[j], buf, w.len, &h, &body),
			    understood[i][j] ? 0 : -EACCES);
		}
	for (size_t i = 0; i < 4; i++)
		beat_key_free(from[i]);
	beat_key_free(NULL);
}

static void every_flip_and_cut_is_refused(void **state)
{
	struct beat_key *k = key_of(KEY);
	uint8_t buf[L2_DATAGRAM_MAX];
	struct wr w = begin(BEAT_ASK, buf);
	struct beat_head h;
	struct rd body;

	(void)state;
	beat_end(&w, k);
	body = opened(k, &w);
	assert_int_equal(rd_left(&body), 0);
	for (size_t bit = 0; bit < w.len * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(beat_open(k, buf, w.len, &h, &body), -EACCES);
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < w.len; len++) {
		uint8_t *copy = malloc(len ? len : 1);

		assert_non_null(copy);
		memcpy(copy, buf, len);
		assert_int_equal(beat_open(k, copy, len, &h, &body), -EACCES);
		free(copy);
	}
	assert_int_equal(beat_open(k, buf, L2_DATAGRAM_MAX + 1, &h, &body), -EACCES);
	beat_key_free(k);
}

static void beats_that_are_refused(void **state)
{
	static const struct {
		uint32_t interval_ms, runs_len;
		int rc;
	} rows[] = {
	    {20,    0, 0       },
	    {10000, 8, 0       },
	    {19,    0, -EBADMSG},
	    {10001, 0, -EBADMSG},
	    {100,   7, -EBADMSG},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct beat_alive a = {.interval_ms = rows[i].interval_ms};
		uint8_t buf[64] = {0};
		struct wr w = wr_of(buf, sizeof(buf));
		struct beat_alive got;
		struct rd r;

		beat_alive_encode(&w, &a);
		r = rd_of(buf, w.len + rows[i].runs_len);
		assert_int_equal(beat_alive_decode(&r, &got), rows[i].rc);
		r = rd_of(buf, w.len - 1);
		assert_int_equal(beat_alive_decode(&r, &got), -EBADMSG);
	}
}

/* ---- numbers ---- */

static void numbers_count_once(void **state)
{
	struct seqwin w = {0};

	(void)state;
	assert_true(seqwin_note(&w, 1000));
	assert_false(seqwin_note(&w, 1000));
	assert_true(seqwin_note(&w, 999));
	assert_true(seqwin_note(&w, 1001));
	assert_false(seqwin_note(&w, 999));
	assert_true(seqwin_note(&w, 1001 - (SEQWIN_BITS - 1)));
	assert_false(seqwin_note(&w, 1001 - SEQWIN_BITS));
	assert_false(seqwin_note(&w, 1));
	assert_true(seqwin_note(&w, 1000000));
	assert_false(seqwin_note(&w, 1001));
	assert_true(seqwin_note(&w, 999999));
}

static void numbers_wrap(void **state)
{
	struct seqwin w = {0};

	(void)state;
	assert_true(seqwin_note(&w, UINT64_MAX - 1));
	assert_true(seqwin_note(&w, 1));
	assert_true(seqwin_note(&w, UINT64_MAX));
	assert_true(seqwin_note(&w, 0));
	assert_false(seqwin_note(&w, UINT64_MAX));
	assert_false(seqwin_note(&w, UINT64_MAX - 1));
}

/* Beside a plain list of what was there. */
static void numbers_as_a_list_has_them(void **state)
{
	static bool there[20000];
	struct seqwin w = {0};
	uint32_t random = 1;
	int64_t newest = -1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t seq;
		bool is_new;

		random = random * 1664525 + 1013904223;
		seq = (newest < 0 ? 1000 : newest) + (int64_t)(random >> 8) % 320 - 300;
		if (random >> 28 == 0)
			seq += (int64_t)(random >> 12) % 400;
		if (seq >= (int64_t)ARRAY_LEN(there))
			break;
		is_new = seq > newest || (newest - seq < SEQWIN_BITS && !there[seq]);
		assert_int_equal(seqwin_within(&w, (uint64_t)seq),
		    newest < 0 || seq > newest || newest - seq < SEQWIN_BITS);
		assert_int_equal(seqwin_note(&w, (uint64_t)seq), is_new);
		there[seq] = true;
		newest = seq > newest ? seq : newest;
	}
	assert_true(newest > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_bytes),
	    cmocka_unit_test(claims_by_their_bytes),
	    cmocka_unit_test(claims_that_are_refused),
	    cmocka_unit_test(asks_by_their_bytes),
	    cmocka_unit_test(facts_by_their_bytes),
	    cmocka_unit_test(facts_that_are_refused),
	    cmocka_unit_test(heads_that_are_refused),
	    cmocka_unit_test(names_as_long_as_can_be),
	    cmocka_unit_test(keys_can_be_changed_one_by_one),
	    cmocka_unit_test(every_flip_and_cut_is_refused),
	    cmocka_unit_test(beats_that_are_refused),
	    cmocka_unit_test(numbers_count_once),
	    cmocka_unit_test(numbers_wrap),
	    cmocka_unit_test(numbers_as_a_list_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
