/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "fake_l2.h"
#include "show_lab.h"
#include <cmocka.h>
#include <string.h>

struct fake_l2 fake_l2;

void l2_summary(const struct l2 *l, struct l2_summary *s)
{
	(void)l;
	*s = fake_l2.summary;
	for (size_t i = 0; i < fake_l2.n_owners; i++)
		s->by_state[fake_l2.owners[i].state]++;
}

bool l2_look(const struct l2 *l, const struct ipaddr *a, struct l2_owners_view *v)
{
	(void)l;
	for (size_t i = 0; i < fake_l2.n_owners; i++) {
		if (ipaddr_cmp(&fake_l2.owners[i].addr, a) != 0)
			continue;
		*v = fake_l2.owners[i];
		return true;
	}
	return false;
}

bool l2_after(const struct l2 *l, const struct ipaddr *at, struct l2_owners_view *v)
{
	(void)l;
	for (size_t i = 0; i < fake_l2.n_owners; i++) {
		if (at->family && ipaddr_cmp(&fake_l2.owners[i].addr, at) <= 0)
			continue;
		*v = fake_l2.owners[i];
		return true;
	}
	return false;
}

bool l2_peer_after(const struct l2 *l, const char *node, struct l2_peer_view *v)
{
	(void)l;
	for (size_t i = 0; i < fake_l2.n_peers; i++) {
		if (node && strcmp(fake_l2.peers[i].peer.node, node) <= 0)
			continue;
		*v = fake_l2.peers[i];
		return true;
	}
	return false;
}

const struct l2_link *l2_all_links(const struct l2 *l, size_t *n)
{
	(void)l;
	*n = fake_l2.n_links;
	return fake_l2.links;
}

const struct l2_link *l2_kernel_has(const struct l2 *l, const struct ipaddr *a)
{
	(void)l;
	(void)a;
	return fake_l2.kernel;
}

bool l2_counts(const struct l2 *l, const struct ipaddr *a, struct responder_counts *c)
{
	(void)l;
	for (size_t i = 0; i < fake_l2.n_owners; i++) {
		const struct l2_owners_view *v = &fake_l2.owners[i];

		if (v->state != L2_OWNER || ipaddr_cmp(&v->addr, a) != 0)
			continue;
		*c = fake_l2.counts[i];
		return true;
	}
	return false;
}

const char *l2_link_problem(const struct l2 *l, uint32_t ifindex)
{
	(void)l;
	return fake_l2.problems[ifindex - 1];
}

enum l2_choice l2_link_choice(const struct l2 *l, const struct l2_link *link)
{
	(void)l;
	return fake_l2.choices[link->ifindex - 1];
}

const char *l2_ifname(const struct l2 *l, uint32_t ifindex)
{
	(void)l;
	return ifindex <= fake_l2.n_links ? fake_l2.links[ifindex - 1].name : NULL;
}

int l2_arp_ignore(const char *ifname)
{
	for (size_t i = 0; i < fake_l2.n_links; i++)
		if (strcmp(fake_l2.links[i].name, ifname) == 0)
			return fake_l2.arp_ignore[i];
	return -1;
}

/* ---- the cast ---- */

static struct l2_addr subnet = {.plen = 24, .usable = true};
static uint32_t on_eth0[] = {2};
static struct l2_iface its_eth0 = {.name = "eth0"};
static struct l2_facts its_facts = {&its_eth0, 1};

static void cast_link(const char *name, enum l2_choice choice)
{
	size_t i = fake_l2.n_links++;

	fake_l2.links[i] = (struct l2_link){
	    .ifindex = (uint32_t)i + 1,
	    .mac = {0x52, 0x54, 0, 0, 0, (uint8_t)i},
	    .ethernet = choice != L2_LOOPBACK,
	    .up = choice != L2_DOWN
        };
	memcpy(fake_l2.links[i].name, name, strlen(name) + 1);
	fake_l2.choices[i] = choice;
	fake_l2.arp_ignore[i] = 1;
}

static void cast_owner(const char *addr)
{
	size_t i = fake_l2.n_owners++;

	fake_l2.owners[i] = (struct l2_owners_view){.state = L2_OWNER,
	    .owner = "n1",
	    .since_ms = NOW_MS - 60000,
	    .moves = 1,
	    .candidate = true,
	    .candidates = 2,
	    .alive = 2,
	    .ifindex = on_eth0,
	    .n_ifindex = 1};
	assert_int_equal(ipaddr_parse(addr, &fake_l2.owners[i].addr), 0);
	fake_l2.counts[i] = (struct responder_counts){12, 12, 5, 0};
}

void l2_cast(struct lab *lab)
{
	fake_l2 = (struct fake_l2){
	    .summary = {.active = true,
			.heartbeat = true,
			.moves = 1,
			.peers = {.sent = 100, .good = 99},
			.frames = {.frames = 40, .requests = 12, .responses = 12, .gratuitous = 5}}
        };
	cast_link("lo", L2_LOOPBACK);
	cast_link("eth0", L2_CHOSEN);
	cast_link("eth1", L2_DOWN);
	cast_link("br0p1", L2_PORT);
	cast_link("vethabc", L2_POD);
	cast_link("kube-ipvs0", L2_CNI);
	assert_int_equal(ipaddr_parse("192.168.2.11", &subnet.addr), 0);
	fake_l2.links[1].addrs = &subnet;
	fake_l2.links[1].n_addrs = 1;
	fake_l2.links[1].default4 = true;
	cast_owner("192.168.2.240");
	fake_l2.peers[0] = (struct l2_peer_view){
	    .peer = {.node = "n2",
		     .alive = true,
		     .known = true,
		     .facts = &its_facts,
		     .heard = on_eth0,
		     .n_heard = 1},
	    .heard_ms = NOW_MS - 50,
	    .owns = 3,
	    .lost = 1
        };
	fake_l2.n_peers = 1;
	lab->ctx.l2 = (const struct l2 *)lab;
}
