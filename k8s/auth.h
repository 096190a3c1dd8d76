/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auth.h - where the API server is and how to prove who we are: a kubeconfig (or several,
 * merged as kubectl does), or the service account of a pod. Reads files; runs nothing and talks
 * to nobody: what a credential plugin says is put in by whoever runs it (exec.h).
 */
#ifndef K8S_AUTH_H
#define K8S_AUTH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct auth;

/* Which of them. */
struct auth_where {
	const char *kubeconfig; /* a path; NULL = the pod's account, else $KUBECONFIG (a list),
	                           else ~/.kube/config */
	const char *context;    /* NULL = current-context; else the pod's account is left out */
	const char *pod_dir;    /* for tests: the folder of the pod's account; NULL = where the
	                           kubelet puts it */
};

/* "/etc/grevy/kubeconfig:12:5: users[0].user.client-key-data: must be base64"; never a secret.
 */
struct auth_error {
	char text[512];
};

struct auth_text {
	char *p; /* NUL-terminated; NULL = none */
	size_t len;
};

/* A credential plugin (client.authentication.k8s.io/v1 or v1beta1). */
struct auth_exec {
	char *command; /* a path made absolute as kubectl does, or a name for PATH */
	char **args;   /* NULL at the end */
	char **env;    /* "NAME=value", on top of ours; NULL at the end */
	char *api_version;
	char *install_hint; /* NULL = none */
	bool provide_cluster_info;
};

/* What was found; read only. With a server of http:// there are no credentials, as kubectl
 * sends none there. */
struct auth_found {
	char *source; /* "/etc/grevy/kubeconfig, context home" or "in-cluster account" */
	char *server; /* "https://192.0.2.1:6443", no '/' at its end */
	char *cluster, *user; /* their names; NULL in a pod */
	char *ns;             /* of the context or the pod; NULL = none */
	char *proxy;          /* proxy-url, which may hold a password; NULL = $HTTPS_PROXY as
	                         kubectl has it (proxy.h) */
	char *tls_name;       /* NULL = the server's */
	struct auth_text ca, cert, key; /* PEM */
	char *token;               /* of the file as read last, or as written; NULL = none */
	char *token_file;          /* NULL = the token does not come from a file */
	char *username, *password; /* NULL = none */
	struct auth_exec *exec;    /* NULL = none */
	bool insecure;             /* insecure-skip-tls-verify */
};

/* Return: 0, -ENOENT (there is nothing to read), -EINVAL (not as it must be, or a file that it
 * names cannot be read) or another -errno; err says what and where. */
int auth_load(const struct auth_where *where, struct auth **out, struct auth_error *err);
void auth_free(struct auth *a); /* secrets are wiped; NULL is fine */
const struct auth_found *auth_found(const struct auth *a);

/* One of the files it was read from has changed since: load it again. Cheap enough for every
 * 401 and once a minute. */
bool auth_changed(const struct auth *a);

/* One kubeconfig's text. */
struct auth_source {
	const char *text;
	size_t len;
	const char *name; /* for errors */
	const char *dir;  /* what its relative paths are relative to */
};

/* As auth_load() from this text alone. Pure, for tests and the fuzzer: files that it names are
 * not read. */
int auth_parse(const struct auth_source *text, const char *context, struct auth **out,
    struct auth_error *err);
#endif
