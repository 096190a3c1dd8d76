/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is rare: a send that fails, link-local peers of a range, a limit that is raised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/bgp/session_int.h"
#include "announcer/util.h"
#include "session_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/util.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* In the place of the C library's: it fails `fails` times, by this error, for who dials. */
static int send_error, fails, fails_on = -1;

ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	if (fails > 0 && fd == fails_on) {
		fails--;
		errno = send_error;
		return -1;
	}
	return sendto(fd, buf, n, flags, NULL, 0);
}

static void send_fails(int error, int times)
{
	fails_on = session(2)->up->fd;
	send_error = error;
	fails = times;
}

static void a_send_that_passes_loses_nothing(void **state)
{
	static const int errors[] = {EAGAIN, EINTR, ENOBUFS};

	(void)state;
	dialled();
	peer_establish(&p2);
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		uint64_t sent = lab_status(&lab, 2).bytes_out;

		send_fails(errors[i], 2);
		lab.to_send = 1;
		bgp_session_wake(session(2));
		peer_expect(&p2, BGP_UPDATE);
		assert_int_equal(fails, 0);
		assert_true(lab_status(&lab, 2).bytes_out > sent);
	}
	assert_false(lab_told(&lab, "down"));
}

static void a_send_that_fails_ends_the_session(void **state)
{
	struct bgp_session_status st;
	uint64_t sent;

	(void)state;
	dialled();
	peer_establish(&p2);
	sent = lab_status(&lab, 2).bytes_out;
	send_fails(ENOMEM, 1 << 20);
	lab.to_send = 1;
	bgp_session_wake(session(2));
	lab_wait(&lab, "down 127.0.0.2\n");
	st = lab_status(&lab, 2);
	assert_int_equal(st.bytes_out, sent);
	assert_string_equal(st.last_reset, "send: Cannot allocate memory");
	fails = 0;
	peer_accept(&p2);
	lab_forget(&lab);
	peer_establish(&p2);
}

/* What the peer said before counts. */
static void a_notification_goes_before_a_send_that_fails(void **state)
{
	struct pollfd there;

	(void)state;
	dialled();
	peer_establish(&p2);
	peer_notify(&p2, BGP_CEASE_SHUTDOWN);
	there = (struct pollfd){.fd = session(2)->up->fd, .events = POLLIN};
	assert_int_equal(poll(&there, 1, 5000), 1);
	send_fails(EPIPE, 1 << 20);
	lab.to_send = 1;
	bgp_session_wake(session(2));
	lab_wait(&lab, "down 127.0.0.2\n");
	fails = 0;
	assert_int_equal(lab_status(&lab, 2).last_received.code, BGP_CEASE_SHUTDOWN);
}

/* ---- link-local peers of a range ---- */

/* Both ends of a connection over the loopback. */
static void pair(int fd[2])
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t len = sizeof(at);
	int listening = socket(AF_INET6, SOCK_STREAM, 0);

	assert_int_equal(bind(listening, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &len), 0);
	fd[0] = socket(AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(connect(fd[0], (struct sockaddr *)&at, sizeof(at)), 0);
	fd[1] = accept(listening, NULL, NULL);
	assert_true(fd[1] >= 0);
	assert_int_equal(evutil_make_socket_nonblocking(fd[1]), 0);
	close(listening);
}

/* Return: the peer's end. */
static int comes(const char *address, const char *interface)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(40000)};
	struct sockaddr_storage sa = {0};
	struct ipaddr a;
	int fd[2];

	assert_int_equal(ipaddr_parse(address, &a), 0);
	memcpy(&in6.sin6_addr, a.addr, sizeof(in6.sin6_addr));
	in6.sin6_scope_id = if_nametoindex(interface);
	memcpy(&sa, &in6, sizeof(in6));
	pair(fd);
	bgp_sessions_take(lab.all, fd[1], &sa);
	return fd[0];
}

static void link_local_peers_of_a_range(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(0, 0, "fe80::/10");
	int fd[4];

	(void)state;
	memset(&nb.address, 0, sizeof(nb.address));
	assert_int_equal(prefix_parse("fe80::/10", &nb.range), 0);
	nb.limit = 2;
	lab_set(&lab, &nb, 1);
	for (size_t i = 0; i < 3; i++)
		fd[i] = comes("fe80::7", "lo");
	assert_int_equal(lab.made, 1);
	assert_int_equal(lab.all->ranges[0]->n, 1);
	assert_string_equal(lab.all->v[0]->nb.interface, "lo");
	fd[3] = comes("fe80::6", "lo");
	assert_int_equal(lab.made, 2);
	assert_string_equal(lab.all->v[0]->nb.name, "fe80::6");
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
	lab_wait(&lab, "freed fe80::7\n");
}

static void a_higher_limit_starts_it_again(void **state)
{
	struct bgp_neighbor nb = lab_neighbor(2, p2.port, "127.0.0.2");
	struct bgp_error e;

	(void)state;
	nb.import.max_prefix = 10;
	peer_listen(&p2);
	lab_set(&lab, &nb, 1);
	peer_accept(&p2);
	peer_establish(&p2);
	bgp_error_set(&e, BGP_CEASE_MAX_PREFIX, NULL, 0);
	bgp_session_reset(session(2), &e);
	peer_expect_error(&p2, BGP_CEASE_MAX_PREFIX);
	lab_wait_why(&lab, 2, "more prefixes than max-prefix allows");
	nb.import.max_prefix = 5;
	lab_set(&lab, &nb, 1);
	lab_run_ms(&lab, 600);
	assert_int_equal(lab_status(&lab, 2).state, BGP_IDLE);
	nb.import.max_prefix = 20;
	lab_set(&lab, &nb, 1);
	peer_accept(&p2);
	lab_forget(&lab);
	peer_establish(&p2);
}

#define row(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    row(a_send_that_passes_loses_nothing),
	    row(a_send_that_fails_ends_the_session),
	    row(a_notification_goes_before_a_send_that_fails),
	    row(link_local_peers_of_a_range),
	    row(a_higher_limit_starts_it_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
