/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.h - where objects come from, whichever it is: a folder of manifests, or an API server
 * with what is written there. Takes commands (command.h), tells its sink (event.h); may become
 * another source while it runs: then what the one before told stays, and is deleted once the
 * new one has told all that it has and it is not among it.
 */
#ifndef K8S_SOURCE_H
#define K8S_SOURCE_H
#include "k8s/command.h"
#include "k8s/event.h"

struct event_base;
struct source;

/* base is borrowed. Nothing is read before a K8S_SOURCE command. NULL on lack of memory. */
struct source *source_new(struct event_base *base, k8s_sink *sink, void *arg);
void source_free(struct source *s); /* NULL is fine */

/* Consumes the command. Return: 0, or -ENOMEM: it was not done. */
int source_command(struct source *s, struct k8s_command *command);

/* Nothing more is written, and the Lease is given back if it is ours; on_left is called once
 * that is over, which may be at once. Nothing but source_free() may follow. */
void source_leave(struct source *s, void (*on_left)(void *arg), void *arg);

/* A K8S_SOURCE command with a copy of this; NULL on lack of memory. */
struct k8s_command *source_command_new(const struct k8s_source_conf *conf);
#endif
