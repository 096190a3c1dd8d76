/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which advertisements count for a Service on a node: metallb-compat.md 1.3 and 4.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/ads.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { ADS_MAX = 4 };

struct world {
	struct pool pool;
	struct pool_ad ads[ADS_MAX];
	struct selector selectors[2 * ADS_MAX];
	struct selector_label labels[2 * ADS_MAX];
	struct selector_expr exists;
	char values[2 * ADS_MAX][OBJ_WORD];
	struct iprange ranges[2];
};

static struct selectors select_by(struct world *w, size_t i, const char *key, const char *value)
{
	w->labels[i] = (struct selector_label){(char *)(uintptr_t)key, w->values[i]};
	snprintf(w->values[i], sizeof(w->values[i]), "%s", value);
	w->selectors[i] = (struct selector){.labels = &w->labels[i], .n_labels = 1};
	return (struct selectors){&w->selectors[i], 1};
}

/* The nodes that have some zone. */
static struct selectors any_zone(struct world *w, size_t i)
{
	w->exists =
	    (struct selector_expr){.key = (char *)(uintptr_t) "zone", .op = SELECTOR_EXISTS};
	w->selectors[i] = (struct selector){.exprs = &w->exists, .n_exprs = 1};
	return (struct selectors){&w->selectors[i], 1};
}

static void read_word(struct world *w, struct pool_ad *ad, const char *word)
{
	const char *value = strchr(word, '=');
	size_t i = 2 * (size_t)(ad - w->ads);

	if (!value)
		ad->protocol = strcmp(word, "bgp") == 0 ? POLICY_BGP : POLICY_LAYER2;
	else if (strcmp(word, "zone=*") == 0)
		ad->nodes = any_zone(w, i);
	else if (strncmp(word, "zone=", 5) == 0)
		ad->nodes = select_by(w, i, "zone", value + 1);
	else if (strncmp(word, "app=", 4) == 0)
		ad->services = select_by(w, i + 1, "app", value + 1);
	else if (strncmp(word, "lp=", 3) == 0)
		ad->localpref = (uint32_t)strtoul(value + 1, NULL, 10);
	else if (strncmp(word, "v4=", 3) == 0)
		ad->aggregation4 = (uint32_t)strtoul(value + 1, NULL, 10);
	else if (strncmp(word, "v6=", 3) == 0)
		ad->aggregation6 = (uint32_t)strtoul(value + 1, NULL, 10);
	else
		strlist_add(&ad->peers, value + 1);
}

/* Each advertisement: "bgp zone=a (or *) app=x lp=1 v4=24 v6=64 peer=p peer=q", for nodes of
 * that zone and Services of that app. families: K8S_V4 | K8S_V6 of the pool's addresses. */
static void world_make(struct world *w, const char *const *ads, unsigned families)
{
	*w = (struct world){
	    .pool = {.ads = w->ads, .ranges = w->ranges}
        };
	if (families & K8S_V4)
		w->ranges[w->pool.n_ranges++].first.family = AF_INET;
	if (families & K8S_V6)
		w->ranges[w->pool.n_ranges++].first.family = AF_INET6;
	for (size_t i = 0; i < ADS_MAX && ads[i]; i++) {
		struct pool_ad *ad = &w->ads[w->pool.n_ads++];
		const char *s = ads[i];
		char word[OBJ_WORD];

		*ad = (struct pool_ad){.aggregation4 = 32, .aggregation6 = 128};
		while (obj_word(&s, " ", word))
			read_word(w, ad, word);
		w->pool.protocols |= ad->protocol;
	}
}

static void world_fini(struct world *w)
{
	for (size_t i = 0; i < w->pool.n_ads; i++)
		strlist_fini(&w->ads[i].peers);
}

/* A Service of this app (NULL: no label), on a node of this zone. */
static enum ads_verdict judge(const struct pool *pool, unsigned protocols, const char *app,
    const char *zone, bool contradict)
{
	struct k8s_kv label = {"app", app}, at = {"zone", zone};
	const struct k8s_service svc = {.labels = &label, .n_labels = app ? 1 : 0};
	const struct k8s_node node = {.labels = &at, .n_labels = zone ? 1 : 0};
	enum ads_verdict verdict;
	struct ads ads;

	ads_make(&ads, pool, protocols, &svc);
	verdict = ads_judge(&ads, &node, contradict);
	ads_fini(&ads);
	return verdict;
}

#define BGP  POLICY_BGP
#define L2   POLICY_LAYER2
#define BOTH (POLICY_BGP | POLICY_LAYER2)

static const struct {
	const char *what;
	const char *ads[ADS_MAX];
	unsigned protocols; /* asked for */
	const char *app, *zone;
	enum ads_verdict want;
} verdicts[] = {
    {"one for every Service on every node",      {"bgp"},                                            BGP,  NULL, NULL, ADS_OK        },
    {"nodeSelectors: the node's label",          {"bgp zone=a"},                                     BGP,  NULL, "a",  ADS_OK        },
    {"nodeSelectors: another label",             {"bgp zone=a"},                                     BGP,  NULL, "b",  ADS_NO_NODE   },
    {"nodeSelectors: no label",                  {"bgp zone=a"},                                     BGP,  NULL, NULL, ADS_NO_NODE   },
    {"two ads: either node",                     {"bgp zone=a", "bgp zone=b"},                       BGP,  NULL, "b",  ADS_OK        },
    {"serviceSelectors: the Service's label",    {"bgp app=x"},                                      BGP,  "x",  NULL, ADS_OK        },
    {"serviceSelectors: another label",          {"bgp app=x"},                                      BGP,  "y",  NULL, ADS_NO_SERVICE},
    {"serviceSelectors: no label",               {"bgp app=x"},                                      BGP,  NULL, NULL, ADS_NO_SERVICE},
    {"two ads: either Service",                  {"bgp app=x", "bgp app=y"},                         BGP,  "y",  NULL, ADS_OK        },
    {"Service by one ad, node by the other",     {"bgp zone=a app=x", "bgp zone=b app=y"},           BGP,  "x",
     "b",													      ADS_NO_NODE   },
    {"trap 17: no advertisement",                {NULL},					     BOTH, NULL, NULL, ADS_NONE      },
    {"both protocols: each by its own",          {"bgp zone=a", "layer2 zone=b"},                    L2,   NULL, "a",
     ADS_NO_NODE														     },
    {"both protocols: either on a router",       {"bgp zone=a", "layer2 zone=b"},                    BOTH, NULL, "a",
     ADS_OK															  },
    {"only of the other protocol",               {"layer2"},                                         BGP,  NULL, NULL, ADS_NONE      },
    {"conflictingAdvertisements",                {"bgp app=x lp=1", "bgp lp=2"},                     BGP,  "x",  NULL, ADS_CONFLICT  },
    {"the other Service has none",               {"bgp app=x lp=1", "bgp lp=2"},                     BGP,  "y",  NULL, ADS_OK        },
    {"nor has the other node",                   {"bgp zone=a app=x lp=1", "bgp zone=b app=x lp=2"}, BGP,  "x",
     "a",													      ADS_OK        },
    {"nodes of either selector, other nodes",    {"bgp zone=* lp=1", "bgp zone=a lp=2"},             BGP,  NULL,
     "b",													      ADS_OK        },
    {"nodes of either selector: a node of both", {"bgp zone=* lp=1", "bgp zone=a lp=2"},             BGP,
     NULL,												       "a",  ADS_CONFLICT  },
    {"layer2 has no LOCAL_PREF",                 {"bgp app=x lp=1", "layer2 app=x"},                 BOTH, "x",  NULL, ADS_OK        },
    {"those for all Services: the first counts", {"bgp lp=1", "bgp lp=2"},                           BGP,  "x",  NULL,
     ADS_OK															  },
};

static void what_counts_for_a_service_on_a_node(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		enum ads_verdict got;
		struct world w;

		world_make(&w, verdicts[i].ads, K8S_V4);
		got = judge(
		    &w.pool, verdicts[i].protocols, verdicts[i].app, verdicts[i].zone, true);
		if (got != verdicts[i].want)
			fail_msg("%s: %d", verdicts[i].what, (int)got);
		world_fini(&w);
	}
}

/* Who does not speak BGP by itself does not care. */
static void a_router_sees_no_conflict(void **state)
{
	static const char *const two[ADS_MAX] = {"bgp app=x lp=1", "bgp app=x lp=2"};
	struct world w;

	(void)state;
	world_make(&w, two, K8S_V4);
	assert_int_equal(judge(&w.pool, BGP, "x", NULL, true), ADS_CONFLICT);
	assert_int_equal(judge(&w.pool, BGP, "x", NULL, false), ADS_OK);
	world_fini(&w);
}

static const struct {
	const char *what;
	const char *ads[ADS_MAX];
	unsigned families;
	bool want;
} conflicts[] = {
    {"two LOCAL_PREFs",				   {"bgp lp=1", "bgp lp=2"},                      K8S_V4,          true },
    {"one set, one not",				  {"bgp lp=1", "bgp"},                           K8S_V4,          true },
    {"one LOCAL_PREF",				    {"bgp lp=1", "bgp lp=1"},                      K8S_V4,          false},
    {"another aggregation",			       {"bgp lp=1 v4=24", "bgp lp=2"},                K8S_V4,          false},
    {"another aggregation of a family that is not there", {"bgp lp=1 v6=64", "bgp lp=2"},
     K8S_V4,													      true },
    {"another aggregation of one family of two",          {"bgp lp=1 v6=64", "bgp lp=2"},
     K8S_V4 | K8S_V6,												     true },
    {"another aggregation of both",                       {"bgp lp=1 v4=24 v6=64", "bgp lp=2"},          K8S_V4 | K8S_V6,
     false														     },
    {"other peers",				       {"bgp lp=1 peer=a peer=b", "bgp lp=2 peer=c"}, K8S_V4,          false},
    {"a peer of both",				    {"bgp lp=1 peer=a peer=b", "bgp lp=2 peer=b"}, K8S_V4,          true },
    {"one names no peer: all",                            {"bgp lp=1 peer=a", "bgp lp=2"},               K8S_V4,          true },
};

static void local_pref_conflict_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(conflicts); i++) {
		struct world w;

		world_make(&w, conflicts[i].ads, conflicts[i].families);
		if (ads_contradict(&w.pool, &w.ads[0], &w.ads[1]) != conflicts[i].want ||
		    ads_contradict(&w.pool, &w.ads[1], &w.ads[0]) != conflicts[i].want)
			fail_msg("%s", conflicts[i].what);
		world_fini(&w);
	}
}

static void a_pool_of_the_file_has_a_default_advertisement(void **state)
{
	const struct pool bgp = {.protocols = BGP}, l2 = {.protocols = L2};

	(void)state;
	assert_int_equal(judge(&bgp, BGP, NULL, NULL, true), ADS_OK);
	assert_int_equal(judge(&bgp, L2, NULL, NULL, true), ADS_NONE);
	assert_int_equal(judge(&l2, BOTH, NULL, NULL, true), ADS_OK);
	assert_int_equal(judge(&l2, BGP, NULL, NULL, true), ADS_NONE);
}

static void services_make_a_difference_where_an_ad_asks(void **state)
{
	static const char *const some[ADS_MAX] = {"bgp", "layer2 app=x"};
	const struct pool none = {.protocols = BGP};
	struct world w;

	(void)state;
	world_make(&w, some, K8S_V4);
	assert_false(ads_by_service(&w.pool, BGP));
	assert_true(ads_by_service(&w.pool, L2));
	assert_false(ads_by_service(&none, BOTH));
	world_fini(&w);
}

/* Services that the same advertisements count for have the same nodes. */
static void equal_ads_are_the_very_same(void **state)
{
	static const char *const two[ADS_MAX] = {"bgp app=x", "bgp"};
	struct k8s_kv x = {"app", "x"}, y = {"app", "y"};
	const struct k8s_service svc_x = {.labels = &x, .n_labels = 1};
	const struct k8s_service svc_y = {.labels = &y, .n_labels = 1};
	struct ads a, b, c;
	struct world w;

	(void)state;
	world_make(&w, two, K8S_V4);
	ads_make(&a, &w.pool, BGP, &svc_x);
	ads_copy(&b, &a);
	ads_make(&c, &w.pool, BGP, &svc_y);
	assert_true(ads_equal(&a, &b));
	assert_false(ads_equal(&a, &c));
	assert_true(ads_has(&a, &w.ads[0]));
	assert_false(ads_has(&c, &w.ads[0]));
	assert_true(ads_has(&c, &w.ads[1]));
	ads_fini(&a);
	ads_fini(&b);
	ads_fini(&c);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_counts_for_a_service_on_a_node),
	    cmocka_unit_test(a_router_sees_no_conflict),
	    cmocka_unit_test(local_pref_conflict_rule),
	    cmocka_unit_test(a_pool_of_the_file_has_a_default_advertisement),
	    cmocka_unit_test(services_make_a_difference_where_an_ad_asks),
	    cmocka_unit_test(equal_ads_are_the_very_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
