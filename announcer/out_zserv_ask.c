/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_ask.c - what Zserv does not tell is read off zebra's vty: who has a prefix that
 * zebra is silent about (7.5 and 8.4 say nothing of a route that loses), and which routes
 * of ours zebra still has although the RIB does not: a route that was added less than a
 * second before we left survives COMPLETE (zserv.md 14.2, 21.3).
 */
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/util.h"
#include "announcer/zebra_text.h"
#include <errno.h>
#include <stdio.h>

enum { ASK_MAX = 64, LIST_MS = 1500, DOWNS_MS = 200, LIST_TRIES = 10 };

static void ask_next(struct out_zserv *z);
static void list_ask(struct out_zserv *z);

static void on_entry(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	struct prefix p = z->asked[0];
	struct zebra_entry e;
	char s[PREFIX_STRLEN];

	z->asking = NULL;
	memmove(z->asked, z->asked + 1, --z->n_asked * sizeof(*z->asked));
	if (rc < 0) {
		log_debug("zserv", "%s: zebra's vty does not answer: %s", prefix_str(&p, s),
		    strerror(-rc));
	} else {
		zebra_text_entry(text, zversion_type_name(z->type), &e);
		zroutes_verdict(
		    z->routes, &p, e.installed, *e.winner ? e.winner : NULL, clock_ms());
	}
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

/* The listings in turn: both families of our table, then of main and of the table of an
 * earlier run, where nothing of ours belongs. false: that was the last. */
static bool list_next(struct out_zserv *z)
{
	const uint32_t ours = z->conf->zebra.table;

	if (z->list_family == AF_INET) {
		z->list_family = AF_INET6;
		return true;
	}
	z->list_family = AF_INET;
	if (z->list_table == ours && ours) {
		z->list_table = 0;
		return true;
	}
	if (z->list_table != z->old_table && z->old_table != ours && z->old_table) {
		z->list_table = z->old_table;
		return true;
	}
	return false;
}

/* zebra's vty did not answer: it may be busy with our own routes. */
static void list_again(struct out_zserv *z)
{
	if (z->list_tries++ < LIST_TRIES)
		zserv_list_later(z);
}

static void on_list(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	bool ours = z->list_table == z->conf->zebra.table;
	struct prefix p;
	char s[PREFIX_STRLEN];

	z->listing = NULL;
	if (rc < 0) {
		list_again(z);
		return;
	}
	while (zebra_text_route(&text, zversion_type_letter(z->type), z->instance, &p)) {
		if (p.family != z->list_family)
			continue;
		if (!ours)
			zserv_delete(z, &p, z->list_table);
		else if (!zroutes_stray(z->routes, &p, clock_ms()))
			continue;
		log_warn("zserv", "%s: left behind in zebra by an earlier run: removed",
		    prefix_str(&p, s));
		z->count.repaired++;
	}
	zserv_settle(z);
	if (list_next(z)) {
		list_ask(z);
		return;
	}
	/* All tables were looked at: that of an earlier run is empty of ours. */
	z->old_table = z->conf->zebra.table;
	zserv_lock_note(z);
}

static void list_ask(struct out_zserv *z)
{
	const char *ip = z->list_family == AF_INET ? "ip" : "ipv6";
	char command[64];

	if (z->list_table)
		snprintf(command, sizeof(command), "show %s route table %u", ip, z->list_table);
	else
		snprintf(command, sizeof(command), "show %s route %s", ip,
		    zversion_type_name(z->type));
	z->listing = vtyc_ask(z->base, z->conf->zebra.vty_socket, command, on_list, z);
	if (!z->listing)
		list_again(z);
}

static void on_list_due(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;
	struct zapi_gr gr = {.code = ZGR_DISABLE};

	(void)fd;
	(void)what;
	/* HELLO does not end the graceful restart of an earlier run. Not sooner: from 10.x on
	 * zebra would forget that it is to delete what is stale. */
	if (z->state == ZSERV_UP && !z->graceful) {
		zclient_send_graceful_restart(z->client, &gr);
		zserv_settle(z);
	}
	if (z->state == ZSERV_UP && z->vty && !z->listing) {
		z->list_family = AF_INET;
		z->list_table = z->conf->zebra.table;
		list_ask(z);
	}
}

void zserv_list_later(struct out_zserv *z)
{
	static const struct timeval later = {LIST_MS / 1000, LIST_MS % 1000 * 1000};

	if (!z->list_ev)
		z->list_ev = event_new(z->base, -1, 0, on_list_due, z);
	event_add(z->list_ev, &later);
}

static void on_downs(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;

	z->downs_question = NULL;
	if (rc)
		return;
	z->downs = zebra_text_downs(text);
	zserv_lock_note(z);
}

static void on_downs_due(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	if (z->vty && !z->downs_question)
		z->downs_question =
		    vtyc_ask(z->base, z->conf->zebra.vty_socket, "show interface", on_downs, z);
}

void zserv_downs_later(struct out_zserv *z)
{
	static const struct timeval later = {0, DOWNS_MS * 1000};

	if (!z->downs_ev)
		z->downs_ev = event_new(z->base, -1, 0, on_downs_due, z);
	event_add(z->downs_ev, &later);
}

void zserv_ask_cancel(struct out_zserv *z)
{
	vtyc_cancel(z->asking);
	vtyc_cancel(z->listing);
	vtyc_cancel(z->downs_question);
	z->asking = z->listing = z->downs_question = NULL;
	if (z->downs_ev)
		event_del(z->downs_ev);
	z->n_asked = 0;
	if (z->list_ev)
		event_del(z->list_ev);
}
