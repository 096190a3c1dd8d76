/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h - checked byte cursors, the only way that bytes of a peer are read or written.
 * The error is sticky: a read past the end gives 0 and sets `bad`, a write past the end
 * writes nothing and sets `bad`; a codec checks once per message. Big-endian, except
 * rd_host32()/wr_host32(): fields that zebra copies in its own byte order.
 */
#ifndef ZCLIENT_WIRE_H
#define ZCLIENT_WIRE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p, *end;
	bool bad;
};

struct wr {
	uint8_t *buf;
	size_t len, cap;
	bool bad;
};

static inline struct rd rd_of(const void *p, size_t len)
{
	return (struct rd){.p = p, .end = (const uint8_t *)p + len};
}

static inline size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->p);
}

/* The next n bytes, borrowed; NULL (and bad) when there are fewer. */
static inline const uint8_t *rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (n > rd_left(r) || r->bad) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return p;
}

static inline void rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

/* Copy n bytes to dst; dst is zeroed when there are fewer. */
static inline void rd_copy(struct rd *r, void *dst, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

static inline uint64_t rd_be(struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint8_t rd_u8(struct rd *r)
{
	return (uint8_t)rd_be(r, 1);
}

static inline uint16_t rd_u16(struct rd *r)
{
	return (uint16_t)rd_be(r, 2);
}

static inline uint32_t rd_u32(struct rd *r)
{
	return (uint32_t)rd_be(r, 4);
}

static inline uint64_t rd_u64(struct rd *r)
{
	return rd_be(r, 8);
}

static inline uint32_t rd_host32(struct rd *r)
{
	uint32_t v;

	rd_copy(r, &v, sizeof(v));
	return v;
}

/* A reader over the next n bytes, which r skips. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	return p ? rd_of(p, n) : (struct rd){.p = r->p, .end = r->p, .bad = true};
}

static inline struct wr wr_of(void *buf, size_t cap)
{
	return (struct wr){.buf = buf, .cap = cap};
}

static inline void wr_bytes(struct wr *w, const void *p, size_t n)
{
	if (w->bad || n > w->cap - w->len) {
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->buf + w->len, p, n);
	w->len += n;
}

static inline void wr_be(struct wr *w, uint64_t v, size_t n)
{
	uint8_t b[8];

	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	wr_bytes(w, b, n);
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	wr_be(w, v, 1);
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	wr_be(w, v, 2);
}

static inline void wr_u32(struct wr *w, uint32_t v)
{
	wr_be(w, v, 4);
}

static inline void wr_u64(struct wr *w, uint64_t v)
{
	wr_be(w, v, 8);
}

static inline void wr_host32(struct wr *w, uint32_t v)
{
	wr_bytes(w, &v, sizeof(v));
}

/* Room for a 16-bit field to be filled in later; returns its place for wr_fill16(). */
static inline size_t wr_hole16(struct wr *w)
{
	size_t at = w->len;

	wr_u16(w, 0);
	return at;
}

static inline void wr_set16(struct wr *w, size_t at, uint16_t v)
{
	if (w->bad)
		return;
	w->buf[at] = (uint8_t)(v >> 8);
	w->buf[at + 1] = (uint8_t)v;
}

/* Fill the hole at `at` with the number of bytes written after it. */
static inline void wr_fill16(struct wr *w, size_t at)
{
	size_t n = w->len - at - 2;

	if (n > UINT16_MAX)
		w->bad = true;
	wr_set16(w, at, (uint16_t)n);
}
#endif
