/* SPDX-License-Identifier: GPL-2.0-or-later */
/* complete.h - completion to its end. */
#ifndef COMPLETE_H
#define COMPLETE_H
#include "announcer/vty/tree.h"

static void complete(const struct vty_tree *t, const struct vty_context *ctx, const char *line,
    bool enabled, struct buf *out)
{
	struct tree_completion *c = tree_complete(t, line, enabled, out);

	while (tree_complete_more(c, ctx, out))
		;
	tree_complete_free(c);
}
#endif
