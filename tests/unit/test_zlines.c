/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client and a scripted zebra of each release (zpeer.c), from HELLO to the route that is
 * gone: every byte that is sent is golden, every answer is understood; the release known, or
 * only the range that the probe leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zclient/zapi.h"
#include "zclient/zclient.h"
#include "zpeer.h"
#include <cmocka.h>
#include <errno.h>

/* What the client was told, counted. */
struct told {
	unsigned capabilities, router_ids, interfaces, addresses, nexthops, routes, notes,
	    errors;
	unsigned others; /* bad, unknown */
};

static void on_capabilities(const struct zapi_caps *c, void *arg)
{
	assert_int_equal(c->ecmp, 256);
	((struct told *)arg)->capabilities++;
}

static void on_router_id(const struct zapi_router_id *id, void *arg)
{
	assert_int_equal(id->plen, 32);
	((struct told *)arg)->router_ids++;
}

static void on_interface(enum zapi_if_event event, const struct zapi_if *i, void *arg)
{
	assert_int_equal(event, ZIF_ADD);
	assert_string_equal(i->name, "d0");
	((struct told *)arg)->interfaces++;
}

static void on_address(bool added, const struct zapi_if_addr *a, void *arg)
{
	assert_true(added);
	assert_int_equal(a->ifindex, 3);
	((struct told *)arg)->addresses++;
}

static void on_nexthop(const struct zapi_nht *n, void *arg)
{
	assert_int_equal(n->n, 1);
	assert_int_equal(n->nh[0].ifindex, 3);
	((struct told *)arg)->nexthops++;
}

static void on_notify(const struct zapi_notify *n, void *arg)
{
	assert_int_equal(n->note, ZNOTE_INSTALLED);
	((struct told *)arg)->notes++;
}

static void on_route(bool added, const struct zapi_route *r, void *arg)
{
	assert_true(added);
	assert_int_equal(r->type, ZTYPE_CONNECT);
	assert_int_equal(r->nh[0].ifindex, 3);
	((struct told *)arg)->routes++;
}

static void on_error(const struct zapi_error *e, void *arg)
{
	assert_int_equal(e->code, ZERROR_INVALID_COMMAND);
	((struct told *)arg)->errors++;
}

static void on_other(uint16_t cmd, size_t len, void *arg)
{
	(void)cmd;
	(void)len;
	((struct told *)arg)->others++;
}

static const struct zclient_ops ops = {
    .on_capabilities = on_capabilities,
    .on_router_id = on_router_id,
    .on_interface = on_interface,
    .on_address = on_address,
    .on_nexthop = on_nexthop,
    .on_notify = on_notify,
    .on_route = on_route,
    .on_error = on_error,
    .on_bad = on_other,
    .on_unknown = on_other,
};

static struct zpeer peer;

/* Bytes to and fro until both are quiet. Return: of zclient_feed(). */
static int pump(struct zclient *c)
{
	const void *out;
	size_t len;
	int rc = 0;

	while (!rc && !peer.closed && (out = zclient_out(c, &len))) {
		zpeer_feed(&peer, out, len);
		zclient_out_done(c, len);
		rc = zclient_feed(c, peer.out, peer.out_len);
		peer.out_len = 0;
	}
	return rc;
}

static enum zapi_type type_of(const struct zapi_version *v)
{
	if (v->major >= 7)
		return ZTYPE_OPENFABRIC;
	return v->major == 3 ? ZTYPE_NHRP : ZTYPE_BABEL;
}

/* 0, or -EOPNOTSUPP from a release that is older than it. */
static unsigned sent(int rc, bool has)
{
	assert_int_equal(rc, has ? 0 : -EOPNOTSUPP);
	return has;
}

/* The life of a session; returns how many messages that is. */
static unsigned session(struct zclient *c, const struct zapi_version *v)
{
	struct zapi_hello hello = {.type = type_of(v), .notify = true};
	struct zapi_redist redist = {.type = ZTYPE_CONNECT, .family = AF_INET};
	struct zapi_gr gr = {.code = ZGR_ENABLE, .stale_s = 600};
	struct zapi_nexthop nh = {0};
	struct zapi_route r = {.type = type_of(v), .nh = &nh, .n = 1};
	struct zapi_nht_reg reg = {0};
	int release = v->major * 100 + v->minor;
	unsigned n = 0;

	assert_int_equal(ipaddr_parse("10.9.0.11", &reg.addr), 0);
	assert_int_equal(prefix_parse("203.0.113.1/32", &r.prefix), 0);
	nh.gate = reg.addr;
	r.has = ZHAS_DISTANCE | ZHAS_METRIC;
	r.distance = 150;
	r.metric = 20;
	n += sent(zclient_send_hello(c, &hello), true);
	n += sent(zclient_send_graceful_restart(c, &gr), release >= 704);
	n += sent(zclient_send_notify_request(c, true), release >= 800);
	n += sent(zclient_send_router_id_add(c, 0, AF_INET), true);
	n += sent(zclient_send_interface_add(c, 0), true);
	n += sent(zclient_send_redistribute_add(c, &redist), true);
	n += sent(zclient_send_nexthop_register(c, &reg), true);
	assert_int_equal(pump(c), 0);
	n += sent(zclient_send_route_add(c, &r), true);
	assert_int_equal(pump(c), 0);
	n += sent(zclient_send_route_delete(c, &r), true);
	n += sent(zclient_send_nexthop_unregister(c, &reg), true);
	assert_int_equal(pump(c), 0);
	return n;
}

/* A whole session with a zebra of v, and what it must come to. */
static void speak(struct zclient *c, const struct told *t, const struct zapi_version *v)
{
	unsigned n;
	int release = v->major * 100 + v->minor;

	zpeer_init(&peer, v);
	zpeer_connect(&peer);
	n = session(c, v);
	assert_int_equal(n, peer.exact);
	assert_int_equal(t->capabilities, release >= 500);
	assert_int_equal(
	    zclient_nexthop_max(c), release >= 500 ? (release >= 1002 ? 256 : 255) : 16);
	assert_int_equal(t->router_ids, 1);
	assert_int_equal(t->interfaces, 1);
	assert_int_equal(t->addresses, 2);
	assert_int_equal(t->nexthops, 1);
	assert_int_equal(t->routes, 1);
	assert_int_equal(t->notes, release >= 400);
	assert_int_equal(t->errors, 0);
	assert_int_equal(t->others, 0);
	assert_false(peer.closed);
}

static void every_release_is_spoken(void **state)
{
	const struct zapi_version *v;

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; (v = zversion_row(i)); i++) {
		struct told t = {0};
		struct zclient *c = zclient_new(v, &ops, &t);

		speak(c, &t, v);
		zclient_free(c);
	}
}

/* The ranges that the probe leaves: what is sent is the same for all, what comes is told. */
static void every_range_is_spoken(void **state)
{
	static const int ranges[][6] = {
	    {8,  2, 0, 8,  2, 2},
	    {8,  3, 0, 9,  0, 0},
	    {10, 0, 0, 10, 1, 0},
	    {10, 2, 0, 10, 5, 0},
	    {10, 6, 0, 10, 7, 0},
	};

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const int *r = ranges[i];
		const struct zapi_version *lo = zversion_find(r[0], r[1], r[2], NULL);
		const struct zapi_version *hi = zversion_find(r[3], r[4], r[5], NULL);

		for (const struct zapi_version *v = lo; v <= hi; v++) {
			struct told t = {0};
			struct zclient *c = zclient_new(lo, &ops, &t);

			zclient_set_range(c, hi);
			speak(c, &t, v);
			zclient_free(c);
		}
	}
}

/* A client that took zebra for another release: a foreign header is hung up on, else what is
 * not understood is skipped. */
static void a_wrong_release_does_no_harm(void **state)
{
	static const struct zclient_ops deaf;
	const struct zapi_version *mine, *its;

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; (its = zversion_row(i)); i++) {
		zpeer_init(&peer, its);
		for (size_t k = 0; (mine = zversion_row(k)); k++) {
			bool same = mine->header_version == its->header_version;
			struct zapi_hello hello = {.type = type_of(mine)};
			struct zclient *c = zclient_new(mine, &deaf, NULL);

			zpeer_connect(&peer);
			assert_int_equal(zclient_send_hello(c, &hello), 0);
			assert_int_equal(zclient_send_router_id_add(c, 0, AF_INET), 0);
			assert_int_equal(pump(c), 0);
			assert_int_equal(peer.closed, !same);
			zclient_free(c);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_release_is_spoken),
	    cmocka_unit_test(every_range_is_spoken),
	    cmocka_unit_test(a_wrong_release_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
