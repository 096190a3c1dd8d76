/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_cluster.h - the API server of a scene. */
#ifndef TESTS_SHOW_CLUSTER_H
#define TESTS_SHOW_CLUSTER_H
#include "announcer/conf.h"
#include "announcer/util.h"
#include "show_lab.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

static inline void resources_start(struct lab *lab, const struct scene *s)
{
	static const struct {
		const char *name, *version;
		size_t n;
	} rows[] = {
	    {"nodes",                     "v1",                  5 },
	    {"services",                  "v1",                  14},
	    {"endpointslices",            "discovery.k8s.io/v1", 12},
	    {"ipaddresspools.metallb.io", NULL,                  0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct k8s_resource *r = &lab->resources[i];

		*r = (struct k8s_resource){.name = TEXT(rows[i].name),
		    .version = TEXT(rows[i].version),
		    .phase = K8S_WATCHING,
		    .listed = true,
		    .since_s = NOW_S - 3600,
		    .heard_s = NOW_S - 7 - (int64_t)i,
		    .lists = 1 + i,
		    .events = 100 * i,
		    .objects = rows[i].n};
		if (!rows[i].version) {
			r->phase = K8S_ABSENT;
			r->text = TEXT("the server has no metallb.io");
		} else if (s->outage) {
			r->phase = K8S_BACKOFF;
			r->text = TEXT(s->outage);
		} else if (s->forbidden && strcmp(s->forbidden, r->name) == 0) {
			r->phase = K8S_FORBIDDEN;
			r->listed = false;
			r->heard_s = 0;
			r->text =
			    TEXT("may not \"list\" \"services\": services is forbidden: "
				 "User \"grevy\" cannot list resource \"services\" in API "
				 "group \"\" at the cluster scope");
		}
	}
}

static inline void cluster_start(struct lab *lab, const struct scene *s)
{
	resources_start(lab, s);
	lab->cluster = (struct k8s_cluster){
	    .source = TEXT("/etc/grevy/kubeconfig, context home"),
	    .server = TEXT("https://192.0.2.1:6443"),
	    .auth_error = TEXT(s->no_account),
	    .leading = !s->leader,
	    .leader = s->leader ? TEXT(*s->leader ? s->leader : NULL) : TEXT("gateway_4f3c"),
	    .wire_bytes = 123456,
	    .connections = 1,
	    .writes_failed = s->no_writing ? 3 : 0,
	    .write_error = TEXT(s->no_writing),
	    .resources = lab->resources,
	    .n_resources = ARRAY_LEN(lab->resources)};
	if (s->no_account) {
		lab->cluster.source = lab->cluster.server = NULL;
		lab->cluster.n_resources = 3;
	}
	if (s->insecure) {
		lab->cluster.insecure = true;
		lab->cluster.expires_s = NOW_S + 600;
	}
	lab->source.cluster = &lab->cluster;
	free(lab->conf->manifests);
	lab->conf->manifests = NULL;
}
#endif
