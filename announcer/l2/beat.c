/* SPDX-License-Identifier: GPL-2.0-or-later */
/* beat.c - the datagrams of the heartbeat: head and HMAC, and the bodies but facts. */
#include "announcer/l2/beat.h"
#include "announcer/util.h"
#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <sys/socket.h>

enum {
	MAGIC = 0x67727679, /* "grvy" */
	HEAD_LEN = 24,      /* without the node */
	INTERVAL_MIN_MS = 20,
	INTERVAL_MAX_MS = 10000,
	CLAIM_IPV6 = 0x80,
};

struct beat_key {
	struct hmac_sha256_ctx v[BEAT_KEYS_MAX];
	size_t n; /* at least 1 */
};

struct beat_key *beat_key_new(const uint8_t *text, size_t len)
{
	struct beat_key *k = xcalloc(1, sizeof(*k));
	struct rd r = rd_of(text, len);

	do {
		const uint8_t *line = r.p, *stop = memchr(line, '\n', rd_left(&r));
		size_t n = stop ? (size_t)(stop - line) : rd_left(&r);

		if (n || !k->n)
			hmac_sha256_set_key(&k->v[k->n++], n, line);
		rd_skip(&r, n + (stop != NULL));
	} while (rd_left(&r) && k->n < BEAT_KEYS_MAX);
	return k;
}

void beat_key_free(struct beat_key *k)
{
	volatile uint8_t *p = (volatile uint8_t *)k;

	for (size_t i = 0; k && i < sizeof(*k); i++)
		p[i] = 0;
	free(k);
}

void beat_begin(struct wr *w, const struct beat_head *h)
{
	size_t n = strlen(h->node);

	wr_u32(w, MAGIC);
	wr_u8(w, BEAT_VERSION);
	wr_u8(w, h->type);
	wr_u8(w, h->flags);
	wr_u8(w, (uint8_t)n);
	wr_u64(w, h->run);
	wr_u64(w, h->seq);
	wr_bytes(w, h->node, n);
}

/* digest() makes the context ready for the next message. */
static void mac_of(
    struct hmac_sha256_ctx *key, const uint8_t *p, size_t len, uint8_t mac[BEAT_MAC_LEN])
{
	hmac_sha256_update(key, len, p);
	hmac_sha256_digest(key, BEAT_MAC_LEN, mac);
}

static bool is_signed(struct beat_key *k, const uint8_t *p, size_t len)
{
	uint8_t mac[BEAT_MAC_LEN];

	for (size_t i = 0; i < k->n; i++) {
		mac_of(&k->v[i], p, len, mac);
		if (memeql_sec(mac, p + len, sizeof(mac)))
			return true;
	}
	return false;
}

void beat_end(struct wr *w, struct beat_key *k)
{
	uint8_t mac[BEAT_MAC_LEN];

	mac_of(&k->v[0], w->buf, w->len, mac);
	wr_bytes(w, mac, sizeof(mac));
}

size_t beat_room(const char *node)
{
	return L2_DATAGRAM_MAX - HEAD_LEN - strlen(node) - BEAT_MAC_LEN;
}

static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	return n > 0 && n <= BEAT_NODE_MAX;
}

bool beat_is_node(const char *name)
{
	return is_name(name, strlen(name));
}

static int head_decode(struct rd *r, struct beat_head *h)
{
	const char *node;
	uint8_t version;
	size_t n;

	rd_skip(r, 4);
	version = rd_u8(r);
	h->type = rd_u8(r);
	h->flags = rd_u8(r);
	n = rd_u8(r);
	h->run = rd_u64(r);
	h->seq = rd_u64(r);
	node = (const char *)rd_bytes(r, n);
	if (!node || version != BEAT_VERSION || !is_name(node, n))
		return -EBADMSG;
	memcpy(h->node, node, n);
	h->node[n] = '\0';
	return h->type < BEAT_ALIVE || h->type > BEAT_ASK || !h->run ? -EBADMSG : 0;
}

int beat_open(struct beat_key *k, const uint8_t *datagram, size_t len, struct beat_head *h,
    struct rd *body)
{
	struct rd magic = rd_of(datagram, len);
	struct beat_head head;
	int rc;

	/* What is none of ours should cost as little as can be. */
	if (len < HEAD_LEN + BEAT_MAC_LEN || len > L2_DATAGRAM_MAX || rd_u32(&magic) != MAGIC)
		return -EACCES;
	len -= BEAT_MAC_LEN;
	if (!is_signed(k, datagram, len))
		return -EACCES;
	*body = rd_of(datagram, len);
	rc = head_decode(body, &head);
	if (!rc)
		*h = head;
	return rc;
}

void beat_alive_encode(struct wr *w, const struct beat_alive *a)
{
	wr_u32(w, a->interval_ms);
	wr_u64(w, a->claims_version);
	wr_u32(w, a->n_claims);
	wr_u32(w, a->facts_version);
}

int beat_alive_decode(struct rd *body, struct beat_alive *a)
{
	a->interval_ms = rd_u32(body);
	a->claims_version = rd_u64(body);
	a->n_claims = rd_u32(body);
	a->facts_version = rd_u32(body);
	a->runs = *body;
	if (body->bad || rd_left(body) % 8 || a->interval_ms < INTERVAL_MIN_MS ||
	    a->interval_ms > INTERVAL_MAX_MS)
		return -EBADMSG;
	return 0;
}

void beat_ask_encode(struct wr *w, const struct beat_ask *a)
{
	wr_u64(w, a->run);
	wr_u64(w, a->claims_version);
	wr_u32(w, a->facts_version);
}

int beat_ask_decode(struct rd *body, struct beat_ask *a)
{
	a->run = rd_u64(body);
	a->claims_version = rd_u64(body);
	a->facts_version = rd_u32(body);
	return body->bad ? -EBADMSG : 0;
}

void beat_claims_encode(struct wr *w, const struct beat_part *p)
{
	wr_u64(w, p->since);
	wr_u64(w, p->version);
	wr_u16(w, p->part);
	wr_u16(w, p->parts);
}

int beat_claims_decode(struct rd *body, struct beat_part *p)
{
	p->since = rd_u64(body);
	p->version = rd_u64(body);
	p->part = rd_u16(body);
	p->parts = rd_u16(body);
	return body->bad || p->since >= p->version || p->part >= p->parts ? -EBADMSG : 0;
}

size_t beat_claim_len(uint8_t family)
{
	return 1 + 8 + ipaddr_len(family);
}

void beat_claim_encode(struct wr *w, const struct beat_claim *c)
{
	wr_u8(w, (uint8_t)(c->what | (c->addr.family == AF_INET6 ? CLAIM_IPV6 : 0)));
	wr_u64(w, c->stamp);
	wr_bytes(w, c->addr.addr, ipaddr_len(c->addr.family));
}

int beat_claim_decode(struct rd *body, struct beat_claim *c)
{
	uint8_t what = rd_u8(body);

	*c = (struct beat_claim){.stamp = rd_u64(body)};
	c->addr.family = what & CLAIM_IPV6 ? AF_INET6 : AF_INET;
	rd_copy(body, c->addr.addr, ipaddr_len(c->addr.family));
	what &= (uint8_t)~CLAIM_IPV6;
	if (body->bad || what > L2_CLAIM_OWNS)
		return -EBADMSG;
	c->what = (enum l2_claim)what;
	return 0;
}
