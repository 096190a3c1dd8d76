/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbor.h - what a BGP session is to be: made from peers (MetalLB's words, role node) or
 * from bgp.neighbors by neighbors.c; read by session, import and export. Pure.
 */
#ifndef GREVY_BGP_NEIGHBOR_H
#define GREVY_BGP_NEIGHBOR_H
#include "zclient/prefix.h"
#include <stddef.h>

/* "192.168.254.0/24 ge 24 le 32" */
struct bgp_prefix_rule {
	struct prefix prefix;
	uint8_t ge, le; /* both included; without the words both are the prefix's own length */
	bool deny; /* "deny PREFIX ..."; the first rule that matches decides; none = denied */
};

struct bgp_prefix_list {
	struct bgp_prefix_rule *v;
	size_t n;
	bool any; /* no list was given where none is needed (iBGP of role node): everything
	             passes */
};

/* [permit|deny] PREFIX [ge N] [le N], plen <= ge <= le; ge alone reaches to host prefixes.
 * Return: NULL, or what was expected instead (a constant); written only on success. */
const char *bgp_prefix_rule_parse(const char *s, struct bgp_prefix_rule *to);
/* As short as it parses to the same; returns buf. */
const char *bgp_prefix_rule_str(const struct bgp_prefix_rule *r, char *buf, size_t size);
bool bgp_prefix_list_passes(const struct bgp_prefix_list *l, const struct prefix *p);
bool bgp_prefix_list_equal(const struct bgp_prefix_list *a, const struct bgp_prefix_list *b);
/* to->v is the caller's to free. */
void bgp_prefix_list_copy(struct bgp_prefix_list *to, const struct bgp_prefix_list *from);

enum bgp_nexthop_rule {
	BGP_NEXTHOP_DEFAULT,   /* import: unchanged; export: RFC 4271 5.1.3 */
	BGP_NEXTHOP_UNCHANGED, /* as received */
	BGP_NEXTHOP_SELF,      /* ours; import: interface lo, the traffic ends here */
	BGP_NEXTHOP_PEER,      /* the peer's address */
};

struct bgp_import {
	struct bgp_prefix_list prefixes;
	enum bgp_nexthop_rule nexthop;
	uint32_t max_prefix; /* 0 = no limit */
	uint32_t restart_s;  /* after it was exceeded: try again; 0 = by clear bgp, or a higher
	                        limit */
	bool warning_only;
	uint8_t allow_own_as; /* how often our AS may stand in the path */
	uint32_t local_pref;  /* 0 = as received, 100 for eBGP */
};

struct bgp_export {
	struct bgp_prefix_list prefixes;
	enum bgp_nexthop_rule nexthop;
};

enum { BGP_ANY_ASN = 0 };
enum bgp_asn_kind { BGP_ASN_NUMBER, BGP_ASN_INTERNAL, BGP_ASN_EXTERNAL };

struct bgp_neighbor {
	char *name;            /* "peer1", or the address or range as written */
	struct ipaddr address; /* family 0: a range */
	struct prefix range;   /* family 0: an address */
	uint32_t limit;        /* of a range: sessions at once */
	uint32_t my_asn, asn;  /* asn counts with BGP_ASN_NUMBER */
	enum bgp_asn_kind asn_kind;
	struct ipaddr source; /* family 0 = the kernel's choice */
	char *interface;      /* the socket is bound to it (a VRF device, too); NULL = none */
	uint32_t router_id;   /* 0 = the speaker's */
	uint16_t port;
	bool passive;                 /* never dial */
	uint32_t hold_s, keepalive_s; /* keepalive 0 = a third of what was agreed */
	uint32_t connect_s;           /* connect retry time */
	uint8_t multihop;      /* eBGP: TTL of what we send; 0 = directly connected (1) */
	uint8_t ttl_security;  /* GTSM: hops away at most (RFC 5082); 0 = off */
	char *password;        /* TCP MD5 (RFC 2385); NULL = none */
	char *password_file;   /* read when a session starts; NULL = none */
	bool password_missing; /* the Secret or file is not there (yet): the session waits */
	bool graceful;         /* RFC 4724 */
	unsigned families;     /* enum bgp_family, to be offered */
	bool from_peers; /* of MetalLB's words: announces what its pools' advertisements say */
	struct bgp_import import;
	struct bgp_export export;
};

bool bgp_import_equal(const struct bgp_import *a, const struct bgp_import *b);

void bgp_neighbor_fini(struct bgp_neighbor *n); /* frees what it owns, not n */
void bgp_neighbor_copy(struct bgp_neighbor *to, const struct bgp_neighbor *from);
bool bgp_neighbor_equal(const struct bgp_neighbor *a, const struct bgp_neighbor *b);
/* Of the same address (and interface, if it is link-local), or of the same range. */
bool bgp_neighbor_same_peer(const struct bgp_neighbor *a, const struct bgp_neighbor *b);
/* Same but for what can change under a running session: import, export, password_missing. */
bool bgp_neighbor_same_session(const struct bgp_neighbor *a, const struct bgp_neighbor *b);
#endif
