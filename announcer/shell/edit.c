/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edit.c - the line that is being typed, by libedit. Its characters are read here, so that
 * signals and log lines can be waited for beside them: what is typed stays, the log goes
 * above it.
 */
#include "config.h"

#include "announcer/shell/offers.h"
#include "announcer/shell/shell.h"
#include "announcer/shell/signals.h"
#include "announcer/util.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>

struct edit {
	struct shell *sh;
	EditLine *el;
	bool interrupted;   /* ^C, ^Z: the line is given up */
	mbstate_t partial;  /* of a character that comes in several bytes */
	struct buf refused; /* the line at which TAB could add nothing */
};

static struct edit *edit_of(EditLine *el)
{
	void *e = NULL;

	el_get(el, EL_CLIENTDATA, &e);
	return e;
}

static char *prompt(EditLine *el)
{
	return shell_prompt(edit_of(el)->sh);
}

/* The row, from that of the prompt, in which the cursor would be behind `end`. */
static int row_of(struct edit *e, const char *end)
{
	int cols = pager_cols(), n = (int)strlen(prompt(e->el));

	for (const char *p = el_line(e->el)->buffer; p < end; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80; /* UTF-8: the first byte of each */
	return cols ? n / cols : 0;
}

static void go(int rows)
{
	if (rows)
		printf("\033[%d%c", abs(rows), rows < 0 ? 'A' : 'B');
}

/* Take the prompt and the line off the screen, row by row: what clears a whole screen makes
 * some terminals keep it for scrolling back. */
static void erase(struct edit *e)
{
	const LineInfo *li = el_line(e->el);
	int last = row_of(e, li->lastchar);

	putchar('\r');
	go(-row_of(e, li->cursor));
	for (int i = 0; i <= last; i++) {
		printf("\033[K");
		go(i < last);
	}
	go(-last);
}

static void on_resize(struct edit *e)
{
	erase(e);
	el_resize(e->el);
	el_set(e->el, EL_REFRESH);
}

static void show_log(struct edit *e)
{
	struct buf b = {0};

	if (monitor_take(&e->sh->monitor, &b)) {
		erase(e);
		fwrite(b.p, 1, b.len, stdout);
		el_set(e->el, EL_REFRESH);
		fflush(stdout);
	}
	free(b.p);
}

/* Return: a byte can be read; false: the line is given up. */
static bool wait_for_key(struct edit *e)
{
	struct shell *sh = e->sh;

	for (;;) {
		struct pollfd fds[] = {
		    {.fd = STDIN_FILENO,   .events = POLLIN},
		    {.fd = sh->monitor.fd, .events = POLLIN}
                };

		show_log(e);
		if (signals_wait(fds, ARRAY_LEN(fds)) < 0) {
			bool stop = signals_take(SIGTSTP);

			if (signals_take(SIGINT) || stop)
				return false;
			if (signals_take(SIGWINCH))
				on_resize(e);
			continue;
		}
		if (fds[1].revents)
			monitor_read(&sh->monitor);
		if (fds[0].revents)
			return true;
	}
}

/* For libedit. Return: 1, 0 at the end, -1 when the line is given up. */
static int on_char(EditLine *el, wchar_t *to)
{
	struct edit *e = edit_of(el);

	for (;;) {
		char c;
		size_t n;

		if (!wait_for_key(e)) {
			e->interrupted = true;
			errno = EINTR;
			return -1;
		}
		if (read(STDIN_FILENO, &c, 1) != 1)
			return 0;
		n = mbrtowc(to, &c, 1, &e->partial);
		if (n == (size_t)-1)
			memset(&e->partial, 0, sizeof(e->partial));
		else if (n != (size_t)-2)
			return 1;
	}
}

/* Ask the daemon about the line up to the cursor; answer: to be freed.
 * Return: as shell_gather(). */
static int ask_about(struct edit *e, const char *verb, struct buf *answer)
{
	const LineInfo *li = el_line(e->el);
	struct buf line = {0};
	int rc;

	buf_fmt(&line, "%s %.*s", verb, (int)(li->cursor - li->buffer), li->buffer);
	buf_str(answer, "");
	rc = shell_gather(e->sh, line.p, answer);
	free(line.p);
	return rc;
}

/* The cursor stands in a regular expression: a question mark is one of its letters. */
static bool is_in_regex(const LineInfo *li)
{
	const char *bar = memchr(li->buffer, '|', (size_t)(li->cursor - li->buffer));
	const char *p = bar ? bar + 1 : li->cursor;

	while (p < li->cursor && *p == ' ')
		p++;
	while (p < li->cursor && *p != ' ')
		p++;
	while (p < li->cursor && *p == ' ')
		p++;
	return p < li->cursor;
}

static unsigned char on_help(EditLine *el, int ch)
{
	struct edit *e = edit_of(el);
	struct buf text = {0};
	int rc;

	(void)ch;
	if (is_in_regex(el_line(el))) {
		el_insertstr(el, "?");
		return CC_REFRESH;
	}
	rc = ask_about(e, "help", &text);
	putchar('\n');
	if (rc >= 0)
		fputs(text.p, stdout);
	else if (rc != -EINTR)
		shell_complain(e->sh, rc);
	fflush(stdout);
	free(text.p);
	return CC_REDISPLAY;
}

/* The second TAB at the same place: what could stand there. */
static unsigned char list(struct edit *e, const struct offers *o)
{
	buf_clear(&e->refused);
	offers_list(o, e->sh);
	return CC_REDISPLAY;
}

static unsigned char on_tab(EditLine *el, int ch)
{
	struct edit *e = edit_of(el);
	const LineInfo *li = el_line(el);
	size_t len = (size_t)(li->cursor - li->buffer);
	bool again = len && e->refused.len == len && !memcmp(e->refused.p, li->buffer, len);
	unsigned char rc = CC_ERROR;
	struct buf text = {0};
	struct offers o;

	(void)ch;
	if (ask_about(e, "complete", &text) != 0)
		text.p[0] = '\0';
	offers_init(&o, text.p, li->buffer, len);
	buf_clear(&e->refused);
	if (*o.more) {
		el_insertstr(el, o.more);
		rc = CC_REFRESH;
	} else if (o.n && (again || !len)) {
		rc = list(e, &o);
	} else if (o.n) {
		buf_add(&e->refused, li->buffer, len);
	}
	offers_fini(&o);
	free(text.p);
	return rc;
}

static EditLine *edit_init(struct edit *e)
{
	EditLine *el = el_init("grevysh", stdin, stdout, stderr);

	if (!el)
		return NULL;
	el_set(el, EL_CLIENTDATA, e);
	el_set(el, EL_PROMPT, prompt);
	el_set(el, EL_GETCFN, on_char);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_HIST, history, e->sh->lines.history);
	el_set(el, EL_ADDFN, "grevy-help", "What may follow", on_help);
	el_set(el, EL_ADDFN, "grevy-complete", "Complete the word", on_tab);
	el_set(el, EL_BIND, "?", "grevy-help", NULL);
	el_set(el, EL_BIND, "^I", "grevy-complete", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_source(el, NULL);
	return el;
}

/* The log again, after the daemon was started anew. */
static void follow_again(struct shell *sh)
{
	if (sh->monitor.wanted && sh->monitor.fd < 0 && !sh->monitor.text.len)
		monitor_open(&sh->monitor, sh->dir);
}

/* By hand a command that fails is no failure of the shell. */
static void loop(struct edit *e)
{
	struct shell *sh = e->sh;

	while (!sh->leave) {
		const char *got;
		char *line;
		int n = 0;

		follow_again(sh);
		got = el_gets(e->el, &n);
		if (e->interrupted) {
			e->interrupted = false;
			putchar('\n');
			el_reset(e->el);
			continue;
		}
		if (!got || n <= 0) {
			putchar('\n');
			break;
		}
		line = xstrdup(got);
		line[strcspn(line, "\r\n")] = '\0';
		if (line[strspn(line, " \t")]) {
			lines_add(&sh->lines, line);
			shell_line(sh, line);
		}
		free(line);
		signals_take(SIGINT);
		signals_take(SIGTSTP);
	}
}

int shell_edit(struct shell *sh)
{
	struct edit e = {.sh = sh};

	signals_start();
	e.el = edit_init(&e);
	if (!e.el) {
		fprintf(stderr, "grevysh: the terminal cannot be edited on\n");
		return EXIT_USAGE;
	}
	loop(&e);
	el_end(e.el);
	free(e.refused.p);
	return 0;
}
