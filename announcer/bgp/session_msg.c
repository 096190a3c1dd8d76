/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_msg.c - what a message of the peer means: the event that it is. An OPEN is judged
 * here (RFC 4271 6.2), and which of two connections stays (6.8): the one that the side with the
 * higher identifier dialled. Where one is established the new one goes, unless the peer can
 * restart gracefully and dialled after it was up: then the old one is dead (RFC 4724 4.2, 5).
 */
#include "announcer/bgp/session_int.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

uint32_t bgp_session_my_id(const struct bgp_session *s)
{
	return s->nb.router_id ? s->nb.router_id : s->all->self.router_id;
}

void bgp_conn_offer(struct bgp_conn *c)
{
	const struct bgp_neighbor *nb = &c->s->nb;
	const struct bgp_self *self = &c->s->all->self;

	c->sent = (struct bgp_open){
	    .asn = nb->my_asn,
	    .id = bgp_session_my_id(c->s),
	    .hold_s = (uint16_t)nb->hold_s,
	    .caps = BGP_CAP_AS4 | BGP_CAP_REFRESH | BGP_CAP_MP,
	    .families = nb->families,
	};
	if (!nb->graceful || !self->restart_s)
		return;
	c->sent.caps |= BGP_CAP_GRACEFUL;
	c->sent.restart_s = self->restart_s;
	c->sent.restarting = self->restarting;
	c->sent.gr_families = nb->families;
	c->sent.gr_forwarding = self->forwarding ? nb->families : 0;
}

/* As bgp_open_check() wants it. */
static uint32_t wanted_asn(const struct bgp_neighbor *nb)
{
	switch (nb->asn_kind) {
	case BGP_ASN_INTERNAL:
		return nb->my_asn;
	case BGP_ASN_EXTERNAL:
		return 0;
	default:
		return nb->asn == BGP_ANY_ASN ? UINT32_MAX : nb->asn;
	}
}

/* No family in common: the capabilities that we miss (RFC 5492 3, 4760 8). */
static void no_family(const struct bgp_conn *c, struct bgp_error *e)
{
	uint8_t data[12];
	struct wr w = wr_of(data, sizeof(data));

	for (unsigned bit = BGP_IPV4; bit <= BGP_IPV6; bit <<= 1) {
		if (!(c->sent.families & bit))
			continue;
		wr_u8(&w, 1); /* multiprotocol */
		wr_u8(&w, 4);
		wr_u16(&w, bit == BGP_IPV4 ? 1 : 2);
		wr_u8(&w, 0);
		wr_u8(&w, 1); /* unicast */
	}
	bgp_error_set(e, BGP_ERR_CAPABILITY, data, w.len);
}

static bool ours_stays(const struct bgp_conn *c)
{
	if (c->sent.id != c->got.id)
		return c->sent.id > c->got.id;
	return c->sent.asn > c->got.asn; /* RFC 6286 2.3 */
}

/* Return: whether c, whose OPEN is good, stays beside another connection; if so, other ends. */
static bool wins(struct bgp_conn *c, struct bgp_conn *other)
{
	struct bgp_session *s = c->s;

	if (other == s->up) {
		if (!s->facts.graceful || !s->facts.gr_families || !c->taken ||
		    c->born_ms < s->up_ms)
			return false;
		bgp_conn_event(other, EV_REPLACED, NULL, "the peer restarted");
		return true;
	}
	if (c->taken != other->taken && ours_stays(c) == c->taken)
		return false;
	bgp_conn_event(other, EV_COLLISION_LOST, NULL, NULL);
	return true;
}

static bool collision_won(struct bgp_conn *c)
{
	struct bgp_session *s = c->s;

	for (struct bgp_conn *o = s->taken, *next; o; o = next) {
		next = o->next;
		if (o != c && o->state >= BGP_OPENCONFIRM && !wins(c, o))
			return false;
	}
	return c == &s->dial || s->dial.state < BGP_OPENCONFIRM || wins(c, &s->dial);
}

static void on_open(struct bgp_conn *c, struct rd *r)
{
	const struct bgp_neighbor *nb = &c->s->nb;
	const char *why = "bad OPEN";
	struct bgp_error e;
	int rc;

	if (c->state != BGP_OPENSENT) {
		bgp_conn_event(c, EV_OPEN_OK, NULL, "unexpected OPEN");
		return;
	}
	rc = bgp_open_decode(r, &c->got, &e);
	if (!rc)
		rc = bgp_open_check(&c->got, wanted_asn(nb), nb->my_asn, c->sent.id, &e);
	if (!rc && !(c->sent.families & c->got.families)) {
		no_family(c, &e);
		rc = -1;
	}
	if (rc)
		bgp_conn_event(c, EV_OPEN_BAD, &e, why);
	else if (!collision_won(c))
		bgp_conn_event(c, EV_COLLISION_LOST, NULL, NULL);
	else
		bgp_conn_event(c, EV_OPEN_OK, NULL, NULL);
}

/* A route by way of ourselves, as some speakers send our own back to us, is no news. */
static bool is_ours(const struct bgp_session *s, const struct bgp_update *u)
{
	return u->why == BGP_ERR_NEXT_HOP && (!ipaddr_cmp(&u->attrs.nexthop, &s->facts.local) ||
						 !ipaddr_cmp(&u->mp_nexthop, &s->facts.local));
}

static void verdict_log(struct bgp_session *s, const struct bgp_update *u)
{
	if (u->verdict == BGP_UPDATE_GOOD)
		return;
	if (is_ours(s, u)) {
		if (log_debugs("bgp"))
			bgp_peer_log(s, LOG_LEVEL_DEBUG,
			    "UPDATE: its next hop is our address: its routes count as "
			    "withdrawn");
		return;
	}
	if (!bgp_peer_log_allowed(s))
		return;
	bgp_peer_log(s, LOG_LEVEL_WARN, "UPDATE: %s, attribute %u: %s", bgp_code_text(u->why),
	    u->why_attr,
	    u->verdict == BGP_UPDATE_WITHDRAWN ? "its routes count as withdrawn"
					       : "the attribute is ignored");
}

static void on_update(struct bgp_conn *c, struct rd *r)
{
	struct bgp_session *s = c->s;
	struct bgp_sessions *all = s->all;
	struct bgp_update_from from = {
	    .as4 = s->facts.as4,
	    .ibgp = s->facts.ibgp,
	    .asn = s->facts.asn,
	    .families = s->facts.families,
	    .local = s->facts.local,
	};
	struct bgp_update u;
	struct bgp_error e;
	int rc;

	if (c->state != BGP_ESTABLISHED) {
		bgp_conn_event(c, EV_UPDATE_OK, NULL, "unexpected UPDATE");
		return;
	}
	rc = bgp_update_decode(r, &from, all->scratch, &u, &e);
	if (!rc) {
		verdict_log(s, &u);
		rc = all->ops.on_update(s, &u, &e, all->arg);
	}
	if (rc)
		bgp_conn_event(c, EV_UPDATE_BAD, &e, NULL);
	else
		bgp_conn_event(c, EV_UPDATE_OK, NULL, NULL);
}

static void on_notification(struct bgp_conn *c, struct rd *r)
{
	struct bgp_error e = {0};

	if (bgp_notification_decode(r, &e))
		memset(&e, 0, sizeof(e));
	c->s->st.last_received = e;
	bgp_conn_event(c, EV_NOTIFICATION, &e, NULL);
}

static void on_refresh(struct bgp_conn *c, struct rd *r)
{
	struct bgp_session *s = c->s;
	struct bgp_error e;
	uint8_t family = 0;
	unsigned bit;
	int rc = 0;

	if (c->state == BGP_ESTABLISHED)
		rc = bgp_refresh_decode(r, &family, &e);
	bgp_conn_event(c, rc ? EV_REFRESH_BAD : EV_REFRESH_OK, rc ? &e : NULL,
	    c->state == BGP_ESTABLISHED ? NULL : "unexpected ROUTE-REFRESH");
	bit = family == AF_INET ? BGP_IPV4 : family == AF_INET6 ? BGP_IPV6 : 0;
	if (s->up == c && (bit & s->facts.families))
		s->all->ops.on_refresh(s, family, s->all->arg);
}

void bgp_conn_message(struct bgp_conn *c, enum bgp_type type, struct rd body)
{
	switch (type) {
	case BGP_OPEN:
		on_open(c, &body);
		break;
	case BGP_UPDATE:
		on_update(c, &body);
		break;
	case BGP_NOTIFICATION:
		on_notification(c, &body);
		break;
	case BGP_ROUTE_REFRESH:
		on_refresh(c, &body);
		break;
	default:
		bgp_conn_event(c, EV_KEEPALIVE, NULL, NULL);
	}
}
