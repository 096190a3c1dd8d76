/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_bgp.h"
#include "announcer/rib.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct fake_bgp fake_bgp;

bool bgp_active(const struct bgp *b)
{
	return b && fake_bgp.active;
}

void bgp_view(const struct bgp *b, struct bgp_view *to)
{
	(void)b;
	*to = fake_bgp.view;
	to->in = (struct bgp_in *)&fake_bgp;
	to->out = (const struct bgp_out *)&fake_bgp;
}

void bgp_each_peer(const struct bgp *b, bgp_peer_fn *fn, void *arg)
{
	(void)b;
	for (size_t i = 0; i < fake_bgp.n_peers; i++)
		fn(&fake_bgp.peers[i], arg);
}

static bool is_peer(
    const struct bgp_peer_view *v, const struct ipaddr *a, const char *interface)
{
	if (ipaddr_cmp(&v->session.remote, a) != 0)
		return false;
	return !interface || !*interface ||
	       (v->nb->interface && strcmp(v->nb->interface, interface) == 0);
}

bool bgp_peer(const struct bgp *b, const struct bgp_peer_name *name, struct bgp_peer_view *to)
{
	(void)b;
	for (size_t i = 0; i < fake_bgp.n_peers; i++) {
		if (!is_peer(&fake_bgp.peers[i], &name->address, name->interface))
			continue;
		*to = fake_bgp.peers[i];
		return true;
	}
	return false;
}

bool bgp_peer_next(const struct bgp *b, struct bgp_peer_name *at, struct bgp_peer_view *to)
{
	size_t i = 0;

	(void)b;
	while (at->address.family && i < fake_bgp.n_peers &&
	       !is_peer(&fake_bgp.peers[i], &at->address, at->interface))
		i++;
	i += at->address.family != 0;
	if (i >= fake_bgp.n_peers)
		return false;
	*to = fake_bgp.peers[i];
	at->address = to->session.remote;
	snprintf(at->interface, sizeof(at->interface), "%s",
	    to->nb->interface ? to->nb->interface : "");
	return true;
}

const char *bgp_listening(const struct bgp *b, size_t i, const char **error)
{
	(void)b;
	*error = fake_bgp.deaf ? fake_bgp.deaf : "";
	return i ? NULL : "0.0.0.0";
}

size_t bgp_clear(struct bgp *b, const struct bgp_clear *what)
{
	size_t n = 0;

	(void)b;
	fake_bgp.clear = *what;
	fake_bgp.cleared = what->address ? *what->address : (struct ipaddr){0};
	fake_bgp.clears++;
	for (size_t i = 0; i < fake_bgp.n_peers; i++) {
		const struct bgp_peer_view *v = &fake_bgp.peers[i];

		n += (!what->address || is_peer(v, what->address, what->interface)) &&
		     (!what->asn || what->asn == v->nb->asn);
	}
	return n;
}

/* The prefixes of a walk that begins. */
static void index_add(struct ptable *t, const struct prefix *p)
{
	if (!ptable_find(t, p))
		ptable_add(t, p);
}

static void index_begin(struct ptable *t, const struct ptable_walk *w, bool out)
{
	struct entry {
		uint8_t nothing;
		uint8_t key[];
	};

	if (w->passed)
		return;
	ptable_fini(t);
	ptable_init(t, offsetof(struct entry, key));
	for (size_t i = 0; !out && i < fake_bgp.n_in; i++)
		index_add(t, &fake_bgp.in[i].prefix);
	for (size_t i = 0; out && i < fake_bgp.n_out; i++)
		index_add(t, &fake_bgp.out[i].prefix);
}

static enum ptable_walked index_next(
    struct ptable *t, struct ptable_walk *w, bool out, struct prefix *prefix)
{
	enum ptable_walked got;
	void *at;

	index_begin(t, w, out);
	got = ptable_walk_next(t, w, &at);
	if (got == PTABLE_RECORD)
		*prefix = ptable_prefix(t, at);
	else
		ptable_fini(t);
	return got;
}

enum ptable_walked bgp_in_next(struct bgp_in *in, struct ptable_walk *w, struct prefix *prefix)
{
	static struct ptable t;

	(void)in;
	return index_next(&t, w, false, prefix);
}

void bgp_in_at(struct bgp_in *in, const struct prefix *prefix, const struct bgp_in_peer *peer,
    bgp_in_fn *fn, void *arg)
{
	(void)in;
	for (size_t i = 0; i < fake_bgp.n_in; i++) {
		const struct bgp_in_path *p = &fake_bgp.in[i];

		if ((!peer || p->peer == peer) && prefix_cmp(prefix, &p->prefix) == 0)
			fn(p, arg);
	}
}

size_t bgp_in_count(const struct bgp_in *in, uint8_t family)
{
	size_t n = 0;

	(void)in;
	for (size_t i = 0; i < fake_bgp.n_in; i++)
		n +=
		    (!family || fake_bgp.in[i].prefix.family == family) &&
		    (!i || prefix_cmp(&fake_bgp.in[i].prefix, &fake_bgp.in[i - 1].prefix) != 0);
	return n;
}

enum ptable_walked bgp_out_next(
    const struct bgp_out *out, struct ptable_walk *w, struct prefix *prefix)
{
	static struct ptable t;

	(void)out;
	return index_next(&t, w, true, prefix);
}

size_t bgp_out_own(const struct bgp_out *out, uint8_t family)
{
	size_t n = 0;

	(void)out;
	for (size_t i = 0; i < fake_bgp.n_out; i++)
		n += fake_bgp.out[i].prefix.family == family &&
		     (fake_bgp.out[i].source != RIB_BGP || fake_bgp.out[i].aggregate);
	return n;
}

void bgp_out_at(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *prefix, bgp_out_path_fn *fn, void *arg)
{
	(void)out;
	for (size_t i = 0; i < fake_bgp.n_out; i++) {
		struct bgp_out_path p = fake_bgp.out[i];
		struct bgp_attrs self = *p.attrs;
		uint8_t path[64];

		if (prefix_cmp(prefix, &p.prefix) != 0)
			continue;
		if (peer) {
			const struct bgp_facts *f = (const struct bgp_facts *)peer;

			self.nexthop = f->self[p.prefix.family == AF_INET6];
			self.as_path_len = bgp_as_path_prepend(&self, f->my_asn, path);
			self.as_path = path;
		}
		if (peer && p.source == RIB_BGP)
			self.has &= ~(unsigned)BGP_HAS_MED;
		p.attrs = &self;
		fn(&p, arg);
		memset(&self, 0xff, sizeof(self)); /* borrowed for the call only */
	}
}

const char *bgp_out_why_not(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *p, const char **cure)
{
	(void)out;
	(void)p;
	*cure = fake_bgp.cure;
	return peer == fake_bgp.but ? NULL : fake_bgp.why_not;
}

void out_kernel_status(const struct out_kernel *k, struct kernel_status *st)
{
	(void)k;
	*st = fake_bgp.kernel;
}

bool out_kernel_up(const struct out_kernel *k)
{
	(void)k;
	return fake_bgp.kernel.state == KERNEL_UP;
}

enum kroute_state out_kernel_route(
    const struct out_kernel *k, const struct prefix *p, const char **why)
{
	(void)k;
	(void)p;
	*why = fake_bgp.route_why ? fake_bgp.route_why : "";
	return fake_bgp.route;
}

const char *out_kernel_rival(const struct out_kernel *k, const struct prefix *p)
{
	(void)k;
	(void)p;
	return fake_bgp.rival ? fake_bgp.rival : "";
}
