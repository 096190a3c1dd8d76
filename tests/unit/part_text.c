/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part_text.c - objects from texts, parts as texts, and rows that compare them. */
#include "part_text.h"
#include "announcer/util.h"
#include "k8s/decode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

static struct k8s_object *object(
    enum k8s_kind kind, const char *resource, struct json_object *json, const char *name)
{
	struct json_object *meta = NULL;
	struct k8s_decode_error err;
	struct k8s_object *o = NULL;

	assert_non_null(json);
	if (!json_object_object_get_ex(json, "metadata", &meta)) {
		meta = json_object_new_object();
		json_object_object_add(json, "metadata", meta);
	}
	json_object_object_add(meta, "name", json_object_new_string(name));
	json_object_object_add(meta, "namespace", json_object_new_string("metallb-system"));
	assert_int_equal(k8s_object_decode_as(kind, resource, json, &o, &err), 0);
	assert_non_null(o);
	json_object_put(json);
	return o;
}

struct k8s_object *custom_object(const char *resource, const char *name, const char *json)
{
	struct json_object *o = json_tokener_parse(json);

	if (!o)
		fail_msg("no JSON: %s", json);
	return object(K8S_CUSTOM, resource, o, name);
}

struct part *part_of_spec(
    const char *resource, const char *version, const char *spec, struct conf_errors *errors)
{
	static const char form[] =
	    "{\"apiVersion\":\"metallb.io/%s\",\"metadata\":{\"labels\":{\"zone\":\"b\","
	    "\"app\":\"a\"}},\"spec\":%s}";
	size_t size = sizeof(form) + strlen(version) + strlen(spec);
	char *json = xcalloc(size, 1);
	struct k8s_object *o;
	struct part *p;

	snprintf(json, size, form, version, spec);
	o = custom_object(resource, "lan", json);
	p = part_of_custom(o, errors);
	k8s_object_free(o);
	free(json);
	return p;
}

struct k8s_object *configmap_object(const char *config)
{
	struct json_object *json = json_object_new_object(), *data = json_object_new_object();

	if (config)
		json_object_object_add(data, "config", json_object_new_string(config));
	json_object_object_add(json, "data", data);
	return object(K8S_CONFIGMAP, NULL, json, "config");
}

static void put_words(FILE *f, const char *name, const struct strlist *l)
{
	fprintf(f, " %s", name);
	for (size_t i = 0; i < l->n; i++)
		fprintf(f, " %s", l->v[i]);
	fputc('\n', f);
}

static void put_text(FILE *f, const char *name, const char *s)
{
	fprintf(f, " %s %s\n", name, s ? s : "none");
}

static void put_ip(FILE *f, const char *name, const struct ipaddr *a)
{
	char buf[PREFIX_STRLEN];

	put_text(f, name, a->family ? ipaddr_str(a, buf) : NULL);
}

static void put_selector(FILE *f, const char *name, const struct selector *s)
{
	static const char *const ops[] = {"in", "notin", "exists", "absent"};

	fprintf(f, " %s:", name);
	for (size_t i = 0; i < s->n_labels; i++)
		fprintf(f, " %s=%s", s->labels[i].key, s->labels[i].value);
	for (size_t i = 0; i < s->n_exprs; i++) {
		fprintf(f, " %s %s", s->exprs[i].key, ops[s->exprs[i].op]);
		for (size_t j = 0; j < s->exprs[i].values.n; j++)
			fprintf(f, "%c%s", j ? ',' : ' ', s->exprs[i].values.v[j]);
	}
	fputc('\n', f);
}

/* A line each; "nodes none" without one. */
static void put_selectors(FILE *f, const char *name, const struct selectors *s)
{
	if (!s->n)
		fprintf(f, " %s none\n", name);
	for (size_t i = 0; i < s->n; i++)
		put_selector(f, name, &s->v[i]);
}

static void put_ad(FILE *f, const struct pool_ad *ad)
{
	fprintf(f, "%s %s\n", ad->protocol == POLICY_BGP ? "bgp" : "layer2",
	    ad->name ? ad->name : "");
	fprintf(
	    f, " aggregation %" PRIu32 " %" PRIu32 "\n", ad->aggregation4, ad->aggregation6);
	fprintf(f, " localpref %" PRIu32 "\n", ad->localpref);
	put_words(f, "communities", &ad->communities);
	put_words(f, "peers", &ad->peers);
	put_words(f, "interfaces", &ad->interfaces);
	put_selectors(f, "nodes", &ad->nodes);
	put_selectors(f, "services", &ad->services);
	for (size_t i = 0; i < ad->n_preferred; i++) {
		fprintf(f, " prefer %" PRIu32, ad->preferred[i].weight);
		put_selectors(f, "nodes", &ad->preferred[i].nodes);
	}
}

static void put_pool(FILE *f, const struct pool *p)
{
	const struct pool_allocation *a = p->allocation;

	fprintf(f, "pool %s\n protocols %u\n", p->name, p->protocols);
	put_words(f, "addresses", &p->addresses);
	for (size_t i = 0; i < p->n_ranges; i++) {
		char first[PREFIX_STRLEN], last[PREFIX_STRLEN];

		fprintf(f, " range %s-%s\n", ipaddr_str(&p->ranges[i].first, first),
		    ipaddr_str(&p->ranges[i].last, last));
	}
	fprintf(
	    f, " auto-assign %d\n avoid-buggy-ips %d\n", p->auto_assign, p->avoid_buggy_ips);
	for (size_t i = 0; i < p->n_labels; i++)
		fprintf(f, " label %s=%s\n", p->labels[i].key, p->labels[i].value);
	if (a) {
		fprintf(f, " priority %" PRIu32 "\n", a->priority);
		put_words(f, "namespaces", &a->namespaces);
		put_selectors(f, "namespace-selectors", &a->namespace_selectors);
		put_selectors(f, "service-selectors", &a->service_selectors);
	} else {
		fputs(" allocation none\n", f);
	}
	for (size_t i = 0; i < p->n_ads; i++)
		put_ad(f, &p->ads[i]);
}

static void put_peer(FILE *f, const struct conf_peer *p)
{
	static const char *const kinds[] = {
	    [BGP_ASN_NUMBER] = "none",
	    [BGP_ASN_INTERNAL] = "internal",
	    [BGP_ASN_EXTERNAL] = "external",
	};

	fprintf(f, "peer %s\n", p->name);
	fprintf(f, " asn %" PRIu32 " %" PRIu32 "\n", p->my_asn, p->peer_asn);
	fprintf(f, " dynamic %s\n local-asn %" PRIu32 "\n", kinds[p->asn_kind], p->local_asn);
	put_ip(f, "address", &p->address);
	put_ip(f, "source", &p->source);
	put_ip(f, "router-id", &p->router_id);
	fprintf(f, " port %" PRIu32 "\n", p->port);
	fprintf(f, " times %" PRIu32 " %" PRIu32 " %" PRIu32 "\n", p->hold_s, p->keepalive_s,
	    p->connect_s);
	put_selectors(f, "nodes", &p->nodes);
	put_text(f, "password", p->password);
	put_text(f, "secret", p->secret);
	put_text(f, "secret-ns", p->secret_ns);
	put_text(f, "bfd", p->bfd_profile);
	put_text(f, "vrf", p->vrf);
	put_text(f, "interface", p->interface);
	fprintf(f, " multihop %d\n graceful %d\n dual-stack %d\n", p->ebgp_multihop,
	    p->graceful, p->dual_stack);
}

static void put_bfd(FILE *f, const struct conf_bfd *b)
{
	fprintf(f, "bfd %s\n", b->name);
	fprintf(
	    f, " receive %" PRIu32 "\n transmit %" PRIu32 "\n", b->receive_ms, b->transmit_ms);
	fprintf(f, " multiplier %" PRIu32 "\n echo %" PRIu32 "\n", b->multiplier, b->echo_ms);
	fprintf(f, " echo-mode %d\n passive %d\n", b->echo_mode, b->passive_mode);
	fprintf(f, " ttl %" PRIu32 "\n", b->minimum_ttl);
}

char *part_text(const struct part *p)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < p->n_pools; i++)
		put_pool(f, &p->pools[i]);
	for (size_t i = 0; i < p->n_ads; i++) {
		put_ad(f, &p->ads[i].ad);
		put_words(f, "pools", &p->ads[i].pools);
		put_selectors(f, "pool-selectors", &p->ads[i].pool_selectors);
	}
	for (size_t i = 0; i < p->n_peers; i++)
		put_peer(f, &p->peers[i]);
	for (size_t i = 0; i < p->n_communities; i++)
		fprintf(
		    f, "community %s %s\n", p->communities[i].alias, p->communities[i].value);
	for (size_t i = 0; i < p->n_bfd; i++)
		put_bfd(f, &p->bfd[i]);
	fclose(f);
	return text;
}

/* The lines stand there one after the other, whole. */
static bool has_lines(const char *text, const char *lines)
{
	size_t n = strlen(lines);

	for (const char *p = text; (p = strstr(p, lines)); p++)
		if ((p == text || p[-1] == '\n') && (p[n] == '\n' || !p[n]))
			return true;
	return false;
}

static bool row_is_good(const struct part_row *row, const struct part *p)
{
	char *text;
	bool good;

	if (!p || row->error)
		return false;
	text = part_text(p);
	good = has_lines(text, row->line);
	if (!good)
		print_error("%s: no \"%s\" in\n%s", row->rule, row->line, text);
	free(text);
	return good;
}

static bool row_is_refused(
    const struct part_row *row, const struct conf_errors *errors, const char *prefix)
{
	size_t n = strlen(prefix);
	const char *first = errors->lines.n ? errors->lines.v[0] : "";

	if (row->error && errors->lines.n == 1 && strncmp(first, prefix, n) == 0 &&
	    strcmp(first + n, row->error) == 0)
		return true;
	print_error("%s: %zu errors, the first: %s\n", row->rule, errors->lines.n, first);
	return false;
}

void check_rows(const struct part_row *rows, size_t n,
    struct part *(*read)(const char *input, struct conf_errors *errors), const char *prefix)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		struct conf_errors errors = {0};
		struct part *p = read(rows[i].input, &errors);
		bool good =
		    p ? row_is_good(&rows[i], p) : row_is_refused(&rows[i], &errors, prefix);

		if (p && (rows[i].error || errors.lines.n))
			print_error("%s: not refused\n", rows[i].rule);
		bad += !good || (p && errors.lines.n);
		conf_errors_fini(&errors);
		part_free(p);
	}
	assert_int_equal(bad, 0);
}
