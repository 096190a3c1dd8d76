/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/pager.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const char prompt[] = "--More--";

int pager_rows(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return 0;
	return w.ws_row;
}

static int lines_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* One key, without waiting for return; 'q' when there is none. */
static int read_key(void)
{
	struct termios saved, raw;
	char c = 'q';

	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return 'q';
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	if (read(STDIN_FILENO, &c, 1) != 1)
		c = 'q';
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	return c;
}

/* Print n lines. Return: what is left. */
static const char *put_lines(const char *text, int n)
{
	while (*text && n--) {
		size_t len = strcspn(text, "\n");

		len += text[len] == '\n';
		fwrite(text, 1, len, stdout);
		text += len;
	}
	fflush(stdout);
	return text;
}

static void more(const char *text, int rows)
{
	int n = rows - 1;

	for (;;) {
		int key;

		text = put_lines(text, n);
		if (!*text)
			return;
		fputs(prompt, stdout);
		fflush(stdout);
		key = read_key();
		printf("\r%*s\r", (int)sizeof(prompt), "");
		if (key == 'q' || key == 'Q' || key == 3)
			return;
		n = key == '\r' || key == '\n' ? 1 : rows - 1;
	}
}

void pager_print(const char *text, int rows)
{
	const char *program = getenv("PAGER");
	FILE *f;

	if (rows < 2 || lines_of(text) < rows) {
		fputs(text, stdout);
		fflush(stdout);
		return;
	}
	/* $PAGER is a command line of whoever runs us: a shell is what it is for. */
	f = program && *program ? popen(program, "w") : NULL; /* NOLINT(cert-env33-c) */
	if (!f) {
		more(text, rows);
		return;
	}
	fputs(text, f);
	pclose(f);
}
