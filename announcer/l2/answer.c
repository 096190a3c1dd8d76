/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/l2/answer.h"
#include <stdlib.h>
#include <sys/socket.h>

static int mac_cmp(const void *a, const void *b)
{
	return memcmp(a, b, MAC_LEN);
}

void answer_macs_sort(struct answer_macs *m)
{
	if (m->n)
		qsort(m->v, m->n, MAC_LEN, mac_cmp);
}

static bool is_ours(const struct answer_in *in, const uint8_t *mac)
{
	return mac_same(mac, in->iface->mac) ||
	       (in->macs->n && bsearch(mac, in->macs->v, in->macs->n, MAC_LEN, mac_cmp));
}

/* The address, if it is answered where the frame came in. */
static struct served *served_there(const struct served_table *t, const struct answer_in *in,
    uint8_t family, const uint8_t *addr)
{
	struct served *s = served_find(t, family, addr);

	return s && served_on(t, s, in->iface->ifindex) ? s : NULL;
}

static void claim(
    const struct answer_in *in, struct answer_out *out, struct served *s, const uint8_t *mac)
{
	uint32_t now = (uint32_t)in->now_ms;

	if (!s || is_ours(in, mac) || !mac_is_host(mac))
		return;
	if (s->counts.conflicts && now - s->conflict_ms < ANSWER_CONFLICT_MS)
		return;
	s->counts.conflicts++;
	s->conflict_ms = now;
	out->claimed = s;
	memcpy(out->foreign, mac, MAC_LEN);
}

static void answered(struct answer_out *out, struct served *s, const struct wr *w)
{
	s->counts.requests++;
	s->counts.responses++;
	out->asked = s;
	out->len = w->len;
}

int answer_arp(const struct served_table *t, const struct answer_in *in, struct answer_out *out)
{
	struct wr w = wr_of(out->frame, sizeof(out->frame));
	struct arp a, reply;
	struct served *s;
	int rc;

	out->asked = out->claimed = NULL;
	out->len = 0;
	rc = arp_decode(in->frame, in->len, &a);
	if (rc || (a.op != ARP_REQUEST && a.op != ARP_REPLY))
		return rc;
	claim(in, out, served_there(t, in, AF_INET, a.sender), a.sender_mac);
	if (a.op != ARP_REQUEST || !mac_is_host(a.sender_mac) ||
	    !memcmp(a.sender, a.target, sizeof(a.sender)))
		return 0;
	/* What was for another host was seen by chance. */
	if (!mac_same(a.dst, mac_broadcast) && !mac_same(a.dst, in->iface->mac))
		return 0;
	s = served_there(t, in, AF_INET, a.target);
	if (!s || s->quiet)
		return 0;
	reply = arp_reply_to(&a, in->iface->mac);
	arp_encode(&w, &reply);
	answered(out, s, &w);
	return 0;
}

int answer_ndp(const struct served_table *t, const struct answer_in *in, struct answer_out *out)
{
	struct wr w = wr_of(out->frame, sizeof(out->frame));
	const uint8_t *mac;
	struct ndp n, reply;
	struct served *s;
	int rc;

	out->asked = out->claimed = NULL;
	out->len = 0;
	rc = ndp_decode(in->frame, in->len, &n);
	if (rc)
		return rc;
	mac = n.has_mac ? n.mac : n.src_mac;
	s = served_there(t, in, AF_INET6, n.target);
	if (n.type == NDP_ADVERT) {
		claim(in, out, s, mac);
		return 0;
	}
	if (!ndp_is_unspecified(n.src))
		claim(in, out, served_there(t, in, AF_INET6, n.src), mac);
	if (!s || s->quiet || !mac_is_host(mac))
		return 0;
	if (!mac_is_group(n.dst_mac) && !mac_same(n.dst_mac, in->iface->mac))
		return 0;
	reply = ndp_reply_to(&n, in->iface->mac);
	ndp_encode(&w, &reply);
	answered(out, s, &w);
	return 0;
}

void answer_announce(
    const struct answer_iface *i, const struct ipaddr *a, struct answer_news *news)
{
	static const uint16_t ops[] = {ARP_REQUEST, ARP_REPLY};

	for (unsigned k = 0; k < 2; k++) {
		struct wr w = wr_of(news->frame[k], sizeof(news->frame[k]));

		if (a->family == AF_INET) {
			struct arp arp = arp_announcement(ops[k], a->addr, i->mac);

			arp_encode(&w, &arp);
		} else if (!k) {
			struct ndp ndp = ndp_announcement(a->addr, i->mac);

			ndp_encode(&w, &ndp);
		}
		news->len[k] = w.len;
	}
}

void answer_probe(
    const struct answer_iface *i, const struct ipaddr *a, struct answer_news *news)
{
	struct wr w = wr_of(news->frame[0], sizeof(news->frame[0]));

	if (a->family == AF_INET) {
		struct arp arp = arp_probe(a->addr, i->mac);

		arp_encode(&w, &arp);
	} else {
		struct ndp ndp = ndp_probe(a->addr, i->mac);

		ndp_encode(&w, &ndp);
	}
	news->len[0] = w.len;
	news->len[1] = 0;
}
