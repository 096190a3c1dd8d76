/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client.h - the other end of the vty socket, for grevysh: one question at a time. */
#ifndef GREVY_VTY_CLIENT_H
#define GREVY_VTY_CLIENT_H
#include <stdbool.h>
#include <stddef.h>

/* Connect to `dir`/grevyd.vty. Return: a descriptor or -errno. */
int client_open(const char *dir);

/* The daemon hung up, or said something unasked: of no more use. Does not wait. */
bool client_is_stale(int fd);

/* Send a command, of which the answer is then read. Return: 0 or -errno. */
int client_say(int fd, const char *command);

/* What is done with an answer while it comes. */
struct client_reader {
	/* Wait until fd can be read. Return: 0, else client_ask() returns it. NULL: read(2)
	 * waits. */
	int (*wait)(int fd, void *arg);
	/* A piece of the answer, not terminated. Return: as wait. NULL: it is not wanted. */
	int (*text)(const char *text, size_t len, void *arg);
	void *arg;
};

/**
 * client_ask - send a command, receive its answer
 * Return: the status code (0..255); -errno, -ECONNRESET when the daemon hung up; or what the
 * reader returned. After any of these but a status code the connection is of no more use.
 */
int client_ask(int fd, const char *command, const struct client_reader *r);
#endif
