/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crc32.h - the checksum of Ethernet and gzip (ISO 3309, polynomial 0x04c11db7). Pure. */
#ifndef GREVY_CRC32_H
#define GREVY_CRC32_H
#include <stddef.h>
#include <stdint.h>

/* Of len bytes. Whatever is changed within 32 bits in a row makes it another. */
uint32_t crc32_of(const void *data, size_t len);
#endif
