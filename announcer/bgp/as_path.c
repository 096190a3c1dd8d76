/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS paths: segments of a type, a count and that many AS numbers. In memory the numbers have
 * four octets each; what an old speaker (without RFC 6793) sends is widened, and completed by
 * its AS4_PATH. Segments of a confederation (RFC 5065) count nothing, and none goes to an eBGP
 * peer.
 */
#include "announcer/bgp/attr_int.h"
#include "announcer/bgp/open.h"
#include <stdio.h>

enum { SET = 1, SEQUENCE, CONFED_SEQUENCE, CONFED_SET, SEGMENT_MAX = 255 };

struct segment {
	uint8_t type, n;
	struct rd r; /* AS numbers */
};

/* The next segment, false at the end or where it is cut short. */
static bool segment_next(struct rd *r, size_t width, struct segment *s)
{
	if (!rd_left(r))
		return false;
	s->type = rd_u8(r);
	s->n = rd_u8(r);
	s->r = rd_sub(r, width * s->n);
	return !r->bad;
}

static struct rd path_of(const struct bgp_attrs *a)
{
	return rd_of(a->as_path ? a->as_path : (const uint8_t *)"", a->as_path_len);
}

static bool is_confed(const struct segment *s)
{
	return s->type == CONFED_SEQUENCE || s->type == CONFED_SET;
}

/* RFC 7606 7.2, 7607 2; segments of confederations are a member's to send (RFC 5065 5). */
static bool path_is_good(struct rd r, size_t width, bool confed)
{
	struct segment s;

	while (rd_left(&r) > 0) {
		if (!segment_next(&r, width, &s) || !s.n || s.type < SET ||
		    s.type > (confed ? CONFED_SET : SEQUENCE))
			return false;
		while (rd_left(&s.r) > 0)
			if (!rd_be(&s.r, width))
				return false;
	}
	return !r.bad;
}

/* Widen segments of two-octet numbers. NULL = no room. */
static const uint8_t *widen(struct bgp_attr_in *in, struct rd r, uint16_t *len)
{
	struct wr w = {.cap = 2 * rd_left(&r)};
	struct segment s;

	w.buf = bgp_attr_scratch(in, w.cap);
	if (!w.buf)
		return NULL;
	while (segment_next(&r, 2, &s)) {
		wr_u8(&w, s.type);
		wr_u8(&w, s.n);
		while (rd_left(&s.r) > 0)
			wr_u32(&w, rd_u16(&s.r));
	}
	*len = (uint16_t)w.len;
	return w.buf;
}

uint16_t bgp_as_path_decode(struct bgp_attr_in *in, struct rd *v)
{
	size_t len = rd_left(v);

	if (!path_is_good(*v, in->as4 ? 4 : 2, in->ibgp))
		return BGP_ERR_AS_PATH;
	in->a->as_path_len = (uint16_t)len;
	in->a->as_path = in->as4 ? rd_bytes(v, len) : widen(in, *v, &in->a->as_path_len);
	if (len && !in->a->as_path)
		return BGP_ERR_AS_PATH;
	in->a->has |= BGP_HAS_AS_PATH;
	return BGP_NO_ERROR;
}

/* RFC 6793 6; segments of a confederation have no place in it and are left out. */
uint16_t bgp_as4_path_decode(struct bgp_attr_in *in, struct rd *v)
{
	struct wr w = {.cap = rd_left(v)};
	struct segment s;
	const uint8_t *at = v->p;

	w.buf = bgp_attr_scratch(in, w.cap);
	if (w.cap < 6 || !w.buf || !path_is_good(*v, 4, true))
		return BGP_ERR_OPTIONAL;
	for (; segment_next(v, 4, &s); at = v->p)
		if (!is_confed(&s))
			wr_bytes(&w, at, (size_t)(v->p - at));
	in->as4_path = w.buf;
	in->as4_path_len = (uint16_t)w.len;
	return BGP_NO_ERROR;
}

/* What of a segment counts for the path's length. */
static unsigned segment_length(const struct segment *s)
{
	if (s->type == SEQUENCE)
		return s->n;
	return s->type == SET;
}

static unsigned length_of(struct rd r)
{
	struct segment s;
	unsigned n = 0;

	while (segment_next(&r, 4, &s))
		n += segment_length(&s);
	return n;
}

/* RFC 6793 4.2.3: the part of AS_PATH that AS4_PATH does not have, then AS4_PATH. */
static void merge_path(struct bgp_attr_in *in)
{
	struct bgp_attrs *a = in->a;
	struct rd r = path_of(a);
	unsigned all = length_of(r), tail = length_of(rd_of(in->as4_path, in->as4_path_len)),
		 lead;
	struct wr w = {.cap = (size_t)a->as_path_len + in->as4_path_len};
	struct segment s;
	uint8_t n;

	if (all < tail)
		return;
	w.buf = bgp_attr_scratch(in, w.cap);
	if (!w.buf)
		return;
	lead = all - tail;
	while ((lead || (rd_left(&r) && r.p[0] > SEQUENCE)) && segment_next(&r, 4, &s)) {
		n = s.type == SEQUENCE && s.n > lead ? (uint8_t)lead : s.n;
		wr_u8(&w, s.type);
		wr_u8(&w, n);
		wr_bytes(&w, rd_bytes(&s.r, 4U * n), 4U * n);
		s.n = n;
		lead -= segment_length(&s);
	}
	wr_bytes(&w, in->as4_path, in->as4_path_len);
	if (w.bad)
		return;
	a->as_path = w.buf;
	a->as_path_len = (uint16_t)w.len;
}

void bgp_as4_merge(struct bgp_attr_in *in)
{
	struct bgp_attrs *a = in->a;

	if (a->has & BGP_HAS_AGGREGATOR && in->as4_aggregator_set) {
		/* Somebody aggregated who does not know of AS4_*: they are stale. */
		if (a->aggregator_asn != BGP_AS_TRANS)
			return;
		a->aggregator_asn = in->as4_aggregator_asn;
		a->aggregator_id = in->as4_aggregator_id;
	}
	if (a->has & BGP_HAS_AS_PATH && in->as4_path_len)
		merge_path(in);
}

/* Numbers of `width` octets; those that do not fit are AS_TRANS. */
static void put_segments(struct wr *w, struct rd r, size_t width, bool confed)
{
	struct segment s;
	uint32_t asn;

	while (segment_next(&r, 4, &s)) {
		if (!confed && is_confed(&s))
			continue;
		wr_u8(w, s.type);
		wr_u8(w, s.n);
		if (width == 4)
			wr_bytes(w, s.r.p, rd_left(&s.r));
		while (width == 2 && rd_left(&s.r) > 0) {
			asn = rd_u32(&s.r);
			wr_u16(w, (uint16_t)(asn > UINT16_MAX ? BGP_AS_TRANS : asn));
		}
	}
}

static size_t segments_len(struct rd r, size_t width, bool confed)
{
	struct segment s;
	size_t len = 0;

	while (segment_next(&r, 4, &s))
		if (confed || !is_confed(&s))
			len += 2 + width * s.n;
	return len;
}

static bool is_wide(struct rd r)
{
	struct segment s;

	while (segment_next(&r, 4, &s))
		while (rd_left(&s.r) > 0)
			if (rd_u32(&s.r) > UINT16_MAX)
				return true;
	return false;
}

void bgp_as_path_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	size_t width = to->as4 ? 4 : 2;

	if (!(a->has & BGP_HAS_AS_PATH))
		return;
	bgp_attr_head(w, BGP_ATTR_TRANSITIVE, BGP_ATTR_AS_PATH,
	    segments_len(path_of(a), width, to->ibgp));
	put_segments(w, path_of(a), width, to->ibgp);
}

void bgp_as4_path_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to)
{
	size_t len;

	if (!(a->has & BGP_HAS_AS_PATH) || to->as4 || !is_wide(path_of(a)))
		return;
	len = segments_len(path_of(a), 4, false);
	if (!len)
		return;
	bgp_attr_head(w, BGP_ATTR_OPTIONAL | BGP_ATTR_TRANSITIVE, BGP_ATTR_AS4_PATH, len);
	put_segments(w, path_of(a), 4, false);
}

unsigned bgp_as_path_length(const struct bgp_attrs *a)
{
	return length_of(path_of(a));
}

unsigned bgp_as_path_count(const struct bgp_attrs *a, uint32_t asn)
{
	struct rd r = path_of(a);
	struct segment s;
	unsigned n = 0;

	while (segment_next(&r, 4, &s))
		while (rd_left(&s.r) > 0)
			n += rd_u32(&s.r) == asn;
	return n;
}

uint32_t bgp_as_path_first(const struct bgp_attrs *a)
{
	struct rd r = path_of(a);
	struct segment s;

	while (segment_next(&r, 4, &s))
		if (!is_confed(&s))
			return s.type == SEQUENCE ? rd_u32(&s.r) : 0;
	return 0;
}

uint32_t bgp_as_path_highest(const struct bgp_attrs *a)
{
	struct rd r = path_of(a);
	struct segment s;
	uint32_t highest = 0;

	while (segment_next(&r, 4, &s))
		while (rd_left(&s.r) > 0) {
			uint32_t asn = rd_u32(&s.r);

			highest = asn > highest ? asn : highest;
		}
	return highest;
}

const char *bgp_as_path_str(const struct bgp_attrs *a, char *buf, size_t size)
{
	static const char marks[][3] = {"{}", "", "()", "[]"};
	struct rd r = path_of(a);
	struct segment s;
	char one[16];
	size_t at = 0;
	int n;

	buf[0] = '\0';
	while (segment_next(&r, 4, &s) && s.type >= SET && s.type <= CONFED_SET) {
		const char *mark = marks[s.type - SET];
		const char *between =
		    s.type == SEQUENCE || s.type == CONFED_SEQUENCE ? " " : ",";
		bool first = true;

		while (rd_left(&s.r) > 0) {
			n = snprintf(one, sizeof(one), "%s%.1s%u",
			    first ? (at ? " " : "") : between, first ? mark : "",
			    (unsigned)rd_u32(&s.r));
			if (mark[0] && !rd_left(&s.r) && n > 0)
				n += snprintf(one + n, sizeof(one) - (size_t)n, "%s", mark + 1);
			if (at + (size_t)n >= size)
				return buf;
			memcpy(buf + at, one, (size_t)n + 1);
			at += (size_t)n;
			first = false;
		}
	}
	return buf;
}

uint16_t bgp_as_path_prepend(const struct bgp_attrs *a, uint32_t asn, uint8_t *to)
{
	struct rd r = path_of(a);
	struct wr w = wr_of(to, (size_t)a->as_path_len + 6);
	uint8_t n = 0;

	if (rd_left(&r) >= 2 && r.p[0] == SEQUENCE && r.p[1] < SEGMENT_MAX) {
		rd_skip(&r, 1);
		n = rd_u8(&r);
	}
	wr_u8(&w, SEQUENCE);
	wr_u8(&w, (uint8_t)(n + 1));
	wr_u32(&w, asn);
	wr_bytes(&w, r.p, rd_left(&r));
	return (uint16_t)w.len;
}

uint16_t bgp_as_path_behind(const struct bgp_attrs *a, uint8_t *to)
{
	struct wr w = wr_of(to, a->as_path_len);
	struct rd r = path_of(a);
	uint8_t n;

	if (rd_left(&r) >= 6 && r.p[0] == SEQUENCE) {
		rd_skip(&r, 1);
		n = rd_u8(&r);
		rd_skip(&r, 4);
		if (n > 1) {
			wr_u8(&w, SEQUENCE);
			wr_u8(&w, (uint8_t)(n - 1));
		}
	}
	wr_bytes(&w, r.p, rd_left(&r));
	return (uint16_t)w.len;
}
