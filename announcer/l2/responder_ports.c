/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * responder_ports.c - the interfaces of the responder: two packet sockets each, open while an
 * address of that family is answered there, and what comes in by them.
 */
#include "announcer/clock.h"
#include "announcer/l2/responder_int.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BUDGET = 4, RETRY_S = 5 };

static const uint8_t families[PACKET_KINDS] = {AF_INET, AF_INET6};

struct port *responder_port(const struct responder *r, uint32_t ifindex)
{
	for (size_t i = 0; i < r->n_ports; i++)
		if (r->ports[i]->iface.ifindex == ifindex)
			return r->ports[i];
	return NULL;
}

struct packet_frame *responder_out(struct port_socket *s)
{
	struct packet_frame *f;

	if (s->n_out == PACKET_BATCH)
		responder_flush(s);
	f = &s->out[s->n_out];
	f->p = s->data[s->n_out++];
	return f;
}

void responder_flush(struct port_socket *s)
{
	if (s->fd >= 0 && s->n_out)
		s->port->responder->stats.send_errors +=
		    s->n_out - packet_send(s->fd, s->out, s->n_out);
	s->n_out = 0;
}

/* What others claim: told when the batch is done, for then things may be let go. */
struct conflict {
	struct ipaddr addr;
	uint8_t foreign[MAC_LEN];
};

static void on_frame(struct port_socket *s, struct answer_in *in, struct answer_out *out)
{
	struct responder *r = s->port->responder;
	bool six = s == &s->port->sockets[PACKET_NDP];

	r->stats.frames++;
	if ((six ? answer_ndp : answer_arp)(&r->table, in, out)) {
		r->stats.malformed++;
		return;
	}
	r->stats.requests += out->asked != NULL;
	r->stats.conflicts += out->claimed && !out->claimed->quiet; /* else we asked */
	if (out->len) {
		struct packet_frame *f = responder_out(s);

		memcpy(f->p, out->frame, out->len);
		f->len = out->len;
		r->stats.responses++;
	}
}

/* Return: whether there may be more to be read. */
static bool read_batch(struct port_socket *s, struct packet_batch *b)
{
	const struct port *p = s->port;
	struct responder *r = p->responder;
	struct conflict conflicts[PACKET_BATCH];
	struct answer_in in = {.iface = &p->iface, .macs = &r->macs, .now_ms = clock_ms()};
	struct answer_iface iface = p->iface;
	struct answer_out out;
	int n = packet_receive(s->fd, b), n_conflicts = 0;

	for (int i = 0; i < n; i++) {
		in.frame = b->frames[i].p;
		in.len = b->frames[i].len;
		on_frame(s, &in, &out);
		if (!out.claimed)
			continue;
		conflicts[n_conflicts].addr = served_addr(&r->table, out.claimed);
		memcpy(conflicts[n_conflicts++].foreign, out.foreign, MAC_LEN);
	}
	responder_flush(s);
	for (int i = 0; i < n_conflicts; i++)
		r->ops->on_conflict(
		    &conflicts[i].addr, conflicts[i].foreign, iface.mac, iface.ifindex, r->arg);
	return n == PACKET_BATCH && !n_conflicts;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct port_socket *s = arg;
	struct packet_batch *batch = s->port->responder->batch;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < READ_BUDGET; i++)
		if (!read_batch(s, batch))
			return;
}

static void close_socket(struct port_socket *s)
{
	if (s->fd < 0)
		return;
	event_free(s->read_ev);
	close(s->fd);
	s->fd = -1;
	s->n_out = 0;
}

/* error: 0 = there is none any more. */
static void set_problem(struct port *p, const char *what, int error)
{
	char text[sizeof(p->problem)] = "";

	if (error)
		snprintf(text, sizeof(text), "%s: %s%s", p->name, what, strerror(error));
	if (!strcmp(text, p->problem))
		return;
	memcpy(p->problem, text, sizeof(text));
	if (error)
		log_warn("l2", "%s", text);
	else
		log_info("l2", "%s: answers", p->name);
}

void responder_refused(uint32_t ifindex, int error, void *arg)
{
	struct port *p = responder_port(arg, ifindex);
	int rc;

	if (!p || p->all_groups || p->sockets[PACKET_NDP].fd < 0)
		return;
	rc = packet_all_groups(p->sockets[PACKET_NDP].fd, ifindex);
	p->all_groups = !rc;
	if (rc)
		set_problem(p, "multicast groups: ", -rc);
	else
		log_info("l2", "%s: hears all multicast groups, for none can be joined: %s",
		    p->name, strerror(error));
}

static int open_socket(struct port_socket *s, enum packet_kind kind)
{
	struct responder *r = s->port->responder;
	int fd = packet_open(kind, s->port->iface.ifindex);

	if (fd < 0)
		return fd;
	s->fd = fd;
	s->read_ev = event_new(r->base, fd, EV_READ | EV_PERSIST, on_readable, s);
	event_add(s->read_ev, NULL);
	if (kind == PACKET_NDP) {
		s->port->all_groups = false;
		groups_again(&r->groups, s->port->iface.ifindex);
	}
	responder_tell_all(r, families[kind], s->port->iface.ifindex);
	return 0;
}

/* Return: an error, if something that is needed cannot be opened. */
static int port_open(struct port *p)
{
	const struct responder *r = p->responder;
	int rc = 0;

	for (unsigned k = 0; k < PACKET_KINDS; k++) {
		struct port_socket *s = &p->sockets[k];
		bool needed = served_uses(&r->table, families[k], p->iface.ifindex);

		if (!needed)
			close_socket(s);
		else if (s->fd < 0 && !rc)
			rc = open_socket(s, k);
	}
	return -rc;
}

void responder_open(struct responder *r)
{
	struct timeval retry = {.tv_sec = RETRY_S};

	for (size_t i = 0; i < r->n_ports; i++) {
		struct port *p = r->ports[i];
		int error = port_open(p);

		if (error || !p->all_groups)
			set_problem(p, "", error);
		if (error && !event_pending(r->retry_ev, EV_TIMEOUT, NULL))
			event_add(r->retry_ev, &retry);
	}
}

static void port_free(struct port *p)
{
	for (unsigned k = 0; k < PACKET_KINDS; k++)
		close_socket(&p->sockets[k]);
	free(p);
}

void responder_ports_fini(struct responder *r)
{
	for (size_t i = 0; i < r->n_ports; i++)
		port_free(r->ports[i]);
	free(r->ports);
	free(r->macs.v);
}

static struct port *port_new(struct responder *r, uint32_t ifindex)
{
	struct port *p = xcalloc(1, sizeof(*p));

	p->responder = r;
	p->iface.ifindex = ifindex;
	for (unsigned k = 0; k < PACKET_KINDS; k++) {
		p->sockets[k].port = p;
		p->sockets[k].fd = -1;
	}
	r->ports = xrealloc(r->ports, r->n_ports + 1, sizeof(struct port *));
	r->ports[r->n_ports++] = p;
	return p;
}

static bool has_ipv6(const struct l2_link *link)
{
	for (size_t i = 0; i < link->n_addrs; i++)
		if (link->addrs[i].addr.family == AF_INET6)
			return true;
	return false;
}

static void port_set(struct port *p, const struct l2_link *link)
{
	struct responder *r = p->responder;
	bool moved = p->name[0] && !mac_same(p->iface.mac, link->mac), had6 = p->has6;

	memcpy(p->name, link->name, sizeof(p->name));
	memcpy(p->iface.mac, link->mac, MAC_LEN);
	p->has6 = has_ipv6(link);
	p->seen = true;
	if (p->has6 && !had6)
		groups_again(&r->groups, p->iface.ifindex);
	for (unsigned k = 0; k < PACKET_KINDS && moved; k++)
		responder_tell_all(r, families[k], p->iface.ifindex);
}

static const struct l2_link *find_link(const struct l2_link *v, size_t n, uint32_t ifindex)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].ifindex == ifindex)
			return &v[i];
	return NULL;
}

static void set_macs(struct responder *r, const struct l2_link *v, size_t n)
{
	r->macs.v = xrealloc(r->macs.v, n, MAC_LEN);
	r->macs.n = 0;
	for (size_t i = 0; i < n; i++)
		if (v[i].ethernet)
			memcpy(r->macs.v[r->macs.n++], v[i].mac, MAC_LEN);
	answer_macs_sort(&r->macs);
}

void responder_set_links(
    struct responder *r, const struct l2_link *v, size_t n, const struct l2_facts *facts)
{
	size_t kept = 0;

	set_macs(r, v, n);
	for (size_t i = 0; i < r->n_ports; i++)
		r->ports[i]->seen = false;
	for (size_t i = 0; i < facts->n; i++) {
		const struct l2_link *link = find_link(v, n, facts->v[i].ifindex);
		struct port *p = responder_port(r, facts->v[i].ifindex);

		if (link && link->ethernet)
			port_set(p ? p : port_new(r, link->ifindex), link);
	}
	for (size_t i = 0; i < r->n_ports; i++) {
		if (r->ports[i]->seen)
			r->ports[kept++] = r->ports[i];
		else
			port_free(r->ports[i]);
	}
	r->n_ports = kept;
	responder_open(r);
}

const char *responder_problem(const struct responder *r, uint32_t ifindex)
{
	const struct port *p = responder_port(r, ifindex);

	return p && p->problem[0] ? p->problem : NULL;
}
