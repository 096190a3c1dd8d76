/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The labels are what MetalLB's speakers go by; a value may have 63 characters, and the name of
 * a Node more: such an object has no label for it, and the status says it alone.
 */
#include "k8s/l2_status.h"
#include "k8s/ask.h"
#include "k8s/digest.h"
#include "k8s/json.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API        "metallb.io/v1beta1"
#define LABEL_NODE "metallb.io/node"
#define LABEL_NAME "metallb.io/service-name"
#define LABEL_NS   "metallb.io/service-namespace"

enum { LABEL_MAX = 63 };

void k8s_l2_status_fini(struct k8s_l2_status *s)
{
	free(s->node);
	free(s->service_ns);
	free(s->service);
	free(s->interfaces);
	free(s->version);
	*s = (struct k8s_l2_status){0};
}

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of status.interfaces, of which there are n; sorted. */
static char *join(const char **names, size_t n)
{
	size_t len = 1, at = 0;
	char *text;

	qsort(names, n, sizeof(*names), cmp_text);
	for (size_t i = 0; i < n; i++)
		len += strlen(names[i]) + 1;
	text = calloc(len, 1);
	for (size_t i = 0; text && i < n; i++)
		at += (size_t)snprintf(text + at, len - at, "%s%s", i ? " " : "", names[i]);
	return text;
}

static char *interfaces_of(const struct json_object *o)
{
	struct json_object *status, *list;
	size_t n = 0, all = 0;
	const char **names;
	char *text;

	if (json_object_object_get_ex(o, "status", &status) &&
	    json_object_is_type(status, json_type_object) &&
	    json_object_object_get_ex(status, "interfaces", &list) &&
	    json_object_is_type(list, json_type_array))
		all = json_object_array_length(list);
	names = calloc(all + 1, sizeof(*names));
	for (size_t i = 0; names && i < all; i++) {
		names[n] = ask_string(json_object_array_get_idx(list, i), "name", NULL);
		n += names[n] != NULL;
	}
	text = names ? join(names, n) : NULL;
	free(names);
	return text;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static int take(const struct json_object *o, struct k8s_l2_status *to)
{
	const char *node = ask_string(o, "metadata", "labels", LABEL_NODE, NULL),
		   *ns = ask_string(o, "metadata", "labels", LABEL_NS, NULL),
		   *name = ask_string(o, "metadata", "labels", LABEL_NAME, NULL),
		   *version = ask_string(o, "metadata", "resourceVersion", NULL),
		   *status_node = ask_string(o, "status", "node", NULL);

	if (!node)
		node = status_node;
	if (!node || !ns || !name || !version)
		return -EINVAL;
	*to = (struct k8s_l2_status){.node = strdup(node),
	    .service_ns = strdup(ns),
	    .service = strdup(name),
	    .version = strdup(version),
	    .interfaces = interfaces_of(o),
	    .whole = same(node, status_node) &&
	             same(ns, ask_string(o, "status", "serviceNamespace", NULL)) &&
	             same(name, ask_string(o, "status", "serviceName", NULL))};
	if (to->node && to->service_ns && to->service && to->version && to->interfaces)
		return 0;
	k8s_l2_status_fini(to);
	return -ENOMEM;
}

int k8s_l2_status_read(const struct k8s_object *o, struct k8s_l2_status *to)
{
	struct json_object *json = NULL;
	struct json_fault fault;
	int rc = json_read(o->raw.text, o->raw.len, NULL, &json, &fault);

	*to = (struct k8s_l2_status){0};
	if (!rc)
		rc = take(json, to);
	json_object_put(json);
	return rc;
}

void k8s_l2_status_name(
    char buf[K8S_L2_NAME], const char *node, const char *service_ns, const char *service)
{
	const char *const texts[] = {node, service_ns, service};

	snprintf(buf, K8S_L2_NAME, "l2-%016" PRIx64, k8s_texts_digest(texts, 3));
}

char *k8s_l2_path(const struct k8s_l2_wish *w, enum k8s_l2_ask ask)
{
	static const char format[] = "/apis/" API "/namespaces/%s/" K8S_L2_RESOURCE "%s%s%s";
	size_t len = sizeof(format) + strlen(w->ns) + strlen(w->name) + sizeof("/status");
	bool list = ask == K8S_L2_CREATE;
	char *path = malloc(len);

	if (path)
		snprintf(path, len, format, w->ns, list ? "" : "/", list ? "" : w->name,
		    ask == K8S_L2_FILL ? "/status" : "");
	return path;
}

static void add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static void add_string(struct json_object *o, const char *name, const char *value)
{
	add(o, name, json_object_new_string(value));
}

static struct json_object *make_object(const struct k8s_l2_wish *w)
{
	struct json_object *o = json_object_new_object(), *meta = json_object_new_object(),
			   *labels = json_object_new_object();

	if (strlen(w->node) <= LABEL_MAX)
		add_string(labels, LABEL_NODE, w->node);
	add_string(labels, LABEL_NAME, w->service);
	add_string(labels, LABEL_NS, w->service_ns);
	add_string(meta, "name", w->name);
	add_string(meta, "namespace", w->ns);
	add(meta, "labels", labels);
	add_string(o, "apiVersion", API);
	add_string(o, "kind", "ServiceL2Status");
	add(o, "metadata", meta);
	add(o, "spec", json_object_new_object());
	return o;
}

static struct json_object *make_interfaces(const char *names)
{
	struct json_object *list = json_object_new_array();

	for (size_t len; *names; names += len + (names[len] != '\0')) {
		struct json_object *one = json_object_new_object();

		len = strcspn(names, " ");
		add(one, "name", json_object_new_string_len(names, (int)len));
		json_object_array_add(list, one);
	}
	return list;
}

static struct json_object *make_status(const struct k8s_l2_wish *w)
{
	struct json_object *o = json_object_new_object(), *status = json_object_new_object();

	add_string(status, "node", w->node);
	add_string(status, "serviceName", w->service);
	add_string(status, "serviceNamespace", w->service_ns);
	add(status, "interfaces", make_interfaces(w->interfaces));
	add(o, "status", status);
	return o;
}

/* DeleteOptions. */
static struct json_object *make_options(const char *version)
{
	struct json_object *o = json_object_new_object(), *only = json_object_new_object();

	add_string(o, "apiVersion", "v1");
	add_string(o, "kind", "DeleteOptions");
	add_string(only, "resourceVersion", version);
	add(o, "preconditions", only);
	return o;
}

struct json_object *k8s_l2_body(const struct k8s_l2_wish *w, enum k8s_l2_ask ask)
{
	if (ask == K8S_L2_CREATE)
		return make_object(w);
	if (ask == K8S_L2_FILL)
		return make_status(w);
	return w->gone && w->version ? make_options(w->version) : NULL;
}
