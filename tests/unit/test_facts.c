/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On which of a node's interfaces an address is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/l2/facts.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include <cmocka.h>
#include <stdio.h>

enum { IFACES = 6 };

/* A node with two LANs of both families, one of them the way out; one named by the
 * configuration, and one that only an advertisement can name. */
static struct l2_facts node(void)
{
	static const struct {
		const char *name, *subnets[2];
		bool default4, default6, named;
	} rows[] = {
	    {"eth0", {"192.0.2.0/24", "2001:db8::/64"},      true,  true,  false},
	    {"eth1", {"198.51.100.0/24", "2001:db8:1::/64"}, false, false, false},
	    {"eth2", {"10.0.0.0/8", NULL},                   false, false, true },
	    {"eth3", {"10.9.0.0/16", NULL},                  false, false, false},
	    {"eth4", {NULL, NULL},                           false, true,  false},
	    {"eth5", {NULL, NULL},                           false, false, false},
	};
	struct l2_facts f = {xcalloc(IFACES, sizeof(*f.v)), IFACES};

	for (size_t i = 0; i < IFACES; i++) {
		snprintf(f.v[i].name, sizeof(f.v[i].name), "%s", rows[i].name);
		f.v[i].ifindex = (uint32_t)i + 2;
		f.v[i].default4 = rows[i].default4;
		f.v[i].default6 = rows[i].default6;
		f.v[i].named = rows[i].named;
		f.v[i].subnets = xcalloc(2, sizeof(struct prefix));
		for (size_t k = 0; k < 2 && rows[i].subnets[k]; k++)
			assert_int_equal(prefix_parse(rows[i].subnets[k],
					     &f.v[i].subnets[f.v[i].n_subnets++]),
			    0);
	}
	return f;
}

static void words(struct strlist *l, const char *text)
{
	char copy[64], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")))
		if (*word)
			strlist_add(l, word);
}

static void where(const struct l2_facts *f, const struct ipaddr *a, const struct strlist *only,
    struct buf *to)
{
	size_t at[IFACES], n = l2_fit_where(f, a, only, at);

	buf_str(to, "");
	for (size_t i = 0; i < n; i++) {
		buf_fmt(to, "%s%s", i ? " " : "", f->v[at[i]].name);
		assert_int_not_equal(l2_fit_iface(&f->v[at[i]], a, only), L2_FIT_NO);
	}
}

static void an_address_is_answered_where_it_suits(void **state)
{
	static const struct {
		const char *addr, *only, *where;
		enum l2_fit fit;
	} rows[] = {
	    {"192.0.2.9",        "",          "eth0",      L2_FIT_SUBNET},
	    {"192.0.2.0",        "",          "eth0",      L2_FIT_SUBNET},
	    {"192.0.2.255",      "",          "eth0",      L2_FIT_SUBNET},
	    {"198.51.100.9",     "",          "eth1",      L2_FIT_SUBNET},
	    {"10.9.0.1",         "",          "eth2 eth3", L2_FIT_SUBNET},
	    {"10.10.0.1",        "",          "eth2",      L2_FIT_SUBNET},
	    {"203.0.113.1",      "",          "eth0",      L2_FIT_OTHER },
	    {"2001:db8:1::9",    "",          "eth1",      L2_FIT_SUBNET},
	    {"2001:db8:2::9",    "",          "eth0 eth4", L2_FIT_OTHER },
	    {"192.0.2.9",        "eth1",      "eth1",      L2_FIT_OTHER },
	    {"192.0.2.9",        "eth1 eth0", "eth0 eth1", L2_FIT_SUBNET},
	    {"192.0.2.9",        "eth5",      "eth5",      L2_FIT_OTHER },
	    {"192.0.2.9",        "eth",       "",          L2_FIT_NO    },
	    {"192.0.2.9",        "eth9",      "",          L2_FIT_NO    },
	    {"::ffff:192.0.2.9", "eth1",      "eth1",      L2_FIT_OTHER },
	};
	struct l2_facts f = node();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strlist only = {0};
		struct buf got = {0};
		struct ipaddr a;

		words(&only, rows[i].only);
		assert_int_equal(ipaddr_parse(rows[i].addr, &a), 0);
		where(&f, &a, &only, &got);
		assert_string_equal(got.p, rows[i].where);
		assert_int_equal(l2_fit(&f, &a, &only), rows[i].fit);
		free(got.p);
		strlist_fini(&only);
	}
	l2_facts_fini(&f);
}

/* What the configuration names is for what suits nothing else, and NULL is any. */
static void what_is_named_takes_what_nothing_else_does(void **state)
{
	struct l2_facts f = node();
	size_t at[IFACES];
	struct ipaddr a;

	(void)state;
	ipaddr_parse("203.0.113.1", &a);
	f.v[0].default4 = false;
	assert_int_equal(l2_fit_where(&f, &a, NULL, at), 1);
	assert_string_equal(f.v[at[0]].name, "eth2");
	assert_int_equal(l2_fit(&f, &a, NULL), L2_FIT_OTHER);
	f.v[2].named = false;
	assert_int_equal(l2_fit_where(&f, &a, NULL, at), 0);
	assert_int_equal(l2_fit(&f, &a, NULL), L2_FIT_NO);
	l2_facts_fini(&f);
	assert_int_equal(l2_fit_where(&f, &a, NULL, at), 0);
}

static void every_difference_is_seen(void **state)
{
	struct l2_facts f = node();

	(void)state;
	for (unsigned what = 0; what < 8; what++) {
		struct l2_facts copy;
		struct l2_iface *i;

		l2_facts_copy(&copy, &f);
		assert_true(l2_facts_equal(&f, &copy));
		assert_ptr_not_equal(f.v[1].subnets, copy.v[1].subnets);
		i = &copy.v[1];
		i->name[0] ^= what == 0;
		i->ifindex += what == 1;
		i->n_subnets -= what == 2;
		i->subnets[1].plen += what == 3;
		i->default4 ^= what == 4;
		i->default6 ^= what == 5;
		i->named ^= what == 6;
		if (what == 7)
			free(copy.v[--copy.n].subnets);
		assert_false(l2_facts_equal(&f, &copy));
		l2_facts_fini(&copy);
	}
	l2_facts_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_is_answered_where_it_suits),
	    cmocka_unit_test(what_is_named_takes_what_nothing_else_does),
	    cmocka_unit_test(every_difference_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
