/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bgp_malformed.h - what is wrong with an UPDATE, and what is to be made of it; for tests only.
 */
#ifndef TESTS_BGP_MALFORMED_H
#define TESTS_BGP_MALFORMED_H
#include <stddef.h>

struct bgp_malformed {
	const char *rfc, *what; /* section, case */
	const char *sender;     /* lab_from(): e4 65001 and so on */
	const char *attrs, *nlri;
	const char *says; /* lab_update_text(), or "reset " and the error */
};

extern const struct bgp_malformed bgp_malformed[];
extern const size_t bgp_malformed_n;
#endif
