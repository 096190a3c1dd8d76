/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pattern.h - POSIX extended regular expressions of strangers: is there a match in a line? Time
 * grows with the length of the line alone, by a bounded factor, and memory not at all. There
 * are no back references, and letters are bytes. Pure.
 */
#ifndef GREVY_VTY_PATTERN_H
#define GREVY_VTY_PATTERN_H
#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* any_case: letters match those of the other case, too. NULL: *error says why not, a constant.
 */
struct pattern *pattern_new(const char *expr, bool any_case, const char **error);
void pattern_free(struct pattern *p); /* NULL is fine */

/* Somewhere in the text. */
bool pattern_hits(struct pattern *p, const char *text);
#endif
