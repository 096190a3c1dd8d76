/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_reload.c - what a new configuration changes. Parts are compared as they print, so a
 * new key needs no line here. What cannot change live keeps its old value, with a warning.
 */
#include "announcer/conf_check.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <json-c/json.h>

static bool key_equal(const struct conf *a, const struct conf *b, const struct conf_key *key)
{
	struct conf_out out = {0};
	struct json_object *x = conf_out_key(&out, a, key), *y = conf_out_key(&out, b, key);
	bool equal = json_object_equal(x, y);

	json_object_put(x);
	json_object_put(y);
	return equal;
}

static unsigned key_change(const char *name)
{
	static const struct {
		const char *name;
		unsigned change;
	} changes[] = {
	    {"node-name",     CONF_CHANGED_NODE      },
	    {"kubernetes",    CONF_CHANGED_SOURCE    },
	    {"controller",    CONF_CHANGED_CONTROLLER},
	    {"policy-from",   CONF_CHANGED_SOURCE    },
	    {"address-pools", CONF_CHANGED_POLICY    },
	    {"multipath",     CONF_CHANGED_MULTIPATH },
	    {"zebra",         CONF_CHANGED_ZEBRA     },
	    {"router-id",     CONF_CHANGED_ZEBRA     },
	    {"http",          CONF_CHANGED_HTTP      },
	    {"kernel",        CONF_CHANGED_KERNEL    },
	    {"log",           CONF_CHANGED_LOG       },
	    {"vty",           CONF_CHANGED_VTY       },
	    {"l2",            CONF_CHANGED_L2        },
	};

	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		if (strcmp(changes[i].name, name) == 0)
			return changes[i].change;
	return 0;
}

static void keep(struct conf *next, const char *key, const char *wanted)
{
	size_t len = strlen(next->file) + strlen(key) + 64;
	char *s = xcalloc(len, 1);

	snprintf(s, len, "%s: %s: keeps its old value until a restart", next->file, key);
	strlist_add(&next->warnings, s);
	free(s);
	conf_set_origin(next, key, "kept until a restart, which makes it %s", wanted);
}

static void keep_text(struct conf *next, const char *key, char **field, const char *old)
{
	if (strcmp(*field, old) == 0)
		return;
	keep(next, key, *field);
	free(*field);
	*field = xstrdup(old);
}

static void keep_what_cannot_change(const struct conf *old, struct conf *next)
{
	char instance[16];

	if (next->role != old->role) {
		keep(next, "role", next->role == CONF_NODE ? "node" : "router");
		next->role = old->role;
	}
	if (next->zebra.instance != old->zebra.instance) {
		snprintf(instance, sizeof(instance), "%u", (unsigned)next->zebra.instance);
		keep(next, "zebra.instance", instance);
		next->zebra.instance = old->zebra.instance;
	}
	keep_text(next, "zebra.route-type", &next->zebra.route_type, old->zebra.route_type);
	keep_text(next, "vty.dir", &next->vty_dir, old->vty_dir);
}

unsigned conf_reload_diff(const struct conf *old, struct conf *next)
{
	unsigned changed = 0;

	keep_what_cannot_change(old, next);
	for (const struct conf_key *key = conf_root.keys; key->name; key++)
		if (!key_equal(old, next, key))
			changed |= key_change(key->name);
	if (!conf_zebra_off(old) != !conf_zebra_off(next))
		changed |= CONF_CHANGED_ZEBRA;
	return changed;
}
