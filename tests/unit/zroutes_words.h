/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zroutes_words.h - the lab of zroutes_lab.h, with what is asked of zebra as text. */
#ifndef TESTS_ZROUTES_WORDS_H
#define TESTS_ZROUTES_WORDS_H
#include "tests/unit/zroutes_lab.h"

static inline void say(struct lab *l, const char *what, const char *more)
{
	size_t len = strlen(l->said);

	snprintf(l->said + len, sizeof(l->said) - len, "%s %s; ", what, more);
}

static inline void on_add(
    const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	char s[PREFIX_STRLEN], line[512];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s", prefix_str(p, s));

	for (size_t i = 0; i < n; i++)
		if (nh[i].loopback)
			len += (size_t)snprintf(
			    line + len, sizeof(line) - len, " if%u", nh[i].ifindex);
		else
			len += (size_t)snprintf(line + len, sizeof(line) - len, " %s*%u",
			    ipaddr_str(&nh[i].addr, s), nh[i].weight);
	say(arg, "add", line);
}

static inline void on_del(const struct prefix *p, void *arg)
{
	char s[PREFIX_STRLEN];

	say(arg, "del", prefix_str(p, s));
}

static inline void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	char s[PREFIX_STRLEN];

	say(arg, on ? "track" : "untrack", ipaddr_str(nh, s));
}

static inline void on_ask(const struct prefix *p, void *arg)
{
	char s[PREFIX_STRLEN];

	say(arg, "ask", prefix_str(p, s));
}

static const struct zroutes_ops ops = {
    .add = on_add, .del = on_del, .track = on_track, .ask = on_ask};

static inline int set_up(void **state)
{
	struct lab *l = xcalloc(1, sizeof(*l));

	l->rib = rib_new();
	l->z = zroutes_new(l->rib, &ops, l);
	l->now = 1000;
	rib_attach(l->rib, &lab_out, l);
	zroutes_up(l->z, 8, l->now);
	*state = l;
	return 0;
}

static inline int tear_down(void **state)
{
	struct lab *l = *state;

	zroutes_free(l->z);
	rib_free(l->rib);
	free(l);
	return 0;
}

/* Everything said since the last call must be this. */
static inline void expect(struct lab *l, const char *said)
{
	assert_string_equal(l->said, said);
	l->said[0] = '\0';
}

static inline void state_is(struct lab *l, unsigned i, enum zroute_state s)
{
	struct prefix p = pfx(i);
	struct zroute_view v;

	assert_true(zroutes_find(l->z, &p, l->now, &v));
	assert_int_equal(v.state, s);
}

static inline void installed(struct lab *l, unsigned i, unsigned mask)
{
	want(l, i, mask, 1);
	for (unsigned k = 0; k < 8; k++)
		if (mask & 1u << k)
			gateway(l, k, true);
	note(l, i, ZNOTE_INSTALLED);
	state_is(l, i, ZROUTE_INSTALLED);
	l->said[0] = '\0';
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#endif
