/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_path.c - custom resources for the reader: how the keys of the tables are spelled there,
 * and where in the tree a value is. A path is looked for only when there is an error to tell.
 */
#include "announcer/conf_read.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include <json-c/json.h>

/* What capital letters alone do not make of the words of the file. */
static const struct spelling {
	const char *key, *custom;
} spellings[] = {
    {"my-asn",          "myASN"        },
    {"peer-asn",        "peerASN"      },
    {"local-asn",       "localASN"     },
    {"dynamic-asn",     "dynamicASN"   },
    {"router-id",       "routerID"     },
    {"disable-mp",      "disableMP"    },
    {"ebgp-multihop",   "ebgpMultiHop" },
    {"avoid-buggy-ips", "avoidBuggyIPs"},
    {"localpref",       "localPref"    },
};

const char *conf_name(const struct conf_reader *r, const char *key, char buf[CONF_NAME_MAX])
{
	size_t n = 0;

	if (r->dialect != CONF_CUSTOM)
		return key;
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (strcmp(spellings[i].key, key) == 0)
			return spellings[i].custom;
	for (const char *p = key; *p && n + 1 < CONF_NAME_MAX; p++) {
		bool up = *p == '-' && p[1] >= 'a' && p[1] <= 'z';

		p += up;
		buf[n++] = (char)(up ? *p - 'a' + 'A' : *p);
	}
	buf[n] = '\0';
	return buf;
}

struct json_object *conf_given(
    const struct conf_reader *r, struct json_object *map, const char *key)
{
	char buf[CONF_NAME_MAX];

	return conf_member(map, conf_name(r, key, buf));
}

static void step_into(struct buf *path, const char *name)
{
	buf_fmt(path, "%s%.100s", path->len ? "." : "", name);
}

static void step_back(struct buf *path, size_t len)
{
	path->len = len;
	path->p[len] = '\0';
}

/* The way from `in` to `v`, appended. Return: false, with nothing appended: it is not there. */
static bool path_find(struct json_object *in, const struct json_object *v, struct buf *path)
{
	size_t len = path->len;

	if (in == v)
		return true;
	if (json_object_is_type(in, json_type_object)) {
		json_object_object_foreach(in, name, value)
		{
			step_into(path, name);
			if (value && path_find(value, v, path))
				return true;
			step_back(path, len);
		}
	} else if (json_object_is_type(in, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(in); i++) {
			struct json_object *value = json_object_array_get_idx(in, i);

			buf_fmt(path, "[%zu]", i);
			if (value && path_find(value, v, path))
				return true;
			step_back(path, len);
		}
	}
	return false;
}

/* The path leads to what key names, or to an element of it. */
static bool path_ends_in(const struct buf *path, const char *key)
{
	size_t len = path->len, n = strlen(key);

	while (len && path->p[len - 1] == ']')
		while (len && path->p[--len] != '[')
			;
	return len >= n && strncmp(path->p + len - n, key, n) == 0 &&
	       (len == n || path->p[len - n - 1] == '.');
}

char *conf_path(const struct conf_reader *r, const struct json_object *v, const char *key)
{
	char buf[CONF_NAME_MAX];
	const char *name = key ? conf_name(r, key, buf) : NULL;
	struct buf path = {0};

	buf_str(&path, "");
	if (!v || !path_find(r->root, v, &path))
		path_find(r->root, r->map, &path);
	if (key && !path_ends_in(&path, key) && !path_ends_in(&path, name))
		step_into(&path, name);
	return path.p;
}
