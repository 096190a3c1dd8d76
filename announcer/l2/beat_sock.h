/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beat_sock.h - UDP multicast on single interfaces: 224.0.0.254 and ff02::114, which RFC 4727
 * gives to experiments; neither leaves the link.
 */
#ifndef GREVY_L2_BEAT_SOCK_H
#define GREVY_L2_BEAT_SOCK_H
#include "announcer/l2/peers.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A socket that listens; others of this host may, too. Return: a descriptor or -errno. */
int beat_sock_open(uint8_t family, uint16_t port);
/* Listen on an interface, or do so no more. Return: 0 or -errno. */
int beat_sock_join(int fd, uint8_t family, uint32_t ifindex, bool join);
/* to: the interface and family. Return: 0 or -errno. */
int beat_sock_send(
    int fd, const struct l2_path *to, uint16_t port, const uint8_t *datagram, size_t len);
/* from->family is given. Return: bytes, more than cap if it did not fit; -EAGAIN or -errno. */
ssize_t beat_sock_receive(int fd, struct l2_path *from, uint8_t *datagram, size_t cap);
#endif
