/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_source.c - where objects come from: what is checked of kubernetes, policy-from and
 * password-secret, and what becomes of them for the source.
 */
#include "announcer/conf_source.h"
#include "announcer/conf_check.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "k8s/command.h"
#include <json-c/json.h>

void conf_check_kubernetes(struct conf_reader *r, struct json_object *v)
{
	struct conf *c = r->conf;

	conf_drop_empty(&c->kubeconfig);
	conf_drop_empty(&c->context);
	if (c->manifests && c->kubeconfig)
		conf_error(r, conf_member(v, "kubeconfig"), "kubeconfig",
		    "there is one source: either kubeconfig %.100s or manifests %.100s",
		    c->kubeconfig, c->manifests);
	else if (c->manifests && c->context)
		conf_warn(r, conf_member(v, "context"), "context",
		    "ignored: manifests %.100s are the source", c->manifests);
}

/* The word of policy-from that is `kind`, or begins with it and a colon; and what follows. */
static const char *policy_from(const struct conf *c, const char *kind, const char **rest)
{
	size_t n = strlen(kind);

	for (size_t i = 0; i < c->policy_from.n; i++) {
		const char *s = c->policy_from.v[i];

		if (strncmp(s, kind, n) == 0 && (!s[n] || s[n] == ':')) {
			*rest = s[n] ? s + n + 1 : "";
			return s;
		}
	}
	return NULL;
}

static const char *custom_ns(const struct conf *c)
{
	const char *ns;

	return policy_from(c, "crds", &ns) && *ns ? ns : CONF_CUSTOM_NS;
}

int conf_policy_place(const struct conf *c, const struct k8s_object *o)
{
	const char *kind = !o ? "file" : o->kind == K8S_CONFIGMAP ? "configmap" : "crds";
	const char *rest = "", *word = policy_from(c, kind, &rest);
	size_t ns = o ? strlen(o->ns) : 0;
	int i = 0;

	if (!word || (o && o->kind == K8S_CUSTOM && strcmp(o->ns, custom_ns(c)) != 0) ||
	    (o && o->kind == K8S_CONFIGMAP &&
		(strncmp(rest, o->ns, ns) != 0 || rest[ns] != '/' ||
		    strcmp(rest + ns + 1, o->name) != 0)))
		return -1;
	while (c->policy_from.v[i] != word)
		i++;
	return i;
}

static void check_policy_from(struct conf_reader *r, struct json_object *list)
{
	const struct conf *c = r->conf;
	const char *rest;

	if (!strlist_has(&c->policy_from, "file") && (c->policy.n_pools || c->n_peers))
		conf_warn(r, list, "policy-from",
		    "file is not among them: address-pools and peers of this file do not "
		    "count");
	for (size_t i = 0; i < c->policy_from.n; i++) {
		const char *s = c->policy_from.v[i];
		const char *kind = *s == 'c' && s[1] == 'r' ? "crds" : "configmap";

		if (strcmp(s, "file") == 0)
			continue;
		if (policy_from(c, kind, &rest) != s)
			conf_error(r, list, "policy-from", "%s stands here twice", kind);
		else if (c->manifests)
			conf_warn(r, list, "policy-from",
			    "%.300s: ignored: manifests %.100s are the source", s,
			    c->manifests);
	}
}

void conf_check_source(struct conf_reader *r, struct json_object *root)
{
	struct json_object *list = conf_member(root, "policy-from");
	struct conf *c = r->conf;

	if (!json_object_is_type(list, json_type_array) || !json_object_array_length(list))
		strlist_add(&c->policy_from, "file");
	else
		check_policy_from(r, list);
	for (size_t i = 0; i < c->n_peers; i++)
		if (c->peers[i].secret && !c->peers[i].secret_ns)
			c->peers[i].secret_ns = xstrdup(custom_ns(c));
}

static void add_secret(struct k8s_source_conf *to, const struct conf_peer *p)
{
	size_t size = strlen(p->secret_ns) + strlen(p->secret) + 2;
	char *s = xcalloc(size, 1);

	snprintf(s, size, "%s/%s", p->secret_ns, p->secret);
	for (size_t i = 0; i < to->n_secrets; i++)
		if (strcmp(to->secrets[i], s) == 0) {
			free(s);
			return;
		}
	to->secrets = xrealloc(to->secrets, to->n_secrets + 1, sizeof(*to->secrets));
	to->secrets[to->n_secrets++] = s;
}

bool conf_file_alone(const struct conf *c)
{
	return c->policy_from.n == 1 && strlist_has(&c->policy_from, "file");
}

bool conf_wants_source(const struct conf *c)
{
	return c->role == CONF_NODE || !c->bgp.n_neighbors || c->policy.n_pools ||
	       c->manifests || c->kubeconfig || c->context || c->controller ||
	       !conf_file_alone(c);
}

const char *conf_l2_ns(const struct conf *c, const struct rules *rules)
{
	for (size_t i = 0; i < rules->policy.n_pools; i++)
		if (rules->policy.pools[i].protocols & POLICY_LAYER2)
			return c->role == CONF_NODE && !c->manifests ? custom_ns(c) : NULL;
	return NULL;
}

struct k8s_command *conf_source(const struct conf *c, const struct rules *rules)
{
	struct k8s_command *cmd = k8s_command_new(K8S_SOURCE);
	struct k8s_source_conf *to = xcalloc(1, sizeof(*to));
	const char *rest;

	if (!cmd)
		abort();
	cmd->source = to;
	to->manifests = xstrdup(c->manifests);
	to->kubeconfig = xstrdup(c->kubeconfig);
	to->context = xstrdup(c->context);
	if (policy_from(c, "crds", &rest))
		to->custom_ns = xstrdup(custom_ns(c));
	to->l2_ns = xstrdup(conf_l2_ns(c, rules));
	if (policy_from(c, "configmap", &rest)) {
		const char *slash = strchr(rest, '/');

		to->configmap_ns = strndup(rest, (size_t)(slash - rest));
		to->configmap = xstrdup(slash + 1);
		if (!to->configmap_ns)
			abort();
	}
	/* Role router dials no peer: it needs no right to their passwords. */
	for (size_t i = 0; c->role == CONF_NODE && i < rules->n_peers; i++)
		if (rules->peers[i].secret)
			add_secret(to, &rules->peers[i]);
	return cmd;
}

bool conf_source_equal(const struct conf *c, const struct rules *a, const struct rules *b)
{
	struct k8s_command *x = conf_source(c, a), *y = conf_source(c, b);
	bool equal = x->source->n_secrets == y->source->n_secrets &&
	             text_equal(x->source->l2_ns, y->source->l2_ns);

	for (size_t i = 0; equal && i < x->source->n_secrets; i++)
		equal = strcmp(x->source->secrets[i], y->source->secrets[i]) == 0;
	k8s_command_free(x);
	k8s_command_free(y);
	return equal;
}
