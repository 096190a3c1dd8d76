/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_kernel.c - the link of the kernel's table, on a router without zebra. */
#include "announcer/out_kernel.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include <inttypes.h>

static const char *state_cure(const struct kernel_status *st)
{
	if (st->state == KERNEL_READING)
		return "wait; if it stays, see show fib";
	return "grevyd needs CAP_NET_ADMIN for routes in the kernel, and a kernel that takes "
	       "them";
}

static void put_route(struct why *y, const struct prefix *p, const struct kernel_status *st)
{
	const char *why = "";
	enum kroute_state state = out_kernel_route(y->rq->ctx->kernel, p, &why);

	why = why ? why : "";
	switch (state) {
	case KROUTE_INSTALLED:
		why_ok(y, "kernel",
		    "installed in table %" PRIu32 ", protocol %u, metric %" PRIu32, st->table,
		    st->protocol, st->metric);
		break;
	case KROUTE_WAITING:
		why_broken(y, "kernel",
		    "is the subnet of the next hops connected to this router, and its link up? "
		    "ip route get NEXTHOP",
		    "not sent: no next hop can be reached%s%s", *why ? ": " : "", why);
		break;
	case KROUTE_REJECTED:
		why_broken(y, "kernel",
		    "the kernel's log may say more (dmesg); it is tried again",
		    "the kernel refuses it%s%s", *why ? ": " : "", why);
		break;
	case KROUTE_SHADOWED:
		why_broken(y, "kernel",
		    "remove that route, or give kernel: metric a lower value than it has",
		    "another route is preferred%s%s", *why ? ": " : "", why);
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
		why_broken(y, "kernel", state_cure(&st), "%s%s%s", st.state_text,
		    st.reason && *st.reason ? ": " : "", st.reason ? st.reason : "");
}
