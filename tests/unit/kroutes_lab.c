/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kroutes_lab.c - see kroutes_lab.h. */
#include "tests/unit/kroutes_lab.h"

struct prefix pfx(unsigned i)
{
	return (struct prefix){
	    .family = AF_INET, .plen = 32, .addr = {192, 0, 2, (uint8_t)i}
        };
}

struct ipaddr gw(unsigned k)
{
	return (struct ipaddr){
	    .family = AF_INET, .addr = {10, 0, (uint8_t)k, 1}
        };
}

/* ---- the kernel's side ---- */

static struct mnews *news_add(struct lab *l)
{
	assert_true(l->n_news < NEWS);
	return memset(&l->news[l->n_news++], 0, sizeof(l->news[0]));
}

static struct mobject *mobject_find(struct lab *l, uint32_t id)
{
	for (size_t i = 0; id && i < l->n_objects; i++)
		if (l->objects[i].id == id)
			return &l->objects[i];
	return NULL;
}

struct mroute *mroute_find(struct lab *l, unsigned i, uint32_t metric, uint32_t table)
{
	for (size_t r = 0; r < ROUTES; r++)
		if (l->routes[r].there && l->routes[r].i == i &&
		    l->routes[r].key.metric == metric && l->routes[r].key.table == table)
			return &l->routes[r];
	return NULL;
}

static void mobject_remove(struct lab *l, uint32_t id, bool told)
{
	struct mobject *o = mobject_find(l, id);

	if (!o)
		return;
	if (told) {
		struct mnews *n = news_add(l);

		n->kind = NEWS_OBJECT;
		n->object = *o;
	}
	*o = l->objects[--l->n_objects];
	for (size_t r = 0; r < ROUTES; r++)
		if (l->routes[r].there && l->routes[r].object == id)
			l->routes[r].there = false; /* without a word */
	for (size_t i = 0; i < l->n_objects; i++) {
		size_t n = 0;

		o = &l->objects[i];
		for (size_t m = 0; m < o->n; m++)
			if (o->nh[m].object != id)
				o->nh[n++] = o->nh[m];
		o->n = n;
	}
	for (size_t i = l->n_objects; i-- > 0;)
		if (!l->objects[i].n)
			mobject_remove(l, l->objects[i].id, false);
}

static int put_object(enum kobject_op op, const struct fib_object *o, void *arg)
{
	struct lab *l = arg;
	struct mobject *has = mobject_find(l, o->id);

	l->object_calls++;
	assert_false(l->no_objects);
	if (l->forbidden)
		return -EPERM;
	if (op == KOBJECT_DELETE) {
		/* Nothing of ours may go with it. */
		for (size_t r = 0; r < ROUTES; r++)
			if (l->routes[r].there && l->routes[r].key.protocol == OURS)
				assert_int_not_equal(l->routes[r].object, o->id);
		mobject_remove(l, o->id, false);
		return has ? 0 : -ENOENT;
	}
	if (op == KOBJECT_ADD && has)
		return -EEXIST;
	for (size_t i = 0; i < o->n; i++) {
		if (o->nh[i].object && !mobject_find(l, o->nh[i].object))
			return -EINVAL;
		if (!o->nh[i].object && !l->up[o->nh[i].ifindex - 10])
			return -ENETDOWN;
	}
	if (!has)
		has = &l->objects[l->n_objects++];
	assert_true(l->n_objects < OBJECTS && o->n && o->n <= LINKS);
	*has = (struct mobject){.id = o->id, .protocol = o->protocol, .n = o->n};
	memcpy(has->nh, o->nh, o->n * sizeof(*o->nh));
	return 0;
}

static int put_route(struct lab *l, const struct kroute_msg *m, bool own)
{
	struct mroute *has = mroute_find(l, m->prefix.addr[3], m->key.metric, m->key.table);

	if (l->forbidden)
		return -EPERM;
	if (m->op == KROUTE_DELETE) {
		if (!has || has->key.protocol != m->key.protocol)
			return -ESRCH;
		has->there = false;
		return 0;
	}
	if (m->op == KROUTE_ADD && has)
		return -EEXIST;
	if (m->op == KROUTE_REPLACE && !has)
		return -ENOENT;
	if (m->object && !mobject_find(l, m->object))
		return -EINVAL;
	if (own && has)
		assert_int_equal(has->key.protocol, OURS); /* never over somebody else's */
	for (size_t i = 0; !m->object && i < m->n; i++)
		if (m->nh[i].ifindex >= 10 && !l->up[m->nh[i].ifindex - 10])
			return -ENETDOWN;
	for (size_t r = 0; !has; r++) {
		assert_true(r < ROUTES);
		has = l->routes[r].there ? NULL : &l->routes[r];
	}
	*has = (struct mroute){.there = true,
	    .i = m->prefix.addr[3],
	    .key = m->key,
	    .object = m->object,
	    .n = m->object ? 0 : m->n};
	if (has->n)
		memcpy(has->nh, m->nh, m->n * sizeof(*m->nh));
	return 0;
}

static void send_routes(struct kroute_msg *m, size_t n, void *arg)
{
	struct lab *l = arg;

	for (size_t i = 0; i < n; i++)
		m[i].error = put_route(l, &m[i], true);
	l->sent += (unsigned)n;
}

static bool ask_dump(uint32_t table, void *arg)
{
	struct lab *l = arg;

	assert_int_equal(table, l->key.table);
	l->dump_asked = true;
	return true;
}

static void told(const struct kroute_note *n, void *arg)
{
	((struct lab *)arg)->told[n->event]++;
}

static const struct kroutes_ops ops = {
    .object = put_object, .send = send_routes, .dump = ask_dump, .told = told};

/* ---- telling ---- */

static void tell_link(struct lab *l, unsigned k, bool up)
{
	struct fib_link link = {.ifindex = 10 + k, .up = up};

	kroutes_told_link(l->k, &link, true);
}

static void tell_object(struct lab *l, const struct mobject *o, bool added)
{
	struct fib_object out = {.id = o->id, .protocol = o->protocol, .nh = o->nh, .n = o->n};

	kroutes_told_object(l->k, &out, added);
}

static void tell_route(struct lab *l, const struct mroute *r, bool added, bool replaces)
{
	struct fib_route out = {.prefix = pfx(r->i),
	    .table = r->key.table,
	    .metric = r->key.metric,
	    .protocol = r->key.protocol,
	    .object = r->object,
	    .by = 99,
	    .unicast = true,
	    .plain = true,
	    .replaces = replaces,
	    .nh = r->nh,
	    .n = r->n};

	kroutes_told_route(l->k, &out, added);
}

static void hear(struct lab *l)
{
	for (size_t i = 0; i < l->n_news; i++) {
		const struct mnews *n = &l->news[i];

		if (n->kind == NEWS_LINK)
			tell_link(l, n->link, n->up);
		else if (n->kind == NEWS_OBJECT)
			tell_object(l, &n->object, n->added);
		else
			tell_route(l, &n->route, n->added, n->replaces);
	}
	l->n_news = 0;
}

static void tell_all(struct lab *l)
{
	struct fib_link lo = {.ifindex = 1, .up = true, .loopback = true};

	kroutes_told_link(l->k, &lo, true);
	for (unsigned k = 0; k < LINKS; k++) {
		struct fib_addr a = {.ifindex = 10 + k, .addr = gw(k)};

		a.addr.addr[3] = 254;
		a.subnet = prefix_of(&a.addr, 24);
		tell_link(l, k, l->up[k]);
		kroutes_told_addr(l->k, &a, true);
	}
	for (size_t i = 0; i < l->n_objects; i++)
		tell_object(l, &l->objects[i], true);
	for (size_t r = 0; r < ROUTES; r++)
		if (l->routes[r].there)
			tell_route(l, &l->routes[r], true, false);
	kroutes_dumped(l->k, true);
}

void settle(struct lab *l)
{
	int64_t wait;
	bool more = true;

	for (unsigned turn = 0; more || l->dump_asked; turn++) {
		assert_true(turn < 1000);
		hear(l);
		if (l->dump_asked) {
			l->dump_asked = false;
			tell_all(l);
		}
		more = kroutes_run(l->k, l->now, &wait);
	}
}

void later(struct lab *l, int64_t ms)
{
	int64_t wait, end = l->now + ms;

	settle(l);
	while (l->now < end) {
		kroutes_run(l->k, l->now, &wait);
		l->now += wait >= 0 && wait < end - l->now ? wait + 1 : end - l->now;
		settle(l);
	}
}

/* ---- the lab ---- */

static void announce(const struct rib_route *r, void *arg)
{
	kroutes_want(((struct lab *)arg)->k, r);
}

static void withdraw(const struct prefix *p, void *arg)
{
	kroutes_withdraw(((struct lab *)arg)->k, p);
}

static const struct out_ops lab_out = {
    .name = "lab", .announce = announce, .withdraw = withdraw};

void lab_start(struct lab *l)
{
	l->now = 1;
	l->key = (struct kroute_key){.table = 254, .metric = 20, .protocol = OURS};
	for (unsigned k = 0; k < LINKS; k++)
		l->up[k] = true;
	l->rib = rib_new();
	l->k = kroutes_new(l->rib, &ops, l);
	rib_attach(l->rib, &lab_out, l);
	kroutes_start(l->k, &l->key, !l->no_objects);
	settle(l);
}

void lab_stop(struct lab *l)
{
	kroutes_free(l->k);
	rib_free(l->rib);
}

void lab_restart(struct lab *l)
{
	lab_stop(l);
	l->n_news = 0;
	l->rib = rib_new();
	l->k = kroutes_new(l->rib, &ops, l);
	rib_attach(l->rib, &lab_out, l);
	kroutes_start(l->k, &l->key, !l->no_objects);
	l->dump_asked = false;
	settle(l);
	l->sent = l->object_calls = 0;
}

void want(struct lab *l, unsigned i, unsigned mask, unsigned w)
{
	struct rib_nexthop nh[LINKS];
	struct prefix p = pfx(i);
	size_t n = 0;

	for (unsigned k = 0; k < LINKS; k++)
		if (mask & 1u << k)
			nh[n++] = (struct rib_nexthop){.addr = gw(k), .weight = (uint16_t)w};
	rib_set(l->rib, RIB_BGP, &p, nh, n);
	rib_commit(l->rib);
}

enum kroute_state state_of(const struct lab *l, unsigned i)
{
	struct prefix p = pfx(i);
	const char *why;

	return kroutes_route(l->k, &p, &why);
}

static unsigned mask_of(const struct lab *l, const struct fib_nexthop *nh, size_t n)
{
	unsigned mask = 0;

	for (size_t i = 0; i < n; i++) {
		const struct mobject *o = mobject_find((struct lab *)l, nh[i].object);

		mask |= o ? mask_of(l, o->nh, o->n) : 1u << (nh[i].ifindex - 10);
	}
	return mask;
}

unsigned has(const struct lab *l, unsigned i)
{
	const struct mroute *r = mroute_find((struct lab *)l, i, l->key.metric, l->key.table);
	const struct fib_nexthop whole = {.object = r ? r->object : 0};

	if (!r || r->key.protocol != l->key.protocol)
		return 0;
	return r->object ? mask_of(l, &whole, 1) : mask_of(l, r->nh, r->n);
}

size_t mroutes(const struct lab *l, uint8_t protocol)
{
	size_t n = 0;

	for (size_t r = 0; r < ROUTES; r++)
		n += l->routes[r].there && l->routes[r].key.protocol == protocol;
	return n;
}

/* ---- what others do ---- */

void hand_link(struct lab *l, unsigned k, bool up)
{
	struct mnews *n;

	if (l->up[k] == up)
		return;
	l->up[k] = up;
	for (size_t i = l->n_objects; !up && i-- > 0;)
		if (i < l->n_objects && l->objects[i].nh[0].ifindex == 10 + k)
			mobject_remove(l, l->objects[i].id, false);
	for (size_t r = 0; !up && r < ROUTES; r++) {
		struct mroute *m = &l->routes[r];

		if (m->there && !m->object && m->n == 1 && m->nh[0].ifindex == 10 + k)
			m->there = false;
	}
	n = news_add(l);
	n->kind = NEWS_LINK;
	n->link = k;
	n->up = up;
}

void hand_del(struct lab *l, unsigned i, uint32_t metric)
{
	struct mroute *r = mroute_find(l, i, metric, l->key.table);
	struct mnews *n;

	if (!r)
		return;
	n = news_add(l);
	n->kind = NEWS_ROUTE;
	n->route = *r;
	r->there = false;
}

int hand_add(struct lab *l, unsigned i, const struct kroute_key *key, unsigned k, bool replace)
{
	struct fib_nexthop nh = {.gate = gw(k), .ifindex = 10 + k, .weight = 1};
	bool there = mroute_find(l, i, key->metric, key->table);
	struct kroute_msg m = {.op = replace && there ? KROUTE_REPLACE : KROUTE_ADD,
	    .prefix = pfx(i),
	    .key = *key,
	    .nh = &nh,
	    .n = 1};
	int rc = put_route(l, &m, false);
	struct mnews *n;

	if (rc)
		return rc;
	n = news_add(l);
	n->kind = NEWS_ROUTE;
	n->added = true;
	n->replaces = m.op == KROUTE_REPLACE;
	n->route = *mroute_find(l, i, key->metric, key->table);
	return 0;
}

void hand_object_del(struct lab *l, uint32_t id)
{
	mobject_remove(l, id, true);
}
