/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/alloc_model.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include <stdio.h>
#include <sys/socket.h>

static bool same(const struct ipaddr *a, const struct ipaddr *b)
{
	return ipaddr_cmp(a, b) == 0;
}

static bool among(const struct ipaddr *a, const struct ipaddr *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (same(a, &v[i]))
			return true;
	return false;
}

static bool fault(struct alloc_model *m, const struct model_service *x, const char *what,
    const struct ipaddr *a)
{
	char buf[PREFIX_STRLEN];

	snprintf(m->fault, sizeof(m->fault), "%s/%s %s %s; it %s: %s", x->svc->ns, x->svc->name,
	    what, a ? ipaddr_str(a, buf) : "",
	    x->svc->alloc ? alloc_state_name((enum alloc_state)x->svc->alloc->state)
			  : "is gone",
	    x->svc->alloc && x->svc->alloc->text ? x->svc->alloc->text : "");
	return false;
}

/* ---- before ---- */

static bool rests(const struct alloc_model *m, const struct ipaddr *a)
{
	const struct alloc_addr *aa = alloc_addr(m->a, a);

	return aa && aa->cooling;
}

static void remember(struct store_service *svc, void *arg)
{
	struct alloc_model *m = arg;
	struct model_service *x = &m->v[m->n];
	const struct k8s_service *s = svc->obj ? &svc->obj->service : NULL;

	if (m->n == MODEL_SERVICES)
		abort();
	m->n++;
	*x = (struct model_service){.svc = svc};
	if (s && s->load_balancer && !s->lb_class)
		x->s = s;
	if (svc->alloc && svc->alloc->n) {
		memcpy(x->had, svc->alloc->addr, sizeof(x->had));
		x->n_had = svc->alloc->n;
	} else if (x->s && m->leads && s->n_ingress <= 2 &&
		   !(s->n_ingress == 2 && s->ingress[0].family == s->ingress[1].family)) {
		x->by_status = true;
		x->n_had = s->n_ingress;
		for (size_t i = 0; i < x->n_had; i++) {
			x->had[i] = s->ingress[i];
			x->rested |= rests(m, &x->had[i]);
		}
	}
}

void alloc_model_before(struct alloc_model *m, const struct store *st, const struct alloc *a,
    const struct alloc_rules *rules)
{
	*m = (struct alloc_model){
	    .st = st, .a = a, .rules = rules, .leads = alloc_controller(a)};
	store_each_service(st, remember, m);
}

/* ---- the rules, told again ---- */

static const struct pool *pool_of(const struct alloc_model *m, const struct ipaddr *a)
{
	for (size_t i = 0; i < m->rules->policy->n_pools; i++)
		if (pool_contains(&m->rules->policy->pools[i], a))
			return &m->rules->policy->pools[i];
	return NULL;
}

static bool some_namespace(
    const struct alloc_model *m, const struct selectors *s, const char *ns)
{
	const struct k8s_object **v;
	bool found = false;
	size_t n;

	v = store_objects(m->st, K8S_NAMESPACE, &n);
	for (size_t i = 0; i < n; i++)
		found |= (!ns || strcmp(ns, v[i]->name) == 0) && s->n &&
		         selectors_match(s, v[i]->space.labels, v[i]->space.n_labels);
	free(v);
	return found;
}

static bool accepts(const struct alloc_model *m, const struct pool *p,
    const struct model_service *x, bool unasked)
{
	const struct pool_allocation *al = p->allocation;
	bool named;

	if (!al)
		return true;
	named = strlist_has(&al->namespaces, x->svc->ns) ||
	        some_namespace(m, &al->namespace_selectors, x->svc->ns);
	if (!al->namespaces.n && !al->namespace_selectors.n)
		named = true;
	if (!unasked && !al->namespaces.n && !some_namespace(m, &al->namespace_selectors, NULL))
		named = true;
	return named && selectors_match(&al->service_selectors, x->s->labels, x->s->n_labels);
}

static unsigned bit_of(const struct ipaddr *a)
{
	return a->family == AF_INET6 ? K8S_V6 : K8S_V4;
}

/* Whoever else has it, the Service might have this address. */
static bool valid(
    const struct alloc_model *m, const struct model_service *x, const struct ipaddr *a)
{
	const struct pool *p = pool_of(m, a);

	return p && !pool_is_buggy(p, a) && accepts(m, p, x, false) &&
	       (bit_of(a) & x->s->families);
}

static bool ports_clash(const struct k8s_service *x, const struct k8s_service *y)
{
	for (size_t i = 0; i < x->n_ports; i++)
		for (size_t j = 0; j < y->n_ports; j++)
			if (x->ports[i].port == y->ports[j].port &&
			    x->ports[i].proto == y->ports[j].proto)
				return true;
	return false;
}

static bool may_share(
    const struct alloc_model *m, const struct k8s_service *x, const struct k8s_service *y)
{
	const char *bx = x->local ? x->selector : "", *by = y->local ? y->selector : "";

	if (!x->share_key || !*x->share_key || !y->share_key ||
	    strcmp(x->share_key, y->share_key) != 0)
		return false;
	if (strcmp(bx, by) != 0 && !(m->rules->share_local && x->local && y->local))
		return false;
	return !ports_clash(x, y);
}

static const struct alloc_service *now(const struct model_service *x)
{
	return x->svc->alloc;
}

static bool has_now(const struct model_service *x, const struct ipaddr *a)
{
	return now(x) && among(a, now(x)->addr, now(x)->n);
}

/* Another Service that has it, or had it (then = true), and does not share it with x. */
static bool in_the_way(const struct alloc_model *m, const struct model_service *x,
    const struct ipaddr *a, bool then)
{
	for (const struct model_service *y = m->v; y < m->v + m->n; y++)
		if (y != x && y->s && (has_now(y, a) || (then && among(a, y->had, y->n_had))) &&
		    !may_share(m, x->s, y->s))
			return true;
	return false;
}

static bool to_be_had(
    const struct alloc_model *m, const struct model_service *x, const struct ipaddr *a)
{
	return valid(m, x, a) && !rests(m, a) && !in_the_way(m, x, a, false);
}

/* ---- what is asked for ---- */

/* Return: how many addresses; -1: nonsense. */
static int asked(const struct k8s_service *s, struct ipaddr *v)
{
	const char *text = s->want_ips ? s->want_ips : s->lb_ip;
	char word[OBJ_WORD];
	int n = 0;

	while (text && obj_word(&text, ",", word))
		if (n == 2 || ipaddr_parse(word, &v[n++]) < 0)
			return -1;
	return n;
}

static bool has_what_it_asks_for(const struct model_service *x)
{
	struct ipaddr want[2];
	int n = asked(x->s, want);

	if (n <= 0 || !now(x) || (size_t)n != now(x)->n)
		return false;
	for (int i = 0; i < n; i++)
		if (!has_now(x, &want[i]))
			return false;
	return true;
}

/* The first address of a family that the Service could have, but for its own. */
static bool first_of(const struct alloc_model *m, const struct model_service *x,
    const struct pool *p, unsigned bit, struct ipaddr *a)
{
	for (size_t i = 0; i < p->n_ranges; i++) {
		*a = p->ranges[i].first;
		if (bit_of(a) != bit)
			continue;
		do {
			if (to_be_had(m, x, a) && !has_now(x, a) && !among(a, x->had, x->n_had))
				return true;
		} while (ipaddr_next(a) && iprange_contains(&p->ranges[i], a));
	}
	return false;
}

static bool serves(const struct alloc_model *m, const struct model_service *x,
    const struct pool *p, unsigned need)
{
	struct ipaddr a;

	return (!(need & K8S_V4) || first_of(m, x, p, K8S_V4, &a)) &&
	       (!(need & K8S_V6) || first_of(m, x, p, K8S_V6, &a));
}

/* Some pool that may serve it has these families for it. */
static bool could_be_served(
    const struct alloc_model *m, const struct model_service *x, unsigned need)
{
	const struct policy *policy = m->rules->policy;
	bool asks = x->s->want_pool && *x->s->want_pool;

	for (size_t i = 0; i < policy->n_pools; i++) {
		const struct pool *p = &policy->pools[i];

		if (asks ? strcmp(p->name, x->s->want_pool) != 0
			 : !p->auto_assign || !accepts(m, p, x, true))
			continue;
		if (serves(m, x, p, need))
			return true;
	}
	return false;
}

/* ---- after ---- */

static bool check_held(struct alloc_model *m, const struct model_service *x)
{
	const struct alloc_service *as = now(x);

	for (size_t i = 0; i < as->n; i++) {
		if (!valid(m, x, &as->addr[i]))
			return fault(
			    m, x, "has an address against the pools' rules:", &as->addr[i]);
		if (in_the_way(m, x, &as->addr[i], false))
			return fault(m, x, "shares against the rules", &as->addr[i]);
		if (rests(m, &as->addr[i]))
			return fault(m, x, "has what rests:", &as->addr[i]);
	}
	if (as->n == 2 && (as->addr[0].family == as->addr[1].family ||
			      pool_of(m, &as->addr[0]) != pool_of(m, &as->addr[1])))
		return fault(m, x, "has two of a family, or of two pools", NULL);
	return true;
}

/* What it had besides this could not stay. */
static bool other_is_lost(
    const struct alloc_model *m, const struct model_service *x, const struct ipaddr *a)
{
	for (size_t i = 0; i < x->n_had; i++)
		if (!same(a, &x->had[i]) &&
		    (!valid(m, x, &x->had[i]) || in_the_way(m, x, &x->had[i], true) ||
			(x->by_status && rests(m, &x->had[i]))))
			return true;
	return false;
}

/* It lost an address: why could never tell a better cause than one of these. */
static bool check_lost(
    struct alloc_model *m, const struct model_service *x, const struct ipaddr *a)
{
	const struct alloc_service *as = now(x);
	const struct pool *to = as->n ? pool_of(m, &as->addr[0]) : NULL;
	bool whole = as->n == 2;

	if (as->loss == ALLOC_LOSS_NONE)
		return fault(m, x, "lost, and why does not know the cause:", a);
	if (!valid(m, x, a) || in_the_way(m, x, a, true) || has_what_it_asks_for(x))
		return true;
	if (to && x->s->want_pool && strcmp(to->name, x->s->want_pool) == 0 &&
	    pool_of(m, a) != to)
		return true;
	if (whole && x->s->policy == K8S_REQUIRE_DUAL && x->n_had == 1)
		return true;
	if (whole && other_is_lost(m, x, a))
		return true;
	if (x->n_had == 2 && pool_of(m, &x->had[0]) != pool_of(m, &x->had[1]))
		return true;
	if (x->rested || (x->by_status && rests(m, a)))
		return true;
	return fault(m, x, "lost without a cause", a);
}

/* Nobody waits who could be served. */
static bool check_waiting(struct alloc_model *m, const struct model_service *x)
{
	const struct alloc_service *as = now(x);
	unsigned need = x->s->families;
	bool required = x->s->policy == K8S_REQUIRE_DUAL;
	struct ipaddr want[2];
	int n = asked(x->s, want), can = 0;

	if (as->state == ALLOC_ASSIGNED || n < 0 || (required && need != (K8S_V4 | K8S_V6)))
		return true;
	if (n > 0) {
		unsigned have = 0;

		for (int i = 0; i < n; i++) {
			can += to_be_had(m, x, &want[i]) || has_now(x, &want[i]);
			have |= bit_of(&want[i]);
		}
		if (can == n && have == need &&
		    (n < 2 || pool_of(m, &want[0]) == pool_of(m, &want[1])) &&
		    pool_of(m, &want[0]))
			return fault(m, x, "could have what it asks for:", &want[0]);
		return true;
	}
	if (as->state == ALLOC_PARTIAL) {
		need &= ~bit_of(&as->addr[0]);
		return serves(m, x, pool_of(m, &as->addr[0]), need)
		           ? fault(m, x, "could have the other family, too", NULL)
		           : true;
	}
	if (could_be_served(m, x, need) ||
	    (!required && (could_be_served(m, x, K8S_V4 & need) && (K8S_V4 & need))) ||
	    (!required && (could_be_served(m, x, K8S_V6 & need) && (K8S_V6 & need))))
		return fault(m, x, "waits, but could be served", NULL);
	return true;
}

/* The only one that moved in this run has the first address that it could have, or what its
 * status still says. */
static bool check_first(struct alloc_model *m, const struct model_service *x)
{
	const struct alloc_service *as = now(x);
	struct ipaddr want[2], first;
	size_t range, of_first;

	if (asked(x->s, want) != 0)
		return true;
	for (size_t i = 0; i < as->n; i++) {
		const struct pool *p = policy_range_of(m->rules->policy, &as->addr[i], &range);

		if (among(&as->addr[i], x->had, x->n_had) ||
		    among(&as->addr[i], x->s->ingress, x->s->n_ingress) ||
		    !first_of(m, x, p, bit_of(&as->addr[i]), &first))
			continue;
		policy_range_of(m->rules->policy, &first, &of_first);
		if (of_first < range ||
		    (of_first == range && ipaddr_cmp(&first, &as->addr[i]) < 0))
			return fault(m, x, "could have had", &first);
	}
	return true;
}

static bool check_follower(struct alloc_model *m, const struct model_service *x)
{
	const struct alloc_service *as = now(x);

	for (size_t i = 0; i < x->s->n_ingress; i++)
		if (pool_of(m, &x->s->ingress[i]) && !has_now(x, &x->s->ingress[i]))
			return fault(
			    m, x, "does not have what its status says:", &x->s->ingress[i]);
	for (size_t i = 0; x->s->n_ingress && i < as->n; i++)
		if (!among(&as->addr[i], x->s->ingress, x->s->n_ingress))
			return fault(m, x, "has what its status does not say:", &as->addr[i]);
	return true;
}

static bool check_leader(struct alloc_model *m, const struct model_service *x)
{
	if (!check_held(m, x))
		return false;
	for (size_t i = 0; i < x->n_had; i++)
		if (!has_now(x, &x->had[i]) && !check_lost(m, x, &x->had[i]))
			return false;
	return check_waiting(m, x);
}

static bool moved(const struct model_service *x)
{
	if (!now(x) || x->n_had != now(x)->n)
		return true;
	for (size_t i = 0; i < x->n_had; i++)
		if (!has_now(x, &x->had[i]))
			return true;
	return false;
}

bool alloc_model_holds(struct alloc_model *m)
{
	const struct model_service *mover = NULL;
	size_t movers = 0;

	for (const struct model_service *x = m->v; x < m->v + m->n; x++) {
		if (moved(x)) {
			movers++;
			mover = x;
		}
		if (!x->s) {
			if (now(x) && now(x)->n)
				return fault(m, x, "is not ours, but has", &now(x)->addr[0]);
			continue;
		}
		if (!(m->leads ? check_leader(m, x) : check_follower(m, x)))
			return false;
	}
	return !m->leads || movers != 1 || !mover->s || check_first(m, mover);
}
