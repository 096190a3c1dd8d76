/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vtyc.h - ask an FRR daemon one question over its vty socket (FRR lib/vty.c: command and
 * NUL there, text and 00 00 00 RC back). One connection a question, never blocks.
 */
#ifndef GREVY_VTYC_H
#define GREVY_VTYC_H
#include <stddef.h>

struct event_base;
struct vtyc;

/* The answer. rc: FRR's status code (0 = success), or -errno when there was none.
 * text ends with a NUL, is never NULL and is borrowed for the call. */
typedef void vtyc_fn(int rc, const char *text, void *arg);

/**
 * vtyc_ask - send command to the daemon behind the socket at path
 * Return: the question, for vtyc_cancel(), valid until fn is called; or NULL with errno
 * set (fn is not called then): ENOENT, ECONNREFUSED, EACCES ...
 */
struct vtyc *vtyc_ask(
    struct event_base *base, const char *path, const char *command, vtyc_fn *fn, void *arg);

/* Forget a question; its fn is not called. NULL is fine. */
void vtyc_cancel(struct vtyc *c);

/* Whether something answers connections on this socket. */
int vtyc_alive(const char *path);

/* A non-blocking, close-on-exec stream socket connected to path, or -1 with errno. */
int vtyc_connect(const char *path);
#endif
