/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk.c - the shell's conversation with the daemon.
 *
 * A question whose answer was not read to its end costs the connection; the next one makes
 * another, as it does when the daemon was started anew. A question is never sent twice: it
 * may be a verb.
 */
#include "announcer/shell/client.h"
#include "announcer/shell/shell.h"
#include "announcer/shell/signals.h"
#include "announcer/util.h"
#include "announcer/vty/listen.h"
#include "announcer/vty/server.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int shell_complain(const struct shell *sh, int err)
{
	const char *what = strerror(-err);

	if (ferror(stdout)) {
		fprintf(stderr, "grevysh: cannot print the answer: %s\n", what);
		return EXIT_NOT_RUNNING;
	}
	if (err == -EACCES)
		what = "no permission to connect";
	else if (err == -ENOENT || err == -ECONNREFUSED)
		what = "grevyd is not running";
	else if (err == -ECONNRESET || err == -EPIPE)
		what = "the connection was lost, the answer is not whole";
	fflush(stdout);
	fprintf(stderr, "grevysh: %s/%s: %s\n", sh->dir, VTY_SOCKET_NAME, what);
	return EXIT_NOT_RUNNING;
}

int shell_wait(int fd, void *arg)
{
	struct shell *sh = arg;

	for (;;) {
		struct pollfd fds[] = {
		    {.fd = fd,          .events = POLLIN},
		    {.fd = sh->monitor.fd,                 .events = POLLIN},
		    {.fd = sh->pager ? pager_fd(sh->pager) : -1},
		};

		if (signals_wait(fds, ARRAY_LEN(fds)) < 0) {
			if (errno != EINTR)
				return -errno;
			signals_take(SIGTSTP);
			signals_take(SIGWINCH);
			if (signals_take(SIGINT))
				return -EINTR;
			continue;
		}
		if (fds[1].revents)
			monitor_read(&sh->monitor);
		if (fds[2].revents)
			return -EPIPE;
		if (fds[0].revents)
			return 0;
	}
}

void shell_disconnect(struct shell *sh)
{
	if (sh->fd >= 0)
		close(sh->fd);
	sh->fd = -1;
}

static int on_text(const char *text, size_t len, void *arg)
{
	struct shell *sh = arg;

	if (sh->answer) {
		buf_add(sh->answer, text, len);
		return 0;
	}
	if (sh->pager)
		return pager_write(sh->pager, text, len);
	return fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0 ? 0 : -errno;
}

/* On a connection that is there. Any failure ends it. */
static int ask(struct shell *sh, const char *line)
{
	const struct client_reader r = {
	    .wait = sh->interactive ? shell_wait : NULL, .text = on_text, .arg = sh};
	int rc = client_ask(sh->fd, line, &r);

	if (rc < 0)
		shell_disconnect(sh);
	return rc;
}

/* What a new connection is told first. */
static int greet(struct shell *sh)
{
	struct buf ignored = {0}, *answer = sh->answer;
	int rc = 0;

	sh->answer = &ignored;
	if (sh->json)
		rc = ask(sh, "terminal json");
	if (rc >= 0 && sh->enabled) {
		rc = ask(sh, "enable");
		if (rc > 0)
			sh->enabled = false;
	}
	sh->answer = answer;
	free(ignored.p);
	return rc < 0 ? rc : 0;
}

int shell_connect(struct shell *sh)
{
	int fd;

	if (sh->fd >= 0 && client_is_stale(sh->fd))
		shell_disconnect(sh);
	if (sh->fd >= 0)
		return 0;
	fd = client_open(sh->dir);
	if (fd < 0)
		return fd;
	sh->fd = fd;
	return greet(sh);
}

static int connect_and_ask(struct shell *sh, const char *line)
{
	int rc = shell_connect(sh);

	return rc < 0 ? rc : ask(sh, line);
}

int shell_gather(struct shell *sh, const char *line, struct buf *answer)
{
	int rc;

	sh->answer = answer;
	rc = connect_and_ask(sh, line);
	sh->answer = NULL;
	return rc;
}

/* As vtysh: $VTYSH_PAGER, else what everybody uses. */
static const char *pager_program(void)
{
	const char *own = getenv("VTYSH_PAGER");

	return own ? own : getenv("PAGER");
}

int shell_print(struct shell *sh, const char *line)
{
	int rc;

	if (sh->interactive && sh->paginate)
		sh->pager = pager_new(sh->rows, pager_program(), shell_wait, sh);
	rc = connect_and_ask(sh, line);
	pager_free(sh->pager);
	sh->pager = NULL;
	if (rc == -EPIPE && sh->interactive)
		rc = -ECANCELED;
	return rc;
}
