/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zclient/prefix.h"
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static struct ipaddr addr(const char *s)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(s, &a), 0);
	return a;
}

static struct prefix prefix(const char *s)
{
	struct prefix p;

	assert_int_equal(prefix_parse(s, &p), 0);
	return p;
}

static void prefixes_are_parsed_and_masked(void **state)
{
	static const char *const pairs[][2] = {
	    {"192.0.2.1",				   "192.0.2.1/32"      },
	    {"192.0.2.255/24",                              "192.0.2.0/24"      },
	    {"10.255.255.255/9",                            "10.128.0.0/9"      },
	    {"255.255.255.255/0",                           "0.0.0.0/0"         },
	    {"0.0.0.0/0",				   "0.0.0.0/0"         },
	    {"2001:db8::1",				 "2001:db8::1/128"   },
	    {"2001:db8::ffff/127",                          "2001:db8::fffe/127"},
	    {"2001:db8:ffff::/33",                          "2001:db8:8000::/33"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"                      },
	    {"::/0",					"::/0"              },
	};
	char buf[PREFIX_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct prefix p = prefix(pairs[i][0]), again;

		assert_string_equal(prefix_str(&p, buf), pairs[i][1]);
		again = prefix(buf);
		assert_memory_equal(&p, &again, sizeof(p));
	}
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {"", "/", "1.2.3", "1.2.3.4.5", "1.2.3.256",
	    "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+1", "1.2.3.4/08", "1.2.3.4/8 ",
	    "1.2.3.4/1000", "1.2.3.4/24/24", " 1.2.3.4", "::/129", ":::", "fe80::1%eth0",
	    "host", "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/12"};
	struct prefix p = {.plen = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(prefix_parse(bad[i], &p), -EINVAL);
	assert_int_equal(p.plen, 77);
}

static void order(void **state)
{
	static const char *const sorted[] = {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16",
	    "10.0.0.1/32", "192.0.2.0/24", "::/0", "2001:db8::/32", "2001:db8::/64",
	    "2001:db8::1/128"};
	size_t n = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct prefix a = prefix(sorted[i]), b = prefix(sorted[k]);
			int d = prefix_cmp(&a, &b);

			assert_int_equal((d > 0) - (d < 0), (i > k) - (i < k));
		}
	assert_true(ipaddr_cmp(&(struct ipaddr){0}, &(struct ipaddr){.family = AF_INET}) < 0);
}

static void containing(void **state)
{
	struct prefix p = prefix("192.0.2.64/26"), all = prefix("::/0");
	struct ipaddr first = addr("192.0.2.64"), last = addr("192.0.2.127");
	struct ipaddr before = addr("192.0.2.63"), after = addr("192.0.2.128"),
		      v6 = addr("::1");

	(void)state;
	assert_true(prefix_contains(&p, &first) && prefix_contains(&p, &last));
	assert_false(prefix_contains(&p, &before) || prefix_contains(&p, &after));
	assert_false(prefix_contains(&p, &v6) || prefix_contains(&all, &first));
	assert_true(prefix_contains(&all, &v6));
}

static void the_next_address(void **state)
{
	struct ipaddr a = addr("192.0.255.255"), last = addr("255.255.255.255");
	struct ipaddr b = addr("2001:db8::ffff:ffff"), want;

	(void)state;
	assert_true(ipaddr_next(&a));
	want = addr("192.1.0.0");
	assert_memory_equal(&a, &want, sizeof(a));
	assert_true(ipaddr_next(&b));
	want = addr("2001:db8::1:0:0");
	assert_memory_equal(&b, &want, sizeof(b));
	assert_false(ipaddr_next(&last));
}

static void numbers_are_printed_as_inet_ntop_does(void **state)
{
	char buf[PREFIX_STRLEN], want[PREFIX_STRLEN];
	struct ipaddr a = {.family = AF_INET};

	(void)state;
	for (size_t at = 0; at < 4; at++) {
		for (unsigned n = 0; n < 256; n++) {
			a.addr[at] = (uint8_t)n;
			assert_ptr_equal(ipaddr_str(&a, buf), buf);
			assert_string_equal(
			    buf, inet_ntop(AF_INET, a.addr, want, sizeof(want)));
		}
	}
}

static void small_facts(void **state)
{
	char buf[PREFIX_STRLEN];
	struct ipaddr ll = addr("fe80::1"), edge = addr("febf::1"), no = addr("fec0::1");
	struct ipaddr v4 = addr("169.254.1.1"), host = addr("10.0.0.1");
	struct prefix p = prefix_of_addr(&host);

	(void)state;
	assert_true(ipaddr_is_linklocal(&ll) && ipaddr_is_linklocal(&edge));
	assert_true(ipaddr_is_linklocal(&v4));
	assert_false(ipaddr_is_linklocal(&no) || ipaddr_is_linklocal(&host));
	assert_string_equal(prefix_str(&p, buf), "10.0.0.1/32");
	assert_string_equal(ipaddr_str(&(struct ipaddr){0}, buf), "none");
	assert_string_equal(prefix_str(&(struct prefix){0}, buf), "none");
	assert_int_equal(ipaddr_len(AF_INET) + ipaddr_len(AF_INET6) + ipaddr_len(0), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prefixes_are_parsed_and_masked),
	    cmocka_unit_test(nonsense_is_refused),
	    cmocka_unit_test(order),
	    cmocka_unit_test(containing),
	    cmocka_unit_test(the_next_address),
	    cmocka_unit_test(numbers_are_printed_as_inet_ntop_does),
	    cmocka_unit_test(small_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
