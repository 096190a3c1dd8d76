/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beat_facts.c - a node's interfaces as bytes, for its peers: each
 *
 *   length of name 1 | name | flags 1 | subnets 2 | subnets: family 1 | length 1 | its bytes
 */
#include "announcer/l2/beat.h"
#include "announcer/util.h"
#include <errno.h>
#include <sys/socket.h>

enum { FACT_DEFAULT4 = 1, FACT_DEFAULT6 = 2, FACT_NAMED = 4, IPV4 = 4, IPV6 = 6 };

void beat_facts_part_encode(struct wr *w, const struct beat_part *p)
{
	wr_u32(w, (uint32_t)p->version);
	wr_u16(w, p->part);
	wr_u16(w, p->parts);
}

int beat_facts_part_decode(struct rd *body, struct beat_part *p)
{
	p->since = 0;
	p->version = rd_u32(body);
	p->part = rd_u16(body);
	p->parts = rd_u16(body);
	return body->bad || !p->version || p->part >= p->parts ? -EBADMSG : 0;
}

static void subnet_encode(struct wr *w, const struct prefix *p)
{
	wr_u8(w, p->family == AF_INET6 ? IPV6 : IPV4);
	wr_u8(w, p->plen);
	wr_bytes(w, p->addr, (p->plen + 7u) / 8);
}

static void iface_encode(struct wr *w, const struct l2_iface *i)
{
	size_t n = strlen(i->name);

	wr_u8(w, (uint8_t)n);
	wr_bytes(w, i->name, n);
	wr_u8(w, (uint8_t)((i->default4 ? FACT_DEFAULT4 : 0) |
			   (i->default6 ? FACT_DEFAULT6 : 0) | (i->named ? FACT_NAMED : 0)));
	wr_u16(w, (uint16_t)i->n_subnets);
	for (size_t k = 0; k < i->n_subnets; k++)
		subnet_encode(w, &i->subnets[k]);
}

void beat_facts_encode(struct wr *w, const struct l2_facts *f)
{
	for (size_t i = 0; i < f->n && !w->bad; i++) {
		size_t before = w->len;

		iface_encode(w, &f->v[i]);
		if (w->bad)
			w->len = before;
	}
	w->bad = false;
}

static int subnet_decode(struct rd *r, struct prefix *p)
{
	uint8_t family = rd_u8(r);

	*p = (struct prefix){.family = family == IPV6 ? AF_INET6 : AF_INET, .plen = rd_u8(r)};
	if (r->bad || (family != IPV4 && family != IPV6) || p->plen > ipaddr_len(p->family) * 8)
		return -EBADMSG;
	rd_copy(r, p->addr, (p->plen + 7u) / 8);
	prefix_mask(p);
	return r->bad ? -EBADMSG : 0;
}

static int name_decode(struct rd *r, char name[L2_NAME])
{
	size_t n = rd_u8(r);
	const uint8_t *s = rd_bytes(r, n);

	if (!s || !n || n >= L2_NAME)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] == 0x7f || s[i] == '/')
			return -EBADMSG;
	memcpy(name, s, n);
	name[n] = '\0';
	return 0;
}

static int iface_decode(struct rd *r, struct l2_iface *i)
{
	uint8_t flags;
	size_t n;

	if (name_decode(r, i->name))
		return -EBADMSG;
	flags = rd_u8(r);
	n = rd_u16(r);
	if (r->bad || n > rd_left(r) / 2) /* a subnet has two bytes at least */
		return -EBADMSG;
	i->default4 = flags & FACT_DEFAULT4;
	i->default6 = flags & FACT_DEFAULT6;
	i->named = flags & FACT_NAMED;
	i->subnets = n ? xcalloc(n, sizeof(*i->subnets)) : NULL;
	for (i->n_subnets = 0; i->n_subnets < n; i->n_subnets++)
		if (subnet_decode(r, &i->subnets[i->n_subnets]))
			return -EBADMSG;
	return 0;
}

int beat_facts_decode(struct rd *r, struct l2_facts *f)
{
	struct l2_facts got = {0};

	while (rd_left(r)) {
		got.v = xrealloc(got.v, got.n + 1, sizeof(*got.v));
		got.v[got.n] = (struct l2_iface){0};
		if (iface_decode(r, &got.v[got.n++])) {
			l2_facts_fini(&got);
			return -EBADMSG;
		}
	}
	if (r->bad)
		return -EBADMSG;
	*f = got;
	return 0;
}
