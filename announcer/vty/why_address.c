/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_address.c - the link of the address: who chose it, of which pool, or why there is none.
 */
#include "announcer/alloc_clash.h"
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/why.h"
#include "k8s/event.h"
#include <netinet/in.h>

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

static const char *proto_name(uint8_t proto)
{
	return proto == IPPROTO_TCP ? "TCP" : proto == IPPROTO_UDP ? "UDP" : "SCTP";
}

/* What keeps it from sharing the address that it asks for. */
static const char *clash_text(const struct alloc_clash *c, bool local, struct buf *to)
{
	bool both = local && c->other->obj && c->other->obj->service.local;
	char a[PREFIX_STRLEN];

	buf_fmt(to, "asks for %s, which ", ipaddr_str(&c->addr, a));
	if (c->kind == ALLOC_CLASH_ABSENT)
		buf_fmt(to, "is kept for %s/%s, not there yet", c->other->ns, c->other->name);
	else if (c->kind == ALLOC_CLASH_KEY)
		buf_fmt(to, "%s/%s uses", c->other->ns, c->other->name);
	else if (c->kind == ALLOC_CLASH_PORT)
		buf_fmt(to, "%s/%s shares, but not its port %s %u", c->other->ns,
		    c->other->name, proto_name(c->port.proto), c->port.port);
	else
		buf_fmt(to, "%s/%s shares, but not with externalTrafficPolicy: %s",
		    c->other->ns, c->other->name,
		    both    ? "Local and another selector"
		    : local ? "Local"
			    : "Cluster");
	return to->p;
}

static void put_clash(
    struct why *y, const struct alloc_service *as, const struct alloc_clash *c)
{
	static const char share_local[] =
	    "set controller: {share-local: yes}, or externalTrafficPolicy: Cluster of both, or "
	    "ask for another address";
	static const char *const cures[ALLOC_CLASHES] = {
	    [ALLOC_CLASH_KEY] =
		"ask for another address, or give both metallb.io/allow-shared-ip: SERVICE",
	    [ALLOC_CLASH_PORT] = "give one of them another port, or ask for another address",
	    [ALLOC_CLASH_BACKEND] =
		"set externalTrafficPolicy: Cluster of both, or ask for another address",
	    [ALLOC_CLASH_ABSENT] =
		"wait until the source has been read whole, or ask for another address",
	};
	const struct k8s_object *other = c->other->obj;
	bool both_local = y->svc->obj->service.local && other && other->service.local;
	struct buf b = {0};

	why_broken(y, "address",
	    c->kind == ALLOC_CLASH_BACKEND && both_local ? share_local
							 : why_fill(y, cures[c->kind], NULL),
	    "%s: %s", alloc_state_name((enum alloc_state)as->state),
	    clash_text(c, y->svc->obj->service.local, &b));
	free(b.p);
}

/* What it had before, and why it could not stay. */
static void put_lost(struct why *y, const struct alloc_service *as)
{
	char b[PREFIX_STRLEN];

	for (size_t i = 0; i < as->n; i++)
		if (ipaddr_cmp(&as->addr[i], &as->lost) == 0)
			return;
	if (as->loss != ALLOC_LOSS_NONE)
		why_note(y, "address", "", "had %s before: %s", ipaddr_str(&as->lost, b),
		    alloc_loss_text((enum alloc_loss)as->loss));
}

bool why_assigned(struct why *y, const struct alloc_service *as)
{
	const struct alloc_text *t = alloc_text((enum alloc_reason)as->reason);
	struct alloc_clash c;

	if (as->n)
		return true;
	if (as->reason == ALLOC_IN_USE && alloc_clash_find(y->rq->ctx->alloc, as, &c))
		put_clash(y, as, &c);
	else
		why_broken(y, as->reason == ALLOC_NO_CONTROLLER ? "controller" : "address",
		    why_fill(y, t->cure, NULL), "%s: %s",
		    alloc_state_name((enum alloc_state)as->state), evidence(as));
	why_tried(y, as);
	put_lost(y, as);
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
	put_lost(y, v->alloc);
	if (v->alloc->text)
		why_warn(y, "address", why_fill(y, t->cure, NULL), "%s: %s",
		    alloc_state_name((enum alloc_state)v->alloc->state), v->alloc->text);
}
