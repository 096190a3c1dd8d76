/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyfile.h - the file with the keys of the heartbeat: one a line, the first is signed with. */
#ifndef GREVY_L2_KEYFILE_H
#define GREVY_L2_KEYFILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYFILE_MAX = 4096, KEYFILE_KEY_MIN = 16 }; /* bytes of the file, of a key */

/**
 * keyfile_read - read and check it
 * @text:  KEYFILE_MAX bytes: lines that are not empty, without white space at their ends, for
 *         beat_key_new(); to be wiped
 * @others: whether others than owner and group may read the file
 * @error: room for `size` bytes: why not; never holds what is in the file
 * Return: bytes of text; 0 with error written.
 */
size_t keyfile_read(
    const char *path, uint8_t text[KEYFILE_MAX], bool *others, char *error, size_t size);
/* Likewise of bytes that were read; in place. what: NULL, or what is wrong with them. */
size_t keyfile_tidy(uint8_t text[KEYFILE_MAX], size_t len, const char **what);
#endif
