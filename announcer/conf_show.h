/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_show.h - inside of conf_show*.c: show running-config in pieces. A tree of values
 * (conf_out.h) is made of one key or one element of a list at a time, shown and dropped.
 */
#ifndef GREVY_CONF_SHOW_H
#define GREVY_CONF_SHOW_H
#include "announcer/conf_key.h"
#include "announcer/conf_out.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/exec.h"

struct json_object;

/* What nobody wrote down but is in force all the same: "zebra.frr-version", "8.4.4",
 * "zebra.vty". */
struct config_fact {
	const char *key;
	char *value;
	const char *from;
};

#define CONFIG_FACTS_MAX 8

struct config_facts {
	struct config_fact v[CONFIG_FACTS_MAX];
	size_t n;
};

void config_facts(const struct vty_context *ctx, struct config_facts *to); /* to: zeroed */
void config_facts_fini(struct config_facts *f);
/* Each reason why the file does not say what is in force; the text is borrowed for the call. */
typedef void config_note_fn(const char *text, void *arg);
void config_notes(const struct vty_context *ctx, config_note_fn *fn, void *arg);

/* Lines of text. */
struct config_text {
	struct writer *w;
	const struct conf *conf;
	const struct config_facts *facts;
	bool all;       /* defaults, too */
	bool defaults;  /* what follows are defaults: it was said */
	bool separated; /* the last line was a separator */
	bool commented; /* what follows is not in force */
	unsigned indent;
};

void config_line(struct config_text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void config_separate(struct config_text *t); /* `!`, unless the last line was one */
/* "/etc/grevy/grevyd.yaml:12" or why it is not the file's; "" = nowhere. Into b. */
const char *config_from(const struct conf *c, const struct conf_place *p, struct buf *b);
void config_put_from(struct config_text *t, const struct conf_place *p); /* as a comment */
/* The facts of "zebra" or of "zebra.*", as comments. Return: there were some. */
bool config_put_facts(struct config_text *t, const char *key);

/* Is this to be shown: it, or something in it, was given and is no default? */
bool config_shown(const struct config_text *t, struct json_object *v);
/* `name value`, `no name`, a line for each of a list, a block of a mapping. before: words that
 * each line begins with, "" = none. */
void config_put(
    struct config_text *t, const char *before, const char *name, struct json_object *v);
/* Every member that is to be shown. */
void config_put_members(struct config_text *t, const char *before, struct json_object *map);
/* An element of a list in a block of its own, by its member `name` or its number from 0. */
void config_put_element(
    struct config_text *t, const char *list, struct json_object *map, size_t i);

/* Of a mapping, by path ("import.max-prefix"): borrowed; NULL = none. */
struct json_object *config_member(struct json_object *map, const char *path);
/* The member is none any more, but the caller's; NULL = none. */
struct json_object *config_take(struct json_object *map, const char *name);
/* A value as one word, `"like this"` where it is none. Into b, which is emptied first. */
const char *config_word(struct json_object *v, struct buf *b);
unsigned long config_seconds(struct json_object *v); /* of "90s"; of NULL: 0 */

/* A key of the top level that is shown in FRR's words, piece by piece. Starts zeroed but for
 * out and key. */
struct config_walk {
	struct conf_out out; /* without lists */
	const struct conf_key *key;
	size_t item;
	unsigned phase;
	bool open; /* a block that is to be closed */
};
/* The next piece. Return: there is more. */
typedef bool config_show_fn(struct config_text *t, struct config_walk *k);
/* router-id and zebra.redistribute are said by router bgp. */
bool config_has_bgp(const struct conf *c);
config_show_fn config_show_bgp, config_show_peers, config_show_communities, config_show_bfd;
#endif
