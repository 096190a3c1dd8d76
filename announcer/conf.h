/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf.h - the configuration file, grevyd.yaml. A file is read into a fresh struct conf and
 * checked whole; only then does the caller swap it in, so a bad file disturbs nothing.
 */
#ifndef GREVY_CONF_H
#define GREVY_CONF_H
#include "announcer/conf_bgp.h"
#include "announcer/conf_l2.h"
#include "announcer/log.h"
#include "announcer/policy.h"
#include <stdio.h>

enum conf_tri { CONF_AUTO, CONF_YES, CONF_NO };
enum conf_role { CONF_ROUTER, CONF_NODE };
enum conf_weight { CONF_WEIGHT_ENDPOINTS, CONF_WEIGHT_EQUAL };

/* bgp-communities: alias -> value. */
struct conf_community {
	char *alias, *value; /* value "a:b" or "large:a:b:c" */
};

struct conf_zebra {
	enum conf_tri enabled;       /* auto = when the socket exists */
	char *socket, *vty_socket;   /* paths */
	char *frr_version;           /* "auto" or "8.4" */
	char *route_type;            /* "auto", or zebra's name: "openfabric", "table" */
	struct strlist redistribute; /* zebra's names of route types */
	uint32_t instance;           /* 0..255; of "table:N": N */
	uint32_t distance;           /* 1..255 */
	uint32_t metric, tag;
	uint32_t table; /* 0 = main */
	uint32_t stale_s;
};

struct conf_places;

struct conf {
	char *file;           /* as given to conf_parse() */
	unsigned long serial; /* no other configuration of this process has it */
	int64_t changed_ns;   /* Unix time of the file's last change; 0 = not from a file */
	enum conf_role role;
	char *node_name;            /* role node; NULL = $NODE_NAME, then the host name */
	struct ipaddr router_id;    /* family 0 = zebra's, else the highest IPv4 address */
	char *manifests;            /* folder; NULL = the API is the source */
	char *kubeconfig;           /* NULL = the pod's account, $KUBECONFIG, ~/.kube/config */
	char *context;              /* NULL = current-context */
	bool controller;            /* assigns addresses */
	char *lb_class;             /* "" = Services without a class */
	char *lease;                /* "ns/name" of who assigns, with an API */
	char *state_file;           /* path; with manifests */
	uint32_t cool_down_s;       /* before another Service gets an address */
	bool share_local;           /* unlike Services with policy Local may share one */
	struct strlist policy_from; /* "file", "crds[:ns]", "configmap:ns/name" */
	struct policy policy;       /* indexed */
	struct conf_peer *peers;
	struct conf_community *communities; /* sorted by alias */
	struct conf_bfd *bfd;
	size_t n_peers, n_communities, n_bfd;
	struct conf_bgp bgp;
	struct conf_kernel kernel;
	enum conf_weight weight;
	struct conf_zebra zebra;
	struct conf_l2 l2;
	char *http_listen;             /* "127.0.0.1:7473"; "" = off */
	char *vty_dir, *vty_attach_as; /* attach_as: "bgpd"; NULL = none */
	enum log_level log_level;
	bool log_json, hold_on_exit, has_peers; /* the last: the policy */
	struct conf_places *places;             /* conf_place.h */
	struct strlist warnings; /* to be logged once, "grevyd.yaml:9:3: peers: ..." */
};

#define CONF_ERRORS_MAX 20
/* What is wrong with a file: lines "grevyd.yaml:14:7: hold-time: must be 0 or 3..65535". */
struct conf_errors {
	struct strlist lines; /* at most CONF_ERRORS_MAX, in the order of the file */
	size_t more;          /* found but not kept */
};

/* Return: a new configuration, or NULL with at least one error. `errors` starts zeroed. */
struct conf *conf_load(const char *path, struct conf_errors *errors);
/* `name` stands for the file in messages. An empty text is a configuration of defaults. */
struct conf *conf_parse(
    const char *text, size_t len, const char *name, struct conf_errors *errors);
void conf_free(struct conf *c);               /* NULL is fine */
bool conf_file_differs(const struct conf *c); /* it was changed since, or is gone */
void conf_errors_fini(struct conf_errors *e); /* frees what it owns, not e */

/* Normalised YAML that parses to the same, with its secrets. */
void conf_print(const struct conf *c, FILE *f);
/* What "zebra.socket" holds is not the file's any more: "option -z". For a show. */
void conf_set_origin(struct conf *c, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Why zebra is not to be told of routes, even if it runs; NULL = it is, where it does. */
const char *conf_zebra_off(const struct conf *c);

/* What changes between two configurations. */
enum conf_change {
	CONF_CHANGED_POLICY = 1, /* pools, advertisements */
	CONF_CHANGED_ZEBRA = 2,  /* where zebra is or how routes are sent to it */
	CONF_CHANGED_MULTIPATH = 4,
	CONF_CHANGED_CONTROLLER = 8, /* enabled, class, lease or state file */
	CONF_CHANGED_SOURCE = 16,    /* where objects come from, or which are wanted */
	CONF_CHANGED_LOG = 32,
	CONF_CHANGED_NODE = 64, /* node-name */
	CONF_CHANGED_HTTP = 128,
	CONF_CHANGED_KERNEL = 256,
	CONF_CHANGED_VTY = 512,
	CONF_CHANGED_L2 = 1024,
};

/* Prepare `next` to take over from `old`: what cannot change live keeps its old value there,
 * with a line in next->warnings. Return: CONF_CHANGED_* of what remains. */
unsigned conf_reload_diff(const struct conf *old, struct conf *next);
#endif
