/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zapi_cases.h - what each message of messages.hex means: how it is encoded, and what decoding
 * it must tell. For test_zapi only. */
#ifndef TESTS_ZAPI_CASES_H
#define TESTS_ZAPI_CASES_H
#include "zclient/zapi_codec.h"

/* A message to be decoded. name == NULL: its bytes are damaged, only survive. */
struct zapi_try {
	const char *name;
	const struct zapi_version *v;
	enum zapi_cmd cmd;
};

struct zapi_case {
	const char *name;
	int since, until; /* releases * 100: first and last to have it; Quagga 1.2 is 102 */
	int (*encode)(const char *name, struct wr *w, const struct zapi_version *v);
	int (*decode)(const struct zapi_try *t, struct rd *r); /* checks what it tells */
	int decoded_since; /* before it has a form that zebra alone decodes */
};

extern const struct zapi_case zapi_cases[];
extern const size_t zapi_cases_n;
#endif
