/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/shell/client.h"
#include "announcer/vty/server.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define END_LEN 4 /* three NULs and the code */

int client_open(const char *dir)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd, err;

	if ((size_t)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/" VTY_SOCKET_NAME, dir) >=
	    sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	err = errno;
	close(fd);
	return -err;
}

bool client_is_stale(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
	       (errno != EAGAIN && errno != EWOULDBLOCK);
}

int client_say(int fd, const char *command)
{
	size_t len = strlen(command) + 1;

	while (len) {
		ssize_t n = send(fd, command, len, MSG_NOSIGNAL);

		if (n < 0)
			return -errno;
		command += n;
		len -= (size_t)n;
	}
	return 0;
}

int client_ask(int fd, const char *command, const struct client_reader *r)
{
	char buf[16384], end[END_LEN];
	size_t n_end = 0; /* bytes of the terminator seen so far */
	int rc = client_say(fd, command);

	while (rc == 0 && n_end < END_LEN) {
		size_t text, rest;
		ssize_t n;

		if (r->wait)
			rc = r->wait(fd, r->arg);
		if (rc)
			break;
		n = read(fd, buf, sizeof(buf));
		if (n <= 0)
			return n < 0 ? -errno : -ECONNRESET;
		text = n_end ? 0 : strnlen(buf, (size_t)n);
		rest = (size_t)n - text;
		if (rest > END_LEN - n_end)
			return -EPROTO;
		memcpy(end + n_end, buf + text, rest);
		n_end += rest;
		if (text && r->text)
			rc = r->text(buf, text, r->arg);
	}
	if (rc)
		return rc;
	return end[0] || end[1] || end[2] ? -EPROTO : (unsigned char)end[END_LEN - 1];
}
