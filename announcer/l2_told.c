/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is: the objects of all nodes by name and by Service, and a record of each Service
 * that they are about or that this node answers for. A Service is marked when an object of it,
 * an owner or its addresses are others than before; l2_told_run() has what is marked judged
 * (l2_told_judge.c). Addresses are asked of alloc, owners of layer 2: nothing is kept twice.
 */
#include "announcer/l2_told.h"
#include "announcer/l2_told_int.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "k8s/l2_status.h"
#include <errno.h>

enum { CONFLICT_MS = 60000 };

static uint32_t hash_service(const void *entry)
{
	const struct told_service *s = entry;

	return table_hash(
	    s->name, strlen(s->name), table_hash(s->ns, strlen(s->ns) + 1, table_seed()));
}

static bool same_service(const void *a, const void *b)
{
	const struct told_service *x = a, *y = b;

	return strcmp(x->name, y->name) == 0 && strcmp(x->ns, y->ns) == 0;
}

static uint32_t hash_object(const void *entry)
{
	const struct told_object *o = entry;

	return table_hash(o->name, strlen(o->name), table_seed());
}

static bool same_object(const void *a, const void *b)
{
	return strcmp(((const struct told_object *)a)->name,
		   ((const struct told_object *)b)->name) == 0;
}

static const struct table_ops service_ops = {hash_service, same_service};
static const struct table_ops object_ops = {hash_object, same_object};

/* Copy to *at and step behind it. */
static const char *put(char **at, const char *text)
{
	size_t len = strlen(text) + 1;
	char *to = memcpy(*at, text, len);

	*at += len;
	return to;
}

static struct told_service *find(const struct l2_told *t, const char *ns, const char *name)
{
	const struct told_service probe = {.ns = ns, .name = name};

	return table_find(&t->services, &probe);
}

static struct told_service *make(struct l2_told *t, const char *ns, const char *name)
{
	struct told_service *s = find(t, ns, name);
	char *at;

	if (s)
		return s;
	s = xcalloc(1, sizeof(*s) + strlen(ns) + strlen(name) + 2);
	at = (char *)(s + 1);
	s->ns = put(&at, ns);
	s->name = put(&at, name);
	s->due_ms = INT64_MAX;
	table_add(&t->services, s);
	return s;
}

static void service_free(struct told_service *s)
{
	free(s->interfaces);
	free(s);
}

static void mark(struct l2_told *t, struct told_service *s)
{
	if (s->marked)
		return;
	s->marked = true;
	if (t->n_marked == t->cap_marked) {
		t->cap_marked = t->cap_marked ? 2 * t->cap_marked : 64;
		t->marked = xrealloc(t->marked, t->cap_marked, sizeof(*t->marked));
	}
	t->marked[t->n_marked++] = s;
}

static void mark_all(struct l2_told *t)
{
	struct told_service *s;

	for (size_t at = 0; (s = table_next(&t->services, &at));)
		mark(t, s);
}

/* ---- objects ---- */

static void drop_object(struct l2_told *t, struct told_object *o)
{
	struct told_object **at = &o->svc->objects;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	table_remove(&t->objects, o);
	free(o);
}

static void add_object(
    struct l2_told *t, const struct k8s_object *from, const struct k8s_l2_status *st)
{
	size_t len = strlen(from->name) + strlen(st->node) + strlen(st->version) +
	             strlen(st->interfaces) + 4;
	struct told_object *o = xcalloc(1, sizeof(*o) + len);
	char *at = (char *)(o + 1);

	o->name = put(&at, from->name);
	o->node = put(&at, st->node);
	o->version = put(&at, st->version);
	o->interfaces = put(&at, st->interfaces);
	o->whole = st->whole;
	o->created_s = from->created_s;
	o->svc = make(t, st->service_ns, st->service);
	o->next = o->svc->objects;
	o->svc->objects = o;
	table_add(&t->objects, o);
}

/* Who had it last: by the newest of all objects of Services that have it. */
static const char *last_owner(const struct l2_told *t, const struct ipaddr *addr)
{
	const struct alloc_addr *aa = alloc_addr(t->alloc, addr);
	const struct told_object *last = NULL;

	for (size_t i = 0; aa && i < aa->n_users; i++) {
		const struct store_service *svc = aa->users[i]->svc;
		const struct told_service *s = find(t, svc->ns, svc->name);

		for (const struct told_object *o = s ? s->objects : NULL; o; o = o->next)
			if (!last || o->created_s > last->created_s ||
			    (o->created_s == last->created_s &&
				strcmp(o->name, last->name) < 0))
				last = o;
	}
	return last ? last->node : NULL;
}

/* That nobody is named any more says nothing of who answers: the object may be on its way from
 * one node to the next, or somebody deleted it. */
static void tell_recorded(struct l2_told *t, const struct alloc_service *as)
{
	for (size_t i = 0; as && i < as->n; i++) {
		const char *node = last_owner(t, &as->addr[i]);

		if (node)
			t->ops->recorded(&as->addr[i], node, t->arg);
	}
}

static void changed(struct l2_told *t, struct told_service *s)
{
	tell_recorded(t, alloc_service(t->alloc, s->ns, s->name));
	mark(t, s);
}

static void forget_services(struct l2_told *t)
{
	struct told_service *s;

	for (size_t at = 0; (s = table_next(&t->services, &at));)
		service_free(s);
	table_fini(&t->services);
	t->n_marked = 0;
}

static void forget_objects(struct l2_told *t)
{
	struct told_object *o;
	struct told_service *s;

	for (size_t at = 0; (s = table_next(&t->services, &at));) {
		s->objects = NULL;
		s->asked = TOLD_NOTHING;
	}
	for (size_t at = 0; (o = table_next(&t->objects, &at));)
		free(o);
	table_fini(&t->objects);
	t->objects = (struct table){.ops = &object_ops};
}

bool l2_told_object(struct l2_told *t, const struct k8s_event *ev)
{
	const struct k8s_object *from = ev->obj;
	struct told_object probe, *o;
	struct told_service *was = NULL;
	struct k8s_l2_status st;

	if (!from || from->kind != K8S_CUSTOM ||
	    strcmp(from->raw.resource, K8S_L2_RESOURCE) != 0)
		return false;
	if (!t->ns || strcmp(from->ns, t->ns) != 0)
		return true;
	probe.name = from->name;
	o = table_find(&t->objects, &probe);
	if (o) {
		was = o->svc;
		drop_object(t, o);
	}
	if (ev->type == K8S_PUT) {
		int rc = k8s_l2_status_read(from, &st);

		if (rc == -ENOMEM)
			abort();
		if (!rc) {
			add_object(t, from, &st);
			changed(t, find(t, st.service_ns, st.service));
			k8s_l2_status_fini(&st);
		}
	}
	if (was)
		changed(t, was);
	return true;
}

bool l2_told_state(struct l2_told *t, const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;
	const struct k8s_resource *r = NULL;
	bool refused, readable;

	for (size_t i = 0; c && i < c->n_resources; i++)
		if (strcmp(c->resources[i].name, K8S_L2_RESOURCE ".metallb.io") == 0)
			r = &c->resources[i];
	refused = r && (r->phase == K8S_FORBIDDEN || r->phase == K8S_ABSENT);
	readable = t->ns && r && r->listed && !refused;
	if (refused && !t->refused)
		log_warn("l2",
		    "%s: who answers for an address is not written there (ServiceL2Status): %s",
		    r->name,
		    r->phase == K8S_ABSENT ? "the API server has no such objects"
					   : "not permitted");
	t->refused = refused;
	if (readable && !t->readable)
		mark_all(t);
	t->readable = readable;
	return !t->ns || !c || (r && (r->listed || refused || r->phase == K8S_BACKOFF));
}

/* ---- Services ---- */

static bool is_wanted(const struct l2_told *t, const struct alloc_service *as)
{
	struct l2_owners_view v;

	for (size_t i = 0; i < as->n; i++)
		if (t->ops->look(&as->addr[i], &v, t->arg))
			return true;
	return false;
}

void l2_told_collect(void *told)
{
	struct l2_told *t = told;
	struct alloc_service *const *v;
	size_t n;

	if (!t->ns)
		return;
	v = alloc_changed(t->alloc, &n);
	for (size_t i = 0; i < n; i++) {
		struct told_service *s = find(t, v[i]->svc->ns, v[i]->svc->name);

		if (!s && is_wanted(t, v[i]))
			s = make(t, v[i]->svc->ns, v[i]->svc->name);
		if (s)
			mark(t, s);
		tell_recorded(t, v[i]);
	}
}

static bool matters(enum l2_state state)
{
	return state == L2_OWNER || state == L2_NO_IFACE;
}

void l2_told_news(struct l2_told *t, const struct l2_owners_view *now, enum l2_state was)
{
	const struct alloc_addr *aa = t->ns ? alloc_addr(t->alloc, &now->addr) : NULL;
	const struct told_conflict c = {&now->addr, now->mac, true};

	for (size_t i = 0; aa && i < aa->n_users; i++) {
		const struct store_service *svc = aa->users[i]->svc;
		struct told_service *s = find(t, svc->ns, svc->name);

		if (!s && (matters(now->state) || matters(was)))
			s = make(t, svc->ns, svc->name);
		if (s)
			mark(t, s);
		if (now->state == L2_CONFLICT && was == L2_OWNER)
			l2_told_conflict_event(t, aa->users[i], &c);
	}
}

void l2_told_conflict(
    struct l2_told *t, const struct ipaddr *a, const uint8_t mac[6], int64_t now_ms)
{
	const struct alloc_addr *aa = t->ns ? alloc_addr(t->alloc, a) : NULL;
	const struct told_conflict c = {a, mac, false};
	struct l2_owners_view v;

	/* One that is only looked for was told of when this node stepped back. */
	if (!t->ops->look(a, &v, t->arg) || v.state != L2_OWNER)
		return;
	for (size_t i = 0; aa && i < aa->n_users; i++) {
		const struct store_service *svc = aa->users[i]->svc;
		struct told_service *s = make(t, svc->ns, svc->name);

		mark(t, s);
		if (now_ms < s->conflict_ms)
			continue;
		s->conflict_ms = now_ms + CONFLICT_MS;
		l2_told_conflict_event(t, aa->users[i], &c);
	}
}

static void mark_due(struct l2_told *t)
{
	struct told_service *s;

	if (t->now_ms < t->due_ms)
		return;
	t->due_ms = INT64_MAX;
	for (size_t at = 0; (s = table_next(&t->services, &at));) {
		if (s->due_ms <= t->now_ms)
			mark(t, s);
		else if (s->due_ms < t->due_ms)
			t->due_ms = s->due_ms;
	}
}

int64_t l2_told_run(struct l2_told *t, int64_t now_ms)
{
	t->now_ms = now_ms;
	mark_due(t);
	for (size_t i = 0; i < t->n_marked; i++) {
		struct told_service *s = t->marked[i];

		s->marked = false;
		if (l2_told_judge(t, s)) {
			if (s->due_ms < t->due_ms)
				t->due_ms = s->due_ms;
			continue;
		}
		table_remove(&t->services, s);
		service_free(s);
	}
	free(t->marked); /* it was large, perhaps */
	t->marked = NULL;
	t->n_marked = t->cap_marked = 0;
	return t->due_ms == INT64_MAX ? -1 : t->due_ms - now_ms;
}

/* ---- start and end ---- */

struct l2_told *l2_told_new(
    const struct alloc *alloc, const char *self, const struct l2_told_ops *ops, void *arg)
{
	struct l2_told *t = xcalloc(1, sizeof(*t));

	t->alloc = alloc;
	t->self = xstrdup(self);
	t->ops = ops;
	t->arg = arg;
	t->services.ops = &service_ops;
	t->objects.ops = &object_ops;
	t->due_ms = INT64_MAX;
	return t;
}

void l2_told_free(struct l2_told *t)
{
	if (!t)
		return;
	forget_objects(t);
	forget_services(t);
	free(t->marked);
	free(t->self);
	free(t->ns);
	free(t);
}

static size_t withdraw_all(struct l2_told *t)
{
	struct told_service *s;
	size_t n = 0;

	for (size_t at = 0; t->ns && t->readable && (s = table_next(&t->services, &at));)
		n += l2_told_withdraw(t, s);
	return n;
}

static void add_wanted(const struct alloc_service *as, void *told)
{
	struct l2_told *t = told;

	if (is_wanted(t, as))
		mark(t, make(t, as->svc->ns, as->svc->name));
}

void l2_told_set_ns(struct l2_told *t, const char *ns)
{
	if (text_equal(ns, t->ns))
		return;
	withdraw_all(t);
	forget_objects(t);
	t->readable = t->refused = false;
	free(t->ns);
	t->ns = xstrdup(ns);
	if (!ns) {
		forget_services(t);
		return;
	}
	mark_all(t);
	alloc_each(t->alloc, add_wanted, t);
}

void l2_told_set_self(struct l2_told *t, const char *self)
{
	struct told_service *s;

	withdraw_all(t);
	free(t->self);
	t->self = xstrdup(self);
	for (size_t at = 0; (s = table_next(&t->services, &at));)
		changed(t, s);
}

size_t l2_told_leave(struct l2_told *t)
{
	size_t n = withdraw_all(t);

	t->leaving = true;
	return n;
}

void l2_told_stats(const struct l2_told *t, struct l2_told_stats *st)
{
	const struct told_service *s;

	*st = t->stats;
	st->objects = t->objects.n;
	st->readable = t->readable;
	for (size_t at = 0; (s = table_next(&t->services, &at));) {
		st->ours += s->answered;
		st->differing += s->answered && s->asked != TOLD_NOTHING;
	}
}
