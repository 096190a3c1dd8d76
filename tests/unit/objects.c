/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/objects.h"
#include "announcer/util.h"
#include "k8s/decode_int.h"
#include <assert.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define OBJ_MAX 64

bool obj_word(const char **s, const char *stop, char *buf)
{
	size_t len;

	*s += strspn(*s, stop);
	len = strcspn(*s, stop);
	assert(len < OBJ_WORD);
	memcpy(buf, *s, len);
	buf[len] = '\0';
	*s += len;
	return len != 0;
}

struct ipaddr obj_addr(const char *s)
{
	struct ipaddr a;
	int rc = ipaddr_parse(s, &a);

	assert(rc == 0);
	(void)rc;
	return a;
}

static size_t obj_addrs(const char *s, struct ipaddr *to)
{
	char w[OBJ_WORD];
	size_t n = 0;

	while (obj_word(&s, ", ", w))
		to[n++] = obj_addr(w);
	return n;
}

void obj_name(struct k8s_object *o, const char *path, char *buf)
{
	const char *slash = strchr(path, '/');

	memcpy(buf, path, strlen(path) + 1);
	buf[slash - path] = '\0';
	o->ns = buf;
	o->name = buf + (slash - path) + 1;
}

struct k8s_object *obj_done(const struct k8s_object *loose)
{
	struct k8s_object *o = k8s_object_pack(loose);

	assert(o);
	return o;
}

static const char *obj_is(const char *word, const char *key)
{
	size_t n = strlen(key);

	return strncmp(word, key, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static void obj_port(struct k8s_service *s, uint8_t proto, const char *port)
{
	struct k8s_port p = {.port = (uint16_t)strtoul(port, NULL, 10), .proto = proto};
	size_t i = s->n_ports++;

	for (; i && (s->ports[i - 1].proto > proto ||
			(s->ports[i - 1].proto == proto && s->ports[i - 1].port > p.port));
	     i--)
		s->ports[i] = s->ports[i - 1];
	s->ports[i] = p;
}

static void obj_families(struct k8s_service *s, const char *v)
{
	s->primary = v[0] == '6' ? K8S_V6 : K8S_V4;
	s->families = strlen(v) > 1 ? K8S_V4 | K8S_V6 : s->primary;
	if (strlen(v) > 1)
		s->policy = K8S_PREFER_DUAL;
}

/* "key=value", which is cut in two. */
static struct k8s_kv obj_label(char *w)
{
	char *eq = strchr(w, '=');

	*eq = '\0';
	return (struct k8s_kv){w, eq + 1};
}

static void obj_service_word(struct k8s_object *o, char *w)
{
	struct k8s_service *s = &o->service;
	const char *v;

	if (strcmp(w, "local") == 0)
		s->local = true;
	if ((v = obj_is(w, "type")))
		s->load_balancer = strcmp(v, "LoadBalancer") == 0;
	if ((v = obj_is(w, "uid")))
		s->uid = v;
	if ((v = obj_is(w, "version")))
		s->version = v;
	if ((v = obj_is(w, "class")))
		s->lb_class = v;
	if ((v = obj_is(w, "ip")))
		s->lb_ip = v;
	if ((v = obj_is(w, "ips")))
		s->want_ips = v;
	if ((v = obj_is(w, "pool")))
		s->want_pool = v;
	if ((v = obj_is(w, "from")))
		s->from_pool = v;
	if (strcmp(w, "hosts") == 0)
		s->bare_ingress = true;
	if (strcmp(w, "old") == 0)
		s->old_prefix = true;
	if ((v = obj_is(w, "share")))
		s->share_key = v;
	if ((v = obj_is(w, "selector")))
		s->selector = v;
	if (obj_is(w, "label"))
		s->labels[s->n_labels++] = obj_label(w + strlen("label="));
	if ((v = obj_is(w, "fam")))
		obj_families(s, v);
	if ((v = obj_is(w, "policy")))
		s->policy = *v == 'r' ? K8S_REQUIRE_DUAL : *v == 'p' ? K8S_PREFER_DUAL : 0;
	if ((v = obj_is(w, "status")))
		s->n_ingress = obj_addrs(v, s->ingress);
	if ((v = obj_is(w, "created")))
		o->created_s = (int64_t)strtoul(v, NULL, 10);
	if ((v = obj_is(w, "tcp")))
		obj_port(s, IPPROTO_TCP, v);
	if ((v = obj_is(w, "udp")))
		obj_port(s, IPPROTO_UDP, v);
}

struct k8s_object *service(const char *path, const char *spec)
{
	struct k8s_port ports[OBJ_MAX];
	struct ipaddr ingress[OBJ_MAX];
	struct k8s_kv labels[OBJ_MAX];
	struct k8s_object o = {.kind = K8S_SERVICE};
	char name[OBJ_WORD], words[OBJ_MAX / 4][OBJ_WORD];
	size_t n = 0;

	obj_name(&o, path, name);
	o.service = (struct k8s_service){.load_balancer = true,
	    .families = K8S_V4,
	    .primary = K8S_V4,
	    .selector = "",
	    .ports = ports,
	    .ingress = ingress,
	    .labels = labels};
	while (obj_word(&spec, " ", words[n]))
		obj_service_word(&o, words[n++]);
	return obj_done(&o);
}

/* "10.0.0.1@n1:draining"; the address may be of either family. */
static struct k8s_endpoint obj_endpoint(char *w)
{
	struct k8s_endpoint ep = {.flags = K8S_EP_READY | K8S_EP_SERVING};
	char *at = strchr(w, '@'), *how = strchr(at, ':');

	*at = '\0';
	ep.addr = obj_addr(w);
	if (how)
		*how++ = '\0';
	if (how && strcmp(how, "draining") == 0)
		ep.flags = K8S_EP_SERVING | K8S_EP_TERMINATING;
	if (how && strcmp(how, "unready") == 0)
		ep.flags = 0;
	if (how && strcmp(how, "gone") == 0)
		ep.flags = K8S_EP_TERMINATING;
	ep.node = at[1] ? at + 1 : NULL;
	return ep;
}

struct k8s_object *slice(const char *path, const char *svc, const char *eps)
{
	struct k8s_endpoint v[OBJ_MAX];
	char name[OBJ_WORD], words[OBJ_MAX][OBJ_WORD];
	struct k8s_object o = {.kind = K8S_SLICE};

	obj_name(&o, path, name);
	o.slice = (struct k8s_slice){.service = svc, .endpoints = v, .family = AF_INET};
	while (obj_word(&eps, " ", words[o.slice.n])) {
		v[o.slice.n] = obj_endpoint(words[o.slice.n]);
		o.slice.family = v[o.slice.n++].addr.family;
	}
	return obj_done(&o);
}

struct k8s_object *node(const char *name, const char *spec)
{
	struct ipaddr internal[OBJ_MAX];
	struct k8s_kv labels[OBJ_MAX];
	char words[OBJ_MAX][OBJ_WORD];
	struct k8s_object o = {.kind = K8S_NODE, .ns = "", .name = name};
	size_t n = 0;

	o.node = (struct k8s_node){.ready = true, .internal = internal, .labels = labels};
	for (; obj_word(&spec, " ", words[n]); n++) {
		char *w = words[n], *eq = strchr(w, '=');

		if (strcmp(w, "notready") == 0)
			o.node.ready = false;
		else if (strcmp(w, "netdown") == 0)
			o.node.network_unavailable = true;
		else if (strcmp(w, "exclude") == 0)
			labels[o.node.n_labels++] = (struct k8s_kv){
			    "node.kubernetes.io/exclude-from-external-load-balancers", ""};
		else if (eq)
			labels[o.node.n_labels++] = obj_label(w);
		else
			internal[o.node.n_internal++] = obj_addr(w);
	}
	return obj_done(&o);
}

struct k8s_object *space(const char *name, const char *spec)
{
	struct k8s_kv labels[OBJ_MAX];
	char words[OBJ_MAX][OBJ_WORD];
	struct k8s_object o = {.kind = K8S_NAMESPACE, .ns = "", .name = name};
	size_t n = 0;

	o.space.labels = labels;
	for (; obj_word(&spec, " ", words[n]); n++)
		labels[o.space.n_labels++] = obj_label(words[n]);
	return obj_done(&o);
}

struct k8s_event *put_event(struct k8s_object *o)
{
	return k8s_event_new(K8S_PUT, o);
}

struct k8s_event *gone_event(enum k8s_kind kind, const char *path)
{
	struct k8s_object o = {0};
	char name[OBJ_WORD];

	if (kind == K8S_NODE || kind == K8S_NAMESPACE)
		return k8s_event_new(K8S_DELETE, k8s_object_name_only(kind, "", path));
	obj_name(&o, path, name);
	return k8s_event_new(K8S_DELETE, k8s_object_name_only(kind, o.ns, o.name));
}
