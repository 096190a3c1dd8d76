/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the configuration, this node's labels and Secrets to what BGP sessions are to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/bgp/neighbors.h"
#include "announcer/bgp/open.h"
#include "announcer/bgp/router_id.h"
#include "announcer/conf.h"
#include "announcer/store.h"
#include "announcer/util.h"
#include "tests/unit/file_rules.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <sys/socket.h>

#define PEER "{my-asn: 64512, peer-asn: 64513, peer-address: "

static struct conf *parse(const char *text)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_parse(text, strlen(text), "test", &errors);

	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(c);
	return c;
}

/* The neighbours of a configuration on a node with these labels; labels NULL: unknown. */
static struct bgp_neighbors made(
    const char *text, const char *labels, const struct store *store)
{
	struct k8s_object *o = labels ? node("n1", labels) : NULL;
	struct conf *c = parse(text);
	struct rules *rules = file_rules(c);
	struct bgp_neighbors to;

	bgp_neighbors_make(c, rules, o ? &o->node : NULL, store, &to);
	k8s_object_free(o);
	rules_free(rules);
	conf_free(c);
	return to;
}

static void a_peer_becomes_a_neighbour(void **state)
{
	struct bgp_neighbors to = made("role: node\npeers:\n- {my-asn: 1, peer-asn: 2, "
				       "peer-address: 192.0.2.1, source-address: 192.0.2.9, "
				       "router-id: 10.0.0.1, peer-port: 1179, hold-time: 9s, "
				       "connect-time: 7s, vrf: red, ebgp-multihop: yes, "
				       "enable-graceful-restart: yes, password: x}\n",
	    NULL, NULL);
	const struct bgp_neighbor *n = to.v;

	(void)state;
	assert_int_equal(to.n, 1);
	assert_string_equal(n->name, "peer1");
	assert_int_equal(n->my_asn, 1);
	assert_int_equal(n->asn, 2);
	assert_int_equal(n->asn_kind, BGP_ASN_NUMBER);
	assert_int_equal(n->address.family, AF_INET);
	assert_int_equal(n->source.addr[3], 9);
	assert_int_equal(n->router_id, 0x0a000001);
	assert_int_equal(n->port, 1179);
	assert_int_equal(n->hold_s, 9);
	assert_int_equal(n->keepalive_s, 0); /* a third of what is agreed */
	assert_int_equal(n->connect_s, 7);
	assert_string_equal(n->interface, "red");
	assert_int_equal(n->multihop, 255);
	assert_true(n->graceful);
	assert_true(n->from_peers);
	assert_false(n->passive);
	assert_string_equal(n->password, "x");
	assert_false(n->password_missing);
	assert_int_equal(n->families, BGP_IPV4);
	bgp_neighbors_fini(&to);
}

static void a_peer_is_told_and_not_listened_to(void **state)
{
	struct bgp_neighbors to = made("role: node\npeers: [" PEER "192.0.2.1}]\n", NULL, NULL);
	struct prefix p;

	(void)state;
	assert_int_equal(prefix_parse("192.0.2.0/24", &p), 0);
	assert_false(bgp_prefix_list_passes(&to.v[0].import.prefixes, &p));
	assert_true(bgp_prefix_list_passes(&to.v[0].export.prefixes, &p));
	bgp_neighbors_fini(&to);
}

static void asn_and_families_as_the_crd_says(void **state)
{
	static const struct {
		const char *peer;
		uint32_t my_asn;
		enum bgp_asn_kind kind;
		unsigned families;
	} rows[] = {
	    {"{my-asn: 1, peer-asn: 2, peer-address: \"2001:db8::1\"}",     1, BGP_ASN_NUMBER,
             BGP_IPV6											       },
	    {"{my-asn: 1, dynamic-asn: internal, peer-address: 192.0.2.1}", 1, BGP_ASN_INTERNAL,
             BGP_IPV4											       },
	    {"{my-asn: 1, dynamic-asn: external, local-asn: 9, peer-address: 192.0.2.1, "
	     "dual-stack-address-family: yes}",		9, BGP_ASN_EXTERNAL, BGP_IPV4 | BGP_IPV6},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[256];
		struct bgp_neighbors to;

		snprintf(text, sizeof(text), "role: node\npeers: [%s]\n", rows[i].peer);
		to = made(text, NULL, NULL);
		assert_int_equal(to.n, 1);
		assert_int_equal(to.v[0].my_asn, rows[i].my_asn);
		assert_int_equal(to.v[0].asn_kind, rows[i].kind);
		assert_int_equal(to.v[0].families, rows[i].families);
		bgp_neighbors_fini(&to);
	}
}

static void labels_choose_peers(void **state)
{
	static const char text[] =
	    "role: node\npeers:\n"
	    "- " PEER "192.0.2.1, node-selectors: [{match-labels: {rack: a}}]}\n"
	    "- " PEER "192.0.2.2, node-selectors: [{match-labels: {rack: b}}]}\n"
	    "- " PEER "192.0.2.3}\n";
	static const struct {
		const char *labels, *names[3];
	} rows[] = {
	    {"rack=a", {"peer1", "peer3"}},
            {"rack=b", {"peer2", "peer3"}},
            {"x=y",    {"peer3"}         },
	    {NULL,     {"peer3"}         }, /* the Node is not known (yet) */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_neighbors to = made(text, rows[i].labels, NULL);
		size_t n = 0;

		for (; n < 3 && rows[i].names[n]; n++)
			assert_non_null(bgp_neighbors_find(&to, rows[i].names[n]));
		assert_int_equal(to.n, n);
		bgp_neighbors_fini(&to);
	}
}

/* A link-local address is another peer on each interface. */
static void linklocal_by_interface(void **state)
{
	struct bgp_neighbors to = made("role: node\npeers:\n"
				       "- " PEER "'fe80::1', interface: eth0}\n"
				       "- " PEER "'fe80::1', interface: eth1}\n"
				       "bgp:\n  asn: 1\n  neighbors:\n"
				       "  - {address: 'fe80::1', asn: 2, interface: eth1}\n"
				       "  - {address: 'fe80::1', asn: 2, interface: eth2}\n",
	    "", NULL);

	(void)state;
	assert_int_equal(to.n, 3);
	assert_string_equal(to.v[1].interface, "eth1");
	assert_string_equal(to.v[2].name, "fe80::1%eth2");
	assert_int_equal(to.notes.n, 1);
	assert_string_equal(to.notes.v[0], "peer fe80::1%eth1: left out: it is peer peer2");
	bgp_neighbors_fini(&to);
}

static void one_address_is_one_session(void **state)
{
	struct bgp_neighbors to = made(
	    "role: node\npeers:\n"
	    "- " PEER "192.0.2.1, node-selectors: [{match-labels: {a: b}}]}\n"
	    "- " PEER "192.0.2.1, node-selectors: [{match-labels: {c: d}}]}\n"
	    "bgp: {asn: 1, neighbors: [{address: 192.0.2.1, asn: 2}, {range: 192.0.2.0/24, "
	    "asn: 2}]}\n",
	    "a=b c=d", NULL);

	(void)state;
	assert_int_equal(to.n, 2);
	assert_string_equal(to.v[0].name, "peer1");
	assert_string_equal(to.v[1].name, "192.0.2.0/24");
	assert_int_equal(to.notes.n, 2);
	assert_string_equal(to.notes.v[0],
	    "peer peer2: left out: on this node peer peer1 has the same address");
	assert_string_equal(to.notes.v[1], "peer 192.0.2.1: left out: it is peer peer1");
	bgp_neighbors_fini(&to);
}

/* What is not built yet is said; the session runs. */
static void bfd_is_told_of(void **state)
{
	struct bgp_neighbors to = made("role: node\nbfd-profiles: [{name: fast}]\npeers: [" PEER
				       "192.0.2.1, bfd-profile: fast}]\n",
	    NULL, NULL);

	(void)state;
	assert_int_equal(to.n, 1);
	assert_int_equal(to.notes.n, 1);
	assert_string_equal(
	    to.notes.v[0], "peer peer1: BFD is not supported yet: the session runs without it");
	bgp_neighbors_fini(&to);
}

static void a_router_has_neighbours_and_no_peers(void **state)
{
	struct bgp_neighbors to = made("peers: [" PEER "192.0.2.1}]\n"
				       "bgp: {asn: 7, neighbors: [{address: 192.0.2.2, asn: "
				       "internal, import: {prefixes: [0.0.0.0/0]}}]}\n",
	    NULL, NULL);

	(void)state;
	assert_int_equal(to.n, 1);
	assert_string_equal(to.v[0].name, "192.0.2.2");
	assert_int_equal(to.v[0].my_asn, 7);
	assert_int_equal(to.v[0].families, BGP_IPV4 | BGP_IPV6);
	assert_int_equal(to.v[0].import.prefixes.n, 1);
	assert_false(to.v[0].from_peers);
	assert_true(to.v[0].graceful);
	bgp_neighbors_fini(&to);
}

/* A Secret as it is: JSON. */
static struct k8s_event *secret(const char *json)
{
	const struct k8s_object o = {
	    .kind = K8S_SECRET,
	    .ns = "metallb-system",
	    .name = "tor",
	    .raw = {.resource = "", .text = json, .len = strlen(json)}
        };

	return put_event(obj_done(&o));
}

static void passwords_from_secrets(void **state)
{
#define TYPE "{\"type\":\"kubernetes.io/basic-auth\","
	static const struct {
		const char *json, *password, *error;
	} rows[] = {
	    {TYPE "\"data\":{\"password\":\"c2VjcmV0\"}}",                 "secret", NULL                 },
	    {TYPE "\"stringData\":{\"password\":\"plain\"}}",              "plain",  NULL                 },
	    {NULL,							 NULL,     "is not there"       },
	    {"{\"type\":\"Opaque\",\"data\":{\"password\":\"c2VjcmV0\"}}", NULL,
             "is not of type kubernetes.io/basic-auth"                                                    },
	    {TYPE "\"data\":{\"user\":\"c2VjcmV0\"}}",                     NULL,     "has no key password"},
	    {TYPE "\"data\":null}",					NULL,     "has no key password"},
	    {TYPE "\"data\":{\"password\":\"***\"}}",                      NULL,
             "has a password that is not base64"							  },
	    {TYPE "\"data\":{\"password\":\"\"}}",                         NULL,
             "has a password that is empty or no text"                                                    },
	    {TYPE "\"data\":{\"password\":\"YQBi\"}}",                     NULL,
             "has a password that is empty or no text"                                                    },
	    {"[]",							 NULL,     "cannot be read"     },
	    {"{",							  NULL,     "cannot be read"     },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct store *store = store_new();
		struct bgp_neighbors to;
		char note[160];

		if (rows[i].json)
			store_apply(store, secret(rows[i].json));
		to = made("role: node\npeers: [" PEER
			  "192.0.2.1, password-secret: {name: tor}}]\n",
		    NULL, store);
		assert_int_equal(to.n, 1);
		assert_int_equal(to.v[0].password_missing, !rows[i].password);
		assert_int_equal(to.notes.n, 0);
		assert_int_equal(to.waits.n, rows[i].error ? 1 : 0);
		if (rows[i].password) {
			assert_string_equal(to.v[0].password, rows[i].password);
		} else {
			assert_null(to.v[0].password);
			snprintf(note, sizeof(note),
			    "peer peer1: Secret metallb-system/tor %s: the session waits for "
			    "it",
			    rows[i].error);
			assert_string_equal(to.waits.v[0], note);
		}
		bgp_neighbors_fini(&to);
		store_free(store);
	}
}

static void router_identifiers(void **state)
{
	struct ipaddr a;

	(void)state;
	assert_int_equal(ipaddr_parse("192.0.2.1", &a), 0);
	assert_int_equal(bgp_id_of(&a), 0xc0000201);
	assert_int_equal(ipaddr_parse("2001:db8::1", &a), 0);
	assert_int_equal(bgp_id_of(&a), 0);
	assert_int_equal(bgp_id_of_name("123456789"), 0xcbf43926); /* CRC-32's check value */
	assert_int_not_equal(bgp_id_of_name(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_peer_becomes_a_neighbour),
	    cmocka_unit_test(a_peer_is_told_and_not_listened_to),
	    cmocka_unit_test(asn_and_families_as_the_crd_says),
	    cmocka_unit_test(labels_choose_peers),
	    cmocka_unit_test(linklocal_by_interface),
	    cmocka_unit_test(one_address_is_one_session),
	    cmocka_unit_test(bfd_is_told_of),
	    cmocka_unit_test(a_router_has_neighbours_and_no_peers),
	    cmocka_unit_test(passwords_from_secrets),
	    cmocka_unit_test(router_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
