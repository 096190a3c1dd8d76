/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_policy.c - show policy: what each place and each object says, and what became of it. */
#include "announcer/policy_set.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

static void put_verdict(const struct policy_verdict *v, void *arg)
{
	static const char *const states[] = {[RULES_GOOD] = "in force",
	    [RULES_OLD] = "last good form",
	    [RULES_PARTLY] = "in part",
	    [RULES_REFUSED] = "refused"};
	struct writer *w = ((struct vty_request *)arg)->w;

	writer_row_begin(w);
	writer_str(w, "name", "OBJECT", v->name);
	writer_str(w, "kind", NULL, v->kind);
	writer_str(w, "namespace", NULL, v->kind ? v->ns : NULL);
	writer_str(w, "object", NULL, v->object);
	writer_str(w, "from", "FROM", v->from);
	writer_str(w, "state", NULL, rules_state_name(v->state));
	writer_str(w, NULL, "STATE", states[v->state]);
	writer_str(w, "why", "BECAUSE", v->why);
	writer_row_end(w);
}

enum vty_rc show_policy(struct vty_request *rq)
{
	const struct vty_context *ctx = rq->ctx;

	if (!ctx->policy)
		return vty_fail(rq, "There is no configuration.");
	writer_bool(rq->w, "held", NULL, ctx->held);
	if (ctx->held)
		writer_line(rq->w,
		    "The source is away or not read: but for peers, what was in force before "
		    "the last reload still is.");
	writer_table_begin(rq->w, "policy", "No place says anything.");
	policy_set_each(ctx->policy, put_verdict, rq);
	writer_table_end(rq->w);
	return VTY_OK;
}
