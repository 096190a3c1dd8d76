/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kind.h - the kinds of objects that grevy uses. */
#ifndef K8S_KIND_H
#define K8S_KIND_H

enum k8s_kind {
	K8S_SERVICE,
	K8S_SLICE,
	K8S_NODE,
	K8S_NAMESPACE,
	K8S_CONFIGMAP, /* as they are: k8s_raw */
	K8S_SECRET,
	K8S_CUSTOM, /* of metallb.io */
	K8S_KINDS
};

/* "Service", "EndpointSlice"; "custom resource", whichever it is. */
const char *k8s_kind_name(enum k8s_kind kind);
#endif
