/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part.h - what one place says of the policy: the file, one custom resource of metallb.io, or
 * the legacy ConfigMap. Pure. Parts are merged by rules.h.
 */
#ifndef GREVY_PART_H
#define GREVY_PART_H
#include "announcer/conf.h"

/* A BGPAdvertisement or L2Advertisement of its own: of which pools. */
struct part_ad {
	struct pool_ad ad;
	struct strlist pools;            /* by name; unknown ones match none */
	struct selectors pool_selectors; /* over pools' labels, with `pools`: either will do.
	                                    Both empty = every pool */
};

struct part {
	struct pool *pools; /* with the advertisements written in them */
	struct part_ad *ads;
	struct conf_peer *peers; /* named */
	struct conf_community *communities;
	struct conf_bfd *bfd;
	size_t n_pools, n_ads, n_peers, n_communities, n_bfd;
};

void part_free(struct part *p); /* NULL is fine */

/* The file's: copies. Never NULL. */
struct part *part_of_conf(const struct conf *c);

/**
 * part_of_custom - an object of metallb.io
 * @o: a K8S_CUSTOM: IPAddressPool, AddressPool, BGPPeer (v1beta1, v1beta2), BGPAdvertisement,
 *     L2Advertisement, BFDProfile or Community
 * @errors: starts zeroed: "IPAddressPool metallb-system/lan: spec.addresses[1]: must ..."
 * Return: the caller's, with exactly one pool, ad, peer or profile, or the aliases of a
 * Community; NULL with at least one error. A kind that says nothing of the policy
 * (ServiceL2Status) is an empty part. What is checked is the object alone.
 */
struct part *part_of_custom(const struct k8s_object *o, struct conf_errors *errors);

/* "IPAddressPool", "ConfigMap"; NULL: the object says nothing of the policy. */
const char *part_kind_name(const struct k8s_object *o);

/* The YAML below key `config` of a ConfigMap, as MetalLB 0.12 reads it: strictly. Errors:
 * "ConfigMap metallb-system/config: config:14:7: ...". Return: as part_of_custom(). */
struct part *part_of_configmap(const struct k8s_object *o, struct conf_errors *errors);
#endif
