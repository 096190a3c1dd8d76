/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h - what the commands call things: Services, states, next hops. */
#ifndef GREVY_VTY_NAMES_H
#define GREVY_VTY_NAMES_H
#include "announcer/desired.h"
#include "announcer/l2/owners.h"
#include "announcer/out_kernel.h"
#include "announcer/out_zserv.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/exec.h"

/* The Service that a word names: NAMESPACE/NAME, or a NAME that only one has.
 * NULL: none, or several (*several, may be NULL). */
const struct store_service *names_service(
    const struct vty_context *ctx, const char *word, bool *several);

/* "namespace/name" into buf, which is returned; cut if it is longer than Kubernetes allows. */
#define NAMES_KEY_LEN 328
const char *names_key(const struct store_service *svc, char *buf);

/* A Service of which we would announce something: of type LoadBalancer. */
bool names_is_shown(const struct store_service *svc);

/* How it is with a Service in a word or two: "installed", "pending: pool-full". */
struct names_state {
	bool good;
	char text[96];
};
struct names_state names_service_state(
    const struct vty_request *rq, const struct store_service *svc);

/* The same for a prefix at the output: "installed", "zebra is down" ... */
struct names_state names_output_state(const struct vty_request *rq, const struct prefix *p);

/* BGP neighbours that are up, and how many of them are told a prefix. */
struct names_told {
	size_t told, up, all;
};
struct names_told names_told(const struct vty_context *ctx, const struct prefix *p);
/* Role node, and its routes go to BGP neighbours. */
bool names_is_speaker(const struct vty_context *ctx);
/* The routes go into the kernel's table by ourselves. */
bool names_is_kernel(const struct vty_context *ctx);
/* zebra gets no routes: it is off, or not there and others are to take them instead. */
bool names_zebra_is_off(const struct vty_context *ctx);

/* The same for an address of a pool for layer 2: "answered", "other: n2". */
struct names_state names_l2_state(const struct vty_request *rq, const struct desired_view *v);
/* Role node: ARP and NDP can be answered. */
bool names_has_l2(const struct vty_context *ctx);
/* Addresses of the pool are answered for by ARP and NDP; by nothing else. */
bool names_is_l2(const struct vty_context *ctx, const struct pool *pool);
bool names_is_l2_only(const struct vty_context *ctx, const struct pool *pool);
const char *names_l2_token(enum l2_state state); /* "owner" */
const char *names_l2_what(enum l2_state state);  /* "this node answers" */

const char *names_kroute_state(enum kroute_state state); /* "installed" */
const char *names_zroute_state(enum zroute_state state); /* "installed" */
const char *names_phase(enum k8s_phase phase);           /* "watching" */
const char *names_rib_source(enum rib_source source);    /* "kubernetes" */

/* "192.0.2.1 weight 2"; the weight only when it is not 1. Into buf, which is returned. */
#define NAMES_NEXTHOP_LEN 80
const char *names_nexthop(const struct rib_nexthop *nh, char *buf);

/* The interface of that index as zebra tells it, "if7" if it does not. */
#define NAMES_IFACE_LEN 24
const char *names_iface(const struct vty_context *ctx, uint32_t ifindex, char *buf);
/* The same as this host has it. */
const char *names_l2_iface(const struct vty_context *ctx, uint32_t ifindex, char *buf);
/* "52:54:00:12:34:56" */
#define NAMES_MAC_LEN 18
const char *names_mac(const uint8_t mac[6], char *buf);
#endif
