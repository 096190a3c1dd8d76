/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_ask.c - what Zserv does not tell is read off zebra's vty: who has a prefix that
 * zebra is silent about (7.5 and 8.4 say nothing of a route that loses), and which routes
 * of ours zebra still has although the RIB does not: a route that was added less than a
 * second before we left survives COMPLETE (zserv.md 14.2, 21.3).
 */
#include "announcer/out_zserv_int.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdio.h>

enum { ASK_MAX = 64, LIST_MS = 1500 };

static void ask_next(struct out_zserv *z);
static void list_family(struct out_zserv *z, uint8_t family);

/* The word up to the closing quote. */
static void quoted(const char *text, char *word, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && text[n] && text[n] != '"')
		n++;
	snprintf(word, size, "%.*s", (int)n, text);
}

/*
 * "Routing entry for 203.0.113.2/32
 *   Known via "openfabric", distance 115, metric 0, best
 *   * 10.0.3.10, via eth3, weight 1"
 * The entry that is best has the prefix; a "*" line says that the kernel has it.
 */
static void read_entry(struct out_zserv *z, const struct prefix *p, const char *text)
{
	static const char known[] = "Known via \"", dist[] = "distance ";
	char type[32], winner[64];
	bool installed = false;
	const char *end, *d;

	winner[0] = '\0';
	for (text = strstr(text, known); text; text = strstr(end, known)) {
		const char *line = text + strcspn(text, "\n");
		const char *best = strstr(text, ", best");

		text += sizeof(known) - 1;
		end = strstr(text, known);
		if (!end)
			end = text + strlen(text);
		quoted(text, type, sizeof(type));
		if (!best || best > line)
			continue;
		d = strstr(text, dist);
		if (!strcmp(type, zversion_type_name(z->type))) {
			const char *fib = strstr(line, "\n  * ");

			installed = fib && fib < end;
		} else {
			snprintf(winner, sizeof(winner), "%s, distance %lu", type,
			    d ? strtoul(d + sizeof(dist) - 1, NULL, 10) : 0);
		}
	}
	zroutes_verdict(z->routes, p, installed, *winner ? winner : NULL, zserv_now_ms());
}

static void on_entry(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	struct prefix p = z->asked[0];
	char s[PREFIX_STRLEN];

	z->asking = NULL;
	memmove(z->asked, z->asked + 1, --z->n_asked * sizeof(*z->asked));
	if (rc < 0)
		log_debug("zserv", "%s: zebra's vty does not answer: %s", prefix_str(&p, s),
		    strerror(-rc));
	else
		read_entry(z, &p, text);
	ask_next(z);
	zserv_settle(z);
}

static void ask_next(struct out_zserv *z)
{
	char s[PREFIX_STRLEN], command[128];

	while (z->n_asked && !z->asking && z->state == ZSERV_UP) {
		snprintf(command, sizeof(command), "show %s route %s",
		    z->asked[0].family == AF_INET ? "ip" : "ipv6", prefix_str(&z->asked[0], s));
		z->asking = vtyc_ask(z->base, z->conf->zebra.vty_socket, command, on_entry, z);
		if (!z->asking)
			z->n_asked = 0;
	}
}

void zserv_ask(struct out_zserv *z, const struct prefix *p)
{
	/* A table of its own is not searched by prefix: only its own sender writes there. */
	if (!z->vty || z->conf->zebra.table || z->n_asked >= ASK_MAX)
		return;
	for (size_t i = 0; i < z->n_asked; i++)
		if (!prefix_cmp(&z->asked[i], p))
			return;
	if (!z->asked)
		z->asked = xcalloc(ASK_MAX, sizeof(*z->asked));
	z->asked[z->n_asked++] = *p;
	ask_next(z);
}

/* The prefix of a line of `show ip route`: "f>* 203.0.113.1/32 [115/0] via ...". A type with
 * an instance is "f[5]>*"; a blank type is a further next hop. */
static bool line_prefix(const struct out_zserv *z, const char *line, struct prefix *p)
{
	char word[PREFIX_STRLEN];
	size_t n;

	if (line[0] != zversion_type_letter(z->type))
		return false;
	line++;
	if (*line == '[') {
		if (strtoul(line + 1, NULL, 10) != z->instance)
			return false;
		line += strcspn(line, "] \n");
	} else if (z->instance) {
		return false;
	}
	line += strcspn(line, " \n");
	line += strspn(line, " ");
	n = strcspn(line, " \n");
	if (n >= sizeof(word) || !memchr(line, '/', n))
		return false;
	memcpy(word, line, n);
	word[n] = '\0';
	return !prefix_parse(word, p);
}

static void on_list(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	struct zroute_view v;
	struct prefix p;
	char s[PREFIX_STRLEN];

	z->listing = NULL;
	if (rc < 0)
		return;
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		if (!line_prefix(z, text, &p) || p.family != z->list_family)
			continue;
		if (zroutes_find(z->routes, &p, 0, &v))
			continue;
		log_warn("zserv", "%s: left behind in zebra by an earlier run: removed",
		    prefix_str(&p, s));
		z->count.repaired++;
		zserv_delete(z, &p);
	}
	zserv_settle(z);
	if (z->list_family == AF_INET)
		list_family(z, AF_INET6);
}

static void list_family(struct out_zserv *z, uint8_t family)
{
	const char *ip = family == AF_INET ? "ip" : "ipv6";
	char command[64];

	if (z->conf->zebra.table)
		snprintf(command, sizeof(command), "show %s route table %u", ip,
		    z->conf->zebra.table);
	else
		snprintf(command, sizeof(command), "show %s route %s", ip,
		    zversion_type_name(z->type));
	z->list_family = family;
	z->listing = vtyc_ask(z->base, z->conf->zebra.vty_socket, command, on_list, z);
}

static void on_list_due(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	if (z->state == ZSERV_UP && z->vty && !z->listing)
		list_family(z, AF_INET);
}

void zserv_list_later(struct out_zserv *z)
{
	static const struct timeval later = {LIST_MS / 1000, LIST_MS % 1000 * 1000};

	if (!z->list_ev)
		z->list_ev = event_new(z->base, -1, 0, on_list_due, z);
	event_add(z->list_ev, &later);
}

void zserv_ask_cancel(struct out_zserv *z)
{
	vtyc_cancel(z->asking);
	vtyc_cancel(z->listing);
	z->asking = z->listing = NULL;
	z->n_asked = 0;
	if (z->list_ev)
		event_del(z->list_ev);
}
