/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selector_text.h - label selectors as kubectl takes them: "rack=a,zone in (b,c),!edge". Pure.
 */
#ifndef GREVY_VTY_SELECTOR_TEXT_H
#define GREVY_VTY_SELECTOR_TEXT_H
#include "announcer/selector.h"
#include "announcer/vty/buf.h"

/* Append; one that is empty, as it matches everything, is "all". */
void selector_text(struct buf *to, const struct selector *s);
/* The same of several: "rack=a or rack=b". */
void selectors_text(struct buf *to, const struct selectors *s);
#endif
