/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row per attribute: how it is read, how it is written, and what is done about a malformed
 * one (RFC 7606 7). The list is walked once; what is wrong is remembered, the worst counts.
 *
 * MP_REACH_NLRI and MP_UNREACH_NLRI are only found here, update.c reads them. Optional
 * transitive attributes without a row are kept whole, to be passed on with the Partial bit (RFC
 * 4271 5); other optional ones are dropped in silence.
 */
#include "announcer/bgp/attr_int.h"
#include "announcer/bgp/open.h"
#include "announcer/util.h"
#include <errno.h>
#include <sys/socket.h>

enum {
	WELL_KNOWN = BGP_ATTR_TRANSITIVE,
	NON_TRANSITIVE = BGP_ATTR_OPTIONAL,
	TRANSITIVE = BGP_ATTR_OPTIONAL | BGP_ATTR_TRANSITIVE,
	KIND = TRANSITIVE,
	LOCAL_PREF_DEFAULT = 100,
	EXT_NON_TRANSITIVE = 0x40, /* first octet of an extended community */
};

void bgp_attr_blame(
    struct bgp_attr_in *in, enum bgp_attr_fault fault, uint16_t why, uint8_t code)
{
	if (fault <= in->fault)
		return;
	in->fault = fault;
	in->why = why;
	in->why_attr = code;
	in->why_at = in->at;
}

void *bgp_attr_scratch(struct bgp_attr_in *in, size_t len)
{
	uint8_t *p = in->scratch;

	len = (len + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
	if (len > (size_t)(in->scratch_end - p))
		return NULL;
	in->scratch += len;
	return p;
}

void bgp_attr_head(struct wr *w, uint8_t flags, uint8_t code, size_t len)
{
	wr_u8(w, len > UINT8_MAX ? flags | BGP_ATTR_LONG : flags);
	wr_u8(w, code);
	wr_be(w, len, len > UINT8_MAX ? 2 : 1);
}

/* --- one attribute each; decoders return 0 or what is wrong (enum bgp_code) */

static uint16_t origin_decode(struct bgp_attr_in *in, struct rd *v)
{
	if (rd_left(v) != 1)
		return BGP_ERR_ATTR_LENGTH;
	in->a->origin = rd_u8(v);
	if (in->a->origin > BGP_ORIGIN_INCOMPLETE)
		return BGP_ERR_ORIGIN;
	in->a->has |= BGP_HAS_ORIGIN;
	return BGP_NO_ERROR;
}

static void origin_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	(void)to;
	if (!(a->has & BGP_HAS_ORIGIN))
		return;
	bgp_attr_head(w, WELL_KNOWN, BGP_ATTR_ORIGIN, 1);
	wr_u8(w, a->origin);
}

static uint16_t nexthop_decode(struct bgp_attr_in *in, struct rd *v)
{
	if (rd_left(v) != 4)
		return BGP_ERR_ATTR_LENGTH;
	in->a->nexthop = (struct ipaddr){.family = AF_INET};
	rd_copy(v, in->a->nexthop.addr, 4);
	in->a->has |= BGP_HAS_NEXTHOP;
	return BGP_NO_ERROR;
}

static void nexthop_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	if (!to->in_nlri || !(a->has & BGP_HAS_NEXTHOP) || a->nexthop.family != AF_INET)
		return;
	bgp_attr_head(w, WELL_KNOWN, BGP_ATTR_NEXT_HOP, 4);
	wr_bytes(w, a->nexthop.addr, 4);
}

static uint16_t u32_decode(struct bgp_attr_in *in, struct rd *v, uint32_t *to, unsigned has)
{
	if (rd_left(v) != 4)
		return BGP_ERR_ATTR_LENGTH;
	*to = rd_u32(v);
	in->a->has |= has;
	return BGP_NO_ERROR;
}

static void u32_encode(struct wr *w, uint8_t flags, uint8_t code, uint32_t v)
{
	bgp_attr_head(w, flags, code, 4);
	wr_u32(w, v);
}

static uint16_t med_decode(struct bgp_attr_in *in, struct rd *v)
{
	return u32_decode(in, v, &in->a->med, BGP_HAS_MED);
}

static void med_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	(void)to;
	if (a->has & BGP_HAS_MED)
		u32_encode(w, NON_TRANSITIVE, BGP_ATTR_MED, a->med);
}

static uint16_t local_pref_decode(struct bgp_attr_in *in, struct rd *v)
{
	return u32_decode(in, v, &in->a->local_pref, BGP_HAS_LOCAL_PREF);
}

static void local_pref_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	if (to->ibgp)
		u32_encode(w, WELL_KNOWN, BGP_ATTR_LOCAL_PREF,
		    a->has & BGP_HAS_LOCAL_PREF ? a->local_pref : LOCAL_PREF_DEFAULT);
}

static uint16_t atomic_decode(struct bgp_attr_in *in, struct rd *v)
{
	if (rd_left(v))
		return BGP_ERR_ATTR_LENGTH;
	in->a->has |= BGP_HAS_ATOMIC;
	return BGP_NO_ERROR;
}

static void atomic_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	(void)to;
	if (a->has & BGP_HAS_ATOMIC)
		bgp_attr_head(w, WELL_KNOWN, BGP_ATTR_ATOMIC_AGGREGATE, 0);
}

static uint16_t aggregator_decode(struct bgp_attr_in *in, struct rd *v)
{
	size_t width = in->as4 ? 4 : 2;

	if (rd_left(v) != width + 4)
		return BGP_ERR_ATTR_LENGTH;
	in->a->aggregator_asn = (uint32_t)rd_be(v, width);
	in->a->aggregator_id = rd_u32(v);
	if (!in->a->aggregator_asn) /* RFC 7607 2 */
		return BGP_ERR_OPTIONAL;
	in->a->has |= BGP_HAS_AGGREGATOR;
	return BGP_NO_ERROR;
}

static void aggregator_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	uint32_t asn = a->aggregator_asn;

	if (!(a->has & BGP_HAS_AGGREGATOR))
		return;
	bgp_attr_head(w, TRANSITIVE, BGP_ATTR_AGGREGATOR, to->as4 ? 8 : 6);
	if (to->as4)
		wr_u32(w, asn);
	else
		wr_u16(w, (uint16_t)(asn > UINT16_MAX ? BGP_AS_TRANS : asn));
	wr_u32(w, a->aggregator_id);
}

static uint16_t as4_aggregator_decode(struct bgp_attr_in *in, struct rd *v)
{
	if (rd_left(v) != 8)
		return BGP_ERR_ATTR_LENGTH;
	in->as4_aggregator_asn = rd_u32(v);
	in->as4_aggregator_id = rd_u32(v);
	if (!in->as4_aggregator_asn) /* RFC 7607 2 */
		return BGP_ERR_OPTIONAL;
	in->as4_aggregator_set = true;
	return BGP_NO_ERROR;
}

static void as4_aggregator_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	if (to->as4 || !(a->has & BGP_HAS_AGGREGATOR) || a->aggregator_asn <= UINT16_MAX)
		return;
	bgp_attr_head(w, TRANSITIVE, BGP_ATTR_AS4_AGGREGATOR, 8);
	wr_u32(w, a->aggregator_asn);
	wr_u32(w, a->aggregator_id);
}

static uint16_t u32s_decode(
    struct bgp_attr_in *in, struct rd *v, const uint32_t **to, uint16_t *n)
{
	size_t len = rd_left(v);
	uint32_t *list;

	if (!len || len % 4)
		return BGP_ERR_ATTR_LENGTH;
	list = bgp_attr_scratch(in, len);
	if (!list)
		return BGP_ERR_ATTR_LENGTH;
	for (size_t i = 0; i < len / 4; i++)
		list[i] = rd_u32(v);
	*to = list;
	*n = (uint16_t)(len / 4);
	return BGP_NO_ERROR;
}

static void u32s_encode(
    struct wr *w, uint8_t flags, uint8_t code, const uint32_t *list, size_t n)
{
	if (!n)
		return;
	bgp_attr_head(w, flags, code, 4 * n);
	for (size_t i = 0; i < n; i++)
		wr_u32(w, list[i]);
}

static uint16_t communities_decode(struct bgp_attr_in *in, struct rd *v)
{
	return u32s_decode(in, v, &in->a->communities, &in->a->n_communities);
}

static void communities_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	(void)to;
	u32s_encode(w, TRANSITIVE, BGP_ATTR_COMMUNITIES, a->communities, a->n_communities);
}

static uint16_t originator_decode(struct bgp_attr_in *in, struct rd *v)
{
	return u32_decode(in, v, &in->a->originator_id, BGP_HAS_ORIGINATOR);
}

static void originator_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	if (to->ibgp && a->has & BGP_HAS_ORIGINATOR)
		u32_encode(w, NON_TRANSITIVE, BGP_ATTR_ORIGINATOR_ID, a->originator_id);
}

static uint16_t clusters_decode(struct bgp_attr_in *in, struct rd *v)
{
	return u32s_decode(in, v, &in->a->clusters, &in->a->n_clusters);
}

static void clusters_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	if (to->ibgp)
		u32s_encode(
		    w, NON_TRANSITIVE, BGP_ATTR_CLUSTER_LIST, a->clusters, a->n_clusters);
}

static uint16_t ext_decode(struct bgp_attr_in *in, struct rd *v)
{
	size_t len = rd_left(v);
	uint64_t *list;

	if (!len || len % 8)
		return BGP_ERR_ATTR_LENGTH;
	list = bgp_attr_scratch(in, len);
	if (!list)
		return BGP_ERR_ATTR_LENGTH;
	for (size_t i = 0; i < len / 8; i++)
		list[i] = rd_u64(v);
	in->a->ext = list;
	in->a->n_ext = (uint16_t)(len / 8);
	return BGP_NO_ERROR;
}

static bool ext_goes(uint64_t ext, const struct bgp_attr_out *to) /* RFC 4360 6 */
{
	return to->ibgp || !((ext >> 56) & EXT_NON_TRANSITIVE);
}

static void ext_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_ext; i++)
		n += ext_goes(a->ext[i], to);
	if (!n)
		return;
	bgp_attr_head(w, TRANSITIVE, BGP_ATTR_EXT_COMMUNITIES, 8 * n);
	for (size_t i = 0; i < a->n_ext; i++)
		if (ext_goes(a->ext[i], to))
			wr_u64(w, a->ext[i]);
}

static bool large_same(const struct bgp_large *a, const struct bgp_large *b)
{
	return a->global == b->global && a->local1 == b->local1 && a->local2 == b->local2;
}

static uint16_t large_decode(struct bgp_attr_in *in, struct rd *v)
{
	size_t len = rd_left(v), n = 0, i;
	struct bgp_large *list, one;

	if (!len || len % 12)
		return BGP_ERR_ATTR_LENGTH;
	list = bgp_attr_scratch(in, len);
	if (!list)
		return BGP_ERR_ATTR_LENGTH;
	while (rd_left(v) > 0) {
		one.global = rd_u32(v);
		one.local1 = rd_u32(v);
		one.local2 = rd_u32(v);
		for (i = 0; i < n && !large_same(&list[i], &one); i++)
			;
		if (i == n) /* RFC 8092 3: duplicates are removed */
			list[n++] = one;
	}
	in->a->large = list;
	in->a->n_large = (uint16_t)n;
	return BGP_NO_ERROR;
}

static void large_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	(void)to;
	if (!a->n_large)
		return;
	bgp_attr_head(w, TRANSITIVE, BGP_ATTR_LARGE_COMMUNITIES, 12U * a->n_large);
	for (size_t i = 0; i < a->n_large; i++) {
		wr_u32(w, a->large[i].global);
		wr_u32(w, a->large[i].local1);
		wr_u32(w, a->large[i].local2);
	}
}

static uint16_t mp_reach_decode(struct bgp_attr_in *in, struct rd *v)
{
	in->mp_reach = *v;
	in->mp_reach_at = in->at;
	return BGP_NO_ERROR;
}

static uint16_t mp_unreach_decode(struct bgp_attr_in *in, struct rd *v)
{
	in->mp_unreach = *v;
	in->mp_unreach_at = in->at;
	return BGP_NO_ERROR;
}

/* --- the table */

/* Who may send an attribute; from others it is discarded. */
enum sender { ANY, IBGP_ONLY, OLD_ONLY };

static const struct row {
	uint8_t code, flags;
	enum sender from;
	enum bgp_attr_fault malformed;
	uint16_t (*decode)(struct bgp_attr_in *in, struct rd *v);
	void (*encode)(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to);
} rows[] = {
#define ROW(code, flags, from, malformed, name)                                                \
	{                                                                                      \
		code, flags, from, malformed, name##_decode, name##_encode                     \
	}
    ROW(BGP_ATTR_ORIGIN, WELL_KNOWN, ANY, BGP_ATTR_WITHDRAW, origin), /* RFC 7606 7.1 */
    ROW(BGP_ATTR_AS_PATH, WELL_KNOWN, ANY, BGP_ATTR_WITHDRAW, bgp_as_path), /* 7.2 */
    ROW(BGP_ATTR_NEXT_HOP, WELL_KNOWN, ANY, BGP_ATTR_WITHDRAW, nexthop), /* 7.3 */
    ROW(BGP_ATTR_MED, NON_TRANSITIVE, ANY, BGP_ATTR_WITHDRAW, med), /* 7.4 */
    ROW(BGP_ATTR_LOCAL_PREF, WELL_KNOWN, IBGP_ONLY, BGP_ATTR_WITHDRAW, local_pref), /* 7.5 */
    ROW(BGP_ATTR_ATOMIC_AGGREGATE, WELL_KNOWN, ANY, BGP_ATTR_DISCARD, atomic), /* 7.6 */
    ROW(BGP_ATTR_AGGREGATOR, TRANSITIVE, ANY, BGP_ATTR_DISCARD, aggregator), /* 7.7 */
    ROW(BGP_ATTR_COMMUNITIES, TRANSITIVE, ANY, BGP_ATTR_WITHDRAW, communities), /* 7.8 */
    ROW(BGP_ATTR_ORIGINATOR_ID, NON_TRANSITIVE, IBGP_ONLY, BGP_ATTR_WITHDRAW,
	originator), /* 7.9 */
    ROW(BGP_ATTR_CLUSTER_LIST, NON_TRANSITIVE, IBGP_ONLY, BGP_ATTR_WITHDRAW,
	clusters), /* 7.10 */
    {BGP_ATTR_MP_REACH,   NON_TRANSITIVE, ANY, BGP_ATTR_RESET, mp_reach_decode,   NULL}, /* 7.11 */
    {BGP_ATTR_MP_UNREACH, NON_TRANSITIVE, ANY, BGP_ATTR_RESET, mp_unreach_decode,
						       NULL									     }, /* 7.12 */
    ROW(BGP_ATTR_EXT_COMMUNITIES, TRANSITIVE, ANY, BGP_ATTR_WITHDRAW, ext), /* 7.14 */
    ROW(BGP_ATTR_AS4_PATH, TRANSITIVE, OLD_ONLY, BGP_ATTR_DISCARD,
	bgp_as4_path), /* RFC 6793 6 */
    ROW(BGP_ATTR_AS4_AGGREGATOR, TRANSITIVE, OLD_ONLY, BGP_ATTR_DISCARD, as4_aggregator),
    ROW(BGP_ATTR_LARGE_COMMUNITIES, TRANSITIVE, ANY, BGP_ATTR_WITHDRAW, large), /* RFC 8092 6 */
#undef ROW
};

static const struct row *row_of(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

static bool may_send(const struct row *row, const struct bgp_attr_in *in)
{
	return row->from == ANY || (row->from == IBGP_ONLY ? in->ibgp : !in->as4);
}

static int reset(struct bgp_error *e, uint16_t why, const uint8_t *at, const uint8_t *end)
{
	bgp_error_set(e, why, at, (size_t)(end - at));
	return -EPROTO;
}

/* Kept whole behind what is there already; the first one takes room for all that may follow. */
static void keep_unknown(struct bgp_attr_in *in, const uint8_t *at, size_t len)
{
	if (!in->unknown)
		in->a->unknown = in->unknown = bgp_attr_scratch(in, (size_t)(in->end - at));
	if (!in->unknown)
		return;
	memcpy(in->unknown + in->a->unknown_len, at, len);
	in->a->unknown_len += (uint16_t)len;
}

/* One attribute from `at` on, its value v. Return: 0 or -EPROTO. */
static int one_decode(
    struct bgp_attr_in *in, const uint8_t *at, struct rd v, struct bgp_error *e)
{
	uint8_t flags = at[0], code = at[1], bit = (uint8_t)(1U << code % 8);
	const struct row *row = row_of(code);
	uint16_t why;

	if (!row && !(flags & BGP_ATTR_OPTIONAL)) /* RFC 4271 6.3 */
		return reset(e, BGP_ERR_ATTR_UNKNOWN, at, v.end);
	if (in->seen[code / 8] & bit) { /* RFC 7606 3 g */
		if (code == BGP_ATTR_MP_REACH || code == BGP_ATTR_MP_UNREACH)
			return reset(e, BGP_ERR_ATTR_LIST, NULL, NULL);
		bgp_attr_blame(in, BGP_ATTR_DISCARD, BGP_ERR_ATTR_LIST, code);
		return 0;
	}
	in->seen[code / 8] |= bit;
	if (!row && flags & BGP_ATTR_TRANSITIVE)
		keep_unknown(in, at, (size_t)(v.end - at));
	if (!row)
		return 0;
	if (!may_send(row, in)) {
		bgp_attr_blame(in, BGP_ATTR_DISCARD, BGP_ERR_ATTR_LIST, code);
		return 0;
	}
	if ((flags & KIND) != row->flags) /* RFC 7606 3 c */
		bgp_attr_blame(in, BGP_ATTR_WITHDRAW, BGP_ERR_ATTR_FLAGS, code);
	why = row->decode(in, &v);
	if (why)
		bgp_attr_blame(in, row->malformed, why, code);
	return 0;
}

/* An attribute that the list has no room for. The total length tells where the NLRI begins
 * (RFC 7606 4), but prefixes of the MP_ ones cannot be read (3 j). Return: 0 or -EPROTO. */
static int cut_short(struct bgp_attr_in *in, const uint8_t *at, struct bgp_error *e)
{
	bool typed = in->end - at >= 2;

	if (typed && (at[1] == BGP_ATTR_MP_REACH || at[1] == BGP_ATTR_MP_UNREACH))
		return reset(e, BGP_ERR_ATTR_LENGTH, at, in->end);
	bgp_attr_blame(in, BGP_ATTR_WITHDRAW, BGP_ERR_ATTR_LENGTH, 0);
	return 0;
}

int bgp_attrs_decode(struct rd *r, struct bgp_attr_in *in, struct bgp_error *e)
{
	const uint8_t *at;
	uint8_t flags;
	struct rd v;
	int rc = 0;

	in->end = r->end;
	while (!rc && rd_left(r) > 0) {
		at = r->p;
		flags = rd_u8(r);
		rd_skip(r, 1);
		v = rd_sub(r, (size_t)rd_be(r, flags & BGP_ATTR_LONG ? 2 : 1));
		in->at = rd_of(at, (size_t)((r->bad ? in->end : v.end) - at));
		if (r->bad) {
			rc = cut_short(in, at, e);
			break;
		}
		in->n++;
		rc = one_decode(in, at, v, e);
	}
	if (!rc)
		bgp_as4_merge(in);
	return rc;
}

/* Attributes that we do not know, of codes from `lo` up to `hi`. */
static void unknown_encode(struct wr *w, const struct bgp_attrs *a, unsigned lo, unsigned hi)
{
	struct rd r = rd_of(a->unknown, a->unknown_len);

	while (rd_left(&r) > 0) {
		uint8_t flags = rd_u8(&r), code = rd_u8(&r);
		struct rd v = rd_sub(&r, (size_t)rd_be(&r, flags & BGP_ATTR_LONG ? 2 : 1));
		size_t len = rd_left(&v);

		if (r.bad || code < lo || code > hi)
			continue;
		bgp_attr_head(w, TRANSITIVE | BGP_ATTR_PARTIAL, code, len);
		wr_bytes(w, rd_bytes(&v, len), len);
	}
}

void bgp_attrs_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	unsigned next = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (a->unknown_len)
			unknown_encode(w, a, next, rows[i].code - 1U);
		next = rows[i].code;
		if (rows[i].encode)
			rows[i].encode(w, a, to);
	}
	if (a->unknown_len)
		unknown_encode(w, a, next, UINT8_MAX);
}
