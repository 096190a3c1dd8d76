/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session is to be: rules of prefix lists as text and as a judgement, and whether two
 * neighbours are the same. Must not do: know where a neighbour was written (neighbors.c).
 */
#include "announcer/bgp/neighbor.h"
#include "announcer/util.h"
#include <ctype.h>
#include <stdio.h>
#include <sys/socket.h>

static const char *skip_blanks(const char *s)
{
	while (isblank((unsigned char)*s))
		s++;
	return s;
}

/* The word at *s into buf, and *s after it; false: there is none, or it is too long. */
static bool word(const char **s, char *buf, size_t size)
{
	const char *from = skip_blanks(*s);
	size_t len = strcspn(from, " \t");

	if (!len || len >= size)
		return false;
	memcpy(buf, from, len);
	buf[len] = '\0';
	*s = skip_blanks(from + len);
	return true;
}

/* A decimal of at most three digits. */
static bool bits(const char *s, unsigned *to)
{
	unsigned v = 0;
	size_t len = strspn(s, "0123456789");

	if (!len || len > 3 || s[len])
		return false;
	for (size_t i = 0; i < len; i++)
		v = v * 10 + (unsigned)(s[i] - '0');
	*to = v;
	return true;
}

/* "ge 24 le 32", in this order; what is not said stays 0. */
static bool range(const char **s, unsigned *ge, unsigned *le)
{
	static const char *const words[] = {"ge", "le"};
	unsigned *const to[] = {ge, le};
	char w[8];

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const char *at = *s;

		if (!word(&at, w, sizeof(w)) || strcmp(w, words[i]) != 0)
			continue;
		if (!word(&at, w, sizeof(w)) || !bits(w, to[i]) || !*to[i])
			return false;
		*s = at;
	}
	return !**s;
}

const char *bgp_prefix_rule_parse(const char *s, struct bgp_prefix_rule *to)
{
	struct bgp_prefix_rule r = {.deny = false};
	unsigned ge = 0, le = 0, max;
	char w[PREFIX_STRLEN];

	if (!word(&s, w, sizeof(w)))
		return "a prefix";
	r.deny = strcmp(w, "deny") == 0;
	if ((r.deny || strcmp(w, "permit") == 0) && !word(&s, w, sizeof(w)))
		return "a prefix";
	if (prefix_parse(w, &r.prefix))
		return "a prefix, such as 192.0.2.0/24";
	if (!range(&s, &ge, &le))
		return "PREFIX [ge LENGTH] [le LENGTH]";
	max = ipaddr_len(r.prefix.family) * 8;
	if (!le)
		le = ge ? max : r.prefix.plen;
	if (!ge)
		ge = r.prefix.plen;
	if (ge < r.prefix.plen || ge > le || le > max)
		return "lengths in the order PREFIX <= ge <= le";
	r.ge = (uint8_t)ge;
	r.le = (uint8_t)le;
	*to = r;
	return NULL;
}

const char *bgp_prefix_rule_str(const struct bgp_prefix_rule *r, char *buf, size_t size)
{
	unsigned max = ipaddr_len(r->prefix.family) * 8;
	char p[PREFIX_STRLEN], ge[16] = "", le[16] = "";

	if (r->ge != r->prefix.plen)
		snprintf(ge, sizeof(ge), " ge %u", r->ge);
	if (r->le != (*ge ? max : r->prefix.plen))
		snprintf(le, sizeof(le), " le %u", r->le);
	snprintf(
	    buf, size, "%s%s%s%s", r->deny ? "deny " : "", prefix_str(&r->prefix, p), ge, le);
	return buf;
}

static bool rule_matches(const struct bgp_prefix_rule *r, const struct prefix *p)
{
	struct ipaddr a = {.family = p->family};

	if (p->family != r->prefix.family || p->plen < r->ge || p->plen > r->le)
		return false;
	memcpy(a.addr, p->addr, sizeof(a.addr));
	return prefix_contains(&r->prefix, &a);
}

bool bgp_prefix_list_passes(const struct bgp_prefix_list *l, const struct prefix *p)
{
	if (l->any)
		return true;
	for (size_t i = 0; i < l->n; i++)
		if (rule_matches(&l->v[i], p))
			return !l->v[i].deny;
	return false;
}

bool bgp_prefix_list_equal(const struct bgp_prefix_list *a, const struct bgp_prefix_list *b)
{
	if (a->any != b->any || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (prefix_cmp(&a->v[i].prefix, &b->v[i].prefix) != 0 ||
		    a->v[i].ge != b->v[i].ge || a->v[i].le != b->v[i].le ||
		    a->v[i].deny != b->v[i].deny)
			return false;
	return true;
}

void bgp_prefix_list_copy(struct bgp_prefix_list *to, const struct bgp_prefix_list *from)
{
	*to = *from;
	to->v = NULL;
	if (!from->n)
		return;
	to->v = xrealloc(NULL, from->n, sizeof(*to->v));
	memcpy(to->v, from->v, from->n * sizeof(*to->v));
}

void bgp_neighbor_fini(struct bgp_neighbor *n)
{
	free(n->name);
	free(n->interface);
	free(n->password);
	free(n->password_file);
	free(n->import.prefixes.v);
	free(n->export.prefixes.v);
	*n = (struct bgp_neighbor){.name = NULL};
}

void bgp_neighbor_copy(struct bgp_neighbor *to, const struct bgp_neighbor *from)
{
	*to = *from;
	to->name = xstrdup(from->name);
	to->interface = xstrdup(from->interface);
	to->password = xstrdup(from->password);
	to->password_file = xstrdup(from->password_file);
	bgp_prefix_list_copy(&to->import.prefixes, &from->import.prefixes);
	bgp_prefix_list_copy(&to->export.prefixes, &from->export.prefixes);
}

bool bgp_neighbor_same_peer(const struct bgp_neighbor *a, const struct bgp_neighbor *b)
{
	if (ipaddr_cmp(&a->address, &b->address) != 0)
		return false;
	if (!a->address.family)
		return prefix_cmp(&a->range, &b->range) == 0;
	return a->address.family == AF_INET || !ipaddr_is_linklocal(&a->address) ||
	       text_equal(a->interface, b->interface);
}

static bool who_equal(const struct bgp_neighbor *a, const struct bgp_neighbor *b)
{
	return text_equal(a->name, b->name) && ipaddr_cmp(&a->address, &b->address) == 0 &&
	       prefix_cmp(&a->range, &b->range) == 0 && a->limit == b->limit &&
	       a->my_asn == b->my_asn && a->asn == b->asn && a->asn_kind == b->asn_kind &&
	       a->router_id == b->router_id && a->from_peers == b->from_peers;
}

static bool way_equal(const struct bgp_neighbor *a, const struct bgp_neighbor *b)
{
	return ipaddr_cmp(&a->source, &b->source) == 0 &&
	       text_equal(a->interface, b->interface) && a->port == b->port &&
	       a->passive == b->passive && a->multihop == b->multihop &&
	       a->ttl_security == b->ttl_security && text_equal(a->password, b->password) &&
	       text_equal(a->password_file, b->password_file);
}

static bool offer_equal(const struct bgp_neighbor *a, const struct bgp_neighbor *b)
{
	return a->hold_s == b->hold_s && a->keepalive_s == b->keepalive_s &&
	       a->connect_s == b->connect_s && a->graceful == b->graceful &&
	       a->families == b->families;
}

bool bgp_neighbor_same_session(const struct bgp_neighbor *a, const struct bgp_neighbor *b)
{
	return who_equal(a, b) && way_equal(a, b) && offer_equal(a, b);
}

bool bgp_import_equal(const struct bgp_import *a, const struct bgp_import *b)
{
	return bgp_prefix_list_equal(&a->prefixes, &b->prefixes) && a->nexthop == b->nexthop &&
	       a->max_prefix == b->max_prefix && a->restart_s == b->restart_s &&
	       a->warning_only == b->warning_only && a->allow_own_as == b->allow_own_as &&
	       a->local_pref == b->local_pref;
}

bool bgp_neighbor_equal(const struct bgp_neighbor *a, const struct bgp_neighbor *b)
{
	return bgp_neighbor_same_session(a, b) && bgp_import_equal(&a->import, &b->import) &&
	       bgp_prefix_list_equal(&a->export.prefixes, &b->export.prefixes) &&
	       a->export.nexthop == b->export.nexthop &&
	       a->password_missing == b->password_missing;
}
