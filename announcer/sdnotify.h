/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sdnotify.h - tell the supervisor (systemd, sd_notify(3)) how we are: one datagram. */
#ifndef GREVY_SDNOTIFY_H
#define GREVY_SDNOTIFY_H

/* Send state ("READY=1") to $NOTIFY_SOCKET; nothing happens where nobody listens. */
void sdnotify(const char *state);
#endif
