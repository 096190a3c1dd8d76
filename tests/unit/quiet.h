/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quiet.h - log lines that a test expects are not its output. */
#ifndef TESTS_QUIET_H
#define TESTS_QUIET_H
#include <fcntl.h>
#include <unistd.h>

/* Return: where stderr went before, for quiet_end(). */
static inline int quiet_begin(void)
{
	int null = open("/dev/null", O_WRONLY), saved = dup(STDERR_FILENO);

	dup2(null, STDERR_FILENO);
	close(null);
	return saved;
}

static inline void quiet_end(int saved)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
}
#endif
