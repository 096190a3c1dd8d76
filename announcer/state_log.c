/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_log.c - one line for each change that an operator would act on or remember: an outage,
 * a bad file or object, a resource of the API that fails and is back, who leads.
 */
#include "announcer/state_log.h"
#include "announcer/log.h"
#include "k8s/event.h"
#include <string.h>

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool problem_known(const struct k8s_state *st, const struct k8s_problem *p)
{
	for (size_t i = 0; st && i < st->n_problems; i++)
		if (!strcmp(st->problems[i].where, p->where) &&
		    !strcmp(st->problems[i].what, p->what))
			return true;
	return false;
}

static void log_problems(const struct k8s_state *was, const struct k8s_state *next)
{
	static struct log_bucket bucket;
	bool listed = !next->n_more && !(was && was->n_more);

	for (size_t i = 0; i < next->n_problems; i++)
		if (!problem_known(was, &next->problems[i]) && log_allowed(&bucket))
			log_err(
			    "k8s", "%s: %s", next->problems[i].where, next->problems[i].what);
	/* With more than are listed, one that is not there may just be another that is not. */
	for (size_t i = 0; listed && was && i < was->n_problems; i++)
		if (!problem_known(next, &was->problems[i]) && log_allowed(&bucket))
			log_info("k8s", "%s: mended", was->problems[i].where);
}

static const struct k8s_resource *resource(const struct k8s_cluster *c, const char *name)
{
	for (size_t i = 0; c && i < c->n_resources; i++)
		if (equal(c->resources[i].name, name))
			return &c->resources[i];
	return NULL;
}

/* What all resources have in common is told as an outage, or is about to be. */
static void log_failure(const struct k8s_resource *r)
{
	if (r->phase == K8S_FORBIDDEN)
		log_warn("k8s", "%s: %s", r->name, r->text);
	else
		log_info("k8s", "%s: %s", r->name, r->text);
}

static void log_resource(const struct k8s_resource *was, const struct k8s_resource *next)
{
	static struct log_bucket bucket;
	const char *text = next->text, *before = was ? was->text : NULL;

	if (text && !equal(text, before)) {
		if (log_allowed(&bucket))
			log_failure(next);
	} else if (!text && before && next->phase == K8S_WATCHING) {
		if (log_allowed(&bucket))
			log_info("k8s", "%s: watched again", next->name);
	} else if (next->phase == K8S_WATCHING && !(was && was->listed)) {
		log_info("k8s", "%s (%s): %zu read, watched from now on", next->name,
		    next->version ? next->version : "", next->objects);
	}
}

static void log_cluster(
    const struct k8s_cluster *was, const struct k8s_cluster *next, bool away)
{
	const char *leader = next->leader;

	if (next->source &&
	    (!was || !equal(was->source, next->source) || !equal(was->server, next->server)))
		log_info("k8s", "the source is %s, by %s",
		    next->server ? next->server : "a server not known", next->source);
	if (next->auth_error && !equal(next->auth_error, was ? was->auth_error : NULL))
		log_warn("k8s", "%s", next->auth_error);
	for (size_t i = 0; !away && i < next->n_resources; i++)
		log_resource(resource(was, next->resources[i].name), &next->resources[i]);
	if (next->leading != (was && was->leading))
		log_info("k8s", "the Lease is %s",
		    next->leading ? "ours: addresses are assigned here" : "not ours any more");
	else if (!next->leading && leader && !equal(leader, was ? was->leader : NULL))
		log_info("k8s", "the Lease is held by %s", leader);
	if (next->write_error && !away &&
	    !equal(next->write_error, was ? was->write_error : NULL))
		log_warn("k8s", "cannot write: %s", next->write_error);
}

/* The same but for numbers, such as how long a try took. */
static bool same_words(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	for (;; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b || !*a)
			return *a == *b;
	}
}

static void log_outage(
    const struct k8s_state *was, const struct k8s_state *next, bool announced)
{
	static struct log_bucket bucket;

	if (next->outage && !(was && was->outage))
		log_warn("k8s", "%s: %s", next->outage,
		    announced ? "what was last known stays announced"
			      : "nothing is known yet; zebra keeps what it has of an "
				"earlier run for stale-time");
	else if (next->outage && !same_words(next->outage, was->outage) && log_allowed(&bucket))
		log_info("k8s", "%s: still away", next->outage);
	else if (!next->outage && was && was->outage)
		log_info("k8s", "the source is back");
}

void state_log(const struct k8s_state *was, const struct k8s_state *next, bool announced)
{
	bool first = !(was && was->synced);

	log_problems(was, next);
	if (next->cluster)
		log_cluster(was ? was->cluster : NULL, next->cluster, next->outage != NULL);
	log_outage(was, next, announced);
	if (next->synced && !next->whole && first)
		log_warn("k8s", "%s: routes of an earlier run are kept until %s",
		    next->cluster ? "some of it cannot be read" : "a file is bad",
		    next->cluster ? "it can" : "it is mended");
}

void state_log_insecure(const struct k8s_state *st)
{
	if (st && st->cluster && st->cluster->insecure)
		log_warn("k8s",
		    "%s: its certificate is not verified (insecure-skip-tls-verify): whoever "
		    "stands between us and it decides what is announced",
		    st->cluster->server ? st->cluster->server : "the API server");
}

const char *state_server(const struct k8s_state *st)
{
	return st && st->cluster ? st->cluster->server : NULL;
}
