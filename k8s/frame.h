/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - the values in a body that arrives in pieces: each event of a watch stream, each
 * item of a list. Only one of them is held at a time, and what lies whole in a piece is not
 * copied. Pure.
 */
#ifndef K8S_FRAME_H
#define K8S_FRAME_H
#include <stddef.h>

struct frame;

enum frame_mode {
	FRAME_STREAM, /* values one after another, blanks between them */
	FRAME_LIST,   /* one object; each element of its member "items" */
};

#define FRAME_VALUE_MAX ((size_t)8 << 20) /* etcd takes 1.5 MiB; more is not an object */

/* The text of one value; borrowed. Return: 0, or another number that frame_feed() returns. */
typedef int frame_fn(const char *text, size_t len, void *arg);

/* NULL on lack of memory. */
struct frame *frame_new(enum frame_mode mode, frame_fn *fn, void *arg);
void frame_free(struct frame *f); /* NULL is fine */

/* Return: 0, -EINVAL (not JSON, or not a list), -EFBIG (longer than FRAME_VALUE_MAX), -ENOMEM
 * or what fn returned; after any of these the frame is of no more use. */
int frame_feed(struct frame *f, const char *p, size_t len);

/* The end of the body. Return: 0, or -EPIPE in the middle of a value. */
int frame_end(const struct frame *f);

/* FRAME_LIST, after the end: the object without its items: "{"metadata":{...}}"; borrowed. */
const char *frame_rest(const struct frame *f, size_t *len);
#endif
