/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_tried.h - why a pool does not serve a Service, as of now. Pure. */
#ifndef GREVY_ALLOC_TRIED_H
#define GREVY_ALLOC_TRIED_H
#include "announcer/policy.h"

struct alloc;
struct alloc_service;

enum alloc_try {
	ALLOC_TRY_FITS,      /* it has what the Service needs */
	ALLOC_TRY_NOT_ASKED, /* the Service asks for another one */
	ALLOC_TRY_MANUAL,    /* auto-assign: no, and the Service does not ask for it */
	ALLOC_TRY_NAMESPACE, /* its service-allocation is for other namespaces */
	ALLOC_TRY_LABELS,    /* ... for Services with other labels */
	ALLOC_TRY_FAMILY,    /* it has no addresses of a family that is needed */
	ALLOC_TRY_FULL,      /* all of its addresses of a family are in use */
	ALLOC_TRY_COOLING,   /* ... or were a moment ago */
	ALLOC_TRIES
};

struct alloc_tried {
	const struct pool *pool;
	enum alloc_try why;
};

/* "is full"; token: "full" */
struct alloc_try_text {
	const char *token, *what;
};
const struct alloc_try_text *alloc_try_text(enum alloc_try why);

/* Every pool, in the order in which they are tried for a Service; n of them, to be freed by the
 * caller. What counts is whether it has both families for one that prefers both. */
struct alloc_tried *alloc_tried(
    const struct alloc *a, const struct alloc_service *as, size_t *n);
#endif
