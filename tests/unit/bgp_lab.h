/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bgp_lab.h - BGP messages for tests: bytes from hex, meanings as text, the golden messages of
 * tests/data/bgp.
 */
#ifndef TESTS_BGP_LAB_H
#define TESTS_BGP_LAB_H
#include "announcer/bgp/open.h"
#include "announcer/bgp/update.h"
#include <stdio.h>

enum { LAB_TEXT = 16384 };

struct lab_msg {
	char name[40], sender[24];
	uint8_t bytes[BGP_MESSAGE_MAX];
	size_t len;
};

/* Hex digits, blanks between them as one likes; up to a '#'. Return: bytes. */
size_t lab_hex(const char *hex, uint8_t *to, size_t cap);

/* "e4 65001": e or i BGP, 4 or 2 octets of AS numbers, AS. We are 10.9.0.2. */
struct bgp_update_from lab_from(const char *sender);

/* A file of tests/data/bgp. */
FILE *lab_open(const char *file, const char *mode);
/* The next message of messages.hex, false at the end. */
bool lab_next(FILE *f, struct lab_msg *m);

/* A copy of exactly that size, so that a sanitizer sees the first stray byte. */
uint8_t *lab_copy(const uint8_t *bytes, size_t len);

/* What a message says, in one line. Return: buf (LAB_TEXT bytes). */
const char *lab_update_text(const struct bgp_update *u, char *buf);
const char *lab_open_text(const struct bgp_open *o, char *buf);
const char *lab_attrs_text(const struct bgp_attrs *a, char *buf);
const char *lab_error_text(const struct bgp_error *e, char *buf);

/* The text of a body, whatever it is: also what is wrong with it. */
const char *lab_text(
    enum bgp_type type, const char *sender, const uint8_t *body, size_t len, char *buf);
#endif
