/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is written while it is read may give a text that nobody wrote. Therefore its
 * size and times are compared before and after, and it is read again if they differ.
 */
#include "k8s/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 3

static struct file_mark mark_of(const struct stat *st)
{
	return (struct file_mark){.dev = (uint64_t)st->st_dev,
	    .ino = (uint64_t)st->st_ino,
	    .size = (uint64_t)st->st_size,
	    .mtime_s = (uint64_t)st->st_mtim.tv_sec,
	    .mtime_ns = (uint64_t)st->st_mtim.tv_nsec,
	    .ctime_s = (uint64_t)st->st_ctim.tv_sec,
	    .ctime_ns = (uint64_t)st->st_ctim.tv_nsec};
}

static int read_exactly(int fd, char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EAGAIN;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int check_type(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	return st->st_size < 0 || (uint64_t)st->st_size > FILE_SIZE_MAX ? -EFBIG : 0;
}

static int read_once(int fd, char **text, size_t *len, struct file_mark *mark)
{
	struct file_mark after;
	struct stat st;
	int rc = fstat(fd, &st) < 0 ? -errno : check_type(&st);

	if (rc)
		return rc;
	*mark = mark_of(&st);
	*len = (size_t)st.st_size;
	*text = malloc(*len ? *len : 1);
	if (!*text)
		return -ENOMEM;
	rc = lseek(fd, 0, SEEK_SET) < 0 ? -errno : read_exactly(fd, *text, *len);
	if (!rc && fstat(fd, &st) < 0)
		rc = -errno;
	after = mark_of(&st);
	if (!rc && (after.size != mark->size || after.mtime_s != mark->mtime_s ||
		       after.mtime_ns != mark->mtime_ns))
		rc = -EAGAIN;
	if (rc) {
		free(*text);
		*text = NULL;
	}
	return rc;
}

int file_read(const char *path, char **text, size_t *len, struct file_mark *mark)
{
	int rc = -EAGAIN, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	for (int i = 0; i < TRIES && rc == -EAGAIN; i++)
		rc = read_once(fd, text, len, mark);
	close(fd);
	return rc;
}

int file_mark_of(const char *path, struct file_mark *mark)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	*mark = mark_of(&st);
	return 0;
}

bool file_mark_equal(const struct file_mark *a, const struct file_mark *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

char *file_path(const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = malloc(len);

	if (path)
		snprintf(path, len, "%s/%s", dir, name);
	return path;
}
