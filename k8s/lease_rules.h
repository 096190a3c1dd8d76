/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease_rules.h - when a Lease is read, taken, renewed and lost. Pure: the clock is a
 * parameter (monotonic, ms), sending is the caller's.
 *
 * Who holds the Lease may write for LEASE_RENEW_MS from the moment at which the last renewal
 * that was acknowledged had been sent. Whoever else wants it waits until the record has not
 * changed for its leaseDurationSeconds by the own clock, which is longer: so clocks need not
 * agree, they only must not run at rates that differ by a fifth. Every write holds for one
 * resourceVersion, so of two that try at once one fails.
 */
#ifndef K8S_LEASE_RULES_H
#define K8S_LEASE_RULES_H
#include <stdbool.h>
#include <stdint.h>

enum { LEASE_TERM_S = 15, LEASE_RENEW_MS = 10000, LEASE_RETRY_MS = 2000, LEASE_TEXT = 256 };

/* The Lease as last seen; texts are cut, and only compared. */
struct lease_record {
	char holder[LEASE_TEXT]; /* "" = nobody */
	char renewed[48];        /* renewTime as written */
	int64_t transitions;
	unsigned term_s; /* leaseDurationSeconds; 0 = none given */
};

enum lease_do {
	LEASE_WAIT,
	LEASE_READ,   /* GET */
	LEASE_CREATE, /* POST, with us as the holder */
	LEASE_TAKE,   /* PUT: us as the holder, another term of office */
	LEASE_RENEW,  /* PUT: us as the holder still */
	LEASE_YIELD,  /* PUT: nobody as the holder */
};

enum lease_outcome {
	LEASE_DONE,     /* record: as it is now */
	LEASE_MISSING,  /* 404 */
	LEASE_CONFLICT, /* 409: somebody was faster */
	LEASE_FAILED,   /* anything else: it may have been done, or not */
};

struct lease_rules {
	char me[LEASE_TEXT];
	struct lease_record record;
	enum { LEASE_UNKNOWN, LEASE_ABSENT, LEASE_KNOWN } know;
	enum lease_do doing;
	int64_t observed_ms; /* when we saw the record change */
	int64_t sent_ms;     /* what we are doing */
	int64_t renewed_ms;  /* when the last renewal that counted was sent */
	int64_t next_ms;     /* nothing is sent before */
	bool ours;           /* until renewed_ms + LEASE_RENEW_MS */
	bool leaving;
	bool hasty;      /* a conflict was followed by a try at once */
	unsigned yields; /* tries to give it up */
};

void lease_rules_init(struct lease_rules *r, const char *me);

/* What to send now; it is taken as sent at now_ms. LEASE_WAIT until lease_answer() then. */
enum lease_do lease_next(struct lease_rules *r, int64_t now_ms);
/* record: with LEASE_DONE only. jitter: 0..999, random. */
void lease_answer(struct lease_rules *r, enum lease_outcome outcome,
    const struct lease_record *record, int64_t now_ms, unsigned jitter);
/* When lease_next() may have something, or who leads may change; INT64_MAX = never. */
int64_t lease_due_ms(const struct lease_rules *r);

/* For how long writes are ours yet, ms; 0 = not. */
unsigned lease_rules_left_ms(const struct lease_rules *r, int64_t now_ms);
/* Writes are not ours any more; whoever holds the Lease gives it up. */
void lease_leave(struct lease_rules *r, int64_t now_ms);
/* The Lease was given up, or there was none to give up. */
bool lease_left(const struct lease_rules *r);
#endif
