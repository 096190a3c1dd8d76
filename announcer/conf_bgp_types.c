/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_bgp_types.c - types of values that only sections bgp and kernel have. */
#include "announcer/conf_bgp_types.h"
#include "announcer/bgp/open.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <inttypes.h>
#include <json-c/json.h>

enum { TABLE_MAIN = 254, TABLE_LOCAL = 255, TTL_MOST = 255, RULE_TEXT = 96 };

static void *field_of(void *base, const struct conf_key *key)
{
	return (char *)base + key->off;
}

static const void *field_in(const void *base, const struct conf_key *key)
{
	return (const char *)base + key->off;
}

/* Read by a type of 32 bits, whatever the width of the field. */
static uint32_t narrow_parse(
    struct conf_reader *r, struct json_object *v, const struct conf_key *key, uint32_t old)
{
	struct conf_key wide = *key;

	wide.off = 0;
	conf_u32_type.parse(r, v, &old, &wide);
	return old;
}

static void u8_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	uint8_t *field = field_of(base, key);

	*field = (uint8_t)narrow_parse(r, v, key, *field);
}

static struct json_object *u8_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	(void)out;
	return conf_out_u32(*(const uint8_t *)field_in(base, key), key);
}

const struct conf_type conf_u8_type = {u8_parse, u8_give, CONF_VALUE};

static void u16_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	uint16_t *field = field_of(base, key);

	*field = (uint16_t)narrow_parse(r, v, key, *field);
}

static struct json_object *u16_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	(void)out;
	return conf_out_u32(*(const uint16_t *)field_in(base, key), key);
}

const struct conf_type conf_u16_type = {u16_parse, u16_give, CONF_VALUE};

static void asn_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *s =
	    json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
	struct bgp_neighbor *n = base;
	int64_t asn = json_object_get_int64(v);

	if (json_object_is_type(v, json_type_int) && asn > 0 && asn <= UINT32_MAX)
		n->asn = (uint32_t)asn;
	else if (strcmp(s, "internal") == 0)
		n->asn_kind = BGP_ASN_INTERNAL;
	else if (strcmp(s, "external") == 0)
		n->asn_kind = BGP_ASN_EXTERNAL;
	else
		conf_error(r, v, key->name, "must be 1..4294967295, internal or external");
}

static struct json_object *asn_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	static const char *const kinds[] = {
	    [BGP_ASN_INTERNAL] = "internal", [BGP_ASN_EXTERNAL] = "external"};
	const struct bgp_neighbor *n = base;

	(void)out;
	(void)key;
	return n->asn_kind == BGP_ASN_NUMBER ? conf_out_num(n->asn)
	                                     : conf_out_text(kinds[n->asn_kind]);
}

const struct conf_type conf_asn_type = {asn_parse, asn_give, CONF_VALUE};

static void hops_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	uint8_t *field = field_of(base, key);
	int64_t ttl = json_object_get_int64(v);

	if (json_object_is_type(v, json_type_boolean))
		*field = json_object_get_boolean(v) ? TTL_MOST : 0;
	else if (json_object_is_type(v, json_type_int) && ttl >= 1 && ttl <= TTL_MOST)
		*field = (uint8_t)ttl;
	else
		conf_error(r, v, key->name, "must be yes, no or 1..255");
}

static struct json_object *hops_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	uint8_t ttl = *(const uint8_t *)field_in(base, key);

	(void)out;
	return ttl && ttl != TTL_MOST ? conf_out_num(ttl) : conf_out_bool(ttl != 0);
}

const struct conf_type conf_hops_type = {hops_parse, hops_give, CONF_VALUE};

/* The texts of a list into l, each told to `take`; else an error that says what is expected. */
static void texts_each(struct conf_reader *r, struct json_object *v, const struct conf_key *key,
    const char *(*take)(const char *s, void *arg), void *arg)
{
	if (!json_object_is_type(v, json_type_array)) {
		conf_error(r, v, key->name, "must be a list");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *e = json_object_array_get_idx(v, i);
		char *s = e ? conf_read_text(r, e) : NULL;
		const char *expected = s ? take(s, arg) : "a list of texts";

		if (expected)
			conf_error(r, e, key->name, "must be %s", expected);
		free(s);
	}
}

static const char *take_family(const char *s, void *arg)
{
	unsigned *families = arg;

	if (strcmp(s, "ipv4") == 0)
		*families |= BGP_IPV4;
	else if (strcmp(s, "ipv6") == 0)
		*families |= BGP_IPV6;
	else
		return "ipv4 or ipv6";
	return NULL;
}

static void families_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	unsigned families = 0;
	size_t errors = r->n_lines;

	texts_each(r, v, key, take_family, &families);
	if (!families && r->n_lines == errors)
		conf_error(r, v, key->name, "must hold ipv4, ipv6 or both");
	*(unsigned *)field_of(base, key) = families;
}

static struct json_object *families_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	unsigned families = *(const unsigned *)field_in(base, key);
	struct json_object *list = conf_out_list();

	(void)out;
	if (families & BGP_IPV4)
		conf_out_append(list, conf_out_text("ipv4"));
	if (families & BGP_IPV6)
		conf_out_append(list, conf_out_text("ipv6"));
	return list;
}

const struct conf_type conf_families_type = {families_parse, families_give, CONF_VALUE};

static void prefix_read(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *s =
	    json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";

	if (!strchr(s, '/') || prefix_parse(s, field_of(base, key)) < 0)
		conf_error(r, v, key->name, "must be a prefix such as 192.0.2.0/24");
}

static struct json_object *prefix_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct prefix *p = field_in(base, key);
	char buf[PREFIX_STRLEN];

	(void)out;
	return p->family ? conf_out_text(prefix_str(p, buf)) : NULL;
}

const struct conf_type conf_prefix_type = {prefix_read, prefix_give, CONF_VALUE};

static const char *take_rule(const char *s, void *arg)
{
	struct bgp_prefix_list *l = arg;
	struct bgp_prefix_rule rule = {0};
	const char *expected = bgp_prefix_rule_parse(s, &rule);

	if (expected)
		return expected;
	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = rule;
	return NULL;
}

static void prefixes_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	texts_each(r, v, key, take_rule, field_of(base, key));
}

static struct json_object *prefixes_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct bgp_prefix_list *l = field_in(base, key);
	struct json_object *list = l->n ? conf_out_list() : NULL;
	char buf[RULE_TEXT];

	(void)out;
	for (size_t i = 0; i < l->n; i++)
		conf_out_append(
		    list, conf_out_text(bgp_prefix_rule_str(&l->v[i], buf, sizeof(buf))));
	return list;
}

const struct conf_type conf_prefixes_type = {prefixes_parse, prefixes_give, CONF_VALUE};

static const struct conf_range limit = {1, UINT32_MAX}, restart_s = {1, 65535 * 60};

static const struct conf_key max_prefix_keys[] = {
    CONF_KEY("limit", u32, CONF_AT(bgp_neighbor, import.max_prefix), CONF_REQUIRED, &limit),
    CONF_KEY(
	"restart", duration, CONF_AT(bgp_neighbor, import.restart_s), CONF_SECONDS, &restart_s),
    CONF_KEY("warning-only", bool, CONF_AT(bgp_neighbor, import.warning_only), 0, NULL),
    {0},
};

const struct conf_section conf_max_prefix_section = {max_prefix_keys, NULL};

static void max_prefix_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct conf_key number = max_prefix_keys[0];

	number.name = key->name;
	if (json_object_is_type(v, json_type_object))
		conf_section_type.parse(r, v, base, key);
	else
		conf_u32_type.parse(r, v, base, &number);
}

static struct json_object *max_prefix_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	if (!((const struct bgp_neighbor *)base)->import.max_prefix)
		return NULL;
	return conf_section_type.give(out, base, key);
}

const struct conf_type conf_max_prefix_type = {max_prefix_parse, max_prefix_give, CONF_SECTION};

static void device_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	char **field = field_of(base, key);

	if (*field)
		conf_error(r, v, key->name, "must not stand beside interface");
	else
		conf_text_type.parse(r, v, base, key);
}

const struct conf_type conf_device_type = {device_parse, NULL, CONF_VALUE};

static struct json_object *listen_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	struct json_object *list = conf_words_type.give(out, base, key);

	return list ? list : conf_out_list();
}

static void listen_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	conf_words_type.parse(r, v, base, key);
}

const struct conf_type conf_listen_type = {listen_parse, listen_give, CONF_VALUE};

static void table_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *s =
	    json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
	int64_t n = json_object_get_int64(v);
	bool number = json_object_is_type(v, json_type_int);

	if (strcmp(s, "main") == 0)
		*(uint32_t *)field_of(base, key) = TABLE_MAIN;
	else if (number && n > 0 && n <= UINT32_MAX && n != TABLE_LOCAL)
		*(uint32_t *)field_of(base, key) = (uint32_t)n;
	else
		conf_error(r, v, key->name, "must be main or 1..4294967295, but not 255");
}

static struct json_object *table_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	uint32_t table = *(const uint32_t *)field_in(base, key);

	(void)out;
	return table == TABLE_MAIN ? conf_out_text("main") : conf_out_num(table);
}

const struct conf_type conf_table_type = {table_parse, table_give, CONF_VALUE};
