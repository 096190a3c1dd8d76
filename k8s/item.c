/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/item.h"
#include "k8s/json.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN      253
#define RETRY_AFTER_MAX_S 86400

static const char *const initial_end = "k8s.io/initial-events-end";

/* The member, or NULL; o may be NULL or of any type. */
static struct json_object *member(struct json_object *o, const char *name, enum json_type type)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, name, &v))
		return NULL;
	return json_object_is_type(v, type) ? v : NULL;
}

/* NULL when absent or empty. */
static const char *text_of(struct json_object *o, const char *name)
{
	struct json_object *v = member(o, name, json_type_string);

	return v && json_object_get_string_len(v) > 0 ? json_object_get_string(v) : NULL;
}

static unsigned number_of(struct json_object *o, const char *name, unsigned max)
{
	struct json_object *v = member(o, name, json_type_int);
	int64_t n = v ? json_object_get_int64(v) : 0;

	return n < 0 ? 0 : n > max ? max : (unsigned)n;
}

static bool is_name(const char *s)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

	return s && strlen(s) <= NAME_MAX_LEN && !s[strspn(s, ok)];
}

static int parse(const struct json_want *want, const char *text, size_t len,
    struct json_object **out, char *why)
{
	struct json_fault fault;
	int rc = json_read(text, len, want, out, &fault);

	if (rc == -ENOMEM)
		return rc;
	if (rc) {
		snprintf(why, ITEM_WHY_SIZE, "byte %zu of %zu: %s", fault.at, len, fault.what);
		return -EBADMSG;
	}
	return 0;
}

static int refuse(struct item *it, char *why, const char *text)
{
	item_fini(it);
	snprintf(why, ITEM_WHY_SIZE, "%s", text);
	return -EBADMSG;
}

/* What of it is to be known whether it can be decoded or not; the namespace as the decoders
 * have it. */
static void read_meta(enum k8s_kind kind, struct item *it)
{
	bool global = kind == K8S_NODE || kind == K8S_NAMESPACE;
	struct json_object *meta = member(it->obj, "metadata", json_type_object);
	const char *ns = text_of(meta, "namespace"), *name = text_of(meta, "name");

	it->is.rv = text_of(meta, "resourceVersion");
	it->ns = global ? "" : is_name(ns) ? ns : "default";
	it->name = is_name(name) ? name : "";
	it->is.initial_end =
	    text_of(member(meta, "annotations", json_type_object), initial_end);
}

static void read_error(struct item *it)
{
	struct json_object *details = member(it->obj, "details", json_type_object);
	const char *reason = text_of(it->obj, "reason");

	it->is.code = (int)number_of(it->obj, "code", 999);
	it->is.message = text_of(it->obj, "message");
	it->is.retry_after_s = number_of(details, "retryAfterSeconds", RETRY_AFTER_MAX_S);
	if (reason && (strcmp(reason, "Expired") == 0 || strcmp(reason, "Gone") == 0))
		it->is.code = 410;
}

static int event_type(const char *s)
{
	static const struct {
		const char *name;
		enum reflect_item_type type;
	} types[] = {
	    {"ADDED",    REFLECT_PUT     },
	    {"MODIFIED", REFLECT_PUT     },
	    {"DELETED",  REFLECT_DELETED },
	    {"BOOKMARK", REFLECT_BOOKMARK},
	    {"ERROR",    REFLECT_ERROR   },
	};

	for (size_t i = 0; s && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, s) == 0)
			return (int)types[i].type;
	return -1;
}

int item_read_event(
    enum k8s_kind kind, const char *text, size_t len, struct item *out, char *why)
{
	const struct json_want wants[] = {
	    {"type",   NULL           },
            {"object", k8s_wants(kind)},
            {NULL,     NULL           }
        };
	int rc, type;

	*out = (struct item){.ns = "", .name = ""};
	rc = parse(wants, text, len, &out->json, why);
	if (rc)
		return rc;
	type = event_type(text_of(out->json, "type"));
	out->obj = member(out->json, "object", json_type_object);
	if (type < 0 || !out->obj)
		return refuse(out, why, "this is no event of a watch");
	out->is.type = (enum reflect_item_type)type;
	read_meta(kind, out);
	if (out->is.type == REFLECT_ERROR)
		read_error(out);
	else if (out->is.type != REFLECT_BOOKMARK && !*out->name)
		return refuse(out, why, "an object without a name");
	return 0;
}

int item_read_listed(
    enum k8s_kind kind, const char *text, size_t len, struct item *out, char *why)
{
	int rc;

	*out = (struct item){.is.type = REFLECT_PUT, .ns = "", .name = ""};
	rc = parse(k8s_wants(kind), text, len, &out->json, why);
	if (rc)
		return rc;
	out->obj = out->json;
	read_meta(kind, out);
	return *out->name ? 0 : refuse(out, why, "an object without a name");
}

void item_fini(struct item *it)
{
	json_object_put(it->json);
	it->json = it->obj = NULL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t a = s ? strlen(s) : 0, b = strlen(end);

	return a >= b && strcmp(s + a - b, end) == 0;
}

int item_read_rest(const char *text, size_t len, struct item_rest *out)
{
	char why[ITEM_WHY_SIZE];
	struct json_object *meta;
	const char *kind;
	int rc;

	*out = (struct item_rest){0};
	rc = parse(NULL, text, len, &out->json, why);
	if (rc)
		return rc;
	kind = text_of(out->json, "kind");
	meta = member(out->json, "metadata", json_type_object);
	if (ends_with(kind, "List")) {
		out->rv = text_of(meta, "resourceVersion");
		out->cont = text_of(meta, "continue");
	} else if (kind && strcmp(kind, "Status") == 0) {
		out->message = text_of(out->json, "message");
		out->retry_after_s = number_of(member(out->json, "details", json_type_object),
		    "retryAfterSeconds", RETRY_AFTER_MAX_S);
	} else {
		item_rest_fini(out);
		return -EBADMSG;
	}
	return 0;
}

void item_rest_fini(struct item_rest *r)
{
	json_object_put(r->json);
	*r = (struct item_rest){0};
}

static unsigned bit_of(struct json_object *row, const char *const *versions)
{
	const char *version = text_of(row, "version");

	for (unsigned i = 0; version && versions[i]; i++)
		if (strcmp(version, versions[i]) == 0)
			return 1U << i;
	return 0;
}

int item_read_group(const char *text, size_t len, const char *const *versions, unsigned *served)
{
	char why[ITEM_WHY_SIZE];
	struct json_object *json, *list;
	int rc = parse(NULL, text, len, &json, why);

	*served = 0;
	if (rc)
		return rc;
	list = member(json, "versions", json_type_array);
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		*served |= bit_of(json_object_array_get_idx(list, i), versions);
	json_object_put(json);
	return list ? 0 : -EBADMSG;
}
