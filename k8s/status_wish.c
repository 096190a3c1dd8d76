/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/status_wish.h"
#include "k8s/ask.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FROM_POOL "metallb.io/ip-allocated-from-pool"

int status_wish_cmp(const struct k8s_status_wish *a, const struct k8s_status_wish *b)
{
	int c = !a->counts - !b->counts;

	if (!c)
		c = strcmp(a->ns, b->ns);
	return c ? c : strcmp(a->name, b->name);
}

const char *status_wish_resource(const struct k8s_status_wish *w)
{
	return w->counts ? "ipaddresspools" : "services";
}

char *status_wish_path(const struct k8s_status_wish *w, bool patch)
{
	static const char format[] = "%s/namespaces/%s/%s/%s%s";
	const char *api = w->counts ? "/apis/metallb.io/v1beta1" : "/api/v1",
		   *resource = status_wish_resource(w), *end = patch ? "/status" : "";
	size_t len = sizeof(format) + strlen(api) + strlen(w->ns) + strlen(resource) +
	             strlen(w->name) + strlen(end);
	char *path = malloc(len);

	if (path)
		snprintf(path, len, format, api, w->ns, resource, w->name, end);
	return path;
}

static void add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static struct json_object *make_balancer(const struct k8s_status_wish *w)
{
	struct json_object *status = json_object_new_object(), *lb = json_object_new_object(),
			   *list = w->n ? json_object_new_array() : NULL;
	char buf[PREFIX_STRLEN];

	for (size_t i = 0; i < w->n; i++) {
		struct json_object *entry = json_object_new_object();

		add(entry, "ip", json_object_new_string(ipaddr_str(&w->addr[i], buf)));
		json_object_array_add(list, entry);
	}
	add(lb, "ingress", list);
	add(status, "loadBalancer", lb);
	return status;
}

static struct json_object *make_counts(const struct k8s_pool_counts *c)
{
	struct json_object *status = json_object_new_object();

	add(status, "assignedIPv4", json_object_new_int64(c->assigned4));
	add(status, "assignedIPv6", json_object_new_int64(c->assigned6));
	add(status, "availableIPv4", json_object_new_int64(c->available4));
	add(status, "availableIPv6", json_object_new_int64(c->available6));
	return status;
}

struct json_object *status_wish_patch(const struct k8s_status_wish *w, const char *version)
{
	struct json_object *o = json_object_new_object(), *meta = json_object_new_object(),
			   *notes;

	add(meta, "uid", json_object_new_string(w->uid));
	if (version)
		add(meta, "resourceVersion", json_object_new_string(version));
	if (!w->counts) {
		notes = json_object_new_object();
		add(notes, FROM_POOL, w->pool ? json_object_new_string(w->pool) : NULL);
		add(meta, "annotations", notes);
	}
	add(o, "metadata", meta);
	add(o, "status", w->counts ? make_counts(w->counts) : make_balancer(w));
	return o;
}

static struct json_object *member(const struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (o && json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &v);
	return v;
}

static bool wished(const struct k8s_status_wish *w, const struct json_object *entry)
{
	const char *ip = ask_string(entry, "ip", NULL);
	struct ipaddr addr;

	if (!ip || ipaddr_parse(ip, &addr))
		return false;
	for (size_t i = 0; i < w->n; i++)
		if (ipaddr_cmp(&w->addr[i], &addr) == 0)
			return true;
	return false;
}

bool status_wish_is_so(const struct k8s_status_wish *w, const struct json_object *svc)
{
	struct json_object *list =
	    member(member(member(svc, "status"), "loadBalancer"), "ingress");
	const char *pool = ask_string(svc, "metadata", "annotations", FROM_POOL, NULL);
	size_t n = list && json_object_is_type(list, json_type_array)
	               ? json_object_array_length(list)
	               : 0;

	if (n != w->n || !pool != !w->pool || (pool && strcmp(pool, w->pool)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!wished(w, json_object_array_get_idx(list, i)))
			return false;
	return n < 2 || !json_object_equal(json_object_array_get_idx(list, 0),
			    json_object_array_get_idx(list, 1));
}

const char *status_wish_refuse(const struct k8s_status_wish *w, const struct json_object *svc)
{
	const char *uid = ask_string(svc, "metadata", "uid", NULL);
	const char *type = ask_string(svc, "spec", "type", NULL);
	const char *class = ask_string(svc, "spec", "loadBalancerClass", NULL);
	bool balancer = type && !strcmp(type, "LoadBalancer");

	if (!uid || strcmp(uid, w->uid))
		return "the Service is another one now";
	if (member(member(svc, "metadata"), "deletionTimestamp"))
		return "the Service is being deleted";
	if (w->clear)
		return balancer ? "the Service is a LoadBalancer again" : NULL;
	if (!balancer)
		return "the Service is no LoadBalancer any more";
	if (strcmp(class ? class : "", w->lb_class ? w->lb_class : ""))
		return "the Service has another loadBalancerClass now";
	return NULL;
}
