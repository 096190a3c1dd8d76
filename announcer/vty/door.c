/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * door.c - a socket file of the vty server through its life.
 *
 * A daemon of FRR's that starts unlinks its socket file, whoever listens there, and binds it
 * anew: then the file is no longer ours, and we leave it alone. Between the two calls the
 * place is free for a moment, so that one is taken only after it was free for `patience_s`.
 * While another daemon answers there, one idle connection to it is kept: its end is that
 * daemon's, and nobody has to knock again and again.
 *
 *   FREE --- free for patience_s --> OPEN
 *    ^  \--- somebody answers ----> HELD --- the connection ended --> FREE
 *    +------ the file is gone or another's --- OPEN
 *   any --- the system says no ---> BLOCKED, which is looked at again like FREE
 */
#include "announcer/vty/door.h"
#include "announcer/clock.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/accept.h"
#include "announcer/vty/listen.h"
#include <errno.h>
#include <event2/event.h>
#include <sys/stat.h>
#include <unistd.h>

struct door {
	struct event_base *base;
	struct vty_server *server;
	struct door_place place; /* with texts of our own */
	struct vty_listen socket;
	struct vty_accept *accept; /* DOOR_OPEN */
	struct event *holder; /* DOOR_HELD: the connection to who answers; NULL = too busy */
	enum door_state state;
	int error;        /* DOOR_BLOCKED: -errno */
	ino_t dead;       /* of the socket that is there, and nobody answers; 0 = none */
	int64_t since_ms; /* DOOR_FREE: it is; CLOCK_MONOTONIC */
	struct log_bucket bucket;
};

struct door *door_new(
    struct event_base *base, struct vty_server *server, const struct door_place *place)
{
	struct door *d = xcalloc(1, sizeof(*d));

	d->base = base;
	d->server = server;
	d->place = *place;
	d->place.path = xstrdup(place->path);
	d->place.like = xstrdup(place->like);
	d->socket.fd = -1;
	d->state = DOOR_FREE;
	d->since_ms = clock_ms();
	return d;
}

static void on_accept(int fd, void *arg)
{
	struct door *d = arg;

	if (vty_server_adopt(d->server, fd, d->place.dialect) < 0 && log_allowed(&d->bucket))
		log_warn("vty", "%s: connection refused: there are too many", d->place.path);
}

int door_open(struct door *d)
{
	int rc = vty_listen_open(&d->socket, d->place.path, d->place.like, d->place.mode);

	if (rc)
		return rc;
	d->accept = vty_accept_new(d->base, d->socket.fd, d->place.path, on_accept, d);
	d->state = DOOR_OPEN;
	return 0;
}

static void close_listener(struct door *d)
{
	vty_accept_free(d->accept);
	d->accept = NULL;
	vty_listen_close(&d->socket);
}

static void forget_holder(struct door *d)
{
	if (!d->holder)
		return;
	event_del(d->holder);
	close(event_get_fd(d->holder));
	event_free(d->holder);
	d->holder = NULL;
}

static void set_free(struct door *d)
{
	d->state = DOOR_FREE;
	d->since_ms = clock_ms();
}

/* A daemon that nobody asks says nothing: it hung up. */
static void on_holder(evutil_socket_t fd, short what, void *arg)
{
	struct door *d = arg;
	char c[64];
	ssize_t n = read(fd, c, sizeof(c));

	(void)what;
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	forget_holder(d);
	set_free(d);
}

static void set_held(struct door *d, int fd)
{
	if (d->state != DOOR_HELD)
		log_info("vty", "%s: left to the daemon that answers there", d->place.path);
	d->state = DOOR_HELD;
	if (fd < 0)
		return;
	d->holder = event_new(d->base, fd, EV_READ | EV_PERSIST, on_holder, d);
	if (!d->holder || event_add(d->holder, NULL) < 0)
		abort();
}

static void set_blocked(struct door *d, int rc)
{
	if (d->state != DOOR_BLOCKED || d->error != rc)
		log_warn("vty", "%s: %s", d->place.path, strerror(-rc));
	d->state = DOOR_BLOCKED;
	d->error = rc;
}

/* Its folder is not there: nor is FRR. */
static bool no_folder(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR;
}

static void take(struct door *d)
{
	int rc;

	if (clock_ms() - d->since_ms < (int64_t)d->place.patience_s * 1000)
		return;
	rc = door_open(d);
	if (rc == 0)
		log_info("vty", "%s: open", d->place.path);
	else if (rc != -EADDRINUSE && !no_folder(rc))
		set_blocked(d, rc);
}

/* A daemon that begins is deaf between bind(2) and listen(2): a dead socket has to be there for
 * as long as an empty place. */
static void look_at_dead(struct door *d)
{
	struct stat st = {0};

	if (lstat(d->place.path, &st) < 0)
		st.st_ino = 0;
	if (st.st_ino && st.st_ino != d->dead)
		d->since_ms = clock_ms();
	d->dead = st.st_ino;
}

void door_look(struct door *d)
{
	int fd, rc;

	if (d->state == DOOR_OPEN && vty_listen_stands(&d->socket))
		return;
	if (d->state == DOOR_OPEN) {
		log_info("vty", "%s: no longer ours", d->place.path);
		close_listener(d);
		set_free(d);
	}
	if (d->holder)
		return;
	rc = vty_listen_look(d->place.path, &fd);
	if (rc == -EADDRINUSE) {
		set_held(d, fd);
		return;
	}
	if (rc && !no_folder(rc)) {
		set_blocked(d, rc);
		d->since_ms = clock_ms();
		return;
	}
	if (d->state == DOOR_HELD)
		set_free(d);
	look_at_dead(d);
	take(d);
}

void door_free(struct door *d)
{
	if (!d)
		return;
	forget_holder(d);
	close_listener(d);
	free((char *)d->place.path);
	free((char *)d->place.like);
	free(d);
}

const char *door_path(const struct door *d)
{
	return d->place.path;
}

enum vty_dialect door_dialect(const struct door *d)
{
	return d->place.dialect;
}

enum door_state door_state(const struct door *d)
{
	return d->state;
}

const char *door_error(const struct door *d)
{
	return d->state == DOOR_BLOCKED ? strerror(-d->error) : NULL;
}
