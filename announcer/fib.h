/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fib.h - the kernel's routing table, interfaces and addresses as they are and as they change,
 * for looking only. Told in the order in which it happened, what a comparison reads included.
 * fib_linux.c does it by rtnetlink, without any privilege; where there is no such file,
 * fib_open() fails.
 */
#ifndef GREVY_FIB_H
#define GREVY_FIB_H
#include "zclient/prefix.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct fib;

#define FIB_NEXTHOPS_MAX 256 /* of a route or a group, as told; more are left out */

struct fib_nexthop {
	struct ipaddr gate; /* family 0: interface only */
	uint32_t ifindex;   /* 0 = not told */
	uint32_t weight;    /* 1..65536 */
	uint32_t object;    /* in a group: the object that is the member; else 0 */
};

/* A route of the kernel. Next hops are borrowed for the call. */
struct fib_route {
	struct prefix prefix;
	uint32_t table;
	uint32_t metric;
	uint32_t object; /* next-hop object or group that it uses; 0 = it has its own */
	uint32_t by; /* who changed it: the netlink port, mostly the process; 0 = the kernel */
	uint8_t protocol; /* rtm_protocol */
	bool unicast;     /* false: blackhole, unreachable, local, ... */
	bool replaces;    /* of the route that had this prefix, table and metric */
	bool plain; /* without TOS, source prefix or the like: of the kind that zebra makes */
	const struct fib_nexthop *nh;
	size_t n; /* without members that the kernel holds for dead */
};

/* A next-hop object: one next hop, or a group of other objects. */
struct fib_object {
	uint32_t id;
	uint8_t protocol;             /* whose it is, as rtm_protocol */
	const struct fib_nexthop *nh; /* borrowed */
	size_t n;                     /* 0 = blackhole */
};

/* An interface. Texts are cut to their room. */
struct fib_link {
	uint32_t ifindex;
	bool up; /* and there is a carrier */
	bool loopback, noarp, broadcast;
	bool ethernet;           /* mac counts */
	bool elsewhere;          /* parent stands in another network namespace */
	uint32_t master, parent; /* interfaces that it is a port of, is made of; 0 = none */
	uint8_t mac[6];
	char name[16];
	char kind[16];      /* "bridge", "vlan", "veth"; "" = a plain device */
	char port_kind[16]; /* of what it is a port: "bridge", "bond", "openvswitch" */
};

/* An address of this host, and the subnet that it puts an interface into. */
struct fib_addr {
	uint32_t ifindex;
	struct ipaddr addr;
	struct prefix subnet;
	bool usable; /* not tentative, not a duplicate */
};

struct fib_ops {
	void (*on_route)(const struct fib_route *r, bool added, void *arg);
	void (*on_object)(const struct fib_object *o, bool added, void *arg);
	/* An interface went down: the kernel drops next-hop objects over it, and IPv4 routes,
	 * without a word. May be NULL. */
	void (*on_down)(void *arg);
	/* Interfaces and addresses. Both NULL: nothing is told of them. */
	void (*on_link)(const struct fib_link *l, bool there, void *arg);
	void (*on_addr)(const struct fib_addr *a, bool added, void *arg);
	/* Changes were lost: only another fib_dump() tells what is. */
	void (*on_overrun)(void *arg);
	/* All that fib_dump() asked for has been told; ok = false: it could not be read. */
	void (*on_dumped)(bool ok, void *arg);
	/* A batch of what happened has been told. May be NULL. */
	void (*on_batch)(void *arg);
};

/* Hear of changes from now on. ops and arg are borrowed. Return: NULL with errno set. */
struct fib *fib_open(struct event_base *base, const struct fib_ops *ops, void *arg);
void fib_close(struct fib *f); /* NULL is fine */

/* Tell all interfaces and addresses, where they are to be told, all next-hop objects, then all
 * routes of one table (0 = main) and protocol (0 = any). One that is under way starts anew.
 * Return: 0 or -errno. */
int fib_dump(struct fib *f, uint32_t table, uint8_t protocol);

/* Of changes of routes tell only those of default routes, of objects none. Of this and
 * fib_ignore() the later holds. */
void fib_defaults_only(struct fib *f);

/* Tell nothing of what this netlink port changes. */
void fib_ignore(struct fib *f, uint32_t by);

/* Do not wake for what happens until told to again, unless a dump is under way; what the kernel
 * cannot keep for so long is an overrun. */
void fib_pause(struct fib *f, bool on);

/* Tell what has happened up to now, at most a batch of it. Return: true when that was all. */
bool fib_read(struct fib *f);

/* The route by which this host would send to an address, at once; fits no more than nh[0].
 * Return: 0, -ENETUNREACH and the like, -EOPNOTSUPP. */
int fib_lookup(const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh);

/* "static", "kernel", ...; NULL = no common name. */
const char *fib_protocol_name(uint8_t protocol);
#endif
