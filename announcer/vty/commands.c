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

static enum vty_rc session_nothing(struct vty_request *rq)
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

static enum vty_rc session_monitor(struct vty_request *rq)
{
	rq->session->monitor = true;
	return VTY_OK;
}

static enum vty_rc session_no_monitor(struct vty_request *rq)
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

static const struct vty_command commands[] = {
    ROW("clear [ip] bgp [ipv4|ipv6] [unicast] TARGET [soft] [in|out]",
	"Begin sessions with neighbours anew", clear_bgp, VTY_VERB),
    ROW("complete [LINE]", "Words that complete a line", session_complete, VTY_HIDDEN),
    ROW("debug AREA", "Log debug lines of an area", debug_on, VTY_VERB),
    ROW("disable", "Give up enable", session_disable, VTY_VIEW),
    ROW("echo LINE", "Print a text", session_echo, VTY_VIEW),
    ROW("enable", "Commands that change something", session_enable, VTY_VIEW),
    ROW("end", "Nothing; as in FRR's shell", session_nothing, VTY_HIDDEN),
    ROW("exit", "Leave", session_exit, VTY_VIEW),
    ROW("help [LINE]", "What may follow a line", session_help, VTY_HIDDEN),
    ROW("no debug AREA", "Do not log debug lines of an area", debug_off, VTY_VERB),
    ROW("no terminal length", "Pages as long as the terminal", session_nothing, VTY_VIEW),
    ROW("no terminal monitor", "Do not print the log here", session_no_monitor, VTY_VIEW),
    ROW("no terminal paginate", "No pages", session_nothing, VTY_VIEW),
    ROW("parse LINE", "The row of a line", session_parse, VTY_HIDDEN),
    ROW("quit", "Leave", session_exit, VTY_VIEW),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast]", "BGP routes", show_bgp_table, VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] PREFIX", "BGP paths of a prefix", show_bgp_route,
	VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] PREFIX longer-prefixes",
	"BGP routes inside a prefix", show_bgp_table, VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] neighbors [NEIGHBOR]", "BGP neighbours in detail",
	show_bgp_neighbors, VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] neighbors NEIGHBOR advertised-routes",
	"Routes that it is told", show_bgp_advertised, VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] neighbors NEIGHBOR received-routes",
	"Routes before the import policy", show_bgp_received, VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] neighbors NEIGHBOR routes", "Routes that it told",
	show_bgp_routes_of, VTY_JSON),
    ROW("show [ip] bgp [ipv4|ipv6] [unicast] summary", "BGP neighbours in short",
	show_bgp_summary, VTY_JSON),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast]", "BGP routes", show_bgp_table,
	VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] PREFIX", "BGP paths of a prefix",
	show_bgp_route, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] PREFIX longer-prefixes",
	"BGP routes inside a prefix", show_bgp_table, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] neighbors [NEIGHBOR]",
	"BGP neighbours in detail", show_bgp_neighbors, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] neighbors NEIGHBOR "
	"advertised-routes",
	"Routes that it is told", show_bgp_advertised, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] neighbors NEIGHBOR "
	"received-routes",
	"Routes before the import policy", show_bgp_received, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] neighbors NEIGHBOR routes",
	"Routes that it told", show_bgp_routes_of, VTY_JSON | VTY_HIDDEN),
    ROW("show [ip] bgp vrf <default|all> [ipv4|ipv6] [unicast] summary",
	"BGP neighbours in short", show_bgp_summary, VTY_JSON | VTY_HIDDEN),
    ROW("show fib [PREFIX]", "The kernel's routes beside zebra's word", show_fib, VTY_JSON),
    ROW("show history", "The lines that were typed here", session_history, VTY_VIEW),
    ROW("show kubernetes", "The API server and what is watched there", show_kubernetes,
	VTY_JSON),
    ROW("show log", "Log level, form and debugged areas", show_log, VTY_JSON),
    ROW("show memory", "Memory and what fills it", show_memory, VTY_JSON),
    ROW("show nodes [NAME]", "Nodes and whether they can be next hops", show_nodes, VTY_JSON),
    ROW("show pools", "Address pools and how full they are", show_pools, VTY_JSON),
    ROW("show queue", "The source of objects and the way to us", show_queue, VTY_JSON),
    ROW("show rib [PREFIX]", "Routes, and what the outputs say", show_rib, VTY_JSON),
    ROW("show running-config", "The configuration in force", show_running_config, VTY_JSON),
    ROW("show services [NS/NAME]", "Services, their addresses and their state", show_services,
	VTY_JSON),
    ROW("show version", "Version, age and place", show_version, VTY_JSON),
    ROW("show zserv", "The connection to zebra", show_zserv, VTY_JSON),
    ROW("terminal json", "Answers as JSON", session_json, VTY_HIDDEN),
    ROW("terminal length NUMBER", "Lines of a page; 0: no pages", session_nothing, VTY_VIEW),
    ROW("terminal monitor", "Print the log here, as it comes", session_monitor, VTY_ENDLESS),
    ROW("terminal paginate", "Long answers by pages", session_nothing, VTY_VIEW),
    ROW("why ADDRESS", "Why an address is announced, or not", why_address, VTY_JSON),
    ROW("why NS/NAME", "Why a Service is announced, or not", why_service, VTY_JSON),
    ROW("why node NAME", "Why a Node is a next hop, or not", why_node, VTY_JSON),
};

static const struct vty_group groups[] = {
    GROUP("all", "Every VRF: there is one"),
    GROUP("bgp", "BGP: neighbours, routes"),
    GROUP("clear", "Begin anew"),
    GROUP("debug", "Log debug lines of an area"),
    GROUP("default", "The one VRF that there is"),
    GROUP("in", "Routes of the neighbour"),
    GROUP("ip", "As in FRR: IPv4"),
    GROUP("ipv4", "IPv4"),
    GROUP("ipv6", "IPv6"),
    GROUP("neighbors", "Sessions, and their routes"),
    GROUP("no", "Undo"),
    GROUP("out", "Our routes"),
    GROUP("show", "Look at what grevyd knows"),
    GROUP("soft", "Routes only, the session stays"),
    GROUP("terminal", "Settings of this session"),
    GROUP("unicast", "The only kind of routes there is"),
    GROUP("vrf", "As in FRR"),
    GROUP("why", "The first link that breaks, its evidence and the cure"),
};

static bool is_number(const char *word)
{
	return word[strspn(word, "0123456789")] == '\0';
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

static bool is_address(const char *word)
{
	struct ipaddr a;

	return ipaddr_parse(word, &a) == 0;
}

static bool is_target(const char *word)
{
	return strcmp(word, "*") == 0 || is_address(word);
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
    KIND("AREA", "Part of grevyd, e.g. zserv", NULL, each_area),
    KIND("LINE", "Text", NULL, NULL),
    KIND("NAME", "A Node", NULL, names_walk_nodes),
    KIND("NEIGHBOR", "The address of a neighbour", is_address, names_walk_neighbors),
    KIND("NS/NAME", "A Service, by namespace and name", is_service, names_walk_services),
    KIND("NUMBER", "A number", is_number, NULL),
    KIND("PREFIX", "An address or a prefix", is_prefix, names_walk_prefixes),
    KIND("TARGET", "All neighbours, or the address of one", is_target, names_walk_neighbors),
};

const struct vty_tree vty_commands = {
    .commands = commands,
    .kinds = kinds,
    .groups = groups,
    .n_commands = ARRAY_LEN(commands),
    .n_kinds = ARRAY_LEN(kinds),
    .n_groups = ARRAY_LEN(groups),
};
