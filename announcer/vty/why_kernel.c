/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_kernel.c - the link of the kernel's table, on a router without zebra. */
#include "announcer/out_kernel.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include <inttypes.h>

static const char *state_cure(const struct kernel_status *st)
{
	if (st->state == KERNEL_READING)
		return "wait; if it stays: grevysh -c 'show fib'";
	return "AmbientCapabilities=CAP_NET_ADMIN in grevyd's unit";
}

/* rival: the command that removes what is in the way; "" = nothing is. */
static void put_rejected(struct why *y, const char *why, const char *rival)
{
	if (*rival)
		why_broken(
		    y, "kernel", rival, "the kernel has another route of this metric: %s", why);
	else
		why_broken(y, "kernel", "dmesg; it is tried again", "not installed: %s", why);
}

static void put_route(struct why *y, const struct prefix *p, const struct kernel_status *st)
{
	const struct out_kernel *k = y->rq->ctx->kernel;
	const char *why = "", *rival;
	enum kroute_state state = out_kernel_route(k, p, &why);

	why = why ? why : "";
	rival = out_kernel_rival(k, p);
	switch (state) {
	case KROUTE_INSTALLED:
		why_ok(y, "kernel",
		    "installed in table %" PRIu32 ", protocol %u, metric %" PRIu32, st->table,
		    st->protocol, st->metric);
		break;
	case KROUTE_WAITING:
		why_broken(y, "kernel",
		    "ip -br addr; a subnet of the next hops must be on an interface that is up",
		    "not sent: %s", why);
		break;
	case KROUTE_REJECTED:
		put_rejected(y, why, rival);
		break;
	case KROUTE_SHADOWED:
		why_broken(y, "kernel", rival, "the kernel prefers another route: %s", why);
		break;
	case KROUTE_SENT:
		why_broken(y, "kernel", "wait", "sent, and not answered yet");
		break;
	default:
		why_broken(y, "kernel", "wait; it is sent when the source has been read",
		    "not sent yet");
		break;
	}
}

void why_kernel(struct why *y, const struct prefix *p)
{
	struct kernel_status st;

	out_kernel_status(y->rq->ctx->kernel, &st);
	if (st.state == KERNEL_UP)
		put_route(y, p, &st);
	else
		why_broken(
		    y, "kernel", state_cure(&st), "%s", *st.reason ? st.reason : st.state_text);
}
