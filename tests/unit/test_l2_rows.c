/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MetalLB's layer 2, row by row: metallb-compat.md 4.5 (who answers), 4.6 (how nodes find each
 * other), 4.7 (packets), 5.3 (what its tests hold it to). Each row says what grevy does
 * otherwise on purpose, and where it is shown: here, or in the test that has it; that this one
 * is there is checked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/responder_int.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- 4.7 NDP answer ---- */

enum { ETH0 = 4, ETH1 = 9 };

static const uint8_t mac0[] = {2, 0, 0, 0, 0, 0x0b}, mac1[] = {2, 0, 0, 0, 0, 0x1b};
static const uint8_t asker[] = {2, 0, 0, 0, 0, 0x0a};

struct question {
	const char *row;
	const char *src, *target;
	bool unicast, has_mac; /* to our MAC; with the source's link-layer option */
	uint32_t ifindex;
	const char *answer; /* "S O to 2001:db8::1"; "" = none */
};

static const struct question questions[] = {
    {"4.7 NDP answer: S=1, R=0, the target's MAC; O=1, not 0: a cached entry is overridden",
     "2001:db8::1",											 "2001:db8::2", false, true,  ETH0, "S O to 2001:db8::1"},
    {"4.7 NDP answer: asked by its link-local address",                                      "fe80::a",     "2001:db8::2", false, true,
     ETH0,																     "S O to fe80::a"    },
    {"4.7 NDP answer: a unicast NUD probe",						  "2001:db8::1", "2001:db8::2", true,  true,  ETH0,
     "S O to 2001:db8::1"																	  },
    {"4.7 NDP answer: a unicast NUD probe without source LLA is answered (#2920)",
     "2001:db8::1",											 "2001:db8::2", true,  false, ETH0, "S O to 2001:db8::1"},
    {"4.7 NDP answer: a DAD probe is answered, to all nodes",                                "::",          "2001:db8::2", false, false,
     ETH0,																     "O to ff02::1"      },
    {"4.7 NDP answer: not for another address",                                              "2001:db8::1", "2001:db8::3", false, true,  ETH0,
     ""																			    },
    {"4.7 NDP answer: not where it is not announced",                                        "2001:db8::1", "2001:db8::2", false, true,
     ETH1,																     ""		  },
};

static void to_bytes(const char *text, uint8_t *addr)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	memcpy(addr, a.addr, 16);
}

/* As the asker sends it. Return: its length. */
static size_t ask(const struct question *q, uint8_t frame[NDP_FRAME_MAX])
{
	struct wr w = wr_of(frame, NDP_FRAME_MAX);
	struct ndp n = {.type = NDP_SOLICIT, .has_mac = q->has_mac};

	to_bytes(q->src, n.src);
	to_bytes(q->target, n.target);
	memcpy(n.src_mac, asker, MAC_LEN);
	memcpy(n.mac, asker, MAC_LEN);
	if (q->unicast) {
		memcpy(n.dst, n.target, 16);
		memcpy(n.dst_mac, mac0, MAC_LEN);
	} else {
		ndp_solicited_group(n.target, n.dst);
		memcpy(n.dst_mac, (uint8_t[]){0x33, 0x33}, 2);
		memcpy(n.dst_mac + 2, n.dst + 12, 4);
	}
	ndp_encode(&w, &n);
	return w.len;
}

/* The source is the target, so that no interface has to have a link-local address. */
static const char *answer_text(const struct answer_out *out)
{
	static char text[64];
	struct ipaddr to = {.family = AF_INET6};
	struct ndp n;
	char buf[PREFIX_STRLEN];

	if (!out->len)
		return "";
	assert_int_equal(ndp_decode(out->frame, out->len, &n), 0);
	assert_int_equal(n.type, NDP_ADVERT);
	assert_true(n.has_mac);
	assert_memory_equal(n.mac, mac0, MAC_LEN);
	assert_memory_equal(n.src, n.target, 16);
	assert_true(n.dst[0] == 0xff || mac_same(n.dst_mac, asker));
	memcpy(to.addr, n.dst, 16);
	snprintf(text, sizeof(text), "%s%s%sto %s", n.solicited ? "S " : "",
	    n.override ? "O " : "", n.router ? "R " : "", ipaddr_str(&to, buf));
	return text;
}

static void ndp_answers(void **state)
{
	struct served_table table;
	struct answer_macs macs = {0};
	const uint32_t eth0 = ETH0;
	struct ipaddr a;
	bool news;

	(void)state;
	served_init(&table);
	assert_int_equal(ipaddr_parse("2001:db8::2", &a), 0);
	served_put(&table, &a, &eth0, 1, &news);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const struct question *q = &questions[i];
		struct answer_iface iface = {.ifindex = q->ifindex};
		uint8_t frame[NDP_FRAME_MAX];
		const struct answer_in in = {&iface, &macs, frame, ask(q, frame), 1000};
		struct answer_out out;

		memcpy(iface.mac, mac0, MAC_LEN);
		assert_int_equal(answer_ndp(&table, &in, &out), 0);
		if (strcmp(answer_text(&out), q->answer) != 0)
			fail_msg(
			    "%s: \"%s\", not \"%s\"", q->row, answer_text(&out), q->answer);
	}
	served_fini(&table);
}

/* ---- 4.7: what is told, by a responder whose wires end here ---- */

struct wires {
	struct event_base *base;
	struct responder *r;
	int far[2]; /* of eth0, eth1; -1 = cut: what is sent fails */
	struct l2_link links[2];
	struct l2_iface ifaces[2];
};

static void on_conflict(const struct ipaddr *a, const uint8_t foreign[6], const uint8_t mine[6],
    uint32_t ifindex, void *arg)
{
	(void)a;
	(void)foreign;
	(void)mine;
	(void)ifindex;
	(void)arg;
	fail();
}

static void on_nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* What is sent by this interface comes out at w->far[i]. */
static void wire(struct wires *w, unsigned i)
{
	struct port_socket *s = &responder_port(w->r, w->links[i].ifindex)->sockets[PACKET_ARP];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(evutil_make_socket_nonblocking(pair[1]), 0);
	s->fd = pair[0];
	s->read_ev = event_new(w->base, pair[0], EV_READ, on_nothing, NULL);
	w->far[i] = pair[1];
}

static void open_wires(struct wires *w)
{
	static const struct responder_ops ops = {on_conflict};
	static const uint8_t *const macs[] = {mac0, mac1};
	static const uint32_t indexes[] = {ETH0, ETH1};
	const struct l2_facts facts = {w->ifaces, 2};

	*w = (struct wires){.base = event_base_new()};
	w->r = responder_new(w->base, &ops, NULL);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(w->links[i].name, L2_NAME, "eth%u", i);
		w->links[i].ifindex = w->ifaces[i].ifindex = indexes[i];
		w->links[i].ethernet = w->links[i].up = true;
		memcpy(w->links[i].mac, macs[i], MAC_LEN);
	}
	responder_set_links(w->r, w->links, 2, &facts);
	for (unsigned i = 0; i < 2; i++)
		wire(w, i);
}

static void close_wires(struct wires *w)
{
	responder_free(w->r);
	event_base_free(w->base);
	for (unsigned i = 0; i < 2; i++)
		if (w->far[i] >= 0)
			close(w->far[i]);
}

static void cut(struct wires *w, unsigned i)
{
	close(w->far[i]);
	w->far[i] = -1;
}

/* Until an address was told `times` times, all in all. */
static struct responder_counts until_told(
    struct wires *w, const struct ipaddr *a, unsigned times)
{
	struct responder_counts c = {0};

	while (responder_counts(w->r, a, &c) && c.gratuitous < times)
		assert_int_equal(event_base_loop(w->base, EVLOOP_ONCE), 0);
	return c;
}

/* The next frame there is an announcement of `a` from its MAC. */
static void assert_announced(
    const struct wires *w, unsigned i, uint16_t op, const struct ipaddr *a)
{
	uint8_t frame[NDP_FRAME_MAX];
	ssize_t len = recv(w->far[i], frame, sizeof(frame), 0);
	struct arp arp;

	assert_true(len > 0);
	assert_int_equal(arp_decode(frame, (size_t)len, &arp), 0);
	assert_int_equal(arp.op, op);
	assert_memory_equal(arp.dst, mac_broadcast, MAC_LEN);
	assert_memory_equal(arp.sender_mac, w->links[i].mac, MAC_LEN);
	assert_memory_equal(arp.sender, a->addr, 4);
	assert_memory_equal(arp.target, a->addr, 4);
}

static void assert_silent(const struct wires *w, unsigned i)
{
	uint8_t frame[NDP_FRAME_MAX];

	assert_int_equal(recv(w->far[i], frame, sizeof(frame), 0), -1);
}

static const uint32_t both[] = {ETH0, ETH1};

/* "on every announce call" there; here an address is told when it comes, and where it is new.
 */
static void gratuitous_when_it_is_news(void **state)
{
	struct wires w;
	struct ipaddr a;

	(void)state;
	open_wires(&w);
	assert_int_equal(ipaddr_parse("192.0.2.2", &a), 0);
	responder_take(w.r, &a, both, 1);
	until_told(&w, &a, 2);
	assert_announced(&w, 0, ARP_REQUEST, &a);
	assert_announced(&w, 0, ARP_REPLY, &a);
	assert_silent(&w, 0);
	assert_silent(&w, 1);
	/* Again the same: the burst goes on as it was, and does not begin anew. */
	responder_take(w.r, &a, both, 1);
	assert_int_not_equal(served_find(&w.r->table, AF_INET, a.addr)->burst.step, 0);
	/* And there: at once. Its socket was closed, for nothing was answered there. */
	cut(&w, 1);
	wire(&w, 1);
	responder_take(w.r, &a, both, 2);
	until_told(&w, &a, 6);
	assert_announced(&w, 1, ARP_REQUEST, &a);
	assert_announced(&w, 1, ARP_REPLY, &a);
	close_wires(&w);
}

static void losing_it_is_silent(void **state)
{
	struct wires w;
	struct responder_counts c;
	struct ipaddr a;

	(void)state;
	open_wires(&w);
	assert_int_equal(ipaddr_parse("192.0.2.2", &a), 0);
	responder_take(w.r, &a, both, 1);
	responder_leave(w.r, &a);
	event_base_loop(w.base, EVLOOP_NONBLOCK);
	assert_int_equal(burst_wait(&w.r->burst, 0), -1);
	assert_false(responder_counts(w.r, &a, &c));
	/* Its socket is closed with the last address. */
	assert_int_equal(responder_port(w.r, ETH0)->sockets[PACKET_ARP].fd, -1);
	assert_int_equal(recv(w.far[0], &c, sizeof(c), 0), -1);
	close_wires(&w);
}

static void one_interface_fails(void **state)
{
	struct responder_stats st;
	struct wires w;
	struct ipaddr a;

	(void)state;
	open_wires(&w);
	assert_int_equal(ipaddr_parse("192.0.2.2", &a), 0);
	cut(&w, 0);
	responder_take(w.r, &a, both, 2);
	until_told(&w, &a, 4);
	assert_announced(&w, 1, ARP_REQUEST, &a);
	assert_announced(&w, 1, ARP_REPLY, &a);
	responder_stats(w.r, &st);
	assert_int_equal(st.send_errors, 2);
	close_wires(&w);
}

/* ---- all rows ---- */

/* shown: a function or a row of a table in tests/unit/FILE.c, or words of tests/e2e/FILE.sh. */
static const struct row {
	const char *row, *ours, *file, *shown; /* ours: NULL = the same */
} rows[] = {
    {"4.5(1) no can-serve endpoint: nobody",                              NULL,                                                 "test_desired_l2.c",
     "no endpoint can serve: nobody"																					},
    {"4.5(2) advertisements of the pool that match the Service",          NULL,                                                 "test_desired_l2.c",
     "service selectors: pool and Service"																				  },
    {"4.5(2) shared address and any with serviceSelectors: nobody",       NULL,                                                 "test_desired_l2.c",
     "may be shared, and one is for some Services: nobody"																		  },
    {"4.5(3) none lists my node",					 NULL,						 "test_desired_l2.c",
     "no advertisement lists this node: the others"																			 },
    {"4.5(4) candidates: members",
     "those that the heartbeat hears, on an interface for the address",                                                         "test_owners_rim.c",
     "a_peer_on_another_lan_is_none"																					},
    {"4.5(4) memberlist off: all known nodes",                            "but not those NotReady",                             "test_owners_rim.c",
     "without_a_heartbeat_kubernetes_decides"																			       },
    {"4.5(4) without NetworkUnavailable",                                 NULL,						 "test_desired_l2.c",
     "NetworkUnavailable: not that one"																				     },
    {"4.5(4) without excluded ones",				      NULL,						 "test_desired_l2.c",
     "the exclude label: not that one"																				      },
    {"4.5(4) NotReady counts",					    "not while others are Ready (#2514)",                 "test_desired_l2.c",
     "NotReady while others are Ready: not that one (#2514)"																		},
    {"4.5(4) restricted to nodes of any advertisement",                   NULL,                                                 "test_desired_l2.c",
     "nodes of any advertisement that counts"																			       },
    {"4.5(5) Local: nodes with a can-serve endpoint",                     NULL,                                                 "test_desired_l2.c",
     "Local: the nodes with a ready endpoint"																			       },
    {"4.5(5) Cluster: where the endpoints are does not matter",           NULL,                                                 "test_desired_l2.c",
     "Cluster: all nodes"																						   },
    {"4.5(6) preference first",					   NULL,						 "test_owners.c",
     "preference_moves_it_when_the_other_is_ready"																			  },
    {"4.5(6) then SHA-256 of node#ip",
     "who has it keeps it; a hash of ours for who is to have a new one",                                                        "test_owners.c",
     "the_rank_decides_once"																						},
    {"4.5(6) the first announces all addresses of the Service",           NULL,                                                 "test_desired_l2.c",
     "one_key"																							      },
    {"4.5 adding a node moves 1/n (#1907, #1144)",                        "nothing",                                            "test_owners_lan.c",
     "a_node_that_joins_takes_nothing"																				      },
    {"4.5 no stickiness, preemptive fail-back",
     "stable owner; only preferredNodeSelectors move it back",								  "test_owners_lan.c",
     "preferred_nodes_get_it_back"																					  },
    {"4.5 no balance guarantee (#2284)",                                  NULL,						 "test_owners_lan.c",
     "new_addresses_are_shared_out"																					 },
    {"4.5 sharers elect alike except where endpoints differ",
     "always alike: by what all of them have",										  "test_desired_l2.c", "sharers"                                              },
    {"4.5 node label changes re-elect",                                   "only if who has it may not any more",                "test_owners.c",
     "who_is_no_candidate_holds_on_for_a_moment"																			    },

    {"4.6 memberlist, TCP and UDP 7946",                                  "a heartbeat of our own, UDP",                        "test_beat.c",
     "golden_bytes"																							 },
    {"4.6 AES key from a Secret that the controller creates",             "HMAC; the key is a file",
     "test_peers_wrong.c",															   "a_wrong_key_only_counts"                              },
    {"4.6 member name = node name",				       NULL,						 "test_heartbeat.c",
     "a_node_without_a_name_has_no_heartbeat"																			       },
    {"4.6 peers found by listing Pods, joins every minute",               "multicast: at once",
     "test_peers.c",																 "a_newcomer_is_known_at_once"                          },
    {"4.6 any join forces a full reprocess",                              "nothing moves",                                      "test_owners_lan.c",
     "nothing_moves_when_nothing_breaks"																				    },
    {"4.6 graceful stop sends leave: its claims go",                      NULL,                                                 "test_peers.c",
     "a_goodbye_takes_claims_along"																					 },
    {"4.6 graceful stop sends leave: the others follow",                  "at once",                                            "test_owners_lan.c",
     "who_leaves_is_followed_at_once"																				       },
    {"4.6 a dead node is detected in 4 to 6 s",                           "three and a half intervals, 350 ms",
     "test_peers.c",																 "a_dead_one_is_missed_after_three_and_a_half_intervals"},
    {"4.6 a dead node is replaced",				       NULL,						 "test_owners_lan.c", "a_dead_node_is_replaced"                              },
    {"4.6 no quorum: a partition yields two announcers (#589, #740)",
     "one on each side; one again within 2 s of healing",								       "test_owners_lan.c",
     "the_lan_splits_and_heals"																					     },
    {"4.6 a wedged speaker whose gossip runs stays leader",
     "one loop does both: who is stuck is dead to the others",								  "l2_failover.sh",
     "meets frozen"																							 },
    {"4.6 disabled without bind address or labels",                       "without key-file, and it says so",
     "l2_heartbeat.sh",															      "no key: why warns"                                    },

    {"4.7 interfaces: rescanned every 10 s",                              "told by the kernel",                                 "test_links.c",
     "changes_are_told_once_each"																					   },
    {"4.7 interfaces: regex exclude list",                                "patterns of names, to choose, too",                  "test_links.c",
     "patterns_choose_among_what_can_be_chosen"																			     },
    {"4.7 interfaces: skipped: down, master, NOARP; ARP needs BROADCAST",
     "and those without a subnet of the node or its default route",                                                             "test_links.c",
     "what_is_made_of_every_kind"																					   },
    {"4.7 interfaces: NDP needs a link-local address",                    "no",                                                 "test_l2_rows.c",    "ndp_answers"                                          },
    {"4.7 ARP answer: frame broadcast or to our MAC",                     NULL,                                                 "test_l2_answer.c",
     "test_arp_rows"																							},
    {"4.7 ARP answer: unicast, MAC of the interface",                     NULL,                                                 "test_l2_answer.c",
     "test_arp_questions"																						   },
    {"4.7 ARP answer: only on a matching interface",                      NULL,                                                 "test_l2_answer.c",  "test_where"                                           },
    {"4.7 ARP answer: on every interface, no subnet check",
     "where its subnet is; else where the default route leads",                                                                 "test_owners_rim.c",
     "it_is_answered_where_its_subnet_is"																				   },
    {"4.7 NDP answer: joins groups on interfaces that exist",             "on new ones, too",
     "l2_responder.sh",															      "a new interface joins, too"                           },
    {"4.7 NDP answer: without source link-layer option: none",            "answered: NUD and DAD probes",
     "test_l2_rows.c",															       "ndp_answers"					  },
    {"4.7 NDP answer: S=1 O=0 R=0",				       "O=1",						"test_l2_rows.c",    "ndp_answers"                                          },
    {"4.7 gratuitous: on every announce call",                            "when it is news, where it is news",
     "test_l2_rows.c",															       "gratuitous_when_it_is_news"                           },
    {"4.7 gratuitous: every 1.1 s for 5 s",                               "0, 0.1, 0.3, 1, 2, 5 s",                             "test_l2_burst.c",
     "test_one"																							     },
    {"4.7 gratuitous: ARP request and reply; NA, S=0 O=1",                NULL,                                                 "test_l2_answer.c",
     "test_announcements"																						   },
    {"4.7 periodic: none (#2910)",					"once a minute, spread out",                          "test_l2_burst.c",   "test_many"                                            },
    {"4.7 on losing: silently stops",                                     NULL,						 "test_l2_rows.c",    "losing_it_is_silent"                                  },
    {"4.7 on losing: before the next one begins",                         "it does, in a planned move",
     "test_owners_lan.c",															    "planned_moves_cost_nothing"                           },
    {"4.7 failure: one interface does not stop the others",               NULL,                                                 "test_l2_rows.c",
     "one_interface_fails"																						  },

    {"5.3 Cluster: the object names the real MAC's node",                 NULL,                                                 "kube_l2.sh",
     "5.3: the object names the node whose MAC answers"																		     },
    {"5.3 Local follows the endpoint",                                    NULL,						 "kube_l2.sh",        "5.3: it follows the endpoint"                         },
    {"5.3 mixed TCP/UDP Service",					 NULL,						 "test_desired_l2.c",
     "5.3: mixed TCP/UDP Service: as any"																				   },
    {"5.3 mixed TCP/UDP Service, live",                                   NULL,						 "kube_l2.sh",
     "5.3: a Service of both TCP and UDP"																				   },
    {"5.3 NetworkUnavailable is not used",                                NULL,						 "kube_l2.sh",
     "trap 14: its network is not available"																				},
    {"5.3 exclude label moves it",					NULL,						 "kube_l2.sh",        "5.3: a node that is excluded"                         },
    {"5.3 its removal returns it",					"it may have it again, and takes nothing that works",
     "test_desired_l2.c",															    "changes"					      },
    {"5.3 two Services that share are on one node, IPv4",                 NULL,                                                 "kube_l2.sh",
     "5.6-11: one node for both"																					    },
    {"5.3 two Services that share are on one node, IPv6",                 NULL,                                                 "kube_l2.sh",
     "5.3: two Services share an IPv6 address"																			      },
    {"5.3 interface selector: MAC is that interface's",                   NULL,                                                 "l2_interfaces.sh",
     "an interface without an address, named by an advertisement"																	   },
    {"5.3 interface selector: modification moves",                        NULL,                                                 "test_desired_l2.c", "changes"                                              },
    {"5.3 interface selector: nonexistent: announceFailed",               NULL,                                                 "test_l2_told.c",
     "a_node_without_interface_says_so_once"																				},
    {"5.3 interface selector: two advertisements: union",                 NULL,                                                 "test_desired_l2.c",
     "two advertisements: both interfaces"																				  },
    {"5.3 interface selector: status lists it",                           NULL,                                                 "test_l2_told.c",
     "an_owner_has_an_object"																					       },
    {"5.3 interface selector: with node selector",                        NULL,                                                 "test_desired_l2.c",
     "interfaces with a node selector"																				      },
    {"5.3 node selectors: single",					NULL,						 "test_desired_l2.c",
     "no advertisement lists this node: the others"																			 },
    {"5.3 node selectors: multiple",				      NULL,						 "test_desired_l2.c",
     "5.3: several node selectors: nodes of any"																			    },
    {"5.3 node selectors: adding nodes by label",                         NULL,                                                 "test_desired_l2.c",
     "said_when_nobody_can"																						 },
    {"5.3 preferred: labelled wins",				      NULL,						 "test_desired_l2.c", "labelled is preferred"                                },
    {"5.3 preferred: label removed, specification changed",               NULL,                                                 "test_desired_l2.c",
     "changes"																							      },
    {"5.3 preferred: no match = baseline",                                NULL,						 "test_desired_l2.c",
     "no match: as if there were none"																				      },
    {"5.3 preferred: node lost, then reclaimed",                          NULL,                                                 "kube_l2.sh",        "5.6-14: and reclaims it"                              },
    {"5.3 preferred: hard filter first",                                  NULL,						 "test_desired_l2.c", "hard filter first"                                    },
    {"5.3 disjoint sets",						 NULL,						 "test_desired_l2.c",
     "5.3: disjoint sets: each node by its own advertisement"																	       },
    {"5.3 weights sum over ads",					  NULL,						 "test_desired_l2.c", "weights of advertisements sum"                        },
    {"5.3 preferred: scoped by serviceSelectors",                         NULL,                                                 "test_desired_l2.c",
     "only those for the Service"																					   },
    {"5.3 service selectors: pool and Service",                           NULL,                                                 "test_desired_l2.c",
     "service selectors: pool and Service"																				  },
    {"5.3 one announcer when two advertisements match",                   NULL,                                                 "test_desired_l2.c",
     "5.3: two advertisements match: each node once"																			},
    {"5.3 none when node and Service never coincide",                     NULL,                                                 "test_desired_l2.c",
     "5.3: node and Service never coincide: nobody"																			 },
    {"5.3 OR of selectors",					       NULL,						 "test_desired_l2.c",
     "service selectors: any of them will do"																			       },
    {"5.3 speaker gone: moves within 2 min",                              "within 500 ms with a heartbeat",                     "l2_failover.sh",
     "grevyd is killed, and the client asks anew"																			   },
    {"5.3 speaker back: returns",					 "stable owner: it takes nothing",                     "kube_l2.sh",
     "it comes back, and takes nothing"																				     },
    {"5.3 metrics: announced, requests, responses, gratuitous",           NULL,                                                 "kube_l2.sh",
     "5.3: metrics: announced is 1 there, and nowhere else"																		 },
    {"5.3 metrics: series vanish",					NULL,						 "kube_l2.sh",
     "5.3: metrics: its series vanish with it"																			      },
    {"5.3 unit: ARP filter",					      NULL,						 "test_l2_answer.c",  "test_arp_rows"                                        },
    {"5.3 unit: deny and allow of interfaces",                            NULL,                                                 "test_links.c",
     "patterns_choose_among_what_can_be_chosen"																			     },
    {"5.3 unit: endpoint placement: a draining one",                      NULL,                                                 "test_desired_l2.c",
     "a terminating one that serves counts (trap 15)"																		       },
    {"5.3 unit: endpoint placement: ready and unready at one address",    NULL,
     "test_desired_l2.c",															    "ready and unready with one address (5.6 17)"          },
    {"5.3 unit: memberlist off",					  NULL,						 "test_owners_rim.c",
     "what_was_recorded_counts_where_nobody_owns"																			   },
    {"5.3 unit: exclude flag",					    "the label always counts",                            "test_desired_l2.c",
     "the exclude label: not that one"																				      },
    {"5.3 unit: split-brain consistency with mixed advertisements",       NULL,                                                 "test_desired_l2.c",
     "nodes_agree"																							  },
    {"5.3 unit: preferred failover",				      NULL,						 "test_owners_lan.c", "preferred_nodes_get_it_back"                          },
};

/* Its text, to be freed. */
static char *read_test(const char *name)
{
	const char *data = getenv("TEST_DATA"), *end = strrchr(name, '.');
	char path[512];
	char *text;
	long size = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/../%s/%s", data ? data : "tests/data",
	    strcmp(end, ".c") ? "e2e" : "unit", name);
	f = fopen(path, "r");
	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0)
		fail_msg("%s cannot be read", path);
	rewind(f);
	text = xcalloc(1, (size_t)size + 1);
	assert_int_equal(fread(text, 1, (size_t)size, f), size);
	fclose(f);
	return text;
}

static bool shows(const char *text, const struct row *r)
{
	char function[128], first[128];

	if (strcmp(strrchr(r->file, '.'), ".c") != 0)
		return strstr(text, r->shown);
	snprintf(function, sizeof(function), "static void %s(void **", r->shown);
	snprintf(first, sizeof(first), "{\"%s\",", r->shown);
	return strstr(text, function) || strstr(text, first);
}

static void each_row_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = read_test(rows[i].file);
		bool shown = shows(text, &rows[i]);

		free(text);
		if (!shown)
			fail_msg("%s (%s): %s does not show it by \"%s\"", rows[i].row,
			    rows[i].ours ? rows[i].ours : "the same", rows[i].file,
			    rows[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ndp_answers),
	    cmocka_unit_test(gratuitous_when_it_is_news),
	    cmocka_unit_test(losing_it_is_silent),
	    cmocka_unit_test(one_interface_fails),
	    cmocka_unit_test(each_row_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
