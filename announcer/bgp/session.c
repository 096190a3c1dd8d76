/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.c - the driver of one session: runs the actions of fsm.h, keeps its timers.
 *
 * Each connection has a machine of its own (RFC 4271 8.2.1): the session's own one, which
 * dials, and those taken from listening sockets, which end for good. An event never leads to
 * another one at once: what a callback of the owner asks for, and what fails at once, waits for
 * bgp_session_todo().
 *
 * Timers: retry_ev is what ends Idle (after a backoff from RETRY_FIRST_MS to the connect time,
 * so that a peer that refuses our OPEN is never hammered) and the ConnectRetryTimer. The hold
 * timer is a time that each message moves; its event looks at the clock, and reads what lies in
 * the socket before it believes that the peer is silent: it may be us who were busy. A peer
 * that is not silent and reads nothing ends, too (RFC 9687).
 *
 * Graceful restart (RFC 4724): a connection that ends without NOTIFICATION leaves stale routes
 * for the peer's restart time, and after its return for BGP_STALE_S. A NOTIFICATION, also the
 * one of our hold timer, does not.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/clock.h"
#include "announcer/util.h"
#include <event2/event.h>
#include <event2/util.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

enum {
	RETRY_FIRST_MS = 250,
	RETRY_MAX_MS = 120000,
	HOLD_LONG_S = 240, /* RFC 4271 8.2.2: "a large value", 4 minutes */
	STABLE_MS = 10000, /* up for so long: the next failure is the first one */
	SEND_HOLD_S = 480, /* RFC 9687 3.1: or twice the hold time, if that is more */
};

void bgp_peer_log(struct bgp_session *s, enum log_level level, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_msg(level, "bgp", "peer %s: %s", s->nb.name, text);
}

bool bgp_peer_log_allowed(struct bgp_session *s)
{
	return log_allowed(s->range ? &s->range->bucket : &s->bucket);
}

static void timer_in(struct event *ev, int64_t ms)
{
	struct timeval t = {ms / 1000, ms % 1000 * 1000};

	event_add(ev, &t);
}

/* The first so many milliseconds, then twice as many each time; less up to a quarter. */
static int64_t backoff_ms(const struct bgp_session *s)
{
	int64_t most = s->nb.connect_s ? (int64_t)s->nb.connect_s * 1000 : RETRY_MAX_MS;
	int64_t ms = (int64_t)RETRY_FIRST_MS << (s->tries > 10 ? 10 : s->tries);
	uint32_t r;

	if (ms > most)
		ms = most;
	evutil_secure_rng_get_bytes(&r, sizeof(r));
	return ms * 3 / 4 + r % (ms / 4 + 1);
}

static void retry_in(struct bgp_session *s, int64_t ms)
{
	s->retry_at_ms = clock_ms() + ms;
	timer_in(s->retry_ev, ms);
}

static void retry_stop(struct bgp_session *s)
{
	s->retry_at_ms = 0;
	event_del(s->retry_ev);
}

static void why_set(struct bgp_session *s, const char *why)
{
	if (!why || !*why || !strcmp(s->why, why))
		return;
	snprintf(s->why, sizeof(s->why), "%s", why);
	if (bgp_peer_log_allowed(s))
		bgp_peer_log(s, LOG_LEVEL_WARN, "%s", why);
}

bool bgp_session_limited(struct bgp_session *s)
{
	if (s->limited && s->limited_ms && clock_ms() >= s->limited_ms)
		s->limited = false;
	return s->limited;
}

const char *bgp_session_blocked(struct bgp_session *s)
{
	if (!bgp_session_my_id(s))
		return "no router identifier";
	if (s->key.error)
		return s->key.error;
	return bgp_session_limited(s) ? "more prefixes than max-prefix allows" : NULL;
}

void bgp_session_plan(struct bgp_session *s, bool soon)
{
	if (s->up || s->taken || s->range || s->gone)
		return;
	if (s->dial.state != BGP_IDLE && (s->dial.state != BGP_ACTIVE || s->nb.passive))
		return;
	if (soon || s->nb.passive) {
		retry_in(s, 0);
	} else if (!s->retry_at_ms) {
		retry_in(s, backoff_ms(s));
		s->tries++;
	}
}

static void start(struct bgp_session *s)
{
	const char *blocked;

	bgp_key_refresh(s->all, &s->nb, &s->key);
	blocked = bgp_session_blocked(s);
	/* What waits is said once, by who knows what it waits for. */
	if (blocked && (!bgp_session_my_id(s) || s->nb.password_missing))
		snprintf(s->why, sizeof(s->why), "%s", blocked);
	else if (blocked)
		why_set(s, blocked);
	if (blocked && s->limited && s->limited_ms)
		retry_in(s, s->limited_ms - clock_ms() + 1);
	if (!blocked)
		bgp_conn_event(
		    &s->dial, s->nb.passive ? EV_START_PASSIVE : EV_START, NULL, NULL);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_session *s = arg;

	(void)fd;
	(void)what;
	s->retry_at_ms = 0;
	if (s->up || s->taken)
		return; /* their end plans the next */
	if (s->dial.state == BGP_IDLE)
		start(s);
	else
		bgp_conn_event(&s->dial, EV_RETRY, NULL,
		    s->dial.state == BGP_CONNECT ? "connect: no answer" : NULL);
}

static void on_stale(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_session *s = arg;

	(void)fd;
	(void)what;
	s->stale_at_ms = 0;
	s->all->ops.on_stale_over(s, s->all->arg);
	bgp_sessions_todo(s->all);
}

static void stale_stop(struct bgp_session *s)
{
	s->stale_at_ms = 0;
	event_del(s->stale_ev);
}

static void stale_in(struct bgp_session *s, int64_t ms)
{
	s->stale_at_ms = clock_ms() + ms;
	timer_in(s->stale_ev, ms);
}

/* The event is early if messages moved the time, or if libevent's clock was late. */
static void on_hold(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_conn *c = arg;

	(void)fd;
	(void)what;
	if (clock_ms() >= c->hold_at_ms)
		bgp_io_read(c);
	if (c->fd < 0 || !c->hold_ev)
		return;
	if (clock_ms() >= c->hold_at_ms)
		bgp_conn_event(c, EV_HOLD_EXPIRED, NULL, "hold timer expired");
	else
		timer_in(c->hold_ev, c->hold_at_ms - clock_ms());
}

/* It says that it lives and does not read: for it everything would be kept for ever. */
static bool send_hold_over(const struct bgp_conn *c)
{
	int64_t most_s = 2 * c->hold_s > SEND_HOLD_S ? 2 * c->hold_s : SEND_HOLD_S;

	return bgp_io_stuck_ms(c) >= most_s * 1000;
}

static void on_keepalive(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_conn *c = arg;

	(void)fd;
	(void)what;
	if (send_hold_over(c)) {
		bgp_conn_event(c, EV_STOP, NULL, "send hold timer expired: it does not read");
		return;
	}
	bgp_conn_event(c, EV_KEEPALIVE_TIMER, NULL, NULL);
}

/* 75 to 100% of the time (RFC 4271 10). */
static void keepalive_next(struct bgp_conn *c)
{
	int64_t ms = (int64_t)c->keepalive_s * 1000;
	uint32_t r;

	evutil_secure_rng_get_bytes(&r, sizeof(r));
	ms = ms * 3 / 4 + r % (ms / 4 + 1);
	c->keepalive_at_ms = clock_ms() + ms;
	timer_in(c->keepalive_ev, ms);
}

static void hold_start(struct bgp_conn *c, uint16_t hold_s)
{
	c->hold_s = hold_s;
	c->hold_at_ms = clock_ms() + (int64_t)hold_s * 1000;
	if (c->hold_ev)
		event_free(c->hold_ev);
	c->hold_ev = NULL;
	if (!hold_s)
		return;
	c->hold_ev = event_new(c->s->all->base, -1, 0, on_hold, c);
	timer_in(c->hold_ev, (int64_t)hold_s * 1000);
}

/* RFC 4271 4.2, 4.4: the smaller time; 0 = no timers. */
static void timers_agreed(struct bgp_conn *c)
{
	uint32_t hold = c->sent.hold_s < c->got.hold_s ? c->sent.hold_s : c->got.hold_s;
	uint32_t keepalive = hold / 3;

	if (c->s->nb.keepalive_s && c->s->nb.keepalive_s < keepalive)
		keepalive = c->s->nb.keepalive_s;
	hold_start(c, (uint16_t)hold);
	c->keepalive_s = (uint16_t)keepalive;
	if (!keepalive)
		return;
	c->keepalive_ev = event_new(c->s->all->base, -1, 0, on_keepalive, c);
	keepalive_next(c);
}

static void send_open(struct bgp_conn *c)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	bgp_conn_offer(c);
	bgp_open_encode(&w, &c->sent);
	bgp_io_send(c, &w);
}

static void send_keepalive(struct bgp_conn *c)
{
	uint8_t buf[BGP_HEADER_LEN];
	struct wr w = wr_of(buf, sizeof(buf));

	bgp_keepalive_encode(&w);
	bgp_io_send(c, &w);
	if (c->keepalive_ev)
		keepalive_next(c);
}

static void dial(struct bgp_conn *c)
{
	const char *what = "";
	int rc = bgp_io_dial(c, &what);

	if (!rc)
		return;
	c->s->dial_what = what;
	c->s->dial_error = -rc;
	bgp_sessions_todo(c->s->all);
}

/* One is kept: the others of this neighbour end (RFC 4271 6.8). */
static void others_end(struct bgp_conn *kept)
{
	struct bgp_session *s = kept->s;

	for (struct bgp_conn *c = s->taken, *next; c; c = next) {
		next = c->next;
		if (c != kept)
			bgp_conn_event(c, EV_COLLISION_LOST, NULL, NULL);
	}
	if (&s->dial != kept && s->dial.state != BGP_IDLE)
		bgp_conn_event(&s->dial, EV_COLLISION_LOST, NULL, NULL);
	retry_stop(s);
}

static void session_up(struct bgp_conn *c)
{
	struct bgp_session *s = c->s;

	s->up = c;
	s->up_ms = clock_ms();
	bgp_conn_facts(c, &s->facts);
	s->st.established++;
	s->st.up_since_s = time(NULL);
	s->why[0] = '\0';
	others_end(c);
	if (s->stale_at_ms)
		stale_in(s, BGP_STALE_S * 1000);
	s->all->ops.on_up(s, s->all->arg);
	bgp_io_wake(c);
}

static void session_down(struct bgp_conn *c, bool hold, const char *why)
{
	struct bgp_session *s = c->s;

	hold = hold && s->facts.graceful && s->facts.gr_families && s->facts.peer_restart_s;
	s->up = NULL;
	if (clock_ms() - s->up_ms >= STABLE_MS)
		s->tries = 0;
	s->st.dropped++;
	s->st.down_since_s = s->st.last_reset_s = time(NULL);
	snprintf(s->last_reset, sizeof(s->last_reset), "%s", why);
	snprintf(s->why, sizeof(s->why), "%s", why);
	if (hold)
		stale_in(s, (int64_t)s->facts.peer_restart_s * 1000);
	else
		stale_stop(s);
	s->all->ops.on_down(s, hold, s->all->arg);
}

/* For people: what made a connection end. Returns buf. */
static const char *cause(const struct bgp_step *step, enum bgp_event ev,
    const struct bgp_error *e, const char *why, char *buf)
{
	enum { CAUSE_MAX = 160 };
	char reason[80] = "";

	if (e)
		bgp_error_reason(e, reason, sizeof(reason));
	if (e && ((step->actions & ACT_NOTIFY) || ev == EV_NOTIFICATION))
		snprintf(buf, CAUSE_MAX, "%s%sNOTIFICATION %s: %s%s%s%s", why ? why : "",
		    why ? ", " : "", ev == EV_NOTIFICATION ? "received" : "sent",
		    bgp_code_text(e->code), *reason ? " (" : "", reason, *reason ? ")" : "");
	else
		snprintf(buf, CAUSE_MAX, "%s", why ? why : "");
	return buf;
}

static void tell(struct bgp_conn *c, enum bgp_state old, const char *why)
{
	enum bgp_state now = c->state;
	bool matters = old == BGP_ESTABLISHED || now == BGP_ESTABLISHED;
	const char *colon = *why ? ": " : "";

	if (old == now)
		return;
	if (matters && bgp_peer_log_allowed(c->s))
		bgp_peer_log(c->s, LOG_LEVEL_INFO, "%s -> %s%s%s", bgp_state_word(old),
		    bgp_state_word(now), colon, why);
	else if (!matters && log_debugs("bgp"))
		bgp_peer_log(c->s, LOG_LEVEL_DEBUG, "%s%s -> %s%s%s", c->taken ? "taken, " : "",
		    bgp_state_word(old), bgp_state_word(now), colon, why);
}

/* A taken connection that ended is freed when no callback stands on it; and what is next. */
static void after(struct bgp_conn *c)
{
	struct bgp_session *s = c->s;
	struct bgp_conn **at = &s->taken;

	if (c->taken) {
		while (*at && *at != c)
			at = &(*at)->next;
		if (*at)
			*at = c->next;
		c->next = s->all->dead;
		s->all->dead = c;
		bgp_sessions_todo(s->all);
	}
	bgp_session_plan(s, false);
}

static void limit_set(struct bgp_session *s)
{
	s->limited = true;
	s->limited_ms = 0;
	if (s->nb.import.restart_s)
		s->limited_ms = clock_ms() + (int64_t)s->nb.import.restart_s * 1000;
}

static void retry_start(struct bgp_session *s)
{
	if (s->dial.state == BGP_CONNECT) {
		retry_in(s, s->nb.connect_s ? (int64_t)s->nb.connect_s * 1000 : RETRY_MAX_MS);
	} else if (!s->up && !s->taken) {
		retry_in(s, backoff_ms(s));
		s->tries++;
	}
}

static void run_timers(struct bgp_conn *c, unsigned actions)
{
	if (!c->taken && (c->state == BGP_IDLE || c->state == BGP_OPENSENT))
		retry_stop(c->s);
	if (!c->taken && actions & ACT_RETRY)
		retry_start(c->s);
	if (actions & ACT_HOLD_LONG)
		hold_start(c, HOLD_LONG_S);
	if (actions & ACT_HOLD)
		timers_agreed(c);
	if (actions & ACT_ALIVE)
		c->hold_at_ms = clock_ms() + (int64_t)c->hold_s * 1000;
}

/* The code of a step; of an unexpected message with its type (RFC 6608 3). */
static void step_error(struct bgp_error *e, uint16_t code, enum bgp_event ev)
{
	static const uint8_t types[BGP_EVENTS] = {
	    [EV_OPEN_OK] = BGP_OPEN,
	    [EV_KEEPALIVE] = BGP_KEEPALIVE,
	    [EV_UPDATE_OK] = BGP_UPDATE,
	    [EV_REFRESH_OK] = BGP_ROUTE_REFRESH,
	};

	bgp_error_set(e, code, &types[ev], code >> 8 == BGP_ERR_FSM >> 8 && types[ev]);
}

void bgp_conn_event(
    struct bgp_conn *c, enum bgp_event ev, const struct bgp_error *e, const char *why)
{
	enum bgp_state old = c->state;
	struct bgp_step step = bgp_fsm_step(old, ev);
	struct bgp_error own;
	char text[160];

	if (step.code) {
		step_error(&own, step.code, ev);
		e = &own;
	}
	cause(&step, ev, e, why, text);
	c->state = step.next;
	tell(c, old, text);
	if (old != BGP_ESTABLISHED && ev != EV_COLLISION_LOST)
		why_set(c->s, text);
	if (step.actions & ACT_SEND_OPEN)
		send_open(c);
	if (step.actions & ACT_SEND_KEEPALIVE)
		send_keepalive(c);
	if ((step.actions & ACT_NOTIFY) && e) {
		bgp_io_notify(c, e);
		if (e->code == BGP_CEASE_MAX_PREFIX)
			limit_set(c->s);
	}
	if (step.actions & ACT_CLOSE)
		bgp_io_close(c);
	if (step.actions & ACT_DIAL)
		dial(c);
	run_timers(c, step.actions);
	if (step.actions & ACT_UP)
		session_up(c);
	if (step.actions & ACT_DOWN)
		session_down(c, ev == EV_TCP_FAIL || ev == EV_REPLACED, text);
	if (c->state == BGP_IDLE || (c->taken && c->state < BGP_OPENSENT))
		after(c);
}

void bgp_session_end(struct bgp_session *s, const struct bgp_error *e)
{
	enum bgp_event ev = e ? EV_STOP : EV_TCP_FAIL;

	for (struct bgp_conn *c = s->taken, *next; c; c = next) {
		next = c->next;
		bgp_conn_event(c, ev, e, NULL);
	}
	if (s->dial.state != BGP_IDLE)
		bgp_conn_event(&s->dial, ev, e, NULL);
}

void bgp_session_todo(struct bgp_session *s)
{
	struct bgp_error *e = s->reset;
	char why[sizeof(s->why)];

	if (s->dial_error) {
		snprintf(why, sizeof(why), "%s: %s", s->dial_what, strerror(s->dial_error));
		s->dial_error = 0;
		bgp_conn_event(&s->dial, EV_TCP_FAIL, NULL, why);
	}
	if (!e)
		return;
	s->reset = NULL;
	s->limited = false;
	s->tries = 0;
	if (e->code == BGP_CEASE_MAX_PREFIX)
		limit_set(s);
	bgp_session_end(s, e);
	if (s->dial.state == BGP_IDLE)
		retry_stop(s);
	bgp_session_plan(s, false);
	free(e);
}

void bgp_session_init(
    struct bgp_session *s, struct bgp_sessions *all, const struct bgp_neighbor *nb)
{
	s->all = all;
	s->dial.s = s;
	s->dial.fd = -1;
	bgp_neighbor_copy(&s->nb, nb);
	s->retry_ev = event_new(all->base, -1, 0, on_retry, s);
	s->stale_ev = event_new(all->base, -1, 0, on_stale, s);
}

void bgp_session_fini(struct bgp_session *s)
{
	event_free(s->retry_ev);
	event_free(s->stale_ev);
	free(s->reset);
	bgp_neighbor_fini(&s->nb);
	free(s);
}
