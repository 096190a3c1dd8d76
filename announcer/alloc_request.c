/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a Service asks for: addresses (annotation loadBalancerIPs, or spec.loadBalancerIP),
 * a pool (annotation address-pool), and how many families. Whether it can be had depends
 * here only on the Service and the pools, not on who holds what.
 */
#include "announcer/alloc_priv.h"
#include "announcer/util.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

/* Longest text of an address that is read. */
#define ADDR_TEXT 64

static void refuse(struct alloc_request *r, enum alloc_reason reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void refuse(struct alloc_request *r, enum alloc_reason reason, const char *fmt, ...)
{
	va_list ap;

	if (r->reason != ALLOC_OK)
		return; /* the first fault is told */
	r->reason = reason;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	for (char *c = r->text; *c; c++) /* annotations are anybody's text */
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

static const char *family_word(unsigned bits)
{
	return bits == K8S_V4 ? "IPv4" : bits == K8S_V6 ? "IPv6" : "IPv4 and IPv6";
}

static void add_address(struct alloc_request *r, const char *word, size_t len)
{
	char text[ADDR_TEXT];
	struct ipaddr addr;

	if (len < sizeof(text)) {
		memcpy(text, word, len);
		text[len] = '\0';
	}
	if (len >= sizeof(text) || ipaddr_parse(text, &addr) < 0) {
		refuse(r, ALLOC_BAD_REQUEST, "asks for \"%.*s\", which is no address",
		    (int)(len < ADDR_TEXT ? len : ADDR_TEXT), word);
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->addr[i].family == addr.family)
			refuse(r, ALLOC_TWO_OF_FAMILY, "asks for two %s addresses",
			    family_word(alloc_family_bit(&addr)));
	if (r->reason == ALLOC_OK)
		r->addr[r->n++] = addr;
}

static void add_addresses(struct alloc_request *r, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ","), from = 0, to = len;

		while (from < to && isspace((unsigned char)list[from]))
			from++;
		while (to > from && isspace((unsigned char)list[to - 1]))
			to--;
		add_address(r, list + from, to - from);
		list += len + (list[len] == ',');
	}
}

static void read_addresses(const struct k8s_service *s, struct alloc_request *r)
{
	bool annotated = s->want_ips && *s->want_ips, field = s->lb_ip && *s->lb_ip;

	if (annotated && field)
		refuse(r, ALLOC_TWO_REQUESTS,
		    "has both a loadBalancerIPs annotation and spec.loadBalancerIP");
	else if (annotated)
		add_addresses(r, s->want_ips);
	else if (field)
		add_address(r, s->lb_ip, strlen(s->lb_ip));
}

static void check_families(struct alloc_request *r)
{
	unsigned have = 0;

	for (size_t i = 0; i < r->n; i++)
		have |= alloc_family_bit(&r->addr[i]);
	if (r->n && have != r->need)
		refuse(r, ALLOC_FAMILY, "asks for %s, but the Service is %s", family_word(have),
		    family_word(r->need));
}

static void check_accepted(
    const struct alloc *a, const struct alloc_service *as, struct alloc_request *r)
{
	enum alloc_try why = alloc_accepts(a, as, r->pool, false);

	if (why != ALLOC_TRY_FITS)
		refuse(r, ALLOC_NOT_FOR_IT, "asks for pool %s, which %s", r->pool->name,
		    alloc_try_text(why)->what);
}

static void check_pools(const struct alloc *a, struct alloc_request *r)
{
	const struct pool *asked = r->pool;
	char buf[PREFIX_STRLEN];

	for (size_t i = 0; i < r->n; i++) {
		const struct pool *p = policy_pool_of(a->policy, &r->addr[i]);
		const char *addr = ipaddr_str(&r->addr[i], buf);

		if (!p)
			refuse(r, ALLOC_OUTSIDE, "asks for %s, which is in no pool", addr);
		else if (asked && p != asked)
			refuse(r, ALLOC_OTHER_POOL, "asks for %s, which is in pool %s, not %s",
			    addr, p->name, asked->name);
		else if (r->pool && p != r->pool)
			refuse(r, ALLOC_OTHER_POOL, "asks for addresses of pools %s and %s",
			    r->pool->name, p->name);
		else if (pool_is_buggy(p, &r->addr[i]))
			refuse(
			    r, ALLOC_BUGGY, "asks for %s, which pool %s avoids", addr, p->name);
		r->pool = p;
	}
}

void alloc_request_read(
    const struct alloc *a, const struct alloc_service *as, struct alloc_request *r)
{
	const struct k8s_service *s = alloc_spec(as);

	*r = (struct alloc_request){.need = s->families ? s->families : K8S_V4};
	r->dual = r->need == (K8S_V4 | K8S_V6);
	if (s->policy == K8S_REQUIRE_DUAL && !r->dual)
		refuse(r, ALLOC_NOT_DUAL, "requires dual stack, but has %s only",
		    family_word(r->need));
	if (s->want_pool && *s->want_pool) {
		r->pool = policy_pool_asked(a->policy, s->want_pool);
		if (!r->pool)
			refuse(r, ALLOC_UNKNOWN_POOL, "asks for pool %s, which is not there",
			    s->want_pool);
	}
	read_addresses(s, r);
	check_families(r);
	if (r->reason == ALLOC_OK)
		check_pools(a, r);
	if (r->reason == ALLOC_OK && r->pool)
		check_accepted(a, as, r);
}
