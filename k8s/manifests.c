/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything happens in one callback, on_work(), which the watch, the public calls and a timer
 * bring about: make sure of the folder, look at all of it if need be, read what is queued, tell
 * the sink, set the timer. Before anything is believed to be gone, the folder is checked: when
 * that is gone, too, or is another one by now, nothing was deleted.
 *
 * An outage (no folder, or one that cannot be read) holds everything; it is tried again after
 * 1 to 5 s. The timer runs only in an outage, while a vanished file has its grace, and while a
 * file is being written.
 */
#include "k8s/manifests_int.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define BACKOFF_MAX_S 5
#define LATER_MS      100

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void work_soon(struct manifests *m)
{
	if (m->work)
		event_active(m->work, EV_TIMEOUT, 0);
}

static void work_in(struct manifests *m, int64_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_add(m->work, &tv);
}

/* A name of a mounted ConfigMap ("..data") stands for all of its links. */
static void on_change(enum fswatch_event what, const char *name, void *arg)
{
	struct manifests *m = arg;

	if (what == FSWATCH_GONE)
		m->watch_gone = true;
	else if (what == FSWATCH_ALL || strncmp(name, "..", 2) == 0)
		m->want_scan = true;
	else if (!manifests_is_manifest(name))
		return;
	else if (what == FSWATCH_META)
		manifests_file_retry(m, name);
	else
		manifests_file_queue(m, name);
	work_soon(m);
}

static void unwatch(struct manifests *m)
{
	m->watch_ops->stop(m->watch);
	m->watch = NULL;
	m->watch_gone = false;
}

static void set_outage(struct manifests *m, int rc)
{
	size_t len = strlen(m->dir) + 128;
	char *text = malloc(len);

	if (text)
		snprintf(text, len, "cannot read %s: %s", m->dir, strerror(-rc));
	if (!m->outage_s) {
		m->outage_s = (int64_t)time(NULL);
		m->backoff_s = 1;
		m->changed = true;
	} else if (m->backoff_s < BACKOFF_MAX_S) {
		m->backoff_s =
		    m->backoff_s * 2 < BACKOFF_MAX_S ? m->backoff_s * 2 : BACKOFF_MAX_S;
	}
	if (!m->outage || !text || strcmp(m->outage, text) != 0)
		m->changed = true;
	free(m->outage);
	m->outage = text;
}

static void clear_outage(struct manifests *m)
{
	m->changed |= m->outage_s != 0;
	m->outage_s = 0;
	free(m->outage);
	m->outage = NULL;
}

static int folder_status(const struct manifests *m, struct stat *st)
{
	if (stat(m->dir, st) < 0)
		return -errno;
	return S_ISDIR(st->st_mode) ? 0 : -ENOTDIR;
}

/* Watch the folder, or keep the watch if it is on the same folder still. */
static int ensure_watch(struct manifests *m)
{
	struct fswatch_conf conf = {
	    .base = m->base, .dir = m->dir, .fn = on_change, .arg = m, .poll_ms = m->poll_ms};
	struct stat st;
	int rc = folder_status(m, &st);

	if (!rc && m->watch && !m->watch_gone && m->dev == (uint64_t)st.st_dev &&
	    m->ino == (uint64_t)st.st_ino)
		return 0;
	unwatch(m);
	if (!rc)
		rc = m->watch_ops->start(&conf, &m->watch);
	if (rc)
		return rc;
	m->dev = (uint64_t)st.st_dev;
	m->ino = (uint64_t)st.st_ino;
	m->want_scan = true;
	return 0;
}

static int prepare(struct manifests *m, int64_t now)
{
	int rc = ensure_watch(m);

	if (rc || !m->want_scan)
		return rc;
	rc = manifests_scan(m, now);
	if (rc) {
		unwatch(m);
		return rc;
	}
	m->want_scan = false;
	return 0;
}

/* What could not be read in this batch is read in the next. */
static void requeue_later(struct manifests *m)
{
	struct manifest_file **end = &m->dirty;

	while (*end)
		end = &(*end)->next;
	*end = m->later;
	m->later = NULL;
}

static void set_timer(struct manifests *m, int64_t grace_ms)
{
	bool later = m->later || m->again;
	int64_t ms = later ? LATER_MS : grace_ms;

	if (later && grace_ms >= 0 && grace_ms < LATER_MS)
		ms = grace_ms;
	if (m->outage_s)
		ms = m->backoff_s * 1000;
	if (ms >= 0)
		work_in(m, ms);
	if (m->dirty && !m->outage_s)
		work_soon(m);
	requeue_later(m);
	m->again = false;
}

static void on_work(evutil_socket_t fd, short what, void *arg)
{
	struct manifests *m = arg;
	int64_t now = now_ms(), grace_ms = -1;
	int rc = prepare(m, now);

	(void)fd;
	(void)what;
	if (rc) {
		set_outage(m, rc);
	} else {
		clear_outage(m);
		manifests_read_queued(m, now);
		if (!m->scanned && !m->dirty && !m->later && !m->again)
			m->scanned = m->changed = true;
	}
	manifests_tell_batch(m);
	if (!rc)
		grace_ms = manifests_forget_gone(m, now);
	if (m->changed)
		manifests_tell_batch(m);
	set_timer(m, grace_ms);
}

struct manifests *manifests_new(
    struct event_base *base, const char *dir, k8s_sink *sink, void *arg)
{
	struct manifests *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->base = base;
	m->sink = sink;
	m->arg = arg;
	m->watch_ops = fswatch_native();
	m->dir = strdup(dir);
	if (!m->dir) {
		free(m);
		return NULL;
	}
	return m;
}

void manifests_watch_by(struct manifests *m, const struct fswatch_ops *ops, unsigned poll_ms)
{
	m->watch_ops = ops;
	m->poll_ms = poll_ms;
}

int manifests_start(struct manifests *m)
{
	if (m->work)
		return 0;
	m->work = event_new(m->base, -1, 0, on_work, m);
	if (!m->work)
		return -ENOMEM;
	m->want_scan = true;
	work_soon(m);
	return 0;
}

void manifests_stop(struct manifests *m)
{
	unwatch(m);
	if (m->work)
		event_free(m->work);
	m->work = NULL;
}

void manifests_free(struct manifests *m)
{
	if (!m)
		return;
	manifests_stop(m);
	manifests_files_fini(m);
	free(m->events);
	free(m->outage);
	free(m->dir);
	free(m);
}

void manifests_rescan(struct manifests *m)
{
	m->want_scan = true;
	work_soon(m);
}

int manifests_move(struct manifests *m, const char *dir)
{
	char *copy = strdup(dir);

	if (!copy)
		return -ENOMEM;
	free(m->dir);
	m->dir = copy;
	unwatch(m);
	manifests_rescan(m);
	return 0;
}
