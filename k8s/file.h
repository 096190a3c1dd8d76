/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file.h - a whole file into memory, and whether it changed since. */
#ifndef K8S_FILE_H
#define K8S_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_SIZE_MAX ((size_t)256 << 20)

/* Changes when the file, or what a link points to, does. */
struct file_mark {
	uint64_t dev, ino, size, mtime_s, mtime_ns, ctime_s, ctime_ns;
};

/**
 * file_read - read a file as it is at one moment
 * @text: on success exactly len bytes; the caller's
 * @mark: of what was read
 * Return: 0, -EAGAIN (it is being written: read again later), -EFBIG (more than
 * FILE_SIZE_MAX), -EISDIR, -EINVAL (neither file nor folder) or another -errno.
 */
int file_read(const char *path, char **text, size_t *len, struct file_mark *mark);

/* Return: 0 or -errno. */
int file_mark_of(const char *path, struct file_mark *mark);
bool file_mark_equal(const struct file_mark *a, const struct file_mark *b);

bool file_exists(const char *path); /* a link that leads nowhere does */

/* dir/name, the caller's; NULL on lack of memory. */
char *file_path(const char *dir, const char *name);
#endif
