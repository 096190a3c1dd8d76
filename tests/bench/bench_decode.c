/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_decode [SERVICES SLICES ENDPOINTS NODES] - from the bytes of an API server to the
 * store, without sockets and threads: lists as kube-apiserver writes them (managedFields,
 * images and all), in pieces of 16 KiB, through frame, json, decoder and store. For each kind
 * how fast that is, beside json-c's own reader, and how much memory an object takes; then
 * changes of EndpointSlices.
 */
#include "announcer/store.h"
#include "announcer/util.h"
#include "announcer/vty/procinfo.h"
#include "k8s/decode.h"
#include "k8s/frame.h"
#include "k8s/json.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define PIECE   16384
#define BATCH   ((size_t)1 << 20)
#define CHANGES 20000

struct text {
	char *s;
	size_t len, cap;
};

struct sizes {
	unsigned services, slices, endpoints, nodes;
};

struct reader {
	enum k8s_kind kind;
	struct store *st; /* NULL: only json-c's reader */
	size_t n;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->cap - t->len < 8192)
		t->s = xrealloc(t->s, t->cap = t->cap ? 2 * t->cap : 65536, 1);
	va_start(ap, fmt);
	n = vsnprintf(t->s + t->len, t->cap - t->len, fmt, ap);
	va_end(ap);
	t->len += (size_t)n;
}

static void put_meta(struct text *t, const char *name, unsigned i, const char *labels)
{
	put(t,
	    "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"team-%u\",\"uid\":\"f31bc78e-9b75-"
	    "44f6-"
	    "94c5-%012u\",\"resourceVersion\":\"%u\",\"generation\":1,\"creationTimestamp\":"
	    "\"2026-11-21T10:44:34Z\",\"labels\":{%s},\"managedFields\":[{\"manager\":"
	    "\"kube-controller-manager\",\"operation\":\"Update\",\"apiVersion\":\"v1\","
	    "\"time\":"
	    "\"2026-11-21T10:44:34Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:"
	    "addressType\":{},"
	    "\"f:endpoints\":{},\"f:metadata\":{\"f:annotations\":{\".\":{},\"f:endpoints."
	    "kubernetes."
	    "io/"
	    "last-change-trigger-time\":{}},\"f:generateName\":{},\"f:labels\":{\".\":{},\"f:"
	    "endpointslice.kubernetes.io/managed-by\":{},\"f:kubernetes.io/service-name\":{}}},"
	    "\"f:ports\":{},\"f:spec\":{\"f:allocateLoadBalancerNodePorts\":{},\"f:"
	    "externalTraffic"
	    "Policy\":{},\"f:internalTrafficPolicy\":{},\"f:ports\":{\".\":{}},\"f:selector\":{"
	    "}}}}]},",
	    name, i % 100, i, 100000 + i, labels);
}

static void put_service(struct text *t, unsigned i)
{
	char name[48];

	snprintf(name, sizeof(name), "service-%u", i);
	put_meta(t, name, i,
	    "\"app.kubernetes.io/instance\":\"service\",\"app.kubernetes.io/"
	    "managed-by\":\"Helm\"");
	put(t,
	    "\"spec\":{\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":80,"
	    "\"targetPort\":"
	    "8080,\"nodePort\":30080},{\"name\":\"https\",\"protocol\":\"TCP\",\"port\":443,"
	    "\"targetPort\":8443,\"nodePort\":30443}],\"selector\":{\"app.kubernetes.io/name\":"
	    "\"%s\"},\"clusterIP\":\"10.96.%u.%u\",\"clusterIPs\":[\"10.96.%u.%u\"],\"type\":"
	    "\"LoadBalancer\",\"sessionAffinity\":\"None\",\"externalTrafficPolicy\":\"Local\","
	    "\"ipFamilies\":[\"IPv4\"],\"ipFamilyPolicy\":\"SingleStack\","
	    "\"allocateLoadBalancerNode"
	    "Ports\":true,\"internalTrafficPolicy\":\"Cluster\"},\"status\":{\"loadBalancer\":{"
	    "\"ingress\":[{\"ip\":\"10.0.%u.%u\",\"ipMode\":\"VIP\"}]}}}",
	    name, i / 250, i % 250, i / 250, i % 250, i / 250, i % 250);
}

/* change: another number moves an endpoint to another node. */
static void put_slice(struct text *t, unsigned i, const struct sizes *z, unsigned change)
{
	unsigned n = z->endpoints / z->slices + (i % z->slices < z->endpoints % z->slices);
	char name[48], labels[160];

	snprintf(name, sizeof(name), "service-%u-%05u", i % z->services, i);
	snprintf(labels, sizeof(labels),
	    "\"endpointslice.kubernetes.io/managed-by\":\"endpointslice-controller.k8s.io\","
	    "\"kubernetes.io/service-name\":\"service-%u\"",
	    i % z->services);
	put_meta(t, name, i % z->services, labels);
	put(t, "\"addressType\":\"IPv4\",\"endpoints\":[");
	for (unsigned e = 0; e < n; e++) {
		unsigned pod = i * 8 + e, on = pod * 31 + (e ? 0 : change);

		put(t,
		    "%s{\"addresses\":[\"10.%u.%u.%u\"],\"conditions\":{\"ready\":true,"
		    "\"serving\":true,"
		    "\"terminating\":false},\"targetRef\":{\"kind\":\"Pod\",\"namespace\":"
		    "\"team-%u\","
		    "\"name\":\"service-%u-7d4b9c6f5-%05u\",\"uid\":\"0b4d1f6e-1111-4222-8333-%"
		    "012u\"},"
		    "\"nodeName\":\"ip-10-0-%u-%u.ec2.internal\",\"zone\":\"zone-a\"}",
		    e ? "," : "", 100 + pod / 62500, pod / 250 % 250, pod % 250, i % 100, i,
		    pod, pod, on % z->nodes / 250, on % z->nodes % 250);
	}
	put(t, "],\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":8080}]}");
}

static void put_node(struct text *t, unsigned i)
{
	static const char *const conditions[] = {
	    "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "Ready"};
	char name[48], labels[1024];

	snprintf(name, sizeof(name), "ip-10-0-%u-%u.ec2.internal", i / 250, i % 250);
	snprintf(labels, sizeof(labels),
	    "\"beta.kubernetes.io/arch\":\"amd64\",\"beta.kubernetes.io/os\":\"linux\","
	    "\"kubernetes.io/arch\":\"amd64\",\"kubernetes.io/"
	    "hostname\":\"%s\",\"kubernetes.io/os\":"
	    "\"linux\",\"node.kubernetes.io/"
	    "instance-type\":\"m5.2xlarge\",\"topology.kubernetes.io/"
	    "region\":\"eu-west-1\",\"topology.kubernetes.io/zone\":\"eu-west-1a\"",
	    name);
	put_meta(t, name, i, labels);
	put(t,
	    "\"spec\":{\"podCIDR\":\"10.%u.%u.0/24\",\"providerID\":\"aws:///eu-west-1a/"
	    "i-%017u\"},"
	    "\"status\":{\"capacity\":{\"cpu\":\"8\",\"memory\":\"32Gi\",\"pods\":\"110\"},"
	    "\"conditions\":[",
	    100 + i / 250, i % 250, i);
	for (size_t k = 0; k < ARRAY_LEN(conditions); k++)
		put(t,
		    "%s{\"type\":\"%s\",\"status\":\"%s\",\"lastHeartbeatTime\":\"2026-11-"
		    "21T10:00:00Z\","
		    "\"lastTransitionTime\":\"2026-11-21T10:00:00Z\",\"reason\":"
		    "\"KubeletHasSufficient"
		    "Memory\",\"message\":\"kubelet has sufficient memory available\"}",
		    k ? "," : "", conditions[k], k == 4 ? "True" : "False");
	put(t,
	    "],\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"10.0.%u.%u\"},{\"type\":"
	    "\"Hostname\",\"address\":\"%s\"}],\"images\":[",
	    i / 250, i % 250, name);
	for (unsigned k = 0; k < 20; k++)
		put(t,
		    "%s{\"names\":[\"registry.example.com/team/"
		    "image-%u@sha256:7031c1b283388d2c2e09b57bad"
		    "b803c05ebed362dc88d84b480cc47f72a21097\",\"registry.example.com/team/"
		    "image-%u:1.2\"],"
		    "\"sizeBytes\":%u}",
		    k ? "," : "", k, k, 1000000 + k);
	put(t, "]}}");
}

static int take(const char *text, size_t len, void *arg)
{
	struct reader *r = arg;
	struct json_object *json;
	struct json_fault fault;
	struct k8s_decode_error err;
	struct k8s_object *o = NULL;
	int rc = json_read(text, len, k8s_wants(r->kind), &json, &fault);

	r->n++;
	if (!rc)
		rc = k8s_object_decode_as(r->kind, NULL, json, &o, &err);
	json_object_put(rc ? NULL : json);
	if (!rc)
		store_apply(r->st, k8s_event_new(K8S_PUT, o));
	return rc;
}

static int take_with_json_c(const char *text, size_t len, void *arg)
{
	struct json_tokener *tok = json_tokener_new_ex(64);
	struct json_object *json = json_tokener_parse_ex(tok, text, (int)len);

	((struct reader *)arg)->n++;
	json_object_put(json);
	json_tokener_free(tok);
	return json ? 0 : -1;
}

static int only_frame(const char *text, size_t len, void *arg)
{
	(void)text;
	(void)len;
	((struct reader *)arg)->n++;
	return 0;
}

/* Private memory in use; where that cannot be told, 0. */
static long rss_anon_kib(void)
{
	struct procinfo_memory m;

	procinfo_memory(&m);
	return (long)(m.rss_anon / 1024);
}

static void put_item(struct text *t, enum k8s_kind kind, unsigned i, const struct sizes *z)
{
	put(t, i ? "," : "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[");
	if (kind == K8S_SERVICE)
		put_service(t, i);
	else if (kind == K8S_SLICE)
		put_slice(t, i, z, 0);
	else
		put_node(t, i);
}

/* The seconds that it took. */
static double feed(struct frame *f, const struct text *t)
{
	double start = now_s();
	int rc = 0;

	for (size_t at = 0; !rc && at < t->len; at += PIECE)
		rc = frame_feed(f, t->s + at, t->len - at < PIECE ? t->len - at : PIECE);
	if (rc)
		abort();
	return now_s() - start;
}

/* A list of n objects, made a megabyte at a time. Return: MB/s. */
static double feed_list(frame_fn *fn, struct reader *r, const struct sizes *z, size_t *bytes)
{
	unsigned n = r->kind == K8S_SERVICE ? z->services
	             : r->kind == K8S_SLICE ? z->slices
	                                    : z->nodes;
	struct frame *f = frame_new(FRAME_LIST, fn, r);
	struct text t = {0};
	double took = 0;

	r->n = *bytes = 0;
	for (unsigned i = 0; f && i < n; i++) {
		put_item(&t, r->kind, i, z);
		if (i + 1 == n)
			put(&t, "]}\n");
		else if (t.len < BATCH)
			continue;
		took += feed(f, &t);
		*bytes += t.len;
		t.len = 0;
	}
	if (!f || frame_end(f))
		abort();
	frame_free(f);
	free(t.s);
	return (double)*bytes / 1e6 / took;
}

static void run_kind(enum k8s_kind kind, const struct sizes *z, struct store *st)
{
	struct reader r = {.kind = kind, .st = st};
	size_t bytes;
	double theirs = feed_list(take_with_json_c, &r, z, &bytes);
	double frame = feed_list(only_frame, &r, z, &bytes), ours;
	long before = rss_anon_kib();

	ours = feed_list(take, &r, z, &bytes);
	printf("%s: %zu of %zu bytes each; MB/s: json-c's reader %.0f, frame %.0f, all to the "
	       "store %.0f; %.0f bytes of memory each\n",
	    k8s_kind_name(kind), r.n, bytes / r.n, theirs, frame, ours,
	    (double)(rss_anon_kib() - before) * 1024 / (double)r.n);
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void run_changes(const struct sizes *z, struct store *st)
{
	static double took[CHANGES];
	struct reader r = {.kind = K8S_SLICE, .st = st};
	struct frame *f = frame_new(FRAME_STREAM, take, &r);
	struct text t = {0};
	double start;

	if (!f)
		abort();
	for (unsigned i = 0; i < CHANGES; i++) {
		t.len = 0;
		put_slice(&t, i * 7919 % z->slices, z, 1 + i);
		start = now_s();
		if (frame_feed(f, t.s, t.len))
			abort();
		store_clean(st);
		took[i] = (now_s() - start) * 1e6;
	}
	qsort(took, CHANGES, sizeof(*took), cmp);
	printf("a changed EndpointSlice: p50 %.1f us, p99 %.1f us\n", took[CHANGES / 2],
	    took[CHANGES * 99 / 100]);
	frame_free(f);
	free(t.s);
}

int main(int argc, char **argv)
{
	struct sizes z = {10000, 20000, 150000, 5000};
	struct store *st = store_new();

	if (argc > 4)
		z = (struct sizes){(unsigned)strtoul(argv[1], NULL, 10),
		    (unsigned)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10),
		    (unsigned)strtoul(argv[4], NULL, 10)};
	run_kind(K8S_NODE, &z, st);
	run_kind(K8S_SERVICE, &z, st);
	run_kind(K8S_SLICE, &z, st);
	printf("all of them in the store: RssAnon %ld KiB\n", rss_anon_kib());
	store_clean(st);
	run_changes(&z, st);
	store_free(st);
	return 0;
}
