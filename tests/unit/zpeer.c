/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "zclient/zprobe.h"
#include "zpeer.h"
#include <cmocka.h>

/* What a client may send, and what zebra answers; the first that fits counts. */
static const struct answer {
	const char *asked, *told[4];
	bool harmless; /* may be asked by the probe */
	bool whole;    /* only when it is this very message */
	bool notified; /* only when notifications are on */
} answers[] = {
    {"hello",	      {"capabilities"},				      true,  false, false},
    {"interface-ask",      {"interface-add", "address-add-v4", "address-add-v6"}, true,  false,
     false											   },
    {"gr-enable",          {NULL},						true,  false, false},
    {"router-id-add",      {"router-id-update"},                                  false, false, false},
    {"route-add-v4",       {"notify-v4"},					 false, true,  true },
    {"route-add-v4",       {NULL},						false, false, false},
    {"route-add-v6",       {NULL},						false, false, false},
    {"route-delete",       {NULL},						false, false, false},
    {"route-delete-v6",    {NULL},						false, false, false},
    {"redistribute-add",   {"redistributed"},                                     false, false, false},
    {"nexthop-register",   {"nexthop-update"},                                    false, false, false},
    {"nexthop-unregister", {NULL},						false, false, false},
    {"notify-request",     {NULL},						false, false, false},
};

static uint16_t number(const uint8_t *msg, size_t header_len)
{
	return (uint16_t)(msg[header_len - 2] << 8 | msg[header_len - 1]);
}

const struct golden *zpeer_golden(const struct zpeer *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (!strcmp(z->msgs[i].name, name))
			return &z->msgs[i];
	return NULL;
}

void zpeer_init(struct zpeer *z, const struct zapi_version *v)
{
	FILE *f = golden_open("messages.hex");
	struct golden g;

	memset(z, 0, sizeof(*z));
	while (golden_next(f, &g)) {
		if (!golden_is_of(&g, v))
			continue;
		assert_true(z->n < sizeof(z->msgs) / sizeof(z->msgs[0]));
		z->msgs[z->n++] = g;
	}
	fclose(f);
	assert_non_null(zpeer_golden(z, "hello"));
	z->header_len = zpeer_golden(z, "hello")->msg[3] >= 5 ? 10 : 8;
	z->closed = true;
}

void zpeer_connect(struct zpeer *z)
{
	z->closed = z->notify = false;
	z->in_len = z->out_len = 0;
	z->connects++;
}

static void tell(struct zpeer *z, const char *name)
{
	const struct golden *g = zpeer_golden(z, name);

	if (!g)
		return; /* this release does not send that */
	assert_true(z->out_len + g->len <= sizeof(z->out));
	memcpy(z->out + z->out_len, g->msg, g->len);
	z->out_len += g->len;
}

/* Type, instance and the wish for notifications, as far as this release reads HELLO. false: too
 * short, and ignored. */
static bool on_hello(struct zpeer *z, const uint8_t *body, size_t len)
{
	size_t want = zpeer_golden(z, "hello")->len - z->header_len;

	if (len < want)
		return false;
	z->instance = want >= 3 ? (uint16_t)(body[1] << 8 | body[2]) : 0;
	if (want == 4 || want == 9)
		z->notify = body[want == 4 ? 3 : 7];
	/* Whoever only probes sweeps what it names when it goes. */
	if (z->probing && want >= 3)
		assert_int_equal(z->instance, ZPROBE_INSTANCE);
	return true;
}

static bool fits(const struct zpeer *z, const struct answer *a, const uint8_t *msg, size_t len)
{
	const struct golden *g = zpeer_golden(z, a->asked);

	if (!g || number(g->msg, z->header_len) != number(msg, z->header_len))
		return false;
	return !a->whole || (g->len == len && !memcmp(g->msg, msg, len));
}

static void on_message(struct zpeer *z, const uint8_t *msg, size_t len)
{
	const struct answer *a = NULL;

	for (size_t i = 0; i < z->n; i++)
		z->exact += z->msgs[i].len == len && !memcmp(z->msgs[i].msg, msg, len);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]) && !a; i++)
		if (fits(z, &answers[i], msg, len))
			a = &answers[i];
	if (!a) {
		tell(z, "error"); /* no handler: up to 7.2 it only logs that */
		return;
	}
	if (z->probing && !a->harmless)
		fail_msg("the probe asks %s", a->asked);
	if (!strcmp(a->asked, "hello") &&
	    !on_hello(z, msg + z->header_len, len - z->header_len))
		return;
	if (!strcmp(a->asked, "notify-request"))
		z->notify = msg[z->header_len];
	for (size_t i = 0; i < 4 && a->told[i] && (!a->notified || z->notify); i++)
		tell(z, a->told[i]);
}

void zpeer_feed(struct zpeer *z, const uint8_t *p, size_t len)
{
	const uint8_t *hello = zpeer_golden(z, "hello")->msg;

	assert_true(len <= sizeof(z->in) - z->in_len);
	memcpy(z->in + z->in_len, p, len);
	z->in_len += len;
	while (!z->closed && z->in_len >= z->header_len) {
		size_t n = (size_t)z->in[0] << 8 | z->in[1];

		z->closed = n < z->header_len || z->in[2] != hello[2] || z->in[3] != hello[3];
		if (z->closed || z->in_len < n)
			return;
		on_message(z, z->in, n);
		z->in_len -= n;
		memmove(z->in, z->in + n, z->in_len);
	}
}
