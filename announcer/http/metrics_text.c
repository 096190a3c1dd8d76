/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/http/metrics_text.h"
#include <inttypes.h>

void metric_family(struct buf *to, const char *name, const char *type, const char *help)
{
	buf_fmt(to, "# HELP grevy_%s %s\n# TYPE grevy_%s %s\n", name, help, name, type);
}

void metric_sample(struct buf *to, const char *name, uint64_t value)
{
	buf_fmt(to, "grevy_%s %" PRIu64 "\n", name, value);
}

void metric_gauge(struct buf *to, const char *name, const char *help, uint64_t value)
{
	metric_family(to, name, "gauge", help);
	metric_sample(to, name, value);
}

void metric_counter(struct buf *to, const char *name, const char *help, uint64_t value)
{
	metric_family(to, name, "counter", help);
	metric_sample(to, name, value);
}

/* The value of a label. */
void metric_label(struct buf *to, const char *label, const char *value)
{
	buf_fmt(to, "%s=\"", label);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_add(to, "\\", 1);
		if (*value == '\n')
			buf_str(to, "\\n");
		else
			buf_add(to, value, 1);
	}
	buf_str(to, "\"");
}

void metric_labelled(
    struct buf *to, const char *name, const char *label, const char *value, uint64_t n)
{
	buf_fmt(to, "grevy_%s{", name);
	metric_label(to, label, value);
	buf_fmt(to, "} %" PRIu64 "\n", n);
}

void metric_metallb(struct buf *to, const char *name, const char *type, const char *help)
{
	buf_fmt(to, "# HELP metallb_%s %s\n# TYPE metallb_%s %s\n", name, help, name, type);
}
