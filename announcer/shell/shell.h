/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell.h - grevysh: what it remembers, and what it does with a line. The daemon knows the
 * commands; the shell asks it what a line is (`parse LINE`), what may follow (`help`,
 * `complete`), and does itself only what concerns the terminal.
 */
#ifndef GREVY_SHELL_SHELL_H
#define GREVY_SHELL_SHELL_H
#include "announcer/shell/lines.h"
#include "announcer/shell/monitor.h"
#include "announcer/shell/pager.h"
#include <stdbool.h>

/* Exit status; below 16 it is the status code of the command that failed, FRR's. */
#define EXIT_USAGE       64
#define EXIT_NOT_RUNNING 16 /* or the connection was lost, or there is nowhere to print to */

struct shell {
	const char *dir; /* of the socket */
	int fd;          /* -1 = not connected */
	bool json;       /* every answer that can be */
	bool enabled;    /* `enable` is said on each connection; false = it was refused */
	bool interactive;
	bool paginate; /* long answers by pages */
	int rows;      /* of a page; -1 = as the terminal has */
	bool leave;    /* `exit` was said */
	struct monitor monitor;
	struct lines lines;
	/* Where the answer that is coming goes; both NULL: to stdout. */
	struct buf *answer;
	struct pager *pager;
};

/* ---- talk.c ---- */

/* Connect if there is no connection. Return: 0 or -errno. */
int shell_connect(struct shell *sh);
void shell_disconnect(struct shell *sh);
/* Ask, and gather the answer. Return: as client_ask(). */
int shell_gather(struct shell *sh, const char *line, struct buf *answer);
/* Ask and print, by pages if so wished. Return: as client_ask(); -ECANCELED, -EINTR: the user
 * had enough. */
int shell_print(struct shell *sh, const char *line);
/* Wait until fd can be read; log lines are taken meanwhile. Return: 0, -EINTR (^C), -EPIPE
 * (the pager left) or -errno. For struct client_reader and pager_new(). */
int shell_wait(int fd, void *sh);
/* Say on stderr why the daemon cannot be asked. Return: the exit status. */
int shell_complain(const struct shell *sh, int err);

/* ---- line.c ---- */

/* As vtysh's: # or >; not to be written to. */
char *shell_prompt(const struct shell *sh);
/* Do what a line says. Return: exit status. */
int shell_line(struct shell *sh, const char *line);

/* ---- edit.c ---- */

/* Lines from the terminal, until the user leaves. Return: exit status. */
int shell_edit(struct shell *sh);
#endif
