/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_clash.h - why a Service cannot have an address that another has, as of now. Pure. */
#ifndef GREVY_ALLOC_CLASH_H
#define GREVY_ALLOC_CLASH_H
#include "announcer/alloc.h"

enum alloc_clash_kind {
	ALLOC_CLASH_KEY,     /* they have no allow-shared-ip in common */
	ALLOC_CLASH_PORT,    /* they have, and a port, too */
	ALLOC_CLASH_BACKEND, /* externalTrafficPolicy or selector differ */
	ALLOC_CLASH_ABSENT,  /* it is kept for a Service that is not there (yet) */
	ALLOC_CLASHES
};

struct alloc_clash {
	struct ipaddr addr;
	const struct store_service *other;
	enum alloc_clash_kind kind;
	struct k8s_port port; /* ALLOC_CLASH_PORT */
};

/* Of the first address that it asks for and cannot have. Return: false: there is none. */
bool alloc_clash_find(
    const struct alloc *a, const struct alloc_service *as, struct alloc_clash *to);
#endif
