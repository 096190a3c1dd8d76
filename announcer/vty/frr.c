/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frr.c - FRR's dialect of the vty: what vtysh 3.0 to 10.7 sends to bgpd.vty, as recorded in
 * tests/data/vty/sent-*.txt.
 *
 * A connection is in one of three modes, as in FRR: viewing, enabled, configuring. What vtysh
 * tells to all daemons and we have nothing to say to gets an empty answer and success. So do
 * the questions for our configuration: vtysh writes every answer to them into frr.conf.
 */
#include "announcer/vty/frr.h"
#include "announcer/log.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/names_walk.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

#define PREFIXES_MAX 1000 /* that are worth choosing from */

static enum vty_rc enable(struct vty_request *rq)
{
	rq->session->enabled = rq->session->privileged;
	return VTY_OK;
}

/* The last word of vtysh -b and -f. */
static enum vty_rc disable(struct vty_request *rq)
{
	struct vty_session *s = rq->session;

	if (s->ignored)
		log_info("vty", "%s: its configuration for bgpd is ignored: grevyd has its own",
		    s->who ? s->who : "local");
	s->enabled = s->configuring = s->loading = s->ignored = false;
	return VTY_OK;
}

static enum vty_rc configure(struct vty_request *rq)
{
	rq->session->configuring = true;
	return VTY_OK;
}

static enum vty_rc end(struct vty_request *rq)
{
	rq->session->configuring = false;
	return VTY_OK;
}

/* How deep a line of configuration leads is vtysh's to know: while configuring, only `end`
 * leads out. */
static enum vty_rc leave(struct vty_request *rq)
{
	if (!rq->session->configuring)
		rq->session->closing = true;
	return VTY_OK;
}

static enum vty_rc echo(struct vty_request *rq)
{
	struct buf b = {0};

	for (const char *s = rq->rest; *s;) {
		size_t len = strcspn(s, " \t\r\n");

		buf_str(&b, b.len ? " " : "");
		buf_add(&b, s, len);
		s += len + strspn(s + len, " \t\r\n");
	}
	writer_line(rq->w, "%s", b.p);
	free(b.p);
	return VTY_OK;
}

/* ---- completion ---- */

struct candidates {
	struct vty_request *rq;
	struct names_walk walk;
	bool neighbors; /* else prefixes */
	bool v6;
};

/* The nth word, from 0, and what follows it; "" = there is none. */
static const char *word(const char *s, unsigned nth)
{
	while (nth--) {
		s += strcspn(s, " ");
		s += strspn(s, " ");
	}
	return s;
}

static void put_candidate(const char *word, void *arg)
{
	struct candidates *c = arg;

	if ((strchr(word, ':') != NULL) == c->v6)
		writer_line(c->rq->w, "%s", word);
}

static bool candidates_step(struct vty_request *rq, void *state)
{
	struct candidates *c = state;
	bool more = true;

	c->rq = rq;
	while (more && !vty_enough(rq))
		more = c->neighbors ? names_walk_neighbors(rq->ctx, &c->walk, put_candidate, c)
		                    : names_walk_prefixes(rq->ctx, &c->walk, put_candidate, c);
	return more;
}

static void candidates_done(void *state)
{
	names_walk_fini(&((struct candidates *)state)->walk);
	free(state);
}

/* autocomplete TYPE TEXT NAME: what may stand where the grammar says TEXT ("A.B.C.D/M") and
 * calls it NAME ("neighbor"; "-" = nothing). */
static enum vty_rc autocomplete(struct vty_request *rq)
{
	const struct rib *rib = rq->ctx->rib;
	const char *text = word(rq->rest, 1), *name = word(rq->rest, 2);
	bool neighbors, prefixes;
	struct candidates *c;

	if (!*name)
		return VTY_INCOMPLETE;
	neighbors = strncmp(name, "neighbor", 8) == 0;
	prefixes =
	    memchr(text, '/', strcspn(text, " ")) && rib && rib_count(rib) <= PREFIXES_MAX;
	if ((strncmp(text, "X:X", 3) != 0 && strncmp(text, "A.B", 3) != 0) ||
	    (!neighbors && !prefixes))
		return VTY_OK;
	c = xcalloc(1, sizeof(*c));
	c->neighbors = neighbors;
	c->v6 = *text == 'X';
	vty_rows(rq, candidates_step, candidates_done, c);
	return VTY_OK;
}

/* ---- debugging ---- */

static enum vty_rc debug_on(struct vty_request *rq)
{
	log_set_debug("bgp", true);
	writer_line(rq->w, "BGP debugging is on");
	return VTY_OK;
}

static enum vty_rc debug_off(struct vty_request *rq)
{
	log_set_debug("bgp", false);
	writer_line(rq->w, "BGP debugging is off");
	return VTY_OK;
}

/* ---- what is said in which mode ---- */

#define ROW(words, run, flags)                                                                 \
	{                                                                                      \
		words, "", run, flags                                                          \
	}

static const struct vty_command always_rows[] = {
    ROW("autocomplete LINE", autocomplete, VTY_VIEW),
    ROW("disable", disable, VTY_VIEW),
    ROW("echo LINE", echo, VTY_VIEW),
    ROW("enable", enable, VTY_VIEW),
    ROW("end", end, VTY_VIEW),
    ROW("exit", leave, VTY_VIEW),
    ROW("quit", leave, VTY_VIEW),
};

/* Never the rows of our own shell, which tell the configuration. */
static const struct vty_command view_rows[] = {
    ROW("configure [terminal] [file-lock]", configure, VTY_VIEW),
    ROW("copy running-config startup-config", session_nothing, VTY_VIEW),
    ROW("show debugging LINE", session_nothing, VTY_VIEW),
    ROW("show error LINE", session_nothing, VTY_VIEW),
    ROW("show <event|thread> LINE", session_nothing, VTY_VIEW),
    ROW("show <ip|ipv6|mac> <access-list|prefix-list> [LINE]", session_nothing, VTY_VIEW),
    ROW("show ip <as-path-access-list|community-list> [LINE]", session_nothing, VTY_VIEW),
    ROW("show logging LINE", session_nothing, VTY_VIEW),
    ROW("show modules", session_nothing, VTY_VIEW),
    ROW("show <route-map|route-map-unused> [LINE]", session_nothing, VTY_VIEW),
    ROW("show running-config [LINE]", session_nothing, VTY_VIEW),
    ROW("show work-queues", session_nothing, VTY_VIEW),
    ROW("write [LINE]", session_nothing, VTY_VIEW),
};

static const struct vty_command enabled_rows[] = {
    ROW("clear <event|thread> LINE", session_nothing, VTY_VIEW),
    ROW("clear <ip|ipv6> prefix-list [LINE]", session_nothing, VTY_VIEW),
    ROW("clear log LINE", session_nothing, VTY_VIEW),
    ROW("clear route-map LINE", session_nothing, VTY_VIEW),
    ROW("[no] debug <memstats-at-exit|northbound|prefix-list|resolver|route-map|unique-id|vrf> "
	"[LINE]",
	session_nothing, VTY_VIEW),
    ROW("log LINE", session_nothing, VTY_VIEW),
    ROW("no terminal monitor", session_no_monitor, VTY_VIEW),
    ROW("send log LINE", session_nothing, VTY_VIEW),
    ROW("terminal monitor", session_monitor, VTY_VIEW),
};

/* When they are typed. */
static const struct vty_command debug_rows[] = {
    ROW("debug bgp [LINE]", debug_on, VTY_VERB),
    ROW("no debug bgp [LINE]", debug_off, VTY_VERB),
};

static const struct vty_kind kinds[] = {
    {"LINE", "", NULL, NULL},
};

#define TREE(rows)                                                                             \
	{                                                                                      \
		.commands = (rows), .n_commands = ARRAY_LEN(rows), .kinds = kinds,             \
		.n_kinds = ARRAY_LEN(kinds)                                                    \
	}

static const struct vty_tree always = TREE(always_rows);
static const struct vty_tree view = TREE(view_rows);
static const struct vty_tree enabled = TREE(enabled_rows);
static const struct vty_tree debugs = TREE(debug_rows);

static const struct vty_tree *const viewing[] = {&always, &view, &vty_commands, NULL};
static const struct vty_tree *const enabling[] = {
    &always, &view, &enabled, &debugs, &vty_commands, NULL};
static const struct vty_tree *const configuring[] = {&always, &debugs, NULL};
static const struct vty_tree *const loading[] = {&always, NULL};

static const struct vty_command config_row = ROW("LINE", frr_config_line, VTY_VIEW);
static const struct vty_command mark_row = ROW("LINE", session_nothing, VTY_VIEW);

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* vtysh marks where a file begins and ends, for who wants to know. */
static bool is_mark(struct vty_session *s, const char *line)
{
	line = skip_blanks(line);
	if (strncmp(line, "XFRR_", 5) != 0)
		return false;
	if (strncmp(line, "XFRR_start_configuration", 24) == 0)
		s->loading = true;
	else if (strncmp(line, "XFRR_end_configuration", 22) == 0)
		s->loading = false;
	return true;
}

static bool says_do(const char *line)
{
	line = skip_blanks(line);
	return strncmp(line, "do", 2) == 0 && line[2] && strchr(" \t", line[2]);
}

static const struct vty_tree *const *trees_for(const struct vty_session *s, const char *line)
{
	if (s->configuring && !says_do(line))
		return frr_config_from_file(s, line) ? loading : configuring;
	return s->enabled ? enabling : viewing;
}

static void complain(enum vty_rc rc, const char *line, struct buf *error)
{
	if (rc == VTY_AMBIGUOUS) {
		buf_str(error, "% Ambiguous command.\n");
		return;
	}
	if (rc == VTY_INCOMPLETE) {
		buf_str(error, "% Command incomplete.\n");
		return;
	}
	buf_str(error, "% [BGP] Unknown command: ");
	buf_escaped(error, line, false);
	buf_str(error, "\n");
}

enum vty_rc frr_parse(
    struct vty_session *s, const char *line, struct vty_parsed *p, struct buf *error)
{
	const struct vty_tree *const *tree = trees_for(s, line);
	enum vty_rc rc, worst = VTY_NO_MATCH;
	struct buf said = {0};

	*p = (struct vty_parsed){.rest = ""};
	if (is_mark(s, line)) {
		p->cmd = &mark_row;
		return VTY_OK;
	}
	for (; *tree; tree++) {
		buf_clear(&said);
		rc = tree_parse(*tree, line, s->enabled, p, &said);
		if (rc == VTY_OK)
			break;
		worst = rc == VTY_NO_MATCH ? worst : rc;
	}
	free(said.p);
	if (*tree)
		return VTY_OK;
	if (s->configuring && !says_do(line)) {
		*p = (struct vty_parsed){.cmd = &config_row, .rest = line};
		return VTY_OK;
	}
	complain(worst, line, error);
	return worst;
}
