/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frames.h - what Linux 6.18 and arping sent between two hosts on one LAN: 192.0.2.1 and
 * 2001:db8::1 are 02:00:00:00:00:0a, 192.0.2.2 and 2001:db8::2 are 02:00:00:00:00:0b. The digit
 * at the end of a name is that of the address in question. For tests only.
 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FRAME_NS_DAD_LINKLOCAL                                                                 \
	"3333ff00000a02000000000a86dd6000000000203aff00000000000000000000"                     \
	"000000000000ff0200000000000000000001ff00000a8700e28000000000fe80"                     \
	"000000000000000000fffe00000a0e01781129fcea7b"
#define FRAME_NS_DAD_1                                                                         \
	"3333ff00000102000000000a86dd6000000000203aff00000000000000000000"                     \
	"000000000000ff0200000000000000000001ff0000018700ed01000000002001"                     \
	"0db80000000000000000000000010e01bdac138d80a8"
#define FRAME_NS_DAD_2                                                                         \
	"3333ff00000202000000000b86dd6000000000203aff00000000000000000000"                     \
	"000000000000ff0200000000000000000001ff0000028700306e000000002001"                     \
	"0db80000000000000000000000020e01790961123458"
#define FRAME_ARP_REQUEST_2                                                                    \
	"ffffffffffff02000000000a0806000108000604000102000000000ac0000201"                     \
	"000000000000c0000202"
#define FRAME_ARP_REPLY_2                                                                      \
	"02000000000a02000000000b0806000108000604000202000000000bc0000202"                     \
	"02000000000ac0000201"
#define FRAME_NS_2                                                                             \
	"3333ff00000202000000000a86dd6000000000203aff20010db8000000000000"                     \
	"000000000001ff0200000000000000000001ff00000287001c1e000000002001"                     \
	"0db8000000000000000000000002010102000000000a"
#define FRAME_NA_2                                                                             \
	"02000000000a02000000000b86dd6000000000203aff20010db8000000000000"                     \
	"00000000000220010db800000000000000000000000188008a68600000002001"                     \
	"0db8000000000000000000000002020102000000000b"
#define FRAME_ARP_PROBE_2                                                                      \
	"ffffffffffff02000000000a0806000108000604000102000000000a00000000"                     \
	"000000000000c000020200000000000000000000000000000000"
#define FRAME_ARP_REPLY_PROBE_2                                                                \
	"02000000000a02000000000b0806000108000604000202000000000bc0000202"                     \
	"02000000000a00000000"
#define FRAME_ARP_GRATUITOUS_1                                                                 \
	"ffffffffffff02000000000a0806000108000604000102000000000ac0000201"                     \
	"ffffffffffffc000020100000000000000000000000000000000"
#define FRAME_ARP_GRATUITOUS_REPLY_1                                                           \
	"ffffffffffff02000000000a0806000108000604000202000000000ac0000201"                     \
	"ffffffffffffc000020100000000000000000000000000000000"
#define FRAME_NS_NUD_1                                                                         \
	"02000000000a02000000000b86dd6000000000203afffe800000000000000000"                     \
	"00fffe00000b20010db800000000000000000000000187001c99000000002001"                     \
	"0db8000000000000000000000001010102000000000b"
#define FRAME_ARP_UNICAST_1                                                                    \
	"02000000000a02000000000b0806000108000604000102000000000bc0000202"                     \
	"000000000000c0000201"
#define FRAME_NA_NUD_1                                                                         \
	"02000000000b02000000000a86dd6000000000183aff20010db8000000000000"                     \
	"000000000001fe80000000000000000000fffe00000b8800deac400000002001"                     \
	"0db8000000000000000000000001"
#define FRAME_ARP_REPLY_1                                                                      \
	"02000000000b02000000000a0806000108000604000202000000000ac0000201"                     \
	"02000000000bc0000202"

/* Return: the number of bytes. to: room for them. */
static inline size_t frame_bytes(const char *hex, uint8_t *to)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		const char *high = strchr(digits, hex[2 * i]);
		const char *low = strchr(digits, hex[2 * i + 1]);

		assert(high && low);
		to[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return n;
}
#endif
