/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fswatch.h - tells when something in one folder changes. By inotify on Linux, else by looking
 * once a second; both are built and tested where inotify is there.
 */
#ifndef K8S_FSWATCH_H
#define K8S_FSWATCH_H

struct event_base;
struct fswatch;

enum fswatch_event {
	FSWATCH_NAME, /* this name was written and closed, came, or went */
	FSWATCH_ALL,  /* events were lost: look at everything */
	FSWATCH_GONE, /* the folder itself is gone or moved; no more events */
};

/* name is NULL but for FSWATCH_NAME. Must not free the watch. */
typedef void fswatch_fn(enum fswatch_event what, const char *name, void *arg);

struct fswatch_ops {
	/**
	 * start - watch a folder
	 * @out: written only on success
	 * Return: 0 or -errno, e.g. -ENOENT, -EACCES, -ENOTDIR. What changed before is not told.
	 */
	int (*start)(struct event_base *base, const char *dir, fswatch_fn *fn, void *arg,
	    struct fswatch **out);
	void (*stop)(struct fswatch *w); /* frees; NULL is fine */
};

extern const struct fswatch_ops fswatch_poll;
#ifdef HAVE_INOTIFY
extern const struct fswatch_ops fswatch_inotify;
#define fswatch_best fswatch_inotify
#else
#define fswatch_best fswatch_poll
#endif
#endif
