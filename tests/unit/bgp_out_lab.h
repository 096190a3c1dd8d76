/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bgp_out_lab.h - a RIB, Adj-RIB-Out on it, and simulated peers that know of us only what our
 * bytes say, for tests. A route of a peer as text:
 * "192.0.2.1/32 nh=192.0.2.254 o=i path=64512 lp=100 c=64512:1 lc=1:2:3".
 */
#ifndef TESTS_BGP_OUT_LAB_H
#define TESTS_BGP_OUT_LAB_H
#include "announcer/bgp/adjout.h"
#include "announcer/conf.h"
#include "announcer/rib.h"

struct out_lab {
	struct rib *rib;
	struct bgp_attr_table *attrs;
	struct bgp_out *out;
	struct conf *conf;
	struct k8s_object *node;
	unsigned wakes;
	/* What bgp_out_set_received() answers for every prefix. */
	struct bgp_attrs received;
	bool received_ibgp;
	struct ipaddr received_from;
	const struct bgp_attrs *shared;
	/* The label app= of the Service that has any address; NULL = none. */
	const char *app;
};

struct sim_route {
	struct prefix prefix;
	char *text;
};

struct sim {
	struct bgp_neighbor nb;
	struct bgp_facts facts;
	struct bgp_out_peer *peer;
	struct sim_route *v; /* sorted by prefix */
	size_t n;
	unsigned end_of_rib;
	size_t messages, announced, withdrawn, needless; /* needless: it did not have it */
};

/* role: node or router. */
void out_lab_init(struct out_lab *l);
void out_lab_fini(struct out_lab *l); /* peers must be down */
/* yaml is the rest of a configuration; node: labels of this node as in objects.h, or NULL. */
void out_lab_rules(struct out_lab *l, const char *role, const char *yaml, const char *node);

/* Advertisement i of the first pool is for Services app=WORD only. */
void out_lab_for(struct out_lab *l, size_t i, const char *app);

/* "192.0.2.1/32" via gateways ("" = lo; NULL = none any more), not committed. */
void out_lab_route(
    struct out_lab *l, enum rib_source source, const char *prefix, const char *via);
/* The attributes of what is received from now on, of AS path 65010 70000. */
void out_lab_received(
    struct out_lab *l, const char *from, bool ibgp, const uint32_t *communities, size_t n);

/* A peer of MetalLB's words, directly connected, both families. */
void sim_init(struct sim *s, const char *name, const char *address, bool ibgp);
void sim_export(struct sim *s, const char *rule); /* it is a neighbour with an export list */
void sim_export_none(struct sim *s);              /* nothing passes */
void sim_up(struct out_lab *l, struct sim *s);
void sim_down(struct sim *s);
void sim_fini(struct sim *s);
/* Read at most this many messages. Return: whether it has all. */
bool sim_read(struct sim *s, size_t max);
const char *sim_has(const struct sim *s, const char *prefix); /* its text; NULL = nothing */
void sim_assert(const struct sim *s, const char *lines);      /* exactly these */

/* The text of attributes, without the prefix; to be freed. */
char *sim_text(const struct bgp_attrs *a);
#endif
