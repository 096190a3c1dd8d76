/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_text.h - inside of metrics*.c: a family of metrics is one call of metric_family() and
 * then its samples. Names end in _total where a counter only grows; what is now has none;
 * seconds are Unix time.
 */
#ifndef GREVY_HTTP_METRICS_TEXT_H
#define GREVY_HTTP_METRICS_TEXT_H
#include "announcer/vty/buf.h"
#include <stdint.h>

struct vty_context;

/* HELP and TYPE ("gauge", "counter"). name without "grevy_". */
void metric_family(struct buf *to, const char *name, const char *type, const char *help);
void metric_sample(struct buf *to, const char *name, uint64_t value);
/* A family of one sample. */
void metric_gauge(struct buf *to, const char *name, const char *help, uint64_t value);
void metric_counter(struct buf *to, const char *name, const char *help, uint64_t value);
/* label="value", escaped. */
void metric_label(struct buf *to, const char *label, const char *value);
void metric_labelled(
    struct buf *to, const char *name, const char *label, const char *value, uint64_t n);
/* HELP and TYPE of a metric of MetalLB's. name without "metallb_". */
void metric_metallb(struct buf *to, const char *name, const char *type, const char *help);

void metrics_put_bgp(struct buf *to, const struct vty_context *ctx);
void metrics_put_kernel(struct buf *to, const struct vty_context *ctx);
void metrics_put_l2(struct buf *to, const struct vty_context *ctx);
void metrics_put_pools(struct buf *to, const struct vty_context *ctx);
void metrics_put_policy(struct buf *to, const struct vty_context *ctx);
#endif
