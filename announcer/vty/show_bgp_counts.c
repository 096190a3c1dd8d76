/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_counts.c - what takes a walk through the table, by steps, and is told at its end:
 * how many routes a neighbour told, next hops, routes in numbers.
 */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp_routes.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>

enum { NEXTHOPS_MAX = 10000, BITS = 128 };

struct nexthop {
	struct ipaddr address;
	size_t paths;
	uint32_t metric;
	bool reachable, peer;
};

struct job;

/* What is counted, and how it is told. */
struct counting {
	unsigned walk; /* BGP_WALK_* */
	void (*begin)(struct job *j);
	bgp_row_fn *row;            /* arg: the job */
	void (*put)(struct job *j); /* at the end of a family */
};

struct job {
	struct bgp_ask a;
	const struct counting *what;
	struct bgp_peer_name peer; /* family 0: of everybody */
	unsigned families;         /* still to come, this one included */
	int i;
	bool begun;
	struct bgp_walk walk;
	struct prefix last;
	/* A neighbour's routes. */
	size_t valid, stale, all, best;
	/* Next hops, sorted. */
	struct ipaddr only; /* family 0: all */
	struct nexthop *nh;
	size_t n_nh;
	/* Routes in numbers. */
	struct prefix above[BITS + 1]; /* that hold the last one */
	size_t n_above, prefixes, alone, within, aggregates, bits, hops, hops_max, size,
	    size_max;
	size_t by_length[BITS + 1];
	uint32_t asn_max;
	double space;
};

static void job_free(void *state)
{
	struct job *j = state;

	bgp_walk_fini(&j->walk);
	free(j->nh);
	free(j);
}

static void begin(struct job *j)
{
	struct prefix within = {0};

	j->begun = true;
	j->i = !(j->families & BGP_IPV4);
	within.family = bgp_family_af(j->i);
	bgp_walk_init(&j->walk, j->a.other ? 0 : j->what->walk, &within);
	j->last.family = 0;
	if (j->what->begin)
		j->what->begin(j);
}

/* Return: another family follows. */
static bool end(struct job *j)
{
	j->what->put(j);
	bgp_walk_fini(&j->walk);
	j->begun = false;
	j->families &= ~bgp_family_bit(j->i);
	if (!j->families)
		bgp_vrf_end(&j->a);
	return j->families;
}

static bool step(struct vty_request *rq, void *state)
{
	struct bgp_peer_view v = {0};
	struct job *j = state;
	struct prefix p;

	if (!bgp_ask_again(&j->a) ||
	    (j->peer.address.family && !bgp_peer(j->a.bgp, &j->peer, &v)))
		return false;
	if (!j->begun)
		begin(j);
	do {
		enum ptable_walked got = bgp_walk_next(&j->a, &j->walk, &p);

		if (got == PTABLE_PAUSE)
			return true;
		if (got == PTABLE_END)
			return end(j);
		bgp_rows_at(&j->a, &p, v.in_peer, j->what->row, j);
	} while (!vty_enough(rq));
	return true;
}

static struct job *job_new(const struct bgp_ask *a, const struct counting *what)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->a = *a;
	j->what = what;
	vty_rows(a->rq, step, job_free, j);
	return j;
}

/* ---- a neighbour's routes ---- */

static void count_row(const struct bgp_row *r, void *arg)
{
	struct job *j = arg;

	j->all++;
	j->valid += r->reachable;
	j->stale += r->stale;
	j->best += r->best;
}

static void put_counts(struct job *j)
{
	const struct {
		const char *name;
		size_t n;
	} rows[] = {
	    {"Adj-in",              0       },
	    {"Damped",              0       },
	    {"Removed",             0       },
	    {"History",             0       },
	    {"Stale",               j->stale},
	    {"Valid",               j->valid},
	    {"All RIB",             j->all  },
	    {"PfxCt counted",       j->all  },
	    {"PfxCt Best Selected", j->best },
	    {"Useable",             j->valid},
	};
	struct writer *w = j->a.rq->w;
	struct bgp_peer_view v;
	char b[BGP_PEER_LEN];

	if (!bgp_peer(j->a.bgp, &j->peer, &v))
		return;
	writer_str(w, "prefixCountsFor", NULL, bgp_peer_str(&v, b));
	writer_str(w, "multiProtocol", NULL, bgp_family_key(j->i));
	writer_num(w, "pfxCounter", NULL, (int64_t)v.in.accepted[j->i]);
	writer_line(w, "Prefix counts for %s, %s", b, bgp_family_name(j->i));
	writer_line(w, "PfxCt: %zu", v.in.accepted[j->i]);
	writer_line(w, "%s", "");
	writer_line(w, "Counts from RIB table walk:");
	writer_line(w, "%s", "");
	writer_object_begin(w, "ribTableWalkCounters", NULL);
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		writer_num(w, rows[k].name, NULL, (int64_t)rows[k].n);
		writer_line(w, "%20s: %-10zu", rows[k].name, rows[k].n);
	}
	writer_object_end(w);
}

enum vty_rc show_bgp_prefix_counts(struct vty_request *rq)
{
	static const struct counting counts = {
	    .walk = BGP_WALK_IN, .row = count_row, .put = put_counts};
	struct bgp_peer_name name;
	struct bgp_peer_view v;
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);
	unsigned families;
	struct job *j;

	if (rc == VTY_OK && a.bgp)
		rc = bgp_peer_asked(&a, &name, &v);
	if (rc != VTY_OK || !a.bgp)
		return rc;
	families = bgp_peer_families(&a, &v);
	if (!families)
		return bgp_warn(rq, "%% No such neighbor or address family");
	a.all_vrfs = false; /* of the default one, too: not below its name in JSON */
	j = job_new(&a, &counts);
	j->peer = name;
	j->families = families;
	return VTY_OK;
}

/* ---- next hops ---- */

/* Found or made; NULL: there are too many. */
static struct nexthop *nexthop(struct job *j, const struct ipaddr *a)
{
	size_t lo = 0, hi = j->n_nh;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ipaddr_cmp(&j->nh[mid].address, a) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < j->n_nh && ipaddr_cmp(&j->nh[lo].address, a) == 0)
		return &j->nh[lo];
	if (j->n_nh == NEXTHOPS_MAX)
		return NULL;
	if ((j->n_nh & (j->n_nh - 1)) == 0)
		j->nh = xrealloc(j->nh, j->n_nh ? 2 * j->n_nh : 1, sizeof(*j->nh));
	memmove(&j->nh[lo + 1], &j->nh[lo], (j->n_nh++ - lo) * sizeof(*j->nh));
	j->nh[lo] = (struct nexthop){.address = *a};
	return &j->nh[lo];
}

static void add_peer(const struct bgp_peer_view *v, void *arg)
{
	struct job *j = arg;
	struct nexthop *nh;

	if (v->session.remote.family != bgp_family_af(j->i))
		return;
	nh = nexthop(j, &v->session.remote);
	if (nh)
		nh->reachable = nh->peer = true;
}

static void begin_nexthops(struct job *j)
{
	j->n_nh = 0;
	bgp_each_peer(j->a.bgp, add_peer, j);
}

static void nexthop_row(const struct bgp_row *r, void *arg)
{
	struct job *j = arg;
	struct nexthop *nh = nexthop(j, &r->nexthop);

	if (!nh)
		return;
	nh->paths++;
	nh->reachable = r->reachable;
	nh->metric = r->metric;
}

static void put_nexthop(struct job *j, const struct nexthop *nh)
{
	struct writer *w = j->a.rq->w;
	char b[PREFIX_STRLEN];

	ipaddr_str(&nh->address, b);
	writer_object_begin(w, b, NULL);
	writer_bool(w, "valid", NULL, nh->reachable);
	writer_bool(w, "complete", NULL, nh->reachable);
	if (nh->reachable)
		writer_num(w, "igpMetric", NULL, nh->metric);
	writer_num(w, "pathCount", NULL, (int64_t)nh->paths);
	if (nh->peer)
		writer_str(w, "peer", NULL, b);
	writer_object_end(w);
	if (nh->reachable)
		writer_line(w, " %s valid [IGP metric %" PRIu32 "], #paths %zu%s%s", b,
		    nh->metric, nh->paths, nh->peer ? ", peer " : "", nh->peer ? b : "");
	else
		writer_line(w, " %s invalid, #paths %zu", b, nh->paths);
	if (!j->only.family)
		writer_line(w, "%s", "");
}

static void put_nexthops(struct job *j)
{
	struct writer *w = j->a.rq->w;
	bool any = false;

	writer_object_begin(w, j->i ? "ipv6" : "ipv4", NULL);
	for (size_t k = 0; k < j->n_nh; k++) {
		if (j->only.family && ipaddr_cmp(&j->only, &j->nh[k].address) != 0)
			continue;
		put_nexthop(j, &j->nh[k]);
		any = true;
	}
	writer_object_end(w);
	if (j->only.family && !any)
		writer_line(w, "specified nexthop does not have entry");
	if (j->n_nh == NEXTHOPS_MAX)
		writer_line(w, "Only %d of them are told", NEXTHOPS_MAX);
}

enum vty_rc show_bgp_nexthop(struct vty_request *rq)
{
	static const struct counting nexthops = {.walk = BGP_WALK_IN,
	    .begin = begin_nexthops,
	    .row = nexthop_row,
	    .put = put_nexthops};
	const char *word = vty_arg(rq, "ADDRESS");
	struct bgp_ask a;
	struct job *j;

	if (bgp_ask_begin(&a, rq, BGP_OF_NOBODY) != VTY_OK)
		return bgp_warn(rq, "%% No such BGP instance exist");
	j = job_new(&a, &nexthops);
	j->families = a.named ? a.families : BGP_IPV4 | BGP_IPV6;
	if (word && ipaddr_parse(word, &j->only) == 0)
		j->families = strchr(word, ':') ? BGP_IPV6 : BGP_IPV4;
	bgp_vrf_begin(&a);
	if (a.all_vrfs) {
		writer_line(rq->w, "%s", "");
		writer_line(rq->w, "Instance default:");
	}
	if (!word)
		writer_line(rq->w, "Current BGP nexthop cache:");
	return VTY_OK;
}

/* ---- routes in numbers ---- */

static void begin_statistics(struct job *j)
{
	j->n_above = j->prefixes = j->all = j->alone = j->within = j->aggregates = 0;
	j->bits = j->hops = j->hops_max = j->size = j->size_max = 0;
	memset(j->by_length, 0, sizeof(j->by_length));
	j->asn_max = 0;
	j->space = 0;
}

static bool holds(const struct prefix *outer, const struct prefix *p)
{
	struct ipaddr a = {.family = p->family};

	memcpy(a.addr, p->addr, sizeof(a.addr));
	return p->plen >= outer->plen && prefix_contains(outer, &a);
}

/* A prefix comes after all that hold it. */
static void count_prefix(struct job *j, const struct prefix *p)
{
	double space = 1;

	while (j->n_above && !holds(&j->above[j->n_above - 1], p))
		j->n_above--;
	j->prefixes++;
	j->by_length[p->plen]++;
	j->bits += p->plen;
	if (j->n_above) {
		j->within++;
	} else {
		j->alone++;
		for (unsigned i = p->plen; i < ipaddr_len(p->family) * 8; i++)
			space *= 2;
		j->space += space;
	}
	j->above[j->n_above++] = *p;
}

static bool is_public(uint32_t asn)
{
	return asn < 64512 || (asn > 65535 && asn < 4200000000U);
}

static void statistics_row(const struct bgp_row *r, void *arg)
{
	struct job *j = arg;
	size_t hops = bgp_as_path_length(r->attrs), size = r->attrs->as_path_len;
	uint32_t asn = bgp_as_path_highest(r->attrs);

	if (!j->last.family || prefix_cmp(&j->last, &r->prefix) != 0)
		count_prefix(j, &r->prefix);
	j->last = r->prefix;
	j->all++;
	j->aggregates += (r->attrs->has & BGP_HAS_ATOMIC) != 0;
	j->hops += hops;
	j->hops_max = hops > j->hops_max ? hops : j->hops_max;
	j->size += size;
	j->size_max = size > j->size_max ? size : j->size_max;
	if (is_public(asn) && asn > j->asn_max)
		j->asn_max = asn;
}

static double per(double n, size_t of)
{
	return of ? n / (double)of : 0;
}

static void put_count(struct writer *w, const char *key, const char *label, size_t n)
{
	writer_num(w, key, NULL, (int64_t)n);
	writer_line(w, "%-30s: %12zu", label, n);
}

static void put_real(struct writer *w, const char *key, const char *label, double x)
{
	writer_real(w, key, x);
	writer_line(w, "%-30s: %12.2f", label, x);
}

static void put_space(const struct job *j)
{
	static const struct {
		int i;
		const char *key, *label;
		unsigned bits; /* of the address; 0: percent of all */
	} rows[] = {
	    {0, "%announced",    "% announced ",    0 },
	    {0, "/8equivalent",  "/8 equivalent ",  24},
	    {0, "/24equivalent", "/24 equivalent ", 8 },
	    {1, "/32equivalent", "/32 equivalent ", 96},
	    {1, "/48equivalent", "/48 equivalent ", 80},
	};
	struct writer *w = j->a.rq->w;

	writer_real(w, "addressSpaceAdvertised", j->space);
	writer_line(w, "%-30s: %12g", "Address space advertised", j->space);
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		double x = j->space;

		if (rows[k].i != j->i)
			continue;
		for (unsigned b = rows[k].bits ? rows[k].bits : 32; b; b--)
			x /= 2;
		x *= rows[k].bits ? 1 : 100;
		writer_real(w, rows[k].key, x);
		writer_line(w, j->i ? "%30s: %12g" : "%30s: %12.2f", rows[k].label, x);
	}
}

/* JSON only, as FRR. */
static void put_lengths(const struct job *j)
{
	struct writer *w = j->a.rq->w;
	char length[8];

	writer_array_begin(w, "prefixLength");
	for (unsigned i = 0; i <= BITS; i++) {
		if (!j->by_length[i])
			continue;
		snprintf(length, sizeof(length), "%u", i);
		writer_object_begin(w, NULL, NULL);
		writer_num(w, length, NULL, (int64_t)j->by_length[i]);
		writer_object_end(w);
	}
	writer_array_end(w);
}

static void put_statistics(struct job *j)
{
	struct writer *w = j->a.rq->w;

	writer_array_begin(w, bgp_family_key(j->i));
	writer_object_begin(w, NULL, NULL);
	writer_str(w, "instance", NULL, "VRF default");
	writer_line(w, "BGP %s RIB statistics (VRF default)", bgp_family_name(j->i));
	put_count(w, "totalAdvertisements", "Total Advertisements", j->all);
	put_count(w, "totalPrefixes", "Total Prefixes", j->prefixes);
	put_real(w, "averagePrefixLength", "Average prefix length",
	    per((double)j->bits, j->prefixes));
	put_count(w, "unaggregateablePrefixes", "Unaggregateable prefixes", j->alone);
	put_count(
	    w, "maximumAggregateablePrefixes", "Maximum aggregateable prefixes", j->within);
	put_count(
	    w, "bgpAggregateAdvertisements", "BGP Aggregate advertisements", j->aggregates);
	put_space(j);
	writer_line(w, "%s", "");
	put_count(w, "advertisementsWithPaths", "Advertisements with paths", j->all);
	put_count(w, "longestAsPath", "Longest AS-Path (hops)", j->hops_max);
	put_real(w, "averageAsPathLengthHops", "Average AS-Path length (hops)",
	    per((double)j->hops, j->all));
	put_count(w, "largestAsPath", "Largest AS-Path (bytes)", j->size_max);
	put_real(w, "averageAsPathSizeBytes", "Average AS-Path size (bytes)",
	    per((double)j->size, j->all));
	put_count(w, "highestPublicAsn", "Highest public ASN", j->asn_max);
	put_lengths(j);
	writer_object_end(w);
	writer_array_end(w);
}

enum vty_rc show_bgp_statistics(struct vty_request *rq)
{
	static const struct counting statistics = {.walk = BGP_WALK_IN | BGP_WALK_OUT,
	    .begin = begin_statistics,
	    .row = statistics_row,
	    .put = put_statistics};
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);
	struct job *j;

	if (rc != VTY_OK || !a.bgp)
		return rc;
	a.all_vrfs = false; /* of the default one, too: not below its name in JSON */
	j = job_new(&a, &statistics);
	j->families = vty_said(rq, "statistics-all") ? BGP_IPV4 | BGP_IPV6
	              : a.families                   ? a.families
	                                             : BGP_IPV6;
	return VTY_OK;
}
