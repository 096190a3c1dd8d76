/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of kubeconfigs, and what a context chooses in them. As kubectl merges several: the
 * first that has an entry of a name gives all of it, the first with a current-context gives
 * that. Entries that the context does not name are not looked into; keys that we do not know
 * are left alone, as there are extensions.
 *
 * An error never quotes a value, but for the names of contexts, clusters and users.
 */
#include "k8s/auth_int.h"
#include "k8s/field.h"
#include "k8s/yamldoc.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a context says; borrowed from its tree. */
struct context {
	struct auth_entry entry;
	const char *name, *cluster, *user, *ns;
};

static int refuse_at(
    struct auth_error *err, const struct kubeconfig *k, const struct k8s_decode_error *de)
{
	const char *colon = de->field[0] ? ": " : "";
	unsigned line, col;

	yamldoc_mark(de->at, &line, &col);
	if (line)
		auth_refuse(err, "%s:%u:%u: %s%s%s", k->name, line, col, de->field, colon,
		    de->expected);
	else
		auth_refuse(err, "%s: %s%s%s", k->name, de->field, colon, de->expected);
	return -EINVAL;
}

/* As refuse_at() for what was wrong in an entry's value. Return: rc. */
static int refuse_in(
    int rc, struct auth_error *err, const struct auth_entry *e, struct k8s_decode_error *de)
{
	if (rc == -ENOMEM)
		return auth_no_memory(err);
	if (rc != -EINVAL)
		return rc;
	if (!de->at)
		de->at = e->item;
	return refuse_at(err, e->file,
	    (field_within_item(field_within(rc, de, e->member), de, e->list, e->i), de));
}

/* A password that begins with * or ! is an alias or a tag to YAML, whose errors quote them. */
static int refuse_yaml(struct auth_error *err, const char *name, const struct yamldoc_error *at)
{
	const char *what = at->what;

	if (strncmp(what, "alias ", 6) == 0)
		what = "an alias without an anchor: a text that begins with * needs quotes";
	else if (strncmp(what, "tag ", 4) == 0)
		what = "a tag that is not supported: a text that begins with ! needs quotes";
	return auth_refuse(err, "%s:%u:%u: %s", name, at->line, at->col, what);
}

static int check_root(const struct yamldoc *doc, struct k8s_decode_error *de)
{
	static const char *const kinds[] = {"Config", NULL}, *const versions[] = {"v1", NULL};
	struct json_object *root = doc->docs[0];
	unsigned word;
	int rc = field_check(root, json_type_object, de);

	if (!rc && doc->n > 1)
		return field_refuse(de, doc->docs[1], "", "must be one document");
	if (!rc)
		rc = field_word(root, "kind", kinds, &word, de);
	return rc ? rc : field_word(root, "apiVersion", versions, &word, de);
}

int kubeconfig_parse(
    const struct auth_source *text, struct kubeconfig *out, struct auth_error *err)
{
	struct yamldoc doc = {0};
	struct yamldoc_error ye;
	struct k8s_decode_error de = {0};
	struct kubeconfig k = {0};
	int rc;

	if (text->len > AUTH_KUBECONFIG_MAX)
		return auth_refuse(err, "%s: is too large", text->name);
	rc = yamldoc_parse(text->text, text->len, &doc, &ye);
	if (rc)
		return rc == -ENOMEM ? auth_no_memory(err) : refuse_yaml(err, text->name, &ye);
	if (auth_keep(&k.name, text->name) || auth_keep(&k.dir, text->dir))
		rc = auth_no_memory(err);
	if (!rc && doc.n)
		rc = check_root(&doc, &de);
	if (rc == -EINVAL)
		refuse_at(err, &k, &de);
	if (!rc && doc.n)
		k.root = json_object_get(doc.docs[0]);
	yamldoc_fini(&doc);
	if (rc)
		kubeconfig_fini(&k);
	else
		*out = k;
	return rc;
}

void kubeconfig_fini(struct kubeconfig *k)
{
	free(k->name);
	free(k->dir);
	json_object_put(k->root);
	*k = (struct kubeconfig){0};
}

/* The entry of this name in e->file. Return: 0, -ENOENT or -EINVAL. */
static int find_in(struct auth_entry *e, const char *name, struct k8s_decode_error *de)
{
	struct json_object *list, *item;
	const char *its;
	size_t n;
	int rc = field_list(e->file->root, e->list, &list, &n, de);

	e->item = NULL;
	for (size_t i = 0; i < n && !rc; i++) {
		item = json_object_array_get_idx(list, i);
		rc = field_check(item, json_type_object, de);
		if (!rc)
			rc = field_string(item, "name", &its, de);
		if (!rc && its && strcmp(its, name) == 0) {
			if (e->item)
				rc = field_refuse(
				    de, item, "name", "is that of another entry, too");
			e->item = item;
			e->i = i;
			if (!rc)
				rc =
				    field_get(item, e->member, json_type_object, &e->value, de);
		}
		rc = field_within_item(rc, de, e->list, i);
	}
	return rc ? rc : e->item ? 0 : -ENOENT;
}

/* The first entry of this name. Return: 0, -ENOENT (err is not filled in) or -EINVAL. */
static int find(const struct kubeconfigs *list, struct auth_entry *e, const char *name,
    struct auth_error *err)
{
	struct k8s_decode_error de = {0};
	int rc = -ENOENT;

	for (size_t i = 0; i < list->n && rc == -ENOENT; i++) {
		e->file = &list->v[i];
		rc = find_in(e, name, &de);
	}
	return rc == -EINVAL ? refuse_at(err, e->file, &de) : rc;
}

/* The first current-context there is. */
static int current_context(const struct kubeconfigs *list, struct auth_entry *at,
    const char **name, struct auth_error *err)
{
	struct k8s_decode_error de = {0};
	bool empty = true;

	*name = NULL;
	for (size_t i = 0; i < list->n; i++) {
		at->file = &list->v[i];
		at->item = NULL;
		empty = empty && !at->file->root;
		if (field_string(at->file->root, "current-context", name, &de))
			return refuse_at(err, at->file, &de);
		if (!*name)
			continue;
		json_object_object_get_ex(at->file->root, "current-context", &at->item);
		return 0;
	}
	auth_refuse(err, "%s: %s", list->names,
	    empty ? "is empty"
		  : "current-context: must name a context, as no other is asked for");
	return -EINVAL;
}

static bool is_dns_label(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len && len <= 63 && !s[len] && s[0] != '-' && s[len - 1] != '-';
}

static int decode_context(struct context *c, struct k8s_decode_error *de)
{
	struct json_object *o = c->entry.value, *ns;
	int rc = field_string(o, "cluster", &c->cluster, de);

	if (!rc)
		rc = field_string(o, "user", &c->user, de);
	if (!rc)
		rc = field_string(o, "namespace", &c->ns, de);
	if (!rc && !c->cluster)
		return field_refuse(de, o, "cluster", "must not be empty");
	if (!rc && !c->user)
		return field_refuse(de, o, "user", "must not be empty");
	if (rc || !c->ns || is_dns_label(c->ns))
		return rc;
	json_object_object_get_ex(o, "namespace", &ns);
	return field_refuse(de, ns, "namespace",
	    "must be a name of at most 63 lower-case letters, digits and -");
}

static int find_context(
    const struct kubeconfigs *list, const char *name, struct context *c, struct auth_error *err)
{
	struct k8s_decode_error de = {0};
	struct auth_entry at = {0};
	int rc = name ? 0 : current_context(list, &at, &c->name, err);

	if (name)
		c->name = name;
	if (rc)
		return rc;
	c->entry = (struct auth_entry){.list = "contexts", .member = "context"};
	rc = find(list, &c->entry, c->name, err);
	if (rc == -ENOENT && name) {
		auth_refuse(
		    err, "%s: contexts: there is none named \"%.63s\"", list->names, name);
		return -EINVAL;
	}
	if (rc == -ENOENT) {
		field_refuse(&de, at.item, "current-context",
		    "there is no context named \"%.63s\"", c->name);
		return refuse_at(err, at.file, &de);
	}
	return rc ? rc : refuse_in(decode_context(c, &de), err, &c->entry, &de);
}

/* The entry that a context's member names: its cluster or its user. */
static int find_named(const struct kubeconfigs *list, const struct context *c,
    struct auth_entry *e, const char *name, struct auth_error *err)
{
	struct k8s_decode_error de = {0};
	struct json_object *at;
	int rc = find(list, e, name, err);

	if (rc != -ENOENT)
		return rc;
	json_object_object_get_ex(c->entry.value, e->member, &at);
	rc =
	    field_refuse(&de, at, e->member, "there is no %s named \"%.63s\"", e->member, name);
	return refuse_in(rc, err, &c->entry, &de);
}

static int keep_names(const struct context *c, struct auth_found *f)
{
	size_t len = strlen(c->entry.file->name) + strlen(c->name) + sizeof(", context ");

	f->source = malloc(len);
	if (!f->source)
		return -ENOMEM;
	snprintf(f->source, len, "%s, context %s", c->entry.file->name, c->name);
	if (auth_keep(&f->cluster, c->cluster) || auth_keep(&f->user, c->user) ||
	    auth_keep(&f->ns, c->ns))
		return -ENOMEM;
	return 0;
}

int kubeconfig_choose(
    const struct kubeconfigs *list, const char *context, struct auth *a, struct auth_error *err)
{
	struct context c = {0};
	struct auth_entry cluster = {.list = "clusters", .member = "cluster"};
	struct auth_entry user = {.list = "users", .member = "user"};
	struct k8s_decode_error de = {0};
	int rc = find_context(list, context, &c, err);

	if (!rc)
		rc = find_named(list, &c, &cluster, c.cluster, err);
	if (!rc)
		rc = find_named(list, &c, &user, c.user, err);
	if (!rc)
		rc = refuse_in(auth_cluster_decode(&cluster, a, &de), err, &cluster, &de);
	if (!rc && strncasecmp(a->found.server, "http://", 7) != 0)
		rc = refuse_in(auth_user_decode(&user, a, &de), err, &user, &de);
	if (!rc && keep_names(&c, &a->found))
		rc = auth_no_memory(err);
	return rc;
}
