/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_place.h - inside the configuration reader: from where each value came. A value is known
 * by the struct that holds it and its key; an element of a list by its struct alone.
 */
#ifndef GREVY_CONF_PLACE_H
#define GREVY_CONF_PLACE_H
#include "announcer/conf_key.h"

struct conf_place {
	const void *base;
	const struct conf_key *key; /* NULL: the whole of base */
	unsigned line;              /* of the file; 0 = not from it */
	char *origin;               /* why it is not the file's: "option -z"; NULL = it is */
};

/* Note the place of a value that was read. */
void conf_place_add(struct conf_reader *r, const void *base, const struct conf_key *key,
    const struct json_object *v);
/* All were read: they can be found now. */
void conf_places_sort(struct conf *c);
void conf_places_free(struct conf_places *places); /* NULL is fine */

const struct conf_place *conf_place(
    const struct conf *c, const void *base, const struct conf_key *key); /* or NULL */
#endif
