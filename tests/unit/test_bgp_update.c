/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every golden message: what it says (messages.txt), what each of its truncations says, and
 * that what was read is written again as the same. Packing and reading back many prefixes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "bgp_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>

static uint64_t scratch[2][BGP_UPDATE_SCRATCH / sizeof(uint64_t)];

/* messages.txt is the meaning of messages.hex, a line each. GOLDEN_WRITE writes it. */
static void messages_say_what_they_say(void **state)
{
	const char *write = getenv("GOLDEN_WRITE");
	FILE *f = lab_open("messages.hex", "r"),
	     *want = lab_open("messages.txt", write ? "w" : "r");
	char text[LAB_TEXT], line[LAB_TEXT], got[LAB_TEXT + 64];
	enum bgp_type type = BGP_OPEN;
	struct bgp_error e;
	struct lab_msg m;
	size_t n = 0;

	(void)state;
	for (; lab_next(f, &m); n++) {
		assert_int_equal(bgp_frame(m.bytes, m.len, &type, &e), m.len);
		lab_text(
		    type, m.sender, m.bytes + BGP_HEADER_LEN, m.len - BGP_HEADER_LEN, text);
		snprintf(got, sizeof(got), "%s: %s\n", m.name, text);
		if (write) {
			fputs(got, want);
			continue;
		}
		assert_non_null(fgets(line, sizeof(line), want));
		assert_string_equal(line, got);
	}
	assert_true(n > 30);
	assert_true(write || !fgets(line, sizeof(line), want));
	fclose(f);
	fclose(want);
}

/* A body that ends early is refused or says something; it is never read past its end. */
static void truncations_are_survived(void **state)
{
	FILE *f = lab_open("messages.hex", "r");
	char text[LAB_TEXT], again[LAB_TEXT];
	enum bgp_type type = BGP_OPEN;
	struct bgp_error e;
	struct lab_msg m;
	uint8_t *copy;

	(void)state;
	while (lab_next(f, &m)) {
		assert_true(bgp_frame(m.bytes, m.len, &type, &e) > 0);
		for (size_t len = 0; len < m.len; len++) {
			copy = lab_copy(m.bytes, len);
			assert_int_equal(bgp_frame(copy, len, &type, &e), 0);
			free(copy);
			if (len < BGP_HEADER_LEN)
				continue;
			copy = lab_copy(m.bytes + BGP_HEADER_LEN, len - BGP_HEADER_LEN);
			lab_text((enum bgp_type)m.bytes[18], m.sender, copy,
			    len - BGP_HEADER_LEN, text);
			free(copy);
			lab_text((enum bgp_type)m.bytes[18], m.sender, m.bytes + BGP_HEADER_LEN,
			    len - BGP_HEADER_LEN, again);
			assert_string_equal(text, again);
			if (m.bytes[18] == BGP_OPEN)
				assert_memory_equal(text, "reset", 5);
		}
	}
	fclose(f);
}

/* One byte of each message turned over, or a bit. */
static void damage_is_survived(void **state)
{
	static const uint8_t masks[] = {0xff, 0x80, 0x40, 0x10, 0x01};
	FILE *f = lab_open("messages.hex", "r");
	char text[LAB_TEXT];
	struct lab_msg m;
	uint8_t *copy;

	(void)state;
	while (lab_next(f, &m))
		for (size_t i = BGP_HEADER_LEN; i < m.len; i++)
			for (size_t k = 0; k < ARRAY_LEN(masks); k++) {
				copy =
				    lab_copy(m.bytes + BGP_HEADER_LEN, m.len - BGP_HEADER_LEN);
				copy[i - BGP_HEADER_LEN] ^= masks[k];
				lab_text((enum bgp_type)m.bytes[18], m.sender, copy,
				    m.len - BGP_HEADER_LEN, text);
				free(copy);
			}
	fclose(f);
}

static size_t collect(struct bgp_nlri n, struct prefix *to, size_t max)
{
	size_t k = 0;

	while (k < max && bgp_nlri_next(&n, &to[k]))
		k++;
	return k;
}

/* Write what was read of one field, read it back: the same. */
static void again(const struct lab_msg *m, const struct bgp_update *u, size_t field)
{
	struct bgp_update_from from = lab_from(m->sender);
	struct bgp_attr_out to = {.as4 = from.as4, .ibgp = from.ibgp};
	char text[LAB_TEXT], want[LAB_TEXT];
	struct prefix p[64], q[64];
	size_t n = collect(u->reach[field], p, ARRAY_LEN(p));
	struct bgp_attrs a = u->attrs, b;
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));
	struct bgp_update v;
	struct bgp_error e;
	struct rd r;

	if (!n)
		return;
	if (field) {
		a.has |= BGP_HAS_NEXTHOP;
		a.nexthop = u->mp_nexthop;
		a.nexthop_ll = u->mp_nexthop_ll;
		a.nexthop_ll_set = u->mp_nexthop_ll.family;
	}
	if (from.ibgp && !(a.has & BGP_HAS_LOCAL_PREF)) {
		a.has |= BGP_HAS_LOCAL_PREF;
		a.local_pref = 100;
	}
	assert_int_equal(bgp_update_encode(&w, &a, &to, p, n), n);
	r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
	assert_int_equal(bgp_update_decode(&r, &from, scratch[1], &v, &e), 0);
	assert_int_equal(collect(v.reach[p[0].family == AF_INET6], q, ARRAY_LEN(q)), n);
	assert_memory_equal(p, q, n * sizeof(*p));
	b = v.attrs;
	if (p[0].family == AF_INET6) {
		b.has |= BGP_HAS_NEXTHOP;
		b.nexthop = v.mp_nexthop;
		b.nexthop_ll = v.mp_nexthop_ll;
		b.nexthop_ll_set = v.mp_nexthop_ll.family;
	}
	if (a.unknown_len) { /* passed on: the Partial bit is set */
		assert_int_equal(a.unknown_len, b.unknown_len);
		a.unknown_len = b.unknown_len = 0;
	}
	assert_string_equal(lab_attrs_text(&a, want), lab_attrs_text(&b, text));
	assert_true(bgp_attrs_equal(&a, &b));
}

static void what_is_read_is_written_again(void **state)
{
	FILE *f = lab_open("messages.hex", "r");
	struct bgp_update_from from;
	struct bgp_update u;
	struct bgp_error e;
	struct lab_msg m;
	size_t n = 0;
	struct rd r;

	(void)state;
	while (lab_next(f, &m)) {
		if (m.bytes[18] != BGP_UPDATE)
			continue;
		from = lab_from(m.sender);
		r = rd_of(m.bytes + BGP_HEADER_LEN, m.len - BGP_HEADER_LEN);
		assert_int_equal(bgp_update_decode(&r, &from, scratch[0], &u, &e), 0);
		again(&m, &u, 0);
		again(&m, &u, 1);
		n++;
	}
	assert_true(n > 10);
	fclose(f);
}

/* --- packing */

static struct prefix nth(uint8_t family, uint32_t i)
{
	struct prefix p = {.family = family, .plen = family == AF_INET ? 32 : 128};
	uint8_t *last = p.addr + (family == AF_INET ? 0 : 12);

	memcpy(p.addr, "\x20\x01\x0d\xb8", 4);
	last[0] = family == AF_INET ? 10 : 1;
	last[1] = (uint8_t)(i >> 16);
	last[2] = (uint8_t)(i >> 8);
	last[3] = (uint8_t)i;
	return p;
}

static struct bgp_attrs simple(uint8_t family)
{
	static const uint8_t path[] = {2, 1, 0, 0, 0xfd, 0xe9};
	struct bgp_attrs a = {.has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
	    .as_path = path,
	    .as_path_len = sizeof(path)};

	if (ipaddr_parse(family == AF_INET ? "10.9.0.1" : "2001:db8::1", &a.nexthop) < 0)
		abort();
	return a;
}

/* All of n prefixes by as many messages as it takes; how many fit into one. */
static size_t pack(uint8_t family, size_t n, bool withdraw)
{
	struct bgp_update_from from = lab_from("e4 65001");
	struct bgp_attr_out to = {.as4 = true};
	struct bgp_attrs a = simple(family);
	struct prefix *p = xcalloc(n, sizeof(*p)), *got = xcalloc(n, sizeof(*got));
	size_t done = 0, back = 0, first = 0, k;
	uint8_t buf[BGP_MESSAGE_MAX];
	struct bgp_update u;
	struct bgp_error e;
	struct rd r;

	for (size_t i = 0; i < n; i++)
		p[i] = nth(family, (uint32_t)i);
	while (done < n) {
		struct wr w = wr_of(buf, sizeof(buf));

		k = withdraw ? bgp_withdraw_encode(&w, p + done, n - done)
		             : bgp_update_encode(&w, &a, &to, p + done, n - done);
		assert_true(k > 0);
		first = first ? first : k;
		done += k;
		r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
		assert_int_equal(bgp_update_decode(&r, &from, scratch[0], &u, &e), 0);
		assert_int_equal(u.verdict, BGP_UPDATE_GOOD);
		back += collect((withdraw ? u.withdrawn : u.reach)[family == AF_INET6],
		    got + back, n - back);
		assert_int_equal(back, done);
	}
	assert_memory_equal(p, got, n * sizeof(*p));
	free(p);
	free(got);
	return first;
}

static void messages_are_filled(void **state)
{
	(void)state;
	assert_int_equal(pack(AF_INET, 3000, false), (4096 - 23 - 20) / 5);
	assert_int_equal(pack(AF_INET, 3000, true), (4096 - 23) / 5);
	assert_int_equal(pack(AF_INET6, 3000, false), (4096 - 23 - 13 - 25) / 17);
	assert_int_equal(pack(AF_INET6, 3000, true), (4096 - 23 - 7) / 17);
	assert_int_equal(pack(AF_INET, 1, false), 1);
	assert_int_equal(pack(AF_INET6, 1, true), 1);
}

/* In front of what is there already, and no byte where nothing fits. */
static void room_is_respected(void **state)
{
	struct bgp_attr_out to = {.as4 = true};
	struct bgp_attrs a = simple(AF_INET);
	struct prefix p = nth(AF_INET, 1), q = nth(AF_INET6, 1);
	uint8_t buf[2 * BGP_MESSAGE_MAX];
	struct wr w;

	(void)state;
	for (size_t cap = 0; cap < 23 + 20 + 5; cap++) {
		w = wr_of(buf, cap);
		assert_int_equal(bgp_update_encode(&w, &a, &to, &p, 1), 0);
		assert_int_equal(w.len, 0);
		assert_false(w.bad);
	}
	w = wr_of(buf, sizeof(buf));
	bgp_keepalive_encode(&w);
	assert_int_equal(bgp_update_encode(&w, &a, &to, &p, 1), 1);
	assert_int_equal(w.len, 19 + 48);
	assert_int_equal(bgp_withdraw_encode(&w, &q, 1), 1);
	assert_int_equal(w.len, 19 + 48 + 23 + 7 + 17);
	assert_int_equal(bgp_update_encode(&w, &a, &to, &q, 1), 0); /* RFC 8950 */
	assert_int_equal(bgp_update_encode(&w, &a, &to, &p, 0), 0);
	assert_int_equal(bgp_withdraw_encode(&w, &p, 0), 0);
}

/* Prefixes of one call are of one family: the next one begins a new message. */
static void families_are_not_mixed(void **state)
{
	struct prefix p[] = {nth(AF_INET, 1), nth(AF_INET, 2), nth(AF_INET6, 3)};
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	assert_int_equal(bgp_withdraw_encode(&w, p, 3), 2);
}

static void end_of_rib_is_known(void **state)
{
	uint8_t buf[2][64];
	struct wr v4 = wr_of(buf[0], 64), v6 = wr_of(buf[1], 64);
	char text[LAB_TEXT];

	(void)state;
	bgp_end_of_rib_encode(&v4, AF_INET);
	bgp_end_of_rib_encode(&v6, AF_INET6);
	assert_int_equal(v4.len, 23);
	assert_string_equal(
	    lab_text(BGP_UPDATE, "e4 1", buf[0] + 19, 4, text), "good end-of-rib ipv4");
	assert_int_equal(v6.len, 30);
	assert_string_equal(lab_text(BGP_UPDATE, "e4 1", buf[1] + 19, v6.len - 19, text),
	    "good end-of-rib ipv6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_say_what_they_say),
	    cmocka_unit_test(truncations_are_survived),
	    cmocka_unit_test(damage_is_survived),
	    cmocka_unit_test(what_is_read_is_written_again),
	    cmocka_unit_test(messages_are_filled),
	    cmocka_unit_test(room_is_respected),
	    cmocka_unit_test(families_are_not_mixed),
	    cmocka_unit_test(end_of_rib_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
