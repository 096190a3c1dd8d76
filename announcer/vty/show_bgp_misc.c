/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_misc.c - the small commands of BGP: VRFs, listeners, memory, how many routes a
 * neighbour told, and what FRR's users ask for of which grevyd has none.
 */
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp_routes.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>

struct counts {
	size_t peers, up, paths;
};

static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	struct counts *c = arg;

	c->peers++;
	c->up += v->facts != NULL;
}

static struct counts count(const struct bgp_ask *a)
{
	struct counts c = {.paths = bgp_paths(a, 0) + bgp_paths(a, 1)};

	bgp_each_peer(a->bgp, on_peer, &c);
	return c;
}

/* The speaker, whatever the words say; false: there is none. */
static bool ask(struct bgp_ask *a, struct vty_request *rq)
{
	*a = (struct bgp_ask){.rq = rq};
	return bgp_ask_again(a);
}

/* ---- VRFs and views ---- */

static void put_vrf(const struct bgp_ask *a)
{
	struct writer *w = a->rq->w;
	struct counts c = count(a);
	char b[PREFIX_STRLEN];

	writer_object_begin(w, "default", NULL);
	writer_str(w, "type", NULL, "DFLT");
	writer_num(w, "vrfId", NULL, 0);
	writer_str(w, "routerId", NULL, bgp_id_str(a->view.router_id, b));
	writer_num(w, "numConfiguredPeers", NULL, (int64_t)c.peers);
	writer_num(w, "numEstablishedPeers", NULL, (int64_t)c.up);
	writer_num(w, "l3vni", NULL, 0);
	writer_str(w, "rmac", NULL, "00:00:00:00:00:00");
	writer_str(w, "interface", NULL, "unknown");
	writer_object_end(w);
	writer_line(w, "%-5s %-6s %-17s %-10s %-10s  %-37s", "Type", "Id", "routerId",
	    "#PeersCfg", "#PeersEstb", "Name");
	writer_line(w, "%11s  %-16s  %-21s  %s", "", "L3-VNI", "RouterMAC", "Interface");
	writer_line(
	    w, "%-5s %-6d %-17s %-10zu %-10zu  %-37s", "DFLT", 0, b, c.peers, c.up, "default");
	writer_line(w, "%11s  %-16d  %-21s  %-20s", "", 0, "00:00:00:00:00:00", "unknown");
	writer_line(w, "%s", "");
	writer_line(w, "Total number of VRFs (including default): 1");
}

enum vty_rc show_bgp_vrfs(struct vty_request *rq)
{
	const char *vrf = vty_arg(rq, "VRF");
	struct bgp_ask a;
	bool there = ask(&a, rq);

	if (vrf && (!there || strcmp(vrf, "default") != 0))
		return bgp_warn(rq, "%% Specified BGP instance not found");
	writer_object_begin(rq->w, "vrfs", NULL);
	if (there)
		put_vrf(&a);
	writer_object_end(rq->w);
	writer_num(rq->w, "totalVrfs", NULL, there);
	return VTY_OK;
}

enum vty_rc show_bgp_views(struct vty_request *rq)
{
	struct bgp_ask a;

	writer_line(rq->w, "Defined BGP views:");
	if (!ask(&a, rq))
		return VTY_OK;
	writer_num(rq->w, "default", NULL, a.view.asn);
	writer_line(rq->w, "        default (AS%" PRIu32 ")", a.view.asn);
	return VTY_OK;
}

/* ---- the speaker ---- */

enum vty_rc show_bgp_listeners(struct vty_request *rq)
{
	const char *place, *error;
	struct bgp_ask a;

	writer_line(rq->w, "Name             fd Address");
	writer_line(rq->w, "---------------------------");
	if (!ask(&a, rq))
		return VTY_OK;
	for (size_t i = 0; (place = bgp_listening(a.bgp, i, &error)); i++) {
		writer_bool(rq->w, place, NULL, !*error);
		if (!*error)
			writer_line(rq->w, "%-16s %2s %s", "default", "-", place);
	}
	return VTY_OK;
}

static void put_memory(struct writer *w, const char *key, const char *what, size_t n)
{
	writer_num(w, key, NULL, (int64_t)n);
	writer_line(w, "%zu %s, using 0 bytes of memory", n, what);
}

enum vty_rc show_bgp_memory(struct vty_request *rq)
{
	struct counts c = {0};
	struct bgp_ask a;
	size_t nodes = 0;

	if (ask(&a, rq)) {
		c = count(&a);
		nodes = bgp_prefixes(&a, 0) + bgp_prefixes(&a, 1);
	}
	put_memory(rq->w, "ribNodes", "RIB nodes", nodes);
	put_memory(rq->w, "routes", "BGP routes", c.paths);
	put_memory(rq->w, "attributes", "BGP attributes", a.view.attrs);
	put_memory(rq->w, "peers", "peers", c.peers);
	return VTY_OK;
}

enum vty_rc show_bgp_router(struct vty_request *rq)
{
	char when[BGP_DATE_LEN];
	struct bgp_ask a;

	if (!ask(&a, rq))
		return bgp_warn(rq, "%% BGP instance not found");
	writer_num(rq->w, "bgpStartedAt", NULL, a.view.started_s);
	writer_bool(rq->w, "bgpStartedGracefully", NULL, a.view.restart_s);
	writer_num(rq->w, "bgpInstanceCount", NULL, 1);
	writer_line(rq->w, "BGP started at %s", bgp_date(a.view.started_s, when));
	writer_line(rq->w, "Number of BGP instances (including default): 1");
	return VTY_OK;
}

/* The decision is of one kind: RFC 4271's, without the age of a path; by MED only within one
 * neighbouring AS unless the configuration says otherwise. */
enum vty_rc show_bgp_bestpath(struct vty_request *rq)
{
	const struct conf *conf = rq->ctx->conf;
	const struct {
		const char *key, *label;
		bool on;
	} rows[] = {
	    {"asPathIgnore",         "Ignore AS path",                        false                       },
	    {"asPathConfed",         "Include confederation ASNs in AS path", false                       },
	    {"asPathMultiPathRelax", "AS path multi-path-relax",              conf->bgp.multipath_relax   },
	    {"peerTypeRelax",        "Peer type relax",                       false                       },
	    {"compareRouterId",      "Compare router ID",                     true                        },
	    {"medConfed",            "BGP bestpath MED confed",               false                       },
	    {"medMissingAsWorst",    "BGP bestpath MED missing-as-worst",     false                       },
	    {"alwaysCompareMed",     "Always compare MED",                    conf->bgp.always_compare_med},
	    {"deterministicMed",     "Deterministic MED",                     true                        },
	};
	struct bgp_ask a;

	if (!ask(&a, rq))
		return bgp_warn(rq, "%% BGP instance not found");
	writer_object_begin(rq->w, "default", NULL);
	writer_object_begin(rq->w, "bestPath", NULL);
	writer_line(rq->w, "VRF default");
	writer_line(rq->w, "Best Path Selection Criteria:");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		writer_bool(rq->w, rows[i].key, NULL, rows[i].on);
		writer_line(
		    rq->w, "  %s is %s", rows[i].label, rows[i].on ? "Enabled" : "Disabled");
	}
	writer_object_end(rq->w);
	writer_object_end(rq->w);
	return VTY_OK;
}

/* ---- what there is none of ---- */

enum vty_rc show_bgp_nothing(struct vty_request *rq)
{
	(void)rq;
	return VTY_OK;
}

enum vty_rc show_bgp_peer_group(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_SESSIONS);

	if (rc == VTY_OK && vty_arg(rq, "LIST"))
		writer_line(rq->w, "%% No such peer-group");
	return rc;
}

enum vty_rc show_bgp_evpn(struct vty_request *rq)
{
	writer_num(rq->w, "numPrefix", NULL, 0);
	writer_num(rq->w, "totalPrefix", NULL, 0);
	writer_line(rq->w, "No prefixes displayed, 0 exist");
	return VTY_OK;
}

enum vty_rc show_bgp_damping(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);

	if (rc == VTY_OK)
		writer_line(rq->w, "dampening not enabled for %s",
		    bgp_family_name(a.families != BGP_IPV4));
	return rc;
}

/* Neighbours are asked for no filter of theirs (RFC 5291). */
enum vty_rc show_bgp_prefix_filter(struct vty_request *rq)
{
	struct bgp_peer_name name;
	struct bgp_peer_view v;
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);

	if (rc == VTY_OK && a.bgp)
		rc = bgp_peer_asked(&a, &name, &v);
	if (rc == VTY_OK && a.bgp)
		writer_line(rq->w, "No functional output");
	return rc;
}
