/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.h - what the system lets a process have. */
#ifndef GREVY_LIMITS_H
#define GREVY_LIMITS_H
#include <stddef.h>

/* Let this process have at least n descriptors, as far as it may. Return: how many it may. */
size_t limits_files(size_t n);
#endif
