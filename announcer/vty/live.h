/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - log lines for vtysh's `terminal monitor` (FRR from 8.3): records over a descriptor
 * of its own, which is given to it with the answer.
 */
#ifndef GREVY_VTY_LIVE_H
#define GREVY_VTY_LIVE_H
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct log_record;

#define LIVE_RECORD_MAX 4096 /* what vtysh takes of one, its head included */

/* Send the end of an answer, success, with the reader's end of a new channel, over the
 * stream socket of a connection that has nothing else to send.
 * Return: our end, non-blocking, or -errno: nothing was sent. */
int live_open(int fd);

/* One line; lost: how many before it could not be sent. Never blocks.
 * Return: 0, -EAGAIN (no room), or -errno: nobody listens any more. */
int live_send(int fd, const struct log_record *r, uint32_t lost);

/* The bytes of one record into buf, of at least LIVE_RECORD_MAX. Pure. Return: how many. */
size_t live_encode(
    const struct log_record *r, const struct timespec *now, uint32_t lost, char *buf);
#endif
