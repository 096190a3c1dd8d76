/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.h - the BGP speaker as commands, why and metrics read it. Everything is borrowed. */
#ifndef GREVY_BGP_VIEW_H
#define GREVY_BGP_VIEW_H
#include "announcer/bgp/adjin.h"
#include "announcer/bgp/adjout.h"
#include "announcer/bgp/bgp.h"

struct bgp_peer_view {
	const struct bgp_neighbor *nb;
	const struct bgp_facts *facts; /* NULL: not established */
	struct bgp_session_status session;
	struct bgp_in_counts in;
	struct bgp_out_counts out;
	const struct bgp_in_peer *in_peer;
	const struct bgp_out_peer *out_peer; /* NULL: not established */
};

struct bgp_view {
	uint32_t asn, router_id;    /* asn: of bgp.asn, else of the first peer */
	const char *router_id_from; /* "zebra"; NULL until there is one */
	unsigned max_paths;
	size_t paths, attrs; /* held of peers; shared attribute lists */
	struct bgp_in *in;
	const struct bgp_out *out;
	bool settled;
	int64_t started_s; /* Unix time */
	uint16_t restart_s;
	const char *host; /* of this machine; "" = not known */
};

void bgp_view(const struct bgp *b, struct bgp_view *to);
typedef void bgp_peer_fn(const struct bgp_peer_view *v, void *arg);
void bgp_each_peer(const struct bgp *b, bgp_peer_fn *fn, void *arg); /* by address */

/* Which neighbour: link-local ones are told apart by their interface; "" = of any. */
struct bgp_peer_name {
	struct ipaddr address;
	char interface[32];
};
bool bgp_peer(const struct bgp *b, const struct bgp_peer_name *name, struct bgp_peer_view *to);
/* The one that stands after `at`, which becomes it; address of family 0: the first. For walks
 * that are left and taken up again. Return: false at the end. */
bool bgp_peer_next(const struct bgp *b, struct bgp_peer_name *at, struct bgp_peer_view *to);
/* i-th listening place; error "" = it listens; NULL past the last. */
const char *bgp_listening(const struct bgp *b, size_t i, const char **error);
#endif
