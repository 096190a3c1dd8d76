/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_lab.h - the scenes of test_show.c, and a kernel that has what a scene wants. */
#ifndef TESTS_SHOW_LAB_H
#define TESTS_SHOW_LAB_H
#include "announcer/fib.h"
#include "announcer/out_zserv.h"
#include "announcer/vty/buf.h"
#include "announcer/vty/exec.h"
#include "k8s/event.h"
#include <stdio.h>

#define NOW_S        1767229200 /* 2026-01-01T01:00:00Z */
#define NOW_MS       100000
#define GATEWAYS_MAX 2000

struct lab;

/* What is special about a scene; zeroed: all is well. */
struct scene {
	const char *name; /* of the golden file */
	const char *const *commands;
	/* One command instead, in the cluster of tests/data/why; the golden file is there. */
	const char *why;
	const char *objects;    /* in YAML, after those of the cluster */
	const char *config;     /* instead of grevyd.yaml */
	bool empty;             /* no cluster but these objects */
	enum zserv_state state; /* ZSERV_OFF stands for ZSERV_UP */
	const char *state_text, *reason;
	const char *down;                          /* gateway without a way, or "all" */
	const char *lost, *refused;                /* prefixes that zebra does not install */
	const char *winner;                        /* of what is lost */
	const char *missing, *different, *foreign; /* the kernel has not what it should */
	const char *stray, *elsewhere;             /* a route of nobody; what a look-up finds */
	const char *fib_off;
	const char *outage;
	bool api;               /* the source is an API server */
	const char *forbidden;  /* a resource of it: never read */
	const char *leader;     /* who holds the Lease; NULL = we do; "" = nobody */
	const char *no_writing; /* why */
	const char *no_account; /* why */
	bool insecure;          /* its certificate is not verified; the credential expires */
	const char *problem;
	const char *damaged; /* the state file */
	unsigned nodes,
	    limit;          /* nodes m0001 ... besides those of the lab; next hops of a route */
	const char *node;   /* role node, this one */
	bool lo_down;       /* its interface lo */
	bool strange;       /* zebra is of a release that nobody knows */
	bool unread, quiet; /* the source was not read; zebra says nothing of routes */
	const char *route_map; /* of zebra, on our IPv4 routes */
	unsigned rivals;       /* other clients with our key */
	const char *vty_error; /* why zebra's vty cannot be read */
	const char *release;   /* of zebra; NULL = 8.4.4 */
	const char *zebra_off; /* why; NULL = it is on */
	/* What else is special, before anything is computed, and after; NULL = nothing. */
	void (*prepare)(struct lab *lab);
	void (*arrange)(struct lab *lab);
};

struct lab {
	const struct scene *scene;
	struct conf *conf;
	struct policy_set *policy;
	struct rules *rules;
	struct store *store;
	struct alloc *alloc;
	struct rib *rib;
	struct desired *desired;
	struct k8s_state source;
	struct k8s_problem problem;
	struct k8s_cluster cluster;
	struct k8s_resource resources[4];
	struct vty_problem damage;
	struct vty_context ctx;
	struct ipaddr gateways[GATEWAYS_MAX];
	struct prefix *routes;
	size_t n_gateways, n_routes;
};

struct lab *lab_new(const struct scene *s);
void lab_free(struct lab *lab);
/* zebra speaks of what it was told since. */
void lab_zebra(struct lab *lab);
enum vty_rc lab_ask(struct lab *lab, const char *line, struct buf *reply);
/* The same in JSON can be read. */
void lab_check_json(struct lab *lab, const char *line);
/* As the golden file of that name. */
void lab_compare(const char *name, const char *got);
/* The commands of a scene, as its golden file. */
void lab_play(const struct scene *s);
/* The same as a test, whose state is the scene. */
void lab_play_state(void **state);
/* A file of tests/data/vty, the caller's; len may be NULL. */
char *lab_file(const char *name, size_t *len);

static inline struct fib_route kernel_route(
    const struct prefix *p, struct fib_nexthop *nh, size_t n)
{
	return (struct fib_route){.prefix = *p,
	    .table = 254,
	    .metric = 20,
	    .protocol = 197,
	    .unicast = true,
	    .plain = true,
	    .nh = nh,
	    .n = n};
}

static inline bool is_route(const char *which, const struct prefix *p)
{
	char b[PREFIX_STRLEN];

	return which && strcmp(which, prefix_str(p, b)) == 0;
}
#endif
