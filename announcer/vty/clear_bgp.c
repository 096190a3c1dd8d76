/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clear_bgp.c - clear bgp: begin sessions anew, or only tell and ask for their routes again. */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>

/* Return: there is a speaker that is meant; else FRR's answer is written. */
static bool is_there(struct bgp_ask *a, struct vty_request *rq)
{
	const char *vrf = vty_arg(rq, "VRF");

	if (bgp_ask_begin(a, rq, BGP_OF_NOBODY) == VTY_OK && !a->all_vrfs)
		return true;
	if (vrf)
		bgp_warn(rq, "Can't find BGP instance %s", vrf);
	else
		bgp_warn(rq, "No BGP process is configured");
	return false;
}

/* What is to be done to those that are meant. */
static struct bgp_clear what(const struct bgp_ask *a)
{
	struct vty_request *rq = a->rq;
	struct bgp_clear c = {.families = a->families,
	    .external = vty_said(rq, "external"),
	    .soft_in = vty_said(rq, "in"),
	    .soft_out = vty_said(rq, "out"),
	    .messages = vty_said(rq, "message-stats"),
	    .nothing = vty_said(rq, "capabilities")}; /* none changes within a session */

	if (vty_said(rq, "soft") && !c.soft_in && !c.soft_out)
		c.soft_in = c.soft_out = true;
	return c;
}

/* One neighbour, by its address. */
static enum vty_rc clear_one(struct bgp_ask *a, struct bgp_clear c, const char *word)
{
	struct bgp_peer_name name;
	struct bgp_peer_view v;
	char b[BGP_PEER_LEN];

	if (bgp_peer_name_parse(word, &name))
		return bgp_warn(a->rq, "Malformed address or name: %s", word);
	if (!bgp_peer(a->bgp, &name, &v))
		return bgp_warn(a->rq, "%% BGP: Unknown neighbor - \"%s\"", word);
	if (a->other || (c.families && !(v.nb->families & c.families))) {
		writer_line(a->rq->w, "%% BGP: Enable %s address family for the neighbor %s",
		    bgp_family_name(c.families == BGP_IPV6), bgp_peer_str(&v, b));
		return VTY_OK;
	}
	c.address = &name.address;
	c.interface = name.interface;
	bgp_clear(a->rq->ctx->bgp, &c);
	return VTY_OK;
}

/* All, those of an AS, those outside of ours. */
static enum vty_rc clear_many(struct bgp_ask *a, struct bgp_clear *c, const char *asn)
{
	const char *family = c->families ? bgp_family_name(c->families == BGP_IPV6) : "Unknown";

	if (a->other)
		return VTY_OK;
	c->asn = asn ? bgp_asn_parse(asn) : 0;
	if (bgp_clear(a->rq->ctx->bgp, c))
		return VTY_OK;
	if (asn)
		writer_line(
		    a->rq->w, "%% BGP: No %s peer is configured with AS %s", family, asn);
	else if (c->external)
		writer_line(a->rq->w, "%% BGP: No external %s peer is configured", family);
	return VTY_OK;
}

enum vty_rc clear_bgp(struct vty_request *rq)
{
	const char *word = vty_arg(rq, "TARGET");
	struct bgp_clear c;
	struct bgp_ask a;

	if (!is_there(&a, rq))
		return VTY_WARNING;
	if (vty_said(rq, "peer-group"))
		return bgp_warn(rq, "%% BGP: No such peer-group %s", vty_arg(rq, "LIST"));
	c = what(&a);
	if (!word || bgp_asn_parse(word))
		return clear_many(&a, &c, word);
	return clear_one(&a, c, word);
}

/* What is always so: the best path is decided on when something changes, nothing is damped. */
enum vty_rc clear_bgp_nothing(struct vty_request *rq)
{
	struct bgp_ask a;

	return is_there(&a, rq) ? VTY_OK : VTY_WARNING;
}
