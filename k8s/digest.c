/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FNV-1a over the members one by one (padding and pointers stay out), mixed at the end. */
#include "k8s/digest.h"
#include <string.h>

static uint64_t feed(uint64_t h, const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++)
		h = (h ^ b[i]) * 0x100000001b3;
	return h;
}

static uint64_t feed_number(uint64_t h, uint64_t v)
{
	return feed(h, &v, sizeof(v));
}

/* With its final NUL, so that two texts in a row do not flow together. */
static uint64_t feed_text(uint64_t h, const char *s)
{
	h = feed_number(h, s != NULL);
	return s ? feed(h, s, strlen(s) + 1) : h;
}

static uint64_t feed_addrs(uint64_t h, const struct ipaddr *a, size_t n)
{
	h = feed_number(h, n);
	for (size_t i = 0; i < n; i++) {
		h = feed_number(h, a[i].family);
		h = feed(h, a[i].addr, sizeof(a[i].addr));
	}
	return h;
}

static uint64_t feed_pairs(uint64_t h, const struct k8s_kv *v, size_t n)
{
	h = feed_number(h, n);
	for (size_t i = 0; i < n; i++) {
		h = feed_text(h, v[i].key);
		h = feed_text(h, v[i].value);
	}
	return h;
}

static uint64_t feed_service(uint64_t h, const struct k8s_service *s)
{
	const uint64_t numbers[] = {s->load_balancer, s->local, s->families, s->primary,
	    (uint64_t)s->policy, s->n_ports, s->bare_ingress, s->old_prefix};
	const char *const texts[] = {s->lb_class, s->lb_ip, s->want_ips, s->want_pool,
	    s->share_key, s->from_pool, s->selector};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		h = feed_number(h, numbers[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		h = feed_text(h, texts[i]);
	for (size_t i = 0; i < s->n_ports; i++)
		h = feed_number(h, (uint64_t)s->ports[i].proto << 16 | s->ports[i].port);
	h = feed_pairs(h, s->labels, s->n_labels);
	return feed_addrs(h, s->ingress, s->n_ingress);
}

static uint64_t feed_slice(uint64_t h, const struct k8s_slice *s)
{
	h = feed_text(h, s->service);
	h = feed_number(h, s->family);
	h = feed_number(h, s->n);
	for (size_t i = 0; i < s->n; i++) {
		h = feed_text(h, s->endpoints[i].node);
		h = feed_number(h, s->endpoints[i].flags);
		h = feed_addrs(h, &s->endpoints[i].addr, 1);
	}
	return h;
}

static uint64_t feed_raw(uint64_t h, const struct k8s_raw *r)
{
	h = feed_text(h, r->resource);
	h = feed_number(h, r->len);
	return feed(h, r->text, r->len);
}

static uint64_t feed_node(uint64_t h, const struct k8s_node *n)
{
	h = feed_addrs(h, n->internal, n->n_internal);
	h = feed_number(h, n->ready);
	h = feed_number(h, n->network_unavailable);
	h = feed_number(h, n->unschedulable);
	return feed_pairs(h, n->labels, n->n_labels);
}

static uint64_t feed_name(enum k8s_kind kind, const char *ns, const char *name)
{
	return feed_text(feed_text(feed_number(0xcbf29ce484222325, (uint64_t)kind), ns), name);
}

/* The finaliser of MurmurHash3. */
static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

uint64_t k8s_object_digest(const struct k8s_object *o)
{
	uint64_t h = feed_number(feed_name(o->kind, o->ns, o->name), (uint64_t)o->created_s);

	if (o->kind == K8S_SERVICE)
		h = feed_service(h, &o->service);
	else if (o->kind == K8S_SLICE)
		h = feed_slice(h, &o->slice);
	else if (o->kind == K8S_NODE)
		h = feed_node(h, &o->node);
	else if (o->kind == K8S_NAMESPACE)
		h = feed_pairs(h, o->space.labels, o->space.n_labels);
	else
		h = feed_raw(h, &o->raw);
	h = mix(h);
	return h ? h : 1;
}

uint32_t k8s_name_hash(enum k8s_kind kind, const char *ns, const char *name)
{
	return (uint32_t)mix(feed_name(kind, ns, name));
}

uint64_t k8s_texts_digest(const char *const *texts, size_t n)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		h = feed(h, texts[i], strlen(texts[i]) + 1);
	return mix(h);
}
