/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rtnetlink's messages say: recorded ones against golden text, cut at every length, and
 * with every length in them made wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/fib_parse_linux.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include "zclient/wire.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define MESSAGE_MAX 4096

static struct fib_nexthop hops[FIB_NEXTHOPS_MAX];

static FILE *data_open(const char *file, const char *mode)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/fib/%s", getenv("TEST_DATA"), file);
	f = fopen(path, mode);
	if (!f)
		fail_msg("%s: cannot be opened", path);
	return f;
}

static void put_hops(struct buf *b, const struct fib_nexthop *nh, size_t n)
{
	char a[PREFIX_STRLEN];

	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? ", " : " over ");
		if (nh[i].object)
			buf_fmt(b, "object %u", nh[i].object);
		else
			buf_fmt(b, "%s if%u",
			    nh[i].gate.family ? ipaddr_str(&nh[i].gate, a) : "-",
			    nh[i].ifindex);
		buf_fmt(b, "*%u", nh[i].weight);
	}
}

static void put_link(struct buf *b, const struct fib_link *l)
{
	buf_fmt(b, " link %u%s%s%s%s%s", l->ifindex, l->up ? " up" : "",
	    l->loopback ? " loopback" : "", l->noarp ? " noarp" : "",
	    l->broadcast ? " broadcast" : "", l->elsewhere ? " elsewhere" : "");
	buf_fmt(b, " %s, kind '%s', of %u '%s', on %u", l->name, l->kind, l->master,
	    l->port_kind, l->parent);
	for (size_t i = 0; l->ethernet && i < sizeof(l->mac); i++)
		buf_fmt(b, "%s%02x", i ? ":" : ", ", l->mac[i]);
}

static void put_message(struct buf *b, const struct fib_msg *m)
{
	const struct fib_route *r = &m->route;
	char p[PREFIX_STRLEN], a[PREFIX_STRLEN];

	if (m->kind == FIB_MSG_END)
		buf_fmt(b, "end %d", m->error);
	if (m->kind == FIB_MSG_OTHER)
		buf_str(b, "other");
	if (m->kind == FIB_MSG_LINK) {
		buf_str(b, m->added ? "new" : "del");
		put_link(b, &m->link);
	}
	if (m->kind == FIB_MSG_ADDR)
		buf_fmt(b, "%s address %s of %u, in %s%s", m->added ? "new" : "del",
		    ipaddr_str(&m->addr.addr, a), m->addr.ifindex,
		    prefix_str(&m->addr.subnet, p), m->addr.usable ? "" : ", not usable");
	if (m->kind == FIB_MSG_OBJECT) {
		buf_fmt(b, "%s object %u", m->added ? "new" : "del", m->object.id);
		put_hops(b, m->object.nh, m->object.n);
	}
	if (m->kind == FIB_MSG_ROUTE) {
		buf_fmt(b, "%s %s table %u protocol %u metric %u%s%s%s%s",
		    m->added ? "new" : "del", prefix_str(&r->prefix, p), r->table, r->protocol,
		    r->metric, r->unicast ? "" : " not unicast", r->replaces ? " replaces" : "",
		    r->plain ? "" : " not plain", r->by ? " by somebody" : "");
		if (r->object)
			buf_fmt(b, " object %u", r->object);
		put_hops(b, r->nh, r->n);
	}
	buf_str(b, "\n");
}

/* Each message of a datagram, a line each. */
static void tell(struct buf *b, const char *name, const uint8_t *bytes, size_t len)
{
	struct rd r = rd_of(bytes, len);
	struct fib_msg m;
	int rc;

	while ((rc = fib_parse(&r, &m, hops)) > 0) {
		buf_fmt(b, "%s: ", name);
		put_message(b, &m);
	}
	if (rc < 0)
		buf_fmt(b, "%s: unreadable\n", name);
}

typedef void each_fn(const char *name, const uint8_t *bytes, size_t len, void *arg);

static void each(each_fn *fn, void *arg)
{
	static char line[2 * MESSAGE_MAX + 100];
	FILE *f = data_open("messages.hex", "r");
	uint8_t *exact;

	while (fgets(line, sizeof(line), f)) {
		char *hex = strchr(line, ' ');
		size_t n = 0;

		if (*line == '#' || !hex)
			continue;
		*hex++ = '\0';
		exact = xcalloc(strlen(hex) / 2, 1); /* so that a sanitizer sees the end */
		for (; hex[0] && hex[1] && hex[0] != '\n'; hex += 2) {
			char two[3] = {hex[0], hex[1]};

			exact[n++] = (uint8_t)strtoul(two, NULL, 16);
		}
		fn(line, exact, n, arg);
		free(exact);
	}
	fclose(f);
}

static bool same_host(void)
{
	uint16_t one = 1;

	return *(uint8_t *)&one == 1;
}

static void on_golden(const char *name, const uint8_t *bytes, size_t len, void *arg)
{
	tell(arg, name, bytes, len);
}

static void recorded_messages_say_what_they_say(void **state)
{
	struct buf got = {0}, want = {0};
	char piece[4096];
	size_t n;
	FILE *f;

	(void)state;
	if (!same_host())
		skip();
	each(on_golden, &got);
	if (getenv("GOLDEN_WRITE")) {
		f = data_open("messages.golden", "w");
		fputs(got.p, f);
		fclose(f);
	}
	f = data_open("messages.golden", "r");
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&want, piece, n);
	fclose(f);
	assert_string_equal(got.p, want.p);
	free(got.p);
	free(want.p);
}

static void read_all(const uint8_t *bytes, size_t len)
{
	struct rd r = rd_of(bytes, len);
	struct fib_msg m;

	while (fib_parse(&r, &m, hops) > 0) {
		assert_true(m.route.n <= FIB_NEXTHOPS_MAX && m.object.n <= FIB_NEXTHOPS_MAX);
		assert_true(m.route.prefix.plen <= 128);
	}
}

/* At every length; whole messages before the cut are told, the cut one is not. */
static void on_cut(const char *name, const uint8_t *bytes, size_t len, void *arg)
{
	(void)name;
	(void)arg;
	for (size_t n = 0; n < len; n++) {
		uint8_t *exact = xcalloc(n, 1);
		struct fib_msg m;
		struct rd r;
		uint32_t first;

		memcpy(exact, bytes, n);
		memcpy(&first, bytes, sizeof(first));
		r = rd_of(exact, n);
		assert_int_equal(fib_parse(&r, &m, hops), !n ? 0 : n < first ? -EBADMSG : 1);
		read_all(exact, n);
		free(exact);
	}
}

/* Every pair of bytes as a length that is 0, 1, 3, 5, one more, or huge. */
static void on_wrong(const char *name, const uint8_t *bytes, size_t len, void *arg)
{
	static const uint16_t wrong[] = {0, 1, 3, 5, 0x7fff, 0xffff};
	uint8_t *copy = xcalloc(len, 1);

	(void)name;
	(void)arg;
	for (size_t at = 0; at + 2 <= len; at += 2)
		for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
			memcpy(copy, bytes, len);
			memcpy(copy + at, &wrong[i], 2);
			read_all(copy, len);
		}
	free(copy);
}

static void cut_and_wrong_ones_are_survived(void **state)
{
	(void)state;
	each(on_cut, NULL);
	each(on_wrong, NULL);
}

/* A group of more members than anybody has: what fits is told. */
static void more_members_than_fit_are_left_out(void **state)
{
	static uint8_t bytes[16 + 8 + 8 + 4 + 300 * 8];
	uint32_t head[] = {sizeof(bytes), 104, 0, 0}, id[] = {8 | 1 << 16, 7};
	uint16_t group[] = {4 + 300 * 8, 2};
	struct rd r = rd_of(bytes, sizeof(bytes));
	struct fib_msg m;

	(void)state;
	if (!same_host())
		skip();
	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + 24, id, sizeof(id));
	memcpy(bytes + 32, group, sizeof(group));
	assert_int_equal(fib_parse(&r, &m, hops), 1);
	assert_int_equal(m.kind, FIB_MSG_OBJECT);
	assert_int_equal(m.object.id, 7);
	assert_int_equal(m.object.n, FIB_NEXTHOPS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(recorded_messages_say_what_they_say),
	    cmocka_unit_test(cut_and_wrong_ones_are_survived),
	    cmocka_unit_test(more_members_than_fit_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
