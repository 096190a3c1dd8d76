/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which interfaces are for layer 2, from the kernel's messages on. Bonds, teams, VLANs, VRFs,
 * OVS ports, ipvlan, WireGuard, tunnels and InfiniBand cannot be made on the kernels on which
 * these tests run: their messages are made after the kernel's headers (netlink_msgs.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/l2/links.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include "fake_fib.h"
#include "netlink_msgs.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

static struct event_base *base;
static struct l2_links *links;
static unsigned changes;

static void on_change(void *arg)
{
	(void)arg;
	changes++;
}

static int begin(void **state)
{
	static const struct l2_links_ops ops = {on_change};

	(void)state;
	fake_fib = (struct fake_fib){0};
	changes = 0;
	base = event_base_new();
	links = l2_links_new(base, &ops, NULL);
	return !links || !fake_fib.defaults_only || fake_fib.dumps != 1;
}

static int end(void **state)
{
	(void)state;
	l2_links_free(links);
	event_base_free(base);
	return fake_fib.ops != NULL;
}

static const struct strlist none;
static const struct l2_rules by_default = {&none, &none, &none};

/* An interface, and what is to be made of it. */
struct row {
	const char *words, *want;
};

static struct wr put_rows(const struct row *rows, size_t n)
{
	static uint8_t buf[32768];
	struct wr w = wr_of(buf, sizeof(buf));

	for (size_t i = 0; i < n; i++)
		put_whole(&w, rows[i].words);
	put_done(&w, 0);
	return w;
}

static void tell(const struct wr *w)
{
	assert_false(w->bad);
	assert_int_equal(fake_fib_tell(w->buf, w->len), 0);
}

/* What answers a reading that was asked for. */
static void read_rows(const struct row *rows, size_t n)
{
	struct wr w = put_rows(rows, n);

	tell(&w);
}

static enum l2_choice choice_of(uint32_t ifindex, const struct l2_rules *r)
{
	size_t n;
	const struct l2_link *v = l2_links_all(links, &n);

	return l2_choose(v, n, (size_t)(l2_links_find(links, ifindex) - v), r);
}

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t ifindex = (uint32_t)strtoul(rows[i].words, NULL, 10);
		const char *got = l2_choice_text(choice_of(ifindex, &by_default))->token;

		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: %s, not %s", rows[i].words, got, rows[i].want);
	}
}

/* A node with everything that a kernel has. type: 772 loopback, 65534 none, 768 IPIP, 778 GRE,
 * 32 InfiniBand. */
static const struct row zoo[] = {
    {"1 lo type=772 loopback addr=127.0.0.1/8 addr=::1/128",         "loopback"    },
    {"2 eno1 port=bond of=4",					"port"        },
    {"3 eno2 port=bond of=4 down",				   "port"        },
    {"4 bond0 kind=bond addr=192.0.2.1/24 addr=fe80::1/64 out4",     "chosen"      },
    {"5 bond0.7 kind=vlan on=4 addr=198.51.100.1/24",                "chosen"      },
    {"6 bond0.8 kind=vlan on=4 addr=fe80::6/64",                     "no-subnet"   },
    {"7 bond0.9 kind=vlan on=4 port=bridge of=8",                    "port"        },
    {"8 br9 kind=bridge addr=2001:db8:9::1/64",                      "chosen"      },
    {"9 team0p1 port=team of=10",				    "port"        },
    {"10 team0 kind=team addr=10.10.0.1/16",                         "chosen"      },
    {"11 ovs-system kind=openvswitch",                               "cni"         },
    {"12 ens5 port=openvswitch of=11 addr=fe80::c/64",               "port"        },
    {"13 br-ex kind=openvswitch addr=10.13.0.1/16",                  "chosen"      },
    {"14 ovn-k8s-mp0 kind=openvswitch addr=10.244.1.2/24",           "cni"         },
    {"15 genev_sys_6081 kind=geneve port=openvswitch of=11",         "port"        },
    {"16 vrf-red kind=vrf noarp addr=10.16.0.1/16",                  "no-arp"      },
    {"17 ens6 port=vrf of=16 addr=10.17.0.1/16",                     "port"        },
    {"18 ipvl0 kind=ipvlan on=4 addr=192.0.2.18/24",                 "twin"        },
    {"19 ipvl3 kind=ipvlan on=4 noarp addr=192.0.2.19/24",           "no-arp"      },
    {"20 macvl0 kind=macvlan on=4 addr=192.0.2.20/24",               "twin"        },
    {"21 macvl1 kind=macvlan on=6 addr=10.21.0.1/16",                "chosen"      },
    {"22 macvl2 kind=macvlan on=4 addr=10.22.0.1/16",                "chosen"      },
    {"23 wg0 kind=wireguard type=65534 noarp ptp addr=10.23.0.1/16", "not-ethernet"},
    {"24 tun0 kind=tun type=65534 noarp ptp addr=10.24.0.1/16 out4", "not-ethernet"},
    {"25 tap0 kind=tun addr=10.25.0.1/16",                           "chosen"      },
    {"26 tunl0 kind=ipip type=768 noarp ptp",                        "not-ethernet"},
    {"27 gre1 kind=gre type=778 noarp ptp",                          "not-ethernet"},
    {"28 ib0 type=32 addr=10.28.0.1/16",                             "not-ethernet"},
    {"29 vxlan7 kind=vxlan addr=10.29.0.1/16",                       "chosen"      },
    {"30 flannel.1 kind=vxlan addr=10.244.0.0/32",                   "cni"         },
    {"31 kube-ipvs0 kind=dummy noarp addr=10.96.0.1/32",             "no-arp"      },
    {"32 cilium_host kind=veth on=33 addr=10.0.1.7/24",              "cni"         },
    {"33 cilium_net kind=veth on=32",                                "cni"         },
    {"34 lxc0123 kind=veth on=2 elsewhere addr=fe80::22/64",         "pod"         },
    {"35 cali0123 kind=veth on=2 elsewhere addr=fe80::23/64",        "pod"         },
    {"36 veth0123 kind=veth on=2 elsewhere addr=10.244.0.1/32",      "pod"         },
    {"37 cni0 kind=bridge addr=10.244.0.1/24",                       "cni"         },
    {"38 veth4567 kind=veth on=2 elsewhere port=bridge of=37",       "port"        },
    {"39 docker0 kind=bridge down addr=172.17.0.1/16",               "cni"         },
    {"40 eth40 addr=2001:db8:40::1/128 addr=169.254.1.1/16",         "no-subnet"   },
    {"41 eth41 addr=fe80::29/64 out6",                               "chosen"      },
    {"42 eth42 down addr=10.42.0.1/16",                              "down"        },
    {"43 macvl3 kind=macvlan on=42 addr=10.42.0.2/16",               "twin"        },
    {"44 ppp0 ptp addr=10.44.0.1/16",                                "no-arp"      },
    {"45 br-0123456789ab kind=bridge addr=172.18.0.1/16",            "cni"         },
    {"46 br-abc kind=bridge addr=172.19.0.1/16",                     "chosen"      },
};

static void what_is_made_of_every_kind(void **state)
{
	struct wr nothing = wr_of(NULL, 0);

	(void)state;
	assert_false(l2_links_read(links));
	read_rows(zoo, ARRAY_LEN(zoo));
	assert_true(l2_links_read(links));
	assert_int_equal(changes, 1);
	check_rows(zoo, ARRAY_LEN(zoo));
	fake_fib.ops->on_overrun(fake_fib.arg);
	tell(&nothing);
	read_rows(zoo, ARRAY_LEN(zoo)); /* finds the same */
	assert_int_equal(fake_fib.dumps, 2);
	assert_int_equal(changes, 1);
}

/* A node in a container hangs on a veth itself. */
static void a_node_in_a_container_has_its_own_veth(void **state)
{
	static const struct row rows[] = {
	    {"2 eth0 kind=veth on=9 elsewhere addr=172.18.0.2/16 out4", "chosen"},
	    {"3 eth1 kind=veth on=9 elsewhere addr=10.0.0.2/32 out4",   "chosen"},
	    {"4 eth2 kind=macvlan on=2 elsewhere addr=172.18.0.3/16",   "chosen"},
	    {"5 eth3 kind=veth on=9 elsewhere addr=10.0.0.2/32",        "pod"   },
	};

	(void)state;
	read_rows(rows, ARRAY_LEN(rows));
	check_rows(rows, ARRAY_LEN(rows));
}

static void patterns_choose_among_what_can_be_chosen(void **state)
{
	static const struct row rows[] = {
	    {"2 eth0 addr=192.0.2.1/24",                   NULL},
	    {"3 eth1",				     NULL},
	    {"4 veth1 kind=veth on=9 elsewhere",           NULL},
	    {"5 cni0 kind=bridge addr=10.244.0.1/24",      NULL},
	    {"6 p0 kind=veth on=9 port=bridge of=5",       NULL},
	    {"7 mac0 kind=macvlan on=2 addr=192.0.2.7/24", NULL},
	};
	static const struct {
		const char *names, *exclude, *advertised, *want;
	} cases[] = {
	    {NULL,       NULL,   NULL,    "chosen no-subnet pod cni port twin"            },
	    {NULL,       NULL,   "eth1",  "chosen chosen pod cni port twin"               },
	    {NULL,       "eth*", "eth1",  "excluded excluded pod cni port chosen"         },
	    {"eth0",     NULL,   "eth1",  "chosen not-named pod cni port not-named"       },
	    {NULL,       NULL,   "p0",    "chosen no-subnet pod cni port twin"            },
	    {NULL,       NULL,   "veth1", "chosen no-subnet pod cni port twin"            },
	    {NULL,       "eth*", NULL,    "excluded excluded pod cni port chosen"         },
	    {"eth*",     "eth1", NULL,    "chosen excluded pod cni port not-named"        },
	    {"*",        NULL,   NULL,    "chosen chosen pod cni port twin"               },
	    {"eth[1-9]", NULL,   NULL,    "not-named chosen pod cni port not-named"       },
	    {"veth1",    "*1",   NULL,    "not-named excluded excluded cni port not-named"},
	    {"veth1",    NULL,   NULL,    "not-named not-named chosen cni port not-named" },
	    {"cni0",     NULL,   NULL,    "not-named not-named pod chosen port not-named" },
	    {"p0",       NULL,   NULL,    "not-named not-named pod cni port not-named"    },
	    {"mac0",     NULL,   NULL,    "not-named not-named pod cni port chosen"       },
	};

	(void)state;
	read_rows(rows, ARRAY_LEN(rows));
	for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
		struct strlist lists[3] = {{0}};
		const struct l2_rules rules = {&lists[0], &lists[1], &lists[2]};
		const char *words[] = {cases[c].names, cases[c].exclude, cases[c].advertised};
		struct buf got = {0};

		for (size_t i = 0; i < 3; i++)
			if (words[i])
				strlist_add(&lists[i], words[i]);
		for (uint32_t i = 2; i < 2 + ARRAY_LEN(rows); i++) {
			buf_str(&got, i > 2 ? " " : "");
			buf_str(&got, l2_choice_text(choice_of(i, &rules))->token);
		}
		assert_string_equal(got.p, cases[c].want);
		free(got.p);
		for (size_t i = 0; i < 3; i++)
			strlist_fini(&lists[i]);
	}
}

static void facts_are_those_that_are_up(void **state)
{
	static const struct row rows[] = {
	    {"2 zeta addr=192.0.2.1/24 addr=192.0.2.2/24 out4",  NULL},
	    {"3 alpha addr=2001:db8::1/64 addr=10.0.0.1/8 out6", NULL},
	    {"4 empty addr=fe80::1/64 addr=10.1.1.1/32",         NULL},
	    {"5 gone down addr=10.5.0.1/16",                     NULL},
	    {"6 nothing down",				   NULL},
	};
	static char *names[] = {(char *)"empty", (char *)"nothing", (char *)"nobody"};
	static const struct strlist advertised = {names, ARRAY_LEN(names)};
	const struct l2_rules rules = {&none, &none, &advertised};
	size_t n;
	const struct l2_link *v;
	struct l2_facts f;
	char text[PREFIX_STRLEN];

	(void)state;
	read_rows(rows, ARRAY_LEN(rows));
	v = l2_links_all(links, &n);
	assert_int_equal(n, ARRAY_LEN(rows));
	l2_facts_make(&f, v, n, &rules);
	assert_int_equal(f.n, 3);
	assert_string_equal(f.v[0].name, "alpha");
	assert_int_equal(f.v[0].ifindex, 3);
	assert_int_equal(f.v[0].n_subnets, 2);
	assert_string_equal(prefix_str(&f.v[0].subnets[0], text), "10.0.0.0/8");
	assert_string_equal(prefix_str(&f.v[0].subnets[1], text), "2001:db8::/64");
	assert_true(f.v[0].default6 && !f.v[0].default4 && !f.v[0].named);
	assert_string_equal(f.v[1].name, "empty");
	assert_int_equal(f.v[1].n_subnets, 0);
	assert_string_equal(f.v[2].name, "zeta");
	assert_int_equal(f.v[2].n_subnets, 1);
	assert_true(f.v[2].default4 && !f.v[2].default6);
	l2_facts_fini(&f);
	l2_facts_make(&f, v, n, &by_default);
	assert_int_equal(f.n, 2);
	l2_facts_fini(&f);
}

/* Tell one message; does it change anything, and is all to be read again for it? */
static void one(const struct wr *w, bool changed, bool again)
{
	unsigned was = changes, dumps = fake_fib.dumps;

	tell(w);
	assert_int_equal(changes - was, changed);
	assert_int_equal(fake_fib.dumps - dumps, again);
}

#define TELL(put, changed, again)                                                              \
	do {                                                                                   \
		struct wr w = wr_of(buf, sizeof(buf));                                         \
		put;                                                                           \
		one(&w, changed, again);                                                       \
	} while (0)

static void changes_are_told_once_each(void **state)
{
	static const struct row rows[] = {
	    {"7 eth0 addr=192.0.2.1/24", NULL},
	};
	struct ipaddr a;
	uint8_t buf[512];
	size_t n;

	(void)state;
	read_rows(rows, 1);
	TELL(put_link(&w, RTM_NEWLINK, rows[0].words), false, false);
	TELL(put_link(&w, RTM_NEWLINK, "7 lan0"), true, false);
	assert_string_equal(l2_links_find(links, 7)->name, "lan0");
	TELL(put_addr(&w, RTM_NEWADDR, 7, "192.0.2.1/24", 0), false, false);
	TELL(put_addr(&w, RTM_NEWADDR, 7, "2001:db8::1/64", IFA_F_TENTATIVE), true, false);
	assert_false(l2_links_find(links, 7)->addrs[1].usable);
	TELL(put_addr(&w, RTM_NEWADDR, 7, "2001:db8::1/64", 0), true, false);
	assert_true(l2_links_find(links, 7)->addrs[1].usable);
	TELL(put_addr(&w, RTM_NEWADDR, 7, "2001:db8::1/64", IFA_F_DADFAILED), true, false);
	assert_false(l2_links_find(links, 7)->addrs[1].usable);
	TELL(put_addr(&w, RTM_NEWADDR, 9, "192.0.2.3/24", 0), false, false); /* of nobody */
	TELL(put_addr(&w, RTM_DELADDR, 7, "192.0.2.3/24", 0), false, false);
	TELL(put_addr(&w, RTM_NEWADDR, 7, "192.0.2.1/32", 0), true, false);
	assert_int_equal(l2_links_find(links, 7)->n_addrs, 3);
	ipaddr_parse("192.0.2.1", &a);
	assert_ptr_equal(l2_links_owner(links, &a), l2_links_find(links, 7));
	ipaddr_parse("192.0.2.2", &a);
	assert_null(l2_links_owner(links, &a));
	TELL(put_link(&w, RTM_NEWLINK, "3 eth1"), true, false);
	l2_links_all(links, &n);
	assert_int_equal(n, 2);
	TELL(put_link(&w, RTM_DELLINK, "3 eth1"), true, false);
	TELL(put_link(&w, RTM_DELLINK, "3 eth1"), false, false);
	TELL(put_route(&w, RTM_NEWROUTE, "10.0.0.0/8", 7, false), false, false);
}

/* While it is read again nothing is said; what is read takes the place of what was. */
static void default_routes_are_read_anew(void **state)
{
	static const struct row with[] = {
	    {"7 eth0 addr=192.0.2.1/24 out4", NULL},
	};
	static const struct row without[] = {
	    {"7 eth0 addr=192.0.2.1/24", NULL},
	};
	struct wr end_only;
	uint8_t buf[512], end_buf[64];

	(void)state;
	read_rows(without, 1);
	TELL(put_route(&w, RTM_NEWROUTE, "0.0.0.0/0", 7, false), false, true);
	read_rows(with, 1);
	assert_int_equal(changes, 2);
	assert_true(l2_links_find(links, 7)->default4);
	TELL(put_link(&w, RTM_NEWLINK, "7 eth0 down"), true,
	    true); /* the route goes without a word */
	assert_false(l2_links_find(links, 7)->up);
	read_rows(without, 1);
	assert_int_equal(changes, 4);
	assert_true(l2_links_find(links, 7)->up);
	assert_false(l2_links_find(links, 7)->default4);
	TELL(put_addr(&w, RTM_DELADDR, 7, "192.0.2.1/24", 0), true, true);
	/* One that is taken away meanwhile is read again; one that comes is not. */
	TELL(put_whole(&w, with[0].words);
	     put_route(&w, RTM_DELROUTE, "0.0.0.0/0", 7, false), false, false);
	end_only = wr_of(end_buf, sizeof(end_buf));
	put_done(&end_only, 0);
	one(&end_only, true, true);
	TELL(put_whole(&w, with[0].words); put_done(&w, 0), false, false);
	assert_true(l2_links_find(links, 7)->default4);
}

/* As kube-ipvs0 of a large cluster, told in no order. */
static void thousands_of_addresses_are_found_again(void **state)
{
	enum { MANY = 5000 };
	static const struct row rows[] = {
	    {"7 kube-ipvs0 kind=dummy noarp", NULL},
	    {"8 eth0 addr=192.0.2.1/24",      NULL},
	};
	struct ipaddr a;
	uint8_t buf[512];
	char text[32];

	(void)state;
	read_rows(rows, 2);
	for (unsigned i = 0; i < MANY; i++) {
		unsigned k = i * 7 % MANY;

		snprintf(text, sizeof(text), "10.96.%u.%u/32", k / 250, k % 250);
		TELL(put_addr(&w, RTM_NEWADDR, 7, text, 0), true, false);
	}
	assert_int_equal(l2_links_find(links, 7)->n_addrs, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "10.96.%u.%u", i / 250, i % 250);
		ipaddr_parse(text, &a);
		assert_ptr_equal(l2_links_owner(links, &a), l2_links_find(links, 7));
	}
	ipaddr_parse("192.0.2.1", &a);
	assert_ptr_equal(l2_links_owner(links, &a), l2_links_find(links, 8));
	ipaddr_parse("10.96.20.0", &a);
	assert_null(l2_links_owner(links, &a));
}

static void what_was_lost_is_read_again(void **state)
{
	static const struct row rows[] = {
	    {"7 eth0 addr=192.0.2.1/24 out4", NULL},
	    {"9 eth1",			NULL},
	};
	struct wr nothing = wr_of(NULL, 0);
	size_t n;

	(void)state;
	read_rows(rows, 2);
	fake_fib.ops->on_overrun(fake_fib.arg);
	one(&nothing, false, true);
	read_rows(rows, 1);
	l2_links_all(links, &n);
	assert_int_equal(n, 1);
	assert_int_equal(changes, 2);
}

/* What was there stays until a later reading says otherwise. */
static void a_reading_that_fails_is_tried_again(void **state)
{
	static const struct row rows[] = {
	    {"7 eth0 addr=192.0.2.1/24", NULL},
	};
	struct wr failed, nothing = wr_of(NULL, 0);
	uint8_t buf[64];

	(void)state;
	read_rows(rows, 1);
	fake_fib.ops->on_overrun(fake_fib.arg);
	one(&nothing, false, true);
	failed = wr_of(buf, sizeof(buf));
	put_done(&failed, -EBUSY);
	one(&failed, false, false);
	assert_non_null(l2_links_find(links, 7));
	event_base_dispatch(base); /* until no timer is left */
	assert_int_equal(fake_fib.dumps, 3);
}

static void where_the_kernel_cannot_be_asked(void **state)
{
	static const struct l2_links_ops ops = {on_change};
	struct l2_links *other;

	(void)state;
	fake_fib.open_errno = EOPNOTSUPP;
	errno = 0;
	assert_null(l2_links_new(base, &ops, NULL));
	assert_int_equal(errno, EOPNOTSUPP);
	fake_fib.open_errno = 0;
	fake_fib.dump_error = -ENOBUFS;
	other = l2_links_new(base, &ops, NULL);
	assert_non_null(other);
	fake_fib.dump_error = 0;
	event_base_dispatch(base);
	assert_int_equal(fake_fib.dumps, 2);
	l2_links_free(other);
}

/* Cut anywhere, with the length said to be that, too; and every bit another. */
static void broken_messages_are_survived(void **state)
{
	struct wr w = put_rows(zoo, ARRAY_LEN(zoo));

	(void)state;
	for (size_t at = 0, len; at < w.len; at += (len + 3) & ~(size_t)3) {
		uint32_t whole;

		memcpy(&whole, w.buf + at, sizeof(whole));
		len = whole;
		for (uint32_t n = 0; n < len; n++) {
			uint8_t *exact = xcalloc(n, 1);

			memcpy(exact, w.buf + at, n);
			assert_int_equal(fake_fib_tell(exact, n), n ? -EBADMSG : 0);
			if (n >= sizeof(struct nlmsghdr)) {
				memcpy(exact, &n, sizeof(n));
				assert_int_equal(fake_fib_tell(exact, n), 0);
			}
			free(exact);
		}
		for (size_t bit = 0; bit < 8 * len; bit++) {
			w.buf[at + bit / 8] ^= (uint8_t)(1 << bit % 8);
			fake_fib_tell(w.buf + at, len);
			w.buf[at + bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	    CASE(what_is_made_of_every_kind),
	    CASE(a_node_in_a_container_has_its_own_veth),
	    CASE(patterns_choose_among_what_can_be_chosen),
	    CASE(facts_are_those_that_are_up),
	    CASE(changes_are_told_once_each),
	    CASE(default_routes_are_read_anew),
	    CASE(thousands_of_addresses_are_found_again),
	    CASE(what_was_lost_is_read_again),
	    CASE(a_reading_that_fails_is_tried_again),
	    CASE(where_the_kernel_cannot_be_asked),
	    CASE(broken_messages_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
