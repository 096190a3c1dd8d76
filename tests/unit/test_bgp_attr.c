/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes: every malformed case of RFC 4271 6.3 and RFC 7606 with what is done about it, AS
 * paths, communities as text, and shared lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "bgp_lab.h"
#include "bgp_malformed.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define RESET(why) "reset UPDATE Message Error/" why
#define LIST       "Malformed Attribute List"

/* Beside well-formed attributes and a prefix: those of the other family. */
#define GOOD "400101 00 400206 0201 0000fde9 400304 0a090001 "
#define BOTH                                                                                   \
	"800e1a 0002 01 10 20010db8000900000000000000000001 00 20 20010db8 " GOOD              \
	"800f08 0002 01 20 20010db8"
#define NLRI "18 c00002"
#define PATH "400206 0201 0000fde9 "

/* The body of an UPDATE without withdrawn routes. */
static size_t body_of(const char *attrs, const char *nlri, uint8_t *to, size_t cap)
{
	size_t len = lab_hex(attrs, to + 4, cap - 4);

	to[0] = to[1] = 0;
	to[2] = (uint8_t)(len >> 8);
	to[3] = (uint8_t)len;
	return 4 + len + lab_hex(nlri, to + 4 + len, cap - 4 - len);
}

static void malformed_ones_are_judged(void **state)
{
	uint8_t bytes[BGP_MESSAGE_MAX], *copy;
	char text[LAB_TEXT];
	const struct bgp_malformed *cases = bgp_malformed;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < bgp_malformed_n; i++) {
		size_t len = body_of(cases[i].attrs, cases[i].nlri, bytes, sizeof(bytes));

		copy = lab_copy(bytes, len);
		lab_text(BGP_UPDATE, cases[i].sender, copy, len, text);
		free(copy);
		if (!strcmp(text, cases[i].says))
			continue;
		wrong++;
		print_error("%s: %s:\n  says  %s\n  wants %s\n", cases[i].rfc, cases[i].what,
		    text, cases[i].says);
	}
	assert_int_equal(wrong, 0);
}

/* Bodies whose lengths do not add up. */
static const struct {
	const char *rfc, *what, *body, *says;
} bodies[] = {
    {"RFC 4271 6.3", "nothing",                             "",                              RESET(LIST)},
    {"RFC 4271 6.3", "no length of attributes",             "0000 00",                       RESET(LIST)},
    {"RFC 4271 6.3", "withdrawn routes beyond the message", "0003 0000",                     RESET(LIST)},
    {"RFC 4271 6.3", "attributes beyond the message",       "0000 0001",                     RESET(LIST)},
    {"RFC 4271 6.3", "both beyond the message",             "0004 18c00002 0005 400101",     RESET(LIST)},
    {"RFC 7606 5.3", "withdrawn prefix of 33 bits",         "0006 21c000020100 0000",
     RESET("Invalid Network Field")								     },
    {"RFC 7606 5.3", "withdrawn prefix beyond its field",   "0003 18c000 0000",
     RESET("Invalid Network Field")								     },
    {"RFC 4271 4.3", "only withdrawn routes",               "0004 18c00002 0000",
     "good withdraw 192.0.2.0/24"								       },
    {"RFC 4271 6.3", "withdrawn multicast is ignored",      "0009 18c00002 20e0000001 0000",
     "good withdraw 192.0.2.0/24"								       },
};

static void lengths_are_judged(void **state)
{
	uint8_t bytes[64], *copy;
	char text[LAB_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		size_t len = lab_hex(bodies[i].body, bytes, sizeof(bytes));

		copy = lab_copy(bytes, len);
		lab_text(BGP_UPDATE, "e4 65001", copy, len, text);
		free(copy);
		if (strcmp(text, bodies[i].says))
			fail_msg("%s: %s: %s", bodies[i].rfc, bodies[i].what, text);
	}
}

/* Of families that were not agreed on, nothing comes out. */
static void other_families_are_left_out(void **state)
{
	static uint64_t scratch[BGP_UPDATE_SCRATCH / sizeof(uint64_t)];
	struct bgp_update_from from = lab_from("e4 65001");
	uint8_t bytes[256];
	size_t len = body_of(BOTH, NLRI, bytes, sizeof(bytes));
	struct rd r = rd_of(bytes, len);
	struct bgp_update u;
	struct bgp_error e;

	(void)state;
	from.families = BGP_IPV4;
	assert_int_equal(bgp_update_decode(&r, &from, scratch, &u, &e), 0);
	assert_int_equal(u.reach[0].family, AF_INET);
	assert_int_equal(u.reach[1].family, 0);
	assert_int_equal(u.withdrawn[1].family, 0);
	from.families = BGP_IPV6;
	r = rd_of(bytes, len);
	assert_int_equal(bgp_update_decode(&r, &from, scratch, &u, &e), 0);
	assert_int_equal(u.reach[0].family, 0);
	assert_int_equal(u.reach[1].family, AF_INET6);
	assert_int_equal(u.withdrawn[1].family, AF_INET6);
}

/* --- AS paths */

static const struct {
	const char *hex, *text;
	unsigned length;
	uint32_t first, asn; /* asn: counted below */
	unsigned count;
	const char *prepended; /* with 65000 */
} paths[] = {
    {"",							    "",		       0, 0,     1,     0, "65000"      },
    {"0201 0000fde9",					       "65001",                  1, 65001, 65001, 1, "65000 65001"},
    {"0203 0000fde9 0000fde9 fa56ea01",                             "65001 65001 4200000001", 3, 65001, 65001, 2,
     "65000 65001 65001 4200000001"											    },
    {"0201 0000fde9 0102 00000001 00000002",                        "65001 {1,2}",            2, 65001, 2,     1,
     "65000 65001 {1,2}"												       },
    {"0101 00000007",					       "{7}",                    1, 0,     7,     1, "65000 {7}"  },
    {"0302 00000001 00000002 0201 00000003 0402 00000004 00000005", "(1 2) 3 [4,5]",          1, 3,     5,     1,
     "65000 (1 2) 3 [4,5]"												     },
    {"0201 00000001 0201 00000002",                                 "1 2",                    2, 1,     2,     1, "65000 1 2"  },
};

static struct bgp_attrs path_attrs(const uint8_t *bytes, size_t len)
{
	return (struct bgp_attrs){
	    .has = BGP_HAS_AS_PATH, .as_path = bytes, .as_path_len = (uint16_t)len};
}

static void paths_are_understood(void **state)
{
	uint8_t bytes[2000], more[2006];
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		size_t len = lab_hex(paths[i].hex, bytes, sizeof(bytes));
		struct bgp_attrs a = path_attrs(bytes, len), b;

		assert_string_equal(bgp_as_path_str(&a, text, sizeof(text)), paths[i].text);
		assert_int_equal(bgp_as_path_length(&a), paths[i].length);
		assert_int_equal(bgp_as_path_first(&a), paths[i].first);
		assert_int_equal(bgp_as_path_count(&a, paths[i].asn), paths[i].count);
		b = path_attrs(more, bgp_as_path_prepend(&a, 65000, more));
		assert_string_equal(
		    bgp_as_path_str(&b, text, sizeof(text)), paths[i].prepended);
	}
	bytes[0] = 2;
	bytes[1] = 255; /* full: one more segment */
	memset(bytes + 2, 1, 4 * 255);
	for (unsigned n = 254; n <= 255; n++) {
		struct bgp_attrs a = path_attrs(bytes, 2 + 4 * n), b;

		bytes[1] = (uint8_t)n;
		b = path_attrs(more, bgp_as_path_prepend(&a, 65000, more));
		assert_int_equal(b.as_path_len, a.as_path_len + (n == 255 ? 6 : 4));
		assert_int_equal(bgp_as_path_length(&b), n + 1);
		assert_int_equal(bgp_as_path_first(&b), 65000);
		assert_string_equal(bgp_as_path_str(&b, text, 8), "65000");
	}
}

/* To an old speaker: AS_TRANS, with the whole truth beside it; it reads back as it was. */
static void old_speakers_are_told(void **state)
{
	static const uint8_t path[] = {2, 2, 0, 0, 0xfd, 0xe9, 0xfa, 0x56, 0xea, 0x01};
	struct bgp_attrs a = path_attrs(path, sizeof(path));
	struct bgp_attr_out to = {.in_nlri = true};
	uint8_t buf[128], want[128];
	struct wr w = wr_of(buf, sizeof(buf));
	char text[LAB_TEXT];

	(void)state;
	a.has |= BGP_HAS_AGGREGATOR;
	a.aggregator_asn = 4200000001;
	a.aggregator_id = 7;
	bgp_attrs_encode(&w, &a, &to);
	assert_int_equal(w.len,
	    lab_hex("400206 0202 fde9 5ba0 c00706 5ba0 00000007 c0110a 0202 0000fde9 fa56ea01 "
		    "c01208 fa56ea01 00000007",
		want, sizeof(want)));
	assert_memory_equal(buf, want, w.len);
	memmove(buf + 4, buf, w.len);
	memcpy(buf, (uint8_t[]){0, 0, 0, (uint8_t)w.len}, 4);
	assert_string_equal(lab_text(BGP_UPDATE, "e2 65001", buf, w.len + 4, text),
	    "good path [65001 4200000001] aggregator 4200000001 00000007");
}

/* What leaves the AS: no LOCAL_PREF, no route reflection, no non-transitive communities. */
static void strangers_are_not_told_all(void **state)
{
	static const uint64_t ext[] = {0x0002fde900000009, 0x4004fde900000001};
	static const uint32_t clusters[] = {1};
	static const uint8_t path[] = {3, 1, 0, 0, 0, 9, 2, 1, 0, 0, 0xfd, 0xe9};
	struct bgp_attrs a = path_attrs(path, sizeof(path));
	struct bgp_attr_out out = {.as4 = true}, in = {.as4 = true, .ibgp = true};
	uint8_t buf[256], want[256];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	a.has |= BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR;
	a.local_pref = 5;
	a.ext = ext;
	a.n_ext = 2;
	a.clusters = clusters;
	a.n_clusters = 1;
	bgp_attrs_encode(&w, &a, &out);
	assert_int_equal(w.len, lab_hex(PATH "c01008 0002fde900000009", want, sizeof(want)));
	assert_memory_equal(buf, want, w.len);
	w = wr_of(buf, sizeof(buf));
	bgp_attrs_encode(&w, &a, &in);
	assert_int_equal(
	    w.len, lab_hex("40020c 0301 00000009 0201 0000fde9 400504 00000005 800904 00000000 "
			   "800a04 00000001 c01010 0002fde900000009 4004fde900000001",
		       want, sizeof(want)));
	assert_memory_equal(buf, want, w.len);
	a.n_ext = a.n_clusters = 0;
	a.has = 0;
	w = wr_of(buf, sizeof(buf));
	bgp_attrs_encode(&w, &a, &in); /* an iBGP peer always has one */
	assert_int_equal(w.len, lab_hex("400504 00000064", want, sizeof(want)));
	assert_memory_equal(buf, want, w.len);
}

/* --- communities */

static const struct {
	const char *text;
	int rc;
	bool large;
	uint32_t value;
	struct bgp_large lc;
	const char *back; /* NULL: as text */
} communities[] = {
    {"65000:1",		       0,       false, 0xfde80001, {0},                         NULL       },
    {"0:0",			   0,       false, 0,          {0},                         NULL       },
    {"65535:65281",                   0,       false, 0xffffff01, {0},                         "no-export"},
    {"no-advertise",                  0,       false, 0xffffff02, {0},                         NULL       },
    {"local-AS",		      0,       false, 0xffffff03, {0},                         NULL       },
    {"graceful-shutdown",             0,       false, 0xffff0000, {0},                         NULL       },
    {"large:1:2:3",                   0,       true,  0,          {1, 2, 3},                   NULL       },
    {"large:4294967295:0:4294967295", 0,       true,  0,          {UINT32_MAX, 0, UINT32_MAX}, NULL       },
    {"large:4294967296:0:0",          -EINVAL, true,  0,          {0},                         NULL       },
    {"large:1:2",		     -EINVAL, true,  0,          {0},                         NULL       },
    {"large:1:2:3:4",                 -EINVAL, true,  0,          {0},                         NULL       },
    {"65536:1",		       -EINVAL, false, 0,          {0},                         NULL       },
    {"1:65536",		       -EINVAL, false, 0,          {0},                         NULL       },
    {"1:2:3",			 -EINVAL, false, 0,          {0},                         NULL       },
    {"1",			     -EINVAL, false, 0,          {0},                         NULL       },
    {":1",			    -EINVAL, false, 0,          {0},                         NULL       },
    {"1:",			    -EINVAL, false, 0,          {0},                         NULL       },
    {"-1:1",			  -EINVAL, false, 0,          {0},                         NULL       },
    {" 1:1",			  -EINVAL, false, 0,          {0},                         NULL       },
    {"1:1 ",			  -EINVAL, false, 0,          {0},                         NULL       },
    {"",			      -EINVAL, false, 0,          {0},                         NULL       },
    {"no-such",		       -EINVAL, false, 0,          {0},                         NULL       },
};

static void communities_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(communities); i++) {
		uint32_t value = 0;
		struct bgp_large lc = {0};
		bool large = false;
		char text[24];

		if (bgp_community_parse(communities[i].text, &value, &lc, &large) !=
		    communities[i].rc)
			fail_msg("%s", communities[i].text);
		if (communities[i].rc)
			continue;
		assert_int_equal(large, communities[i].large);
		assert_int_equal(value, communities[i].value);
		assert_memory_equal(&lc, &communities[i].lc, sizeof(lc));
		if (!large)
			assert_string_equal(bgp_community_str(value, text),
			    communities[i].back ? communities[i].back : communities[i].text);
	}
}

static void communities_are_found(void **state)
{
	static const uint32_t list[] = {1, (uint32_t)BGP_COMMUNITY_NO_EXPORT};
	struct bgp_attrs a = {.communities = list, .n_communities = 2};

	(void)state;
	assert_true(bgp_community_has(&a, (uint32_t)BGP_COMMUNITY_NO_EXPORT));
	assert_false(bgp_community_has(&a, (uint32_t)BGP_COMMUNITY_NO_ADVERTISE));
}

/* --- shared lists */

static void lists_are_shared(void **state)
{
	static const uint32_t c[] = {1, 2}, d[] = {1, 3};
	static const uint8_t path[] = {2, 1, 0, 0, 0xfd, 0xe9};
	struct bgp_attr_table *t = bgp_attr_table_new();
	struct bgp_attrs a = path_attrs(path, sizeof(path)), b;
	const struct bgp_attrs *x, *y, *z;

	(void)state;
	a.communities = c;
	a.n_communities = 2;
	b = a;
	b.med = 9; /* does not count: it has none */
	x = bgp_attrs_share(t, &a);
	assert_ptr_equal(bgp_attrs_share(t, &b), x);
	assert_ptr_not_equal(x->communities, c);
	assert_memory_equal(x->communities, c, sizeof(c));
	assert_true(bgp_attrs_equal(x, &a));
	b.has |= BGP_HAS_MED;
	y = bgp_attrs_share(t, &b);
	assert_ptr_not_equal(x, y);
	b.communities = d;
	z = bgp_attrs_share(t, &b);
	assert_ptr_not_equal(y, z);
	assert_false(bgp_attrs_equal(y, z));
	assert_int_equal(bgp_attr_table_count(t), 3);
	assert_ptr_equal(bgp_attrs_again(z), z);
	bgp_attrs_drop(t, z);
	assert_int_equal(bgp_attr_table_count(t), 3);
	bgp_attrs_drop(t, z);
	bgp_attrs_drop(t, y);
	bgp_attrs_drop(t, NULL);
	bgp_attrs_drop(t, x);
	assert_int_equal(bgp_attr_table_count(t), 1);
	bgp_attrs_drop(t, x);
	assert_int_equal(bgp_attr_table_count(t), 0);
	bgp_attr_table_free(t);
	bgp_attr_table_free(NULL);
}

/* Many lists, each of its own and each found again; gone in another order. */
static void many_lists_are_kept_apart(void **state)
{
	enum { N = 3000 };
	struct bgp_attr_table *t = bgp_attr_table_new();
	static const struct bgp_attrs *v[N];
	uint32_t c[3];
	uint64_t ext[1];
	struct bgp_large large[1] = {
	    {1, 2, 3}
        };
	struct bgp_attrs a = {.communities = c, .ext = ext, .n_ext = 1, .large = large};

	(void)state;
	a.n_large = 1;
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 0; i < N; i++) {
			c[0] = c[1] = c[2] = i;
			ext[0] = i;
			a.n_communities = (uint16_t)(i % 4);
			if (round)
				assert_ptr_equal(bgp_attrs_share(t, &a), v[i]);
			else
				v[i] = bgp_attrs_share(t, &a);
		}
	assert_int_equal(bgp_attr_table_count(t), N);
	for (uint32_t k = 0; k < 2 * N; k++) {
		uint32_t i = k * 7 % N;

		assert_int_equal(v[i]->ext[0], i);
		assert_int_equal(v[i]->large[0].local2, 3);
		assert_true(i % 4 == 0 || v[i]->communities[i % 4 - 1] == i);
		bgp_attrs_drop(t, v[i]);
	}
	assert_int_equal(bgp_attr_table_count(t), 0);
	bgp_attr_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(malformed_ones_are_judged),
	    cmocka_unit_test(lengths_are_judged),
	    cmocka_unit_test(other_families_are_left_out),
	    cmocka_unit_test(paths_are_understood),
	    cmocka_unit_test(old_speakers_are_told),
	    cmocka_unit_test(strangers_are_not_told_all),
	    cmocka_unit_test(communities_are_read),
	    cmocka_unit_test(communities_are_found),
	    cmocka_unit_test(lists_are_shared),
	    cmocka_unit_test(many_lists_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
