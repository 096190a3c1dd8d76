/* SPDX-License-Identifier: GPL-2.0-or-later */
/* users[].user.exec of a kubeconfig: a credential plugin. Runs nothing. */
#include "k8s/auth_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments and environment together: what a kernel takes, and no alias makes more of it. */
#define WORDS_MAX ((size_t)128 << 10)

static void words_free(char **w)
{
	for (size_t i = 0; w && w[i]; i++)
		auth_wipe(w[i], strlen(w[i]));
	free(w);
}

void auth_exec_free(struct auth_exec *x)
{
	if (!x)
		return;
	free(x->command);
	words_free(x->args);
	words_free(x->env);
	free(x->api_version);
	free(x->install_hint);
	free(x);
}

/* An argument. */
static int take_arg(
    const struct json_object *item, char **out, size_t *budget, struct k8s_decode_error *err)
{
	const char *s;
	int rc = field_as_string(item, &s, err);

	if (rc)
		return rc;
	if (strlen(s) >= *budget)
		return field_refuse(err, item, "", "is too long, with what stands before it");
	*budget -= strlen(s) + 1;
	return auth_keep(out, s);
}

/* {name: NAME, value: VALUE} */
static int take_variable(
    const struct json_object *item, char **out, size_t *budget, struct k8s_decode_error *err)
{
	const char *name, *value;
	size_t len;
	int rc = field_check(item, json_type_object, err);

	if (!rc)
		rc = field_string(item, "name", &name, err);
	if (!rc)
		rc = field_string(item, "value", &value, err);
	if (rc)
		return rc;
	if (!name || strchr(name, '='))
		return field_refuse(err, item, "name", "must be that of a variable");
	value = value ? value : "";
	len = strlen(name) + strlen(value) + 2;
	if (len > *budget)
		return field_refuse(err, item, "", "is too long, with what stands before it");
	*budget -= len;
	*out = malloc(len);
	if (!*out)
		return -ENOMEM;
	snprintf(*out, len, "%s=%s", name, value);
	return 0;
}

typedef int take_fn(
    const struct json_object *item, char **out, size_t *budget, struct k8s_decode_error *err);

/* A list of words; an empty one when it is not there. */
static int take_words(const struct json_object *exec, const char *name, take_fn *take,
    char ***out, struct k8s_decode_error *err)
{
	struct json_object *list;
	size_t n, budget = WORDS_MAX;
	int rc = field_list(exec, name, &list, &n, err);

	if (rc)
		return rc;
	*out = calloc(n + 1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	for (size_t i = 0; i < n && !rc; i++) {
		rc = take(json_object_array_get_idx(list, i), &(*out)[i], &budget, err);
		rc = field_within_item(rc, err, name, i);
	}
	return rc;
}

/* Return: 0 or -EINVAL. */
static int check_words(const struct json_object *exec, struct k8s_decode_error *err)
{
	static const char *const versions[] = {
	    "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", NULL};
	static const char *const modes[] = {"Never", "IfAvailable", "Always", NULL};
	unsigned version = 2, mode = 3;
	struct json_object *at = NULL;
	int rc = field_word(exec, "apiVersion", versions, &version, err);

	if (!rc && version == 2)
		return field_refuse(err, exec, "apiVersion", "must be %s", versions[0]);
	if (!rc)
		rc = field_word(exec, "interactiveMode", modes, &mode, err);
	if (rc)
		return rc;
	json_object_object_get_ex(exec, "interactiveMode", &at);
	if (mode == 2)
		return field_refuse(err, at, "interactiveMode",
		    "Always asks for a terminal, which a daemon has not");
	if (mode == 3 && version == 0)
		return field_refuse(
		    err, exec, "interactiveMode", "must be Never or IfAvailable");
	return 0;
}

/* A name is looked up in PATH; with a '/' it is relative to the kubeconfig. */
static int take_command(const struct auth_entry *e, const struct json_object *exec, char **out,
    struct k8s_decode_error *err)
{
	const char *s;
	int rc = field_string(exec, "command", &s, err);

	if (rc)
		return rc;
	if (!s)
		return field_refuse(err, exec, "command", "must not be empty");
	*out = strchr(s, '/') ? auth_path(e->file, s) : strdup(s);
	return *out ? 0 : -ENOMEM;
}

static int decode(const struct auth_entry *e, const struct json_object *exec,
    struct auth_exec *x, struct k8s_decode_error *err)
{
	const char *version, *hint;
	int rc = take_command(e, exec, &x->command, err);

	if (!rc)
		rc = check_words(exec, err);
	if (!rc)
		rc = field_string(exec, "apiVersion", &version, err);
	if (!rc)
		rc = field_string(exec, "installHint", &hint, err);
	if (!rc)
		rc = field_bool(exec, "provideClusterInfo", &x->provide_cluster_info, err);
	if (!rc)
		rc = auth_keep(&x->api_version, version);
	if (!rc)
		rc = auth_keep(&x->install_hint, hint);
	if (!rc)
		rc = take_words(exec, "args", take_arg, &x->args, err);
	return rc ? rc : take_words(exec, "env", take_variable, &x->env, err);
}

int auth_exec_decode(const struct auth_entry *e, struct json_object *exec,
    struct auth_exec **out, struct k8s_decode_error *err)
{
	struct auth_exec *x = calloc(1, sizeof(*x));
	int rc = x ? decode(e, exec, x, err) : -ENOMEM;

	if (rc) {
		auth_exec_free(x);
		x = NULL;
	}
	*out = x;
	return rc;
}
