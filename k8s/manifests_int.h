/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifests_int.h - between the parts of the manifests source: manifests.c (the folder, the
 * loop), manifests_files.c (reading, who claims what), manifests_tell.c (what the sink gets).
 */
#ifndef K8S_MANIFESTS_INT_H
#define K8S_MANIFESTS_INT_H
#include "k8s/claims.h"
#include "k8s/file.h"
#include "k8s/fswatch.h"
#include "k8s/manifests.h"

struct event;

struct manifest_file {
	struct claimant who;        /* first member; its name is ours */
	struct manifest_file *next; /* in the list that it is on */
	struct manifest_file *next_touched;
	struct file_mark mark; /* of what was read last; zero = read it again */
	char *where, *what;    /* the problem of a bad file */
	int64_t gone_ms;       /* since when it is gone, monotonic */
	bool bad;              /* the last reading failed; what it said before counts */
	bool ever_good;
	bool queued;  /* is on m->dirty or m->later */
	bool touched; /* is on m->touched */
	bool seen;    /* by the scan that is running */
};

struct manifests {
	struct event_base *base;
	char *dir;
	k8s_sink *sink;
	void *arg;
	const struct fswatch_ops *watch_ops;
	unsigned poll_ms;
	struct fswatch *watch;
	struct event *work;
	uint64_t dev, ino;            /* the folder that is watched */
	struct manifest_file **files; /* sorted by name */
	size_t n_files, cap_files;
	size_t n_gone, n_bad, n_never_good; /* of them; the last are bad ones, too */
	struct claims claims;
	struct manifest_file *dirty;   /* to be read now */
	struct manifest_file *later;   /* could not be read just now: again soon */
	struct manifest_file *touched; /* read in this batch: may have something to tell */
	struct k8s_event **events;     /* of this batch */
	size_t n_events, cap_events;
	char *outage;
	int64_t outage_s;
	unsigned backoff_s;
	bool want_scan, scanned;
	bool watch_gone;
	bool changed; /* something that the state tells */
	bool again;   /* memory was short: work again soon */
};

/* manifests_files.c */
bool manifests_is_manifest(const char *name);                     /* not an editor's leavings */
void manifests_file_queue(struct manifests *m, const char *name); /* to be read in this batch */
/* The same, if it is known and could not be read last time. */
void manifests_file_retry(struct manifests *m, const char *name);
/* Queue what changed since it was read, or went. Return: 0 or -errno. */
int manifests_scan(struct manifests *m, int64_t now_ms);
/* Read what is queued and bring the claims up to date; DELETEs are queued. */
void manifests_read_queued(struct manifests *m, int64_t now_ms);
/* Forget files that are gone for good. Return: ms until the next of them may be, or -1. */
int64_t manifests_forget_gone(struct manifests *m, int64_t now_ms);
void manifests_files_fini(struct manifests *m);

/* manifests_tell.c */
/* Queue one event; consumes obj. Return: 0 or -ENOMEM. */
int manifests_tell(struct manifests *m, enum k8s_event_type type, struct k8s_object *obj);
/* Give the sink the batch, and the state if anything changed. */
void manifests_tell_batch(struct manifests *m);

/* For tests: how to watch; before manifests_start(). */
void manifests_watch_by(struct manifests *m, const struct fswatch_ops *ops, unsigned poll_ms);
#endif
