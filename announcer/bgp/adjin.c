/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adj-RIB-In of all peers in one table: a prefix with its paths, the best first. import.c
 * fills it from UPDATEs, best.c decides what is on the list of changes.
 *
 * Stale paths (RFC 4724) are those of another generation than their peer's: when it goes away
 * its generation flips, a path that is announced again takes the new one, End-of-RIB sweeps
 * what did not. So holding 100,000 routes costs nothing until then. What goes of whole peers is
 * swept by the next run, for all of them at once.
 */
#include "announcer/bgp/adjin_int.h"
#include "announcer/util.h"
#include <assert.h>
#include <sys/socket.h>

struct bgp_in *bgp_in_new(struct rib *rib, struct bgp_attr_table *attrs)
{
	struct bgp_in *in = xcalloc(1, sizeof(*in));

	in->rib = rib;
	in->attrs = attrs;
	in->rules.max_paths = 1;
	in->scratch = xcalloc(1, sizeof(*in->scratch));
	ptable_init(&in->nets, offsetof(struct path, key));
	return in;
}

void bgp_in_free(struct bgp_in *in)
{
	if (!in)
		return;
	in_flush(in);
	for (size_t i = 0; i < in->n_peers; i++)
		assert(!in->peers[i]);
	ptable_fini(&in->nets);
	free(in->peers);
	free(in->changes);
	free(in->scratch->v);
	free(in->scratch->nh);
	free(in->scratch);
	free(in);
}

void bgp_in_set_clock(struct bgp_in *in, bgp_in_clock_fn *fn)
{
	in->clock = fn;
}

void in_list(struct bgp_in *in, struct path *net)
{
	if (net->flags & PATH_LISTED)
		return;
	if (in->n_changes == in->cap_changes) {
		in->cap_changes = in->cap_changes ? in->cap_changes * 2 : 16;
		in->changes = xrealloc(in->changes, in->cap_changes, sizeof(struct path *));
	}
	in->changes[in->n_changes++] = net;
	net->flags |= PATH_LISTED;
}

static void list_all(struct bgp_in *in)
{
	struct path *net;

	for (size_t at = 0; (net = ptable_next(&in->nets, &at));)
		in_list(in, net);
}

void bgp_in_set_rules(struct bgp_in *in, const struct bgp_in_rules *rules)
{
	if (in->rules.max_paths == rules->max_paths &&
	    in->rules.multipath_relax == rules->multipath_relax &&
	    in->rules.always_compare_med == rules->always_compare_med)
		return;
	in->rules = *rules;
	list_all(in);
}

void bgp_in_set_reach(struct bgp_in *in, bgp_in_reach_fn *fn, void *arg)
{
	in->reach = fn;
	in->reach_arg = arg;
	list_all(in);
}

void bgp_in_nexthop_changed(struct bgp_in *in, const struct ipaddr *nexthop)
{
	struct path *net, *path;

	for (size_t at = 0; (net = ptable_next(&in->nets, &at));)
		for (path = net; path && path->attrs; path = path->next) {
			const struct ipaddr nh = in_nexthop(in->peers[path->peer], path->attrs);

			if (ipaddr_cmp(&nh, nexthop) == 0)
				in_list(in, net);
		}
}

/* The peer's path in a prefix, NULL: none; *before: the one before it, NULL: it is first. */
static struct path *path_find(
    const struct bgp_in_peer *p, struct path *net, struct path **before)
{
	struct path *path = net;

	*before = NULL;
	if (!net || !net->attrs)
		return NULL;
	while (path && path->peer != p->number) {
		*before = path;
		path = path->next;
	}
	return path;
}

/* The next path takes the place of the first. */
static void first_drop(struct path *net)
{
	struct path *next = net->next;

	net->attrs = next ? next->attrs : NULL;
	net->flags &= PATH_LISTED;
	if (!next)
		return;
	net->peer = next->peer;
	net->since_s = next->since_s;
	net->flags |= next->flags;
	net->next = next->next;
	free(next);
}

static void path_drop(struct bgp_in_peer *p, unsigned family, struct path *net,
    struct path *path, struct path *before)
{
	p->counts.accepted[family]--;
	p->stale[family] -= path_is_stale(p, path);
	bgp_attrs_drop(p->in->attrs, path->attrs);
	if (before) {
		before->next = path->next;
		free(path);
	} else {
		first_drop(net);
	}
	in_list(p->in, net);
}

void in_path_drop(struct bgp_in_peer *p, const struct prefix *prefix)
{
	struct path *net = ptable_find(&p->in->nets, prefix), *before;
	struct path *path = path_find(p, net, &before);

	if (path)
		path_drop(p, family_index(prefix->family), net, path, before);
}

/* A path of the peer that has nothing yet. */
static struct path *path_make(struct bgp_in_peer *p, struct path *net)
{
	struct path *path = net;

	if (net->attrs) {
		path = xcalloc(1, sizeof(*path));
		path->next = net->next;
		net->next = path;
	}
	path->peer = p->number;
	path->flags |= p->generation;
	return path;
}

void in_path_set(
    struct bgp_in_peer *p, const struct prefix *prefix, const struct bgp_attrs *shared)
{
	unsigned family = family_index(prefix->family);
	struct path *net = ptable_find(&p->in->nets, prefix), *path, *before;
	const struct bgp_attrs *old;

	if (!net)
		net = ptable_add(&p->in->nets, prefix);
	path = path_find(p, net, &before);
	if (!path) {
		path = path_make(p, net);
		p->counts.accepted[family]++;
	} else if (path_is_stale(p, path)) {
		path->flags ^= PATH_GENERATION;
		p->stale[family]--;
	}
	path->since_s = p->in->clock ? p->in->clock() : 0;
	old = path->attrs;
	if (old == shared)
		return;
	path->attrs = bgp_attrs_again(shared);
	path->flags |= PATH_CHANGED;
	bgp_attrs_drop(p->in->attrs, old);
	in_list(p->in, net);
}

void in_sweep(struct bgp_in_peer *p, in_goes_fn *goes, bool again)
{
	size_t left = p->counts.accepted[0] + p->counts.accepted[1];
	struct path *net, *path, *before;

	for (size_t at = 0; left && (net = ptable_next(&p->in->nets, &at));) {
		struct prefix prefix;

		path = path_find(p, net, &before);
		if (!path)
			continue;
		left--;
		prefix = ptable_prefix(&p->in->nets, net);
		if (goes(p, &prefix, path))
			path_drop(p, family_index(prefix.family), net, path, before);
		else if (again)
			in_list(p->in, net);
	}
}

static void peer_free(struct bgp_in_peer *p)
{
	p->in->peers[p->number] = NULL;
	free(p->import.prefixes.v);
	free(p);
}

static bool is_going(const struct bgp_in_peer *p, unsigned family, const struct path *path)
{
	return p->goes & GOES_ALL ||
	       (p->goes & (family ? GOES_STALE_6 : GOES_STALE_4) && path_is_stale(p, path));
}

/* All paths of a prefix that go. */
static void net_flush(struct bgp_in *in, struct path *net)
{
	unsigned family = family_index(ptable_prefix(&in->nets, net).family);
	struct path *before = NULL, *path = net;

	while (path && path->attrs) {
		struct bgp_in_peer *p = in->peers[path->peer];

		if (is_going(p, family, path)) {
			path_drop(p, family, net, path, before);
			path = before ? before->next : net;
		} else {
			before = path;
			path = path->next;
		}
	}
}

void in_flush(struct bgp_in *in)
{
	struct path *net;

	if (!in->n_going)
		return;
	for (size_t at = 0; (net = ptable_next(&in->nets, &at));)
		net_flush(in, net);
	for (size_t i = 0; i < in->n_peers; i++) {
		struct bgp_in_peer *p = in->peers[i];

		if (!p || !p->goes)
			continue;
		p->goes = 0;
		if (p->freed)
			peer_free(p);
	}
	in->n_going = 0;
}

void in_goes(struct bgp_in_peer *p, uint8_t what)
{
	if (!p->goes)
		p->in->n_going++;
	p->goes |= what;
}

struct bgp_in_peer *bgp_in_peer_new(
    struct bgp_in *in, const char *name, const struct bgp_import *import)
{
	struct bgp_in_peer *p = xcalloc(1, sizeof(*p));
	size_t i = 0;

	while (i < in->n_peers && in->peers[i])
		i++;
	if (i == in->n_peers)
		in->peers = xrealloc(in->peers, ++in->n_peers, sizeof(struct bgp_in_peer *));
	assert(i <= UINT16_MAX); /* each has a socket */
	in->peers[i] = p;
	p->number = (uint16_t)i;
	p->in = in;
	p->name = name;
	p->import = *import;
	bgp_prefix_list_copy(&p->import.prefixes, &import->prefixes);
	return p;
}

void bgp_in_peer_free(struct bgp_in_peer *p)
{
	if (!p)
		return;
	bgp_in_peer_down(p, false);
	p->name = "";
	p->freed = true;
	if (!p->goes)
		peer_free(p);
}

static bool none_goes(
    const struct bgp_in_peer *p, const struct prefix *prefix, const struct path *path)
{
	(void)p;
	(void)prefix;
	(void)path;
	return false;
}

void in_drop_stale(struct bgp_in_peer *p, unsigned family)
{
	if (p->stale[family])
		in_goes(p, family ? GOES_STALE_6 : GOES_STALE_4);
}

void bgp_in_peer_drop_stale(struct bgp_in_peer *p)
{
	for (unsigned i = 0; i < 2; i++)
		in_drop_stale(p, i);
}

static bool source_equal(const struct bgp_in_source *a, const struct bgp_in_source *b)
{
	return ipaddr_cmp(&a->address, &b->address) == 0 &&
	       ipaddr_cmp(&a->local, &b->local) == 0 &&
	       ipaddr_cmp(&a->self[0], &b->self[0]) == 0 &&
	       ipaddr_cmp(&a->self[1], &b->self[1]) == 0 && a->asn == b->asn &&
	       a->id == b->id && a->my_asn == b->my_asn && a->my_id == b->my_id &&
	       a->ifindex == b->ifindex && ipaddr_cmp(&a->self_ll, &b->self_ll) == 0 &&
	       a->ibgp == b->ibgp;
}

void bgp_in_peer_up(struct bgp_in_peer *p, const struct bgp_in_source *src, unsigned held)
{
	bool same = source_equal(&p->source, src);

	if (p->goes & GOES_ALL)
		in_flush(p->in); /* before it announces anew */
	p->source = *src;
	p->counts.end_of_rib = 0;
	p->counts.over_limit = false;
	for (unsigned i = 0; i < 2; i++)
		if (!(held & 1u << i))
			in_drop_stale(p, i);
	if (!same)
		in_sweep(p, none_goes, true);
}

void bgp_in_peer_down(struct bgp_in_peer *p, bool hold)
{
	p->counts.end_of_rib = 0;
	if (!hold) {
		if (p->counts.accepted[0] || p->counts.accepted[1])
			in_goes(p, GOES_ALL);
		return;
	}
	/* RFC 4724 4.2: what was stale before this restart goes. */
	bgp_in_peer_drop_stale(p);
	if (p->goes)
		in_flush(p->in); /* while it can be told from what becomes stale now */
	p->generation ^= PATH_GENERATION;
	p->stale[0] = p->counts.accepted[0];
	p->stale[1] = p->counts.accepted[1];
}

static bool refused_goes(
    const struct bgp_in_peer *p, const struct prefix *prefix, const struct path *path)
{
	return !bgp_prefix_list_passes(&p->import.prefixes, prefix) ||
	       in_judge(p, prefix->family, path->attrs) != IN_TAKEN;
}

bool bgp_in_peer_set_import(struct bgp_in_peer *p, const struct bgp_import *import)
{
	struct bgp_import old = p->import;
	bool same_list = bgp_prefix_list_equal(&old.prefixes, &import->prefixes);
	bool same_hops = old.nexthop == import->nexthop;

	p->import = *import;
	bgp_prefix_list_copy(&p->import.prefixes, &import->prefixes);
	free(old.prefixes.v);
	if (same_list && same_hops && old.allow_own_as == import->allow_own_as &&
	    old.local_pref == import->local_pref)
		return false;
	in_sweep(p, refused_goes, !same_hops);
	return !same_list || !same_hops || import->allow_own_as > old.allow_own_as ||
	       import->local_pref != old.local_pref;
}

void bgp_in_peer_counts(const struct bgp_in_peer *p, struct bgp_in_counts *to)
{
	bool all = p->goes & GOES_ALL;

	*to = p->counts;
	to->stale = 0;
	for (unsigned i = 0; i < 2; i++) {
		bool stale = p->goes & (i ? GOES_STALE_6 : GOES_STALE_4);

		to->accepted[i] -= all ? p->counts.accepted[i] : stale ? p->stale[i] : 0;
		to->stale += all || stale ? 0 : p->stale[i];
	}
}

size_t bgp_in_count(const struct bgp_in *in, uint8_t family)
{
	return ptable_count(&in->nets, family);
}
