/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The truth table of eligibility, row by row, and the limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/eligible.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

#define MAX_NODES 8

enum {
	LOCAL = 1,
	V6 = 2,
	OVER_V6 = 4, /* IPv4 may go over IPv6 next hops */
	EQUAL = 8,
	SELECT = 16, /* the pool's advertisement selects zone=a */
	ITSELF = 32, /* role node */
	OTHERS = 64, /* the pool's advertisement is for Services app=x, which this is not */
	NO_AD = 128, /* the pool has none */
	TWO = 256,   /* the Service has two, with different LOCAL_PREFs */
};

/* Each node: "name spec | ready,draining" (spec "-" = no such Node). What comes of it:
 * "reason nexthop*weight", d = draining. */
static const struct row {
	const char *what;
	unsigned flags;
	const char *nodes[MAX_NODES];
	const char *want;
} rows[] = {
    {"Local: the nodes with a ready endpoint, by their number", LOCAL,
     {"a 192.0.2.1 | 2,0", "b 192.0.2.2 | 1,0", "c 192.0.2.3 | 0,0"},
     "ok 192.0.2.1*2; ok 192.0.2.2*1; no-endpoint"														   },
    {"Cluster: every node, all alike",                          0,
     {"a 192.0.2.1 | 2,0", "b 192.0.2.2 | 1,1", "c 192.0.2.3 | 0,0"},
     "ok 192.0.2.1*1; ok 192.0.2.2*1; ok 192.0.2.3*1"														},
    {"Local: draining where none is ready",                     LOCAL,                {"a 192.0.2.1 | 3,1", "b 192.0.2.2 | 0,2"},
     "ok 192.0.2.1*3; draining 192.0.2.2*1d"															 },
    {"Local: all draining",				     LOCAL,                {"a 192.0.2.1 | 0,1", "b 192.0.2.2 | 0,4"},
     "draining 192.0.2.1*1d; draining 192.0.2.2*1d"														  },
    {"Cluster: draining while none is ready anywhere",          0,
     {"a 192.0.2.1 | 0,0", "b 192.0.2.2 | 0,1"},
     "draining 192.0.2.1*1d; draining 192.0.2.2*1d"														  },
    {"Cluster: one ready elsewhere is enough",                  0,                    {"a 192.0.2.1 | 0,2", "b 192.0.2.2 | 1,0"},
     "ok 192.0.2.1*1; ok 192.0.2.2*1"																},
    {"Cluster: no endpoint, nobody",                            0,                    {"a 192.0.2.1 | 0,0", "b 192.0.2.2 | 0,0"},
     "no-endpoint; no-endpoint"																      },
    {"Local: no endpoint, nobody",                              LOCAL,                {"a 192.0.2.1 | 0,0"},                               "no-endpoint"             },
    {"the exclude label, alone",                                LOCAL,                {"a 192.0.2.1 exclude | 1,0"},                       "excluded"                },
    {"the exclude label, Cluster",                              0,                    {"a 192.0.2.1 exclude | 1,0", "b 192.0.2.2 | 0,0"},
     "excluded; ok 192.0.2.2*1"																      },
    {"NetworkUnavailable",				      LOCAL,                {"a 192.0.2.1 netdown | 1,0", "b 192.0.2.2 | 1,0"},
     "network-unavailable; ok 192.0.2.2*1"															   },
    {"node selectors",					  LOCAL | SELECT,
     {"a 192.0.2.1 zone=a | 1,0", "b 192.0.2.2 zone=b | 1,0", "c 192.0.2.3 | 1,0"},
     "ok 192.0.2.1*1; not-selected; not-selected"														    },
    {"NotReady beside a Ready one",                             LOCAL,                {"a 192.0.2.1 notready | 1,0", "b 192.0.2.2 | 1,0"},
     "not-ready; ok 192.0.2.2*1"																     },
    {"NotReady, all of them",				   LOCAL,
     {"a 192.0.2.1 notready | 1,0", "b 192.0.2.2 notready | 2,0"},
     "serves-not-ready 192.0.2.1*1; serves-not-ready 192.0.2.2*2"												    },
    {"NotReady, and the Ready one has no endpoint",             LOCAL,
     {"a 192.0.2.1 notready | 1,0", "b 192.0.2.2 | 0,0"},
     "serves-not-ready 192.0.2.1*1; no-endpoint"														     },
    {"NotReady, and the Ready one is excluded",                 0,
     {"a 192.0.2.1 notready | 1,0", "b 192.0.2.2 exclude | 1,0"},
     "serves-not-ready 192.0.2.1*1; excluded"															},
    {"NotReady, and the Ready one has no address",              0,                    {"a 192.0.2.1 notready | 1,0", "b | 1,0"},
     "serves-not-ready 192.0.2.1*1; no-internal-ip"														  },
    {"NotReady beside a Ready one that drains",                 LOCAL,
     {"a 192.0.2.1 notready | 1,0", "b 192.0.2.2 | 0,1"},
     "not-ready; draining 192.0.2.2*1d"															      },
    {"NotReady and draining, all of them",                      LOCAL,                {"a 192.0.2.1 notready | 0,1"},
     "serves-not-ready 192.0.2.1*1d"																 },
    {"an endpoint on a Node that is not there",                 LOCAL,                {"a - | 1,0", "b 192.0.2.2 | 1,0"},
     "no-node; ok 192.0.2.2*1"																       },
    {"no InternalIP",					   LOCAL,                {"a | 1,0"},                                         "no-internal-ip"          },
    {"only addresses that cannot be next hops",                 LOCAL,
     {"a 127.0.0.1 169.254.1.1 0.0.0.0 224.0.0.1 fe80::1 ::1 ff02::1 :: | 1,0"},
     "no-internal-ip"																		},
    {"none of the family",				      LOCAL,                {"a 2001:db8::1 | 1,0"},                             "no-internal-ip-of-family"},
    {"none of the family, the output can",                      LOCAL | OVER_V6,      {"a 2001:db8::1 | 1,0"},
     "ok 2001:db8::1*1"																	      },
    {"IPv4 before IPv6 where the node has both",                LOCAL | OVER_V6,
     {"a 2001:db8::1 192.0.2.1 | 1,0"},												    "ok 192.0.2.1*1"          },
    {"IPv6 never over IPv4",				    LOCAL | V6 | OVER_V6, {"a 192.0.2.1 | 1,0"},
     "no-internal-ip-of-family"																      },
    {"IPv6",						    LOCAL | V6,           {"a 192.0.2.1 2001:db8::1 | 1,0"},                   "ok 2001:db8::1*1"        },
    {"the first in a connected subnet",                         LOCAL,
     {"a 203.0.113.1 192.0.2.9 192.0.2.8 | 1,0", "b 203.0.113.2 198.51.100.1 | 1,0"},
     "ok 192.0.2.9*1; ok 203.0.113.2*1"															      },
    {"the first in a connected subnet, IPv4 over IPv6",         LOCAL | OVER_V6,
     {"a 2001:db8:f::1 2001:db8::7 | 1,0"},												"ok 2001:db8::7*1"        },
    {"equal weights",					   LOCAL | EQUAL,        {"a 192.0.2.1 | 7,0", "b 192.0.2.2 | 1,0"},
     "ok 192.0.2.1*1; ok 192.0.2.2*1"																},
    {"255 endpoints are weight 255",                            LOCAL,                {"a 192.0.2.1 | 255,0", "b 192.0.2.2 | 100,0"},
     "ok 192.0.2.1*255; ok 192.0.2.2*100"															    },
    {"more are scaled down, none to nothing",                   LOCAL,
     {"a 192.0.2.1 | 1000,0", "b 192.0.2.2 | 500,0", "c 192.0.2.3 | 1,0"},
     "ok 192.0.2.1*255; ok 192.0.2.2*127; ok 192.0.2.3*1"													    },
    {"who is left out scales nobody",                           LOCAL,
     {"a 192.0.2.1 exclude | 1000,0", "b 192.0.2.2 | 5,0"},										"excluded; ok 192.0.2.2*5"},
    {"the first reason is told",                                LOCAL | SELECT,
     {"a exclude netdown notready | 1,0", "b netdown | 1,0", "c 2001:db8::1 zone=a | 1,0"},
     "excluded; network-unavailable; no-internal-ip-of-family"												       },
    {"role node: no InternalIP is needed, all else is",         ITSELF | SELECT,
     {"a zone=a | 1,0", "b 2001:db8::2 zone=a | 0,0", "c 192.0.2.3 | 1,0",
	    "d exclude | 1,0"},
     "ok -*1; ok -*1; not-selected; excluded"															},
    {"trap 17: a pool that no advertisement selects",           LOCAL | NO_AD,        {"a 192.0.2.1 | 1,0"},
     "no-advertisement"																	      },
    {"serviceSelectors of every advertisement: other Services", OTHERS,               {"a 192.0.2.1 | 1,0"},
     "other-services"																		},
    {"conflictingAdvertisements: role node",                    ITSELF | TWO,         {"a | 1,0", "b exclude | 1,0"},
     "conflicting-advertisements; excluded"															  },
    {"conflictingAdvertisements: not for a router",             TWO,                  {"a 192.0.2.1 | 1,0"},
     "ok 192.0.2.1*1"																		},
    {"no nodes at all",					 0,                    {NULL},					      ""                        },
};

struct nodes {
	struct k8s_object *obj[MAX_NODES];
	struct eligible_node v[MAX_NODES];
	char name[MAX_NODES][OBJ_WORD];
	size_t n;
};

static void nodes_make(const char *const *text, struct nodes *nodes)
{
	*nodes = (struct nodes){.n = 0};
	for (; nodes->n < MAX_NODES && text[nodes->n]; nodes->n++) {
		const char *s = text[nodes->n], *bar = strchr(s, '|');
		struct eligible_node *v = &nodes->v[nodes->n];
		char spec[OBJ_WORD], *end;

		obj_word(&s, " ", nodes->name[nodes->n]);
		memcpy(spec, s, (size_t)(bar - s));
		spec[bar - s] = '\0';
		v->name = nodes->name[nodes->n];
		if (!strstr(spec, " - "))
			nodes->obj[nodes->n] = node(v->name, spec);
		v->node = nodes->obj[nodes->n] ? &nodes->obj[nodes->n]->node : NULL;
		v->ready = (uint16_t)strtoul(bar + 1, &end, 10);
		v->draining = (uint16_t)strtoul(end + 1, NULL, 10);
	}
}

static void nodes_free(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++)
		k8s_object_free(nodes->obj[i]);
}

static size_t verdict_text(const struct eligible_verdict *v, char *to, size_t room)
{
	char buf[PREFIX_STRLEN];
	const char *token = eligible_text((enum eligible_reason)v->reason)->token;

	if (!v->eligible) {
		assert_int_equal(v->weight, 0);
		return (size_t)snprintf(to, room, "%s", token);
	}
	return (size_t)snprintf(to, room, "%s %s*%u%s", token,
	    v->nexthop.family ? ipaddr_str(&v->nexthop, buf) : "-", v->weight,
	    v->draining ? "d" : "");
}

/* The advertisements of the row's pool for a Service without labels. */
static struct ads row_ads(const struct row *row)
{
	static struct selector_label zone = {(char *)"zone", (char *)"a"};
	static struct selector_label app = {(char *)"app", (char *)"x"};
	static struct selector in_zone = {.labels = &zone, .n_labels = 1};
	static struct selector of_app = {.labels = &app, .n_labels = 1}, any;
	static struct iprange range = {.first = {.family = AF_INET}};
	static struct pool_ad v[2];
	static struct pool pool;
	const struct k8s_service svc = {0};
	struct ads ads;

	v[0] = v[1] =
	    (struct pool_ad){.protocol = POLICY_BGP, .aggregation4 = 32, .aggregation6 = 128};
	v[1].localpref = 1;
	if (row->flags & SELECT)
		v[0].nodes = (struct selectors){&in_zone, 1};
	if (row->flags & (OTHERS | TWO))
		v[0].services = (struct selectors){row->flags & TWO ? &any : &of_app, 1};
	pool = (struct pool){.ads = v, .n_ads = 1, .ranges = &range, .n_ranges = 1};
	pool.protocols = row->flags & NO_AD ? 0 : POLICY_BGP;
	pool.n_ads += row->flags & TWO ? 1 : 0;
	ads_make(&ads, &pool, POLICY_BGP, &svc);
	return ads;
}

static void run_row(const struct row *row)
{
	struct prefix connected[2];
	const struct eligible_router router = {.connected = connected,
	    .n_connected = 2,
	    .v4_over_v6 = row->flags & OVER_V6,
	    .equal_weight = row->flags & EQUAL,
	    .itself = row->flags & ITSELF};
	struct ads ads = row_ads(row);
	struct eligible_in in = {.local = row->flags & LOCAL,
	    .family = row->flags & V6 ? AF_INET6 : AF_INET,
	    .ads = &ads,
	    .router = &router};
	struct eligible_verdict out[MAX_NODES];
	struct eligible_sum sum;
	struct nodes nodes;
	char text[512] = "";
	size_t len = 0, reasons = 0;

	prefix_parse("192.0.2.0/24", &connected[0]);
	prefix_parse("2001:db8::/64", &connected[1]);
	nodes_make(row->nodes, &nodes);
	in.nodes = nodes.v;
	in.n = nodes.n;
	for (size_t i = 0; i < nodes.n; i++) {
		in.ready += nodes.v[i].ready;
		in.draining += nodes.v[i].draining;
	}
	sum = eligible_run(&in, out);
	for (size_t i = 0; i < nodes.n; i++) {
		if (i)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "; ");
		len += verdict_text(&out[i], text + len, sizeof(text) - len);
		assert_string_equal(out[i].node, nodes.v[i].name);
		sum.eligible -= out[i].eligible;
		sum.draining -= out[i].draining;
	}
	for (size_t i = 0; i < ELIGIBLE_REASONS; i++)
		reasons += sum.by_reason[i];
	if (strcmp(text, row->want) != 0)
		fail_msg("%s:\n  got  %s\n  want %s", row->what, text, row->want);
	assert_int_equal(sum.eligible, 0);
	assert_int_equal(sum.draining, 0);
	assert_int_equal(reasons, nodes.n);
	nodes_free(&nodes);
	ads_fini(&ads);
}

static void the_truth_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		run_row(&rows[i]);
}

static void without_ads_all_nodes_are_selected(void **state)
{
	struct k8s_object *o = node("a", "192.0.2.1");
	const struct eligible_router router = {0};
	const struct eligible_node n = {.name = "a", .node = &o->node, .ready = 1};
	const struct eligible_in in = {
	    .local = true, .family = AF_INET, .nodes = &n, .n = 1, .router = &router};
	struct eligible_verdict v;

	(void)state;
	assert_int_equal(eligible_run(&in, &v).eligible, 1);
	k8s_object_free(o);
}

#define MANY 1000

static void many(struct eligible_verdict *v, char names[MANY][8])
{
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], 8, "n%zu", i);
		v[i] =
		    (struct eligible_verdict){.node = names[i], .eligible = true, .weight = 1};
	}
}

static size_t differences(
    const struct eligible_verdict *a, const struct eligible_verdict *b, size_t n)
{
	size_t d = 0;

	for (size_t i = 0; i < n; i++)
		d += a[i].eligible != b[i].eligible;
	return d;
}

static void the_limit_keeps_a_stable_subset(void **state)
{
	static struct eligible_verdict all[MANY], same[MANY], less[MANY], other[MANY];
	static char names[MANY][8];
	size_t kept = 0;

	(void)state;
	many(all, names);
	many(less, names);
	assert_int_equal(eligible_limit(all, MANY, 0, 1), 0);
	assert_int_equal(eligible_limit(all, MANY, MANY, 1), 0);
	assert_int_equal(eligible_limit(all, MANY, 64, 1), MANY - 64);
	for (size_t i = 0; i < MANY; i++) {
		kept += all[i].eligible;
		assert_int_equal(all[i].eligible, all[i].weight == 1);
		assert_int_equal(!all[i].eligible, all[i].reason == ELIGIBLE_OVER_LIMIT);
	}
	assert_int_equal(kept, 64);
	many(same, names);
	eligible_limit(same, MANY, 64, 1);
	assert_int_equal(differences(all, same, MANY), 0);
	/* Another seed is another subset. */
	many(other, names);
	eligible_limit(other, MANY, 64, 2);
	assert_true(differences(all, other, MANY) > 64);
	/* A node that was kept goes: one other takes its place, nobody else moves. */
	for (size_t i = 0; i < MANY; i++) {
		if (!all[i].eligible)
			continue;
		less[i].eligible = false;
		break;
	}
	eligible_limit(less, MANY, 64, 1);
	assert_int_equal(differences(all, less, MANY), 2);
}

static void every_reason_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < ELIGIBLE_REASONS; i++) {
		const struct eligible_text *t = eligible_text((enum eligible_reason)i);

		assert_true(t->token && *t->token && t->what && *t->what && t->cure);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    t->token, eligible_text((enum eligible_reason)j)->token);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_truth_table),
	    cmocka_unit_test(without_ads_all_nodes_are_selected),
	    cmocka_unit_test(the_limit_keeps_a_stable_subset),
	    cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
