/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_peers.c - peers and bfd-profiles of grevyd.yaml: tables and what is checked within
 * one entry, by the rules of MetalLB's legacy ConfigMap. What only MetalLB's CRDs know of a
 * peer is known here in kebab-case and not supported yet.
 */
#include "announcer/conf_key.h"
#include "announcer/util.h"

#define KEEPALIVE_UNSET UINT32_MAX

static const struct conf_range asn = {1, UINT32_MAX}, port = {0, 65535}, hold_s = {3, 65535},
			       keepalive_s = {1, 65535};

static const struct conf_key secret_keys[] = {
    CONF_KEY("name", text, CONF_AT(conf_peer, secret), 0, &conf_rule_object),
    CONF_KEY("namespace", text, CONF_AT(conf_peer, secret_ns), 0, &conf_rule_namespace),
    {0},
};

static const struct conf_section secret_section = {secret_keys, NULL};

static const struct conf_key peer_keys[] = {
    CONF_KEY("my-asn", u32, CONF_AT(conf_peer, my_asn), CONF_REQUIRED, &asn),
    CONF_KEY("peer-asn", u32, CONF_AT(conf_peer, peer_asn), CONF_REQUIRED, &asn),
    CONF_KEY("peer-address", ip, CONF_AT(conf_peer, address), CONF_REQUIRED, NULL),
    CONF_KEY("source-address", ip, CONF_AT(conf_peer, source), 0, NULL),
    CONF_KEY("peer-port", u32, CONF_AT(conf_peer, port), 0, &port),
    CONF_KEY("hold-time", duration, CONF_AT(conf_peer, hold_s), 0, &hold_s),
    CONF_KEY("keepalive-time", duration, CONF_AT(conf_peer, keepalive_s), 0, &keepalive_s),
    CONF_KEY("router-id", ip, CONF_AT(conf_peer, router_id), CONF_IPV4, NULL),
    CONF_KEY("node-selectors", list, CONF_LIST_AT(conf_peer, nodes.v, nodes.n), 0,
	&conf_selector_list),
    CONF_KEY("password", text, CONF_AT(conf_peer, password), CONF_SECRET, NULL),
    CONF_KEY("password-secret", section, CONF_NOWHERE, 0, &secret_section),
    CONF_KEY("bfd-profile", text, CONF_AT(conf_peer, bfd_profile), 0, NULL),
    CONF_KEY("ebgp-multihop", bool, CONF_AT(conf_peer, ebgp_multihop), 0, NULL),
    CONF_OFF("dynamic-asn", NULL),
    CONF_OFF("local-asn", NULL),
    CONF_OFF("interface", NULL),
    CONF_OFF("connect-time", NULL),
    CONF_OFF("enable-graceful-restart", NULL),
    CONF_OFF("vrf", NULL),
    CONF_OFF("disable-mp", NULL),
    CONF_OFF("dual-stack-address-family", NULL),
    {0},
};

static void peer_init(void *elem)
{
	struct conf_peer *p = elem;

	p->port = 179;
	p->hold_s = 90;
	p->keepalive_s = KEEPALIVE_UNSET;
}

/* An empty text means none, as in MetalLB. */
static void text_drop_empty(char **s)
{
	if (*s && !**s) {
		free(*s);
		*s = NULL;
	}
}

static void peer_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	struct conf_peer *p = elem;

	if (!p->port)
		p->port = 179;
	if (p->keepalive_s == KEEPALIVE_UNSET)
		p->keepalive_s = p->hold_s / 3;
	if (p->keepalive_s > p->hold_s)
		conf_error(r, conf_member(v, "keepalive-time"), "keepalive-time",
		    "must not be above hold-time, %us", (unsigned)p->hold_s);
	if (p->ebgp_multihop && p->my_asn && p->my_asn == p->peer_asn)
		conf_error(r, conf_member(v, "ebgp-multihop"), "ebgp-multihop",
		    "must be no where my-asn and peer-asn are equal");
	text_drop_empty(&p->password);
	text_drop_empty(&p->bfd_profile);
	if (p->secret && p->password)
		conf_error(r, conf_member(v, "password-secret"), "password-secret",
		    "must not stand beside password");
	if (p->secret_ns && !p->secret)
		conf_error(r, conf_member(v, "password-secret"), "password-secret",
		    "must have a name");
}

static bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool peer_same(const void *a, const void *b)
{
	const struct conf_peer *x = a, *y = b;

	return x->my_asn == y->my_asn && x->peer_asn == y->peer_asn &&
	       !ipaddr_cmp(&x->address, &y->address) && !ipaddr_cmp(&x->source, &y->source) &&
	       !ipaddr_cmp(&x->router_id, &y->router_id) && x->port == y->port &&
	       x->hold_s == y->hold_s && x->keepalive_s == y->keepalive_s &&
	       x->ebgp_multihop == y->ebgp_multihop && selectors_equal(&x->nodes, &y->nodes) &&
	       text_equal(x->password, y->password) && text_equal(x->secret, y->secret) &&
	       text_equal(x->secret_ns, y->secret_ns) &&
	       text_equal(x->bfd_profile, y->bfd_profile);
}

const struct conf_list conf_peer_list = {peer_keys, sizeof(struct conf_peer), peer_init,
    peer_check, peer_same, "the same peer stands here twice"};

static const struct conf_range interval_ms = {10, 60000}, multiplier = {2, 255}, ttl = {1, 254};

static const struct conf_key bfd_keys[] = {
    CONF_KEY("name", text, CONF_AT(conf_bfd, name), CONF_REQUIRED, &conf_rule_word),
    CONF_KEY(
	"receive-interval", u32, CONF_AT(conf_bfd, receive_ms), CONF_OMIT_ZERO, &interval_ms),
    CONF_KEY(
	"transmit-interval", u32, CONF_AT(conf_bfd, transmit_ms), CONF_OMIT_ZERO, &interval_ms),
    CONF_KEY(
	"detect-multiplier", u32, CONF_AT(conf_bfd, multiplier), CONF_OMIT_ZERO, &multiplier),
    CONF_KEY("echo-interval", u32, CONF_AT(conf_bfd, echo_ms), CONF_OMIT_ZERO, &interval_ms),
    CONF_KEY("echo-mode", bool, CONF_AT(conf_bfd, echo_mode), 0, NULL),
    CONF_KEY("passive-mode", bool, CONF_AT(conf_bfd, passive_mode), 0, NULL),
    CONF_KEY("minimum-ttl", u32, CONF_AT(conf_bfd, minimum_ttl), CONF_OMIT_ZERO, &ttl),
    {0},
};

const struct conf_list conf_bfd_list = {
    bfd_keys, sizeof(struct conf_bfd), NULL, NULL, NULL, NULL};
