/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vtyc.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TIMEOUT_S = 5, TEXT_MAX = 256 << 20 };

struct vtyc {
	int fd;
	struct event *ev;
	char *command; /* still to be sent; NULL: its answer is awaited */
	char *text;
	size_t len, cap;
	vtyc_fn *fn;
	void *arg;
};

void vtyc_cancel(struct vtyc *c)
{
	if (!c)
		return;
	if (c->ev)
		event_free(c->ev);
	close(c->fd);
	free(c->command);
	free(c->text);
	free(c);
}

static void finish(struct vtyc *c, int rc)
{
	vtyc_fn *fn = c->fn;
	void *arg = c->arg;
	char *text = c->text;

	if (rc < 0)
		text[0] = '\0';
	c->text = NULL;
	vtyc_cancel(c);
	fn(rc, text, arg);
	free(text);
}

/* A few bytes into a socket with room: they fit, or the daemon is not well. */
static int say(int fd, const char *command)
{
	size_t len = strlen(command) + 1;

	return send(fd, command, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -EPIPE;
}

/* The answer is whole when it ends with three NULs and the code. */
static bool whole(const struct vtyc *c)
{
	return c->len >= 4 && !memcmp(c->text + c->len - 4, "\0\0\0", 3);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct vtyc *c = arg;
	ssize_t n;

	if (what & EV_TIMEOUT) {
		finish(c, -ETIMEDOUT);
		return;
	}
	for (;;) {
		if (c->cap - c->len < 4096) {
			c->cap = c->cap * 2 + 8192;
			c->text = xrealloc(c->text, c->cap, 1);
		}
		n = read(fd, c->text + c->len, c->cap - c->len - 1);
		if (n <= 0)
			break;
		c->len += (size_t)n;
		if (c->len > TEXT_MAX) {
			finish(c, -EMSGSIZE);
			return;
		}
		if (!whole(c))
			continue;
		if (!c->command || say(fd, c->command)) {
			finish(c, c->command ? -EPIPE : (unsigned char)c->text[c->len - 1]);
			return;
		}
		free(c->command);
		c->command = NULL;
		c->len = 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	finish(c, n < 0 ? -errno : -ECONNRESET);
}

int vtyc_connect(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd, flags;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	flags = fcntl(fd, F_GETFL);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

int vtyc_alive(const char *path)
{
	int fd = vtyc_connect(path);

	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

struct vtyc *vtyc_ask(
    struct event_base *base, const char *path, const char *command, vtyc_fn *fn, void *arg)
{
	static const struct timeval timeout = {TIMEOUT_S, 0};
	struct vtyc *c;
	int fd = vtyc_connect(path);

	if (fd < 0)
		return NULL;
	/* "show zebra client" and others want the enable node. */
	if (say(fd, "enable")) {
		close(fd);
		errno = EPIPE;
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->fn = fn;
	c->arg = arg;
	c->command = xstrdup(command);
	c->cap = 8192;
	c->text = xcalloc(1, c->cap);
	c->ev = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, c);
	event_add(c->ev, &timeout);
	return c;
}
