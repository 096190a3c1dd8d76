/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rim of lease_rules.c: asks the server for what the rules say and tells them the answer.
 * A PUT sends back the object that was read, but for the members of its spec that are ours.
 */
#include "k8s/lease.h"
#include "k8s/ask.h"
#include "k8s/lease_rules.h"
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_MS = 5000 };

struct election {
	char *ns, *name, *identity; /* NULL = none */
};

struct lease {
	struct event_base *base;
	struct client *client;
	void (*on_change)(void *arg);
	void *arg;
	struct event *tick;
	struct election now, next; /* next: once now was left */
	bool switching;
	struct lease_rules rules;
	struct ask *ask;
	struct json_object *seen; /* the Lease; NULL = not known */
	char *error;
	bool was_ours, was_leaving;
	char was_holder[LEASE_TEXT];
};

static void election_fini(struct election *e)
{
	free(e->ns);
	free(e->name);
	free(e->identity);
	*e = (struct election){0};
}

static void election_copy(struct election *to, const struct k8s_elect *from)
{
	election_fini(to);
	if (!from || !from->ns || !from->name || !from->identity || !*from->identity)
		return;
	to->ns = strdup(from->ns);
	to->name = strdup(from->name);
	to->identity = strdup(from->identity);
	if (!to->ns || !to->name || !to->identity)
		election_fini(to);
}

static bool election_is(const struct election *e, const struct k8s_elect *elect)
{
	if (!elect || !elect->ns || !e->ns)
		return !e->ns && (!elect || !elect->ns);
	return !strcmp(e->ns, elect->ns) && !strcmp(e->name, elect->name) &&
	       !strcmp(e->identity, elect->identity);
}

static void step(struct lease *l);

static void forget(struct lease *l)
{
	json_object_put(l->seen);
	l->seen = NULL;
}

static void set_error(struct lease *l, const char *what, const char *why)
{
	size_t len = why ? strlen(what) + strlen(why) + sizeof(" leases: ") : 0;

	free(l->error);
	l->error = why ? malloc(len) : NULL;
	if (l->error)
		snprintf(l->error, len, "%s leases: %s", what, why);
}

static void tell(struct lease *l)
{
	bool ours = lease_ours(l), leaving = lease_leaving(l);
	const char *holder = lease_holder(l);

	if (ours == l->was_ours && leaving == l->was_leaving &&
	    !strcmp(l->was_holder, holder ? holder : ""))
		return;
	l->was_ours = ours;
	l->was_leaving = leaving;
	snprintf(l->was_holder, sizeof(l->was_holder), "%s", holder ? holder : "");
	if (l->on_change)
		l->on_change(l->arg);
}

static bool read_lease(const struct json_object *json, struct lease_record *out)
{
	const char *holder = ask_string(json, "spec", "holderIdentity", NULL);
	const char *renewed = ask_string(json, "spec", "renewTime", NULL);
	struct json_object *spec, *o;

	if (!ask_string(json, "metadata", "resourceVersion", NULL))
		return false;
	*out = (struct lease_record){0};
	snprintf(out->holder, sizeof(out->holder), "%s", holder ? holder : "");
	snprintf(out->renewed, sizeof(out->renewed), "%s", renewed ? renewed : "");
	if (!json_object_object_get_ex(json, "spec", &spec))
		return true;
	if (json_object_object_get_ex(spec, "leaseDurationSeconds", &o) &&
	    json_object_get_int64(o) > 0)
		out->term_s = (unsigned)json_object_get_int(o);
	if (json_object_object_get_ex(spec, "leaseTransitions", &o))
		out->transitions = json_object_get_int64(o);
	return true;
}

static const char *verb(enum lease_do what)
{
	return what == LEASE_READ ? "get" : what == LEASE_CREATE ? "create" : "update";
}

static void on_answer(const struct ask_answer *a, void *arg)
{
	struct lease *l = arg;
	enum lease_do did = l->rules.doing;
	enum lease_outcome outcome = LEASE_FAILED;
	struct lease_record record = {0};
	const char *why = a->text;

	l->ask = NULL;
	if (!why && !read_lease(a->json, &record))
		why = "what was answered is not a Lease";
	if (!why) {
		outcome = LEASE_DONE;
		forget(l);
		l->seen = json_object_get(a->json);
	} else if (a->status == 404 && did != LEASE_CREATE) {
		outcome = LEASE_MISSING;
		why = NULL;
	} else if (a->status == 409) {
		outcome = LEASE_CONFLICT;
		why = NULL;
	}
	set_error(l, verb(did), why);
	lease_answer(&l->rules, outcome, &record, ask_now_ms(), ask_random(0, 999));
	step(l);
}

static void add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static void put_spec(const struct lease *l, struct json_object *spec, enum lease_do what)
{
	const char *holder = what == LEASE_YIELD ? "" : l->now.identity;
	int64_t transitions = l->rules.record.transitions + (what == LEASE_TAKE);
	char now[ASK_TIME];

	ask_now(now, true);
	add(spec, "holderIdentity", json_object_new_string(holder));
	add(spec, "leaseDurationSeconds",
	    json_object_new_int(what == LEASE_YIELD ? 1 : LEASE_TERM_S));
	add(spec, "renewTime", json_object_new_string(now));
	if (what != LEASE_RENEW)
		add(spec, "acquireTime", json_object_new_string(now));
	add(spec, "leaseTransitions",
	    json_object_new_int64(what == LEASE_CREATE ? 0 : transitions));
}

static struct json_object *fresh_lease(const struct lease *l)
{
	struct json_object *o = json_object_new_object(), *meta = json_object_new_object();

	add(meta, "namespace", json_object_new_string(l->now.ns));
	add(meta, "name", json_object_new_string(l->now.name));
	add(o, "apiVersion", json_object_new_string("coordination.k8s.io/v1"));
	add(o, "kind", json_object_new_string("Lease"));
	add(o, "metadata", meta);
	return o;
}

static struct json_object *make_body(struct lease *l, enum lease_do what)
{
	struct json_object *o, *part;

	if (what == LEASE_READ)
		return NULL;
	o = what == LEASE_CREATE ? fresh_lease(l) : json_object_get(l->seen);
	if (json_object_object_get_ex(o, "metadata", &part))
		json_object_object_del(part, "managedFields");
	if (!json_object_object_get_ex(o, "spec", &part) ||
	    !json_object_is_type(part, json_type_object)) {
		part = json_object_new_object();
		add(o, "spec", part);
	}
	put_spec(l, part, what);
	return o;
}

static struct ask *send_ask(struct lease *l, enum lease_do what)
{
	static const char *const methods[] = {[LEASE_READ] = "GET",
	    [LEASE_CREATE] = "POST",
	    [LEASE_TAKE] = "PUT",
	    [LEASE_RENEW] = "PUT",
	    [LEASE_YIELD] = "PUT"};
	static const char format[] = "/apis/coordination.k8s.io/v1/namespaces/%s/leases%s%s";
	size_t len = sizeof(format) + strlen(l->now.ns) + strlen(l->now.name);
	char *path = malloc(len);
	struct json_object *body = make_body(l, what);
	struct ask_request rq = {
	    .method = methods[what], .path = path, .body = body, .total_ms = ASK_MS};
	bool all = what == LEASE_CREATE;
	struct ask *ask = NULL;

	if (path) {
		snprintf(path, len, format, l->now.ns, all ? "" : "/", all ? "" : l->now.name);
		ask = ask_start(l->base, l->client, &rq, on_answer, l);
	}
	json_object_put(body);
	free(path);
	return ask;
}

/* The next election, once the one before it is over. */
static void change_over(struct lease *l)
{
	if (!l->switching || lease_leaving(l))
		return;
	l->switching = false;
	election_fini(&l->now);
	l->now = l->next;
	l->next = (struct election){0};
	forget(l);
	set_error(l, "", NULL);
	lease_rules_init(&l->rules, l->now.identity ? l->now.identity : "");
}

static void arm(struct lease *l)
{
	int64_t due = lease_due_ms(&l->rules), now = ask_now_ms();
	int64_t ms = due > now ? due - now : 0;

	event_del(l->tick);
	if (l->now.ns && due != INT64_MAX)
		event_add(l->tick,
		    &(struct timeval){(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)});
}

static void step(struct lease *l)
{
	static const struct lease_record none;
	enum lease_do what;

	change_over(l);
	what = l->now.ns ? lease_next(&l->rules, ask_now_ms()) : LEASE_WAIT;
	if (what != LEASE_WAIT) {
		l->ask = send_ask(l, what);
		if (!l->ask)
			lease_answer(
			    &l->rules, LEASE_FAILED, &none, ask_now_ms(), ask_random(0, 999));
	}
	arm(l);
	tell(l);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	step(arg);
}

struct lease *lease_new(
    struct event_base *base, struct client *client, void (*on_change)(void *arg), void *arg)
{
	struct lease *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->base = base;
	l->client = client;
	l->on_change = on_change;
	l->arg = arg;
	l->tick = event_new(base, -1, 0, on_tick, l);
	if (l->tick)
		return l;
	free(l);
	return NULL;
}

void lease_free(struct lease *l)
{
	if (!l)
		return;
	ask_cancel(l->ask);
	event_free(l->tick);
	forget(l);
	election_fini(&l->now);
	election_fini(&l->next);
	free(l->error);
	free(l);
}

void lease_elect(struct lease *l, const struct k8s_elect *elect)
{
	if (l->switching ? election_is(&l->next, elect) : election_is(&l->now, elect))
		return;
	election_copy(&l->next, elect);
	l->switching = true;
	if (l->now.ns)
		lease_leave(&l->rules, ask_now_ms());
	tell(l); /* nothing is to be on the way any more when the Lease is given up */
	event_active(l->tick, EV_TIMEOUT, 0);
}

bool lease_leaving(const struct lease *l)
{
	return l->now.ns && l->rules.leaving && !lease_left(&l->rules);
}

bool lease_ours(const struct lease *l)
{
	return lease_left_ms(l) > 0;
}

unsigned lease_left_ms(const struct lease *l)
{
	return lease_rules_left_ms(&l->rules, ask_now_ms());
}

const char *lease_holder(const struct lease *l)
{
	return l->rules.know != LEASE_ABSENT && *l->rules.record.holder ? l->rules.record.holder
	                                                                : NULL;
}

const char *lease_identity(const struct lease *l)
{
	return l->now.identity;
}

const char *lease_error(const struct lease *l)
{
	return l->error;
}
