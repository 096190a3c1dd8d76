/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "announcer/shell/signals.h"
#include "announcer/util.h"
#include <errno.h>
#include <signal.h>

static const int ours[] = {SIGINT, SIGTSTP, SIGWINCH};
static volatile sig_atomic_t came[ARRAY_LEN(ours)];
static sigset_t before; /* the mask at start, and while we wait */

static void on_signal(int sig)
{
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (ours[i] == sig)
			came[i] = 1;
}

void signals_start(void)
{
	const struct sigaction catch = {.sa_handler = on_signal},
			       ignore = {.sa_handler = SIG_IGN};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		sigaddset(&set, ours[i]);
		sigaction(ours[i], &catch, NULL);
	}
	sigaction(SIGPIPE, &ignore, NULL);
	sigprocmask(SIG_BLOCK, &set, &before);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		sigdelset(&before, ours[i]);
}

/* What waits to be delivered comes here. */
static void deliver(void)
{
	static const struct timespec now = {0, 0};

	ppoll(NULL, 0, &now, &before);
}

static bool any_came(void)
{
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (came[i])
			return true;
	return false;
}

/* A signal goes before input: ^C is about what was typed before it. */
int signals_wait(struct pollfd *fds, nfds_t n)
{
	int rc = any_came() ? 0 : ppoll(fds, n, NULL, &before);

	if (rc > 0)
		deliver();
	if (!any_came())
		return rc;
	errno = EINTR;
	return -1;
}

bool signals_take(int sig)
{
	bool taken = false;

	deliver();
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (ours[i] != sig || !came[i])
			continue;
		came[i] = 0;
		taken = true;
	}
	return taken;
}

void signals_undo(void)
{
	const struct sigaction standard = {.sa_handler = SIG_DFL};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		sigaction(ours[i], &standard, NULL);
	sigaction(SIGPIPE, &standard, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
