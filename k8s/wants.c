/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One table per decoder: what a decoder begins to look at must be put down here, too. Besides,
 * all of them know a bookmark's annotation and the members of a Status, which may come in an
 * object's place.
 */
#include "k8s/json.h"

#define WHOLE(name)                                                                            \
	{                                                                                      \
		name, NULL                                                                     \
	}
/* What every object and every Status begins with, and what a Status says. */
#define OF_A_STATUS                                                                            \
	WHOLE("kind"), WHOLE("apiVersion"), WHOLE("code"), WHOLE("reason"), WHOLE("message"),  \
	    WHOLE("details")
#define OF_ANY_META                                                                            \
	WHOLE("name"), WHOLE("namespace"), WHOLE("uid"), WHOLE("resourceVersion"),             \
	    WHOLE("creationTimestamp")

static const struct json_want bookmark[] = {
    {"k8s.io/initial-events-end", NULL},
    {NULL,			NULL},
};

static const struct json_want service_annotations[] = {
    {"k8s.io/initial-events-end",           NULL},
    {"metallb.io/loadBalancerIPs",          NULL},
    {"metallb.universe.tf/loadBalancerIPs", NULL},
    {"metallb.io/address-pool",             NULL},
    {"metallb.universe.tf/address-pool",    NULL},
    {"metallb.io/allow-shared-ip",          NULL},
    {"metallb.universe.tf/allow-shared-ip", NULL},
    {"metallb.io/ip-allocated-from-pool",   NULL},
    {NULL,				  NULL},
};

static const struct json_want service_meta[] = {
    OF_ANY_META,
    {"labels",      NULL               },
    {"annotations", service_annotations},
    {NULL,          NULL	       },
};

static const struct json_want port[] = {
    {"protocol", NULL},
    {"port",     NULL},
    {NULL,       NULL},
};

static const struct json_want service_spec[] = {
    {"type",		  NULL},
    {"externalTrafficPolicy", NULL},
    {"ipFamilyPolicy",        NULL},
    {"clusterIPs",            NULL},
    {"clusterIP",             NULL},
    {"ipFamilies",            NULL},
    {"loadBalancerClass",     NULL},
    {"loadBalancerIP",        NULL},
    {"selector",              NULL},
    {"ports",		 port},
    {NULL,		    NULL},
};

static const struct json_want ingress[] = {
    {"ip", NULL},
    {NULL, NULL},
};

static const struct json_want balancer[] = {
    {"ingress", ingress},
    {NULL,      NULL   },
};

static const struct json_want service_status[] = {
    {"loadBalancer", balancer},
    {NULL,	   NULL    },
};

static const struct json_want service[] = {
    OF_A_STATUS,
    {"metadata", service_meta  },
    {"spec",     service_spec  },
    {"status",   service_status},
    {NULL,       NULL          },
};

static const struct json_want slice_labels[] = {
    {"kubernetes.io/service-name", NULL},
    {NULL,			 NULL},
};

static const struct json_want slice_meta[] = {
    OF_ANY_META,
    {"labels",      slice_labels},
    {"annotations", bookmark    },
    {NULL,          NULL        },
};

static const struct json_want conditions[] = {
    {"ready",       NULL},
    {"serving",     NULL},
    {"terminating", NULL},
    {NULL,          NULL},
};

static const struct json_want topology[] = {
    {"kubernetes.io/hostname", NULL},
    {NULL,		     NULL},
};

static const struct json_want endpoint[] = {
    {"addresses",  NULL      },
    {"nodeName",   NULL      },
    {"conditions", conditions},
    {"topology",   topology  },
    {NULL,         NULL      },
};

static const struct json_want slice[] = {
    OF_A_STATUS,
    {"addressType", NULL      },
    {"metadata",    slice_meta},
    {"endpoints",   endpoint  },
    {NULL,          NULL      },
};

static const struct json_want labelled_meta[] = {
    OF_ANY_META,
    {"labels",      NULL    },
    {"annotations", bookmark},
    {NULL,          NULL    },
};

static const struct json_want node_spec[] = {
    {"unschedulable", NULL},
    {NULL,	    NULL},
};

static const struct json_want address[] = {
    {"type",    NULL},
    {"address", NULL},
    {NULL,      NULL},
};

static const struct json_want condition[] = {
    {"type",   NULL},
    {"status", NULL},
    {NULL,     NULL},
};

static const struct json_want node_status[] = {
    {"addresses",  address  },
    {"conditions", condition},
    {NULL,         NULL     },
};

static const struct json_want node[] = {
    OF_A_STATUS,
    {"metadata", labelled_meta},
    {"spec",     node_spec    },
    {"status",   node_status  },
    {NULL,       NULL         },
};

static const struct json_want space[] = {
    OF_A_STATUS,
    {"metadata", labelled_meta},
    {NULL,       NULL         },
};

const struct json_want *k8s_wants(enum k8s_kind kind)
{
	static const struct json_want *const tables[K8S_KINDS] = {
	    [K8S_SERVICE] = service,
	    [K8S_SLICE] = slice,
	    [K8S_NODE] = node,
	    [K8S_NAMESPACE] = space,
	};

	return kind < K8S_KINDS ? tables[kind] : NULL;
}
