/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every golden message, for every release that it is of: encoding gives its bytes, decoding its
 * meaning, and each of its truncations and damaged copies fails cleanly or decodes to
 * something.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "golden.h"
#include "zapi_cases.h"
#include <cmocka.h>
#include <errno.h>

static size_t case_of(const struct golden *g)
{
	for (size_t i = 0; i < zapi_cases_n; i++)
		if (!strcmp(zapi_cases[i].name, g->name))
			return i;
	fail_msg("no case for %s", g->name);
	return 0;
}

/* For every golden message and every release of its range. */
static void each(void (*fn)(size_t i, const struct zapi_version *v, const struct golden *g))
{
	const struct zapi_version *v;
	struct golden g;
	FILE *f;

	if (!golden_host())
		skip();
	f = golden_open("messages.hex");
	while (golden_next(f, &g))
		for (size_t row = 0; (v = zversion_row(row)); row++)
			if (golden_is_of(&g, v))
				fn(case_of(&g), v, &g);
	fclose(f);
}

/* Decode from an exact-size heap copy, so that a sanitizer sees the first stray byte. */
static int decode_copy(size_t i, const struct zapi_version *v, const char *name,
    const uint8_t *msg, size_t msg_len)
{
	const uint8_t *body = msg + v->header_len;
	struct zapi_try t = {name, v, zversion_cmd_of(v, (uint16_t)(body[-2] << 8 | body[-1]))};
	size_t len = msg_len - v->header_len;
	uint8_t *copy = malloc(len ? len : 1);
	struct rd r;
	int rc;

	assert_non_null(copy);
	memcpy(copy, body, len);
	r = rd_of(copy, len);
	rc = zapi_cases[i].decode(&t, &r);
	if (rc == 0 && name)
		assert_int_equal(rd_left(&r), 0);
	free(copy);
	return rc;
}

/* Do we decode it at all? */
static bool decoded(size_t i, const struct zapi_version *v)
{
	return zapi_cases[i].decode && v->major * 100 + v->minor >= zapi_cases[i].decoded_since;
}

static unsigned seen[64][64];

static void encode_one(size_t i, const struct zapi_version *v, const struct golden *g)
{
	uint8_t buf[GOLDEN_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	seen[i][v - zversion_row(0)]++;
	if (!zapi_cases[i].encode)
		return;
	assert_int_equal(zapi_cases[i].encode(g->name, &w, v), 0);
	if (w.len != g->len || memcmp(buf, g->msg, g->len) != 0)
		print_message("%s of %s\n", g->name, v->name);
	assert_int_equal(w.len, g->len);
	assert_memory_equal(buf, g->msg, g->len);
	/* No room: nothing is written, and the writer is as before. */
	for (size_t cap = 0; cap < g->len; cap++) {
		w = wr_of(buf, cap);
		assert_int_equal(zapi_cases[i].encode(g->name, &w, v), -EMSGSIZE);
		assert_int_equal(w.len, 0);
		assert_false(w.bad);
	}
}

static void encoding_gives_the_golden_bytes(void **state)
{
	(void)state;
	memset(seen, 0, sizeof(seen));
	each(encode_one);
}

static void every_release_has_every_message_once(void **state)
{
	const struct zapi_version *v;

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; i < zapi_cases_n; i++)
		for (size_t row = 0; (v = zversion_row(row)); row++) {
			int release = v->major * 100 + v->minor;
			unsigned want =
			    release >= zapi_cases[i].since && release <= zapi_cases[i].until;

			if (seen[i][row] != want)
				print_message("%s of %s\n", zapi_cases[i].name, v->name);
			assert_int_equal(seen[i][row], want);
		}
}

static void decode_one(size_t i, const struct zapi_version *v, const struct golden *g)
{
	struct rd r = rd_of(g->msg, g->len);
	struct zapi_header h;

	assert_int_equal(zapi_header_decode(v, &r, &h), 0);
	assert_int_equal(h.len, g->len);
	assert_int_equal(h.marker, v->marker);
	assert_int_equal(h.version, v->header_version);
	assert_int_equal(h.vrf, 0);
	if (!decoded(i, v))
		return;
	if (decode_copy(i, v, g->name, g->msg, g->len))
		fail_msg("%s of %s does not decode", g->name, v->name);
}

static void decoding_gives_the_meaning(void **state)
{
	(void)state;
	each(decode_one);
}

static void truncate_one(size_t i, const struct zapi_version *v, const struct golden *g)
{
	if (!decoded(i, v))
		return;
	for (size_t len = v->header_len; len < g->len; len++)
		if (decode_copy(i, v, NULL, g->msg, len) != -EBADMSG)
			fail_msg("%s of %s decodes when cut to %zu", g->name, v->name, len);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	each(truncate_one);
}

/* Every byte, so every length field too, takes the values that hurt. */
static void damage_one(size_t i, const struct zapi_version *v, const struct golden *g)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	uint8_t msg[GOLDEN_MAX];

	if (!decoded(i, v))
		return;
	for (size_t at = v->header_len; at < g->len; at++)
		for (size_t k = 0; k < sizeof(values); k++) {
			memcpy(msg, g->msg, g->len);
			msg[at] = values[k];
			(void)decode_copy(i, v, NULL, msg, g->len);
			msg[at] = (uint8_t)(g->msg[at] ^ values[k]);
			(void)decode_copy(i, v, NULL, msg, g->len);
		}
}

static void damaged_messages_are_survived(void **state)
{
	(void)state;
	each(damage_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(encoding_gives_the_golden_bytes),
	    cmocka_unit_test(every_release_has_every_message_once),
	    cmocka_unit_test(decoding_gives_the_meaning),
	    cmocka_unit_test(every_truncation_is_refused),
	    cmocka_unit_test(damaged_messages_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
