/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - a small HTTP server for reading only: GET and HEAD of a few paths, a connection
 * for each request, bounded in number, size and time, whoever is at the other end.
 */
#ifndef GREVY_HTTP_SERVER_H
#define GREVY_HTTP_SERVER_H
#include "announcer/vty/buf.h"

struct event_base;
struct http_server;
struct sockaddr;

/* A path and what it says; NULL ends the table. */
struct http_path {
	const char *path; /* "/metrics" */
	const char *type; /* of its content */
	void (*put)(struct buf *body, void *arg);
};

/* paths and arg are borrowed. */
struct http_server *http_server_new(
    struct event_base *base, const struct http_path *paths, void *arg);
void http_server_free(struct http_server *s); /* NULL is fine */

/* Listen there and no longer where it did; "" = nowhere; the same as before: nothing happens.
 * Return: 0 or -errno, then it listens nowhere. */
int http_server_listen(struct http_server *s, const char *address);

/* "127.0.0.1:7473", "[::1]:7473" into to, which holds len bytes; with a port. Return: 0 or
 * -EINVAL; len is then that of the address. */
int http_address_parse(const char *text, struct sockaddr *to, int *len);
#endif
