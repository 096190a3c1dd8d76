/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grevysh.c - the shell of grevyd: sends lines to its vty socket and prints the answers. The
 * parts are in shell/; this is the command line.
 *
 * Exit status: 0, the status code of the first command that failed (FRR's, vty/tree.h), after
 * which no other is run, EXIT_USAGE, or EXIT_NOT_RUNNING when grevyd cannot be asked or its
 * answer not be printed.
 */
#include "config.h"

#include "announcer/shell/shell.h"
#include "announcer/util.h"
#include "announcer/vty/server.h"
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#define HISTORY_FILE ".grevysh_history"

static void usage(FILE *f)
{
	fputs("usage: grevysh [-c COMMAND]... [-Eju] [-H FILE] [-N PATHSPACE] [--vty_socket "
	      "DIR]\n"
	      "  -c COMMAND        run it and leave; may be repeated, and be of several lines\n"
	      "  -E                with -c: print each command before its answer\n"
	      "  -H FILE           history (default ~/" HISTORY_FILE ")\n"
	      "  -j                answers as JSON\n"
	      "  -N PATHSPACE      grevyd's of that name: " GREVY_VTY_DIR "/PATHSPACE\n"
	      "  -u                only look: do not say enable\n"
	      "  --vty_socket DIR  where grevyd's socket is (default " GREVY_VTY_DIR ")\n"
	      "  -V, -h            version, this help\n",
	    f);
}

/* What the command line said. */
struct wishes {
	char **commands; /* of -c, in order; room for all arguments */
	int n;
	bool echo;
	const char *history; /* NULL = the usual file */
	char dir[PATH_MAX];
};

/* Return: -1 to go on, else the exit status. */
static int options(int argc, char **argv, struct shell *sh, struct wishes *w)
{
	static const struct option longs[] = {
	    {"command",    required_argument, NULL, 'c'},
	    {"echo",       no_argument,       NULL, 'E'},
	    {"help",       no_argument,       NULL, 'h'},
	    {"histfile",   required_argument, NULL, 'H'},
	    {"json",       no_argument,       NULL, 'j'},
	    {"pathspace",  required_argument, NULL, 'N'},
	    {"user",       no_argument,       NULL, 'u'},
	    {"version",    no_argument,       NULL, 'V'},
	    {"vty_socket", required_argument, NULL, 's'},
	    {NULL,         0,                 NULL, 0  },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "c:EhH:jN:uV", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			w->commands[w->n++] = optarg;
			break;
		case 'E':
			w->echo = true;
			break;
		case 'H':
			w->history = optarg;
			break;
		case 'j':
			sh->json = true;
			break;
		case 'N':
			snprintf(w->dir, sizeof(w->dir), "%s/%s", GREVY_VTY_DIR, optarg);
			sh->dir = w->dir;
			break;
		case 's':
			sh->dir = optarg;
			break;
		case 'u':
			sh->enabled = false;
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

/* One line of a script. Return: exit status. */
static int run(struct shell *sh, char *line, bool echo)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (echo) {
		printf("%s%s\n", shell_prompt(sh), line);
		fflush(stdout);
	}
	return line[strspn(line, " \t")] ? shell_line(sh, line) : 0;
}

/* All -c; the first that fails is the last. */
static int run_commands(struct shell *sh, const struct wishes *w)
{
	int rc = 0;

	for (int i = 0; i < w->n && rc == 0 && !sh->leave; i++) {
		char *next, *line = w->commands[i];

		for (; line && rc == 0 && !sh->leave; line = next) {
			next = strchr(line, '\n');
			next = next ? next + 1 : NULL;
			rc = run(sh, line, w->echo);
		}
	}
	return rc;
}

/* Lines of a file or pipe on stdin. */
static int run_stdin(struct shell *sh, bool echo)
{
	char *line = NULL;
	size_t cap = 0;
	int rc = 0;

	while (rc == 0 && !sh->leave && getline(&line, &cap, stdin) > 0)
		rc = run(sh, line, echo);
	free(line);
	return rc;
}

/* By hand, on a terminal. */
static int run_terminal(struct shell *sh, const char *history)
{
	const char *home = getenv("HOME");
	struct buf path = {0};
	int rc;

	if (history)
		buf_str(&path, history);
	else if (home && *home)
		buf_fmt(&path, "%s/%s", home, HISTORY_FILE);
	printf("\nHello, this is grevysh (version " PACKAGE_VERSION ").\n%s\n",
	    sh->enabled ? "" : "You may look; `enable` is for those who may change things.\n");
	fflush(stdout);
	if (lines_open(&sh->lines, path.p) < 0)
		abort();
	rc = shell_edit(sh);
	lines_close(&sh->lines);
	free(path.p);
	return rc;
}

static int work(struct shell *sh, const struct wishes *w)
{
	int rc = shell_connect(sh);

	if (rc < 0)
		return shell_complain(sh, rc);
	sh->interactive = !w->n && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (sh->interactive)
		rc = run_terminal(sh, w->history);
	else if (w->n)
		rc = run_commands(sh, w);
	else
		rc = run_stdin(sh, w->echo);
	monitor_close(&sh->monitor);
	shell_disconnect(sh);
	return rc;
}

int main(int argc, char **argv)
{
	struct shell sh = {.dir = GREVY_VTY_DIR,
	    .fd = -1,
	    .enabled = true,
	    .paginate = true,
	    .rows = -1,
	    .monitor = {.fd = -1}};
	struct wishes w = {.commands = xcalloc((size_t)argc, sizeof(*w.commands))};
	int rc;

	setlocale(LC_CTYPE, "");
	rc = options(argc, argv, &sh, &w);
	if (rc < 0)
		rc = work(&sh, &w);
	free(w.commands);
	return rc;
}
