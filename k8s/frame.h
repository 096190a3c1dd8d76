/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - the values in a body that arrives in pieces: each event of a watch stream, each
 * item of a list. Only one of them is held at a time, and what lies whole in a piece is not
 * copied. Only finds where they end: json_read() judges them. Pure.
 */
#ifndef K8S_FRAME_H
#define K8S_FRAME_H
#include <stddef.h>

struct frame;

enum frame_mode {
	FRAME_STREAM, /* objects one after another, blanks between them */
	FRAME_LIST,   /* one object; each element, an object, of its member "items" */
};

#define FRAME_VALUE_MAX ((size_t)8 << 20) /* etcd takes 1.5 MiB; more is not an object */
#define FRAME_REST_MAX  ((size_t)64 << 10)

/* The text of one value; borrowed. Return: 0, or another number that frame_feed() returns. */
typedef int frame_fn(const char *text, size_t len, void *arg);

/* NULL on lack of memory. */
struct frame *frame_new(enum frame_mode mode, frame_fn *fn, void *arg);
void frame_free(struct frame *f); /* not from within fn; NULL is fine */

/* Return: 0, -EINVAL (not JSON, or not a list), -EFBIG (a value is longer than FRAME_VALUE_MAX,
 * or a list without its items than FRAME_REST_MAX), -ENOMEM or what fn returned; after any of
 * these the frame is of no more use and says the same again. */
int frame_feed(struct frame *f, const char *p, size_t len);

/* The end of the body. Return: 0; -EPIPE in the middle of a value; -EINVAL for a FRAME_LIST
 * without a member "items", as a Status is. */
int frame_end(const struct frame *f);

/* FRAME_LIST, after the end: the object with its items left out, "items":[]; borrowed. */
const char *frame_rest(const struct frame *f, size_t *len);
#endif
