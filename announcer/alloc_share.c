/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two Services may have one address (MetalLB's rule) when both have the same allow-shared-ip
 * key, and it is not empty; when traffic that arrives on any node can be sent on alike, that
 * is, both are externalTrafficPolicy Cluster, or Local with the same selector; and when no
 * protocol and port is taken twice. With share-local two that are Local may have any selectors:
 * desired then leads the address only to nodes that serve both.
 */
#include "announcer/alloc_clash.h"
#include "announcer/alloc_priv.h"
#include <string.h>

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

const char *alloc_backend(const struct k8s_service *s)
{
	return s->local ? or_empty(s->selector) : "";
}

static bool same_backend(
    const struct alloc *a, const struct k8s_service *x, const struct k8s_service *y)
{
	return (a->share_local && x->local && y->local) ||
	       strcmp(alloc_backend(x), alloc_backend(y)) == 0;
}

static int port_cmp(const struct k8s_port *a, const struct k8s_port *b)
{
	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

/* A protocol and port that both have; NULL = none. */
static const struct k8s_port *port_clash(
    const struct k8s_service *a, const struct k8s_service *b)
{
	size_t i = 0, j = 0;

	while (i < a->n_ports && j < b->n_ports) {
		int c = port_cmp(&a->ports[i], &b->ports[j]);

		if (!c)
			return &a->ports[i];
		i += c < 0;
		j += c > 0;
	}
	return NULL;
}

static bool may_share(
    const struct alloc *a, const struct k8s_service *x, const struct k8s_service *y)
{
	const char *key = or_empty(x->share_key);

	return *key && strcmp(key, or_empty(y->share_key)) == 0 && same_backend(a, x, y) &&
	       !port_clash(x, y);
}

const struct alloc_service *alloc_conflict(
    const struct alloc *a, const struct alloc_service *as, const struct ipaddr *addr)
{
	const struct alloc_addr *aa = alloc_addr(a, addr);
	bool holder = alloc_holds(as, addr);

	for (size_t i = 0; aa && i < aa->n_users; i++) {
		const struct alloc_service *other = aa->users[i];

		if (other == as || (holder && !other->svc->obj))
			continue;
		if (!other->svc->obj || !may_share(a, alloc_spec(as), alloc_spec(other)))
			return other;
	}
	return NULL;
}

static void judge(
    const struct k8s_service *a, const struct k8s_service *b, struct alloc_clash *to)
{
	const char *key = or_empty(a->share_key);
	const struct k8s_port *port = port_clash(a, b);

	to->kind = ALLOC_CLASH_BACKEND;
	if (!*key || strcmp(key, or_empty(b->share_key)) != 0) {
		to->kind = ALLOC_CLASH_KEY;
	} else if (port) {
		to->kind = ALLOC_CLASH_PORT;
		to->port = *port;
	}
}

bool alloc_clash_find(
    const struct alloc *a, const struct alloc_service *as, struct alloc_clash *to)
{
	const struct alloc_service *other = NULL;
	struct alloc_request r;
	size_t i = 0;

	alloc_request_read(a, as, &r);
	while (i < r.n && !(other = alloc_conflict(a, as, &r.addr[i])))
		i++;
	if (!other)
		return false;
	*to = (struct alloc_clash){
	    .addr = r.addr[i], .other = other->svc, .kind = ALLOC_CLASH_ABSENT};
	if (other->svc->obj)
		judge(alloc_spec(as), alloc_spec(other), to);
	return true;
}
