/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets which address. Pools: 'lan' and others as each test configures them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/alloc_clash.h"
#include "announcer/alloc_tried.h"
#include "announcer/util.h"
#include "tests/unit/alloc_world.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

static void first_free_of_the_first_pool(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "hidden:noauto:10.9.0.0/24 lan:192.0.2.0-192.0.2.2 wan:203.0.113.0/30");
	for (int i = 0; i < 5; i++) {
		char path[16];

		snprintf(path, sizeof(path), "d/s%d", i);
		world_put(&w, path, "");
	}
	world_run(&w);
	assert_int_equal(w.moved, 5);
	assert_has(&w, "d/s0", "assigned 192.0.2.0");
	assert_has(&w, "d/s2", "assigned 192.0.2.2");
	assert_has(&w, "d/s3", "assigned 203.0.113.0");
	assert_int_equal(alloc_pool_used(w.a, &w.policy->pools[1], AF_INET), 3);
	assert_int_equal(alloc_pool_used(w.a, &w.policy->pools[1], AF_INET6), 0);
	/* A freed address is the first free one; nobody moves to it. */
	world_gone(&w, "d/s1");
	world_run(&w);
	assert_has(&w, "d/s1", "none");
	world_put(&w, "d/s9", "");
	world_run(&w);
	assert_int_equal(w.moved, 1);
	assert_has(&w, "d/s9", "assigned 192.0.2.1");
	assert_has(&w, "d/s3", "assigned 203.0.113.0");
	world_fini(&w);
}

static void holders_come_first_then_the_oldest(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.2");
	world_put(&w, "d/new", "created=9");
	world_put(&w, "d/old", "created=1");
	world_put(&w, "d/mid", "created=5");
	world_put(&w, "d/holder", "created=99 status=192.0.2.1");
	world_run(&w);
	assert_has(&w, "d/holder", "assigned 192.0.2.1");
	assert_has(&w, "d/old", "assigned 192.0.2.2");
	assert_has(&w, "d/mid", "pending: no pool with auto-assign has a free IPv4 address");
	/* What comes free goes to the oldest that waits. */
	world_put(&w, "d/old", "created=1 type=ClusterIP");
	world_run(&w);
	assert_has(&w, "d/old", "none");
	assert_has(&w, "d/mid", "assigned 192.0.2.2");
	assert_has(&w, "d/new", "pending: no pool with auto-assign has a free IPv4 address");
	world_put(&w, "d/holder", "created=99 status=192.0.2.1 class=other");
	world_run(&w);
	assert_has(&w, "d/holder", "ignored: its loadBalancerClass is \"other\", ours is \"\"");
	assert_has(&w, "d/new", "assigned 192.0.2.1");
	world_fini(&w);
}

static void only_our_class(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.9");
	world_put(&w, "d/none", "");
	world_put(&w, "d/ours", "class=grevy");
	world_rules(&w, "lan:192.0.2.1-192.0.2.9", true, "grevy");
	world_run(&w);
	assert_has(&w, "d/none", "ignored: its loadBalancerClass is \"\", ours is \"grevy\"");
	assert_has(&w, "d/ours", "assigned 192.0.2.1");
	world_fini(&w);
}

static const struct request_row {
	const char *spec, *want;
} requests[] = {
    {"ips=192.0.2.7",		      "assigned 192.0.2.7"                                      },
    {"ip=192.0.2.7",		       "assigned 192.0.2.7"                                      },
    {"ips=10.9.0.5",		       "assigned 10.9.0.5"                                       }, /* auto-assign does not matter */
    {"pool=hidden",			"assigned 10.9.0.0"				       },
    {"pool=nope",			  "pending: asks for pool nope, which is not there"         },
    {"pool=hidden ips=192.0.2.7",
     "pending: asks for 192.0.2.7, which is in pool lan, not hidden"                                 },
    {"ip=192.0.2.7 ips=192.0.2.7",
     "pending: has both a loadBalancerIPs annotation and spec.loadBalancerIP"                        },
    {"ips=192.0.2.7,192.0.2.8",            "pending: asks for two IPv4 addresses"                    },
    {"ips=192.0.2.300",                    "pending: asks for \"192.0.2.300\", which is no address"  },
    {"ips=192.0.2.7,,",                    "pending: asks for \"\", which is no address"             },
    {"ip=192.0.2.7,2001:db8::7 fam=46",
     "pending: asks for \"192.0.2.7,2001:db8::7\", which is no address"                              },
    {"ips=a\tb\x01",		       "pending: asks for \"a?b?\", which is no address"         },
    {"ips=198.51.100.1",                   "pending: asks for 198.51.100.1, which is in no pool"     },
    {"ips=2001:db8::7",                    "pending: asks for IPv6, but the Service is IPv4"         },
    {"ips=192.0.2.7 fam=46",               "pending: asks for IPv4, but the Service is IPv4 and IPv6"},
    {"ips=2001:db8::7,192.0.2.7 fam=46",   "assigned 192.0.2.7 2001:db8::7"                          },
    {"ips=10.9.0.1,2001:db8::7 fam=46",    "pending: asks for addresses of pools hidden and lan"     },
    {"ips=172.16.0.255",                   "pending: asks for 172.16.0.255, which pool shy avoids"   },
    {"pool=shy",			   "assigned 172.16.0.1"                                     },
    {"fam=46",			     "assigned 192.0.2.0 2001:db8::"                           },
    {"fam=64 policy=require",              "assigned 192.0.2.0 2001:db8::"                           },
    {"fam=6",			      "assigned 2001:db8::"				     },
    {"policy=require",                     "pending: requires dual stack, but has IPv4 only"         },
    {"fam=6 pool=hidden",                  "pending: pool hidden has no IPv6 addresses"              },
    {"fam=46 pool=hidden",                 "partial 10.9.0.0: pool hidden has no free IPv6 address"  },
    {"fam=46 policy=require pool=hidden",
     "pending: pool hidden has no IPv4 and IPv6 addresses"                                           },
 /* A status from elsewhere is taken over while it is valid. */
    {"status=192.0.2.77",                  "assigned 192.0.2.77"                                     },
    {"status=198.51.100.1",                "assigned 192.0.2.0"                                      },
    {"status=192.0.2.7,192.0.2.8",         "assigned 192.0.2.0"                                      },
    {"status=2001:db8::5",                 "assigned 192.0.2.0"                                      },
    {"status=2001:db8::5 fam=46",          "assigned 192.0.2.0 2001:db8::5"                          },
    {"status=192.0.2.77 ips=192.0.2.7",    "assigned 192.0.2.7"                                      },
    {"status=192.0.2.77 ips=198.51.100.1",
     "kept 192.0.2.77: asks for 198.51.100.1, which is in no pool"                                   },
    {"status=192.0.2.77 pool=hidden",      "assigned 10.9.0.0"                                       },
    {"status=10.9.0.1,2001:db8::5 fam=46",
     "partial 10.9.0.1: pool hidden has no free IPv6 address"                                        },
    {"status=10.9.0.1,2001:db8::5 fam=64", "assigned 192.0.2.0 2001:db8::5"                          },
};

static void requests_one_by_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct world w;

		world_init(&w, "hidden:noauto:10.9.0.0/24 lan:192.0.2.0/24,2001:db8::/64 "
			       "shy:buggy:172.16.0.0/24");
		world_put(&w, "d/web", requests[i].spec);
		world_run(&w);
		if (strcmp(world_has(&w, "d/web"), requests[i].want) != 0)
			fail_msg("%s:\n  got  %s\n  want %s", requests[i].spec,
			    world_has(&w, "d/web"), requests[i].want);
		world_fini(&w);
	}
}

#define SHARES ALLOC_CLASHES

/* Both want 192.0.2.1; what keeps the younger from it. */
static const struct share_row {
	const char *a, *b;
	enum alloc_clash_kind clash;
} shares[] = {
    {"share=k tcp=53",                    "share=k udp=53",                    SHARES             },
    {"share=k tcp=53",                    "share=k tcp=54",                    SHARES             },
    {"share=k tcp=53 udp=1",              "share=k tcp=54 udp=1",              ALLOC_CLASH_PORT   },
    {"share=k tcp=53",                    "share=k tcp=53",                    ALLOC_CLASH_PORT   },
    {"share=k tcp=53",                    "share=x udp=53",                    ALLOC_CLASH_KEY    },
    {"share=k tcp=53",                    "udp=53",                            ALLOC_CLASH_KEY    },
    {"tcp=53",			    "udp=53",			    ALLOC_CLASH_KEY    },
    {"share= tcp=53",                     "share= udp=53",                     ALLOC_CLASH_KEY    },
    {"share=k tcp=53 local selector=a=b", "share=k udp=53 local selector=a=b", SHARES             },
    {"share=k tcp=53 local selector=a=b", "share=k udp=53 local selector=a=c",
     ALLOC_CLASH_BACKEND									  },
    {"share=k tcp=53 local selector=a=b", "share=k udp=53",                    ALLOC_CLASH_BACKEND},
    {"share=k tcp=53 selector=a=b",       "share=k udp=53 selector=a=c",       SHARES             },
    {"share=k tcp=53 local",              "share=k udp=53 selector=a=c",       SHARES             },
};

static void sharing_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
		char a[OBJ_WORD], b[OBJ_WORD];
		const struct share_row *row = &shares[i];
		const char *want = row->clash == SHARES
		                       ? "assigned 192.0.2.1"
		                       : "pending: asks for 192.0.2.1, which d/a uses";
		struct alloc_clash c = {.kind = SHARES};
		struct world w;

		snprintf(a, sizeof(a), "%s ips=192.0.2.1", row->a);
		snprintf(b, sizeof(b), "%s ips=192.0.2.1", row->b);
		world_init(&w, "lan:192.0.2.0/24");
		world_put(&w, "d/b", b);
		world_put(&w, "d/a", a);
		world_run(&w);
		assert_has(&w, "d/a", "assigned 192.0.2.1");
		if (strcmp(world_has(&w, "d/b"), want) != 0)
			fail_msg("%s / %s: %s", a, b, world_has(&w, "d/b"));
		assert_int_equal(alloc_clash_find(w.a, alloc_service(w.a, "d", "b"), &c),
		    row->clash != SHARES);
		assert_int_equal(c.kind, row->clash);
		assert_int_equal(c.port.port, row->clash != ALLOC_CLASH_PORT ? 0
					      : strstr(row->a, "udp=1")      ? 1
									     : 53);
		world_fini(&w);
	}
}

static void sharers_come_and_go(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.3");
	world_put(&w, "d/tcp", "share=dns tcp=53");
	world_put(&w, "d/udp", "share=dns udp=53");
	world_put(&w, "d/web", "tcp=80");
	world_run(&w);
	/* The first address that may be shared is as good as a free one. */
	assert_has(&w, "d/tcp", "assigned 192.0.2.1");
	assert_has(&w, "d/udp", "assigned 192.0.2.1");
	assert_has(&w, "d/web", "assigned 192.0.2.2");
	assert_int_equal(alloc_pool_used(w.a, &w.policy->pools[0], AF_INET), 2);
	/* One that clashes loses the address, not the other. */
	world_put(&w, "d/udp", "share=dns udp=53 tcp=53");
	world_run(&w);
	assert_has(&w, "d/tcp", "assigned 192.0.2.1");
	assert_has(&w, "d/udp", "assigned 192.0.2.3");
	world_put(&w, "d/late", "share=dns ips=192.0.2.1 tcp=53");
	world_run(&w);
	assert_has(&w, "d/late", "pending: asks for 192.0.2.1, which d/tcp uses");
	/* Another port makes room for the one that waits. */
	world_put(&w, "d/tcp", "share=dns tcp=54");
	world_run(&w);
	assert_has(&w, "d/late", "assigned 192.0.2.1");
	/* Both change at once into a clash: the older one keeps the address. */
	world_put(&w, "d/tcp", "share=dns tcp=1 created=5");
	world_put(&w, "d/late", "share=dns ips=192.0.2.1 tcp=1 created=3");
	world_run(&w);
	assert_has(&w, "d/late", "assigned 192.0.2.1");
	assert_has(&w, "d/tcp", "assigned 192.0.2.3");
	world_fini(&w);
}

static void an_impossible_request_takes_nothing_away(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.9 wan:noauto:203.0.113.1-203.0.113.1");
	world_put(&w, "d/a", "");
	world_put(&w, "d/b", "");
	world_put(&w, "d/w", "pool=wan");
	world_run(&w);
	world_put(&w, "d/a", "ips=192.0.2.2");
	world_run(&w);
	assert_int_equal(w.moved, 0);
	assert_has(&w, "d/a", "kept 192.0.2.1: asks for 192.0.2.2, which d/b uses");
	world_put(&w, "d/b", "pool=wan");
	world_run(&w);
	assert_has(&w, "d/b", "kept 192.0.2.2: pool wan has no free IPv4 address");
	/* d/w goes: b gets its pool, and so a its address, in one run. */
	world_gone(&w, "d/w");
	world_run(&w);
	assert_has(&w, "d/b", "assigned 203.0.113.1");
	assert_has(&w, "d/a", "assigned 192.0.2.2");
	world_fini(&w);
}

static void dual_stack_from_one_pool(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "four:192.0.2.1-192.0.2.9 both:198.51.100.1-198.51.100.9,2001:db8::1-"
		       "2001:db8::1");
	world_put(&w, "d/a", "fam=46 created=1");
	world_put(&w, "d/b", "fam=46 created=2");
	world_put(&w, "d/c", "fam=64 created=3");
	world_put(&w, "d/d", "fam=46 policy=require created=4");
	world_run(&w);
	assert_has(&w, "d/a", "assigned 198.51.100.1 2001:db8::1");
	assert_has(&w, "d/b", "partial 192.0.2.1: pool four has no free IPv6 address");
	assert_has(&w, "d/c", "partial 192.0.2.2: pool four has no free IPv6 address");
	assert_has(
	    &w, "d/d", "pending: no pool with auto-assign has a free IPv4 and IPv6 address");
	/* No jump to a better pool; the pool that grows a family completes its Services. */
	world_gone(&w, "d/a");
	world_run(&w);
	assert_has(&w, "d/b", "partial 192.0.2.1: pool four has no free IPv6 address");
	assert_has(&w, "d/d", "assigned 198.51.100.1 2001:db8::1");
	world_rules(&w,
	    "four:192.0.2.1-192.0.2.9,2001:db8:4::1-2001:db8:4::9 both:198.51.100.1-"
	    "198.51.100.9,2001:db8::1-2001:db8::1",
	    true, "");
	world_run(&w);
	assert_has(&w, "d/b", "assigned 192.0.2.1 2001:db8:4::1");
	assert_has(&w, "d/d", "assigned 198.51.100.1 2001:db8::1");
	/* Single stack again: the address of the other family is let go. */
	world_put(&w, "d/b", "fam=6 created=2");
	world_run(&w);
	assert_has(&w, "d/b", "assigned 2001:db8:4::1");
	world_fini(&w);
}

static void pools_change(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.0-192.0.2.9 wan:203.0.113.0-203.0.113.9");
	world_put(&w, "d/a", "");
	world_put(&w, "d/b", "");
	world_put(&w, "d/pin", "ips=192.0.2.5");
	world_run(&w);
	/* Renamed and split: all stay. */
	world_rules(&w,
	    "wan:203.0.113.0-203.0.113.9 x:192.0.2.0-192.0.2.0 y:192.0.2.1-192.0.2.9", true,
	    "");
	world_run(&w);
	assert_int_equal(w.moved, 0);
	assert_has(&w, "d/a", "assigned 192.0.2.0");
	/* .0 is avoided from now on. */
	world_rules(&w, "x:buggy:192.0.2.0-192.0.2.9", true, "");
	world_run(&w);
	assert_has(&w, "d/a", "assigned 192.0.2.2");
	/* The pool goes: whoever can be moved is, nobody keeps what is in no pool. */
	world_rules(&w, "wan:203.0.113.0-203.0.113.9", true, "");
	world_run(&w);
	assert_has(&w, "d/a", "assigned 203.0.113.0");
	assert_has(&w, "d/pin", "pending: asks for 192.0.2.5, which is in no pool");
	world_rules(&w, "", true, "");
	world_run(&w);
	assert_has(&w, "d/b", "pending: there is no address pool");
	world_rules(&w, "lan:192.0.2.0-192.0.2.9", true, "");
	world_run(&w);
	assert_has(&w, "d/pin", "assigned 192.0.2.5");
	world_fini(&w);
}

static void without_a_controller(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "");
	world_rules(&w, "lan:192.0.2.0/24,2001:db8::/64", false, "");
	world_put(&w, "d/quiet", "");
	world_put(&w, "d/pool", "pool=lan");
	world_put(&w, "d/asks", "ips=192.0.2.5");
	world_put(&w, "d/also", "ips=192.0.2.5");
	world_put(&w, "d/told", "status=192.0.2.9,2001:db8::9");
	world_put(&w, "d/far", "status=198.51.100.9");
	world_put(&w, "d/half", "status=198.51.100.9,2001:db8::a");
	world_put(&w, "d/two", "status=192.0.2.9,192.0.2.10");
	world_put(&w, "d/same", "status=192.0.2.11,192.0.2.11");
	world_run(&w);
	assert_has(&w, "d/quiet",
	    "pending: nobody assigns addresses: its status has none, controller is off");
	assert_has(&w, "d/pool",
	    "pending: nobody assigns addresses: its status has none, controller is off");
	assert_has(&w, "d/also", "assigned 192.0.2.5");
	assert_has(&w, "d/asks", "pending: asks for 192.0.2.5, which d/also uses");
	assert_has(&w, "d/told", "assigned 192.0.2.9 2001:db8::9");
	assert_has(&w, "d/far", "pending: its status has 198.51.100.9, which is in no pool");
	assert_has(&w, "d/half",
	    "partial 2001:db8::a: its status has 198.51.100.9, which is in no pool");
	assert_has(&w, "d/two", "pending: its status has two addresses of one family");
	assert_has(&w, "d/same", "assigned 192.0.2.11");
	/* Status is final: who has it by that word gets it, who only asked gives way. */
	world_put(&w, "d/king", "status=192.0.2.5");
	world_run(&w);
	assert_has(&w, "d/king", "assigned 192.0.2.5");
	assert_has(&w, "d/also", "pending: asks for 192.0.2.5, which d/king uses");
	/* The status is emptied: nothing is left, and who asked has it again. */
	world_put(&w, "d/king", "");
	world_run(&w);
	assert_has(&w, "d/king",
	    "pending: nobody assigns addresses: its status has none, controller is off");
	assert_has(&w, "d/also", "assigned 192.0.2.5");
	world_put(&w, "d/told", "status=192.0.2.44");
	world_run(&w);
	assert_has(&w, "d/told", "assigned 192.0.2.44");
	world_fini(&w);
}

static void restored_assignments_are_kept(void **state)
{
	const struct ipaddr one = obj_addr("192.0.2.1"), two = obj_addr("192.0.2.2"),
			    both[2] = {one, two};
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.3");
	assert_int_equal(alloc_restore(w.a, "d", "late", &one, 1), 0);
	assert_int_equal(alloc_restore(w.a, "d", "there", &two, 1), 0);
	assert_int_equal(alloc_restore(w.a, "d", "odd", both, 2), -EINVAL);
	world_put(&w, "d/there", "created=9");
	world_put(&w, "d/new", "created=1");
	world_put(&w, "d/more", "created=2");
	world_run(&w);
	assert_has(&w, "d/there", "assigned 192.0.2.2");
	assert_has(&w, "d/new", "assigned 192.0.2.3");
	assert_has(&w, "d/more", "pending: no pool with auto-assign has a free IPv4 address");
	world_put(&w, "d/late", "created=10");
	world_run(&w);
	assert_has(&w, "d/late", "assigned 192.0.2.1");
	alloc_sweep(w.a);
	world_run(&w);
	assert_has(&w, "d/late", "assigned 192.0.2.1");
	world_fini(&w);

	/* Swept: whoever did not come back loses the reservation. */
	world_init(&w, "lan:192.0.2.1-192.0.2.1");
	alloc_restore(w.a, "d", "late", &one, 1);
	world_put(&w, "d/new", "");
	world_run(&w);
	assert_has(&w, "d/new", "pending: no pool with auto-assign has a free IPv4 address");
	alloc_sweep(w.a);
	world_run(&w);
	assert_has(&w, "d/new", "assigned 192.0.2.1");
	assert_has(&w, "d/late", "none");
	world_fini(&w);
}

static void restored_sharers_share_again(void **state)
{
	const struct ipaddr one = obj_addr("192.0.2.1");
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.9");
	alloc_restore(w.a, "d", "tcp", &one, 1);
	alloc_restore(w.a, "d", "udp", &one, 1);
	world_put(&w, "d/tcp", "share=k tcp=53");
	world_run(&w);
	world_put(&w, "d/udp", "share=k udp=53");
	world_run(&w);
	assert_has(&w, "d/tcp", "assigned 192.0.2.1");
	assert_has(&w, "d/udp", "assigned 192.0.2.1");
	world_fini(&w);
}

static void on_each(const struct alloc_service *as, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 200 - len, "%s:%d ", as->svc->name, as->n);
}

static void what_is_to_be_saved(void **state)
{
	struct world w;
	char text[200] = "";
	size_t n;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.2,2001:db8::1-2001:db8::1");
	world_put(&w, "d/b", "fam=46");
	world_put(&w, "d/a", "");
	world_put(&w, "d/c", "");
	alloc_run(w.a);
	alloc_changed(w.a, &n);
	assert_int_equal(n, 3);
	alloc_touched(w.a, &n);
	assert_int_equal(n, 3);
	alloc_clear_changed(w.a);
	store_clean(w.st);
	alloc_each(w.a, on_each, text);
	assert_string_equal(text, "a:1 b:2 ");
	assert_int_equal(alloc_run(w.a), 0);
	alloc_changed(w.a, &n);
	assert_int_equal(n, 0);
	/* Endpoints touch the address, but move nobody. */
	store_apply(w.st, put_event(slice("d/b-1", "b", "10.0.0.1@n")));
	assert_int_equal(alloc_run(w.a), 0);
	alloc_touched(w.a, &n);
	assert_int_equal(n, 2);
	world_fini(&w);
}

/* There may be pools that cannot be read: what a status has may be of them. */
static void an_address_of_an_unknown_pool_is_left(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:192.0.2.1-192.0.2.9");
	w.rules.unsure = true;
	world_rules(&w, "lan:192.0.2.1-192.0.2.9", true, "");
	world_put(&w, "d/other", "status=198.51.100.1");
	world_put(&w, "d/known", "status=192.0.2.5");
	world_put(&w, "d/new", "");
	world_run(&w);
	assert_has(&w, "d/other",
	    "pending: its status has 198.51.100.1, which is in no pool, unless in one that "
	    "cannot be read");
	assert_has(&w, "d/known", "assigned 192.0.2.5");
	assert_has(&w, "d/new", "assigned 192.0.2.1");
	w.rules.unsure = false;
	world_rules(&w, "lan:192.0.2.1-192.0.2.9", true, "");
	world_run(&w);
	assert_has(&w, "d/other", "assigned 192.0.2.2");
	world_fini(&w);
}

/* "first:full second:fits": the pools as they were tried for a Service. */
static const char *tried(struct world *w, const char *name)
{
	static char text[256];
	size_t n, len = 0;
	struct alloc_tried *v = alloc_tried(w->a, alloc_service(w->a, "d", name), &n);

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s:%s", i ? " " : "",
		    v[i].pool->name, alloc_try_text(v[i].why)->token);
	free(v);
	return text;
}

static void each_pool_says_why(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "six:2001:db8::/126 hidden:noauto:10.0.1.0/30 lan:10.0.2.0/32 "
		       "shop:ns=shop:10.0.3.0/30 web:prio=9:svclabel=app=web:10.0.4.0/30");
	world_put(&w, "d/1", "created=1");
	world_put(&w, "d/2", "created=2");
	world_put(&w, "d/3", "created=3 pool=lan");
	world_run(&w);
	assert_has(&w, "d/1", "assigned 10.0.2.0");
	assert_string_equal(tried(&w, "2"), "web:other-labels shop:other-namespaces "
					    "six:no-family hidden:no-auto-assign lan:full");
	assert_string_equal(tried(&w, "3"),
	    "web:not-asked shop:not-asked six:not-asked hidden:not-asked lan:full");
	w.rules.cool_down_s = 9;
	alloc_set_rules(w.a, &w.rules);
	world_gone(&w, "d/1");
	world_run(&w);
	assert_string_equal(tried(&w, "3"),
	    "web:not-asked shop:not-asked six:not-asked hidden:not-asked lan:cooling");
	world_put(&w, "d/4", "label=app=web");
	world_run(&w);
	assert_has(&w, "d/4", "assigned 10.0.4.0");
	assert_string_equal(tried(&w, "4"), "web:fits shop:other-namespaces six:no-family "
					    "hidden:no-auto-assign lan:cooling");
	world_fini(&w);
}

static void every_reason_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < ALLOC_TRIES; i++)
		assert_true(*alloc_try_text((enum alloc_try)i)->token &&
			    *alloc_try_text((enum alloc_try)i)->what);
	for (int i = 0; i < ALLOC_REASONS; i++)
		assert_true(*alloc_text((enum alloc_reason)i)->token &&
			    alloc_text((enum alloc_reason)i)->cure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_free_of_the_first_pool),
	    cmocka_unit_test(holders_come_first_then_the_oldest),
	    cmocka_unit_test(only_our_class),
	    cmocka_unit_test(requests_one_by_one),
	    cmocka_unit_test(sharing_matrix),
	    cmocka_unit_test(sharers_come_and_go),
	    cmocka_unit_test(an_impossible_request_takes_nothing_away),
	    cmocka_unit_test(dual_stack_from_one_pool),
	    cmocka_unit_test(pools_change),
	    cmocka_unit_test(without_a_controller),
	    cmocka_unit_test(restored_assignments_are_kept),
	    cmocka_unit_test(restored_sharers_share_again),
	    cmocka_unit_test(what_is_to_be_saved),
	    cmocka_unit_test(an_address_of_an_unknown_pool_is_left),
	    cmocka_unit_test(each_pool_says_why),
	    cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
