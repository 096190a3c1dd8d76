/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/secret.h"
#include "k8s/base64.h"
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(struct json_object *map, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(map, json_type_object) ||
	    !json_object_object_get_ex(map, key, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

static const char *text_in(struct json_object *secret, const char *map, const char *key)
{
	struct json_object *v = NULL;

	return json_object_object_get_ex(secret, map, &v) ? text_of(v, key) : NULL;
}

static int password_of(struct json_object *secret, char **to, const char **error)
{
	const char *type = text_of(secret, "type");
	const char *plain = text_in(secret, "stringData", "password");
	const char *coded = text_in(secret, "data", "password");
	size_t len = 0;
	int rc;

	*error = NULL;
	if (!type || strcmp(type, "kubernetes.io/basic-auth") != 0)
		*error = "is not of type kubernetes.io/basic-auth";
	else if (!plain && !coded)
		*error = "has no key password";
	if (*error)
		return -EINVAL;
	if (plain) {
		*to = strdup(plain);
		len = strlen(plain);
		rc = *to ? 0 : -ENOMEM;
	} else {
		rc = base64_decode(coded, to, &len);
	}
	if (rc == -EINVAL)
		*error = "has a password that is not base64";
	if (rc || (len && strlen(*to) == len))
		return rc;
	*error = "has a password that is empty or no text";
	memset(*to, 0, len);
	free(*to);
	return -EINVAL;
}

int k8s_secret_password(const struct k8s_raw *secret, char **password, const char **error)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *json;
	char *s = NULL;
	int rc = -EINVAL;

	if (!tok)
		return -ENOMEM;
	json = json_tokener_parse_ex(tok, secret->text, (int)secret->len);
	*error = "cannot be read";
	if (json_object_is_type(json, json_type_object))
		rc = password_of(json, &s, error);
	if (!rc)
		*password = s;
	json_object_put(json);
	json_tokener_free(tok);
	return rc;
}
