/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each fault of BGP and of the kernel's table that `why` and `show` tell of, one scene each,
 * with golden files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/util.h"
#include "bgp_cast.h"
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

static const char *const on_node[] = {"show services default/web", "why default/web", NULL};
static const char *const with_rib[] = {"show rib 192.168.254.0/32", "why default/web", NULL};
static const char *const on_router[] = {
    "why default/web", "why 198.18.9.9", "why 198.51.100.1", NULL};
static const char *const of_neighbors[] = {"why 198.18.9.9", "why 198.51.100.1", NULL};
static const char *const of_kernel[] = {"show fib", "show fib 192.168.254.0/32",
    "show rib 192.168.254.0/32", "why default/web", NULL};

static const char off[] = "zebra: enabled: auto means no on role node with peers, so that "
			  "nothing is announced twice";

static void peers_of_metallb(struct lab *lab)
{
	cast_start(lab);
	for (size_t i = 0; i < fake_bgp.n_peers; i++) {
		cast_neighbors[i].from_peers = true;
		cast_neighbors[i].name =
		    (char *)(uintptr_t)(i ? i > 1 ? "peer3" : "peer2" : "peer1");
	}
}

static void one_peer(struct lab *lab)
{
	peers_of_metallb(lab);
	cast_only(0);
}

static void refused(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "connect: Connection refused");
}

static void timed_out(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_CONNECT, "connect: Connection timed out");
}

static void wrong_password(struct lab *lab)
{
	timed_out(lab);
	cast_neighbors[0].password = (char *)(uintptr_t) "hidden-from-all";
}

static void no_password(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_IDLE, "");
	cast_neighbors[0].password_missing = true;
}

static void bad_as(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "");
	fake_bgp.peers[0].session.last_received.code = BGP_ERR_PEER_AS;
}

static void shut_down(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "");
	bgp_error_cease(
	    &fake_bgp.peers[0].session.last_received, BGP_CEASE_SHUTDOWN, "upgrade until noon");
}

static void unsettled(struct lab *lab)
{
	one_peer(lab);
	fake_bgp.view.settled = false;
}

static void port_taken(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "");
	cast_neighbors[0].passive = true;
	fake_bgp.deaf = "Address already in use";
}

static void too_many(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_IDLE, "");
	cast_neighbors[0].import.max_prefix = 10;
	fake_bgp.peers[0].in.over_limit = true;
}

static void other_family(struct lab *lab)
{
	one_peer(lab);
	cast_facts[0].families = BGP_IPV6;
	cast_facts[0].received.families = BGP_IPV6;
}

static void not_offered(struct lab *lab)
{
	other_family(lab);
	cast_facts[0].offered.families = BGP_IPV6;
}

static void no_nexthop(struct lab *lab)
{
	one_peer(lab);
	cast_facts[0].self[0].family = 0;
}

static void none_told(struct lab *lab)
{
	peers_of_metallb(lab);
	cast_down(0, BGP_OPENSENT, "");
	cast_down(1, BGP_ACTIVE, "connect: No route to host");
}

static void no_advertisement(struct lab *lab)
{
	one_peer(lab);
	fake_bgp.why_not = "no advertisement of the pool names this peer";
	fake_bgp.cure = "add it to peers of a bgp-advertisements entry, or leave peers out";
}

static void some_told(struct lab *lab)
{
	peers_of_metallb(lab);
	fake_bgp.why_not = "no advertisement of the pool names this peer";
	fake_bgp.cure = "add it to peers of a bgp-advertisements entry, or leave peers out";
	fake_bgp.but = fake_bgp.peers[0].out_peer;
	fake_bgp.peers[0].out.pending = 3;
}

static void nobody(struct lab *lab)
{
	lab->conf->role = CONF_NODE;
	lab->conf->peers = xcalloc(2, sizeof(*lab->conf->peers));
	lab->conf->n_peers = 2;
	fake_bgp = (struct fake_bgp){.active = false};
	lab->ctx.bgp = (struct bgp *)lab;
}

/* 198.18.9.9 of neighbours alone; what Kubernetes announces is told by one of them, too. */
static void neighbors(struct lab *lab)
{
	struct bgp_in_path *p;
	struct rib_nexthop nh = {.weight = 1};

	cast_start(lab);
	p = &fake_bgp.in[fake_bgp.n_in++];
	*p = fake_bgp.in[0];
	assert_int_equal(prefix_parse("192.168.254.0/32", &p->prefix), 0);
	nh.addr = p->nexthop;
	rib_set(lab->rib, RIB_BGP, &p->prefix, &nh, 1);
	rib_set(lab->rib, RIB_BGP, &fake_bgp.in[6].prefix, &nh, 1);
	rib_commit(lab->rib);
	cast_neighbors[0].import.prefixes = (struct bgp_prefix_list){0};
	cast_neighbors[1].export.prefixes = (struct bgp_prefix_list){0};
	fake_bgp.in[6].stale = true;
	fake_bgp.why_not = "it has no export list";
	fake_bgp.cure = "give it export: prefixes (RFC 8212)";
}

/* No Service at all: a router for what neighbours announce. */
static void no_source(struct lab *lab)
{
	static const char text[] =
	    "role: router\nbgp: {asn: 65000, neighbors: [{address: 10.0.1.2, asn: 65001}]}\n";
	struct conf_errors errors = {0};

	neighbors(lab);
	conf_free(lab->conf);
	lab->conf = conf_parse(text, strlen(text), "grevyd.yaml", &errors);
	assert_non_null(lab->conf);
	lab->ctx.conf = lab->conf;
	lab->ctx.source = NULL;
	cast_facts[1].families = BGP_IPV6;
	cast_neighbors[1].export.prefixes.any = true;
	fake_bgp.cure = "nothing is wrong";
}

static void kernel(struct lab *lab, enum kroute_state state, const char *why)
{
	fake_bgp = (struct fake_bgp){.route = state, .route_why = why};
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
		fake_bgp.kernel.routes[state] = 7;
	lab->ctx.kernel = (const struct out_kernel *)lab;
}

static void kernel_good(struct lab *lab)
{
	kernel(lab, KROUTE_INSTALLED, "");
}

static void kernel_waits(struct lab *lab)
{
	kernel(lab, KROUTE_WAITING, "192.168.2.11: no connected subnet");
}

static void kernel_refuses(struct lab *lab)
{
	kernel(lab, KROUTE_REJECTED, "Invalid argument");
}

static void kernel_prefers(struct lab *lab)
{
	kernel(lab, KROUTE_SHADOWED, "proto static metric 0");
}

static void kernel_sends(struct lab *lab)
{
	kernel(lab, KROUTE_SENT, "");
}

static void kernel_fails(struct lab *lab)
{
	kernel(lab, KROUTE_STATES, "");
	fake_bgp.kernel.state = KERNEL_FAILED;
	fake_bgp.kernel.state_text = "failed";
	fake_bgp.kernel.reason = "Operation not permitted";
}

#define SCENE(f, arrangement, ...)                                                             \
	static void f(void **state)                                                            \
	{                                                                                      \
		static const struct scene s = {                                                \
		    .name = #f, .arrange = (arrangement), __VA_ARGS__};                        \
		(void)state;                                                                   \
		lab_play(&s);                                                                  \
	}
#define NODE .commands = on_node, .node = "n1", .zebra_off = off

SCENE(bgp_told, one_peer, .commands = with_rib, .node = "n1", .zebra_off = off)
SCENE(bgp_refused, refused, NODE)
SCENE(bgp_timed_out, timed_out, NODE)
SCENE(bgp_wrong_password, wrong_password, NODE)
SCENE(bgp_no_password, no_password, NODE)
SCENE(bgp_bad_as, bad_as, NODE)
SCENE(bgp_shut_down, shut_down, NODE)
SCENE(bgp_unsettled, unsettled, NODE)
SCENE(bgp_port_taken, port_taken, NODE)
SCENE(bgp_too_many, too_many, NODE)
SCENE(bgp_other_family, other_family, NODE)
SCENE(bgp_not_offered, not_offered, NODE)
SCENE(bgp_no_nexthop, no_nexthop, NODE)
SCENE(bgp_none_told, none_told, NODE)
SCENE(bgp_no_advertisement, no_advertisement, NODE)
SCENE(bgp_some_told, some_told, NODE)
SCENE(bgp_nobody, nobody, NODE)
SCENE(bgp_router, neighbors, .commands = on_router)
SCENE(bgp_alone, no_source, .commands = of_neighbors)
SCENE(kernel_installed, kernel_good, .commands = of_kernel, .zebra_off = "no socket")
SCENE(kernel_waiting, kernel_waits, .commands = of_kernel, .zebra_off = "no socket")
SCENE(kernel_rejected, kernel_refuses, .commands = of_kernel, .zebra_off = "no socket")
SCENE(kernel_shadowed, kernel_prefers, .commands = of_kernel, .zebra_off = "no socket")
SCENE(kernel_sent, kernel_sends, .commands = of_kernel, .zebra_off = "no socket")
SCENE(kernel_failed, kernel_fails, .commands = of_kernel, .zebra_off = "no socket")

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bgp_told),
	    cmocka_unit_test(bgp_refused),
	    cmocka_unit_test(bgp_timed_out),
	    cmocka_unit_test(bgp_wrong_password),
	    cmocka_unit_test(bgp_no_password),
	    cmocka_unit_test(bgp_bad_as),
	    cmocka_unit_test(bgp_shut_down),
	    cmocka_unit_test(bgp_unsettled),
	    cmocka_unit_test(bgp_port_taken),
	    cmocka_unit_test(bgp_too_many),
	    cmocka_unit_test(bgp_other_family),
	    cmocka_unit_test(bgp_not_offered),
	    cmocka_unit_test(bgp_no_nexthop),
	    cmocka_unit_test(bgp_none_told),
	    cmocka_unit_test(bgp_no_advertisement),
	    cmocka_unit_test(bgp_some_told),
	    cmocka_unit_test(bgp_nobody),
	    cmocka_unit_test(bgp_router),
	    cmocka_unit_test(bgp_alone),
	    cmocka_unit_test(kernel_installed),
	    cmocka_unit_test(kernel_waiting),
	    cmocka_unit_test(kernel_rejected),
	    cmocka_unit_test(kernel_shadowed),
	    cmocka_unit_test(kernel_sent),
	    cmocka_unit_test(kernel_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
