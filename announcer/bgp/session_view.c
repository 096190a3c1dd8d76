/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session_view.c - what the owner asks of a session, and asks it to do. */
#include "announcer/bgp/session_int.h"
#include "announcer/clock.h"
#include "announcer/util.h"
#include <string.h>
#include <sys/socket.h>

void bgp_session_wake(struct bgp_session *s)
{
	if (s->up)
		bgp_io_wake(s->up);
}

void bgp_session_reset(struct bgp_session *s, const struct bgp_error *e)
{
	if (!s->reset)
		s->reset = xcalloc(1, sizeof(*s->reset));
	*s->reset = *e;
	bgp_sessions_todo(s->all);
}

bool bgp_session_ask(struct bgp_session *s, uint8_t family)
{
	static const struct {
		uint8_t af;
		unsigned bit;
	} families[] = {
	    {AF_INET,  BGP_IPV4},
	    {AF_INET6, BGP_IPV6},
	};
	bool asked = false;

	for (size_t i = 0; s->up && s->facts.refresh && i < ARRAY_LEN(families); i++) {
		uint8_t buf[BGP_MESSAGE_MAX];
		struct wr w = wr_of(buf, sizeof(buf));

		if (!(s->facts.families & families[i].bit) ||
		    (family && family != families[i].af))
			continue;
		bgp_refresh_encode(&w, families[i].af);
		bgp_io_send(s->up, &w);
		asked = true;
	}
	return asked;
}

void bgp_session_forget_messages(struct bgp_session *s)
{
	memset(s->st.in, 0, sizeof(s->st.in));
	memset(s->st.out, 0, sizeof(s->st.out));
}

const struct bgp_neighbor *bgp_session_neighbor(const struct bgp_session *s)
{
	return &s->nb;
}

const struct bgp_facts *bgp_session_facts(const struct bgp_session *s)
{
	return s->up ? &s->facts : NULL;
}

void bgp_session_set_owner(struct bgp_session *s, void *owner)
{
	s->owner = owner;
}

void *bgp_session_owner(const struct bgp_session *s)
{
	return s->owner;
}

static int64_t left_ms(int64_t at_ms)
{
	int64_t ms = at_ms ? at_ms - clock_ms() : -1;

	return at_ms && ms < 0 ? 0 : ms;
}

/* The connection that is the furthest. */
static const struct bgp_conn *best(const struct bgp_session *s)
{
	const struct bgp_conn *b = &s->dial;

	for (const struct bgp_conn *c = s->taken; c; c = c->next)
		if (c->state > b->state)
			b = c;
	return b;
}

void bgp_session_status(const struct bgp_session *s, struct bgp_session_status *to)
{
	const struct bgp_conn *c = best(s);

	*to = s->st;
	to->state = c->state;
	to->remote = s->nb.address;
	to->dynamic = s->range;
	to->why = s->up ? "" : s->why;
	to->last_reset = s->last_reset;
	to->retry_in_ms = left_ms(s->limited && s->limited_ms ? s->limited_ms : s->retry_at_ms);
	to->hold_left_ms = left_ms(c->hold_s ? c->hold_at_ms : 0);
	to->keepalive_left_ms = left_ms(c->keepalive_at_ms);
	to->stale_left_ms = left_ms(s->stale_at_ms);
	to->queued = c->out_len - c->out_at;
	to->fd = c->fd;
}
