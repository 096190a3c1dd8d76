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

/* An advertisement that selects the nodes, or the Services, with this label. */
static void pools_ad(struct pool *p, const char *key, const char *value)
{
	struct selector *s = xcalloc(1, sizeof(*s));
	struct pool_ad *ad;

	s->labels = xcalloc(1, sizeof(*s->labels));
	s->labels[0] = (struct selector_label){xstrdup(key), xstrdup(value)};
	s->n_labels = 1;
	p->ads = xrealloc(p->ads, p->n_ads + 1, sizeof(*p->ads));
	ad = &p->ads[p->n_ads++];
	*ad = (struct pool_ad){.protocol = POLICY_BGP, .aggregation4 = 32, .aggregation6 = 128};
	*(strcmp(key, "zone") == 0 ? &ad->nodes : &ad->services) = (struct selectors){s, 1};
}

/* Return: whether the text up to the next ':' is an option, which is then applied. */
static bool pools_option(struct pool *p, const char *s, size_t len)
{
	if (len == 6 && strncmp(s, "noauto", len) == 0) {
		p->auto_assign = false;
	} else if (len == 6 && strncmp(s, "layer2", len) == 0) {
		p->protocols = POLICY_LAYER2;
	} else if (len == 5 && strncmp(s, "buggy", len) == 0) {
		p->avoid_buggy_ips = true;
	} else if (len == 6 && strncmp(s, "zone=", 5) == 0) {
		pools_ad(p, "zone", (char[]){s[5], '\0'});
	} else if (len == 5 && strncmp(s, "app=", 4) == 0) {
		pools_ad(p, "app", (char[]){s[4], '\0'});
	} else if (len == 4 && strncmp(s, "mute", 4) == 0) {
		p->protocols = 0;
	} else {
		return false;
	}
	return true;
}

static void pools_one(struct pool *p, const char *word)
{
	const char *s = strchr(word, ':');
	char range[OBJ_WORD];

	*p = (struct pool){.protocols = POLICY_BGP, .auto_assign = true};
	p->name = xcalloc(1, (size_t)(s - word) + 1);
	memcpy(p->name, word, (size_t)(s - word));
	for (s++; pools_option(p, s, strcspn(s, ":")); s += strcspn(s, ":") + 1)
		;
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
