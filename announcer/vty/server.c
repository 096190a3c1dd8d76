/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.c - connections to the vty sockets.
 *
 * An answer is pulled: its next piece is made when the one before has left, and the next
 * command is looked at when the whole answer has left, so that one that never reads costs one
 * piece (64 kB at most where an answer comes by steps) and, after STALL_S, its connection.
 * Input is bounded by VTY_COMMAND_MAX; what is longer is skipped up to its NUL and refused.
 *
 * However many there are, the rest of grevyd does not wait for them: a piece of work is small,
 * there is one for each connection and turn of the loop, and all have the priority LOOP_LOW.
 * When there are VTY_SESSIONS_MAX, the one that neither sent nor read anything for the longest
 * time gives way to a new one.
 *
 * `terminal monitor` has an answer without an end: log lines follow its text until the next
 * command comes, which first ends that answer. They are read from those that are kept
 * (log_kept.h) when the ones before have left, so that whoever logs waits for nobody; a reader
 * that is too slow loses lines and is told how many. vtysh has a channel of its own for them
 * (live.h).
 */
#include "announcer/vty/server.h"
#include "announcer/clock.h"
#include "announcer/log.h"
#include "announcer/log_kept.h"
#include "announcer/loop.h"
#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include "announcer/vty/live.h"
#include "announcer/vty/peer.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define STALL_S     600   /* of an answer that nobody reads: time to look at a page */
#define MONITOR_MAX 16384 /* bytes of log in a piece */

struct session {
	struct session *next;
	struct vty_server *server;
	struct bufferevent *bev;
	struct event *again; /* go on, though nothing was sent */
	struct vty_job *job; /* whose answer is on its way; NULL = none */
	struct vty_session state;
	int64_t active_ms; /* when it was heard of; CLOCK_MONOTONIC */
	char who[64];
	bool skipping;          /* the rest of a command that is too long */
	bool streaming;         /* the answer to `terminal monitor` is open */
	bool eof;               /* it will send no more */
	struct log_place place; /* streaming: of the next line */
	int live;               /* VTY_FRR: where log lines go by themselves; -1 = not wanted */
	size_t lost;            /* of them, lines that it had no room for */
};

struct vty_server {
	struct event_base *base;
	const struct vty_context *ctx;
	struct peer_group group; /* who may change something */
	struct session *sessions;
	size_t n_sessions, n_unprivileged, n_live;
	struct event *logged; /* there are lines to be read */
};

static const struct timeval at_once = {0, 0};

static void on_log_line(const struct log_record *r, const char *line, void *arg);

static size_t waiting(const struct session *s)
{
	return evbuffer_get_length(bufferevent_get_output(s->bev));
}

static void set_tap(struct vty_server *v)
{
	struct session *s;
	bool any = false;

	v->n_live = 0;
	for (s = v->sessions; s; s = s->next) {
		any = any || s->streaming || s->live >= 0;
		v->n_live += s->live >= 0;
	}
	log_set_tap(any ? on_log_line : NULL, v);
}

static void session_free(struct session *s)
{
	struct vty_server *v = s->server;
	struct session **at = &v->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	v->n_sessions--;
	v->n_unprivileged -= !s->state.privileged;
	if (s->streaming || s->live >= 0)
		set_tap(v);
	if (s->job)
		vty_end(s->job);
	if (s->live >= 0)
		close(s->live);
	event_free(s->again);
	bufferevent_free(s->bev);
	free(s);
}

static void finish_answer(struct session *s, enum vty_rc rc)
{
	const unsigned char end[4] = {0, 0, 0, (unsigned char)rc};

	bufferevent_write(s->bev, end, sizeof(end));
}

static void free_text(const void *p, size_t len, void *arg)
{
	(void)p;
	(void)len;
	free(arg);
}

/* Log lines, if there are any: a piece of them. */
static void put_lines(struct session *s)
{
	struct evbuffer *out = bufferevent_get_output(s->bev);
	char line[LOG_LINE_MAX];

	while (waiting(s) < MONITOR_MAX && log_kept(&s->place, line, sizeof(line))) {
		if (s->place.lost)
			evbuffer_add_printf(out, "%% %" PRIu64 " lines lost.\n", s->place.lost);
		s->place.lost = 0;
		evbuffer_add_printf(out, "%s\n", line);
	}
}

static void start_streaming(struct session *s)
{
	s->streaming = true;
	s->place = log_kept_end();
	set_tap(s->server);
}

static void stop_streaming(struct session *s)
{
	if (!s->streaming)
		return;
	put_lines(s);
	s->streaming = false;
	s->state.monitor = false;
	set_tap(s->server);
	finish_answer(s, VTY_OK);
}

static void begin(struct session *s, const char *line)
{
	struct vty_now now = {.unix_s = time(NULL), .mono_ms = clock_ms()};

	stop_streaming(s);
	s->job = vty_begin(s->server->ctx, &s->state, line, &now);
}

static void stop_live(struct session *s)
{
	close(s->live);
	s->live = -1;
	s->lost = 0;
	s->state.monitor = false;
	set_tap(s->server);
}

/* vtysh's `terminal monitor` and `no terminal monitor`: as the command left it. Return: the
 * answer's end is sent. */
static bool set_live(struct session *s)
{
	bool want = s->state.monitor;
	int fd = -1;

	if (want == (s->live >= 0))
		return false;
	if (!want) {
		stop_live(s);
		return false;
	}
	if (!waiting(s))
		fd = live_open(bufferevent_getfd(s->bev));
	s->state.monitor = fd >= 0;
	if (fd < 0)
		return false; /* as a daemon that has no such thing */
	s->live = fd;
	set_tap(s->server);
	return true;
}

/* The next piece of the answer. */
static void pull(struct session *s)
{
	struct buf piece = {0};
	bool more = vty_more(s->job, &piece);
	enum vty_rc rc;

	if (piece.len)
		evbuffer_add_reference(
		    bufferevent_get_output(s->bev), piece.p, piece.len, free_text, piece.p);
	else
		free(piece.p);
	if (more)
		return;
	rc = vty_end(s->job);
	s->job = NULL;
	if (s->state.dialect == VTY_FRR) {
		if (!set_live(s))
			finish_answer(s, rc);
		return;
	}
	if (!s->state.monitor) {
		finish_answer(s, rc);
		return;
	}
	start_streaming(s);
}

static void refuse_long(struct session *s)
{
	static const char text[] = "% Command is too long.\n";

	stop_streaming(s);
	bufferevent_write(s->bev, text, sizeof(text) - 1);
	finish_answer(s, VTY_NO_MATCH);
}

/* Take one whole command from the input. Return: there was one. */
static bool take(struct session *s)
{
	struct evbuffer *in = bufferevent_get_input(s->bev);
	struct evbuffer_ptr nul = evbuffer_search(in, "", 1, NULL);
	char line[VTY_COMMAND_MAX];
	size_t len;

	if (nul.pos < 0 || nul.pos >= VTY_COMMAND_MAX) {
		len = nul.pos < 0 ? evbuffer_get_length(in) : (size_t)nul.pos;
		if (len < VTY_COMMAND_MAX && !s->skipping)
			return false;
		evbuffer_drain(in, len);
		s->skipping = true;
		if (nul.pos < 0)
			return false;
		nul.pos = 0;
	}
	len = (size_t)nul.pos + 1;
	evbuffer_remove(in, line, len);
	if (s->skipping)
		refuse_long(s);
	else
		begin(s, line);
	s->skipping = false;
	return true;
}

/* What was sent before has left, or has no end. */
static bool is_ready(const struct session *s)
{
	return !waiting(s) || (s->streaming && waiting(s) < MONITOR_MAX);
}

/* One piece of work, if it is time for it. May free s. */
static void proceed(struct session *s)
{
	bool ready = is_ready(s), worked = false;

	if (ready)
		worked = s->job || (!s->state.closing && take(s));
	if (worked && s->job)
		pull(s);
	if (ready && !worked && (s->state.closing || s->eof)) {
		session_free(s);
		return;
	}
	if (s->streaming)
		put_lines(s);
	if (worked && is_ready(s))
		event_add(s->again, &at_once); /* on_written() may not come */
	if (s->eof)
		return;
	if (s->job || !is_ready(s))
		bufferevent_disable(s->bev, EV_READ);
	else
		bufferevent_enable(s->bev, EV_READ);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	proceed(arg);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct session *s = arg;

	(void)bev;
	s->active_ms = clock_ms();
	proceed(s);
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct session *s = arg;

	(void)bev;
	s->active_ms = clock_ms();
	proceed(s);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct session *s = arg;

	(void)bev;
	if ((what & BEV_EVENT_EOF) && !(what & BEV_EVENT_WRITING)) {
		s->eof = true;
		proceed(s);
	} else {
		session_free(s);
	}
}

static void send_live(struct session *s, const struct log_record *r)
{
	int rc = live_send(s->live, r, (uint32_t)s->lost);

	if (rc == -EAGAIN)
		s->lost++;
	else if (rc)
		stop_live(s);
}

static void on_log_line(const struct log_record *r, const char *line, void *arg)
{
	struct vty_server *v = arg;
	struct session *s;

	(void)line;
	for (s = v->sessions; v->n_live && s; s = s->next)
		if (s->live >= 0)
			send_live(s, r);
	if (!event_pending(v->logged, EV_TIMEOUT, NULL))
		event_add(v->logged, &at_once);
}

/* Each that reads the log and has nothing else to read gets its turn. */
static void on_logged(evutil_socket_t fd, short what, void *arg)
{
	struct vty_server *v = arg;
	struct session *s;

	(void)fd;
	(void)what;
	for (s = v->sessions; s; s = s->next)
		if (s->streaming && !waiting(s))
			event_add(s->again, &at_once);
}

static struct session *idlest(const struct vty_server *v, bool unprivileged)
{
	struct session *s, *found = NULL;

	for (s = v->sessions; s; s = s->next)
		if ((!unprivileged || !s->state.privileged) &&
		    (!found || s->active_ms < found->active_ms))
			found = s;
	return found;
}

/* Room for one more, perhaps at the expense of the one that is idle for the longest time. */
static bool make_room(struct vty_server *v, bool privileged)
{
	bool crowded = !privileged && v->n_unprivileged >= VTY_SESSIONS_MAX / 2;
	struct session *s;

	if (!crowded && v->n_sessions < VTY_SESSIONS_MAX)
		return true;
	s = idlest(v, crowded);
	if (!s || clock_ms() - s->active_ms < VTY_IDLE_MS)
		return false;
	session_free(s);
	return true;
}

static void session_add(struct vty_server *v, struct session *s)
{
	s->server = v;
	s->active_ms = clock_ms();
	s->next = v->sessions;
	v->sessions = s;
	v->n_sessions++;
	v->n_unprivileged += !s->state.privileged;
}

/* Consumes fd. */
static void session_start(struct session *s, int fd)
{
	static const struct timeval stall = {STALL_S, 0};

	s->again = evtimer_new(s->server->base, on_again, s);
	s->bev = bufferevent_socket_new(s->server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!s->bev || !s->again)
		abort();
	event_priority_set(s->again, LOOP_LOW);
	bufferevent_priority_set(s->bev, LOOP_LOW);
	bufferevent_setcb(s->bev, on_read, on_written, on_event, s);
	bufferevent_set_max_single_read(s->bev, VTY_COMMAND_MAX);
	bufferevent_setwatermark(s->bev, EV_READ, 0, VTY_COMMAND_MAX);
	bufferevent_set_timeouts(s->bev, NULL, &stall);
	bufferevent_enable(s->bev, EV_READ | EV_WRITE);
}

int vty_server_adopt(struct vty_server *v, int fd, enum vty_dialect dialect)
{
	const struct peer peer = peer_read(fd, &v->group);
	/* bgpd.vty has the mode and the group of FRR's: as there, who may connect may all. */
	const bool privileged = dialect == VTY_FRR || peer_may_change(&peer, geteuid());
	struct session *s;

	if (!make_room(v, privileged)) {
		close(fd);
		return -EMFILE;
	}
	if (evutil_make_socket_nonblocking(fd) < 0 || evutil_make_socket_closeonexec(fd) < 0) {
		close(fd);
		return -EINVAL;
	}
	s = xcalloc(1, sizeof(*s));
	s->live = -1;
	s->state.dialect = dialect;
	s->state.privileged = privileged;
	s->state.group = v->group.name;
	s->state.who = peer_text(&peer, s->who, sizeof(s->who));
	session_add(v, s);
	session_start(s, fd);
	return 0;
}

struct vty_server *vty_server_new(struct event_base *base, const struct vty_context *ctx)
{
	struct vty_server *v = xcalloc(1, sizeof(*v));

	v->base = base;
	v->ctx = ctx;
	v->logged = evtimer_new(base, on_logged, v);
	if (!v->logged)
		abort();
	event_priority_set(v->logged, LOOP_LOW);
	peer_group(&v->group);
	return v;
}

void vty_server_free(struct vty_server *v)
{
	if (!v)
		return;
	for (struct session *s = v->sessions, *next; s; s = next) {
		next = s->next;
		session_free(s);
	}
	log_set_tap(NULL, NULL);
	event_free(v->logged);
	free(v);
}
