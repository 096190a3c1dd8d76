/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A byte that says who speaks and how the rest is cut, then whatever a client may send to the
 * vty server: each of its commands gets one answer, framed as FRR has it, and then the server
 * hangs up.
 */
#include "announcer/log.h"
#include "announcer/loop.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/server.h"
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { ROUTES = 300, CODES = 17 };

static struct event_base *base;
static struct vty_server *server;

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* Once: answers of more than one piece need some routes. */
static void start(void)
{
	static const struct rib_nexthop nh = {
	    .addr = {AF_INET, {192, 0, 2, 1}},
              .weight = 1
        };
	static struct vty_context ctx = {.version = "0.0.1"};
	struct prefix p = {.family = AF_INET, .plen = 32, .addr = {10}};
	struct rib *rib = rib_new();

	for (unsigned i = 0; i < ROUTES; i++) {
		p.addr[2] = (uint8_t)(i >> 8);
		p.addr[3] = (uint8_t)i;
		rib_set(rib, RIB_KUBERNETES, &p, &nh, 1);
	}
	rib_commit(rib);
	ctx.rib = rib;
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_ERR);
	base = loop_new();
	server = vty_server_new(base, &ctx);
}

/* Read what there is. Return: the server has hung up. */
static bool gather(int fd, struct buf *out)
{
	char b[65536];
	ssize_t n;

	while ((n = read(fd, b, sizeof(b))) > 0)
		buf_add(out, b, (size_t)n);
	return n == 0 || errno != EAGAIN;
}

/* Text without NUL, three NULs and a code, again and again. Return: how many. */
static size_t count_answers(const struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < out->len; n++) {
		i += strlen(out->p + i);
		if (i == out->len)
			return n; /* a text that was cut short */
		require(out->len - i >= 4 && !memcmp(out->p + i, "\0\0\0", 3));
		require((unsigned char)out->p[i + 3] < CODES);
		i += 4;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t cut, sent = 1, commands = 0;
	struct buf out = {0};
	bool over = false;
	int pair[2];

	if (len < 2)
		return 0;
	if (!base)
		start();
	cut = data[0] / 2 ? data[0] / 2 : len;
	require(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	require(vty_server_adopt(server, pair[1], data[0] % 2 ? VTY_FRR : VTY_GREVY) == 0);
	for (size_t i = 1; i < len; i++)
		commands += !data[i];
	while (!over) {
		size_t n = len - sent < cut ? len - sent : cut;
		ssize_t put = n ? send(pair[0], data + sent, n, MSG_NOSIGNAL) : 0;

		sent += put > 0 ? (size_t)put : 0;
		if (sent == len)
			shutdown(pair[0], SHUT_WR);
		event_base_loop(base, EVLOOP_NONBLOCK);
		over = gather(pair[0], &out);
	}
	require(count_answers(&out) <= commands);
	close(pair[0]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	free(out.p);
	return 0;
}
