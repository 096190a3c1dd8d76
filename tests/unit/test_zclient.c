/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection: framing however the stream is split, what is told, what is skipped, what is
 * queued. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "golden.h"
#include "zclient/wire.h"
#include "zclient/zclient.h"
#include <cmocka.h>
#include <errno.h>

/* What callbacks told, as text. */
struct told {
	char text[8192];
	size_t len;
	struct zclient *stop; /* to be stopped by the next callback */
};

__attribute__((format(printf, 2, 3))) static void tell(void *arg, const char *fmt, ...)
{
	struct told *t = arg;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->text + t->len, sizeof(t->text) - t->len, fmt, ap);
	va_end(ap);
	assert_true(n > 0 && t->len + (size_t)n < sizeof(t->text));
	t->len += (size_t)n;
	if (t->stop)
		zclient_stop(t->stop);
}

static void on_capabilities(const struct zapi_caps *c, void *arg)
{
	tell(arg, "capabilities %u\n", (unsigned)c->ecmp);
}

static void on_router_id(const struct zapi_router_id *id, void *arg)
{
	tell(arg, "router-id /%u\n", id->plen);
}

static void on_interface(enum zapi_if_event event, const struct zapi_if *i, void *arg)
{
	tell(arg, "interface %d %s\n", event, i->name);
}

static void on_address(bool added, const struct zapi_if_addr *a, void *arg)
{
	tell(arg, "address %d /%u\n", added, a->plen);
}

static void on_vrf(bool added, const struct zapi_vrf *v, void *arg)
{
	tell(arg, "vrf %d %s\n", added, v->name);
}

static void on_nexthop(const struct zapi_nht *n, void *arg)
{
	char b[PREFIX_STRLEN];

	tell(arg, "nexthop %s %u\n", prefix_str(&n->asked, b), n->n);
}

static void on_notify(const struct zapi_notify *n, void *arg)
{
	char b[PREFIX_STRLEN];

	tell(arg, "notify %s %s\n", prefix_str(&n->prefix, b), zapi_note_name(n->note));
}

static void on_route(bool added, const struct zapi_route *r, void *arg)
{
	char b[PREFIX_STRLEN];

	tell(arg, "route %d %s via %u\n", added, prefix_str(&r->prefix, b), r->nh[0].ifindex);
}

static void on_error(const struct zapi_error *e, void *arg)
{
	tell(arg, "error %u\n", (unsigned)e->code);
}

static void on_close_notify(const struct zapi_close *c, void *arg)
{
	tell(arg, "close %s %u\n", zversion_type_name(c->type), c->instance);
}

static void on_bad(uint16_t cmd, size_t len, void *arg)
{
	tell(arg, "bad %u %zu\n", cmd, len);
}

static void on_unknown(uint16_t cmd, size_t len, void *arg)
{
	tell(arg, "unknown %u %zu\n", cmd, len);
}

static const struct zclient_ops ops = {
    .on_capabilities = on_capabilities,
    .on_router_id = on_router_id,
    .on_interface = on_interface,
    .on_address = on_address,
    .on_vrf = on_vrf,
    .on_nexthop = on_nexthop,
    .on_notify = on_notify,
    .on_route = on_route,
    .on_error = on_error,
    .on_close_notify = on_close_notify,
    .on_bad = on_bad,
    .on_unknown = on_unknown,
};

static const struct zclient_ops no_ops;

static const struct zapi_version *row(int major, int minor, int patch)
{
	return zversion_find(major, minor, patch, NULL);
}

/* Every golden message that a zebra of this release sends, one after the other. */
static size_t stream_of(const struct zapi_version *v, uint8_t *out, size_t max, unsigned *n)
{
	static const char *const sent[] = {"capabilities", "router-id-update", "redistributed",
	    "redistributed-v6", "redistributed-gone", "redistributed-many", "redistributed-mac",
	    "redistributed-label", "redistributed-full", "nexthop-update",
	    "nexthop-unreachable", "nexthop-static", "nexthop-v6", "notify-v4", "notify-v6",
	    "interface-add", "address-add-v4", "address-add-v6", "vrf-add", "error",
	    "close-notify"};
	FILE *f = golden_open("messages.hex");
	struct golden g;
	size_t len = 0;

	*n = 0;
	while (golden_next(f, &g))
		for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
			if (strcmp(g.name, sent[i]) != 0 || !golden_is_of(&g, v))
				continue;
			assert_true(len + g.len <= max);
			memcpy(out + len, g.msg, g.len);
			len += g.len;
			++*n;
		}
	fclose(f);
	return len;
}

/* Feed in chunks, each an exact-size heap copy. */
static int feed(struct zclient *c, const uint8_t *p, size_t len, size_t chunk)
{
	int rc = 0;

	for (size_t at = 0; at < len && !rc; at += chunk) {
		size_t n = len - at < chunk ? len - at : chunk;
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, p + at, n);
		rc = zclient_feed(c, copy, n);
		free(copy);
	}
	return rc;
}

static void any_split_tells_the_same(void **state)
{
	static const size_t chunks[] = {1, 2, 3, 9, 10, 11, 64};
	const struct zapi_version *v;
	uint8_t stream[4096];
	unsigned n;

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; (v = zversion_row(i)); i++) {
		size_t len = stream_of(v, stream, sizeof(stream), &n);
		struct told whole = {.len = 0};
		struct zclient *c = zclient_new(v, &ops, &whole);
		const char *gone;
		size_t lines = 0;

		assert_true(n >= 12);
		assert_int_equal(feed(c, stream, len, len), 0);
		assert_int_equal(zclient_stats(c)->bad, 0);
		zclient_free(c);
		for (size_t k = 0; k < whole.len; k++)
			lines += whole.text[k] == '\n';
		assert_int_equal(lines, n);
		assert_null(strstr(whole.text, "bad"));
		assert_null(strstr(whole.text, "unknown"));
		/* "redistributed-gone" is the only one that takes something away */
		assert_null(strstr(whole.text, "vrf 0"));
		gone = strstr(whole.text, "route 0");
		assert_int_equal(gone != NULL, v->nh < ZNH_4_0);
		assert_true(!gone || !strstr(gone + 1, "route 0"));
		for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
			struct told parts = {.len = 0};

			c = zclient_new(v, &ops, &parts);
			assert_int_equal(feed(c, stream, len, chunks[k]), 0);
			zclient_free(c);
			assert_string_equal(parts.text, whole.text);
		}
	}
}

static void callbacks_are_optional(void **state)
{
	uint8_t stream[4096];
	unsigned n;
	size_t len;
	struct zclient *c = zclient_new(row(8, 4, 4), &no_ops, NULL);

	(void)state;
	if (!golden_host())
		skip();
	len = stream_of(row(8, 4, 4), stream, sizeof(stream), &n);
	assert_int_equal(feed(c, stream, len, len), 0);
	assert_int_equal(feed(c, (const uint8_t *)"\0\x0a\xfe\6\0\0\0\0\2\0", 10, 10), 0);
	assert_int_equal(feed(c, (const uint8_t *)"\0\x0a\xfe\6\0\0\0\0\0\x13", 10, 10), 0);
	assert_int_equal(zclient_stats(c)->bad, 1);
	zclient_free(c);
	zclient_free(NULL);
}

/* One message of 8.4 with a body of zeros. */
static size_t message(uint8_t *out, uint16_t cmd, size_t body)
{
	struct wr w = wr_of(out, body + 10);

	wr_u16(&w, (uint16_t)(body + 10));
	wr_u8(&w, 254);
	wr_u8(&w, 6);
	wr_u32(&w, 0);
	wr_u16(&w, cmd);
	assert_false(w.bad);
	memset(out + w.len, 0, body);
	return body + 10;
}

static void bad_and_unknown_messages_are_skipped(void **state)
{
	static uint8_t s[140000];
	const struct zapi_version *v = row(8, 4, 4);
	size_t len = 0;

	(void)state;
	len += message(s + len, 22, 5);     /* an update that is cut short */
	len += message(s + len, 999, 3);    /* never heard of */
	len += message(s + len, 8, 30);     /* a ROUTE_ADD: not for us */
	len += message(s + len, 19, 65525); /* oversized */
	len +=
	    message(s + len, 22, 16374); /* the longest there is: no next hop's family is 0 */
	len += message(s + len, 10, 0);  /* empty */
	len += message(s + len, 42, 77); /* link parameters: known and of no use */
	len += message(s + len, 118, 4);
	assert_true(len <= sizeof(s));
	for (size_t chunk = 1; chunk < 70000; chunk = chunk * 5 + 3) {
		struct told t = {.len = 0};
		struct zclient *c = zclient_new(v, &ops, &t);

		assert_int_equal(feed(c, s, len, chunk), 0);
		assert_string_equal(t.text,
		    "bad 22 5\nunknown 999 3\nunknown 8 30\nbad 19 65525\n"
		    "bad 22 16374\nbad 10 0\nerror 0\n");
		assert_int_equal(zclient_stats(c)->bad, 4);
		assert_int_equal(zclient_stats(c)->in[ZCMD_UNKNOWN].msgs, 2);
		assert_int_equal(zclient_stats(c)->in[ZCMD_UNKNOWN].bytes, 53);
		assert_int_equal(zclient_stats(c)->in[ZCMD_ERROR].msgs, 1);
		assert_int_equal(zclient_stats(c)->in[ZCMD_ERROR].bytes, 14);
		zclient_free(c);
	}
}

static void what_is_not_zserv_ends_it(void **state)
{
	static const uint8_t bad[][11] = {
	    {0, 10, 255, 6, 0, 0, 0, 0, 0, 19}, /* marker */
	    {0, 10, 254, 5, 0, 0, 0, 0, 0, 19}, /* version */
	    {0, 9,  254, 6, 0, 0, 0, 0, 0, 19}, /* shorter than its header */
	    {0, 0,  254, 6, 0, 0, 0, 0, 0, 19},
	};
	uint8_t good[64];
	size_t len = message(good, 118, 4);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (size_t chunk = 1; chunk <= 11; chunk += 10) {
			struct told t = {.len = 0};
			struct zclient *c = zclient_new(row(8, 4, 4), &ops, &t);

			assert_int_equal(feed(c, bad[i], 9, chunk), 0);
			assert_int_equal(feed(c, bad[i] + 9, 1, 1), -EBADMSG);
			assert_int_equal(feed(c, good, len, len), -EBADMSG);
			assert_string_equal(t.text, "");
			zclient_free(c);
			c = zclient_new(row(8, 4, 4), &ops, &t);
			assert_int_equal(feed(c, bad[i], 11, chunk), -EBADMSG);
			zclient_free(c);
		}
}

static void a_callback_can_stop_it(void **state)
{
	struct told t = {.len = 0};
	struct zclient *c = zclient_new(row(8, 4, 4), &ops, &t);
	uint8_t s[64];
	size_t len = message(s, 118, 4);

	(void)state;
	len += message(s + len, 118, 4);
	t.stop = c;
	assert_int_equal(feed(c, s, len, len), -ESHUTDOWN);
	assert_string_equal(t.text, "error 0\n");
	assert_int_equal(feed(c, s, len, len), -ESHUTDOWN);
	assert_string_equal(t.text, "error 0\n");
	zclient_free(c);
}

/* What a release sends is told by a client that only knows the range. */
static void a_range_decodes_each_of_its_releases(void **state)
{
	static const struct {
		int lo[3], hi[3];
	} ranges[] = {
	    {{8, 2, 0},  {9, 0, 0} },
            {{10, 0, 0}, {10, 1, 0}},
            {{10, 2, 0}, {10, 5, 0}},
	    {{10, 6, 0}, {10, 7, 0}}
        };
	uint8_t stream[4096];
	unsigned n;

	(void)state;
	if (!golden_host())
		skip();
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct zapi_version *lo =
		    row(ranges[i].lo[0], ranges[i].lo[1], ranges[i].lo[2]);
		const struct zapi_version *hi =
		    row(ranges[i].hi[0], ranges[i].hi[1], ranges[i].hi[2]);

		for (const struct zapi_version *v = lo; v <= hi; v++) {
			size_t len = stream_of(v, stream, sizeof(stream), &n);
			struct told exact = {.len = 0}, range = {.len = 0};
			struct zclient *c = zclient_new(v, &ops, &exact);

			assert_int_equal(feed(c, stream, len, len), 0);
			zclient_free(c);
			c = zclient_new(lo, &ops, &range);
			zclient_set_range(c, hi);
			assert_ptr_equal(zclient_version(c), lo);
			assert_int_equal(feed(c, stream, len, len), 0);
			zclient_free(c);
			assert_string_equal(range.text, exact.text);
		}
	}
}

static void a_newer_zebra_may_append_fields(void **state)
{
	struct told t = {.len = 0};
	struct zclient *c = zclient_new(row(10, 7, 0), &ops, &t);
	uint8_t s[64];
	size_t len = message(s, 20, 12);

	(void)state;
	assert_int_equal(feed(c, s, len, len), 0);
	assert_string_equal(t.text, "capabilities 0\n");
	zclient_free(c);
}

static void simple_route(struct zapi_route *r, struct zapi_nexthop *nh, uint16_t n)
{
	memset(r, 0, sizeof(*r));
	memset(nh, 0, n * sizeof(*nh));
	r->type = ZTYPE_OPENFABRIC;
	r->nh = nh;
	r->n = n;
	assert_int_equal(prefix_parse("203.0.113.1", &r->prefix), 0);
	for (uint16_t i = 0; i < n; i++) {
		nh[i].ifindex = i + 1U;
		nh[i].weight = 1;
	}
}

static void routes_are_held_to_zebras_limits(void **state)
{
	static struct zapi_nexthop nh[300];
	struct zclient *c = zclient_new(row(8, 4, 4), &ops, &(struct told){.len = 0});
	uint8_t caps[64];
	struct zapi_route r;
	size_t len;

	(void)state;
	assert_int_equal(zclient_nexthop_max(c), 255);
	simple_route(&r, nh, 255);
	assert_int_equal(zclient_send_route_add(c, &r), 0);
	simple_route(&r, nh, 256);
	assert_int_equal(zclient_send_route_add(c, &r), -E2BIG);
	len = message(caps, 19, 10);
	caps[18] = 64;
	assert_int_equal(feed(c, caps, len, len), 0);
	assert_int_equal(zclient_nexthop_max(c), 64);
	simple_route(&r, nh, 65);
	assert_int_equal(zclient_send_route_add(c, &r), -E2BIG);
	simple_route(&r, nh, 1);
	r.type = ZTYPE_NHG;
	assert_int_equal(zclient_send_route_add(c, &r), -EPERM);
	assert_int_equal(zclient_send_route_delete(c, &r), -EPERM);
	r.type = ZTYPE_OPENFABRIC;
	r.instance = 256;
	assert_int_equal(zclient_send_route_add(c, &r), -ERANGE);
	assert_int_equal(zclient_stats(c)->out[ZCMD_ROUTE_ADD].msgs, 1);
	zclient_free(c);
}

static void a_range_sends_no_weights_that_some_would_misread(void **state)
{
	struct zclient *c = zclient_new(row(10, 0, 0), &ops, NULL);
	struct zapi_nexthop nh[1];
	struct zapi_route r;
	size_t plain, len;

	(void)state;
	simple_route(&r, nh, 1);
	nh[0].weight = 0;
	assert_int_equal(zclient_send_route_add(c, &r), 0);
	zclient_out(c, &plain);
	zclient_out_done(c, plain);
	nh[0].weight = 3;
	assert_int_equal(zclient_send_route_add(c, &r), 0);
	zclient_out(c, &len);
	assert_int_equal(len, plain + 4);
	zclient_out_done(c, len);
	zclient_set_range(c, row(10, 1, 0));
	assert_int_equal(zclient_send_route_add(c, &r), 0);
	zclient_out(c, &len);
	assert_int_equal(len, plain);
	zclient_free(c);
}

/* What every send function queues is one message of its command. */
static void every_send_is_queued_and_counted(void **state)
{
	struct zclient *c = zclient_new(row(8, 4, 4), &ops, NULL);
	struct zapi_hello hello = {.type = ZTYPE_OPENFABRIC};
	struct zapi_nht_reg reg = {.addr = {.family = AF_INET}};
	struct zapi_redist redist = {.type = ZTYPE_CONNECT, .family = AF_INET};
	struct zapi_gr gr = {.code = ZGR_DISABLE};
	static const enum zapi_cmd order[] = {ZCMD_HELLO, ZCMD_ROUTER_ID_ADD,
	    ZCMD_INTERFACE_ADD, ZCMD_NEXTHOP_REGISTER, ZCMD_NEXTHOP_UNREGISTER, ZCMD_ROUTE_ADD,
	    ZCMD_ROUTE_DELETE, ZCMD_REDISTRIBUTE_ADD, ZCMD_REDISTRIBUTE_DELETE,
	    ZCMD_ROUTE_NOTIFY_REQUEST, ZCMD_CLIENT_CAPABILITIES};
	struct zapi_nexthop nh[1];
	struct zapi_route r;
	const uint8_t *p;
	size_t len;

	(void)state;
	simple_route(&r, nh, 1);
	assert_null(zclient_out(c, &len));
	assert_int_equal(zclient_send_hello(c, &hello), 0);
	assert_int_equal(zclient_send_router_id_add(c, 0, AF_INET), 0);
	assert_int_equal(zclient_send_interface_add(c, 0), 0);
	assert_int_equal(zclient_send_nexthop_register(c, &reg), 0);
	assert_int_equal(zclient_send_nexthop_unregister(c, &reg), 0);
	assert_int_equal(zclient_send_route_add(c, &r), 0);
	assert_int_equal(zclient_send_route_delete(c, &r), 0);
	assert_int_equal(zclient_send_redistribute_add(c, &redist), 0);
	assert_int_equal(zclient_send_redistribute_delete(c, &redist), 0);
	assert_int_equal(zclient_send_notify_request(c, true), 0);
	assert_int_equal(zclient_send_graceful_restart(c, &gr), 0);
	p = zclient_out(c, &len);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		size_t n = (size_t)p[0] << 8 | p[1];

		assert_int_equal(p[8] << 8 | p[9], zversion_cmd(zclient_version(c), order[i]));
		assert_int_equal(zclient_stats(c)->out[order[i]].msgs, 1);
		assert_int_equal(zclient_stats(c)->out[order[i]].bytes, n);
		assert_true(n <= len);
		p += n;
		len -= n;
	}
	assert_int_equal(len, 0);
	zclient_free(c);
}

/* Write at most max bytes; every message is route number *at / 40 of bulk_is_kept_in_order().
 */
static void write_some(struct zclient *c, size_t max, size_t *at)
{
	enum { LEN = 40, ADDR = 24 };
	size_t len;
	const uint8_t *p = zclient_out(c, &len);

	len = len < max ? len : max;
	for (size_t k = 0; k < len; k++, ++*at) {
		size_t field = *at % LEN, i = *at / LEN;

		if (field == 0)
			assert_int_equal(p[k], 0);
		if (field == 1)
			assert_int_equal(p[k], LEN);
		if (field >= ADDR && field < ADDR + 4)
			assert_int_equal(p[k], i >> (8 * (ADDR + 3 - field)) & 255);
	}
	zclient_out_done(c, len);
}

/* 100,000 routes, written in odd pieces, come out in order and whole. */
static void bulk_is_kept_in_order(void **state)
{
	enum { ROUTES = 100000 };
	struct zclient *c = zclient_new(row(8, 4, 4), &ops, NULL);
	struct zapi_nexthop nh[1];
	struct zapi_route r;
	size_t len, at = 0;

	(void)state;
	simple_route(&r, nh, 1);
	nh[0].weight = 0;
	for (uint32_t i = 0; i < ROUTES; i++) {
		for (unsigned k = 0; k < 4; k++)
			r.prefix.addr[k] = (uint8_t)(i >> (8 * (3 - k)));
		assert_int_equal(zclient_send_route_add(c, &r), 0);
		if (i % 1000 == 0)
			write_some(c, 35001, &at);
	}
	while (zclient_out(c, &len))
		write_some(c, 99999, &at);
	assert_int_equal(at, 40 * ROUTES);
	assert_int_equal(zclient_stats(c)->out[ZCMD_ROUTE_ADD].bytes, at);
	assert_int_equal(zclient_send_route_add(c, &r), 0);
	zclient_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_split_tells_the_same),
	    cmocka_unit_test(callbacks_are_optional),
	    cmocka_unit_test(bad_and_unknown_messages_are_skipped),
	    cmocka_unit_test(what_is_not_zserv_ends_it),
	    cmocka_unit_test(a_callback_can_stop_it),
	    cmocka_unit_test(a_range_decodes_each_of_its_releases),
	    cmocka_unit_test(a_newer_zebra_may_append_fields),
	    cmocka_unit_test(routes_are_held_to_zebras_limits),
	    cmocka_unit_test(a_range_sends_no_weights_that_some_would_misread),
	    cmocka_unit_test(every_send_is_queued_and_counted),
	    cmocka_unit_test(bulk_is_kept_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
