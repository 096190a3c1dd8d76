/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counts in the status of IPAddressPools: of those whose name is that of a pool in force.
 * They are looked at a while after something changed, all at once, so that a burst of Services
 * is one write a pool. What was asked for counts as written, else what the object says.
 */
#include "announcer/control_int.h"
#include "announcer/util.h"
#include "k8s/pool_counts.h"
#include <sys/socket.h>

enum {
	GATHER_MS = 1000,
	REFUSED_MS = 30000, /* until counts that were refused are asked for again */
};

/* MetalLB counts from so many on as if there was no end of them. */
#define ENDLESS ((uint64_t)1 << 62)

struct control_pool {
	char *ns, *name, *uid;
	struct k8s_pool_counts counts; /* that were asked for */
	uint64_t serial;
	bool seen; /* in the look that is under way */
};

static uint32_t pool_hash(const void *p)
{
	const struct control_pool *pool = p;
	uint32_t h = table_hash(pool->ns, strlen(pool->ns), table_seed());

	return table_hash(pool->name, strlen(pool->name), h);
}

static bool pool_same(const void *a, const void *b)
{
	const struct control_pool *x = a, *y = b;

	return strcmp(x->name, y->name) == 0 && strcmp(x->ns, y->ns) == 0;
}

static const struct table_ops pool_ops = {pool_hash, pool_same};

static void pool_free(struct control_pool *p)
{
	free(p->ns);
	free(p->name);
	free(p->uid);
	free(p);
}

void control_pools_forget(struct control *c)
{
	struct control_pool *p;

	for (size_t at = 0; (p = table_next(&c->pools, &at));)
		pool_free(p);
	table_fini(&c->pools);
	c->pools = (struct table){.ops = &pool_ops};
	c->pools_ms = INT64_MAX;
}

static struct control_pool *find(const struct control *c, const char *ns, const char *name)
{
	const struct control_pool probe = {.ns = (char *)ns, .name = (char *)name};

	return table_find(&c->pools, &probe);
}

static struct control_pool *add(struct control *c, const struct k8s_object *o)
{
	struct control_pool *p = xcalloc(1, sizeof(*p));

	p->ns = xstrdup(o->ns);
	p->name = xstrdup(o->name);
	table_add(&c->pools, p);
	return p;
}

/* Whose object or pool is not there any more. */
static void sweep(struct control *c)
{
	struct table kept = {.ops = &pool_ops};
	struct control_pool *p;

	for (size_t at = 0; (p = table_next(&c->pools, &at));) {
		if (p->seen)
			table_add(&kept, p);
		else
			pool_free(p);
	}
	table_fini(&c->pools);
	c->pools = kept;
}

static void count(const struct control *c, const struct pool *pool, uint8_t family,
    int64_t *assigned, int64_t *available)
{
	uint64_t usable = pool_usable(pool, family);
	uint64_t used = alloc_pool_used(c->alloc, pool, family);

	if (usable >= ENDLESS)
		usable = INT64_MAX;
	*assigned = (int64_t)used;
	*available = used < usable ? (int64_t)(usable - used) : 0;
}

static bool same(const struct k8s_pool_counts *a, const struct k8s_pool_counts *b)
{
	return a->assigned4 == b->assigned4 && a->assigned6 == b->assigned6 &&
	       a->available4 == b->available4 && a->available6 == b->available6;
}

/* Consumes uid. */
static void ask_for(
    struct control *c, struct control_pool *p, char *uid, const struct k8s_pool_counts *counts)
{
	struct k8s_command *cmd = k8s_command_new(K8S_STATUS);
	struct k8s_status_wish *w = xcalloc(1, sizeof(*w));

	if (!cmd)
		abort();
	free(p->uid);
	p->uid = uid;
	p->counts = *counts;
	w->ns = xstrdup(p->ns);
	w->name = xstrdup(p->name);
	w->uid = xstrdup(uid);
	w->counts = xcalloc(1, sizeof(*w->counts));
	*w->counts = *counts;
	w->serial = p->serial = ++c->serial;
	cmd->status = w;
	c->send(cmd, c->arg);
}

static void look_at(struct control *c, const struct k8s_object *o)
{
	const struct pool *pool = policy_pool(c->policy, o->name);
	struct control_pool *p = find(c, o->ns, o->name);
	struct k8s_pool_counts now, known;
	char *uid = pool ? k8s_pool_counts_read(o, &known) : NULL;

	if (!uid)
		return;
	if (!p)
		p = add(c, o);
	p->seen = true;
	if (p->uid && strcmp(p->uid, uid) == 0)
		known = p->counts;
	count(c, pool, AF_INET, &now.assigned4, &now.available4);
	count(c, pool, AF_INET6, &now.assigned6, &now.available6);
	if (same(&now, &known))
		free(uid);
	else
		ask_for(c, p, uid, &now);
}

static void look(struct control *c)
{
	size_t n;
	const struct k8s_object **objects = store_objects(c->st, K8S_CUSTOM, &n);
	struct control_pool *p;

	for (size_t at = 0; (p = table_next(&c->pools, &at));)
		p->seen = false;
	for (size_t i = 0; c->policy && i < n; i++)
		if (strcmp(objects[i]->raw.resource, "ipaddresspools") == 0)
			look_at(c, objects[i]);
	free(objects);
	sweep(c);
}

int64_t control_pools_run(struct control *c, int64_t now_ms)
{
	c->pools_changed &= store_count_kind(c->st, K8S_CUSTOM) != 0;
	if (c->pools_changed && c->pools_ms > now_ms + GATHER_MS)
		c->pools_ms = now_ms + GATHER_MS;
	c->pools_changed = false;
	if (c->pools_ms <= now_ms) {
		c->pools_ms = INT64_MAX;
		look(c);
	}
	return c->pools_ms;
}

void control_pools_wrote(struct control *c, const struct k8s_wrote *w, int64_t now_ms)
{
	struct control_pool *p = find(c, w->ns, w->name);

	if (!p || w->serial != p->serial || w->again || w->version)
		return;
	free(p->uid); /* the object says what it says */
	p->uid = NULL;
	if (c->pools_ms > now_ms + REFUSED_MS)
		c->pools_ms = now_ms + REFUSED_MS;
}
