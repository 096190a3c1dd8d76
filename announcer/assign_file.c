/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assign_file.c - the controller's state file on disk. Written to FILE.tmp, brought to the
 * disk and renamed, so that at every moment FILE is whole, the old one or the new one. A file
 * that cannot be understood is never overwritten: it is kept as FILE.bad-TIME, or where it is.
 */
#include "announcer/assign.h"
#include "announcer/util.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE 0640
#define FILE_MAX  ((off_t)1 << 26)
#define ASIDE_MAX 1000 /* damaged files of one second */

/* path followed by suffix; the caller's. */
static char *path_with(const char *path, const char *suffix)
{
	size_t len = strlen(path) + strlen(suffix) + 1;
	char *s = xcalloc(len, 1);

	snprintf(s, len, "%s%s", path, suffix);
	return s;
}

/* What an open file holds; *text is the caller's. */
static int fd_read(int fd, char **text, size_t *len)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return -EFBIG;
	*text = xcalloc((size_t)st.st_size + 1, 1);
	while (*len < (size_t)st.st_size) {
		ssize_t n = read(fd, *text + *len, (size_t)st.st_size - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	return 0;
}

static int file_read(const char *path, char **text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return -errno;
	rc = fd_read(fd, text, len);
	close(fd);
	return rc;
}

/* FILE.bad-TIME; FILE.bad-TIME.2 and so on where there is one already. The caller's. */
static char *aside_name(const char *path, int64_t now_s, unsigned nth)
{
	time_t t = (time_t)now_s;
	char when[24] = "", suffix[64];
	struct tm tm;

	if (gmtime_r(&t, &tm))
		strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	if (nth > 1)
		snprintf(suffix, sizeof(suffix), ".bad-%s.%u", when, nth);
	else
		snprintf(suffix, sizeof(suffix), ".bad-%s", when);
	return path_with(path, suffix);
}

/* Return: -EINVAL; or another -errno: it is where it was. */
static int keep_aside(const char *path, int64_t now_s, size_t good, struct assign_error *err)
{
	size_t used = strlen(err->text);
	char *aside = aside_name(path, now_s, 1);
	struct stat st;
	int rc = -EINVAL;

	for (unsigned nth = 2; nth < ASIDE_MAX && lstat(aside, &st) == 0; nth++) {
		free(aside);
		aside = aside_name(path, now_s, nth);
	}
	if (rename(path, aside) < 0) {
		rc = -errno;
		snprintf(err->text + used, sizeof(err->text) - used,
		    " (and cannot be kept aside: %s)", strerror(-rc));
	} else {
		snprintf(err->text + used, sizeof(err->text) - used,
		    " (kept as %.200s; Services good in it: %zu)", aside, good);
	}
	free(aside);
	return rc;
}

int assign_load(
    const char *path, int64_t now_s, struct assign_list *out, struct assign_error *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc = file_read(path, &text, &len);

	if (rc == -ENOENT)
		return rc;
	if (rc < 0) {
		snprintf(err->text, sizeof(err->text), "%.250s: cannot be read: %s", path,
		    strerror(-rc));
		free(text);
		return rc == -EINVAL ? -EIO : rc;
	}
	rc = assign_parse(text, len, path, out, err);
	if (rc)
		rc = keep_aside(path, now_s, out->n, err);
	free(text);
	return rc;
}

static int text_write(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int file_write(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	int rc;

	if (fd < 0)
		return -errno;
	rc = fchmod(fd, FILE_MODE) < 0 ? -errno : text_write(fd, text, len);
	if (!rc && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && !rc)
		rc = -errno;
	return rc;
}

/* Bring the rename itself to the disk; best effort, as not every filesystem can. */
static void folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrdup(path) : xstrdup(".");
	int fd;

	if (slash)
		folder[slash == path ? 1 : slash - path] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

int assign_save(const char *path, const struct assign_list *l)
{
	char *tmp = path_with(path, ".tmp");
	size_t len;
	char *text = assign_print(l, &len);
	int rc = file_write(tmp, text, len);

	if (!rc && rename(tmp, path) < 0)
		rc = -errno;
	if (rc)
		unlink(tmp);
	else
		folder_sync(path);
	free(text);
	free(tmp);
	return rc;
}
