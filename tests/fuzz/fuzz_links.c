/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_links.c - messages of rtnetlink, whatever they are, as what a host's interfaces are made
 * of: these stand in order, and what is chosen of them is up and has a name.
 */
#include "announcer/l2/links.h"
#include "tests/unit/fake_fib.h"
#include <event2/event.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void on_change(void *arg)
{
	(void)arg;
}

static void check_links(const struct l2_link *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct l2_link *l = &v[i];

		if ((i && v[i - 1].ifindex >= l->ifindex) ||
		    !memchr(l->name, '\0', sizeof(l->name)) ||
		    !memchr(l->kind, '\0', sizeof(l->kind)) ||
		    !memchr(l->port_kind, '\0', sizeof(l->port_kind)))
			abort();
		for (size_t k = 0; k < l->n_addrs; k++)
			if (l->addrs[k].plen > 8 * ipaddr_len(l->addrs[k].addr.family))
				abort();
	}
}

static void check_facts(const struct l2_link *v, size_t n, const struct l2_rules *r)
{
	struct l2_facts f, copy;

	l2_facts_make(&f, v, n, r);
	if (f.n > n)
		abort();
	for (size_t i = 0; i < f.n; i++) {
		if (i && strcmp(f.v[i - 1].name, f.v[i].name) > 0)
			abort();
		for (size_t k = 0; k < f.v[i].n_subnets; k++)
			if (k && prefix_cmp(&f.v[i].subnets[k - 1], &f.v[i].subnets[k]) >= 0)
				abort();
	}
	l2_facts_copy(&copy, &f);
	if (!l2_facts_equal(&f, &copy))
		abort();
	l2_facts_fini(&copy);
	l2_facts_fini(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct l2_links_ops ops = {on_change};
	static char *patterns[] = {(char *)"*0", (char *)"e*"};
	const struct strlist none = {0}, some = {patterns, 1}, others = {patterns + 1, 1};
	const struct l2_rules any = {&none, &none, &some}, few = {&some, &others, &none};
	struct event_base *base = event_base_new();
	struct l2_links *l = l2_links_new(base, &ops, NULL);
	const struct l2_link *v;
	size_t n;

	fake_fib_tell(data, len);
	v = l2_links_all(l, &n);
	check_links(v, n);
	check_facts(v, n, &any);
	check_facts(v, n, &few);
	l2_links_free(l);
	event_base_free(base);
	return 0;
}
