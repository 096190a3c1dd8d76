/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reflect.h - one resource of the API, kept up with: which request comes next, when, and what
 * the answer means. Pure: time and chance are given, bytes and sockets are the caller's.
 *
 *	reflect_next() -> send it -> reflect_head() -> reflect_item()... -> reflect_done() ->
 *...
 */
#ifndef K8S_REFLECT_H
#define K8S_REFLECT_H
#include "k8s/event.h"

/* What is kept up with; borrowed for as long as the reflector lives. */
struct reflect_what {
	const char *group;           /* "discovery.k8s.io"; "" = the core */
	const char *const *versions; /* that we can decode, best first; NULL at the end */
	const char *resource;        /* "services" */
	const char *ns;              /* NULL = of all namespaces */
	const char *name;            /* the only object wanted; NULL = all */
	bool optional;               /* a server without it has none of them */
};

enum reflect_ask {
	REFLECT_GROUP,  /* an APIGroup: which versions are served */
	REFLECT_LIST,   /* a list, maybe one page of it */
	REFLECT_STREAM, /* a list as events, then the watch */
	REFLECT_WATCH,
};

struct reflect_request {
	enum reflect_ask ask;
	char *path;                       /* the caller's, to free */
	unsigned head_s, idle_s, total_s; /* as in http_request */
	bool fresh; /* a list begins: what it does not bring is gone when it is whole */
};

/* One event of a watch, or one item of a list (PUT). Borrowed strings. */
struct reflect_item {
	enum reflect_item_type {
		REFLECT_PUT, /* ADDED, MODIFIED */
		REFLECT_DELETED,
		REFLECT_BOOKMARK,
		REFLECT_ERROR,
	} type;
	const char *rv;         /* resourceVersion; NULL = none */
	bool initial_end;       /* BOOKMARK: the list that came as events is whole */
	int code;               /* ERROR: as an HTTP status; 0 = none */
	unsigned retry_after_s; /* ERROR */
	const char *message;    /* ERROR; NULL = none */
};

enum reflect_act {
	REFLECT_TAKE,  /* believe it */
	REFLECT_SKIP,  /* nothing to do */
	REFLECT_SWEEP, /* the list is whole: what it did not bring is gone */
	REFLECT_STOP,  /* end the call; reflect_done() knows why */
};

/* How a call ended. */
struct reflect_end {
	int error;  /* as in http_result; -EBADMSG: not what was asked for; -ENOMEM: something
	               was lost */
	int status; /* 0 = none */
	unsigned retry_after_s; /* of the header or of the Status */
	const char *text;       /* what is wrong, for people; NULL = nothing is known */
	const char *rv, *cont;  /* of a list; NULL = none */
	unsigned served;        /* of a group: bit i = versions[i] */
};

#define REFLECT_RV_SIZE 64
#define REFLECT_NEVER   INT64_MAX

struct reflect {
	/* To be read. */
	const struct reflect_what *what;
	enum k8s_phase phase;
	char text[320];      /* what failed last; "" = nothing is wrong now */
	const char *version; /* "v1"; NULL = not known */
	bool listed;         /* whole, at least once */
	uint64_t lists;      /* whole ones */
	int64_t wake_ms;     /* when to call reflect_next() or reflect_stalled() */
	bool busy;           /* a call is in progress */
	bool changed;        /* any of phase, text, version, lists; the caller clears it */
	/* Our own. */
	enum reflect_ask ask;
	unsigned served; /* versions that may be asked for, as bits */
	unsigned fails, stream_fails, absent, forbidden, expired; /* in a row */
	bool no_stream, no_pages, answered, news, stopped, unheard;
	struct reflect_item said; /* the ERROR that stopped the call; strings in said_text */
	char said_text[256];
	char rv[REFLECT_RV_SIZE]; /* seen up to here; "" = list first */
	char *cont;               /* of the list in progress */
	int64_t head_ms;          /* when the answer began */
};

void reflect_init(struct reflect *r, const struct reflect_what *what, int64_t now_ms);
void reflect_fini(struct reflect *r);

/* The request to send now, rnd being any number. Return: 1, 0 (not yet, or one is in progress)
 * or -ENOMEM (tried again a little later). */
int reflect_next(struct reflect *r, int64_t now_ms, uint32_t rnd, struct reflect_request *out);

void reflect_head(struct reflect *r, int status, int64_t now_ms);
enum reflect_act reflect_item(struct reflect *r, const struct reflect_item *it, int64_t now_ms);

/* The call is over, or was never begun. Return: REFLECT_SWEEP or REFLECT_SKIP. */
enum reflect_act reflect_done(
    struct reflect *r, const struct reflect_end *end, int64_t now_ms, uint32_t rnd);

/* True: the call in progress leads nowhere; cancel it and call reflect_done(). */
bool reflect_stalled(struct reflect *r, int64_t now_ms);

/* Nothing is heard at all, rather than a call that just broke off. */
bool reflect_is_out(const struct reflect *r);
/* The server answers again: a wait for it is over, after up to half a second. */
void reflect_hurry(struct reflect *r, int64_t now_ms, uint32_t rnd);

/* The call in progress was cancelled: forget every wait and list anew. */
void reflect_again(struct reflect *r, int64_t now_ms);
#endif
