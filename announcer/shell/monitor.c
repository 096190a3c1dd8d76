/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "announcer/shell/client.h"
#include "announcer/shell/monitor.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int monitor_open(struct monitor *m, const char *dir)
{
	int rc, fd = client_open(dir);

	if (fd < 0)
		return fd;
	rc = client_say(fd, "terminal monitor");
	if (rc < 0) {
		close(fd);
		return rc;
	}
	monitor_close(m);
	m->fd = fd;
	m->wanted = true;
	return 0;
}

void monitor_close(struct monitor *m)
{
	if (m->fd >= 0)
		close(m->fd);
	free(m->text.p);
	*m = (struct monitor){.fd = -1};
}

/* Forget the oldest half. */
static void forget(struct monitor *m)
{
	size_t n = 0;

	while (n < m->text.len / 2) {
		char *end = memchr(m->text.p + n, '\n', m->text.len - n);

		if (!end)
			break;
		n = (size_t)(end + 1 - m->text.p);
		m->lost++;
	}
	if (!n) { /* one endless line */
		n = m->text.len;
		m->lost++;
	}
	m->text.len -= n;
	memmove(m->text.p, m->text.p + n, m->text.len + 1);
}

static void hung_up(struct monitor *m)
{
	close(m->fd);
	m->fd = -1;
	buf_str(&m->text, "% The log is not followed any more: the connection was lost\n");
}

void monitor_read(struct monitor *m)
{
	char b[4096];
	ssize_t n = recv(m->fd, b, sizeof(b), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0 || memchr(b, '\0', (size_t)n)) { /* a NUL: that was all of the answer */
		hung_up(m);
		return;
	}
	buf_add(&m->text, b, (size_t)n);
	if (m->text.len > MONITOR_KEPT)
		forget(m);
}

bool monitor_take(struct monitor *m, struct buf *out)
{
	char *end = m->text.len ? memrchr(m->text.p, '\n', m->text.len) : NULL;
	size_t n = end ? (size_t)(end + 1 - m->text.p) : 0;

	if (!n)
		return false;
	if (m->lost)
		buf_fmt(out, "%% %zu lines of the log are not shown\n", m->lost);
	m->lost = 0;
	buf_add(out, m->text.p, n);
	m->text.len -= n;
	memmove(m->text.p, m->text.p + n, m->text.len + 1);
	return true;
}
