/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.c - the table of all commands, and those that speak of the session itself. The
 * others are in show_*.c and why.c.
 */
#include "announcer/log.h"
#include "announcer/loop_watch.h"
#include "announcer/util.h"
#include "announcer/vty/names_walk.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp.h"
#include "announcer/vty/writer.h"

static enum vty_rc session_enable(struct vty_request *rq)
{
	if (!rq->session->privileged)
		return vty_forbid(rq);
	rq->session->enabled = true;
	return VTY_OK;
}

static enum vty_rc session_disable(struct vty_request *rq)
{
	rq->session->enabled = false;
	return VTY_OK;
}

static enum vty_rc session_exit(struct vty_request *rq)
{
	rq->session->closing = true;
	return VTY_OK;
}

enum vty_rc session_nothing(struct vty_request *rq)
{
	(void)rq;
	return VTY_OK;
}

static enum vty_rc session_json(struct vty_request *rq)
{
	rq->session->json = true;
	return VTY_OK;
}

static enum vty_rc session_history(struct vty_request *rq)
{
	return vty_fail(rq, "The shell has it");
}

/* The row of a line and its variables, one a line: for the shell, to know what it does itself.
 */
static enum vty_rc session_parse(struct vty_request *rq)
{
	struct buf error = {0};
	struct vty_parsed p;
	enum vty_rc rc = tree_parse(&vty_commands, rq->rest, rq->session->enabled, &p, &error);

	if (rc != VTY_OK)
		writer_raw(rq->w, error.p);
	else if (p.cmd && !p.filter)
		writer_line(rq->w, "%s", p.cmd->words);
	for (size_t i = 0; i < p.n_args && !p.filter; i++)
		writer_line(rq->w, "%s", p.args[i]);
	tree_parsed_fini(&p);
	free(error.p);
	return rc;
}

static enum vty_rc session_echo(struct vty_request *rq)
{
	writer_line(rq->w, "%s", rq->rest);
	return VTY_OK;
}

enum vty_rc session_monitor(struct vty_request *rq)
{
	rq->session->monitor = true;
	return VTY_OK;
}

enum vty_rc session_no_monitor(struct vty_request *rq)
{
	rq->session->monitor = false;
	return VTY_OK;
}

static enum vty_rc session_help(struct vty_request *rq)
{
	struct buf b = {0};

	tree_help(&vty_commands, rq->rest, rq->session->enabled, &b);
	writer_raw(rq->w, b.p);
	free(b.p);
	return VTY_OK;
}

static void put_text(struct vty_request *rq, struct buf *b)
{
	if (b->len)
		writer_raw(rq->w, b->p);
	free(b->p);
}

static bool on_complete_step(struct vty_request *rq, void *state)
{
	struct buf b = {0};
	bool more = tree_complete_more(state, rq->ctx, &b);

	put_text(rq, &b);
	return more;
}

static void on_complete_done(void *state)
{
	tree_complete_end(state);
}

static enum vty_rc session_complete(struct vty_request *rq)
{
	struct tree_completion *c;
	struct buf b = {0};

	c = tree_complete_begin(&vty_commands, rq->rest, rq->session->enabled, &b);
	put_text(rq, &b);
	vty_rows(rq, on_complete_step, on_complete_done, c);
	return VTY_OK;
}

static enum vty_rc set_debug(struct vty_request *rq, bool on)
{
	if (!log_set_debug(rq->args[0], on))
		return vty_fail(rq, "No such area: %s", rq->args[0]);
	if (rq->ctx->loop && strcmp(rq->args[0], "loop") == 0)
		loop_watch_set(rq->ctx->loop, on);
	return VTY_OK;
}

static enum vty_rc debug_on(struct vty_request *rq)
{
	return set_debug(rq, true);
}

static enum vty_rc debug_off(struct vty_request *rq)
{
	return set_debug(rq, false);
}

/* Rows that clang-format leaves alone. */
#define ROW(words, help, run, flags)                                                           \
	{                                                                                      \
		words, help, run, flags                                                        \
	}
#define GROUP(word, help)                                                                      \
	{                                                                                      \
		word, help                                                                     \
	}
#define KIND(name, help, match, complete)                                                      \
	{                                                                                      \
		name, help, match, complete                                                    \
	}

/* What many commands of BGP begin with, and which rows of the table. Words that are hidden are
 * taken from FRR's users and scripts, and mean something that grevyd has none of. */
#define BGP_VRF    " [<vrf|~view> VRF]"
#define BGP_FAMILY " [<ipv4|ipv6> [unicast|~multicast|~vpn|~labeled-unicast|~flowspec]]"
#define BGP        "show [ip] bgp" BGP_VRF
#define BGP_WHICH                                                                              \
	"PREFIX longer-prefixes|self-originate|cidr-only|regexp REGEX|"                        \
	"community [COMMUNITY] [exact-match]|large-community [LARGE] [exact-match]|"           \
	"detail|~detail-routes|<~community-list|~large-community-list> LIST [~exact-match]|"   \
	"<~filter-list|~prefix-list|~access-list|~route-map|~alias> LIST|~version NUMBER|"     \
	"~rpki <~valid|~invalid|~notfound>|~dampening <~flap-statistics|~dampened-paths>"

static const struct vty_command commands[] = {
    ROW("clear [ip] bgp" BGP_VRF BGP_FAMILY " <*|external|~peer-group LIST|TARGET> "
	"[soft [in|out]|in [~prefix-filter]|out|message-stats|~capabilities]",
	"Begin sessions with neighbours anew", clear_bgp, VTY_VERB),
    ROW("clear [ip] bgp" BGP_VRF " [ipv6 <unicast|multicast|vpn>] prefix PREFIX",
	"Decide on a prefix again", clear_bgp_nothing, VTY_VERB | VTY_HIDDEN),
    ROW("clear ip bgp dampening [PREFIX [ADDRESS]]", "Nothing is damped", clear_bgp_nothing,
	VTY_VERB | VTY_HIDDEN),
    ROW("complete [LINE]", "Words that complete a line", session_complete, VTY_HIDDEN),
    ROW("configure [terminal]", "Not here: by the file", configure_nothing,
	VTY_VIEW | VTY_HIDDEN),
    ROW("copy running-config startup-config", "Not here: there is the file only", write_nothing,
	VTY_VIEW | VTY_HIDDEN),
    ROW("debug AREA", "Log debug lines of an area", debug_on, VTY_VERB),
    ROW("disable", "Give up enable", session_disable, VTY_VIEW),
    ROW("echo LINE", "Print a text", session_echo, VTY_VIEW),
    ROW("enable", "Commands that change something", session_enable, VTY_VIEW),
    ROW("end", "Nothing; as in FRR's shell", session_nothing, VTY_HIDDEN),
    ROW("exit", "Leave", session_exit, VTY_VIEW),
    ROW("find LINE", "Commands that have this in them, a regular expression", find_commands,
	VTY_VIEW),
    ROW("help [LINE]", "What may follow a line", session_help, VTY_HIDDEN),
    ROW("list", "Every command", list_commands, VTY_VIEW),
    ROW("no debug AREA", "Do not log debug lines of an area", debug_off, VTY_VERB),
    ROW("no terminal length", "Pages as long as the terminal", session_nothing, VTY_VIEW),
    ROW("no terminal monitor", "Do not print the log here", session_no_monitor, VTY_VIEW),
    ROW("no terminal paginate", "No pages", session_nothing, VTY_VIEW),
    ROW("parse LINE", "The row of a line", session_parse, VTY_HIDDEN),
    ROW("quit", "Leave", session_exit, VTY_VIEW),
    ROW(BGP BGP_FAMILY " [all] [" BGP_WHICH "] [wide] [json [detail]]", "BGP routes",
	show_bgp_table, VTY_VIEW),
    ROW(BGP BGP_FAMILY " PREFIX [bestpath|multipath] [~rpki <~valid|~invalid|~notfound>]",
	"BGP paths of a prefix", show_bgp_route, VTY_JSON),
    ROW(BGP BGP_FAMILY " [all] summary [established|failed] "
		       "[neighbor NEIGHBOR|remote-as <internal|external|ASN>] [terse] [wide]",
	"BGP neighbours in short", show_bgp_summary, VTY_JSON),
    ROW(BGP BGP_FAMILY " neighbors [NEIGHBOR] [graceful-restart]", "BGP neighbours in detail",
	show_bgp_neighbors, VTY_JSON),
    ROW(BGP BGP_FAMILY " [all] neighbors NEIGHBOR advertised-routes [~route-map LIST] "
		       "[detail|PREFIX] [wide] [json]",
	"Routes that it is told", show_bgp_advertised, VTY_VIEW),
    ROW(BGP BGP_FAMILY " [all] neighbors NEIGHBOR <received-routes|filtered-routes> "
		       "[~route-map LIST] [wide] [json]",
	"Routes before the import policy", show_bgp_received, VTY_VIEW),
    ROW(BGP BGP_FAMILY " neighbors NEIGHBOR bestpath-routes [detail] [wide] [json]",
	"Routes that it told and that are used", show_bgp_best_of, VTY_VIEW),
    ROW(BGP BGP_FAMILY " neighbors NEIGHBOR <routes|~flap-statistics|~dampened-routes>",
	"Routes that it told", show_bgp_routes_of, VTY_JSON),
    ROW(BGP BGP_FAMILY " neighbors NEIGHBOR prefix-counts", "How many routes it told",
	show_bgp_prefix_counts, VTY_JSON),
    ROW(BGP BGP_FAMILY " neighbors NEIGHBOR received prefix-filter", "It sends no filter",
	show_bgp_prefix_filter, VTY_JSON | VTY_HIDDEN),
    ROW(BGP " nexthop [ADDRESS] [<ipv4|ipv6> [ADDRESS]] [detail]", "Next hops of BGP routes",
	show_bgp_nexthop, VTY_JSON),
    ROW("show [ip] bgp memory", "How much there is of BGP", show_bgp_memory, VTY_JSON),
    ROW("show [ip] bgp vrfs [VRF]", "The one VRF that there is", show_bgp_vrfs, VTY_JSON),
    ROW("show [ip] bgp views", "As vrfs", show_bgp_views, VTY_JSON | VTY_HIDDEN),
    ROW("show bgp listeners", "Where BGP listens", show_bgp_listeners, VTY_JSON),
    ROW("show bgp router", "Since when BGP runs", show_bgp_router, VTY_JSON),
    ROW("show bgp" BGP_VRF " bestpath", "How the best path is chosen", show_bgp_bestpath,
	VTY_JSON),
    ROW(BGP BGP_FAMILY " statistics", "Routes in numbers", show_bgp_statistics, VTY_JSON),
    ROW(BGP " <statistics-all>", "Routes of every family in numbers", show_bgp_statistics,
	VTY_JSON | VTY_HIDDEN),
    ROW(BGP " peer-group [LIST]", "There is none", show_bgp_peer_group, VTY_JSON | VTY_HIDDEN),
    ROW(BGP BGP_FAMILY " [all] dampening parameters", "There is none", show_bgp_damping,
	VTY_JSON | VTY_HIDDEN),
    ROW(BGP BGP_FAMILY " update-groups [NUMBER|statistics] "
		       "[advertise-queue|advertised-routes|packet-queue]",
	"There is none", show_bgp_nothing, VTY_JSON | VTY_HIDDEN),
    ROW("show bgp <as-path-access-list|community-list|extcommunity-list|large-community-list>",
	"There is none", show_bgp_nothing, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp" BGP_VRF " <[l2vpn] evpn> summary [established|failed] [terse] [wide]",
	"There is none", show_bgp_summary, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp <l2vpn evpn>", "There is none", show_bgp_evpn, VTY_JSON | VTY_HIDDEN),
    ROW("show debugging", "Areas whose debug lines are logged", show_debugging, VTY_JSON),
    ROW("show fib [PREFIX]", "The kernel's routes beside zebra's word", show_fib, VTY_JSON),
    ROW("show history", "The lines that were typed here", session_history, VTY_VIEW),
    ROW("show kubernetes", "The API server and what is watched there", show_kubernetes,
	VTY_JSON),
    ROW("show l2 [ADDRESS]", "Who answers ARP and NDP for which address", show_l2, VTY_JSON),
    ROW("show l2 interfaces", "Where this node can answer, and where not", show_l2_interfaces,
	VTY_JSON),
    ROW("show l2 peers", "The heartbeat: other nodes of the LAN", show_l2_peers, VTY_JSON),
    ROW("show <log|~logging>", "What is logged, and the newest lines", show_log, VTY_JSON),
    ROW("show memory", "Memory and what fills it", show_memory, VTY_JSON),
    ROW("show nodes [NAME]", "Nodes and whether they can be next hops", show_nodes, VTY_JSON),
    ROW("show policy", "Where the policy comes from, and what of it is refused", show_policy,
	VTY_JSON),
    ROW("show pools [POOL]", "Address pools and how full they are", show_pools, VTY_JSON),
    ROW("show queue", "The source of objects and the way to us", show_queue, VTY_JSON),
    ROW("show rib [PREFIX]", "Routes, and what the outputs say", show_rib, VTY_JSON),
    ROW("show running-config [all]", "The configuration in force, and from where it is",
	show_running_config, VTY_JSON),
    ROW("show services [NS/NAME]", "Services, their addresses and their state", show_services,
	VTY_JSON),
    ROW("show version", "Version, age and place", show_version, VTY_JSON),
    ROW("show vty", "Sockets for vtysh, and who answers there", show_vty, VTY_JSON),
    ROW("show zserv", "The connection to zebra", show_zserv, VTY_JSON),
    ROW("terminal json", "Answers as JSON", session_json, VTY_HIDDEN),
    ROW("terminal length NUMBER", "Lines of a page; 0: no pages", session_nothing, VTY_VIEW),
    ROW("terminal monitor", "Print the log here, as it comes", session_monitor, VTY_ENDLESS),
    ROW("terminal paginate", "Long answers by pages", session_nothing, VTY_VIEW),
    ROW("why ADDRESS", "Why an address is announced, or not", why_address, VTY_JSON),
    ROW("why NS/NAME", "Why a Service is announced, or not", why_service, VTY_JSON),
    ROW("why node NAME", "Why a Node is a next hop, or not", why_node, VTY_JSON),
    ROW("write", "Not here: there is the file only", write_nothing, VTY_VIEW),
    ROW("write <memory|file|integrated>", "Not here: there is the file only", write_nothing,
	VTY_VIEW | VTY_HIDDEN),
    ROW("write terminal", "The configuration in force", show_running_config, VTY_JSON),
};

static const struct vty_group groups[] = {
    GROUP("*", "All neighbours"),
    GROUP("all", "Every family"),
    GROUP("bestpath", "The path that is used"),
    GROUP("bgp", "BGP: neighbours, routes"),
    GROUP("cidr-only", "Prefixes that are no class"),
    GROUP("clear", "Begin anew"),
    GROUP("community", "Routes with a community"),
    GROUP("debug", "Log debug lines of an area"),
    GROUP("detail", "Everything of each"),
    GROUP("established", "Sessions that are up"),
    GROUP("exact-match", "And with no other"),
    GROUP("external", "Neighbours outside our AS"),
    GROUP("failed", "Sessions that are not"),
    GROUP("graceful-restart", "Only what they agreed on restarts"),
    GROUP("in", "Routes of the neighbour"),
    GROUP("internal", "Neighbours within our AS"),
    GROUP("ip", "As in FRR: IPv4"),
    GROUP("ipv4", "IPv4"),
    GROUP("ipv6", "IPv6"),
    GROUP("l2", "ARP and NDP: addresses, interfaces, other nodes"),
    GROUP("large-community", "Routes with a large community"),
    GROUP("longer-prefixes", "And what lies inside it"),
    GROUP("message-stats", "Only count messages anew"),
    GROUP("multipath", "The paths that are used"),
    GROUP("neighbor", "Only this one"),
    GROUP("neighbors", "Sessions, and their routes"),
    GROUP("no", "Undo"),
    GROUP("out", "Our routes"),
    GROUP("regexp", "Routes whose AS path matches"),
    GROUP("remote-as", "Neighbours of an AS"),
    GROUP("self-originate", "Our own routes"),
    GROUP("show", "Look at what grevyd knows"),
    GROUP("soft", "Routes only, the session stays"),
    GROUP("terminal", "Settings of this session"),
    GROUP("terse", "Without counts"),
    GROUP("unicast", "The only kind of routes there is"),
    GROUP("vrf", "As in FRR: default or all"),
    GROUP("why", "The first link that breaks, its evidence and the cure"),
    GROUP("wide", "Nothing cut short"),
};

static bool is_number(const char *word)
{
	return word[strspn(word, "0123456789")] == '\0';
}

static bool is_asn(const char *word)
{
	return bgp_asn_parse(word) != 0;
}

static bool each_area(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	(void)ctx;
	(void)w;
	for (size_t i = 0; log_area(i); i++)
		fn(log_area(i), arg);
	return false;
}

static bool each_vrf(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	(void)ctx;
	(void)w;
	fn("all", arg);
	fn("default", arg);
	return false;
}

static bool is_address(const char *word)
{
	struct ipaddr a;

	return ipaddr_parse(word, &a) == 0;
}

static bool is_prefix(const char *word)
{
	struct prefix p;

	return prefix_parse(word, &p) == 0;
}

static bool is_service(const char *word)
{
	return !is_address(word);
}

static const struct vty_kind kinds[] = {
    KIND("ADDRESS", "An IPv4 or IPv6 address", is_address, names_walk_addresses),
    KIND("ASN", "The number of an AS", is_asn, NULL),
    KIND("AREA", "Part of grevyd, e.g. zserv", NULL, each_area),
    KIND("COMMUNITY", "AA:NN, or a name", NULL, NULL),
    KIND("LARGE", "AA:BB:CC", NULL, NULL),
    KIND("LINE", "Text", NULL, NULL),
    KIND("LIST", "A name", NULL, NULL),
    KIND("NAME", "A Node", NULL, names_walk_nodes),
    KIND("NEIGHBOR", "The address of a neighbour", NULL, names_walk_neighbors),
    KIND("NS/NAME", "A Service, by namespace and name", is_service, names_walk_services),
    KIND("NUMBER", "A number", is_number, NULL),
    KIND("POOL", "An address pool", NULL, names_walk_pools),
    KIND("PREFIX", "An address or a prefix", is_prefix, names_walk_prefixes),
    KIND("REGEX", "A regular expression; _ is the edge of a number", NULL, NULL),
    KIND("TARGET", "The address of a neighbour, or its AS", NULL, names_walk_neighbors),
    KIND("VRF", "default, or all", NULL, each_vrf),
};

const struct vty_tree vty_commands = {
    .commands = commands,
    .kinds = kinds,
    .groups = groups,
    .n_commands = ARRAY_LEN(commands),
    .n_kinds = ARRAY_LEN(kinds),
    .n_groups = ARRAY_LEN(groups),
};
