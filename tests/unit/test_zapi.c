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
#include "zclient/zapi.h"
#include "zclient/zapi_codec.h"
#include <cmocka.h>
#include <errno.h>

static struct zapi_nexthop nh_space[ZAPI_NH_MAX];

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

static void assert_prefix(const struct prefix *p, const char *s)
{
	char buf[PREFIX_STRLEN];

	assert_string_equal(prefix_str(p, buf), s);
}

static void assert_addr(const struct ipaddr *a, const char *s)
{
	char buf[PREFIX_STRLEN];

	assert_string_equal(ipaddr_str(a, buf), s);
}

/* The routes of the golden messages, by the part of the name after "route-add-". */
static struct zapi_route route(const char *which, struct zapi_nexthop *nh)
{
	struct zapi_route r = {.type = ZTYPE_OPENFABRIC, .safi = 1, .nh = nh, .n = 1};

	memset(nh, 0, 2 * sizeof(*nh));
	r.prefix = prefix("203.0.113.1/32");
	nh[0].gate = addr("10.9.0.11");
	if (!strcmp(which, "v4")) {
		r.has = ZHAS_DISTANCE | ZHAS_METRIC;
		r.distance = 150;
		r.metric = 20;
	} else if (!strcmp(which, "v6")) {
		r.prefix = prefix("2001:db8::1");
		nh[0].gate = addr("fd09::11");
	} else if (!strcmp(which, "weights")) {
		nh[1].gate = addr("10.9.0.12");
		nh[0].ifindex = nh[1].ifindex = 3;
		nh[0].weight = 1;
		nh[1].weight = 2;
		r.n = 2;
	} else if (!strcmp(which, "all")) {
		r.prefix = prefix("203.0.113.1/23");
		r.flags = ZROUTE_ALLOW_RECURSION;
		r.has = ZHAS_DISTANCE | ZHAS_METRIC | ZHAS_TAG | ZHAS_MTU | ZHAS_TABLE;
		r.distance = r.metric = 20;
		r.tag = 7;
		r.mtu = 1400;
		r.table = 100;
		nh[0].ifindex = 3;
		nh[0].onlink = true;
	} else if (!strcmp(which, "local")) {
		r.prefix = prefix("0.0.0.0/0");
		memset(nh, 0, sizeof(*nh));
		nh[0].blackhole = ZBH_REJECT;
		nh[1].ifindex = 1;
		r.n = 2;
	} else {
		assert_string_equal(which, "group");
		r.has = ZHAS_NHG;
		r.nhg = 209677416;
		r.n = 0;
	}
	return r;
}

static int encode_route(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_nexthop nh[2];
	struct zapi_route r = route(name + strlen("route-add-"), nh);

	return zapi_route_encode(w, v, ZCMD_ROUTE_ADD, &r);
}

static int encode_delete(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_nexthop nh[2];
	struct zapi_route r = route("v4", nh);

	(void)name;
	return zapi_route_encode(w, v, ZCMD_ROUTE_DELETE, &r);
}

static int encode_hello(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_hello h = {.type = ZTYPE_OPENFABRIC, .notify = true};

	(void)name;
	return zapi_hello_encode(w, v, &h);
}

static int encode_router_id(const char *name, struct wr *w, const struct zapi_version *v)
{
	(void)name;
	return zapi_router_id_add_encode(w, v, 0, AF_INET);
}

static int encode_redist(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_redist n = {.type = ZTYPE_CONNECT, .family = AF_INET};

	(void)name;
	return zapi_redist_encode(w, v, ZCMD_REDISTRIBUTE_ADD, &n);
}

static int encode_nht(const char *name, struct wr *w, const struct zapi_version *v)
{
	bool add = !strcmp(name, "nexthop-register");
	/* an UNREGISTER with flags would be dropped by zebra: they must not be sent */
	struct zapi_nht_reg n = {
	    .addr = addr("10.9.0.11"), .connected = !add, .via_default = !add};

	return zapi_nht_reg_encode(
	    w, v, add ? ZCMD_NEXTHOP_REGISTER : ZCMD_NEXTHOP_UNREGISTER, &n);
}

static int encode_request(const char *name, struct wr *w, const struct zapi_version *v)
{
	(void)name;
	return zapi_notify_request_encode(w, v, true);
}

static int encode_gr(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_gr g = {.code = ZGR_ENABLE, .stale_s = 600, .family = AF_INET6};

	if (!strcmp(name, "gr-complete"))
		g.code = ZGR_COMPLETE;
	if (!strcmp(name, "gr-disable"))
		g.code = ZGR_DISABLE;
	return zapi_gr_encode(w, v, &g);
}

static int decode_caps(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_caps c;
	int rc = zapi_caps_decode(v, r, &c);

	if (rc == 0 && name) {
		assert_int_equal(c.ecmp, 256);
		assert_false(c.mpls || c.graceful_restart || c.v6_with_v4);
	}
	return rc;
}

static int decode_router_id(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_router_id id;
	int rc = zapi_router_id_decode(r, 0, &id);

	(void)v;
	if (rc == 0 && name) {
		assert_addr(&id.addr, "10.9.0.1");
		assert_int_equal(id.plen, 32);
	}
	return rc;
}

static void check_route(const char *name, const struct zapi_version *v, struct zapi_route *got)
{
	struct zapi_nexthop nh[2];
	struct zapi_route want = route(name + strlen("route-add-"), nh);

	if (!v->weight_len)
		nh[0].weight = nh[1].weight = 0;
	assert_int_equal(got->n, want.n);
	for (uint16_t i = 0; i < want.n; i++) {
		assert_int_equal(ipaddr_cmp(&got->nh[i].gate, &nh[i].gate), 0);
		assert_int_equal(got->nh[i].ifindex, nh[i].ifindex);
		assert_int_equal(got->nh[i].weight, nh[i].weight);
		assert_int_equal(got->nh[i].onlink, nh[i].onlink);
		assert_int_equal(got->nh[i].blackhole, nh[i].blackhole);
	}
	got->nh = want.nh = NULL;
	assert_int_equal(prefix_cmp(&got->prefix, &want.prefix), 0);
	assert_int_equal(got->type, want.type);
	assert_int_equal(got->flags, want.flags);
	assert_int_equal(got->has, want.has);
	assert_int_equal(got->distance, want.distance);
	assert_int_equal(got->metric, want.metric);
	assert_int_equal(got->tag, want.tag);
	assert_int_equal(got->mtu, want.mtu);
	assert_int_equal(got->table, want.table);
	assert_int_equal(got->nhg, want.nhg);
	assert_int_equal(got->safi, want.safi);
}

static int decode_route(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_route got = {.nh = nh_space};
	int rc = zapi_route_decode(v, r, 0, &got);

	if (rc == 0 && name)
		check_route(name, v, &got);
	return rc;
}

static int decode_redistributed(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_route got = {.nh = nh_space};
	int rc = zapi_route_decode(v, r, 0, &got);

	if (rc || !name)
		return rc;
	assert_prefix(&got.prefix, "10.9.0.0/24");
	assert_int_equal(got.type, ZTYPE_CONNECT);
	assert_true(got.flags & ZROUTE_SELECTED);
	assert_int_equal(got.has, ZHAS_DISTANCE | ZHAS_METRIC | ZHAS_MTU);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.nh[0].ifindex, 3);
	assert_int_equal(got.nh[0].gate.family, 0);
	if (!strcmp(name, "redistributed"))
		assert_int_equal(got.nh[0].weight, v->major >= 10);
	return 0;
}

static int decode_nht(const char *name, const struct zapi_version *v, struct rd *r)
{
	bool reachable = name && !strcmp(name, "nexthop-update");
	struct zapi_nht n = {.nh = nh_space};
	int rc = zapi_nht_decode(v, r, 0, &n);

	if (rc || !name)
		return rc;
	assert_prefix(&n.asked, reachable ? "10.9.0.11/32" : "192.0.2.1/32");
	assert_int_equal(n.n, reachable);
	assert_int_equal(n.type, reachable ? ZTYPE_CONNECT : ZTYPE_SYSTEM);
	if (reachable)
		assert_int_equal(n.nh[0].ifindex, 3);
	if (v->features & ZF_NHT_MATCHED)
		assert_prefix(&n.matched, reachable ? "10.9.0.0/24" : "0.0.0.0/0");
	else
		assert_int_equal(n.matched.family, 0);
	return 0;
}

static int decode_nht_static(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_nht n = {.nh = nh_space};
	int rc = zapi_nht_decode(v, r, 0, &n);

	if (rc || !name)
		return rc;
	assert_prefix(&n.asked, "192.0.2.1/32");
	assert_int_equal(n.type, ZTYPE_STATIC);
	assert_int_equal(n.distance, 1);
	assert_int_equal(n.n, 2);
	assert_addr(&n.nh[0].gate, "10.9.0.1");
	assert_int_equal(n.nh[0].ifindex, 3);
	/* 7.0 to 7.2 do not say of which kind */
	assert_int_equal(n.nh[1].blackhole, v->nh == ZNH_7_3 ? ZBH_NULL : ZBH_UNSPEC);
	return 0;
}

static int decode_notify(const char *name, const struct zapi_version *v, struct rd *r)
{
	bool v4 = name && !strcmp(name, "notify-v4");
	struct zapi_notify n;
	int rc = zapi_notify_decode(v, r, 0, &n);

	if (rc || !name)
		return rc;
	assert_prefix(&n.prefix, v4 ? "203.0.113.1/32" : "2001:db8::1/128");
	assert_int_equal(n.note, v4 ? ZNOTE_INSTALLED : ZNOTE_BETTER_ADMIN_WON);
	assert_int_equal(n.table, 254);
	return 0;
}

static int decode_if(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_if i;
	int rc = zapi_if_decode(v, r, 0, &i);

	if (rc || !name)
		return rc;
	assert_string_equal(i.name, "d0");
	assert_int_equal(i.ifindex, 3);
	assert_int_equal(i.status, ZIF_STATUS_ACTIVE);
	assert_true(i.flags & ZIF_FLAG_UP && i.flags & ZIF_FLAG_RUNNING);
	assert_int_equal(i.mtu, 1500);
	assert_int_equal(i.mtu6, 1500);
	assert_int_equal(i.speed, 10000);
	return 0;
}

static int decode_addr(const char *name, const struct zapi_version *v, struct rd *r)
{
	bool v4 = name && !strcmp(name, "address-add-v4");
	struct zapi_if_addr a;
	int rc = zapi_if_addr_decode(r, 0, &a);

	(void)v;
	if (rc || !name)
		return rc;
	assert_addr(&a.addr, v4 ? "10.9.0.1" : "fd09::1");
	assert_int_equal(a.plen, v4 ? 24 : 64);
	assert_int_equal(a.ifindex, 3);
	assert_int_equal(a.dest.family, 0);
	return 0;
}

static int decode_vrf(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_vrf vrf;
	int rc = zapi_vrf_decode(v, r, 9, &vrf);

	if (rc || !name)
		return rc;
	assert_string_equal(vrf.name, "default");
	assert_int_equal(vrf.table, 254);
	assert_int_equal(vrf.vrf, 9);
	return 0;
}

static int decode_error(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_error e;
	int rc = zapi_error_decode(r, 0, &e);

	(void)v;
	if (rc == 0 && name)
		assert_int_equal(e.code, ZERROR_INVALID_COMMAND);
	return rc;
}

static int decode_close(const char *name, const struct zapi_version *v, struct rd *r)
{
	struct zapi_close c;
	int rc = zapi_close_decode(v, r, &c);

	if (rc == 0 && name) {
		assert_int_equal(c.type, ZTYPE_OPENFABRIC);
		assert_int_equal(c.instance, 7);
		assert_int_equal(c.session, 1);
	}
	return rc;
}

/* name == NULL: the bytes are damaged, only survive. */
typedef int decode_fn(const char *name, const struct zapi_version *v, struct rd *r);
typedef int encode_fn(const char *name, struct wr *w, const struct zapi_version *v);

static const struct {
	const char *name;
	int since; /* release * 100: the first to have it */
	encode_fn *encode;
	decode_fn *decode;
} cases[] = {
    {"hello",	       700, encode_hello,     NULL                },
    {"capabilities",        700, NULL,             decode_caps         },
    {"router-id-add",       700, encode_router_id, NULL                },
    {"router-id-update",    700, NULL,             decode_router_id    },
    {"route-add-v4",        700, encode_route,     decode_route        },
    {"route-add-weights",   700, encode_route,     decode_route        },
    {"route-add-v6",        700, encode_route,     decode_route        },
    {"route-add-all",       700, encode_route,     decode_route        },
    {"route-add-local",     700, encode_route,     decode_route        },
    {"route-add-group",     800, encode_route,     decode_route        },
    {"route-delete",        700, encode_delete,    NULL                },
    {"redistribute-add",    700, encode_redist,    NULL                },
    {"redistributed",       700, NULL,             decode_redistributed},
    {"redistributed-label", 700, NULL,             decode_redistributed},
    {"redistributed-full",  704, NULL,             decode_redistributed},
    {"nexthop-register",    700, encode_nht,       NULL                },
    {"nexthop-unregister",  700, encode_nht,       NULL                },
    {"nexthop-update",      700, NULL,             decode_nht          },
    {"nexthop-unreachable", 700, NULL,             decode_nht          },
    {"nexthop-static",      700, NULL,             decode_nht_static   },
    {"notify-v4",           700, NULL,             decode_notify       },
    {"notify-v6",           700, NULL,             decode_notify       },
    {"notify-request",      800, encode_request,   NULL                },
    {"interface-add",       700, NULL,             decode_if           },
    {"address-add-v4",      700, NULL,             decode_addr         },
    {"address-add-v6",      700, NULL,             decode_addr         },
    {"vrf-add",             700, NULL,             decode_vrf          },
    {"error",	       703, NULL,             decode_error        },
    {"gr-enable",           704, encode_gr,        NULL                },
    {"gr-complete",         704, encode_gr,        NULL                },
    {"gr-disable",          704, encode_gr,        NULL                },
    {"close-notify",        800, NULL,             decode_close        },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static size_t case_of(const struct golden *g)
{
	for (size_t i = 0; i < CASES; i++)
		if (!strcmp(cases[i].name, g->name))
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
static int decode_copy(
    size_t i, const struct zapi_version *v, const char *name, const uint8_t *body, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct rd r;
	int rc;

	assert_non_null(copy);
	memcpy(copy, body, len);
	r = rd_of(copy, len);
	rc = cases[i].decode(name, v, &r);
	if (rc == 0 && name)
		assert_int_equal(rd_left(&r), 0);
	free(copy);
	return rc;
}

static unsigned seen[CASES][64];

static void encode_one(size_t i, const struct zapi_version *v, const struct golden *g)
{
	uint8_t buf[GOLDEN_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	seen[i][v - zversion_row(0)]++;
	if (!cases[i].encode)
		return;
	assert_int_equal(cases[i].encode(g->name, &w, v), 0);
	if (w.len != g->len || memcmp(buf, g->msg, g->len) != 0)
		print_message("%s of %s\n", g->name, v->name);
	assert_int_equal(w.len, g->len);
	assert_memory_equal(buf, g->msg, g->len);
	/* No room: nothing is written, and the writer is as before. */
	for (size_t cap = 0; cap < g->len; cap++) {
		w = wr_of(buf, cap);
		assert_int_equal(cases[i].encode(g->name, &w, v), -EMSGSIZE);
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
	for (size_t i = 0; i < CASES; i++)
		for (size_t row = 0; (v = zversion_row(row)); row++) {
			unsigned want = v->major * 100 + v->minor >= cases[i].since;

			if (seen[i][row] != want)
				print_message("%s of %s\n", cases[i].name, v->name);
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
	if (!cases[i].decode)
		return;
	if (decode_copy(i, v, g->name, g->msg + 10, g->len - 10))
		fail_msg("%s of %s does not decode", g->name, v->name);
}

static void decoding_gives_the_meaning(void **state)
{
	(void)state;
	each(decode_one);
}

static void truncate_one(size_t i, const struct zapi_version *v, const struct golden *g)
{
	if (!cases[i].decode)
		return;
	for (size_t len = 0; len < g->len - 10; len++)
		if (decode_copy(i, v, NULL, g->msg + 10, len) != -EBADMSG)
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

	if (!cases[i].decode)
		return;
	for (size_t at = 10; at < g->len; at++)
		for (size_t k = 0; k < sizeof(values); k++) {
			memcpy(msg, g->msg, g->len);
			msg[at] = values[k];
			(void)decode_copy(i, v, NULL, msg + 10, g->len - 10);
			msg[at] = (uint8_t)(g->msg[at] ^ values[k]);
			(void)decode_copy(i, v, NULL, msg + 10, g->len - 10);
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
