/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2_told_world.h - what Kubernetes is told of layer 2, with a store, an allocator, owners and
 * the clock of a test. What is sent stands in `sent`, a line each: "+ own default/web: eth1
 * eth2" (an object is asked for, by the name that a node makes), "~ l2-a default/web: eth1"
 * (one that is there is to say this), "- l2-a @7" (it is to go, while of that version),
 * "default/web nodeAssigned: ..." and with "! " a Warning; what layer 2 is told in `recorded`:
 * "192.0.2.1=n2 ".
 */
#ifndef TESTS_L2_TOLD_WORLD_H
#define TESTS_L2_TOLD_WORLD_H
#include "announcer/l2_told.h"
#include "tests/unit/objects.h"

#define NS "metallb-system"
#define ASSIGNED                                                                               \
	"default/web nodeAssigned: announcing from node \"n1\" with protocol \"layer2\"\n"

struct seen {
	struct ipaddr addr;
	enum l2_state state;
	const char *owner;
	uint32_t ifindex[3];
	size_t n;
};

struct world {
	struct store *st;
	struct alloc *a;
	struct policy *policy;
	struct l2_told *t;
	struct seen seen[4];
	size_t n_seen;
	int64_t now, again;
	char sent[2048], recorded[1024];
};

/* cmocka's: this node is n1, default/web has 192.0.2.1 of a pool for layer 2, the objects are
 * listed, and there are none. */
int l2_told_setup(void **state);
int l2_told_teardown(void **state);

/* Each returns `sent`. */
const char *run(struct world *w);
const char *later(struct world *w, int64_t ms);
void apply(struct world *w, struct k8s_event *ev);             /* of the store */
void put(struct world *w, const char *path, const char *spec); /* of objects.h */
/* What layer 2 says of an address from now on; ifs: "12" = eth1 and eth2, 3 is br0. */
void sees(
    struct world *w, const char *addr, enum l2_state state, const char *owner, const char *ifs);
/* An object of a node about default/web, as in the cluster; node NULL: it is gone. ifs:
 * "{\"name\":\"eth1\"}". */
void object(struct world *w, const char *name, const char *node, const char *ifs);
/* One that is created, and says nothing yet. */
void bare_object(
    struct world *w, const char *name, const char *node, const char *service, int created);
/* How the watch of the objects stands. Return: l2_told_state(). */
bool state(struct world *w, enum k8s_phase phase, bool listed);
#endif
