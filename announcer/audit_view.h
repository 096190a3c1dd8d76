/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_view.h - what an operator may ask about differences of the kernel's table. */
#ifndef GREVY_AUDIT_VIEW_H
#define GREVY_AUDIT_VIEW_H
#include "announcer/audit.h"

/* Whether there is a difference at a prefix. */
bool audit_find(
    const struct audit *a, const struct prefix *p, int64_t now_ms, struct audit_view *v);
/* A walk by prefix through what is or was different (open: it is), which may be left and taken
 * up again, whatever comes and goes. Starts {0}. Return: false = that was all. */
struct audit_walk {
	struct prefix prefix; /* of the last */
	bool stray;
	uint32_t metric;
	bool open;
};
bool audit_walk_next(
    const struct audit *a, struct audit_walk *w, int64_t now_ms, struct audit_view *v);
#endif
