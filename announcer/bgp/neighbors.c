/* SPDX-License-Identifier: GPL-2.0-or-later */
/* neighbors.c - from the configuration to what BGP sessions are to be. metallb-compat.md 1.4.
 */
#include "announcer/bgp/neighbors.h"
#include "announcer/bgp/open.h"
#include "announcer/bgp/router_id.h"
#include "announcer/conf.h"
#include "announcer/store.h"
#include "announcer/util.h"
#include "k8s/base64.h"
#include <json-c/json.h>
#include <stdarg.h>
#include <sys/socket.h>

enum { TTL_MOST = 255 };

static void wipe(char *s)
{
	volatile char *p = s;

	while (p && *p)
		*p++ = '\0';
}

__attribute__((format(printf, 3, 4))) static void note(
    struct bgp_neighbors *to, const char *peer, const char *fmt, ...)
{
	char text[640];
	int n = snprintf(text, sizeof(text), "peer %.100s: ", peer);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	strlist_add(&to->notes, text);
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
		return NULL;
	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

/* The password in a Secret; the caller's. NULL: *error says why not. */
static char *secret_password(struct json_object *secret, const char **error)
{
	const char *type = text_of(secret, "type");
	const char *plain = text_of(member(secret, "stringData"), "password");
	const char *coded = text_of(member(secret, "data"), "password");
	char *s = NULL;
	size_t len = 0;

	*error = NULL;
	if (!type || strcmp(type, "kubernetes.io/basic-auth") != 0)
		*error = "is not of type kubernetes.io/basic-auth";
	else if (plain)
		s = xstrdup(plain);
	else if (!coded)
		*error = "has no key password";
	else if (base64_decode(coded, &s, &len) < 0)
		*error = "has a password that is not base64";
	if (s && (!*s || (!plain && strlen(s) != len))) {
		*error = "has a password that is empty or no text";
		wipe(s);
		free(s);
		s = NULL;
	}
	return s;
}

static char *secret_read(
    const struct store *store, const struct conf_peer *p, const char **error)
{
	const struct k8s_object *o =
	    store ? store_object(store, K8S_SECRET, "", p->secret_ns, p->secret) : NULL;
	struct json_tokener *tok;
	struct json_object *json;
	char *password = NULL;

	*error = "is not there";
	if (!o)
		return NULL;
	tok = json_tokener_new();
	if (!tok)
		abort();
	json = json_tokener_parse_ex(tok, o->raw.text, (int)o->raw.len);
	if (json_object_is_type(json, json_type_object))
		password = secret_password(json, error);
	else
		*error = "cannot be read";
	json_object_put(json);
	json_tokener_free(tok);
	return password;
}

static void take_secret(struct bgp_neighbors *to, struct bgp_neighbor *n,
    const struct store *store, const struct conf_peer *p)
{
	const char *error;

	if (!p->secret)
		return;
	n->password = secret_read(store, p, &error);
	n->password_missing = !n->password;
	if (!n->password)
		note(to, n->name, "Secret %s/%s %s: the session waits for it", p->secret_ns,
		    p->secret, error);
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

/* Of those before i, one that would be the same session. */
static const struct bgp_neighbor *same_place(
    const struct bgp_neighbors *to, const struct ipaddr *a)
{
	for (size_t i = 0; a->family && i < to->n; i++)
		if (!ipaddr_cmp(&to->v[i].address, a))
			return &to->v[i];
	return NULL;
}

static void add_peer(
    struct bgp_neighbors *to, const struct conf_peer *p, const struct store *store)
{
	const struct bgp_neighbor *same = same_place(to, &p->address);

	if (same) {
		note(to, p->name, "left out: on this node peer %s has the same address",
		    same->name);
		return;
	}
	from_peer(p, &to->v[to->n]);
	take_secret(to, &to->v[to->n], store, p);
	to->n++;
}

void bgp_neighbors_make(const struct conf *conf, const struct k8s_node *node,
    const struct store *store, struct bgp_neighbors *to)
{
	size_t n_peers = conf->role == CONF_NODE ? conf->n_peers : 0;

	*to = (struct bgp_neighbors){0};
	to->v = xcalloc(n_peers + conf->bgp.n_neighbors, sizeof(*to->v));
	for (size_t i = 0; i < n_peers; i++) {
		const struct conf_peer *p = &conf->peers[i];

		if (node ? selectors_match(&p->nodes, node) : !p->nodes.n)
			add_peer(to, p, store);
	}
	for (size_t i = 0; i < conf->bgp.n_neighbors; i++) {
		const struct bgp_neighbor *from = &conf->bgp.neighbors[i];
		const struct bgp_neighbor *same = same_place(to, &from->address);

		if (same)
			note(to, from->name, "left out: it is peer %s", same->name);
		else
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
	*n = (struct bgp_neighbors){0};
}

const struct bgp_neighbor *bgp_neighbors_find(const struct bgp_neighbors *n, const char *name)
{
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->v[i].name, name) == 0)
			return &n->v[i];
	return NULL;
}
