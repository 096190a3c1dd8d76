/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_check.h - inside the configuration reader: what needs a whole element, section or file.
 */
#ifndef GREVY_CONF_CHECK_H
#define GREVY_CONF_CHECK_H
#include "announcer/conf_key.h"

/* Sections bgp and kernel, and peers: defaults, and what they own. */
void conf_bgp_init(struct conf *c);
void conf_bgp_fini(struct conf *c);
void conf_peers_fini(struct conf *c);
void conf_l2_init(struct conf *c);
void conf_l2_fini(struct conf *c);

/* Checks that need the whole section, the whole file. */
void conf_check_zebra(struct conf_reader *r, struct json_object *v);
void conf_check_kubernetes(struct conf_reader *r, struct json_object *v);
void conf_check_vty(struct conf_reader *r, struct json_object *v);
void conf_check_peers(struct conf_reader *r, struct json_object *root);
void conf_check_l2(struct conf_reader *r, struct json_object *root);
/* Of the i-th element of list: its name stands there twice. */
void conf_refuse_name(
    struct conf_reader *r, struct json_object *list, size_t i, const char *what);
/* Of v's member of that name. */
void conf_refuse(
    struct conf_reader *r, struct json_object *v, const char *key, const char *text);
bool conf_is_none(const char *s); /* "", no, none */
void conf_drop_empty(char **s);   /* an empty text means none: NULL */
struct json_object *conf_item(struct json_object *list, size_t i); /* NULL: no such */
void conf_check_source(struct conf_reader *r, struct json_object *root);
void conf_check(struct conf_reader *r, struct json_object *root);
void conf_check_legacy(struct conf_reader *r, struct json_object *root);
/* NULL, or what was expected of a community that is no alias: the legacy ConfigMap knows no
 * large ones. */
const char *conf_community_check(const struct conf_reader *r, const char *s);
/* Of v's member of that name: the other one stands there, too. */
void conf_refuse_beside(
    struct conf_reader *r, struct json_object *v, const char *key, const char *other);
/* It is given; an empty text means none, but in the file; so does 0 in a custom resource. */
bool conf_is_given(const struct conf_reader *r, struct json_object *v, const char *key);
#endif
