/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heartbeat.h - the UDP sockets of the heartbeat: multicast of the LAN (224.0.0.254 and
 * ff02::114, RFC 4727) on each interface of layer 2, and the timer that drives peers.h.
 */
#ifndef GREVY_L2_HEARTBEAT_H
#define GREVY_L2_HEARTBEAT_H
#include "announcer/l2/peers.h"
#include <stdint.h>

struct event_base;
struct heartbeat;

enum { HEARTBEAT_ERROR_LEN = 256 };

struct heartbeat_conf {
	const char *self; /* this node */
	const char *key_file;
	uint16_t port;
	uint32_t interval_ms;
};

/**
 * heartbeat_new - listen and begin to beat
 * @conf:  copied
 * @ops:   on_peer and on_claim are called, send is not; with arg, borrowed
 * @error: why not: "/etc/grevy/l2.key: No such file or directory"
 * Return: NULL with error written.
 */
struct heartbeat *heartbeat_new(struct event_base *base, const struct heartbeat_conf *conf,
    const struct l2_peers_ops *ops, void *arg, char error[HEARTBEAT_ERROR_LEN]);
/**
 * heartbeat_reload - read the key file again, which may hold others; take over interval and
 * port
 * @conf:  of the same node
 * @error: as heartbeat_new()
 * Return: false with error written: all that was in force stays. It is the same run: no peer is
 * missed meanwhile, and nothing is forgotten.
 */
bool heartbeat_reload(
    struct heartbeat *h, const struct heartbeat_conf *conf, char error[HEARTBEAT_ERROR_LEN]);
/* leave: say good-bye. NULL is fine. */
void heartbeat_free(struct heartbeat *h, bool leave);
/* Beat and listen on these interfaces only. */
void heartbeat_set_facts(struct heartbeat *h, const struct l2_facts *own);
/* To be told what this node says; l2_peers_run() is called soon after, from the loop. */
struct l2_peers *heartbeat_peers(struct heartbeat *h);
void heartbeat_kick(struct heartbeat *h); /* something was told */
/* Sockets, interfaces that cannot be sent on: "eth0: Network is unreachable"; NULL = none. */
const char *heartbeat_problem(const struct heartbeat *h);
#endif
