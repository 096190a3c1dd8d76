/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp.h - inside of show_bgp*.c: what the commands of BGP have in common. Their text and
 * JSON are those of FRR 8.4, field by field; what grevyd does not count reads 0.
 */
#ifndef GREVY_VTY_SHOW_BGP_H
#define GREVY_VTY_SHOW_BGP_H
#include "announcer/bgp/view.h"
#include "announcer/rib.h"
#include "announcer/vty/exec.h"

enum { BGP_TABLE_VERSION = 0, BGP_OWN_WEIGHT = 32768, BGP_LOCAL_PREF = 100 };

/* What the words of a command ask for. */
struct bgp_ask {
	struct vty_request *rq;
	const struct bgp *bgp;
	struct bgp_view view;
	unsigned families; /* BGP_IPV4 | BGP_IPV6, those that were named; 0 = none was */
	bool unicast;      /* was said: JSON has no key of the family then */
	bool vrf, all_vrfs;
};

/* Return: VTY_OK, or what to answer with when there is no speaker. */
enum vty_rc bgp_ask_begin(struct bgp_ask *a, struct vty_request *rq);
/* The JSON of `vrf all` stands below the name of the VRF. */
void bgp_vrf_begin(const struct bgp_ask *a);
void bgp_vrf_end(const struct bgp_ask *a);
/* routerId and the like, in dotted form, into buf (PREFIX_STRLEN), which is returned. */
const char *bgp_id_str(uint32_t id, char *buf);

/* Families by their place in arrays of two. */
unsigned bgp_family_bit(int i);                         /* BGP_IPV4 */
uint8_t bgp_family_af(int i);                           /* AF_INET */
const char *bgp_family_name(int i);                     /* "IPv4 Unicast" */
const char *bgp_family_key(int i);                      /* "ipv4Unicast" */
const char *bgp_origin_name(const struct bgp_attrs *a); /* "IGP" */
char bgp_origin_code(const struct bgp_attrs *a);        /* 'i' */

/* Time since then as FRR writes it: "00:00:41", "1d02h03m", "01w2d03h"; since 0 = "never". */
#define BGP_UPTIME_LEN 32
const char *bgp_uptime(const struct bgp_ask *a, int64_t since_s, char *buf);
int64_t bgp_since_ms(const struct bgp_ask *a, int64_t since_s);

/* The other side. */
uint32_t bgp_peer_asn(const struct bgp_peer_view *v); /* as configured, or as it said; 0 */
bool bgp_peer_is_internal(const struct bgp_peer_view *v);
/* What ended the last session: "Notification received (Cease/Administrative Reset)" as in FRR,
 * or else in the session's words. *notified: "received" or "sent"; NULL = no NOTIFICATION.
 * Returns buf. */
enum { BGP_RESET_LEN = 256 };
const char *bgp_reset_text(const struct bgp_peer_view *v, char *buf, const char **notified);
const char *bgp_peer_label(const struct bgp_peer_view *v); /* its name; NULL = its address */
const char *bgp_peer_state(const struct bgp_peer_view *v); /* "Established", "Idle (PfxCt)" */
int64_t bgp_peer_changed_s(const struct bgp_peer_view *v); /* up since, down since; 0 = never */
uint64_t bgp_messages(const uint64_t by_type[BGP_TYPES]);
/* RFC 8212: there is no list, so nothing passes. */
bool bgp_peer_no_import(const struct bgp_peer_view *v);
bool bgp_peer_no_export(const struct bgp_peer_view *v);
/* The neighbour that the first argument names. false: FRR's answer is written. */
bool bgp_peer_asked(struct bgp_ask *a, struct bgp_peer_view *v);

/* A line of the table: received, or our own (then peer is NULL). Borrowed. */
struct bgp_row {
	struct prefix prefix;
	const struct bgp_attrs *attrs;
	const struct bgp_in_source *source; /* NULL: our own */
	struct ipaddr nexthop;
	bool best, multipath, stale, reachable, aggregate, foreign; /* foreign: redistributed */
	const char *reason;
	int64_t since_s;
};

/* Which rows. */
struct bgp_which {
	struct prefix within;           /* {.family = AF_INET}: all of a family */
	const struct bgp_in_peer *peer; /* NULL: of everybody; else what this one announces */
};

/* Every row by prefix, the best of each first: those received, and our own, which win. */
typedef void bgp_row_fn(const struct bgp_row *r, void *arg);
void bgp_rows(
    const struct bgp_ask *a, const struct bgp_which *which, bgp_row_fn *fn, void *arg);

/* A table of rows as `show ip bgp` writes it: begin, rows, end. */
struct bgp_table {
	const struct bgp_ask *a;
	struct prefix last; /* prefix of the row before; family 0 = none */
	size_t routes, paths;
	bool flat; /* advertised-routes: one row a prefix, in a JSON object of its own form */
};
void bgp_table_row(struct bgp_table *t, const struct bgp_row *r);
void bgp_table_head(const struct bgp_ask *a);

/* show_bgp_neighbor*.c: one neighbour as text and as JSON. */
struct bgp_timers {
	uint32_t hold_s, keepalive_s, my_hold_s, my_keepalive_s; /* my: as configured */
};
struct bgp_timers bgp_peer_timers(const struct bgp_peer_view *v);
uint32_t bgp_peer_my_id(const struct bgp_ask *a, const struct bgp_peer_view *v);
const char *bgp_peer_gr_mode(const struct bgp_ask *a, const struct bgp_peer_view *v);
const char *bgp_peer_gr_remote(const struct bgp_peer_view *v);
unsigned bgp_peer_hops(const struct bgp_peer_view *v); /* may be so far away */
void bgp_neighbor_text(const struct bgp_ask *a, const struct bgp_peer_view *v);
void bgp_neighbor_json(const struct bgp_ask *a, const struct bgp_peer_view *v);
#endif
