/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of layer 2: each is made by what the parts of l2/ say, and what `why` tells of it is
 * tests/data/why/NAME.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/util.h"
#include "fake_l2.h"
#include "why_scenes.h"
#include <cmocka.h>
#include <string.h>

#define POOL(more)                                                                             \
	"role: node\nnode-name: n1\ncontroller: {enabled: yes}\n"                              \
	"l2: {heartbeat: {key-file: /etc/grevy/l2.key}}\naddress-pools:\n"                     \
	"- {name: lan, protocol: layer2, addresses: [192.168.2.240/28]" more "}\n"
#define SCENE(how)            SCENE_OF(POOL(""), how)
#define SCENE_OF(policy, how) SCENE_AS(policy, SERVICE("web", "", LB), how)
#define SCENE_AS(policy, yaml, how)                                                            \
	.node = "n1", .objects = (yaml), .config = (policy), .arrange = (how)

static const char *const shown[] = {"show services default/web", NULL};

static struct l2_owners_view *owner(struct lab *lab)
{
	l2_cast(lab);
	return &fake_l2.owners[0];
}

/* ---- who answers ---- */

static void elsewhere(struct lab *lab)
{
	struct l2_owners_view *v = owner(lab);

	v->state = L2_OTHER;
	v->owner = "n2";
	v->n_ifindex = 0;
}

static void nowhere_yet(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.owners[0].owner = NULL;
}

static void waits(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.owners[0].state = L2_WAITS;
}

static void listens(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.owners[0].state = L2_LISTENS;
	fake_l2.owners[0].owner = NULL;
}

static void nobody(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.owners[0].state = L2_NOBODY;
	fake_l2.owners[0].owner = NULL;
}

static void nobody_alive(struct lab *lab)
{
	nobody(lab);
	fake_l2.owners[0].candidate = false;
	fake_l2.owners[0].candidates = 1;
	fake_l2.owners[0].alive = 0;
	fake_l2.peers[0].peer.alive = false;
	fake_l2.peers[0].heard_ms = NOW_MS - 5000;
}

static void conflict(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.owners[0].state = L2_CONFLICT;
	memcpy(fake_l2.owners[0].mac, "\x02\x00\x00\x00\x00\x99", 6);
}

static void unwanted(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.n_owners = 0;
}

/* ---- interfaces ---- */

static void no_interface(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.owners[0].state = L2_NO_IFACE;
	fake_l2.owners[0].owner = NULL;
	fake_l2.choices[1] = L2_NO_SUBNET;
}

static void not_advertised(struct lab *lab)
{
	no_interface(lab);
	fake_l2.choices[1] = L2_CHOSEN;
}

static void forbidden(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.problems[1] = "eth0: Operation not permitted";
}

static void unable(struct lab *lab)
{
	nobody(lab);
	fake_l2.n_links = 0;
	fake_l2.summary.heartbeat = false;
	fake_l2.summary.error = "cannot see the interfaces: Function not implemented";
}

static void half_down(struct lab *lab)
{
	static const uint32_t two[] = {2, 3};
	struct l2_owners_view *v = owner(lab);

	v->ifindex = two;
	v->n_ifindex = 2;
	fake_l2.problems[2] = "eth1: Network is down";
}

/* ---- the kernel ---- */

static void kernel_has_it(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.kernel = &fake_l2.links[1];
}

static void kernel_of_owner(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.kernel = &fake_l2.links[1];
}

static void ipvs(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.kernel = &fake_l2.links[5];
	fake_l2.arp_ignore[1] = 0;
}

static void ipvs_strict(struct lab *lab)
{
	elsewhere(lab);
	fake_l2.kernel = &fake_l2.links[5];
}

static void dummy(struct lab *lab)
{
	ipvs(lab);
	memcpy(fake_l2.links[5].name, "dummy0", 7);
}

/* ---- the heartbeat ---- */

static void no_key(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.summary.heartbeat = false;
}

static void bad_key(struct lab *lab)
{
	no_key(lab);
	fake_l2.summary.heartbeat_error = "/etc/grevy/l2.key: Permission denied";
}

static void new_key(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.summary.heartbeat_error =
	    "/etc/grevy/l2.key: the key has 3 bytes, 16 are needed at least";
}

static void no_way(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.summary.heartbeat_error = "eth0: Network is unreachable";
}

static void alone(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.owners[0].alive = 1;
	fake_l2.n_peers = 0;
}

static void other_key(struct lab *lab)
{
	alone(lab);
	fake_l2.summary.peers.wrong_key = 42;
}

static void same_name(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.summary.peers.same_name = 7;
}

static void cut_off(struct lab *lab)
{
	l2_cast(lab);
	fake_l2.summary.cut_off = true;
}

static const struct scene scenes[] = {
    API("l2_good", "why default/web", .commands = shown, SCENE(l2_cast)),
    API("l2_good_json", "why default/web json", SCENE(l2_cast)),
    API("l2_and_routes", "why default/web", .commands = shown,
	SCENE_AS("role: node\nnode-name: n1\ncontroller: {enabled: yes}\npolicy-from: [crds]\n",
	    CUSTOM("IPAddressPool", "lan", "addresses: [192.168.2.240/28]")
		CUSTOM("BGPAdvertisement", "all", "") CUSTOM("L2Advertisement", "all", "")
		    SERVICE("web", "", LB),
	    l2_cast)),
    /* who answers */
    API("l2_elsewhere", "why default/web", .commands = shown, SCENE(elsewhere)),
    API("l2_unheard", "why default/web", SCENE(nowhere_yet)),
    API("l2_waits", "why default/web", SCENE(waits)),
    API("l2_listens", "why default/web", SCENE(listens)),
    API("l2_nobody", "why default/web", SCENE(nobody)),
    API("l2_nobody_alive", "why default/web", SCENE(nobody_alive)),
    API("l2_conflict", "why default/web", .commands = shown, SCENE(conflict)),
    API("l2_unwanted", "why default/web", SCENE(unwanted)),
    API("l2_muted", "why default/web",
	SCENE_AS(
	    POOL(", l2-advertisements: [{service-selectors: [{match-labels: {app: web}}]}]"),
	    SERVICE("web", ", labels: {app: web}, annotations: {metallb.io/allow-shared-ip: a}",
		LB),
	    unwanted)),
    API("l2_left_out", "why default/web",
	SCENE_AS(POOL(", l2-advertisements: [{node-selectors: [{match-labels: {rack: z}}]}]"),
	    SERVICE("web", "", LB), unwanted)),
    /* interfaces */
    API("l2_no_interface", "why default/web", SCENE(no_interface)),
    API("l2_not_advertised", "why default/web",
	SCENE_OF(POOL(", l2-advertisements: [{interfaces: [eth7]}]"), not_advertised)),
    API("l2_forbidden", "why default/web", SCENE(forbidden)),
    API("l2_nothing", "why default/web", SCENE(unable)),
    API("l2_half_down", "why default/web", SCENE(half_down)),
    /* the kernel */
    API("l2_kernel_has_it", "why default/web", SCENE(kernel_has_it)),
    API("l2_kernel_of_owner", "why default/web", SCENE(kernel_of_owner)),
    API("l2_ipvs", "why default/web", SCENE(ipvs)),
    API("l2_ipvs_strict", "why default/web", SCENE(ipvs_strict)),
    API("l2_dummy", "why default/web", SCENE(dummy)),
    /* the heartbeat */
    API("l2_no_key", "why default/web", SCENE(no_key)),
    API("l2_bad_key", "why default/web", SCENE(bad_key)),
    API("l2_new_key", "why default/web", SCENE(new_key)),
    API("l2_no_way", "why default/web", SCENE(no_way)),
    API("l2_alone", "why default/web", SCENE(alone)),
    API("l2_other_key", "why default/web", SCENE(other_key)),
    API("l2_same_name", "why default/web", SCENE(same_name)),
    API("l2_cut_off", "why default/web", SCENE(cut_off)),
};

SCENES_MAIN(scenes)
