/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A digit, which object, then any text: the object as JSON, or the YAML of the legacy
 * ConfigMap. It is refused with reasons, or becomes a part that holds together, the same when
 * it is read again, and of which rules can be made.
 */
#include "announcer/part_items.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include <json-c/json.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const resources[] = {"ipaddresspools", "addresspools", "bgppeers",
    "bgpadvertisements", "l2advertisements", "bfdprofiles", "communities"};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static struct part *read_custom(
    const char *resource, const char *text, size_t len, struct conf_errors *errors)
{
	struct k8s_object o = {.kind = K8S_CUSTOM, .ns = "metallb-system", .name = "lan"};

	o.raw = (struct k8s_raw){.resource = resource, .text = text, .len = len};
	return part_of_custom(&o, errors);
}

/* The text in the place where a ConfigMap has it. A NUL ends it there. */
static struct part *read_configmap(const char *text, size_t len, struct conf_errors *errors)
{
	struct k8s_object o = {.kind = K8S_CONFIGMAP, .ns = "metallb-system", .name = "config"};
	struct json_object *json = json_object_new_object(), *data = json_object_new_object();
	struct part *p;

	json_object_object_add(
	    data, "config", json_object_new_string_len(text, (int)strnlen(text, len)));
	json_object_object_add(json, "data", data);
	o.raw.resource = "";
	o.raw.text = json_object_to_json_string_length(json, 0, &o.raw.len);
	p = part_of_configmap(&o, errors);
	json_object_put(json);
	return p;
}

static struct part *read_part(
    unsigned which, const char *text, size_t len, struct conf_errors *errors)
{
	if (which == ARRAY_LEN(resources))
		return read_configmap(text, len, errors);
	return read_custom(resources[which], text, len, errors);
}

static void check_pool(const struct pool *pool)
{
	require(pool->n_ranges && pool->n_ranges == pool->addresses.n);
	for (size_t i = 0; i < pool->n_ranges; i++)
		require(ipaddr_cmp(&pool->ranges[i].first, &pool->ranges[i].last) <= 0);
	require(!pool->n_ads || pool->protocols);
	for (size_t i = 0; i < pool->n_ads; i++)
		require(pool->ads[i].protocol == pool->protocols);
}

static void check_part(unsigned which, const struct part *p)
{
	size_t n = p->n_pools + p->n_peers + p->n_bfd + p->n_ads;

	require(which >= ARRAY_LEN(resources) - 1 || n == 1);
	for (size_t i = 0; i < p->n_pools; i++)
		check_pool(&p->pools[i]);
	for (size_t i = 0; i < p->n_peers; i++)
		require(p->peers[i].my_asn && p->peers[i].address.family && p->peers[i].port);
	for (int kind = 0; kind < PART_KINDS; kind++)
		for (size_t i = 0; i < part_count(p, kind); i++)
			require(*part_item_name(kind, part_item(p, kind, i)));
}

static void check_rules(const struct part *p)
{
	struct rules_input in = {.name = "input", .part = p}, same = in;
	struct rules *r = rules_make(&in, 1), *again = rules_make(&same, 1);

	require(r && rules_equal(r, again));
	require(r->policy.n_pools <= p->n_pools && r->n_peers <= p->n_peers);
	require(in.state == same.state);
	free(in.why);
	free(same.why);
	rules_free(again);
	rules_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data + 1;
	struct conf_errors errors = {0}, none = {0};
	struct part *p, *again;
	unsigned which;

	if (!len)
		return 0;
	which = data[0] % (ARRAY_LEN(resources) + 1);
	p = read_part(which, text, len - 1, &errors);
	require(!p == (errors.lines.n > 0));
	conf_errors_fini(&errors);
	if (!p)
		return 0;
	check_part(which, p);
	again = read_part(which, text, len - 1, &none);
	require(again && part_equal(p, again) && !none.lines.n);
	check_rules(p);
	part_free(again);
	part_free(p);
	return 0;
}
