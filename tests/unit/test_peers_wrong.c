/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heartbeat: who is alive, what each claims, and that nothing wrong does more than count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "peers_lab.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

static void settle(struct lab *l)
{
	for (int64_t end = l->now_ms + 1000; !lab_settled(l) && l->now_ms < end;)
		lab_run(l, 1);
	assert_true(lab_settled(l));
}

struct sight {
	bool alive[4];
	size_t news;
};

static struct sight look(const struct lab *l, size_t i)
{
	struct sight s = {.news = 0};

	for (size_t j = 0; j < l->n; j++) {
		s.alive[j] = l->v[i].seen[j].alive;
		s.news += l->v[i].seen[j].news;
	}
	return s;
}

static void assert_unmoved(const struct lab *l, size_t i, const struct sight *was)
{
	struct sight now = look(l, i);

	assert_memory_equal(now.alive, was->alive, sizeof(now.alive));
	assert_int_equal(now.news, was->news);
}

static void a_wrong_key_only_counts(void **state)
{
	struct lab l;
	struct sight was;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l);
	lab_boot(&l, 2, "another key of 32 bytes, or more");
	lab_run(&l, 1000);
	was = look(&l, 0);
	assert_false(was.alive[2]);
	lab_run(&l, 1000);
	assert_unmoved(&l, 0, &was);
	assert_true(lab_stats(&l, 0).wrong_key >= 10);
	assert_true(lab_stats(&l, 2).wrong_key >= 10);
	lab_fini(&l);
}

/* First all know the new key, then one after the other signs with it, then the old one goes. */
static void keys_change_node_by_node(void **state)
{
	static const char next[] = "the key that is to be the next one";
	char texts[2][sizeof(LAB_KEY) + sizeof(next)];
	const char *steps[] = {texts[0], texts[1], next};
	struct sight was;
	struct lab l;

	(void)state;
	snprintf(texts[0], sizeof(texts[0]), "%s\n%s", LAB_KEY, next);
	snprintf(texts[1], sizeof(texts[1]), "%s\n%s", next, LAB_KEY);
	lab_init(&l, 3, 8);
	settle(&l);
	was = look(&l, 0);
	for (size_t step = 0; step < ARRAY_LEN(steps); step++)
		for (size_t i = 0; i < l.n; i++) {
			const uint8_t *key = (const uint8_t *)steps[step];

			l2_peers_set_key(l.v[i].peers, key, strlen(steps[step]));
			lab_run(&l, 1000);
			assert_true(lab_settled(&l));
		}
	assert_unmoved(&l, 0, &was);
	assert_int_equal(lab_stats(&l, 0).wrong_key, 0);
	/* Who has the old one alone is not heard any more. */
	l2_peers_set_key(l.v[2].peers, (const uint8_t *)LAB_KEY, strlen(LAB_KEY));
	lab_run(&l, 1000);
	assert_false(look(&l, 0).alive[2]);
	assert_true(lab_stats(&l, 0).wrong_key > 0);
	lab_fini(&l);
}

static void replayed_ones_only_count(void **state)
{
	struct lab l;
	struct sight was;

	(void)state;
	lab_init(&l, 3, 8);
	lab_run(&l, 3000);
	lab_kill(&l, 2);
	lab_run(&l, 500);
	l.v[1].asleep = true;
	was = look(&l, 0);
	assert_false(was.alive[2]);
	for (size_t k = 0; k < LAB_KEEPS && k < l.n_kept; k++)
		if (l.kept[k].from != 0)
			lab_hear(&l, 0, l.kept[k].bytes, l.kept[k].len, LAB_IFACE);
	lab_run(&l, 1);
	assert_unmoved(&l, 0, &was);
	assert_true(lab_stats(&l, 0).replayed >= 20);
	lab_fini(&l);
}

/* Recorded before this run: it names a run of ours that is over. */
static void what_was_recorded_before_only_counts(void **state)
{
	struct lab l;
	struct sight was;

	(void)state;
	lab_init(&l, 3, 8);
	lab_run(&l, 3000);
	lab_kill(&l, 1);
	lab_kill(&l, 2);
	lab_boot(&l, 0, NULL);
	was = look(&l, 0);
	for (size_t k = 0; k < LAB_KEEPS && k < l.n_kept; k++)
		lab_hear(&l, 0, l.kept[k].bytes, l.kept[k].len, LAB_IFACE);
	lab_run(&l, 1000);
	assert_unmoved(&l, 0, &was);
	lab_fini(&l);
}

/* A run that another one has followed. */
static void an_old_run_only_counts(void **state)
{
	struct lab l;
	struct lab_datagram old[LAB_KEEPS];
	uint64_t replayed;
	size_t news;

	(void)state;
	lab_init(&l, 2, 8);
	lab_run(&l, 3000);
	memcpy(old, l.kept, sizeof(old));
	lab_boot(&l, 1, NULL);
	settle(&l);
	replayed = lab_stats(&l, 0).replayed;
	news = l.v[0].seen[1].news;
	for (size_t k = 0; k < LAB_KEEPS && k < l.n_kept; k++)
		if (old[k].from == 1)
			lab_hear(&l, 0, old[k].bytes, old[k].len, LAB_IFACE);
	assert_true(lab_stats(&l, 0).replayed >= replayed + 20);
	assert_int_equal(l.v[0].seen[1].news, news);
	lab_run(&l, 1000);
	assert_int_equal(l.v[0].seen[1].news, news);
	lab_fini(&l);
}

/* On a LAN where the peer is not: what is older than the window counts nowhere. */
static void replays_on_another_lan_soon_end(void **state)
{
	static struct lab_datagram old[LAB_KEEPS];
	struct lab l;

	(void)state;
	lab_init(&l, 2, 8);
	lab_run(&l, 3000);
	memcpy(old, l.kept, sizeof(old));
	lab_run(&l, 60000);
	for (size_t k = 0; k < LAB_KEEPS && k < l.n_kept; k++)
		if (old[k].len && old[k].from == 1)
			lab_hear(&l, 0, old[k].bytes, old[k].len, LAB_IFACE2);
	assert_int_equal(l.v[0].seen[1].n_heard, 1);
	lab_fini(&l);
}

/* Its last words, said again by the family that it does not use, or on another LAN. */
static void replays_by_another_way_keep_nobody_alive(void **state)
{
	static const struct l2_path ways[] = {
	    {LAB_IFACE,  AF_INET6},
            {LAB_IFACE2, AF_INET }
        };
	size_t replays = 0;
	struct lab l;

	(void)state;
	lab_init(&l, 2, 8);
	lab_run(&l, 3000);
	assert_true(l.v[0].seen[1].alive);
	lab_kill(&l, 1);
	for (size_t k = 0; k < LAB_KEEPS && replays < 10; k++) {
		const struct lab_datagram *d = &l.kept[k];

		if (!d->len || d->from != 1)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(ways); i++)
			l2_peers_hear(l.v[0].peers, d->bytes, d->len, &ways[i], l.now_ms);
		lab_run(&l, l.interval_ms);
		replays++;
	}
	assert_int_equal(replays, 10);
	assert_false(l.v[0].seen[1].alive);
	lab_fini(&l);
}

static void damaged_ones_only_count(void **state)
{
	struct lab l;
	struct sight was;
	struct lab_datagram d;
	uint64_t before;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l);
	l.v[1].asleep = l.v[2].asleep = true;
	d = l.kept[(l.n_kept - 1) % LAB_KEEPS];
	was = look(&l, 0);
	before = lab_stats(&l, 0).wrong_key;
	for (size_t bit = 0; bit < d.len * 8; bit++) {
		d.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		lab_hear(&l, 0, d.bytes, d.len, LAB_IFACE);
		d.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < d.len; len++)
		lab_hear(&l, 0, d.bytes, len, LAB_IFACE);
	assert_int_equal(lab_stats(&l, 0).wrong_key, before + d.len * 9);
	assert_unmoved(&l, 0, &was);
	lab_fini(&l);
}

static void other_interfaces_do_not_count(void **state)
{
	struct lab l;
	struct l2_peers_stats was, now;

	(void)state;
	lab_init(&l, 2, 8);
	settle(&l);
	was = lab_stats(&l, 0);
	lab_hear(&l, 0, l.kept[0].bytes, l.kept[0].len, 3);
	now = lab_stats(&l, 0);
	assert_memory_equal(&now, &was, sizeof(now));
	lab_fini(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wrong_key_only_counts),
	    cmocka_unit_test(keys_change_node_by_node),
	    cmocka_unit_test(replayed_ones_only_count),
	    cmocka_unit_test(what_was_recorded_before_only_counts),
	    cmocka_unit_test(an_old_run_only_counts),
	    cmocka_unit_test(replays_on_another_lan_soon_end),
	    cmocka_unit_test(replays_by_another_way_keep_nobody_alive),
	    cmocka_unit_test(damaged_ones_only_count),
	    cmocka_unit_test(other_interfaces_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
