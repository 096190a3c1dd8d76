/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools: ranges, the index, overlaps, order and number of addresses, who announces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/alloc_free.h"
#include "announcer/policy.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

static struct ipaddr addr(const char *s)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(s, &a), 0);
	return a;
}

static void pool_add(struct policy *p, const char *name, const char *const *ranges, size_t n)
{
	struct pool *pool;

	p->pools = xrealloc(p->pools, p->n_pools + 1, sizeof(*p->pools));
	pool = &p->pools[p->n_pools++];
	*pool = (struct pool){.name = xstrdup(name), .auto_assign = true};
	pool->ranges = xcalloc(n, sizeof(*pool->ranges));
	for (; pool->n_ranges < n; pool->n_ranges++) {
		strlist_add(&pool->addresses, ranges[pool->n_ranges]);
		assert_null(
		    iprange_parse(ranges[pool->n_ranges], &pool->ranges[pool->n_ranges]));
	}
}

#define POOL(p, name, ...)                                                                     \
	pool_add(p, name, (const char *[]){__VA_ARGS__},                                       \
	    ARRAY_LEN(((const char *[]){__VA_ARGS__})))

static void test_ranges(void **state)
{
	static const struct {
		const char *text, *first, *last;
		unsigned plen;
	} rows[] = {
	    {"192.0.2.0/24",                    "192.0.2.0",       "192.0.2.255",                             24 },
	    {"192.0.2.77/24",                   "192.0.2.0",       "192.0.2.255",                             24 },
	    {"192.0.2.7/32",                    "192.0.2.7",       "192.0.2.7",                               32 },
	    {"0.0.0.0/0",                       "0.0.0.0",         "255.255.255.255",                         0  },
	    {"192.0.2.10-192.0.2.20",           "192.0.2.10",      "192.0.2.20",                              30 },
	    {" 192.0.2.10 - 192.0.2.10 ",       "192.0.2.10",      "192.0.2.10",                              32 },
	    {"10.0.0.0-10.0.2.255",             "10.0.0.0",        "10.0.2.255",                              23 },
	    {"255.255.255.254-255.255.255.255", "255.255.255.254", "255.255.255.255",                         31 },
	    {"2001:db8::/64",                   "2001:db8::",      "2001:db8::ffff:ffff:ffff:ffff",           64 },
	    {"2001:db8::1-2001:db8::3",         "2001:db8::1",     "2001:db8::3",                             127},
	    {"::/0",			    "::",              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0  },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ipaddr first = addr(rows[i].first), last = addr(rows[i].last);
		struct iprange r;

		assert_null(iprange_parse(rows[i].text, &r));
		assert_memory_equal(&r.first, &first, sizeof(first));
		assert_memory_equal(&r.last, &last, sizeof(last));
		assert_int_equal(iprange_plen(&r), rows[i].plen);
		assert_true(iprange_contains(&r, &first) && iprange_contains(&r, &last));
	}
}

static void test_bad_ranges(void **state)
{
	static const char *const texts[] = {"", "-", "/", "192.0.2.1", "::1", "192.0.2.0/33",
	    "2001:db8::/129", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.2-192.0.2.1",
	    "192.0.2.1-::1", "192.0.2.1-", "-192.0.2.1", "192.0.2.1-192.0.2.2-192.0.2.3",
	    "192.0.2.0/24-192.0.2.9", "192.0.2.1 192.0.2.2",
	    "1111111111111111111111111111111111111111111111111111111111111111-192.0.2.1"};
	struct iprange r = {.first.family = 77};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_non_null(iprange_parse(texts[i], &r));
	assert_int_equal(r.first.family, 77);
}

static void test_pool_of(void **state)
{
	static const struct {
		const char *addr, *pool;
	} rows[] = {
	    {"192.0.2.0",			       "a" },
	    {"192.0.2.255",			     "a" },
	    {"192.0.3.0",			       NULL},
	    {"192.0.1.255",			     NULL},
	    {"10.0.0.9",				NULL},
	    {"10.0.0.10",			       "b" },
	    {"10.0.0.20",			       "b" },
	    {"10.0.0.21",			       NULL},
	    {"2001:db8::ffff",                          "b" },
	    {"2001:db8:0:1::",                          NULL},
	    {"0.0.0.0",				 NULL},
	    {"255.255.255.255",                         "c" },
	    {"::c000:200",			      NULL},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	};
	struct policy p = {0};

	(void)state;
	POOL(&p, "a", "192.0.2.0/24");
	POOL(&p, "b", "10.0.0.10-10.0.0.20", "2001:db8::/64");
	POOL(&p, "c", "255.255.255.255/32");
	assert_int_equal(policy_index(&p, NULL, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ipaddr a = addr(rows[i].addr);
		const struct pool *pool = policy_pool_of(&p, &a);

		assert_string_equal(pool ? pool->name : "", rows[i].pool ? rows[i].pool : "");
		for (size_t j = 0; j < p.n_pools; j++)
			assert_int_equal(pool_contains(&p.pools[j], &a), &p.pools[j] == pool);
	}
	assert_ptr_equal(policy_pool(&p, "b"), &p.pools[1]);
	assert_null(policy_pool(&p, "d"));
	policy_fini(&p);
	assert_int_equal(p.n_pools, 0);
}

static void on_overlap(const struct policy_overlap *o, void *arg)
{
	size_t len = strlen(arg);

	snprintf((char *)arg + len, 256 - len, "%zu.%zu-%zu.%zu ", o->pool_a, o->range_a,
	    o->pool_b, o->range_b);
}

static void test_overlaps(void **state)
{
	struct policy p = {0};
	char seen[256] = "";

	(void)state;
	POOL(&p, "a", "192.0.2.0/24");
	POOL(&p, "b", "192.0.0.0/16", "192.0.200.0/24");
	POOL(&p, "c", "192.1.0.0/32", "192.0.255.255-192.0.255.255", "10.0.0.0/8");
	assert_int_equal(policy_index(&p, on_overlap, seen), 3);
	assert_string_equal(seen, "0.0-1.0 1.0-1.1 1.0-2.1 ");
	/* Again, after a change: the index is made anew. */
	p.pools[1].n_ranges = 0;
	seen[0] = '\0';
	assert_int_equal(policy_index(&p, on_overlap, seen), 0);
	p.pools[1].n_ranges = 2;
	policy_fini(&p);
}

static void test_empty_policy(void **state)
{
	struct ipaddr a = addr("192.0.2.1");
	struct policy p = {0};

	(void)state;
	assert_null(policy_pool_of(&p, &a));
	assert_int_equal(policy_index(&p, NULL, NULL), 0);
	assert_null(policy_pool_of(&p, &a));
	policy_fini(&p);
}

/* Count by taking, which is what the closed form must agree with. */
static void assert_walk(const struct pool *pool, uint8_t family, uint64_t expected)
{
	struct alloc_free f;
	struct alloc_spot spot;
	uint64_t n = 0;

	alloc_free_init(&f, pool, family);
	while (alloc_free_first(&f, &spot)) {
		assert_int_equal(spot.addr.family, family);
		assert_true(iprange_contains(&pool->ranges[spot.range], &spot.addr));
		assert_false(pool_is_buggy(pool, &spot.addr));
		alloc_free_take(&f, &spot);
		n++;
	}
	alloc_free_fini(&f);
	assert_int_equal(n, expected);
	assert_int_equal(pool_usable(pool, family), expected);
}

static void test_usable(void **state)
{
	struct policy p = {0};
	struct pool *a, *b;

	(void)state;
	POOL(&p, "a", "192.0.2.0/24", "10.0.0.254-10.0.2.1", "192.0.3.0/32", "2001:db8::/127");
	POOL(&p, "b", "192.0.3.255/32", "255.255.255.250-255.255.255.255", "0.0.0.0/30");
	a = &p.pools[0];
	b = &p.pools[1];
	assert_walk(a, AF_INET, 256 + 260 + 1);
	assert_walk(a, AF_INET6, 2);
	assert_walk(b, AF_INET, 1 + 6 + 4);
	assert_walk(b, AF_INET6, 0);
	assert_int_equal(pool_usable(a, 0), 256 + 260 + 1 + 2);
	a->avoid_buggy_ips = b->avoid_buggy_ips = true;
	assert_walk(a, AF_INET, 254 + 256);
	assert_walk(a, AF_INET6, 2);
	assert_walk(b, AF_INET, 5 + 3);
	assert_true(pool_has_family(a, AF_INET6));
	assert_false(pool_has_family(b, AF_INET6));
	policy_fini(&p);
}

static void test_usable_saturates(void **state)
{
	struct policy p = {0};

	(void)state;
	POOL(&p, "a", "2001:db8::/64", "192.0.2.0/24");
	POOL(&p, "b", "2001:db8:1::/65", "2001:db8:2::/65", "2001:db8:3::/128");
	POOL(&p, "c", "0.0.0.0/0");
	POOL(&p, "d", "::/0");
	assert_int_equal(pool_usable(&p.pools[0], AF_INET6), UINT64_MAX);
	assert_int_equal(pool_usable(&p.pools[0], 0), UINT64_MAX);
	assert_int_equal(pool_usable(&p.pools[1], 0), UINT64_MAX);
	assert_int_equal(pool_usable(&p.pools[2], 0), (uint64_t)1 << 32);
	assert_int_equal(pool_usable(&p.pools[3], 0), UINT64_MAX);
	p.pools[2].avoid_buggy_ips = true;
	assert_int_equal(pool_usable(&p.pools[2], 0), ((uint64_t)1 << 32) / 256 * 254);
	policy_fini(&p);
}

static void test_order(void **state)
{
	static const char *const expected[] = {
	    "10.0.0.2", "10.0.0.3", "192.0.2.9", "10.0.0.0", "10.0.0.1"};
	struct policy p = {0};
	struct alloc_free f;
	struct alloc_spot spot;

	(void)state;
	POOL(&p, "a", "10.0.0.2/31", "2001:db8::/126", "192.0.2.9/32", "10.0.0.0/31");
	alloc_free_init(&f, &p.pools[0], AF_INET);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		char buf[PREFIX_STRLEN];

		assert_true(alloc_free_first(&f, &spot));
		assert_string_equal(ipaddr_str(&spot.addr, buf), expected[i]);
		alloc_free_take(&f, &spot);
	}
	assert_false(alloc_free_first(&f, &spot));
	alloc_free_fini(&f);
	policy_fini(&p);
}

static void label_ad(struct pool *pool, const char *key, const char *value)
{
	struct selector *s = xcalloc(1, sizeof(*s));

	s->labels = xcalloc(1, sizeof(*s->labels));
	s->labels[s->n_labels++] = (struct selector_label){xstrdup(key), xstrdup(value)};
	pool->ads = xrealloc(pool->ads, pool->n_ads + 1, sizeof(*pool->ads));
	pool->ads[pool->n_ads++] = (struct pool_ad){
	    .nodes = {s, 1}
        };
}

static void test_equal(void **state)
{
	struct policy p = {0};
	struct pool *a, *b;

	(void)state;
	POOL(&p, "a", "10.0.0.0/24");
	POOL(&p, "a", "10.0.0.0/24");
	a = &p.pools[0];
	b = &p.pools[1];
	assert_true(pool_equal(a, b));
	b->auto_assign = false;
	assert_false(pool_equal(a, b));
	b->auto_assign = true;
	label_ad(a, "rack", "a");
	assert_false(pool_equal(a, b));
	label_ad(b, "rack", "a");
	assert_true(pool_equal(a, b));
	b->ads[0].localpref = 1;
	assert_false(pool_equal(a, b));
	b->ads[0].localpref = 0;
	strlist_add(&b->addresses, "10.0.1.0/24");
	assert_false(pool_equal(a, b));
	policy_fini(&p);
}

static void test_asked(void **state)
{
	struct policy p = {0};

	(void)state;
	POOL(&p, "my-pool", "10.0.0.0/24");
	POOL(&p, "Other", "10.0.1.0/24");
	POOL(&p, "other", "10.0.2.0/24");
	assert_ptr_equal(policy_pool_asked(&p, "my-pool"), &p.pools[0]);
	assert_ptr_equal(policy_pool_asked(&p, "My_Pool"), &p.pools[0]);
	assert_ptr_equal(policy_pool_asked(&p, "Other"), &p.pools[1]);
	assert_ptr_equal(policy_pool_asked(&p, "OTHER"), &p.pools[2]);
	assert_null(policy_pool_asked(&p, "pool"));
	assert_null(policy_pool_asked(&p, "7"));
	policy_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_bad_ranges),
	    cmocka_unit_test(test_pool_of),
	    cmocka_unit_test(test_overlaps),
	    cmocka_unit_test(test_empty_policy),
	    cmocka_unit_test(test_usable),
	    cmocka_unit_test(test_usable_saturates),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
