/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the entries of clusters and users say. No error quotes a value of theirs. */
#include "k8s/auth_int.h"
#include "k8s/base64.h"
#include "k8s/field.h"
#include "k8s/yamldoc.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As field_refuse() for the member of this name, where it stands. */
static int refuse(const struct json_object *o, const char *name, const char *expected,
    struct k8s_decode_error *err)
{
	struct json_object *at = NULL;

	if (!json_object_object_get_ex(o, name, &at) || !at)
		return field_refuse(err, o, name, "%s", expected);
	return field_refuse(err, at, name, "%s", expected);
}

/* A copy of a member, NULL when it is not there. */
static int take_string(
    const struct json_object *o, const char *name, char **out, struct k8s_decode_error *err)
{
	const char *s;
	int rc = field_string(o, name, &s, err);

	return rc ? rc : auth_keep(out, s);
}

char *auth_path(const struct kubeconfig *k, const char *path)
{
	return path[0] == '/' ? strdup(path) : file_path(k->dir, path);
}

int auth_name(const struct auth_entry *e, enum auth_named kind, const char *key, struct auth *a)
{
	struct auth_name *n = &a->named[kind];
	struct json_object *at = NULL;
	const char *path;
	unsigned line, col;
	size_t len = strlen(e->file->name) + strlen(key) + 128;

	json_object_object_get_ex(e->value, key, &at);
	path = json_object_get_string(at);
	yamldoc_mark(at, &line, &col);
	n->path = auth_path(e->file, path);
	n->label = malloc(len);
	if (!n->path || !n->label)
		return -ENOMEM;
	snprintf(n->label, len, "%s:%u:%u: %s[%zu].%s.%s", e->file->name, line, col, e->list,
	    e->i, e->member, key);
	return 0;
}

static int take_data(struct json_object *o, const char *key, enum auth_named kind,
    struct auth_text *out, struct k8s_decode_error *err)
{
	const char *data, *wrong;
	int rc = field_string(o, key, &data, err);

	if (rc || !data)
		return rc;
	rc = base64_decode(data, &out->p, &out->len);
	if (rc == -EINVAL)
		return refuse(o, key, "must be base64", err);
	wrong = rc ? NULL : auth_check(kind, out);
	return wrong ? refuse(o, key, wrong, err) : rc;
}

int auth_pem_decode(const struct auth_entry *e, enum auth_named kind, struct auth *a,
    struct k8s_decode_error *err)
{
	static const char *const keys[AUTH_TOKEN][2] = {
	    [AUTH_CA] = {"certificate-authority", "certificate-authority-data"},
	    [AUTH_CERT] = {"client-certificate",    "client-certificate-data"   },
	    [AUTH_KEY] = {"client-key",            "client-key-data"           },
	};
	struct auth_text *const into[AUTH_TOKEN] = {
	    [AUTH_CA] = &a->found.ca, [AUTH_CERT] = &a->found.cert, [AUTH_KEY] = &a->found.key};
	const char *path;
	int rc = field_string(e->value, keys[kind][0], &path, err);

	if (!rc)
		rc = take_data(e->value, keys[kind][1], kind, into[kind], err);
	if (rc || !path)
		return rc;
	if (into[kind]->p)
		return refuse(
		    e->value, keys[kind][1], "must not stand beside the name of a file", err);
	return auth_name(e, kind, keys[kind][0], a);
}

/* "https://HOST" of "https://HOST/" */
static int take_server(
    const struct json_object *o, struct auth_found *f, struct k8s_decode_error *err)
{
	const char *wrong;
	int rc = take_string(o, "server", &f->server, err);
	size_t len;

	if (rc)
		return rc;
	wrong = f->server ? auth_check_url(f->server) : "must not be empty";
	if (wrong)
		return refuse(o, "server", wrong, err);
	for (len = strlen(f->server); f->server[len - 1] == '/'; len--)
		f->server[len - 1] = 0;
	return 0;
}

static int take_proxy(
    const struct json_object *o, struct auth_found *f, struct k8s_decode_error *err)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://"};
	int rc = take_string(o, "proxy-url", &f->proxy, err);
	bool good = false;

	if (rc || !f->proxy)
		return rc;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i]);

		good |= strncasecmp(f->proxy, schemes[i], len) == 0 && f->proxy[len];
	}
	for (const char *p = f->proxy; *p; p++)
		good = good && *p > ' ' && *p <= '~';
	return good ? 0 : refuse(o, "proxy-url", "must be a URL of http, https or socks5", err);
}

int auth_cluster_decode(
    const struct auth_entry *e, struct auth *a, struct k8s_decode_error *err)
{
	struct auth_found *f = &a->found;
	const struct json_object *o = e->value;
	int rc = take_server(o, f, err);

	if (!rc)
		rc = take_proxy(o, f, err);
	if (!rc)
		rc = take_string(o, "tls-server-name", &f->tls_name, err);
	if (!rc)
		rc = field_bool(o, "insecure-skip-tls-verify", &f->insecure, err);
	if (!rc && strncasecmp(f->server, "http://", 7) == 0) {
		f->insecure = false;
		return 0;
	}
	if (!rc)
		rc = auth_pem_decode(e, AUTH_CA, a, err);
	if (!rc && f->insecure && (f->ca.p || a->named[AUTH_CA].path))
		return refuse(o, "insecure-skip-tls-verify",
		    "must not stand beside a certificate-authority", err);
	return rc;
}

/* What would make somebody else of us, or comes from code that kubectl dropped. */
static int refuse_unsupported(const struct json_object *o, struct k8s_decode_error *err)
{
	static const char *const as[] = {"as", "as-uid", "as-groups", "as-user-extra"};
	struct json_object *v;

	if (json_object_object_get_ex(o, "auth-provider", &v) && v)
		return refuse(o, "auth-provider",
		    "was removed from Kubernetes: use exec with the provider's plugin", err);
	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
		if (!json_object_object_get_ex(o, as[i], &v) || !v)
			continue;
		if (json_object_is_type(v, json_type_string) && !json_object_get_string_len(v))
			continue;
		return refuse(o, as[i], "impersonation is not supported", err);
	}
	return 0;
}

static int take_token(const struct auth_entry *e, struct auth *a, struct k8s_decode_error *err)
{
	struct auth_found *f = &a->found;
	const char *wrong = NULL;
	int rc = take_string(e->value, "token", &f->token, err);

	if (!rc && f->token)
		wrong = auth_check(AUTH_TOKEN, &(struct auth_text){f->token, strlen(f->token)});
	if (wrong)
		return refuse(e->value, "token", wrong, err);
	if (!rc)
		rc = take_string(e->value, "tokenFile", &f->token_file, err);
	if (rc || !f->token_file)
		return rc;
	free(f->token_file);
	f->token_file = NULL;
	rc = auth_name(e, AUTH_TOKEN, "tokenFile", a);
	return rc ? rc : auth_keep(&f->token_file, a->named[AUTH_TOKEN].path);
}

/* As kubectl: a key without a certificate is of no use, and left alone. */
static int take_certificate(
    const struct auth_entry *e, struct auth *a, struct k8s_decode_error *err)
{
	struct auth_found *f = &a->found;
	int rc = auth_pem_decode(e, AUTH_CERT, a, err);

	if (rc || (!f->cert.p && !a->named[AUTH_CERT].path))
		return rc;
	rc = auth_pem_decode(e, AUTH_KEY, a, err);
	if (!rc && !f->key.p && !a->named[AUTH_KEY].path)
		return field_refuse(err, e->value, "client-key",
		    "must be there, or client-key-data, as there is a client-certificate");
	return rc;
}

static int take_basic(const struct json_object *o, struct auth *a, struct k8s_decode_error *err)
{
	struct auth_found *f = &a->found;
	int rc = take_string(o, "username", &f->username, err);

	if (!rc)
		rc = take_string(o, "password", &f->password, err);
	if (!rc && f->token && (f->username || f->password))
		return refuse(o, f->username ? "username" : "password",
		    "must not stand beside a token", err);
	return rc;
}

/* Besides a plugin. */
static bool has_credentials(const struct auth *a)
{
	const struct auth_found *f = &a->found;

	return f->token || a->named[AUTH_TOKEN].path || f->username || f->cert.p ||
	       a->named[AUTH_CERT].path;
}

int auth_user_decode(const struct auth_entry *e, struct auth *a, struct k8s_decode_error *err)
{
	struct json_object *exec = NULL;
	int rc = refuse_unsupported(e->value, err);

	if (!rc)
		rc = take_token(e, a, err);
	if (!rc)
		rc = take_basic(e->value, a, err);
	if (!rc)
		rc = take_certificate(e, a, err);
	if (!rc)
		rc = field_get(e->value, "exec", json_type_object, &exec, err);
	if (rc || !exec)
		return rc;
	rc = field_within(auth_exec_decode(e, exec, &a->found.exec, err), err, "exec");
	if (has_credentials(a)) { /* as kubectl, which does not run it then */
		auth_exec_free(a->found.exec);
		a->found.exec = NULL;
	}
	return rc;
}
