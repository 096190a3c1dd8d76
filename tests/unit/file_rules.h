/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_rules.h - the rules where a configuration is the only place. */
#ifndef TESTS_FILE_RULES_H
#define TESTS_FILE_RULES_H
#include "announcer/rules.h"
#include <stdlib.h>

/* The caller's. */
static inline struct rules *file_rules(const struct conf *c)
{
	struct part *part = part_of_conf(c);
	struct rules_input in = {.name = c->file, .part = part};
	struct rules *r = rules_make(&in, 1);

	free(in.why);
	part_free(part);
	return r;
}
#endif
