/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec.h - run one command line. Knows no socket. */
#ifndef GREVY_VTY_EXEC_H
#define GREVY_VTY_EXEC_H
#include "announcer/vty/tree.h"

/* What a connection remembers between its commands. Starts zeroed. */
struct vty_session {
	const char *who; /* for the audit line, "uid 1000 pid 4711"; borrowed; NULL = unknown */
	bool enabled;    /* said `enable` */
	bool closing;    /* said `exit` */
	bool monitor;    /* `terminal monitor` is on */
};

/* The time, read once for each command. */
struct vty_now {
	int64_t unix_s;
	int64_t mono_ms; /* CLOCK_MONOTONIC, as the outputs' time-outs */
};

/* What a command's handler is given. */
struct vty_request {
	const struct vty_context *ctx;
	struct vty_session *session;
	struct writer *w; /* the answer */
	struct vty_now now;
	const char *args[VTY_ARGS_MAX];
	size_t n_args;
	const char *const *said; /* for vty_said() */
	size_t n_said;
	const char *rest; /* of LINE; "" = nothing */
	bool json;
};

/* Was this optional or chosen keyword said? */
bool vty_said(const struct vty_request *rq, const char *keyword);

/* All commands of grevyd. */
extern const struct vty_tree vty_commands;

/**
 * vty_execute - run a command line
 * @reply: gets the text, without NUL
 * Return: the status code to send.
 */
enum vty_rc vty_execute(const struct vty_context *ctx, struct vty_session *session,
    const char *line, const struct vty_now *now, struct buf *reply);

/* For handlers: `% text` (JSON: "error") is the answer. Return: VTY_WARNING. */
enum vty_rc vty_fail(struct vty_request *rq, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#endif
