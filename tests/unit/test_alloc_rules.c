/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MetalLB's rules of assignment, a row each, named by the section of the reference that states
 * it, and "better" where we do better. A row is a story, a line each:
 *   pools POOLS      these from now on (pools.h)        put PATH SPEC    a Service (objects.h)
 *   gone PATH        it is deleted                      space NAME LABELS  a Namespace
 *   spaceless NAME   it is deleted                      time SECONDS     it is so late
 *   class CLASS      which loadBalancerClass is ours    cool SECONDS     the cool-down
 *   share-local      unlike Local Services may share    restart          statuses are all we
 * know PATH WANT        what it has now
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "tests/unit/alloc_world.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <stdio.h>

#define LAN  "pools lan:192.0.2.1-192.0.2.9\n"
#define TINY "pools lan:192.0.2.1-192.0.2.1\n"
#define FULL "pending: no pool with auto-assign has a free IPv4 address\n"
#define MINE "pending: no pool with auto-assign is for its namespace and labels\n"

/* clang-format off */
static const struct row {
	const char *name, *story;
} rows[] = {
    {"0.2, 3.4: a Local Service without a selector shares with Cluster ones",
        LAN "put d/a share=k tcp=1\nput d/b share=k tcp=2 local\n"
        "d/a assigned 192.0.2.1\nd/b assigned 192.0.2.1\n"},
    {"0.3: namespace and family set do not matter for sharing",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\n"
        "put d/a share=k tcp=1\nput e/b share=k tcp=2 fam=46\n"
        "d/a assigned 192.0.2.1\ne/b assigned 192.0.2.1 2001:db8::1\n"},
    {"0.4: who becomes incompatible gets another address, unless it asks for this one",
        LAN "put d/a share=k tcp=1\nput d/b share=k tcp=2\n"
        "put d/c share=k tcp=3 ips=192.0.2.1\nd/c assigned 192.0.2.1\n"
        "put d/b share=k tcp=1\nput d/c share=k tcp=1 ips=192.0.2.1\n"
        "d/a assigned 192.0.2.1\nd/b assigned 192.0.2.2\n"
        "d/c pending: asks for 192.0.2.1, which d/a uses\n"},
    {"0.5, 3.2: pools without priority are tried as written (better: not at random)",
        "pools c:10.0.3.0/32 b:10.0.2.0/32 a:10.0.1.0/32\nput d/1 \nput d/2 \nput d/3 \n"
        "d/1 assigned 10.0.3.0\nd/2 assigned 10.0.2.0\nd/3 assigned 10.0.1.0\n"},
    {"0.6, 5.6.7: a pool with nothing but a priority is for every Service, before others",
        "pools a:10.0.1.0/32 b:prio=5:10.0.2.0/32\nput d/1 \nput e/2 \n"
        "d/1 assigned 10.0.2.0\ne/2 assigned 10.0.1.0\n"},
    {"0.7: namespace selectors that match no Namespace: unasked never, asked by whomever",
        "pools a:nslabel=tier=gold:10.0.1.0/30\nspace d x=y\nput d/1 \nput d/2 pool=a\n"
        "put d/3 ips=10.0.1.3\nd/1 " MINE "d/2 assigned 10.0.1.0\nd/3 assigned 10.0.1.3\n"},
    {"0.7: once they match one, only Services there may ask",
        "pools a:nslabel=tier=gold:10.0.1.0/30\nspace d x=y\nput d/2 pool=a\n"
        "d/2 assigned 10.0.1.0\nspace shop tier=gold\nput shop/1 \n"
        "shop/1 assigned 10.0.1.0\nd/2 pending: asks for pool a, which is for other "
        "namespaces\n"},
    {"0.8: both addresses of a dual-stack Service are of one pool",
        "pools four:192.0.2.1-192.0.2.9 six:2001:db8::1-2001:db8::9\n"
        "put d/a fam=46 policy=require\nput d/b fam=64\n"
        "d/a pending: no pool with auto-assign has IPv4 and IPv6 addresses\n"
        "d/b partial 2001:db8::1: pool six has no free IPv4 address\n"},
    {"0.9: a request must be of exactly the families of the Service",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/a fam=46 ips=192.0.2.1\n"
        "d/a pending: asks for IPv4, but the Service is IPv4 and IPv6\n"},
    {"0.10: annotation and field together are an error, even if they agree",
        LAN "put d/a ips=192.0.2.1 ip=192.0.2.1\n"
        "d/a pending: has both a loadBalancerIPs annotation and spec.loadBalancerIP\n"},
    {"0.11, 5.6.9 better: an impossible request does not take the address away",
        LAN "put d/a \nd/a assigned 192.0.2.1\nput d/a ips=10.0.0.1\n"
        "d/a kept 192.0.2.1: asks for 10.0.0.1, which is in no pool\n"
        "put d/a ips=192.0.2.7\nd/a assigned 192.0.2.7\n"},
    {"0.17: a pool that nobody announces allocates",
        "pools lan:mute:192.0.2.1-192.0.2.9\n"
        "put d/a \nd/a assigned 192.0.2.1\n"},
    {"3.1.1: not LoadBalancer any more: released; again: allocated anew",
        LAN "put d/a \nput d/b \nd/b assigned 192.0.2.2\nput d/a type=ClusterIP\n"
        "put d/b \nd/a none\nput d/a \nd/a assigned 192.0.2.1\n"},
    {"3.1.2: no pools at all",
        "pools \nput d/a \nd/a pending: there is no address pool\n"},
    {"3.1.5: dual stack is required, but there is one family",
        LAN "put d/a policy=require\nd/a pending: requires dual stack, but has IPv4 only\n"},
    {"3.1.6: a status of the wrong family is repaired",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/a status=2001:db8::5\n"
        "d/a assigned 192.0.2.1\n"},
    {"3.1.6: one address is fine where two are preferred, and the other is added (3.1.9)",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/a fam=46 "
        "status=192.0.2.7\nd/a assigned 192.0.2.7 2001:db8::1\n"},
    {"3.1.7: a status outside the pools is repaired",
        LAN "put d/a status=10.0.0.1\nd/a assigned 192.0.2.1\n"},
    {"3.1.7: a status that the pool avoids is repaired",
        "pools lan:buggy:192.0.2.0/24\nput d/a status=192.0.2.255\nd/a assigned 192.0.2.1\n"},
    {"3.1.7: a status that the pool's selectors do not allow is repaired",
        "pools a:ns=shop:10.0.1.0/30 b:10.0.2.0/30\nput d/a status=10.0.1.1\n"
        "d/a assigned 10.0.2.0\n"},
    {"3.1.8: another pool is asked for: it moves there",
        "pools a:10.0.1.0/30 b:10.0.2.0/30\nput d/a \nd/a assigned 10.0.1.0\nput d/a pool=b\n"
        "d/a assigned 10.0.2.0\nput d/a \nd/a assigned 10.0.2.0\n"},
    {"3.1.8: other addresses are asked for: it moves; in another order: it stays",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\n"
        "put d/a fam=46 ips=192.0.2.5,2001:db8::5\nd/a assigned 192.0.2.5 2001:db8::5\n"
        "put d/a fam=46 ips=2001:db8::5,192.0.2.5\nd/a assigned 192.0.2.5 2001:db8::5\n"
        "put d/a fam=46 ips=2001:db8::5,192.0.2.6\nd/a assigned 192.0.2.6 2001:db8::5\n"},
    {"3.2: addresses of a pool that is asked for must be in it",
        "pools a:10.0.1.0/30 b:10.0.2.0/30\nput d/a pool=a ips=10.0.2.1\n"
        "d/a pending: asks for 10.0.2.1, which is in pool b, not a\n"
        "put d/a pool=a ips=10.0.1.1\nd/a assigned 10.0.1.1\n"},
    {"3.2: addresses in the spec",							   LAN "put d/a ip=192.0.2.4\nd/a assigned 192.0.2.4\n"},
    {"3.2: requested addresses of two pools",
        "pools a:10.0.1.0/30 b:2001:db8::/126\nput d/a fam=46 ips=10.0.1.1,2001:db8::1\n"
        "d/a pending: asks for addresses of pools a and b\n"},
    {"3.2: selectors of the pool hold for a requested address, too",
        "pools a:ns=shop:10.0.1.0/30 b:svclabel=app=web:10.0.2.0/30\nput d/a ips=10.0.1.1\n"
        "put d/b ips=10.0.2.1\nput d/c ips=10.0.2.2 label=app=web\nput shop/d ips=10.0.1.2\n"
        "d/a pending: asks for pool a, which is for other namespaces\n"
        "d/b pending: asks for pool b, which is for Services with other labels\n"
        "d/c assigned 10.0.2.2\nshop/d assigned 10.0.1.2\n"},
    {"3.2: auto-assign does not matter for a request",
        "pools a:noauto:10.0.1.0/30\nput d/a ips=10.0.1.1\nput d/b pool=a\nput d/c \n"
        "d/a assigned 10.0.1.1\nd/b assigned 10.0.1.0\n"
        "d/c pending: no pool with auto-assign has IPv4 addresses\n"},
    {"3.2: an unknown pool fails, and no other is tried",
        LAN "put d/a pool=x\nd/a pending: asks for pool x, which is not there\n"},
    {"3.2: a pool that is asked for and full: no other is tried",
        "pools a:10.0.1.0/32 b:10.0.2.0/30\nput d/a pool=a created=1\nput d/b pool=a "
        "created=2\n"
        "d/a assigned 10.0.1.0\nd/b pending: pool a has no free IPv4 address\n"},
    {"3.2: by priority, 0 last, then as written; when they are full, those for everybody",
        "pools z:10.0.0.0/32 n:prio=0:10.0.1.0/32 y:prio=20:10.0.2.0/32 x:prio=10:10.0.3.0/32 "
        "w:prio=10:10.0.4.0/32\n"
        "put d/1 \nput d/2 \nput d/3 \nput d/4 \nput d/5 \nput d/6 \n"
        "d/1 assigned 10.0.3.0\nd/2 assigned 10.0.4.0\nd/3 assigned 10.0.2.0\n"
        "d/4 assigned 10.0.1.0\nd/5 assigned 10.0.0.0\nd/6 " FULL},
    {"3.2: a pool for others is never used unasked",
        "pools a:ns=shop:10.0.1.0/30\nput d/1 \nput shop/2 \nd/1 " MINE
        "shop/2 assigned 10.0.1.0\n"},
    {"3.2: auto-assign holds for a pool for some Services, too",
        "pools a:ns=d:noauto:10.0.1.0/30 b:10.0.2.0/30\nput d/1 \nput d/2 pool=a\n"
        "d/1 assigned 10.0.2.0\nd/2 assigned 10.0.1.0\n"},
    {"1.1: namespaces by name or by their labels: either will do",
        "pools a:ns=one:nslabel=tier=gold:nslabel=tier=silver:10.0.1.0/24\n"
        "space one x=y\nspace two tier=gold\nspace three tier=silver\nspace four tier=tin\n"
        "put one/s \nput two/s \nput three/s \nput four/s \nput five/s \n"
        "one/s assigned 10.0.1.0\ntwo/s assigned 10.0.1.2\nthree/s assigned 10.0.1.1\n"
        "four/s " MINE "five/s " MINE},
    {"1.1: one of the service selectors is enough",
        "pools a:svclabel=app=web:svclabel=app=dns:10.0.1.0/24\n"
        "put d/web label=app=web\nput d/dns label=app=dns label=x=y\nput d/db label=app=db\n"
        "d/dns assigned 10.0.1.0\nd/web assigned 10.0.1.1\nd/db " MINE},
    {"1.1, 5.6.8: namespace and service selectors: both are needed",
        "pools a:ns=shop:svclabel=app=web:10.0.1.0/24\nput shop/web label=app=web\n"
        "put d/web label=app=web\nput shop/db label=app=db\n"
        "shop/web assigned 10.0.1.0\nd/web " MINE "shop/db " MINE},
    {"3.2: the ranges as listed, the first address first, the network's own counts",
        "pools a:10.0.42.0/31,10.0.1.0/32,10.0.7.9-10.0.7.9\nput d/1 \nput d/2 \nput d/3 \n"
        "put d/4 \nd/1 assigned 10.0.42.0\nd/2 assigned 10.0.42.1\nd/3 assigned 10.0.1.0\n"
        "d/4 assigned 10.0.7.9\n"},
    {"3.2: the first address that is free or may be shared",                                 LAN
        "put d/1 tcp=1 ips=192.0.2.3 share=k\nput d/2 tcp=2 share=k\nd/2 assigned 192.0.2.1\n"
        "put d/0 tcp=3 share=k\nd/0 assigned 192.0.2.1\n"
        "put d/3 tcp=3 share=k\nd/3 assigned 192.0.2.2\n"
        "put d/4 tcp=3 share=k\nd/4 assigned 192.0.2.3\n"
        "put d/5 tcp=3 share=k\nd/5 assigned 192.0.2.4\n"},
    {"3.2: what was freed is given again at once, the lowest first",
        LAN "put d/1 \nput d/2 \nput d/3 \nd/3 assigned 192.0.2.3\ngone d/1\ngone d/2\n"
        "put d/4 \nd/4 assigned 192.0.2.1\n"},
    {"3.2 better: a cool-down; who had it may have it again",                                TINY
        "cool 60\nput d/1 \nd/1 assigned 192.0.2.1\ngone d/1\nput d/2 \nput "
        "d/3 ips=192.0.2.1\n"
        "d/2 " FULL "d/3 pending: asks for 192.0.2.1, which another Service had a moment ago\n"
        "time 59\nd/2 " FULL "put d/1 ips=192.0.2.1\nd/1 assigned 192.0.2.1\n"
        "gone d/1\ntime 118\nd/2 " FULL "time 119\nd/2 assigned 192.0.2.1\n"},
    {"3.2 better: a status does not take what rests from another Service",
        TINY "cool 60\nput d/1 \nd/1 assigned 192.0.2.1\ngone d/1\nput d/2 status=192.0.2.1\n"
        "d/2 " FULL "put d/1 status=192.0.2.1\nd/1 assigned 192.0.2.1\n"},
    {"3.2 better: a shorter cool-down counts for what rests already",
        TINY "cool 60\nput d/1 \nd/1 assigned 192.0.2.1\ngone d/1\nput d/2 \nd/2 " FULL
        "time 10\ncool 20\nd/2 " FULL "time 19\nd/2 " FULL "time 20\nd/2 assigned 192.0.2.1\n"},
    {"3.2 better: no cool-down any more: all are free",
        TINY "cool 60\nput d/1 \nd/1 assigned 192.0.2.1\ngone d/1\nput d/2 \nd/2 " FULL
        "cool 0\nd/2 assigned 192.0.2.1\n"},
    {"3.3: one family, whatever the policy",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/a policy=prefer\n"
        "put d/b fam=6 policy=prefer\nd/a assigned 192.0.2.1\nd/b assigned 2001:db8::1\n"},
    {"3.3, 5.1: preferred: the first pool with both, however many are before it",
        "pools four:10.0.1.0/30 six:2001:db8:6::/126 both:10.0.2.0/30,2001:db8::/126\n"
        "put d/a fam=46\nput d/b fam=64\nd/a assigned 10.0.2.0 2001:db8::\n"
        "d/b assigned 10.0.2.1 2001:db8::1\n"},
    {"3.3, 5.1: preferred: else the first with the primary family, else the other",
        "pools six:2001:db8:6::/127 four:10.0.1.0/31\nput d/a fam=46\nput d/b fam=64\n"
        "put d/c fam=46\nput d/e fam=46\n"
        "d/a partial 10.0.1.0: pool four has no free IPv6 address\n"
        "d/b partial 2001:db8:6::: pool six has no free IPv4 address\n"
        "d/c partial 10.0.1.1: pool four has no free IPv6 address\n"
        "d/e partial 2001:db8:6::1: pool six has no free IPv4 address\n"},
    {"3.3: a pool for some Services with one family goes before one for all with both",
        "pools both:10.0.2.0/30,2001:db8::/126 four:prio=1:10.0.1.0/30\nput d/a fam=46\n"
        "put d/b fam=46 policy=require\n"
        "d/a partial 10.0.1.0: pool four has no free IPv6 address\n"
        "d/b assigned 10.0.2.0 2001:db8::\n"},
    {"3.3, 5.6.5: a pool that gets the other family completes its Services",
        "pools lan:192.0.2.1-192.0.2.9\nput d/a fam=46\n"
        "d/a partial 192.0.2.1: pool lan has no free IPv6 address\n"
        "pools lan:192.0.2.0-192.0.2.9,2001:db8::1-2001:db8::9\n"
        "d/a assigned 192.0.2.1 2001:db8::1\n"},
    {"3.3, 5.6.4: a dual pool that loses a family: both go to another dual pool",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/a fam=46\n"
        "put d/b fam=46 ips=192.0.2.5,2001:db8::5\n"
        "d/a assigned 192.0.2.1 2001:db8::1\n"
        "pools lan:192.0.2.1-192.0.2.9 other:10.0.1.0/30,2001:db8:1::/126\n"
        "d/a assigned 10.0.1.0 2001:db8:1::\n"
        "d/b kept 192.0.2.5: asks for 2001:db8::5, which is in no pool\n"},
    {"3.3 better: without another dual pool what is valid stays",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/0 \nput d/a fam=46\n"
        "d/a assigned 192.0.2.2 2001:db8::1\ngone d/0\npools lan:192.0.2.1-192.0.2.9\n"
        "d/a partial 192.0.2.2: pool lan has no free IPv6 address\n"},
    {"3.3, 5.6.6: a new dual pool elsewhere does not attract who is served",
        "pools four:192.0.2.1-192.0.2.9\nput d/a fam=46\n"
        "d/a partial 192.0.2.1: pool four has no free IPv6 address\n"
        "pools four:192.0.2.1-192.0.2.9 both:10.0.1.0/30,2001:db8:1::/126\nput d/a fam=46\n"
        "d/a partial 192.0.2.1: pool four has no free IPv6 address\n"},
    {"3.3, 5.1: required where one family is served: moves to a pool with both",
        "pools four:192.0.2.1-192.0.2.9\nput d/a fam=46\n"
        "d/a partial 192.0.2.1: pool four has no free IPv6 address\n"
        "pools four:192.0.2.1-192.0.2.9 both:10.0.1.0/30,2001:db8:1::/126\n"
        "put d/a fam=46 policy=require\nd/a assigned 10.0.1.0 2001:db8:1::\n"},
    {"3.4.1: without a key, or with another, no sharing, even if both ask for it",
        LAN "put d/a tcp=1 ips=192.0.2.1\nput d/b tcp=2 ips=192.0.2.1\n"
        "put d/c tcp=3 ips=192.0.2.1 share=k\nd/a assigned 192.0.2.1\n"
        "d/b pending: asks for 192.0.2.1, which d/a uses\n"
        "d/c pending: asks for 192.0.2.1, which d/a uses\n"},
    {"3.4.2, 5.6.2: one of a pair turns Local: it loses the address; the other, too: both "
        "share again; the selectors part them, and join them again",
        TINY "put d/a share=k tcp=1 selector=a=b\nput d/b share=k tcp=2 selector=a=b\n"
        "d/a assigned 192.0.2.1\nd/b assigned 192.0.2.1\n"
        "put d/a share=k tcp=1 selector=a=b local\nd/a " FULL "d/b assigned 192.0.2.1\n"
        "put d/b share=k tcp=2 selector=a=b local\nd/a assigned 192.0.2.1\n"
        "d/b assigned 192.0.2.1\nput d/b share=k tcp=2 selector=a=c local\nd/b " FULL
        "d/a assigned 192.0.2.1\nput d/a share=k tcp=1 selector=a=c local\n"
        "d/b assigned 192.0.2.1\nd/a assigned 192.0.2.1\n"},
    {"3.4.3: one port twice, by protocol and number",
        LAN "put d/a share=k tcp=53 udp=53\nput d/b share=k tcp=54 udp=53\nput d/c share=k "
        "udp=54\nd/a assigned 192.0.2.1\nd/b assigned 192.0.2.2\nd/c assigned 192.0.2.1\n"},
    {"3.4: the only user may change its key, policy and ports in place",
        LAN "put d/a share=k tcp=53\nd/a assigned 192.0.2.1\nput d/a share=x tcp=54 local "
        "selector=a=b\nd/a assigned 192.0.2.1\nput d/b share=x tcp=55 local selector=a=b\n"
        "put d/c share=k tcp=55\nd/b assigned 192.0.2.1\nd/c assigned 192.0.2.2\n"},
    {"3.4: per address: what is shared in one family need not be in the other",
        "pools lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9\nput d/a share=k tcp=1 fam=6\n"
        "put d/b share=x tcp=1\nput d/c share=k tcp=2 fam=46\nd/a assigned 2001:db8::1\n"
        "d/b assigned 192.0.2.1\nd/c assigned 192.0.2.2 2001:db8::1\n"},
    {"3.4 better: with share-local Local Services of any selectors share, not with Cluster", LAN
        "share-local\nput d/a share=k tcp=1 local selector=a=b\nput d/b share=k tcp=2 local "
        "selector=a=c\nput d/c share=k tcp=3 selector=a=c\nput d/e share=k tcp=2 local\n"
        "d/a assigned 192.0.2.1\nd/b assigned 192.0.2.1\nd/c assigned 192.0.2.2\n"
        "d/e assigned 192.0.2.2\n"},
    {"3.4 better: with share-local what does not fit a Cluster Service may fit a Local one",
        TINY "share-local\nput d/a share=k tcp=1 local selector=a=b\nput d/b share=k tcp=2\n"
        "d/a assigned 192.0.2.1\nd/b " FULL "put d/c share=k tcp=2 local\n"
        "d/c assigned 192.0.2.1\n"},
    {"3.5: only Services of our class; with none, those without",
        LAN "put d/a class=x\nput d/b \nd/a ignored: its loadBalancerClass is \"x\", ours is "
        "\"\"\nd/b assigned 192.0.2.1\nclass x\nd/a assigned 192.0.2.1\n"
        "d/b ignored: its loadBalancerClass is \"\", ours is \"x\"\n"},
    {"3.6: a pool is deleted: its Services move to another",
        "pools a:10.0.1.0/30 b:10.0.2.0/30\nput d/a \nd/a assigned 10.0.1.0\n"
        "pools b:10.0.2.0/30\nd/a assigned 10.0.2.0\n"},
    {"3.6: a pool shrinks: only who is outside moves",
        "pools a:10.0.1.0-10.0.1.3\nput d/1 \nput d/2 \nd/2 assigned 10.0.1.1\n"
        "pools a:10.0.1.1-10.0.1.3\nd/1 assigned 10.0.1.2\nd/2 assigned 10.0.1.1\n"},
    {"3.6: none is left: they wait",
        "pools a:10.0.1.0/30\nput d/1 \nd/1 assigned 10.0.1.0\npools \n"
        "d/1 pending: there is no address pool\n"},
    {"3.6, 5.6.10: a pool is renamed and split: all keep what they have",
        "pools a:10.0.1.0-10.0.1.3\nput d/1 \nput d/2 \nput d/3 pool=a\nd/3 assigned 10.0.1.2\n"
        "pools c:10.0.1.2-10.0.1.3 b:10.0.1.0-10.0.1.1\nd/1 assigned 10.0.1.0\n"
        "d/2 assigned 10.0.1.1\n"
        "d/3 kept 10.0.1.2: asks for pool a, which is not there\n"},
    {"3.6: the pool's selectors change: who does not match moves",
        "pools a:ns=d:10.0.1.0/30 b:10.0.2.0/30\nput d/1 \nd/1 assigned 10.0.1.0\n"
        "pools a:ns=shop:10.0.1.0/30 b:10.0.2.0/30\nd/1 assigned 10.0.2.0\n"},
    {"3.6: labels of the Namespace change: who does not match any more moves",
        "pools a:nslabel=tier=gold:10.0.1.0/30 b:10.0.2.0/30\nspace d tier=gold\n"
        "space e tier=gold\nput d/1 \nd/1 assigned 10.0.1.0\nspace d tier=tin\n"
        "d/1 assigned 10.0.2.0\nspace d tier=gold\nd/1 assigned 10.0.2.0\nput d/2 \n"
        "d/2 assigned 10.0.1.0\nspaceless d\nd/2 assigned 10.0.2.1\n"},
    {"3.6: labels of the Service change: as those of the Namespace",
        "pools a:svclabel=app=web:10.0.1.0/30 b:10.0.2.0/30\nput d/1 label=app=web\n"
        "d/1 assigned 10.0.1.0\nput d/1 label=app=db\nd/1 assigned 10.0.2.0\n"},
    {"3.6: avoid-buggy-ips is turned on: who has such an address moves",
        "pools a:10.0.1.0/24\nput d/1 \nput d/2 ips=10.0.1.255\nd/1 assigned 10.0.1.0\n"
        "pools a:buggy:10.0.1.0/24\nd/1 assigned 10.0.1.1\n"
        "d/2 pending: asks for 10.0.1.255, which pool a avoids\n"},
    {"3.7, 5.6.3: what is freed goes to who waits",
        TINY "put d/1 created=1\nput d/2 created=2\nput d/3 created=3\nd/2 " FULL "gone d/1\n"
        "d/2 assigned 192.0.2.1\nd/3 " FULL "put d/2 type=NodePort created=2\n"
        "d/3 assigned 192.0.2.1\n"},
    {"3.7, 5.6.1: after a restart who has an address keeps it, however many wait",
        TINY "put d/9 created=9\nd/9 assigned 192.0.2.1\nput d/1 created=1\nput d/2 created=2\n"
        "d/1 " FULL "restart\nd/9 assigned 192.0.2.1\nd/1 " FULL "d/2 " FULL},
    {"3.7: of several that hold one address the oldest keeps it",
        LAN "put d/b created=1 status=192.0.2.5\nput d/a created=2 status=192.0.2.5\n"
        "d/b assigned 192.0.2.5\nd/a assigned 192.0.2.1\n"},
    {"3.7: sharers that restart share again",						LAN
        "put d/a share=k tcp=1\nput d/b share=k tcp=2\nput d/c \nd/b assigned 192.0.2.1\n"
        "restart\nd/a assigned 192.0.2.1\nd/b assigned 192.0.2.1\nd/c assigned 192.0.2.2\n"},
    {"3.7: it turns Local where others share: loses the address, and who waits may join",
        TINY "put d/a share=k tcp=1 created=1\nput d/b share=k tcp=1 created=2\nd/b " FULL
        "put d/a share=k tcp=2 created=1\nd/b assigned 192.0.2.1\n"},
};
/* clang-format on */

static struct k8s_event *space_event(const char *args)
{
	char name[OBJ_WORD];

	obj_word(&args, " ", name);
	return put_event(space(name, args));
}

static void restart_one(const struct alloc_service *as, void *arg)
{
	struct world *w = arg;
	struct k8s_object o = *as->svc->obj;

	o.service.ingress = (struct ipaddr *)(uintptr_t)as->addr;
	o.service.n_ingress = as->n;
	store_apply(w->st, put_event(obj_done(&o)));
}

static void others(struct store_service *svc, void *arg)
{
	struct world *w = arg;

	if (svc->obj && !(svc->alloc && svc->alloc->n))
		store_apply(w->st, put_event(obj_done(svc->obj)));
}

/* Another controller takes over, which knows what the statuses say. */
static void restart(struct world *w)
{
	struct world next = {.st = store_new(), .policy = w->policy, .rules = w->rules};

	next.a = alloc_new(next.st);
	alloc_set_rules(next.a, &next.rules);
	store_each_service(w->st, others, &next);
	alloc_each(w->a, restart_one, &next);
	alloc_free(w->a);
	store_free(w->st);
	*w = next;
}

/* As before, but for what is in w->rules. */
static void again(struct world *w)
{
	alloc_set_rules(w->a, &w->rules);
}

static void put(struct world *w, const char *args)
{
	char path[OBJ_WORD];

	obj_word(&args, " ", path);
	world_put(w, path, args);
}

static void judge(struct world *w, const struct row *row, const char *path, const char *want)
{
	world_run(w);
	if (strcmp(world_has(w, path), want) != 0)
		fail_msg("%s:\n  %s has   %s\n  and not %s", row->name, path,
		    world_has(w, path), want);
}

static void tell(struct world *w, const struct row *row, const char *line)
{
	char verb[OBJ_WORD];

	obj_word(&line, " ", verb);
	line += *line == ' ';
	if (strcmp(verb, "pools") == 0)
		world_rules(w, line, true, w->rules.lb_class);
	else if (strcmp(verb, "put") == 0)
		put(w, line);
	else if (strcmp(verb, "gone") == 0)
		world_gone(w, line);
	else if (strcmp(verb, "space") == 0)
		store_apply(w->st, space_event(line));
	else if (strcmp(verb, "spaceless") == 0)
		store_apply(w->st, gone_event(K8S_NAMESPACE, line));
	else if (strcmp(verb, "time") == 0)
		world_run(w), alloc_set_time(w->a, strtol(line, NULL, 10) * 1000);
	else if (strcmp(verb, "class") == 0)
		w->rules.lb_class = "x", again(w);
	else if (strcmp(verb, "cool") == 0)
		w->rules.cool_down_s = (uint32_t)strtoul(line, NULL, 10), again(w);
	else if (strcmp(verb, "share-local") == 0)
		w->rules.share_local = true, again(w);
	else if (strcmp(verb, "restart") == 0)
		restart(w);
	else
		judge(w, row, verb, line);
}

static void row_by_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;
		const char *at = rows[i].story;

		world_init(&w, "");
		while (*at) {
			char line[512];
			size_t len = strcspn(at, "\n");

			assert_true(len < sizeof(line));
			memcpy(line, at, len);
			line[len] = '\0';
			tell(&w, &rows[i], line);
			at += len + (at[len] == '\n');
		}
		world_fini(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(row_by_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
