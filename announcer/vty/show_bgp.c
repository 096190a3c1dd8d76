/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp.c - what the commands of BGP have in common: names, times, rows of the table. */
#include "announcer/vty/show_bgp.h"
#include "announcer/util.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

enum vty_rc bgp_ask_begin(struct bgp_ask *a, struct vty_request *rq)
{
	*a = (struct bgp_ask){.rq = rq, .bgp = rq->ctx->bgp};
	if (!a->bgp || !bgp_active(a->bgp))
		return vty_fail(rq, "BGP instance not found");
	bgp_view(a->bgp, &a->view);
	if (vty_said(rq, "ipv6"))
		a->families = BGP_IPV6;
	else if (vty_said(rq, "ipv4") || vty_said(rq, "ip"))
		a->families = BGP_IPV4;
	a->unicast = vty_said(rq, "unicast");
	a->all_vrfs = vty_said(rq, "all");
	a->vrf = a->all_vrfs || vty_said(rq, "default");
	return VTY_OK;
}

void bgp_vrf_begin(const struct bgp_ask *a)
{
	if (a->all_vrfs)
		writer_object_begin(a->rq->w, "default", NULL);
}

void bgp_vrf_end(const struct bgp_ask *a)
{
	if (a->all_vrfs)
		writer_object_end(a->rq->w);
}

const char *bgp_id_str(uint32_t id, char *buf)
{
	snprintf(buf, PREFIX_STRLEN, "%u.%u.%u.%u", (unsigned)(id >> 24),
	    (unsigned)(id >> 16 & 255), (unsigned)(id >> 8 & 255), (unsigned)(id & 255));
	return buf;
}

unsigned bgp_family_bit(int i)
{
	return i ? BGP_IPV6 : BGP_IPV4;
}

uint8_t bgp_family_af(int i)
{
	return i ? AF_INET6 : AF_INET;
}

const char *bgp_family_name(int i)
{
	return i ? "IPv6 Unicast" : "IPv4 Unicast";
}

const char *bgp_family_key(int i)
{
	return i ? "ipv6Unicast" : "ipv4Unicast";
}

const char *bgp_origin_name(const struct bgp_attrs *a)
{
	static const char *const names[] = {"IGP", "EGP", "incomplete"};

	return names[a->origin <= BGP_ORIGIN_INCOMPLETE ? a->origin : BGP_ORIGIN_INCOMPLETE];
}

char bgp_origin_code(const struct bgp_attrs *a)
{
	return "ie?"[a->origin <= BGP_ORIGIN_INCOMPLETE ? a->origin : BGP_ORIGIN_INCOMPLETE];
}

const char *bgp_uptime(const struct bgp_ask *a, int64_t since_s, char *buf)
{
	const int64_t day = 86400, week = 7 * day;
	int64_t s = bgp_since_ms(a, since_s) / 1000;

	if (!since_s)
		snprintf(buf, BGP_UPTIME_LEN, "never");
	else if (s < day)
		snprintf(buf, BGP_UPTIME_LEN, "%02" PRId64 ":%02" PRId64 ":%02" PRId64,
		    s / 3600, s / 60 % 60, s % 60);
	else if (s < week)
		snprintf(buf, BGP_UPTIME_LEN, "%" PRId64 "d%02" PRId64 "h%02" PRId64 "m",
		    s / day, s / 3600 % 24, s / 60 % 60);
	else
		snprintf(buf, BGP_UPTIME_LEN, "%02" PRId64 "w%" PRId64 "d%02" PRId64 "h",
		    s / week, s / day % 7, s / 3600 % 24);
	return buf;
}

int64_t bgp_since_ms(const struct bgp_ask *a, int64_t since_s)
{
	int64_t s = a->rq->now.unix_s - since_s;

	return !since_s || s < 0 ? 0 : s * 1000;
}

/* ---- neighbours ---- */

uint32_t bgp_peer_asn(const struct bgp_peer_view *v)
{
	if (v->facts)
		return v->facts->asn;
	if (v->nb->asn_kind == BGP_ASN_INTERNAL)
		return v->nb->my_asn;
	return v->nb->asn_kind == BGP_ASN_NUMBER ? v->nb->asn : 0;
}

bool bgp_peer_is_internal(const struct bgp_peer_view *v)
{
	return v->facts ? v->facts->ibgp : bgp_peer_asn(v) == v->nb->my_asn;
}

const char *bgp_peer_label(const struct bgp_peer_view *v)
{
	struct ipaddr a;
	struct prefix p;

	if (!v->nb->name || ipaddr_parse(v->nb->name, &a) == 0 ||
	    prefix_parse(v->nb->name, &p) == 0)
		return NULL;
	return v->nb->name;
}

const char *bgp_reset_text(const struct bgp_peer_view *v, char *buf, const char **notified)
{
	static const char sent[] = "NOTIFICATION sent: ",
			  received[] = "NOTIFICATION received: ";
	const char *out = strstr(v->session.last_reset, sent);
	const char *in = strstr(v->session.last_reset, received);

	*notified = out ? "sent" : in ? "received" : NULL;
	if (*notified)
		snprintf(buf, BGP_RESET_LEN, "Notification %s (%s)", *notified,
		    out ? out + strlen(sent) : in + strlen(received));
	else
		snprintf(buf, BGP_RESET_LEN, "%s", v->session.last_reset);
	return buf;
}

const char *bgp_peer_state(const struct bgp_peer_view *v)
{
	if (v->session.state == BGP_IDLE && v->in.over_limit)
		return "Idle (PfxCt)";
	return bgp_state_name(v->session.state);
}

int64_t bgp_peer_changed_s(const struct bgp_peer_view *v)
{
	if (v->facts)
		return v->session.up_since_s;
	return v->session.established ? v->session.down_since_s : 0;
}

uint64_t bgp_messages(const uint64_t by_type[BGP_TYPES])
{
	uint64_t sum = 0;

	for (int i = 0; i < BGP_TYPES; i++)
		sum += by_type[i];
	return sum;
}

bool bgp_peer_no_import(const struct bgp_peer_view *v)
{
	const struct bgp_prefix_list *l = &v->nb->import.prefixes;

	return !v->nb->from_peers && !l->any && !l->n;
}

bool bgp_peer_no_export(const struct bgp_peer_view *v)
{
	const struct bgp_prefix_list *l = &v->nb->export.prefixes;

	return !v->nb->from_peers && !l->any && !l->n;
}

bool bgp_peer_asked(struct bgp_ask *a, struct bgp_peer_view *v)
{
	struct ipaddr address;

	if (ipaddr_parse(a->rq->args[0], &address) == 0 && bgp_peer(a->bgp, &address, v))
		return true;
	writer_bool(a->rq->w, "bgpNoSuchNeighbor", NULL, true);
	writer_line(a->rq->w, "%% No such neighbor in this view/vrf");
	writer_blank(a->rq->w);
	return false;
}

/* ---- rows of the table ---- */

struct rows {
	const struct bgp_in_peer *peer;
	struct bgp_row *own;          /* sorted */
	struct bgp_attr_table *attrs; /* of own */
	size_t n_own, at;
	struct prefix last; /* of the own row that was given last; family 0 = none */
	bgp_row_fn *fn;
	void *arg;
};

static void on_own(const struct bgp_out_path *p, void *arg)
{
	struct rows *r = arg;

	if (p->source == RIB_BGP && !p->aggregate)
		return; /* received: stands there already */
	if ((r->n_own & (r->n_own - 1)) == 0)
		r->own = xrealloc(r->own, r->n_own ? 2 * r->n_own : 1, sizeof(*r->own));
	r->own[r->n_own++] = (struct bgp_row){.prefix = p->prefix,
	    .attrs = bgp_attrs_share(r->attrs, p->attrs),
	    .nexthop = p->attrs->nexthop,
	    .best = true,
	    .reachable = true,
	    .aggregate = p->aggregate,
	    .foreign = p->source == RIB_REDISTRIBUTED,
	    .reason = "First path received"};
}

static int own_cmp(const void *a, const void *b)
{
	return prefix_cmp(
	    &((const struct bgp_row *)a)->prefix, &((const struct bgp_row *)b)->prefix);
}

/* Our own rows up to this prefix (NULL: all that are left). */
static void give_own(struct rows *r, const struct prefix *upto)
{
	for (; r->at < r->n_own; r->at++) {
		struct bgp_row *own = &r->own[r->at];

		if (upto && prefix_cmp(&own->prefix, upto) > 0)
			return;
		if (!own->nexthop.family)
			own->nexthop.family = own->prefix.family;
		r->last = own->prefix;
		if (!r->peer)
			r->fn(own, r->arg);
	}
}

static void on_path(const struct bgp_in_path *p, void *arg)
{
	struct rows *r = arg;
	struct bgp_row row = {.prefix = p->prefix,
	    .attrs = p->attrs,
	    .source = p->source,
	    .nexthop = p->nexthop,
	    .best = p->best,
	    .multipath = p->multipath,
	    .stale = p->stale,
	    .reachable = p->reachable,
	    .reason = p->reason,
	    .since_s = p->since_s};

	give_own(r, &p->prefix);
	if (r->last.family && prefix_cmp(&r->last, &p->prefix) == 0)
		row.best = row.multipath = false; /* ours wins */
	r->fn(&row, r->arg);
}

void bgp_rows(const struct bgp_ask *a, const struct bgp_which *which, bgp_row_fn *fn, void *arg)
{
	struct rows r = {
	    .peer = which->peer, .attrs = bgp_attr_table_new(), .fn = fn, .arg = arg};

	if (a->view.out)
		bgp_out_each(a->view.out, NULL, &which->within, on_own, &r);
	if (r.n_own)
		qsort(r.own, r.n_own, sizeof(*r.own), own_cmp);
	if (a->view.in)
		bgp_in_each(a->view.in, &which->within, which->peer, on_path, &r);
	give_own(&r, NULL);
	for (size_t i = 0; i < r.n_own; i++)
		bgp_attrs_drop(r.attrs, r.own[i].attrs);
	bgp_attr_table_free(r.attrs);
	free(r.own);
}
