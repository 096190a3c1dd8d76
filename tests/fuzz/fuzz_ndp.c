/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_ndp.c - a frame that a packet socket might give: an answer is for what is served and can
 * be read. The checksum is set right first where there is one, or nothing would come past it.
 */
#include "announcer/l2/answer.h"
#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { BODY_LEN_AT = 18, ADDRS_AT = 22, MESSAGE_AT = 54, SUM_AT = 56 };

static void seal(uint8_t *frame, size_t len)
{
	size_t body, end;
	uint32_t sum;

	if (len < SUM_AT + 2)
		return;
	body = (size_t)frame[BODY_LEN_AT] << 8 | frame[BODY_LEN_AT + 1];
	end = MESSAGE_AT + body;
	if (end > len)
		return;
	frame[SUM_AT] = frame[SUM_AT + 1] = 0;
	sum = (uint32_t)body + 58;
	for (size_t i = ADDRS_AT; i < end; i++)
		sum += i % 2 ? frame[i] : (uint32_t)frame[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame[SUM_AT] = (uint8_t)(~sum >> 8);
	frame[SUM_AT + 1] = (uint8_t)~sum;
}

static void check_again(const struct ndp *n)
{
	uint8_t again[NDP_FRAME_MAX];
	struct wr w = wr_of(again, sizeof(again));
	struct ndp m;

	ndp_encode(&w, n);
	if (w.bad || ndp_decode(again, w.len, &m) || memcmp(m.target, n->target, 16) != 0 ||
	    m.has_mac != n->has_mac || m.solicited != n->solicited)
		abort();
}

static void check_answer(const struct ndp *q, const struct answer_out *out)
{
	struct ndp a;

	if (ndp_decode(out->frame, out->len, &a) || a.type != NDP_ADVERT || !a.has_mac ||
	    !a.override || a.router || a.solicited == ndp_is_unspecified(q->src) ||
	    memcmp(a.target, q->target, 16) != 0)
		abort();
}

static void check(const uint8_t *data, size_t len)
{
	static const uint32_t ifindex = 2;
	static const struct ipaddr served = {
	    AF_INET6, {0x20, 0x01, 0x0d, 0xb8, [15] = 2}
        };
	struct answer_iface iface = {
	    .ifindex = ifindex, .mac = {2, 0, 0, 0, 0, 0x0b}
        };
	struct answer_macs none = {0};
	struct answer_in in = {&iface, &none, data, len, 1000};
	struct served_table t;
	struct answer_out out;
	struct ndp n;
	bool news;
	int rc = ndp_decode(data, len, &n);

	if (!rc)
		check_again(&n);
	served_init(&t);
	served_put(&t, &served, &ifindex, 1, &news);
	if (answer_ndp(&t, &in, &out) != rc || (rc && (out.len || out.asked || out.claimed)))
		abort();
	if (out.len)
		check_answer(&n, &out);
	served_fini(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *sealed = malloc(len ? len : 1);

	if (!sealed)
		abort();
	check(data, len);
	if (len)
		memcpy(sealed, data, len);
	seal(sealed, len);
	check(sealed, len);
	free(sealed);
	return 0;
}
