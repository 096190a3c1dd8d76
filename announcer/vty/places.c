/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * places.c - the doors of the vty server.
 *
 * FRR's folder is that of zebra's vty socket. A socket of FRR's that ended and begins anew is
 * away for a moment, so that ours waits PATIENCE_S before it takes a place there. Where our
 * own folder is FRR's, no bgpd.vty is served unless it is asked for.
 */
#include "announcer/vty/places.h"
#include "announcer/conf.h"
#include "announcer/log.h"
#include "announcer/loop.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/stat.h>

enum { LOOK_S = 1, PATIENCE_S = 3 };

struct places {
	struct event_base *base;
	struct vty_server *server;
	struct event *look;
	struct links *links; /* NULL until places_start() */
	struct door *own, *bgpd, *attached;
	char *dir, *frr, *attach_as; /* attach_as NULL = none */
	char *zebra;                 /* its vty socket */
};

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct places *p = arg;

	(void)fd;
	(void)what;
	door_look(p->own);
	if (p->bgpd)
		door_look(p->bgpd);
	if (p->attached)
		door_look(p->attached);
	links_look(p->links, p->attach_as);
}

struct places *places_new(struct event_base *base, struct vty_server *server)
{
	struct places *p = xcalloc(1, sizeof(*p));

	p->base = base;
	p->server = server;
	p->look = event_new(base, -1, EV_PERSIST, on_look, p);
	if (!p->look)
		abort();
	event_priority_set(p->look, LOOP_LOW);
	return p;
}

static char *path_of(const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + sizeof("/.vty");
	char *path = xcalloc(len, 1);

	snprintf(path, len, "%s/%s.vty", dir, name);
	return path;
}

static struct door *door_at(
    const struct places *p, const char *dir, const char *name, struct door_place place)
{
	char *path = path_of(dir, name);
	struct door *d;

	place.path = path;
	d = door_new(p->base, p->server, &place);
	free(path);
	return d;
}

static char *folder_of(const char *path)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');

	if (slash == dir)
		slash++;
	*slash = '\0';
	return dir;
}

/* FRR's folder: links to it; it may be ours. */
static void set_folder(struct places *p, const char *zebra)
{
	links_free(p->links);
	free(p->frr);
	free(p->zebra);
	p->zebra = xstrdup(zebra);
	p->frr = folder_of(zebra);
	p->links = links_new(p->dir, p->frr);
	if (links_same_folder(p->dir, p->frr)) {
		door_free(p->bgpd);
		p->bgpd = NULL;
	} else if (!p->bgpd) {
		p->bgpd = door_at(
		    p, p->dir, "bgpd", (struct door_place){.mode = 0770, .dialect = VTY_FRR});
	}
}

static void set_attached(struct places *p, const char *name)
{
	door_free(p->attached);
	free(p->attach_as);
	p->attached = NULL;
	p->attach_as = xstrdup(name);
	if (name)
		p->attached = door_at(p, p->frr, name,
		    (struct door_place){.like = p->zebra,
			.mode = 0770,
			.patience_s = PATIENCE_S,
			.dialect = VTY_FRR});
}

int places_start(struct places *p, const struct conf *conf)
{
	static const struct timeval every = {LOOK_S, 0};
	int rc = 0;

	p->dir = xstrdup(conf->vty_dir);
	if (mkdir(p->dir, 0755) < 0 && errno != EEXIST)
		rc = -errno;
	p->own = door_at(p, p->dir, "grevyd",
	    (struct door_place){.mode = 0666, .dialect = VTY_GREVY}); /* peer.h: who may what */
	if (!rc)
		rc = door_open(p->own);
	if (rc) {
		log_err("vty", "%s: %s", door_path(p->own),
		    rc == -EADDRINUSE ? "another grevyd answers there" : strerror(-rc));
		return rc;
	}
	set_folder(p, conf->zebra.vty_socket);
	set_attached(p, conf->vty_attach_as);
	on_look(-1, 0, p);
	event_add(p->look, &every);
	return 0;
}

void places_reload(struct places *p, const struct conf *conf)
{
	const char *was = p->attach_as ? p->attach_as : "";
	const char *name = conf->vty_attach_as;
	bool moved, renamed = strcmp(was, name ? name : "") != 0;

	if (!p->links)
		return;
	moved = strcmp(p->zebra, conf->zebra.vty_socket) != 0;
	if (moved)
		set_folder(p, conf->zebra.vty_socket);
	if (moved || renamed)
		set_attached(p, name);
	on_look(-1, 0, p);
}

void places_free(struct places *p)
{
	if (!p)
		return;
	links_free(p->links);
	door_free(p->attached);
	door_free(p->bgpd);
	door_free(p->own);
	event_free(p->look);
	free(p->dir);
	free(p->frr);
	free(p->zebra);
	free(p->attach_as);
	free(p);
}

const struct door *places_nth(const struct places *p, size_t i)
{
	const struct door *doors[] = {p->own, p->bgpd, p->attached};

	for (size_t n = 0; n < ARRAY_LEN(doors); n++)
		if (doors[n] && i-- == 0)
			return doors[n];
	return NULL;
}

const struct links *places_links(const struct places *p)
{
	return p->links;
}
