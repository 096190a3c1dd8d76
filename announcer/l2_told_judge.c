/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be of one Service: an object of this node while it answers for an address of it,
 * no object of a node that does not, and Events about what changed. What was asked for is asked
 * for again after a while if it is not so by then: nothing hangs on an answer. So a node
 * without the right to write asks seldom, and who fights over an object with somebody does it
 * slowly.
 */
#include "announcer/l2_told_int.h"
#include "announcer/util.h"
#include "k8s/l2_status.h"
#include <stdio.h>

enum {
	AGAIN_MS = 30000,
	LEFTOVER_MS = 2000, /* whoever let go of an address deletes its object itself */
	ORPHAN_MS = 60000,  /* nobody answers for it: its node is gone, so is the Service */
	ORPHAN_SPREAD_MS = 600000, /* of all nodes, one is the first */
	FAULTY_MS = 2000,
	TEXT_LEN = 512,
};

/* How it is now; borrowed. */
struct sight {
	const struct alloc_service *as; /* NULL: the Service has no address */
	const char *owners[2];          /* of its addresses; NULL = nobody */
	bool mine;                      /* this node is one of them, and answers */
	const struct ipaddr *faulty;    /* this node would answer, but has no interface */
	char *interfaces;               /* where it answers; owned */
};

/* ---- sight ---- */

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
	const char **v;
	size_t n;
};

static void add_names(const struct l2_told *t, struct names *to, const struct l2_owners_view *v)
{
	to->v = xrealloc(to->v, to->n + v->n_ifindex, sizeof(*to->v));
	for (size_t i = 0; i < v->n_ifindex; i++) {
		const char *name = t->ops->ifname(v->ifindex[i], t->arg);

		if (name)
			to->v[to->n++] = name;
	}
}

/* Sorted, each once, a blank between two. */
static char *join(struct names *from)
{
	size_t len = 1, at = 0;
	char *text;

	if (from->n)
		qsort(from->v, from->n, sizeof(*from->v), cmp_text);
	for (size_t i = 0; i < from->n; i++)
		len += strlen(from->v[i]) + 1;
	text = xcalloc(len, 1);
	for (size_t i = 0; i < from->n; i++)
		if (!i || strcmp(from->v[i], from->v[i - 1]) != 0)
			at += (size_t)snprintf(
			    text + at, len - at, "%s%s", at ? " " : "", from->v[i]);
	return text;
}

static void see(const struct l2_told *t, const struct told_service *s, struct sight *to)
{
	struct names names = {0};

	*to = (struct sight){.as = alloc_service(t->alloc, s->ns, s->name)};
	for (size_t i = 0; to->as && i < to->as->n; i++) {
		struct l2_owners_view v;

		if (!t->ops->look(&to->as->addr[i], &v, t->arg))
			continue;
		to->owners[i] = v.owner;
		if (v.state == L2_NO_IFACE)
			to->faulty = &to->as->addr[i];
		if (v.state != L2_OWNER)
			continue;
		to->mine = true;
		add_names(t, &names, &v);
	}
	to->interfaces = join(&names);
	free(names.v);
}

static bool is_owner(const struct sight *now, const char *node)
{
	return text_equal(now->owners[0], node) || text_equal(now->owners[1], node);
}

/* ---- commands ---- */

static void send(struct l2_told *t, struct k8s_l2_wish *wish)
{
	struct k8s_command *cmd = k8s_command_new(K8S_L2);

	if (!cmd)
		abort();
	cmd->l2 = wish;
	t->stats.sent++;
	t->ops->send(cmd, t->arg);
}

static void send_gone(struct l2_told *t, const char *name, const char *version)
{
	struct k8s_l2_wish *w = xcalloc(1, sizeof(*w));

	w->ns = xstrdup(t->ns);
	w->name = xstrdup(name);
	w->version = xstrdup(version);
	w->gone = true;
	send(t, w);
}

static void send_there(
    struct l2_told *t, const struct told_service *s, const struct told_object *o)
{
	struct k8s_l2_wish *w = xcalloc(1, sizeof(*w));
	char name[K8S_L2_NAME];

	k8s_l2_status_name(name, t->self, s->ns, s->name);
	w->ns = xstrdup(t->ns);
	w->name = xstrdup(o ? o->name : name);
	w->there = o != NULL;
	w->node = xstrdup(t->self);
	w->service_ns = xstrdup(s->ns);
	w->service = xstrdup(s->name);
	w->interfaces = xstrdup(s->interfaces);
	send(t, w);
}

static void send_notice(struct l2_told *t, const struct alloc_service *as, const char *reason,
    const char *text, bool warning)
{
	const struct store_service *svc = as->svc;
	struct k8s_command *cmd;

	if (!svc->obj || t->leaving)
		return;
	cmd = k8s_command_new(K8S_NOTICE);
	if (!cmd)
		abort();
	cmd->notice = xcalloc(1, sizeof(*cmd->notice));
	cmd->notice->ns = xstrdup(svc->ns);
	cmd->notice->name = xstrdup(svc->name);
	cmd->notice->uid = xstrdup(svc->obj->service.uid);
	cmd->notice->reason = xstrdup(reason);
	cmd->notice->text = xstrdup(text);
	cmd->notice->warning = warning;
	cmd->notice->node = xstrdup(t->self);
	t->stats.notices++;
	t->ops->send(cmd, t->arg);
}

/* ---- objects ---- */

static bool is_ours(const struct l2_told *t, const struct told_object *o)
{
	return strcmp(o->node, t->self) == 0;
}

static struct told_object *our_object(const struct l2_told *t, const struct told_service *s)
{
	struct told_object *o = s->objects;

	while (o && !is_ours(t, o))
		o = o->next;
	return o;
}

static void due(struct told_service *s, int64_t at_ms)
{
	if (at_ms < s->due_ms)
		s->due_ms = at_ms;
}

size_t l2_told_withdraw(struct l2_told *t, struct told_service *s)
{
	char name[K8S_L2_NAME];
	size_t n = 0;

	for (const struct told_object *o = s->objects; o; o = o->next) {
		if (!is_ours(t, o))
			continue;
		send_gone(t, o->name, NULL);
		n++;
	}
	if (!n && s->asked == TOLD_THERE) { /* it is on its way */
		k8s_l2_status_name(name, t->self, s->ns, s->name);
		send_gone(t, name, NULL);
		n++;
	}
	s->asked = n ? TOLD_GONE : TOLD_NOTHING;
	s->again_ms = t->now_ms + AGAIN_MS;
	return n;
}

static void judge_gone(struct l2_told *t, struct told_service *s)
{
	bool waits = s->asked == TOLD_GONE && our_object(t, s) && t->now_ms < s->again_ms;

	if (waits || l2_told_withdraw(t, s))
		due(s, s->again_ms);
}

static void judge_there(struct l2_told *t, struct told_service *s, const struct sight *now)
{
	const struct told_object *o = our_object(t, s);

	if (o && o->whole && s->asked != TOLD_GONE &&
	    strcmp(o->interfaces, now->interfaces) == 0) {
		s->asked = TOLD_NOTHING;
		return;
	}
	if (s->asked != TOLD_THERE || t->now_ms >= s->again_ms ||
	    !text_equal(s->interfaces, now->interfaces)) {
		free(s->interfaces);
		s->interfaces = xstrdup(now->interfaces);
		s->asked = TOLD_THERE;
		s->again_ms = t->now_ms + AGAIN_MS;
		send_there(t, s, o);
	}
	due(s, s->again_ms);
}

/* While this node answers: what others left behind, and what is ours twice. While nobody does:
 * what is left of nodes that are gone. */
static bool is_leftover(const struct l2_told *t, const struct told_object *o,
    const struct sight *now, const struct told_object *ours)
{
	if (is_ours(t, o))
		return now->mine && o != ours;
	return now->mine ? !is_owner(now, o->node) : !now->owners[0] && !now->owners[1];
}

/* Delete the leftovers when their time has come, *at_ms. */
static void judge_leftovers(
    struct l2_told *t, struct told_service *s, const struct sight *now, int64_t *at_ms)
{
	const struct told_object *ours = our_object(t, s);
	int64_t wait_ms = LEFTOVER_MS;
	bool some = false;

	if (!now->mine) /* each node a time of its own */
		wait_ms =
		    ORPHAN_MS + table_hash(t->self, strlen(t->self), 0) % ORPHAN_SPREAD_MS;
	for (const struct told_object *o = s->objects; o; o = o->next)
		some |= is_leftover(t, o, now, ours);
	if (!some) {
		*at_ms = 0;
		return;
	}
	if (!*at_ms)
		*at_ms = t->now_ms + wait_ms;
	if (t->now_ms >= *at_ms) {
		for (const struct told_object *o = s->objects; o; o = o->next)
			if (is_leftover(t, o, now, ours))
				send_gone(t, o->name, o->version);
		*at_ms = t->now_ms + AGAIN_MS;
	}
	due(s, *at_ms);
}

static void judge_objects(struct l2_told *t, struct told_service *s, const struct sight *now)
{
	if (now->mine) {
		judge_there(t, s, now);
		s->orphan_ms = 0;
	} else {
		judge_gone(t, s);
		s->leftover_ms = 0;
	}
	judge_leftovers(t, s, now, now->mine ? &s->leftover_ms : &s->orphan_ms);
}

/* ---- Events ---- */

/* Of an object that is there already, this node answered before it was started again. */
static void judge_assigned(struct l2_told *t, struct told_service *s, const struct sight *now)
{
	char text[TEXT_LEN];

	if (now->mine && !s->answered && !our_object(t, s)) {
		snprintf(text, sizeof(text),
		    "announcing from node \"%s\" with protocol \"layer2\"", t->self);
		send_notice(t, now->as, "nodeAssigned", text, false);
	}
	s->answered = now->mine;
}

static void judge_faulty(struct l2_told *t, struct told_service *s, const struct sight *now)
{
	char text[TEXT_LEN], addr[PREFIX_STRLEN];

	if (!now->faulty) {
		s->faulty_ms = 0;
		s->faulted = false;
		return;
	}
	if (!s->faulty_ms)
		s->faulty_ms = t->now_ms + FAULTY_MS;
	if (s->faulted)
		return;
	due(s, s->faulty_ms);
	if (t->now_ms < s->faulty_ms)
		return;
	s->faulted = true;
	snprintf(text, sizeof(text),
	    "the interfaces specified by LB IP \"%s\" doesn't exist in assigned node \"%s\" "
	    "with "
	    "protocol \"layer2\": it has no interface that is up and for this address",
	    ipaddr_str(now->faulty, addr), t->self);
	send_notice(t, now->as, "announceFailed", text, true);
}

void l2_told_conflict_event(
    struct l2_told *t, const struct alloc_service *as, const struct told_conflict *c)
{
	char text[TEXT_LEN], addr[PREFIX_STRLEN];

	snprintf(text, sizeof(text),
	    "another host, %02x:%02x:%02x:%02x:%02x:%02x, answers for %s, too%s%s", c->mac[0],
	    c->mac[1], c->mac[2], c->mac[3], c->mac[4], c->mac[5], ipaddr_str(c->addr, addr),
	    c->gone ? ": it has the address now, not node " : "; as does node ", t->self);
	send_notice(t, as, "L2Conflict", text, true);
}

bool l2_told_judge(struct l2_told *t, struct told_service *s)
{
	struct sight now;

	s->due_ms = INT64_MAX;
	see(t, s, &now);
	judge_assigned(t, s, &now);
	judge_faulty(t, s, &now);
	if (t->ns && t->readable && !t->leaving)
		judge_objects(t, s, &now);
	free(now.interfaces);
	if (t->now_ms < s->conflict_ms)
		due(s, s->conflict_ms);
	return s->objects || s->answered || s->asked != TOLD_NOTHING || s->faulty_ms ||
	       t->now_ms < s->conflict_ms;
}
