/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process of a credential plugin. Its end is looked for by a timer, not by SIGCHLD: signals
 * are not this thread's. It leads a process group of its own, so that what it starts ends with
 * it. What it prints is read until it has ended; a child of its own that lives on and keeps our
 * pipes does not make us wait.
 */
#include "k8s/exec.h"
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S  60
#define LOOK_MS  20
#define OUT_MAX  ((size_t)1 << 20)
#define ERR_MAX  ((size_t)1024)
#define SHOW_MAX 240  /* bytes of a plugin's own words in an error */
#define TURN_MAX 64   /* pieces that are read before others have their turn */
#define FDS_MAX  4096 /* ours are close-on-exec; libcurl's are not, but are few and low */

extern char **environ;

/* What comes from a pipe; what is beyond max is read and dropped. */
struct intake {
	int fd; /* -1 = at its end */
	struct event *ev;
	char *p;
	size_t len, max;
	bool more;
};

struct exec {
	struct event *look;
	exec_done *done;
	void *arg;
	char *name; /* of the command */
	char *api_version, *hint;
	pid_t pid;
	struct intake out, err;
	time_t limit_s; /* by the monotonic clock */
	bool late;
};

/* All that the child needs, made before there is one. */
struct child {
	char **argv, **env;
	char *info;
	const char *command;
	int out, err;
};

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void intake_fini(struct intake *in)
{
	if (in->ev)
		event_free(in->ev);
	if (in->fd >= 0)
		close(in->fd);
	free(in->p);
}

static void exec_free(struct exec *e)
{
	if (e->look)
		event_free(e->look);
	intake_fini(&e->out);
	intake_fini(&e->err);
	free(e->name);
	free(e->api_version);
	free(e->hint);
	free(e);
}

/* Read what there is, but no more than a pipe holds several times over: who writes without end
 * may write faster than we read. */
static void take_in(struct intake *in)
{
	char piece[4096], *p;
	size_t room, fits;
	ssize_t n = 1;

	for (int i = 0; i < TURN_MAX && in->fd >= 0; i++) {
		n = read(in->fd, piece, sizeof(piece));
		if (n <= 0)
			break;
		room = in->max - in->len;
		fits = (size_t)n < room ? (size_t)n : room;
		p = fits ? realloc(in->p, in->len + fits) : NULL;

		in->more |= !p || fits < (size_t)n;
		if (!p)
			continue;
		memcpy(p + in->len, piece, fits);
		in->p = p;
		in->len += fits;
	}
	if (in->fd < 0 || n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	event_del(in->ev);
	close(in->fd);
	in->fd = -1;
}

/* The plugin's first words, fit to be shown. */
static void first_line(const struct intake *in, char *to, size_t size)
{
	size_t at = 0, n = 0;

	while (at < in->len && (in->p[at] == '\n' || in->p[at] == ' '))
		at++;
	while (at < in->len && in->p[at] != '\n' && n + 1 < size) {
		unsigned char c = (unsigned char)in->p[at++];

		to[n++] = c < ' ' || c == 0x7f ? '?' : (char)c;
	}
	to[n] = '\0';
}

/* A child that could not start says so by a NUL and errno. */
static int start_error(const struct intake *err)
{
	int error = 0;

	if (err->len == 1 + sizeof(error) && err->p[0] == '\0')
		memcpy(&error, err->p + 1, sizeof(error));
	return error;
}

static void describe_end(const struct exec *e, int status, char *to, size_t size)
{
	char words[SHOW_MAX] = "";
	int error = start_error(&e->err);

	if (error) {
		snprintf(to, size, "%s%s%s", strerror(error), e->hint ? ": " : "",
		    e->hint ? e->hint : "");
		return;
	}
	first_line(&e->err, words, sizeof(words));
	if (e->late)
		snprintf(
		    to, size, "not done after %d s%s%s", LIMIT_S, *words ? ": " : "", words);
	else if (WIFSIGNALED(status))
		snprintf(to, size, "killed by signal %d%s%s", WTERMSIG(status),
		    *words ? ": " : "", words);
	else
		snprintf(to, size, "exit status %d%s%s", WEXITSTATUS(status),
		    *words ? ": " : "", words);
}

static void conclude(struct exec *e, int status)
{
	struct exec_credential *c = NULL;
	char why[SHOW_MAX + EXEC_WHY_MAX] = "", text[1024] = "";

	take_in(&e->out);
	take_in(&e->err);
	if (e->out.more)
		snprintf(why, sizeof(why), "it printed more than 1 MiB");
	else if (e->late || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		describe_end(e, status, why, sizeof(why));
	else if (exec_parse(e->out.p, e->out.len, e->api_version, &c, why) == -ENOMEM)
		snprintf(why, sizeof(why), "out of memory");
	if (!c)
		snprintf(text, sizeof(text), "credential plugin %s: %s", e->name, why);
	e->done(c, text, e->arg);
	exec_free(e);
}

static void look_again(struct exec *e)
{
	struct timeval tv = {.tv_usec = LOOK_MS * 1000};

	event_add(e->look, &tv);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct exec *e = arg;
	int status = 0;
	pid_t got = waitpid(e->pid, &status, WNOHANG);

	(void)fd;
	(void)what;
	if (got == e->pid || (got < 0 && errno == ECHILD)) {
		conclude(e, got < 0 ? 0 : status);
		return;
	}
	if (!e->late && (e->out.more || now_s() >= e->limit_s)) {
		e->late = true;
		(void)kill(-e->pid, SIGKILL);
	}
	look_again(e);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	take_in(arg);
}

/* Only what a child of a process with threads may call: fork(2), signal-safety(7). */
static void become(const struct child *c)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	char said[1 + sizeof(int)] = {0};
	int in = open("/dev/null", O_RDONLY), error;
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	for (int s = 1; s < 32; s++)
		(void)sigaction(s, &plain, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in, 0) < 0 || dup2(c->out, 1) < 0 || dup2(c->err, 2) < 0)
		_exit(127);
	for (int fd = 3; fd < FDS_MAX; fd++)
		close(fd);
	environ = c->env;
	execvp(c->command, c->argv);
	error = errno;
	memcpy(said + 1, &error, sizeof(error));
	(void)!write(2, said, sizeof(said));
	_exit(127);
}

static size_t count(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=';
}

/* Ours, then the plugin's own on top, then what it is told. Lists borrow their strings. */
static bool child_prepare(struct child *c, const struct auth_found *found)
{
	const struct auth_exec *what = found->exec;
	size_t n_own = count(what->env), n_args = count(what->args), n = 0;
	char *info = exec_info(found);
	size_t len = info ? strlen(info) + sizeof("KUBERNETES_EXEC_INFO=") : 0;

	c->command = what->command;
	c->argv = calloc(n_args + 2, sizeof(*c->argv));
	c->env = calloc(count(environ) + n_own + 2, sizeof(*c->env));
	c->info = info ? malloc(len) : NULL;
	if (c->info)
		snprintf(c->info, len, "KUBERNETES_EXEC_INFO=%s", info);
	free(info);
	if (!c->argv || !c->env || !c->info)
		return false;
	c->argv[0] = what->command;
	for (size_t i = 0; i < n_args; i++)
		c->argv[i + 1] = what->args[i];
	c->env[n++] = c->info;
	for (size_t i = 0; i < n_own; i++)
		c->env[n++] = what->env[i];
	for (char **e = environ; *e; e++) {
		bool replaced = same_name(c->info, *e);

		for (size_t i = 0; i < n_own; i++)
			replaced |= same_name(what->env[i], *e);
		if (!replaced)
			c->env[n++] = *e;
	}
	return true;
}

static void child_fini(struct child *c)
{
	free(c->argv);
	free(c->env);
	free(c->info);
	if (c->out >= 0)
		close(c->out);
	if (c->err >= 0)
		close(c->err);
}

static bool open_pipe(struct intake *in, int *far, struct event_base *base)
{
	int fd[2];

	if (pipe(fd))
		return false;
	in->fd = fd[0];
	*far = fd[1];
	(void)fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	in->ev = event_new(base, fd[0], EV_READ | EV_PERSIST, on_readable, in);
	return evutil_make_socket_nonblocking(fd[0]) == 0 && in->ev &&
	       event_add(in->ev, NULL) == 0;
}

static struct exec *exec_new(
    struct event_base *base, const struct auth_found *found, struct child *c)
{
	const struct auth_exec *what = found->exec;
	struct exec *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->out = (struct intake){.fd = -1, .max = OUT_MAX};
	e->err = (struct intake){.fd = -1, .max = ERR_MAX};
	e->limit_s = now_s() + LIMIT_S;
	e->look = evtimer_new(base, on_look, e);
	e->name = strdup(what->command);
	e->api_version = strdup(what->api_version);
	e->hint = what->install_hint ? strdup(what->install_hint) : NULL;
	if (e->look && e->name && e->api_version && child_prepare(c, found) &&
	    open_pipe(&e->out, &c->out, base) && open_pipe(&e->err, &c->err, base))
		return e;
	exec_free(e);
	return NULL;
}

struct exec *exec_start(
    struct event_base *base, const struct auth_found *found, exec_done *done, void *arg)
{
	struct child c = {.out = -1, .err = -1};
	struct exec *e = exec_new(base, found, &c);

	if (e) {
		e->done = done;
		e->arg = arg;
		e->pid = fork();
		if (e->pid == 0)
			become(&c);
		if (e->pid > 0) {
			(void)setpgid(e->pid, e->pid);
			look_again(e);
		} else {
			exec_free(e);
			e = NULL;
		}
	}
	child_fini(&c);
	return e;
}

void exec_cancel(struct exec *e)
{
	int status;

	if (!e)
		return;
	/* Nothing survives this signal for longer than it takes to be delivered. */
	(void)kill(-e->pid, SIGKILL);
	while (waitpid(e->pid, &status, 0) < 0 && errno == EINTR)
		;
	exec_free(e);
}
