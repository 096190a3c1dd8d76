/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_beat.c - datagrams of whoever has the heartbeat's key. The input is a row of them, each
 *
 *   length 2 | tens of ms since the last 1 | interface and family 1 | datagram without its HMAC
 *
 * What is told of them is within bounds, and what is sent fits.
 */
#include "announcer/l2/beat.h"
#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void on_send(const uint8_t *datagram, size_t len, void *arg)
{
	(void)datagram;
	(void)arg;
	if (!len || len > L2_DATAGRAM_MAX)
		abort();
}

static void on_peer(const struct l2_peer *p, void *arg)
{
	(void)arg;
	if (!beat_is_node(p->node) || p->alive != (p->n_heard > 0) || p->n_heard > 2 ||
	    (p->known && !p->alive))
		abort();
	for (size_t i = 0; i < p->facts->n; i++)
		for (size_t k = 0; k < p->facts->v[i].n_subnets; k++) {
			const struct prefix *s = &p->facts->v[i].subnets[k];

			if (s->plen > 8 * ipaddr_len(s->family))
				abort();
		}
}

static void on_claim(
    const char *node, const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	(void)stamp;
	(void)arg;
	if (!beat_is_node(node) || !ipaddr_len(a->family) || what > L2_CLAIM_OWNS)
		abort();
}

static void hear(struct l2_peers *p, struct beat_key *k, struct rd *bytes,
    const struct l2_path *by, int64_t now_ms)
{
	uint8_t datagram[L2_DATAGRAM_MAX];
	struct wr w = wr_of(datagram, sizeof(datagram));
	size_t n = rd_left(bytes);

	wr_bytes(&w, rd_bytes(bytes, n), n);
	beat_end(&w, k);
	if (!w.bad)
		l2_peers_hear(p, datagram, w.len, by, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct l2_peers_ops ops = {
	    .send = on_send, .on_peer = on_peer, .on_claim = on_claim};
	static const uint8_t key[] = "0123456789abcdef";
	static const uint32_t ifaces[] = {1, 2};
	const struct l2_peers_conf conf = {
	    .self = "n0", .key = key, .key_len = 16, .interval_ms = 100, .run = 1};
	struct l2_peers *p = l2_peers_new(&conf, &ops, NULL);
	struct beat_key *k = beat_key_new(key, 16);
	struct rd r = rd_of(data, len);
	int64_t now_ms = 1000;

	l2_peers_set_ifaces(p, ifaces, 2);
	while (rd_left(&r) >= 4) {
		size_t n = rd_u16(&r);
		int64_t ms = rd_u8(&r) * 10;
		uint8_t by = rd_u8(&r);
		const struct l2_path path = {1 + by % 4, by & 0x80 ? AF_INET6 : AF_INET};
		struct rd bytes = rd_sub(&r, n < rd_left(&r) ? n : rd_left(&r));

		now_ms += ms;
		hear(p, k, &bytes, &path, now_ms);
		if (l2_peers_run(p, now_ms, ms) < 0)
			abort();
	}
	l2_peers_leave(p);
	l2_peers_run(p, now_ms, 0);
	beat_key_free(k);
	l2_peers_free(p);
	return 0;
}
