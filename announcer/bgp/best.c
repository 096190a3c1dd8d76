/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From paths to routes: what is on the list of changes is decided and told to the RIB. The best
 * path becomes the first of its prefix, so that who asks for it later need not decide again.
 * Next hops: of the best and of those as good, each once, weight 1, as the RIB wants them.
 */
#include "announcer/bgp/adjin_int.h"
#include "announcer/util.h"
#include <sys/socket.h>

/* All paths of a prefix as candidates. Return: how many. */
static size_t gather(const struct bgp_in *in, struct path *net)
{
	struct scratch *s = in->scratch;
	size_t n = 0;

	for (struct path *path = net; path && path->attrs; path = path->next, n++) {
		const struct bgp_in_peer *p = in->peers[path->peer];
		const struct ipaddr nh = in_nexthop(p, path->attrs);
		struct bgp_candidate c = {.attrs = path->attrs,
		    .source = &p->source,
		    .tie = p->number,
		    .reachable = true,
		    .owner = path};

		if (n == s->cap) {
			s->cap = s->cap ? s->cap * 2 : 8;
			s->v = xrealloc(s->v, s->cap, sizeof(*s->v));
			s->nh = xrealloc(s->nh, s->cap, sizeof(*s->nh));
		}
		if (in->reach && nh.family && !in_linklocal(&nh))
			c.reachable = in->reach(&nh, &c.metric, in->reach_arg);
		s->v[n] = c;
	}
	if (n)
		bgp_decide(s->v, n, &in->rules);
	return n;
}

/* Put a next hop where it belongs among *n sorted ones, unless it is there or there are max.
 * Return: whether it is there. */
static bool nexthop_add(struct rib_nexthop *v, size_t *n, size_t max, const struct ipaddr *a,
    const struct bgp_in_peer *p)
{
	const uint32_t ifindex = in_linklocal(a) ? p->source.ifindex : 0;
	size_t at = *n;
	int c = 1;

	while (at) {
		c = ipaddr_cmp(&v[at - 1].addr, a);
		if (!c)
			c = (v[at - 1].ifindex > ifindex) - (v[at - 1].ifindex < ifindex);
		if (c <= 0)
			break;
		at--;
	}
	if (at && !c)
		return true;
	if (*n >= max)
		return false;
	memmove(&v[at + 1], &v[at], (*n - at) * sizeof(*v));
	v[at] = (struct rib_nexthop){
	    .addr = *a, .loopback = !a->family, .weight = 1, .ifindex = ifindex};
	++*n;
	return true;
}

/* Next hops of the decision; paths for which there is no room are none of several. Return: how
 * many. */
static size_t nexthops(const struct bgp_in *in, size_t n_paths)
{
	const struct scratch *s = in->scratch;
	size_t n = 0;

	for (size_t i = 0; i < n_paths; i++) {
		const struct path *path = s->v[i].owner;
		const struct bgp_in_peer *p = in->peers[path->peer];
		const struct ipaddr nh = in_nexthop(p, path->attrs);

		if (s->v[i].multipath)
			s->v[i].multipath = nexthop_add(s->nh, &n, in->rules.max_paths, &nh, p);
	}
	return n;
}

/* Make the best the first. Return: whether it or its attributes are others than before. */
static bool first_set(struct path *net, struct path *best)
{
	const struct path old = {.attrs = net->attrs,
	    .since_s = net->since_s,
	    .peer = net->peer,
	    .flags = net->flags};
	bool same = best && (best->flags & (PATH_BEST | PATH_CHANGED)) == PATH_BEST;

	for (struct path *path = net; path; path = path->next)
		path->flags &= (uint8_t) ~(PATH_BEST | PATH_CHANGED);
	if (best && best != net) {
		net->attrs = best->attrs;
		net->since_s = best->since_s;
		net->peer = best->peer;
		net->flags = best->flags | (old.flags & PATH_LISTED);
		best->attrs = old.attrs;
		best->since_s = old.since_s;
		best->peer = old.peer;
		best->flags = old.flags & PATH_GENERATION;
	}
	if (best)
		net->flags |= PATH_BEST;
	return !same;
}

static void decide(struct bgp_in *in, struct path *net)
{
	const struct prefix p = ptable_prefix(&in->nets, net);
	size_t n = gather(in, net), n_nh = nexthops(in, n);
	bool other;

	net->flags &= (uint8_t)~PATH_LISTED;
	rib_set(in->rib, RIB_BGP, &p, in->scratch->nh, n_nh);
	if (!n) {
		ptable_remove(&in->nets, net);
		return;
	}
	other = first_set(net, n_nh ? in->scratch->v[0].owner : NULL);
	if (n_nh && other)
		rib_touch(in->rib, RIB_BGP, &p);
}

bool bgp_in_run(struct bgp_in *in, size_t budget)
{
	in_flush(in);
	for (size_t i = 0; in->first < in->n_changes && (!budget || i < budget); i++)
		decide(in, in->changes[in->first++]);
	if (in->first < in->n_changes)
		return true;
	in->first = in->n_changes = 0;
	if (in->cap_changes > 1024) { /* a burst is over */
		free(in->changes);
		in->changes = NULL;
		in->cap_changes = 0;
	}
	return false;
}

bool bgp_in_best(const struct bgp_in *in, const struct prefix *prefix,
    const struct bgp_attrs **attrs, bool *ibgp, struct ipaddr *peer)
{
	const struct path *net = ptable_find(&in->nets, prefix);
	const struct bgp_in_peer *p;

	if (!net || !net->attrs || !(net->flags & PATH_BEST))
		return false;
	p = in->peers[net->peer];
	*attrs = net->attrs;
	*ibgp = p->source.ibgp;
	*peer = p->source.address;
	return true;
}

struct each {
	const struct bgp_in_peer *peer;
	bgp_in_fn *fn;
	void *arg;
};

static void net_each(
    const struct bgp_in *in, struct path *net, const struct prefix *p, const struct each *e)
{
	size_t n = gather(in, net), good = 0;
	struct bgp_candidate *v;

	nexthops(in, n);
	/* The callback may ask for other prefixes, which uses the same scratch. */
	v = xrealloc(NULL, n, sizeof(*v));
	if (n)
		memcpy(v, in->scratch->v, n * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		good += v[i].multipath;
	for (size_t i = 0; i < n; i++) {
		const struct path *path = v[i].owner;
		const struct bgp_in_peer *peer = in->peers[path->peer];
		const struct bgp_in_path to = {.prefix = *p,
		    .peer = peer,
		    .source = &peer->source,
		    .peer_name = peer->name,
		    .attrs = path->attrs,
		    .nexthop = in_nexthop(peer, path->attrs),
		    .best = v[i].best,
		    .multipath = v[i].multipath && good > 1,
		    .stale = path_is_stale(peer, path),
		    .reachable = v[i].reachable,
		    .reason = bgp_step_text(v[i].step),
		    .since_s = path->since_s,
		    .metric = v[i].metric};

		if (!e->peer || e->peer == peer)
			e->fn(&to, e->arg);
	}
	free(v);
}

enum ptable_walked bgp_in_next(struct bgp_in *in, struct ptable_walk *w, struct prefix *prefix)
{
	enum ptable_walked got;
	void *net;

	in_flush(in);
	got = ptable_walk_next(&in->nets, w, &net);
	if (got == PTABLE_RECORD)
		*prefix = ptable_prefix(&in->nets, net);
	return got;
}

void bgp_in_at(struct bgp_in *in, const struct prefix *prefix, const struct bgp_in_peer *peer,
    bgp_in_fn *fn, void *arg)
{
	const struct each e = {peer, fn, arg};
	struct path *net;

	in_flush(in);
	net = ptable_find(&in->nets, prefix);
	if (net)
		net_each(in, net, prefix, &e);
}
