/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_adjin [PREFIXES]... - Adj-RIB-In, decision and RIB alone: what one prefix costs in time
 * and in memory (RssAnon) when a peer announces it, when a second peer does, when the first
 * changes its next hop, and when it goes away. An output counts what it is told.
 */
#include "announcer/bgp/adjin.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/procinfo.h"
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum { IN_MESSAGE = 800, MESSAGES = 16 }; /* /32 in an UPDATE; UPDATEs before each commit */

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long rss_anon(void)
{
	struct procinfo_memory m;

	procinfo_memory(&m);
	return (long)m.rss_anon;
}

struct bench {
	struct rib *rib;
	struct bgp_attr_table *attrs;
	struct bgp_in *in;
	unsigned n;
	size_t told;
};

static void on_announce(const struct rib_route *r, void *arg)
{
	(void)r;
	((struct bench *)arg)->told++;
}

static void on_withdraw(const struct prefix *p, void *arg)
{
	(void)p;
	((struct bench *)arg)->told++;
}

static void settle(struct bench *b)
{
	bgp_in_run(b->in, 0);
	rib_commit(b->rib);
}

static struct ipaddr addr(unsigned last)
{
	return (struct ipaddr){
	    .family = AF_INET, .addr = {192, 0, 2, (uint8_t)last}
        };
}

static struct bgp_in_peer *peer(struct bench *b, unsigned last)
{
	static const struct bgp_import any = {.prefixes = {.any = true}};
	const struct bgp_in_source src = {.address = addr(last),
	    .local = addr(254),
	    .asn = 65001,
	    .id = last,
	    .my_asn = 64512,
	    .my_id = 254};
	struct bgp_in_peer *p = bgp_in_peer_new(b->in, "peer", &any);

	bgp_in_peer_up(p, &src, 0);
	return p;
}

/* All prefixes, as UPDATEs over this next hop. */
static void announce(struct bench *b, struct bgp_in_peer *p, unsigned last)
{
	static const uint8_t path[] = {2, 1, 0, 0, 0xfd, 0xe9};
	struct bgp_update u = {
	    .attrs = {.has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
		      .nexthop = addr(last),
		      .as_path = path,
		      .as_path_len = sizeof(path)}
        };
	uint8_t nlri[IN_MESSAGE * 5];
	struct bgp_error e;

	for (unsigned i = 0, message = 1; i < b->n; message++) {
		struct wr w = wr_of(nlri, sizeof(nlri));

		for (unsigned j = 0; j < IN_MESSAGE && i < b->n; j++, i++) {
			wr_u8(&w, 32);
			wr_u32(&w, 0x0a000000 + i);
		}
		u.reach[0] = (struct bgp_nlri){AF_INET, rd_of(nlri, w.len)};
		bgp_in_update(p, &u, &e);
		if (message % MESSAGES == 0)
			settle(b);
	}
	settle(b);
}

static void say(struct bench *b, const char *what, double from_ns, long from_rss)
{
	printf("  %-24s %6.0f ns, %4.0f bytes a prefix; %zu told\n", what,
	    (now_ns() - from_ns) / b->n, (double)(rss_anon() - from_rss) / b->n, b->told);
	b->told = 0;
}

/* Many peers with one route each go at once, beside all these prefixes. */
static void several_go(struct bench *b)
{
	enum { MANY = 500 };
	struct bgp_in_peer *p[MANY];
	const unsigned n = b->n;
	double t;

	b->n = 1;
	for (unsigned i = 0; i < MANY; i++) {
		p[i] = peer(b, 3);
		announce(b, p[i], 3);
	}
	t = now_ns();
	for (unsigned i = 0; i < MANY; i++)
		bgp_in_peer_free(p[i]);
	settle(b);
	printf("  %u peers go at once: %.1f ms\n", MANY, (now_ns() - t) / 1e6);
	b->n = n;
	b->told = 0;
}

static void run(unsigned n)
{
	static const struct out_ops ops = {
	    .name = "bench", .announce = on_announce, .withdraw = on_withdraw};
	struct bench b = {.rib = rib_new(), .attrs = bgp_attr_table_new(), .n = n};
	struct bgp_in_peer *p1, *p2;
	const long rss = rss_anon();
	double t;

	b.in = bgp_in_new(b.rib, b.attrs);
	rib_attach(b.rib, &ops, &b);
	p1 = peer(&b, 1);
	p2 = peer(&b, 2);
	printf("%u prefixes\n", n);
	t = now_ns();
	announce(&b, p1, 1);
	say(&b, "one peer", t, rss);
	t = now_ns();
	announce(&b, p1, 1);
	say(&b, "said again", t, rss);
	t = now_ns();
	announce(&b, p2, 2);
	say(&b, "a second peer", t, rss);
	t = now_ns();
	announce(&b, p1, 3);
	say(&b, "another next hop", t, rss);
	t = now_ns();
	bgp_in_peer_free(p1);
	say(&b, "the first goes (marked)", t, rss);
	settle(&b);
	say(&b, "the first goes", t, rss);
	several_go(&b);
	bgp_in_peer_free(p2);
	settle(&b);
	bgp_in_free(b.in);
	rib_free(b.rib);
	bgp_attr_table_free(b.attrs);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		run(1000);
		run(100000);
		run(1000000);
	}
	for (int i = 1; i < argc; i++)
		run((unsigned)strtoul(argv[i], NULL, 10));
	return 0;
}
