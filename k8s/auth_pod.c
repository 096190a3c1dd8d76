/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service account of the pod that we run in. The kubelet replaces its token by and by. */
#include "k8s/auth_int.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POD_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

/* dir/name; the caller's, NULL on lack of memory. */
static char *pod_path(const struct auth_where *where, const char *name)
{
	return file_path(where->pod_dir ? where->pod_dir : POD_DIR, name);
}

bool auth_pod_possible(const struct auth_where *where)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	char *token = host && *host && port && *port ? pod_path(where, "token") : NULL;
	bool there = token && file_exists(token);

	free(token);
	return there;
}

static int server_of_environment(char **out, struct auth_error *err)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST"), *wrong;
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	size_t len;

	if (!host || !port)
		return auth_refuse(err, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: "
					"must be set");
	len = strlen(host) + strlen(port) + sizeof("https://[]:");
	*out = malloc(len);
	if (!*out)
		return auth_no_memory(err);
	snprintf(
	    *out, len, strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	wrong = auth_check_url(*out);
	if (wrong)
		return auth_refuse(
		    err, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: %s", wrong);
	return 0;
}

/* A file of the account, which must be of this kind. */
static int take_file(char *path, enum auth_named kind, struct auth *a, struct auth_text *out,
    struct auth_error *err)
{
	const char *wrong;
	int rc = path && auth_see(a, path) == 0 ? auth_read(path, AUTH_PEM_MAX, "", out, err)
	                                        : auth_no_memory(err);

	if (rc)
		return rc == -ENOENT ? -EINVAL : rc;
	if (kind == AUTH_TOKEN)
		auth_trim(out);
	wrong = auth_check(kind, out);
	return wrong ? auth_refuse(err, "%s: %s", path, wrong) : 0;
}

/* It need not be there. */
static void take_namespace(const char *path, char **out)
{
	struct auth_text text = {0};
	struct auth_error ignored = {{0}};

	if (!path || auth_read(path, 1024, "", &text, &ignored))
		return;
	auth_trim(&text);
	if (text.len)
		*out = text.p;
	else
		free(text.p);
}

int auth_pod(const struct auth_where *where, struct auth *a, struct auth_error *err)
{
	char *token = pod_path(where, "token"), *ca = pod_path(where, "ca.crt");
	char *ns = pod_path(where, "namespace");
	struct auth_text text = {0};
	int rc = server_of_environment(&a->found.server, err);

	if (!rc)
		rc = take_file(token, AUTH_TOKEN, a, &text, err);
	a->found.token = text.p;
	a->found.token_file = token;
	if (!rc)
		rc = take_file(ca, AUTH_CA, a, &a->found.ca, err);
	take_namespace(ns, &a->found.ns);
	if (!rc && auth_keep(&a->found.source, "in-cluster account"))
		rc = auth_no_memory(err);
	free(ca);
	free(ns);
	return rc;
}
