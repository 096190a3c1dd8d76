/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.c - the interfaces, from what fib.h tells of the kernel. A reading of everything goes
 * into a set of its own, which takes the place of the one in use when it is whole; what happens
 * meanwhile is told in its place among it. Default routes are not followed but read anew when
 * one of them changes, and when an interface that may have one comes, goes, or loses an
 * address: the kernel then drops and revives routes without a word.
 */
#include "announcer/l2/links.h"
#include "announcer/fib.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>

enum { TABLE_MAIN = 254 };

struct set {
	struct l2_link *v; /* sorted by index */
	size_t n, room;
};

struct l2_links {
	const struct l2_links_ops *ops;
	void *arg;
	struct fib *fib;
	struct event *retry;
	struct set now, next; /* next: what is being read */
	bool reading, stale;  /* stale: to be read again */
	bool read, changed;   /* once; since on_change() */
};

static int cmp_ifindex(const void *key, const void *element)
{
	const uint32_t *ifindex = key;
	const struct l2_link *link = element;

	return (*ifindex > link->ifindex) - (*ifindex < link->ifindex);
}

static size_t place(const struct set *s, uint32_t ifindex)
{
	return sorted_place(&ifindex, s->v, s->n, sizeof(s->v[0]), cmp_ifindex);
}

static struct l2_link *find(const struct set *s, uint32_t ifindex)
{
	size_t at = place(s, ifindex);

	return at < s->n && s->v[at].ifindex == ifindex ? &s->v[at] : NULL;
}

static struct l2_link *insert(struct set *s, uint32_t ifindex)
{
	size_t at = place(s, ifindex);

	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 8;
		s->v = xrealloc(s->v, s->room, sizeof(*s->v));
	}
	memmove(&s->v[at + 1], &s->v[at], (s->n - at) * sizeof(*s->v));
	s->v[at] = (struct l2_link){.ifindex = ifindex};
	s->n++;
	return &s->v[at];
}

static void drop(struct set *s, struct l2_link *l)
{
	size_t at = (size_t)(l - s->v);

	free(l->addrs);
	s->n--;
	memmove(l, l + 1, (s->n - at) * sizeof(*l));
}

static void set_fini(struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].addrs);
	free(s->v);
	*s = (struct set){0};
}

/* Its addresses and default routes are told apart, and stay. */
static void describe(struct l2_link *to, const struct fib_link *l)
{
	_Static_assert(sizeof(to->name) == sizeof(l->name), "names of one length");
	_Static_assert(sizeof(to->kind) == sizeof(l->kind), "kinds of one length");
	memcpy(to->name, l->name, sizeof(to->name));
	memcpy(to->kind, l->kind, sizeof(to->kind));
	memcpy(to->port_kind, l->port_kind, sizeof(to->port_kind));
	memcpy(to->mac, l->mac, sizeof(to->mac));
	to->master = l->master;
	to->parent = l->elsewhere ? 0 : l->parent;
	to->ethernet = l->ethernet;
	to->up = l->up;
	to->loopback = l->loopback;
	to->noarp = l->noarp;
	to->broadcast = l->broadcast;
	to->elsewhere = l->elsewhere;
}

static int addr_cmp(const void *x, const void *y)
{
	const struct l2_addr *a = x, *b = y;
	int rc = ipaddr_cmp(&a->addr, &b->addr);

	return rc ? rc : (a->plen > b->plen) - (a->plen < b->plen);
}

static bool addr_equal(const struct l2_addr *a, const struct l2_addr *b)
{
	return !addr_cmp(a, b) && a->usable == b->usable;
}

static bool link_equal(const struct l2_link *a, const struct l2_link *b)
{
	if (strcmp(a->name, b->name) != 0 || strcmp(a->kind, b->kind) != 0 ||
	    strcmp(a->port_kind, b->port_kind) != 0 || memcmp(a->mac, b->mac, 6) != 0 ||
	    a->ifindex != b->ifindex || a->master != b->master || a->parent != b->parent)
		return false;
	if (a->ethernet != b->ethernet || a->up != b->up || a->loopback != b->loopback ||
	    a->noarp != b->noarp || a->broadcast != b->broadcast ||
	    a->elsewhere != b->elsewhere || a->default4 != b->default4 ||
	    a->default6 != b->default6 || a->n_addrs != b->n_addrs)
		return false;
	for (size_t i = 0; i < a->n_addrs; i++)
		if (!addr_equal(&a->addrs[i], &b->addrs[i]))
			return false;
	return true;
}

static bool set_equal(const struct set *a, const struct set *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!link_equal(&a->v[i], &b->v[i]))
			return false;
	return true;
}

/* Whether there may be a default route over it. */
static bool may_lead_out(const struct l2_link *l)
{
	for (size_t i = 0; i < l->n_addrs; i++)
		if (!ipaddr_is_linklocal(&l->addrs[i].addr))
			return true;
	return l->default4 || l->default6;
}

/* What a reading changes is seen when it is whole. */
static void note(struct l2_links *l, bool changed)
{
	l->changed = l->changed || (changed && !l->reading);
}

static struct set *told_to(struct l2_links *l)
{
	return l->reading ? &l->next : &l->now;
}

static void on_link(const struct fib_link *told, bool there, void *arg)
{
	struct l2_links *l = arg;
	struct set *s = told_to(l);
	struct l2_link *link = find(s, told->ifindex), was = {0};

	if (link)
		was = *link;
	if (link && (!there || told->up != was.up))
		l->stale = l->stale || may_lead_out(link);
	if (!there) {
		note(l, link);
		if (link)
			drop(s, link);
		return;
	}
	link = link ? link : insert(s, told->ifindex);
	describe(link, told);
	note(l, !link_equal(link, &was));
}

/* The first that is not before `a`. In order, so that sets compare however they came about; one
 * interface may have thousands, as kube-ipvs0, and the same with several lengths. */
static size_t addr_place(const struct l2_link *link, const struct l2_addr *a)
{
	return sorted_place(a, link->addrs, link->n_addrs, sizeof(*a), addr_cmp);
}

static void addr_insert(struct l2_link *link, size_t at, const struct l2_addr *a)
{
	link->addrs = xrealloc(link->addrs, link->n_addrs + 1, sizeof(*a));
	memmove(&link->addrs[at + 1], &link->addrs[at], (link->n_addrs - at) * sizeof(*a));
	link->addrs[at] = *a;
	link->n_addrs++;
}

static void addr_drop(struct l2_link *link, size_t at)
{
	link->n_addrs--;
	memmove(&link->addrs[at], &link->addrs[at + 1],
	    (link->n_addrs - at) * sizeof(*link->addrs));
}

static void on_addr(const struct fib_addr *told, bool added, void *arg)
{
	struct l2_links *l = arg;
	struct l2_link *link = find(told_to(l), told->ifindex);
	/* Where the subnet is the other end's, this one is in none. */
	bool inside = prefix_contains(&told->subnet, &told->addr);
	uint8_t all = (uint8_t)(8 * ipaddr_len(told->addr.family));
	struct l2_addr a = {.addr = told->addr,
	    .plen = inside ? told->subnet.plen : all,
	    .usable = told->usable};
	bool there;
	size_t at;

	if (!link)
		return;
	at = addr_place(link, &a);
	there = at < link->n_addrs && !addr_cmp(&link->addrs[at], &a);
	if (added == there && (!there || addr_equal(&link->addrs[at], &a)))
		return;
	l->stale = l->stale || (!added && may_lead_out(link));
	if (there && added)
		link->addrs[at] = a;
	else if (added)
		addr_insert(link, at, &a);
	else
		addr_drop(link, at);
	note(l, true);
}

static void on_route(const struct fib_route *r, bool added, void *arg)
{
	struct l2_links *l = arg;

	if (r->prefix.plen || r->table != TABLE_MAIN)
		return;
	/* What is told while reading may be a row or a change; one that only adds is both. */
	l->stale = l->stale || !l->reading || !added || r->replaces;
	if (!l->reading || !added || !r->unicast)
		return;
	for (size_t i = 0; i < r->n; i++) {
		struct l2_link *link = find(&l->next, r->nh[i].ifindex);

		if (link && r->prefix.family == AF_INET)
			link->default4 = true;
		else if (link)
			link->default6 = true;
	}
}

static void on_object(const struct fib_object *o, bool added, void *arg)
{
	(void)o;
	(void)added;
	(void)arg;
}

static void retry_later(struct l2_links *l)
{
	event_add(l->retry, &(struct timeval){.tv_sec = 1});
}

static int start_reading(struct l2_links *l)
{
	int rc = fib_dump(l->fib, 0, 0);

	l->stale = rc != 0;
	l->reading = !rc;
	return rc;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct l2_links *l = arg;

	(void)fd;
	(void)what;
	if (start_reading(l))
		retry_later(l);
}

static void on_overrun(void *arg)
{
	struct l2_links *l = arg;

	l->stale = true;
}

static void on_dumped(bool ok, void *arg)
{
	struct l2_links *l = arg;

	l->reading = false;
	if (!ok) {
		set_fini(&l->next);
		retry_later(l);
		return;
	}
	l->changed = l->changed || !l->read || !set_equal(&l->now, &l->next);
	l->read = true;
	set_fini(&l->now);
	l->now = l->next;
	l->next = (struct set){0};
}

static void on_batch(void *arg)
{
	struct l2_links *l = arg;

	if (l->stale && !l->reading && !event_pending(l->retry, EV_TIMEOUT, NULL) &&
	    start_reading(l))
		retry_later(l);
	if (!l->changed || !l->read)
		return;
	l->changed = false;
	l->ops->on_change(l->arg);
}

struct l2_links *l2_links_new(
    struct event_base *base, const struct l2_links_ops *ops, void *arg)
{
	static const struct fib_ops fib_ops = {.on_route = on_route,
	    .on_object = on_object,
	    .on_link = on_link,
	    .on_addr = on_addr,
	    .on_overrun = on_overrun,
	    .on_dumped = on_dumped,
	    .on_batch = on_batch};
	struct l2_links *l = xcalloc(1, sizeof(*l));
	int rc;

	l->ops = ops;
	l->arg = arg;
	l->fib = fib_open(base, &fib_ops, l);
	if (!l->fib) {
		rc = errno;
		free(l);
		errno = rc;
		return NULL;
	}
	fib_defaults_only(l->fib);
	l->retry = evtimer_new(base, on_retry, l);
	if (start_reading(l))
		retry_later(l);
	return l;
}

void l2_links_free(struct l2_links *l)
{
	if (!l)
		return;
	fib_close(l->fib);
	event_free(l->retry);
	set_fini(&l->now);
	set_fini(&l->next);
	free(l);
}

bool l2_links_read(const struct l2_links *l)
{
	return l->read;
}

const struct l2_link *l2_links_all(const struct l2_links *l, size_t *n)
{
	*n = l->now.n;
	return l->now.v;
}

const struct l2_link *l2_links_find(const struct l2_links *l, uint32_t ifindex)
{
	return find(&l->now, ifindex);
}

const struct l2_link *l2_links_owner(const struct l2_links *l, const struct ipaddr *a)
{
	const struct l2_addr want = {.addr = *a};

	for (size_t i = 0; i < l->now.n; i++) {
		const struct l2_link *link = &l->now.v[i];
		size_t at = addr_place(link, &want);

		if (at < link->n_addrs && !ipaddr_cmp(&link->addrs[at].addr, a))
			return link;
	}
	return NULL;
}
