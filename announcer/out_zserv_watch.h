/* SPDX-License-Identifier: GPL-2.0-or-later */
/* out_zserv_watch.h - what others do to our routes inside zebra, read off its vty. */
#ifndef GREVY_OUT_ZSERV_WATCH_H
#define GREVY_OUT_ZSERV_WATCH_H
#include <stdint.h>
struct out_zserv;
struct zserv_status;

/* From now on look for other clients with our key and for route maps, where there is a vty. */
void zserv_watch(struct out_zserv *z);
/* Not only now and then but in a few seconds: zebra told what was not to be expected. */
void zserv_watch_soon(struct out_zserv *z);
/* Whether no other client has our key, by a look that began then (clock_ms()) or later:
 * 1 (also where nothing can be looked at), 0, or -1: look again, one is under way. */
int zserv_watch_sole(struct out_zserv *z, int64_t since_ms);
void zserv_watch_cancel(struct out_zserv *z); /* and forget what was seen */
/* The words of st that are about these: strings are borrowed until zserv_watch_cancel(). */
void zserv_watch_status(const struct out_zserv *z, struct zserv_status *st);
#endif
