/* SPDX-License-Identifier: GPL-2.0-or-later */
/* out_zserv_redist.h - routes of zebra's for our BGP speaker, into the RIB. */
#ifndef GREVY_OUT_ZSERV_REDIST_H
#define GREVY_OUT_ZSERV_REDIST_H
#include "announcer/table.h"
#include <stdint.h>

struct event;
struct out_zserv;
struct strlist;
struct zapi_route;

struct zserv_redist {
	struct table routes; /* by prefix */
	size_t n_stale;
	struct event *later; /* the stale ones are to go */
	int64_t up_ms;
	bool down, dirty;
	bool fenced; /* all are told anew, up to an answer */
};

void zserv_redist_init(struct out_zserv *z);
void zserv_redist_fini(struct out_zserv *z);
void zserv_redist_hello(struct out_zserv *z); /* ask for the types of the configuration */
void zserv_redist_up(struct out_zserv *z);
void zserv_redist_down(struct out_zserv *z);
void zserv_redist_route(struct out_zserv *z, bool added, const struct zapi_route *r);
void zserv_redist_flush(struct out_zserv *z); /* have the RIB committed if it is due */
/* The list is another one, under the same connection. */
void zserv_redist_reload(struct out_zserv *z, const struct strlist *old);
void zserv_redist_fence(struct out_zserv *z); /* the last question was answered */
#endif
