/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "tests/unit/adjin_lab.h"
#include <cmocka.h>
#include <sys/socket.h>

static struct ipaddr addr(const char *s)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(s, &a), 0);
	return a;
}

struct adjin_lab lab;

int lab_new(void **state)
{
	(void)state;
	lab = (struct adjin_lab){.rib = rib_new(), .attrs = bgp_attr_table_new()};
	lab.in = bgp_in_new(lab.rib, lab.attrs);
	return 0;
}

int lab_free(void **state)
{
	(void)state;
	while (lab.n)
		lab_peer_gone(lab.peers[0].p);
	bgp_in_run(lab.in, 0);
	assert_int_equal(bgp_in_count(lab.in, 0), 0);
	bgp_in_free(lab.in);
	rib_free(lab.rib);
	assert_int_equal(bgp_attr_table_count(lab.attrs), 0);
	bgp_attr_table_free(lab.attrs);
	return 0;
}

static struct bgp_in_source make_source(const char *address, uint32_t asn)
{
	struct bgp_in_source s = {.address = addr(address),
	    .local = addr(strchr(address, ':') ? "2001:db8::fe" : "192.0.2.254"),
	    .asn = asn,
	    .id = 0x01010101,
	    .my_asn = LAB_ASN,
	    .my_id = LAB_ID,
	    .ibgp = asn == LAB_ASN};
	const uint8_t *a = s.address.addr;

	if (s.address.family == AF_INET)
		s.id = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
	return s;
}

struct bgp_in_peer *lab_peer_with(
    const char *address, uint32_t asn, const struct bgp_import *import)
{
	struct lab_peer *l = &lab.peers[lab.n++];

	assert_true(lab.n <= LAB_PEERS);
	l->src = make_source(address, asn);
	l->p = bgp_in_peer_new(lab.in, address, import);
	bgp_in_peer_up(l->p, &l->src, 0);
	return l->p;
}

struct bgp_in_peer *lab_peer(const char *address, uint32_t asn)
{
	const struct bgp_import any = {.prefixes = {.any = true}};

	return lab_peer_with(address, asn, &any);
}

struct bgp_in_counts lab_counts(const struct bgp_in_peer *p)
{
	struct bgp_in_counts c;

	bgp_in_peer_counts(p, &c);
	return c;
}

struct bgp_in_source *lab_source(const struct bgp_in_peer *p)
{
	for (size_t i = 0; i < lab.n; i++)
		if (lab.peers[i].p == p)
			return &lab.peers[i].src;
	fail();
	return NULL;
}

void lab_peer_gone(struct bgp_in_peer *p)
{
	struct bgp_in_source *src = lab_source(p);
	size_t i = 0;

	while (&lab.peers[i].src != src)
		i++;
	bgp_in_peer_free(p);
	lab.peers[i] = lab.peers[--lab.n];
}

struct bgp_prefix_list lab_list(struct bgp_prefix_rule *v, const char *rules)
{
	struct bgp_prefix_list l = {.v = v};
	char rule[80];

	while (*rules) {
		size_t len = strcspn(rules, ";");

		assert_true(len < sizeof(rule));
		memcpy(rule, rules, len);
		rule[len] = '\0';
		assert_null(bgp_prefix_rule_parse(rule, &v[l.n++]));
		rules += len + (rules[len] == ';');
	}
	return l;
}

struct bgp_in_peer *lab_peer_with_list(const char *rules, struct bgp_import import)
{
	struct bgp_prefix_rule v[8];

	import.prefixes = lab_list(v, rules);
	return lab_peer_with("192.0.2.1", 65001, &import);
}

struct bytes {
	uint8_t v[4096];
	size_t len;
};

/* Prefixes of one family as on the wire. */
static struct bgp_nlri nlri(const char *text, struct bytes *b)
{
	struct bgp_nlri n = {.family = 0};
	char word[PREFIX_STRLEN];

	b->len = 0;
	while (text && *text) {
		size_t len = strcspn(text, " ");
		struct prefix p;

		assert_true(len < sizeof(word));
		memcpy(word, text, len);
		word[len] = '\0';
		text += len + (text[len] == ' ');
		assert_int_equal(prefix_parse(word, &p), 0);
		n.family = p.family;
		len = (p.plen + 7U) / 8;
		assert_true(b->len + 1 + len <= sizeof(b->v));
		b->v[b->len++] = p.plen;
		memcpy(b->v + b->len, p.addr, len);
		b->len += len;
	}
	n.r = rd_of(b->v, b->len);
	return n;
}

/* Segments of "1 2 {3,4} 5". */
static uint16_t as_path(const char *s, uint8_t *to)
{
	uint8_t *seg = NULL, *at = to;
	bool set = false;

	while (*s) {
		unsigned long as;
		char *end;

		if (*s == ' ' || *s == ',') {
			s++;
			continue;
		}
		if (*s == '{' || *s == '}') {
			set = *s == '{';
			seg = NULL;
			s++;
			continue;
		}
		as = strtoul(s, &end, 10);
		assert_true(end != s);
		s = end;
		if (!seg) {
			seg = at;
			*at++ = set ? 1 : 2;
			*at++ = 0;
		}
		seg[1]++;
		for (int shift = 24; shift >= 0; shift -= 8)
			*at++ = (uint8_t)(as >> shift);
	}
	return (uint16_t)(at - to);
}

static void attributes(struct bgp_attrs *a, const struct bgp_in_source *src,
    const struct lab_says *s, uint8_t *path)
{
	char as[16];

	snprintf(as, sizeof(as), "%u", src->asn);
	*a = (struct bgp_attrs){.has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH,
	    .origin = s->origin,
	    .as_path = path,
	    .communities = s->community,
	    .n_communities = s->community != NULL,
	    .clusters = s->clusters,
	    .n_clusters = s->n_clusters};
	a->as_path_len = as_path(s->as ? s->as : src->ibgp ? "" : as, path);
	if (s->med) {
		a->has |= BGP_HAS_MED;
		a->med = *s->med;
	}
	if (s->local_pref) {
		a->has |= BGP_HAS_LOCAL_PREF;
		a->local_pref = *s->local_pref;
	}
	if (s->originator) {
		a->has |= BGP_HAS_ORIGINATOR;
		a->originator_id = *s->originator;
	}
}

int lab_say(struct bgp_in_peer *p, const struct lab_says *s, struct bgp_error *e)
{
	const struct bgp_in_source *src = lab_source(p);
	static struct bytes reach, gone;
	uint8_t path[256];
	const struct bgp_nlri r = nlri(s->reach, &reach), w = nlri(s->withdraw, &gone);
	const struct ipaddr nh = s->nexthop ? addr(s->nexthop) : src->address;
	struct bgp_update u = {.verdict = s->verdict, .end_of_rib = s->end_of_rib};

	attributes(&u.attrs, src, s, path);
	u.withdrawn[w.family == AF_INET6] = w;
	u.reach[r.family == AF_INET6] = r;
	if (r.family == AF_INET) {
		u.attrs.has |= BGP_HAS_NEXTHOP;
		u.attrs.nexthop = nh;
	}
	u.mp_nexthop = nh;
	if (s->linklocal)
		u.mp_nexthop_ll = addr(s->linklocal);
	return bgp_in_update(p, &u, e);
}

void lab_says(struct bgp_in_peer *p, const struct lab_says *s)
{
	struct bgp_error e = {.code = 0};

	assert_int_equal(lab_say(p, s, &e), 0);
}

struct text {
	char *buf;
	size_t len;
	struct prefix last;
};

static void say(struct text *t, const char *s)
{
	size_t n = strlen(s);

	t->buf = xrealloc(t->buf, t->len + n + 1, 1);
	memcpy(t->buf + t->len, s, n + 1);
	t->len += n;
}

static void route_text(const struct rib_route *r, bool best, void *arg)
{
	struct text *t = arg;
	char buf[PREFIX_STRLEN];

	if (!best)
		return;
	say(t, prefix_str(&r->prefix, buf));
	for (size_t i = 0; i < r->n; i++) {
		assert_int_equal(r->nh[i].weight, 1);
		say(t, " ");
		say(t, r->nh[i].loopback ? "lo" : ipaddr_str(&r->nh[i].addr, buf));
	}
	say(t, "\n");
}

char *lab_rib_text(const struct rib *rib)
{
	struct text t = {.buf = xstrdup("")};

	rib_each(rib, route_text, &t);
	return t.buf;
}

static void path_text(const struct bgp_in_path *p, void *arg)
{
	struct text *t = arg;
	char buf[PREFIX_STRLEN];

	if (prefix_cmp(&p->prefix, &t->last) != 0) {
		say(t, prefix_str(&p->prefix, buf));
		say(t, "\n");
		t->last = p->prefix;
	}
	say(t, " ");
	say(t, p->best ? "*" : "");
	say(t, p->multipath ? "=" : "");
	say(t, p->stale ? "~" : "");
	say(t, p->reachable ? "" : "!");
	say(t, p->peer_name);
	say(t, *p->reason ? " " : "");
	say(t, p->reason);
	say(t, "\n");
}

void lab_each(struct bgp_in *in, const struct prefix *within, const struct bgp_in_peer *peer,
    bgp_in_fn *fn, void *arg)
{
	enum ptable_walked got;
	struct ptable_walk w;
	struct prefix p;

	ptable_walk_init(&w, within);
	while ((got = bgp_in_next(in, &w, &p)) != PTABLE_END)
		if (got == PTABLE_RECORD)
			bgp_in_at(in, &p, peer, fn, arg);
	ptable_walk_fini(&w);
}

char *lab_paths_text(struct bgp_in *in)
{
	struct text t = {.buf = xstrdup("")};

	lab_each(in, NULL, NULL, path_text, &t);
	return t.buf;
}

void lab_rib(const char *want)
{
	char *have;

	bgp_in_run(lab.in, 0);
	rib_commit(lab.rib);
	have = lab_rib_text(lab.rib);
	assert_string_equal(have, want);
	free(have);
}

void lab_paths(const char *want)
{
	char *have = lab_paths_text(lab.in);

	assert_string_equal(have, want);
	free(have);
}
