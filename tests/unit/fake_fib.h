/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_fib.h - fib.h without a kernel: what a test says is told, and what is asked for is
 * counted. Takes the place of fib_linux.c in the program that has it.
 */
#ifndef GREVY_TEST_FAKE_FIB_H
#define GREVY_TEST_FAKE_FIB_H
#include "announcer/fib.h"

extern struct fake_fib {
	const struct fib_ops *ops; /* NULL = not open */
	void *arg;
	int open_errno, dump_error; /* what opening and asking fail with; 0 = they do not */
	unsigned dumps;             /* asked for, with success */
	bool defaults_only;
} fake_fib;

/* Messages of rtnetlink, as they come; then the batch ends. Return: as the last fib_parse(). */
int fake_fib_tell(const void *bytes, size_t len);
#endif
