/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics.h - how grevyd is, in the text format of Prometheus (version 0.0.4). Pure. */
#ifndef GREVY_HTTP_METRICS_H
#define GREVY_HTTP_METRICS_H
#include "announcer/vty/buf.h"

struct vty_context;

/* Every metric with its HELP and TYPE; what there is no part for (NULL) is left out. */
void metrics_put(struct buf *to, const struct vty_context *ctx);
#endif
