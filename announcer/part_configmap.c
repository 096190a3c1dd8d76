/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part_configmap.c - the ConfigMap that configured MetalLB up to 0.12 as a part: the YAML below
 * its key `config`, by the tables of grevyd.yaml in CONF_LEGACY, then named as MetalLB's own
 * converter names the custom resources that it makes of it. Pure.
 */
#include "announcer/conf_key.h"
#include "announcer/part.h"
#include "announcer/util.h"
#include "k8s/json.h"
#include <errno.h>

static bool pool_is_named(const struct part *p, const char *name)
{
	for (size_t i = 0; i < p->n_pools; i++)
		if (strcmp(p->pools[i].name, name) == 0)
			return true;
	return false;
}

/* MetalLB's converter fails on what has no letter and makes two objects of one name; here such
 * a pool keeps its name. */
static void pools_rename(struct part *p)
{
	for (size_t i = 0; i < p->n_pools; i++) {
		char *name = pool_object_name(p->pools[i].name);

		if (!name || pool_is_named(p, name)) {
			free(name);
			continue;
		}
		free(p->pools[i].name);
		p->pools[i].name = name;
	}
}

static bool profile_is_named(const struct part *p, const char *name)
{
	for (size_t i = 0; i < p->n_bfd; i++)
		if (strcmp(p->bfd[i].name, name) == 0)
			return true;
	return false;
}

/* A profile, and its name where peers refer to it. */
static void profile_rename(struct part *p, struct conf_bfd *bfd)
{
	char *name = pool_object_name(bfd->name);

	if (!name || profile_is_named(p, name)) {
		free(name);
		return;
	}
	for (size_t i = 0; i < p->n_peers; i++) {
		char **ref = &p->peers[i].bfd_profile;

		if (*ref && strcmp(*ref, bfd->name) == 0) {
			free(*ref);
			*ref = xstrdup(name);
		}
	}
	free(bfd->name);
	bfd->name = name;
}

/* What says nothing of advertisements has one with the defaults. */
static void ads_fill(struct pool *pool)
{
	if (pool->n_ads)
		return;
	free(pool->ads);
	pool->ads = xcalloc(1, sizeof(*pool->ads));
	pool->n_ads = 1;
	if (pool->protocols == POLICY_BGP)
		conf_bgp_ad_list.init(pool->ads);
	else
		conf_l2_ad_list.init(pool->ads);
}

/* Peers have the names peer1, peer2 ... by now. */
static void name_as_objects(struct part *p)
{
	unsigned bgp = 0, l2 = 0;
	char name[48];

	pools_rename(p);
	for (size_t i = 0; i < p->n_bfd; i++)
		profile_rename(p, &p->bfd[i]);
	for (size_t i = 0; i < p->n_pools; i++) {
		ads_fill(&p->pools[i]);
		for (size_t j = 0; j < p->pools[i].n_ads; j++) {
			struct pool_ad *ad = &p->pools[i].ads[j];

			if (ad->protocol == POLICY_BGP)
				snprintf(name, sizeof(name), "bgpadvertisement%u", ++bgp);
			else
				snprintf(name, sizeof(name), "l2advertisement%u", ++l2);
			ad->name = xstrdup(name);
		}
	}
}

static struct part *text_read(
    const char *text, size_t len, const char *name, struct conf_errors *errors)
{
	struct conf *c = conf_parse_legacy(text, len, name, errors);
	struct part *p;

	if (!c)
		return NULL;
	p = part_of_conf(c);
	name_as_objects(p);
	conf_free(c);
	return p;
}

static void refuse(struct conf_errors *errors, const char *name, const char *what)
{
	size_t len = strlen(name) + strlen(what) + 3;
	char *s = xcalloc(len, 1);

	snprintf(s, len, "%s: %s", name, what);
	strlist_add(&errors->lines, s);
	free(s);
}

/* The text of key `config`; borrowed from the object. NULL: there is none. */
static const char *config_text(struct json_object *root, size_t *len)
{
	struct json_object *text = conf_member(conf_member(root, "data"), "config");

	if (!json_object_is_type(text, json_type_string))
		return NULL;
	*len = (size_t)json_object_get_string_len(text);
	return json_object_get_string(text);
}

struct part *part_of_configmap(const struct k8s_object *o, struct conf_errors *errors)
{
	static const char kind[] = "ConfigMap ", config[] = ": config";
	size_t size = sizeof(kind) + strlen(o->ns) + strlen(o->name) + sizeof(config) + 1, len;
	char *name = xcalloc(size, 1);
	struct json_object *root = NULL;
	struct json_fault fault;
	struct part *p = NULL;
	const char *text;
	int rc = json_read(o->raw.text, o->raw.len, NULL, &root, &fault);

	if (rc == -ENOMEM)
		abort();
	snprintf(name, size, "%s%s/%s%s", kind, o->ns, o->name, config);
	text = rc < 0 ? NULL : config_text(root, &len);
	if (!text)
		refuse(errors, name, rc < 0 ? fault.what : "missing");
	else
		p = text_read(text, len, name, errors);
	json_object_put(root);
	free(name);
	return p;
}
