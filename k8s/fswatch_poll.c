/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each look reads the folder and the status of every entry (of what a link points to, so the
 * switch of a mounted ConfigMap is seen). A change is told one look later, if the entry has
 * stayed the same since: so a file that is being written is left alone. What vanished is told
 * at once.
 */
#include "k8s/fswatch.h"
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define POLL_MS 1000

/* What changes when a file does. Zero: cannot be looked at. */
struct sight {
	uint64_t dev, ino, size, mtime_s, mtime_ns, ctime_s, ctime_ns, mode;
};

struct entry {
	char *name;
	struct sight seen, told;
};

struct listing {
	struct entry *v; /* sorted by name */
	size_t n, cap;
};

struct fswatch {
	struct fswatch_conf conf;
	struct event *timer;
	char *dir;
	struct listing list;
	uint64_t dev, ino;
};

static void listing_fini(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct listing){0};
}

static struct sight look_at(const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = malloc(len);
	struct sight s = {0};
	struct stat st;

	if (!path)
		return s;
	snprintf(path, len, "%s/%s", dir, name);
	if (stat(path, &st) == 0 || lstat(path, &st) == 0)
		s = (struct sight){.dev = (uint64_t)st.st_dev,
		    .ino = (uint64_t)st.st_ino,
		    .size = (uint64_t)st.st_size,
		    .mtime_s = (uint64_t)st.st_mtim.tv_sec,
		    .mtime_ns = (uint64_t)st.st_mtim.tv_nsec,
		    .ctime_s = (uint64_t)st.st_ctim.tv_sec,
		    .ctime_ns = (uint64_t)st.st_ctim.tv_nsec,
		    .mode = (uint64_t)st.st_mode};
	free(path);
	return s;
}

static bool same_sight(const struct sight *a, const struct sight *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int listing_add(struct listing *l, const char *dir, const char *name)
{
	char *copy;

	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		struct entry *v = realloc(l->v, cap * sizeof(*v));

		if (!v)
			return -ENOMEM;
		l->v = v;
		l->cap = cap;
	}
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	l->v[l->n++] = (struct entry){.name = copy, .seen = look_at(dir, name)};
	return 0;
}

static int compare_entries(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;

	return strcmp(a->name, b->name);
}

static int listing_read(struct listing *l, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *de;
	int rc = 0;

	if (!d)
		return -errno;
	errno = 0;
	while (!rc && (de = readdir(d))) {
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
			rc = listing_add(l, dir, de->d_name);
		errno = 0;
	}
	if (!rc && errno)
		rc = -errno;
	closedir(d);
	if (!rc && l->n)
		qsort(l->v, l->n, sizeof(*l->v), compare_entries);
	if (rc)
		listing_fini(l);
	return rc;
}

/* Tell a name that is still there once it has been seen twice the same. */
static void compare_entry(struct fswatch *w, const struct entry *was, struct entry *now)
{
	now->told = was->told;
	if (!same_sight(&now->seen, &was->seen) || same_sight(&now->seen, &now->told))
		return;
	now->told = now->seen;
	w->conf.fn(FSWATCH_NAME, now->name, w->conf.arg);
}

static void compare_listings(struct fswatch *w, struct listing *was, struct listing *now)
{
	size_t i = 0, k = 0;

	while (i < was->n || k < now->n) {
		int c = i == was->n   ? 1
		        : k == now->n ? -1
		                      : strcmp(was->v[i].name, now->v[k].name);

		if (c < 0)
			w->conf.fn(FSWATCH_NAME, was->v[i].name, w->conf.arg);
		else if (!c)
			compare_entry(w, &was->v[i], &now->v[k]);
		i += c <= 0;
		k += c >= 0;
	}
}

static int look_at_folder(const char *dir, struct listing *l, uint64_t *dev, uint64_t *ino)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	*dev = (uint64_t)st.st_dev;
	*ino = (uint64_t)st.st_ino;
	return listing_read(l, dir);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct fswatch *w = arg;
	struct listing now = {0};
	uint64_t dev = 0, ino = 0;
	int rc = look_at_folder(w->dir, &now, &dev, &ino);

	(void)fd;
	(void)what;
	if (rc == -ENOMEM)
		return; /* look again next time */
	if (rc || dev != w->dev || ino != w->ino) {
		listing_fini(&now);
		event_del(w->timer);
		w->conf.fn(FSWATCH_GONE, NULL, w->conf.arg);
		return;
	}
	compare_listings(w, &w->list, &now);
	listing_fini(&w->list);
	w->list = now;
}

static void poll_stop(struct fswatch *w)
{
	if (!w)
		return;
	if (w->timer)
		event_free(w->timer);
	listing_fini(&w->list);
	free(w->dir);
	free(w);
}

static int timer_start(struct fswatch *w)
{
	unsigned ms = w->conf.poll_ms ? w->conf.poll_ms : POLL_MS;
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	w->timer = event_new(w->conf.base, -1, EV_PERSIST, on_timer, w);
	return w->timer && event_add(w->timer, &tv) == 0 ? 0 : -ENOMEM;
}

static int poll_start(const struct fswatch_conf *conf, struct fswatch **out)
{
	struct fswatch *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	w->conf = *conf;
	w->dir = strdup(conf->dir);
	rc = w->dir ? look_at_folder(w->dir, &w->list, &w->dev, &w->ino) : -ENOMEM;
	for (size_t i = 0; i < w->list.n; i++)
		w->list.v[i].told = w->list.v[i].seen;
	if (!rc)
		rc = timer_start(w);
	if (rc)
		poll_stop(w);
	else
		*out = w;
	return rc;
}

const struct fswatch_ops fswatch_poll = {.start = poll_start, .stop = poll_stop};
