/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bgp_again.h - read an UPDATE, write what it says, read that: it must be the same. */
#ifndef TESTS_BGP_AGAIN_H
#define TESTS_BGP_AGAIN_H
#include <stddef.h>
#include <stdint.h>

/* sender: bit 0 old speaker, 1 iBGP, 2 no IPv4, 3 no IPv6. Aborts when it is not the same. */
void bgp_again(uint8_t sender, const uint8_t *body, size_t len);
#endif
