/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What codecs refuse, what they put up with, and decode(encode(x)) == x over random routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zclient/zapi.h"
#include "zclient/zapi_codec.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static struct zapi_nexthop nh[2 * ZAPI_NH_MAX], nh2[ZAPI_NH_MAX];
static uint8_t buf[20000];

static const struct zapi_version *row(int major, int minor)
{
	return zversion_find(major, minor, -1, NULL);
}

/* A type that the release has. */
static enum zapi_type type_of(const struct zapi_version *v)
{
	return zversion_type(v, ZTYPE_OPENFABRIC) >= 0 ? ZTYPE_OPENFABRIC : ZTYPE_NHRP;
}

static void simple_route(struct zapi_route *r, uint16_t n)
{
	memset(nh, 0, sizeof(nh));
	memset(r, 0, sizeof(*r));
	r->type = ZTYPE_OPENFABRIC;
	r->nh = nh;
	r->n = n;
	assert_int_equal(prefix_parse("203.0.113.1", &r->prefix), 0);
	for (uint16_t i = 0; i < n; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.9.%u.%u", i >> 8, i & 255);
		assert_int_equal(ipaddr_parse(text, &nh[i].gate), 0);
	}
}

static int encode(const struct zapi_version *v, const struct zapi_route *r)
{
	struct wr w = wr_of(buf, sizeof(buf));
	int err = zapi_route_encode(&w, v, ZCMD_ROUTE_ADD, r);

	assert_int_equal(w.len > 0, err == 0);
	assert_false(w.bad);
	return err;
}

static void too_many_nexthops(void **state)
{
	const struct zapi_version *v;
	struct zapi_route r;

	(void)state;
	for (size_t i = 0; (v = zversion_row(i)); i++) {
		unsigned max = v->major > 10 || (v->major == 10 && v->minor >= 2) ? 256 : 255;

		max = v->major < 5 ? 16 : max;
		simple_route(&r, (uint16_t)max);
		r.type = type_of(v);
		assert_int_equal(encode(v, &r), 0);
		simple_route(&r, (uint16_t)(max + 1));
		r.type = type_of(v);
		assert_int_equal(encode(v, &r), -E2BIG);
	}
}

static void routes_that_zebra_would_not_understand(void **state)
{
	const struct zapi_version *v = row(8, 4);
	struct zapi_route r;

	(void)state;
	simple_route(&r, 0);
	assert_int_equal(encode(v, &r), -EINVAL);
	simple_route(&r, 2);
	memset(&nh[1], 0, sizeof(nh[1])); /* neither gateway nor interface */
	assert_int_equal(encode(v, &r), -EINVAL);
	assert_int_equal(ipaddr_parse("fe80::1", &nh[1].gate), 0);
	assert_int_equal(encode(v, &r), -EINVAL);
	nh[1].ifindex = 3;
	assert_int_equal(encode(v, &r), 0);
	nh[1].blackhole = ZBH_NULL; /* both */
	assert_int_equal(encode(v, &r), -EINVAL);
	memset(&nh[1], 0, sizeof(nh[1]));
	nh[1].blackhole = ZBH_PROHIBITED + 1;
	assert_int_equal(encode(v, &r), -EINVAL);
	simple_route(&r, 1);
	nh[0].gate.family = 77;
	assert_int_equal(encode(v, &r), -EINVAL);
	simple_route(&r, 1);
	r.prefix.plen = 33;
	assert_int_equal(encode(v, &r), -EINVAL);
	simple_route(&r, 1);
	r.prefix.family = 0;
	assert_int_equal(encode(v, &r), -EINVAL);
	simple_route(&r, 1);
	r.has = ZHAS_SRC;
	assert_int_equal(encode(v, &r), -EINVAL);
	simple_route(&r, 1);
	r.flags = ZROUTE_EVPN;
	assert_int_equal(encode(v, &r), -EINVAL);
}

static void what_a_release_lacks_is_refused(void **state)
{
	struct wr w = wr_of(buf, sizeof(buf));
	struct zapi_gr gr = {.code = ZGR_ENABLE, .stale_s = 1};
	struct zapi_hello hello = {.type = ZTYPE_LOCAL};
	struct zapi_redist redist = {.type = ZTYPE_SRTE, .family = AF_INET};
	struct zapi_route r;

	(void)state;
	assert_int_equal(zapi_notify_request_encode(&w, row(7, 5), true), -EOPNOTSUPP);
	assert_int_equal(zapi_gr_encode(&w, row(7, 3), &gr), -EOPNOTSUPP);
	assert_int_equal(zapi_hello_encode(&w, row(9, 1), &hello), -EOPNOTSUPP);
	assert_int_equal(
	    zapi_redist_encode(&w, row(7, 4), ZCMD_REDISTRIBUTE_ADD, &redist), -EOPNOTSUPP);
	simple_route(&r, 0);
	r.has = ZHAS_NHG;
	r.nhg = 1;
	assert_int_equal(encode(row(7, 5), &r), -EOPNOTSUPP);
	/* 7.0 has onlink for all next hops or none */
	simple_route(&r, 2);
	nh[0].onlink = true;
	assert_int_equal(encode(row(7, 0), &r), -EOPNOTSUPP);
	assert_int_equal(encode(row(7, 1), &r), 0);
	nh[1].onlink = true;
	assert_int_equal(encode(row(7, 0), &r), 0);
	assert_int_equal(w.len, 0);
}

/* What 4.0 to 6.0 lack must not go out as something else. */
static void what_old_releases_lack_is_refused(void **state)
{
	const struct zapi_version *v;
	struct zapi_route r;

	(void)state;
	for (size_t i = 0; (v = zversion_row(i)) && v->major < 7; i++) {
		simple_route(&r, 2);
		r.type = ZTYPE_NHRP;
		assert_int_equal(encode(v, &r), 0);
		nh[0].onlink = nh[1].onlink = true;
		assert_int_equal(encode(v, &r), -EOPNOTSUPP);
		nh[0].onlink = nh[1].onlink = false;
		nh[1].vrf = 7;
		assert_int_equal(encode(v, &r), v->major < 5 ? -EOPNOTSUPP : 0);
		nh[1].vrf = 0;
		r.vrf = 0x10000;
		nh[0].vrf = nh[1].vrf = r.vrf;
		assert_int_equal(encode(v, &r), v->major < 4 ? -EOPNOTSUPP : 0);
		r.vrf = nh[0].vrf = nh[1].vrf = 0;
		r.has = ZHAS_TABLE;
		assert_int_equal(encode(v, &r), v->major < 5 ? -EOPNOTSUPP : 0);
		r.has = ZHAS_NHG;
		assert_int_equal(encode(v, &r), -EOPNOTSUPP);
		r.has = 0;
		r.instance = 5;
		assert_int_equal(encode(v, &r), v->major < 3 ? -EOPNOTSUPP : 0);
	}
}

/* Up to 3.0 a route has no form for a gateway of the other family, says by one flag that it is
 * a blackhole, and only of which kind that is by default. */
static void routes_that_have_no_old_form(void **state)
{
	const struct zapi_version *v;
	struct zapi_route r;

	(void)state;
	for (size_t i = 0; (v = zversion_row(i)) && v->major < 4; i++) {
		simple_route(&r, 1);
		r.type = ZTYPE_NHRP;
		assert_int_equal(ipaddr_parse("fe80::1", &nh[0].gate), 0);
		nh[0].ifindex = 3;
		assert_int_equal(encode(v, &r), -EOPNOTSUPP);
		assert_int_equal(prefix_parse("2001:db8::/64", &r.prefix), 0);
		assert_int_equal(encode(v, &r), 0);
		nh[0].ifindex = 0; /* link-local needs one */
		assert_int_equal(encode(v, &r), -EINVAL);
		assert_int_equal(ipaddr_parse("10.9.0.1", &nh[0].gate), 0);
		assert_int_equal(encode(v, &r), -EOPNOTSUPP);
		memset(&nh[0], 0, sizeof(nh[0]));
		assert_int_equal(encode(v, &r), -EINVAL);
		nh[0].blackhole = ZBH_NULL;
		assert_int_equal(encode(v, &r), v->major < 3 ? -EOPNOTSUPP : 0);
		assert_int_equal(prefix_parse("10.0.0.0/8", &r.prefix), 0);
		assert_int_equal(encode(v, &r), 0);
		nh[0].blackhole = ZBH_REJECT;
		assert_int_equal(encode(v, &r), -EOPNOTSUPP);
		nh[0].blackhole = ZBH_NULL;
		nh[1] = (struct zapi_nexthop){.ifindex = 3};
		r.n = 2;
		assert_int_equal(encode(v, &r), -EOPNOTSUPP);
		r.n = 0;
		assert_int_equal(encode(v, &r), -EINVAL);
	}
}

/* A next hop without gateway among others keeps its place in both lists. */
static void old_lists_stay_in_step(void **state)
{
	/* after the length: the header, then nhrp, flags, NEXTHOP, unicast, 2000::/3; four
	 * entries: fd09::1, ::, interface 0, interface 4 */
	static const uint8_t want[] = {255, 3, 0, 0, 0, 9, 14, 0, 1, 0, 1, 3, 0x20, 4, 6, 0xfd,
	    9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 4};
	struct zapi_route r;

	(void)state;
	simple_route(&r, 2);
	r.type = ZTYPE_NHRP;
	assert_int_equal(prefix_parse("2000::/3", &r.prefix), 0);
	memset(nh, 0, 2 * sizeof(nh[0]));
	assert_int_equal(ipaddr_parse("fd09::1", &nh[0].gate), 0);
	nh[1].ifindex = 4;
	assert_int_equal(encode(row(1, 2), &r), 0);
	assert_int_equal(buf[1], 2 + sizeof(want));
	assert_memory_equal(buf + 2, want, sizeof(want));
}

static void sessions_of_old_releases(void **state)
{
	struct wr w = wr_of(buf, sizeof(buf));
	struct zapi_hello hello = {.type = ZTYPE_NHRP, .instance = 1};
	struct zapi_redist redist = {.type = ZTYPE_NHRP, .family = AF_INET, .instance = 1};

	(void)state;
	assert_int_equal(zapi_hello_encode(&w, row(1, 2), &hello), -EOPNOTSUPP);
	assert_int_equal(
	    zapi_redist_encode(&w, row(1, 2), ZCMD_REDISTRIBUTE_ADD, &redist), -EOPNOTSUPP);
	redist.instance = 0;
	redist.type = ZTYPE_ALL;
	assert_int_equal(
	    zapi_redist_encode(&w, row(1, 2), ZCMD_REDISTRIBUTE_ADD, &redist), -EOPNOTSUPP);
	assert_int_equal(zapi_if_add_encode(&w, row(3, 0), 0x10000), -EOPNOTSUPP);
	assert_int_equal(w.len, 0);
	assert_int_equal(zapi_hello_encode(&w, row(3, 0), &hello), 0);
}

static void arguments_without_encoding(void **state)
{
	const struct zapi_version *v = row(8, 4);
	struct wr w = wr_of(buf, sizeof(buf));
	struct zapi_gr gr = {.code = ZGR_COMPLETE};
	struct zapi_redist redist = {.type = ZTYPE_ALL};
	struct zapi_nht_reg reg = {0};

	(void)state;
	assert_int_equal(zapi_gr_encode(&w, v, &gr), -EINVAL);
	gr.code = (enum zapi_gr_code)9;
	assert_int_equal(zapi_gr_encode(&w, v, &gr), -EINVAL);
	assert_int_equal(zapi_redist_encode(&w, v, ZCMD_REDISTRIBUTE_ADD, &redist), -EINVAL);
	assert_int_equal(zapi_nht_reg_encode(&w, v, ZCMD_NEXTHOP_REGISTER, &reg), -EINVAL);
	assert_int_equal(zapi_router_id_add_encode(&w, v, 0, 0), -EINVAL);
	assert_int_equal(w.len, 0);
}

static void names_of_codes(void **state)
{
	(void)state;
	assert_string_equal(zapi_note_name(ZNOTE_INSTALLED), "installed");
	assert_string_equal(zapi_note_name(5), "unknown");
	assert_string_equal(zapi_error_name(ZERROR_NO_VRF), "no such VRF");
	assert_string_equal(zapi_error_name(UINT32_MAX), "unknown error");
}

/* A route body of 8.4 up to the next hops: `count` next hops are announced. */
static struct wr route_body(uint32_t msg_flags, uint8_t plen)
{
	struct wr w = wr_of(buf, sizeof(buf));

	wr_u8(&w, 26);
	wr_u16(&w, 0);
	wr_u32(&w, 0);
	wr_u32(&w, msg_flags);
	wr_u8(&w, 1);
	wr_u8(&w, AF_INET);
	wr_u8(&w, plen);
	wr_be(&w, 0xcb007101, plen > 32 ? 4 : (plen + 7U) / 8);
	return w;
}

static int decode(struct wr *w, struct zapi_route *out)
{
	uint8_t *copy = malloc(w->len);
	struct rd r;
	int rc;

	assert_non_null(copy);
	memcpy(copy, w->buf, w->len);
	r = rd_of(copy, w->len);
	out->nh = nh2;
	rc = zapi_route_decode(row(8, 4), &r, 0, out);
	free(copy);
	return rc;
}

static void put_nexthops(struct wr *w, uint16_t count, uint16_t real)
{
	wr_u16(w, count);
	for (uint16_t i = 0; i < real; i++) {
		wr_u32(w, 0);
		wr_u8(w, 1);
		wr_u8(w, 0);
		wr_u32(w, i + 1U);
	}
}

static void counts_that_lie(void **state)
{
	struct zapi_route out;
	struct wr w;

	(void)state;
	w = route_body(1, 32);
	put_nexthops(&w, 256, 256);
	assert_int_equal(decode(&w, &out), 0);
	assert_int_equal(out.n, 256);
	assert_int_equal(out.nh[255].ifindex, 256);
	w = route_body(1, 32);
	put_nexthops(&w, 257, 257);
	assert_int_equal(decode(&w, &out), -E2BIG);
	w = route_body(1, 32);
	put_nexthops(&w, 3, 2);
	assert_int_equal(decode(&w, &out), -EBADMSG);
	w = route_body(1, 33);
	put_nexthops(&w, 0, 0);
	assert_int_equal(decode(&w, &out), -EBADMSG);
	w = route_body(0x40, 32); /* backups that are not there */
	wr_u16(&w, 0xffff);
	assert_int_equal(decode(&w, &out), -EBADMSG);
	w = route_body(0x400, 32); /* opaque data beyond the limit */
	wr_u16(&w, 1025);
	w.len += 1025;
	assert_int_equal(decode(&w, &out), -EBADMSG);
}

/* A next hop with these flags and this tail. */
static int decode_nexthop(uint8_t flags, const void *tail, size_t len)
{
	struct wr w = route_body(1, 32);
	struct zapi_route out;

	put_nexthops(&w, 1, 1);
	w.buf[w.len - 5] = flags;
	wr_bytes(&w, tail, len);
	return decode(&w, &out);
}

static void nexthop_counts_that_lie(void **state)
{
	static const uint8_t labels[1 + 4 * 17] = {17};
	static const uint8_t backups[] = {9, 1, 2, 3, 4, 5, 6, 7, 8, 9};

	(void)state;
	assert_int_equal(decode_nexthop(0x02, labels, sizeof(labels)), -EBADMSG);
	assert_int_equal(decode_nexthop(0x02, "\0", 1), 0);
	assert_int_equal(decode_nexthop(0x08, backups, sizeof(backups)), -EBADMSG);
	assert_int_equal(decode_nexthop(0x08, "\0", 1), 0);
	/* seg6local: of unknown size */
	assert_int_equal(decode_nexthop(0x20, labels, sizeof(labels)), -EBADMSG);
}

static void a_source_specific_route_is_told(void **state)
{
	struct wr w = route_body(0x20, 32);
	struct zapi_route out;

	(void)state;
	wr_u8(&w, 8);
	wr_u8(&w, 10);
	assert_int_equal(decode(&w, &out), 0);
	assert_int_equal(out.has, ZHAS_SRC);
	assert_int_equal(out.n, 0);
}

static void interfaces_of_a_hostile_zebra(void **state)
{
	const struct zapi_version *v = row(8, 4);
	struct wr w = wr_of(buf, sizeof(buf));
	struct zapi_if ifp;
	struct rd r;

	(void)state;
	memset(buf, 0, sizeof(buf));
	wr_bytes(&w,
	    "a\n\x1b[31m\xff"
	    "bcdefgh",
	    16); /* no final NUL either */
	r = rd_of(buf, 70);
	assert_int_equal(zapi_if_decode(v, &r, 0, &ifp), 0);
	assert_string_equal(ifp.name, "a??[31m?bcdefgh");
	buf[62] = 20; /* bytes of hardware address: the most that zebra has */
	r = rd_of(buf, 84);
	assert_int_equal(zapi_if_decode(v, &r, 0, &ifp), 0);
	buf[62] = 21;
	r = rd_of(buf, 85);
	assert_int_equal(zapi_if_decode(v, &r, 0, &ifp), -EBADMSG);
}

static void unknown_families_are_refused(void **state)
{
	static const uint8_t id[] = {99, 1, 2, 3, 4, 32}, long_id[] = {AF_INET, 1, 2, 3, 4, 33};
	static const uint8_t ifa[] = {0, 0, 0, 1, 0, AF_INET, 10, 0, 0, 1, 33, 0, 0, 0, 0};
	static const uint8_t peer[] = {0, 0, 0, 1, 2, AF_INET, 10, 0, 0, 1, 32, 10, 0, 0, 2};
	struct zapi_router_id out;
	struct zapi_if_addr a;
	struct rd r = rd_of(id, sizeof(id));

	(void)state;
	assert_int_equal(zapi_router_id_decode(&r, 0, &out), -EBADMSG);
	r = rd_of(long_id, sizeof(long_id));
	assert_int_equal(zapi_router_id_decode(&r, 0, &out), -EBADMSG);
	r = rd_of(ifa, sizeof(ifa));
	assert_int_equal(zapi_if_addr_decode(&r, 0, &a), -EBADMSG);
	r = rd_of(peer, sizeof(peer));
	assert_int_equal(zapi_if_addr_decode(&r, 0, &a), 0);
	assert_int_equal(a.dest.family, AF_INET);
	assert_int_equal(a.dest.addr[3], 2);
}

static uint32_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void random_prefix(struct prefix *p, uint8_t family)
{
	memset(p, 0, sizeof(*p));
	p->family = family;
	p->plen = (uint8_t)rnd(8 * ipaddr_len(family) + 1);
	for (unsigned i = 0; i < ipaddr_len(family); i++)
		p->addr[i] = (uint8_t)rnd(256);
	prefix_mask(p);
}

static void random_nexthop(const struct zapi_version *v, struct zapi_nexthop *n)
{
	struct prefix p;

	memset(n, 0, sizeof(*n));
	n->vrf = v->nh == ZNH_4_0 ? 2 : rnd(3); /* 4.0 has one for all */
	n->weight = v->weight_len ? rnd(256) : 0;
	if (rnd(8) == 0) {
		n->blackhole = (uint8_t)(ZBH_UNSPEC + rnd(4));
		return;
	}
	n->ifindex = rnd(2) ? 1 + rnd(100000) : 0;
	if (n->ifindex && rnd(4) == 0)
		return;
	random_prefix(&p, rnd(2) ? AF_INET : AF_INET6);
	n->gate.family = p.family;
	memcpy(n->gate.addr, p.addr, sizeof(p.addr));
	if (ipaddr_is_linklocal(&n->gate))
		n->ifindex = 7;
	n->onlink = v->nh >= ZNH_7_1 && rnd(2);
}

static void random_route(const struct zapi_version *v, struct zapi_route *r)
{
	memset(r, 0, sizeof(*r));
	r->type = type_of(v);
	r->instance = (uint16_t)rnd(65536);
	r->safi = 1;
	r->flags = rnd(2) ? ZROUTE_ALLOW_RECURSION : 0;
	r->has = rnd(v->msg.table ? 32 : 16);
	random_prefix(&r->prefix, rnd(2) ? AF_INET : AF_INET6);
	r->distance = r->has & ZHAS_DISTANCE ? (uint8_t)rnd(256) : 0;
	r->metric = r->has & ZHAS_METRIC ? rnd(1 << 24) : 0;
	r->tag = r->has & ZHAS_TAG ? rnd(1 << 24) : 0;
	r->mtu = r->has & ZHAS_MTU ? rnd(9000) : 0;
	r->table = r->has & ZHAS_TABLE ? rnd(1 << 24) : 0;
	r->nh = nh;
	r->n = (uint16_t)(1 + rnd(8));
	for (uint16_t i = 0; i < r->n; i++)
		random_nexthop(v, &nh[i]);
}

static void same(const struct zapi_route *a, const struct zapi_route *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->instance, b->instance);
	assert_int_equal(a->safi, b->safi);
	assert_int_equal(a->vrf, b->vrf);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->has, b->has);
	assert_int_equal(a->distance, b->distance);
	assert_int_equal(a->metric, b->metric);
	assert_int_equal(a->tag, b->tag);
	assert_int_equal(a->mtu, b->mtu);
	assert_int_equal(a->table, b->table);
	assert_int_equal(prefix_cmp(&a->prefix, &b->prefix), 0);
	assert_int_equal(a->n, b->n);
	for (uint16_t i = 0; i < a->n; i++) {
		assert_int_equal(ipaddr_cmp(&a->nh[i].gate, &b->nh[i].gate), 0);
		assert_int_equal(a->nh[i].ifindex, b->nh[i].ifindex);
		assert_int_equal(a->nh[i].weight, b->nh[i].weight);
		assert_int_equal(a->nh[i].vrf, b->nh[i].vrf);
		assert_int_equal(a->nh[i].onlink, b->nh[i].onlink);
		assert_int_equal(a->nh[i].blackhole, b->nh[i].blackhole);
	}
}

static void decode_of_encode_is_the_same(void **state)
{
	const struct zapi_version *v;

	(void)state;
	for (size_t i = 0; (v = zversion_row(i)); i++)
		for (unsigned k = 0; k < 500 && v->nh >= ZNH_4_0; k++) {
			struct zapi_route in, out = {.nh = nh2};
			struct wr w = wr_of(buf, sizeof(buf));
			struct rd r;

			random_route(v, &in);
			assert_int_equal(zapi_route_encode(&w, v, ZCMD_ROUTE_ADD, &in), 0);
			r = rd_of(buf + v->header_len, w.len - v->header_len);
			assert_int_equal(zapi_route_decode(v, &r, 0, &out), 0);
			assert_int_equal(rd_left(&r), 0);
			same(&in, &out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(too_many_nexthops),
	    cmocka_unit_test(routes_that_zebra_would_not_understand),
	    cmocka_unit_test(what_a_release_lacks_is_refused),
	    cmocka_unit_test(what_old_releases_lack_is_refused),
	    cmocka_unit_test(routes_that_have_no_old_form),
	    cmocka_unit_test(old_lists_stay_in_step),
	    cmocka_unit_test(sessions_of_old_releases),
	    cmocka_unit_test(arguments_without_encoding),
	    cmocka_unit_test(names_of_codes),
	    cmocka_unit_test(counts_that_lie),
	    cmocka_unit_test(nexthop_counts_that_lie),
	    cmocka_unit_test(a_source_specific_route_is_told),
	    cmocka_unit_test(interfaces_of_a_hostile_zebra),
	    cmocka_unit_test(unknown_families_are_refused),
	    cmocka_unit_test(decode_of_encode_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
