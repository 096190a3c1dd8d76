/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers_say.c - what this node says: that it is alive, its claims and its facts, and what it
 * asks of others.
 *
 * Claims have a version. What was told since the last call makes the next one, and goes out at
 * once as "since 6: 7". A peer that missed something asks for what changed since the version
 * that it has; the answer is of the same form and goes to all. An answer is made as a whole
 * when it begins, in order, so that parts of it that are sent twice are the same. All but beats
 * goes out in small bursts, which a receiver's buffer can hold.
 */
#include "announcer/l2/peers_int.h"
#include "announcer/table.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum {
	ECHO_ADMITTED = 16,  /* runs of peers that a beat names, by turns */
	ECHO_NEW_BEATS = 10, /* for so many intervals a new peer is named in each */
	GOODBYES = 3,
	GONE_MAX = 2048, /* claims that were: then they are forgotten */
	CLAIMS_HEAD = 20,
	FACTS_HEAD = 8,
};

static struct wr begin(
    struct l2_peers *p, enum beat_type type, uint8_t datagram[L2_DATAGRAM_MAX])
{
	struct wr w = wr_of(datagram, L2_DATAGRAM_MAX);
	struct beat_head h = {.type = (uint8_t)type,
	    .flags =
		(uint8_t)((p->cut_off ? BEAT_CUT_OFF : 0) | (p->leaving ? BEAT_LEAVING : 0)),
	    .run = p->run,
	    .seq = ++p->seq};

	memcpy(h.node, p->self, strlen(p->self) + 1);
	beat_begin(&w, &h);
	return w;
}

static void end(struct l2_peers *p, struct wr *w)
{
	beat_end(w, p->key);
	p->stats.sent++;
	p->ops->send(w->buf, w->len, p->arg);
}

/* ---- beats ---- */

/* Those who cannot know yet that we hear them, then all others by turns. */
static void put_runs(struct l2_peers *p, struct wr *w, int64_t now_ms)
{
	size_t room = beat_room(p->self) / 8 - 4 - p->n_fresh, turns = ECHO_ADMITTED;
	size_t from = p->echo_at;

	for (size_t i = 0; i < p->n_fresh; i++)
		wr_u64(w, p->fresh[i].run);
	for (size_t i = 0; i < p->n && room; i++) {
		struct peers_peer *peer = p->v[(from + i) % p->n];

		if (peer->admitted_ms + ECHO_NEW_BEATS * p->interval_ms <= now_ms) {
			if (!turns)
				continue;
			turns--;
		}
		wr_u64(w, peer->run);
		peer->greeted = true;
		p->echo_at = (from + i + 1) % p->n;
		room--;
	}
}

void peers_say_alive(struct l2_peers *p, int64_t now_ms)
{
	uint8_t datagram[L2_DATAGRAM_MAX];
	struct wr w = begin(p, BEAT_ALIVE, datagram);
	const struct beat_alive a = {.interval_ms = p->interval_ms,
	    .claims_version = p->said_version,
	    .n_claims = (uint32_t)p->n_claims,
	    .facts_version = p->facts_version};

	beat_alive_encode(&w, &a);
	put_runs(p, &w, now_ms);
	end(p, &w);
	p->beaten_ms = now_ms;
	p->beat_ms = now_ms + p->interval_ms;
}

/* Who has nothing says so in a beat: claims need not be taken back one by one. */
void peers_say_goodbye(struct l2_peers *p, int64_t now_ms)
{
	if (p->n_pending)
		p->version++;
	if (!p->n_claims)
		p->said_version = p->version;
	for (int i = 0; i < GOODBYES; i++)
		peers_say_alive(p, now_ms);
	p->left = true;
}

/* ---- claims ---- */

static struct ipaddr claim_addr(const struct l2_peers *p, const struct peers_claim *c)
{
	struct prefix at = ptable_prefix(&p->claims, c);
	struct ipaddr a = {.family = at.family};

	memcpy(a.addr, at.addr, sizeof(a.addr));
	return a;
}

void l2_peers_claim(
    struct l2_peers *p, const struct ipaddr *a, enum l2_claim what, uint64_t stamp)
{
	struct prefix at = prefix_of_addr(a);
	struct peers_claim *c = ptable_find(&p->claims, &at);

	if (!c && what == L2_CLAIM_NONE)
		return;
	if (!c) {
		c = ptable_add(&p->claims, &at);
		p->n_gone++;
	}
	if (c->what == what && c->stamp == stamp)
		return;
	if ((c->what == L2_CLAIM_NONE) != (what == L2_CLAIM_NONE)) {
		p->n_claims += what == L2_CLAIM_NONE ? (size_t)-1 : 1;
		p->n_gone += what == L2_CLAIM_NONE ? 1 : (size_t)-1;
	}
	c->what = (uint8_t)what;
	c->stamp = stamp;
	if (c->pending)
		return;
	c->pending = true;
	p->pending = xrealloc(p->pending, p->n_pending + 1, sizeof(struct peers_claim *));
	p->pending[p->n_pending++] = c;
}

/* Where the part that begins with the entry `at` ends. */
static size_t part_end(const struct l2_peers *p, const struct peers_job *j, size_t at)
{
	size_t room = beat_room(p->self) - CLAIMS_HEAD;

	while (at < j->n && beat_claim_len(j->v[at].addr.family) <= room)
		room -= beat_claim_len(j->v[at++].addr.family);
	return at;
}

/* records: in any order; sorted here. */
static struct peers_job job_make(
    const struct l2_peers *p, uint64_t since, struct peers_claim **records, size_t n)
{
	size_t parts = 0, at = 0;
	struct peers_job j = {.v = xcalloc(n, sizeof(*j.v)), .n = n};

	ptable_sort(&p->claims, (void **)records, n);
	for (size_t i = 0; i < n; i++)
		j.v[i] = (struct beat_claim){claim_addr(p, records[i]),
		    (enum l2_claim)records[i]->what, records[i]->stamp};
	do
		at = part_end(p, &j, at);
	while (++parts < PEERS_PARTS_MAX && at < n);
	j.at = (struct beat_part){since, p->version, 0, (uint16_t)parts};
	return j;
}

static void job_end(struct peers_job *j)
{
	free(j->v);
	*j = (struct peers_job){0};
}

/* Return: it was the last. */
static bool job_step(struct l2_peers *p, struct peers_job *j)
{
	uint8_t datagram[L2_DATAGRAM_MAX];
	struct wr w = begin(p, BEAT_CLAIMS, datagram);
	size_t to = part_end(p, j, j->sent);

	beat_claims_encode(&w, &j->at);
	while (j->sent < to)
		beat_claim_encode(&w, &j->v[j->sent++]);
	end(p, &w);
	if (++j->at.part < j->at.parts)
		return false;
	job_end(j);
	return true;
}

static struct peers_job delta_make(struct l2_peers *p)
{
	struct peers_job j;
	uint64_t since = p->version++;

	for (size_t i = 0; i < p->n_pending; i++) {
		p->pending[i]->version = p->version;
		p->pending[i]->pending = false;
	}
	j = job_make(p, since, p->pending, p->n_pending);
	free(p->pending);
	p->pending = NULL;
	p->n_pending = 0;
	return j;
}

/* Whoever does not know of these by now is told all that there is. */
static void forget_gone(struct l2_peers *p)
{
	struct peers_claim *c;
	size_t at = 0;

	if (p->n_gone <= GONE_MAX || p->n_pending)
		return;
	while ((c = ptable_next(&p->claims, &at)))
		if (c->what == L2_CLAIM_NONE)
			ptable_remove(&p->claims, c);
	p->n_gone = 0;
	p->floor = p->version;
}

static struct peers_job answer_make(struct l2_peers *p)
{
	uint64_t since = p->answer_since < p->floor ? 0 : p->answer_since;
	size_t n = 0, at = 0;
	struct peers_claim **records =
	    xcalloc(ptable_count(&p->claims, 0), sizeof(struct peers_claim *));
	struct peers_claim *c;
	struct peers_job j;

	while ((c = ptable_next(&p->claims, &at)))
		if (since ? c->version > since : c->what != L2_CLAIM_NONE)
			records[n++] = c;
	j = job_make(p, since, records, n);
	free(records);
	p->answer_due = false;
	return j;
}

void peers_asked(struct l2_peers *p, const struct beat_ask *a)
{
	const struct peers_job *j = &p->answer;

	p->facts_due |= a->facts_version != p->facts_version;
	if (a->claims_version >= p->said_version ||
	    (j->at.parts && !j->at.part && j->at.since <= a->claims_version))
		return;
	if (!p->answer_due || a->claims_version < p->answer_since)
		p->answer_since = a->claims_version;
	p->answer_due = true;
}

/* ---- facts ---- */

void l2_peers_set_facts(struct l2_peers *p, const struct l2_facts *own)
{
	static uint8_t bytes[PEERS_FACTS_BYTES];
	struct wr w = wr_of(bytes, sizeof(bytes));

	beat_facts_encode(&w, own);
	if (w.len == p->facts_len && !memcmp(p->facts, bytes, w.len))
		return;
	p->facts = xrealloc(p->facts, w.len, 1);
	memcpy(p->facts, bytes, w.len);
	p->facts_len = w.len;
	p->facts_version++;
	p->facts_due = true;
	p->facts_ms = INT64_MIN;
}

static void say_facts(struct l2_peers *p, int64_t now_ms)
{
	size_t room = beat_room(p->self) - FACTS_HEAD, at = 0;
	size_t parts = p->facts_len ? (p->facts_len + room - 1) / room : 1;

	for (size_t i = 0; i < parts; i++, at += room) {
		uint8_t datagram[L2_DATAGRAM_MAX];
		struct wr w = begin(p, BEAT_FACTS, datagram);
		const struct beat_part part = {
		    0, p->facts_version, (uint16_t)i, (uint16_t)parts};

		beat_facts_part_encode(&w, &part);
		wr_bytes(
		    &w, p->facts + at, p->facts_len - at < room ? p->facts_len - at : room);
		end(p, &w);
	}
	p->facts_ms = now_ms;
	p->facts_due = false;
}

/* ---- asking ---- */

/* Silent ones cannot answer, those to whom we were not named do not. */
static bool asks(const struct peers_peer *peer)
{
	return peer->alive && peer->greeted && !peers_known(peer);
}

static void say_asks(struct l2_peers *p, int64_t now_ms)
{
	uint8_t datagram[L2_DATAGRAM_MAX];
	size_t max = beat_room(p->self) / BEAT_ASK_LEN, n = 0;
	struct wr w;

	for (size_t i = 0; i < p->n; i++) {
		struct peers_peer *peer = p->v[i];
		const struct beat_ask a = {peer->run, peer->claims_have, peer->facts_have};

		if (!asks(peer) || peer->ask_ms > now_ms)
			continue;
		if (!n)
			w = begin(p, BEAT_ASK, datagram);
		beat_ask_encode(&w, &a);
		peer->ask_ms = now_ms + p->interval_ms;
		if (++n == max) {
			end(p, &w);
			n = 0;
		}
	}
	if (n)
		end(p, &w);
}

static int64_t next_ask(const struct l2_peers *p)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < p->n; i++)
		if (asks(p->v[i]) && p->v[i]->ask_ms < at)
			at = p->v[i]->ask_ms;
	return at;
}

/* ---- all ---- */

/* One datagram of claims. Return: there was one. */
static bool step(struct l2_peers *p)
{
	if (p->delta.at.parts || p->n_pending) {
		uint64_t version;

		if (!p->delta.at.parts)
			p->delta = delta_make(p);
		version = p->delta.at.version;
		if (job_step(p, &p->delta))
			p->said_version = version;
		return true;
	}
	if (!p->answer.at.parts && p->answer_due)
		p->answer = answer_make(p);
	if (!p->answer.at.parts)
		return false;
	job_step(p, &p->answer);
	return true;
}

static void say_claims(struct l2_peers *p, int64_t now_ms)
{
	if (now_ms >= p->pause_ms)
		p->burst = PEERS_BURST;
	while (p->burst && step(p)) {
		p->burst--;
		p->pause_ms = now_ms + PEERS_PAUSE_MS;
	}
	forget_gone(p);
}

int64_t peers_say(struct l2_peers *p, int64_t now_ms)
{
	int64_t at = INT64_MAX, ask;

	say_claims(p, now_ms);
	if (p->facts_due &&
	    (p->facts_ms == INT64_MIN || now_ms >= p->facts_ms + p->interval_ms / 4))
		say_facts(p, now_ms);
	say_asks(p, now_ms);
	if (p->delta.at.parts || p->answer.at.parts || p->n_pending || p->answer_due)
		at = p->pause_ms;
	if (p->facts_due && p->facts_ms + p->interval_ms / 4 < at)
		at = p->facts_ms + p->interval_ms / 4;
	ask = next_ask(p);
	if (ask < at)
		at = ask;
	return at == INT64_MAX ? -1 : at > now_ms ? at - now_ms : 0;
}

void peers_say_init(struct l2_peers *p)
{
	p->facts = xcalloc(0, 1);
	ptable_init(&p->claims, offsetof(struct peers_claim, key));
	p->claims.seed = table_seed();
	p->facts_version = 1;
	p->facts_due = true;
	p->facts_ms = INT64_MIN;
}

void peers_say_fini(struct l2_peers *p)
{
	job_end(&p->delta);
	job_end(&p->answer);
	free(p->pending);
	free(p->facts);
	ptable_fini(&p->claims);
}
