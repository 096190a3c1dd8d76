/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records live in blocks of 256; a block that becomes empty is given back. The index is open
 * addressing with linear probing, at most three quarters full, as in table.c, but its slots
 * hold the number of a record, not a pointer, and records have no malloc header: an IPv4
 * record of 24 bytes costs 30 to 35. Prefixes come from peers, so the hash is seeded by where
 * memory happens to lie.
 */
#include "announcer/ptable.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum {
	BLOCK = 256, /* records */
	BITS_MIN = 4,
	KEY_SIX = 64,      /* added to the length of an IPv6 prefix */
	KEY_FREE = 0xff,   /* no record here */
	WALK_WORK = 16384, /* records passed in one call */
	WALK_HEAP = 8,     /* one that is kept costs as much as so many */
};

/* Where ptable_next() comes to IPv6. */
#define AT_SIX (SIZE_MAX / 2 + 1)

struct ptable_block {
	uint8_t *records; /* NULL: none */
	uint16_t used, made;
	uint16_t free; /* chain of removed ones: number + 1, the next in its first bytes */
};

struct key {
	uint8_t bytes[17];
	unsigned len;
};

void ptable_init(struct ptable *t, size_t key_at)
{
	*t = (struct ptable){.key_at = key_at};
	for (unsigned i = 0; i < 2; i++)
		t->half[i].size = (key_at + (i ? 17 : 5) + 7) / 8 * 8;
}

static void half_fini(struct ptable_half *h)
{
	for (size_t i = 0; i < h->n_blocks; i++)
		free(h->blocks[i].records);
	free(h->blocks);
	free(h->slots);
	*h = (struct ptable_half){.size = h->size};
}

void ptable_fini(struct ptable *t)
{
	half_fini(&t->half[0]);
	half_fini(&t->half[1]);
}

static bool key_of(const struct prefix *p, struct key *k)
{
	bool six = p->family == AF_INET6;

	k->bytes[0] = (uint8_t)(p->plen + (six ? KEY_SIX : 0));
	k->len = six ? 17 : 5;
	memcpy(k->bytes + 1, p->addr, k->len - 1);
	return six;
}

static uint64_t bytes64(const uint8_t *p, unsigned len)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < len; i++)
		v = v << 8 | p[i];
	return v;
}

static size_t home(
    const struct ptable *t, const struct ptable_half *h, const uint8_t *key, unsigned len)
{
	uint64_t x = t->seed ^ (uint64_t)key[0] << 33;

	if (len > 5) {
		x = (x ^ bytes64(key + 9, 8)) * 0x9e3779b97f4a7c15u;
		x ^= x >> 32;
	}
	x = (x ^ bytes64(key + 1, len > 5 ? 8 : 4)) * 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15u;
	return (size_t)(x >> (64 - h->bits));
}

static uint8_t *record(const struct ptable_half *h, uint32_t i)
{
	return h->blocks[i / BLOCK].records + (size_t)(i % BLOCK) * h->size;
}

/* Constant lengths, so that nothing is called. */
static bool key_same(const uint8_t *a, const uint8_t *b, unsigned len)
{
	return len == 5 ? !memcmp(a, b, 5) : !memcmp(a, b, 17);
}

/* The slot of this key, or the empty one where it would go. */
static size_t slot_of(
    const struct ptable *t, const struct ptable_half *h, const uint8_t *key, unsigned len)
{
	size_t mask = ((size_t)1 << h->bits) - 1, i = home(t, h, key, len);

	while (h->slots[i] && !key_same(record(h, h->slots[i] - 1) + t->key_at, key, len))
		i = (i + 1) & mask;
	return i;
}

/* The record of a key that is not there: nothing is compared, most of which would not be in a
 * cache. */
static void put(const struct ptable *t, struct ptable_half *h, uint32_t at)
{
	size_t mask = ((size_t)1 << h->bits) - 1;
	size_t i = home(t, h, record(h, at) + t->key_at, h == &t->half[1] ? 17 : 5);

	while (h->slots[i])
		i = (i + 1) & mask;
	h->slots[i] = at + 1;
}

void *ptable_find(const struct ptable *t, const struct prefix *p)
{
	struct key k;
	const struct ptable_half *h = &t->half[key_of(p, &k)];
	uint32_t at = h->n ? h->slots[slot_of(t, h, k.bytes, k.len)] : 0;

	return at ? record(h, at - 1) : NULL;
}

static void resize(struct ptable *t, struct ptable_half *h, unsigned bits)
{
	uint32_t *old = h->slots;
	size_t n = old ? (size_t)1 << h->bits : 0;

	h->slots = xcalloc((size_t)1 << bits, sizeof(*h->slots));
	h->bits = bits;
	if (!t->seed)
		t->seed = (uint64_t)(uintptr_t)h->slots * 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < n; i++)
		if (old[i])
			put(t, h, old[i] - 1);
	free(old);
}

/* Number of a record that nobody has. */
static uint32_t record_make(struct ptable_half *h)
{
	struct ptable_block *b;
	uint16_t i;

	while (h->room < h->n_blocks && h->blocks[h->room].used == BLOCK)
		h->room++;
	if (h->room == h->n_blocks) {
		/* Doubled: records lie between, one more each time would leave holes. */
		if (!(h->n_blocks & (h->n_blocks - 1)))
			h->blocks = xrealloc(
			    h->blocks, h->n_blocks ? 2 * h->n_blocks : 1, sizeof(*h->blocks));
		h->blocks[h->n_blocks++] = (struct ptable_block){.records = NULL};
	}
	b = &h->blocks[h->room];
	if (!b->records)
		b->records = xcalloc(BLOCK, h->size);
	i = b->free ? (uint16_t)(b->free - 1) : b->made++;
	if (b->free)
		memcpy(&b->free, b->records + i * h->size, sizeof(b->free));
	b->used++;
	return (uint32_t)(h->room * BLOCK + i);
}

void *ptable_add(struct ptable *t, const struct prefix *p)
{
	struct key k;
	struct ptable_half *h = &t->half[key_of(p, &k)];
	uint32_t at;
	uint8_t *r;

	if (!h->slots)
		resize(t, h, BITS_MIN);
	else if ((h->n + 1) * 4 > ((size_t)3 << h->bits))
		resize(t, h, h->bits + 1);
	at = record_make(h);
	r = record(h, at);
	memset(r, 0, h->size);
	memcpy(r + t->key_at, k.bytes, k.len);
	put(t, h, at);
	h->n++;
	return r;
}

static void record_drop(struct ptable *t, struct ptable_half *h, uint32_t at)
{
	size_t block = at / BLOCK;
	struct ptable_block *b = &h->blocks[block];
	uint8_t *r = record(h, at);

	memcpy(r, &b->free, sizeof(b->free));
	r[t->key_at] = KEY_FREE;
	b->free = (uint16_t)(at % BLOCK + 1);
	if (block < h->room)
		h->room = block;
	if (--b->used)
		return;
	free(b->records);
	*b = (struct ptable_block){.records = NULL};
}

/* Take a slot out and close the gap: what probed past it moves up. */
static void slot_remove(struct ptable *t, struct ptable_half *h, size_t hole)
{
	unsigned len = h == &t->half[1] ? 17 : 5;
	size_t mask = ((size_t)1 << h->bits) - 1;

	for (size_t i = (hole + 1) & mask; h->slots[i]; i = (i + 1) & mask) {
		const uint8_t *r = record(h, h->slots[i] - 1);
		size_t from = home(t, h, r + t->key_at, len);

		if (((i - from) & mask) < ((i - hole) & mask))
			continue; /* its home lies after the hole */
		h->slots[hole] = h->slots[i];
		hole = i;
	}
	h->slots[hole] = 0;
}

void ptable_remove(struct ptable *t, void *gone)
{
	const uint8_t *key = (uint8_t *)gone + t->key_at;
	bool six = key[0] >= KEY_SIX;
	struct ptable_half *h = &t->half[six];
	size_t slot = slot_of(t, h, key, six ? 17 : 5);
	uint32_t at = h->slots[slot] - 1;

	slot_remove(t, h, slot);
	record_drop(t, h, at);
	h->n--;
	if (h->bits > BITS_MIN && h->n << 3 < (size_t)1 << h->bits)
		resize(t, h, h->bits > BITS_MIN + 2 ? h->bits - 2 : BITS_MIN);
}

struct prefix ptable_prefix(const struct ptable *t, const void *of)
{
	const uint8_t *key = (const uint8_t *)of + t->key_at;
	bool six = key[0] >= KEY_SIX;
	struct prefix p = {.family = six ? AF_INET6 : AF_INET};

	p.plen = (uint8_t)(key[0] - (six ? KEY_SIX : 0));
	memcpy(p.addr, key + 1, six ? 16 : 4);
	return p;
}

size_t ptable_count(const struct ptable *t, uint8_t family)
{
	return (family == AF_INET6 ? 0 : t->half[0].n) + (family == AF_INET ? 0 : t->half[1].n);
}

void *ptable_next(const struct ptable *t, size_t *at)
{
	for (;; ++*at) {
		bool six = *at >= AT_SIX;
		size_t i = *at & (AT_SIX - 1);
		const struct ptable_half *h = &t->half[six];
		const struct ptable_block *b;
		uint8_t *r;

		if (i / BLOCK >= h->n_blocks) {
			if (six)
				return NULL;
			*at = AT_SIX - 1;
			continue;
		}
		b = &h->blocks[i / BLOCK];
		if (i % BLOCK >= b->made) {
			*at += BLOCK - i % BLOCK - 1; /* no more in this block */
			continue;
		}
		r = b->records + i % BLOCK * h->size;
		if (r[t->key_at] == KEY_FREE)
			continue;
		++*at;
		return r;
	}
}

static int number_cmp(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Constant lengths, as in key_same(). */
static int key_order(const uint8_t *x, const uint8_t *y)
{
	bool six = x[0] >= KEY_SIX;
	int c;

	if (six != (y[0] >= KEY_SIX))
		return six ? 1 : -1;
	if (!six) {
		c = number_cmp(bytes64(x + 1, 4), bytes64(y + 1, 4));
		return c ? c : x[0] - y[0];
	}
	c = number_cmp(bytes64(x + 1, 8), bytes64(y + 1, 8));
	if (!c)
		c = number_cmp(bytes64(x + 9, 8), bytes64(y + 9, 8));
	return c ? c : x[0] - y[0];
}

static int key_pointer_cmp(const void *a, const void *b)
{
	return key_order(*(void *const *)a, *(void *const *)b);
}

static int key_cmp(const void *a, const void *b)
{
	return key_order(a, b);
}

void ptable_sort(const struct ptable *t, void **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = (uint8_t *)v[i] + t->key_at;
	if (n > 1)
		qsort(v, n, sizeof(*v), key_pointer_cmp);
	for (size_t i = 0; i < n; i++)
		v[i] = (uint8_t *)v[i] - t->key_at;
}

/* ---- walking in order: first IPv4, then IPv6 ---- */

void ptable_walk_init(struct ptable_walk *w, const struct prefix *within)
{
	struct key k = {.bytes = {0}};
	unsigned bits;

	*w = (struct ptable_walk){.high = {KEY_SIX + 128}};
	memset(w->high + 1, 0xff, 16);
	if (!within)
		return;
	w->six = key_of(within, &k);
	bits = w->six ? 128 : 32;
	memcpy(w->low, k.bytes, sizeof(w->low));
	memcpy(w->high, k.bytes, sizeof(w->high));
	w->high[0] = (uint8_t)(w->low[0] - within->plen + bits);
	for (unsigned i = within->plen; i < bits; i++)
		w->high[1 + i / 8] |= (uint8_t)(0x80 >> i % 8);
}

void ptable_walk_fini(struct ptable_walk *w)
{
	free(w->keys);
	w->keys = NULL;
	w->n = w->cap = 0;
}

static size_t walk_len(const struct ptable_walk *w)
{
	return w->six ? 17 : 5;
}

static uint8_t *walk_key(const struct ptable_walk *w, size_t i)
{
	return w->keys + i * walk_len(w);
}

static void keys_swap(struct ptable_walk *w, size_t i, size_t j)
{
	uint8_t k[17];

	memcpy(k, walk_key(w, i), walk_len(w));
	memcpy(walk_key(w, i), walk_key(w, j), walk_len(w));
	memcpy(walk_key(w, j), k, walk_len(w));
}

/* The greatest stands at the top. */
static void heap_up(struct ptable_walk *w, size_t i)
{
	for (; i && key_order(walk_key(w, i), walk_key(w, (i - 1) / 2)) > 0; i = (i - 1) / 2)
		keys_swap(w, i, (i - 1) / 2);
}

static void heap_down(struct ptable_walk *w)
{
	for (size_t i = 0, kid; (kid = 2 * i + 1) < w->n; i = kid) {
		if (kid + 1 < w->n && key_order(walk_key(w, kid + 1), walk_key(w, kid)) > 0)
			kid++;
		if (key_order(walk_key(w, kid), walk_key(w, i)) <= 0)
			return;
		keys_swap(w, i, kid);
	}
}

/* Keep this key if it is one of the smallest. Return: it is, for now. */
static bool keep(struct ptable_walk *w, const uint8_t *key)
{
	if ((w->n + 1) * walk_len(w) > PTABLE_WALK_BYTES) {
		w->more = true;
		if (key_order(key, w->keys) > 0)
			return false;
		memcpy(w->keys, key, walk_len(w));
		heap_down(w);
		return true;
	}
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		if (w->cap * walk_len(w) > PTABLE_WALK_BYTES)
			w->cap = PTABLE_WALK_BYTES / walk_len(w);
		w->keys = xrealloc(w->keys, w->cap, walk_len(w));
	}
	memcpy(walk_key(w, w->n++), key, walk_len(w));
	heap_up(w, w->n - 1);
	return true;
}

/* On through the table: the smallest keys of those that are still to come. Return: at its
 * end. */
static bool pass(const struct ptable *t, struct ptable_walk *w)
{
	size_t work = 0;
	const uint8_t *r;

	while ((w->six || w->to < AT_SIX) && (r = ptable_next(t, &w->to))) {
		const uint8_t *key = r + t->key_at;

		if ((key[0] >= KEY_SIX) != w->six)
			break;
		if (key_order(key, w->low) >= w->given && key_order(key, w->high) <= 0)
			work += keep(w, key) ? WALK_HEAP : 0;
		if (++work >= WALK_WORK)
			return false;
	}
	if (w->n)
		qsort(w->keys, w->n, walk_len(w), key_cmp);
	return true;
}

/* Return: false when there is nothing to pass any more. */
static bool pass_begin(struct ptable_walk *w)
{
	if (w->passed && !w->more && (w->six || w->high[0] < KEY_SIX))
		return false;
	if (w->passed && !w->more) {
		ptable_walk_fini(w);
		w->six = true;
	}
	w->n = w->at = 0;
	w->to = w->six ? AT_SIX : 0;
	w->more = false;
	w->passing = w->passed = true;
	return true;
}

/* The next of the keys whose record is there; one that went and came again in another place
 * may stand there twice. */
static void *record_of_keys(const struct ptable *t, struct ptable_walk *w)
{
	const struct ptable_half *h = &t->half[w->six];

	while (w->at < w->n) {
		const uint8_t *key = walk_key(w, w->at++);
		uint32_t i;

		if (w->given && key_order(key, w->low) == 0)
			continue;
		w->given = true;
		memcpy(w->low, key, walk_len(w));
		i = h->n ? h->slots[slot_of(t, h, key, (unsigned)walk_len(w))] : 0;
		if (i)
			return record(h, i - 1);
	}
	return NULL;
}

enum ptable_walked ptable_walk_next(const struct ptable *t, struct ptable_walk *w, void **found)
{
	for (;;) {
		*found = w->passing ? NULL : record_of_keys(t, w);
		if (*found)
			return PTABLE_RECORD;
		if (!w->passing && !pass_begin(w))
			return PTABLE_END;
		if (!pass(t, w))
			return PTABLE_PAUSE;
		w->passing = false;
	}
}
