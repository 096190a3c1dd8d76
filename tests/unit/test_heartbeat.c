/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heartbeat by real sockets, over the loopback interface; and its key file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/l2/beat.h"
#include "announcer/l2/heartbeat.h"
#include "announcer/l2/keyfile.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <event2/event.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORT = 17474 };

struct ear {
	bool alive, known;
	size_t claims, deaths;
};

static void on_peer(const struct l2_peer *p, void *arg)
{
	struct ear *ear = arg;

	ear->deaths += ear->alive && !p->alive;
	ear->alive = p->alive;
	ear->known = p->known;
}

static void on_claim(
    const char *node, const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	struct ear *ear = arg;

	(void)node;
	(void)a;
	assert_int_equal(stamp, 7);
	ear->claims += what == L2_CLAIM_OWNS;
}

static const struct l2_peers_ops ops = {.on_peer = on_peer, .on_claim = on_claim};

static char folder[] = "/tmp/grevy-beat-XXXXXX", path[64];

static void put_key(const void *text, size_t len, mode_t mode)
{
	FILE *f;

	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/key", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static struct heartbeat *open_beat(struct event_base *base, const char *self, struct ear *ear)
{
	const struct heartbeat_conf conf = {
	    .self = self, .key_file = path, .port = PORT, .interval_ms = 20};
	char error[HEARTBEAT_ERROR_LEN];

	return heartbeat_new(base, &conf, &ops, ear, error);
}

/* Until it is so, or for 10 s. */
static bool wait_for(struct event_base *base, const bool *what, bool value)
{
	for (int i = 0; i < 10000 && *what != value; i++) {
		struct timeval ms = {0, 1000};

		event_base_loopexit(base, &ms);
		event_base_dispatch(base);
	}
	return *what == value;
}

/* Until so many more good datagrams came, or for 10 s. */
static void hear_more(struct event_base *base, struct heartbeat *h, uint64_t n)
{
	struct l2_peers_stats st;
	uint64_t enough;

	l2_peers_stats(heartbeat_peers(h), &st);
	enough = st.good + n;
	for (int i = 0; i < 10000 && st.good < enough; i++) {
		event_base_loop(base, EVLOOP_ONCE);
		l2_peers_stats(heartbeat_peers(h), &st);
	}
	assert_true(st.good >= enough);
}

static void two_hear_each_other_by_real_sockets(void **state)
{
	struct event_base *base = event_base_new();
	struct prefix subnet;
	struct l2_iface lo = {
	    .name = "lo", .ifindex = if_nametoindex("lo"), .subnets = &subnet};
	const struct l2_facts facts = {&lo, 1};
	struct ear ear[2] = {0};
	struct heartbeat *h[2];
	struct ipaddr a;

	(void)state;
	lo.n_subnets = 1;
	assert_int_equal(prefix_parse("127.0.0.0/8", &subnet), 0);
	assert_int_equal(ipaddr_parse("192.0.2.1", &a), 0);
	put_key("0123456789abcdef\n", 17, 0600);
	h[0] = open_beat(base, "n0", &ear[0]);
	h[1] = open_beat(base, "n1", &ear[1]);
	for (size_t i = 0; i < 2; i++) {
		assert_non_null(h[i]);
		heartbeat_set_facts(h[i], &facts);
	}
	assert_true(wait_for(base, &ear[0].known, true));
	assert_true(wait_for(base, &ear[1].known, true));
	assert_null(heartbeat_problem(h[0]));
	l2_peers_claim(heartbeat_peers(h[1]), &a, L2_CLAIM_OWNS, 7);
	heartbeat_kick(h[1]);
	for (int i = 0; i < 10000 && !ear[0].claims; i++)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(ear[0].claims, 1);
	heartbeat_free(h[1], true);
	assert_true(wait_for(base, &ear[0].alive, false));
	heartbeat_free(h[0], false);
	event_base_free(base);
}

/* Keys, interval and port by reload: the same run, and nobody is missed. */
static void a_reload_misses_nobody(void **state)
{
	static const char *const keys[] = {"0123456789abcdef\nfedcba9876543210\n",
	    "fedcba9876543210\n0123456789abcdef\n", "fedcba9876543210\n"};
	struct event_base *base = event_base_new();
	struct prefix subnet;
	struct l2_iface lo = {
	    .name = "lo", .ifindex = if_nametoindex("lo"), .subnets = &subnet};
	const struct l2_facts facts = {&lo, 1};
	struct heartbeat_conf conf = {
	    .self = "n0", .key_file = path, .port = PORT, .interval_ms = 20};
	char error[HEARTBEAT_ERROR_LEN];
	struct ear ear[2] = {0};
	struct heartbeat *h[2];

	(void)state;
	lo.n_subnets = 1;
	assert_int_equal(prefix_parse("127.0.0.0/8", &subnet), 0);
	put_key("0123456789abcdef\n", 17, 0600);
	for (size_t i = 0; i < 2; i++) {
		h[i] = open_beat(base, i ? "n1" : "n0", &ear[i]);
		assert_non_null(h[i]);
		heartbeat_set_facts(h[i], &facts);
	}
	assert_true(wait_for(base, &ear[0].known, true));
	assert_true(wait_for(base, &ear[1].known, true));
	ear[0].deaths = ear[1].deaths = 0;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		put_key(keys[k], strlen(keys[k]), 0600);
		for (size_t i = 0; i < 2; i++) {
			assert_true(heartbeat_reload(h[i], &conf, error));
			hear_more(base, h[0], 5);
			hear_more(base, h[1], 5);
		}
	}
	put_key("short", 5, 0600);
	assert_false(heartbeat_reload(h[0], &conf, error));
	hear_more(base, h[1], 5);
	put_key(keys[2], strlen(keys[2]), 0600);
	conf.interval_ms = 40;
	assert_true(heartbeat_reload(h[0], &conf, error));
	hear_more(base, h[1], 5);
	assert_int_equal(ear[0].deaths + ear[1].deaths, 0);
	/* Another port: until both have it they do not hear each other. */
	conf.port = PORT + 1;
	assert_true(heartbeat_reload(h[0], &conf, error));
	assert_true(wait_for(base, &ear[1].alive, false));
	assert_true(heartbeat_reload(h[1], &conf, error));
	assert_true(wait_for(base, &ear[1].alive, true));
	assert_true(wait_for(base, &ear[0].alive, true));
	heartbeat_free(h[0], false);
	heartbeat_free(h[1], false);
	event_base_free(base);
}

static void an_interface_that_is_gone_is_a_problem(void **state)
{
	struct event_base *base = event_base_new();
	struct l2_iface gone = {.name = "gone0", .ifindex = 999999};
	const struct l2_facts facts = {&gone, 1};
	struct ear ear = {0};
	struct heartbeat *h;

	(void)state;
	put_key("0123456789abcdef\n", 17, 0600);
	h = open_beat(base, "n0", &ear);
	assert_non_null(h);
	heartbeat_set_facts(h, &facts);
	for (int i = 0; i < 10000 && !heartbeat_problem(h); i++)
		event_base_loop(base, EVLOOP_ONCE);
	assert_non_null(heartbeat_problem(h));
	assert_memory_equal(heartbeat_problem(h), "gone0: ", 7);
	heartbeat_free(h, true);
	event_base_free(base);
}

static void a_node_without_a_name_has_no_heartbeat(void **state)
{
	struct event_base *base = event_base_new();
	char name[300];
	struct ear ear;

	(void)state;
	put_key("0123456789abcdef\n", 17, 0600);
	memset(name, 'n', sizeof(name));
	name[254] = '\0';
	assert_null(open_beat(base, name, &ear));
	assert_null(open_beat(base, "", &ear));
	assert_null(open_beat(base, "a b", &ear));
	event_base_free(base);
}

/* ---- the key file ---- */

static void key_files(void **state)
{
	static const struct {
		const char *text, *good, *error;
	} rows[] = {
	    {"0123456789abcdef",                       "0123456789abcdef",                   NULL            },
	    {"0123456789abcdef\n",                     "0123456789abcdef",                   NULL            },
	    {"0123456789abcdef \t\r\n\n\n",            "0123456789abcdef",                   NULL            },
	    {"\n\n0123456789abcdef\nfedcba9876543210", "0123456789abcdef\nfedcba9876543210",
             NULL											    },
	    {" 123456789abcdef",                       " 123456789abcdef",                   NULL            },
	    {"0123456789abcde",                        NULL,                                 "least 16 bytes"},
	    {"0123456789abcde \n",                     NULL,                                 "least 16 bytes"},
	    {"0123456789abcdef\nshort\n",              NULL,                                 "least 16 bytes"},
	    {"",				       NULL,				 "it is empty"   },
	    {" \n\t\n",				NULL,				 "it is empty"   },
	    {"0123456789abcde1\n0123456789abcde2\n0123456789abcde3\n0123456789abcde4\n"
	     "0123456789abcde5\n",        NULL,				 "more than 4"   },
	};
	uint8_t text[KEYFILE_MAX];
	char error[256];
	bool others;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n;

		put_key(rows[i].text, strlen(rows[i].text), 0600);
		n = keyfile_read(path, text, &others, error, sizeof(error));
		assert_int_equal(n, rows[i].good ? strlen(rows[i].good) : 0);
		if (rows[i].good)
			assert_memory_equal(text, rows[i].good, n);
		else
			assert_non_null(strstr(error, rows[i].error));
		assert_false(others);
	}
}

static void a_key_file_may_be_missing_too_long_or_open(void **state)
{
	static uint8_t big[KEYFILE_MAX];
	uint8_t text[KEYFILE_MAX];
	char error[256], expected[256];
	bool others;

	(void)state;
	memset(big, 'k', sizeof(big));
	put_key(big, sizeof(big), 0644);
	assert_int_equal(keyfile_read(path, text, &others, error, sizeof(error)), 0);
	assert_non_null(strstr(error, "too long"));
	put_key(big, sizeof(big) - 1, 0644);
	assert_int_equal(
	    keyfile_read(path, text, &others, error, sizeof(error)), sizeof(big) - 1);
	assert_true(others);
	put_key(big, 20, 0640);
	assert_int_equal(keyfile_read(path, text, &others, error, sizeof(error)), 20);
	assert_false(others);
	unlink(path);
	assert_int_equal(keyfile_read(path, text, &others, error, sizeof(error)), 0);
	snprintf(expected, sizeof(expected), "%s: No such file or directory", path);
	assert_string_equal(error, expected);
	assert_int_equal(keyfile_read(folder, text, &others, error, sizeof(error)), 0);
	assert_non_null(strstr(error, "Is a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_hear_each_other_by_real_sockets),
	    cmocka_unit_test(a_reload_misses_nobody),
	    cmocka_unit_test(an_interface_that_is_gone_is_a_problem),
	    cmocka_unit_test(a_node_without_a_name_has_no_heartbeat),
	    cmocka_unit_test(key_files),
	    cmocka_unit_test(a_key_file_may_be_missing_too_long_or_open),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
