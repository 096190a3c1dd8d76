/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An acknowledged PUT or POST of ours, and nothing else, makes us the leader or keeps us so: a
 * GET that names us may tell of a renewal whose answer was lost, and then we do not know how
 * old it is. A Lease that somebody deleted is created again at once only by who has not seen
 * another hold it.
 */
#include "k8s/lease_rules.h"
#include <string.h>

enum { YIELDS_MAX = 3, HURRY_MS = 500 };

static void copy(char *to, const char *from)
{
	size_t len = strlen(from);

	if (len >= LEASE_TEXT)
		len = LEASE_TEXT - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

void lease_rules_init(struct lease_rules *r, const char *me)
{
	*r = (struct lease_rules){.know = LEASE_UNKNOWN};
	copy(r->me, me);
}

static bool is_mine(const struct lease_rules *r)
{
	return strcmp(r->record.holder, r->me) == 0;
}

/* Another has it, as far as anybody can tell who does not trust its clock. */
static bool is_taken(const struct lease_rules *r, int64_t now_ms)
{
	unsigned term_s = r->record.term_s ? r->record.term_s : LEASE_TERM_S;

	return *r->record.holder && !is_mine(r) &&
	       now_ms - r->observed_ms < (int64_t)term_s * 1000;
}

static enum lease_do pick_leaving(const struct lease_rules *r)
{
	if (r->yields >= YIELDS_MAX || !is_mine(r))
		return LEASE_WAIT;
	return r->know == LEASE_KNOWN ? LEASE_YIELD : LEASE_READ;
}

static enum lease_do pick(const struct lease_rules *r, int64_t now_ms)
{
	if (r->leaving)
		return pick_leaving(r);
	if (r->know == LEASE_UNKNOWN || is_taken(r, now_ms))
		return LEASE_READ;
	if (r->know == LEASE_ABSENT)
		return LEASE_CREATE;
	return is_mine(r) ? LEASE_RENEW : LEASE_TAKE;
}

enum lease_do lease_next(struct lease_rules *r, int64_t now_ms)
{
	if (r->ours && now_ms - r->renewed_ms >= LEASE_RENEW_MS)
		r->ours = false;
	if (r->doing != LEASE_WAIT || now_ms < r->next_ms)
		return LEASE_WAIT;
	r->doing = pick(r, now_ms);
	r->sent_ms = now_ms;
	r->yields += r->leaving;
	return r->doing;
}

static bool record_same(const struct lease_record *a, const struct lease_record *b)
{
	return strcmp(a->holder, b->holder) == 0 && strcmp(a->renewed, b->renewed) == 0 &&
	       a->transitions == b->transitions && a->term_s == b->term_s;
}

static void observe(struct lease_rules *r, const struct lease_record *record, int64_t now_ms)
{
	if (r->know == LEASE_UNKNOWN || !record_same(&r->record, record))
		r->observed_ms = now_ms;
	r->record = *record;
	r->know = LEASE_KNOWN;
	if (!is_mine(r))
		r->ours = false;
}

static void on_record(struct lease_rules *r, enum lease_do did, int64_t now_ms, unsigned jitter)
{
	r->next_ms = now_ms;
	if (did == LEASE_READ) {
		if (is_taken(r, now_ms)) {
			r->hasty = false;
			r->next_ms += LEASE_RETRY_MS + jitter * 2;
		}
		return;
	}
	r->hasty = false;
	if (r->leaving)
		return;
	if (is_mine(r)) {
		r->renewed_ms = r->sent_ms;
		r->ours = now_ms - r->sent_ms < LEASE_RENEW_MS;
	}
	r->next_ms = r->sent_ms + LEASE_RETRY_MS + jitter / 4;
}

/* Read it at once, but not for ever. */
static void look_again(struct lease_rules *r, int64_t now_ms, unsigned jitter)
{
	r->next_ms = now_ms + (r->hasty ? LEASE_RETRY_MS + jitter * 2 : 0);
	r->hasty = !r->hasty;
}

static void try_later(struct lease_rules *r, int64_t now_ms, unsigned jitter)
{
	r->hasty = false;
	r->next_ms = now_ms + LEASE_RETRY_MS + jitter * 2;
	if (r->ours || r->leaving) {
		int64_t soon = now_ms + HURRY_MS, beat = r->sent_ms + LEASE_RETRY_MS;

		r->next_ms = (soon > beat ? soon : beat) + jitter / 4;
	}
}

void lease_answer(struct lease_rules *r, enum lease_outcome outcome,
    const struct lease_record *record, int64_t now_ms, unsigned jitter)
{
	enum lease_do did = r->doing;

	r->doing = LEASE_WAIT;
	if (outcome == LEASE_MISSING && did == LEASE_CREATE)
		outcome = LEASE_FAILED; /* it is the namespace that is missing */
	switch (outcome) {
	case LEASE_DONE:
		observe(r, record, now_ms);
		on_record(r, did, now_ms, jitter);
		break;
	case LEASE_MISSING:
		if (is_mine(r))
			*r->record.holder = '\0';
		r->know = LEASE_ABSENT;
		r->ours = false;
		if (is_taken(r, now_ms))
			try_later(r, now_ms, jitter);
		else
			look_again(r, now_ms, jitter);
		break;
	case LEASE_CONFLICT:
		r->know = LEASE_UNKNOWN;
		look_again(r, now_ms, jitter);
		break;
	case LEASE_FAILED:
		try_later(r, now_ms, jitter);
		break;
	}
}

int64_t lease_due_ms(const struct lease_rules *r)
{
	int64_t lost_ms = r->ours ? r->renewed_ms + LEASE_RENEW_MS : INT64_MAX;

	if (r->doing != LEASE_WAIT || lease_left(r))
		return lost_ms;
	return r->next_ms < lost_ms ? r->next_ms : lost_ms;
}

unsigned lease_rules_left_ms(const struct lease_rules *r, int64_t now_ms)
{
	int64_t gone_ms = now_ms - r->renewed_ms;

	if (!r->ours || gone_ms < 0 || gone_ms >= LEASE_RENEW_MS)
		return 0;
	return (unsigned)(LEASE_RENEW_MS - gone_ms);
}

void lease_leave(struct lease_rules *r, int64_t now_ms)
{
	r->leaving = true;
	r->ours = false;
	r->next_ms = now_ms;
}

bool lease_left(const struct lease_rules *r)
{
	return r->leaving && r->doing == LEASE_WAIT && pick_leaving(r) == LEASE_WAIT;
}
