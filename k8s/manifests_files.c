/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A batch reads the files that changed. Each object that a file holds is a claim (claims.h).
 * What was read is kept only until the batch is told; then a claim is a digest, and an object
 * whose turn comes because a better claim went is read again from its file. If that file is
 * bad by then, the listener keeps what it has: nothing is withdrawn for lack of a readable
 * text.
 *
 * A file that vanished is gone at once, so another file's claims win, but its objects are
 * deleted only after GRACE_MS: editors move the old file away before they write the new one.
 */
#include "k8s/digest.h"
#include "k8s/manifest_text.h"
#include "k8s/manifests_int.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GRACE_MS  250
#define RECENT_MS 200 /* a known file written as lately as this may not be complete */
#define ROUNDS    3

bool manifests_is_manifest(const char *name)
{
	static const char *const endings[] = {".yaml", ".yml", ".json"};
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t end = strlen(endings[i]);

		if (len > end && name[0] != '.' && strcmp(name + len - end, endings[i]) == 0)
			return true;
	}
	return false;
}

/* Where name is or would be. */
static size_t file_index(const struct manifests *m, const char *name)
{
	size_t lo = 0, hi = m->n_files;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(m->files[mid]->who.name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct manifest_file *file_insert(struct manifests *m, size_t at, const char *name)
{
	struct manifest_file *f;

	if (m->n_files == m->cap_files) {
		size_t cap = m->cap_files ? 2 * m->cap_files : 16;
		struct manifest_file **v = realloc(m->files, cap * sizeof(*v));

		if (!v)
			return NULL;
		m->files = v;
		m->cap_files = cap;
	}
	f = calloc(1, sizeof(*f));
	if (f)
		f->who.name = strdup(name);
	if (!f || !f->who.name) {
		free(f);
		return NULL;
	}
	memmove(&m->files[at + 1], &m->files[at], (m->n_files - at) * sizeof(m->files[0]));
	m->files[at] = f;
	m->n_files++;
	m->changed = true;
	return f;
}

static struct manifest_file *file_find_or_add(struct manifests *m, const char *name)
{
	size_t at = file_index(m, name);

	if (at < m->n_files && strcmp(m->files[at]->who.name, name) == 0)
		return m->files[at];
	return file_insert(m, at, name);
}

static void queue_file(struct manifest_file *f, struct manifest_file **list)
{
	if (f->queued)
		return;
	f->queued = true;
	f->next = *list;
	*list = f;
}

static bool unread(const struct manifest_file *f)
{
	static const struct file_mark none;

	return file_mark_equal(&f->mark, &none);
}

void manifests_file_queue(struct manifests *m, const char *name)
{
	struct manifest_file *f = file_find_or_add(m, name);

	if (f)
		queue_file(f, &m->dirty);
	else
		m->again = m->want_scan = true;
}

void manifests_file_retry(struct manifests *m, const char *name)
{
	size_t at = file_index(m, name);

	if (at < m->n_files && strcmp(m->files[at]->who.name, name) == 0 && m->files[at]->bad &&
	    unread(m->files[at]))
		queue_file(m->files[at], &m->dirty);
}

static void touch(struct manifests *m, struct manifest_file *f)
{
	if (f->touched)
		return;
	f->touched = true;
	f->next_touched = m->touched;
	m->touched = f;
}

/* The best claim changed hands: if what it says is neither told nor at hand, read it. */
static void settled(struct manifests *m, const struct claim *best)
{
	if (best->told != best->digest && !best->obj)
		queue_file((struct manifest_file *)best->file, &m->dirty);
}

static void set_gone(struct manifests *m, struct manifest_file *f, bool gone)
{
	if (f->who.gone == gone)
		return;
	f->who.gone = gone;
	m->n_gone += gone ? 1 : (size_t)-1;
	m->changed = true;
	for (struct claim *c = f->who.claims; c; c = c->next_in_file)
		settled(m, claims_settle(&m->claims, c));
}

/* Count f in or out of the sums of the state. */
static void count(struct manifests *m, const struct manifest_file *f, size_t one)
{
	if (f->bad)
		m->n_bad += one;
	if (f->bad && !f->ever_good)
		m->n_never_good += one;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Consumes where. what NULL: f is good. */
static void set_problem(
    struct manifests *m, struct manifest_file *f, char *where, const char *what)
{
	count(m, f, (size_t)-1);
	if (f->bad != (what != NULL) || !same_text(f->where, where) ||
	    !same_text(f->what, what))
		m->changed = true;
	f->bad = what != NULL;
	f->ever_good |= !f->bad;
	count(m, f, 1);
	free(f->where);
	free(f->what);
	f->where = where;
	f->what = what ? strdup(what) : NULL;
}

static char *place(const char *path, unsigned line, unsigned col)
{
	size_t len = strlen(path) + 24;
	char *s = malloc(len);

	if (s && line)
		snprintf(s, len, "%s:%u:%u", path, line, col);
	else if (s)
		snprintf(s, len, "%s", path);
	return s;
}

static void set_unreadable(
    struct manifests *m, struct manifest_file *f, const char *path, int rc)
{
	char what[128];
	const char *why = strerror(-rc);

	if (rc == -EFBIG)
		why = "larger than 256 MiB";
	else if (rc == -EINVAL)
		why = "not a plain file";
	else if (rc == -ENOENT)
		why = "the link leads nowhere";
	snprintf(what, sizeof(what), "cannot be read: %s", why);
	set_problem(m, f, place(path, 0, 0), what);
}

/* Take the objects of a file over as its claims; what it no longer holds stays marked stale. */
static int apply(struct manifests *m, struct manifest_file *f, struct manifest_text *t)
{
	for (struct claim *c = f->who.claims; c; c = c->next_in_file)
		c->stale = true;
	for (size_t i = 0; i < t->n; i++) {
		struct claim *c = claims_find_or_add(&m->claims, &f->who, t->v[i].obj);

		if (!c)
			return -ENOMEM;
		c->stale = false;
		c->line = t->v[i].line;
		c->col = t->v[i].col;
		c->digest = k8s_object_digest(t->v[i].obj);
		k8s_object_free(c->obj);
		c->obj = t->v[i].obj;
		t->v[i].obj = NULL;
		settled(m, claims_settle(&m->claims, c));
	}
	return 0;
}

/* Return: 0, also when the text is bad, or -ENOMEM. */
static int take_text(struct manifests *m, struct manifest_file *f, const char *path,
    const char *text, size_t len)
{
	struct manifest_text t;
	struct manifest_fault fault;
	size_t shadowed = m->claims.n_shadowed;
	int rc = manifest_text_parse(text, len, &t, &fault);

	if (rc == -EINVAL) {
		set_problem(m, f, place(path, fault.line, fault.col), fault.what);
		return 0;
	}
	if (rc)
		return rc;
	rc = apply(m, f, &t);
	manifest_text_fini(&t);
	if (rc)
		for (struct claim *c = f->who.claims; c; c = c->next_in_file)
			c->stale = false; /* not known: keep them all until it is read again */
	else
		set_problem(m, f, NULL, NULL);
	if (f->who.n_shadowed || m->claims.n_shadowed != shadowed)
		m->changed = true;
	return rc;
}

static int load_path(
    struct manifests *m, struct manifest_file *f, const char *path, int64_t now_ms)
{
	char *text = NULL;
	size_t len = 0;
	struct file_mark mark = {0};
	int rc = file_read(path, &text, &len, &mark);

	if (rc == -EISDIR || (rc == -ENOENT && !file_exists(path))) {
		if (!f->who.gone)
			f->gone_ms = now_ms;
		set_gone(m, f, true);
		return 0;
	}
	if (rc == -EAGAIN || rc == -ENOMEM)
		return rc;
	set_gone(m, f, false);
	f->mark = mark;
	touch(m, f);
	if (rc) {
		set_unreadable(m, f, path, rc);
		return 0;
	}
	rc = take_text(m, f, path, text, len);
	free(text);
	return rc;
}

static void load(struct manifests *m, struct manifest_file *f, int64_t now_ms)
{
	char *path = file_path(m->dir, f->who.name);

	memset(&f->mark, 0, sizeof(f->mark));
	if (!path || load_path(m, f, path, now_ms) < 0)
		queue_file(f, &m->later);
	free(path);
}

/* Take claims off a file: the stale ones or all. False: no memory to tell it. */
static bool drop_claims(struct manifests *m, struct manifest_file *f, bool all)
{
	for (struct claim **p = &f->who.claims, *c; (c = *p) != NULL;) {
		struct claim *heir;

		if (!all && !c->stale) {
			p = &c->next_in_file;
			continue;
		}
		if (c->told && claims_alone(&m->claims, c) &&
		    manifests_tell(m, K8S_DELETE,
			k8s_object_name_only(c->kind, claim_ns(c), claim_name(c))) < 0)
			return false;
		*p = c->next_in_file;
		m->changed = true;
		heir = claims_remove(&m->claims, c);
		if (heir)
			settled(m, heir);
	}
	return true;
}

static void drop_gone(struct manifests *m, int64_t now_ms)
{
	for (size_t i = 0; m->n_gone && i < m->n_files; i++) {
		struct manifest_file *f = m->files[i];

		if (f->who.gone && now_ms - f->gone_ms >= GRACE_MS)
			m->again |= !drop_claims(m, f, true);
	}
}

void manifests_read_queued(struct manifests *m, int64_t now_ms)
{
	for (int round = 0; round < ROUNDS && (m->dirty || !round); round++) {
		while (m->dirty) {
			struct manifest_file *f = m->dirty;

			m->dirty = f->next;
			f->queued = false;
			load(m, f, now_ms);
		}
		for (struct manifest_file *f = m->touched; f; f = f->next_touched)
			m->again |= !drop_claims(m, f, false);
		drop_gone(m, now_ms);
	}
}

static void file_free(struct manifest_file *f)
{
	free((char *)(uintptr_t)f->who.name);
	free(f->where);
	free(f->what);
	free(f);
}

int64_t manifests_forget_gone(struct manifests *m, int64_t now_ms)
{
	size_t kept = 0;
	int64_t wait_ms = -1;

	if (!m->n_gone)
		return -1;
	for (size_t i = 0; i < m->n_files; i++) {
		struct manifest_file *f = m->files[i];
		int64_t left = f->gone_ms + GRACE_MS - now_ms;

		if (f->who.gone && !f->who.claims && !f->queued) {
			m->n_gone--;
			count(m, f, (size_t)-1);
			file_free(f);
			m->changed = true;
			continue;
		}
		if (f->who.gone && (wait_ms < 0 || left < wait_ms))
			wait_ms = left > 0 ? left : 0;
		m->files[kept++] = f;
	}
	m->n_files = kept;
	return wait_ms;
}

void manifests_files_fini(struct manifests *m)
{
	for (size_t i = 0; i < m->n_files; i++)
		file_free(m->files[i]);
	free(m->files);
	claims_fini(&m->claims);
}

/* Written so lately that the writer may not be done. */
static bool is_recent(const struct file_mark *mark)
{
	struct timespec now;
	int64_t age_ms;

	clock_gettime(CLOCK_REALTIME, &now);
	age_ms = ((int64_t)now.tv_sec - (int64_t)mark->mtime_s) * 1000 +
	         ((int64_t)now.tv_nsec - (int64_t)mark->mtime_ns) / 1000000;
	return age_ms >= 0 && age_ms < RECENT_MS;
}

static int scan_name(struct manifests *m, const char *name)
{
	struct manifest_file *f = file_find_or_add(m, name);
	char *path = f ? file_path(m->dir, name) : NULL;
	struct file_mark mark = {0};

	if (!path)
		return -ENOMEM;
	f->seen = true;
	if (file_mark_of(path, &mark) < 0 || unread(f) || f->who.gone)
		queue_file(f, &m->dirty);
	else if (!file_mark_equal(&mark, &f->mark))
		queue_file(f, f->who.claims && is_recent(&mark) ? &m->later : &m->dirty);
	free(path);
	return 0;
}

int manifests_scan(struct manifests *m, int64_t now_ms)
{
	DIR *d = opendir(m->dir);
	struct dirent *de;
	int rc = 0;

	if (!d)
		return -errno;
	for (size_t i = 0; i < m->n_files; i++) {
		m->files[i]->seen = false;
		m->files[i]->gone_ms = now_ms; /* a folder that came back may still be filled */
	}
	errno = 0;
	while (!rc && (de = readdir(d))) {
		if (manifests_is_manifest(de->d_name))
			rc = scan_name(m, de->d_name);
		errno = 0;
	}
	if (!rc && errno)
		rc = -errno;
	closedir(d);
	for (size_t i = 0; !rc && i < m->n_files; i++)
		if (!m->files[i]->seen && !m->files[i]->who.gone)
			queue_file(m->files[i], &m->dirty);
	return rc;
}
