/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_out.h - inside the configuration reader: YAML that reads back to the same. */
#ifndef GREVY_CONF_OUT_H
#define GREVY_CONF_OUT_H
#include <stdbool.h>
#include <stdio.h>

struct conf_key;

#define CONF_OUT_DEPTH 4

struct conf_out {
	FILE *f;
	bool hide;       /* secrets */
	bool dash;       /* the next key begins a list's element */
	unsigned indent; /* of keys */
	/* Sections that are open; a header is printed with the first key in it. */
	const char *section[CONF_OUT_DEPTH];
	unsigned depth, shown;
};

void conf_out_section(struct conf_out *out, const char *name);
void conf_out_section_end(struct conf_out *out);

/* "name:" at its place; what follows is the caller's, with the line's end. */
void conf_out_key(struct conf_out *out, const char *name);

/* A list: its key, then for each element _element, keys, _element_end. */
void conf_out_list(struct conf_out *out, const char *name);
void conf_out_element(struct conf_out *out);
void conf_out_element_end(struct conf_out *out);
void conf_out_list_end(struct conf_out *out);

/* A text, quoted where YAML would read something else. */
void conf_out_text(struct conf_out *out, const char *s);

/* Every key of a table. */
void conf_out_map(struct conf_out *out, const void *base, const struct conf_key *keys);
#endif
