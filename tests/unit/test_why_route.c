/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the source, of who assigns, of zebra and of the kernel: each is made, and what
 * `why` says of it is tests/data/why/NAME.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "fake_bgp.h"
#include "why_scenes.h"
#include <cmocka.h>
#include <string.h>

#define WEB     "192.168.254.1/32" /* of default/web */
#define AWAY    "https://192.0.2.1:6443: Connection refused"
#define NO_FILE "cannot read /etc/grevy/manifests.d: No such file or directory"

/* ---- the source ---- */

static void known(struct lab *lab)
{
	lab->source.whole = true; /* it was read well once */
}

static void forbidden_now(struct lab *lab)
{
	struct k8s_resource *r = &lab->resources[1];

	r->phase = K8S_FORBIDDEN;
	r->text = (char *)(uintptr_t) "may not \"watch\" \"services\"";
}

static void no_slices(struct lab *lab)
{
	struct k8s_resource *r = &lab->resources[2];

	r->phase = K8S_ABSENT;
	r->listed = false;
	r->text = NULL;
}

static void unwritable(struct lab *lab)
{
	lab->damage = (struct vty_problem){"state file",
	    "/var/lib/grevy/assignments.json: cannot write assignments: Permission denied",
	    "a restart forgets addresses assigned since",
	    "make it writable for grevyd's user; it is tried again"};
	lab->ctx.n_problems = 1;
}

static void held_pools(struct lab *lab)
{
	lab->damage = (struct vty_problem){"configuration",
	    "reloaded while the source is away, or another one",
	    "its pools and controller are not in force yet, those of before still are",
	    "make the source reachable again"};
	lab->ctx.n_problems = 1;
}

static void refused_reload(struct lab *lab)
{
	lab->damage = (struct vty_problem){"configuration",
	    "/etc/grevy/grevyd.yaml:9:3: 192.168.254.0/28 of pool \"more\" overlaps "
	    "192.168.254.1-192.168.254.9 of pool \"default\"",
	    "what was in force before it still is",
	    "mend the file, then: systemctl reload grevyd"};
	lab->ctx.n_problems = 1;
}

/* ---- routes of others ---- */

static void redistributed(struct lab *lab)
{
	struct rib_nexthop nh = {.weight = 1};
	struct prefix p;

	assert_int_equal(prefix_parse(WEB, &p), 0);
	assert_int_equal(ipaddr_parse("192.168.2.77", &nh.addr), 0);
	rib_set(lab->rib, RIB_REDISTRIBUTED, &p, &nh, 1);
	rib_commit(lab->rib);
}

static void of_zebra(struct lab *lab)
{
	struct rib_nexthop nh = {.weight = 1};
	struct prefix p;

	assert_int_equal(prefix_parse("198.51.100.0/24", &p), 0);
	assert_int_equal(ipaddr_parse("192.168.2.77", &nh.addr), 0);
	rib_set(lab->rib, RIB_REDISTRIBUTED, &p, &nh, 1);
	rib_commit(lab->rib);
}

/* ---- the kernel, without zebra ---- */

static void kernel(struct lab *lab, enum kroute_state state, const char *why, const char *rival)
{
	fake_bgp = (struct fake_bgp){.route = state, .route_why = why, .rival = rival};
	fake_bgp.kernel = (struct kernel_status){.state = KERNEL_UP,
	    .state_text = "up",
	    .reason = "",
	    .table = 254,
	    .protocol = 187,
	    .metric = 20,
	    .swept = true,
	    .objects = 3,
	    .groups = 2,
	    .sent = 9};
	if (state < KROUTE_STATES)
		fake_bgp.kernel.routes[state] = 1;
	lab->ctx.kernel = (const struct out_kernel *)lab;
}

static void kernel_installs(struct lab *lab)
{
	kernel(lab, KROUTE_INSTALLED, "", "");
}

static void kernel_waits(struct lab *lab)
{
	kernel(
	    lab, KROUTE_WAITING, "no next hop is in a connected subnet whose link is up", "");
}

static void kernel_refuses(struct lab *lab)
{
	kernel(lab, KROUTE_REJECTED, "the kernel says: Invalid argument", "");
}

static void kernel_taken(struct lab *lab)
{
	kernel(lab, KROUTE_REJECTED, "a route of protocol static via 192.168.2.14, metric 20",
	    "ip route del " WEB " proto 4 metric 20");
}

static void kernel_prefers(struct lab *lab)
{
	kernel(lab, KROUTE_SHADOWED, "a route of protocol kernel, metric 0",
	    "ip route del " WEB " proto 2 metric 0");
}

static void kernel_sends(struct lab *lab)
{
	kernel(lab, KROUTE_SENT, "", "");
}

static void kernel_fails(struct lab *lab)
{
	kernel(lab, KROUTE_STATES, "", "");
	fake_bgp.kernel.state = KERNEL_FAILED;
	fake_bgp.kernel.state_text = "failed";
	fake_bgp.kernel.reason = "next-hop objects: Operation not permitted; grevyd needs the "
				 "capability CAP_NET_ADMIN";
}

static const char *const of_kernel[] = {
    "show fib", "show fib 192.168.254.1/32", "show rib 192.168.254.1/32", NULL};

#define NO_ZEBRA(text) .state = ZSERV_NO_SOCKET, .state_text = "no connection", .reason = (text)
#define KERNEL                                                                                 \
	NO_ZEBRA("/run/frr/zserv.api: No such file or directory (is zebra running?)"),         \
	    .commands = of_kernel

static const struct scene scenes[] = {
    /* all is well */
    API("good", "why default/web"),
    API("good_json", "why default/web json"),
    API("bad_json", "why 192.168.254.9 json"),
    /* a folder of manifests */
    FILES("folder_unread", "why default/web", .unread = true, .outage = NO_FILE),
    FILES("folder_reading", "why default/web", .unread = true),
    FILES("folder_away", "why default/web", .outage = NO_FILE),
    FILES("manifest_bad", "why default/dns", .problem = "spec.ports[0].port: must be 1..65535"),
    FILES("manifest_bad_later", "why default/web",
	.problem = "spec.ports[0].port: must be 1..65535", .arrange = known),
    FILES(
	"manifest_held", "why default/web", .problem = "spec.ports[0].port: must be 1..65535"),
    /* an API server */
    API("api_unknown", "why default/web", .unread = true,
	.no_account = "/etc/grevy/kubeconfig: No such file or directory"),
    API("api_unread", "why default/web", .unread = true, .outage = AWAY),
    API("api_away", "why default/web", .outage = AWAY),
    API("api_forbidden", "why default/web", .unread = true, .forbidden = "services"),
    API("api_forbidden_later", "why default/web", .arrange = forbidden_now),
    API("api_absent", "why default/web", .unread = true, .arrange = no_slices),
    API("api_bad_object", "why default/web", .problem = "spec.ports[0].port: must be 1..65535",
	.arrange = known),
    API("api_bad_object_missing", "why pihole/dns",
	.problem = "spec.ports[0].port: must be 1..65535", .arrange = known),
    /* who assigns */
    API("controller_off", "why default/web",
	.config = "role: router\naddress-pools:\n- {name: lan, protocol: bgp, addresses: "
		  "[192.168.254.0/24]}\n"),
    API("lease_elsewhere", "why default/web", .leader = "gateway2_77aa"),
    API("lease_forbidden", "why default/web", .leader = "",
	.no_writing = "create leases: HTTP 403: leases.coordination.k8s.io is forbidden"),
    API("status_forbidden", "why default/web",
	.no_writing = "patch services/status of default/web: HTTP 403: forbidden"),
    API("status_outside", "why default/api",
	.config = "role: router\naddress-pools:\n- {name: lan, protocol: bgp, addresses: "
		  "[192.168.254.0/24]}\n",
	.objects =
	    SERVICE("api", "", LB) "status: {loadBalancer: {ingress: [{ip: 203.0.113.5}]}}\n"),
    /* grevyd itself */
    API("reload_refused", "why default/web", .arrange = refused_reload),
    FILES("state_damaged", "why default/web",
	.damaged =
	    "/var/lib/grevy/assignments.json:3: damaged: its checksum is wrong (kept as "
	    "/var/lib/grevy/assignments.json.bad-20260101T010000Z; Services good in it: 3)"),
    FILES("state_unwritable", "why default/web", .arrange = unwritable),
    API("reload_held", "why default/web", .outage = AWAY, .arrange = held_pools),
    /* the way to zebra */
    API("zebra_missing", "why default/web",
	NO_ZEBRA("/run/frr/zserv.api: No such file or directory (is zebra running?)")),
    API("zebra_forbidden", "why default/web",
	NO_ZEBRA("connect /run/frr/zserv.api: Permission denied")),
    API("zebra_dead", "why default/web",
	NO_ZEBRA("connect /run/frr/zserv.api: Connection refused")),
    API("zebra_strange", "why default/web", NO_ZEBRA("zebra 8.9.1 did not answer HELLO")),
    API("zebra_off", "why default/web", .zebra_off = "zebra: enabled: no"),
    API("zebra_key_held", "why default/web", .state = ZSERV_KEY_HELD,
	.state_text = "key held by another grevyd",
	.reason =
	    "route type openfabric instance 0 of this zebra is held by another grevyd, pid "
	    "4711; this one waits"),
    API("zebra_key_waits", "why default/web", .state = ZSERV_KEY_WAIT,
	.state_text = "key held by another client of zebra",
	.reason = "zebra still lists a client of type openfabric instance 0: waiting for it to "
		  "go"),
    API("zebra_unknown_release", "why default/web", .strange = true, .release = "8.9.1"),
    API("zebra_vty_missing", "why default/web", .vty_error = "No such file or directory"),
    API("zebra_vty", "why default/web", .vty_error = "Permission denied"),
    API("zebra_rival", "why default/web", .rivals = 1),
    /* next hops */
    API("hop_unreachable", "why default/web", .down = "192.168.2.11"),
    API("hops_unreachable", "why default/api", .down = "all",
	.objects = SERVICE("api", "", LB) SLICE("api", READY("n1"))),
    API("hop_one_unreachable", "why default/api", .down = "192.168.2.12",
	.objects = SERVICE("api", "", LB) SLICE("api", READY("n1"))),
    API("lo_down", "why default/web", .node = "n1", .lo_down = true),
    /* zebra's word */
    API("zebra_rejects", "why default/web", .refused = WEB),
    API("zebra_route_map", "why default/web", .refused = WEB, .route_map = "no-lb"),
    API("zebra_permits", "why default/web", .route_map = "no-lb"),
    API("zebra_static", "why default/web", .lost = WEB, .winner = "static, distance 1"),
    API("zebra_bgp", "why default/web", .lost = WEB, .winner = "bgp, distance 20"),
    API("zebra_kernel", "why default/web", .lost = WEB, .winner = "kernel, distance 0"),
    API("zebra_connected", "why default/web", .lost = WEB, .winner = "connected, distance 0"),
    API("zebra_silent", "why default/web", .quiet = true),
    /* the kernel's table behind zebra */
    API("fib_missing", "why default/web", .missing = WEB),
    API("fib_different", "why default/web", .different = WEB),
    API("fib_foreign", "why default/web", .foreign = WEB),
    API("fib_elsewhere", "why default/web", .elsewhere = "a rule"),
    API("fib_off", "why default/web", .fib_off = "not available on this system"),
    /* the kernel's table by ourselves */
    API("kernel_good", "why default/web", KERNEL, .arrange = kernel_installs),
    API("kernel_waiting", "why default/web", KERNEL, .arrange = kernel_waits),
    API("kernel_refused", "why default/web", KERNEL, .arrange = kernel_refuses),
    API("kernel_taken", "why default/web", KERNEL, .arrange = kernel_taken),
    API("kernel_shadowed", "why default/web", KERNEL, .arrange = kernel_prefers),
    API("kernel_sent", "why default/web", KERNEL, .arrange = kernel_sends),
    API("kernel_forbidden", "why default/web", KERNEL, .arrange = kernel_fails),
    /* of several sources */
    API("redistributed_loses", "why default/web", .arrange = redistributed),
    API("redistributed_wins", "why 198.51.100.7", .arrange = of_zebra),
};

SCENES_MAIN(scenes)
