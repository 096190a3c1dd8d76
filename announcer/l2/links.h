/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.h - this host's interfaces as they are and as they change, and which of them are for
 * layer 2. fib.h tells them; where it cannot look into the kernel, l2_links_new() fails.
 */
#ifndef GREVY_L2_LINKS_H
#define GREVY_L2_LINKS_H
#include "announcer/l2/facts.h"

struct event_base;

struct l2_addr {
	struct ipaddr addr;
	uint8_t plen;
	bool usable; /* not tentative, not a duplicate */
};

struct l2_link {
	char name[L2_NAME];
	uint32_t ifindex;
	uint32_t master, parent; /* interfaces that it belongs to, is made of; 0 = none */
	uint8_t mac[6];
	bool ethernet; /* mac counts */
	bool up;       /* and there is a carrier */
	bool loopback, noarp, broadcast;
	bool elsewhere;     /* its parent or other end is in another network namespace */
	char kind[16];      /* "bridge", "vlan", "veth"; "" = a plain device */
	char port_kind[16]; /* what it is a port of: "bridge", "bond", "openvswitch" */
	struct l2_addr *addrs;
	size_t n_addrs;
	bool default4, default6;
};

/* What is made of an interface, the first that holds. */
enum l2_choice {
	L2_CHOSEN,
	L2_LOOPBACK,
	L2_NOT_ETHERNET,
	L2_NO_ARP,
	L2_PORT,      /* of a bridge, bond, team, VRF or OVS: its master answers */
	L2_POD,       /* its other end is in another network namespace, it has no subnet */
	L2_CNI,       /* by its name a network plugin's, kube-proxy's or a container's */
	L2_EXCLUDED,  /* l2.exclude-interfaces */
	L2_NOT_NAMED, /* l2.interfaces names others */
	L2_NO_SUBNET, /* neither a subnet of the node nor its default route */
	L2_TWIN,      /* a macvlan of an interface that is chosen, in the same subnet */
	L2_DOWN,      /* would be chosen */
	L2_CHOICES
};

/* "port", "it is a port of a bridge, bond or the like, which answers itself": for show, why. */
struct l2_choice_text {
	const char *token, *what;
};
const struct l2_choice_text *l2_choice_text(enum l2_choice c);

/* What chooses, all borrowed. */
struct l2_rules {
	const struct strlist *names, *exclude; /* patterns of fnmatch(3); no names = any */
	const struct strlist *advertised;      /* exact names that advertisements have */
};

/* What is made of v[at], one of all n. One that names or advertised has is never L2_NO_SUBNET;
 * one that names has in full, not as a pattern, is neither L2_POD, L2_CNI nor L2_TWIN. Pure. */
enum l2_choice l2_choose(
    const struct l2_link *v, size_t n, size_t at, const struct l2_rules *r);
/* Of those that are L2_CHOSEN; to be freed with l2_facts_fini(). */
void l2_facts_make(
    struct l2_facts *to, const struct l2_link *v, size_t n, const struct l2_rules *r);

struct l2_links;
struct l2_links_ops {
	/* Something of them is another than before: called once a batch, from the loop. */
	void (*on_change)(void *arg);
};

/* ops and arg are borrowed; nothing is told before the loop runs. NULL with errno set. */
struct l2_links *l2_links_new(
    struct event_base *base, const struct l2_links_ops *ops, void *arg);
void l2_links_free(struct l2_links *l); /* NULL is fine */
/* All were read once. */
bool l2_links_read(const struct l2_links *l);
/* Sorted by index; borrowed until the loop runs again. */
const struct l2_link *l2_links_all(const struct l2_links *l, size_t *n);
const struct l2_link *l2_links_find(const struct l2_links *l, uint32_t ifindex); /* or NULL */
/* The interface that has this very address, with which the kernel answers, too; or NULL. */
const struct l2_link *l2_links_owner(const struct l2_links *l, const struct ipaddr *a);

/* Whether the kernel answers ARP on this interface for addresses of others (arp_ignore): 0 = it
 * does, 1.. = not, -1 = not known. */
int l2_arp_ignore(const char *ifname);
#endif
