/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zapi_cases.h"
#include "zclient/zapi.h"
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

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

/* The type that a release's golden messages have. */
static enum zapi_type type_of(const struct zapi_version *v)
{
	if (v->major >= 7)
		return ZTYPE_OPENFABRIC;
	return v->major == 3 ? ZTYPE_NHRP : ZTYPE_BABEL;
}

/* The routes of the golden messages, by the part of the name after "route-add-". */
static struct zapi_route route(
    const struct zapi_version *v, const char *which, struct zapi_nexthop *nh)
{
	struct zapi_route r = {.type = type_of(v), .safi = 1, .nh = nh, .n = 1};

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
	} else if (!strcmp(which, "links")) {
		r.prefix = prefix("2001:db8::1");
		nh[0].gate = addr("fe80::1");
		nh[1].gate = addr("fe80::2");
		nh[0].ifindex = 3;
		nh[1].ifindex = 4;
		r.n = 2;
	} else if (!strcmp(which, "attributes") || !strcmp(which, "all")) {
		r.prefix = prefix("203.0.113.1/23");
		r.flags = ZROUTE_ALLOW_RECURSION;
		r.has = ZHAS_DISTANCE | ZHAS_METRIC | ZHAS_TAG | ZHAS_MTU;
		r.distance = r.metric = 20;
		r.tag = 7;
		r.mtu = 1400;
		nh[0].ifindex = 3;
		if (!strcmp(which, "all")) {
			r.has |= ZHAS_TABLE;
			r.table = 100;
			nh[0].onlink = true;
		}
	} else if (!strcmp(which, "table")) {
		r.has = ZHAS_TABLE;
		r.table = 100;
	} else if (!strcmp(which, "blackhole")) {
		r.prefix = prefix("0.0.0.0/0");
		memset(nh, 0, sizeof(*nh));
		nh[0].blackhole = ZBH_UNSPEC;
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
	struct zapi_route r = route(v, name + strlen("route-add-"), nh);

	return zapi_route_encode(w, v, ZCMD_ROUTE_ADD, &r);
}

static int encode_delete(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_nexthop nh[2];
	struct zapi_route r = route(v, strcmp(name, "route-delete") ? "v6" : "v4", nh);

	return zapi_route_encode(w, v, ZCMD_ROUTE_DELETE, &r);
}

static int encode_hello(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_hello h = {.type = type_of(v), .notify = true};

	(void)name;
	return zapi_hello_encode(w, v, &h);
}

static int encode_router_id(const char *name, struct wr *w, const struct zapi_version *v)
{
	(void)name;
	return zapi_router_id_add_encode(w, v, 0, AF_INET);
}

static int encode_if_ask(const char *name, struct wr *w, const struct zapi_version *v)
{
	(void)name;
	return zapi_if_add_encode(w, v, 0);
}

static int encode_redist(const char *name, struct wr *w, const struct zapi_version *v)
{
	struct zapi_redist n = {.type = ZTYPE_CONNECT, .family = AF_INET};

	return zapi_redist_encode(w, v,
	    !strcmp(name, "redistribute-add") ? ZCMD_REDISTRIBUTE_ADD
					      : ZCMD_REDISTRIBUTE_DELETE,
	    &n);
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

static int decode_caps(const struct zapi_try *t, struct rd *r)
{
	struct zapi_caps c;
	int rc = zapi_caps_decode(t->v, r, &c);

	if (rc == 0 && t->name) {
		assert_int_equal(c.ecmp, 256);
		assert_false(c.mpls || c.graceful_restart || c.v6_with_v4);
	}
	return rc;
}

static int decode_router_id(const struct zapi_try *t, struct rd *r)
{
	struct zapi_router_id id;
	int rc = zapi_router_id_decode(r, 0, &id);

	if (rc == 0 && t->name) {
		assert_addr(&id.addr, "10.9.0.1");
		assert_int_equal(id.plen, 32);
	}
	return rc;
}

static void check_route(const char *name, const struct zapi_version *v, struct zapi_route *got)
{
	struct zapi_nexthop nh[2];
	struct zapi_route want = route(v, name + strlen("route-add-"), nh);

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

static int decode_route(const struct zapi_try *t, struct rd *r)
{
	struct zapi_route got = {.nh = nh_space};
	int rc = zapi_route_decode(t->v, r, 0, &got);

	if (rc == 0 && t->name)
		check_route(t->name, t->v, &got);
	return rc;
}

static int decode_any_route(const struct zapi_try *t, struct rd *r, struct zapi_route *got)
{
	got->nh = nh_space;
	return t->v->nh < ZNH_4_0 ? zapi_old_route_decode(t->v, t->cmd, r, 0, got)
	                          : zapi_route_decode(t->v, r, 0, got);
}

static int decode_redistributed(const struct zapi_try *t, struct rd *r)
{
	struct zapi_route got;
	int rc = decode_any_route(t, r, &got);
	bool v6 = t->name && !strcmp(t->name, "redistributed-v6");
	bool bare = t->v->nh == ZNH_QUAGGA && t->name && !strcmp(t->name, "redistributed-gone");

	if (rc || !t->name)
		return rc;
	assert_prefix(&got.prefix, v6 ? "fd09::/64" : "10.9.0.0/24");
	assert_int_equal(got.type, ZTYPE_CONNECT);
	assert_true(got.flags & ZROUTE_SELECTED);
	if (!strcmp(t->name, "redistributed-mac"))
		assert_true(got.flags & ZROUTE_EVPN);
	assert_int_equal(got.has, bare ? 0 : ZHAS_DISTANCE | ZHAS_METRIC | ZHAS_MTU);
	assert_int_equal(got.distance + got.metric + got.mtu + got.instance, 0);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.nh[0].ifindex, 3);
	assert_int_equal(got.nh[0].gate.family, 0);
	assert_int_equal(got.nh[0].vrf, 0);
	if (!strcmp(t->name, "redistributed") || v6)
		assert_int_equal(got.nh[0].weight, t->v->major >= 10);
	return 0;
}

static int decode_many(const struct zapi_try *t, struct rd *r)
{
	bool told =
	    t->v->nh == ZNH_QUAGGA; /* 3.0 does not tell the next hops of such a route */
	struct zapi_route got;
	int rc = decode_any_route(t, r, &got);

	if (rc || !t->name)
		return rc;
	assert_prefix(&got.prefix, "2001:db8:5::/48");
	assert_int_equal(got.type, ZTYPE_BGP);
	assert_int_equal(got.has, ZHAS_DISTANCE | ZHAS_METRIC | ZHAS_MTU | ZHAS_TAG);
	assert_int_equal(got.distance, 20);
	assert_int_equal(got.metric, 5);
	assert_int_equal(got.mtu, 1400);
	assert_int_equal(got.tag, 7);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.nh[0].ifindex, told ? 3 : 0);
	if (told)
		assert_addr(&got.nh[0].gate, "fe80::1");
	else
		assert_int_equal(got.nh[0].gate.family, 0);
	return 0;
}

static int decode_nht(const struct zapi_try *t, struct rd *r)
{
	bool reachable = t->name && !strcmp(t->name, "nexthop-update");
	struct zapi_nht n = {.nh = nh_space};
	int rc = zapi_nht_decode(t->v, r, 0, &n);

	if (rc || !t->name)
		return rc;
	assert_prefix(&n.asked, reachable ? "10.9.0.11/32" : "192.0.2.1/32");
	assert_int_equal(n.n, reachable);
	assert_int_equal(n.distance + n.metric + n.instance, 0);
	if (t->v->features & ZF_NHT_TYPE)
		assert_int_equal(n.type, reachable ? ZTYPE_CONNECT : ZTYPE_SYSTEM);
	else
		assert_int_equal(n.type, ZTYPE_UNKNOWN);
	if (reachable)
		assert_int_equal(n.nh[0].ifindex, 3);
	if (t->v->features & ZF_NHT_MATCHED)
		assert_prefix(&n.matched, reachable ? "10.9.0.0/24" : "0.0.0.0/0");
	else
		assert_int_equal(n.matched.family, 0);
	return 0;
}

static int decode_nht_static(const struct zapi_try *t, struct rd *r)
{
	struct zapi_nht n = {.nh = nh_space};
	int rc = zapi_nht_decode(t->v, r, 0, &n);

	if (rc || !t->name)
		return rc;
	assert_prefix(&n.asked, "192.0.2.1/32");
	assert_int_equal(n.type, t->v->major >= 5 ? ZTYPE_STATIC : ZTYPE_UNKNOWN);
	assert_int_equal(n.distance, t->v->nh > ZNH_QUAGGA);
	assert_int_equal(n.metric + n.instance, 0);
	assert_int_equal(n.n, 2);
	assert_addr(&n.nh[0].gate, "10.9.0.1");
	assert_int_equal(n.nh[0].ifindex, t->v->nh > ZNH_QUAGGA ? 3 : 0);
	/* up to 7.2 it is not said of which kind */
	assert_int_equal(n.nh[1].blackhole, t->v->nh == ZNH_7_3 ? ZBH_NULL : ZBH_UNSPEC);
	return 0;
}

static int decode_nht_v6(const struct zapi_try *t, struct rd *r)
{
	struct zapi_nht n = {.nh = nh_space};
	int rc = zapi_nht_decode(t->v, r, 0, &n);

	if (rc || !t->name)
		return rc;
	assert_prefix(&n.asked, "fd09::11/128");
	assert_int_equal(n.metric, 20);
	assert_int_equal(n.n, t->v->nh > ZNH_QUAGGA ? 1 : 2);
	for (uint16_t i = 0; i < n.n; i++) {
		assert_addr(&n.nh[i].gate, i ? "fe80::2" : "fe80::1");
		assert_int_equal(n.nh[i].ifindex, 3 + i);
	}
	return 0;
}

static int decode_notify(const struct zapi_try *t, struct rd *r)
{
	bool v4 = t->name && !strcmp(t->name, "notify-v4");
	struct zapi_notify n;
	int rc = zapi_notify_decode(t->v, r, 0, &n);

	if (rc || !t->name)
		return rc;
	assert_prefix(&n.prefix, v4 ? "203.0.113.1/32" : "2001:db8::1/128");
	assert_int_equal(n.note, v4 ? ZNOTE_INSTALLED : ZNOTE_BETTER_ADMIN_WON);
	assert_int_equal(n.table, t->v->notify == ZNOTIFY_4_0 ? 0 : 254);
	return 0;
}

static int decode_if(const struct zapi_try *t, struct rd *r)
{
	struct zapi_if i;
	int rc = zapi_if_decode(t->v, r, 0, &i);

	if (rc || !t->name)
		return rc;
	assert_string_equal(i.name, "d0");
	assert_int_equal(i.ifindex, 3);
	assert_int_equal(i.status, ZIF_STATUS_ACTIVE);
	assert_true(i.flags & ZIF_FLAG_UP && i.flags & ZIF_FLAG_RUNNING);
	assert_int_equal(i.metric + i.bandwidth, 0);
	assert_int_equal(i.mtu, 1500);
	assert_int_equal(i.mtu6, 1500);
	assert_int_equal(i.speed, t->v->nh > ZNH_QUAGGA ? 10000 : 0);
	return 0;
}

static int decode_addr(const struct zapi_try *t, struct rd *r)
{
	bool v4 = t->name && !strcmp(t->name, "address-add-v4");
	struct zapi_if_addr a;
	int rc = zapi_if_addr_decode(r, 0, &a);

	if (rc || !t->name)
		return rc;
	assert_addr(&a.addr, v4 ? "10.9.0.1" : "fd09::1");
	assert_int_equal(a.plen, v4 ? 24 : 64);
	assert_int_equal(a.ifindex, 3);
	assert_int_equal(a.dest.family, 0);
	return 0;
}

static int decode_vrf(const struct zapi_try *t, struct rd *r)
{
	struct zapi_vrf vrf;
	int rc = zapi_vrf_decode(t->v, r, 9, &vrf);

	if (rc || !t->name)
		return rc;
	assert_string_equal(vrf.name, "default");
	assert_int_equal(vrf.table, t->v->major > 3 ? 254 : 0);
	assert_int_equal(vrf.vrf, 9);
	return 0;
}

static int decode_error(const struct zapi_try *t, struct rd *r)
{
	struct zapi_error e;
	int rc = zapi_error_decode(r, 0, &e);

	if (rc == 0 && t->name)
		assert_int_equal(e.code, ZERROR_INVALID_COMMAND);
	return rc;
}

static int decode_close(const struct zapi_try *t, struct rd *r)
{
	struct zapi_close c;
	int rc = zapi_close_decode(t->v, r, &c);

	if (rc == 0 && t->name) {
		assert_int_equal(c.type, ZTYPE_OPENFABRIC);
		assert_int_equal(c.instance, 7);
		assert_int_equal(c.session, 1);
	}
	return rc;
}

const struct zapi_case zapi_cases[] = {
    {"hello",		102, 1007, encode_hello,     NULL,                 0  },
    {"capabilities",         500, 1007, NULL,             decode_caps,          0  },
    {"router-id-add",        102, 1007, encode_router_id, NULL,                 0  },
    {"router-id-update",     102, 1007, NULL,             decode_router_id,     0  },
    {"route-add-v4",         102, 1007, encode_route,     decode_route,         400},
    {"route-add-weights",    102, 1007, encode_route,     decode_route,         400},
    {"route-add-v6",         102, 1007, encode_route,     decode_route,         400},
    {"route-add-links",      102, 600,  encode_route,     decode_route,         400},
    {"route-add-attributes", 102, 600,  encode_route,     decode_route,         400},
    {"route-add-table",      500, 600,  encode_route,     decode_route,         0  },
    {"route-add-all",        700, 1007, encode_route,     decode_route,         0  },
    {"route-add-blackhole",  102, 600,  encode_route,     decode_route,         400},
    {"route-add-local",      400, 1007, encode_route,     decode_route,         0  },
    {"route-add-group",      800, 1007, encode_route,     decode_route,         0  },
    {"route-delete",         102, 1007, encode_delete,    NULL,                 0  },
    {"route-delete-v6",      102, 1007, encode_delete,    NULL,                 0  },
    {"redistribute-add",     102, 1007, encode_redist,    NULL,                 0  },
    {"redistribute-delete",  102, 1007, encode_redist,    NULL,                 0  },
    {"redistributed",        102, 1007, NULL,             decode_redistributed, 0  },
    {"redistributed-v6",     102, 1007, NULL,             decode_redistributed, 0  },
    {"redistributed-gone",   102, 300,  NULL,             decode_redistributed, 0  },
    {"redistributed-many",   102, 300,  NULL,             decode_many,          0  },
    {"redistributed-label",  400, 1007, NULL,             decode_redistributed, 0  },
    {"redistributed-mac",    400, 700,  NULL,             decode_redistributed, 0  },
    {"redistributed-full",   704, 1007, NULL,             decode_redistributed, 0  },
    {"nexthop-register",     102, 1007, encode_nht,       NULL,                 0  },
    {"nexthop-unregister",   102, 1007, encode_nht,       NULL,                 0  },
    {"nexthop-update",       102, 1007, NULL,             decode_nht,           0  },
    {"nexthop-unreachable",  102, 1007, NULL,             decode_nht,           0  },
    {"nexthop-static",       102, 1007, NULL,             decode_nht_static,    0  },
    {"nexthop-v6",           102, 600,  NULL,             decode_nht_v6,        0  },
    {"notify-v4",            400, 1007, NULL,             decode_notify,        0  },
    {"notify-v6",            400, 1007, NULL,             decode_notify,        0  },
    {"notify-request",       800, 1007, encode_request,   NULL,                 0  },
    {"interface-ask",        102, 1007, encode_if_ask,    NULL,                 0  },
    {"interface-add",        102, 1007, NULL,             decode_if,            0  },
    {"address-add-v4",       102, 1007, NULL,             decode_addr,          0  },
    {"address-add-v6",       102, 1007, NULL,             decode_addr,          0  },
    {"vrf-add",              300, 1007, NULL,             decode_vrf,           0  },
    {"error",		703, 1007, NULL,             decode_error,         0  },
    {"gr-enable",            704, 1007, encode_gr,        NULL,                 0  },
    {"gr-complete",          704, 1007, encode_gr,        NULL,                 0  },
    {"gr-disable",           704, 1007, encode_gr,        NULL,                 0  },
    {"close-notify",         800, 1007, NULL,             decode_close,         0  },
};
const size_t zapi_cases_n = sizeof(zapi_cases) / sizeof(zapi_cases[0]);
