/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sanitized.h - whether this build has an address sanitizer: it keeps what was freed and takes
 * its time, so that bounds of memory and time say nothing. */
#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H
#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif
#endif
