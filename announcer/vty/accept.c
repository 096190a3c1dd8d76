/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/accept.h"
#include "announcer/log.h"
#include "announcer/loop.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>

enum { AT_ONCE = 16, PAUSE_S = 1 }; /* pause: after a failure, e.g. no descriptor left */

struct vty_accept {
	const char *name;
	vty_accept_fn *fn;
	void *arg;
	struct event *ready, *resume;
	struct log_bucket bucket;
};

static void take_a_break(struct vty_accept *a)
{
	static const struct timeval pause = {PAUSE_S, 0};

	if (log_allowed(&a->bucket))
		log_warn("vty", "%s: accept: %m", a->name);
	event_del(a->ready);
	event_add(a->resume, &pause);
}

static void on_ready(evutil_socket_t listening, short what, void *arg)
{
	struct vty_accept *a = arg;

	(void)what;
	for (int i = 0; i < AT_ONCE; i++) {
		int fd = accept(listening, NULL, NULL);

		if (fd >= 0) {
			a->fn(fd, a->arg);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			take_a_break(a);
		return;
	}
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_add(((struct vty_accept *)arg)->ready, NULL);
}

struct vty_accept *vty_accept_new(
    struct event_base *base, int fd, const char *name, vty_accept_fn *fn, void *arg)
{
	struct vty_accept *a = xcalloc(1, sizeof(*a));

	a->name = name;
	a->fn = fn;
	a->arg = arg;
	a->ready = event_new(base, fd, EV_READ | EV_PERSIST, on_ready, a);
	a->resume = evtimer_new(base, on_resume, a);
	if (!a->ready || !a->resume)
		abort();
	event_priority_set(a->ready, LOOP_LOW);
	event_add(a->ready, NULL);
	return a;
}

void vty_accept_free(struct vty_accept *a)
{
	if (!a)
		return;
	event_free(a->ready);
	event_free(a->resume);
	free(a);
}
