/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_session.c - why a session with a neighbour is not established: from what the session last
 * said, the NOTIFICATIONs of both sides, and the configuration. The first row of `causes` that
 * fits is it.
 */
#include "announcer/util.h"
#include "announcer/vty/why_bgp.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

const char *why_peer(const struct bgp_peer_view *v, char *buf)
{
	char a[PREFIX_STRLEN];

	ipaddr_str(&v->session.remote, a);
	if (v->nb->name && !strchr(v->nb->name, '/') && strcmp(v->nb->name, a) != 0)
		snprintf(buf, WHY_PEER_LEN, "%s %s", v->nb->name, a);
	else
		snprintf(buf, WHY_PEER_LEN, "%s", a);
	return buf;
}

void why_fault_set(struct why_fault *f, const char *cure, const char *fmt, ...)
{
	va_list ap;

	buf_clear(&f->what);
	buf_clear(&f->cure);
	va_start(ap, fmt);
	buf_vfmt(&f->what, fmt, ap);
	va_end(ap);
	buf_str(&f->cure, cure);
}

void why_fault_fini(struct why_fault *f)
{
	free(f->what.p);
	free(f->cure.p);
	*f = (struct why_fault){0};
}

const char *why_deaf_at(const struct bgp *bgp, const char **error)
{
	const char *at;

	for (size_t i = 0; (at = bgp_listening(bgp, i, error)); i++)
		if (**error)
			return at;
	return NULL;
}

/* ---- what it last said ---- */

/* The NOTIFICATION that the session ended by, or while nothing was said since the last one. */
static bool ended_by(const struct bgp_peer_view *v, const struct bgp_error *e, uint16_t code)
{
	const char *why = v->session.why;

	return e->code == code && (!*why || strstr(why, bgp_code_text(code)));
}

static bool we_sent(const struct bgp_peer_view *v, uint16_t code)
{
	return ended_by(v, &v->session.last_sent, code);
}

static bool it_sent(const struct bgp_peer_view *v, uint16_t code)
{
	return ended_by(v, &v->session.last_received, code);
}

static bool said(const struct bgp_peer_view *v, const char *words)
{
	return strstr(v->session.why, words);
}

static bool is_internal(const struct bgp_peer_view *v)
{
	return v->nb->asn_kind == BGP_ASN_INTERNAL ||
	       (v->nb->asn_kind == BGP_ASN_NUMBER && v->nb->asn == v->nb->my_asn);
}

/* ---- causes: each fills f if it is the one ---- */

typedef void cause_fn(
    struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v);

static void no_password(
    struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	(void)bgp;
	if (v->nb->password_missing)
		why_fault_set(f, "create the Secret that its password-secret names",
		    "it waits for its password: the Secret is not there");
	else if (v->nb->password_file && said(v, "password file")) {
		why_fault_set(f, "", "%s: %s", v->session.why, v->nb->password_file);
		buf_fmt(&f->cure, "ls -l %s; grevyd's user must be able to read it",
		    v->nb->password_file);
	} else if (said(v, "TCP MD5"))
		why_fault_set(f,
		    said(v, "optmem_max") ? "sysctl -w net.core.optmem_max=131072"
					  : "use a password of at most 80 bytes",
		    "%s", v->session.why);
}

static void too_many(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	char a[PREFIX_STRLEN];

	(void)bgp;
	if (!v->in.over_limit && !said(v, "max-prefix"))
		return;
	why_fault_set(f, "", "it announced more routes than max-prefix allows: %" PRIu32,
	    v->nb->import.max_prefix);
	buf_fmt(&f->cure, "raise import: {max-prefix: ...}, then: grevysh -c 'clear bgp %s'",
	    ipaddr_str(&v->session.remote, a));
}

static void wrong_as(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	char asn[40];

	(void)bgp;
	snprintf(asn, sizeof(asn), "AS %" PRIu32, v->nb->asn);
	if (v->nb->asn_kind != BGP_ASN_NUMBER)
		snprintf(asn, sizeof(asn), "an AS that fits (%s)",
		    v->nb->asn_kind == BGP_ASN_INTERNAL ? "internal" : "external");
	if (we_sent(v, BGP_ERR_PEER_AS))
		why_fault_set(f,
		    v->nb->from_peers ? "set peer-asn to its own AS" : "set asn to its own AS",
		    "it is not of %s, which is configured here", asn);
	else if (it_sent(v, BGP_ERR_PEER_AS))
		why_fault_set(
		    f, "", "it expects another AS of us than %" PRIu32, v->nb->my_asn);
	if (f->what.len && !f->cure.len)
		buf_fmt(&f->cure, "at the neighbour: remote-as %" PRIu32 " for us, or %s here",
		    v->nb->my_asn, v->nb->from_peers ? "another my-asn" : "another bgp.asn");
}

static void wrong_id(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	(void)bgp;
	if (we_sent(v, BGP_ERR_BGP_ID) || it_sent(v, BGP_ERR_BGP_ID))
		why_fault_set(f, "set router-id of one of them to another address",
		    "both sides have one router identifier");
	else if (said(v, "no router identifier"))
		why_fault_set(f, "set router-id to an IPv4 address of this host",
		    "we have no router identifier: no IPv4 address, and no router-id");
}

static void silent(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	char a[PREFIX_STRLEN];

	(void)bgp;
	if (we_sent(v, BGP_ERR_HOLD_EXPIRED) || said(v, "hold timer expired"))
		why_fault_set(f, "", "nothing was heard of it for the hold time");
	else if (it_sent(v, BGP_ERR_HOLD_EXPIRED))
		why_fault_set(f, "", "it heard nothing of us for the hold time");
	if (f->what.len)
		buf_fmt(&f->cure, "ping %s; if that is well, a longer hold-time at both sides",
		    ipaddr_str(&v->session.remote, a));
}

static void put_cease(struct why_fault *f, const struct bgp_peer_view *v, const char *what)
{
	char reason[256];

	bgp_error_reason(&v->session.last_received, reason, sizeof(reason));
	buf_fmt(&f->what, "%s%s%s%s", what, *reason ? " (" : "", reason, *reason ? ")" : "");
}

/* It does not want us. */
static void ceased(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	static const struct {
		uint16_t code;
		const char *what, *cure;
	} rows[] = {
	    {BGP_CEASE_SHUTDOWN,     "it is shut down at the neighbour",
             "at the neighbour: no shutdown for us"                                              },
	    {BGP_CEASE_DECONFIGURED, "it has not configured us any more",
             "at the neighbour: configure us"						    },
	    {BGP_CEASE_REJECTED,     "it rejects us",
             "at the neighbour: configure us, and see its log"                                   },
	    {BGP_CEASE_MAX_PREFIX,   "we announce more than its limit of prefixes",
             "at the neighbour: raise maximum-prefix for us, and clear the session"              },
	    {BGP_CEASE_RESOURCES,    "it has no room for us",                       "see its log"},
	};

	(void)bgp;
	for (size_t i = 0; i < ARRAY_LEN(rows) && !f->what.len; i++)
		if (it_sent(v, rows[i].code)) {
			put_cease(f, v, rows[i].what);
			buf_str(&f->cure, rows[i].cure);
		}
}

static void refused(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	(void)bgp;
	if (said(v, strerror(ECONNREFUSED)))
		why_fault_set(f,
		    "at the neighbour: ss -tln; BGP must run there, and we be configured",
		    "%s (port %u)", v->session.why, v->nb->port ? v->nb->port : 179u);
	else if (said(v, "closed by the peer") || said(v, strerror(ECONNRESET)))
		why_fault_set(f, "at the neighbour: see its log; we must be configured there",
		    "it closes the connection without a word");
	else if (said(v, strerror(EHOSTUNREACH)) || said(v, strerror(ENETUNREACH))) {
		char a[PREFIX_STRLEN];

		why_fault_set(f, "", "%s", v->session.why);
		buf_fmt(&f->cure, "ip route get %s", ipaddr_str(&v->session.remote, a));
	}
}

/* It is to dial us. */
static void not_dialled(
    struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	const char *error = "", *at = why_deaf_at(bgp, &error);

	if (!v->nb->passive)
		return;
	if (at)
		why_fault_set(f,
		    "ss -tlnp 'sport = 179'; stop who has the port, or set another bgp: "
		    "{listen: [...]}",
		    "it is to dial us, and we cannot listen on %s: %s", at, error);
	else if (!*v->session.why)
		why_fault_set(f, "at the neighbour: configure us; or set passive: no here",
		    "it is to dial us, and has not");
}

/* Nobody answers. */
static void unanswered(
    struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	char a[PREFIX_STRLEN];

	(void)bgp;
	if (!said(v, "connect: "))
		return;
	why_fault_set(f, "", "%s", v->session.why);
	ipaddr_str(&v->session.remote, a);
	if (v->nb->password || v->nb->password_file)
		buf_fmt(&f->cure,
		    "is the password the same there? another one looks like silence; else: "
		    "ping "
		    "%s",
		    a);
	else
		buf_fmt(&f->cure, "ping %s; is TCP port %u filtered?%s%s", a,
		    v->nb->port ? v->nb->port : 179u,
		    v->nb->multihop || is_internal(v) ? "" : " if it is hops away: ",
		    v->nb->multihop || is_internal(v) ? ""
		    : v->nb->from_peers               ? "ebgp-multihop: true"
						      : "multihop: 2");
}

static void other(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	char a[PREFIX_STRLEN];

	(void)bgp;
	why_fault_set(f, "", "the session is %s%s%s", bgp_state_name(v->session.state),
	    *v->session.why ? ": " : "", v->session.why);
	buf_fmt(&f->cure, "wait; if it stays: grevysh -c 'show bgp neighbors %s'",
	    ipaddr_str(&v->session.remote, a));
}

void why_no_session(struct why_fault *f, const struct bgp *bgp, const struct bgp_peer_view *v)
{
	static cause_fn *const causes[] = {no_password, too_many, wrong_as, wrong_id, silent,
	    ceased, refused, not_dialled, unanswered, other};

	for (size_t i = 0; i < ARRAY_LEN(causes) && !f->what.len; i++)
		causes[i](f, bgp, v);
}
