/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_arp.c - a frame that a packet socket might give: what was read is written again as it
 * was, and an answer goes to who asked, for what is served.
 */
#include "announcer/l2/answer.h"
#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_again(const uint8_t *data, const struct arp *a)
{
	uint8_t again[ARP_FRAME];
	struct wr w = wr_of(again, sizeof(again));

	arp_encode(&w, a);
	if (w.bad || w.len != ARP_FRAME || memcmp(again, data, ARP_FRAME) != 0)
		abort();
}

static void check_answer(const struct arp *q, const struct answer_out *out)
{
	struct arp a;

	if (arp_decode(out->frame, out->len, &a) || a.op != ARP_REPLY || mac_is_group(a.dst) ||
	    !mac_same(a.dst, q->sender_mac) ||
	    memcmp(a.sender, q->target, sizeof(a.sender)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint32_t ifindex = 2;
	static const struct ipaddr served = {
	    AF_INET, {192, 0, 2, 2}
        };
	struct answer_iface iface = {
	    .ifindex = ifindex, .mac = {2, 0, 0, 0, 0, 0x0b}
        };
	struct answer_macs none = {0};
	struct answer_in in = {&iface, &none, data, len, 1000};
	struct served_table t;
	struct answer_out out;
	struct arp a;
	bool news;
	int rc = arp_decode(data, len, &a);

	if (!rc)
		check_again(data, &a);
	served_init(&t);
	served_put(&t, &served, &ifindex, 1, &news);
	if (answer_arp(&t, &in, &out) != rc || (rc && (out.len || out.asked || out.claimed)))
		abort();
	if (out.len)
		check_answer(&a, &out);
	if (out.claimed && mac_same(out.foreign, iface.mac))
		abort();
	served_fini(&t);
	return 0;
}
