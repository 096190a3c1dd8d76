/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fswatch.h - tells when something in one folder changes. By inotify on Linux, else by looking
 * once a second; where inotify is there, both are built and tested.
 */
#ifndef K8S_FSWATCH_H
#define K8S_FSWATCH_H

struct event_base;
struct fswatch;

enum fswatch_event {
	FSWATCH_NAME, /* this name was written and closed, came, or went */
	FSWATCH_META, /* only its rights or times changed; it may be open for writing */
	FSWATCH_ALL,  /* events were lost: look at everything */
	FSWATCH_GONE, /* the folder itself is gone, moved or cannot be read: no more events */
};

/* name is NULL but for FSWATCH_NAME and FSWATCH_META. Must not stop the watch. */
typedef void fswatch_fn(enum fswatch_event what, const char *name, void *arg);

struct fswatch_conf {
	struct event_base *base; /* borrowed */
	const char *dir;         /* copied where needed */
	fswatch_fn *fn;
	void *arg;
	unsigned poll_ms; /* how often to look when polling; 0 = once a second */
};

struct fswatch_ops {
	/* What changed before is not told. out is written only on success.
	 * Return: 0 or -errno, as -ENOENT, -EACCES, -ENOTDIR. */
	int (*start)(const struct fswatch_conf *conf, struct fswatch **out);
	void (*stop)(struct fswatch *w); /* frees; NULL is fine */
};

extern const struct fswatch_ops fswatch_poll;
extern const struct fswatch_ops fswatch_inotify; /* Linux only */

/* The best of them here. */
const struct fswatch_ops *fswatch_native(void);
#endif
