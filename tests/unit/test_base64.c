/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/base64.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* RFC 4648 10, and what Go takes besides. */
static void texts_are_decoded(void **state)
{
	static const char *const rows[][2] = {
	    {"",             ""            },
	    {"Zg==",         "f"           },
	    {"Zm8=",         "fo"          },
	    {"Zm9v",         "foo"         },
	    {"Zm9vYg==",     "foob"        },
	    {"Zm9vYmE=",     "fooba"       },
	    {"Zm9vYmFy",     "foobar"      },
	    {"Zm9v\nYmFy\n", "foobar"      },
	    {"Zg\r\n=\n=\n", "f"           },
	    {"+/+/",         "\373\377\277"},
	};
	char *out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(base64_decode(rows[i][0], &out, &len), 0);
		assert_int_equal(len, strlen(rows[i][1]));
		assert_memory_equal(out, rows[i][1], len + 1);
		free(out);
	}
}

static void what_is_no_base64_is_refused(void **state)
{
	static const char *const rows[] = {"Z", "Zg", "Zg=", "Zg===", "=",
	    "====", "Z===", "Zm9v=", "Zg==Zg==", "Zg=a", "Zm9v YmFy", "Zm9v\tYmFy", "Zm-_",
	    "Zm9v!", "Zh==", "Zm9=", "\377m9v"};
	char *out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(base64_decode(rows[i], &out, &len), -EINVAL);
		assert_null(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_decoded),
	    cmocka_unit_test(what_is_no_base64_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
