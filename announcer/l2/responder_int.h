/* SPDX-License-Identifier: GPL-2.0-or-later */
/* responder_int.h - what the files of the responder share. */
#ifndef GREVY_L2_RESPONDER_INT_H
#define GREVY_L2_RESPONDER_INT_H
#include "announcer/l2/answer.h"
#include "announcer/l2/groups.h"
#include "announcer/l2/packet.h"

struct event;

/* One socket of an interface, and what is to go out by it. */
struct port_socket {
	struct port *port;
	int fd; /* -1 = not open */
	struct event *read_ev;
	size_t n_out;
	struct packet_frame out[PACKET_BATCH];
	uint8_t data[PACKET_BATCH][NDP_FRAME_MAX];
};

/* An interface that may be used. */
struct port {
	struct responder *responder;
	struct answer_iface iface;
	char name[L2_NAME];
	bool has6;       /* an IPv6 address */
	bool all_groups; /* hears every group: some could not be joined */
	bool seen;
	char problem[L2_NAME + 64]; /* "" = none */
	struct port_socket sockets[PACKET_KINDS];
};

struct responder {
	struct event_base *base;
	const struct responder_ops *ops;
	void *arg;
	struct served_table table;
	struct burst burst;
	struct groups groups;
	struct port **ports;
	size_t n_ports;
	struct answer_macs macs;
	struct event *tell_ev, *retry_ev;
	struct responder_stats stats;
	struct packet_batch *batch;
};

/* responder_ports.c */
struct port *responder_port(const struct responder *r, uint32_t ifindex); /* or NULL */
/* Open the sockets that are needed and close those that are not any more. */
void responder_open(struct responder *r);
/* Room for one frame more. */
struct packet_frame *responder_out(struct port_socket *s);
void responder_flush(struct port_socket *s);
void responder_ports_fini(struct responder *r);
void responder_refused(uint32_t ifindex, int error, void *arg);

/* responder.c: everything that is answered on this interface is to be told there. */
void responder_tell_all(struct responder *r, uint8_t family, uint32_t ifindex);
#endif
