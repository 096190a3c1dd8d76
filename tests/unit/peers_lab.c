/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peers_lab.c - nodes that hear each other's heartbeats over a LAN that a test plays with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "peers_lab.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

uint64_t lab_random(struct lab *l)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return l->random;
}

struct ipaddr lab_addr(size_t number)
{
	struct ipaddr a = {.family = number % 2 ? AF_INET6 : AF_INET};
	size_t len = number % 2 ? 16 : 4;

	a.addr[0] = number % 2 ? 0xfd : 10;
	a.addr[len - 2] = (uint8_t)(number >> 8);
	a.addr[len - 1] = (uint8_t)number;
	return a;
}

static size_t number_of(const struct ipaddr *a)
{
	size_t len = a->family == AF_INET6 ? 16 : 4;

	return (size_t)(a->addr[len - 2] << 8 | a->addr[len - 1]);
}

static void on_send(const uint8_t *datagram, size_t len, void *arg)
{
	struct lab_node *node = arg;
	struct lab *l = node->lab;
	struct lab_datagram *d;

	assert_in_range(len, 1, L2_DATAGRAM_MAX);
	if (l->n_queue == l->cap_queue) {
		l->cap_queue = l->cap_queue * 2 + 64;
		l->queue = xrealloc(l->queue, l->cap_queue, sizeof(*l->queue));
	}
	d = &l->queue[l->n_queue++];
	*d = (struct lab_datagram){.from = node->index, .len = len, .at_ms = l->now_ms};
	if (l->scatter)
		d->at_ms += (int64_t)(lab_random(l) % l->scatter);
	memcpy(d->bytes, datagram, len);
	l->kept[l->n_kept++ % LAB_KEEPS] = *d;
}

static struct lab_seen *seen_of(struct lab_node *node, const char *name)
{
	unsigned long i = strtoul(name + 1, NULL, 10);

	assert_true(name[0] == 'n' && i < node->lab->n);
	return &node->seen[i];
}

static void on_peer(const struct l2_peer *p, void *arg)
{
	struct lab_node *node = arg;
	struct lab_seen *s = seen_of(node, p->node);

	s->news++;
	s->alive = p->alive;
	s->known = p->known;
	s->cut_off = p->cut_off;
	s->leaving = p->leaving;
	s->n_heard = p->n_heard;
	s->n_facts = p->facts->n;
	assert_true(p->alive == (p->n_heard > 0));
	if (!p->alive)
		memset(s->claims, L2_CLAIM_NONE, node->lab->n_addrs);
}

static void on_claim(
    const char *name, const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	struct lab_node *node = arg;
	size_t number = number_of(a);

	assert_true(number < node->lab->n_addrs);
	assert_true(what == L2_CLAIM_NONE || stamp == number + 1000);
	seen_of(node, name)->claims[number] = (uint8_t)what;
	seen_of(node, name)->n_owns += what == L2_CLAIM_OWNS;
}

void lab_boot(struct lab *l, size_t i, const char *key)
{
	static const struct l2_peers_ops ops = {
	    .send = on_send, .on_peer = on_peer, .on_claim = on_claim};
	static const uint32_t ifaces[] = {LAB_IFACE, LAB_IFACE2};
	struct lab_node *node = &l->v[i];
	struct prefix subnet;
	struct l2_iface eth0 = {.name = "eth0", .ifindex = LAB_IFACE, .subnets = &subnet};
	const struct l2_facts facts = {&eth0, 1};
	const struct l2_peers_conf conf = {.self = node->name,
	    .key = (const uint8_t *)(key ? key : LAB_KEY),
	    .key_len = strlen(key ? key : LAB_KEY),
	    .interval_ms = l->interval_ms,
	    .run = ++l->runs * 0x100000001u};

	lab_kill(l, i);
	assert_int_equal(prefix_parse("192.0.2.0/24", &subnet), 0);
	eth0.n_subnets = 1;
	for (size_t j = 0; j < l->n; j++) {
		uint8_t *claims = node->seen[j].claims;

		memset(claims, L2_CLAIM_NONE, l->n_addrs);
		node->seen[j] = (struct lab_seen){.claims = claims};
	}
	node->peers = l2_peers_new(&conf, &ops, node);
	l2_peers_set_ifaces(node->peers, ifaces, ARRAY_LEN(ifaces));
	l2_peers_set_facts(node->peers, &facts);
	node->due_ms = l->now_ms;
}

void lab_kill(struct lab *l, size_t i)
{
	l2_peers_free(l->v[i].peers);
	l->v[i].peers = NULL;
	l->v[i].asleep = false;
}

void lab_init(struct lab *l, size_t n, size_t n_addrs)
{
	*l = (struct lab){.n = n,
	    .n_addrs = n_addrs,
	    .now_ms = 1000,
	    .interval_ms = 100,
	    .random = 88172645463325252u};
	l->v = xcalloc(n, sizeof(*l->v));
	l->side = xcalloc(n, 1);
	for (size_t i = 0; i < n; i++) {
		struct lab_node *node = &l->v[i];

		node->lab = l;
		node->index = i;
		snprintf(node->name, sizeof(node->name), "n%zu", i);
		node->seen = xcalloc(n, sizeof(*node->seen));
		for (size_t j = 0; j < n; j++)
			node->seen[j].claims = xcalloc(n_addrs, 1);
		lab_boot(l, i, NULL);
		node->due_ms += (int64_t)(lab_random(l) % 100);
	}
}

void lab_fini(struct lab *l)
{
	for (size_t i = 0; i < l->n; i++) {
		lab_kill(l, i);
		for (size_t j = 0; j < l->n; j++)
			free(l->v[i].seen[j].claims);
		free(l->v[i].seen);
	}
	free(l->v);
	free(l->side);
	free(l->queue);
}

static void run(struct lab *l, struct lab_node *node)
{
	int64_t late = node->due_ms < l->now_ms ? l->now_ms - node->due_ms : 0;
	int64_t wait = l2_peers_run(node->peers, l->now_ms, late);

	assert_true(wait >= 0);
	node->due_ms = l->now_ms + (wait ? wait : 1);
}

/* From a copy of this very size, so that a stray read is seen. */
void lab_hear(struct lab *l, size_t i, const uint8_t *datagram, size_t len, uint32_t ifindex)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, datagram, len);
	for (int ways = l->two_ways ? 2 : 1; ways; ways--) {
		const struct l2_path by = {ifindex, ways == 1 ? AF_INET : AF_INET6};

		l2_peers_hear(l->v[i].peers, copy, len, &by, l->now_ms);
	}
	free(copy);
}

static void deliver(struct lab *l, const struct lab_datagram *d)
{
	for (size_t i = 0; i < l->n; i++) {
		struct lab_node *node = &l->v[i];

		if (i == d->from || !node->peers || node->asleep ||
		    l->side[i] != l->side[d->from] || lab_random(l) % 100 < l->loss)
			continue;
		lab_hear(l, i, d->bytes, d->len, LAB_IFACE);
		if (node->due_ms > l->now_ms)
			run(l, node);
	}
}

static void deliver_all(struct lab *l)
{
	size_t n = l->n_queue, kept = 0;
	struct lab_datagram *queue = l->queue;

	l->queue = NULL;
	l->n_queue = l->cap_queue = 0;
	for (size_t i = 0; i < n; i++) {
		if (queue[i].at_ms < l->now_ms)
			deliver(l, &queue[i]);
		else
			queue[kept++] = queue[i];
	}
	l->queue = xrealloc(l->queue, l->n_queue + kept + 64, sizeof(*queue));
	l->cap_queue = l->n_queue + kept + 64;
	if (kept)
		memcpy(l->queue + l->n_queue, queue, kept * sizeof(*queue));
	l->n_queue += kept;
	free(queue);
}

void lab_run(struct lab *l, int64_t ms)
{
	for (int64_t end = l->now_ms + ms; l->now_ms < end;) {
		l->now_ms++;
		deliver_all(l);
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].peers && !l->v[i].asleep && l->v[i].due_ms <= l->now_ms)
				run(l, &l->v[i]);
	}
}

void lab_claim(struct lab *l, size_t i, size_t number, enum l2_claim what)
{
	struct ipaddr a = lab_addr(number);

	l2_peers_claim(l->v[i].peers, &a, what, number + 1000);
	l->v[i].due_ms = l->now_ms;
}

bool lab_told(const struct lab *l, size_t i, size_t j, size_t first, size_t n)
{
	const struct lab_seen *s = &l->v[i].seen[j];

	for (size_t k = 0; k < l->n_addrs; k++)
		if ((s->claims[k] == L2_CLAIM_OWNS) != (k >= first && k < first + n))
			return false;
	return true;
}

bool lab_settled(const struct lab *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->n; j++) {
			const struct lab_seen *s = &l->v[i].seen[j];
			bool up = l->v[j].peers && l->side[i] == l->side[j];

			if (i == j || !l->v[i].peers)
				continue;
			if (s->alive != up || s->known != up || (up && s->n_facts != 1))
				return false;
		}
	return true;
}

struct l2_peers_stats lab_stats(const struct lab *l, size_t i)
{
	struct l2_peers_stats st;

	l2_peers_stats(l->v[i].peers, &st);
	return st;
}
