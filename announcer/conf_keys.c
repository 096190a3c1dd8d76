/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_keys.c - the keys of grevyd.yaml at top level and in its sections, as tables, in the
 * order in which they are printed. conf_off_type marks what is not built yet: such a key is
 * known, takes what means off or its documented default, and refuses anything else.
 */
#include "announcer/conf_check.h"

static const struct conf_range any_u32 = {0, UINT32_MAX}, instance = {0, 255},
			       distance = {1, 255}, cool_down = {0, 86400};

static const struct conf_word roles[] = {
    {"router", CONF_ROUTER},
    {"node",   CONF_NODE  },
    {NULL,     0          },
};
static const struct conf_word tri[] = {
    {"auto", CONF_AUTO},
    {"yes",  CONF_YES },
    {"no",   CONF_NO  },
    {NULL,   0        },
};
static const struct conf_word weights[] = {
    {"endpoints", CONF_WEIGHT_ENDPOINTS},
    {"equal",     CONF_WEIGHT_EQUAL    },
    {NULL,        0		    },
};
static const struct conf_word levels[] = {
    {"err",   LOG_LEVEL_ERR  },
    {"warn",  LOG_LEVEL_WARN },
    {"info",  LOG_LEVEL_INFO },
    {"debug", LOG_LEVEL_DEBUG},
    {NULL,    0	      },
};
static const struct conf_word formats[] = {
    {"text", false},
    {"json", true },
    {NULL,   0    },
};

static const struct conf_key kubernetes_keys[] = {
    CONF_KEY("kubeconfig", text, CONF_AT(conf, kubeconfig), 0, &conf_rule_path_or_none),
    CONF_KEY("context", text, CONF_AT(conf, context), 0, NULL),
    CONF_KEY("manifests", text, CONF_AT(conf, manifests), 0, &conf_rule_path),
    {0},
};

static const struct conf_key controller_keys[] = {
    CONF_KEY("enabled", bool, CONF_AT(conf, controller), 0, NULL),
    CONF_KEY("load-balancer-class", text, CONF_AT(conf, lb_class), 0, NULL),
    CONF_KEY("lease", text, CONF_AT(conf, lease), 0, &conf_rule_lease),
    CONF_KEY("state-file", text, CONF_AT(conf, state_file), 0, &conf_rule_path),
    CONF_KEY("cool-down", u32, CONF_AT(conf, cool_down_s), 0, &cool_down),
    CONF_KEY("share-local", bool, CONF_AT(conf, share_local), 0, NULL),
    {0},
};

static const struct conf_key multipath_keys[] = {
    CONF_KEY("weight", word, CONF_AT(conf, weight), 0, weights),
    CONF_OFF("nexthop-groups", NULL),
    CONF_OFF("resilient", NULL),
    {0},
};

static const struct conf_key zebra_keys[] = {
    CONF_KEY("enabled", word, CONF_AT(conf, zebra.enabled), 0, tri),
    CONF_KEY("socket", text, CONF_AT(conf, zebra.socket), 0, &conf_rule_socket),
    CONF_KEY("vty-socket", text, CONF_AT(conf, zebra.vty_socket), 0, &conf_rule_socket),
    CONF_KEY("frr-version", text, CONF_AT(conf, zebra.frr_version), 0, &conf_rule_version),
    CONF_KEY("route-type", route, CONF_AT(conf, zebra.route_type), 0, NULL),
    CONF_KEY("instance", u32, CONF_AT(conf, zebra.instance), 0, &instance),
    CONF_KEY("distance", u32, CONF_AT(conf, zebra.distance), 0, &distance),
    CONF_KEY("metric", u32, CONF_AT(conf, zebra.metric), 0, &any_u32),
    CONF_KEY("tag", u32, CONF_AT(conf, zebra.tag), 0, &any_u32),
    CONF_KEY("table", u32, CONF_AT(conf, zebra.table), 0, &any_u32),
    CONF_KEY("stale-time", u32, CONF_AT(conf, zebra.stale_s), 0, &any_u32),
    CONF_KEY(
	"redistribute", words, CONF_AT(conf, zebra.redistribute), 0, &conf_rule_redistribute),
    {0},
};

static const struct conf_key probes_keys[] = {CONF_OFF("enabled", NULL),
    CONF_OFF("interval-ms", "50"), CONF_OFF("fails", "3"), CONF_OFF("hold-down", "5"), {0}};

static const struct conf_key drain_keys[] = {
    CONF_OFF("deadline", "60"), CONF_OFF("on-cordon", NULL), {0}};

static const struct conf_key http_keys[] = {
    CONF_KEY("listen", text, CONF_AT(conf, http_listen), 0, &conf_rule_listen), {0}};

static const struct conf_key vty_keys[] = {
    CONF_KEY("dir", text, CONF_AT(conf, vty_dir), 0, &conf_rule_vty_dir),
    CONF_KEY("attach-as", text, CONF_AT(conf, vty_attach_as), 0, &conf_rule_attach_as),
    {0},
};

static const struct conf_key log_keys[] = {
    CONF_KEY("level", word, CONF_AT(conf, log_level), 0, levels),
    CONF_KEY("format", word, CONF_AT(conf, log_json), CONF_BOOL, formats),
    {0},
};

static const struct conf_section kubernetes_section = {kubernetes_keys, conf_check_kubernetes};
static const struct conf_section controller_section = {controller_keys, NULL};
static const struct conf_section multipath_section = {multipath_keys, NULL};
static const struct conf_section zebra_section = {zebra_keys, conf_check_zebra};
static const struct conf_section probes_section = {probes_keys, NULL};
static const struct conf_section drain_section = {drain_keys, NULL};
static const struct conf_section http_section = {http_keys, NULL};
static const struct conf_section vty_section = {vty_keys, conf_check_vty};
static const struct conf_section log_section = {log_keys, NULL};

static const struct conf_key root_keys[] = {
    CONF_KEY("role", word, CONF_AT(conf, role), 0, roles),
    CONF_KEY("node-name", text, CONF_AT(conf, node_name), 0, &conf_rule_word),
    CONF_KEY("router-id", ip, CONF_AT(conf, router_id), CONF_IPV4, NULL),
    CONF_KEY("kubernetes", section, CONF_NOWHERE, 0, &kubernetes_section),
    CONF_KEY("controller", section, CONF_NOWHERE, 0, &controller_section),
    CONF_KEY("policy-from", words, CONF_AT(conf, policy_from), 0, &conf_rule_policy_from),
    CONF_KEY("address-pools", list, CONF_LIST_AT(conf, policy.pools, policy.n_pools), 0,
	&conf_pool_list),
    CONF_KEY("peers", list, CONF_LIST_AT(conf, peers, n_peers), 0, &conf_peer_list),
    CONF_KEY("bgp-communities", communities, CONF_NOWHERE, 0, NULL),
    CONF_KEY("bfd-profiles", list, CONF_LIST_AT(conf, bfd, n_bfd), 0, &conf_bfd_list),
    CONF_KEY("multipath", section, CONF_NOWHERE, 0, &multipath_section),
    CONF_KEY("zebra", section, CONF_NOWHERE, 0, &zebra_section),
    CONF_KEY("kernel", kernel, CONF_NOWHERE, 0, &conf_kernel_section),
    CONF_KEY("bgp", bgp, CONF_NOWHERE, 0, &conf_bgp_section),
    CONF_KEY("l2", section, CONF_NOWHERE, 0, &conf_l2_section),
    CONF_KEY("probes", section_off, CONF_NOWHERE, 0, &probes_section),
    CONF_KEY("drain", section_off, CONF_NOWHERE, 0, &drain_section),
    CONF_KEY("hold-on-exit", bool, CONF_AT(conf, hold_on_exit), 0, NULL),
    CONF_KEY("http", section_text, CONF_AT(conf, http_listen), 0, &http_section),
    CONF_OFF("publish", NULL),
    CONF_KEY("vty", section, CONF_NOWHERE, 0, &vty_section),
    CONF_KEY("log", section, CONF_NOWHERE, 0, &log_section),
    {0},
};

const struct conf_section conf_root = {root_keys, conf_check};

static const struct conf_key legacy_keys[] = {
    CONF_KEY("peers", list, CONF_LIST_AT(conf, peers, n_peers), 0, &conf_peer_list),
    CONF_KEY("bgp-communities", communities, CONF_NOWHERE, 0, NULL),
    CONF_KEY("address-pools", list, CONF_LIST_AT(conf, policy.pools, policy.n_pools), 0,
	&conf_pool_list),
    CONF_KEY("bfd-profiles", list, CONF_LIST_AT(conf, bfd, n_bfd), 0, &conf_bfd_list),
    {0},
};

const struct conf_section conf_legacy = {legacy_keys, conf_check_legacy};
