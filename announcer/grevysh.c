/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grevysh.c - the shell of grevyd: sends lines to its vty socket and prints the answers.
 *
 * It knows no commands: help and completion are asked of the daemon (`help LINE`,
 * `complete LINE`), so that the two never disagree. Only what concerns the terminal is done
 * here: editing, history, pages, `exit`, `quit` and `terminal length`.
 *
 * Exit status: 0, the status code of the first command that failed, EXIT_USAGE, or
 * EXIT_NOT_RUNNING when grevyd cannot be asked (FRR's codes, vtysh.md 3).
 */
#include "config.h"

#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/client.h"
#include "announcer/vty/pager.h"
#include "announcer/vty/server.h"
#include <errno.h>
#include <getopt.h>
#include <histedit.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_USAGE       64
#define EXIT_NOT_RUNNING 16
#define HISTORY_FILE     ".grevysh_history"
#define HISTORY_SIZE     1000

struct shell {
	const char *dir;
	int fd; /* -1 = not connected */
	bool json, interactive;
	int rows; /* of a page; -1 = as the terminal has */
	EditLine *el;
	History *history;
	char history_path[PATH_MAX];
};

static int complain(const struct shell *sh, int err)
{
	const char *what = err == -EACCES
	                       ? "no permission: root and members of group frrvty may connect"
	                   : err == -ENOENT || err == -ECONNREFUSED ? "grevyd is not running"
	                                                            : strerror(-err);

	fflush(stdout);
	fprintf(stderr, "grevysh: %s/%s: %s\n", sh->dir, VTY_SOCKET_NAME, what);
	return EXIT_NOT_RUNNING;
}

static int discard(const char *text, size_t len, void *arg)
{
	(void)text;
	(void)len;
	(void)arg;
	return 0;
}

static int collect(const char *text, size_t len, void *arg)
{
	buf_add(arg, text, len);
	return 0;
}

static int print(const char *text, size_t len, void *arg)
{
	(void)arg;
	fwrite(text, 1, len, stdout);
	fflush(stdout);
	return ferror(stdout) ? -EPIPE : 0;
}

static void shell_disconnect(struct shell *sh)
{
	if (sh->fd >= 0)
		close(sh->fd);
	sh->fd = -1;
}

static int shell_connect(struct shell *sh)
{
	int rc;

	if (sh->fd >= 0)
		return 0;
	rc = client_open(sh->dir);
	if (rc < 0)
		return rc;
	sh->fd = rc;
	rc = client_ask(sh->fd, "enable", discard, NULL);
	if (rc < 0)
		shell_disconnect(sh);
	return rc < 0 ? rc : 0;
}

/* Ask, once more after a reconnect if the daemon was restarted since the last answer. */
static int shell_ask(struct shell *sh, const char *line, client_fn *fn, void *arg)
{
	bool fresh = sh->fd < 0;
	int rc = shell_connect(sh);

	if (rc == 0)
		rc = client_ask(sh->fd, line, fn, arg);
	if (rc >= 0)
		return rc;
	shell_disconnect(sh);
	if (fresh || (rc != -ECONNRESET && rc != -EPIPE))
		return rc;
	return shell_ask(sh, line, fn, arg);
}

/* The word at *s is a prefix of `full`, at least min letters of it; *s moves past it. */
static bool word_is(const char **s, const char *full, size_t min)
{
	const char *p = *s + strspn(*s, " \t");
	size_t n = strcspn(p, " \t|");

	if (n < min || n > strlen(full) || strncmp(p, full, n) != 0)
		return false;
	*s = p + n;
	return true;
}

/* The line with `json` where it belongs, if it is a command that can give it. */
static char *with_json(const char *line)
{
	const char *s = line;
	size_t at = strcspn(line, "|");
	struct buf b = {0};

	buf_add(&b, line, at);
	if (word_is(&s, "show", 2) || word_is(&s, "why", 1))
		buf_str(&b, " json ");
	buf_str(&b, line + at);
	return b.p;
}

static bool is_monitor(const char *line)
{
	return word_is(&line, "terminal", 1) && word_is(&line, "monitor", 1);
}

/* Ask and print: as it comes, or by pages. Return: exit status. */
static int run(struct shell *sh, const char *line)
{
	char *json = sh->json ? with_json(line) : NULL;
	bool pages = sh->interactive && !is_monitor(line);
	struct buf b = {0};
	int rc = shell_ask(sh, json ? json : line, pages ? collect : print, &b);

	if (b.p)
		pager_print(b.p, sh->rows < 0 ? pager_rows() : sh->rows);
	free(b.p);
	free(json);
	if (rc == -EINTR) {
		putchar('\n');
		return 0;
	}
	return rc < 0 ? complain(sh, rc) : rc;
}

/* ---- the terminal ---- */

static void on_signal(int sig)
{
	(void)sig;
}

static char *prompt(EditLine *el)
{
	static char text[] = "grevy# ";

	(void)el;
	return text;
}

/* Ask the daemon about the line up to the cursor. Return: its answer, to be freed, or NULL. */
static char *ask_about(struct shell *sh, const char *verb)
{
	const LineInfo *li = el_line(sh->el);
	struct buf line = {0}, b = {0};
	int rc;

	buf_fmt(&line, "%s %.*s", verb, (int)(li->cursor - li->buffer), li->buffer);
	rc = shell_ask(sh, line.p, collect, &b);
	free(line.p);
	if (rc == 0)
		return b.p;
	free(b.p);
	return NULL;
}

static struct shell *shell_of(EditLine *el)
{
	void *sh = NULL;

	el_get(el, EL_CLIENTDATA, &sh);
	return sh;
}

static unsigned char on_help(EditLine *el, int ch)
{
	struct shell *sh = shell_of(el);
	const LineInfo *li = el_line(el);
	char *text;

	(void)ch;
	if (memchr(li->buffer, '|', (size_t)(li->lastchar - li->buffer))) {
		el_insertstr(el, "?"); /* of a regular expression */
		return CC_REFRESH;
	}
	text = ask_about(sh, "help");
	printf("?\n%s", text ? text : "");
	fflush(stdout);
	free(text);
	return CC_REDISPLAY;
}

/* Length that all lines of text share with the first. */
static size_t common(const char *text, size_t *lines)
{
	size_t n = strcspn(text, "\n");

	*lines = 0;
	for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
		size_t same = 0;

		while (same < n && p[same] == text[same])
			same++;
		n = same;
		(*lines)++;
	}
	return n;
}

static unsigned char on_tab(EditLine *el, int ch)
{
	struct shell *sh = shell_of(el);
	const LineInfo *li = el_line(el);
	const char *word = li->cursor;
	struct buf more = {0};
	size_t n, lines;
	char *text;

	(void)ch;
	while (word > li->buffer && !strchr(" \t|", word[-1]))
		word--;
	n = (size_t)(li->cursor - word);
	text = ask_about(sh, "complete");
	if (!text || !*text || common(text, &lines) < n) {
		free(text);
		return CC_ERROR;
	}
	buf_add(&more, text + n, common(text, &lines) - n);
	buf_str(&more, lines == 1 ? " " : "");
	if (more.len)
		el_insertstr(el, more.p);
	else
		printf("\n%s", text);
	fflush(stdout);
	n = more.len;
	free(more.p);
	free(text);
	return n ? CC_REFRESH : CC_REDISPLAY;
}

static void edit_start(struct shell *sh)
{
	const char *home = getenv("HOME");
	HistEvent ev;

	umask(077);
	sh->history = history_init();
	sh->el = el_init("grevysh", stdin, stdout, stderr);
	if (!sh->history || !sh->el) {
		fprintf(stderr, "grevysh: the terminal cannot be edited on\n");
		exit(EXIT_USAGE);
	}
	history(sh->history, &ev, H_SETSIZE, HISTORY_SIZE);
	history(sh->history, &ev, H_SETUNIQUE, 1);
	if (home && *home) {
		snprintf(sh->history_path, sizeof(sh->history_path), "%s/" HISTORY_FILE, home);
		history(sh->history, &ev, H_LOAD, sh->history_path);
	}
	el_set(sh->el, EL_CLIENTDATA, sh);
	el_set(sh->el, EL_PROMPT, prompt);
	el_set(sh->el, EL_EDITOR, "emacs");
	el_set(sh->el, EL_HIST, history, sh->history);
	el_set(sh->el, EL_ADDFN, "grevy-help", "What may follow", on_help);
	el_set(sh->el, EL_ADDFN, "grevy-complete", "Complete the word", on_tab);
	el_set(sh->el, EL_BIND, "?", "grevy-help", NULL);
	el_set(sh->el, EL_BIND, "^I", "grevy-complete", NULL);
	el_source(sh->el, NULL);
}

static void edit_stop(struct shell *sh)
{
	HistEvent ev;

	if (*sh->history_path)
		history(sh->history, &ev, H_SAVE, sh->history_path);
	el_end(sh->el);
	history_end(sh->history);
}

/* What the shell does itself. Return: the line was for us; *leave: to exit. */
static bool own_command(struct shell *sh, const char *line, bool *leave)
{
	const char *s = line;

	if ((word_is(&s, "exit", 2) || word_is(&s, "quit", 1)) && !s[strspn(s, " \t")]) {
		*leave = true;
		return true;
	}
	s = line;
	if (word_is(&s, "terminal", 1) && word_is(&s, "length", 1)) {
		s += strspn(s, " \t");
		if (*s && strspn(s, "0123456789") == strlen(s)) {
			sh->rows = (int)strtol(s, NULL, 10);
			return true;
		}
	}
	return false;
}

/* By hand a command that fails is no failure of the shell. */
static void interact(struct shell *sh)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN},
			       wake = {.sa_handler = on_signal};
	bool leave = false;

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &wake, NULL);
	edit_start(sh);
	while (!leave) {
		int n = 0;
		const char *got = el_gets(sh->el, &n);
		HistEvent ev;
		char *line;

		if (!got && n < 0 && errno == EINTR) {
			putchar('\n');
			el_reset(sh->el);
			continue;
		}
		if (!got || n <= 0)
			break;
		line = xstrdup(got);
		line[strcspn(line, "\r\n")] = '\0';
		if (line[strspn(line, " \t")]) {
			history(sh->history, &ev, H_ENTER, line);
			if (!own_command(sh, line, &leave))
				run(sh, line);
		}
		free(line);
	}
	edit_stop(sh);
}

/* Lines of a file or pipe on stdin. */
static int run_lines(struct shell *sh)
{
	char *line = NULL;
	size_t cap = 0;
	bool leave = false;
	int rc = 0;

	while (rc == 0 && !leave && getline(&line, &cap, stdin) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[strspn(line, " \t")] && !own_command(sh, line, &leave))
			rc = run(sh, line);
	}
	free(line);
	return rc;
}

static void usage(FILE *f)
{
	fputs("usage: grevysh [-c COMMAND]... [-j] [-N PATHSPACE] [--vty_socket DIR]\n"
	      "  -c COMMAND        run it and leave; may be repeated\n"
	      "  -j                answers as JSON\n"
	      "  --vty_socket DIR  where grevyd's socket is (default " GREVY_VTY_DIR ")\n"
	      "  -N PATHSPACE      that of grevyd -N: " GREVY_VTY_DIR "/PATHSPACE\n"
	      "  -V, -h            version, this help\n",
	    f);
}

/* Commands of the line, in order; v has room for all arguments. */
struct commands {
	char **v;
	int n;
};

/* Return: -1 to go on, else the exit status. */
static int options(int argc, char **argv, struct shell *sh, struct commands *c)
{
	static const struct option longs[] = {
	    {"command",    required_argument, NULL, 'c'},
	    {"help",       no_argument,       NULL, 'h'},
	    {"json",       no_argument,       NULL, 'j'},
	    {"pathspace",  required_argument, NULL, 'N'},
	    {"version",    no_argument,       NULL, 'V'},
	    {"vty_socket", required_argument, NULL, 's'},
	    {NULL,         0,                 NULL, 0  },
	};
	static char pathspace[PATH_MAX];
	int opt;

	while ((opt = getopt_long(argc, argv, "c:hjN:V", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			c->v[c->n++] = optarg;
			break;
		case 'j':
			sh->json = true;
			break;
		case 'N':
			snprintf(pathspace, sizeof(pathspace), "%s/%s", GREVY_VTY_DIR, optarg);
			sh->dir = pathspace;
			break;
		case 's':
			sh->dir = optarg;
			break;
		case 'V':
			puts("grevysh " PACKAGE_VERSION);
			return 0;
		default:
			usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	usage(stderr);
	return EXIT_USAGE;
}

static int work(struct shell *sh, const struct commands *c)
{
	int rc = shell_connect(sh);

	if (rc < 0)
		return complain(sh, rc);
	sh->interactive = !c->n && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	for (int i = 0; i < c->n && rc == 0; i++)
		rc = run(sh, c->v[i]);
	if (sh->interactive)
		interact(sh);
	else if (!c->n)
		rc = run_lines(sh);
	shell_disconnect(sh);
	return rc;
}

int main(int argc, char **argv)
{
	struct shell sh = {.dir = GREVY_VTY_DIR, .fd = -1, .rows = -1};
	struct commands c = {.v = xcalloc((size_t)argc, sizeof(*c.v))};
	int rc = options(argc, argv, &sh, &c);

	if (rc < 0)
		rc = work(&sh, &c);
	free(c.v);
	return rc;
}
