/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_service.c - why NS/NAME and why ADDRESS: which chains there are, one for each Service and
 * address, and the link of the Service itself.
 */
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include "announcer/zroutes_view.h"
#include "k8s/event.h"

/* A Service that only an assignment of before speaks of. */
static void put_kept(struct why *y, const struct alloc_service *as)
{
	char a[PREFIX_STRLEN];

	why_broken(y, "service",
	    "mend the source; a Service that is gone for good gives it up then",
	    "the source does not have it; its %s is kept for it, and routes of an earlier run "
	    "are "
	    "held",
	    as && as->n ? ipaddr_str(&as->addr[0], a) : "address");
}

static void put_class(struct why *y, const struct k8s_service *s)
{
	const struct conf *c = y->rq->ctx->conf;
	const char *ours = c ? c->lb_class : "";

	if (s->lb_class)
		why_broken(y, "service",
		    why_say(y,
			"set controller: {load-balancer-class: %s}, or make it anew %s%s",
			s->lb_class, *ours ? "with spec.loadBalancerClass: " : "without it",
			ours),
		    "its loadBalancerClass is \"%s\", ours is \"%s\"", s->lb_class, ours);
	else
		why_broken(y, "service",
		    why_say(y,
			"make it anew with spec.loadBalancerClass: %s, or unset "
			"controller.load-balancer-class",
			ours),
		    "it has no loadBalancerClass, ours is \"%s\"", ours);
}

/* Return: whether it is one of ours. */
static bool put_service(struct why *y, const struct alloc_service *as)
{
	const struct k8s_service *s;

	if (!y->svc->obj) {
		put_kept(y, as);
		return false;
	}
	s = &y->svc->obj->service;
	if (!s->load_balancer) {
		why_broken(y, "service", alloc_text(ALLOC_NOT_LB)->cure,
		    "its type is not LoadBalancer");
		return false;
	}
	if (!as) {
		why_broken(y, "service", "wait until the source has been read",
		    "it has not been judged yet");
		return false;
	}
	if (as->state == ALLOC_IGNORED) {
		put_class(y, s);
		return false;
	}
	why_ok(y, "service", "LoadBalancer, externalTrafficPolicy: %s%s%s",
	    s->local ? "Local" : "Cluster", s->lb_class ? ", class " : "",
	    s->lb_class ? s->lb_class : "");
	return true;
}

/* ---- a chain ---- */

static void put_good(struct why *y, const struct prefix *p)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct rib_route *r = ctx->rib ? rib_best(ctx->rib, p) : NULL;
	struct names_state out = names_output_state(y->rq, p);
	size_t n = r ? r->n : 0;
	char b[PREFIX_STRLEN], a[NAMES_NEXTHOP_LEN] = "";
	struct zroute_view v;

	if (names_is_speaker(ctx) && !y->broken) {
		why_end(y, "%s is %s", prefix_str(p, b), out.text);
		return;
	}
	if (n)
		names_nexthop(&r->nh[0], a);
	if (ctx->zserv &&
	    zroutes_find(out_zserv_routes(ctx->zserv), p, y->rq->now.mono_ms, &v) && v.n_sent)
		n = v.n_sent;
	why_end(y, "%s is %s over %zu next hop%s%s%s", prefix_str(p, b), out.text, n,
	    n == 1 ? "" : "s", r && r->n == 1 ? ": " : "", r && r->n == 1 ? a : "");
}

/* Layer 2, routes, or both. */
static void put_ways(struct why *y, const struct desired_view *v, const struct prefix *p)
{
	const struct vty_context *ctx = y->rq->ctx;

	if (names_is_l2(ctx, v->pool))
		why_l2(y, v);
	if (names_is_l2_only(ctx, v->pool))
		return;
	why_here(y, v);
	why_prefix(y, p);
}

/* From the source to the end. which: of its addresses; it has none: 0. */
static void chain_of(struct vty_request *rq, const struct store_service *svc, unsigned which)
{
	const struct alloc_service *as = svc->alloc;
	bool has = as && which < as->n;
	struct desired_view v = desired_explain(rq->ctx->desired, svc, which);
	struct prefix p = {0};
	struct why y;
	char b[PREFIX_STRLEN] = "";

	if (has) {
		p = prefix_of_addr(&as->addr[which]);
		ipaddr_str(&as->addr[which], b);
	}
	writer_object_begin(rq->w, NULL, NULL);
	writer_fmt(rq->w, "service", NULL, "%s/%s", svc->ns, svc->name);
	writer_str(rq->w, "address", NULL, has ? b : NULL);
	writer_line(rq->w, "%s/%s%s%s", svc->ns, svc->name, has ? ", " : "", b);
	why_begin(&y, rq);
	y.svc = svc;
	why_source(&y);
	if (put_service(&y, as)) {
		why_controller(&y, as);
		if (!has)
			why_policy(&y);
		if (why_assigned(&y, as)) {
			why_pool(&y, &v);
			why_sharing(&y, &v);
			why_endpoints(&y, &v);
			why_nodes(&y, &v);
			put_ways(&y, &v, &p);
		}
	}
	if (has && names_is_l2_only(rq->ctx, v.pool))
		why_l2_end(&y, &v.addr);
	else if (has)
		put_good(&y, &p);
	else
		why_end(&y, "it has no address");
	writer_object_end(rq->w);
	desired_view_fini(&v);
}

static void chains_of(struct vty_request *rq, const struct store_service *svc)
{
	unsigned i = 0;

	do {
		if (i)
			writer_blank(rq->w);
		chain_of(rq, svc, i);
	} while (svc->alloc && ++i < svc->alloc->n);
}

/* ---- why NS/NAME ---- */

struct missing {
	struct why_similar *like;
	bool several; /* Services have this name */
};

/* What cannot be read and may be it: of that name, or whatever it is where no name is like it.
 */
static const struct k8s_problem *problem_of(const struct why *y, const char *word, bool any)
{
	const struct k8s_state *st = y->rq->ctx->source;
	const char *slash = strchr(word, '/');

	for (size_t i = 0; st && i < st->n_problems; i++)
		if (any || strstr(st->problems[i].where, slash ? slash + 1 : word))
			return &st->problems[i];
	return NULL;
}

static void put_missing(struct why *y, const char *word, const struct why_similar *like)
{
	const struct conf *c = y->rq->ctx->conf;
	const char *first = why_similar_first(like);
	const struct k8s_problem *p = problem_of(y, word, !first);
	struct buf names = {0};

	why_similar_join(like, &names);
	if (p)
		why_broken(y, "service",
		    why_by_api(y) ? "mend that object, or delete it"
				  : "mend that file, or remove it",
		    "there is none named %s; it may be what cannot be read: %s: %s", word,
		    p->where, p->what);
	else if (first)
		why_broken(y, "service", why_say(y, "grevysh -c 'why %s'", first),
		    "there is none named %s; similar: %s", word, names.p);
	else if (why_by_api(y))
		why_broken(y, "service",
		    "grevysh -c 'show kubernetes'; is it the right cluster? else create it",
		    "there is none named %s", word);
	else
		why_broken(y, "service",
		    why_say(y, "put its manifest into %s", c ? c->manifests : "the folder"),
		    "there is none named %s", word);
	free(names.p);
}

static void put_several(struct why *y, const char *word, const struct why_similar *like)
{
	struct buf names = {0};

	why_similar_join(like, &names);
	why_broken(y, "service", why_say(y, "grevysh -c 'why %s'", why_similar_first(like)),
	    "several are named %s: %s", word, names.p);
	free(names.p);
}

/* Every Service is looked at for a name like that: by steps. */
static bool on_missing(struct vty_request *rq, void *state)
{
	const struct missing *m = state;
	struct why y;

	if (why_similar_services(m->like, rq))
		return true;
	writer_object_begin(rq->w, NULL, NULL);
	writer_str(rq->w, "service", NULL, NULL);
	writer_str(rq->w, "address", NULL, NULL);
	why_begin(&y, rq);
	why_source(&y);
	if (m->several && why_similar_first(m->like))
		put_several(&y, rq->args[0], m->like);
	else
		put_missing(&y, rq->args[0], m->like);
	why_end(&y, "there is no such Service");
	writer_object_end(rq->w);
	writer_array_end(rq->w);
	rq->rc = VTY_WARNING;
	return false;
}

static void on_missing_done(void *state)
{
	struct missing *m = state;

	why_similar_free(m->like);
	free(m);
}

static void no_service(struct vty_request *rq, bool several)
{
	const char *slash = strchr(rq->args[0], '/');
	struct missing *m = xcalloc(1, sizeof(*m));

	m->like = why_similar_new(slash ? slash + 1 : rq->args[0]);
	m->several = several;
	vty_rows(rq, on_missing, on_missing_done, m);
}

/* Also one that only an assignment of before speaks of. */
static const struct store_service *find(struct vty_request *rq, bool *several)
{
	const struct store_service *svc = names_service(rq->ctx, rq->args[0], several);
	const char *slash = strchr(rq->args[0], '/');
	char *ns;

	if (svc || !slash)
		return svc;
	ns = xstrdup(rq->args[0]);
	ns[slash - rq->args[0]] = '\0';
	svc = store_service(rq->ctx->store, ns, slash + 1);
	free(ns);
	return svc && svc->alloc && svc->alloc->n ? svc : NULL;
}

enum vty_rc why_service(struct vty_request *rq)
{
	const struct store_service *svc;
	bool several;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Services.");
	svc = find(rq, &several);
	writer_array_begin(rq->w, "chains");
	if (!svc) {
		no_service(rq, several);
		return VTY_WARNING;
	}
	chains_of(rq, svc);
	writer_array_end(rq->w);
	return VTY_OK;
}

/* ---- why ADDRESS ---- */

struct sharers {
	struct ipaddr addr;
	size_t done;
};

static unsigned index_of(const struct alloc_service *as, const struct ipaddr *addr)
{
	return as->n > 1 && ipaddr_cmp(&as->addr[1], addr) == 0;
}

/* One chain for each Service that has the address: there may be many. */
static bool on_sharer(struct vty_request *rq, void *state)
{
	struct sharers *s = state;
	const struct alloc_addr *a;
	const struct alloc_service *as;

	do {
		a = alloc_addr(rq->ctx->alloc, &s->addr);
		if (!a || s->done >= a->n_users)
			break;
		as = a->users[s->done];
		if (s->done++)
			writer_blank(rq->w);
		chain_of(rq, as->svc, index_of(as, &s->addr));
	} while (!vty_enough(rq));
	if (a && s->done < a->n_users)
		return true;
	writer_array_end(rq->w);
	return false;
}

enum vty_rc why_address(struct vty_request *rq)
{
	const struct alloc_addr *a;
	struct sharers *s;
	struct ipaddr addr;
	bool any;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Services.");
	if (ipaddr_parse(rq->args[0], &addr))
		return vty_fail(rq, "Not an address: %s", rq->args[0]);
	a = alloc_addr(rq->ctx->alloc, &addr);
	writer_array_begin(rq->w, "chains");
	if (a && a->n_users) {
		s = xcalloc(1, sizeof(*s));
		s->addr = addr;
		vty_rows(rq, on_sharer, free, s);
		return VTY_OK;
	}
	any = why_unused(rq, &addr);
	writer_array_end(rq->w);
	return any ? VTY_OK : VTY_WARNING;
}
