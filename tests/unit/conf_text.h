/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_text.h - a configuration as conf_print() writes it. */
#ifndef TESTS_CONF_TEXT_H
#define TESTS_CONF_TEXT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include <cmocka.h>
#include <stdio.h>

/* The caller's. */
static inline char *conf_text(const struct conf *c)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	conf_print(c, f);
	fclose(f);
	return text;
}
#endif
