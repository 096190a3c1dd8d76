/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_watch.c - what others do to our routes inside zebra, read off its vty now and then:
 * another client that took our key, whose end removes our routes, too (zserv.md 18.5), and a
 * route map that zebra's configuration puts on our type, which may deny them (zserv.md 18.9).
 * Only told: neither is ours to undo.
 */
#include "announcer/out_zserv_watch.h"
#include "announcer/clock.h"
#include "announcer/out_zserv_int.h"
#include "announcer/util.h"
#include "announcer/zebra_text.h"

enum {
	WATCH_S = 60, /* between two looks where nothing calls for one */
	SOON_S = 5,   /* and where something does */
};

struct zserv_watch {
	struct vtyc *question;
	struct event *later;
	unsigned asked;              /* families whose route map was asked for in this round */
	unsigned rivals;             /* other clients of zebra with our key */
	bool soon;                   /* something called for a look */
	int64_t asked_ms, looked_ms; /* when the last look began, and the last that is over */
	char route_map[2][ZEBRA_ROUTE_MAP_LEN];
};

static void ask_route_map(struct out_zserv *z);

static void watch_later(struct out_zserv *z)
{
	const struct timeval t = {z->watch->soon ? SOON_S : WATCH_S, 0};

	event_add(z->watch->later, &t);
}

void zserv_watch_soon(struct out_zserv *z)
{
	struct zserv_watch *w = z->watch;

	if (!w || w->soon)
		return;
	w->soon = true;
	if (!w->question)
		watch_later(z);
}

int zserv_watch_sole(struct out_zserv *z, int64_t since_ms)
{
	struct zserv_watch *w = z->watch;

	if (!w)
		return 1;
	if (w->looked_ms >= since_ms)
		return !w->rivals;
	if (!w->question)
		event_active(w->later, EV_TIMEOUT, 1);
	return -1;
}

static void on_route_map(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	struct zserv_watch *w = z->watch;
	char name[ZEBRA_ROUTE_MAP_LEN] = "", *known = w->route_map[w->asked - 1];

	w->question = NULL;
	if (!rc) {
		zebra_text_route_map(text, zversion_type_name(z->type), name);
		if (*name && strcmp(name, known) != 0)
			log_info("zserv",
			    "zebra applies route-map %s to our routes (%s protocol)", name,
			    w->asked == 1 ? "ip" : "ipv6");
		memcpy(known, name, sizeof(name));
	}
	ask_route_map(z);
}

/* The next family's, or nothing more for now. */
static void ask_route_map(struct out_zserv *z)
{
	static const char *const commands[] = {"show ip protocol", "show ipv6 protocol"};
	struct zserv_watch *w = z->watch;

	if (w->asked < ARRAY_LEN(commands))
		w->question = vtyc_ask(
		    z->base, z->conf->zebra.vty_socket, commands[w->asked++], on_route_map, z);
	if (!w->question)
		watch_later(z);
}

static void on_clients(int rc, const char *text, void *arg)
{
	struct out_zserv *z = arg;
	struct zserv_watch *w = z->watch;
	const char *type = zversion_type_name(z->type);
	unsigned n = rc ? 0 : zebra_text_clients(text, type, z->instance);
	unsigned rivals = n ? n - 1 : w->rivals;

	w->question = NULL;
	if (rivals && !w->rivals)
		log_warn("zserv",
		    "zebra lists %u more client%s of type %s instance %u: its end removes our "
		    "routes, too, until they are sent again",
		    rivals, rivals == 1 ? "" : "s", type, z->instance);
	else if (!rivals && w->rivals)
		log_info("zserv", "the other client of type %s instance %u is gone", type,
		    z->instance);
	w->rivals = rivals;
	w->looked_ms = w->asked_ms;
	ask_route_map(z);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct out_zserv *z = arg;

	(void)fd;
	(void)what;
	z->watch->asked = 0;
	z->watch->asked_ms = clock_ms();
	z->watch->soon = false;
	z->watch->question =
	    vtyc_ask(z->base, z->conf->zebra.vty_socket, "show zebra client", on_clients, z);
	if (!z->watch->question)
		watch_later(z);
}

void zserv_watch(struct out_zserv *z)
{
	if (!z->vty)
		return;
	z->watch = xcalloc(1, sizeof(*z->watch));
	z->watch->later = event_new(z->base, -1, 0, on_due, z);
	event_active(z->watch->later, EV_TIMEOUT, 1);
}

void zserv_watch_cancel(struct out_zserv *z)
{
	if (!z->watch)
		return;
	vtyc_cancel(z->watch->question);
	event_free(z->watch->later);
	free(z->watch);
	z->watch = NULL;
}

void zserv_watch_status(const struct out_zserv *z, struct zserv_status *st)
{
	st->rivals = z->watch ? z->watch->rivals : 0;
	for (size_t i = 0; i < ARRAY_LEN(st->route_map); i++)
		st->route_map[i] = z->watch ? z->watch->route_map[i] : "";
}
