/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench_bgp.h - sessions of the bench's BGP speakers: they dial. */
#ifndef BENCH_BGP_H
#define BENCH_BGP_H
#include "zclient/prefix.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Without a hold time gobgpd would give each write no time at all: so there are keepalives. */
enum { BENCH_ESTABLISH_S = 60, BENCH_HOLD_S = 90, BENCH_KEEPALIVE_MS = 15000 };

void bench_die(const char *program, const char *what);
long long bench_now_ns(void);

/**
 * bench_establish - an established session with the speaker at port 179 of an address
 * @to:     IPv4
 * @source: our own address, which becomes the router id; family 0 = the kernel's choice
 * @asn:    ours
 * @since:  bench_now_ns() just before our KEEPALIVE, which establishes it for the peer
 * A daemon that has just started hangs up, or knows no interface yet and refuses: tried again
 * for BENCH_ESTABLISH_S seconds, then it is the end of the program (SIGALRM). Return: the
 * socket.
 */
int bench_establish(
    const struct ipaddr *to, const struct ipaddr *source, uint32_t asn, long long *since);

/* A KEEPALIVE, if the last one, of *last (ns), is that long ago; between two messages. */
void bench_keepalive(int fd, long long *last, int every_ms);

/* Our address of a session. */
struct ipaddr bench_local(int fd);
#endif
