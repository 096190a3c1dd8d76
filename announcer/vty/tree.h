/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - the table of commands and how a typed line finds its row: unambiguous prefixes,
 * help, completion, errors in vtysh's words. Pure but for the live names that a variable's
 * kind looks up in the context.
 */
#ifndef GREVY_VTY_TREE_H
#define GREVY_VTY_TREE_H
#include "announcer/vty/buf.h"
#include "announcer/vty/context.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VTY_WORDS_MAX 32
#define VTY_ARGS_MAX  4
#define VTY_SAID_MAX  16

/* Status codes of FRR's vty protocol, the last byte of an answer. */
enum vty_rc {
	VTY_OK = 0,
	VTY_WARNING = 1,
	VTY_NO_MATCH = 2,
	VTY_AMBIGUOUS = 3,
	VTY_INCOMPLETE = 4,
	VTY_CONFIG_FAILED = 13,
};

enum vty_flag {
	VTY_VIEW = 0,    /* looks */
	VTY_VERB = 1,    /* changes something: after `enable` only, and leaves an audit line */
	VTY_JSON = 2,    /* takes a final `json`, which words need not say then */
	VTY_HIDDEN = 4,  /* neither helped with nor completed */
	VTY_ENDLESS = 8, /* its answer has no end: nothing filters it */
};

struct names_walk;
struct vty_request;
struct writer;

struct vty_command {
	const char *words; /* words.h says how */
	const char *help;  /* one line */
	enum vty_rc (*run)(struct vty_request *rq);
	unsigned flags; /* VTY_* */
};

/* Gives one candidate; borrowed for the call. */
typedef void vty_add_fn(const char *word, void *arg);

/* What a variable may be. */
struct vty_kind {
	const char *name, *help;
	bool (*match)(const char *word); /* NULL: any */
	/* Gives some of its live names, as names_walk.h has it. NULL: there are none. */
	bool (*complete)(
	    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg);
};

/* Help for a keyword that more than one command starts with. */
struct vty_group {
	const char *word, *help;
};

struct vty_tree {
	const struct vty_command *commands;
	const struct vty_kind *kinds;
	const struct vty_group *groups;
	size_t n_commands, n_kinds, n_groups;
};

/* A line that found its command. */
struct vty_parsed {
	const struct vty_command *cmd;
	char *args[VTY_ARGS_MAX];        /* of the variables, in order; NULL past the last */
	const char *kinds[VTY_ARGS_MAX]; /* of args: tokens of the command's words */
	size_t n_args;
	/* Keywords of groups that were said, for tree_said(). */
	const char *said[VTY_SAID_MAX];
	size_t n_said;
	const char *rest;   /* of LINE: points into the line; "" = nothing */
	const char *filter; /* what follows the first |, in the line; NULL = none */
	bool json;
};

/**
 * tree_parse - find the command of a line
 * @enabled: VTY_VERB commands may be found
 * @p:       on VTY_OK to be released with tree_parsed_fini(); borrows line
 * @error:   on failure gets the text to show
 * An empty line and a comment (! or #) are VTY_OK with p->cmd NULL.
 */
enum vty_rc tree_parse(const struct vty_tree *t, const char *line, bool enabled,
    struct vty_parsed *p, struct buf *error);
void tree_parsed_fini(struct vty_parsed *p);
/* Was this keyword said (abbreviated or not)? Only of those that stand in a group. */
bool tree_said(const char *const *said, size_t n, const char *keyword);

/* What may follow, one a line: "  <cr>" and "  word  help text", sorted. */
void tree_help(const struct vty_tree *t, const char *line, bool enabled, struct buf *out);

/* Bare words that complete the last one, one a line: keywords at once, then live names. */
struct tree_completion;
struct tree_completion *tree_complete_begin(
    const struct vty_tree *t, const char *line, bool enabled, struct buf *out);
/* Some of the live names. Return: there are more. */
bool tree_complete_more(
    struct tree_completion *c, const struct vty_context *ctx, struct buf *out);
void tree_complete_end(struct tree_completion *c);
#endif
