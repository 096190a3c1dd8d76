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
	bool named;        /* by ipv4 or ipv6, not only by ip */
	bool unicast;      /* was said: JSON has no key of the family then */
	bool other;        /* routes of a kind that we do not have: vpn and the like */
	bool vrf, all_vrfs;
	bool all; /* every family */
};

/* In whose words FRR says that there is no speaker, or no such VRF; of nobody: the caller does.
 */
enum bgp_words { BGP_OF_SESSIONS, BGP_OF_ROUTES, BGP_OF_NOBODY };

/* Return: VTY_OK, or what to answer with when there is no speaker. */
enum vty_rc bgp_ask_begin(struct bgp_ask *a, struct vty_request *rq, enum bgp_words words);
/* In a step. Return: there is still a speaker. */
bool bgp_ask_again(struct bgp_ask *a);
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
/* "Sat Nov 21 02:13:38 2026", of this host's time zone as FRR; into buf (BGP_DATE_LEN). */
#define BGP_DATE_LEN 64
const char *bgp_date(int64_t unix_s, char *buf);

/* The number of an AS, 1 to 4294967295; 0: this is none. */
uint32_t bgp_asn_parse(const char *word);

/* The other side. */
#define BGP_PEER_LEN (PREFIX_STRLEN + 64)
const char *bgp_peer_str(const struct bgp_peer_view *v, char *buf); /* "fe80::1%eth0" */
uint32_t bgp_peer_asn(const struct bgp_peer_view *v); /* as configured, or as it said; 0 */
bool bgp_peer_is_internal(const struct bgp_peer_view *v);
/* What ended the last session, or why there is none: "Notification received
 * (Cease/Administrative Reset)" as in FRR, or else in the session's words. *notified:
 * "received" or "sent"; NULL = no NOTIFICATION. Returns buf. */
enum { BGP_RESET_LEN = 256 };
const char *bgp_reset_text(const struct bgp_peer_view *v, char *buf, const char **notified);
int bgp_reset_code(const char *text, const char *notified); /* FRR's number for it */
int64_t bgp_reset_s(
    const struct bgp_ask *a, const struct bgp_peer_view *v); /* Unix time; 0 = never */
const char *bgp_peer_host(const struct bgp_peer_view *v);    /* as it calls itself; NULL */
const char *bgp_peer_label(const struct bgp_peer_view *v);   /* its name; NULL = its address */
const char *bgp_peer_state(const struct bgp_peer_view *v);   /* "Established", "Idle (PfxCt)" */
int64_t bgp_peer_changed_s(const struct bgp_peer_view *v); /* up since, down since; 0 = never */
uint64_t bgp_messages(const uint64_t by_type[BGP_TYPES]);
/* RFC 8212: there is no list, so nothing passes. */
bool bgp_peer_no_import(const struct bgp_peer_view *v);
bool bgp_peer_no_export(const struct bgp_peer_view *v);

/* "192.0.2.1", "fe80::1%eth0". Return: 0 or -EINVAL. */
int bgp_peer_name_parse(const char *word, struct bgp_peer_name *to);
/* The neighbour that NEIGHBOR names. VTY_WARNING: there is none, and FRR's answer is written,
 * as commands of routes say it. */
enum vty_rc bgp_peer_asked(
    struct bgp_ask *a, struct bgp_peer_name *name, struct bgp_peer_view *v);
/* Of `all`: those that were named, or that some neighbour carries. */
unsigned bgp_every_family(const struct bgp_ask *a);
/* The families of a table of one neighbour, BGP_IPV4 | BGP_IPV6; 0: it does not carry what was
 * named. */
unsigned bgp_peer_families(const struct bgp_ask *a, const struct bgp_peer_view *v);
/* This text; in JSON as "warning", without the percent sign it may begin with. Return:
 * VTY_WARNING. */
enum vty_rc bgp_warn(struct vty_request *rq, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

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
void bgp_graceful_json(const struct bgp_ask *a, const struct bgp_peer_view *v); /* of it only */
#endif
