/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auth_load() chooses the source, reads its files and then those that they name. Each path is
 * marked before it is read, so that whatever happens to it afterwards shows in auth_changed().
 *
 * Secrets are overwritten before they are freed. libyaml and json-c make copies of their own
 * while a kubeconfig is parsed, which are freed as they are.
 */
#include "k8s/auth_int.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void auth_wipe(char *p, size_t len)
{
	volatile char *v = p;

	for (size_t i = 0; p && i < len; i++)
		v[i] = 0;
	free(p);
}

static void wipe_string(char *s)
{
	auth_wipe(s, s ? strlen(s) : 0);
}

static void found_fini(struct auth_found *f)
{
	free(f->source);
	free(f->server);
	free(f->cluster);
	free(f->user);
	free(f->ns);
	wipe_string(f->proxy);
	free(f->tls_name);
	auth_wipe(f->ca.p, f->ca.len);
	auth_wipe(f->cert.p, f->cert.len);
	auth_wipe(f->key.p, f->key.len);
	wipe_string(f->token);
	free(f->token_file);
	wipe_string(f->username);
	wipe_string(f->password);
	auth_exec_free(f->exec);
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	found_fini(&a->found);
	for (int i = 0; i < AUTH_NAMED; i++) {
		free(a->named[i].path);
		free(a->named[i].label);
	}
	for (size_t i = 0; i < a->n_seen; i++)
		free(a->seen[i].path);
	free(a->seen);
	free(a);
}

const struct auth_found *auth_found(const struct auth *a)
{
	return &a->found;
}

bool auth_changed(const struct auth *a)
{
	for (size_t i = 0; i < a->n_seen; i++) {
		const struct auth_seen *s = &a->seen[i];
		struct file_mark now;
		bool there = file_mark_of(s->path, &now) == 0;

		if (there != s->there || (there && !file_mark_equal(&now, &s->mark)))
			return true;
	}
	return false;
}

/* A file that a kubeconfig names. Return: 0 or -errno. */
static int read_named(struct auth *a, enum auth_named kind, struct auth_error *err)
{
	struct auth_found *f = &a->found;
	struct auth_text *const into[AUTH_TOKEN] = {
	    [AUTH_CA] = &f->ca, [AUTH_CERT] = &f->cert, [AUTH_KEY] = &f->key};
	const struct auth_name *name = &a->named[kind];
	struct auth_text text = {0};
	const char *wrong;
	int rc = auth_see(a, name->path);

	if (rc)
		return auth_no_memory(err);
	rc = auth_read(name->path, kind == AUTH_TOKEN ? AUTH_TOKEN_MAX : AUTH_PEM_MAX,
	    name->label, &text, err);
	if (rc)
		return rc;
	if (kind == AUTH_TOKEN)
		auth_trim(&text);
	wrong = auth_check(kind, &text);
	if (wrong) {
		rc = auth_refuse(err, "%s: %s: %s", name->label, name->path, wrong);
		auth_wipe(text.p, text.len);
		return rc;
	}
	if (kind != AUTH_TOKEN) {
		*into[kind] = text;
		return 0;
	}
	wipe_string(f->token);
	f->token = text.p;
	return 0;
}

/* -ENOENT would say that there is no kubeconfig. */
static int read_all_named(struct auth *a, struct auth_error *err)
{
	int rc = 0;

	for (int i = 0; i < AUTH_NAMED && !rc; i++) {
		rc = a->named[i].path ? read_named(a, (enum auth_named)i, err) : 0;
		/* As kubectl: what is written holds while the file cannot be read. */
		if (i == AUTH_TOKEN && rc && rc != -ENOMEM && a->found.token)
			rc = 0;
	}
	return rc && rc != -ENOMEM && rc != -EAGAIN ? -EINVAL : rc;
}

/* The folder of path, absolute as far as we know where we are; the caller's, NULL on lack of
 * memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char here[4096], *name, *whole;

	if (slash == path)
		return strdup("/");
	name = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	if (!name || name[0] == '/' || !getcwd(here, sizeof(here)))
		return name;
	whole = file_path(here, name);
	free(name);
	return whole;
}

static int read_kubeconfig(
    const char *path, struct auth *a, struct kubeconfig *out, struct auth_error *err)
{
	struct auth_text text = {0};
	char *dir;
	int rc = auth_see(a, path);

	if (rc)
		return auth_no_memory(err);
	rc = auth_read(path, AUTH_KUBECONFIG_MAX, "", &text, err);
	if (rc)
		return rc;
	dir = folder_of(path);
	rc =
	    dir ? kubeconfig_parse(&(struct auth_source){text.p, text.len, path, dir}, out, err)
		: auth_no_memory(err);
	free(dir);
	auth_wipe(text.p, text.len);
	return rc;
}

static void kubeconfigs_fini(struct kubeconfigs *list)
{
	for (size_t i = 0; i < list->n; i++)
		kubeconfig_fini(&list->v[i]);
	free(list->v);
}

/* Every file of a list like $PATH that is there; twice the same is one. */
static int read_list(
    const char *names, struct auth *a, struct kubeconfigs *list, struct auth_error *err)
{
	size_t cap = 1;
	int rc = 0;

	for (const char *p = names; *p; p++)
		cap += *p == ':';
	list->v = calloc(cap, sizeof(*list->v));
	if (!list->v)
		return auth_no_memory(err);
	for (const char *p = names; p && !rc;) {
		size_t len = strcspn(p, ":");
		char *path = strndup(p, len);
		bool again = false;

		if (!path)
			return auth_no_memory(err);
		for (size_t i = 0; i < a->n_seen; i++)
			again |= strcmp(a->seen[i].path, path) == 0;
		if (len && !again) {
			rc = read_kubeconfig(path, a, &list->v[list->n], err);
			list->n += !rc;
		}
		if (rc == -ENOENT)
			rc = 0;
		free(path);
		p = p[len] ? p + len + 1 : NULL;
	}
	if (!rc && !list->n) {
		auth_refuse(err, "%s: no such file", names);
		return -ENOENT;
	}
	return rc;
}

static int load_list(
    const char *names, const char *context, struct auth *a, struct auth_error *err)
{
	struct kubeconfigs list = {.names = names};
	int rc = read_list(names, a, &list, err);

	if (!rc)
		rc = kubeconfig_choose(&list, context, a, err);
	kubeconfigs_fini(&list);
	return rc ? rc : read_all_named(a, err);
}

static int load_one(
    const char *path, const char *context, struct auth *a, struct auth_error *err)
{
	struct kubeconfig k;
	int rc = read_kubeconfig(path, a, &k, err);

	if (rc)
		return rc;
	rc = kubeconfig_choose(
	    &(struct kubeconfigs){.names = path, .v = &k, .n = 1}, context, a, err);
	kubeconfig_fini(&k);
	return rc ? rc : read_all_named(a, err);
}

static int load_home(const char *context, struct auth *a, struct auth_error *err)
{
	const char *home = getenv("HOME");
	struct auth_error why;
	char *path;
	int rc;

	if (!home || !*home) {
		auth_refuse(err, "this is no pod, and neither $KUBECONFIG nor $HOME is set");
		return -ENOENT;
	}
	path = file_path(home, ".kube/config");
	rc = path ? load_one(path, context, a, &why) : auth_no_memory(&why);
	free(path);
	if (rc == -ENOENT)
		auth_refuse(err, "this is no pod, $KUBECONFIG is not set, %.400s", why.text);
	else if (rc)
		*err = why;
	return rc;
}

static int load_into(const struct auth_where *where, struct auth *a, struct auth_error *err)
{
	const char *list = getenv("KUBECONFIG");

	if (where->kubeconfig)
		return load_one(where->kubeconfig, where->context, a, err);
	if (!where->context && auth_pod_possible(where))
		return auth_pod(where, a, err);
	if (list && *list)
		return load_list(list, where->context, a, err);
	return load_home(where->context, a, err);
}

int auth_load(const struct auth_where *where, struct auth **out, struct auth_error *err)
{
	struct auth *a = calloc(1, sizeof(*a));
	int rc = a ? load_into(where, a, err) : auth_no_memory(err);

	if (rc) {
		auth_free(a);
		a = NULL;
	}
	*out = a;
	return rc;
}

int auth_parse(const struct auth_source *text, const char *context, struct auth **out,
    struct auth_error *err)
{
	struct auth *a = calloc(1, sizeof(*a));
	struct kubeconfig k;
	int rc = a ? kubeconfig_parse(text, &k, err) : auth_no_memory(err);

	if (!rc) {
		rc = kubeconfig_choose(
		    &(struct kubeconfigs){.names = text->name, .v = &k, .n = 1}, context, a,
		    err);
		kubeconfig_fini(&k);
	}
	if (rc) {
		auth_free(a);
		a = NULL;
	}
	*out = a;
	return rc;
}
