/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers.c - who is alive. A datagram passes these gates, each of which counts what it stops:
 * the HMAC; the form; a run that has shown that it hears ours (a beat that names it: nothing
 * that was recorded before ours began does); a number that this run did not use yet on this
 * interface, by IPv4 or IPv6. What it says counts once, by whichever way it comes first
 * (peers_heard.c). A run that another one of its node has followed never counts again.
 *
 * A peer is alive on an interface for three and a half of its intervals after it was heard
 * there: what comes once more by another way was heard when its newest number first came, else
 * last words that are replayed on another LAN, or by the other family, would keep it alive.
 */
#include "announcer/l2/peers_int.h"
#include "announcer/table.h"
#include "announcer/util.h"
#include <errno.h>
#include <sys/socket.h>

struct l2_peers *l2_peers_new(
    const struct l2_peers_conf *conf, const struct l2_peers_ops *ops, void *arg)
{
	struct l2_peers *p = xcalloc(1, sizeof(*p));

	p->self = xstrdup(conf->self);
	p->key = beat_key_new(conf->key, conf->key_len);
	p->interval_ms = conf->interval_ms;
	p->run = conf->run ? conf->run : 1;
	p->ops = ops;
	p->arg = arg;
	p->beat_ms = p->beaten_ms = p->lenient_ms = INT64_MIN;
	peers_say_init(p);
	return p;
}

static void peer_free(struct peers_peer *peer)
{
	peers_forget_said(peer);
	free(peer->paths);
	free(peer->heard);
	free(peer->node);
	free(peer);
}

void l2_peers_free(struct l2_peers *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		peer_free(p->v[i]);
	free(p->v);
	peers_say_fini(p);
	beat_key_free(p->key);
	free(p->ifaces);
	free(p->self);
	free(p);
}

void l2_peers_set_key(struct l2_peers *p, const uint8_t *key, size_t len)
{
	beat_key_free(p->key);
	p->key = beat_key_new(key, len);
}

/* The others are to know at once how long to wait for the next. */
void l2_peers_set_interval(struct l2_peers *p, uint32_t interval_ms)
{
	if (p->interval_ms != interval_ms)
		p->beat_ms = INT64_MIN;
	p->interval_ms = interval_ms;
}

void l2_peers_set_cut_off(struct l2_peers *p, bool cut_off)
{
	if (p->cut_off != cut_off)
		p->beat_ms = INT64_MIN;
	p->cut_off = cut_off;
}

void l2_peers_leave(struct l2_peers *p)
{
	p->leaving = true;
}

/* ---- peers by name ---- */

static int cmp_node(const void *key, const void *element)
{
	const struct peers_peer *const *peer = element;

	return strcmp(key, (*peer)->node);
}

/* Where a node stands, or would. */
static size_t place_of(const struct l2_peers *p, const char *node, bool *found)
{
	size_t at = sorted_place(node, p->v, p->n, sizeof(p->v[0]), cmp_node);

	*found = at < p->n && cmp_node(node, &p->v[at]) == 0;
	return at;
}

static struct peers_peer *find(const struct l2_peers *p, const char *node)
{
	bool found;
	size_t at = place_of(p, node, &found);

	return found ? p->v[at] : NULL;
}

static struct peers_run *old_run(struct l2_peers *p, uint64_t run)
{
	for (size_t i = 0; i < p->n_old; i++)
		if (p->old_runs[i].run == run)
			return &p->old_runs[i];
	return NULL;
}

/* It counts again only if nobody else goes by its node's name, with numbers that are new. */
static void run_is_over(struct l2_peers *p, const struct peers_peer *peer)
{
	struct peers_run *old = old_run(p, peer->run);

	if (!old && p->n_old < PEERS_OLD_RUNS)
		old = &p->old_runs[p->n_old++];
	else if (!old)
		old = &p->old_runs[p->old_at++ % PEERS_OLD_RUNS];
	*old = (struct peers_run){peer->run, peer->seen.newest, peer->heard_ms};
}

static void remove_at(struct l2_peers *p, size_t at)
{
	run_is_over(p, p->v[at]);
	peer_free(p->v[at]);
	memmove(p->v + at, p->v + at + 1, (--p->n - at) * sizeof(struct peers_peer *));
}

/* Those that are silent for long; and when there is no room, whoever is silent for longest. */
static void forget(struct l2_peers *p, int64_t before_ms, bool one)
{
	size_t oldest = p->n;

	for (size_t i = p->n; i-- > 0;) {
		if (p->v[i]->alive)
			continue;
		if (p->v[i]->heard_ms < before_ms) {
			remove_at(p, i);
			oldest = p->n;
			one = false;
		} else if (oldest == p->n || p->v[i]->heard_ms < p->v[oldest]->heard_ms) {
			oldest = i;
		}
	}
	if (one && oldest < p->n)
		remove_at(p, oldest);
}

static struct peers_peer *add(struct l2_peers *p, const char *node, int64_t now_ms)
{
	struct peers_peer *peer;
	bool found;
	size_t at;

	if (p->n == PEERS_MAX)
		forget(p, now_ms - PEERS_GONE_MS, true);
	if (p->n == PEERS_MAX)
		return NULL;
	at = place_of(p, node, &found);
	peer = xcalloc(1, sizeof(*peer));
	peer->node = xstrdup(node);
	ptable_init(&peer->claims, offsetof(struct peers_claim, key));
	peer->claims.seed = table_seed();
	peer->interval_ms = p->interval_ms;
	p->v = xrealloc(p->v, p->n + 1, sizeof(struct peers_peer *));
	memmove(p->v + at + 1, p->v + at, (p->n++ - at) * sizeof(struct peers_peer *));
	p->v[at] = peer;
	return peer;
}

/* ---- telling ---- */

static int64_t silence_ms(const struct peers_peer *peer)
{
	return (int64_t)peer->interval_ms * 7 / 2;
}

static struct l2_peer as_told(const struct peers_peer *peer)
{
	return (struct l2_peer){.node = peer->node,
	    .alive = peer->alive,
	    .known = peer->alive && peers_known(peer),
	    .cut_off = peer->flags & BEAT_CUT_OFF,
	    .leaving = peer->flags & BEAT_LEAVING,
	    .facts = &peer->facts,
	    .heard = peer->heard,
	    .n_heard = peer->n_heard};
}

static void tell(struct l2_peers *p, struct peers_peer *peer)
{
	const struct l2_peer now = as_told(peer);

	peer->changed = false;
	p->ops->on_peer(&now, p->arg);
}

static bool is_heard_on(const struct peers_peer *peer, uint32_t ifindex)
{
	for (size_t i = 0; i < peer->n_heard; i++)
		if (peer->heard[i] == ifindex)
			return true;
	return false;
}

/* The interfaces on which it is alive. Return: they are others than before. */
static bool hear_where(const struct l2_peers *p, struct peers_peer *peer, int64_t now_ms)
{
	uint32_t *heard = xcalloc(peer->n_paths, sizeof(*heard));
	size_t n = 0;
	bool differs;

	for (size_t i = 0; i < peer->n_paths; i++) {
		const struct peers_path *path = &peer->paths[i];

		if (now_ms < path->heard_ms + silence_ms(peer) ||
		    (now_ms < p->lenient_ms && is_heard_on(peer, path->ifindex)))
			heard[n++] = path->ifindex;
	}
	differs =
	    n != peer->n_heard || (n && memcmp(heard, peer->heard, n * sizeof(*heard)) != 0);
	free(peer->heard);
	peer->heard = heard;
	peer->n_heard = n;
	return differs;
}

/* Whether it is alive, and where; tell what is new. What it claimed before it fell silent may
 * be true no more: that is told again when it is known to be. */
static void look(struct l2_peers *p, struct peers_peer *peer, int64_t now_ms)
{
	bool was = peer->alive;

	peer->changed |= hear_where(p, peer, now_ms);
	peer->alive = peer->n_heard > 0;
	if (!peer->changed && was == peer->alive)
		return;
	peer->current &= peer->alive;
	peer->told &= peer->alive;
	tell(p, peer);
	if (peers_known(peer) && !peer->told) {
		peer->told = true;
		peers_tell_claims(p, peer);
	}
}

/* ---- hearing ---- */

static bool is_iface(const struct l2_peers *p, uint32_t ifindex)
{
	for (size_t i = 0; i < p->n_ifaces; i++)
		if (p->ifaces[i] == ifindex)
			return true;
	return false;
}

void l2_peers_set_ifaces(struct l2_peers *p, const uint32_t *ifindex, size_t n)
{
	free(p->ifaces);
	p->ifaces = xcalloc(n, sizeof(*ifindex));
	p->n_ifaces = n;
	if (n)
		memcpy(p->ifaces, ifindex, n * sizeof(*ifindex));
	for (size_t i = 0; i < p->n; i++) {
		struct peers_peer *peer = p->v[i];
		size_t kept = 0;

		for (size_t k = 0; k < peer->n_paths; k++)
			if (is_iface(p, peer->paths[k].ifindex))
				peer->paths[kept++] = peer->paths[k];
		peer->n_paths = kept;
	}
	p->check_ms = INT64_MIN;
}

static struct peers_path *path_of(struct peers_peer *peer, uint32_t ifindex)
{
	for (size_t i = 0; i < peer->n_paths; i++)
		if (peer->paths[i].ifindex == ifindex)
			return &peer->paths[i];
	peer->paths = xrealloc(peer->paths, peer->n_paths + 1, sizeof(*peer->paths));
	peer->paths[peer->n_paths] = (struct peers_path){.ifindex = ifindex};
	return &peer->paths[peer->n_paths++];
}

static bool names_us(const struct l2_peers *p, const struct beat_head *h, struct rd body)
{
	struct beat_alive a;

	if (h->type != BEAT_ALIVE || beat_alive_decode(&body, &a))
		return false;
	while (rd_left(&a.runs))
		if (rd_u64(&a.runs) == p->run)
			return true;
	return false;
}

/* Somebody waits to be named. */
static void beat_early(struct l2_peers *p)
{
	if (p->beaten_ms + p->interval_ms / PEERS_EARLY < p->beat_ms)
		p->beat_ms = p->beaten_ms + p->interval_ms / PEERS_EARLY;
}

/* A run that may not know of us: to be named in the next beats, which come early. */
static void hear_fresh(struct l2_peers *p, const struct beat_head *h, int64_t now_ms)
{
	size_t at = 0;

	while (at < p->n_fresh && p->fresh[at].run != h->run)
		at++;
	if (at < p->n_fresh && p->fresh[at].seq - h->seq - SEQWIN_BITS < INT64_MAX) {
		p->stats.replayed++;
		return;
	}
	p->stats.good++;
	if (at == p->n_fresh) {
		if (p->n_fresh < PEERS_NEW_RUNS)
			p->n_fresh++;
		at = p->n_fresh - 1;
		beat_early(p);
	}
	memmove(p->fresh + 1, p->fresh, at * sizeof(p->fresh[0]));
	p->fresh[0] = (struct peers_run){h->run, h->seq, now_ms};
}

static void fresh_drop(struct l2_peers *p, uint64_t run, int64_t before_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_fresh; i++)
		if (p->fresh[i].run != run && p->fresh[i].heard_ms >= before_ms)
			p->fresh[n++] = p->fresh[i];
	p->n_fresh = n;
}

/* From now on this run is the node's. What the one before it said is not true any more. */
static struct peers_peer *admit(
    struct l2_peers *p, struct peers_peer *peer, const struct beat_head *h, int64_t now_ms)
{
	if (peer && peer->alive) {
		peer->alive = false;
		peer->n_heard = 0;
		tell(p, peer);
	}
	if (peer)
		run_is_over(p, peer);
	else
		peer = add(p, h->node, now_ms);
	if (!peer)
		return NULL;
	peers_forget_said(peer);
	peer->run = h->run;
	peer->seen = (struct seqwin){0};
	peer->first_seq = h->seq;
	peer->n_seqs = 0;
	peer->n_paths = 0;
	peer->flags = 0;
	peer->greeted = false;
	peer->admitted_ms = now_ms;
	beat_early(p);
	fresh_drop(p, h->run, INT64_MIN);
	return peer;
}

/* Whose run this is; NULL: nobody's that counts, which was counted. */
static struct peers_peer *whose(
    struct l2_peers *p, const struct beat_head *h, const struct rd *body, int64_t now_ms)
{
	struct peers_peer *peer = find(p, h->node);
	const struct peers_run *old;
	bool namesake;

	if (peer && peer->run == h->run)
		return peer;
	old = old_run(p, h->run);
	if (old && ((peer && peer->alive) || h->seq - old->seq - 1 >= INT64_MAX)) {
		p->stats.replayed++;
		return NULL;
	}
	namesake = strcmp(h->node, p->self) == 0;
	if (namesake && names_us(p, h, *body))
		p->stats.same_name++;
	if (namesake || !names_us(p, h, *body)) { /* a namesake is to notice us, too */
		hear_fresh(p, h, now_ms);
		return NULL;
	}
	peer = admit(p, peer, h, now_ms);
	if (!peer)
		p->stats.malformed++; /* more peers than there can be */
	return peer;
}

/* Return: the number is new on this path. What was before the beat by which its run was
 * admitted was passed over, not heard: it is not new either. */
static bool is_new(struct peers_peer *peer, uint64_t seq, const struct l2_path *by)
{
	return seq - peer->first_seq < INT64_MAX && seqwin_within(&peer->seen, seq) &&
	       seqwin_note(&path_of(peer, by->ifindex)->seen[by->family == AF_INET6], seq);
}

static int take(struct l2_peers *p, struct peers_peer *peer, const struct beat_head *h,
    struct rd *body, int64_t now_ms)
{
	if (!seqwin_note(&peer->seen, h->seq))
		return 0;
	peer->n_seqs++;
	if (h->seq == peer->seen.newest)
		peer->heard_ms = now_ms;
	return peers_take(p, peer, h, body, now_ms);
}

void l2_peers_hear(struct l2_peers *p, const uint8_t *datagram, size_t len,
    const struct l2_path *by, int64_t now_ms)
{
	struct peers_peer *peer;
	struct beat_head h;
	struct rd body;
	int rc;

	if (!is_iface(p, by->ifindex))
		return;
	rc = beat_open(p->key, datagram, len, &h, &body);
	if (rc) {
		*(rc == -EACCES ? &p->stats.wrong_key : &p->stats.malformed) += 1;
		return;
	}
	if (h.run == p->run) {
		p->stats.own++;
		return;
	}
	peer = whose(p, &h, &body, now_ms);
	if (!peer)
		return;
	if (!is_new(peer, h.seq, by)) {
		p->stats.replayed++;
		return;
	}
	rc = take(p, peer, &h, &body, now_ms);
	*(rc ? &p->stats.malformed : &p->stats.good) += 1;
	path_of(peer, by->ifindex)->heard_ms = peer->heard_ms;
	if (peer->heard_ms + silence_ms(peer) < p->check_ms)
		p->check_ms = peer->heard_ms + silence_ms(peer);
	if (peer->changed || !is_heard_on(peer, by->ifindex))
		look(p, peer, now_ms);
}

/* ---- time ---- */

/* Return: when somebody may fall silent. */
static int64_t check(struct l2_peers *p, int64_t now_ms)
{
	int64_t next = now_ms + 4 * (int64_t)p->interval_ms;

	forget(p, now_ms - PEERS_GONE_MS, false);
	fresh_drop(p, 0, now_ms - 4 * (int64_t)p->interval_ms);
	for (size_t i = 0; i < p->n; i++) {
		struct peers_peer *peer = p->v[i];

		look(p, peer, now_ms);
		for (size_t k = 0; k < peer->n_paths; k++) {
			int64_t end = peer->paths[k].heard_ms + silence_ms(peer);

			if (end <= now_ms && p->lenient_ms > now_ms)
				end = p->lenient_ms;
			if (end > now_ms && end < next)
				next = end;
		}
	}
	return next;
}

/* Who was held up has not heard what is still on its way; one silence is enough for that. */
static void be_lenient(struct l2_peers *p, int64_t now_ms, int64_t late_ms)
{
	int64_t most = (int64_t)p->interval_ms * 7 / 2;

	if (late_ms <= 0)
		return;
	if (now_ms + (late_ms < most ? late_ms : most) > p->lenient_ms)
		p->lenient_ms = now_ms + (late_ms < most ? late_ms : most);
}

int64_t l2_peers_run(struct l2_peers *p, int64_t now_ms, int64_t late_ms)
{
	int64_t wait, say, next;

	if (p->left)
		return INT32_MAX;
	be_lenient(p, now_ms, late_ms);
	if (now_ms >= p->check_ms)
		p->check_ms = check(p, now_ms);
	if (p->leaving) {
		peers_say_goodbye(p, now_ms);
		return INT32_MAX;
	}
	if (now_ms >= p->beat_ms)
		peers_say_alive(p, now_ms);
	say = peers_say(p, now_ms);
	next = p->beat_ms < p->check_ms ? p->beat_ms : p->check_ms;
	wait = next > now_ms ? next - now_ms : 0;
	return say >= 0 && say < wait ? say : wait;
}

void l2_peers_stats(const struct l2_peers *p, struct l2_peers_stats *st)
{
	*st = p->stats;
}

bool l2_peers_after(const struct l2_peers *p, const char *node, struct l2_peer_view *v)
{
	const struct peers_peer *peer;
	bool found = false;
	size_t at = node ? place_of(p, node, &found) : 0;

	if (at + found >= p->n)
		return false;
	peer = p->v[at + found];
	*v = (struct l2_peer_view){.peer = as_told(peer),
	    .heard_ms = peer->heard_ms,
	    .owns = peer->owns,
	    .lost =
		peer->seen.any ? peer->seen.newest - peer->first_seq + 1 - peer->n_seqs : 0};
	return true;
}
