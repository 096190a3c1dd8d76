/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/command.h"
#include <stdlib.h>

struct k8s_command *k8s_command_new(enum k8s_command_type type)
{
	struct k8s_command *c = calloc(1, sizeof(*c));

	if (c)
		c->type = type;
	return c;
}

static void source_free(struct k8s_source_conf *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_secrets; i++)
		free(s->secrets[i]);
	free(s->secrets);
	free(s->manifests);
	free(s->kubeconfig);
	free(s->context);
	free(s->custom_ns);
	free(s->l2_ns);
	free(s->configmap_ns);
	free(s->configmap);
	free(s);
}

void k8s_status_wish_free(struct k8s_status_wish *w)
{
	if (!w)
		return;
	free(w->ns);
	free(w->name);
	free(w->uid);
	free(w->version);
	free(w->lb_class);
	free(w->pool);
	free(w->counts);
	free(w);
}

void k8s_notice_free(struct k8s_notice *n)
{
	if (!n)
		return;
	free(n->ns);
	free(n->name);
	free(n->uid);
	free(n->api);
	free(n->kind);
	free(n->reason);
	free(n->text);
	free(n->node);
	free(n);
}

void k8s_l2_wish_free(struct k8s_l2_wish *w)
{
	if (!w)
		return;
	free(w->ns);
	free(w->name);
	free(w->version);
	free(w->node);
	free(w->service_ns);
	free(w->service);
	free(w->interfaces);
	free(w);
}

static void elect_free(struct k8s_elect *e)
{
	if (!e)
		return;
	free(e->ns);
	free(e->name);
	free(e->identity);
	free(e);
}

void k8s_command_free(struct k8s_command *c)
{
	if (!c)
		return;
	switch (c->type) {
	case K8S_RESCAN:
		break;
	case K8S_SOURCE:
		source_free(c->source);
		break;
	case K8S_STATUS:
		k8s_status_wish_free(c->status);
		break;
	case K8S_NOTICE:
		k8s_notice_free(c->notice);
		break;
	case K8S_ELECT:
		elect_free(c->elect);
		break;
	case K8S_L2:
		k8s_l2_wish_free(c->l2);
		break;
	}
	free(c);
}
