/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_priv.h - shared by the files of the allocator only. */
#ifndef GREVY_ALLOC_PRIV_H
#define GREVY_ALLOC_PRIV_H
#include "announcer/alloc.h"

#define ALLOC_TEXT_MAX 256

enum alloc_flags {
	ALLOC_F_CHANGED = 1,  /* on the list of changes */
	ALLOC_F_HUNGRY = 2,   /* on the list of those that want something else or more */
	ALLOC_F_RESERVED = 4, /* restored, its Service was not seen yet */
};

struct alloc_list {
	void **v;
	size_t n, cap;
};

/* Of a pool, by family: the lowest address that may be free, and how many are held. */
struct alloc_cursor {
	struct pool_iter at[STORE_FAMILIES];
	size_t used[STORE_FAMILIES];
};

struct alloc {
	struct store *st;
	const struct policy *policy; /* never NULL */
	char *lb_class;
	bool controller;
	bool standby;
	bool freed; /* a hungry Service may have a chance now */
	struct table addrs;
	struct alloc_cursor *cursors; /* one a pool of the policy */
	struct alloc_list changed, touched, hungry;
};

/* What a Service asks for. */
struct alloc_request {
	struct ipaddr addr[2];
	size_t n;                 /* 0: no address in particular */
	const struct pool *pool;  /* NULL: any */
	unsigned need;            /* K8S_V4, K8S_V6 */
	bool dual;                /* needs two; required or preferred */
	enum alloc_reason reason; /* ALLOC_OK, or why it cannot be */
	char text[ALLOC_TEXT_MAX];
};

void alloc_list_add(struct alloc_list *l, void *e);
struct alloc_service *alloc_service_make(struct alloc *a, struct store_service *svc);
void alloc_changed_add(struct alloc *a, struct alloc_service *as);
void alloc_touch(struct alloc *a, const struct ipaddr *addr); /* one that is held */

unsigned alloc_family_bit(const struct ipaddr *a); /* K8S_V4 or K8S_V6 */
static inline const struct k8s_service *alloc_spec(const struct alloc_service *as)
{
	return &as->svc->obj->service;
}

/* Read the request of a Service that is ours. */
void alloc_request_read(
    const struct alloc *a, const struct alloc_service *as, struct alloc_request *r);

/* Who keeps `as` from using an address: the first user that does not share with it; NULL =
 * nobody. Users whose Service was not seen yet are in the way only of newcomers. */
const struct alloc_service *alloc_conflict(
    const struct alloc *a, const struct alloc_service *as, const struct ipaddr *addr);

bool alloc_holds(const struct alloc_service *as, const struct ipaddr *addr);
const struct ipaddr *alloc_held(const struct alloc_service *as, unsigned family_bit);
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
