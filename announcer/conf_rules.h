/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_rules.h - inside the configuration reader: what single texts may look like. */
#ifndef GREVY_CONF_RULES_H
#define GREVY_CONF_RULES_H

struct conf_rule {                           /* arg of conf_text_type and conf_words_type */
	const char *(*check)(const char *s); /* NULL = good, else what was expected */
};

extern const struct conf_rule conf_rule_word, conf_rule_path, conf_rule_socket,
    conf_rule_vty_dir, conf_rule_listen, conf_rule_version, conf_rule_route_type,
    conf_rule_redistribute, conf_rule_interface, conf_rule_label_key, conf_rule_label_value,
    conf_rule_community, conf_rule_path_or_none, conf_rule_lease, conf_rule_policy_from,
    conf_rule_object, conf_rule_attach_as, conf_rule_namespace, conf_rule_bgp_listen,
    conf_rule_device, conf_rule_pattern;
#endif
