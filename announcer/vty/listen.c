/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c - a socket file of the vty server.
 *
 * The mode is set between bind(2) and listen(2), when nobody can connect yet: umask(2) is
 * of the whole process, and the other thread may be making files.
 *
 * bind(2) never takes the place of a file. A socket that nobody answers is moved aside first
 * and looked at again there: a daemon that began to listen meanwhile gets its place back.
 */
#include "announcer/vty/listen.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vtyc.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

int vty_listen_look(const char *path, int *fd)
{
	struct stat st;
	int peer;

	if (fd)
		*fd = -1;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	peer = vtyc_connect(path);
	if (peer < 0 && errno != EAGAIN && errno != EINPROGRESS)
		return errno == ECONNREFUSED || errno == ENOENT ? 0 : -errno;
	if (fd)
		*fd = peer;
	else if (peer >= 0)
		close(peer);
	return -EADDRINUSE;
}

static bool is_file(const char *path, const struct stat *which)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_dev == which->st_dev &&
	       st.st_ino == which->st_ino;
}

/* Remove the socket of this identity, of which nobody was heard. */
static int remove_dead(const char *path, const struct stat *dead)
{
	char *aside = xstrdup(path);
	int rc = 0;

	aside[strlen(aside) - 1] = '~'; /* as long as the path: that fits */
	if (rename(path, aside) < 0)
		rc = errno == ENOENT ? 0 : -errno;
	else if (is_file(aside, dead) && vty_listen_look(aside, NULL) == 0)
		unlink(aside);
	else {
		if (link(aside, path) == 0 || errno == EEXIST)
			unlink(aside);
		rc = -EADDRINUSE;
	}
	free(aside);
	return rc;
}

static int clear(const char *path)
{
	struct stat st;
	bool there = lstat(path, &st) == 0;
	int rc = vty_listen_look(path, NULL);

	return rc || !there ? rc : remove_dead(path, &st);
}

/* Who may write to FRR's folder is not to choose by a link which file changes: none is
 * followed, and where the C library cannot do that for the mode, a socket has to be there. */
static int change_mode(const char *path, mode_t mode)
{
	struct stat st;

	if (fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	return chmod(path, mode) < 0 ? -errno : 0;
}

static void set_group(const char *path)
{
	struct group *g = getgrnam(VTY_GROUP);

	if (g && lchown(path, (uid_t)-1, g->gr_gid) < 0)
		log_warn("vty", "%s: cannot be given to group " VTY_GROUP ": %m", path);
}

static int set_mode(const char *path, const char *like, mode_t mode)
{
	struct stat st;

	if (!like || stat(like, &st) < 0) {
		if (!(mode & S_IWOTH))
			set_group(path);
		return change_mode(path, mode);
	}
	if (lchown(path, st.st_uid, st.st_gid) < 0 && lchown(path, (uid_t)-1, st.st_gid) < 0)
		log_warn("vty", "%s: cannot be given to the group of %s: %m", path, like);
	return change_mode(path, st.st_mode & 0777);
}

static int bind_at(int fd, const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path));
	return bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ? -errno : 0;
}

static int open_at(struct vty_listen *l, const char *like, mode_t mode)
{
	struct stat st;
	int rc;

	l->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (l->fd < 0)
		return -errno;
	if (fcntl(l->fd, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK) < 0)
		return -errno;
	rc = bind_at(l->fd, l->path);
	if (rc)
		return rc;
	if (lstat(l->path, &st) < 0)
		return -errno;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	rc = set_mode(l->path, like, mode);
	if (rc)
		return rc;
	return listen(l->fd, BACKLOG) < 0 ? -errno : 0;
}

int vty_listen_open(struct vty_listen *l, const char *path, const char *like, mode_t mode)
{
	int rc;

	*l = (struct vty_listen){.fd = -1};
	rc = clear(path);
	if (rc)
		return rc;
	l->path = xstrdup(path);
	rc = open_at(l, like, mode);
	if (rc)
		vty_listen_close(l);
	return rc;
}

bool vty_listen_stands(const struct vty_listen *l)
{
	struct stat st = {.st_dev = l->dev, .st_ino = l->ino};

	return l->ino && is_file(l->path, &st);
}

void vty_listen_close(struct vty_listen *l)
{
	if (vty_listen_stands(l))
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
	*l = (struct vty_listen){.fd = -1};
}
