/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_policy.c - the rules in force: made of what all places say, given to whoever goes by
 * them, and what is refused is told.
 *
 * Addresses are assigned here when the configuration says so and, with an API, while its Lease
 * is ours. While the source cannot be reached, or a place that policy-from adds has not been
 * read, the rules stay as they were, but for the peers of the file: what a new policy leaves
 * out could not be told from what merely cannot be seen, and who does not lead any more for
 * lack of a server cannot write, either.
 */
#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/control.h"
#include "announcer/daemon_int.h"
#include "announcer/daemon_l2.h"
#include "announcer/log.h"
#include "announcer/policy_set.h"
#include "announcer/queue.h"
#include "announcer/util.h"
#include "k8s/event.h"
#include "k8s/json.h"
#include <errno.h>
#include <stdio.h>

enum { TEXT_MAX = 1024 };

bool daemon_leading(const struct daemon *d)
{
	const struct k8s_cluster *c = d->state ? d->state->cluster : NULL;

	return c && c->leading;
}

bool daemon_rules_held(const struct daemon *d)
{
	return d->rules && (d->moving || (d->state && d->state->outage));
}

/* ---- what is refused is told ---- */

static const char *what_of(enum rules_state state)
{
	switch (state) {
	case RULES_OLD:
		return "refused, its last good form stays in force: ";
	case RULES_PARTLY:
		return "refused in part: ";
	case RULES_REFUSED:
		return "refused: ";
	case RULES_GOOD:
		break;
	}
	return "";
}

static const char *text_of(struct json_object *o, const char *name)
{
	struct json_object *v;

	return json_object_object_get_ex(o, name, &v) ? json_object_get_string(v) : NULL;
}

/* The Event is about the object as it is in the store; a ConfigMap that came in a list does not
 * say of which version it is. */
static bool send_notice(struct daemon *d, const struct policy_verdict *v)
{
	enum k8s_kind kind = *v->resource ? K8S_CUSTOM : K8S_CONFIGMAP;
	const struct k8s_object *o =
	    store_object(d->store, kind, v->resource, v->ns, v->object);
	struct json_object *root = NULL, *meta = NULL;
	struct json_fault fault;
	char text[TEXT_MAX];
	bool sent;

	if (!o || json_read(o->raw.text, o->raw.len, NULL, &root, &fault))
		return true;
	json_object_object_get_ex(root, "metadata", &meta);
	snprintf(text, sizeof(text), "%s%s", what_of(v->state), v->why);
	sent = control_notice(d->control,
	    &(struct k8s_notice){.ns = (char *)(uintptr_t)v->ns,
		.name = (char *)(uintptr_t)v->object,
		.uid = (char *)(uintptr_t)text_of(meta, "uid"),
		.api = (char *)(uintptr_t)(kind == K8S_CONFIGMAP ? "v1"
								 : text_of(root, "apiVersion")),
		.kind = (char *)(uintptr_t)v->kind,
		.reason = (char *)(v->state == RULES_GOOD ? "PolicyWaits" : "PolicyRefused"),
		.text = text,
		.warning = true});
	json_object_put(root);
	return sent;
}

/* What is news. Of what is refused as before, nothing is said again. */
static void on_verdict(const struct policy_verdict *v, void *arg)
{
	struct daemon *d = arg;

	if (v->why)
		log_warn("policy", "%s: %s%s", v->name, what_of(v->state), v->why);
	else if (d->synced)
		log_info("policy", "%s: in force", v->name);
	if (v->why && v->kind && !(daemon_leading(d) && send_notice(d, v)))
		d->untold = true;
}

static void on_untold(const struct policy_verdict *v, void *arg)
{
	struct daemon *d = arg;

	if (v->why && v->kind && !send_notice(d, v))
		d->untold = true;
}

/* Whoever leads writes the Events: who becomes it, those of all that is refused. */
static void tell(struct daemon *d)
{
	policy_set_tell(d->policy, on_verdict, d);
	if (!d->untold || !daemon_leading(d))
		return;
	d->untold = false;
	policy_set_each(d->policy, on_untold, d);
}

/* ---- what is in force ---- */

/* Return: whether who assigns, for which class or how, is another than before. */
static bool set_controller(struct daemon *d)
{
	const struct conf *conf = d->conf;
	bool assigns = conf->controller && (conf->manifests || daemon_leading(d));
	bool standby = conf->controller && !assigns;

	if (d->lb_class && d->assigns == assigns && d->standby == standby &&
	    d->share_local == conf->share_local && d->cool_down_s == conf->cool_down_s &&
	    strcmp(d->lb_class, conf->lb_class) == 0)
		return false;
	d->assigns = assigns;
	d->standby = standby;
	d->share_local = conf->share_local;
	d->cool_down_s = conf->cool_down_s;
	free(d->lb_class);
	d->lb_class = xstrdup(conf->lb_class);
	return true;
}

/* Pools may be there that we may not list. */
static bool pools_hidden(const struct daemon *d)
{
	static const char pools[] = "ipaddresspools.";
	const struct k8s_cluster *c = d->state ? d->state->cluster : NULL;

	for (size_t i = 0; c && i < c->n_resources; i++) {
		const struct k8s_resource *r = &c->resources[i];

		if (!r->listed && r->phase == K8S_FORBIDDEN &&
		    (r->kind == K8S_CONFIGMAP ||
			strncmp(r->name, pools, sizeof(pools) - 1) == 0))
			return true;
	}
	return false;
}

/* Return: whether that is another than before. */
static bool set_unsure(struct daemon *d)
{
	bool unsure = pools_hidden(d) || policy_set_unsure(d->policy);

	if (unsure == d->unsure)
		return false;
	d->unsure = unsure;
	return true;
}

/* The Secrets of the peers in force are watched, whatever place names them; and who answers for
 * addresses, while some pool is for layer 2. */
static void want_more(struct daemon *d, const struct rules *old)
{
	if (!d->queue || conf_source_equal(d->conf, old, d->rules))
		return;
	queue_command(d->queue, conf_source(d->conf, d->rules));
	d->sources++;
}

/* With peers a node's zebra is told nothing, unless it is to be. */
static void set_zebra(struct daemon *d)
{
	bool was = conf_zebra_off(d->conf);

	d->conf->has_peers = d->rules->n_peers > 0;
	if (d->zserv && was != (conf_zebra_off(d->conf) != NULL))
		out_zserv_switched(d->zserv);
}

void daemon_set_rules(struct daemon *d)
{
	bool held = daemon_rules_held(d), other = !held && set_controller(d);
	struct rules *old = d->rules, *next;
	struct alloc_rules rules;

	if (!held)
		daemon_problem(d, PROBLEM_HELD, NULL);
	policy_set_file(d->policy, d->conf, held);
	d->ctx.held = policy_set_holds(d->policy);
	next = policy_set_make(d->policy, old);
	tell(d);
	other |= !held && set_unsure(d);
	if (!next && !other)
		return;
	if (next)
		d->ctx.rules = d->rules = next;
	rules = (struct alloc_rules){.policy = &d->rules->policy,
	    .lb_class = d->lb_class,
	    .controller = d->assigns,
	    .standby = d->standby,
	    .unsure = d->unsure,
	    .share_local = d->share_local,
	    .cool_down_s = d->cool_down_s};
	control_set_rules(d->control, &rules);
	desired_set_rules(d->desired, &rules);
	if (next) {
		want_more(d, old);
		daemon_l2_rules(d);
		set_zebra(d);
		bgp_set_policy(d->bgp, d->rules);
	}
	if (d->synced)
		daemon_commit(d);
	if (next)
		rules_free(old);
}
