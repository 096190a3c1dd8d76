/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A new plain file is told when it is closed, not when it is created, for it is still empty
 * then; a new link (symbolic or hard) is whole at once and nobody will close it.
 */
#include "k8s/fswatch.h"
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MASK                                                                              \
	(IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB | IN_CREATE)
#define SELF_MASK (IN_DELETE_SELF | IN_MOVE_SELF)

struct fswatch {
	fswatch_fn *fn;
	void *arg;
	struct event *ev;
	char *dir;
	int fd;
	bool gone;
};

/* Whether nobody will close the file that was just created. */
static bool is_link(const struct fswatch *w, const char *name)
{
	size_t len = strlen(w->dir) + strlen(name) + 2;
	char *path = malloc(len);
	struct stat st;
	bool link = true;

	if (!path)
		return true;
	snprintf(path, len, "%s/%s", w->dir, name);
	if (lstat(path, &st) == 0)
		link = !S_ISREG(st.st_mode) || st.st_nlink > 1;
	free(path);
	return link;
}

static void tell(struct fswatch *w, const struct inotify_event *ev)
{
	if (w->gone)
		return;
	if (ev->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) {
		w->gone = true;
		event_del(w->ev);
		w->fn(FSWATCH_GONE, NULL, w->arg);
	} else if (ev->mask & IN_Q_OVERFLOW) {
		w->fn(FSWATCH_ALL, NULL, w->arg);
	} else if (ev->len && (!(ev->mask & IN_CREATE) || is_link(w, ev->name))) {
		w->fn(ev->mask & IN_ATTRIB ? FSWATCH_META : FSWATCH_NAME, ev->name, w->arg);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	/* Room for some events, aligned for them. */
	union {
		struct inotify_event ev;
		char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	} buf;
	struct fswatch *w = arg;
	const char *p = buf.bytes;
	ssize_t n = read(fd, buf.bytes, sizeof(buf.bytes));

	(void)what;
	while (n > 0 && p < buf.bytes + n) {
		const struct inotify_event *ev = (const void *)p;

		tell(w, ev);
		p += sizeof(*ev) + ev->len;
	}
}

static void inotify_stop(struct fswatch *w)
{
	if (!w)
		return;
	if (w->ev)
		event_free(w->ev);
	if (w->fd >= 0)
		close(w->fd);
	free(w->dir);
	free(w);
}

static int watch_open(struct fswatch *w, const struct fswatch_conf *conf)
{
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		return -errno;
	if (inotify_add_watch(w->fd, conf->dir, NAME_MASK | SELF_MASK | IN_ONLYDIR) < 0)
		return -errno;
	w->ev = event_new(conf->base, w->fd, EV_READ | EV_PERSIST, on_readable, w);
	return w->ev && event_add(w->ev, NULL) == 0 ? 0 : -ENOMEM;
}

static int inotify_start(const struct fswatch_conf *conf, struct fswatch **out)
{
	struct fswatch *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	w->fd = -1;
	w->fn = conf->fn;
	w->arg = conf->arg;
	w->dir = strdup(conf->dir);
	rc = w->dir ? watch_open(w, conf) : -ENOMEM;
	if (rc)
		inotify_stop(w);
	else
		*out = w;
	return rc;
}

const struct fswatch_ops fswatch_inotify = {.start = inotify_start, .stop = inotify_stop};

const struct fswatch_ops *fswatch_native(void)
{
	return &fswatch_inotify;
}
