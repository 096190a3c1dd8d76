/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reflect_lab.h - a reflector, the time, and short words for what is done to it. */
#ifndef TESTS_REFLECT_LAB_H
#define TESTS_REFLECT_LAB_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/reflect.h"
#include <cmocka.h>

extern const struct reflect_what lab_services, lab_slices, lab_pools;

struct lab {
	struct reflect r;
	int64_t now;
	uint32_t rnd;
	struct reflect_request rq; /* the last; path is what follows */
	char path[512];
};

void lab_init(struct lab *l, const struct reflect_what *what);
/* Wait as long as it wants, and send. Return: how long it waited. */
int64_t lab_send(struct lab *l);
void lab_expect(struct lab *l, const char *path);
enum reflect_act lab_event(struct lab *l, enum reflect_item_type type, const char *rv);
enum reflect_act lab_initial_end(struct lab *l, const char *rv);
enum reflect_act lab_error(struct lab *l, int code, const char *message);
enum reflect_act lab_done(struct lab *l, const struct reflect_end *end);
/* An answer of this status with no more than a text. */
enum reflect_act lab_answer(struct lab *l, int status, const char *text);
/* The end of an answer that was good. */
enum reflect_act lab_ended(struct lab *l);
enum reflect_act lab_broken(struct lab *l, int error, const char *text);
/* A page of a list. */
enum reflect_act lab_page(struct lab *l, const char *rv, const char *cont);
/* Until it watches from this version, by pages. */
void lab_watch_from(struct lab *l, const char *rv);

#define LAB_STREAM                                                                             \
	"?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&sendInitialEvents=true"       \
	"&resourceVersionMatch=NotOlderThan"
#define LAB_WATCH "?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion="
#endif
