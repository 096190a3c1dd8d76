/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - what a source tells. A source calls its sink with events that the sink then
 * owns; it knows neither threads nor who listens.
 */
#ifndef K8S_EVENT_H
#define K8S_EVENT_H
#include "k8s/objects.h"

enum k8s_event_type {
	K8S_PUT,    /* obj is new or changed */
	K8S_DELETE, /* obj (name only) is gone */
	K8S_STATE,  /* how the source is; sent after the PUTs and DELETEs that it speaks of */
	K8S_BATCH,  /* what was told since the last BATCH or STATE belongs together; alone */
	K8S_WROTE,  /* what became of a K8S_STATUS command */
};

/* Something that the source cannot read. */
struct k8s_problem {
	char *where; /* "/etc/grevy/manifests.d/dns.yaml:14:7" */
	char *what;  /* "spec.ports[0].port: must be 1..65535" */
};

/* Where the list and the watch of one resource stand. */
enum k8s_phase {
	K8S_WAITING, /* for credentials, or to know whether the server has it */
	K8S_LISTING,
	K8S_WATCHING,
	K8S_BACKOFF,   /* something failed: text says what; tried again */
	K8S_FORBIDDEN, /* 403: text names verb and resource; tried again, seldom */
	K8S_ABSENT,    /* the server does not have it; looked for again, seldom */
};

/* One resource of the API: a line of `show kubernetes`. */
struct k8s_resource {
	char *name;    /* "services", "ipaddresspools.metallb.io", "configmap
	                  metallb-system/config" */
	char *version; /* "v1", "discovery.k8s.io/v1"; NULL = not known */
	char *text;    /* what failed last; NULL = nothing is wrong now */
	enum k8s_kind kind;
	enum k8s_phase phase;
	bool listed;            /* whole, at least once */
	int64_t since_s;        /* Unix time: in this phase since */
	int64_t heard_s;        /* Unix time of the last byte that came; 0 = none */
	uint64_t lists, events; /* so far */
	size_t objects;         /* now */
};

/* The API server and we; NULL members = not known. */
struct k8s_cluster {
	char *source;      /* "/etc/grevy/kubeconfig, context home" */
	char *server;      /* "https://192.0.2.1:6443" */
	char *auth_error;  /* why our credentials cannot be read; NULL = they can */
	bool insecure;     /* its certificate is not verified */
	int64_t expires_s; /* Unix time: of our credential; 0 = never */
	bool leading;      /* the Lease is ours */
	char *leader;      /* who holds it */
	uint64_t wire_bytes, connections;
	uint64_t writes_failed; /* Events and status, so far */
	char *write_error;      /* the last of them */
	struct k8s_resource *resources;
	size_t n_resources;
};

/* What became of a wish: version is the object's resourceVersion after it. */
struct k8s_wrote {
	char *ns, *name;
	bool counts;     /* it was of an IPAddressPool, else of a Service */
	char *version;   /* NULL = it was not written */
	char *error;     /* NULL = it was; "the Service is gone" */
	bool again;      /* it was not, but is tried again without being asked */
	uint64_t serial; /* of the wish */
};

struct k8s_state {
	bool synced; /* everything there was has been read once */
	bool listed; /* none of it is missing, but for objects that cannot be read */
	bool whole; /* and all of it was good at least once: what is not there is really gone */
	int64_t outage_s; /* Unix time since which the source cannot be reached; 0 = it can */
	char *outage;     /* why; NULL without an outage */
	struct k8s_problem *problems;
	size_t n_problems, n_more;   /* more: that are not in the list */
	size_t files;                /* files or watches in use */
	struct k8s_cluster *cluster; /* NULL = not an API */
	unsigned sources; /* K8S_SOURCE commands that the source was given before this */
};

struct k8s_event {
	enum k8s_event_type type;
	struct k8s_object *obj;  /* PUT, DELETE */
	struct k8s_state *state; /* STATE */
	struct k8s_wrote *wrote; /* WROTE */
	uint64_t came_ns; /* PUT, DELETE: when its bytes came, on the monotonic clock; 0 = that
	                     is not known */
	uint64_t queued_ns; /* for whoever queues it: when, on the same clock */
};

/* Takes ownership of ev. */
typedef void k8s_sink(struct k8s_event *ev, void *arg);

/* The name of an object; resource is "" but for a K8S_CUSTOM. */
typedef void k8s_name_fn(
    enum k8s_kind kind, const char *resource, const char *ns, const char *name, void *arg);

/* A new event that owns obj; NULL on lack of memory (obj is freed then, too). */
struct k8s_event *k8s_event_new(enum k8s_event_type type, struct k8s_object *obj);
void k8s_event_free(struct k8s_event *ev); /* with what it owns; NULL is fine */
/* One more; there is room for it. Consumes where and what. False: one is NULL, no memory. */
bool k8s_state_problem(struct k8s_state *st, char *where, char *what);
void k8s_state_free(struct k8s_state *st); /* NULL is fine */
void k8s_wrote_free(struct k8s_wrote *w);  /* NULL is fine */
#endif
