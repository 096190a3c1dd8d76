/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An object as callers see it is one block: the struct, its arrays, then its strings. Ten
 * thousand Services with a slice each are twenty thousand such blocks, so what repeats is
 * kept once where that is cheap to see. The same walk runs twice: first without memory, on a
 * copy of the loose object, and only counts; then in the block itself.
 */
#include "k8s/decode_int.h"
#include <stdlib.h>
#include <string.h>

/* How far back a node's name is looked for: a slice names the same few nodes. */
#define SAME_WINDOW 16

struct pack {
	char *mem; /* NULL: count only */
	size_t used;
};

/* Return: the copy, or src itself when only counting. */
static void *put(struct pack *p, const void *src, size_t len)
{
	char *dst = p->mem ? p->mem + p->used : NULL;

	p->used += len;
	if (!dst)
		return (void *)(uintptr_t)src;
	if (len)
		memcpy(dst, src, len);
	return dst;
}

static const char *put_string(struct pack *p, const char *s)
{
	return s ? put(p, s, strlen(s) + 1) : NULL;
}

/* Of pairs that were put already, after all arrays: these need to be aligned. */
static void put_pair_strings(struct pack *p, struct k8s_kv *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *key = put_string(p, v[i].key);
		const char *value = put_string(p, v[i].value);

		if (p->mem)
			v[i] = (struct k8s_kv){.key = key, .value = value};
	}
}

static void pack_service(struct pack *p, struct k8s_service *s)
{
	s->labels = put(p, s->labels, s->n_labels * sizeof(*s->labels));
	s->ports = put(p, s->ports, s->n_ports * sizeof(*s->ports));
	s->ingress = put(p, s->ingress, s->n_ingress * sizeof(*s->ingress));
	put_pair_strings(p, s->labels, s->n_labels);
	s->lb_class = put_string(p, s->lb_class);
	s->lb_ip = put_string(p, s->lb_ip);
	s->want_ips = put_string(p, s->want_ips);
	s->want_pool = put_string(p, s->want_pool);
	s->share_key = put_string(p, s->share_key);
	s->from_pool = put_string(p, s->from_pool);
	s->selector = put_string(p, s->selector);
	s->uid = put_string(p, s->uid);
	s->version = put_string(p, s->version);
}

/* The node's name as a nearby endpoint has it, else a new copy. */
static const char *put_node_name(struct pack *p, const struct k8s_endpoint *eps, size_t i)
{
	for (size_t j = i; eps[i].node && j-- > 0 && i - j <= SAME_WINDOW;)
		if (eps[j].node && strcmp(eps[i].node, eps[j].node) == 0)
			return eps[j].node;
	return put_string(p, eps[i].node);
}

static void pack_slice(struct pack *p, struct k8s_slice *s)
{
	s->endpoints = put(p, s->endpoints, s->n * sizeof(*s->endpoints));
	for (size_t i = 0; i < s->n; i++) {
		const char *node = put_node_name(p, s->endpoints, i);

		if (p->mem)
			s->endpoints[i].node = node;
	}
	s->service = put_string(p, s->service);
}

static void pack_node(struct pack *p, struct k8s_node *n)
{
	n->labels = put(p, n->labels, n->n_labels * sizeof(*n->labels));
	n->internal = put(p, n->internal, n->n_internal * sizeof(*n->internal));
	put_pair_strings(p, n->labels, n->n_labels);
}

static void pack_raw(struct pack *p, struct k8s_raw *r)
{
	r->resource = put_string(p, r->resource);
	r->text = put(p, r->text, r->len + 1);
}

static void pack_members(struct pack *p, struct k8s_object *o)
{
	switch (o->kind) {
	case K8S_SERVICE:
		pack_service(p, &o->service);
		break;
	case K8S_SLICE:
		pack_slice(p, &o->slice);
		break;
	case K8S_NODE:
		pack_node(p, &o->node);
		break;
	case K8S_NAMESPACE:
		o->space.labels =
		    put(p, o->space.labels, o->space.n_labels * sizeof(*o->space.labels));
		put_pair_strings(p, o->space.labels, o->space.n_labels);
		break;
	default:
		pack_raw(p, &o->raw);
		break;
	}
	o->name = put_string(p, o->name);
	o->ns = put_string(p, o->ns);
}

/* Bytes of the struct that this kind uses; the strings follow at once. */
static size_t head_size(enum k8s_kind kind)
{
	static const size_t sizes[K8S_KINDS] = {
	    [K8S_SERVICE] = sizeof(struct k8s_service),
	    [K8S_SLICE] = sizeof(struct k8s_slice),
	    [K8S_NODE] = sizeof(struct k8s_node),
	    [K8S_NAMESPACE] = sizeof(struct k8s_namespace),
	    [K8S_CONFIGMAP] = sizeof(struct k8s_raw),
	    [K8S_SECRET] = sizeof(struct k8s_raw),
	    [K8S_CUSTOM] = sizeof(struct k8s_raw),
	};

	return offsetof(struct k8s_object, service) + sizes[kind];
}

struct k8s_object *k8s_object_pack(const struct k8s_object *loose)
{
	size_t head = head_size(loose->kind);
	struct pack p = {0};
	struct k8s_object copy, *o;

	memcpy(&copy, loose, head); /* a packed object is no longer than that */
	pack_members(&p, &copy);
	o = malloc(head + p.used);
	if (!o)
		return NULL;
	memcpy(o, loose, head);
	p = (struct pack){.mem = (char *)o + head};
	pack_members(&p, o);
	return o;
}

void k8s_object_drop_loose(struct k8s_object *o)
{
	switch (o->kind) {
	case K8S_SERVICE:
		free(o->service.ports);
		free(o->service.ingress);
		free(o->service.labels);
		free((char *)(uintptr_t)o->service.selector);
		break;
	case K8S_SLICE:
		free(o->slice.endpoints);
		break;
	case K8S_NODE:
		free(o->node.labels);
		free(o->node.internal);
		break;
	case K8S_NAMESPACE:
		free(o->space.labels);
		break;
	default:
		free((char *)(uintptr_t)o->raw.text);
		break;
	}
}
