/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "announcer/shell/lines.h"
#include "announcer/util.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool enter(struct lines *l, const char *line)
{
	HistEvent ev;

	if (history(l->history, &ev, H_FIRST) == 0 && strcmp(ev.str, line) == 0)
		return false;
	history(l->history, &ev, H_ENTER, line);
	return true;
}

/* The newest are written anew when the file has grown to more than twice as many. */
static void shrink(struct lines *l)
{
	char *fresh = xcalloc(strlen(l->path) + 8, 1);
	HistEvent ev;
	FILE *f;
	int fd;

	snprintf(fresh, strlen(l->path) + 8, "%s.XXXXXX", l->path);
	fd = mkstemp(fresh);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	for (int rc = f ? history(l->history, &ev, H_LAST) : -1; rc == 0;
	     rc = history(l->history, &ev, H_PREV))
		fprintf(f, "%s\n", ev.str);
	if (f && (fclose(f) != 0 || rename(fresh, l->path) != 0))
		unlink(fresh);
	free(fresh);
}

static void load(struct lines *l)
{
	FILE *f = fopen(l->path, "re");
	char *line = NULL;
	size_t cap = 0, n = 0;

	while (f && getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (*line)
			enter(l, line);
		n++;
	}
	free(line);
	if (f)
		fclose(f);
	if (n > 2 * LINES_MAX)
		shrink(l);
}

int lines_open(struct lines *l, const char *path)
{
	HistEvent ev;

	*l = (struct lines){.history = history_init(), .path = xstrdup(path)};
	if (!l->history)
		return -ENOMEM;
	history(l->history, &ev, H_SETSIZE, LINES_MAX);
	if (l->path)
		load(l);
	return 0;
}

void lines_add(struct lines *l, const char *line)
{
	int fd = -1;

	if (!enter(l, line) || !l->path)
		return;
	fd = open(l->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (fchmod(fd, 0600) == 0)
		dprintf(fd, "%s\n", line);
	close(fd);
}

void lines_print(struct lines *l)
{
	HistEvent ev;

	for (int rc = history(l->history, &ev, H_LAST); rc == 0;
	     rc = history(l->history, &ev, H_PREV))
		printf("%s\n", ev.str);
	fflush(stdout);
}

void lines_close(struct lines *l)
{
	if (l->history)
		history_end(l->history);
	free(l->path);
}
