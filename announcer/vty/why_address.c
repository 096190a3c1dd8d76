/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_address.c - the link of the address: who chose it, of which pool, or why there is none.
 */
#include "announcer/conf.h"
#include "announcer/vty/why.h"
#include "k8s/event.h"

static bool assigns(const struct vty_context *ctx)
{
	const struct k8s_cluster *c = ctx->source ? ctx->source->cluster : NULL;

	return (!ctx->conf || ctx->conf->controller) && (!c || c->leading);
}

static const char *chosen_by(const struct vty_request *rq, const struct k8s_service *s)
{
	if (s->want_ips)
		return "asked for by the annotation loadBalancerIPs";
	if (s->lb_ip)
		return "asked for by spec.loadBalancerIP";
	if (!assigns(rq->ctx))
		return "from status.loadBalancer";
	return s->want_pool ? "free in the pool asked for" : "assigned by grevyd";
}

static const char *evidence(const struct alloc_service *as)
{
	return as->text ? as->text : alloc_text((enum alloc_reason)as->reason)->token;
}

bool why_assigned(struct why *y, const struct alloc_service *as)
{
	const struct alloc_text *t = alloc_text((enum alloc_reason)as->reason);

	if (as->n)
		return true;
	why_broken(y, as->reason == ALLOC_NO_CONTROLLER ? "controller" : "address",
	    why_fill(y, t->cure, NULL), "%s: %s", alloc_state_name((enum alloc_state)as->state),
	    evidence(as));
	return false;
}

void why_pool(struct why *y, const struct desired_view *v)
{
	const struct alloc_text *t = alloc_text((enum alloc_reason)v->alloc->reason);
	char b[PREFIX_STRLEN];

	ipaddr_str(&v->addr, b);
	if (!v->pool)
		why_broken(
		    y, "address", "add it to addresses of a pool", "%s is in no pool", b);
	else
		why_ok(y, "address", "%s of pool %s, %s", b, v->pool->name,
		    chosen_by(y->rq, &v->svc->obj->service));
	if (v->alloc->text)
		why_warn(y, "address", why_fill(y, t->cure, NULL), "%s: %s",
		    alloc_state_name((enum alloc_state)v->alloc->state), v->alloc->text);
}
