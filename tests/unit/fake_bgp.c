/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_bgp.h"
#include <string.h>

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

bool bgp_peer(const struct bgp *b, const struct ipaddr *address, struct bgp_peer_view *to)
{
	(void)b;
	for (size_t i = 0; i < fake_bgp.n_peers; i++) {
		if (ipaddr_cmp(&fake_bgp.peers[i].session.remote, address) != 0)
			continue;
		*to = fake_bgp.peers[i];
		return true;
	}
	return false;
}

const char *bgp_listening(const struct bgp *b, size_t i, const char **error)
{
	(void)b;
	*error = fake_bgp.deaf ? fake_bgp.deaf : "";
	return i ? NULL : "0.0.0.0";
}

size_t bgp_clear(struct bgp *b, const struct ipaddr *address, bool soft_in, bool soft_out)
{
	size_t n = 0;

	(void)b;
	fake_bgp.cleared = address ? *address : (struct ipaddr){0};
	fake_bgp.soft_in = soft_in;
	fake_bgp.soft_out = soft_out;
	fake_bgp.clears++;
	for (size_t i = 0; i < fake_bgp.n_peers; i++)
		n += !address || ipaddr_cmp(&fake_bgp.peers[i].session.remote, address) == 0;
	return n;
}

static bool is_within(const struct prefix *within, const struct prefix *p)
{
	struct ipaddr a = {.family = p->family};

	memcpy(a.addr, p->addr, sizeof(a.addr));
	return !within || (p->plen >= within->plen && prefix_contains(within, &a));
}

void bgp_in_each(struct bgp_in *in, const struct prefix *within, const struct bgp_in_peer *peer,
    bgp_in_fn *fn, void *arg)
{
	(void)in;
	for (size_t i = 0; i < fake_bgp.n_in; i++) {
		const struct bgp_in_path *p = &fake_bgp.in[i];

		if ((!peer || p->peer == peer) && is_within(within, &p->prefix))
			fn(p, arg);
	}
}

void bgp_in_paths(struct bgp_in *in, const struct prefix *prefix, bgp_in_fn *fn, void *arg)
{
	(void)in;
	for (size_t i = 0; i < fake_bgp.n_in; i++)
		if (prefix_cmp(&fake_bgp.in[i].prefix, prefix) == 0)
			fn(&fake_bgp.in[i], arg);
}

void bgp_out_each(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *within, bgp_out_each_fn *fn, void *arg)
{
	(void)out;
	for (size_t i = 0; i < fake_bgp.n_out; i++) {
		struct bgp_out_path p = fake_bgp.out[i];
		struct bgp_attrs self = *p.attrs;

		if (!is_within(within, &p.prefix))
			continue;
		if (peer)
			self.nexthop = (struct ipaddr){.family = p.prefix.family};
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
