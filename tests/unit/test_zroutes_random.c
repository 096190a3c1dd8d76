/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A random walk against a small model of zebra, after which zebra must have what the RIB
 * and the gateways say. */
#include "tests/unit/zroutes_lab.h"

/* A model of zebra: takes ADD and DELETE, answers after a while or never. */
struct model {
	struct lab lab;
	unsigned has[32]; /* gateways of each route; 0 = none */
	unsigned due[32]; /* 1: INSTALLED, 2: REMOVED is to be told */
	bool up[8], asked[8];
	bool down; /* the connection */
};

static unsigned index_of(const struct ipaddr *a)
{
	return a->addr[3];
}

static void model_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	struct model *m = arg;
	unsigned i = p->addr[3], mask = 0;

	for (size_t k = 0; k < n; k++)
		mask |= 1u << index_of(&nh[k].addr);
	assert_int_not_equal(mask, 0);
	m->has[i] = mask;
	m->due[i] = 1;
}

static void model_del(const struct prefix *p, void *arg)
{
	struct model *m = arg;

	m->has[p->addr[3]] = 0;
	m->due[p->addr[3]] = 2;
}

static void model_track(const struct ipaddr *nh, bool on, void *arg)
{
	struct model *m = arg;

	m->asked[index_of(nh)] = on;
}

static void model_ask(const struct prefix *p, void *arg)
{
	(void)p;
	(void)arg;
}

static void model_answers(struct model *m)
{
	for (unsigned k = 0; k < 8; k++) {
		if (!m->asked[k])
			continue;
		m->asked[k] = false;
		gateway(&m->lab, k, m->up[k]);
	}
	for (unsigned i = 0; i < 32; i++) {
		unsigned d = m->due[i];

		m->due[i] = 0;
		if (d)
			note(&m->lab, i, d == 1 ? ZNOTE_INSTALLED : ZNOTE_REMOVED);
	}
}

static void model_step(struct model *m, unsigned *wanted)
{
	unsigned i = (unsigned)rand() % 32, k = (unsigned)rand() % 8;

	switch (rand() % 8) {
	case 0:
	case 1:
	case 2:
		wanted[i] = (unsigned)rand() % 4 ? (unsigned)rand() % 256 : 0;
		want(&m->lab, i, wanted[i], 1);
		break;
	case 3:
		m->up[k] = !m->up[k];
		if (!m->down)
			gateway(&m->lab, k, m->up[k]);
		break;
	case 4:
		if (!m->down)
			model_answers(m);
		break;
	case 5:
		later(&m->lab, rand() % 700);
		break;
	case 6:
		if (!m->down)
			zroutes_iface(m->lab.z, 10 + k, rand() % 2, m->lab.now);
		break;
	default:
		if (rand() % 20)
			break;
		m->down = !m->down;
		memset(m->due, 0, sizeof(m->due));
		memset(m->asked, 0, sizeof(m->asked));
		memset(m->has, 0, sizeof(m->has));
		if (m->down)
			zroutes_down(m->lab.z);
		else
			zroutes_up(m->lab.z, 8, m->lab.now);
		break;
	}
}

static void zebra_has_what_is_wanted_in_the_end(void **state)
{
	static const struct zroutes_ops model_ops = {
	    .add = model_add, .del = model_del, .track = model_track, .ask = model_ask};
	struct model m = {.lab.now = 1};
	unsigned wanted[32] = {0};

	(void)state;
	srand(7);
	m.lab.rib = rib_new();
	m.lab.z = zroutes_new(m.lab.rib, &model_ops, &m);
	rib_attach(m.lab.rib, &lab_out, &m.lab);
	zroutes_up(m.lab.z, 8, m.lab.now);
	for (int round = 0; round < 300; round++) {
		unsigned reachable = 0;

		for (int s = 0; s < 100; s++)
			model_step(&m, wanted);
		if (m.down)
			zroutes_up(m.lab.z, 8, m.lab.now);
		m.down = false;
		for (unsigned k = 0; k < 8; k++) {
			zroutes_iface(m.lab.z, 10 + k, true, m.lab.now);
			reachable |= m.up[k] ? 1u << k : 0;
		}
		for (int s = 0; s < 20; s++) {
			model_answers(&m);
			later(&m.lab, 1000);
		}
		for (unsigned i = 0; i < 32; i++)
			assert_int_equal(m.has[i], wanted[i] & reachable);
	}
	zroutes_free(m.lab.z);
	rib_free(m.lab.rib);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zebra_has_what_is_wanted_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
