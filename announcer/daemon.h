/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.h - the parts of a running grevyd and what flows between them: events into the
 * store, what is desired into the RIB, assignments into the state file.
 */
#ifndef GREVY_DAEMON_H
#define GREVY_DAEMON_H

struct conf;
struct daemon;
struct event_base;

/**
 * daemon_new - make and start every part
 * @base: the loop, run by the caller
 * @conf: consumed; the configuration in force until the next daemon_reload()
 * Return: the daemon, or NULL after logging what could not be started.
 */
struct daemon *daemon_new(struct event_base *base, struct conf *conf);

/* Take over another configuration, which is consumed; only the difference is touched. */
void daemon_reload(struct daemon *d, struct conf *next);

/* Another configuration was refused for this reason: `why` tells it until one is taken. */
void daemon_refused(struct daemon *d, const char *error);

/* Everything is read again, the credentials for an API, too. */
void daemon_rescan(struct daemon *d);

/* Leave: zebra holds our routes or they are withdrawn, as the configuration says. NULL is
 * fine. */
void daemon_free(struct daemon *d);
#endif
