/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signals.h - signals as something to wait for. From signals_start() on SIGINT, SIGTSTP and
 * SIGWINCH come only inside signals_wait(), so that none of them is missed and no other call
 * is cut short. SIGPIPE is ignored.
 */
#ifndef GREVY_SHELL_SIGNALS_H
#define GREVY_SHELL_SIGNALS_H
#include <poll.h>
#include <stdbool.h>

void signals_start(void);

/* poll(2) without a time-out, which ends with -1 and EINTR, too, when one of the three came
 * and was not taken yet. */
int signals_wait(struct pollfd *fds, nfds_t n);

/* Did this signal come since it was last asked? */
bool signals_take(int sig);

/* In a child, before it becomes another program: as if nothing had been started. */
void signals_undo(void);
#endif
