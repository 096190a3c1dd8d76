/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "bgp_cast.h"
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#define UP_S (NOW_S - 41)

struct bgp_neighbor cast_neighbors[FAKE_PEERS];
struct bgp_facts cast_facts[FAKE_PEERS];

static struct bgp_attrs own = {
    .has = BGP_HAS_ORIGIN | BGP_HAS_MED | BGP_HAS_NEXTHOP, .origin = BGP_ORIGIN_INCOMPLETE};
static const uint8_t paths[2][6] = {
    {2, 1, 0, 0, 0xfd, 0xe9},
    {2, 1, 0, 0, 0xfd, 0xea}
};
static struct bgp_attrs theirs[2];
static struct bgp_in_source sources[2];
static struct bgp_prefix_rule all = {.le = 32};

static struct ipaddr addr(const char *s)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(s, &a), 0);
	return a;
}

static void add_peer(const char *remote, const char *local, uint32_t asn, const char *name)
{
	size_t i = fake_bgp.n_peers++;
	struct bgp_neighbor *nb = &cast_neighbors[i];
	struct bgp_facts *f = &cast_facts[i];
	struct bgp_peer_view *v = &fake_bgp.peers[i];

	*nb = (struct bgp_neighbor){
	    .name = (char *)(uintptr_t)name,
	    .address = addr(remote),
	    .my_asn = 65000,
	    .asn = asn,
	    .port = 179,
	    .hold_s = 180,
	    .connect_s = 120,
	    .graceful = true,
	    .families = BGP_IPV4,
	    .import.prefixes = {&all, 1, false},
	    .export.prefixes = {&all, 1, false}
        };
	*f = (struct bgp_facts){
	    .local = addr(local),
	    .remote = addr(remote),
	    .local_port = 46434,
	    .remote_port = 179,
	    .my_asn = 65000,
	    .my_id = 0x0a000101,
	    .asn = asn,
	    .id = 0x0a000002 + (asn - 65000) * 256,
	    .as4 = true,
	    .refresh = true,
	    .families = BGP_IPV4,
	    .self = {addr(local), addr("fd01::1")},
	    .self_ll = addr("fe80::3029:aeff:fe4d:e0d5"),
	    .graceful = true,
	    .peer_restart_s = 120,
	    .hold_s = 180,
	    .keepalive_s = 60
        };
	f->offered = (struct bgp_open){.asn = 65000,
	    .caps = BGP_CAP_AS4 | BGP_CAP_REFRESH | BGP_CAP_GRACEFUL | BGP_CAP_MP,
	    .families = BGP_IPV4};
	f->received = f->offered;
	f->received.caps |= BGP_CAP_REFRESH_OLD | BGP_CAP_EXTENDED | BGP_CAP_ENHANCED |
	                    BGP_CAP_ADD_PATH | BGP_CAP_LONG_LIVED | BGP_CAP_HOST;
	f->received.add_path[1] = BGP_IPV4;
	memcpy(f->received.host, "vm", sizeof("vm"));
	f->received.restarting = f->received.notification = true;
	f->received.restart_s = 120;
	*v = (struct bgp_peer_view){
	    .nb = nb,
	    .facts = f,
	    .session = {.state = BGP_ESTABLISHED,
			.remote = addr(remote),
			.why = "",
			.last_reset = "Waiting for peer OPEN",
			.last_reset_s = NOW_S - 60,
			.up_since_s = UP_S,
			.retry_in_ms = -1,
			.hold_left_ms = -1,
			.keepalive_left_ms = -1,
			.stale_left_ms = -1,
			.in = {[BGP_OPEN] = 1, [BGP_UPDATE] = 4, [BGP_KEEPALIVE] = 1},
			.out = {[BGP_OPEN] = 1, [BGP_UPDATE] = 4, [BGP_KEEPALIVE] = 1},
			.established = 1,
			.fd = 21,
			.last_in_s = NOW_S - 3,
			.last_out_s = NOW_S - 3},
	    .in = {.accepted = {4, 0}, .end_of_rib = BGP_IPV4},
	    .out = {.sent = {12, 0},                     .end_of_rib = BGP_IPV4        },
	    .in_peer = (const struct bgp_in_peer *)nb,
	    .out_peer = (const struct bgp_out_peer *)f
        };
}

static void add_in(const char *prefix, int from, bool best, const char *reason)
{
	struct bgp_in_path *p = &fake_bgp.in[fake_bgp.n_in++];
	struct bgp_out_path *out = &fake_bgp.out[fake_bgp.n_out];

	*p = (struct bgp_in_path){.peer = fake_bgp.peers[from].in_peer,
	    .source = &sources[from],
	    .peer_name = cast_neighbors[from].name,
	    .attrs = &theirs[from],
	    .nexthop = sources[from].address,
	    .best = best,
	    .reachable = true,
	    .reason = reason,
	    .since_s = NOW_S - 40};
	assert_int_equal(prefix_parse(prefix, &p->prefix), 0);
	if (!best)
		return;
	*out = (struct bgp_out_path){
	    .prefix = p->prefix, .attrs = p->attrs, .source = RIB_BGP, .since_s = NOW_S - 40};
	fake_bgp.n_out++;
}

static void add_own(const char *prefix)
{
	struct bgp_out_path *p = &fake_bgp.out[fake_bgp.n_out++];

	*p = (struct bgp_out_path){
	    .attrs = &own, .source = RIB_REDISTRIBUTED, .since_s = NOW_S - 40};
	assert_int_equal(prefix_parse(prefix, &p->prefix), 0);
}

static void add_routes(void)
{
	static const char first[] = "First path received";
	static const char *const mine[] = {"203.0.113.1/32", "203.0.113.2/32", "203.0.113.3/32",
	    "203.0.113.4/32", "203.0.113.5/32"};

	for (int i = 0; i < 2; i++) {
		theirs[i] = (struct bgp_attrs){
		    .has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP | BGP_HAS_MED,
		    .origin = BGP_ORIGIN_INCOMPLETE,
		    .as_path = paths[i],
		    .as_path_len = sizeof(paths[i])};
		sources[i] = (struct bgp_in_source){.address = fake_bgp.peers[i].session.remote,
		    .asn = 65001 + (uint32_t)i,
		    .id = cast_facts[i].id,
		    .host = "vm"};
	}
	own.nexthop = addr("10.0.3.10");
	add_in("198.18.1.1/32", 0, true, first);
	add_in("198.18.1.2/32", 0, true, first);
	add_in("198.18.1.3/32", 0, true, first);
	add_in("198.18.2.1/32", 1, true, first);
	add_in("198.18.2.2/32", 1, true, first);
	add_in("198.18.2.3/32", 1, true, first);
	add_in("198.18.9.9/32", 1, false, "");
	add_in("198.18.9.9/32", 0, true, "Router ID");
	for (size_t i = 0; i < ARRAY_LEN(mine); i++)
		add_own(mine[i]);
}

void cast_start(struct lab *lab)
{
	fake_bgp = (struct fake_bgp){
	    .active = true,
	    .view = {.asn = 65000,
		     .router_id = 0x0a000101,
		     .max_paths = 8,
		     .paths = 8,
		     .attrs = 3,
		     .settled = true,
		     .started_s = NOW_S - 60,
		     .restart_s = 120,
		     .host = "vm"}
        };
	add_peer("10.0.1.2", "10.0.1.1", 65001, "tor-a");
	add_peer("10.0.2.2", "10.0.2.1", 65002, "10.0.2.2");
	add_peer("10.0.3.9", "10.0.3.1", 65009, "10.0.3.9");
	fake_bgp.peers[2].session = (struct bgp_session_status){
	    .remote = addr("10.0.3.9"), .retry_in_ms = 81000, .stale_left_ms = -1, .fd = -1};
	cast_down(2, BGP_ACTIVE, "");
	add_routes();
	lab->ctx.bgp = (struct bgp *)lab;
}

void cast_only(size_t i)
{
	fake_bgp.peers[0] = fake_bgp.peers[i];
	fake_bgp.n_peers = 1;
}

void cast_down(size_t i, enum bgp_state state, const char *why)
{
	struct bgp_peer_view *v = &fake_bgp.peers[i];

	v->facts = NULL;
	v->out_peer = NULL;
	v->session.state = state;
	v->session.why = why;
	v->session.last_reset = "";
	v->in = (struct bgp_in_counts){0};
	v->out = (struct bgp_out_counts){0};
}
