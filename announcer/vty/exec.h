/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec.h - run one command line. Knows no socket. */
#ifndef GREVY_VTY_EXEC_H
#define GREVY_VTY_EXEC_H
#include "announcer/vty/tree.h"

/* Whose words a connection speaks: our shell's, or those of FRR's vtysh. */
enum vty_dialect { VTY_GREVY, VTY_FRR };

/* What a connection remembers between its commands. Starts zeroed. */
struct vty_session {
	const char *who; /* for the audit line, "uid 1000 pid 4711"; borrowed; NULL = unknown */
	enum vty_dialect dialect;
	const char *group; /* whose members are privileged, for those who are not; borrowed */
	bool privileged;   /* may change something: may say `enable` */
	bool enabled;      /* said `enable` */
	bool json;         /* said `terminal json`: every answer that can be is JSON */
	bool closing;      /* said `exit` */
	bool monitor;      /* `terminal monitor` is on */
	/* VTY_FRR: */
	bool configuring; /* said `configure` */
	bool loading;     /* of a file, which vtysh -b or -f reads */
	bool ignored;     /* lines of a file that were meant for bgpd */
};

/* The time, read once for each command. */
struct vty_now {
	int64_t unix_s;
	int64_t mono_ms; /* CLOCK_MONOTONIC, as the outputs' time-outs */
};

struct vty_request;

/**
 * vty_step_fn - the next rows of a long answer
 * Writes rows into rq->w until vty_enough() says so. Between two steps the loop runs: nothing
 * that was borrowed from a part of grevyd may be kept.
 * Return: there are more.
 */
typedef bool vty_step_fn(struct vty_request *rq, void *state);

/* For steps, after each row, and after each record of a long table that makes none: this
 * piece is large enough, or took long enough. */
bool vty_enough(struct vty_request *rq);

struct vty_rows {
	vty_step_fn *step; /* NULL: the answer is whole */
	void (*done)(void *state);
	void *state;
};

/* What a command's handler is given. */
struct vty_request {
	const struct vty_context *ctx;
	struct vty_session *session;
	struct writer *w; /* the answer */
	struct vty_now now;
	const char *args[VTY_ARGS_MAX];
	const char *const *kinds; /* of args, for vty_arg() */
	size_t n_args;
	const char *const *said; /* for vty_said() */
	size_t n_said;
	const char *rest; /* of LINE; "" = nothing */
	bool json;
	enum vty_rc rc;       /* what the handler returned; a step may set another */
	struct vty_rows rows; /* by vty_rows() */
	int64_t step_ns;      /* when this step began; CLOCK_MONOTONIC */
	unsigned step_rows;
};

/* For handlers: more follows, by steps, until one of them says that it was the last. `done`
 * releases the state, also if the answer is not wanted to its end; NULL = nothing to do. */
void vty_rows(
    struct vty_request *rq, vty_step_fn *step, void (*done)(void *state), void *state);

/* Was this keyword, of a group, said? */
bool vty_said(const struct vty_request *rq, const char *keyword);
/* The first variable of this kind; NULL = it was not said. */
const char *vty_arg(const struct vty_request *rq, const char *kind);

/* All commands of grevyd. */
extern const struct vty_tree vty_commands;

/* A command line on its way to its answer. */
struct vty_job;

/* Begin a command line. ctx and session are borrowed until vty_end(). */
struct vty_job *vty_begin(const struct vty_context *ctx, struct vty_session *session,
    const char *line, const struct vty_now *now);
/* Add the next piece of the answer, without NUL, which may be empty; a bounded piece of work.
 * Return: there is more. */
bool vty_more(struct vty_job *job, struct buf *out);
/* Ends it, also before its answer is whole. Return: the status code to send. */
enum vty_rc vty_end(struct vty_job *job);

/* All of it at once; reply gets the text. Return: the status code. */
enum vty_rc vty_execute(const struct vty_context *ctx, struct vty_session *session,
    const char *line, const struct vty_now *now, struct buf *reply);

/* For handlers: this connection may not do it, and the answer says who may.
 * Return: VTY_WARNING. */
enum vty_rc vty_forbid(struct vty_request *rq);

/* For handlers: `% text` (JSON: "error") is the answer. Return: VTY_WARNING. */
enum vty_rc vty_fail(struct vty_request *rq, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#endif
