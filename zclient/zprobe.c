/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which release is this zebra? A table of (state, what came) -> (next state, what to ask).
 *
 * From 7.3 on a command that does not exist is answered by ERROR, even before HELLO, and the
 * number that ERROR has tells the release or leaves two candidates, which the length of
 * CAPABILITIES, an unanswered HELLO number or the width of an interface name tell apart. Older
 * ones answer one HELLO number or another, or hang up on a foreign header version.
 *
 * What is asked is harmless everywhere: the numbers 17, 18, 19 mean, where they do not mean
 * HELLO, something that is ignored or answered by ERROR (19 is not asked of what may be 7.1 or
 * older). HELLO uses an instance that nobody has, since zebra sweeps the routes of a client's
 * type and instance when it hangs up. ROUTE_ADD is never sent.
 */
#include "zclient/zprobe.h"
#include "zclient/wire.h"
#include "zclient/zapi_codec.h"
#include <string.h>

#define HELLO_TYPE                                                                             \
	26 /* openfabric up to 9.1, bfd from 10.0: owned by nothing that we sweep              \
	    */
#define ANY        0xffff
#define NO_COMMAND 0xffff /* the command that no release has */

enum state {
	S_ERROR, /* asked for an ERROR */
	S_105,   /* asked 7.4's CLIENT_CAPABILITIES */
	S_117,   /* said HELLO to 8.0 or 9.1 */
	S_118,   /* said 8.x' HELLO to 8.2-9.0 or 10.0-10.1 */
	S_118_IF,
	S_118_10, /* said 10.x' HELLO */
	S_120,
	S_OLD18, /* no ERROR came: said 7.2's HELLO */
	S_OLD17,
	S_V5,
	S_V4,
	S_V3,
	S_DONE
};

enum event { EV_MESSAGE, EV_NAME20, EV_NAME16, EV_TIMEOUT, EV_CLOSED };

enum result {
	R_UNKNOWN,
	R_NEW,
	R_QUAGGA,
	R_3_0,
	R_4_0,
	R_5_0,
	R_6_0,
	R_7_0,
	R_7_1,
	R_7_2,
	R_7_3,
	R_7_4,
	R_7_5,
	R_8_0,
	R_8_1,
	R_8_2,
	R_8_2_9_0,
	R_8_3_9_0,
	R_9_1,
	R_10_0,
	R_10_2,
	R_10_6
};

/* major 0: no row of the table. Patch levels: from the first, to the last. */
static const struct {
	const char *text;
	uint8_t lo_major, lo_minor, hi_major, hi_minor;
} results[] = {
    [R_UNKNOWN] = {"unknown",					     0,  0, 0,  0},
    [R_NEW] = {"unknown: its ERROR has a number of no release known", 0,  0, 0,  0},
    [R_QUAGGA] = {"Quagga",					      1,  2, 1,  2},
    [R_3_0] = {"3.0",						 3,  0, 3,  0},
    [R_4_0] = {"4.0",						 4,  0, 4,  0},
    [R_5_0] = {"5.0",						 5,  0, 5,  0},
    [R_6_0] = {"6.0",						 6,  0, 6,  0},
    [R_7_0] = {"7.0",						 7,  0, 7,  0},
    [R_7_1] = {"7.1",						 7,  1, 7,  1},
    [R_7_2] = {"7.2",						 7,  2, 7,  2},
    [R_7_3] = {"7.3",						 7,  3, 7,  3},
    [R_7_4] = {"7.4",						 7,  4, 7,  4},
    [R_7_5] = {"7.5",						 7,  5, 7,  5},
    [R_8_0] = {"8.0",						 8,  0, 8,  0},
    [R_8_1] = {"8.1",						 8,  1, 8,  1},
    [R_8_2] = {"8.2",						 8,  2, 8,  2},
    [R_8_2_9_0] = {"8.2 to 9.0",					  8,  2, 9,  0},
    [R_8_3_9_0] = {"8.3 to 9.0",					  8,  3, 9,  0},
    [R_9_1] = {"9.1",						 9,  1, 9,  1},
    [R_10_0] = {"10.0 or 10.1",					10, 0, 10, 1},
    [R_10_2] = {"10.2 to 10.5",					10, 2, 10, 5},
    [R_10_6] = {"10.6 or 10.7",					10, 6, 10, 7},
};

/* What is asked. */
enum ask {
	A_NOTHING,
	A_ERROR,
	A_106,
	A_HELLO17,
	A_HELLO18,
	A_HELLO19,
	A_IF,
	A_HELLO21,
	A_HELLO23
};

static const struct {
	uint16_t cmd;
	bool hello; /* the 9-byte body that every HELLO accepts */
} asks[] = {
    [A_ERROR] = {NO_COMMAND, false},
    [A_106] = {106,        false},
    [A_HELLO17] = {17,         true },
    [A_HELLO18] = {18,         true },
    [A_HELLO19] = {19,         true },
    [A_IF] = {0,          false},
    [A_HELLO21] = {21,         true },
    [A_HELLO23] = {23,         true },
};

/* The first rule that fits counts. What no rule fits is waited out (messages) or ends the probe
 * without a result. */
static const struct rule {
	uint8_t state, event;
	uint16_t cmd, len; /* of a message: number and body length */
	uint8_t next, ask, result;
} rules[] = {
    {S_ERROR,  EV_MESSAGE, 105, 4,  S_105,    A_106,     0        },
    {S_ERROR,  EV_MESSAGE, 112, 4,  S_DONE,   0,         R_7_5    },
    {S_ERROR,  EV_MESSAGE, 117, 4,  S_117,    A_HELLO18, 0        },
    {S_ERROR,  EV_MESSAGE, 118, 4,  S_118,    A_HELLO18, 0        },
    {S_ERROR,  EV_MESSAGE, 120, 4,  S_120,    A_HELLO19, 0        },
    {S_ERROR,  EV_MESSAGE, 121, 4,  S_DONE,   0,         R_8_1    },
    {S_ERROR,  EV_MESSAGE, ANY, 4,  S_DONE,   0,         R_NEW    },
    {S_ERROR,  EV_TIMEOUT, 0,   0,  S_OLD18,  A_HELLO18, 0        },
    {S_ERROR,  EV_CLOSED,  0,   0,  S_V5,     0,         0        },
    {S_105,    EV_MESSAGE, 105, 4,  S_DONE,   0,         R_7_3    },
    {S_105,    EV_TIMEOUT, 0,   0,  S_DONE,   0,         R_7_4    },
    {S_117,    EV_MESSAGE, 19,  10, S_DONE,   0,         R_8_0    },
    {S_117,    EV_MESSAGE, 19,  11, S_DONE,   0,         R_9_1    },
    {S_118,    EV_MESSAGE, 19,  10, S_118_IF, A_IF,      0        },
    {S_118,    EV_MESSAGE, 118, 4,  S_118_10, A_HELLO19, 0        },
    {S_118_IF, EV_NAME20,  0,   0,  S_DONE,   0,         R_8_2    },
    {S_118_IF, EV_NAME16,  0,   0,  S_DONE,   0,         R_8_3_9_0},
    {S_118_IF, EV_TIMEOUT, 0,   0,  S_DONE,   0,         R_8_2_9_0},
    {S_118_10, EV_MESSAGE, 20,  11, S_DONE,   0,         R_10_0   },
    {S_120,    EV_MESSAGE, 20,  12, S_DONE,   0,         R_10_2   },
    {S_120,    EV_MESSAGE, 20,  9,  S_DONE,   0,         R_10_6   },
    {S_OLD18,  EV_MESSAGE, 19,  10, S_DONE,   0,         R_7_2    },
    {S_OLD18,  EV_TIMEOUT, 0,   0,  S_OLD17,  A_HELLO17, 0        },
    {S_OLD17,  EV_MESSAGE, 18,  5,  S_DONE,   0,         R_6_0    },
    {S_OLD17,  EV_MESSAGE, 18,  9,  S_DONE,   0,         R_7_0    },
    {S_OLD17,  EV_MESSAGE, 18,  10, S_DONE,   0,         R_7_1    },
    {S_V5,     EV_MESSAGE, 22,  5,  S_DONE,   0,         R_5_0    },
    {S_V5,     EV_TIMEOUT, 0,   0,  S_DONE,   0,         R_4_0    },
    {S_V5,     EV_CLOSED,  0,   0,  S_V4,     0,         0        },
    {S_V4,     EV_TIMEOUT, 0,   0,  S_DONE,   0,         R_3_0    },
    {S_V4,     EV_CLOSED,  0,   0,  S_V3,     0,         0        },
    {S_V3,     EV_TIMEOUT, 0,   0,  S_DONE,   0,         R_QUAGGA },
};

/* How each header version is opened. */
static const struct {
	uint8_t state, marker, version, header_len, ask;
} headers[] = {
    {S_ERROR, 254, 6, 10, A_ERROR  },
    {S_V5,    254, 5, 10, A_HELLO21},
    {S_V4,    254, 4, 8,  A_HELLO17},
    {S_V3,    255, 3, 8,  A_HELLO23},
};

static void ask(struct zprobe *p, uint8_t what)
{
	struct wr w = wr_of(p->out, sizeof(p->out));
	size_t len_at = wr_hole16(&w);

	wr_u8(&w, headers[p->header].marker);
	wr_u8(&w, headers[p->header].version);
	wr_be(&w, 0, headers[p->header].header_len - 6U); /* VRF */
	wr_u16(&w, asks[what].cmd);
	if (asks[what].hello) {
		wr_u8(&w, HELLO_TYPE);
		wr_u16(&w, ZPROBE_INSTANCE);
		wr_be(&w, 0, 6);
	}
	wr_set16(&w, len_at, (uint16_t)w.len);
	p->out_len = w.len;
}

static enum zprobe_step done(struct zprobe *p, uint8_t result)
{
	p->state = S_DONE;
	p->text = results[result].text;
	if (results[result].lo_major) {
		p->lo =
		    zversion_find(results[result].lo_major, results[result].lo_minor, 0, NULL);
		p->hi =
		    zversion_find(results[result].hi_major, results[result].hi_minor, -1, NULL);
	}
	return ZPROBE_DONE;
}

/* On another connection, with the header version that goes with this state. */
static enum zprobe_step reconnect(struct zprobe *p, uint8_t state)
{
	p->state = state;
	for (p->header = 0; headers[p->header].state != state;)
		p->header++;
	return ZPROBE_CONNECT;
}

static bool rule_fits(const struct rule *r, uint8_t event, uint16_t cmd, size_t len)
{
	if (r->event != event)
		return false;
	if (event != EV_MESSAGE)
		return true;
	/* Numbers below 100 are not ERROR in any release. */
	return r->len == len && (r->cmd == cmd || (r->cmd == ANY && cmd >= 100));
}

static enum zprobe_step step(struct zprobe *p, uint8_t event, uint16_t cmd, size_t len)
{
	const struct rule *r = NULL;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !r; i++)
		if (rules[i].state == p->state && rule_fits(&rules[i], event, cmd, len))
			r = &rules[i];
	if (!r)
		return event == EV_TIMEOUT || event == EV_CLOSED ? done(p, R_UNKNOWN)
		                                                 : ZPROBE_WAIT;
	if (p->state == S_ERROR && event == EV_MESSAGE)
		p->error_cmd = cmd;
	if (r->next == S_DONE)
		return done(p, r->result);
	if (event == EV_CLOSED)
		return reconnect(p, r->next);
	p->state = r->next;
	ask(p, r->ask);
	return ZPROBE_WAIT;
}

void zprobe_init(struct zprobe *p)
{
	memset(p, 0, sizeof(*p));
	p->text = results[R_UNKNOWN].text;
}

enum zprobe_step zprobe_connected(struct zprobe *p)
{
	p->in_len = p->skip = 0;
	ask(p, headers[p->header].ask);
	return ZPROBE_WAIT;
}

/* The width of the name in INTERFACE_ADD, by the layout that uses up the body. */
static bool name_is(unsigned minor, const uint8_t *body, size_t len)
{
	struct rd r = rd_of(body, len);
	struct zapi_if ifp;

	return !zapi_if_decode(zversion_find(8, (int)minor, 0, NULL), &r, 0, &ifp) &&
	       !rd_left(&r);
}

static enum zprobe_step on_message(struct zprobe *p, const uint8_t *body, size_t len)
{
	size_t header_len = headers[p->header].header_len;
	uint16_t cmd = (uint16_t)(p->in[header_len - 2] << 8 | p->in[header_len - 1]);

	if (p->state == S_118_IF && cmd == 0) {
		if (name_is(3, body, len))
			return step(p, EV_NAME16, 0, 0);
		if (name_is(2, body, len))
			return step(p, EV_NAME20, 0, 0);
	}
	return step(p, EV_MESSAGE, cmd, len);
}

/* One byte; whole messages are judged, those that are too long for in[] are skipped. */
static enum zprobe_step feed_byte(struct zprobe *p, uint8_t byte)
{
	size_t header_len = headers[p->header].header_len, len;

	if (p->skip) {
		p->skip--;
		return ZPROBE_WAIT;
	}
	p->in[p->in_len++] = byte;
	if (p->in_len < header_len)
		return ZPROBE_WAIT;
	len = (size_t)p->in[0] << 8 | p->in[1];
	if (len < header_len || p->in[2] != headers[p->header].marker ||
	    p->in[3] != headers[p->header].version)
		return done(p, R_UNKNOWN);
	if (len > sizeof(p->in)) {
		p->skip = len - header_len;
		p->in_len = 0;
		return ZPROBE_WAIT;
	}
	if (p->in_len < len)
		return ZPROBE_WAIT;
	p->in_len = 0;
	return on_message(p, p->in + header_len, len - header_len);
}

enum zprobe_step zprobe_feed(struct zprobe *p, const void *buf, size_t n)
{
	enum zprobe_step s = p->state == S_DONE ? ZPROBE_DONE : ZPROBE_WAIT;
	const uint8_t *b = buf;

	p->out_len = 0;
	for (size_t i = 0; i < n && s == ZPROBE_WAIT; i++)
		s = feed_byte(p, b[i]);
	return s;
}

enum zprobe_step zprobe_closed(struct zprobe *p)
{
	p->out_len = 0;
	return p->state == S_DONE ? ZPROBE_DONE : step(p, EV_CLOSED, 0, 0);
}

enum zprobe_step zprobe_timeout(struct zprobe *p)
{
	p->out_len = 0;
	return p->state == S_DONE ? ZPROBE_DONE : step(p, EV_TIMEOUT, 0, 0);
}
