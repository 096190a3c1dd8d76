/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line.c - what the shell does with a line: asks the daemon what it is, does itself what
 * concerns the terminal, and has the daemon do the rest.
 */
#include "announcer/shell/shell.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdio.h>

char *shell_prompt(const struct shell *sh)
{
	static char all[] = "grevy# ", looking[] = "grevy> ";

	return sh->enabled ? all : looking;
}

static int own_leave(struct shell *sh, const char *arg)
{
	(void)arg;
	sh->leave = true;
	return 0;
}

static int own_enable(struct shell *sh, const char *arg)
{
	int rc = shell_print(sh, "enable");

	(void)arg;
	if (rc < 0)
		return shell_complain(sh, rc);
	sh->enabled = rc == 0;
	return rc;
}

static int own_disable(struct shell *sh, const char *arg)
{
	int rc = shell_print(sh, "disable");

	(void)arg;
	sh->enabled = false;
	return rc < 0 ? shell_complain(sh, rc) : rc;
}

static int own_length(struct shell *sh, const char *arg)
{
	sh->rows = arg ? (int)strtol(arg, NULL, 10) : -1;
	sh->paginate = true;
	return 0;
}

static int own_paginate(struct shell *sh, const char *arg)
{
	(void)arg;
	sh->paginate = true;
	return 0;
}

static int own_no_paginate(struct shell *sh, const char *arg)
{
	(void)arg;
	sh->paginate = false;
	return 0;
}

static int own_monitor(struct shell *sh, const char *arg)
{
	int rc = 0;

	(void)arg;
	if (sh->monitor.fd < 0)
		rc = monitor_open(&sh->monitor, sh->dir);
	return rc < 0 ? shell_complain(sh, rc) : 0;
}

static int own_no_monitor(struct shell *sh, const char *arg)
{
	(void)arg;
	monitor_close(&sh->monitor);
	return 0;
}

static int own_history(struct shell *sh, const char *arg)
{
	(void)arg;
	lines_print(&sh->lines);
	return 0;
}

/* Rows of the daemon's table that are about the terminal. */
static const struct {
	const char *row;
	int (*run)(struct shell *sh, const char *arg);
	bool by_hand; /* the daemon does it in a script */
} own[] = {
    {"disable",		own_disable,     false},
    {"enable",		 own_enable,      false},
    {"exit",		   own_leave,       false},
    {"no terminal length",     own_length,      false},
    {"no terminal monitor",    own_no_monitor,  true },
    {"no terminal paginate",   own_no_paginate, false},
    {"quit",		   own_leave,       false},
    {"show history",           own_history,     true },
    {"terminal length NUMBER", own_length,      false},
    {"terminal monitor",       own_monitor,     true },
    {"terminal paginate",      own_paginate,    false},
};

/* The daemon's answer to `parse LINE`: the row, and its variable. Return: the line is ours. */
static bool do_own(struct shell *sh, char *answer, int *rc)
{
	char *arg = answer + strcspn(answer, "\n");

	if (*arg)
		*arg++ = '\0';
	arg[strcspn(arg, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		if (strcmp(own[i].row, answer) != 0 || (own[i].by_hand && !sh->interactive))
			continue;
		*rc = own[i].run(sh, *arg ? arg : NULL);
		return true;
	}
	return false;
}

/* Without a daemon to ask, one can still leave. */
static bool says_leave(const char *line)
{
	size_t n;

	line += strspn(line, " \t");
	n = strcspn(line, " \t");
	if (!n || line[n + strspn(line + n, " \t")])
		return false;
	return strncmp(line, "exit", n) == 0 || strncmp(line, "quit", n) == 0;
}

/* Return: exit status; what the user broke off is none. */
static int outcome(const struct shell *sh, int rc)
{
	if (rc == -EINTR)
		putchar('\n');
	fflush(stdout);
	if (rc == -EINTR || rc == -ECANCELED)
		return 0;
	return rc < 0 ? shell_complain(sh, rc) : rc;
}

int shell_line(struct shell *sh, const char *line)
{
	struct buf parse = {0}, row = {0};
	bool done = false;
	int rc;

	buf_fmt(&parse, "parse %s", line);
	buf_str(&row, "");
	rc = shell_gather(sh, parse.p, &row);
	if (rc == 0)
		done = do_own(sh, row.p, &rc);
	if (rc < 0 && says_leave(line)) {
		sh->leave = done = true;
		rc = 0;
	}
	if (!done && rc >= 0)
		rc = shell_print(sh, line);
	free(parse.p);
	free(row.p);
	return done ? rc : outcome(sh, rc);
}
