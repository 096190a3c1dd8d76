/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * item.h - the texts of an API server's answers, as reflect.h wants them: an event, an item of
 * a list, the rest of a list, a Status, an APIGroup. Pure.
 */
#ifndef K8S_ITEM_H
#define K8S_ITEM_H
#include "k8s/kind.h"
#include "k8s/reflect.h"

struct json_object;

struct item {
	struct reflect_item is;   /* strings borrowed from json */
	const char *ns, *name;    /* "" = none; borrowed from json */
	struct json_object *json; /* owned */
	struct json_object *obj;  /* the object itself, in it */
};

#define ITEM_WHY_SIZE 128

/* Read one event of a watch, or one item of a list of this kind. why: at least ITEM_WHY_SIZE,
 * what is wrong on -EBADMSG. Return: 0 (then item_fini()), -EBADMSG or -ENOMEM. */
int item_read_event(
    enum k8s_kind kind, const char *text, size_t len, struct item *out, char *why);
int item_read_listed(
    enum k8s_kind kind, const char *text, size_t len, struct item *out, char *why);
void item_fini(struct item *it);

/* What else a body may be. */
struct item_rest {
	struct json_object *json;
	const char *rv, *cont;  /* of a list; NULL = none */
	const char *message;    /* of a Status; NULL = none */
	unsigned retry_after_s; /* of a Status */
};

/* A list without its items, or a Status. Return: 0 (then item_rest_fini()), -EBADMSG (it is
 * neither) or -ENOMEM. */
int item_read_rest(const char *text, size_t len, struct item_rest *out);
void item_rest_fini(struct item_rest *r);

/* An APIGroup: bit i is set when it serves versions[i]; NULL ends them. Return: 0, -EBADMSG (it
 * is none) or -ENOMEM. */
int item_read_group(
    const char *text, size_t len, const char *const *versions, unsigned *served);
#endif
