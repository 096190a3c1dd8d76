/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_policy.c - what of the policy is refused, for who waits for an address. */
#include "announcer/policy_set.h"
#include "announcer/vty/why.h"

#define TOLD_MAX 5

struct telling {
	struct why *y;
	size_t n;
};

static void on_verdict(const struct policy_verdict *v, void *arg)
{
	struct telling *t = arg;

	if (v->state == RULES_GOOD || t->n++ >= TOLD_MAX)
		return;
	why_warn(t->y, "policy",
	    v->kind ? why_say(t->y, "kubectl edit -n %s %s%s%s %s", v->ns,
			  *v->resource ? v->resource : "configmap", *v->resource ? "." : "",
			  *v->resource ? "metallb.io" : "", v->object)
		    : "mend the file, then: systemctl reload grevyd",
	    "%s is %s: %s", v->name,
	    v->state == RULES_OLD      ? "refused, its last good form is in force"
	    : v->state == RULES_PARTLY ? "refused in part"
				       : "refused",
	    v->why);
}

void why_policy(struct why *y)
{
	struct telling t = {.y = y};

	if (!y->rq->ctx->policy)
		return;
	policy_set_each(y->rq->ctx->policy, on_verdict, &t);
	if (t.n > TOLD_MAX)
		why_note(y, "policy", "grevysh -c 'show policy'", "%zu more that are refused",
		    t.n - TOLD_MAX);
}
