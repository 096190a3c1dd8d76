/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_bgp_adjin.c - sessions of four peers: UPDATEs, ends, restarts, policies. Each step is a
 * byte (low 3 bits: what, next 2: which peer, rest: how) and, for an UPDATE, its length in 2
 * bytes and its body. Aborts when the RIB is not what the paths say.
 */
#include "announcer/bgp/adjin.h"
#include "announcer/rib.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PEERS = 4, MAX_PATHS = 3, LIMIT = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint64_t scratch[BGP_UPDATE_SCRATCH / sizeof(uint64_t)];

struct world {
	struct rib *rib;
	struct bgp_in *in;
	struct bgp_in_peer *p[PEERS];
	struct bgp_in_source src[PEERS];
	struct bgp_import import;
	struct bgp_prefix_rule rules[3];
	size_t seen[PEERS], best;
	bool up[PEERS];
};

static void must(bool x)
{
	if (!x)
		abort();
}

static void world_init(struct world *w, struct bgp_attr_table *attrs)
{
	static const char *const rules[] = {
	    "deny 10.9.0.0/16 le 32", "0.0.0.0/0 le 32", "::/0 le 64"};

	w->rib = rib_new();
	w->in = bgp_in_new(w->rib, attrs);
	for (unsigned i = 0; i < 3; i++)
		must(!bgp_prefix_rule_parse(rules[i], &w->rules[i]));
	w->import = (struct bgp_import){
	    .prefixes = {.v = w->rules, .n = 3}
        };
	bgp_in_set_rules(w->in, &(struct bgp_in_rules){.max_paths = MAX_PATHS});
	for (unsigned i = 0; i < PEERS; i++) {
		w->p[i] = bgp_in_peer_new(w->in, "peer", &w->import);
		w->src[i] = (struct bgp_in_source){
		    .asn = i < 2 ? 64512 : 64999 + i,
		    .id = i,
		    .my_asn = 64512,
		    .my_id = 0x01020304,
		    .ibgp = i < 2,
		    .address = {AF_INET, {192, 0, 2, (uint8_t)(i + 1)}},
		    .local = {AF_INET, {192, 0, 2, 254}             }
                };
		bgp_in_peer_up(w->p[i], &w->src[i], 0);
		w->up[i] = true;
	}
}

static void update(struct world *w, unsigned i, struct rd body)
{
	const struct bgp_update_from from = {.as4 = true,
	    .ibgp = w->src[i].ibgp,
	    .asn = w->src[i].asn,
	    .families = BGP_IPV4 | BGP_IPV6,
	    .local = w->src[i].local};
	struct bgp_update u;
	struct bgp_error e = {.code = 0};
	int rc;

	if (!w->up[i])
		return;
	rc = bgp_update_decode(&body, &from, scratch, &u, &e);
	if (!rc) {
		rc = bgp_in_update(w->p[i], &u, &e);
		must(!rc || e.code == BGP_CEASE_MAX_PREFIX);
	}
	if (rc) {
		bgp_in_peer_down(w->p[i], false);
		w->up[i] = false;
	}
}

static void set_import(struct world *w, unsigned i, unsigned how)
{
	struct bgp_import import = w->import;

	import.nexthop = how & 3;
	import.max_prefix = how & 4 ? LIMIT : 0;
	import.prefixes.n -= how & 1;
	import.allow_own_as = how & 2;
	bgp_in_peer_set_import(w->p[i], &import);
}

static void step(struct world *w, struct rd *r)
{
	uint8_t b = rd_u8(r);
	unsigned i = b >> 3 & 3, how = b >> 5;
	size_t len;

	switch (b & 7) {
	default:
		len = rd_u16(r);
		update(w, i, rd_sub(r, len < rd_left(r) ? len : rd_left(r)));
		break;
	case 3:
		bgp_in_run(w->in, how);
		rib_commit(w->rib);
		break;
	case 4:
		bgp_in_peer_down(w->p[i], how & 1);
		w->up[i] = false;
		break;
	case 5:
		if (!w->up[i])
			bgp_in_peer_up(w->p[i], &w->src[i], how & 3);
		w->up[i] = true;
		break;
	case 6:
		bgp_in_peer_drop_stale(w->p[i]);
		break;
	case 7:
		set_import(w, i, how);
	}
}

static void on_path(const struct bgp_in_path *p, void *arg)
{
	struct world *w = arg;
	const struct bgp_attrs *attrs = NULL;
	struct ipaddr from;
	bool ibgp;

	must(p->prefix.plen <= 8 * ipaddr_len(p->prefix.family));
	must(p->reachable && p->attrs->has & BGP_HAS_NEXTHOP);
	must(bgp_in_best(w->in, &p->prefix, &attrs, &ibgp, &from));
	for (unsigned i = 0; i < PEERS; i++)
		w->seen[i] += p->peer == w->p[i];
	if (!p->best)
		return;
	w->best++;
	must(attrs == p->attrs && ipaddr_cmp(&from, &p->source->address) == 0);
	must(rib_best(w->rib, &p->prefix)->source == RIB_BGP);
}

static void on_route(const struct rib_route *r, bool best, void *arg)
{
	(void)arg;
	must(best && r->n >= 1 && r->n <= MAX_PATHS);
	for (size_t i = 0; i < r->n; i++) {
		must(r->nh[i].loopback || r->nh[i].addr.family == r->prefix.family);
		must(!i || ipaddr_cmp(&r->nh[i - 1].addr, &r->nh[i].addr) < 0);
	}
}

static void each_path(struct world *w)
{
	struct ptable_walk walk;
	enum ptable_walked got;
	struct prefix p;

	ptable_walk_init(&walk, NULL);
	while ((got = bgp_in_next(w->in, &walk, &p)) != PTABLE_END)
		if (got == PTABLE_RECORD)
			bgp_in_at(w->in, &p, NULL, on_path, w);
	ptable_walk_fini(&walk);
}

static void check(struct world *w)
{
	struct bgp_in_counts c;

	must(!bgp_in_run(w->in, 0));
	rib_commit(w->rib);
	each_path(w);
	rib_each(w->rib, on_route, NULL);
	must(w->best == rib_count(w->rib) && w->best == bgp_in_count(w->in, 0));
	for (unsigned i = 0; i < PEERS; i++) {
		bgp_in_peer_counts(w->p[i], &c);
		must(c.accepted[0] + c.accepted[1] == w->seen[i] && c.stale <= w->seen[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bgp_attr_table *attrs = bgp_attr_table_new();
	struct rd r = rd_of(data, len);
	struct world w = {.best = 0};

	world_init(&w, attrs);
	while (rd_left(&r) > 0)
		step(&w, &r);
	check(&w);
	for (unsigned i = 0; i < PEERS; i++)
		bgp_in_peer_free(w.p[i]);
	bgp_in_run(w.in, 0);
	rib_commit(w.rib);
	must(rib_count(w.rib) == 0 && bgp_in_count(w.in, 0) == 0);
	must(bgp_attr_table_count(attrs) == 0);
	bgp_in_free(w.in);
	rib_free(w.rib);
	bgp_attr_table_free(attrs);
	return 0;
}
