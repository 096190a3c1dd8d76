/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adjout_fill.c - the next message for a peer: from its place in the list of changes, as many
 * prefixes with the same attributes as fit. What the peer has is a bit for each entry, so it is
 * never told that something goes that it was never told of, and a changed export list reaches
 * it as the difference.
 */
#include "announcer/bgp/adjout_int.h"
#include "announcer/util.h"
#include <assert.h>
#include <sys/socket.h>

/* Of prefixes of one byte and more; what is beyond the bytes of a message is not collected. */
enum { RUN_MAX = 2048, RUN_BYTES = BGP_MESSAGE_MAX - BGP_HEADER_LEN - 4 };

/* So many entries are looked at in one call, so that the loop is not held up by what this peer
 * is not told. */
enum { SCAN_MAX = 16384 };

enum act { ACT_NONE, ACT_WITHDRAW, ACT_ANNOUNCE };

/* Prefixes that go into one message, and their places in the batch. */
struct run {
	enum act act;
	size_t n, bytes;
	struct prefix prefixes[RUN_MAX];
	uint32_t places[RUN_MAX];
};

bool out_told(const struct bgp_out_peer *p, const struct out_entry *e)
{
	return e->id / 64 < p->n_told && p->told[e->id / 64] >> (e->id % 64) & 1;
}

static void note(struct bgp_out_peer *p, uint32_t id, uint8_t family, bool has)
{
	size_t word = id / 64;
	uint64_t bit = UINT64_C(1) << (id % 64);

	if (word >= p->n_told) {
		size_t n = p->out->log.n_ids / 64 + 1;

		p->told = xrealloc(p->told, n, sizeof(*p->told));
		memset(p->told + p->n_told, 0, (n - p->n_told) * sizeof(*p->told));
		p->n_told = n;
	}
	if (!!(p->told[word] & bit) == has)
		return;
	p->told[word] ^= bit;
	p->sent[family_index(family)] += has ? 1 : (size_t)-1;
}

static enum act judge(struct bgp_out_peer *p, const struct out_entry *e)
{
	struct out_say *say = &p->out->say;
	bool has = out_told(p, e);

	out_say(say, p, e);
	if (say->why || !out_passes(p, &e->prefix))
		return has ? ACT_WITHDRAW : ACT_NONE;
	if (has && e->at < p->at.seen && !(p->resend & family_bit(e->prefix.family)))
		return ACT_NONE;
	return ACT_ANNOUNCE;
}

/* Return: whether the entry at this place may stand in the run, or has no say. */
static bool run_add(struct run *run, struct bgp_out_peer *p, uint32_t place)
{
	const struct out_entry *e = outlog_entry(&p->out->log, p->batch->ids[place]);
	enum act act;

	if (!outlog_unread(e, &p->at, p->batch))
		return true;
	if (run->n && e->prefix.family != run->prefixes[0].family)
		return false;
	if (run->n && run->act == ACT_ANNOUNCE && !out_says(&p->out->say, p, e))
		return false;
	act = judge(p, e);
	if (act == ACT_NONE)
		return true;
	if (run->n && act != run->act)
		return false;
	run->act = act;
	run->prefixes[run->n] = e->prefix;
	run->places[run->n++] = place;
	run->bytes += 1 + (e->prefix.plen + 7U) / 8;
	return true;
}

static void run_note(const struct run *run, struct bgp_out_peer *p, size_t n)
{
	for (size_t i = 0; i < n && i < run->n; i++)
		note(p, p->batch->ids[run->places[i]], run->prefixes[i].family,
		    run->act == ACT_ANNOUNCE);
}

/* Return: how many of the run's prefixes the message holds. */
static size_t run_encode(const struct run *run, struct bgp_out_peer *p, struct wr *w)
{
	const struct bgp_attr_out to = {.as4 = p->facts->as4, .ibgp = p->facts->ibgp};

	if (run->act == ACT_WITHDRAW)
		return bgp_withdraw_encode(w, run->prefixes, run->n);
	return bgp_update_encode(w, &p->out->say.attrs, &to, run->prefixes, run->n);
}

/* As many as go into one message. Return: the place in the batch after them. */
static uint32_t run_collect(struct run *run, struct bgp_out_peer *p)
{
	uint32_t left = p->batch->n - p->pos;
	uint32_t end = p->pos + (left < SCAN_MAX ? left : SCAN_MAX), place = p->pos;

	run->n = run->bytes = 0;
	while (
	    place < end && run->n < RUN_MAX && run->bytes < RUN_BYTES && run_add(run, p, place))
		place++;
	return place;
}

/* The next message from the batch, or a step on the way to it. Return: false at its end. */
static bool fill_batch(struct bgp_out_peer *p, struct wr *w)
{
	static const struct out_why too_long = {
	    "its attributes are longer than a message", "see the received path"};
	struct run run;
	uint32_t place = run_collect(&run, p);
	size_t n = 0;

	while (run.n && !(n = run_encode(&run, p, w))) {
		/* The peer must not keep what it had before. */
		p->out->say.why = &too_long;
		p->pos = run.places[0];
		place = run_collect(&run, p);
	}
	run_note(&run, p, n);
	p->pos = n < run.n ? run.places[n] : place;
	return p->pos < p->batch->n || run.n;
}

/* RFC 4724 2, 4.1 */
static bool fill_end(struct bgp_out_peer *p, struct wr *w)
{
	unsigned due = p->facts->families & ~p->end_of_rib;
	uint8_t family = due & BGP_IPV4 ? AF_INET : AF_INET6;

	if (!p->out->whole || !due)
		return false;
	bgp_end_of_rib_encode(w, family);
	p->end_of_rib |= family_bit(family);
	return true;
}

static void batch_over(struct bgp_out_peer *p)
{
	outlog_passed(&p->out->log, &p->at, p->batch);
	p->batch = NULL;
	if (p->at.cursor >= p->at.seen)
		p->resend = 0;
}

bool bgp_out_fill(struct bgp_out_peer *p, struct wr *w)
{
	assert(w->cap - w->len >= BGP_MESSAGE_MAX);
	p->out->woken = false;
	p->out->say.family = 0;
	for (;;) {
		if (!p->batch) {
			p->batch = outlog_batch(&p->out->log, &p->at);
			p->pos = 0;
		}
		if (!p->batch)
			return fill_end(p, w);
		if (fill_batch(p, w))
			return true;
		batch_over(p);
	}
}
