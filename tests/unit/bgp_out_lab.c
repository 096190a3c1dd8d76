/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "tests/unit/bgp_out_lab.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <sys/socket.h>

static void on_wake(void *arg)
{
	((struct out_lab *)arg)->wakes++;
}

static bool on_received(const struct prefix *p, const struct bgp_attrs **attrs, bool *ibgp,
    struct ipaddr *peer, void *arg)
{
	struct out_lab *l = arg;

	(void)p;
	*attrs = l->shared;
	*ibgp = l->received_ibgp;
	*peer = l->received_from;
	return l->shared;
}

static bool on_counts(const struct ipaddr *addr, const struct pool_ad *ad, void *arg)
{
	const struct out_lab *l = arg;
	const struct k8s_kv label = {"app", l->app};

	(void)addr;
	return selectors_match(&ad->services, &label, l->app ? 1 : 0);
}

void out_lab_init(struct out_lab *l)
{
	*l = (struct out_lab){.rib = rib_new(), .attrs = bgp_attr_table_new()};
	l->out = bgp_out_new(l->rib, l->attrs);
	bgp_out_set_wake(l->out, on_wake, l);
	bgp_out_set_received(l->out, on_received, l);
	bgp_out_set_counts(l->out, on_counts, l);
}

void out_lab_fini(struct out_lab *l)
{
	bgp_out_free(l->out);
	bgp_attrs_drop(l->attrs, l->shared);
	assert_int_equal(bgp_attr_table_count(l->attrs), 0);
	bgp_attr_table_free(l->attrs);
	rib_free(l->rib);
	conf_free(l->conf);
	k8s_object_free(l->node);
}

static void set_rules(struct out_lab *l)
{
	const struct bgp_out_rules rules = {
	    .policy = &l->conf->policy,
	    .communities = l->conf->communities,
	    .n_communities = l->conf->n_communities,
	    .node = l->node ? &l->node->node : NULL,
	    .is_node = l->conf->role == CONF_NODE,
	};

	bgp_out_set_rules(l->out, &rules);
}

void out_lab_for(struct out_lab *l, size_t i, const char *app)
{
	struct selectors *to = &l->conf->policy.pools[0].ads[i].services;

	selectors_fini(to);
	*to = (struct selectors){xcalloc(1, sizeof(*to->v)), 1};
	to->v->labels = xcalloc(1, sizeof(*to->v->labels));
	to->v->labels[0] = (struct selector_label){xstrdup("app"), xstrdup(app)};
	to->v->n_labels = 1;
	set_rules(l);
}

void out_lab_rules(struct out_lab *l, const char *role, const char *yaml, const char *labels)
{
	struct conf *old = l->conf;
	struct k8s_object *old_node = l->node;
	struct conf_errors errors = {0};
	char text[8192];

	snprintf(text, sizeof(text), "role: %s\n%s", role, yaml);
	l->conf = conf_parse(text, strlen(text), "test", &errors);
	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(l->conf);
	l->node = labels ? node("n1", labels) : NULL;
	set_rules(l);
	conf_free(old);
	k8s_object_free(old_node);
}

void out_lab_route(
    struct out_lab *l, enum rib_source source, const char *prefix, const char *via)
{
	struct rib_nexthop nh[8];
	char word[OBJ_WORD];
	struct prefix p;
	size_t n = 0;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	if (via && !*via)
		nh[n++] = (struct rib_nexthop){.loopback = true, .weight = 1};
	while (via && *via && obj_word(&via, " ", word))
		nh[n++] = (struct rib_nexthop){.addr = obj_addr(word), .weight = 1};
	rib_set(l->rib, source, &p, nh, n);
}

void out_lab_received(
    struct out_lab *l, const char *from, bool ibgp, const uint32_t *communities, size_t n)
{
	static const uint32_t path[] = {65010, 70000};
	uint8_t as_path[64];
	struct wr w = wr_of(as_path, sizeof(as_path));
	struct bgp_attrs a = {
	    .has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP | BGP_HAS_MED |
	           BGP_HAS_LOCAL_PREF,
	    .med = 7,
	    .local_pref = 200,
	    .nexthop = obj_addr(from),
	    .as_path = as_path,
	    .communities = communities,
	    .n_communities = (uint16_t)n,
	};

	wr_u8(&w, 2);
	wr_u8(&w, ARRAY_LEN(path));
	for (size_t i = 0; i < ARRAY_LEN(path); i++)
		wr_u32(&w, path[i]);
	a.as_path_len = (uint16_t)w.len;
	bgp_attrs_drop(l->attrs, l->shared);
	l->shared = bgp_attrs_share(l->attrs, &a);
	l->received_from = obj_addr(from);
	l->received_ibgp = ibgp;
}

void sim_init(struct sim *s, const char *name, const char *address, bool ibgp)
{
	*s = (struct sim){
	    .nb = {.name = xstrdup(name),           .from_peers = true        },
	    .facts = { .remote = obj_addr(address),
		   .local = obj_addr("192.0.2.254"),
		   .my_asn = 64512,
		   .asn = ibgp ? 64512 : 65000,
		   .ibgp = ibgp,
		   .as4 = true,
		   .refresh = true,
		   .families = BGP_IPV4 | BGP_IPV6,
		   .self = {obj_addr("192.0.2.254"), obj_addr("2001:db8::fe")}},
	};
}

void sim_export(struct sim *s, const char *rule)
{
	struct bgp_prefix_list *l = &s->nb.export.prefixes;

	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	assert_null(bgp_prefix_rule_parse(rule, &l->v[l->n++]));
	s->nb.from_peers = false;
}

void sim_export_none(struct sim *s)
{
	s->nb.export.prefixes.n = 0;
	s->nb.from_peers = false;
}

void sim_up(struct out_lab *l, struct sim *s)
{
	s->peer = bgp_out_peer_new(l->out, &s->nb, &s->facts);
}

void sim_down(struct sim *s)
{
	bgp_out_peer_free(s->peer);
	s->peer = NULL;
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].text);
	free(s->v);
	s->v = NULL;
	s->n = 0;
	s->end_of_rib = 0;
}

void sim_fini(struct sim *s)
{
	sim_down(s);
	free(s->nb.name);
	free(s->nb.export.prefixes.v);
}

/* Where the prefix stands, or would. */
static size_t place(const struct sim *s, const struct prefix *p)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (prefix_cmp(&s->v[mid].prefix, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct sim_route *find(const struct sim *s, const struct prefix *p)
{
	size_t i = place(s, p);

	return i < s->n && !prefix_cmp(&s->v[i].prefix, p) ? &s->v[i] : NULL;
}

static void take(struct sim *s, const struct prefix *p, const struct bgp_attrs *a)
{
	struct sim_route *r = find(s, p);
	size_t i = place(s, p);

	s->announced++;
	if (!r) {
		s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
		memmove(&s->v[i + 1], &s->v[i], (s->n++ - i) * sizeof(*s->v));
		r = &s->v[i];
		*r = (struct sim_route){.prefix = *p};
	}
	free(r->text);
	r->text = sim_text(a);
}

static void lose(struct sim *s, const struct prefix *p)
{
	struct sim_route *r = find(s, p);

	s->withdrawn++;
	if (!r) {
		s->needless++;
		return;
	}
	free(r->text);
	s->n--;
	memmove(r, r + 1, (size_t)(s->v + s->n - r) * sizeof(*r));
}

static void read_update(struct sim *s, struct rd *body)
{
	static uint64_t scratch[BGP_UPDATE_SCRATCH / 8];
	const struct bgp_update_from from = {.as4 = s->facts.as4,
	    .ibgp = s->facts.ibgp,
	    .asn = s->facts.my_asn,
	    .families = s->facts.families,
	    .local = s->facts.remote};
	struct bgp_error e = {0};
	struct bgp_update u;
	struct prefix p;

	assert_int_equal(bgp_update_decode(body, &from, scratch, &u, &e), 0);
	assert_int_equal(u.verdict, BGP_UPDATE_GOOD);
	if (u.end_of_rib)
		s->end_of_rib |= u.end_of_rib == AF_INET6 ? BGP_IPV6 : BGP_IPV4;
	for (int i = 0; i < 2; i++)
		while (bgp_nlri_next(&u.withdrawn[i], &p))
			lose(s, &p);
	while (bgp_nlri_next(&u.reach[0], &p))
		take(s, &p, &u.attrs);
	u.attrs.nexthop = u.mp_nexthop;
	u.attrs.nexthop_ll = u.mp_nexthop_ll;
	u.attrs.nexthop_ll_set = u.mp_nexthop_ll.family;
	while (bgp_nlri_next(&u.reach[1], &p))
		take(s, &p, &u.attrs);
}

bool sim_read(struct sim *s, size_t max)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	struct bgp_error e;
	enum bgp_type type;

	while (max--) {
		struct wr w = wr_of(buf, sizeof(buf));
		struct rd body;

		if (!bgp_out_fill(s->peer, &w)) {
			assert_int_equal(w.len, 0);
			return true;
		}
		assert_false(w.bad);
		if (!w.len)
			continue;
		assert_int_equal(bgp_frame(buf, w.len, &type, &e), w.len);
		assert_int_equal(type, BGP_UPDATE);
		s->messages++;
		body = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
		read_update(s, &body);
	}
	return false;
}

const char *sim_has(const struct sim *s, const char *prefix)
{
	struct prefix p;
	struct sim_route *r;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	r = find(s, &p);
	return r ? r->text : NULL;
}

void sim_assert(const struct sim *s, const char *lines)
{
	char *text = NULL, prefix[PREFIX_STRLEN];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s %s\n", prefix_str(&s->v[i].prefix, prefix), s->v[i].text);
	fclose(f);
	assert_string_equal(text, lines);
	free(text);
}

static void put_communities(FILE *f, const struct bgp_attrs *a)
{
	for (size_t i = 0; i < a->n_communities; i++)
		fprintf(f, "%s%u:%u", i ? "," : " c=", a->communities[i] >> 16,
		    a->communities[i] & 0xffff);
	for (size_t i = 0; i < a->n_large; i++)
		fprintf(f, "%s%u:%u:%u", i ? "," : " lc=", a->large[i].global,
		    a->large[i].local1, a->large[i].local2);
	for (size_t i = 0; i < a->n_ext; i++)
		fprintf(f, "%s%llx", i ? "," : " x=", (unsigned long long)a->ext[i]);
}

char *sim_text(const struct bgp_attrs *a)
{
	static const char origins[] = "ie?";
	char *text = NULL, buf[256];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "nh=%s", ipaddr_str(&a->nexthop, buf));
	if (a->nexthop_ll_set)
		fprintf(f, ",%s", ipaddr_str(&a->nexthop_ll, buf));
	fprintf(f, " o=%c path=%s", origins[a->origin], bgp_as_path_str(a, buf, sizeof(buf)));
	if (a->has & BGP_HAS_MED)
		fprintf(f, " med=%u", a->med);
	if (a->has & BGP_HAS_LOCAL_PREF)
		fprintf(f, " lp=%u", a->local_pref);
	put_communities(f, a);
	fclose(f);
	return text;
}
