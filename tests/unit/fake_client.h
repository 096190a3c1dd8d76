/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_client.h - client.h without a network: keeps what is asked for, in order, until a test
 * answers it. Linked before libk8s.a it takes the place of client.c.
 */
#ifndef TESTS_FAKE_CLIENT_H
#define TESTS_FAKE_CLIENT_H
#include "k8s/client.h"

struct fake_rq {
	struct client_call *call;
	char *method, *path, *content_type, *body; /* the last two may be NULL */
	unsigned head_s, idle_s, total_s;
};

struct client *fake_client_new(void); /* freed by client_free() */
struct client *fake_newest(void);     /* of client_new(), when others make it */

size_t fake_n(const struct client *c); /* that wait for an answer */
/* The i-th of them, oldest first; borrowed until it is answered or cancelled. */
const struct fake_rq *fake_rq(const struct client *c, size_t i);
/* So many were ever asked for. */
size_t fake_total(const struct client *c);

/* Answer the i-th: the body arrives in two pieces. */
void fake_answer(struct client *c, size_t i, int status, const char *body);
/* As fake_answer() with Retry-After. */
void fake_busy(struct client *c, size_t i, int status, unsigned retry_after_s);
/* End it with a negative errno. */
void fake_fail(struct client *c, size_t i, int error, const char *text);
/* For watches: a piece of the body, the head before the first of them; then the end of it.
 * Return: what on_data returned. */
int fake_data(struct client *c, size_t i, int status, const char *piece);
void fake_end(struct client *c, size_t i, int error);
#endif
