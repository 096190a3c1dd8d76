/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers, BFD profiles and communities of metallb.io: a row for each field, default and
 * validation of sections 1.4 to 1.6 of metallb-compat.md, named after it.
 */
#include "announcer/util.h"
#include "part_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- 1.4 BGPPeer ---- */

static struct part *read_peer(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bgppeers", "v1beta2", spec, errors);
}

#define ASN        "\"myASN\":64512,\"peerASN\":64513"
#define PEER(more) "{" ASN ",\"peerAddress\":\"192.0.2.1\"" more "}"

static const struct part_row peer_rows[] = {
    {"1.4 name",					     PEER(),						      "peer lan",                    NULL								    },
    {"1.4 myASN, peerASN",				   PEER(),						      " asn 64512 64513",            NULL								    },
    {"1.4 myASN: of 4 bytes",
     "{\"myASN\":4294967295,\"peerASN\":1,\"peerAddress\":\"192.0.2.1\"}",						" asn 4294967295 1",           NULL								    },
    {"1.4 myASN: required",				  "{\"peerASN\":1,\"peerAddress\":\"192.0.2.1\"}",             NULL,
     "spec.myASN: missing"																								       },
    {"1.4 myASN: 0",					 "{\"myASN\":0,\"peerASN\":1,\"peerAddress\":\"192.0.2.1\"}", NULL,
     "spec.myASN: must be 1..4294967295"																							 },
    {"1.4 peerASN: neither it nor dynamicASN",               "{\"myASN\":1,\"peerAddress\":\"192.0.2.1\"}",
     NULL,																	       "spec.peerASN: missing"						 },
    {"1.4 peerASN: 0 is none",			       "{\"myASN\":1,\"peerASN\":0,\"peerAddress\":\"192.0.2.1\"}",
     NULL,																	       "spec.peerASN: missing"						 },
    {"1.4 dynamicASN: default",                              PEER(),						      " dynamic none",               NULL								    },
    {"1.4 dynamicASN: internal",
     "{\"myASN\":1,\"dynamicASN\":\"internal\",\"peerAddress\":\"192.0.2.1\"}",					   " asn 1 0\n dynamic internal", NULL								    },
    {"1.4 dynamicASN: external",
     "{\"myASN\":1,\"peerASN\":0,\"dynamicASN\":\"external\",\"peerAddress\":\"192.0.2.1\"}",			     " asn 1 0\n dynamic external", NULL								    },
    {"1.4 dynamicASN: another",
     "{\"myASN\":1,\"dynamicASN\":\"any\",\"peerAddress\":\"192.0.2.1\"}",                                                NULL,
     "spec.dynamicASN: must be internal or external"																					     },
    {"1.4 dynamicASN: empty is none",                        PEER(",\"dynamicASN\":\"\""),                                " dynamic none",               NULL                                                                    },
    {"1.4 dynamicASN: beside peerASN",                       PEER(",\"dynamicASN\":\"internal\""),                        NULL,
     "spec.dynamicASN: must not stand beside peerASN"																					    },
    {"1.4 localASN: default",				PEER(),						      " local-asn 0",                NULL								    },
    {"1.4 localASN",					 PEER(",\"localASN\":65000"),                                 " local-asn 65000",            NULL                                                                    },
    {"1.4 localASN: >= 1",				   PEER(",\"localASN\":0"),                                     NULL,
     "spec.localASN: must be 1..4294967295"																						      },
    {"1.4 peerAddress",				      PEER(),						      " address 192.0.2.1",          NULL								    },
    {"1.4 peerAddress: IPv6",				"{" ASN ",\"peerAddress\":\"2001:db8::1\"}",
     " address 2001:db8::1",															     NULL								    },
    {"1.4 peerAddress: no address; 5.2",                     "{" ASN ",\"peerAddress\":\"tor1\"}",                        NULL,
     "spec.peerAddress: must be an IP address"																						   },
    {"1.4 peerAddress: neither it nor interface",            "{" ASN "}",                                                 NULL,
     "spec.peerAddress: missing"																								 },
    {"1.4 peerAddress: empty is none",                       "{" ASN ",\"peerAddress\":\"\"}",                            NULL,
     "spec.peerAddress: missing"																								 },
    {"1.4 interface: unnumbered is not built",               "{" ASN ",\"interface\":\"eth0\"}",                          NULL,
     "spec.interface: without peerAddress: not supported yet"																				    },
    {"1.4 interface: beside peerAddress",                    PEER(",\"interface\":\"eth0\""),                             NULL,
     "spec.interface: must not stand beside peerAddress"																					 },
    {"1.4 sourceAddress: default",                           PEER(),						      " source none",                NULL								    },
    {"1.4 sourceAddress",				    PEER(",\"sourceAddress\":\"192.0.2.7\""),                    " source 192.0.2.7",           NULL                                                                    },
    {"1.4 sourceAddress: empty is none",                     PEER(",\"sourceAddress\":\"\""),                             " source none",                NULL                                                                    },
    {"1.4 sourceAddress: no address",                        PEER(",\"sourceAddress\":\"eth0\""),                         NULL,
     "spec.sourceAddress: must be an IP address"																						 },
    {"1.4 sourceAddress: of another family",                 PEER(",\"sourceAddress\":\"2001:db8::7\""),                  NULL,
     "spec.sourceAddress: must be of the family of peerAddress"																				  },
    {"1.4 peerPort: default",				PEER(),						      " port 179",                   NULL								    },
    {"1.4 peerPort",					 PEER(",\"peerPort\":1179"),                                  " port 1179",                  NULL								    },
    {"1.4 peerPort: above what a port is",                   PEER(",\"peerPort\":65536"),                                 NULL,
     "spec.peerPort: must be 0..65535"																							   },
    {"1.4 holdTime, keepaliveTime: default; trap 20",        PEER(),                                                      " times 90 30 5",              NULL                                                                    },
    {"1.4 holdTime",					 PEER(",\"holdTime\":\"30s\""),                               " times 30 10 5",              NULL                                                                    },
    {"1.4 holdTime: in Go's words",                          PEER(",\"holdTime\":\"1m30.9s\""),                           " times 90 30 5",              NULL                                                                    },
    {"1.4 holdTime: 0",				      PEER(",\"holdTime\":\"0s\""),                                " times 0 0 5",                NULL                                                                    },
    {"1.4 holdTime: least",				  PEER(",\"holdTime\":\"3s\""),                                " times 3 1 5",                NULL                                                                    },
    {"1.4 holdTime: too short; 5.2",                         PEER(",\"holdTime\":\"2.9s\""),                              NULL,
     "spec.holdTime: must be 0 or 3..65535"																						      },
    {"1.4 holdTime: no duration",                            PEER(",\"holdTime\":\"long\""),                              NULL,
     "spec.holdTime: must be a duration such as 90s or 1m30s"																				    },
    {"1.4 keepaliveTime",				    PEER(",\"holdTime\":\"30s\",\"keepaliveTime\":\"7s\""),
     " times 30 7 5",																    NULL								    },
    {"1.4 keepaliveTime: alone, holdTime is three times it", PEER(",\"keepaliveTime\":\"7s\""),
     " times 21 7 5",																    NULL								    },
    {"1.4 keepaliveTime: alone, too long for holdTime",      PEER(",\"keepaliveTime\":\"21846s\""),
     NULL,																	       "spec.keepaliveTime: must be at most 21845s where holdTime is not given"},
    {"1.4 keepaliveTime: above holdTime; 5.2",
     PEER(",\"holdTime\":\"3s\",\"keepaliveTime\":\"4s\""),							       NULL,
     "spec.keepaliveTime: must not be above holdTime, 3s"																					},
    {"5.2 both timers zero are kept",                        PEER(",\"holdTime\":\"0s\",\"keepaliveTime\":\"0s\""),
     " times 0 0 5",																     NULL								    },
    {"1.4 connectTime",				      PEER(",\"connectTime\":\"10s\""),                            " times 90 30 10",             NULL                                                                    },
    {"1.4 connectTime: max",				 PEER(",\"connectTime\":\"65536s\""),                         NULL,
     "spec.connectTime: must be 0 or 1..65535"																						   },
    {"1.4 routerID: default",				PEER(),						      " router-id none",             NULL								    },
    {"1.4 routerID",					 PEER(",\"routerID\":\"10.0.0.1\""),                          " router-id 10.0.0.1",         NULL                                                                    },
    {"1.4 routerID: empty is none",                          PEER(",\"routerID\":\"\""),                                  " router-id none",             NULL                                                                    },
    {"1.4 routerID: no address",                             PEER(",\"routerID\":\"7\""),                                 NULL,
     "spec.routerID: must be an IPv4 address"																						    },
    {"1.4 nodeSelectors: default; 5.2: empty = all",         PEER(),                                                      " nodes none",                 NULL                                                                    },
    {"1.4 nodeSelectors",
     PEER(",\"nodeSelectors\":[{\"matchLabels\":{\"rack\":\"a\"}},{\"matchExpressions\":"
	     "[{\"key\":\"edge\",\"operator\":\"Exists\"}]}]"),
     " nodes: rack=a\n nodes: edge exists",													      NULL								    },
    {"1.4 nodeSelectors: duplicates",                        PEER(",\"nodeSelectors\":[{},{}]"),                          NULL,
     "spec.nodeSelectors[1]: the same selector stands here twice"																				},
    {"1.4 password",					 PEER(",\"password\":\"hush\""),                              " password hush",              NULL                                                                    },
    {"1.4 password: empty is none",                          PEER(",\"password\":\"\""),                                  " password none",              NULL                                                                    },
    {"1.4 passwordSecret: of the peer's own namespace",
     PEER(",\"passwordSecret\":{\"name\":\"bgp\",\"namespace\":\"other\"}"),
     " secret bgp\n secret-ns metallb-system",													   NULL								    },
    {"1.4 passwordSecret: empty is none",                    PEER(",\"passwordSecret\":{}"),
     " secret none\n secret-ns none",														    NULL								    },
    {"1.4 passwordSecret: an empty name is none",
     PEER(",\"passwordSecret\":{\"name\":\"\",\"namespace\":\"\"}"),
     " secret none\n secret-ns none",														    NULL								    },
    {"1.4 passwordSecret: beside password",
     PEER(",\"password\":\"hush\",\"passwordSecret\":{\"name\":\"bgp\"}"),                                                NULL,
     "spec.passwordSecret: must not stand beside password"																				       },
    {"1.4 bfdProfile: default",                              PEER(),						      " bfd none",                   NULL								    },
    {"1.4 bfdProfile: need not exist yet",                   PEER(",\"bfdProfile\":\"fast\""),                            " bfd fast",                   NULL                                                                    },
    {"1.4 enableGracefulRestart: default",                   PEER(),						      " graceful 0",                 NULL                                                                    },
    {"1.4 enableGracefulRestart",                            PEER(",\"enableGracefulRestart\":true"),                     " graceful 1",                 NULL                                                                    },
    {"1.4 ebgpMultiHop: default",                            PEER(),						      " multihop 0",                 NULL								    },
    {"1.4 ebgpMultiHop",				     PEER(",\"ebgpMultiHop\":true"),                              " multihop 1",                 NULL                                                                    },
    {"1.4 ebgpMultiHop: of an internal peer",
     "{\"myASN\":1,\"peerASN\":1,\"peerAddress\":\"192.0.2.1\",\"ebgpMultiHop\":true}",                                   NULL,
     "spec.ebgpMultiHop: must be no where myASN and peerASN are equal"																			   },
    {"1.4 vrf: default",				     PEER(),						      " vrf none",                   NULL								    },
    {"1.4 vrf",					      PEER(",\"vrf\":\"red\""),                                    " vrf red",                    NULL								    },
    {"1.4 disableMP: no effect",                             PEER(",\"disableMP\":true"),                                 "peer lan",                    NULL                                                                    },
    {"1.4 dualStackAddressFamily: default",                  PEER(),						      " dual-stack 0",               NULL                                                                    },
    {"1.4 dualStackAddressFamily",                           PEER(",\"dualStackAddressFamily\":true"),                    " dual-stack 1",
     NULL																											},
    {"1 the file's own words are unknown",
     PEER(",\"password-file\":\"/etc/shadow\",\"passwordFile\":\"/etc/shadow\","
	     "\"ttlSecurity\":1"),
     " password none",																   NULL								    },
};

static void test_peer(void **state)
{
	(void)state;
	check_rows(peer_rows, ARRAY_LEN(peer_rows), read_peer, "BGPPeer metallb-system/lan: ");
}

/* A path, not a password, is what an error tells. */
static void test_password_untold(void **state)
{
	struct conf_errors errors = {0};

	(void)state;
	assert_null(read_peer(PEER(",\"password\":[\"hush\"]"), &errors));
	assert_int_equal(errors.lines.n, 1);
	assert_string_equal(
	    errors.lines.v[0], "BGPPeer metallb-system/lan: spec.password: must be a text");
	conf_errors_fini(&errors);
}

/* ---- 1.4 BGPPeer v1beta1 ---- */

static struct part *read_beta1(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bgppeers", "v1beta1", spec, errors);
}

static const struct part_row beta1_rows[] = {
    {"1.4 v1beta1: peerASN required",             "{\"myASN\":1,\"peerAddress\":\"192.0.2.1\"}", NULL,
     "spec.peerASN: missing"														  },
    {"1.4 v1beta1: peerAddress required",         "{" ASN "}",                                   NULL,             "spec.peerAddress: missing"},
    {"1.4 v1beta1: peerPort 0",                   PEER(",\"peerPort\":0"),                       " port 179",      NULL                       },
    {"1.4 v1beta1: holdTime unset is 0; trap 20", PEER(),                                        " times 0 0 5",   NULL                       },
    {"1.4 v1beta1: holdTime",                     PEER(",\"holdTime\":\"90s\""),                 " times 90 30 5", NULL                       },
    {"1.4 v1beta1: nodeSelectors",
     PEER(",\"nodeSelectors\":[{\"matchExpressions\":[{\"key\":\"rack\",\"operator\":\"In\","
	     "\"values\":[\"a\"]}]}]"),
     " nodes: rack in a",											  NULL                       },
    {"1.4 v1beta1: common fields",
     PEER(",\"sourceAddress\":\"192.0.2.7\",\"routerID\":\"10.0.0.1\",\"password\":\"hush\","
	     "\"bfdProfile\":\"fast\",\"ebgpMultiHop\":true"),
     " source 192.0.2.7\n router-id 10.0.0.1",								     NULL                       },
};

static void test_beta1(void **state)
{
	(void)state;
	check_rows(
	    beta1_rows, ARRAY_LEN(beta1_rows), read_beta1, "BGPPeer metallb-system/lan: ");
}

/* ---- 1.5 BFDProfile ---- */

static struct part *read_bfd(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("bfdprofiles", "v1beta1", spec, errors);
}

static const struct part_row bfd_rows[] = {
    {"1.5 name",			    "{}",			   "bfd lan",         NULL                             },
    {"1.5 defaults: FRR's, not given here", "{}",
     " receive 0\n transmit 0\n multiplier 0\n echo 0\n echo-mode 0\n passive 0\n ttl 0",      NULL			     },
    {"1.5 receiveInterval: least",          "{\"receiveInterval\":10}",     " receive 10",     NULL                             },
    {"1.5 receiveInterval: most",           "{\"receiveInterval\":60000}",  " receive 60000",  NULL                             },
    {"1.5 receiveInterval: below",          "{\"receiveInterval\":9}",      NULL,
     "spec.receiveInterval: must be 10..60000"										  },
    {"1.5 receiveInterval: above",          "{\"receiveInterval\":60001}",  NULL,
     "spec.receiveInterval: must be 10..60000"										  },
    {"1.5 transmitInterval",                "{\"transmitInterval\":50}",    " transmit 50",    NULL                             },
    {"1.5 transmitInterval: below",         "{\"transmitInterval\":9}",     NULL,
     "spec.transmitInterval: must be 10..60000"										 },
    {"1.5 transmitInterval: above",         "{\"transmitInterval\":60001}", NULL,
     "spec.transmitInterval: must be 10..60000"										 },
    {"1.5 detectMultiplier",                "{\"detectMultiplier\":255}",   " multiplier 255", NULL                             },
    {"1.5 detectMultiplier: below",         "{\"detectMultiplier\":1}",     NULL,
     "spec.detectMultiplier: must be 2..255"										    },
    {"1.5 detectMultiplier: above",         "{\"detectMultiplier\":256}",   NULL,
     "spec.detectMultiplier: must be 2..255"										    },
    {"1.5 echoInterval",                    "{\"echoInterval\":62}",        " echo 62",        NULL                             },
    {"1.5 echoInterval: below",             "{\"echoInterval\":9}",         NULL,
     "spec.echoInterval: must be 10..60000"										     },
    {"1.5 echoInterval: above",             "{\"echoInterval\":60001}",     NULL,
     "spec.echoInterval: must be 10..60000"										     },
    {"1.5 echoMode",			"{\"echoMode\":true}",          " echo-mode 1",    NULL                             },
    {"1.5 passiveMode",                     "{\"passiveMode\":true}",       " passive 1",      NULL                             },
    {"1.5 minimumTtl",                      "{\"minimumTtl\":254}",         " ttl 254",        NULL                             },
    {"1.5 minimumTtl: below",               "{\"minimumTtl\":0}",           NULL,              "spec.minimumTtl: must be 1..254"},
    {"1.5 minimumTtl: above",               "{\"minimumTtl\":255}",         NULL,              "spec.minimumTtl: must be 1..254"},
};

static void test_bfd(void **state)
{
	(void)state;
	check_rows(bfd_rows, ARRAY_LEN(bfd_rows), read_bfd, "BFDProfile metallb-system/lan: ");
}

/* ---- 1.6 Community ---- */

static struct part *read_community(const char *spec, struct conf_errors *errors)
{
	return part_of_spec("communities", "v1beta1", spec, errors);
}

#define ALIASES(list) "{\"communities\":[" list "]}"

static const struct part_row community_rows[] = {
    {"1.6 communities",                       ALIASES("{\"name\":\"b\",\"value\":\"1:2\"}"),                  "community b 1:2", NULL                                                                                 },
    {"1.6 communities: large",                ALIASES("{\"name\":\"b\",\"value\":\"large:1:2:4294967295\"}"),
     "community b large:1:2:4294967295",											 NULL										 },
    {"1.6 communities: two",
     ALIASES("{\"name\":\"b\",\"value\":\"1:2\"},{\"name\":\"a\",\"value\":\"3:4\"}"),
     "community b 1:2\ncommunity a 3:4",											 NULL										 },
    {"1.6 communities: duplicate name",
     ALIASES("{\"name\":\"b\",\"value\":\"1:2\"},{\"name\":\"b\",\"value\":\"3:4\"}"),                        NULL,
     "spec.communities[1]: the same name stands here twice"																			   },
    {"1.6 communities[].name: missing",       ALIASES("{\"value\":\"1:2\"}"),                                 NULL,
     "spec.communities[0].name: missing"																					      },
    {"1.6 communities[].value: missing",      ALIASES("{\"name\":\"b\"}"),                                    NULL,
     "spec.communities[0].value: missing"																					     },
    {"1.3 a:b are two uint16",                ALIASES("{\"name\":\"b\",\"value\":\"65536:1\"}"),              NULL,
     "spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"															    },
    {"1.3 large:a:b:c are three uint32",
     ALIASES("{\"name\":\"b\",\"value\":\"large:1:2:4294967296\"}"),                                          NULL,
     "spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"															    },
    {"5.2 bad community format",              ALIASES("{\"name\":\"b\",\"value\":\"1\"}"),                    NULL,
     "spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"															    },
    {"5.2 bad community format: three parts", ALIASES("{\"name\":\"b\",\"value\":\"1:2:3\"}"),
     NULL,														       "spec.communities[0].value: must be a community such as 64512:100 or large:64512:1:2"},
};

static void test_community(void **state)
{
	struct conf_errors errors = {0};
	struct part *p = read_community("{}", &errors);

	(void)state;
	assert_non_null(p);
	assert_int_equal(p->n_communities, 0);
	part_free(p);
	check_rows(community_rows, ARRAY_LEN(community_rows), read_community,
	    "Community metallb-system/lan: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_peer),
	    cmocka_unit_test(test_password_untold),
	    cmocka_unit_test(test_beta1),
	    cmocka_unit_test(test_bfd),
	    cmocka_unit_test(test_community),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
