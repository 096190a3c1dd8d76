/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may answer ARP and NDP for an address: the rows of metallb-compat.md 4.5 and 5.3 that are
 * about candidates, by their words; then what follows a change. Which of the candidates it is,
 * is not MetalLB's hash but ours: test_owners.c, test_owners_lan.c.
 */
#include "tests/unit/desired_world.h"
#include "tests/unit/wishes.h"

#define IP    "198.51.100.1"
#define RANGE ":198.51.100.0/24,2001:db8:f::/64"

/* Node n1 is this one. */
static const struct row {
	const char *what, *pool, *service, *endpoints;
	const char *nodes[3]; /* of n1, n2, n3, labels sorted; NULL = nothing */
	const char *want;     /* "" = nobody */
} rows[] = {
  /* 4.5 1 */
    {"no endpoint can serve: nobody",					"layer2",                                        "",                    "10.0.0.1@n1:unready", {0},                         ""                          },
    {"no endpoint at all: nobody",					   "layer2",                                        "",                    "",                    {0},                         ""                          },
    {"a terminating one that serves counts (trap 15)",                       "layer2",                                        "local",
     "10.0.0.1@n2:draining",																		{0},                         "n2*0!"                     },
    {"and moves in time to a node with a ready one",                         "layer2",                                        "local",
     "10.0.0.1@n2:draining 10.0.0.2@n3",																    {0},                         "n2*0! n3*0"                },
 /* 4.5 2 */
    {"service selectors: pool and Service",                                  "layer2:l2/app=x",                               "label=app=x",         "10.0.0.1@n1",
     {0},																								"n1*0 n2*0 n3*0"            },
    {"a Service that no advertisement is for",                               "layer2:l2/app=x",                               "label=app=y",         "10.0.0.1@n1",
     {0},																								""			  },
    {"service selectors: any of them will do",                               "layer2:l2/app=x/app=y",                         "label=app=y",
     "10.0.0.1@n1",																			 {0},                         "n1*0 n2*0 n3*0"            },
    {"may be shared, and one is for some Services: nobody",                  "layer2:l2/app=x",
     "label=app=x share=k",															  "10.0.0.1@n1",         {0},                         ""                          },
    {"so it is with another that is for all",                                "layer2:l2/app=x:l2",                            "label=app=x share=k",
     "10.0.0.1@n1",																			 {0},                         ""                          },
    {"may be shared: those for other Services do not matter",                "layer2:l2/app=x:l2",                            "share=k",
     "10.0.0.1@n1",																			 {0},                         "n1*0 n2*0 n3*0"            },
 /* 4.5 3 */
    {"no advertisement lists this node: the others",                         "layer2:l2/zone=b",                              "",                    "10.0.0.1@n1",
     {NULL, NULL, "zone=b"},																					     "n3*0"                      },
    {"no advertisement lists any node",                                      "layer2:l2/zone=c",                              "",                    "10.0.0.1@n1",         {0},                         ""                          },
 /* 4.5 4 */
    {"Cluster: all nodes",						   "layer2",					"",                    "10.0.0.1@n1",         {0},                         "n1*0 n2*0 n3*0"            },
    {"NetworkUnavailable: not that one",                                     "layer2",                                        "",                    "10.0.0.1@n1",         {NULL, "netdown"},
     "n1*0 n3*0"																										     },
    {"the exclude label: not that one",                                      "layer2",                                        "",                    "10.0.0.1@n1",         {"exclude"},                 "n2*0 n3*0"                 },
    {"NotReady while others are Ready: not that one (#2514)",                "layer2",                                        "",                    "10.0.0.1@n1",
     {NULL, NULL, "notready"},																					   "n1*0 n2*0"                 },
    {"all NotReady: all, a sick control plane takes nothing down",           "layer2",                                        "",                    "10.0.0.1@n1",
     {"notready", "notready", "notready"},																			       "n1*0 n2*0 n3*0"            },
    {"nodes of any advertisement that counts",                               "layer2:l2/zone=b:l2/zone=c",                    "",                    "10.0.0.1@n1",
     {NULL, "zone=c", "zone=b"},																					 "n2*0 n3*0"                 },
 /* 4.5 5 */
    {"Local: the nodes with a ready endpoint",                               "layer2",                                        "local",
     "10.0.0.1@n2 10.0.0.2@n3:unready",																     {0},                         "n2*0"                      },
    {"Local: a node without an advertisement: nobody (5.6 12)",              "layer2:l2/zone=b",                              "local",
     "10.0.0.1@n2",																			 {NULL, NULL, "zone=b"},      ""                          },
    {"Local: an endpoint without a node counts nowhere",                     "layer2",                                        "local",               "10.0.0.1@",           {0},
     ""																											      },
    {"Cluster: an endpoint without a node counts",                           "layer2",                                        "",                    "10.0.0.1@",           {0},
     "n1*0 n2*0 n3*0"																										},
    {"ready and unready with one address (5.6 17)",                          "layer2",                                        "local",
     "10.0.0.1@n1:unready 10.0.0.1@n2",																     {0},                         "n2*0"                      },
 /* 5.3: interfaces */
    {"an interface",							 "layer2:l2/if=e0",                               "",                    "10.0.0.1@n1",         {0},                         "n1*0@e0 n2*0@e0 n3*0@e0"   },
    {"two advertisements: both interfaces",                                  "layer2:l2/if=e0:l2/if=e1",                      "",                    "10.0.0.1@n1",         {0},
     "n1*0@e0@e1 n2*0@e0@e1 n3*0@e0@e1"																							      },
    {"one that names none: every interface",                                 "layer2:l2/if=e0:l2",                            "",                    "10.0.0.1@n1",         {0},
     "n1*0 n2*0 n3*0"																										},
    {"interfaces with a node selector",                                      "layer2:l2/zone=b/if=e0:l2/zone=c/if=e1",        "",
     "10.0.0.1@n1",																			 {NULL, "zone=c", "zone=b"},  "n2*0@e1 n3*0@e0"           },
    {"both for a node that both select",                                     "layer2:l2/zone=b/if=e0:l2/if=e1",               "",                    "10.0.0.1@n1",
     {NULL, NULL, "zone=b"},																					     "n1*0@e1 n2*0@e1 n3*0@e0@e1"},
 /* 5.3: preferred nodes */
    {"labelled is preferred",						"layer2:l2/prefer=tier=x*10",                    "",                    "10.0.0.1@n1",         {NULL, "tier=x"},
     "n1*0 n2*10 n3*0"																									       },
    {"no match: as if there were none",                                      "layer2:l2/prefer=tier=x*10",                    "",                    "10.0.0.1@n1",         {0},
     "n1*0 n2*0 n3*0"																										},
    {"weights of one advertisement sum",                                     "layer2:l2/prefer=tier=x*10/prefer=rack=1*5",    "",
     "10.0.0.1@n1",																			 {"rack=1", "rack=1 tier=x"}, "n1*5 n2*15 n3*0"           },
    {"weights of advertisements sum",					"layer2:l2/prefer=tier=x*10:l2/prefer=rack=1*5", "",
     "10.0.0.1@n1",																			 {"rack=1", "rack=1 tier=x"}, "n1*5 n2*15 n3*0"           },
    {"of those only that select the node",
     "layer2:l2/zone=b/prefer=tier=x*10:l2/prefer=rack=1*5",								  "",                    "10.0.0.1@n1",
     {"rack=1 tier=x", NULL, "tier=x zone=b"},																			   "n1*5 n2*0 n3*10"           },
    {"hard filter first",						    "layer2:l2/zone=b/prefer=tier=x*10",             "",                    "10.0.0.1@n1",
     {"tier=x", NULL, "zone=b"},																					 "n3*0"                      },
    {"only those for the Service",					   "layer2:l2/app=x/prefer=tier=x*10:l2",           "",                    "10.0.0.1@n1",
     {"tier=x"},																							 "n1*0 n2*0 n3*0"            },
    {"preferred, but Local has its endpoint elsewhere",                      "layer2:l2/prefer=tier=x*10",                    "local",
     "10.0.0.1@n3",																			 {"tier=x"},                  "n3*0"                      },
    {"5.3: hard filters that no node passes with the preference: nobody",
     "layer2:l2/zone=z/prefer=tier=x*10",										     "",                    "10.0.0.1@n1",         {"tier=x"},                  ""                          },
    {"5.3: disjoint sets: each node by its own advertisement",
     "layer2:l2/zone=b/prefer=tier=x*10:l2/zone=c/prefer=tier=x*20",                                                          "",                    "10.0.0.1@n1",
     {"tier=x zone=b", "tier=x zone=c", "tier=x"},																		       "n1*10 n2*20"               },
    {"5.3: disjoint sets: preferred here, with others left to fall back to",
     "layer2:l2/prefer=tier=x*10:l2/prefer=tier=y*10",									"",                    "10.0.0.1@n1",
     {"tier=x", "tier=y"},																					       "n1*10 n2*10 n3*0"          },
 /* 5.3: Services */
    {"5.3: mixed TCP/UDP Service: as any",                                   "layer2",                                        "tcp=53 udp=53",       "10.0.0.1@n1",         {0},
     "n1*0 n2*0 n3*0"																										},
    {"5.3: mixed TCP/UDP Service with policy Local: one node has both",      "layer2",
     "tcp=53 udp=53 local",															  "10.0.0.1@n2",         {0},                         "n2*0"                      },
    {"5.3: two advertisements match: each node once",                        "layer2:l2:l2/app=x",                            "label=app=x",
     "10.0.0.1@n1",																			 {0},                         "n1*0 n2*0 n3*0"            },
    {"5.3: node and Service never coincide: nobody",                         "layer2:l2/app=y/zone=b:l2/app=x/zone=z",
     "label=app=x",																  "10.0.0.1@n1",         {"zone=b"},                  ""                          },
    {"5.3: several node selectors: nodes of any",                            "layer2:l2/zone=b/zone=c",                       "",                    "10.0.0.1@n1",
     {"zone=b", NULL, "zone=c"},																					 "n1*0 n3*0"                 },
    {"5.3: NetworkUnavailable where Local has its endpoint: nobody",         "layer2",                                        "local",
     "10.0.0.1@n2",																			 {NULL, "netdown"},           ""                          },
    {"5.3: excluded where Local has its endpoint: nobody",                   "layer2",                                        "local",               "10.0.0.1@n2",
     {NULL, "exclude"},																						  ""                          },
 /* pools for both */
    {"a pool for BGP: nobody",					       "bgp",					   "",                    "10.0.0.1@n1",         {0},                         ""                          },
    {"a pool for both: by its own advertisements",                           "bgp:l2/zone=b/if=e0",                           "",                    "10.0.0.1@n1",
     {NULL, NULL, "zone=b"},																					     "n3*0@e0"                   },
    {"a pool without an advertisement of its own: all",                      "layer2",                                        "",                    "10.0.0.1@n1",         {0},
     "n1*0 n2*0 n3*0"																										},
    {"a pool that nobody announces (trap 17)",                               "mute",                                          "",                    "10.0.0.1@n1",         {0},                         ""                          },
};

struct scene {
	struct world w;
	struct wishes wishes;
};

static void say_node(struct scene *s, unsigned i, const char *more)
{
	char name[4], spec[128];

	snprintf(name, sizeof(name), "n%u", i);
	snprintf(spec, sizeof(spec), "192.0.2.%u 2001:db8::%u %s", i, i, more ? more : "");
	put(&s->w, node(name, spec));
}

static void open_scene(struct scene *s, const char *pool)
{
	char pools[192];

	*s = (struct scene){0};
	snprintf(pools, sizeof(pools), "lan:%s" RANGE, pool);
	world_init(&s->w, pools);
	desired_set_node(s->w.d, "n1");
	desired_set_l2(s->w.d, wishes_hear, &s->wishes);
	for (unsigned i = 1; i <= 3; i++)
		say_node(s, i, NULL);
}

static void close_scene(struct scene *s)
{
	free(s->wishes.v);
	world_fini(&s->w);
}

static const char *wish(const struct scene *s, const char *address)
{
	const struct ipaddr a = obj_addr(address);
	const struct wish *w = wishes_find(&s->wishes, &a);

	return w && w->n ? w->text : "";
}

/* The candidates, without the key. */
static const char *candidates(const struct scene *s, const char *address)
{
	const char *text = wish(s, address);

	return *text ? strchr(text + strlen("by "), ' ') + 1 : text;
}

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct scene s;
		char spec[128];

		open_scene(&s, r->pool);
		for (unsigned k = 0; k < 3; k++)
			say_node(&s, k + 1, r->nodes[k]);
		snprintf(spec, sizeof(spec), "ips=" IP " %s", r->service);
		put(&s.w, service("d/web", spec));
		put(&s.w, slice("d/web-4", "web", r->endpoints));
		run(&s.w);
		if (strcmp(candidates(&s, IP), r->want) != 0)
			fail_msg(
			    "%s: \"%s\", not \"%s\"", r->what, candidates(&s, IP), r->want);
		close_scene(&s);
	}
}

/* 5.3: two Services that share an address are announced from one node, by what both have. */
static void sharers(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, "layer2");
	put(&s.w,
	    service("d/dns-tcp", "ips=" IP " share=k tcp=53 created=2 selector=a=b local"));
	put(&s.w,
	    service("d/dns-udp", "ips=" IP " share=k udp=53 created=1 selector=a=b local"));
	put(&s.w, slice("d/dns-tcp-4", "dns-tcp", "10.0.0.1@n1 10.0.0.2@n2"));
	put(&s.w, slice("d/dns-udp-4", "dns-udp", "10.0.0.2@n2 10.0.0.3@n3"));
	run(&s.w);
	assert_string_equal(wish(&s, IP), "by " IP " n2*0");
	assert_look(&s.w, "dns-tcp", "layer2");
	/* One has none: the other's. */
	put(&s.w, slice("d/dns-tcp-4", "dns-tcp", ""));
	run(&s.w);
	assert_string_equal(wish(&s, IP), "by " IP " n2*0 n3*0");
	assert_look(&s.w, "dns-tcp", "left-out");
	/* None in common: the oldest one's, as for routes. */
	put(&s.w, slice("d/dns-tcp-4", "dns-tcp", "10.0.0.1@n1"));
	run(&s.w);
	assert_string_equal(wish(&s, IP), "by " IP " n2*0 n3*0");
	assert_look(&s.w, "dns-tcp", "others-nodes");
	/* Draining for one of them. */
	put(&s.w, slice("d/dns-tcp-4", "dns-tcp", "10.0.0.1@n3 10.0.0.2@n2:draining"));
	run(&s.w);
	assert_string_equal(wish(&s, IP), "by " IP " n2*0! n3*0");
	close_scene(&s);
}

/* What belongs together goes together: the key is one for both families, and for all who share
 * (5.6 11). */
static void one_key(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, "layer2");
	put(&s.w,
	    service("d/web", "fam=46 ips=198.51.100.7,2001:db8:f::7 share=k tcp=80 created=1"));
	put(&s.w, service("d/old", "ips=198.51.100.7 share=k tcp=81 created=2"));
	put(&s.w, slice("d/web-4", "web", "10.0.0.1@n1"));
	put(&s.w, slice("d/web-6", "web", "2001:db8:a::1@n1"));
	put(&s.w, slice("d/old-4", "old", "10.0.0.1@n1"));
	run(&s.w);
	assert_string_equal(wish(&s, "198.51.100.7"), "by 198.51.100.7 n1*0 n2*0 n3*0");
	assert_string_equal(wish(&s, "2001:db8:f::7"), "by 198.51.100.7 n1*0 n2*0 n3*0");
	close_scene(&s);
}

static void changes(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, "layer2:l2/prefer=tier=x*10/if=e0");
	put(&s.w, service("d/web", "ips=" IP));
	put(&s.w, slice("d/web-4", "web", "10.0.0.1@n1"));
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n1*0@e0 n2*0@e0 n3*0@e0");
	/* Preferred node gained, lost (5.6 14). */
	say_node(&s, 2, "tier=x");
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n1*0@e0 n2*10@e0 n3*0@e0");
	say_node(&s, 2, NULL);
	gone(&s.w, K8S_NODE, "n3");
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n1*0@e0 n2*0@e0");
	/* The exclude label moves it, and its removal returns it. */
	say_node(&s, 1, "exclude");
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n2*0@e0");
	say_node(&s, 1, NULL);
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n1*0@e0 n2*0@e0");
	/* The specification changes at run time. */
	rules(&s.w, "lan:layer2:l2/if=e7" RANGE);
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n1*0@e7 n2*0@e7");
	rules(&s.w, "lan:bgp" RANGE);
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "");
	rules(&s.w, "lan:layer2" RANGE);
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "n1*0 n2*0");
	gone(&s.w, K8S_SERVICE, "d/web");
	run(&s.w);
	assert_string_equal(candidates(&s, IP), "");
	close_scene(&s);
}

static void said_when_nobody_can(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, "layer2:l2/zone=b");
	put(&s.w, service("d/web", "ips=" IP));
	put(&s.w, slice("d/web-4", "web", "10.0.0.1@n1"));
	run(&s.w);
	assert_look(&s.w, "web", "no-nodes");
	assert_non_null(
	    strstr(s.w.notes, "! d/web: " IP " is not announced: no eligible node\n"));
	say_node(&s, 3, "zone=b");
	run(&s.w);
	assert_look(&s.w, "web", "layer2");
	assert_non_null(strstr(s.w.notes, "d/web: " IP " is announced again, nodes: 1\n"));
	rules(&s.w, "lan:layer2:l2/app=x" RANGE);
	put(&s.w, service("d/web", "ips=" IP " label=app=x share=k"));
	run(&s.w);
	assert_look(&s.w, "web", "service-selectors");
	assert_non_null(strstr(s.w.notes, "is selected by advertisements for some"));
	close_scene(&s);
}

/* All nodes are told the same, whichever they are. */
static void nodes_agree(void **state)
{
	char first[512] = "";

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		struct scene s;
		char name[4];

		open_scene(&s, "bgp:l2/zone=b/if=e0:l2/zone=c/prefer=rack=1*7");
		snprintf(name, sizeof(name), "n%u", i);
		desired_set_node(s.w.d, name);
		say_node(&s, 1, "zone=b");
		say_node(&s, 3, "rack=1 zone=c");
		put(&s.w, service("d/web", "ips=" IP));
		put(&s.w, slice("d/web-4", "web", "10.0.0.1@n1"));
		run(&s.w);
		if (!*first)
			snprintf(first, sizeof(first), "%s", wish(&s, IP));
		assert_string_equal(first, "by " IP " n1*0@e0 n3*7");
		assert_string_equal(wish(&s, IP), first);
		close_scene(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row),
	    cmocka_unit_test(sharers),
	    cmocka_unit_test(one_key),
	    cmocka_unit_test(changes),
	    cmocka_unit_test(said_when_nobody_can),
	    cmocka_unit_test(nodes_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
