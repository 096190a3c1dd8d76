/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client.h - the other end of the vty socket, for grevysh: blocking, one question at a time. */
#ifndef GREVY_VTY_CLIENT_H
#define GREVY_VTY_CLIENT_H
#include <stddef.h>

/* Connect to `dir`/grevyd.vty. Return: a descriptor or -errno. */
int client_open(const char *dir);

/* A piece of an answer, not terminated. Return: 0 to go on, else client_ask() returns it. */
typedef int client_fn(const char *text, size_t len, void *arg);

/**
 * client_ask - send a command, receive its answer
 * Return: the status code (0..255); -errno, -ECONNRESET when the daemon hung up, -EINTR
 * when a signal came, or what fn returned. After any of these but a status code the
 * connection is of no more use.
 */
int client_ask(int fd, const char *command, client_fn *fn, void *arg);
#endif
