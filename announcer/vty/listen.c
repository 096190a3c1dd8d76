/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c - the vty server's socket file.
 *
 * The mode is set between bind(2) and listen(2), when nobody can connect yet: umask(2) is
 * of the whole process, and the other thread may be making files.
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

/* Remove what an earlier process left behind. */
static int clear_stale(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	fd = vtyc_connect(path);
	if (fd >= 0 || errno == EAGAIN || errno == EINPROGRESS) {
		if (fd >= 0)
			close(fd);
		return -EADDRINUSE;
	}
	if (errno != ECONNREFUSED)
		return errno == ENOENT ? 0 : -errno;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static void set_group(const char *path)
{
	struct group *g = getgrnam(VTY_GROUP);

	if (g && chown(path, (uid_t)-1, g->gr_gid) < 0)
		log_warn("vty", "%s: cannot be given to group " VTY_GROUP ": %m", path);
}

static int bind_at(int fd, const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	memcpy(sa.sun_path, path, strlen(path));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -errno;
	if (chmod(path, 0770) < 0)
		return -errno;
	set_group(path);
	return listen(fd, BACKLOG) < 0 ? -errno : 0;
}

static int open_at(struct vty_listen *l)
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
	return 0;
}

int vty_listen_open(struct vty_listen *l, const char *dir, const char *name)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int rc;

	*l = (struct vty_listen){.fd = -1};
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return -ENAMETOOLONG;
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	rc = clear_stale(path);
	if (rc)
		return rc;
	l->path = xstrdup(path);
	rc = open_at(l);
	if (rc)
		vty_listen_close(l);
	return rc;
}

void vty_listen_close(struct vty_listen *l)
{
	struct stat st;

	if (l->ino && lstat(l->path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
	*l = (struct vty_listen){.fd = -1};
}
