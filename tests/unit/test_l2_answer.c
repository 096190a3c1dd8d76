/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made of frames that came in: who is answered, what, and who claims an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/answer.h"
#include "announcer/util.h"
#include "frames.h"
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>

enum { IF_A = 4, IF_B = 9 };

#define MAC(last)                                                                              \
	{                                                                                      \
		2, 0, 0, 0, 0, (last)                                                          \
	}
#define ALL                                                                                    \
	{                                                                                      \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff                                             \
	}

static const uint8_t ours[] = MAC(0x0b), client[] = MAC(0x0a), other_port[] = MAC(0x55);

struct lab {
	struct served_table table;
	struct answer_iface iface;
	struct answer_macs macs;
	uint8_t mac_list[3][MAC_LEN];
	struct answer_out out;
	int64_t now_ms;
};

static struct served *serve(struct lab *l, const char *text, uint32_t ifindex)
{
	struct ipaddr a;
	bool news;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return served_put(&l->table, &a, &ifindex, 1, &news);
}

static struct served *find(struct lab *l, const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return served_find(&l->table, a.family, a.addr);
}

/* 192.0.2.2 and 2001:db8::2 on IF_A, where our MAC is ...0b; ...55 is another port of ours. */
static int lab_new(void **state)
{
	struct lab *l = xcalloc(1, sizeof(*l));

	served_init(&l->table);
	l->iface.ifindex = IF_A;
	memcpy(l->iface.mac, ours, MAC_LEN);
	memcpy(l->mac_list[0], other_port, MAC_LEN);
	memcpy(l->mac_list[1], ours, MAC_LEN);
	memcpy(l->mac_list[2], (uint8_t[])MAC(0x01), MAC_LEN);
	l->macs = (struct answer_macs){l->mac_list, 3};
	answer_macs_sort(&l->macs);
	l->now_ms = 1000;
	serve(l, "192.0.2.2", IF_A);
	serve(l, "2001:db8::2", IF_A);
	*state = l;
	return 0;
}

static int lab_free(void **state)
{
	struct lab *l = *state;

	served_fini(&l->table);
	free(l);
	return 0;
}

static int give(struct lab *l, const uint8_t *frame, size_t len, bool six)
{
	struct answer_in in = {&l->iface, &l->macs, frame, len, l->now_ms};

	return (six ? answer_ndp : answer_arp)(&l->table, &in, &l->out);
}

static void give_hex(struct lab *l, const char *hex, bool six)
{
	uint8_t frame[256];
	size_t len = frame_bytes(hex, frame);

	assert_int_equal(give(l, frame, len, six), 0);
}

static void assert_out(const struct lab *l, const char *hex)
{
	uint8_t want[256];
	size_t len = frame_bytes(hex, want);

	assert_int_equal(l->out.len, len);
	assert_memory_equal(l->out.frame, want, len);
}

static void assert_silent(const struct lab *l)
{
	assert_int_equal(l->out.len, 0);
	assert_null(l->out.asked);
}

static void test_arp_questions(void **state)
{
	struct lab *l = *state;
	struct served *s = find(l, "192.0.2.2");

	give_hex(l, FRAME_ARP_REQUEST_2, false);
	assert_out(l, FRAME_ARP_REPLY_2);
	assert_ptr_equal(l->out.asked, s);
	give_hex(l, FRAME_ARP_PROBE_2, false);
	assert_out(l, FRAME_ARP_REPLY_PROBE_2);
	assert_int_equal(s->counts.requests, 2);
	assert_int_equal(s->counts.responses, 2);
	assert_int_equal(s->counts.conflicts, 0);
	assert_null(l->out.claimed);
}

/* Rows of ARP packets, with 192.0.2.2 ours on the interface. */
struct row {
	const char *what;
	uint8_t dst[MAC_LEN];
	uint16_t op;
	uint8_t sender_mac[MAC_LEN], sender[4], target[4];
	bool answered, claimed;
};

static const struct row arp_rows[] = {
    {"to all",		      ALL,       1, MAC(0x0a), {192, 0, 2, 1}, {192, 0, 2, 2}, true,  false},
    {"to our MAC",                  MAC(0x0b), 1, MAC(0x0a), {192, 0, 2, 1}, {192, 0, 2, 2}, true,  false},
    {"to another MAC",              MAC(0x77), 1, MAC(0x0a), {192, 0, 2, 1}, {192, 0, 2, 2}, false, false},
    {"for another address",         ALL,       1, MAC(0x0a), {192, 0, 2, 1}, {192, 0, 2, 3}, false, false},
    {"from another subnet",         ALL,       1, MAC(0x0a), {10, 9, 9, 9},  {192, 0, 2, 2}, true,  false},
    {"a probe",		     ALL,       1, MAC(0x0a), {0},            {192, 0, 2, 2}, true,  false},
    {"a reply",		     ALL,       2, MAC(0x0a), {192, 0, 2, 1}, {192, 0, 2, 2}, false, false},
    {"reverse ARP",                 ALL,       3, MAC(0x0a), {192, 0, 2, 1}, {192, 0, 2, 2}, false, false},
    {"from a group's MAC",          ALL,       1, ALL,       {192, 0, 2, 1}, {192, 0, 2, 2}, false, false},
    {"from no MAC",                 ALL,       1, {0},       {192, 0, 2, 1}, {192, 0, 2, 2}, false, false},
    {"announced by another host",   ALL,       1, MAC(0x0a), {192, 0, 2, 2}, {192, 0, 2, 2}, false,
     true												},
    {"announced by reply",          ALL,       2, MAC(0x0a), {192, 0, 2, 2}, {192, 0, 2, 2}, false, true },
    {"answered by another host",    MAC(0x0b), 2, MAC(0x0a), {192, 0, 2, 2}, {192, 0, 2, 9}, false,
     true												},
    {"used by another host",        ALL,       1, MAC(0x0a), {192, 0, 2, 2}, {192, 0, 2, 9}, false, true },
    {"announced by us",             ALL,       1, MAC(0x0b), {192, 0, 2, 2}, {192, 0, 2, 2}, false, false},
    {"announced by a port of ours", ALL,       2, MAC(0x55), {192, 0, 2, 2}, {192, 0, 2, 2}, false,
     false											       },
    {"used by a group's MAC",       ALL,       1, ALL,       {192, 0, 2, 2}, {192, 0, 2, 9}, false, false},
    {"asked by us, with ours",      ALL,       1, MAC(0x0b), {192, 0, 2, 2}, {192, 0, 2, 9}, false, false},
};

static void test_arp_rows(void **state)
{
	struct lab *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(arp_rows); i++) {
		const struct row *r = &arp_rows[i];
		struct arp a = {.op = r->op};
		uint8_t frame[ARP_FRAME];
		struct wr w = wr_of(frame, sizeof(frame));

		memcpy(a.dst, r->dst, MAC_LEN);
		memcpy(a.src, r->sender_mac, MAC_LEN);
		memcpy(a.sender_mac, r->sender_mac, MAC_LEN);
		memcpy(a.sender, r->sender, 4);
		memcpy(a.target, r->target, 4);
		arp_encode(&w, &a);
		l->now_ms += 1000;
		assert_int_equal(give(l, frame, w.len, false), 0);
		if ((l->out.len > 0) != r->answered || (l->out.claimed != NULL) != r->claimed)
			fail_msg("%s: answered %d, claimed %d", r->what, l->out.len > 0,
			    l->out.claimed != NULL);
		if (r->claimed)
			assert_memory_equal(l->out.foreign, r->sender_mac, MAC_LEN);
	}
}

/* Answered only where it is served: not on the other LAN, and not what is gone. */
static void test_where(void **state)
{
	struct lab *l = *state;

	l->iface.ifindex = IF_B;
	give_hex(l, FRAME_ARP_REQUEST_2, false);
	assert_silent(l);
	give_hex(l, FRAME_NS_2, true);
	assert_silent(l);
	give_hex(l, FRAME_NA_2, true);
	assert_null(l->out.claimed);
	l->iface.ifindex = IF_A;
	served_remove(&l->table, find(l, "192.0.2.2"));
	served_remove(&l->table, find(l, "2001:db8::2"));
	give_hex(l, FRAME_ARP_REQUEST_2, false);
	assert_silent(l);
	give_hex(l, FRAME_NS_2, true);
	assert_silent(l);
}

/* An announcement comes as request and reply, and counts once; the next one again. */
static void test_a_pair_is_one_claim(void **state)
{
	struct lab *l = *state;
	struct served *s = serve(l, "192.0.2.1", IF_A);

	give_hex(l, FRAME_ARP_GRATUITOUS_1, false);
	assert_ptr_equal(l->out.claimed, s);
	assert_memory_equal(l->out.foreign, client, MAC_LEN);
	l->now_ms += ANSWER_CONFLICT_MS - 1;
	give_hex(l, FRAME_ARP_GRATUITOUS_REPLY_1, false);
	assert_null(l->out.claimed);
	assert_int_equal(s->counts.conflicts, 1);
	l->now_ms += ANSWER_CONFLICT_MS;
	give_hex(l, FRAME_ARP_GRATUITOUS_1, false);
	assert_ptr_equal(l->out.claimed, s);
	assert_int_equal(s->counts.conflicts, 2);
	/* The time is kept in 32 bits, which come round. */
	l->now_ms += (int64_t)1 << 32;
	l->now_ms -= ANSWER_CONFLICT_MS / 2;
	give_hex(l, FRAME_ARP_GRATUITOUS_1, false);
	assert_ptr_equal(l->out.claimed, s);
}

static void test_ndp_questions(void **state)
{
	struct lab *l = *state;
	struct served *s = find(l, "2001:db8::2");
	struct ndp n;

	give_hex(l, FRAME_NS_2, true);
	assert_out(l, FRAME_NA_2);
	give_hex(l, FRAME_NS_DAD_2, true);
	assert_int_equal(ndp_decode(l->out.frame, l->out.len, &n), 0);
	assert_true(!n.solicited && n.override && n.dst[0] == 0xff && n.dst[15] == 1);
	assert_int_equal(s->counts.requests, 2);
	assert_int_equal(s->counts.responses, 2);
	assert_int_equal(s->counts.conflicts, 0);
	give_hex(l, FRAME_NS_DAD_1, true);
	assert_silent(l);
}

/* A unicast probe: to our MAC, not to another's. */
static void test_ndp_unicast(void **state)
{
	struct lab *l = *state;

	serve(l, "2001:db8::1", IF_A);
	memcpy(l->iface.mac, client, MAC_LEN);
	give_hex(l, FRAME_NS_NUD_1, true);
	assert_true(l->out.len > 0);
	memcpy(l->iface.mac, (uint8_t[])MAC(0x44), MAC_LEN);
	give_hex(l, FRAME_NS_NUD_1, true);
	assert_silent(l);
}

static void test_ndp_claims(void **state)
{
	struct lab *l = *state;
	struct served *s = serve(l, "2001:db8::1", IF_A);
	uint8_t frame[NDP_FRAME_MAX];
	struct wr w = wr_of(frame, sizeof(frame));
	struct ndp n;

	/* An advertisement of ours that came back. */
	give_hex(l, FRAME_NA_2, true);
	assert_null(l->out.claimed);
	/* Another's, without its MAC as an option: the frame's. */
	give_hex(l, FRAME_NA_NUD_1, true);
	assert_ptr_equal(l->out.claimed, s);
	assert_memory_equal(l->out.foreign, client, MAC_LEN);
	assert_silent(l);
	/* A question from an address of ours: claimed, and answered. */
	l->now_ms += 1000;
	give_hex(l, FRAME_NS_2, true);
	assert_ptr_equal(l->out.claimed, s);
	assert_ptr_equal(l->out.asked, find(l, "2001:db8::2"));
	assert_true(l->out.len > 0);
	/* Who asks whether it is free claims nothing, as long as it has not got it. */
	l->now_ms += 1000;
	give_hex(l, FRAME_NS_DAD_1, true);
	assert_null(l->out.claimed);
	assert_true(l->out.len > 0);
	/* Anycast, as MetalLB says it: without Override. */
	n = ndp_announcement(s->key + 1, (uint8_t[])MAC(0x66));
	n.override = false;
	ndp_encode(&w, &n);
	l->now_ms += 1000;
	assert_int_equal(give(l, frame, w.len, true), 0);
	assert_ptr_equal(l->out.claimed, s);
}

/* An address that is only looked for: who has it is seen, and nobody answered. */
static void test_quiet(void **state)
{
	struct lab *l = *state;
	struct served *four = find(l, "192.0.2.2"), *six = serve(l, "2001:db8::1", IF_A);
	struct answer_news news;
	struct ipaddr a = served_addr(&l->table, four);

	four->quiet = six->quiet = true;
	give_hex(l, FRAME_ARP_REQUEST_2, false);
	assert_silent(l);
	give_hex(l, FRAME_NS_DAD_1, true);
	assert_silent(l);
	assert_int_equal(four->counts.requests + six->counts.requests, 0);
	memcpy(l->iface.mac, client, MAC_LEN);
	memcpy(l->mac_list[1], client, MAC_LEN);
	answer_macs_sort(&l->macs);
	answer_probe(&l->iface, &a, &news);
	assert_true(news.len[0] == ARP_FRAME && !news.len[1]);
	give_hex(l, FRAME_ARP_REPLY_PROBE_2, false);
	assert_ptr_equal(l->out.claimed, four);
	memcpy(l->iface.mac, ours, MAC_LEN);
	memset(l->mac_list, 0, sizeof(l->mac_list));
	a = served_addr(&l->table, six);
	answer_probe(&l->iface, &a, &news);
	assert_true(news.len[0] && !news.len[1]);
	give_hex(l, FRAME_NA_NUD_1, true);
	assert_ptr_equal(l->out.claimed, six);
}

static void test_malformed(void **state)
{
	struct lab *l = *state;
	uint8_t frame[256];
	size_t len = frame_bytes(FRAME_NS_2, frame);

	assert_int_equal(give(l, frame, len - 1, true), -EBADMSG);
	assert_silent(l);
	assert_int_equal(give(l, frame, 20, false), -EBADMSG);
	assert_silent(l);
	assert_null(l->out.claimed);
}

static void test_announcements(void **state)
{
	struct lab *l = *state;
	struct answer_news news;
	struct ipaddr a = {
	    .family = AF_INET, .addr = {10, 0, 42, 0}
        };
	struct arp arp;
	struct ndp n;

	answer_announce(&l->iface, &a, &news);
	assert_int_equal(arp_decode(news.frame[0], news.len[0], &arp), 0);
	assert_int_equal(arp.op, ARP_REQUEST);
	assert_memory_equal(arp.sender, a.addr, 4);
	assert_int_equal(arp_decode(news.frame[1], news.len[1], &arp), 0);
	assert_int_equal(arp.op, ARP_REPLY);
	assert_memory_equal(arp.sender_mac, ours, MAC_LEN);
	assert_int_equal(ipaddr_parse("2001:db8::2", &a), 0);
	answer_announce(&l->iface, &a, &news);
	assert_int_equal(ndp_decode(news.frame[0], news.len[0], &n), 0);
	assert_memory_equal(n.target, a.addr, 16);
	assert_true(n.override && !n.solicited);
	assert_int_equal(news.len[1], 0);
}

#define IN_LAB(test) cmocka_unit_test_setup_teardown(test, lab_new, lab_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_LAB(test_arp_questions),
	    IN_LAB(test_arp_rows),
	    IN_LAB(test_where),
	    IN_LAB(test_a_pair_is_one_claim),
	    IN_LAB(test_ndp_questions),
	    IN_LAB(test_ndp_unicast),
	    IN_LAB(test_ndp_claims),
	    IN_LAB(test_quiet),
	    IN_LAB(test_malformed),
	    IN_LAB(test_announcements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
