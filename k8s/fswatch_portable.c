/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built where nothing better than looking once a second is known. */
#include "k8s/fswatch.h"

const struct fswatch_ops *fswatch_native(void)
{
	return &fswatch_poll;
}
