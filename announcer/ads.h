/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ads.h - which advertisements of a pool count for one Service, on which nodes, and whether
 * they contradict each other. Pure. metallb-compat.md 1.3, 4.3.
 */
#ifndef GREVY_ADS_H
#define GREVY_ADS_H
#include "announcer/policy.h"

/* A pool's advertisements of these protocols (bits of enum policy_protocol), one a call, then
 * NULL; *at starts at 0. A pool without any has the default one of each of its protocols. */
const struct pool_ad *ads_next(const struct pool *pool, unsigned protocols, size_t *at);

/* Of a pool, those that count for a Service by its labels; in the pool's order. */
struct ads {
	const struct pool *pool;
	const struct pool_ad **v;
	size_t n;
	bool some; /* the pool has some of these protocols, be it for other Services */
};

/**
 * ads_make - the advertisements of a pool for a Service
 * @to:        written whole; ads_fini(); lives no longer than the pool
 * @svc:       borrowed for the call
 */
void ads_make(
    struct ads *to, const struct pool *pool, unsigned protocols, const struct k8s_service *svc);
void ads_copy(struct ads *to, const struct ads *from);
void ads_fini(struct ads *a);                             /* frees what it owns, not a */
bool ads_equal(const struct ads *a, const struct ads *b); /* of one pool: the very same */
bool ads_has(const struct ads *a, const struct pool_ad *ad);

/* Some advertisement of these protocols is for some Services only. */
bool ads_by_service(const struct pool *pool, unsigned protocols);

/* What ads make of a node. */
enum ads_verdict {
	ADS_OK,
	ADS_NONE,       /* the pool has none */
	ADS_NO_SERVICE, /* none is for this Service */
	ADS_NO_NODE,    /* none selects the node */
	ADS_CONFLICT,   /* two of them give one prefix two LOCAL_PREFs */
};
/* contradict: those for BGP must not. */
enum ads_verdict ads_judge(const struct ads *a, const struct k8s_node *node, bool contradict);

/* Of two advertisements for BGP that select one node: they have different LOCAL_PREFs, and both
 * make one prefix of some address of the pool for some peer. */
bool ads_contradict(const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b);
#endif
