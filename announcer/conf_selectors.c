/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_selectors.c - label selectors, as Kubernetes' LabelSelector: lists of them, and one
 * alone. MetalLB refuses what stands twice in such a list, whatever the order of its values.
 */
#include "announcer/conf_key.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <json-c/json.h>

static const struct conf_word selector_ops[] = {
    {"In",	   SELECTOR_IN    },
    {"NotIn",        SELECTOR_NOT_IN},
    {"Exists",       SELECTOR_EXISTS},
    {"DoesNotExist", SELECTOR_ABSENT},
    {NULL,	   0	      },
};

static const struct conf_key expr_keys[] = {
    CONF_KEY("key", text, CONF_AT(selector_expr, key), CONF_REQUIRED, &conf_rule_label_key),
    CONF_KEY("operator", word, CONF_AT(selector_expr, op), CONF_REQUIRED, selector_ops),
    CONF_KEY("values", words, CONF_AT(selector_expr, values), 0, &conf_rule_label_value),
    {0},
};

static bool is_word(struct json_object *v, const char *word)
{
	return json_object_is_type(v, json_type_string) &&
	       strcmp(json_object_get_string(v), word) == 0;
}

static void expr_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	struct json_object *op = conf_member(v, "operator");
	const struct selector_expr *e = elem;

	if ((is_word(op, "In") || is_word(op, "NotIn")) && !e->values.n)
		conf_error(r, v, "values", "must hold at least one value for In and NotIn");
	if ((is_word(op, "Exists") || is_word(op, "DoesNotExist")) && e->values.n)
		conf_error(r, v, "values", "must be empty for Exists and DoesNotExist");
}

static bool expr_same(const void *a, const void *b)
{
	return selector_expr_equal(a, b);
}

static const struct conf_list expr_list = {expr_keys, sizeof(struct selector_expr), NULL,
    expr_check, expr_same, "the same expression stands here twice"};

static const struct conf_key selector_keys[] = {
    CONF_KEY("match-labels", labels, CONF_NOWHERE, 0, NULL),
    CONF_KEY("match-expressions", list, CONF_LIST_AT(selector, exprs, n_exprs), 0, &expr_list),
    {0},
};

static bool selector_same(const void *a, const void *b)
{
	return selector_equal(a, b);
}

const struct conf_list conf_selector_list = {selector_keys, sizeof(struct selector), NULL, NULL,
    selector_same, "the same selector stands here twice"};

const struct conf_section conf_selector_section = {selector_keys, NULL};

static void selector_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct selectors *field = (struct selectors *)((char *)base + key->off);

	if (!json_object_is_type(v, json_type_object)) {
		conf_error(r, v, key->name, "must be a mapping");
		return;
	}
	field->v = xcalloc(1, sizeof(*field->v));
	field->n = 1;
	conf_read_map(r, v, field->v, selector_keys);
}

static struct json_object *selector_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct selectors *field =
	    (const struct selectors *)((const char *)base + key->off);

	return field->n ? conf_out_element(out, field->v, &conf_selector_list) : NULL;
}

const struct conf_type conf_selector_type = {selector_parse, selector_give, CONF_SECTION};
