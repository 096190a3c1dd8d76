/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of BGP: each is made with neighbours that say what a real session says, and what `why`
 * tells of it is tests/data/why/NAME.txt. tests/e2e/why_bgp.sh holds the words of real sessions
 * against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "bgp_cast.h"
#include "why_scenes.h"
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

static const char *const shown[] = {"show services default/web", NULL};
static const char *const of_rib[] = {"show rib 192.168.254.1/32", NULL};

#define TEXT(s) ((char *)(uintptr_t)(s))

/* ---- role node: peers in MetalLB's words ---- */

static void peers(struct lab *lab)
{
	cast_start(lab);
	for (size_t i = 0; i < fake_bgp.n_peers; i++) {
		cast_neighbors[i].from_peers = true;
		cast_neighbors[i].name = TEXT(i ? i > 1 ? "peer3" : "peer2" : "peer1");
	}
}

static void one_peer(struct lab *lab)
{
	peers(lab);
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
	cast_down(0, BGP_CONNECT, "connect: no answer");
}

static void no_way(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "connect: No route to host");
}

static void closed(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "closed by the peer");
}

static void wrong_password(struct lab *lab)
{
	timed_out(lab);
	cast_neighbors[0].password = TEXT("hidden-from-all");
}

static void no_secret(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_IDLE, "the password's Secret is not there");
	cast_neighbors[0].password_missing = true;
}

static void no_password_file(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_IDLE, "the password file cannot be read");
	cast_neighbors[0].password_file = TEXT("/etc/grevy/tor.key");
}

static void notified(size_t i, bool received, uint16_t code, const char *why)
{
	struct bgp_session_status *st = &fake_bgp.peers[i].session;
	struct bgp_error *e = received ? &st->last_received : &st->last_sent;

	cast_down(i, BGP_IDLE, why);
	bgp_error_set(e, code, NULL, 0);
}

static void not_its_as(struct lab *lab)
{
	one_peer(lab);
	notified(0, false, BGP_ERR_PEER_AS,
	    "bad OPEN, NOTIFICATION sent: OPEN Message Error/Bad Peer AS");
}

static void not_our_as(struct lab *lab)
{
	one_peer(lab);
	notified(
	    0, true, BGP_ERR_PEER_AS, "NOTIFICATION received: OPEN Message Error/Bad Peer AS");
}

static void same_id(struct lab *lab)
{
	one_peer(lab);
	notified(0, false, BGP_ERR_BGP_ID,
	    "bad OPEN, NOTIFICATION sent: OPEN Message Error/Bad BGP Identifier");
}

static void no_id(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_IDLE, "no router identifier");
}

static void hold_timer(struct lab *lab)
{
	one_peer(lab);
	notified(0, false, BGP_ERR_HOLD_EXPIRED,
	    "hold timer expired, NOTIFICATION sent: Hold Timer Expired");
}

static void its_hold_timer(struct lab *lab)
{
	one_peer(lab);
	notified(0, true, BGP_ERR_HOLD_EXPIRED, "NOTIFICATION received: Hold Timer Expired");
}

static void shut_down(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE,
	    "NOTIFICATION received: Cease/Administrative Shutdown (upgrade until noon)");
	bgp_error_cease(
	    &fake_bgp.peers[0].session.last_received, BGP_CEASE_SHUTDOWN, "upgrade until noon");
}

static void deconfigured(struct lab *lab)
{
	one_peer(lab);
	notified(
	    0, true, BGP_CEASE_DECONFIGURED, "NOTIFICATION received: Cease/Peer Unconfigured");
}

static void its_limit(struct lab *lab)
{
	one_peer(lab);
	notified(0, true, BGP_CEASE_MAX_PREFIX,
	    "NOTIFICATION received: Cease/Maximum Number of Prefixes Reached");
}

static void unsettled(struct lab *lab)
{
	one_peer(lab);
	fake_bgp.view.settled = false;
}

static void not_dialled(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_ACTIVE, "");
	cast_neighbors[0].passive = true;
}

static void port_taken(struct lab *lab)
{
	not_dialled(lab);
	fake_bgp.deaf = "Address already in use";
}

static void too_many(struct lab *lab)
{
	one_peer(lab);
	cast_down(0, BGP_IDLE, "more prefixes than max-prefix allows");
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
	peers(lab);
	cast_down(0, BGP_OPENSENT, "");
	cast_down(1, BGP_ACTIVE, "connect: No route to host");
}

static void no_advertisement(struct lab *lab)
{
	one_peer(lab);
	fake_bgp.why_not = "no advertisement of the pool names this peer";
	fake_bgp.cure =
	    "add it to peers of a bgp-advertisements entry, or leave peers out there";
}

static void some_told(struct lab *lab)
{
	peers(lab);
	fake_bgp.why_not = "no advertisement of the pool names this peer";
	fake_bgp.cure =
	    "add it to peers of a bgp-advertisements entry, or leave peers out there";
	fake_bgp.but = fake_bgp.peers[0].out_peer;
	fake_bgp.peers[0].out.pending = 3;
}

/* bgp.neighbors on a node: without an export list. */
static void no_export(struct lab *lab)
{
	cast_start(lab);
	cast_only(0);
	cast_neighbors[0].export.prefixes = (struct bgp_prefix_list){0};
	fake_bgp.why_not = "it has no export list, so nothing is announced to it (RFC 8212)";
	fake_bgp.cure = "add the prefix to export: {prefixes: [...]} of this neighbour";
}

static void export_refuses(struct lab *lab)
{
	no_export(lab);
	cast_neighbors[0].export.prefixes.any = true;
	fake_bgp.why_not = "its export list refuses the prefix";
}

static void nobody(struct lab *lab)
{
	lab->conf->role = CONF_NODE;
	lab->rules->peers = xcalloc(2, sizeof(*lab->rules->peers));
	lab->rules->n_peers = 2;
	fake_bgp = (struct fake_bgp){.active = false};
	lab->ctx.bgp = (struct bgp *)lab;
}

/* ---- role router: neighbours ---- */

/* 198.18.9.9 of neighbours alone; what Kubernetes announces is told by one of them, too. */
static void neighbors(struct lab *lab)
{
	struct bgp_in_path *p;
	struct rib_nexthop nh = {.weight = 1};

	cast_start(lab);
	p = &fake_bgp.in[fake_bgp.n_in++];
	*p = fake_bgp.in[0];
	assert_int_equal(prefix_parse("192.168.254.1/32", &p->prefix), 0);
	nh.addr = p->nexthop;
	rib_set(lab->rib, RIB_BGP, &p->prefix, &nh, 1);
	rib_set(lab->rib, RIB_BGP, &fake_bgp.in[6].prefix, &nh, 1);
	rib_commit(lab->rib);
	lab_zebra(lab);
	lab_zebra(lab);
	cast_neighbors[1].export.prefixes = (struct bgp_prefix_list){0};
}

static void stale(struct lab *lab)
{
	neighbors(lab);
	fake_bgp.in[7].stale = true;
}

static void unreachable(struct lab *lab)
{
	neighbors(lab);
	fake_bgp.in[6].reachable = false;
}

static void no_export_list(struct lab *lab)
{
	neighbors(lab);
	cast_only(0);
	fake_bgp.why_not = "its export list refuses the prefix";
	fake_bgp.cure = "add the prefix to export: {prefixes: [...]} of this neighbour";
}

/* Nothing but neighbours, the first of them alone. */
static void one_neighbor(struct lab *lab)
{
	neighbors(lab);
	cast_only(0);
	lab->ctx.source = NULL;
}

static void no_import_list(struct lab *lab)
{
	one_neighbor(lab);
	cast_neighbors[0].import.prefixes = (struct bgp_prefix_list){0};
}

static void loop(struct lab *lab)
{
	one_neighbor(lab);
	cast_neighbors[0].import.prefixes.any = true;
	fake_bgp.peers[0].in.refused_loop = 3;
}

static void bad_nexthops(struct lab *lab)
{
	one_neighbor(lab);
	cast_neighbors[0].import.prefixes.any = true;
	fake_bgp.peers[0].in.refused_nexthop = 2;
}

static void silent_neighbor(struct lab *lab)
{
	one_neighbor(lab);
	cast_neighbors[0].import.prefixes.any = true;
}

/* What it announces cannot be reached. */
static void unusable(struct lab *lab)
{
	one_neighbor(lab);
	assert_int_equal(prefix_parse("198.51.100.0/24", &fake_bgp.in[0].prefix), 0);
	fake_bgp.in[0].reachable = false;
	fake_bgp.in[0].nexthop = (struct ipaddr){
	    .family = AF_INET, .addr = {172, 16, 0, 9}
        };
}

static void down_neighbor(struct lab *lab)
{
	silent_neighbor(lab);
	cast_down(0, BGP_ACTIVE, "connect: Connection refused");
}

static void several(struct lab *lab)
{
	neighbors(lab);
	lab->ctx.source = NULL;
	cast_neighbors[0].import.prefixes = (struct bgp_prefix_list){0};
}

#define NODE_WITH_PEERS                                                                        \
	.node = "n1", .zebra_off = "zebra: enabled: auto means no on role node with peers, "   \
				   "so that nothing is announced twice"
#define PEER(name, fn) API(name, "why default/web", NODE_WITH_PEERS, .arrange = (fn))
#define NEIGHBORS                                                                              \
	"role: router\nbgp: {asn: 65000, neighbors: [{address: 10.0.1.2, asn: 65001}]}\n"

static const struct scene scenes[] = {
    API("bgp_told", "why default/web", NODE_WITH_PEERS, .arrange = one_peer,
	.commands = of_rib),
    PEER("bgp_refused", refused),
    PEER("bgp_unanswered", timed_out),
    PEER("bgp_no_way", no_way),
    PEER("bgp_closed", closed),
    PEER("bgp_wrong_password", wrong_password),
    PEER("bgp_no_secret", no_secret),
    PEER("bgp_no_password_file", no_password_file),
    PEER("bgp_not_its_as", not_its_as),
    PEER("bgp_not_our_as", not_our_as),
    PEER("bgp_same_id", same_id),
    PEER("bgp_no_id", no_id),
    PEER("bgp_hold_timer", hold_timer),
    PEER("bgp_its_hold_timer", its_hold_timer),
    PEER("bgp_shut_down", shut_down),
    PEER("bgp_deconfigured", deconfigured),
    PEER("bgp_its_limit", its_limit),
    PEER("bgp_unsettled", unsettled),
    PEER("bgp_not_dialled", not_dialled),
    PEER("bgp_port_taken", port_taken),
    PEER("bgp_too_many", too_many),
    PEER("bgp_other_family", other_family),
    PEER("bgp_not_offered", not_offered),
    PEER("bgp_no_nexthop", no_nexthop),
    API("bgp_none_told", "why default/web", NODE_WITH_PEERS, .arrange = none_told,
	.commands = shown),
    PEER("bgp_no_advertisement", no_advertisement),
    API("bgp_some_told", "why default/web", NODE_WITH_PEERS, .arrange = some_told,
	.commands = shown),
    PEER("bgp_nobody", nobody),
    PEER("bgp_no_export_list", no_export),
    PEER("bgp_export_refuses", export_refuses),
    /* a router tells its neighbours, or need not */
    API("bgp_router", "why default/web", .arrange = neighbors),
    API("bgp_router_refuses", "why default/web", .arrange = no_export_list),
    /* what they announce */
    API("received", "why 198.18.9.9", .arrange = neighbors),
    API("received_stale", "why 198.18.9.9", .arrange = stale),
    API("received_unreachable", "why 198.18.9.9", .arrange = unreachable),
    API("received_no_list", "why 198.51.100.1", .config = NEIGHBORS, .arrange = no_import_list),
    API("received_refused", "why 198.51.100.1", .config = NEIGHBORS, .arrange = one_neighbor),
    API("received_loop", "why 198.51.100.1", .config = NEIGHBORS, .arrange = loop),
    API("received_bad_nexthop", "why 198.51.100.1", .config = NEIGHBORS,
	.arrange = bad_nexthops),
    API("received_unusable", "why 198.51.100.1", .config = NEIGHBORS, .arrange = unusable),
    API("received_nothing", "why 198.51.100.1", .config = NEIGHBORS,
	.arrange = silent_neighbor),
    API("received_down", "why 198.51.100.1", .config = NEIGHBORS, .arrange = down_neighbor),
    API("received_of_none", "why 198.51.100.1", .config = NEIGHBORS, .arrange = several),
};

SCENES_MAIN(scenes)
