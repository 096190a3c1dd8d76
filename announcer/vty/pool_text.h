/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pool_text.h - what a pool is for, in words. Pure. */
#ifndef GREVY_VTY_POOL_TEXT_H
#define GREVY_VTY_POOL_TEXT_H
#include "announcer/pool.h"
#include "announcer/vty/buf.h"

/* Append "namespaces a,b or with team=x; Services with app=web", or "every Service". */
void pool_whom(struct buf *to, const struct pool *pool);
#endif
