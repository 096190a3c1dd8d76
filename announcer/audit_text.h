/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_text.h - differences between zebra's word and the kernel, in words. Pure. */
#ifndef GREVY_AUDIT_TEXT_H
#define GREVY_AUDIT_TEXT_H
#include "announcer/audit.h"

const char *audit_kind_name(enum audit_kind k); /* "missing" */

/* What it is and what helps, in words; the cure may be "". Into buf, which is returned. */
#define AUDIT_TEXT_LEN 200
const char *audit_text(const struct audit_view *v, char *buf);
const char *audit_cure(const struct audit_view *v, char *buf);

/* The command that removes a route of another owner: prefix, protocol, metric, table. */
const char *audit_del_text(const struct audit_view *v, char *buf);
#endif
