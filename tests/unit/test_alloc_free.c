/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The free addresses of a pool as spans, against a list of all addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/alloc_free.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <sys/socket.h>

#define MAX 2000

static unsigned pick(uint64_t *random, unsigned n)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*random >> 33) % n;
}

static size_t list_all(const struct pool *pool, uint8_t family, struct alloc_spot *v)
{
	size_t n = 0;

	for (size_t i = 0; i < pool->n_ranges; i++) {
		struct ipaddr at = pool->ranges[i].first;

		if (at.family != family)
			continue;
		do {
			assert_true(n < MAX);
			v[n++] = (struct alloc_spot){i, at};
		} while (ipaddr_next(&at) && iprange_contains(&pool->ranges[i], &at));
	}
	return n;
}

static size_t first_free(
    const struct pool *pool, const struct alloc_spot *v, const bool *used, size_t n)
{
	size_t i = 0;

	while (i < n && (used[i] || pool_is_buggy(pool, &v[i].addr)))
		i++;
	return i;
}

static void walk(const char *text, uint8_t family, unsigned busy)
{
	static struct alloc_spot v[MAX], first;
	bool used[MAX] = {false};
	struct policy *policy = pools_make(text);
	const struct pool *pool = policy->pools;
	size_t n = list_all(pool, family, v);
	struct alloc_free f;
	uint64_t random = busy;

	alloc_free_init(&f, pool, family);
	for (int step = 0; step < 20000; step++) {
		size_t i = pick(&random, (unsigned)n), want;

		if (pick(&random, 100) < busy) {
			alloc_free_take(&f, &v[i]);
			used[i] = true;
		} else {
			alloc_free_give(&f, &v[i]);
			used[i] = false;
		}
		assert_int_equal(
		    alloc_free_has(&f, &v[i]), !used[i] && !pool_is_buggy(pool, &v[i].addr));
		want = first_free(pool, v, used, n);
		assert_int_equal(alloc_free_first(&f, &first), want < n);
		if (want < n)
			assert_int_equal(alloc_spot_cmp(&first, &v[want]), 0);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    alloc_free_has(&f, &v[i]), !used[i] && !pool_is_buggy(pool, &v[i].addr));
	/* All given back, the last first: all are free again. */
	for (size_t i = n; i-- > 0;)
		alloc_free_give(&f, &v[i]);
	for (size_t i = 0; i < n; i++) {
		if (pool_is_buggy(pool, &v[i].addr))
			continue;
		assert_true(alloc_free_first(&f, &first));
		assert_int_equal(alloc_spot_cmp(&first, &v[i]), 0);
		alloc_free_take(&f, &first);
	}
	assert_false(alloc_free_first(&f, &first));
	alloc_free_fini(&f);
	pools_free(policy);
}

static void as_a_list(void **state)
{
	static const unsigned busy[] = {20, 50, 95};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(busy); i++) {
		walk("a:10.0.0.250-10.0.2.5,10.0.9.0/30,10.0.0.0/29", AF_INET, busy[i]);
		walk("a:buggy:10.0.0.250-10.0.2.5,10.0.9.0/30,10.0.3.255/"
		     "32,10.0.8.254-10.0.8.255",
		    AF_INET, busy[i]);
		walk("a:255.255.255.250-255.255.255.255,0.0.0.0/30", AF_INET, busy[i]);
		walk("a:192.0.2.0/24,2001:db8::fff0-2001:db8::1:f", AF_INET6, busy[i]);
	}
}

/* A /64 and a /8 take no longer than a /30. */
static void huge_pools(void **state)
{
	struct policy *policy = pools_make("a:2001:db8::/64,10.0.0.0/8");
	struct alloc_spot spot, middle = {0, obj_addr("2001:db8::8000:0:0:1")};
	struct alloc_free f;

	(void)state;
	alloc_free_init(&f, policy->pools, AF_INET6);
	alloc_free_take(&f, &middle);
	assert_false(alloc_free_has(&f, &middle));
	for (int i = 0; i < 1000; i++) {
		assert_true(alloc_free_first(&f, &spot));
		assert_int_equal(spot.addr.addr[15] + 256 * spot.addr.addr[14], i);
		alloc_free_take(&f, &spot);
	}
	alloc_free_give(&f, &middle);
	assert_true(alloc_free_has(&f, &middle));
	alloc_free_fini(&f);
	pools_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_a_list),
	    cmocka_unit_test(huge_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
