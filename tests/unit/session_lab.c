/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_lab.h"
#include "announcer/bgp/sockopt.h"
#include "announcer/util.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 2, WAIT_MS = 20000 };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

__attribute__((format(printf, 2, 3))) static void tell(struct lab *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->told + l->told_len, sizeof(l->told) - l->told_len, fmt, ap);
	va_end(ap);
	assert_true(n > 0 && l->told_len + (size_t)n < sizeof(l->told));
	l->told_len += (size_t)n;
}

static const char *name_of(const struct bgp_session *s)
{
	return bgp_session_neighbor(s)->name;
}

static void on_up(struct bgp_session *s, void *arg)
{
	assert_non_null(bgp_session_facts(s));
	tell(arg, "up %s\n", name_of(s));
}

static void on_down(struct bgp_session *s, bool hold, void *arg)
{
	assert_null(bgp_session_facts(s));
	tell(arg, "down %s%s\n", name_of(s), hold ? " hold" : "");
}

static void on_stale_over(struct bgp_session *s, void *arg)
{
	tell(arg, "stale over %s\n", name_of(s));
}

static int on_update(
    struct bgp_session *s, const struct bgp_update *u, struct bgp_error *e, void *arg)
{
	struct lab *l = arg;

	if (l->refuse) {
		bgp_error_set(e, l->refuse, NULL, 0);
		return -EPROTO;
	}
	if (!l->updates++)
		tell(l, "update %s%s\n", name_of(s), u->end_of_rib ? " end-of-rib" : "");
	return 0;
}

static void on_refresh(struct bgp_session *s, uint8_t family, void *arg)
{
	tell(arg, "refresh %s %d\n", name_of(s), family == AF_INET ? 4 : 6);
}

/* Big ones, so that TCP is filled. */
static bool fill(struct bgp_session *s, struct wr *w, void *arg)
{
	struct lab *l = arg;
	struct prefix p[900];

	(void)s;
	if (!l->to_send)
		return false;
	l->to_send--;
	memset(p, 0, sizeof(p));
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		p[i].family = AF_INET;
		p[i].plen = 24;
		p[i].addr[0] = 10;
		p[i].addr[1] = (uint8_t)(i >> 8);
		p[i].addr[2] = (uint8_t)i;
	}
	assert_true(bgp_withdraw_encode(w, p, ARRAY_LEN(p)) > 0);
	return true;
}

static void on_made(struct bgp_session *s, void *arg)
{
	struct lab *l = arg;

	l->made++;
	bgp_session_set_owner(s, l);
}

static void on_freed(struct bgp_session *s, void *arg)
{
	struct lab *l = arg;

	assert_ptr_equal(bgp_session_owner(s), l);
	l->made--;
	tell(l, "freed %s\n", name_of(s));
}

static const struct bgp_session_ops ops = {
    .on_up = on_up,
    .on_down = on_down,
    .on_stale_over = on_stale_over,
    .on_update = on_update,
    .on_refresh = on_refresh,
    .fill = fill,
    .on_made = on_made,
    .on_freed = on_freed,
};

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static struct sockaddr_in loopback(unsigned n, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};

	in.sin_addr.s_addr = htonl(0x7f000000 + n);
	return in;
}

static int socket_at(unsigned n, uint16_t *port)
{
	struct sockaddr_in in = loopback(n, 0);
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

void lab_start(struct lab *l)
{
	struct bgp_self self = {.router_id = 10, .restart_s = 120, .forwarding = true};
	struct timeval tick = {0, TICK_MS * 1000};
	char at[32];
	const char *places[] = {at};
	const char *error;

	memset(l, 0, sizeof(*l));
	l->base = event_base_new();
	l->tick_ev = event_new(l->base, -1, EV_PERSIST, on_tick, NULL);
	event_add(l->tick_ev, &tick);
	l->all = bgp_sessions_new(l->base, &ops, l);
	bgp_sessions_self(l->all, &self);
	close(socket_at(1, &l->port));
	snprintf(at, sizeof(at), "127.0.0.1:%u", l->port);
	bgp_sessions_listen(l->all, places, 1);
	assert_string_equal(bgp_sessions_listening(l->all, 0, &error), at);
	assert_string_equal(error, "");
}

void lab_stop(struct lab *l)
{
	bgp_sessions_free(l->all, false);
	assert_int_equal(l->made, 0);
	event_free(l->tick_ev);
	event_base_free(l->base);
}

struct bgp_neighbor lab_neighbor(unsigned n, uint16_t port, const char *name)
{
	struct bgp_neighbor nb = {
	    .name = (char *)(uintptr_t)name,
	    .address = {.family = AF_INET, .addr = {127, 0, 0, (uint8_t)n}},
	    .my_asn = 65001,
	    .asn = 65002,
	    .port = port,
	    .passive = !port,
	    .hold_s = 90,
	    .connect_s = 1,
	    .graceful = true,
	    .families = BGP_IPV4 | BGP_IPV6,
	};

	return nb;
}

void lab_set(struct lab *l, struct bgp_neighbor *v, size_t n)
{
	bgp_sessions_set(l->all, v, n);
}

static void turn(struct lab *l)
{
	event_base_loop(l->base, EVLOOP_ONCE);
}

bool lab_told(const struct lab *l, const char *text)
{
	return strstr(l->told, text) != NULL;
}

void lab_forget(struct lab *l)
{
	l->told_len = 0;
	l->told[0] = '\0';
	l->updates = 0;
}

void lab_wait(struct lab *l, const char *text)
{
	int64_t end = now_ms() + WAIT_MS;

	while (!lab_told(l, text)) {
		if (now_ms() >= end)
			fail_msg("waited for \"%s\", was told:\n%s", text, l->told);
		turn(l);
	}
}

static struct bgp_session *find(struct lab *l, unsigned n)
{
	struct ipaddr a = {
	    .family = AF_INET, .addr = {127, 0, 0, (uint8_t)n}
        };

	return bgp_session_at(l->all, &a, NULL);
}

struct bgp_session_status lab_status(struct lab *l, unsigned n)
{
	struct bgp_session_status st;
	struct bgp_session *s = find(l, n);

	assert_non_null(s);
	bgp_session_status(s, &st);
	return st;
}

void lab_wait_state(struct lab *l, unsigned n, enum bgp_state state)
{
	int64_t end = now_ms() + WAIT_MS;

	while (lab_status(l, n).state != state) {
		if (now_ms() >= end)
			fail_msg("state %s", bgp_state_name(lab_status(l, n).state));
		turn(l);
	}
}

void lab_wait_why(struct lab *l, unsigned n, const char *why)
{
	int64_t end = now_ms() + WAIT_MS;

	while (!strstr(lab_status(l, n).why, why)) {
		if (now_ms() >= end)
			fail_msg("why \"%s\", not \"%s\"", lab_status(l, n).why, why);
		turn(l);
	}
}

void lab_run_ms(struct lab *l, int ms)
{
	int64_t end = now_ms() + ms;

	while (now_ms() < end)
		turn(l);
}

void peer_init(struct peer *p, struct lab *l, unsigned n)
{
	memset(p, 0, sizeof(*p));
	p->lab = l;
	p->fd = -1;
	p->address = (struct ipaddr){
	    .family = AF_INET, .addr = {127, 0, 0, (uint8_t)n}
        };
	p->listen_fd = socket_at(n, &p->port);
	p->open = (struct bgp_open){
	    .asn = 65002,
	    .id = 20,
	    .hold_s = 90,
	    .caps = BGP_CAP_AS4 | BGP_CAP_REFRESH | BGP_CAP_MP,
	    .families = BGP_IPV4 | BGP_IPV6,
	};
}

void peer_listen(struct peer *p)
{
	assert_int_equal(listen(p->listen_fd, 8), 0);
	assert_int_equal(fcntl(p->listen_fd, F_SETFL, O_NONBLOCK), 0);
}

static void connected(struct peer *p, int fd)
{
	p->fd = fd;
	p->len = p->message_len = 0;
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

void peer_accept(struct peer *p)
{
	int64_t end = now_ms() + WAIT_MS;
	int fd;

	while ((fd = accept(p->listen_fd, NULL, NULL)) < 0) {
		if (now_ms() >= end)
			fail_msg("not dialled");
		turn(p->lab);
	}
	connected(p, fd);
}

static int dial(struct peer *p, int timeout_ms)
{
	struct sockaddr_in to = loopback(1, p->lab->port);
	struct prefix us = {
	    .family = AF_INET, .plen = 32, .addr = {127, 0, 0, 1}
        };
	struct timeval wait = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	uint16_t port;
	int fd = socket_at(p->address.addr[3], &port), small = 16 << 10;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (p->key)
		assert_int_equal(sockopt_md5(fd, &us, p->key), 0);
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	close(fd);
	return -1;
}

void peer_dial(struct peer *p)
{
	int fd = dial(p, WAIT_MS);

	assert_true(fd >= 0);
	connected(p, fd);
}

bool peer_dials(struct peer *p)
{
	int fd = dial(p, 300);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void peer_close(struct peer *p)
{
	close(p->fd);
	p->fd = -1;
}

void peer_reset(struct peer *p)
{
	struct linger now = {1, 0};

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	peer_close(p);
}

void peer_fini(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	close(p->listen_fd);
}

void peer_bytes(struct peer *p, const void *bytes, size_t len)
{
	assert_int_equal(send(p->fd, bytes, len, MSG_NOSIGNAL), len);
}

static void send_message(struct peer *p, const struct wr *w)
{
	assert_false(w->bad);
	peer_bytes(p, w->buf, w->len);
}

void peer_open(struct peer *p)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	bgp_open_encode(&w, &p->open);
	send_message(p, &w);
}

void peer_keepalive(struct peer *p)
{
	uint8_t buf[BGP_HEADER_LEN];
	struct wr w = wr_of(buf, sizeof(buf));

	bgp_keepalive_encode(&w);
	send_message(p, &w);
}

void peer_end_of_rib(struct peer *p)
{
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof(buf));

	bgp_end_of_rib_encode(&w, AF_INET);
	send_message(p, &w);
}

void peer_notify(struct peer *p, uint16_t code)
{
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof(buf));
	struct bgp_error e;

	bgp_error_set(&e, code, NULL, 0);
	bgp_notification_encode(&w, &e);
	send_message(p, &w);
}

/* Return: 1 a message, 0 the end. */
static int next(struct peer *p, enum bgp_type *type)
{
	int64_t end = now_ms() + WAIT_MS;
	struct bgp_error e;
	ssize_t got;
	int n;

	p->len -= p->message_len;
	memmove(p->buf, p->buf + p->message_len, p->len);
	p->message_len = 0;
	for (;;) {
		n = bgp_frame(p->buf, p->len, type, &e);
		assert_true(n >= 0);
		if (n) {
			p->message_len = (size_t)n;
			p->body = p->buf + BGP_HEADER_LEN;
			p->body_len = p->message_len - BGP_HEADER_LEN;
			return 1;
		}
		got = recv(p->fd, p->buf + p->len, sizeof(p->buf) - p->len, 0);
		if (!got || (got < 0 && errno != EAGAIN))
			return 0;
		if (got > 0)
			p->len += (size_t)got;
		else if (now_ms() >= end)
			fail_msg("no message; told:\n%s", p->lab->told);
		else
			turn(p->lab);
	}
}

void peer_expect(struct peer *p, enum bgp_type type)
{
	enum bgp_type got;

	do {
		if (!next(p, &got))
			fail_msg("the connection ended instead of a message %d", type);
	} while (got == BGP_KEEPALIVE && type != BGP_KEEPALIVE);
	if (got != type)
		fail_msg("message %d instead of %d", got, type);
}

struct bgp_error peer_expect_error(struct peer *p, uint16_t code)
{
	struct bgp_error e = {0};
	struct rd r;

	peer_expect(p, BGP_NOTIFICATION);
	r = rd_of(p->body, p->body_len);
	assert_int_equal(bgp_notification_decode(&r, &e), 0);
	assert_int_equal(e.code, code);
	return e;
}

void peer_expect_end(struct peer *p)
{
	enum bgp_type type;

	while (next(p, &type))
		continue;
	peer_close(p);
}

void peer_establish(struct peer *p)
{
	char text[PREFIX_STRLEN + 8], address[PREFIX_STRLEN];

	peer_expect(p, BGP_OPEN);
	peer_open(p);
	peer_expect(p, BGP_KEEPALIVE);
	peer_keepalive(p);
	snprintf(text, sizeof(text), "up %s\n", ipaddr_str(&p->address, address));
	lab_wait(p->lab, text);
}

/* ---- one lab and two peers ---- */

struct lab lab;
struct peer p2, p3;

int lab_setup(void **state)
{
	(void)state;
	lab_start(&lab);
	peer_init(&p2, &lab, 2);
	peer_init(&p3, &lab, 3);
	return 0;
}

int lab_teardown(void **state)
{
	(void)state;
	lab_stop(&lab);
	peer_fini(&p2);
	peer_fini(&p3);
	return 0;
}

void dialled(void)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");

	peer_listen(&p2);
	lab_set(&lab, &nb, 1);
	peer_accept(&p2);
}

void taken(void)
{
	struct bgp_neighbor nb = lab_neighbor(2, 0, "127.0.0.2");

	lab_set(&lab, &nb, 1);
	peer_dial(&p2);
}

struct bgp_session *session(unsigned n)
{
	return find(&lab, n);
}

struct bgp_neighbor range_of(uint32_t limit)
{
	struct bgp_neighbor nb = lab_neighbor(0, 0, "127.0.0.0/24");

	memset(&nb.address, 0, sizeof(nb.address));
	assert_int_equal(prefix_parse("127.0.0.0/24", &nb.range), 0);
	nb.limit = limit;
	return nb;
}
