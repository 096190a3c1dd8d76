/* SPDX-License-Identifier: GPL-2.0-or-later */
/* neighbors.c - from the configuration to what BGP sessions are to be. metallb-compat.md 1.4.
 */
#include "announcer/bgp/neighbors.h"
#include "announcer/bgp/open.h"
#include "announcer/bgp/router_id.h"
#include "announcer/conf.h"
#include "announcer/rules.h"
#include "announcer/store.h"
#include "announcer/util.h"
#include "k8s/secret.h"
#include <errno.h>
#include <sys/socket.h>

enum { TTL_MOST = 255, NOTE_MAX = 512 };

static void note(struct strlist *to, const char *peer, const char *what)
{
	char text[NOTE_MAX + 128];

	snprintf(text, sizeof(text), "peer %.100s: %s", peer, what);
	strlist_add(to, text);
}

static char *secret_read(
    const struct store *store, const struct conf_peer *p, const char **error)
{
	const struct k8s_object *o =
	    store ? store_object(store, K8S_SECRET, "", p->secret_ns, p->secret) : NULL;
	char *password = NULL;

	*error = "is not there";
	if (o && k8s_secret_password(&o->raw, &password, error) == -ENOMEM)
		abort();
	return password;
}

static void take_secret(struct bgp_neighbors *to, struct bgp_neighbor *n,
    const struct store *store, const struct conf_peer *p)
{
	char what[NOTE_MAX];
	const char *error;

	if (!p->secret)
		return;
	n->password = secret_read(store, p, &error);
	n->password_missing = !n->password;
	if (n->password)
		return;
	snprintf(what, sizeof(what), "Secret %s/%s %s: the session waits for it", p->secret_ns,
	    p->secret, error);
	note(&to->waits, n->name, what);
}

static unsigned own_family(const struct ipaddr *a)
{
	return a->family == AF_INET6 ? BGP_IPV6 : BGP_IPV4;
}

static void from_peer(const struct conf_peer *p, struct bgp_neighbor *n)
{
	n->name = xstrdup(p->name);
	n->address = p->address;
	n->my_asn = p->local_asn ? p->local_asn : p->my_asn;
	n->asn = p->peer_asn;
	n->asn_kind = (enum bgp_asn_kind)p->asn_kind;
	n->source = p->source;
	n->interface = xstrdup(p->interface ? p->interface : p->vrf);
	n->port = (uint16_t)p->port;
	n->hold_s = p->hold_s;
	n->keepalive_s = p->keepalive_s == p->hold_s / 3 ? 0 : p->keepalive_s;
	n->connect_s = p->connect_s;
	n->multihop = p->ebgp_multihop ? TTL_MOST : 0;
	n->ttl_security = (uint8_t)p->ttl_security;
	n->password = xstrdup(p->password);
	n->password_file = xstrdup(p->password_file);
	n->graceful = p->graceful;
	n->families = p->dual_stack ? BGP_IPV4 | BGP_IPV6 : own_family(&p->address);
	n->from_peers = true;
	/* What a peer says is not listened to, as by MetalLB's speaker: import is empty. */
	n->export.prefixes.any = true;
	n->router_id = bgp_id_of(&p->router_id);
}

/* Of those that there are, one that would be the same session. */
static const struct bgp_neighbor *same_place(
    const struct bgp_neighbors *to, const struct bgp_neighbor *n)
{
	for (size_t i = 0; i < to->n; i++)
		if (bgp_neighbor_same_peer(&to->v[i], n))
			return &to->v[i];
	return NULL;
}

static void add_peer(
    struct bgp_neighbors *to, const struct conf_peer *p, const struct store *store)
{
	struct bgp_neighbor *n = &to->v[to->n];
	const struct bgp_neighbor *same;
	char what[NOTE_MAX];

	from_peer(p, n);
	same = same_place(to, n);
	if (same) {
		snprintf(what, sizeof(what),
		    "left out: on this node peer %.100s has the same address", same->name);
		note(&to->notes, p->name, what);
		wipe(n->password);
		bgp_neighbor_fini(n);
		return;
	}
	if (p->bfd_profile)
		note(&to->notes, p->name,
		    "BFD is not supported yet: the session runs without it");
	take_secret(to, n, store, p);
	to->n++;
}

void bgp_neighbors_make(const struct conf *conf, const struct rules *rules,
    const struct k8s_node *node, const struct store *store, struct bgp_neighbors *to)
{
	size_t n_peers = conf->role == CONF_NODE ? rules->n_peers : 0;

	*to = (struct bgp_neighbors){0};
	to->v = xcalloc(n_peers + conf->bgp.n_neighbors, sizeof(*to->v));
	for (size_t i = 0; i < n_peers; i++) {
		const struct conf_peer *p = &rules->peers[i];

		if (node ? selectors_match(&p->nodes, node->labels, node->n_labels)
			 : !p->nodes.n)
			add_peer(to, p, store);
	}
	for (size_t i = 0; i < conf->bgp.n_neighbors; i++) {
		const struct bgp_neighbor *from = &conf->bgp.neighbors[i];
		const struct bgp_neighbor *same = same_place(to, from);

		char what[NOTE_MAX];

		if (same) {
			snprintf(what, sizeof(what), "left out: it is peer %.100s", same->name);
			note(&to->notes, from->name, what);
			continue;
		}
		bgp_neighbor_copy(&to->v[to->n++], from);
	}
}

void bgp_neighbors_fini(struct bgp_neighbors *n)
{
	for (size_t i = 0; i < n->n; i++) {
		wipe(n->v[i].password);
		bgp_neighbor_fini(&n->v[i]);
	}
	free(n->v);
	strlist_fini(&n->notes);
	strlist_fini(&n->waits);
	*n = (struct bgp_neighbors){0};
}

const struct bgp_neighbor *bgp_neighbors_find(const struct bgp_neighbors *n, const char *name)
{
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->v[i].name, name) == 0)
			return &n->v[i];
	return NULL;
}
