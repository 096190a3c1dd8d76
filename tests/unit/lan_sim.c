/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/lan_sim.h"
#include "announcer/util.h"
#include <stdio.h>
#include <sys/socket.h>

enum { WALL = 1000000, LISTEN = 6 * SIM_INTERVAL };

struct sim_datagram {
	struct sim_datagram *next;
	int64_t at;
	unsigned from, to, side;
	size_t len;
	uint8_t bytes[];
};

unsigned sim_pick(struct sim *s, unsigned n)
{
	s->random = s->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(s->random >> 33) % n;
}

static struct ipaddr address(unsigned i)
{
	return (struct ipaddr){
	    AF_INET, {192, 0, 2, (uint8_t)(i + 1)}
        };
}

static unsigned index_of(const struct ipaddr *a)
{
	return a->addr[3] - 1u;
}

/* ---- what owners do ---- */

static void record(struct sim_node *node, unsigned addr, int what)
{
	if (node->cut_off || node->sim->record[addr] == what)
		return;
	node->sim->record[addr] = what;
	sim_wish_changed(node->sim, addr);
}

static void on_take(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg)
{
	struct sim_node *node = arg;

	assert_int_equal(n, 1);
	assert_int_equal(ifindex[0], 1);
	assert_true(node->nic);
	node->answers[index_of(a)] = true;
	node->probes[index_of(a)] = false;
	record(node, index_of(a), (int)node->id);
	node->sim->moves++;
}

static void on_leave(const struct ipaddr *a, void *arg)
{
	struct sim_node *node = arg;

	if (node->probes[index_of(a)]) {
		node->probes[index_of(a)] = false;
		return;
	}
	assert_true(node->answers[index_of(a)]);
	node->answers[index_of(a)] = false;
	if (node->sim->record[index_of(a)] == (int)node->id)
		record(node, index_of(a), -1);
	node->sim->moves++;
}

static void on_defend(const struct ipaddr *a, void *arg)
{
	assert_true(((const struct sim_node *)arg)->answers[index_of(a)]);
}

static void on_probe(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg)
{
	struct sim_node *node = arg;

	assert_int_equal(n, 1);
	assert_int_equal(ifindex[0], 1);
	assert_false(node->answers[index_of(a)]);
	node->probes[index_of(a)] = true;
}

static void on_claim_of_ours(
    const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	l2_peers_claim(((struct sim_node *)arg)->peers, a, what, stamp);
}

static void on_news(const struct l2_owners_view *now, enum l2_state was, void *arg)
{
	const struct sim_node *node = arg;

	(void)was;
	assert_int_equal(now->state == L2_OWNER, node->answers[index_of(&now->addr)]);
	assert_true(now->state != L2_OWNER || strcmp(now->owner, node->name) == 0);
	assert_true(now->state != L2_OTHER || now->owner);
	assert_true(now->alive <= now->candidates || !now->candidates);
}

static const struct l2_owners_ops owners_ops = {.take = on_take,
    .leave = on_leave,
    .defend = on_defend,
    .probe = on_probe,
    .claim = on_claim_of_ours,
    .news = on_news};

/* ---- the LAN ---- */

static void post(struct sim *s, struct sim_datagram *d)
{
	struct sim_datagram **at = &s->sent;

	while (*at && (*at)->at <= d->at)
		at = &(*at)->next;
	d->next = *at;
	*at = d;
}

static void on_send(const uint8_t *bytes, size_t len, void *arg)
{
	const struct sim_node *from = arg;
	struct sim *s = from->sim;

	for (unsigned i = 0; i < SIM_NODES; i++) {
		struct sim_datagram *d;

		if (!from->nic || i == from->id || sim_pick(s, 1000) < s->loss)
			continue;
		d = xcalloc(1, sizeof(*d) + len);
		d->from = from->id;
		d->to = i;
		d->side = from->side;
		d->at = s->now + (int64_t)sim_pick(s, (unsigned)s->delay_ms + 1);
		d->len = len;
		memcpy(d->bytes, bytes, len);
		post(s, d);
	}
}

static void on_peer(const struct l2_peer *p, void *arg)
{
	struct sim_node *node = arg;

	l2_owners_set_peer(node->owners, p);
	node->told = true;
}

static void on_claim(
    const char *name, const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	struct sim_node *node = arg;

	l2_owners_claimed(node->owners, name, a, what, stamp);
	node->told = true;
}

static const struct l2_peers_ops peers_ops = {
    .send = on_send, .on_peer = on_peer, .on_claim = on_claim};

static void deliver(struct sim *s)
{
	while (s->sent && s->sent->at <= s->now) {
		struct sim_datagram *d = s->sent;
		struct sim_node *to = &s->node[d->to];
		const struct l2_path path = {.ifindex = 1, .family = AF_INET};

		s->sent = d->next;
		if (to->up && to->nic && to->side == d->side &&
		    s->node[d->from].side == d->side) {
			l2_peers_hear(to->peers, d->bytes, d->len, &path, s->now);
			to->peers_ms = s->now;
		}
		free(d);
	}
}

/* ---- Kubernetes ---- */

/* Without the nodes that are NotReady. */
static struct sim_wish wish_of(const struct sim *s, unsigned addr)
{
	struct sim_wish w;

	w = s->wish[addr];
	for (unsigned i = 0; i < SIM_NODES; i++)
		w.may[i].candidate &= !s->node[i].gone;
	return w;
}

static void see(struct sim_node *node, unsigned addr)
{
	const struct sim *s = node->sim;
	const struct sim_wish w = wish_of(s, addr);
	struct l2_candidate v[SIM_NODES];
	struct l2_wish wish = {.addr = address(addr), .key = address(addr), .v = v};

	node->seen[addr] = w;
	node->see_ms[addr] = INT64_MAX;
	for (unsigned i = 0; i < SIM_NODES && w.wanted; i++)
		if (w.may[i].candidate)
			v[wish.n++] = (struct l2_candidate){.node = s->node[i].name,
			    .preference = w.may[i].preference,
			    .draining = w.may[i].draining};
	l2_owners_want(node->owners, &wish);
	l2_owners_recorded(node->owners, &wish.addr,
	    s->record[addr] < 0 ? NULL : s->node[s->record[addr]].name);
	node->told = true;
}

static void see_later(struct sim_node *node, unsigned addr)
{
	struct sim *s = node->sim;
	int64_t at = s->now + (int64_t)sim_pick(s, (unsigned)s->late_ms + 1);

	if (node->up && !node->cut_off && node->see_ms[addr] > at)
		node->see_ms[addr] = at;
}

void sim_wish_changed(struct sim *s, unsigned addr)
{
	for (unsigned i = 0; i < SIM_NODES; i++)
		see_later(&s->node[i], addr);
}

void sim_want_all(struct sim *s, unsigned addr)
{
	s->wish[addr].wanted = true;
	for (unsigned i = 0; i < SIM_NODES; i++)
		s->wish[addr].may[i] = (struct sim_may){.candidate = true};
	sim_wish_changed(s, addr);
}

void sim_cut_off(struct sim *s, unsigned i, bool cut_off)
{
	struct sim_node *node = &s->node[i];

	if (!node->up || node->cut_off == cut_off)
		return;
	node->cut_off = cut_off;
	l2_owners_set_cut_off(node->owners, cut_off);
	l2_peers_set_cut_off(node->peers, cut_off);
	node->told = true;
	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		node->see_ms[a] = INT64_MAX;
		see_later(node, a);
	}
}

/* ---- nodes ---- */

static void set_facts(struct sim_node *node)
{
	static const uint32_t ifindex = 1;
	struct prefix lan = {
	    .family = AF_INET, .plen = 24, .addr = {192, 0, 2}
        };
	struct l2_iface eth0 = {.name = "eth0", .ifindex = 1, .subnets = &lan, .n_subnets = 1};
	struct l2_facts f = {.v = &eth0, .n = node->nic};

	l2_owners_set_facts(node->owners, &f);
	l2_peers_set_facts(node->peers, &f);
	l2_peers_set_ifaces(node->peers, &ifindex, node->nic);
	node->told = true;
}

void sim_nic(struct sim *s, unsigned i, bool up)
{
	struct sim_node *node = &s->node[i];

	if (node->nic == up)
		return;
	node->nic = up;
	if (node->up)
		set_facts(node);
}

void sim_up(struct sim *s, unsigned i)
{
	struct sim_node *node = &s->node[i];
	const struct l2_peers_conf conf = {.self = node->name,
	    .key = (const uint8_t *)"0123456789abcdef",
	    .key_len = 16,
	    .interval_ms = SIM_INTERVAL,
	    .run = ++s->runs};

	if (node->up)
		return;
	node->up = true;
	node->cut_off = node->gone = false;
	node->owners = l2_owners_new(node->name, &owners_ops, node);
	node->peers = l2_peers_new(&conf, &peers_ops, node);
	l2_owners_set_heartbeat(node->owners, true, LISTEN);
	set_facts(node);
	node->peers_ms = node->owners_ms = s->now;
	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		node->see_ms[a] = INT64_MAX;
		sim_wish_changed(s, a);
	}
}

void sim_kill(struct sim *s, unsigned i)
{
	struct sim_node *node = &s->node[i];

	if (!node->up)
		return;
	node->up = false;
	node->down_ms = s->now;
	l2_owners_free(node->owners);
	l2_peers_free(node->peers);
	memset(node->answers, 0, sizeof(node->answers));
	memset(node->probes, 0, sizeof(node->probes));
}

void sim_leave(struct sim *s, unsigned i)
{
	struct sim_node *node = &s->node[i];

	if (!node->up)
		return;
	l2_owners_leave(node->owners);
	l2_owners_run(node->owners, s->now, WALL + (uint64_t)s->now);
	l2_peers_leave(node->peers);
	l2_peers_run(node->peers, s->now, 0);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		assert_false(node->answers[a]);
	sim_kill(s, i);
}

static void start_anew(struct sim *s)
{
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		s->wrong_ms[a] = s->two_ms[a] = -1;
}

void sim_side(struct sim *s, unsigned i, unsigned side)
{
	s->node[i].side = side;
	start_anew(s);
}

void sim_init(struct sim *s, uint64_t seed, unsigned nodes)
{
	*s = (struct sim){.random = seed, .delay_ms = 2, .now = 1000};
	start_anew(s);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		s->record[a] = -1;
	for (unsigned i = 0; i < SIM_NODES; i++) {
		struct sim_node *node = &s->node[i];

		node->sim = s;
		node->id = i;
		node->nic = true;
		node->gone = true;
		snprintf(node->name, sizeof(node->name), "n%u", i);
	}
	for (unsigned i = 0; i < nodes; i++)
		sim_up(s, i);
}

void sim_fini(struct sim *s)
{
	for (unsigned i = 0; i < SIM_NODES; i++)
		sim_kill(s, i);
	while (s->sent) {
		struct sim_datagram *d = s->sent;

		s->sent = d->next;
		free(d);
	}
}

/* ---- what may be ---- */

int sim_owner(const struct sim *s, unsigned addr, unsigned side)
{
	int owner = -1;

	for (unsigned i = 0; i < SIM_NODES; i++)
		if (s->node[i].up && s->node[i].side == side && s->node[i].answers[addr])
			owner = owner == -1 ? (int)i : -2;
	return owner;
}

/* Somebody there could answer, as Kubernetes is. */
static bool can(const struct sim *s, unsigned addr, unsigned side)
{
	const struct sim_wish w = wish_of(s, addr);

	for (unsigned i = 0; i < SIM_NODES; i++)
		if (w.wanted && w.may[i].candidate && s->node[i].up && s->node[i].nic &&
		    s->node[i].side == side)
			return true;
	return false;
}

static bool wish_equal(const struct sim_wish *a, const struct sim_wish *b)
{
	if (a->wanted != b->wanted)
		return false;
	for (unsigned i = 0; i < SIM_NODES; i++)
		if (a->may[i].candidate != b->may[i].candidate ||
		    a->may[i].draining != b->may[i].draining ||
		    a->may[i].preference != b->may[i].preference)
			return false;
	return true;
}

/* All there see the address as it is. */
static bool clear(const struct sim *s, unsigned addr, unsigned side)
{
	const struct sim_wish w = wish_of(s, addr);

	for (unsigned i = 0; i < SIM_NODES; i++) {
		const struct sim_node *node = &s->node[i];

		if (node->up && node->side == side && !wish_equal(&node->seen[addr], &w))
			return false;
	}
	return true;
}

static void since(int64_t *at, bool so, int64_t now, int64_t *longest)
{
	if (!so)
		*at = -1;
	else if (*at < 0)
		*at = now;
	if (so && now - *at > *longest)
		*longest = now - *at;
}

static void look(struct sim *s)
{
	if (s->loss) /* anybody may miss anybody */
		start_anew(s);
	for (unsigned a = 0; a < SIM_ADDRS && !s->loss; a++) {
		bool wrong = false, two = false;

		for (unsigned side = 0; side < SIM_NODES; side++) {
			int owner = sim_owner(s, a, side);

			two |= owner == -2;
			wrong |= clear(s, a, side) && (owner != -1) != can(s, a, side);
		}
		since(&s->wrong_ms[a], wrong, s->now, &s->longest_wrong);
		since(&s->two_ms[a], two, s->now, &s->longest_two);
	}
}

bool sim_right(const struct sim *s)
{
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		if (s->wrong_ms[a] >= 0 || s->two_ms[a] >= 0)
			return false;
	return true;
}

/* ---- time ---- */

/* Whoever answers there is heard by a node that asks. */
static void hear_answers(struct sim *s, struct sim_node *node)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		const struct ipaddr addr = address(a);

		if (!node->probes[a] || !node->nic || sim_owner(s, a, node->side) == -1)
			continue;
		l2_owners_conflict(node->owners, &addr, mac, mac);
		node->told = true;
	}
}

static void run_node(struct sim *s, struct sim_node *node)
{
	hear_answers(s, node);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		if (node->see_ms[a] <= s->now)
			see(node, a);
	if (node->peers_ms <= s->now || node->told)
		node->peers_ms = s->now + l2_peers_run(node->peers, s->now, 0);
	if (node->owners_ms <= s->now || node->told) {
		int64_t ms;

		node->told = false;
		ms = l2_owners_run(node->owners, s->now, WALL + (uint64_t)s->now);
		node->owners_ms = ms < 0 ? INT64_MAX : s->now + ms;
		node->peers_ms = s->now + l2_peers_run(node->peers, s->now, 0);
	}
}

/* Who has been down for long is NotReady. */
static void monitor(struct sim *s)
{
	for (unsigned i = 0; i < SIM_NODES; i++) {
		struct sim_node *node = &s->node[i];

		if (node->up || node->gone || s->now < node->down_ms + SIM_NOT_READY)
			continue;
		node->gone = true;
		for (unsigned a = 0; a < SIM_ADDRS; a++)
			sim_wish_changed(s, a);
	}
}

void sim_run(struct sim *s, int64_t ms)
{
	for (int64_t end = s->now + ms; s->now < end; s->now += SIM_TICK) {
		deliver(s);
		monitor(s);
		for (unsigned i = 0; i < SIM_NODES; i++)
			if (s->node[i].up)
				run_node(s, &s->node[i]);
		look(s);
	}
}
