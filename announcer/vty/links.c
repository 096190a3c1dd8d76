/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.c - links to the vty sockets of FRR's daemons.
 *
 * Which links are ours is read off the folder itself: those that lead to the socket of their
 * own name in FRR's folder. So a grevyd that was killed leaves nothing that its successor
 * does not know. A socket that nobody answers any more may keep its link: to vtysh both are
 * a daemon that does not run.
 */
#include "announcer/vty/links.h"
#include "announcer/log.h"
#include "announcer/selector.h"
#include "announcer/util.h"
#include "announcer/vty/frr_names.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct links {
	char *own, *frr;
	struct strlist made;    /* "zebra", sorted */
	struct strlist refused; /* of which was said that something else is there */
};

struct links *links_new(const char *own, const char *frr)
{
	struct links *l = xcalloc(1, sizeof(*l));

	l->own = xstrdup(own);
	l->frr = xstrdup(frr);
	return l;
}

static char *join(const char *folder, const char *file)
{
	size_t len = strlen(folder) + strlen(file) + 2;
	char *path = xcalloc(len, 1);

	snprintf(path, len, "%s/%s", folder, file);
	return path;
}

/* There is a link to the socket of its own name in FRR's folder. */
static bool is_ours(const char *link, const char *target)
{
	char to[PATH_MAX];
	ssize_t n = readlink(link, to, sizeof(to));

	return n >= 0 && (size_t)n == strlen(target) && memcmp(to, target, (size_t)n) == 0;
}

static void refuse(struct links *l, const char *link, int err)
{
	if (strlist_has(&l->refused, link))
		return;
	strlist_add(&l->refused, link);
	log_warn("vty", "%s: no link to FRR's: %s", link,
	    err == EEXIST ? "something else is there" : strerror(err));
}

static bool add(struct links *l, const char *file)
{
	char *link = join(l->own, file), *target = join(l->frr, file);
	int err = symlink(target, link) == 0 ? 0 : errno;
	bool ok = !err || (err == EEXIST && is_ours(link, target));

	if (!ok)
		refuse(l, link, err);
	free(link);
	free(target);
	return ok;
}

static void drop(const struct links *l, const char *file)
{
	char *link = join(l->own, file), *target = join(l->frr, file);

	if (is_ours(link, target))
		unlink(link);
	free(link);
	free(target);
}

static bool is_socket(const char *folder, const char *file)
{
	char *path = join(folder, file);
	struct stat st;
	bool is = lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);

	free(path);
	return is;
}

bool links_same_folder(const char *a, const char *b)
{
	struct stat x, y;

	if (stat(a, &x) < 0 || stat(b, &y) < 0)
		return strcmp(a, b) == 0;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int by_name(const struct dirent *e)
{
	return frr_names_socket(e->d_name);
}

/* The file's name without ".vty". */
static void add_name(struct strlist *to, const char *file)
{
	char *name = xstrdup(file);

	name[strlen(name) - strlen(".vty")] = '\0';
	strlist_add(to, name);
	free(name);
}

/* Sockets of daemons that are linked to, each for sure once this is done. */
static void make(struct links *l, const char *but, struct strlist *made)
{
	struct dirent **e;
	int n = scandir(l->frr, &e, by_name, alphasort);

	for (int i = 0; i < n; i++) {
		const char *file = e[i]->d_name;
		bool left_out = but && strncmp(file, but, strlen(but)) == 0 &&
		                strcmp(file + strlen(but), ".vty") == 0;

		if (!left_out && is_socket(l->frr, file) && add(l, file))
			add_name(made, file);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
}

static void sweep(const struct links *l, const struct strlist *made)
{
	struct dirent **e;
	int n = scandir(l->own, &e, by_name, NULL);

	for (int i = 0; i < n; i++) {
		struct strlist name = {0};

		add_name(&name, e[i]->d_name);
		if (!strlist_has(made, name.v[0]))
			drop(l, e[i]->d_name);
		strlist_fini(&name);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
}

static void tell(
    const struct links *l, const struct strlist *a, const struct strlist *b, const char *what)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strlist_has(b, a->v[i]))
			log_info("vty", "%s: %s %s/%s.vty", l->own, what, l->frr, a->v[i]);
}

void links_look(struct links *l, const char *but)
{
	struct strlist made = {0};

	if (links_same_folder(l->own, l->frr))
		return;
	make(l, but, &made);
	sweep(l, &made);
	tell(l, &made, &l->made, "a link to");
	tell(l, &l->made, &made, "no link any more to");
	strlist_fini(&l->made);
	l->made = made;
}

void links_free(struct links *l)
{
	static const struct strlist none = {0};

	if (!l)
		return;
	if (!links_same_folder(l->own, l->frr))
		sweep(l, &none);
	strlist_fini(&l->made);
	strlist_fini(&l->refused);
	free(l->own);
	free(l->frr);
	free(l);
}

const char *links_folder(const struct links *l)
{
	return l->frr;
}

const char *links_nth(const struct links *l, size_t i)
{
	return i < l->made.n ? l->made.v[i] : NULL;
}
