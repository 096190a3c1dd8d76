/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_types.c - the types of single values in the configuration: how each is read into its
 * field and given back. Lists and mappings: conf_lists.c.
 */
#include "announcer/conf_key.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <inttypes.h>
#include <json-c/json.h>

static void *field_of(void *base, const struct conf_key *key)
{
	return (char *)base + key->off;
}

static const void *field_in(const void *base, const struct conf_key *key)
{
	return (const char *)base + key->off;
}

static void bool_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	bool *field = field_of(base, key);

	if (json_object_is_type(v, json_type_boolean))
		*field = json_object_get_boolean(v);
	else
		conf_error(r, v, key->name, "must be yes or no");
}

static struct json_object *bool_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const bool *field = field_in(base, key);

	(void)out;
	return conf_out_bool(*field);
}

const struct conf_type conf_bool_type = {bool_parse, bool_give, CONF_VALUE};

static void u32_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_range *range = key->arg;
	uint32_t *field = field_of(base, key);
	int64_t n = json_object_get_int64(v);

	if (json_object_is_type(v, json_type_int) && n >= range->min && n <= range->max)
		*field = (uint32_t)n;
	else
		conf_error(
		    r, v, key->name, "must be %" PRIu32 "..%" PRIu32, range->min, range->max);
}

static struct json_object *u32_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	(void)out;
	return conf_out_u32(*(const uint32_t *)field_in(base, key), key);
}

const struct conf_type conf_u32_type = {u32_parse, u32_give, CONF_VALUE};

/* MetalLB takes an empty text for one that is not given. */
static bool text_is_none(const struct conf_reader *r, struct json_object *v)
{
	return r->dialect != CONF_FILE && json_object_is_type(v, json_type_string) &&
	       !json_object_get_string_len(v);
}

static void text_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_rule *rule = key->arg;
	char **field = field_of(base, key);
	char *s = conf_read_text(r, v);
	bool none = !(key->flags & CONF_REQUIRED) && text_is_none(r, v);
	const char *expected = !s ? "must be a text" : rule ? rule->check(s) : NULL;

	if (expected && !none)
		conf_error(r, v, key->name, "%s", expected);
	if (expected || none) {
		free(s);
		return;
	}
	free(*field);
	*field = s;
}

static struct json_object *text_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	char *const *field = field_in(base, key);

	if (!*field)
		return NULL;
	return conf_out_text(key->flags & CONF_SECRET && out->hide ? "<hidden>" : *field);
}

const struct conf_type conf_text_type = {text_parse, text_give, CONF_VALUE};

static const char *word_text(struct json_object *v)
{
	if (json_object_is_type(v, json_type_boolean))
		return json_object_get_boolean(v) ? "yes" : "no";
	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

static void word_refuse(
    struct conf_reader *r, struct json_object *v, const struct conf_key *key)
{
	const struct conf_word *words = key->arg;
	char list[128] = "";
	size_t len = 0;

	for (const struct conf_word *w = words; w->name; w++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
		    w == words  ? ""
		    : w[1].name ? ", "
				: " or ",
		    w->name);
	conf_error(r, v, key->name, "must be %s", list);
}

static void word_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_word *w = key->arg;
	void *field = field_of(base, key);
	const char *text = word_text(v);

	while (w->name && strcmp(w->name, text) != 0)
		w++;
	if (!w->name)
		word_refuse(r, v, key);
	else if (key->flags & CONF_BOOL)
		*(bool *)field = w->value;
	else
		*(int *)field = w->value;
}

/* "yes" and "no" are what a reader of YAML makes of them. */
static struct json_object *word_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const void *field = field_in(base, key);
	int value = key->flags & CONF_BOOL ? *(const bool *)field : *(const int *)field;
	const struct conf_word *w = key->arg;
	const char *name;

	(void)out;
	while (w->name && w->value != value)
		w++;
	name = w->name ? w->name : "auto";
	if (strcmp(name, "yes") == 0 || strcmp(name, "no") == 0)
		return conf_out_bool(*name == 'y');
	return conf_out_text(name);
}

/* arg: struct conf_word[]. The field is an enum, or a bool with CONF_BOOL. */
const struct conf_type conf_word_type = {word_parse, word_give, CONF_VALUE};

static void ip_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct ipaddr *field = field_of(base, key);
	bool v4 = key->flags & CONF_IPV4;
	struct ipaddr a;

	if (text_is_none(r, v))
		return;
	if (!json_object_is_type(v, json_type_string) ||
	    ipaddr_parse(json_object_get_string(v), &a) < 0 ||
	    (v4 && ipaddr_len(a.family) != 4))
		conf_error(
		    r, v, key->name, "must be an %s", v4 ? "IPv4 address" : "IP address");
	else
		*field = a;
}

static struct json_object *ip_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct ipaddr *field = field_in(base, key);
	char buf[PREFIX_STRLEN];

	(void)out;
	return field->family ? conf_out_text(ipaddr_str(field, buf)) : NULL;
}

const struct conf_type conf_ip_type = {ip_parse, ip_give, CONF_VALUE};

/* Nanoseconds of a unit of Go's time.ParseDuration(), and step past it; 0 = no unit. */
static int64_t unit_take(const char **p)
{
	static const struct unit {
		const char *name;
		int64_t ns;
	} units[] = {
	    {"ns",        1            },
	    {"us",        1000         },
	    {"\xC2\xB5s", 1000         },
	    {"\xCE\xBCs", 1000         },
	    {"ms",        1000000      },
	    {"s",         1000000000   },
	    {"m",         60000000000  },
	    {"h",         3600000000000},
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*p, units[i].name, len) == 0) {
			*p += len;
			return units[i].ns;
		}
	}
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One "1.5h" of a duration, in nanoseconds. Return: false when it is none or too long. */
static bool term_take(const char **p, int64_t *ns)
{
	int64_t whole = 0, unit, part = 0, scale = 1;
	const char *start = *p;

	for (; is_digit(**p); (*p)++) {
		if (whole > INT64_MAX / 100)
			return false;
		whole = whole * 10 + (**p - '0');
	}
	if (*p == start && !(**p == '.' && is_digit((*p)[1])))
		return false;
	if (**p == '.')
		for ((*p)++; is_digit(**p); (*p)++)
			if (scale < 1000000) { /* finer makes no second */
				part = part * 10 + (**p - '0');
				scale *= 10;
			}
	unit = unit_take(p);
	if (!unit || whole > INT64_MAX / 4 / unit)
		return false;
	*ns = whole * unit + (int64_t)((double)part / (double)scale * (double)unit);
	return true;
}

/* Go's time.ParseDuration(), in whole seconds. Return: false when it is none. */
static bool duration_parse(const char *s, int64_t *seconds)
{
	bool minus = *s == '-';
	int64_t sum = 0, ns;

	if (*s == '-' || *s == '+')
		s++;
	if (strcmp(s, "0") == 0) {
		*seconds = 0;
		return true;
	}
	do {
		if (!term_take(&s, &ns) || ns > INT64_MAX - sum)
			return false;
		sum += ns;
	} while (*s);
	*seconds = (minus ? -sum : sum) / 1000000000;
	return true;
}

static void duration_read(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_range *range = key->arg;
	uint32_t *field = field_of(base, key);
	char *s;
	int64_t seconds;
	bool plain = key->flags & CONF_SECONDS && json_object_is_type(v, json_type_int);

	if (text_is_none(r, v))
		return;
	s = conf_read_text(r, v);
	if (plain)
		seconds = json_object_get_int64(v);
	if (!plain && (!s || !duration_parse(s, &seconds)))
		conf_error(r, v, key->name, "must be a duration such as 90s or 1m30s");
	else if (seconds && (seconds < range->min || seconds > range->max))
		conf_error(r, v, key->name, "must be 0 or %" PRIu32 "..%" PRIu32, range->min,
		    range->max);
	else
		*field = (uint32_t)seconds;
	free(s);
}

static struct json_object *duration_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const uint32_t *field = field_in(base, key);
	char buf[16];

	(void)out;
	snprintf(buf, sizeof(buf), "%" PRIu32 "s", *field);
	return conf_out_text(buf);
}

/* Go's durations, cut to whole seconds; arg: struct conf_range of what is not 0. */
const struct conf_type conf_duration_type = {duration_read, duration_give, CONF_VALUE};

/* What stands for "off" whatever the key. */
static bool value_is_off(struct json_object *v)
{
	static const char *const words[] = {"", "none", "auto", "no", "off"};

	switch (json_object_get_type(v)) {
	case json_type_boolean:
		return !json_object_get_boolean(v);
	case json_type_array:
		return json_object_array_length(v) == 0;
	case json_type_object:
		return json_object_object_length(v) == 0;
	case json_type_string:
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (strcmp(json_object_get_string(v), words[i]) == 0)
				return true;
		return false;
	default:
		return false;
	}
}

static void off_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *text = json_object_is_type(v, json_type_string)
	                       ? json_object_get_string(v)
	                       : json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN);

	(void)base;
	if (value_is_off(v) || (key->arg && strcmp(text, key->arg) == 0))
		return;
	conf_error(r, v, key->name, "not supported yet");
}

/* A key whose feature is not built: only what means off, or its default, is accepted. */
const struct conf_type conf_off_type = {off_parse, NULL, CONF_VALUE};
