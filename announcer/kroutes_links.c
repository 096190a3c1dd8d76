/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kroutes_links.c - interfaces, the subnets that they are in, and which of them a gateway is
 * in. */
#include "announcer/kroutes_int.h"
#include "announcer/kroutes_view.h"
#include "announcer/util.h"

static struct klink *link_find(const struct kroutes *k, uint32_t ifindex)
{
	for (size_t i = 0; i < k->n_links; i++)
		if (k->links[i].ifindex == ifindex)
			return &k->links[i];
	return NULL;
}

bool link_usable(const struct kroutes *k, uint32_t ifindex)
{
	const struct klink *l = link_find(k, ifindex);

	return l && l->up;
}

uint32_t link_loopback(const struct kroutes *k)
{
	for (size_t i = 0; i < k->n_links; i++)
		if (k->links[i].loopback && k->links[i].up)
			return k->links[i].ifindex;
	return 0;
}

uint32_t kroutes_way(const struct kroutes *k, const struct ipaddr *a)
{
	const struct fib_addr *best = NULL;

	for (size_t i = 0; i < k->n_subnets; i++) {
		const struct fib_addr *s = &k->subnets[i].addr;

		if (prefix_contains(&s->subnet, a) && link_usable(k, s->ifindex) &&
		    (!best || s->subnet.plen > best->subnet.plen ||
			(s->subnet.plen == best->subnet.plen && s->ifindex < best->ifindex)))
			best = s;
	}
	return best ? best->ifindex : 0;
}

size_t kroutes_subnets(const struct kroutes *k, struct prefix *to, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n_subnets; i++) {
		const struct fib_addr *s = &k->subnets[i].addr;

		if (!link_usable(k, s->ifindex))
			continue;
		if (n < max)
			to[n] = s->subnet;
		n++;
	}
	return n;
}

static void changed(struct kroutes *k)
{
	k->resolve = true;
	if (!k->reading && k->ops.subnets)
		k->ops.subnets(k->arg);
}

void kroutes_told_link(struct kroutes *k, const struct fib_link *l, bool there)
{
	struct klink *has = link_find(k, l->ifindex);
	bool was_up = has && has->up;

	if (!has && !there)
		return;
	if (!has) {
		k->links = xrealloc(k->links, k->n_links + 1, sizeof(*k->links));
		has = &k->links[k->n_links++];
	}
	*has = (struct klink){l->ifindex, there && l->up, l->loopback, true};
	if (!there)
		*has = k->links[--k->n_links];
	if (was_up == (there && l->up))
		return;
	if (was_up) {
		objects_down(k, l->ifindex);
		foreigns_down(k, l->ifindex);
	}
	changed(k);
}

static bool addr_is(const struct fib_addr *a, const struct fib_addr *b)
{
	return a->ifindex == b->ifindex && !ipaddr_cmp(&a->addr, &b->addr) &&
	       !prefix_cmp(&a->subnet, &b->subnet);
}

void kroutes_told_addr(struct kroutes *k, const struct fib_addr *a, bool added)
{
	size_t i = 0;

	while (i < k->n_subnets && !addr_is(&k->subnets[i].addr, a))
		i++;
	if (i < k->n_subnets && added) {
		k->subnets[i].seen = true;
		return;
	}
	if (i == k->n_subnets && !added)
		return;
	if (added) {
		k->subnets = xrealloc(k->subnets, k->n_subnets + 1, sizeof(*k->subnets));
		k->subnets[k->n_subnets++] = (struct ksubnet){*a, true};
	} else {
		k->subnets[i] = k->subnets[--k->n_subnets];
	}
	changed(k);
}

void links_unsee(struct kroutes *k)
{
	for (size_t i = 0; i < k->n_links; i++)
		k->links[i].seen = false;
	for (size_t i = 0; i < k->n_subnets; i++)
		k->subnets[i].seen = false;
}

void links_sweep(struct kroutes *k)
{
	for (size_t i = k->n_links; i--;) {
		if (k->links[i].seen)
			continue;
		if (k->links[i].up)
			objects_down(k, k->links[i].ifindex);
		k->links[i] = k->links[--k->n_links];
	}
	for (size_t i = k->n_subnets; i--;)
		if (!k->subnets[i].seen)
			k->subnets[i] = k->subnets[--k->n_subnets];
	changed(k);
}
