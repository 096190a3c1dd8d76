/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pager.c - see pager.h. The program of the user is given a shell, as vtysh gives it one. It
 * may stop itself (^Z), but nobody would wake it then: that key is off while it runs.
 */
#include "config.h"

#include "announcer/shell/page.h"
#include "announcer/shell/pager.h"
#include "announcer/shell/signals.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define HELD_MAX 65536 /* bytes of a page that wait for the program to be wanted */

static const char prompt[] = " --More-- ";

struct pager {
	int want_rows;
	const char *program;
	pager_wait_fn *wait;
	void *arg;
	struct page page;
	bool over;
	struct buf held; /* of a first page, while nobody knows whether there is more */
	int fd;
	pid_t pid;
	bool tty_saved;
	struct termios tty;
};

static struct winsize window(void)
{
	struct winsize w = {0};

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return (struct winsize){0};
	return w;
}

int pager_rows(void)
{
	return window().ws_row;
}

int pager_cols(void)
{
	return window().ws_col;
}

/* A page of `rows` lines; -1: what the terminal has, but for the prompt. */
static void turn(struct pager *p, int rows)
{
	int cols = pager_cols();
	int all = p->want_rows < 0 ? pager_rows() : p->want_rows;

	p->page = (struct page){.rows = rows > 0 ? rows : all - 1, .cols = cols ? cols : 80};
}

struct pager *pager_new(int rows, const char *program, pager_wait_fn *wait, void *arg)
{
	struct pager *p = xcalloc(1, sizeof(*p));

	p->want_rows = rows;
	p->program = program && *program ? program : NULL;
	p->wait = wait;
	p->arg = arg;
	p->fd = -1;
	turn(p, -1);
	return p;
}

static int put(const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
	fflush(stdout);
	return ferror(stdout) ? -EPIPE : 0;
}

/* ---- by ourselves ---- */

/* One key, without waiting for return; 'q' when there is none. */
static int read_key(struct pager *p)
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
	if (p->wait(STDIN_FILENO, p->arg) || read(STDIN_FILENO, &c, 1) != 1)
		c = 'q';
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	return c;
}

/* The page is full. Return: there is to be more. */
static bool more(struct pager *p)
{
	for (;;) {
		int key;

		put(prompt, sizeof(prompt) - 1);
		key = read_key(p);
		printf("\r%*s\r", (int)sizeof(prompt), "");
		fflush(stdout);
		switch (key) {
		case ' ':
			turn(p, -1);
			return true;
		case '\r':
		case '\n':
			turn(p, 1);
			return true;
		case 'q':
		case 'Q':
		case 4: /* ^D */
			return false;
		default:
			put("\a", 1);
		}
	}
}

static int write_pages(struct pager *p, const char *text, size_t len)
{
	for (;;) {
		size_t n = page_fill(&p->page, text, len);

		if (n && put(text, n))
			return -EPIPE;
		text += n;
		len -= n;
		if (!len)
			return 0;
		if (!more(p))
			return -ECANCELED;
	}
}

/* ---- by a program ---- */

static void become(const char *program, const int pipe_fd[2])
{
	signals_undo();
	dup2(pipe_fd[0], STDIN_FILENO);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	/* A command line of whoever runs us: a shell is what it is for. */
	execl("/bin/sh", "sh", "-c", program, (char *)NULL);
	_exit(127);
}

static void start(struct pager *p)
{
	struct termios quiet;
	int fd[2];

	if (pipe(fd) < 0)
		return;
	p->tty_saved = tcgetattr(STDIN_FILENO, &p->tty) == 0;
	if (p->tty_saved) {
		quiet = p->tty;
		quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
		tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
	}
	p->pid = fork();
	if (p->pid == 0)
		become(p->program, fd);
	close(fd[0]);
	if (p->pid > 0)
		p->fd = fd[1];
	else
		close(fd[1]);
}

static int feed(struct pager *p, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(p->fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_program(struct pager *p, const char *text, size_t len)
{
	bool full = page_fill(&p->page, text, len) < len;

	if (p->fd >= 0)
		return feed(p, text, len);
	buf_add(&p->held, text, len);
	if (!full && p->held.len < HELD_MAX)
		return 0;
	start(p);
	if (p->fd < 0) {
		p->program = NULL;
		turn(p, -1);
		return write_pages(p, p->held.p, p->held.len);
	}
	return feed(p, p->held.p, p->held.len);
}

int pager_write(struct pager *p, const char *text, size_t len)
{
	int rc;

	if (p->over)
		return -ECANCELED;
	if (p->page.rows < 1)
		rc = put(text, len);
	else if (p->program)
		rc = write_program(p, text, len);
	else
		rc = write_pages(p, text, len);
	p->over = rc != 0;
	return rc;
}

int pager_fd(const struct pager *p)
{
	return p->fd;
}

void pager_free(struct pager *p)
{
	if (!p)
		return;
	if (p->fd >= 0) {
		close(p->fd);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	} else if (p->held.len && p->program) {
		put(p->held.p, p->held.len);
	}
	if (p->tty_saved)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &p->tty);
	free(p->held.p);
	free(p);
}
