/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_priv.h - shared by the files of the allocator only. */
#ifndef GREVY_ALLOC_PRIV_H
#define GREVY_ALLOC_PRIV_H
#include "announcer/alloc.h"
#include "announcer/alloc_free.h"
#include "announcer/alloc_tried.h"
#include <sys/socket.h>

#define ALLOC_TEXT_MAX 256

enum alloc_flags {
	ALLOC_F_CHANGED = 1,  /* on the list of changes */
	ALLOC_F_HUNGRY = 2,   /* on the list of those that want something else or more */
	ALLOC_F_RESERVED = 4, /* restored, its Service was not seen yet */
	ALLOC_F_LOST = 8,     /* had two addresses, one is not valid any more */
};

struct alloc_list {
	void **v;
	size_t n, cap;
};

/* Of a pool, by family. */
struct alloc_pool {
	struct alloc_free free[STORE_FAMILIES];
	size_t used[STORE_FAMILIES]; /* addresses in use */
};

struct alloc {
	struct store *st;
	const struct policy *policy; /* never NULL */
	size_t n_pools;              /* its */
	char *lb_class;
	bool controller;
	bool standby, unsure;
	bool share_local;
	bool freed;          /* a hungry Service may have a chance now */
	bool by_namespace;   /* some pool selects Namespaces by their labels */
	uint64_t namespaces; /* their generation when they were last looked at */
	struct table addrs;
	struct table groups;      /* of addresses that might be shared */
	struct alloc_pool *pools; /* one a pool of the policy */
	/* The pools as they are tried: those that are for some Services first, by priority. */
	const struct pool **order;
	size_t n_special; /* so many of them */
	int64_t now_ms, cool_down_ms;
	struct alloc_cooling *cool_first, *cool_last;
	struct alloc_list changed, touched, hungry;
};

/* What a Service asks for. */
struct alloc_request {
	struct ipaddr addr[2];
	size_t n;                 /* 0: no address in particular */
	const struct pool *pool;  /* NULL: any */
	unsigned need;            /* K8S_V4, K8S_V6 */
	bool dual;                /* needs two; required or preferred */
	bool whole;               /* two or none */
	enum alloc_reason reason; /* ALLOC_OK, or why it cannot be */
	char text[ALLOC_TEXT_MAX];
};

void alloc_list_add(struct alloc_list *l, void *e);
struct alloc_service *alloc_service_make(struct alloc *a, struct store_service *svc);
void alloc_changed_add(struct alloc *a, struct alloc_service *as);
void alloc_touch(struct alloc *a, const struct ipaddr *addr); /* one that is held */

static inline enum store_family alloc_family(uint8_t family)
{
	return family == AF_INET6 ? STORE_V6 : STORE_V4;
}
struct alloc_pool *alloc_pool(const struct alloc *a, const struct pool *pool);

/* Services must be equal in this to share an address. */
const char *alloc_backend(const struct k8s_service *s);

/* The address of a pool that a Service without one would be given. Return: false: none. */
bool alloc_pick_one(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_pool *in, enum store_family family, struct alloc_spot *to);

/* Whether a pool is for a Service: ALLOC_TRY_FITS, or why not. unasked: it did not ask for the
 * pool, or an address of it, and has none. */
enum alloc_try alloc_accepts(const struct alloc *a, const struct alloc_service *as,
    const struct pool *pool, bool unasked);

unsigned alloc_family_bit(const struct ipaddr *a); /* K8S_V4 or K8S_V6 */
static inline const struct k8s_service *alloc_spec(const struct alloc_service *as)
{
	return &as->svc->obj->service;
}

/* Read the request of a Service that is ours. */
void alloc_request_read(
    const struct alloc *a, const struct alloc_service *as, struct alloc_request *r);

/* What a pool says to a request, whoever has which of its addresses now. */
enum alloc_try alloc_suits(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, const struct pool *pool);

/* Who keeps `as` from using an address: the first user that does not share with it; NULL =
 * nobody. Users whose Service was not seen yet are in the way only of newcomers. */
const struct alloc_service *alloc_conflict(
    const struct alloc *a, const struct alloc_service *as, const struct ipaddr *addr);
bool alloc_holds(const struct alloc_service *as, const struct ipaddr *addr);
const struct ipaddr *alloc_held(const struct alloc_service *as, unsigned family_bit);
void alloc_lose(struct alloc_service *as, const struct ipaddr *addr, enum alloc_loss why);
void alloc_hold(struct alloc *a, struct alloc_service *as, const struct ipaddr *addr);
void alloc_release(struct alloc *a, struct alloc_service *as, const struct ipaddr *addr);
/* Hold exactly these. */
void alloc_hold_only(
    struct alloc *a, struct alloc_service *as, const struct ipaddr *addr, size_t n);

/* State and words of a Service, on the list of changes when they are new. */
void alloc_tell(struct alloc *a, struct alloc_service *as, enum alloc_state state,
    enum alloc_reason reason, const char *text);

/* Give a Service of ours what it asks for, as far as it can be had. */
void alloc_satisfy(struct alloc *a, struct alloc_service *as);
#endif
