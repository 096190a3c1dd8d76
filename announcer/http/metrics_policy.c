/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics_policy.c - what of the policy is in force. */
#include "announcer/http/metrics_text.h"
#include "announcer/policy_set.h"
#include "announcer/vty/context.h"

struct counts {
	uint64_t of[RULES_REFUSED + 1];
};

static void count(const struct policy_verdict *v, void *arg)
{
	((struct counts *)arg)->of[v->state]++;
}

void metrics_put_policy(struct buf *to, const struct vty_context *ctx)
{
	const struct rules *r = ctx->rules;
	struct counts c = {{0}};

	if (!ctx->policy || !r)
		return;
	policy_set_each(ctx->policy, count, &c);
	metric_family(to, "policy_objects", "gauge",
	    "The file, the ConfigMap and custom resources by what became of them: see show "
	    "policy.");
	for (int i = 0; i <= RULES_REFUSED; i++)
		metric_labelled(to, "policy_objects", "state",
		    rules_state_name((enum rules_state)i), c.of[i]);
	metric_gauge(to, "policy_pools", "Address pools in force.", r->policy.n_pools);
	metric_gauge(to, "policy_peers", "Peers in force, of all nodes.", r->n_peers);
	metric_gauge(to, "policy_held",
	    "Whether the policy of before a reload stays while the source is away.", ctx->held);
}
