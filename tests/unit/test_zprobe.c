/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe against a zebra of each release, acted from zserv.md's tables: it answers what that
 * release answers, and complains if it is asked something that would do harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "golden.h"
#include "zclient/wire.h"
#include "zclient/zprobe.h"
#include <cmocka.h>

/* A zebra as the probe sees it. 0 = it does not do that. */
static const struct zebra {
	const char *name, *text;
	uint8_t marker, version;
	uint16_t error, gr; /* numbers of ERROR and of CLIENT_CAPABILITIES */
	uint16_t hello, caps_len;
	const char *lo, *hi; /* rows expected */
} zebras[] = {
    {"Quagga 1.2", "Quagga",					      255, 3, 0,   0,   23, 0,  NULL,   NULL   },
    {"3.0",        "3.0",						 254, 4, 0,   0,   17, 0,  NULL,   NULL   },
    {"4.0",        "4.0",						 254, 5, 0,   0,   21, 0,  NULL,   NULL   },
    {"5.0",        "5.0",						 254, 5, 0,   0,   21, 5,  NULL,   NULL   },
    {"6.0",        "6.0",						 254, 6, 0,   0,   17, 5,  NULL,   NULL   },
    {"7.0",        "7.0",						 254, 6, 0,   0,   17, 9,  "7.0",  "7.0"  },
    {"7.1",        "7.1",						 254, 6, 0,   0,   17, 10, "7.1",  "7.1"  },
    {"7.2",        "7.2",						 254, 6, 0,   0,   18, 10, "7.2",  "7.2"  },
    {"7.3",        "7.3",						 254, 6, 105, 0,   18, 10, "7.3",  "7.3"  },
    {"7.4",        "7.4",						 254, 6, 105, 106, 18, 10, "7.4",  "7.4"  },
    {"7.5",        "7.5",						 254, 6, 112, 113, 18, 10, "7.5",  "7.5"  },
    {"8.0",        "8.0",						 254, 6, 117, 118, 18, 10, "8.0",  "8.0"  },
    {"8.1",        "8.1",						 254, 6, 121, 122, 18, 10, "8.1",  "8.1"  },
    {"8.2.2",      "8.2",						 254, 6, 118, 119, 18, 10, "8.2",  "8.2.2"},
    {"8.4",        "8.3 to 9.0",					  254, 6, 118, 119, 18, 10, "8.3",  "9.0"  },
    {"9.0",        "8.3 to 9.0",					  254, 6, 118, 119, 18, 10, "8.3",  "9.0"  },
    {"9.1",        "9.1",						 254, 6, 117, 118, 18, 11, "9.1",  "9.1"  },
    {"10.0",       "10.0 or 10.1",					254, 6, 118, 119, 19, 11, "10.0", "10.1" },
    {"10.1",       "10.0 or 10.1",					254, 6, 118, 119, 19, 11, "10.0", "10.1" },
    {"10.2",       "10.2 to 10.5",					254, 6, 120, 121, 19, 12, "10.2", "10.5" },
    {"10.5",       "10.2 to 10.5",					254, 6, 120, 121, 19, 12, "10.2", "10.5" },
    {"10.7",       "10.6 or 10.7",					254, 6, 120, 121, 19, 9,  "10.6", "10.7" },
    {"11.0",       "unknown: its ERROR has a number of no release known", 254, 6, 150, 151, 19, 9,
     NULL,												  NULL   },
};

#define ZEBRAS (sizeof(zebras) / sizeof(zebras[0]))

struct answer {
	uint8_t buf[1024];
	struct wr w;
};

static void put_message(
    struct answer *a, const struct zebra *z, uint16_t cmd, const void *body, size_t len)
{
	size_t at = a->w.len;

	wr_u16(&a->w, 0);
	wr_u8(&a->w, z->marker);
	wr_u8(&a->w, z->version);
	wr_be(&a->w, 0, z->version >= 5 ? 4 : 2);
	wr_u16(&a->w, cmd);
	wr_bytes(&a->w, body, len);
	wr_set16(&a->w, at, (uint16_t)(a->w.len - at));
	assert_false(a->w.bad);
}

/* The golden INTERFACE_ADD of this release: 8.x needs one. */
static void put_interface(struct answer *a, const struct zebra *z)
{
	struct golden g;
	int release[3];
	FILE *f = golden_open("messages.hex");

	assert_int_equal(zversion_parse(z->name, release), 0);
	while (golden_next(f, &g))
		if (!strcmp(g.name, "interface-add") &&
		    golden_is_of(&g, zversion_find(release[0], release[1], release[2], NULL)))
			put_message(a, z, 0, g.msg + 10, g.len - 10);
	fclose(f);
}

/* What this zebra answers to one message. */
static void act(const struct zebra *z, const uint8_t *msg, size_t len, struct answer *a)
{
	static const uint8_t zeros[16], invalid[4] = {2};
	size_t header_len = z->version >= 5 ? 10 : 8;
	uint16_t cmd = (uint16_t)(msg[header_len - 2] << 8 | msg[header_len - 1]);

	assert_true(len >= 10); /* shorter ones leave both sides waiting */
	/* ROUTE_ADD of any release, and NEXTHOP_REGISTER of the old ones */
	assert_true(cmd == 0 || cmd >= 17);
	assert_false(cmd == 19 && z->hello == 17);
	if (cmd == z->hello) {
		assert_int_equal(len, header_len + 9);
		assert_int_equal(
		    msg[header_len + 1] << 8 | msg[header_len + 2], ZPROBE_INSTANCE);
		if (z->caps_len)
			put_message(a, z, (uint16_t)(cmd + 1), zeros, z->caps_len);
		put_message(a, z, 33, zeros, 16); /* and something that is of no interest */
	} else if (cmd == 0) {
		put_interface(a, z);
	} else if (cmd != z->gr && z->error && (cmd > 100 || cmd == 18)) {
		put_message(a, z, z->error, invalid, sizeof(invalid));
	}
}

/* All of the answer, in chunks; what is asked meanwhile is left in p->out, as if written later.
 */
static enum zprobe_step feed(struct zprobe *p, const struct answer *a, size_t chunk)
{
	enum zprobe_step s = ZPROBE_WAIT;
	uint8_t out[sizeof(p->out)];
	size_t out_len = 0;

	for (size_t at = 0; at < a->w.len && s == ZPROBE_WAIT; at += chunk) {
		size_t n = a->w.len - at < chunk ? a->w.len - at : chunk;
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, a->buf + at, n);
		s = zprobe_feed(p, copy, n);
		free(copy);
		if (!p->out_len)
			continue;
		assert_int_equal(out_len, 0);
		out_len = p->out_len;
		memcpy(out, p->out, sizeof(out));
	}
	if (s == ZPROBE_WAIT && !out_len)
		return zprobe_timeout(p); /* nothing of use came: time passes */
	memcpy(p->out, out, out_len);
	p->out_len = out_len;
	return s;
}

static void probe(const struct zebra *z, struct zprobe *p, size_t chunk)
{
	enum zprobe_step s;
	unsigned steps = 0;

	zprobe_init(p);
	s = zprobe_connected(p);
	while (s != ZPROBE_DONE) {
		struct answer a = {.w = {0}};
		uint8_t out[sizeof(p->out)];
		size_t len = p->out_len;

		assert_true(++steps < 20);
		a.w = wr_of(a.buf, sizeof(a.buf));
		if (s == ZPROBE_CONNECT) {
			s = zprobe_connected(p);
			continue;
		}
		memcpy(out, p->out, sizeof(out));
		p->out_len = 0;
		if (len && (out[2] != z->marker || out[3] != z->version)) {
			s = zprobe_closed(p);
			continue;
		}
		if (len)
			act(z, out, len, &a);
		s = feed(p, &a, chunk);
	}
}

static void each_release_is_found(void **state)
{
	static const size_t chunks[] = {1, 7, 1024};

	(void)state;
	for (size_t i = 0; i < ZEBRAS * 3; i++) {
		const struct zebra *z = &zebras[i / 3];
		struct zprobe p;

		probe(z, &p, chunks[i % 3]);
		if (strcmp(p.text, z->text) != 0)
			print_message("%s is taken for %s\n", z->name, p.text);
		assert_string_equal(p.text, z->text);
		assert_int_equal(p.error_cmd, z->error);
		assert_int_equal(!p.lo, !z->lo);
		if (!p.lo)
			continue;
		assert_string_equal(p.lo->name, z->lo);
		assert_string_equal(p.hi->name, z->hi);
	}
}

static void hang_ups_and_garbage_end_it(void **state)
{
	struct zprobe p;

	(void)state;
	zprobe_init(&p);
	zprobe_connected(&p);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(zprobe_closed(&p), ZPROBE_CONNECT);
		assert_int_equal(zprobe_connected(&p), ZPROBE_WAIT);
		assert_true(p.out_len >= 10);
	}
	assert_int_equal(zprobe_closed(&p), ZPROBE_DONE);
	assert_null(p.lo);
	assert_string_equal(p.text, "unknown");

	zprobe_init(&p);
	zprobe_connected(&p);
	assert_int_equal(zprobe_feed(&p, "HTTP/1.1 400 Bad Request", 24), ZPROBE_DONE);
	assert_null(p.lo);
	assert_int_equal(zprobe_feed(&p, "more", 4), ZPROBE_DONE);
	assert_int_equal(zprobe_timeout(&p), ZPROBE_DONE);
	assert_int_equal(zprobe_closed(&p), ZPROBE_DONE);
}

static void a_long_message_is_skipped(void **state)
{
	static uint8_t body[5000];
	const struct zebra *z = &zebras[10];
	uint8_t buf[6000];
	struct answer a;
	struct zprobe p;

	(void)state;
	a.w = wr_of(buf, sizeof(buf));
	put_message(&a, z, 0, body, sizeof(body));
	put_message(&a, z, z->error, "\2\0\0", 4);
	zprobe_init(&p);
	zprobe_connected(&p);
	assert_int_equal(zprobe_feed(&p, buf, a.w.len), ZPROBE_DONE);
	assert_string_equal(p.text, "7.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_release_is_found),
	    cmocka_unit_test(hang_ups_and_garbage_end_it),
	    cmocka_unit_test(a_long_message_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
