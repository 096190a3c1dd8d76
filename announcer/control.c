/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One entry a Service of which there is something to remember: a status that was asked for or
 * written, or a failure that was told. An entry is judged when alloc or the store say that its
 * Service changed, when an answer came, and when its time has come:
 *   sent       a wish is on its way; what it says counts as what the status says
 *   written    so it does, until the store shows an object that is as new
 *   overruled  the store shows a newer one that says otherwise: ours is written again, each
 *              time later, so that two controllers at odds do not write as fast as they can
 * With the addresses goes the annotation that says which pool they are of. What is left of both
 * in a Service that is no LoadBalancer any more is cleared.
 */
#include "announcer/control.h"
#include "announcer/control_int.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <stdio.h>

enum {
	UNSEEN_MS = 1000,   /* how often it is looked whether the store shows a write */
	REFUSED_MS = 30000, /* until a wish that was given up is made again */
	CALM_MS = 600000,   /* after which a quarrel is forgotten */
	FIGHT_MAX_MS = 300000,
};

static uint32_t entry_hash(const void *p)
{
	const struct control_entry *e = p;

	return table_hash(
	    e->name, strlen(e->name), table_hash(e->ns, strlen(e->ns), table_seed()));
}

static bool entry_same(const void *a, const void *b)
{
	const struct control_entry *x = a, *y = b;

	return strcmp(x->name, y->name) == 0 && strcmp(x->ns, y->ns) == 0;
}

static const struct table_ops entry_ops = {entry_hash, entry_same};

struct control *control_new(const struct store *st, const struct alloc *a)
{
	struct control *c = xcalloc(1, sizeof(*c));

	c->st = st;
	c->alloc = a;
	c->lb_class = xstrdup("");
	c->entries.ops = &entry_ops;
	control_pools_forget(c);
	c->due_ms = c->pools_ms = INT64_MAX;
	return c;
}

static void entry_free(struct control_entry *e)
{
	free(e->ns);
	free(e->name);
	free(e->uid);
	free(e->version);
	free(e->failure);
	free(e->pool);
	free(e);
}

static void forget_all(struct control *c)
{
	void *e;

	for (size_t at = 0; (e = table_next(&c->entries, &at));)
		entry_free(e);
	table_fini(&c->entries);
	c->entries = (struct table){.ops = &entry_ops};
	c->n_marked = 0;
	c->due_ms = INT64_MAX;
	c->stats.waiting = 0;
	control_pools_forget(c);
}

void control_free(struct control *c)
{
	if (!c)
		return;
	forget_all(c);
	free(c->marked);
	free(c->lb_class);
	free(c->error);
	free(c);
}

void control_set_send(struct control *c, control_send_fn *send, void *arg)
{
	c->send = send;
	c->arg = arg;
}

/* Whoever begins to write looks at everything, once alloc has judged it as a controller. */
static void set_active(struct control *c)
{
	bool active = c->leading && c->listed;

	if (active == c->active)
		return;
	c->active = active;
	c->all = active;
	c->had_pools = c->policy && c->policy->n_pools;
	c->pools_changed = true;
	if (!active)
		forget_all(c);
}

void control_set_leading(struct control *c, bool leading)
{
	c->leading = leading;
	set_active(c);
}

void control_set_listed(struct control *c, bool listed)
{
	c->listed = listed;
	set_active(c);
}

void control_set_rules(struct control *c, const struct alloc_rules *rules)
{
	const char *lb_class = rules->lb_class ? rules->lb_class : "";

	c->policy = rules->policy;
	c->had_pools |= c->policy && c->policy->n_pools;
	c->unsure = rules->unsure;
	c->pools_changed = true;
	if (strcmp(c->lb_class, lb_class) == 0)
		return;
	free(c->lb_class);
	c->lb_class = xstrdup(lb_class);
	forget_all(c);
	c->all = c->active;
}

static bool is_ours(const struct control *c, const struct store_service *svc)
{
	const struct k8s_service *s;

	if (!svc || !svc->obj)
		return false;
	s = &svc->obj->service;
	return s->load_balancer && s->uid &&
	       strcmp(s->lb_class ? s->lb_class : "", c->lb_class) == 0;
}

/* It is no LoadBalancer, but has what only those have. A status alone may be that of another
 * controller where classes are in use. */
static bool is_left_behind(const struct control *c, const struct store_service *svc)
{
	const struct k8s_service *s;

	if (!svc || !svc->obj)
		return false;
	s = &svc->obj->service;
	return !s->load_balancer && s->uid &&
	       (s->from_pool || (!*c->lb_class && (s->n_ingress || s->bare_ingress)));
}

static struct control_entry *find(const struct control *c, const char *ns, const char *name)
{
	const struct control_entry probe = {.ns = (char *)ns, .name = (char *)name};

	return table_find(&c->entries, &probe);
}

static void mark(struct control *c, struct control_entry *e)
{
	if (e->marked)
		return;
	e->marked = true;
	if (c->n_marked == c->cap_marked) {
		c->cap_marked = c->cap_marked ? c->cap_marked * 2 : 64;
		c->marked = xrealloc(c->marked, c->cap_marked, sizeof(struct control_entry *));
	}
	c->marked[c->n_marked++] = e;
}

static void mark_service(struct control *c, const struct store_service *svc)
{
	struct control_entry *e = find(c, svc->ns, svc->name);
	bool ours = is_ours(c, svc);

	if (!e && (ours || is_left_behind(c, svc))) {
		e = xcalloc(1, sizeof(*e));
		e->ns = xstrdup(svc->ns);
		e->name = xstrdup(svc->name);
		e->due_ms = INT64_MAX;
		table_add(&c->entries, e);
	}
	if (e)
		mark(c, e);
}

static void mark_one(struct store_service *svc, void *arg)
{
	mark_service(arg, svc);
}

void control_collect(void *control)
{
	struct control *c = control;
	struct alloc_service *const *changed;
	struct store_service **dirty;
	size_t n;

	/* Who has just become the leader may go by the rules of who is none for a while. */
	if (!c->active || !alloc_controller(c->alloc))
		return;
	if (c->all) {
		c->all = false;
		store_each_service(c->st, mark_one, c);
		return;
	}
	changed = alloc_changed(c->alloc, &n);
	c->pools_changed |= n > 0;
	for (size_t i = 0; i < n; i++)
		mark_service(c, changed[i]->svc);
	dirty = store_dirty(c->st, &n);
	for (size_t i = 0; i < n; i++)
		if (dirty[i]->dirty & STORE_DIRTY_SERVICE)
			mark_service(c, dirty[i]);
}

/* Decimal ones by size; others are only equal, or older. */
static int version_cmp(const char *a, const char *b)
{
	size_t la, lb;

	if (strcmp(a, b) == 0)
		return 0;
	la = strspn(a, "0123456789");
	lb = strspn(b, "0123456789");
	if (a[la] || b[lb])
		return -1;
	if (la != lb)
		return la < lb ? -1 : 1;
	return strcmp(a, b) < 0 ? -1 : 1;
}

bool control_has(const struct control_addrs *a, const struct ipaddr *addr)
{
	for (size_t i = 0; i < a->n; i++)
		if (ipaddr_cmp(&a->addr[i], addr) == 0)
			return true;
	return false;
}

bool control_same(const struct control_addrs *a, const struct control_addrs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!control_has(b, &a->addr[i]) || !control_has(a, &b->addr[i]))
			return false;
	return true;
}

static bool same_status(const struct control_status *a, const struct control_status *b)
{
	if (a->bare != b->bare || !a->pool != !b->pool)
		return false;
	return (!a->pool || strcmp(a->pool, b->pool) == 0) &&
	       control_same(&a->addrs, &b->addrs);
}

static bool is_stale(const struct control_entry *e, const struct k8s_service *s)
{
	return e->version && s->version && version_cmp(s->version, e->version) < 0;
}

static struct control_status last_wish(const struct control_entry *e)
{
	return (struct control_status){
	    .addrs = {e->addr, e->n},
              .pool = e->pool
        };
}

/* What the status says, as far as we know. */
static struct control_status status_of(
    const struct control_entry *e, const struct k8s_service *s, bool *unseen)
{
	*unseen = e->sent || is_stale(e, s);
	if (*unseen)
		return last_wish(e);
	return (struct control_status){
	    .addrs = {s->ingress, s->n_ingress},
              .pool = s->from_pool, .bare = s->bare_ingress
        };
}

static struct control_status wanted(const struct control *c, const struct alloc_service *as)
{
	const struct alloc_addr *aa = as->n ? alloc_addr(c->alloc, &as->addr[0]) : NULL;

	return (struct control_status){
	    .addrs = {as->addr, as->n},
              .pool = aa && aa->pool ? aa->pool->name : NULL
        };
}

static void wait_until(struct control *c, struct control_entry *e, int64_t ms)
{
	e->due_ms = ms;
	if (ms < c->due_ms)
		c->due_ms = ms;
}

static void remember(struct control_entry *e, const struct control_status *want)
{
	char *pool = want->pool ? xstrdup(want->pool) : NULL;

	free(e->pool);
	e->pool = pool;
	e->n = (uint8_t)want->addrs.n;
	for (size_t i = 0; i < e->n; i++)
		e->addr[i] = want->addrs.addr[i];
}

/* The Service's status is to be that. */
static void send_wish(struct control *c, struct control_entry *e, const struct k8s_service *s,
    const struct control_status *want)
{
	struct k8s_command *cmd = k8s_command_new(K8S_STATUS);
	struct k8s_status_wish *w = xcalloc(1, sizeof(*w));

	if (!cmd)
		abort();
	remember(e, want);
	w->ns = xstrdup(e->ns);
	w->name = xstrdup(e->name);
	w->uid = xstrdup(s->uid);
	w->version = xstrdup(is_stale(e, s) ? e->version : s->version);
	w->lb_class = *c->lb_class ? xstrdup(c->lb_class) : NULL;
	w->pool = e->pool ? xstrdup(e->pool) : NULL;
	w->clear = !s->load_balancer;
	w->n = e->n;
	memcpy(w->addr, e->addr, sizeof(w->addr));
	w->serial = e->serial = ++c->serial;
	c->stats.waiting += !e->sent;
	c->stats.sent++;
	e->sent = true;
	e->wrote = e->overruled = false;
	cmd->status = w;
	c->send(cmd, c->arg);
}

static void print_status(const struct control_status *st, char *buf, size_t cap)
{
	const struct control_addrs *a = &st->addrs;
	char one[PREFIX_STRLEN];
	size_t len = 0;

	snprintf(buf, cap, st->bare ? "a host name" : "nothing");
	for (size_t i = 0; i < a->n && len < cap; i++)
		len += (size_t)snprintf(buf + len, cap - len, "%s%s", i ? " and " : "",
		    ipaddr_str(&a->addr[i], one));
	if (a->n && st->pool && len < cap)
		snprintf(buf + len, cap - len, " of %s", st->pool);
}

/* Somebody else wrote over ours: when to write again. */
static void overrule(struct control *c, struct control_entry *e,
    const struct control_status *actual, int64_t now_ms)
{
	const struct control_status ours = last_wish(e);
	char theirs[384], mine[384];
	int64_t delay;

	if (e->overruled)
		return;
	if (now_ms - e->fought_ms > CALM_MS)
		e->fights = 0;
	delay = e->fights ? (int64_t)1000 << (e->fights < 9 ? e->fights : 9) : 0;
	if (delay > FIGHT_MAX_MS)
		delay = FIGHT_MAX_MS;
	e->overruled = true;
	e->fights++;
	e->fought_ms = now_ms;
	e->hold_ms = now_ms + delay;
	c->stats.fought++;
	print_status(actual, theirs, sizeof(theirs));
	print_status(&ours, mine, sizeof(mine));
	if (log_allowed(&c->bucket))
		log_warn("services",
		    "%s/%s: somebody else wrote %s into its status: writing %s again in %d s; "
		    "is "
		    "another controller at work?",
		    e->ns, e->name, theirs, mine, (int)(delay / 1000));
}

/* Where there never was a pool, nothing is taken out of statuses: whoever begins without any
 * has a mistake in the configuration. Pools that go take their addresses along. Nor what may
 * be of a pool that is not known. */
static bool may_write(const struct control *c, const struct alloc_service *as)
{
	const struct k8s_service *s;

	if (!as || as->n)
		return as;
	s = &as->svc->obj->service;
	for (size_t i = 0; c->unsure && i < s->n_ingress; i++)
		if (!policy_pool_of(c->policy, &s->ingress[i]))
			return false;
	return as->state == ALLOC_PENDING && c->had_pools;
}

static void judge_status(
    struct control *c, struct control_entry *e, const struct store_service *svc, int64_t now_ms)
{
	const struct k8s_service *s = &svc->obj->service;
	bool unseen;
	const struct control_status actual = status_of(e, s, &unseen), last = last_wish(e);
	struct control_status want;

	if (e->cleared)
		e->hold_ms = 0;
	e->cleared = false;
	if (unseen && !e->sent)
		wait_until(c, e, now_ms + UNSEEN_MS);
	if (!may_write(c, svc->alloc))
		return;
	want = wanted(c, svc->alloc);
	if (same_status(&want, &actual))
		return;
	if (e->wrote && same_status(&want, &last))
		overrule(c, e, &actual, now_ms);
	if (now_ms < e->hold_ms) {
		wait_until(c, e, e->hold_ms);
		return;
	}
	if (!e->overruled)
		control_tell_change(c, svc->alloc, &actual.addrs);
	if (control_same(&want.addrs, &actual.addrs)) /* in the order in which they stand */
		want.addrs = actual.addrs;
	send_wish(c, e, s, &want);
}

/* What is left behind goes; where it does not, it is tried again after a while. */
static void judge_left(
    struct control *c, struct control_entry *e, const struct store_service *svc, int64_t now_ms)
{
	const struct k8s_service *s = &svc->obj->service;
	bool unseen;

	status_of(e, s, &unseen);
	if (unseen) {
		if (!e->sent)
			wait_until(c, e, now_ms + UNSEEN_MS);
		return;
	}
	if (e->cleared && now_ms < e->hold_ms) {
		wait_until(c, e, e->hold_ms);
		return;
	}
	e->cleared = true;
	e->hold_ms = now_ms + REFUSED_MS;
	send_wish(c, e, s, &(struct control_status){.bare = false});
}

/* Return: false when there is nothing to remember. */
static bool judge(struct control *c, struct control_entry *e, int64_t now_ms)
{
	const struct store_service *svc = store_service(c->st, e->ns, e->name);
	bool ours = is_ours(c, svc);

	e->due_ms = INT64_MAX;
	if (!ours && !is_left_behind(c, svc))
		return false;
	if (e->uid && strcmp(e->uid, svc->obj->service.uid) != 0)
		return false; /* it is looked at again, from nothing */
	if (!e->uid)
		e->uid = xstrdup(svc->obj->service.uid);
	if (ours) {
		control_tell_failure(c, e, svc->alloc);
		judge_status(c, e, svc, now_ms);
	} else {
		judge_left(c, e, svc, now_ms);
	}
	return e->sent || e->version || e->failure || e->due_ms != INT64_MAX;
}

static void drop(struct control *c, struct control_entry *e)
{
	c->stats.waiting -= e->sent;
	table_remove(&c->entries, e);
	entry_free(e);
}

static void judge_entry(struct control *c, struct control_entry *e, int64_t now_ms)
{
	const struct store_service *svc;

	e->marked = false;
	if (judge(c, e, now_ms))
		return;
	svc = store_service(c->st, e->ns, e->name);
	if ((is_ours(c, svc) || is_left_behind(c, svc)) &&
	    strcmp(e->uid, svc->obj->service.uid) != 0) {
		drop(c, e);
		mark_service(c, svc);
		return;
	}
	drop(c, e);
}

/* Mark those whose time has come, and find the time of the next. */
static void mark_due(struct control *c, int64_t now_ms)
{
	struct control_entry *e;

	if (now_ms < c->due_ms)
		return;
	c->due_ms = INT64_MAX;
	for (size_t at = 0; (e = table_next(&c->entries, &at));) {
		if (e->due_ms <= now_ms)
			mark(c, e);
		else if (e->due_ms < c->due_ms)
			c->due_ms = e->due_ms;
	}
}

int64_t control_run(struct control *c, int64_t now_ms)
{
	int64_t due_ms;

	if (!c->active || !alloc_controller(c->alloc))
		return -1;
	mark_due(c, now_ms);
	for (size_t i = 0; i < c->n_marked; i++) /* it may grow */
		judge_entry(c, c->marked[i], now_ms);
	c->n_marked = 0;
	due_ms = control_pools_run(c, now_ms);
	if (due_ms > c->due_ms)
		due_ms = c->due_ms;
	return due_ms == INT64_MAX ? -1 : due_ms - now_ms;
}

static void note_error(struct control *c, const struct k8s_wrote *w)
{
	size_t len = strlen(w->ns) + strlen(w->name) + strlen(w->error) + 8;

	c->stats.failed++;
	free(c->error);
	c->error = xcalloc(1, len);
	snprintf(c->error, len, "%s/%s: %s", w->ns, w->name, w->error);
	if (log_allowed(&c->bucket))
		log_warn("services", "%s/%s: status not written%s: %s", w->ns, w->name,
		    w->again ? " yet" : "", w->error);
}

void control_wrote(struct control *c, const struct k8s_wrote *w, int64_t now_ms)
{
	bool service = c->active && !w->counts;
	struct control_entry *e = service ? find(c, w->ns, w->name) : NULL;

	if (!w->version && w->error)
		note_error(c, w);
	if (w->counts) {
		control_pools_wrote(c, w, now_ms);
		return;
	}
	c->stats.done += w->version != NULL;
	if (!e)
		return;
	if (w->version && (!e->version || version_cmp(e->version, w->version) < 0)) {
		free(e->version);
		e->version = xstrdup(w->version);
	}
	if (w->serial != e->serial || w->again)
		return;
	c->stats.waiting -= e->sent;
	e->sent = false;
	e->wrote = w->version != NULL;
	if (!e->wrote)
		e->hold_ms = now_ms + REFUSED_MS;
	mark(c, e);
}

void control_stats(const struct control *c, struct control_stats *st)
{
	*st = c->stats;
	st->error = c->error;
}
