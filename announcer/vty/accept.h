/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * accept.h - takes connections from a listening socket, few at a time and with the priority
 * LOOP_LOW, so that a crowd at the door does not hold the loop up.
 */
#ifndef GREVY_VTY_ACCEPT_H
#define GREVY_VTY_ACCEPT_H

struct event_base;
struct vty_accept;

/* Gets a connected socket, which it consumes. */
typedef void vty_accept_fn(int fd, void *arg);

/* fd and name (of the place, for the log) are borrowed. */
struct vty_accept *vty_accept_new(
    struct event_base *base, int fd, const char *name, vty_accept_fn *fn, void *arg);
void vty_accept_free(struct vty_accept *a); /* NULL is fine; fd stays open */
#endif
