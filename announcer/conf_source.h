/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_source.h - what a configuration wants of the source. */
#ifndef GREVY_CONF_SOURCE_H
#define GREVY_CONF_SOURCE_H

#include <stdbool.h>

struct conf;
struct k8s_command;
struct rules;

/* The namespace of the objects of metallb.io, unless policy-from says another. */
#define CONF_CUSTOM_NS "metallb-system"

/* Role router, with BGP neighbours and without a word of Kubernetes, needs none. */
bool conf_wants_source(const struct conf *c);

/* A K8S_SOURCE command: what the source is, and what it is asked for: the Secrets of the peers
 * that are in force. The caller's. */
struct k8s_command *conf_source(const struct conf *c, const struct rules *rules);
/* Those Secrets are the same by both. */
bool conf_secrets_equal(const struct conf *c, const struct rules *a, const struct rules *b);
#endif
