/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fmt.h - times and sizes for people. Pure. */
#ifndef GREVY_VTY_FMT_H
#define GREVY_VTY_FMT_H
#include <stdint.h>

#define FMT_LEN 32

/* Into buf (FMT_LEN bytes), which is returned. */
const char *fmt_age(int64_t seconds, char *buf); /* "00:01:02", "1d02h03m", as FRR */
const char *fmt_time(int64_t unix_s, char *buf); /* "2026-01-01T00:00:00Z"; 0 = "-" */
const char *fmt_size(int64_t bytes, char *buf);  /* "512 B", "3.4 KiB", "1.2 MiB"; < 0 = "-" */
#endif
