/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyfile.c - the file with the keys of the heartbeat. */
#include "announcer/l2/keyfile.h"
#include "announcer/l2/beat.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

size_t keyfile_tidy(uint8_t text[KEYFILE_MAX], size_t len, const char **what)
{
	size_t out = 0, keys = 0;

	*what = NULL;
	for (size_t at = 0, end; at < len; at = end + 1) {
		size_t n;

		for (end = at; end < len && text[end] != '\n';)
			end++;
		for (n = end - at; n && is_blank(text[at + n - 1]);)
			n--;
		if (!n)
			continue;
		if (n < KEYFILE_KEY_MIN)
			*what = "a key must have at least 16 bytes: one of its lines has less";
		if (keys++)
			text[out++] = '\n';
		memmove(text + out, text + at, n);
		out += n;
	}
	if (!keys)
		*what = "it is empty";
	if (keys > BEAT_KEYS_MAX)
		*what = "it has more than 4 lines, of which each is a key";
	return *what ? 0 : out;
}

/* Return: bytes that were read; -errno. */
static ssize_t read_all(int fd, uint8_t *text, size_t cap)
{
	size_t len = 0;

	while (len < cap) {
		ssize_t n = read(fd, text + len, cap - len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)len;
}

size_t keyfile_read(
    const char *path, uint8_t text[KEYFILE_MAX], bool *others, char *error, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -errno : read_all(fd, text, KEYFILE_MAX);
	const char *what = NULL;
	size_t len = 0;
	struct stat st;

	*others = fd >= 0 && fstat(fd, &st) == 0 && st.st_mode & S_IROTH;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		what = strerror((int)-n);
	else if (n == KEYFILE_MAX)
		what = "it is too long";
	else
		len = keyfile_tidy(text, (size_t)n, &what);
	if (what)
		snprintf(error, size, "%s: %s", path, what);
	return len;
}
