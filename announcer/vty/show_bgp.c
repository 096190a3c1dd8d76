/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp.c - what the commands of BGP have in common: names, times, rows of the table. */
#include "announcer/vty/show_bgp.h"
#include "announcer/util.h"
#include "announcer/vty/writer.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum vty_rc bgp_warn(struct vty_request *rq, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	writer_str(rq->w, "warning", NULL, b.p + (strncmp(b.p, "% ", 2) == 0 ? 2 : 0));
	writer_line(rq->w, "%s", b.p);
	free(b.p);
	return VTY_WARNING;
}

/* There is no speaker (vrf NULL), or none of this VRF. */
static enum vty_rc no_instance(
    struct vty_request *rq, enum bgp_words words, const char *kind, const char *vrf)
{
	bool all = vrf && strcmp(vrf, "all") == 0;

	if (words == BGP_OF_NOBODY)
		return VTY_WARNING;
	if (words == BGP_OF_SESSIONS || all) {
		writer_line(rq->w, "%% BGP instance not found");
		return all ? VTY_OK : VTY_WARNING;
	}
	if (!vrf || (strcmp(vrf, "default") == 0 && strcmp(kind, "vrf") == 0))
		return bgp_warn(rq, "Default BGP instance not found");
	writer_str(rq->w, "warning", NULL, "View/Vrf is unknown");
	writer_line(rq->w, "View/Vrf %s is unknown", vrf);
	return VTY_WARNING;
}

static bool any_said(const struct vty_request *rq, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (vty_said(rq, words[i]))
			return true;
	return false;
}

bool bgp_ask_again(struct bgp_ask *a)
{
	a->bgp = a->rq->ctx->bgp;
	if (!a->bgp)
		return false;
	bgp_view(a->bgp, &a->view);
	if (!a->view.asn)
		a->bgp = NULL;
	return a->bgp;
}

enum vty_rc bgp_ask_begin(struct bgp_ask *a, struct vty_request *rq, enum bgp_words words)
{
	static const char *const others[] = {
	    "multicast", "vpn", "labeled-unicast", "flowspec", "evpn"};
	const char *vrf = vty_arg(rq, "VRF"), *kind = vty_said(rq, "view") ? "view" : "vrf";

	*a = (struct bgp_ask){.rq = rq};
	a->all_vrfs = vrf && strcmp(vrf, "all") == 0;
	a->vrf = vrf;
	if (!bgp_ask_again(a) ||
	    (vrf && !a->all_vrfs && (strcmp(vrf, "default") != 0 || strcmp(kind, "vrf") != 0)))
		return no_instance(rq, words, kind, vrf);
	a->named = vty_said(rq, "ipv4") || vty_said(rq, "ipv6");
	if (vty_said(rq, "ipv6"))
		a->families = BGP_IPV6;
	else if (a->named || vty_said(rq, "ip"))
		a->families = BGP_IPV4;
	a->unicast = vty_said(rq, "unicast");
	a->other = any_said(rq, others, ARRAY_LEN(others));
	a->all = vty_said(rq, "all");
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

const char *bgp_date(int64_t unix_s, char *buf)
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, BGP_DATE_LEN, "%a %b %e %H:%M:%S %Y", &tm))
		snprintf(buf, BGP_DATE_LEN, "-");
	return buf;
}

uint32_t bgp_asn_parse(const char *word)
{
	enum { DIGITS = 10 };
	size_t len = strlen(word);
	unsigned long long n;

	if (!len || len > DIGITS || word[strspn(word, "0123456789")])
		return 0;
	n = strtoull(word, NULL, 10);
	return n <= UINT32_MAX ? (uint32_t)n : 0;
}

/* ---- neighbours ---- */

const char *bgp_peer_str(const struct bgp_peer_view *v, char *buf)
{
	const struct ipaddr *a = &v->session.remote;
	size_t len = strlen(ipaddr_str(a, buf));

	if (a->family == AF_INET6 && ipaddr_is_linklocal(a) && v->nb->interface)
		snprintf(buf + len, BGP_PEER_LEN - len, "%%%s", v->nb->interface);
	return buf;
}

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
	const char *why = *v->session.last_reset ? v->session.last_reset : v->session.why;
	const char *out = strstr(why, sent), *in = strstr(why, received);

	*notified = out ? "sent" : in ? "received" : NULL;
	if (*notified)
		snprintf(buf, BGP_RESET_LEN, "Notification %s (%s)", *notified,
		    out ? out + strlen(sent) : in + strlen(received));
	else
		snprintf(buf, BGP_RESET_LEN, "%s", *why ? why : "Waiting for peer OPEN");
	return buf;
}

int bgp_reset_code(const char *text, const char *notified)
{
	enum { NOTIFY_RECEIVED = 13, NOTIFY_SEND = 14, CLOSE_SESSION = 15, WAITING_OPEN = 32 };

	if (notified)
		return *notified == 's' ? NOTIFY_SEND : NOTIFY_RECEIVED;
	return strcmp(text, "Peer closed the session") == 0 ? CLOSE_SESSION : WAITING_OPEN;
}

int64_t bgp_reset_s(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	if (v->session.last_reset_s)
		return v->session.last_reset_s;
	return v->facts ? 0 : a->view.started_s;
}

const char *bgp_peer_host(const struct bgp_peer_view *v)
{
	return v->facts && *v->facts->received.host ? v->facts->received.host : NULL;
}

/* FRR calls it Active, too, what waits to be dialled again. */
const char *bgp_peer_state(const struct bgp_peer_view *v)
{
	bool waits = v->session.retry_in_ms >= 0 && !v->in.over_limit;

	return bgp_state_name(
	    v->session.state == BGP_IDLE && waits ? BGP_ACTIVE : v->session.state);
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

int bgp_peer_name_parse(const char *word, struct bgp_peer_name *to)
{
	size_t len = strcspn(word, "%");
	char address[PREFIX_STRLEN];

	*to = (struct bgp_peer_name){.interface = ""};
	if (len >= sizeof(address) || strlen(word + len) > sizeof(to->interface))
		return -EINVAL;
	memcpy(address, word, len);
	address[len] = '\0';
	if (word[len])
		memcpy(to->interface, word + len + 1, strlen(word + len));
	return ipaddr_parse(address, &to->address);
}

enum vty_rc bgp_peer_asked(
    struct bgp_ask *a, struct bgp_peer_name *name, struct bgp_peer_view *v)
{
	const char *word = vty_arg(a->rq, "NEIGHBOR");

	if (bgp_peer_name_parse(word, name)) {
		writer_str(a->rq->w, "malformedAddressOrName", NULL, word);
		writer_line(a->rq->w, "%% Malformed address or name: %s", word);
		return VTY_WARNING;
	}
	if (bgp_peer(a->bgp, name, v))
		return VTY_OK;
	return bgp_warn(a->rq, "No such neighbor in this view/vrf");
}

static void on_families(const struct bgp_peer_view *v, void *arg)
{
	*(unsigned *)arg |= v->nb->families;
}

unsigned bgp_every_family(const struct bgp_ask *a)
{
	unsigned families = a->named ? a->families : 0; /* `ip` names none here */

	if (!families)
		bgp_each_peer(a->bgp, on_families, &families);
	return families;
}

/* Where none is named, FRR means IPv6; a session without it has IPv4 only. */
unsigned bgp_peer_families(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	unsigned families = a->families;

	if (a->other)
		return 0;
	if (a->all)
		return bgp_every_family(a);
	if (!families)
		families = v->nb->families & BGP_IPV6 ? BGP_IPV6 : BGP_IPV4;
	return v->nb->families & families;
}
