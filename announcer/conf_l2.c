/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_l2.c - section l2 of grevyd.yaml: its table, and what is checked of it. */
#include "announcer/conf_check.h"
#include "announcer/util.h"
#include <json-c/json.h>

enum { PORT = 7474, INTERVAL_MS = 100 };

static const struct conf_range port = {1, 65535}, interval_ms = {20, 10000};

static const struct conf_key heartbeat_keys[] = {
    CONF_KEY("port", u32, CONF_AT(conf, l2.port), 0, &port),
    CONF_KEY("interval-ms", u32, CONF_AT(conf, l2.interval_ms), 0, &interval_ms),
    CONF_KEY("key-file", text, CONF_AT(conf, l2.key_file), 0, &conf_rule_path_or_none),
    {0},
};

static const struct conf_section heartbeat_section = {heartbeat_keys, NULL};

static const struct conf_key l2_keys[] = {
    CONF_KEY("interfaces", words, CONF_AT(conf, l2.interfaces), 0, &conf_rule_pattern),
    CONF_KEY("exclude-interfaces", words, CONF_AT(conf, l2.exclude), 0, &conf_rule_pattern),
    CONF_KEY("heartbeat", section_off, CONF_NOWHERE, 0, &heartbeat_section),
    {0},
};

static void check_l2(struct conf_reader *r, struct json_object *v)
{
	(void)v;
	conf_drop_empty(&r->conf->l2.key_file);
}

const struct conf_section conf_l2_section = {l2_keys, check_l2};

void conf_l2_init(struct conf *c)
{
	c->l2.port = PORT;
	c->l2.interval_ms = INTERVAL_MS;
}

void conf_l2_fini(struct conf *c)
{
	strlist_fini(&c->l2.interfaces);
	strlist_fini(&c->l2.exclude);
	free(c->l2.key_file);
}

static bool says_something(const struct conf_l2 *l2)
{
	return l2->interfaces.n || l2->exclude.n || l2->key_file || l2->port != PORT ||
	       l2->interval_ms != INTERVAL_MS;
}

void conf_check_l2(struct conf_reader *r, struct json_object *root)
{
	if (r->conf->role == CONF_ROUTER && says_something(&r->conf->l2))
		conf_warn(r, conf_member(root, "l2"), "l2",
		    "ignored: role router answers neither ARP nor NDP");
}
