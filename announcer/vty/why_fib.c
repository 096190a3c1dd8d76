/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_fib.c - the last link: what the kernel has of a route that zebra confirmed or lost. */
#include "announcer/audit_text.h"
#include "announcer/audit_view.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include <errno.h>

/* Which route this host itself would use; another than ours need not be wrong for the packets
 * that it forwards, but is worth knowing. */
static void put_lookup(struct why *y, const struct audit *a, const struct prefix *p)
{
	struct fib_nexthop nh = {0};
	struct fib_route r;
	int ours = audit_lookup(a, p, &r, &nh);
	char b[PREFIX_STRLEN], gate[PREFIX_STRLEN];
	struct ipaddr addr = {.family = p->family};
	const char *cure;

	memcpy(addr.addr, p->addr, sizeof(addr.addr));
	cure = why_say(y, "ip rule show; ip route get %s", ipaddr_str(&addr, b));
	if (ours == -ENETUNREACH || ours == -EHOSTUNREACH)
		why_warn(
		    y, "fib", cure, "this host itself would not use it: %s", strerror(-ours));
	if (!ours)
		why_warn(y, "fib", cure, "this host itself would use %s of table %u%s%s",
		    prefix_str(&r.prefix, b), r.table, nh.gate.family ? " via " : "",
		    nh.gate.family ? ipaddr_str(&nh.gate, gate) : "");
}

static void put_difference(struct why *y, const struct audit_view *v)
{
	char text[AUDIT_TEXT_LEN], cure[AUDIT_TEXT_LEN];

	why_broken(y, "fib", audit_cure(v, cure), "%s", audit_text(v, text));
}

void why_fib(struct why *y, const struct prefix *p, bool installed)
{
	const struct out_zserv *z = y->rq->ctx->zserv;
	const struct audit *a = out_zserv_audit(z);
	const char *off = out_zserv_fib_off(z);
	struct audit_stats st;
	struct audit_view v;

	audit_stats(a, &st);
	if (*off) {
		why_note(y, "fib", "", "the kernel is not asked: %s", off);
	} else if (audit_find(a, p, y->rq->now.mono_ms, &v)) {
		put_difference(y, &v);
	} else if (!st.compared) {
		why_note(y, "fib", "", "the kernel's routes are being read");
	} else if (installed) {
		why_ok(y, "fib", "the kernel has it as zebra confirmed it");
		put_lookup(y, a, p);
	}
}
