/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_io.c - TCP of a connection. One call reads or writes at most IO_CHUNK, so that no
 * peer keeps the loop to itself: the socket stays ready and its turn comes again. Bytes go
 * through one buffer that all share; a connection owns memory only for a message that has come
 * in part and for what TCP did not take.
 *
 * Sending is pull: UPDATEs are made when TCP takes them. Our own messages go before those that
 * wait, but never into the middle of one.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/bgp/sockopt.h"
#include "announcer/clock.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	IO_CHUNK = 32 << 10,
	DSCP_CS6 = 0xc0, /* of the TOS byte: RFC 4271 leaves it open, routers expect it */
	DRAIN_MAX = 16,  /* reads before a close */
};

_Static_assert(sizeof(((struct bgp_sessions *)0)->buf) >= IO_CHUNK + BGP_MESSAGE_MAX,
    "a chunk and what was left");

/* Length of the message at p, its header is whole. */
static size_t message_len(const uint8_t *p)
{
	return (size_t)p[16] << 8 | p[17];
}

static void count_out(struct bgp_conn *c, const uint8_t *message)
{
	uint8_t type = message[18];

	c->s->st.out[type < BGP_TYPES ? type : 0]++;
	c->s->st.last_out_s = time(NULL);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	bgp_io_read(arg);
}

static void on_writable(evutil_socket_t fd, short what, void *arg);

static void events_make(struct bgp_conn *c)
{
	struct event_base *base = c->s->all->base;

	c->read_ev = event_new(base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
	c->write_ev = event_new(base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
}

static int option(int fd, int level, int name, int v)
{
	return setsockopt(fd, level, name, &v, sizeof(v)) ? -errno : 0;
}

/* RFC 4271 leaves the TTL open; RFC 5082 2.2. */
static int ttl_set(const struct bgp_neighbor *nb, int fd, const char **what)
{
	bool v4 = nb->address.family == AF_INET;
	int ttl = nb->multihop ? nb->multihop : 1, rc;

	if (nb->ttl_security || bgp_neighbor_ibgp(nb, nb->asn))
		ttl = 255;
	*what = "TTL";
	rc = v4 ? option(fd, IPPROTO_IP, IP_TTL, ttl)
	        : option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
	if (rc || !nb->ttl_security)
		return rc;
	*what = "TTL security";
	return sockopt_min_ttl(fd, nb->address.family, (uint8_t)(256 - nb->ttl_security));
}

static int options_set(struct bgp_conn *c, int fd, const char **what)
{
	const struct bgp_neighbor *nb = &c->s->nb;

	/* Of no consequence when refused. */
	option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (nb->address.family == AF_INET)
		option(fd, IPPROTO_IP, IP_TOS, DSCP_CS6);
	else
		option(fd, IPPROTO_IPV6, IPV6_TCLASS, DSCP_CS6);
	return ttl_set(nb, fd, what);
}

static socklen_t sockaddr_of(struct sockaddr_storage *to, const struct bgp_neighbor *nb,
    const struct ipaddr *a, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (a->family == AF_INET) {
		memcpy(&in.sin_addr, a->addr, sizeof(in.sin_addr));
		memcpy(to, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, a->addr, sizeof(in6.sin6_addr));
	if (ipaddr_is_linklocal(a) && nb->interface)
		in6.sin6_scope_id = if_nametoindex(nb->interface);
	memcpy(to, &in6, sizeof(in6));
	return sizeof(in6);
}

static int dial_options(struct bgp_conn *c, int fd, const char **what)
{
	const struct bgp_neighbor *nb = &c->s->nb;
	struct prefix host = prefix_of_addr(&nb->address);
	struct sockaddr_storage from;
	socklen_t len;
	int rc = options_set(c, fd, what);

	if (!rc && nb->interface) {
		*what = "interface";
		rc = sockopt_device(fd, nb->interface);
	}
	if (!rc && c->s->key.text) {
		*what = "TCP MD5";
		rc = sockopt_md5(fd, &host, c->s->key.text);
	}
	if (rc || !nb->source.family)
		return rc;
	*what = "source-address";
	len = sockaddr_of(&from, nb, &nb->source, 0);
	return bind(fd, (struct sockaddr *)&from, len) ? -errno : 0;
}

int bgp_io_dial(struct bgp_conn *c, const char **what)
{
	const struct bgp_neighbor *nb = &c->s->nb;
	struct sockaddr_storage to;
	socklen_t len = sockaddr_of(&to, nb, &nb->address, nb->port ? nb->port : BGP_PORT);
	int fd = socket(nb->address.family, SOCK_STREAM, 0), rc;

	*what = "socket";
	if (fd < 0)
		return -errno;
	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	rc = dial_options(c, fd, what);
	if (!rc) {
		*what = "connect";
		rc = connect(fd, (struct sockaddr *)&to, len) ? -errno : 0;
	}
	if (rc && rc != -EINPROGRESS) {
		close(fd);
		return rc;
	}
	c->fd = fd;
	c->born_ms = clock_ms();
	events_make(c);
	event_add(c->write_ev, NULL);
	return 0;
}

int bgp_io_take(struct bgp_conn *c, int fd, const char **what)
{
	int rc = options_set(c, fd, what);

	if (rc)
		return rc;
	c->fd = fd;
	c->born_ms = clock_ms();
	events_make(c);
	event_add(c->read_ev, NULL);
	return 0;
}

static void dialled(struct bgp_conn *c)
{
	char why[120];
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	event_del(c->write_ev);
	if (err) {
		snprintf(why, sizeof(why), "connect: %s", strerror(err));
		bgp_conn_event(c, EV_TCP_FAIL, NULL, why);
		return;
	}
	event_add(c->read_ev, NULL);
	bgp_conn_event(c, EV_TCP_UP, NULL, NULL);
}

static bool is_later(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

/* How much of these bytes TCP takes. After an error that does not pass it is nothing for ever:
 * the reader ends the connection, after a NOTIFICATION that may have come. */
static size_t push(struct bgp_conn *c, const uint8_t *p, size_t len)
{
	ssize_t n = c->send_error ? 0 : send(c->fd, p, len, MSG_NOSIGNAL);

	if (n >= 0) {
		c->s->st.bytes_out += (uint64_t)n;
		return (size_t)n;
	}
	if (!is_later(errno)) {
		c->send_error = errno;
		event_del(c->write_ev);
		event_active(c->read_ev, EV_READ, 0);
	}
	return 0;
}

/* The first message from at on that begins at or behind end. */
static size_t boundary(const uint8_t *p, size_t at, size_t end)
{
	while (at < end)
		at += message_len(p + at);
	return at;
}

void bgp_io_wake(struct bgp_conn *c)
{
	if (c->send_error)
		return;
	if (!event_pending(c->write_ev, EV_WRITE, NULL))
		c->stuck_ms = clock_ms();
	event_add(c->write_ev, NULL);
}

int64_t bgp_io_stuck_ms(const struct bgp_conn *c)
{
	return event_pending(c->write_ev, EV_WRITE, NULL) ? clock_ms() - c->stuck_ms : 0;
}

/* Keep whole messages of which the first n bytes are gone. */
static void keep(struct bgp_conn *c, const uint8_t *p, size_t len, size_t n)
{
	if (n == len)
		return;
	c->out_len = len - n;
	c->out_at = 0;
	c->out_next = boundary(p, 0, n) - n;
	c->out = xrealloc(NULL, c->out_len, 1);
	memcpy(c->out, p + n, c->out_len);
	bgp_io_wake(c);
}

static void out_drop(struct bgp_conn *c)
{
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_at = c->out_next = 0;
}

/* Return: whether nothing is left. */
static bool push_kept(struct bgp_conn *c)
{
	if (!c->out)
		return true;
	c->out_at += push(c, c->out + c->out_at, c->out_len - c->out_at);
	c->out_next = boundary(c->out, c->out_next, c->out_at);
	if (c->out_at < c->out_len)
		return false;
	out_drop(c);
	return true;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_conn *c = arg;
	struct bgp_sessions *all = c->s->all;
	struct wr w = wr_of(all->buf, IO_CHUNK);
	size_t at = 0;
	bool more = true;

	(void)fd;
	(void)what;
	if (c->state == BGP_CONNECT) {
		dialled(c);
		return;
	}
	c->stuck_ms = clock_ms();
	if (!push_kept(c))
		return;
	while (c->s->up == c && w.cap - w.len >= BGP_MESSAGE_MAX) {
		more = all->ops.fill(c->s, &w, all->arg);
		if (!more || w.bad || w.len == at)
			break;
		for (; at < w.len; at += message_len(w.buf + at))
			count_out(c, w.buf + at);
	}
	if (!more || c->s->up != c)
		event_del(c->write_ev);
	if (w.len)
		keep(c, w.buf, w.len, push(c, w.buf, w.len));
}

void bgp_io_send(struct bgp_conn *c, const struct wr *message)
{
	size_t len = message->len;

	if (c->fd < 0 || c->send_error || message->bad)
		return;
	count_out(c, message->buf);
	if (!c->out) {
		keep(c, message->buf, len, push(c, message->buf, len));
		return;
	}
	c->out = xrealloc(c->out, c->out_len + len, 1);
	memmove(c->out + c->out_next + len, c->out + c->out_next, c->out_len - c->out_next);
	memcpy(c->out + c->out_next, message->buf, len);
	c->out_len += len;
	c->out_next += len;
}

void bgp_io_notify(struct bgp_conn *c, const struct bgp_error *e)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	if (c->out)
		c->out_len = c->out_next;
	c->s->st.last_sent = *e;
	bgp_notification_encode(&w, e);
	bgp_io_send(c, &w);
	push_kept(c);
}

/* Unread bytes would turn the close into a reset, which may overtake a NOTIFICATION. */
static void drain(struct bgp_conn *c)
{
	uint8_t buf[BGP_MESSAGE_MAX];

	shutdown(c->fd, SHUT_WR);
	for (int i = 0; i < DRAIN_MAX; i++)
		if (recv(c->fd, buf, sizeof(buf), 0) <= 0)
			return;
}

void bgp_io_close(struct bgp_conn *c)
{
	struct event **ev[] = {&c->read_ev, &c->write_ev, &c->hold_ev, &c->keepalive_ev};

	for (size_t i = 0; i < ARRAY_LEN(ev); i++) {
		if (*ev[i])
			event_free(*ev[i]);
		*ev[i] = NULL;
	}
	if (c->fd >= 0) {
		drain(c);
		close(c->fd);
	}
	c->fd = -1;
	out_drop(c);
	free(c->in);
	c->in = NULL;
	c->in_len = 0;
	c->send_error = 0;
	c->hold_at_ms = c->keepalive_at_ms = 0;
}

/* Messages of the shared buffer. */
static void feed(struct bgp_conn *c, size_t len)
{
	uint8_t *p = c->s->all->buf;
	struct bgp_session *s = c->s;
	struct bgp_error e;
	enum bgp_type type;
	size_t at = 0;

	while (at < len) {
		int n = bgp_frame(p + at, len - at, &type, &e);

		if (n == 0)
			break;
		if (n < 0) {
			s->st.in[0]++;
			bgp_conn_event(c, EV_HEADER_BAD, &e, "bad message header");
			return;
		}
		s->st.in[type]++;
		s->st.last_in_s = time(NULL);
		bgp_conn_message(
		    c, type, rd_of(p + at + BGP_HEADER_LEN, (size_t)n - BGP_HEADER_LEN));
		if (c->fd < 0)
			return;
		at += (size_t)n;
	}
	c->in_len = len - at;
	if (!c->in_len)
		return;
	c->in = xrealloc(NULL, c->in_len, 1);
	memcpy(c->in, p + at, c->in_len);
}

static void send_failed(struct bgp_conn *c)
{
	char why[120];

	snprintf(why, sizeof(why), "send: %s", strerror(c->send_error));
	bgp_conn_event(c, EV_TCP_FAIL, NULL, why);
}

void bgp_io_read(struct bgp_conn *c)
{
	uint8_t *buf = c->s->all->buf;
	size_t had = c->in_len;
	ssize_t n;

	if (c->fd < 0 || c->state < BGP_OPENSENT)
		return;
	n = recv(c->fd, buf + had, IO_CHUNK, 0);
	if (n < 0 && is_later(errno)) {
		if (c->send_error)
			send_failed(c);
		return;
	}
	if (n <= 0) {
		bgp_conn_event(
		    c, EV_TCP_FAIL, NULL, n ? strerror(errno) : "closed by the peer");
		return;
	}
	if (had)
		memcpy(buf, c->in, had);
	free(c->in);
	c->in = NULL;
	c->in_len = 0;
	c->s->st.bytes_in += (uint64_t)n;
	feed(c, had + (size_t)n);
	if (c->fd >= 0 && c->send_error)
		event_active(c->read_ev, EV_READ, 0);
}
