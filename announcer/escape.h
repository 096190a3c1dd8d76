/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.h - text of strangers, made fit for a terminal, a log line or JSON. Pure. */
#ifndef GREVY_ESCAPE_H
#define GREVY_ESCAPE_H
#include <stdbool.h>
#include <stddef.h>

/* Room that one escaped character may need, with a final NUL. */
#define ESCAPE_MAX 8

/**
 * escape_next - the next character of a text
 * @s:    moved past it; must not stand at the final NUL
 * @out:  at least ESCAPE_MAX bytes, gets the character and a NUL
 * @json: for the inside of a JSON string (RFC 8259 7), else for a terminal
 *
 * Valid UTF-8 stays. Control characters (C0, DEL, C1) become \n, \t or \u00xx. A byte that
 * is not UTF-8 becomes \xnn, in JSON U+FFFD.
 * Return: length of out, 1..7.
 */
size_t escape_next(const char **s, char *out, bool json);

/* Columns on a terminal of an escaped text: its code points. */
size_t escape_width(const char *s);
#endif
