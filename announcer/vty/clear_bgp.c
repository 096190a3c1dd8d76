/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clear_bgp.c - clear bgp *|ADDRESS [soft] [in|out]: begin a session anew, or its routes only.
 */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp.h"

enum vty_rc clear_bgp(struct vty_request *rq)
{
	bool in = vty_said(rq, "in"), out = vty_said(rq, "out");
	bool all = strcmp(rq->args[0], "*") == 0;
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq);
	struct ipaddr address;

	if (rc != VTY_OK)
		return rc;
	if (vty_said(rq, "soft") && !in && !out)
		in = out = true;
	if (!all && ipaddr_parse(rq->args[0], &address))
		return vty_fail(rq, "Not an address: %s", rq->args[0]);
	if (!bgp_clear(rq->ctx->bgp, all ? NULL : &address, in, out) && !all)
		return vty_fail(rq, "BGP: Unknown neighbor - \"%s\"", rq->args[0]);
	return VTY_OK;
}
