/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A digit, the kind, then any text as an object of that kind: what json_read() takes json-c
 * takes, trimmed or whole the decoder says the same, and what is kept raw reads back as it was.
 */
#include "k8s/decode.h"
#include "k8s/digest.h"
#include "k8s/json.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static struct json_object *read_json(
    const char *text, size_t len, const struct json_want *want, bool *ok)
{
	struct json_object *json = NULL;
	struct json_fault fault = {0};
	int rc = json_read(text, len, want, &json, &fault);

	require(rc == 0 || (fault.what && fault.at <= len && !json));
	*ok = rc == 0;
	return json;
}

static void ask_json_c(const char *text, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(80);
	struct json_object *json;

	require(tok != NULL);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tok, text, (int)len);
	if (json_tokener_get_error(tok) == json_tokener_continue)
		json = json_tokener_parse_ex(tok, "", 1);
	require(json_tokener_get_error(tok) == json_tokener_success);
	json_object_put(json);
	json_tokener_free(tok);
}

static void print_and_read_again(struct json_object *json)
{
	size_t len;
	bool ok;
	const char *text =
	    json_object_to_json_string_length(json, JSON_C_TO_STRING_PLAIN, &len);
	struct json_object *again = read_json(text, len, NULL, &ok);

	require(ok && json_object_equal(json, again));
	json_object_put(again);
}

static void check_raw(const struct k8s_object *o)
{
	struct json_object *json;
	bool ok;

	if (o->kind < K8S_CONFIGMAP)
		return;
	require(strlen(o->raw.text) == o->raw.len);
	json = read_json(o->raw.text, o->raw.len, NULL, &ok);
	require(ok);
	json_object_put(json);
}

static void decode_both(
    enum k8s_kind kind, const struct json_object *whole, const struct json_object *trimmed)
{
	struct k8s_object *a = NULL, *b = NULL;
	struct k8s_decode_error ea = {0}, eb = {0};
	int rc = k8s_object_decode_as(kind, "pools", whole, &a, &ea);

	require(k8s_object_decode_as(kind, "pools", trimmed, &b, &eb) == rc);
	require(strcmp(ea.field, eb.field) == 0 && strcmp(ea.expected, eb.expected) == 0);
	if (!rc) {
		require(k8s_object_equal(a, b) && k8s_object_digest(a) == k8s_object_digest(b));
		check_raw(a);
	} else {
		require(!a && !b && ea.expected[0]);
	}
	k8s_object_free(a);
	k8s_object_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data + 1;
	struct json_object *whole, *trimmed;
	enum k8s_kind kind;
	bool ok, trimmed_ok;

	if (!len)
		return 0;
	kind = data[0] % K8S_KINDS;
	whole = read_json(text, len - 1, NULL, &ok);
	trimmed = read_json(text, len - 1, k8s_wants(kind), &trimmed_ok);
	require(trimmed_ok || !ok);
	if (ok) {
		ask_json_c(text, len - 1);
		print_and_read_again(whole);
		decode_both(kind, whole, trimmed);
	}
	json_object_put(whole);
	json_object_put(trimmed);
	return 0;
}
