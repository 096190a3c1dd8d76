/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_show_facts.c - what is in force without standing in the file: what was learned from
 * zebra, the environment or this host, and why the file and what is in force may differ.
 */
#include "announcer/bgp/view.h"
#include "announcer/conf_show.h"
#include "announcer/nodename.h"
#include "announcer/out_zserv.h"
#include "announcer/util.h"
#include "k8s/event.h"
#include <sys/socket.h>

static void add(struct config_facts *to, const char *key, const char *value, const char *from)
{
	if (to->n < CONFIG_FACTS_MAX && value && *value)
		to->v[to->n++] = (struct config_fact){key, xstrdup(value), from};
}

void config_facts_fini(struct config_facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].value);
	f->n = 0;
}

static void add_node(const struct conf *c, struct config_facts *to)
{
	const char *env = getenv("NODE_NAME");
	char *name;

	if (c->role != CONF_NODE || c->node_name)
		return;
	name = nodename(NULL);
	add(to, "node-name", name, env && *env ? "$NODE_NAME" : "the name of this host");
	free(name);
}

static void add_router_id(const struct conf *c, const struct bgp *bgp, struct config_facts *to)
{
	char text[PREFIX_STRLEN];
	struct bgp_view v;
	struct ipaddr a = {.family = AF_INET};

	if (!bgp || c->router_id.family)
		return;
	bgp_view(bgp, &v);
	if (!v.router_id || !v.router_id_from)
		return;
	for (int i = 0; i < 4; i++)
		a.addr[i] = (uint8_t)(v.router_id >> (24 - 8 * i));
	add(to, "router-id", ipaddr_str(&a, text), v.router_id_from);
}

static void add_zebra(const struct conf *c, const struct out_zserv *z, struct config_facts *to)
{
	const char *off = conf_zebra_off(c);
	struct zserv_status st;

	if (c->zebra.enabled == CONF_AUTO && off)
		add(to, "zebra.enabled", "no", "role node with peers");
	if (!z || off)
		return;
	out_zserv_status(z, &st);
	if (strcmp(c->zebra.frr_version, "auto") == 0)
		add(to, "zebra.frr-version", st.release, st.release_from);
	if (strcmp(c->zebra.route_type, "auto") == 0)
		add(to, "zebra.route-type", st.type, "the release of zebra");
}

static void add_source(
    const struct conf *c, const struct k8s_state *st, struct config_facts *to)
{
	if (!c->manifests && !c->kubeconfig && st && st->cluster)
		add(to, "kubernetes.kubeconfig", st->cluster->source, "the environment");
}

void config_facts(const struct vty_context *ctx, struct config_facts *to)
{
	add_node(ctx->conf, to);
	add_router_id(ctx->conf, ctx->bgp, to);
	add_source(ctx->conf, ctx->source, to);
	add_zebra(ctx->conf, ctx->zserv, to);
}

void config_notes(const struct vty_context *ctx, config_note_fn *fn, void *arg)
{
	const char *refused = NULL;
	struct buf b = {0};

	for (size_t i = 0; i < ctx->n_problems; i++)
		if (strcmp(ctx->problems[i].link, "configuration") == 0)
			refused = ctx->problems[i].what;
	if (refused) {
		buf_fmt(&b, "the last reload was refused, this is in force since before it: %s",
		    refused);
		fn(b.p, arg);
	} else if (conf_file_differs(ctx->conf)) {
		buf_fmt(
		    &b, "%s was changed after it was read: reload to take it", ctx->conf->file);
		fn(b.p, arg);
	}
	if (ctx->held)
		fn("address-pools: those before the last reload are in force until the source "
		   "has been read",
		    arg);
	free(b.p);
}
