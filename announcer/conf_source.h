/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_source.h - what a configuration wants of the source. */
#ifndef GREVY_CONF_SOURCE_H
#define GREVY_CONF_SOURCE_H

#include <stdbool.h>

struct conf;
struct k8s_command;
struct k8s_object;
struct rules;

/* The namespace of the objects of metallb.io, unless policy-from says another. */
#define CONF_CUSTOM_NS "metallb-system"

/* Role router, with BGP neighbours and without a word of Kubernetes, needs none. */
bool conf_wants_source(const struct conf *c);

/* It is the only place of policy-from. */
bool conf_file_alone(const struct conf *c);

/**
 * conf_policy_place - where an object stands in policy-from
 * Return: its number there, from 0; -1 = it is in none of the places: of a kind or a namespace
 * that is not asked for. An object of NULL stands for the file.
 */
int conf_policy_place(const struct conf *c, const struct k8s_object *o);

/* The namespace of ServiceL2Status objects; NULL = this node has nothing to do with them: by
 * the rules no pool is for layer 2, or there is no API. Borrowed from c. */
const char *conf_l2_ns(const struct conf *c, const struct rules *rules);

/* A K8S_SOURCE command: what the source is, and what it is asked for: the Secrets of the peers
 * that are in force, and what layer 2 needs. The caller's. */
struct k8s_command *conf_source(const struct conf *c, const struct rules *rules);
/* By both the source is asked for the same. */
bool conf_source_equal(const struct conf *c, const struct rules *a, const struct rules *b);
#endif
