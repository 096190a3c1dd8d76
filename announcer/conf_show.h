/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_show.h - the configuration in force, for show running-config. */
#ifndef GREVY_CONF_SHOW_H
#define GREVY_CONF_SHOW_H

struct conf;
struct writer;

/* As conf_print() gives it, passwords hidden: YAML in text, the same values in JSON. */
void conf_show(const struct conf *c, struct writer *w);
#endif
