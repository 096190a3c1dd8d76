/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/names.h"
#include "announcer/audit_text.h"
#include "announcer/audit_view.h"
#include "announcer/bgp/view.h"
#include "announcer/conf.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "announcer/zroutes_view.h"
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

const struct store_service *names_service(
    const struct vty_context *ctx, const char *word, bool *several)
{
	const char *slash = strchr(word, '/');
	const struct store_service *svc;
	bool more = false;
	char *ns;

	if (several)
		*several = false;
	if (!ctx->store)
		return NULL;
	if (slash) {
		ns = xstrdup(word);
		ns[slash - word] = '\0';
		svc = store_service(ctx->store, ns, slash + 1);
		free(ns);
		return svc && svc->obj ? svc : NULL;
	}
	svc = store_service_named(ctx->store, word, &more);
	if (several)
		*several = more;
	return more ? NULL : svc;
}

const char *names_key(const struct store_service *svc, char *buf)
{
	snprintf(buf, NAMES_KEY_LEN, "%s/%s", svc->ns, svc->name);
	return buf;
}

bool names_is_shown(const struct store_service *svc)
{
	return svc->obj && svc->obj->service.load_balancer;
}

const char *names_zroute_state(enum zroute_state state)
{
	static const char *const names[ZROUTE_STATES] = {
	    [ZROUTE_WAITING] = "waiting",
	    [ZROUTE_INSTALLING] = "installing",
	    [ZROUTE_INSTALLED] = "installed",
	    [ZROUTE_LOST] = "lost",
	    [ZROUTE_REJECTED] = "rejected",
	    [ZROUTE_REMOVING] = "removing",
	};

	return names[state];
}

const char *names_kroute_state(enum kroute_state state)
{
	static const char *const names[KROUTE_STATES] = {
	    [KROUTE_WAITING] = "waiting",
	    [KROUTE_SENT] = "sent",
	    [KROUTE_INSTALLED] = "installed",
	    [KROUTE_REJECTED] = "rejected",
	    [KROUTE_SHADOWED] = "shadowed",
	};

	return names[state];
}

const char *names_phase(enum k8s_phase phase)
{
	static const char *const names[] = {
	    [K8S_WAITING] = "waiting",
	    [K8S_LISTING] = "listing",
	    [K8S_WATCHING] = "watching",
	    [K8S_BACKOFF] = "failing",
	    [K8S_FORBIDDEN] = "forbidden",
	    [K8S_ABSENT] = "absent",
	};

	return names[phase];
}

const char *names_rib_source(enum rib_source source)
{
	static const char *const names[RIB_SOURCES] = {
	    [RIB_KUBERNETES] = "kubernetes",
	    [RIB_BGP] = "bgp",
	    [RIB_REDISTRIBUTED] = "redistributed",
	};

	return names[source];
}

static struct names_state state_of(bool good, const char *what, const char *detail)
{
	struct names_state s = {.good = good};

	snprintf(s.text, sizeof(s.text), "%s%s%s", what, *detail ? ": " : "", detail);
	return s;
}

struct telling {
	const struct vty_context *ctx;
	const struct prefix *p;
	struct names_told n;
};

static void on_told_peer(const struct bgp_peer_view *v, void *arg)
{
	struct telling *t = arg;
	const char *cure;
	struct bgp_view b;

	t->n.all++;
	if (!v->facts || !v->out_peer)
		return;
	t->n.up++;
	if (!(v->facts->families & (t->p->family == AF_INET6 ? BGP_IPV6 : BGP_IPV4)))
		return;
	bgp_view(t->ctx->bgp, &b);
	t->n.told += !bgp_out_why_not(b.out, v->out_peer, t->p, &cure);
}

struct names_told names_told(const struct vty_context *ctx, const struct prefix *p)
{
	struct telling t = {.ctx = ctx, .p = p};

	if (ctx->bgp)
		bgp_each_peer(ctx->bgp, on_told_peer, &t);
	return t.n;
}

bool names_is_speaker(const struct vty_context *ctx)
{
	if (!ctx->desired || !desired_node(ctx->desired))
		return false;
	return (ctx->bgp && bgp_active(ctx->bgp)) || (ctx->rules && ctx->rules->n_peers);
}

bool names_is_kernel(const struct vty_context *ctx)
{
	struct kernel_status st;

	if (!ctx->kernel)
		return false;
	out_kernel_status(ctx->kernel, &st);
	return st.state != KERNEL_OFF;
}

static struct names_state told_state(const struct vty_request *rq, const struct prefix *p)
{
	struct names_told n = names_told(rq->ctx, p);
	struct names_state s = {.good = n.told > 0};

	snprintf(s.text, sizeof(s.text), "announced to %zu of %zu peer%s", n.told, n.all,
	    n.all == 1 ? "" : "s");
	return s;
}

static struct names_state kernel_state(const struct vty_request *rq, const struct prefix *p)
{
	const char *why = "";
	enum kroute_state state = out_kernel_route(rq->ctx->kernel, p, &why);
	struct kernel_status st;

	if (!out_kernel_up(rq->ctx->kernel)) {
		out_kernel_status(rq->ctx->kernel, &st);
		return state_of(false, "kernel", st.state_text);
	}
	if (state == KROUTE_STATES)
		return state_of(false, "not sent", "");
	return state_of(state == KROUTE_INSTALLED, names_kroute_state(state), why);
}

/* Routes go elsewhere, since there is no zebra: to BGP neighbours, or to the kernel, if it lets
 * us. */
static bool others_stand_in(const struct vty_context *ctx, const struct zserv_status *zebra)
{
	bool absent = strstr(zebra->reason, strerror(ENOENT)) && ctx->conf &&
	              ctx->conf->zebra.enabled == CONF_AUTO;
	struct kernel_status st = {.state = KERNEL_OFF};

	if (ctx->kernel)
		out_kernel_status(ctx->kernel, &st);
	if (st.state == KERNEL_FAILED || st.state == KERNEL_OFF)
		return absent && (st.state == KERNEL_FAILED || names_is_speaker(ctx));
	return true;
}

bool names_zebra_is_off(const struct vty_context *ctx)
{
	struct zserv_status st;

	if (!ctx->zserv)
		return true;
	out_zserv_status(ctx->zserv, &st);
	return st.state == ZSERV_OFF ||
	       (st.state == ZSERV_NO_SOCKET && others_stand_in(ctx, &st));
}

struct names_state names_output_state(const struct vty_request *rq, const struct prefix *p)
{
	const struct rib_route *best = rq->ctx->rib ? rib_best(rq->ctx->rib, p) : NULL;
	const struct out_zserv *z = rq->ctx->zserv;
	struct zserv_status st;
	struct zroute_view v;
	struct audit_view d;

	if (best && best->source == RIB_REDISTRIBUTED)
		return state_of(true, "of zebra", "");
	if (names_zebra_is_off(rq->ctx) && names_is_kernel(rq->ctx))
		return kernel_state(rq, p);
	if (names_zebra_is_off(rq->ctx) && names_is_speaker(rq->ctx))
		return told_state(rq, p);
	if (!z)
		return state_of(true, "no output", "");
	out_zserv_status(z, &st);
	if (st.state != ZSERV_UP)
		return state_of(st.state == ZSERV_OFF, "zebra", st.state_text);
	if (!zroutes_find(out_zserv_routes(z), p, rq->now.mono_ms, &v))
		return state_of(false, "not sent", "");
	if (v.state == ZROUTE_INSTALLED &&
	    audit_find(out_zserv_audit(z), p, rq->now.mono_ms, &d))
		return state_of(false, "kernel", audit_kind_name(d.kind));
	return state_of(v.state == ZROUTE_INSTALLED, names_zroute_state(v.state),
	    v.state == ZROUTE_LOST ? v.winner : "");
}

static struct names_state address_state(
    const struct vty_request *rq, const struct desired_view *v)
{
	struct prefix p = prefix_of_addr(&v->addr);
	struct names_state s, l2 = {.good = true};

	if (names_is_l2(rq->ctx, v->pool))
		l2 = names_l2_state(rq, v);
	if (names_is_l2_only(rq->ctx, v->pool))
		return l2;
	switch (v->reason) {
	case DESIRED_NO_ADDRESS:
	case DESIRED_NO_ENDPOINTS:
	case DESIRED_NO_NODES:
	case DESIRED_LEFT_OUT:
	case DESIRED_NO_COMMON:
	case DESIRED_LAYER2:
	case DESIRED_MUTED:
		return state_of(false, desired_text(v->reason)->token, "");
	case DESIRED_NOT_HERE:
		return state_of(true, desired_text(v->reason)->token, "");
	default:
		break;
	}
	s = names_output_state(rq, &p);
	if (s.good && !l2.good)
		return l2;
	if (s.good && v->reason != DESIRED_OK)
		return state_of(true, s.text, desired_text(v->reason)->token);
	return s;
}

struct names_state names_service_state(
    const struct vty_request *rq, const struct store_service *svc)
{
	const struct alloc_service *as = alloc_service(rq->ctx->alloc, svc->ns, svc->name);
	struct names_state s, first = {0};

	if (!as)
		return state_of(false, "not judged yet", "");
	if (as->state == ALLOC_IGNORED || !as->n)
		return state_of(as->state == ALLOC_IGNORED,
		    alloc_state_name((enum alloc_state)as->state),
		    alloc_text((enum alloc_reason)as->reason)->token);
	for (unsigned i = 0; i < as->n; i++) {
		struct desired_view v = desired_look(rq->ctx->desired, svc, i);

		s = address_state(rq, &v);
		if (!s.good)
			return s;
		if (!i)
			first = s;
	}
	if (as->state != ALLOC_ASSIGNED)
		return state_of(
		    true, first.text, alloc_state_name((enum alloc_state)as->state));
	return first;
}

const char *names_nexthop(const struct rib_nexthop *nh, char *buf)
{
	char a[PREFIX_STRLEN];

	if (nh->addr.family)
		ipaddr_str(&nh->addr, a);
	else if (nh->loopback)
		snprintf(a, sizeof(a), "interface lo");
	else
		snprintf(a, sizeof(a), "interface %u", nh->ifindex);
	if (nh->weight == 1)
		snprintf(buf, NAMES_NEXTHOP_LEN, "%s", a);
	else
		snprintf(buf, NAMES_NEXTHOP_LEN, "%s weight %u", a, nh->weight);
	return buf;
}

const char *names_iface(const struct vty_context *ctx, uint32_t ifindex, char *buf)
{
	struct zserv_iface ifaces[256];
	size_t n = ctx->zserv ? out_zserv_ifaces(ctx->zserv, ifaces, ARRAY_LEN(ifaces)) : 0;

	snprintf(buf, NAMES_IFACE_LEN, "if%u", ifindex);
	for (size_t i = 0; i < n && i < ARRAY_LEN(ifaces); i++)
		if (ifaces[i].ifindex == ifindex)
			snprintf(buf, NAMES_IFACE_LEN, "%s", ifaces[i].name);
	return buf;
}
