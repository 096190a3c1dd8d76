/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_bgp_update.c - an UPDATE's body; byte 0 says who sends it (bgp_again.h). */
#include "bgp_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len)
		bgp_again(data[0], data + 1, len - 1);
	return 0;
}
