/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/pools.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include <assert.h>

static void pools_range(struct pool *p, const char *text)
{
	const char *err;

	p->ranges = xrealloc(p->ranges, p->n_ranges + 1, sizeof(*p->ranges));
	err = iprange_parse(text, &p->ranges[p->n_ranges++]);
	assert(!err);
	(void)err;
	strlist_add(&p->addresses, text);
}

/* One more selector, of one label: "key=value". */
static void pools_selector(struct selectors *to, char *pair)
{
	char *eq = strchr(pair, '=');
	struct selector s = {.labels = xcalloc(1, sizeof(*s.labels)), .n_labels = 1};

	*eq = '\0';
	s.labels[0] = (struct selector_label){xstrdup(pair), xstrdup(eq + 1)};
	to->v = xrealloc(to->v, to->n + 1, sizeof(*to->v));
	to->v[to->n++] = s;
}

static struct pool_ad *pools_new_ad(struct pool *p, unsigned protocol)
{
	struct pool_ad *ad;

	p->ads = xrealloc(p->ads, p->n_ads + 1, sizeof(*p->ads));
	ad = &p->ads[p->n_ads++];
	*ad = (struct pool_ad){.protocol = protocol, .aggregation4 = 32, .aggregation6 = 128};
	return ad;
}

/* It selects the nodes, or the Services, with this label. */
static void pools_select(struct pool_ad *ad, char *pair)
{
	bool nodes = strncmp(pair, "zone=", 5) == 0;

	pools_selector(nodes ? &ad->nodes : &ad->services, pair);
}

/* "KEY=VALUE*WEIGHT" */
static void pools_prefer(struct pool_ad *ad, char *word)
{
	char *times = strchr(word, '*');
	struct pool_preference p = {.weight = (uint32_t)strtoul(times + 1, NULL, 10)};

	*times = '\0';
	pools_selector(&p.nodes, word);
	ad->preferred = xrealloc(ad->preferred, ad->n_preferred + 1, sizeof(p));
	ad->preferred[ad->n_preferred++] = p;
}

static void pools_l2(struct pool *p, const char *words)
{
	struct pool_ad *ad = pools_new_ad(p, POLICY_LAYER2);
	char word[OBJ_WORD];

	p->protocols |= POLICY_LAYER2;
	obj_word(&words, "/", word);
	while (obj_word(&words, "/", word)) {
		if (strncmp(word, "if=", 3) == 0)
			strlist_add(&ad->interfaces, word + 3);
		else if (strncmp(word, "prefer=", 7) == 0)
			pools_prefer(ad, word + 7);
		else
			pools_select(ad, word);
	}
}

static bool pools_allocation(struct pool *p, char *word)
{
	struct pool_allocation *al = p->allocation ? p->allocation : xcalloc(1, sizeof(*al));

	p->allocation = al;
	if (strncmp(word, "prio=", 5) == 0)
		al->priority = (uint32_t)strtoul(word + 5, NULL, 10);
	else if (strncmp(word, "ns=", 3) == 0)
		strlist_add(&al->namespaces, word + 3);
	else if (strncmp(word, "nslabel=", 8) == 0)
		pools_selector(&al->namespace_selectors, word + 8);
	else if (strncmp(word, "svclabel=", 9) == 0)
		pools_selector(&al->service_selectors, word + 9);
	else
		return false;
	return true;
}

static void pools_option(struct pool *p, char *word)
{
	bool known = true;

	if (strcmp(word, "noauto") == 0)
		p->auto_assign = false;
	else if (strcmp(word, "layer2") == 0)
		p->protocols = POLICY_LAYER2;
	else if (strcmp(word, "mute") == 0)
		p->protocols = 0;
	else if (strcmp(word, "buggy") == 0)
		p->avoid_buggy_ips = true;
	else if (strncmp(word, "zone=", 5) == 0 || strncmp(word, "app=", 4) == 0)
		pools_select(pools_new_ad(p, POLICY_BGP), word);
	else if (strcmp(word, "bgp") == 0)
		pools_new_ad(p, POLICY_BGP);
	else if (strncmp(word, "l2", 2) == 0)
		pools_l2(p, word);
	else
		known = pools_allocation(p, word);
	assert(known);
	(void)known;
}

static void pools_one(struct pool *p, const char *word)
{
	const char *s = strchr(word, ':');
	char range[OBJ_WORD];

	*p = (struct pool){.protocols = POLICY_BGP, .auto_assign = true};
	p->name = xcalloc(1, (size_t)(s - word) + 1);
	memcpy(p->name, word, (size_t)(s - word));
	for (s++; *s > 'f' || *s == 'b' || strncmp(s, "app=", 4) == 0; s++) {
		obj_word(&s, ":", range);
		pools_option(p, range);
	}
	while (obj_word(&s, ",", range))
		pools_range(p, range);
}

struct policy *pools_make(const char *text)
{
	struct policy *policy = xcalloc(1, sizeof(*policy));
	char word[OBJ_WORD];
	size_t overlaps;

	while (obj_word(&text, " ", word)) {
		policy->pools =
		    xrealloc(policy->pools, policy->n_pools + 1, sizeof(*policy->pools));
		pools_one(&policy->pools[policy->n_pools++], word);
	}
	overlaps = policy_index(policy, NULL, NULL);
	assert(!overlaps);
	(void)overlaps;
	return policy;
}

void pools_free(struct policy *policy)
{
	if (policy)
		policy_fini(policy);
	free(policy);
}
