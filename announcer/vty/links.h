/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.h - links in our folder to the vty sockets of the FRR daemons that run, so that one
 * vtysh shows them and us. Never in the place of a file that is not such a link.
 */
#ifndef GREVY_VTY_LINKS_H
#define GREVY_VTY_LINKS_H
#include <stdbool.h>
#include <stddef.h>

struct links;

/* From folder `own` into folder `frr`; both are copied. Makes nothing yet. */
struct links *links_new(const char *own, const char *frr);
/* Make and remove what is to be by now; to be called from time to time. `but` is left out:
 * the socket there is ours ("bgpd"); NULL = none. */
void links_look(struct links *l, const char *but);
/* Removes the links. NULL is fine. */
void links_free(struct links *l);

/* The same folder, by whatever path. */
bool links_same_folder(const char *a, const char *b);

const char *links_folder(const struct links *l); /* frr */
/* The i-th daemon that is linked to, sorted; NULL past the last one. Borrowed until the next
 * look. */
const char *links_nth(const struct links *l, size_t i);
#endif
