/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a credential plugin is told and what it says: both an ExecCredential in JSON. */
#include "k8s/decode_int.h"
#include "k8s/exec.h"
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

void exec_credential_free(struct exec_credential *c)
{
	if (!c)
		return;
	free(c->token);
	free(c->cert);
	free(c->key);
	free(c);
}

static char *base64(const char *p, size_t len)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc((len + 2) / 3 * 4 + 1), *to = text;

	for (size_t i = 0; text && i < len; i += 3) {
		unsigned char a = (unsigned char)p[i];
		unsigned char b = i + 1 < len ? (unsigned char)p[i + 1] : 0;
		unsigned char c = i + 2 < len ? (unsigned char)p[i + 2] : 0;

		*to++ = digits[a >> 2];
		*to++ = digits[(a & 3) << 4 | b >> 4];
		*to++ = i + 1 < len ? digits[(b & 15) << 2 | c >> 6] : '=';
		*to++ = i + 2 < len ? digits[c & 63] : '=';
	}
	if (text)
		*to = '\0';
	return text;
}

/* Consumes value. Return: whether it is in o now. */
static bool put(struct json_object *o, const char *name, struct json_object *value)
{
	if (value && json_object_object_add(o, name, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static bool put_text(struct json_object *o, const char *name, const char *text)
{
	return !text || put(o, name, json_object_new_string(text));
}

static bool put_cluster(struct json_object *spec, const struct auth_found *found)
{
	struct json_object *o = json_object_new_object();
	char *ca = found->ca.p ? base64(found->ca.p, found->ca.len) : NULL;
	bool good = o && (ca || !found->ca.p) && put_text(o, "server", found->server) &&
	            put_text(o, "tls-server-name", found->tls_name) &&
	            put_text(o, "proxy-url", found->proxy) &&
	            put_text(o, "certificate-authority-data", ca) &&
	            (!found->insecure ||
			put(o, "insecure-skip-tls-verify", json_object_new_boolean(1)));

	free(ca);
	if (good)
		return put(spec, "cluster", o);
	json_object_put(o);
	return false;
}

char *exec_info(const struct auth_found *found)
{
	struct json_object *o = json_object_new_object(), *spec = json_object_new_object();
	char *text = NULL;

	if (o && spec && put_text(o, "kind", "ExecCredential") &&
	    put_text(o, "apiVersion", found->exec->api_version) &&
	    put(spec, "interactive", json_object_new_boolean(0)) &&
	    (!found->exec->provide_cluster_info || put_cluster(spec, found)) &&
	    put(o, "spec", json_object_get(spec)))
		text = strdup(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(spec);
	json_object_put(o);
	return text;
}

static int refuse(char *why, const char *what)
{
	snprintf(why, EXEC_WHY_MAX, "%s", what);
	return -EINVAL;
}

/* A string of the object, copied; NULL when absent or empty. */
static int take(struct json_object *o, const char *name, char **to, char *why)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(o, name, &value) || !value)
		return 0;
	text = json_object_get_string(value);
	if (!json_object_is_type(value, json_type_string) ||
	    strlen(text) != (size_t)json_object_get_string_len(value)) {
		snprintf(why, EXEC_WHY_MAX, "%s must be a string", name);
		return -EINVAL;
	}
	if (!*text)
		return 0;
	*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

static bool says(struct json_object *o, const char *name, const char *what)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) &&
	       json_object_is_type(value, json_type_string) &&
	       strcmp(json_object_get_string(value), what) == 0;
}

static int read_status(struct json_object *status, struct exec_credential *c, char *why)
{
	char *expires = NULL;
	int rc = take(status, "token", &c->token, why);

	if (!rc)
		rc = take(status, "clientCertificateData", &c->cert, why);
	if (!rc)
		rc = take(status, "clientKeyData", &c->key, why);
	if (!rc)
		rc = take(status, "expirationTimestamp", &expires, why);
	if (!rc && expires && k8s_time_parse(expires, &c->expires_s))
		rc = refuse(why, "expirationTimestamp is no time");
	free(expires);
	if (rc)
		return rc;
	if (!c->cert != !c->key)
		return refuse(
		    why, "clientCertificateData and clientKeyData must come together");
	return c->token || c->cert ? 0
	                           : refuse(why, "it gave neither a token nor a certificate");
}

static int read_credential(
    struct json_object *o, const char *api_version, struct exec_credential *c, char *why)
{
	struct json_object *status;

	if (!json_object_is_type(o, json_type_object) || !says(o, "kind", "ExecCredential"))
		return refuse(why, "it did not print an ExecCredential");
	if (!says(o, "apiVersion", api_version)) {
		snprintf(why, EXEC_WHY_MAX, "its answer is not of apiVersion %s", api_version);
		return -EINVAL;
	}
	if (!json_object_object_get_ex(o, "status", &status) ||
	    !json_object_is_type(status, json_type_object))
		return refuse(why, "its answer has no status");
	return read_status(status, c, why);
}

int exec_parse(const char *text, size_t len, const char *api_version,
    struct exec_credential **out, char *why)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct exec_credential *c = calloc(1, sizeof(*c));
	struct json_object *o = NULL;
	int rc = -ENOMEM;

	if (!tok || !c)
		goto out;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	o = json_tokener_parse_ex(tok, text, (int)len);
	if (json_tokener_get_error(tok) == json_tokener_success)
		rc = read_credential(o, api_version, c, why);
	else
		rc = refuse(why, "it did not print JSON");
out:
	json_object_put(o);
	json_tokener_free(tok);
	if (rc)
		exec_credential_free(c);
	else
		*out = c;
	return rc;
}
