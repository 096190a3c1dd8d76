/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - what is asked of a source: the other direction of event.h. A command owns what it
 * points to.
 */
#ifndef K8S_COMMAND_H
#define K8S_COMMAND_H
#include "zclient/prefix.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum k8s_command_type {
	K8S_RESCAN, /* read everything again, credentials too */
	K8S_SOURCE, /* another source from now on, or the same with other wants */
	K8S_STATUS, /* this is to be the status of a Service or pool */
	K8S_NOTICE, /* write an Event about an object */
	K8S_ELECT,  /* take part in the election of a leader, or leave it */
	K8S_L2,     /* this is to become of a ServiceL2Status object */
};

/* Which source; manifests wins. Strings may be NULL as in auth.h and watch.h. */
struct k8s_source_conf {
	char *manifests; /* a folder; NULL = the API */
	char *kubeconfig, *context;
	char *custom_ns, *configmap_ns, *configmap;
	char *l2_ns;
	char **secrets; /* "ns/name" */
	size_t n_secrets;
};

/* Distinct addresses of an IPAddressPool: held by Services, and left. */
struct k8s_pool_counts {
	int64_t assigned4, assigned6, available4, available6;
};

struct k8s_status_wish {
	char *ns, *name, *uid;
	struct k8s_pool_counts *counts; /* of an IPAddressPool; NULL = it is about a Service: */
	char *version;  /* the newest resourceVersion known; NULL = none, the Service is read */
	char *lb_class; /* that it must have; NULL = none */
	char *pool;     /* of the addresses, for the annotation; NULL = without it */
	struct ipaddr addr[2];
	uint8_t n;       /* addresses; 0 = none any more */
	bool clear;      /* it must be no LoadBalancer, and nothing is to be left of one */
	uint64_t serial; /* comes back in k8s_wrote */
};

struct k8s_notice {
	char *ns, *name;  /* of the object; ns is the Event's, too */
	char *uid;        /* NULL = not known */
	char *api, *kind; /* "metallb.io/v1beta1", or NULL = not known; "BGPPeer"; kind NULL = a
	                     v1 Service */
	char *reason;     /* "IPAllocated" */
	char *text;       /* at most 1024 bytes are written */
	bool warning;     /* else Normal */
	char *node; /* whose own word it is: written whoever leads; NULL = only by the leader
	             */
};

/* A ServiceL2Status object (metallb.io) as it is to be; written whoever leads. */
struct k8s_l2_wish {
	char *ns, *name;
	bool gone;
	/* gone: only while it is of this resourceVersion; NULL = whatever it is */
	char *version;
	/* Else what it says. interfaces: sorted, a blank between two; "" = none. */
	char *node, *service_ns, *service, *interfaces;
	bool there; /* there is one of that name, with another status */
};

struct k8s_elect {
	char *ns, *name; /* of the Lease; NULL = leave it */
	char *identity;  /* who we are: "gateway_4f3c..." */
};

struct k8s_command {
	enum k8s_command_type type;
	union {
		struct k8s_source_conf *source;
		struct k8s_status_wish *status;
		struct k8s_notice *notice;
		struct k8s_elect *elect;
		struct k8s_l2_wish *l2;
	};
};

struct k8s_command *k8s_command_new(enum k8s_command_type type); /* NULL on lack of memory */
void k8s_command_free(struct k8s_command *c);         /* with what it owns; NULL is fine */
void k8s_status_wish_free(struct k8s_status_wish *w); /* NULL is fine */
void k8s_notice_free(struct k8s_notice *n);           /* NULL is fine */
void k8s_l2_wish_free(struct k8s_l2_wish *w);         /* NULL is fine */
#endif
